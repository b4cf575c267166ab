//! One shape for every refusal, and the header fields of every answer.

use serde_json::json;

use crate::harness::TestApp;

#[actix_web::test]
async fn unknown_urls_and_methods_answer_in_the_one_shape() {
    let app = TestApp::start().await;
    let (admin, key) = app.admin_and_key().await;
    for path in [
        "/nothing",
        "/api/nothing",
        "/api/open/v1/nothing",
        "/api/open/v1/jobs",
        "/api/open/v1/projects/",
        "/%ff%00",
    ] {
        let answer = key.get(path).await;
        assert_eq!(
            (answer.status, answer.code()),
            (404, "not_found"),
            "{path}: {}",
            answer.text
        );
        assert_eq!(answer.header("content-type"), "application/json");
    }
    for (method, path, allow) in [
        ("DELETE", "/api/open/v1/projects", "POST, GET, HEAD"),
        ("PUT", "/api/open/v1/jobs/job_x", "GET, HEAD, DELETE"),
        ("TRACE", "/api/open/v1/jobs/job_x", "GET, HEAD, DELETE"),
        ("GET", "/api/open/v1/jobs/job_x/files", "POST"),
    ] {
        let answer = key.send(key.request(method, path)).await;
        assert_eq!(
            (answer.status, answer.code()),
            (405, "method_not_allowed"),
            "{method} {path}"
        );
        assert_eq!(answer.header("allow"), allow);
    }
    let answer = admin
        .send(admin.request("DELETE", "/api/open-api/keys"))
        .await;
    assert_eq!(
        (answer.status, answer.header("allow")),
        (405, "GET, HEAD, POST")
    );
    let page = admin
        .send(
            admin
                .request("GET", "/nothing")
                .header("accept", "text/html"),
        )
        .await;
    assert_eq!(page.status, 404);
    assert!(page.text.contains("<h1>Not found</h1>"));
}

#[actix_web::test]
async fn bad_bodies_answer_in_the_one_shape_and_name_the_field() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let path = "/api/open/v1/projects";
    let send = |kind: &'static str, body: String| {
        key.send(
            key.request("POST", path)
                .header("content-type", kind)
                .body(body),
        )
    };
    for (body, part) in [
        ("", "not valid JSON"),
        ("{", "not valid JSON"),
        (r#"["a"]"#, "must be a JSON object"),
        ("5", "The body is wrong"),
        ("null", "expected an object"),
        ("{}", "name"),
        (r#"{"name":5}"#, "`name`"),
        (r#"{"name":"a","colour":1}"#, "colour"),
        (r#"{"name":"a"} {"name":"b"}"#, "not valid JSON"),
        (r#"{"name":""}"#, "`name`"),
        (r#"{"name":"a\u0000b"}"#, "`name`"),
        ("{\"name\":\"\u{202e}gnp\"}", "`name`"),
        ("\u{0}", "not valid JSON"),
    ] {
        let answer = send("application/json", body.to_owned()).await;
        assert_eq!(
            (answer.status, answer.code()),
            (400, "invalid_request"),
            "{body}"
        );
        assert!(
            answer.message().contains(part),
            "{body}: {}",
            answer.message()
        );
    }
    let long = format!(r#"{{"name":"{}"}}"#, "ü".repeat(181));
    assert_eq!(send("application/json", long).await.status, 400);
    let deep = "[".repeat(200_000);
    assert_eq!(send("application/json", deep).await.status, 400);
    let invalid = key
        .request("POST", path)
        .header("content-type", "application/json")
        .body(vec![b'"', 0xff, b'"']);
    assert_eq!(key.send(invalid).await.status, 400);
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ] {
        let answer = send(kind, r#"{"name":"a"}"#.to_owned()).await;
        assert_eq!(
            (answer.status, answer.code()),
            (415, "unsupported_media_type"),
            "{kind}"
        );
    }
    let large = format!(r#"{{"name":"{}"}}"#, "x".repeat(1 << 20));
    let answer = send("application/json", large).await;
    assert_eq!((answer.status, answer.code()), (413, "payload_too_large"));
    // The same without a Content-Length.
    let chunks =
        futures_util::stream::iter((0..40).map(|_| Ok::<_, std::io::Error>(vec![b' '; 32 << 10])));
    let request = key
        .request("POST", path)
        .header("content-type", "application/json")
        .body(reqwest::Body::wrap_stream(chunks));
    assert_eq!(key.send(request).await.code(), "payload_too_large");
    assert_eq!(
        key.get(path).await.json,
        json!({ "projects": [] }),
        "nothing was made"
    );
    assert_eq!(
        send(
            "Application/JSON; charset=utf-8",
            r#"{"name":"a"}"#.to_owned()
        )
        .await
        .status,
        202
    );
}

#[actix_web::test]
async fn too_long_urls_and_headers_are_refused() {
    let app = TestApp::start().await;
    let anon = app.anon();
    let answer = anon
        .get(&format!("/api/open/v1/projects?{}", "x".repeat(9_000)))
        .await;
    assert_eq!((answer.status, answer.code()), (414, "uri_too_long"));
    let answer = anon
        .send(
            anon.request("GET", "/")
                .header("x-long", "x".repeat(40_000)),
        )
        .await;
    assert_eq!((answer.status, answer.code()), (431, "headers_too_large"));
}

#[actix_web::test]
async fn bad_path_parameters_are_not_found() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    for id in [
        "x",
        "job_",
        "%00",
        "job_%00000000000000000000000000",
        "..%2f..%2fetc",
        "job_00000000000000000000000000",
        "%ff%fe",
        "' or 1=1",
    ] {
        for path in [
            format!("jobs/{id}"),
            format!("jobs/{id}/result"),
            format!("projects/{id}"),
            format!("projects/{id}/jobs"),
            format!("jobs/{id}/artifact?path=x"),
        ] {
            let answer = key.get(&format!("/api/open/v1/{path}")).await;
            assert_eq!(
                (answer.status, answer.code()),
                (404, "not_found"),
                "{path}: {}",
                answer.text
            );
        }
    }
    let answer = key.get("/api/open/v1/jobs/job_x/artifact").await;
    assert_eq!((answer.status, answer.code()), (400, "invalid_request"));
    assert!(answer.message().contains("path"));
}

#[actix_web::test]
async fn every_answer_has_a_request_id_and_the_safe_header_fields() {
    let app = TestApp::start().await;
    let (admin, key) = app.admin_and_key().await;
    let send = |id: &str| {
        key.send(
            key.request("GET", "/api/open/v1/projects")
                .header("x-request-id", id.to_owned()),
        )
    };
    assert_eq!(
        send("trace-1.a_B").await.header("x-request-id"),
        "trace-1.a_B"
    );
    for odd in ["a b", "<script>", &"x".repeat(129), "é"] {
        let id = send(odd).await.header("x-request-id").to_owned();
        assert!(id.starts_with("req_") && id.len() == 30, "{odd}: {id}");
    }
    for (user, path) in [
        (&key, "/api/open/v1/projects"),
        (&admin, "/settings/api"),
        (&admin, "/sign-in"),
        (&app.anon(), "/nothing"),
        (&app.anon(), "/static/app.css"),
    ] {
        let answer = user.get(path).await;
        assert!(!answer.header("x-request-id").is_empty(), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert!(
            answer
                .header("content-security-policy")
                .contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert_eq!(answer.header("server"), "", "{path}");
        if !path.starts_with("/static") {
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        }
    }
    let policy = admin
        .get("/settings/api")
        .await
        .header("content-security-policy")
        .to_owned();
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"));
}

#[actix_web::test]
async fn health_is_told_without_a_key() {
    let app = TestApp::start().await;
    assert_eq!(app.anon().get("/healthz").await.text, "ok\n");
    assert_eq!(app.anon().get("/readyz").await.text, "ready\n");
    let head = app
        .anon()
        .send(app.anon().request("HEAD", "/healthz"))
        .await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
}

#[actix_web::test]
async fn what_was_sent_is_said_again_in_few_words_and_without_a_key() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let secret = key.bearer.clone().unwrap();
    let long = "x".repeat(300_000);
    let path = "/api/open/v1/projects";
    for name in [&secret, &long] {
        let answers = [
            key.post(path, json!({ name.as_str(): 1 })).await,
            key.get(&format!(
                "{path}/proj_x/jobs?status={}",
                &name[..name.len().min(5_000)]
            ))
            .await,
            key.upload(
                "job_x",
                reqwest::multipart::Form::new().text(name.clone(), "x"),
            )
            .await,
        ];
        for answer in answers {
            assert!(
                answer.status >= 400 && answer.text.len() < 1_500,
                "{}",
                answer.text
            );
            assert!(!answer.text.contains(&secret[13..]));
        }
    }
}
