//! What an export reads beside the articles. Only views of the schema `site` are named here.

use sqlx::PgConnection;
use uuid::Uuid;

/// A term that visible articles of a language carry.
#[derive(Clone, Debug)]
pub struct ExportedTerm {
    pub id: Uuid,
    pub kind: String,
    pub slug: String,
    pub name: String,
    pub description: Option<String>,
    pub articles: i64,
}

/// Every public term, once for each language of the articles that carry it.
pub async fn list_all_published_terms(connection: &mut PgConnection) -> Result<Vec<ExportedTerm>, sqlx::Error> {
    sqlx::query_as!(
        ExportedTerm,
        r#"select id as "id!", kind as "kind!", slug as "slug!", name as "name!", description, articles as "articles!"
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
