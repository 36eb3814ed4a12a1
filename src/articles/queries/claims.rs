//! The claim register.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::articles::{answers::Person, article::Citation};

/// A claim as staff see it.
#[derive(Clone, Debug)]
pub struct ClaimRow {
    pub id: Uuid,
    pub slug: String,
    pub statement: String,
    pub phrases: Vec<String>,
    pub evidence: Json<Vec<Citation>>,
    pub expires_on: Option<NaiveDate>,
    /// Whether its last day has passed, for the clinic.
    pub expired: bool,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Json<Person>>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<Json<Person>>,
    pub trashed_at: Option<DateTime<Utc>>,
}

/// The claims by their statement, at most 1,000.
pub async fn list_claims(connection: &mut PgConnection, trashed: bool) -> Result<Vec<ClaimRow>, sqlx::Error> {
    sqlx::query_as!(
        ClaimRow,
        r#"select m.id, m.slug, m.statement, m.phrases, m.evidence as "evidence: Json<Vec<Citation>>", m.expires_on,
                  coalesce(m.expires_on < (select k.today from cms.clinic_clock k), false) as "expired!", m.version, m.created_at,
                  (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = m.created_by)
                    as "created_by: Json<Person>",
                  m.updated_at,
                  (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = m.updated_by)
                    as "updated_by: Json<Person>",
                  m.trashed_at
             from cms.claim m where (m.trashed_at is not null) = $1 order by m.statement, m.id limit 1000"#,
        trashed,
    )
    .fetch_all(connection)
    .await
}

/// Keeps everybody else from writing the claim until the transaction ends.
pub async fn lock_claim(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("select id from cms.claim where id = $1 for no key update", id).fetch_optional(connection).await?;
    Ok(())
}

/// One claim, in the trash or not.
pub async fn find_claim(connection: &mut PgConnection, id: Uuid) -> Result<Option<ClaimRow>, sqlx::Error> {
    sqlx::query_as!(
        ClaimRow,
        r#"select m.id, m.slug, m.statement, m.phrases, m.evidence as "evidence: Json<Vec<Citation>>", m.expires_on,
                  coalesce(m.expires_on < (select k.today from cms.clinic_clock k), false) as "expired!", m.version, m.created_at,
                  (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = m.created_by)
                    as "created_by: Json<Person>",
                  m.updated_at,
                  (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = m.updated_by)
                    as "updated_by: Json<Person>",
                  m.trashed_at
             from cms.claim m where m.id = $1"#,
        id,
    )
    .fetch_optional(connection)
    .await
}

/// What is stored of a claim.
#[derive(Debug)]
pub struct StoredClaim<'a> {
    pub id: Uuid,
    pub slug: String,
    pub statement: &'a str,
    pub phrases: &'a [String],
    pub evidence: &'a [Citation],
    pub expires_on: Option<NaiveDate>,
    pub by: Uuid,
}

/// Stores a new claim.
pub async fn insert_claim(connection: &mut PgConnection, claim: &StoredClaim<'_>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.claim (id, slug, statement, phrases, evidence, expires_on, created_by, updated_by)
         values ($1, $2, $3, $4, $5, $6, $7, $7)",
        claim.id,
        claim.slug,
        claim.statement,
        claim.phrases,
        Json(claim.evidence) as _,
        claim.expires_on,
        claim.by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Stores a changed claim.
pub async fn update_claim(connection: &mut PgConnection, claim: &StoredClaim<'_>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.claim set slug = $2, statement = $3, phrases = $4, evidence = $5, expires_on = $6, version = version + 1,
                updated_at = clock_timestamp(), updated_by = $7
          where id = $1",
        claim.id,
        claim.slug,
        claim.statement,
        claim.phrases,
        Json(claim.evidence) as _,
        claim.expires_on,
        claim.by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Moves a claim to the trash or back.
pub async fn set_claim_trashed(
    connection: &mut PgConnection,
    id: Uuid,
    trashed: bool,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.claim set trashed_at = case when $2 then coalesce(trashed_at, clock_timestamp()) end,
                version = version + 1, updated_at = clock_timestamp(), updated_by = $3
          where id = $1",
        id,
        trashed,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}
