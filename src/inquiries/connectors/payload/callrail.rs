//! A call or a text message of `CallRail` (<https://apidocs.callrail.com/#webhooks>). The same call is told when it
//! rings, when it ends and when somebody adds a note: `resource_id` names it each time. A recording is an address, kept
//! as it is and never fetched.

use serde_json::Value;

use super::{Lead, Unreadable, flat, id_of, instant_of};

/// The words by which a text message ends texting (47 CFR 64.1200(a)(10)), and the two that carriers add.
const STOP_WORDS: [&str; 9] =
    ["stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe", "stopall", "optout"];

pub(super) fn read(body: &Value) -> Result<Lead, Unreadable> {
    let external_id = id_of(body.get("resource_id")).ok_or(Unreadable)?;
    let told = ["updated_at", "timestamp", "start_time", "created_at"];
    Ok(Lead {
        external_id,
        sent_at: told.iter().find_map(|name| instant_of(body.get(name))),
        is_spam: is_spam(body),
        opts_out: opts_out(body),
        facts: flat::members(body, &["resource_id"]),
        ..Lead::default()
    })
}

fn is_spam(body: &Value) -> bool {
    let says = |value: &Value| value.as_str().is_some_and(|text| text.trim().eq_ignore_ascii_case("spam"));
    let truly = |value: &Value| value == &Value::Bool(true) || value.as_str() == Some("true");
    let tagged = body.get("tags").and_then(Value::as_array).is_some_and(|tags| tags.iter().any(says));
    tagged || body.get("spam").is_some_and(truly) || body.get("lead_status").is_some_and(says)
}

/// Whether somebody texted one of the words and nothing else.
fn opts_out(body: &Value) -> bool {
    let is_ours = body.get("direction").and_then(Value::as_str).is_some_and(|way| way.eq_ignore_ascii_case("outbound"));
    let said = body.get("content").and_then(Value::as_str).unwrap_or_default();
    let said = said.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    !is_ours && STOP_WORDS.contains(&said.as_str())
}
