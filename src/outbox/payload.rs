//! The bytes that are sent: thin, so that whoever reads them over a shoulder learns what changed and not what it says.
//! Whoever may know more asks the API with a key of their own.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::event::EventKind;

/// What an event about an inquiry may tell beside its id.
const OF_INQUIRIES: [&str; 1] = ["status"];
/// What any other event may tell beside its subject.
const OF_OTHERS: [&str; 6] = ["record", "slug", "previous_slug", "path", "locale", "version"];

/// What the answers about a kind of record are called together, for an event that names no tag of its own.
fn coarse_tags(kind: &str) -> Value {
    match kind.split('.').next() {
        Some("article") => json!(["articles"]),
        Some("clinic") => json!(["clinic"]),
        _ => json!([]),
    }
}

/// `{"id", "type", "occurred_at", "cache_tags", "data"}`: `id` is the event's and the delivery's `webhook-id`; `data.id`
/// is the subject's. What an event holds beyond what its kind may tell stays behind.
pub fn payload(id: Uuid, kind: &str, subject: Uuid, occurred_at: DateTime<Utc>, about: &Value) -> String {
    let coarse = coarse_tags(kind);
    let is_content = coarse.as_array().is_some_and(|tags| !tags.is_empty());
    let allowed = if EventKind::concerns_patients(kind) { &OF_INQUIRIES[..] } else { &OF_OTHERS[..] };
    let mut data: Map<String, Value> = [("id".to_owned(), json!(subject))].into_iter().collect();
    for name in allowed {
        match about.get(name) {
            Some(value) => _ = data.insert((*name).to_owned(), value.clone()),
            None if is_content => _ = data.insert((*name).to_owned(), Value::Null),
            None => {}
        }
    }
    let tags = about.get("cache_tags").filter(|tags| tags.is_array() && is_content);
    json!({
        "id": id,
        "type": kind,
        "occurred_at": occurred_at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        "cache_tags": tags.cloned().unwrap_or(coarse),
        "data": data,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(kind: &str, about: &Value) -> Value {
        let text = payload(Uuid::from_u128(1), kind, Uuid::from_u128(2), DateTime::UNIX_EPOCH, about);
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn an_event_about_an_inquiry_tells_its_id_and_its_status_whatever_was_put_into_it() {
        let about = json!({"status": "closed", "name": "canary", "slug": "canary", "cache_tags": ["canary"]});
        assert_eq!(
            sent("inquiry.status_changed", &about),
            json!({
                "id": "00000000-0000-0000-0000-000000000001", "type": "inquiry.status_changed",
                "occurred_at": "1970-01-01T00:00:00Z", "cache_tags": [],
                "data": {"id": "00000000-0000-0000-0000-000000000002", "status": "closed"},
            })
        );
    }

    #[test]
    fn an_event_that_names_no_tag_has_the_coarse_one_of_its_kind() {
        let sent = sent("clinic.changed", &json!({}));
        assert_eq!(sent["cache_tags"], json!(["clinic"]));
        assert!(sent["data"].get("slug").is_some_and(Value::is_null), "{sent}");
    }

    #[test]
    fn an_event_about_an_article_tells_where_it_stands() {
        let about = json!({
            "record": "article", "slug": "a", "previous_slug": null, "path": "/articles/a", "locale": "en", "version": 3,
            "cache_tags": ["articles"], "title": "canary",
        });
        let sent = sent("article.updated", &about);
        assert_eq!(sent["cache_tags"], json!(["articles"]));
        assert_eq!(sent["data"]["path"], "/articles/a");
        assert!(sent["data"]["previous_slug"].is_null() && sent["data"].get("title").is_none(), "{sent}");
    }
}
