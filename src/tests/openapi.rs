//! The description of the API against the table of routes, the errors and its own examples.

use std::collections::BTreeSet;

use plangrep::error::Code;
use plangrep::routes::{Door, table};
use serde_json::{Value, json};
use strum::IntoEnumIterator;

use crate::command_line::{Place, text};
use crate::harness::TestApp;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

fn printed() -> String {
    let told = Place::new().run(&["openapi"], "");
    assert!(told.status.success(), "{}", text(&told.stderr));
    text(&told.stdout)
}

fn description() -> Value {
    serde_json::from_str(&printed()).unwrap()
}

/// Path, method and operation of each.
fn operations(description: &Value) -> Vec<(&String, &String, &Value)> {
    let mut all = Vec::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            assert!(METHODS.contains(&method.as_str()));
            all.push((path, method, operation));
        }
    }
    all
}

/// `jobId` as `job_id`.
fn as_in_the_table(path: &str) -> String {
    path.chars()
        .flat_map(|letter| match letter.is_ascii_uppercase() {
            true => vec!['_', letter.to_ascii_lowercase()],
            false => vec![letter],
        })
        .collect()
}

#[actix_web::test]
async fn the_program_and_the_server_tell_the_same() {
    let app = TestApp::start().await;
    let served = app.anon().get("/api/openapi.json").await;
    assert_eq!(served.status, 200);
    assert_eq!(served.header("content-type"), "application/json");
    assert_eq!(served.text, printed());
    let again = app
        .anon()
        .request("GET", "/api/openapi.json")
        .header("if-none-match", served.header("etag"));
    assert_eq!(app.anon().send(again).await.status, 304);
}

#[test]
fn every_route_for_software_is_described_with_its_scope_and_nothing_else_is() {
    let description = description();
    let mut described = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&description) {
        let security = operation["security"].to_string();
        described.insert((as_in_the_table(path), method.to_uppercase(), security));
        assert!(ids.insert(operation["operationId"].as_str().unwrap()));
        for field in ["summary", "description"] {
            assert!(!operation[field].as_str().unwrap().is_empty(), "{path}");
        }
        let answers = operation["responses"].as_object().unwrap();
        assert!(
            answers.keys().any(|status| status.starts_with('2')),
            "{path}"
        );
    }
    let expected: BTreeSet<_> = table()
        .into_iter()
        .filter(|endpoint| match endpoint.door {
            Door::Page => false,
            Door::Open => !endpoint.path.starts_with("/static/") && endpoint.path != "/api/docs",
            _ => true,
        })
        .map(|endpoint| {
            let security = match endpoint.door {
                Door::Key(scope) => json!([{ "apiKey": [scope.as_str()] }]),
                Door::AnyKey => json!([{ "apiKey": [] }]),
                Door::Session => json!([{ "session": [] }]),
                Door::Page | Door::Open => json!([]),
            };
            (
                endpoint.path.to_owned(),
                endpoint.method.to_string(),
                security.to_string(),
            )
        })
        .collect();
    assert_eq!(described, expected);
}

#[test]
fn every_code_of_an_error_is_listed() {
    let description = description();
    let listed: BTreeSet<&str> =
        description["components"]["schemas"]["Error"]["properties"]["error"]["properties"]["code"]
            ["enum"]
            .as_array()
            .unwrap()
            .iter()
            .map(|code| code.as_str().unwrap())
            .collect();
    let known: BTreeSet<&str> = Code::iter().map(Code::as_str).collect();
    assert_eq!(listed, known);
    // Each has a route that refuses with it. A wrong method has no route of its own.
    let refusals = description["components"]["responses"].to_string();
    for code in known {
        assert!(
            code == "method_not_allowed" || refusals.contains(&format!("\"{code}\"")),
            "{code}"
        );
        let table = description["info"]["description"].as_str().unwrap();
        assert!(table.contains(&format!("`{code}`")), "{code}");
    }
}

/// Every schema beside an example of it, wherever in the description.
fn pairs(place: &Value, found: &mut Vec<(Value, Value)>) {
    match place {
        Value::Object(fields) => {
            if let Some(schema) = fields.get("schema") {
                let one = fields.get("example").cloned();
                let several = fields.get("examples").and_then(Value::as_object);
                let several = several
                    .into_iter()
                    .flat_map(|examples| examples.values())
                    .map(|example| example["value"].clone());
                for example in one.into_iter().chain(several) {
                    found.push((schema.clone(), example));
                }
            }
            for (name, value) in fields {
                if name != "example" && name != "examples" {
                    pairs(value, found);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| pairs(item, found)),
        _ => {}
    }
}

#[test]
fn every_example_fits_its_schema() {
    let description = description();
    let mut found = Vec::new();
    pairs(&description, &mut found);
    assert!(found.len() > 100, "{}", found.len());
    for (schema, example) in found {
        let whole = json!({ "allOf": [schema], "components": description["components"] });
        let validator = jsonschema::draft202012::options()
            .should_validate_formats(true)
            .build(&whole)
            .unwrap();
        let problems: Vec<String> = validator
            .iter_errors(&example)
            .map(|problem| format!("{}: {problem}", problem.instance_path()))
            .collect();
        assert!(problems.is_empty(), "{schema} {example}: {problems:?}");
    }
}

#[actix_web::test]
async fn the_reference_shows_every_operation_and_its_links_lead_somewhere() {
    let app = TestApp::start().await;
    let page = app.anon().get("/api/docs").await;
    assert_eq!(page.status, 200);
    assert!(
        page.header("content-security-policy")
            .contains("script-src 'self'")
    );
    assert!(!page.text.contains("<style") && !page.text.contains(" style="));
    assert_eq!(page.text.matches("<script").count(), 1);
    assert!(page.text.contains(&app.url));
    for (path, _, operation) in operations(&description()) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(page.text.contains(&format!("id=\"{id}\"")), "{id}");
        assert!(page.text.contains(path), "{path}");
    }
    let mut ids = BTreeSet::new();
    for piece in page.text.split(" id=\"").skip(1) {
        let id = piece.split('"').next().unwrap();
        assert!(ids.insert(id.to_owned()), "{id} twice");
    }
    for piece in page.text.split("href=\"#").skip(1) {
        let id = piece.split('"').next().unwrap();
        assert!(ids.contains(id), "#{id}");
    }
    let settings = app.admin().await.get("/settings/api").await;
    assert!(settings.text.contains("href=\"/api/docs\""));
}
