//! What an admin decides for the whole workspace.

use super::Accounts;
use super::store;
use crate::audit::{self, Action, Actor};
use crate::clock::Time;
use crate::db::lock_for_counting;
use crate::error::{Error, Result};

/// The policy of a workspace, within its bounds.
#[derive(Clone, Debug, PartialEq, Eq, diesel::Queryable)]
pub struct Policy {
    pub enabled: bool,
    /// In days; `None`: as long as anyone likes.
    pub longest_key_life_days: Option<i64>,
    pub mail_on_key_creation: bool,
    pub drawing_credits_per_page: i64,
    pub document_credits_per_page: i64,
    pub job_page_limit: i64,
    pub retention_days: i64,
}

/// A whole number within bounds, or a sentence about it.
pub fn number(text: &str, least: i64, most: i64) -> Result<i64> {
    let text = text.trim();
    text.bytes()
        .all(|digit| digit.is_ascii_digit())
        .then(|| text.parse().ok())
        .flatten()
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| Error::invalid(format!("Type a whole number from {least} to {most}.")))
}

impl Policy {
    /// What is different in `other`, for the log.
    fn changes(&self, other: &Self) -> Vec<String> {
        let switch = |on: bool| if on { "on" } else { "off" }.to_owned();
        let life = |days: Option<i64>| match days {
            None => "none".to_owned(),
            Some(1) => "1 day".to_owned(),
            Some(days) => format!("{days} days"),
        };
        let parts = [
            ("API", switch(self.enabled), switch(other.enabled)),
            (
                "longest life of a key",
                life(self.longest_key_life_days),
                life(other.longest_key_life_days),
            ),
            (
                "mail on creation",
                switch(self.mail_on_key_creation),
                switch(other.mail_on_key_creation),
            ),
            (
                "credits per drawing page",
                self.drawing_credits_per_page.to_string(),
                other.drawing_credits_per_page.to_string(),
            ),
            (
                "credits per document page",
                self.document_credits_per_page.to_string(),
                other.document_credits_per_page.to_string(),
            ),
            (
                "pages per job",
                self.job_page_limit.to_string(),
                other.job_page_limit.to_string(),
            ),
            (
                "days of retention",
                self.retention_days.to_string(),
                other.retention_days.to_string(),
            ),
        ];
        parts
            .into_iter()
            .filter(|(_, old, new)| old != new)
            .map(|(name, old, new)| format!("{name}: {old} → {new}"))
            .collect()
    }
}

impl Accounts {
    /// The policy of a workspace, and when it was last changed.
    pub async fn policy(&self, workspace_id: &str) -> Result<(Policy, Time)> {
        let workspace_id = workspace_id.to_owned();
        self.db
            .read(move |connection| store::policy(connection, &workspace_id))
            .await
    }

    /// Sets the policy of the admin's workspace. What stays the same is not recorded.
    pub async fn set_policy(&self, actor: &Actor, policy: Policy) -> Result<()> {
        let Actor::Person { person, .. } = actor else {
            return Err(Error::forbidden("Only an admin sets the policy."));
        };
        if !person.is_admin() {
            return Err(Error::forbidden("Only an admin sets the policy."));
        }
        let now = self.clock.now();
        let (actor, person) = (actor.clone(), person.clone());
        self.db
            .write(move |connection| {
                // So that the record says what this very change replaced.
                lock_for_counting(connection, "workspaces")?;
                let (before, _) = store::policy(connection, &person.workspace_id)?;
                let changes = before.changes(&policy);
                if changes.is_empty() {
                    return Ok(());
                }
                store::set_policy(connection, &person.workspace_id, &policy, now)?;
                audit::record(
                    connection,
                    &person.workspace_id,
                    &actor,
                    Action::PolicyChanged,
                    (&person.workspace_id, &person.workspace_name),
                    changes.join("; "),
                    now,
                )
            })
            .await
    }
}
