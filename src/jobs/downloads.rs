//! Artifacts by project, and tokens that let whoever holds them download one artifact once.

use diesel::prelude::*;

use super::store::{ArtifactRow, JobRow};
use super::{Download, Jobs, known_path, known_shape, links};
use crate::clock::{MINUTE, Time};
use crate::db::Conn;
use crate::db::schema::{artifacts, download_tokens, files, jobs};
use crate::error::{Code, Error, Result};
use crate::keys::{self, Authenticated};
use crate::{id, projects};

/// How long a token may be used, in milliseconds.
const LIFE: i64 = 5 * MINUTE;

/// A token that was made.
pub struct DownloadToken {
    pub token: String,
    pub url: String,
    pub expires_at: Time,
}

/// Where a path is looked for.
pub enum Place<'a> {
    Job(&'a str),
    Project(&'a str),
}

impl Jobs {
    /// An artifact that a result of a project's jobs names.
    pub async fn project_artifact(
        &self,
        workspace_id: &str,
        project_id: &str,
        path: &str,
    ) -> Result<Download> {
        let (job, artifact) = self.find_in_project(workspace_id, project_id, path).await?;
        self.artifact_of(&job, Some(artifact))
    }

    async fn find_in_project(
        &self,
        workspace_id: &str,
        project_id: &str,
        path: &str,
    ) -> Result<(JobRow, ArtifactRow)> {
        if !id::has_shape(id::Kind::Project, project_id) {
            return Err(Error::not_found("project"));
        }
        let path = known_path(path)?;
        let (workspace_id, project_id) = (workspace_id.to_owned(), project_id.to_owned());
        self.db
            .peek(move |connection| {
                projects::by_id(connection, &workspace_id, &project_id)?
                    .ok_or_else(|| Error::not_found("project"))?;
                of_project(connection, &project_id, &path)?
                    .ok_or_else(|| Error::not_found("artifact"))
            })
            .await
    }

    /// Makes a token for an artifact that the caller may read.
    pub async fn make_download(
        &self,
        caller: &Authenticated,
        place: Place<'_>,
        path: &str,
    ) -> Result<DownloadToken> {
        let job_id = match place {
            Place::Job(job_id) => {
                self.artifact(&caller.workspace_id, job_id, path).await?;
                known_shape(job_id)?
            }
            Place::Project(project_id) => {
                let found = self.find_in_project(&caller.workspace_id, project_id, path);
                let (job, artifact) = found.await?;
                self.artifact_of(&job, Some(artifact))?;
                job.id
            }
        };
        let now = self.clock.now();
        let (id, expires_at) = (id::new(id::Kind::Row), now.plus(LIFE));
        let (row, key_id, path) = (id.clone(), caller.key_id.clone(), path.to_owned());
        self.db
            .write(move |connection| {
                diesel::insert_into(download_tokens::table)
                    .values((
                        download_tokens::id.eq(row),
                        download_tokens::job_id.eq(job_id),
                        download_tokens::key_id.eq(key_id),
                        download_tokens::path.eq(path),
                        download_tokens::created_at.eq(now),
                        download_tokens::expires_at.eq(expires_at),
                    ))
                    .execute(connection)?;
                Ok(())
            })
            .await?;
        let token = format!("{id}.{}", links::sign(&self.download_links, &id, now));
        Ok(DownloadToken {
            url: format!("{}/api/open/v1/artifact-downloads/{token}", self.base_url),
            token,
            expires_at,
        })
    }

    /// The artifact of a token. Spends the token, once whoever asks; unless it is only inspected.
    pub async fn redeem(&self, token: &str, spend: bool) -> Result<Download> {
        let now = self.clock.now();
        let wrong = || Error::not_found("download");
        let (id, signature) = token.split_once('.').ok_or_else(wrong)?;
        if !id::has_shape(id::Kind::Row, id) {
            return Err(wrong());
        }
        links::check(&self.download_links, id, signature, now)?;
        let id = id.to_owned();
        let (job, artifact) = self
            .db
            .write(move |connection| {
                let (job_id, key_id, path) = open_token(connection, &id, now)?.ok_or_else(spent)?;
                // Whoever revokes a key revokes what it has opened.
                if !keys::is_live(connection, &key_id, now)? {
                    return Err(spent());
                }
                if spend && !mark_spent(connection, &id, now)? {
                    return Err(spent());
                }
                of_job(connection, &job_id, &path)?.ok_or_else(spent)
            })
            .await?;
        self.artifact_of(&job, Some(artifact))
    }
}

fn spent() -> Error {
    Error::new(
        Code::Expired,
        "This download has been used, or it has run out. Ask for a new one.",
    )
}

/// The job, the key and the path of a token that is neither spent nor past its time.
fn open_token(
    connection: &mut Conn,
    id: &str,
    now: Time,
) -> Result<Option<(String, String, String)>> {
    Ok(download_tokens::table
        .filter(download_tokens::id.eq(id))
        .filter(download_tokens::spent_at.is_null())
        .filter(download_tokens::expires_at.gt(now))
        .select((
            download_tokens::job_id,
            download_tokens::key_id,
            download_tokens::path,
        ))
        .first(connection)
        .optional()?)
}

fn mark_spent(connection: &mut Conn, id: &str, now: Time) -> Result<bool> {
    let spent = diesel::update(download_tokens::table)
        .filter(download_tokens::id.eq(id))
        .filter(download_tokens::spent_at.is_null())
        .set(download_tokens::spent_at.eq(now))
        .execute(connection)?;
    Ok(spent == 1)
}

/// Forgets tokens whose time has run out.
pub(super) fn purge(connection: &mut Conn, now: Time) -> Result<()> {
    diesel::delete(download_tokens::table.filter(download_tokens::expires_at.le(now)))
        .execute(connection)?;
    Ok(())
}

fn of_job(
    connection: &mut Conn,
    job_id: &str,
    path: &str,
) -> Result<Option<(JobRow, ArtifactRow)>> {
    Ok(artifacts::table
        .inner_join(jobs::table)
        .filter(artifacts::job_id.eq(job_id))
        .filter(artifacts::path.eq(path))
        .filter(jobs::deleted_at.is_null())
        .select((JobRow::as_select(), ArtifactRow::as_select()))
        .first(connection)
        .optional()?)
}

fn of_project(
    connection: &mut Conn,
    project_id: &str,
    path: &str,
) -> Result<Option<(JobRow, ArtifactRow)>> {
    // A path begins with the id of its file, so no two jobs share one.
    let Some((file_id, _)) = path.split_once('/') else {
        return Ok(None);
    };
    let job_id: Option<String> = files::table
        .filter(files::id.eq(file_id))
        .select(files::job_id)
        .first(connection)
        .optional()?;
    let Some(job_id) = job_id else {
        return Ok(None);
    };
    let found = of_job(connection, &job_id, path)?;
    Ok(found.filter(|(job, _)| job.project_id == project_id))
}
