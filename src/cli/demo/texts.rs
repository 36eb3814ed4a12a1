//! What the invented clinic tells everybody: notices, questions, testimonials and legal notices. Their days are counted
//! from the day on which the demo is loaded, so that none of them is stale from the first minute.

#![expect(clippy::indexing_slicing, reason = "the record is part of the program; a missing member reads as null")]

use chrono::{Duration, NaiveDate};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{clinic, clock::Clock, http::ApiError};

/// By kind: the text in each language, its title in the first line.
const LEGAL: [(&str, [(&str, &str); 2]); 4] = [
    (
        "privacy_practices",
        [("en", include_str!("legal/privacy-practices.en.md")), ("es", include_str!("legal/privacy-practices.es.md"))],
    ),
    (
        "nondiscrimination",
        [("en", include_str!("legal/nondiscrimination.en.md")), ("es", include_str!("legal/nondiscrimination.es.md"))],
    ),
    (
        "language_assistance",
        [
            ("en", include_str!("legal/language-assistance.en.md")),
            ("es", include_str!("legal/language-assistance.es.md")),
        ],
    ),
    (
        "no_surprises",
        [("en", include_str!("legal/no-surprises.en.md")), ("es", include_str!("legal/no-surprises.es.md"))],
    ),
];
/// Days since the legal notices took effect, the patients spoke, and their authorizations were signed.
const DAYS_AGO: [i64; 3] = [200, 60, 50];
/// Days for which the authorizations hold.
const AUTHORIZED_FOR: i64 = 730;

/// Writes them all, in the name of `by`.
pub(super) async fn fill(
    connection: &mut PgConnection,
    clock: &Clock,
    record: &Value,
    by: Uuid,
) -> Result<(), ApiError> {
    let now = clock.now();
    let today = now.date_naive();
    for notice in record["notices"].as_array().into_iter().flatten() {
        let mut notice = notice.clone();
        if let Some(days) = taken(&mut notice, "ends_in_days").as_i64() {
            notice["ends_at"] = json!((now + Duration::days(days)).to_rfc3339());
        }
        clinic::seed_notice(connection, clock, &notice, by).await?;
    }
    for faq in record["faqs"].as_array().into_iter().flatten() {
        clinic::seed_faq(connection, clock, faq, by).await?;
    }
    for testimonial in record["testimonials"].as_array().into_iter().flatten() {
        let (testimonial, authorization) = authorized(testimonial, today);
        clinic::seed_testimonial(connection, clock, (&testimonial, &authorization), by).await?;
    }
    for (kind, languages) in LEGAL {
        clinic::seed_legal_notice(connection, clock, &legal_notice(kind, languages, today)?, by).await?;
    }
    Ok(())
}

/// The testimonial as staff would send it, and the paper that was signed for it.
fn authorized(testimonial: &Value, today: NaiveDate) -> (Value, Value) {
    let [_, given, signed] = DAYS_AGO.map(|days| today - Duration::days(days));
    let mut testimonial = testimonial.clone();
    let document = taken(&mut testimonial, "document");
    testimonial["given_on"] = json!(given);
    let expires = signed + Duration::days(AUTHORIZED_FOR);
    (testimonial, json!({"signed_on": signed, "expires_on": expires, "document": document}))
}

fn legal_notice(kind: &str, languages: [(&str, &str); 2], today: NaiveDate) -> Result<Value, ApiError> {
    let [effective, ..] = DAYS_AGO.map(|days| today - Duration::days(days));
    let mut translations = json!({});
    for (tag, text) in languages {
        let (title, body) = text.split_once("\n---\n").ok_or(ApiError::Internal)?;
        translations[tag] = json!({"title": title, "body_markdown": body});
    }
    Ok(json!({"kind": kind, "effective_on": effective, "reviewed_on": today, "translations": translations}))
}

fn taken(record: &mut Value, name: &str) -> Value {
    record.as_object_mut().and_then(|fields| fields.remove(name)).unwrap_or_default()
}
