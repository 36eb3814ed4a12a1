//! `serve --demo`: an invented clinic, so that every address answers something from the first minute. Refuses to
//! touch a database in which anybody has written anything.

#![expect(clippy::indexing_slicing, reason = "the record is part of the program; a missing member reads as null")]

mod texts;

use chrono::Duration;
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::{Failure, Opened};
use crate::{
    accounts::queries::{NewAccount, insert_account},
    articles::{
        self,
        authors::{admin::add_author, input::AuthorInput},
        queries::publications::{self, NewPublication},
        review::{
            signing::SignoffInput,
            signoffs::{Signer, write_signoff},
        },
        terms::{self, TermInput, TermKind},
    },
    clinic,
    clock::Clock,
    db::StaffDb,
    http::ApiError,
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
    let reviewer = seed_reviewer(connection, clock, &record["reviewer"]).await?;
    texts::fill(connection, clock, &record, reviewer.account).await?;
    for author in record["authors"].as_array().into_iter().flatten() {
        add_author(connection, clock.new_id(), AuthorInput::parse(author)?).await?;
    }
    for (source, days) in ARTICLES {
        publish(connection, clock, reviewer, source, days).await?;
    }
    Ok(())
}

/// The colleague who signs articles off, and stands as an author too. The account has no password until
/// `admin reset-password` makes one.
async fn seed_reviewer(connection: &mut PgConnection, clock: &Clock, reviewer: &Value) -> Result<Signer, ApiError> {
    let signer = Signer { account: clock.new_id(), author: clock.new_id() };
    let text = |name: &str| reviewer[name].as_str().unwrap_or_default().to_owned();
    let account = NewAccount {
        id: signer.account,
        email: text("email"),
        name: text("name"),
        role: "reviewer",
        password_hash: None,
        short_password: false,
        language: "en",
    };
    insert_account(connection, &account).await?;
    sqlx::query!(
        "update cms.account set provider_id = (select id from cms.provider where slug = $2) where id = $1",
        signer.account,
        text("provider"),
    )
    .execute(&mut *connection)
    .await?;
    add_author(connection, signer.author, AuthorInput::parse(&json!({"account": signer.account}))?).await?;
    Ok(signer)
}

async fn publish(
    connection: &mut PgConnection,
    clock: &Clock,
    reviewer: Signer,
    source: &str,
    days: i64,
) -> Result<(), ApiError> {
    let (head, body) = source.split_once("\n---\n").ok_or(ApiError::Internal)?;
    let mut article: Value = serde_json::from_str(head).map_err(|_| ApiError::Internal)?;
    article["body_markdown"] = json!(body.trim_start());
    let is_reviewed = article.as_object_mut().and_then(|fields| fields.remove("reviewed")).is_some();
    let manuscript = articles::input::parse(&article)?;
    let id = articles::editing::store_new(connection, clock, &manuscript, None, None, None).await?;
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
    if is_reviewed {
        write_signoff(connection, clock, reviewer, (id, 1), &SignoffInput::default()).await?;
    }
    Ok(())
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
