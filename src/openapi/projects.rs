//! Operations: projects.

use serde_json::json;

use super::examples::{FILE, PROJECT, project};
use super::operation::{Tag, get, post};
use crate::api::projects::{CreatedProject, ManyProjects, NewProject, OneProject, SummedProject};
use crate::error::Code::{InsufficientCredits, NameTaken, NotFound};
use crate::keys::Scope::{JobsRead, JobsWrite};

pub fn tag() -> Tag {
    Tag {
        name: "Projects",
        description: "A project holds jobs and what they found.",
        operations: vec![
            post(
                "/api/open/v1/projects",
                "createProject",
                "Create a project",
                "Makes a project and charges its price, if it has one. It is provisioned in the background: read it again until its `status` is `ready`.",
            )
            .key(JobsWrite)
            .json::<NewProject>(json!({ "name": "City library" }))
            .answers::<CreatedProject>(
                202,
                "The project, and what it cost.",
                json!({
                    "project": {
                        "id": PROJECT,
                        "name": "City library",
                        "projectKind": "open_api",
                        "status": "provisioning",
                        "runtime": { "status": "starting", "upgradeStatus": "none" },
                        "createdAt": "2026-11-24T09:58:00.000Z",
                        "updatedAt": "2026-11-24T09:58:00.000Z",
                    },
                    "billing": { "availableCredits": 99_500, "creditsCharged": 500, "requiredCredits": 500 },
                }),
            )
            .fails(&[InsufficientCredits, NameTaken]),
            get(
                "/api/open/v1/projects",
                "listProjects",
                "List projects",
                "All projects of the workspace, newest first.",
            )
            .key(JobsRead)
            .answers::<ManyProjects>(200, "The projects.", json!({ "projects": [project()] })),
            get(
                "/api/open/v1/projects/{projectId}",
                "getProject",
                "Get a project",
                "One project of the workspace.",
            )
            .key(JobsRead)
            .answers::<OneProject>(200, "The project.", json!({ "project": project() }))
            .fails(&[NotFound]),
            get(
                "/api/open/v1/projects/{projectId}/summary",
                "getSummary",
                "Summarise a project",
                "What a project holds, in short: its largest files, the disciplines of its sheets, and how many of each thing there are.",
            )
            .key(JobsRead)
            .answers::<SummedProject>(
                200,
                "The project and its summary.",
                json!({
                    "project": project(),
                    "projectSummary": {
                        "projectId": PROJECT,
                        "projectName": "City library",
                        "aliases": [],
                        "titleCandidates": [],
                        "keyFiles": [{
                            "id": FILE,
                            "fileName": "A-101.pdf",
                            "classification": "plans",
                        }],
                        "detectedDisciplines": ["architectural"],
                        "counts": { "files": 1, "sheets": 1, "regions": 0, "specifications": 0, "docs": 0 },
                    },
                }),
            )
            .fails(&[NotFound]),
        ],
    }
}
