//! `serve --demo`: an invented clinic, so that every address answers something from the first minute. Refuses to
//! touch a database in which anybody has written anything.

#![expect(clippy::indexing_slicing, reason = "the record is part of the program; a missing member reads as null")]

use chrono::Duration;
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::{Failure, Opened};
use crate::{
    articles::{
        self,
        queries::{
            authors::find_or_insert_author,
            publications::{self, NewPublication},
        },
        terms::{self, TermInput, TermKind},
    },
    clinic,
    clock::Clock,
    db::StaffDb,
    http::{ApiError, slug_of},
};

const RECORD: &str = include_str!("record.json");
/// Each with the number of days since its publication; a translation stands after its original.
const ARTICLES: [(&str, i64); 9] = [
    (include_str!("articles/seasonal-flu-shots.md"), 2),
    (include_str!("articles/what-to-bring-to-a-first-visit.md"), 9),
    (include_str!("articles/measuring-blood-pressure-at-home.md"), 16),
    (include_str!("articles/sleep-and-shift-work.md"), 30),
    (include_str!("articles/when-a-fever-needs-a-call.md"), 47),
    (include_str!("articles/our-second-location.md"), 61),
    (include_str!("articles/vacuna-contra-la-gripe.es.md"), 1),
    (include_str!("articles/que-traer-a-la-primera-visita.es.md"), 8),
    (include_str!("articles/cuando-llamar-por-fiebre.es.md"), 40),
];

/// Loads the demo into an untouched database; any other is left as it is.
pub async fn load(opened: &Opened, staff: &StaffDb) -> Result<(), Failure> {
    let clock = opened.clock.clone();
    let loaded = staff.transact(async move |connection| {
        if !is_untouched(connection).await? {
            return Ok(false);
        }
        fill(connection, &clock).await?;
        Ok::<_, ApiError>(true)
    });
    if loaded.await? {
        tracing::info!("the demo clinic was loaded");
    }
    Ok(())
}

async fn is_untouched(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select not exists (select 1 from cms.article) and not exists (select 1 from cms.location)
                  and not exists (select 1 from cms.account) as "untouched!""#
    )
    .fetch_one(connection)
    .await
}

async fn fill(connection: &mut PgConnection, clock: &Clock) -> Result<(), ApiError> {
    let record: Value = serde_json::from_str(RECORD).map_err(|_| ApiError::Internal)?;
    clinic::seed_clinic(connection, &record["clinic"]).await?;
    for location in record["locations"].as_array().into_iter().flatten() {
        clinic::import_location(connection, clock, location).await?;
    }
    for provider in record["providers"].as_array().into_iter().flatten() {
        clinic::seed_provider(connection, clock, provider).await?;
    }
    for (kind, name) in
        [(TermKind::Category, "categories"), (TermKind::Tag, "tags"), (TermKind::Condition, "conditions")]
    {
        for term in record[name].as_array().into_iter().flatten() {
            terms::store(connection, clock.new_id(), kind, &TermInput::parse(kind, term)?).await?;
        }
    }
    for service in record["services"].as_array().into_iter().flatten() {
        clinic::seed_service(connection, clock, service).await?;
    }
    for (source, days) in ARTICLES {
        publish(connection, clock, source, days).await?;
    }
    Ok(())
}

async fn publish(connection: &mut PgConnection, clock: &Clock, source: &str, days: i64) -> Result<(), ApiError> {
    let (head, body) = source.split_once("\n---\n").ok_or(ApiError::Internal)?;
    let mut article: Value = serde_json::from_str(head).map_err(|_| ApiError::Internal)?;
    article["body_markdown"] = json!(body.trim_start());
    let name = article["author"].as_str().unwrap_or("Dana Fuller").to_owned();
    if let Some(fields) = article.as_object_mut() {
        fields.remove("author");
    }
    let author = author(connection, clock, &name).await?;
    let manuscript = articles::input::parse(&article)?;
    let id = articles::editing::store_new(connection, clock, &manuscript, None, Some(author), None).await?;
    let from = publications::stamp(connection).await? - Duration::days(days);
    let wanted = publications::find_publishable(connection, id, 1).await?.ok_or(ApiError::Internal)?;
    let new = NewPublication {
        id: clock.new_id(),
        article: id,
        revision_id: wanted.revision_id,
        path: &wanted.path,
        from,
        until: None,
        published_at: from,
        by: None,
    };
    publications::insert(connection, &new).await?;
    Ok(())
}

async fn author(connection: &mut PgConnection, clock: &Clock, name: &str) -> Result<uuid::Uuid, sqlx::Error> {
    find_or_insert_author(connection, clock.new_id(), None, &slug_of(name, "author"), name).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_is_what_staff_could_send() {
        let record: Value = serde_json::from_str(RECORD).unwrap();
        let of = |name: &str| record[name].as_array().unwrap().clone();
        assert_eq!((of("providers").len(), of("services").len()), (2, 3));
        for provider in of("providers") {
            clinic::ProviderInput::parse(&provider).unwrap();
        }
        for service in of("services") {
            clinic::ServiceInput::parse(&service).unwrap();
        }
    }
}
