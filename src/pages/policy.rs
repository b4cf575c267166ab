//! Settings → Policy: what an admin decides for the whole workspace.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::frame::{Frame, leave_word};
use super::time_words::When;
use super::{for_people, page, see_other};
use crate::accounts::{Policy, number};
use crate::app::Rooms;
use crate::error::Result;
use crate::http::{Admin, Fields};

#[derive(Template)]
#[template(path = "policy.html")]
struct PolicyPage {
    frame: Frame,
    policy: PolicyForm,
    problems: PolicyProblems,
    updated: When,
}

struct PolicyForm {
    enabled: bool,
    longest_key_life: String,
    mail_on_creation: bool,
    drawing_credits_per_page: String,
    document_credits_per_page: String,
    job_page_limit: String,
    retention_days: String,
}

#[derive(Default)]
struct PolicyProblems {
    longest_key_life: Option<String>,
    drawing_credits_per_page: Option<String>,
    document_credits_per_page: Option<String>,
    job_page_limit: Option<String>,
    retention_days: Option<String>,
}

impl PolicyForm {
    fn of(policy: &Policy) -> Self {
        Self {
            enabled: policy.enabled,
            longest_key_life: policy
                .longest_key_life_days
                .map_or(String::new(), |days| days.to_string()),
            mail_on_creation: policy.mail_on_key_creation,
            drawing_credits_per_page: policy.drawing_credits_per_page.to_string(),
            document_credits_per_page: policy.document_credits_per_page.to_string(),
            job_page_limit: policy.job_page_limit.to_string(),
            retention_days: policy.retention_days.to_string(),
        }
    }

    fn typed(form: &Fields) -> Self {
        Self {
            enabled: form.get("enabled") == "yes",
            longest_key_life: form.get("longest_key_life").to_owned(),
            mail_on_creation: form.get("mail_on_creation") == "yes",
            drawing_credits_per_page: form.get("drawing_credits_per_page").to_owned(),
            document_credits_per_page: form.get("document_credits_per_page").to_owned(),
            job_page_limit: form.get("job_page_limit").to_owned(),
            retention_days: form.get("retention_days").to_owned(),
        }
    }

    fn parse(&self) -> Result<Policy, PolicyProblems> {
        let life = match self.longest_key_life.trim() {
            "" => Ok(None),
            text => number(text, 1, 3_652).map(Some),
        };
        let drawing = number(&self.drawing_credits_per_page, 0, 10_000);
        let document = number(&self.document_credits_per_page, 0, 10_000);
        let limit = number(&self.job_page_limit, 1, 100_000);
        let retention = number(&self.retention_days, 1, 3_650);
        match (life, drawing, document, limit, retention) {
            (Ok(life), Ok(drawing), Ok(document), Ok(limit), Ok(retention)) => Ok(Policy {
                enabled: self.enabled,
                longest_key_life_days: life,
                mail_on_key_creation: self.mail_on_creation,
                drawing_credits_per_page: drawing,
                document_credits_per_page: document,
                job_page_limit: limit,
                retention_days: retention,
            }),
            (life, drawing, document, limit, retention) => Err(PolicyProblems {
                longest_key_life: life.err().as_ref().map(for_people),
                drawing_credits_per_page: drawing.err().as_ref().map(for_people),
                document_credits_per_page: document.err().as_ref().map(for_people),
                job_page_limit: limit.err().as_ref().map(for_people),
                retention_days: retention.err().as_ref().map(for_people),
            }),
        }
    }
}

pub async fn show_policy(
    admin: Admin,
    rooms: web::Data<Rooms>,
    session: Session,
) -> Result<HttpResponse> {
    let person = &admin.0.person;
    let (policy, updated) = rooms.accounts.policy(&person.workspace_id).await?;
    page(
        200,
        &PolicyPage {
            frame: Frame::settings("Policy", "policy", person, &session)?,
            policy: PolicyForm::of(&policy),
            problems: PolicyProblems::default(),
            updated: When::new(updated, rooms.clock.now()),
        },
    )
}

pub async fn set_policy(
    admin: Admin,
    rooms: web::Data<Rooms>,
    session: Session,
    form: Fields,
) -> Result<HttpResponse> {
    let person = &admin.0.person;
    let typed = PolicyForm::typed(&form);
    match typed.parse() {
        Ok(policy) => {
            rooms.accounts.set_policy(&admin.0.actor(), policy).await?;
            leave_word(&session, "The policy is saved.")?;
            Ok(see_other("/settings/policy"))
        }
        Err(problems) => {
            let (_, updated) = rooms.accounts.policy(&person.workspace_id).await?;
            page(
                400,
                &PolicyPage {
                    frame: Frame::settings("Policy", "policy", person, &session)?,
                    policy: typed,
                    problems,
                    updated: When::new(updated, rooms.clock.now()),
                },
            )
        }
    }
}
