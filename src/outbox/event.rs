//! What happens, and what an event tells of it. An [`About`] is made of ids, addresses of the site and versions; there is
//! no way to put a text of somebody's into it.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::queries;
use crate::clock::Clock;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// An article became visible.
    ArticlePublished,
    /// A visible article shows something else now.
    ArticleUpdated,
    /// An article left the public's sight.
    ArticleUnpublished,
    /// The organisation, or one of its locations, providers or services, changed.
    ClinicChanged,
    /// Somebody has an account now.
    UserCreated,
    /// What a person is, or may do, is another.
    UserUpdated,
    /// A person may sign in no more, in the trash or not.
    UserDisabled,
    /// An inquiry came in that is no spam, or one that was held was let through.
    InquiryReceived,
    /// An inquiry stands elsewhere now.
    InquiryStatusChanged,
}

/// The type of a delivery that somebody asked for to try an endpoint.
pub const PING: &str = "webhook.ping";

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::ArticlePublished,
        Self::ArticleUpdated,
        Self::ArticleUnpublished,
        Self::ClinicChanged,
        Self::UserCreated,
        Self::UserUpdated,
        Self::UserDisabled,
        Self::InquiryReceived,
        Self::InquiryStatusChanged,
    ];

    /// The name in the database and in what is sent.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ArticlePublished => "article.published",
            Self::ArticleUpdated => "article.updated",
            Self::ArticleUnpublished => "article.unpublished",
            Self::ClinicChanged => "clinic.changed",
            Self::UserCreated => "user.created",
            Self::UserUpdated => "user.updated",
            Self::UserDisabled => "user.disabled",
            Self::InquiryReceived => "inquiry.received",
            Self::InquiryStatusChanged => "inquiry.status_changed",
        }
    }

    /// Whether it tells of somebody who wrote to the clinic: where it goes needs an agreement.
    pub fn concerns_patients(name: &str) -> bool {
        name.starts_with("inquiry.")
    }
}

/// What an event tells beside its subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About(Map<String, Value>);

/// A record's place among the public answers, as an event tells it. What does not apply is null.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown<'a> {
    /// `article`, `location`, `notice` …
    pub record: &'a str,
    /// As the public reads it now, or did last.
    pub slug: Option<&'a str>,
    /// Where it was another before.
    pub previous_slug: Option<&'a str>,
    /// On the clinic's site.
    pub path: Option<&'a str>,
    /// BCP 47.
    pub locale: Option<&'a str>,
    /// As the public answer has it.
    pub version: Option<i32>,
}

impl About {
    /// Nothing beside the subject.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// A record of the public, with the names that its answers carry in `Cache-Tag`.
    pub fn shown(shown: &Shown<'_>, cache_tags: &[String]) -> Self {
        let told = json!({
            "record": shown.record, "slug": shown.slug, "previous_slug": shown.previous_slug, "path": shown.path,
            "locale": shown.locale, "version": shown.version, "cache_tags": cache_tags,
        });
        Self(told.as_object().cloned().unwrap_or_default())
    }

    /// The status that an inquiry has now.
    pub fn status(status: &'static str) -> Self {
        Self([("status".to_owned(), json!(status))].into_iter().collect())
    }

    fn written(&self) -> Value {
        Value::Object(self.0.clone())
    }
}

/// Writes an event in the caller's transaction.
///
/// # Errors
/// Those of the database.
pub async fn record(
    transaction: &mut PgConnection,
    clock: &Clock,
    kind: EventKind,
    subject: Uuid,
) -> Result<(), sqlx::Error> {
    record_about(transaction, clock, kind, subject, &About::nothing()).await
}

/// As [`record`], with what is told beside the subject.
///
/// # Errors
/// Those of the database.
pub async fn record_about(
    transaction: &mut PgConnection,
    clock: &Clock,
    kind: EventKind,
    subject: Uuid,
    about: &About,
) -> Result<(), sqlx::Error> {
    queries::insert_event(transaction, clock.new_id(), kind.name(), subject, None, &about.written()).await
}

/// As [`record_about`], the same for each of many subjects, in one statement.
///
/// # Errors
/// Those of the database.
pub async fn record_each(
    transaction: &mut PgConnection,
    clock: &Clock,
    kind: EventKind,
    subjects: &[Uuid],
    about: &About,
) -> Result<(), sqlx::Error> {
    let ids: Vec<Uuid> = subjects.iter().map(|_| clock.new_id()).collect();
    queries::insert_events(transaction, &ids, kind.name(), subjects, &about.written()).await
}

/// Replaces the events of a subject that wait for an instant after `after` by `events`, each with its instant. Whoever
/// changes a plan says in the same transaction what it tells of now, so that an event is neither lost nor told twice.
///
/// # Errors
/// Those of the database.
pub async fn plan(
    transaction: &mut PgConnection,
    clock: &Clock,
    subject: Uuid,
    after: DateTime<Utc>,
    events: &[(EventKind, DateTime<Utc>, About)],
) -> Result<(), sqlx::Error> {
    queries::delete_planned(transaction, subject, after).await?;
    for (kind, at, about) in events {
        let id = clock.new_id();
        queries::insert_event(transaction, id, kind.name(), subject, Some(*at), &about.written()).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_name_of_its_own_and_those_of_patients_are_known() {
        let names: std::collections::BTreeSet<_> = EventKind::ALL.map(EventKind::name).into_iter().collect();
        assert_eq!(names.len(), EventKind::ALL.len());
        let of_patients: Vec<_> = names.into_iter().filter(|name| EventKind::concerns_patients(name)).collect();
        assert_eq!(of_patients, ["inquiry.received", "inquiry.status_changed"]);
    }
}
