//! What the pages for people read of jobs. A job that was forgotten is not found by any of it; only
//! its costs stay.

use std::collections::HashMap;

use diesel::dsl::{count_star, max};
use diesel::prelude::*;

use super::store::JobRow;
use super::{FileStatus, Jobs, PageStatus, Status, known_shape};
use crate::clock::Time;
use crate::db::Conn;
use crate::db::schema::{artifacts, files, job_transitions, jobs, pages};
use crate::documents::{ArtifactType, PageKind, PageReading};
use crate::error::{Error, Result};
use crate::id;

/// Failed pages that are told one by one.
pub const TOLD_FAULTS: i64 = 100;

/// The jobs of a project in a few words.
pub struct OfProject {
    pub count: i64,
    pub last_id: String,
    pub last_status: Status,
    /// When the last job was created.
    pub last_at: Time,
}

/// A job in a list.
pub struct ListedJob {
    pub row: JobRow,
    pub failed_pages: i64,
    pub files: i64,
}

/// Where a job belongs.
#[derive(Clone, Debug, Queryable)]
pub struct OfJob {
    pub job_id: String,
    pub project_id: String,
    pub external_id: Option<String>,
}

/// A file of a job.
#[derive(Clone, Debug, Queryable)]
pub struct FileLine {
    pub id: String,
    pub file_name: String,
    pub file_size: i64,
    pub status: FileStatus,
    pub page_count: Option<i64>,
    pub error_message: Option<String>,
}

/// A page that could not be read.
#[derive(Clone, Debug, Queryable)]
pub struct PageFault {
    pub file_id: String,
    pub page_number: i64,
    pub code: Option<String>,
    pub message: Option<String>,
}

/// A change of a job's status.
#[derive(Clone, Debug, Queryable)]
pub struct Change {
    pub to: Status,
    pub happened_at: Time,
}

/// A page that was read, with the paths of its pictures.
pub struct Sheet {
    pub file_id: String,
    pub page_number: i64,
    pub is_drawing: bool,
    pub number: Option<String>,
    pub name: Option<String>,
    pub width_points: f64,
    pub height_points: f64,
    pub thumbnail: String,
    pub image: Option<String>,
}

/// A job with all that its page shows.
pub struct WholeJob {
    pub row: JobRow,
    pub files: Vec<FileLine>,
    pub failed_pages: i64,
    /// The first [`TOLD_FAULTS`].
    pub faults: Vec<PageFault>,
    /// Oldest first.
    pub changes: Vec<Change>,
    /// A part of the pages that were read; none until there is a result, and none after it is
    /// deleted.
    pub sheets: Vec<Sheet>,
}

impl Jobs {
    /// The jobs of some projects of a workspace; a project without any is missing.
    pub async fn of_projects(
        &self,
        workspace_id: &str,
        project_ids: Vec<String>,
    ) -> Result<HashMap<String, OfProject>> {
        let workspace_id = workspace_id.to_owned();
        self.db
            .read(move |connection| of_projects(connection, &workspace_id, &project_ids))
            .await
    }

    /// A page of a project's jobs, newest first, and how many there are with that status. Past the
    /// end it is empty.
    pub async fn page(
        &self,
        workspace_id: &str,
        project_id: &str,
        status: Option<Status>,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<ListedJob>, i64)> {
        let (workspace_id, project_id) = (workspace_id.to_owned(), project_id.to_owned());
        self.db
            .read(move |connection| {
                let wanted = || {
                    let query = jobs::table
                        .filter(jobs::workspace_id.eq(&workspace_id))
                        .filter(jobs::project_id.eq(&project_id))
                        .filter(jobs::deleted_at.is_null())
                        .into_boxed();
                    match status {
                        Some(status) => query.filter(jobs::status.eq(status)),
                        None => query,
                    }
                };
                let matching = wanted().count().get_result(connection)?;
                let rows = wanted()
                    .order((jobs::created_at.desc(), jobs::id.desc()))
                    .offset(offset)
                    .limit(limit)
                    .select(JobRow::as_select())
                    .load(connection)?;
                Ok((with_counts(connection, rows)?, matching))
            })
            .await
    }

    /// One job of a project.
    pub async fn of_project(
        &self,
        workspace_id: &str,
        project_id: &str,
        job_id: &str,
    ) -> Result<JobRow> {
        let job_id = known_shape(job_id)?;
        let (workspace_id, project_id) = (workspace_id.to_owned(), project_id.to_owned());
        self.db
            .read(move |connection| job_of_project(connection, &workspace_id, &project_id, &job_id))
            .await
    }

    /// One job of a project with all that its page shows; of the pages that were read `limit` from
    /// `offset` on.
    pub async fn whole(
        &self,
        workspace_id: &str,
        project_id: &str,
        job_id: &str,
        (offset, limit): (i64, i64),
    ) -> Result<WholeJob> {
        let (job_id, now) = (known_shape(job_id)?, self.clock.now());
        let (workspace_id, project_id) = (workspace_id.to_owned(), project_id.to_owned());
        self.db
            .read(move |connection| {
                let row = job_of_project(connection, &workspace_id, &project_id, &job_id)?;
                let has_pictures = row.result_blob.is_some() && row.expires_at > now;
                Ok(WholeJob {
                    files: file_lines(connection, &job_id)?,
                    failed_pages: failed_pages(connection, &[&job_id])?
                        .remove(&job_id)
                        .unwrap_or(0),
                    faults: faults(connection, &job_id)?,
                    changes: changes(connection, &job_id)?,
                    sheets: match has_pictures {
                        true => sheets(connection, &job_id, offset, limit)?,
                        false => Vec::new(),
                    },
                    row,
                })
            })
            .await
    }

    /// Where some jobs of a workspace belong, by their ids.
    pub async fn places(
        &self,
        workspace_id: &str,
        job_ids: Vec<String>,
    ) -> Result<HashMap<String, OfJob>> {
        let workspace_id = workspace_id.to_owned();
        let found: Vec<OfJob> = self
            .db
            .read(move |connection| {
                Ok(jobs::table
                    .filter(jobs::id.eq_any(&job_ids))
                    .filter(jobs::workspace_id.eq(&workspace_id))
                    .filter(jobs::deleted_at.is_null())
                    .select((jobs::id, jobs::project_id, jobs::external_id))
                    .load(connection)?)
            })
            .await?;
        Ok(found
            .into_iter()
            .map(|job| (job.job_id.clone(), job))
            .collect())
    }
}

fn job_of_project(
    connection: &mut Conn,
    workspace_id: &str,
    project_id: &str,
    job_id: &str,
) -> Result<JobRow> {
    if !id::has_shape(id::Kind::Project, project_id) {
        return Err(Error::not_found("project"));
    }
    jobs::table
        .filter(jobs::id.eq(job_id))
        .filter(jobs::project_id.eq(project_id))
        .filter(jobs::workspace_id.eq(workspace_id))
        .filter(jobs::deleted_at.is_null())
        .select(JobRow::as_select())
        .first(connection)
        .optional()?
        .ok_or_else(|| Error::not_found("job"))
}

fn of_projects(
    connection: &mut Conn,
    workspace_id: &str,
    project_ids: &[String],
) -> Result<HashMap<String, OfProject>> {
    // Ids sort by their time, so the greatest is the newest.
    let counted: Vec<(i64, Option<String>)> = jobs::table
        .filter(jobs::project_id.eq_any(project_ids))
        .filter(jobs::workspace_id.eq(workspace_id))
        .filter(jobs::deleted_at.is_null())
        .group_by(jobs::project_id)
        .select((count_star(), max(jobs::id)))
        .load(connection)?;
    let mut counts: HashMap<String, i64> = counted
        .into_iter()
        .filter_map(|(count, last)| Some((last?, count)))
        .collect();
    let last_ids: Vec<String> = counts.keys().cloned().collect();
    let last: Vec<(String, String, Status, Time)> = jobs::table
        .filter(jobs::id.eq_any(&last_ids))
        .select((jobs::id, jobs::project_id, jobs::status, jobs::created_at))
        .load(connection)?;
    Ok(last
        .into_iter()
        .map(|(last_id, project_id, last_status, last_at)| {
            let found = OfProject {
                count: counts.remove(&last_id).unwrap_or(0),
                last_id,
                last_status,
                last_at,
            };
            (project_id, found)
        })
        .collect())
}

fn with_counts(connection: &mut Conn, rows: Vec<JobRow>) -> Result<Vec<ListedJob>> {
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let mut failed = failed_pages(connection, &ids)?;
    let counted: Vec<(String, i64)> = files::table
        .filter(files::job_id.eq_any(&ids))
        .group_by(files::job_id)
        .select((files::job_id, count_star()))
        .load(connection)?;
    let mut counted: HashMap<String, i64> = counted.into_iter().collect();
    Ok(rows
        .into_iter()
        .map(|row| ListedJob {
            failed_pages: failed.remove(&row.id).unwrap_or(0),
            files: counted.remove(&row.id).unwrap_or(0),
            row,
        })
        .collect())
}

fn failed_pages(connection: &mut Conn, job_ids: &[&str]) -> Result<HashMap<String, i64>> {
    let counted: Vec<(String, i64)> = pages::table
        .filter(pages::job_id.eq_any(job_ids))
        .filter(pages::status.eq(PageStatus::Failed))
        .group_by(pages::job_id)
        .select((pages::job_id, count_star()))
        .load(connection)?;
    Ok(counted.into_iter().collect())
}

fn file_lines(connection: &mut Conn, job_id: &str) -> Result<Vec<FileLine>> {
    Ok(files::table
        .filter(files::job_id.eq(job_id))
        .order(files::id)
        .select((
            files::id,
            files::file_name,
            files::file_size,
            files::status,
            files::page_count,
            files::error_message,
        ))
        .load(connection)?)
}

fn faults(connection: &mut Conn, job_id: &str) -> Result<Vec<PageFault>> {
    Ok(pages::table
        .filter(pages::job_id.eq(job_id))
        .filter(pages::status.eq(PageStatus::Failed))
        .order((pages::file_id, pages::page_number))
        .limit(TOLD_FAULTS)
        .select((
            pages::file_id,
            pages::page_number,
            pages::error_code,
            pages::error_message,
        ))
        .load(connection)?)
}

fn changes(connection: &mut Conn, job_id: &str) -> Result<Vec<Change>> {
    Ok(job_transitions::table
        .filter(job_transitions::job_id.eq(job_id))
        .order(job_transitions::sequence)
        .select((job_transitions::to_status, job_transitions::happened_at))
        .load(connection)?)
}

fn sheets(connection: &mut Conn, job_id: &str, offset: i64, limit: i64) -> Result<Vec<Sheet>> {
    let found: Vec<(String, String, String, i64, Option<String>)> = artifacts::table
        .inner_join(pages::table.on(artifacts::page_id.eq(pages::id.nullable())))
        .filter(artifacts::job_id.eq(job_id))
        .filter(artifacts::artifact_type.eq(ArtifactType::Thumbnail.as_str()))
        .order((pages::file_id, pages::page_number))
        .offset(offset)
        .limit(limit)
        .select((
            pages::id,
            pages::file_id,
            artifacts::path,
            pages::page_number,
            pages::reading,
        ))
        .load(connection)?;
    let ids: Vec<&str> = found.iter().map(|(id, ..)| id.as_str()).collect();
    let images: Vec<(Option<String>, String)> = artifacts::table
        .filter(artifacts::job_id.eq(job_id))
        .filter(artifacts::artifact_type.eq(ArtifactType::PageImage.as_str()))
        .filter(artifacts::page_id.assume_not_null().eq_any(ids))
        .select((artifacts::page_id, artifacts::path))
        .load(connection)?;
    let mut images: HashMap<String, String> = images
        .into_iter()
        .filter_map(|(page_id, path)| Some((page_id?, path)))
        .collect();
    let mut sheets = Vec::with_capacity(found.len());
    for (page_id, file_id, thumbnail, page_number, reading) in found {
        let Some(reading) = reading else { continue };
        let reading: PageReading = serde_json::from_str(&reading)?;
        sheets.push(Sheet {
            file_id,
            page_number,
            is_drawing: reading.kind == PageKind::Drawing,
            number: reading.sheet_number,
            name: reading.sheet_name,
            width_points: reading.width_points,
            height_points: reading.height_points,
            thumbnail,
            image: images.remove(&page_id),
        });
    }
    Ok(sheets)
}
