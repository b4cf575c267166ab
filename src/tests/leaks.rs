//! Keys that were found where they should not be: by scanners, and by people.

use hmac::{Hmac, KeyInit, Mac};
use plangrep::accounts::Role;
use plangrep::clock::MINUTE;
use serde_json::json;
use sha2::Sha256;

use crate::harness::{SCOPES, TestApp};
use crate::key_lives::id;

const KEYS: &str = "/api/open-api/keys";
const READ: &str = "/api/open/v1/projects";

pub fn signed(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let hex: String = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256={hex}")
}

pub const LEAKS: &str = "/api/open-api/leaks";
pub const SECRET: &str = "a-shared-secret-of-enough-characters";

async fn report(app: &TestApp, body: &str, field: (&str, &str)) -> crate::harness::Answer {
    let user = app.anon();
    let request = user
        .request("POST", LEAKS)
        .header("content-type", "application/json")
        .header(field.0, field.1)
        .body(body.to_owned());
    user.send(request).await
}

#[actix_web::test]
async fn a_scanner_reports_leaked_keys_and_they_end() {
    let app = TestApp::start_with(|settings| settings.leak_secret = Some(SECRET.to_owned())).await;
    let (admin, member) = (app.admin().await, app.member().await);
    let (key, row) = app.key_of(&member, &SCOPES).await;
    let (revoked, other) = app.key_of(&admin, &SCOPES).await;
    let path = format!("{KEYS}/{}/revoke", id(&other));
    assert_eq!(admin.post_nothing(&path).await.status, 200);
    app.drain().await;
    app.mails();
    let place = "https://github.com/example/repo/blob/main/.env#L3";
    let body = json!([
        { "token": key.bearer, "type": "plangrep_api_key", "url": place, "source": "content" },
        { "token": revoked.bearer, "type": "plangrep_api_key", "url": place },
        { "token": "pgk_live_0000000000000000000000000000000028HM0x", "type": "plangrep_api_key", "url": "" },
        { "token": "rubbish", "type": "x" },
    ])
    .to_string();
    for (name, value) in [
        ("x-hub-signature-256", "sha256=00"),
        (
            "x-hub-signature-256",
            &signed("another secret of that length!!!!", &body),
        ),
        ("x-hub-signature-256", &signed(SECRET, &format!("{body} "))),
        ("x-nothing", "x"),
        ("authorization", &format!("Bearer {SECRET}")),
    ] {
        let answer = report(&app, &body, (name, value)).await;
        assert_eq!(
            (answer.status, answer.code()),
            (401, "unauthorized"),
            "{name}"
        );
    }
    assert_eq!(key.get(READ).await.status, 200);
    app.drain().await;
    let used_at = admin.get(KEYS).await.json["keys"][1]["lastUsedAt"].clone();
    app.clock.advance(MINUTE);

    let answer = report(&app, &body, ("x-hub-signature-256", &signed(SECRET, &body))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let labels: Vec<_> = answer
        .json
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["label"].as_str().unwrap())
        .collect();
    assert_eq!(
        labels,
        [
            "true_positive",
            "true_positive",
            "false_positive",
            "false_positive"
        ]
    );
    assert_eq!(answer.json[0]["token_type"], "plangrep_api_key");
    assert!(!answer.text.contains(&key.bearer.clone().unwrap()[13..]));
    assert_eq!(key.get(READ).await.status, 401);
    app.drain().await;
    let mails = app.mails();
    let mut told: Vec<_> = mails.iter().map(|mail| mail.recipient.as_str()).collect();
    told.sort_unstable();
    assert_eq!(told, ["ada@example.com", "ben@example.com"]);
    for mail in &mails {
        assert_eq!(mail.subject, "API key leaked and revoked: Takeoff");
        assert!(mail.text.contains(place), "{}", mail.text);
        assert!(
            !mail.html.contains(&format!("href=\"{place}")),
            "no link away"
        );
        assert!(!mail.text.contains(&key.bearer.clone().unwrap()[13..]));
    }
    let view = admin.get(&format!("{KEYS}/{}", id(&row))).await;
    assert_eq!(view.json["key"]["lastUsedAt"], used_at, "no use of the key");

    // Sent twice, it changes nothing more.
    let answer = report(&app, &body, ("x-hub-signature-256", &signed(SECRET, &body))).await;
    assert_eq!(answer.status, 200);
    app.drain().await;
    assert!(app.mails().is_empty());
    for body in ["{}", "[", "[{\"type\":\"x\"}]", "[1]"] {
        let answer = report(&app, body, ("x-hub-signature-256", &signed(SECRET, body))).await;
        assert_eq!(
            (answer.status, answer.code()),
            (400, "invalid_request"),
            "{body}"
        );
    }
}

#[actix_web::test]
async fn github_signs_with_its_public_key() {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};

    let random = ring::rand::SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
    let pair =
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref(), &random)
            .unwrap();
    // SubjectPublicKeyInfo of a P-256 key (RFC 5480).
    let mut der = STANDARD
        .decode("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgA=")
        .unwrap();
    der.extend_from_slice(pair.public_key().as_ref());
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        STANDARD.encode(&der)
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.json");
    let file =
        json!({ "public_keys": [{ "key_identifier": "abc", "key": pem, "is_current": true }] });
    std::fs::write(&path, file.to_string()).unwrap();
    let app = TestApp::start_with(|settings| {
        settings.leak_public_keys = Some(path.display().to_string());
    })
    .await;
    let admin = app.admin().await;
    let (key, _) = app.key_of(&admin, &SCOPES).await;
    let body = json!([{ "token": key.bearer, "type": "plangrep_api_key", "url": "https://github.com/a/b" }]).to_string();
    let sign = |bytes: &str| STANDARD.encode(pair.sign(&random, bytes.as_bytes()).unwrap());
    let send = async |identifier: &str, signature: String| {
        let user = app.anon();
        let request = user
            .request("POST", LEAKS)
            .header("content-type", "application/json")
            .header("github-public-key-identifier", identifier)
            .header("github-public-key-signature", signature)
            .body(body.clone());
        user.send(request).await.status
    };
    assert_eq!(send("other", sign(&body)).await, 401);
    assert_eq!(send("abc", sign("[]")).await, 401);
    assert_eq!(send("abc", "????".to_owned()).await, 401);
    assert_eq!(key.get(READ).await.status, 200);
    assert_eq!(send("abc", sign(&body)).await, 200);
    assert_eq!(key.get(READ).await.status, 401);
}

#[actix_web::test]
async fn without_configured_scanners_no_report_is_believed() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (key, _) = app.key_of(&admin, &SCOPES).await;
    let body = json!([{ "token": key.bearer, "type": "x" }]).to_string();
    for secret in ["", SECRET] {
        let answer = report(&app, &body, ("x-hub-signature-256", &signed(secret, &body))).await;
        assert_eq!(answer.status, 401);
    }
    assert_eq!(key.get(READ).await.status, 200);
}

#[actix_web::test]
async fn the_form_of_a_key_is_told_to_scanners() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (key, _) = app.key_of(&admin, &SCOPES).await;
    let answer = app.anon().get("/.well-known/secret-scanning.json").await;
    assert_eq!(answer.status, 200);
    let kind = &answer.json["secretTypes"][0];
    assert_eq!(kind["regex"], "pgk_live_[0-9A-Za-z]{38}");
    // The rule as it is told finds our keys true.
    let plain = key.bearer.unwrap();
    let digits: Vec<char> = kind["checksum"]["digits"]
        .as_str()
        .unwrap()
        .chars()
        .collect();
    let (body, check) = plain.split_at(41);
    let mut rest = crc32fast::hash(body.as_bytes()) as usize;
    let mut text = Vec::new();
    for _ in 0..6 {
        text.insert(0, digits[rest % 62]);
        rest /= 62;
    }
    assert_eq!(text.into_iter().collect::<String>(), check);
}

#[actix_web::test]
async fn a_member_reports_a_key_that_they_found() {
    let app = TestApp::start().await;
    let (admin, member) = (app.admin().await, app.member().await);
    let (key, _) = app.key_of(&admin, &SCOPES).await;
    let stranger = app.person("Elm Ltd", "Eve", Role::Admin).await;
    let (theirs, _) = app.key_of(&stranger, &SCOPES).await;
    let path = "/settings/api/found";
    let plain = key.bearer.clone().unwrap();
    for text in ["", "rubbish", theirs.bearer.as_ref().unwrap()] {
        let answer = member
            .post_form(path, &[("key", text), ("place", "Slack")])
            .await;
        assert!(matches!(answer.status, 200 | 400));
        assert!(
            text.is_empty() || !answer.text.contains(text),
            "never echoed"
        );
    }
    assert_eq!(theirs.get(READ).await.status, 200, "another workspace’s");
    let pasted = format!("  {plain}\n");
    let answer = member
        .post_form(path, &[("key", &pasted), ("place", "Slack, #general")])
        .await;
    assert_eq!(answer.status, 200);
    assert!(!answer.text.contains(&plain[13..]));
    assert!(answer.text.contains("Takeoff"), "{}", answer.text);
    assert_eq!(key.get(READ).await.status, 401);
    app.drain().await;
    let mails = app.mails();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].text.contains("Slack, #general"));
    assert!(mails[0].text.contains("Ben (ben@example.com)"));
}
