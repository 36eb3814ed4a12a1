//! What is due, and the rules.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::policy::{RetentionPolicy, StoredRule};

/// The inquiries of a form and a status that were kept long enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueInquiries {
    /// The form's slug.
    pub form: String,
    /// Where they stand.
    pub status: String,
    /// How many are due.
    pub due: i64,
    /// How many would be due and are held.
    pub held: i64,
}

/// Up to `most` inquiries that are due at `now` and not held, kept from other writers until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock_due(transaction: &mut PgConnection, now: DateTime<Utc>, most: i64) -> Result<Vec<Uuid>, sqlx::Error> {
    // By rule and by form apart, so that each part has an index.
    sqlx::query_scalar!(
        r#"select i.id from cms.inquiry i
            where i.id in (
                select k.id from cms.retention_rule r
                  join cms.inquiry k on k.status = r.status and k.received_at <= $1::timestamptz - make_interval(days => r.days)
                                    and k.erased_at is null and not k.legal_hold
                 where k.form_id = r.form_id
                    or (r.form_id is null and not exists (select from cms.retention_rule o
                                                           where o.status = k.status and o.form_id = k.form_id))
                union all
                select k.id from cms.inquiry k
                 where k.retention_expires_at <= $1 and k.erased_at is null and not k.legal_hold
                   and not exists (select from cms.retention_rule o
                                    where o.status = k.status and (o.form_id is null or o.form_id = k.form_id))
                limit $2)
              and i.erased_at is null and not i.legal_hold
            order by i.id for update skip locked"#,
        now,
        most,
    )
    .fetch_all(transaction)
    .await
}

/// What is due at `now`, by form and status.
///
/// # Errors
/// Those of the database.
pub async fn count_due(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<Vec<DueInquiries>, sqlx::Error> {
    sqlx::query_as!(
        DueInquiries,
        r#"select f.slug as form, i.status, count(*) filter (where not i.legal_hold) as "due!",
                  count(*) filter (where i.legal_hold) as "held!"
             from cms.inquiry i join cms.form f on f.id = i.form_id
            where i.erased_at is null
              and cms.kept_until(i.form_id, i.status, i.received_at, i.retention_expires_at) <= $1
            group by f.slug, i.status order by f.slug, i.status"#,
        now,
    )
    .fetch_all(connection)
    .await
}

/// The rules, with the names of their forms.
///
/// # Errors
/// Those of the database.
pub async fn find_policy(connection: &mut PgConnection) -> Result<RetentionPolicy, sqlx::Error> {
    let found = sqlx::query_scalar!(
        r#"select json_build_object(
                    'rules', (select coalesce(json_agg(json_build_object(
                                'form', (select json_build_object('id', f.id, 'slug', f.slug, 'name', f.name)
                                           from cms.form f where f.id = r.form_id),
                                'status', r.status, 'days', r.days) order by r.status, r.form_id nulls first), '[]')
                                from cms.retention_rule r),
                    'version', p.version, 'updated_at', p.updated_at,
                    'updated_by', (select json_build_object('id', a.id, 'name', a.name) from cms.account a
                                    where a.id = p.updated_by)) as "policy!: Json<RetentionPolicy>"
             from cms.retention_policy p"#,
    )
    .fetch_one(connection)
    .await?;
    Ok(found.0)
}

/// The version of the rules, which nobody else changes until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock_policy(transaction: &mut PgConnection) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar!("select version from cms.retention_policy for update").fetch_one(transaction).await
}

/// Writes the rules and raises their version.
///
/// # Errors
/// Those of the database.
pub async fn update_policy(transaction: &mut PgConnection, rules: &[StoredRule], by: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.retention_policy
            set rules = $1, version = version + 1, updated_at = clock_timestamp(), updated_by = $2",
        Json(rules) as _,
        by,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// The ids of forms by slug or id, those that are there.
///
/// # Errors
/// Those of the database.
pub async fn find_forms(connection: &mut PgConnection, names: &[String]) -> Result<Vec<(String, Uuid)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select n.name as "name!", f.id from unnest($1::text[]) as n (name)
             join cms.form f on f.id::text = n.name or (f.slug = n.name and f.trashed_at is null)"#,
        names,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.name, row.id)).collect())
}
