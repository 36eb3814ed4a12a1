//! The rules as staff keep them.

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::{
    Phrases,
    rule::{EmergencyRuleInput, StaffEmergencyRule},
};
use crate::http::ApiError;

/// The rules that count, by name.
///
/// # Errors
/// Those of the database.
pub async fn find_public_rules(connection: &mut PgConnection) -> Result<Vec<Phrases>, ApiError> {
    let rows = sqlx::query!(
        r#"select e.name as "name!", e.language as "language!", e.phrases as "phrases!"
             from site.emergency_rule e where e.counts order by e.name, e.language"#
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| Phrases::new(row.name, row.language, &row.phrases)).collect())
}

/// One rule, or those of the trash or outside it by name: at most 1,000.
///
/// # Errors
/// Those of the database.
pub async fn list_emergency_rules(
    connection: &mut PgConnection,
    id: Option<Uuid>,
    trashed: Option<bool>,
) -> Result<Vec<StaffEmergencyRule>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"select to_json(s) as "rule!: Json<StaffEmergencyRule>"
             from (select r.id, r.name, r.language, r.phrases, r.enabled, r.version, r.created_at, r.updated_at, r.trashed_at,
                          (select json_build_object('id', a.id, 'name', a.name) from cms.account a where a.id = r.created_by) as created_by,
                          (select json_build_object('id', a.id, 'name', a.name) from cms.account a where a.id = r.updated_by) as updated_by
                     from cms.emergency_rule r
                    where ($1::uuid is null or r.id = $1) and ($2::boolean is null or (r.trashed_at is not null) = $2)
                    order by r.language, r.name, r.id limit 1000) s"#,
        id,
        trashed,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Keeps everybody else from writing the rule until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock_emergency_rule(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("select id from cms.emergency_rule where id = $1 for no key update", id)
        .fetch_optional(connection)
        .await?;
    Ok(())
}

/// Stores a new rule.
///
/// # Errors
/// Those of the database.
pub async fn insert_emergency_rule(
    connection: &mut PgConnection,
    id: Uuid,
    input: &EmergencyRuleInput,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.emergency_rule (id, name, language, phrases, enabled, created_by, updated_by)
         values ($1, $2, $3, $4, $5, $6, $6)",
        id,
        input.name,
        input.language,
        &input.phrases,
        input.enabled,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes every field of a rule and raises its version.
///
/// # Errors
/// Those of the database.
pub async fn update_emergency_rule(
    connection: &mut PgConnection,
    id: Uuid,
    input: &EmergencyRuleInput,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.emergency_rule
            set name = $2, language = $3, phrases = $4, enabled = $5, version = version + 1,
                updated_at = clock_timestamp(), updated_by = $6
          where id = $1",
        id,
        input.name,
        input.language,
        &input.phrases,
        input.enabled,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Puts a rule into the trash, or takes one out.
///
/// # Errors
/// Those of the database.
pub async fn update_emergency_rule_trashed(
    connection: &mut PgConnection,
    id: Uuid,
    trashed: bool,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.emergency_rule
            set trashed_at = case when $2 then clock_timestamp() end, version = version + 1,
                updated_at = clock_timestamp(), updated_by = $3
          where id = $1",
        id,
        trashed,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}
