//! What overseers read of the trail. It is ordered by instants: a row whose instant the program never writes, such as
//! `infinity`, is left out here and named by `audit verify`. So is what never was a name of a field.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::{
    entry::{AuditActor, AuditEvent, AuditSubject, FieldChange},
    filter::Filter,
};

/// A place in the order of the trail: the instant and the id.
pub type Place = (DateTime<Utc>, Uuid);

/// Lets the server plan for the filters that are given: one plan for all of them would read the whole trail.
///
/// # Errors
/// Those of the database.
pub async fn plan_for_these_filters(transaction: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("set local plan_cache_mode = force_custom_plan").execute(transaction).await.map(drop)
}

/// A part of the trail, newest first, after `after`.
///
/// # Errors
/// Those of the database.
pub async fn list_events(
    transaction: &mut PgConnection,
    filter: &Filter,
    after: Option<Place>,
    fetch: i64,
    offset: i64,
) -> Result<Vec<AuditEvent>, sqlx::Error> {
    let (after_at, after_id) = after.unzip();
    let rows = sqlx::query!(
        r#"select e.id, e.at, e.actor_kind, e.actor_id, e.action, e.subject_type, e.subject_id,
                  array(select name from unnest(e.fields) as name where name is not null) as "fields!",
                  e.request_id, s.position as "position?", c.before as "before?: Json<Map<String, Value>>",
                  c.after as "after?: Json<Map<String, Value>>"
             from cms.audit_event e
             left join cms.audit_seal s on s.event_id = e.id
             left join cms.record_change c on c.event_id = e.id
            where e.at >= '2020-01-01Z' and e.at < '2200-01-01Z'
              and ($1::text is null or e.actor_kind = $1)
              and ($2::uuid is null or e.actor_id = $2)
              and ($3::text[] is null or e.action = any ($3))
              and ($4::text is null or e.subject_type = $4)
              and ($5::uuid is null or e.subject_id = $5)
              and ($6::timestamptz is null or e.at >= $6)
              and ($7::timestamptz is null or e.at < $7)
              and ($8::text is null or e.request_id = $8)
              and ($9::timestamptz is null or (e.at, e.id) < ($9, $10::uuid))
            order by e.at desc, e.id desc
            limit $11 offset $12"#,
        filter.actor_kind,
        filter.actor_id,
        filter.actions.as_deref(),
        filter.subject_type,
        filter.subject_id,
        filter.from,
        filter.to,
        filter.request_id,
        after_at,
        after_id,
        fetch,
        offset,
    )
    .fetch_all(transaction)
    .await?;
    let events = rows.into_iter().map(|row| AuditEvent {
        id: row.id,
        at: row.at,
        actor: AuditActor { kind: row.actor_kind, id: row.actor_id },
        action: row.action,
        subject: AuditSubject { r#type: row.subject_type, id: row.subject_id },
        fields: row.fields,
        changes: FieldChange::all(row.before.map(|part| part.0), row.after.map(|part| part.0)),
        request_id: row.request_id,
        position: row.position,
    });
    Ok(events.collect())
}

/// How many rows the filters leave, counted up to `most`.
///
/// # Errors
/// Those of the database.
pub async fn count_events(transaction: &mut PgConnection, filter: &Filter, most: i64) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
             from (select from cms.audit_event e
                    where e.at >= '2020-01-01Z' and e.at < '2200-01-01Z'
              and ($1::text is null or e.actor_kind = $1)
                      and ($2::uuid is null or e.actor_id = $2)
                      and ($3::text[] is null or e.action = any ($3))
                      and ($4::text is null or e.subject_type = $4)
                      and ($5::uuid is null or e.subject_id = $5)
                      and ($6::timestamptz is null or e.at >= $6)
                      and ($7::timestamptz is null or e.at < $7)
                      and ($8::text is null or e.request_id = $8)
                    limit $9) counted"#,
        filter.actor_kind,
        filter.actor_id,
        filter.actions.as_deref(),
        filter.subject_type,
        filter.subject_id,
        filter.from,
        filter.to,
        filter.request_id,
        most,
    )
    .fetch_one(transaction)
    .await
}
