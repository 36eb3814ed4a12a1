//! What an export reads beside the articles. Only views of the schema `site` are named here.

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::{articles::medical_code::TermCode, http::Reference};

/// A term that visible articles of a language carry.
#[derive(Clone, Debug)]
pub struct ExportedTerm {
    pub id: Uuid,
    pub kind: String,
    pub slug: String,
    pub name: String,
    pub description: Option<String>,
    pub parent: Option<Json<Reference>>,
    pub aliases: Vec<String>,
    pub codes: Json<Vec<TermCode>>,
    pub articles: i64,
    pub articles_below: i64,
}

/// Every public term, once for each language of the articles that carry it.
pub async fn list_all_published_terms(connection: &mut PgConnection) -> Result<Vec<ExportedTerm>, sqlx::Error> {
    sqlx::query_as!(
        ExportedTerm,
        r#"select id as "id!", kind as "kind!", slug as "slug!", name as "name!", description,
                  parent as "parent: Json<Reference>", aliases as "aliases!", codes as "codes!: Json<Vec<TermCode>>",
                  articles as "articles!", articles_below as "articles_below!"
             from site.term"#
    )
    .fetch_all(connection)
    .await
}

/// What day it is for the clinic.
pub async fn find_today(connection: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
    let day = sqlx::query_scalar!(r#"select (now() at time zone timezone)::date::text as day from site.clinic"#);
    Ok(day.fetch_optional(connection).await?.flatten())
}
