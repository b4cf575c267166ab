//! Projects: what jobs and their results belong to. Made by the API, provisioned by the worker.

mod store;

use serde::Serialize;
use utoipa::ToSchema;

use crate::clock::{Clock, Time};
use crate::credits::{self, Cause};
use crate::db::Db;
use crate::error::{Code, Error, Result};
use crate::id;
use crate::keys::Authenticated;
use crate::text;
use crate::worker::Bell;

pub use store::{ProjectRow, by_id};

#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    ToSchema,
    strum::IntoStaticStr,
    strum::EnumString,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[diesel(sql_type = diesel::sql_types::Text)]
#[schema(as = ProjectStatus)]
pub enum Status {
    Provisioning,
    Ready,
    Failed,
}
crate::db::columns::stored_by_name!(Status);

/// A project.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Project)]
pub struct ProjectView {
    pub id: String,
    pub name: String,
    #[schema(pattern = "^open_api$")]
    pub project_kind: &'static str,
    pub status: Status,
    pub runtime: Runtime,
    pub created_at: Time,
    pub updated_at: Time,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ProjectRuntime)]
pub struct Runtime {
    #[schema(pattern = "^(starting|running)$")]
    pub status: &'static str,
    #[schema(pattern = "^none$")]
    pub upgrade_status: &'static str,
}

/// What a new project cost.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ProjectBilling)]
pub struct Billing {
    pub available_credits: i64,
    pub credits_charged: i64,
    pub required_credits: i64,
}

impl From<ProjectRow> for ProjectView {
    fn from(row: ProjectRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            project_kind: "open_api",
            status: row.status,
            runtime: Runtime {
                status: match row.status {
                    Status::Ready => "running",
                    Status::Provisioning | Status::Failed => "starting",
                },
                upgrade_status: "none",
            },
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

pub struct Projects {
    db: Db,
    clock: Clock,
    price: i64,
    bell: Bell,
}

impl Projects {
    pub fn new(db: Db, clock: Clock, price: i64, bell: Bell) -> Self {
        Self {
            db,
            clock,
            price,
            bell,
        }
    }

    /// Makes a project and takes its price; the worker provisions it.
    pub async fn create(
        &self,
        caller: &Authenticated,
        name: &str,
    ) -> Result<(ProjectView, Billing)> {
        let now = self.clock.now();
        let row = ProjectRow {
            id: id::new(id::Kind::Project),
            workspace_id: caller.workspace_id.clone(),
            name: text::line("name", name, 180)?,
            status: Status::Provisioning,
            created_at: now,
            updated_at: now,
        };
        let (stored, price) = (row.clone(), self.price);
        let available = self
            .db
            .write(move |connection| {
                store::insert(connection, &stored)?;
                let cause = Cause {
                    workspace_id: &stored.workspace_id,
                    project_id: Some(&stored.id),
                    job_id: None,
                    page_id: None,
                };
                if !credits::charge_project(connection, cause, price, now)? {
                    return Err(Error::new(
                        Code::InsufficientCredits,
                        format!(
                            "A project costs {price} credits, more than the workspace has left."
                        ),
                    ));
                }
                credits::available(connection, &stored.workspace_id)
            })
            .await?;
        self.bell.ring();
        let billing = Billing {
            available_credits: available,
            credits_charged: price,
            required_credits: price,
        };
        Ok((row.into(), billing))
    }

    /// Newest first.
    pub async fn list(&self, caller: &Authenticated) -> Result<Vec<ProjectView>> {
        let workspace_id = caller.workspace_id.clone();
        let rows = self
            .db
            .read(move |connection| store::of_workspace(connection, &workspace_id))
            .await?;
        Ok(rows.into_iter().map(ProjectView::from).collect())
    }

    pub async fn get(&self, caller: &Authenticated, project_id: &str) -> Result<ProjectView> {
        let row = self.find(&caller.workspace_id, project_id).await?;
        Ok(ProjectView::from(row))
    }

    /// One project of a workspace.
    pub async fn find(&self, workspace_id: &str, project_id: &str) -> Result<ProjectRow> {
        if !id::has_shape(id::Kind::Project, project_id) {
            return Err(Error::not_found("project"));
        }
        let (workspace_id, project_id) = (workspace_id.to_owned(), project_id.to_owned());
        self.db
            .peek(move |connection| store::by_id(connection, &workspace_id, &project_id))
            .await?
            .ok_or_else(|| Error::not_found("project"))
    }

    /// A page of a workspace's projects, newest first, and how many there are. Past the end it is
    /// empty.
    pub async fn page(
        &self,
        workspace_id: &str,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<ProjectRow>, i64)> {
        let workspace_id = workspace_id.to_owned();
        self.db
            .read(move |connection| {
                Ok((
                    store::some_of_workspace(connection, &workspace_id, offset, limit)?,
                    store::count(connection, &workspace_id)?,
                ))
            })
            .await
    }

    /// Makes what waits ready; answers how many.
    pub async fn provision(&self) -> Result<usize> {
        let waiting = self.db.read(store::provisioning).await?;
        if waiting.is_empty() {
            return Ok(0);
        }
        let now = self.clock.now();
        self.db
            .write(move |connection| {
                waiting
                    .iter()
                    .map(|id| store::mark_ready(connection, id, now))
                    .sum()
            })
            .await
    }
}
