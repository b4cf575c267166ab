//! What this server sends to the `webhookUrl` of a job.

use serde_json::json;

use super::examples::status_changed as event;
use super::operation::{Answer, Operation, post, signed_with};
use crate::jobs::Event;

pub fn status_changed() -> Operation {
    let mut operation = post(
        "",
        "jobStatusChanged",
        "A job's status changed",
        "One POST to the job's `webhookUrl` for each change of its status, signed by the Standard Webhooks specification. Check the signature with any of its libraries and the `webhookSigningSecret` of the job; refuse timestamps that are minutes old; remember `webhook-id`, since one event may come twice.\n\nAnswer 2xx within 10 seconds. Anything else is tried again after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h, give or take a tenth; 410 ends it.",
    )
    .header(signed_with(
        "webhook-id",
        "Names the event; the same at every attempt.",
        json!("ev_06b9d3k5l9m3n7o1p5q9r3s7tg"),
    ))
    .header(signed_with(
        "webhook-timestamp",
        "When this attempt was made: seconds since 1970.",
        json!("1795514531"),
    ))
    .header(signed_with(
        "webhook-signature",
        "`v1,` and the base64 of HMAC-SHA-256 over `id.timestamp.body`.",
        json!("v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="),
    ))
    .json::<Event>(event())
    .answer(Answer::empty(200, "Taken. Any 2xx will do."))
    .answer(Answer::empty(410, "Nobody listens here any more: no further attempts for this event."));
    for parameter in &mut operation.parameters {
        parameter.is_required = true;
    }
    operation
}
