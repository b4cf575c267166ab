//! Operations: the workspace's keys, for people who are signed in.

use actix_web::http::Method;
use serde_json::json;

use super::examples::{PLAINTEXT, key, revoked_key};
use super::operation::{Answer, Content, Field, Operation, Tag, get, post};
use crate::api::keys::{
    CreatedKey, KeyChange, KeyRequest, KeysAndProfile, ManyKeys, OneKey, RotatedKey,
    RotationRequest,
};
use crate::api::session::{Confirmation, Confirmed};
use crate::error::Code::{KeyNotActive, LimitExceeded, NotFound, PasswordRequired, RateLimited};
use crate::routes::Door::{AnyKey, Session};

pub fn tag() -> Tag {
    Tag {
        name: "Keys",
        description: "The API keys of a workspace. Members make keys and change their own; admins change any. These routes are for people: they take a session and refuse API keys.",
        operations: vec![
            get(
                "/api/open/v1/key",
                "getOwnKey",
                "What a key says of itself",
                "The record of the key that sends this request: a way to try a key, and to see its scopes and its end.",
            )
            .behind(AnyKey)
            .answers::<OneKey>(200, "The key.", json!({ "key": key() }))
            .fails(&[NotFound]),
            get(
                "/api/open-api/keys",
                "listKeys",
                "List keys",
                "Every key of the workspace, newest first, revoked and expired ones included, and the terms of the API.",
            )
            .behind(Session)
            .answers::<KeysAndProfile>(
                200,
                "The keys and the profile.",
                json!({
                    "keys": [key()],
                    "profile": {
                        "drawingCreditsPerPage": 10,
                        "documentCreditsPerPage": 1,
                        "enabled": true,
                        "jobPageLimit": 500,
                        "retentionDays": 30,
                        "updatedAt": "2026-11-01T08:00:00.000Z",
                    },
                }),
            ),
            create_key(),
            get(
                "/api/open-api/keys/{keyId}",
                "getKey",
                "Get a key",
                "One key of the workspace.",
            )
            .behind(Session)
            .answers::<OneKey>(200, "The key.", json!({ "key": key() }))
            .fails(&[NotFound]),
            Operation::new(
                Method::PATCH,
                "/api/open-api/keys/{keyId}",
                "changeKey",
                "Change a key",
                "Its label, and the networks that it may be used from. What is left out stays.",
            )
            .behind(Session)
            .json::<KeyChange>(json!({ "label": "Takeoff, office", "allowedNetworks": ["203.0.113.0/24"] }))
            .answers::<OneKey>(200, "The key as it is now.", json!({ "key": key() }))
            .fails(&[NotFound, KeyNotActive]),
            rotate_key(),
            post(
                "/api/open-api/keys/{keyId}/revoke",
                "revokeKey",
                "Revoke a key",
                "From the very next request on the key is refused. A key that is revoked already stays as it is.",
            )
            .behind(Session)
            .answers::<OneKey>(200, "The key as it is now.", json!({ "key": revoked_key() }))
            .fails(&[NotFound]),
            post(
                "/api/open-api/keys/revoke-all",
                "revokeAllKeys",
                "Revoke all keys",
                "For an emergency; admins only. Every active key of the workspace ends at once, in one transaction.",
            )
            .behind(Session)
            .answers::<ManyKeys>(200, "The keys that this ended.", json!({ "keys": [revoked_key()] }))
            .fails(&[PasswordRequired]),
            post(
                "/api/open-api/session/confirm",
                "confirm",
                "Confirm the password",
                "What matters most asks for the password again when the sign-in is old. The session gets a new secret.",
            )
            .behind(Session)
            .json::<Confirmation>(json!({ "password": "correct horse battery staple" }))
            .answer(
                Answer::empty(200, "The password is right.")
                    .with(&[Field::SetCookie])
                    .of(Content::json::<Confirmed>(json!({ "confirmedAt": "2026-11-24T10:00:00.000Z" }))),
            )
            .fails(&[RateLimited]),
        ],
    }
}

fn create_key() -> Operation {
    post(
        "/api/open-api/keys",
        "createKey",
        "Create a key",
        "Makes a key and answers its plaintext, which is never shown again.",
    )
    .behind(Session)
    .json::<KeyRequest>(json!({
        "label": "Takeoff",
        "scopes": ["jobs:read", "artifacts:read"],
        "expiresAt": "2027-02-22T09:30:00.000Z",
        "allowedNetworks": ["203.0.113.0/24"],
    }))
    .answers::<CreatedKey<'_>>(
        201,
        "The key and its plaintext.",
        json!({ "key": key(), "plaintextKey": PLAINTEXT }),
    )
    .fails(&[PasswordRequired, LimitExceeded])
}

fn rotate_key() -> Operation {
    let mut old = key();
    if let Some(fields) = old.as_object_mut() {
        let successor = json!("key_06b9d5t1v5a9b3c7d1e5f9g3h7");
        fields.insert("replacedByKeyId".to_owned(), successor);
    }
    post(
        "/api/open-api/keys/{keyId}/rotate",
        "rotateKey",
        "Rotate a key",
        "Makes a successor with the same label, scopes and networks. The old key works until the successor is first used, and at most for the grace.",
    )
    .behind(Session)
    .optional_json::<RotationRequest>(json!({ "grace": "24h" }))
    .answers::<RotatedKey<'_>>(
        201,
        "The successor, its plaintext, and the key that it replaces.",
        json!({ "key": key(), "plaintextKey": PLAINTEXT, "replacedKey": old }),
    )
    .fails(&[NotFound, PasswordRequired, KeyNotActive, LimitExceeded])
}
