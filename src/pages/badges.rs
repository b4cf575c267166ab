//! States as the pages show them: a word and a shape, never a colour alone.

use crate::jobs::{FileStatus, Status};
use crate::{projects, webhooks};

pub struct Badge {
    /// The colour, by its class.
    pub kind: &'static str,
    /// The shape, by the id that the layout draws it under.
    pub icon: &'static str,
    pub text: &'static str,
}

const fn badge(kind: &'static str, icon: &'static str, text: &'static str) -> Badge {
    Badge { kind, icon, text }
}

pub fn of_job(status: Status) -> Badge {
    match status {
        Status::Provisioning => badge("waiting", "s-waiting", "Being set up"),
        Status::AwaitingUploads => badge("waiting", "s-waiting", "Waiting for files"),
        Status::Uploading => badge("running", "s-running", "Uploading"),
        Status::Preflighting => badge("running", "s-running", "Counting pages"),
        Status::Processing => badge("running", "s-running", "Processing"),
        Status::BlockedInsufficientCredits => {
            badge("blocked", "s-blocked", "Blocked: too few credits")
        }
        Status::Completed => badge("done", "s-active", "Completed"),
        Status::CompletedWithErrors => badge("partly", "s-partly", "Completed with errors"),
        Status::Failed => badge("failed", "s-failed", "Failed"),
        Status::Cancelled => badge("off", "s-revoked", "Cancelled"),
        Status::Expired => badge("off", "s-expired", "Expired"),
    }
}

/// A file that is being read is only so while its job goes on.
pub fn of_file(status: FileStatus, job: Status) -> Badge {
    match status {
        FileStatus::Processing if job.is_terminal() => badge("off", "s-revoked", "Not finished"),
        FileStatus::Processing if job == Status::BlockedInsufficientCredits => {
            badge("waiting", "s-waiting", "Waiting")
        }
        FileStatus::AwaitingUpload => badge("waiting", "s-waiting", "Waiting for upload"),
        FileStatus::Uploaded => badge("waiting", "s-waiting", "Uploaded"),
        FileStatus::Processing => badge("running", "s-running", "Processing"),
        FileStatus::Completed => badge("done", "s-active", "Completed"),
        FileStatus::CompletedWithErrors => badge("partly", "s-partly", "Completed with errors"),
        FileStatus::Failed => badge("failed", "s-failed", "Failed"),
    }
}

pub fn of_project(status: projects::Status) -> Badge {
    match status {
        projects::Status::Provisioning => badge("running", "s-running", "Starting"),
        projects::Status::Ready => badge("done", "s-active", "Ready"),
        projects::Status::Failed => badge("failed", "s-failed", "Failed"),
    }
}

pub fn of_delivery(status: webhooks::Status) -> Badge {
    match status {
        webhooks::Status::Waiting => badge("waiting", "s-expiring", "Waiting"),
        webhooks::Status::Delivered => badge("done", "s-active", "Delivered"),
        webhooks::Status::GivenUp => badge("failed", "s-failed", "Given up"),
    }
}
