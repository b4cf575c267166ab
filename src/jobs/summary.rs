//! What a project holds, in short.

use diesel::dsl::count_star;
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Jobs, PageStatus};
use crate::db::Conn;
use crate::db::schema::{files, jobs, pages};
use crate::documents::{Classification, PageKind};
use crate::error::{Error, Result};
use crate::id;
use crate::projects::{self, ProjectView};

/// Files that a summary names.
const MOST_KEY_FILES: i64 = 20;

/// What a project holds, in short.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProjectSummary {
    pub project_id: String,
    pub project_name: String,
    /// Other names of the project; not read from documents yet.
    pub aliases: Vec<String>,
    /// What title blocks call the project; not read from documents yet.
    pub title_candidates: Vec<String>,
    /// The files with the most pages.
    pub key_files: Vec<KeyFile>,
    /// Of the sheets that were read, in the order of their names.
    pub detected_disciplines: Vec<String>,
    pub counts: Counts,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyFile {
    pub id: String,
    pub file_name: String,
    #[schema(required)]
    #[schema(value_type = Option<Classification>)]
    pub classification: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ProjectCounts)]
pub struct Counts {
    pub files: i64,
    pub sheets: i64,
    pub regions: i64,
    pub specifications: i64,
    pub docs: i64,
}

impl Jobs {
    pub async fn summary(
        &self,
        workspace_id: &str,
        project_id: &str,
    ) -> Result<(ProjectView, ProjectSummary)> {
        if !id::has_shape(id::Kind::Project, project_id) {
            return Err(Error::not_found("project"));
        }
        let (workspace_id, project_id) = (workspace_id.to_owned(), project_id.to_owned());
        self.db
            .read(move |connection| {
                let project = projects::by_id(connection, &workspace_id, &project_id)?
                    .ok_or_else(|| Error::not_found("project"))?;
                let summary = ProjectSummary {
                    project_id: project.id.clone(),
                    project_name: project.name.clone(),
                    aliases: Vec::new(),
                    title_candidates: Vec::new(),
                    key_files: key_files(connection, &project_id)?,
                    detected_disciplines: disciplines(connection, &project_id)?,
                    counts: counts(connection, &project_id)?,
                };
                Ok((project.into(), summary))
            })
            .await
    }
}

fn key_files(connection: &mut Conn, project_id: &str) -> Result<Vec<KeyFile>> {
    let rows: Vec<(String, String, Option<String>)> = files::table
        .inner_join(jobs::table)
        .filter(jobs::project_id.eq(project_id))
        .filter(jobs::deleted_at.is_null())
        .filter(files::page_count.is_not_null())
        .order((files::page_count.desc(), files::id))
        .limit(MOST_KEY_FILES)
        .select((files::id, files::file_name, files::classification))
        .load(connection)?;
    let view = |(id, file_name, classification)| KeyFile {
        id,
        file_name,
        classification,
    };
    Ok(rows.into_iter().map(view).collect())
}

fn disciplines(connection: &mut Conn, project_id: &str) -> Result<Vec<String>> {
    let found: Vec<Option<String>> = pages::table
        .inner_join(files::table.inner_join(jobs::table))
        .filter(jobs::project_id.eq(project_id))
        .filter(jobs::deleted_at.is_null())
        .filter(pages::discipline.is_not_null())
        .select(pages::discipline)
        .distinct()
        .order(pages::discipline)
        .load(connection)?;
    Ok(found.into_iter().flatten().collect())
}

fn counts(connection: &mut Conn, project_id: &str) -> Result<Counts> {
    let files = files::table
        .inner_join(jobs::table)
        .filter(jobs::project_id.eq(project_id))
        .filter(jobs::deleted_at.is_null())
        .select(count_star())
        .first(connection)?;
    let sheets = pages::table
        .inner_join(files::table.inner_join(jobs::table))
        .filter(jobs::project_id.eq(project_id))
        .filter(jobs::deleted_at.is_null())
        .filter(pages::status.eq(PageStatus::Done))
        .filter(pages::kind.eq(PageKind::Drawing.as_str()))
        .select(count_star())
        .first(connection)?;
    Ok(Counts {
        files,
        sheets,
        // The engine does not find these yet.
        regions: 0,
        specifications: 0,
        docs: 0,
    })
}
