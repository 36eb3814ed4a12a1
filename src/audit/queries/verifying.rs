//! What `audit verify` reads, a part at a time.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{hash, hash_or_none};
use crate::audit::{
    chain::{Hash, Head, Pruning},
    row::Row,
};

/// A seal and its row.
#[derive(Debug)]
pub struct Link {
    /// Its place.
    pub position: i64,
    /// The row that was sealed.
    pub event_id: Uuid,
    /// `row` or `legacy`.
    pub kind: String,
    /// The hash as it is stored.
    pub hash: Hash,
    /// Whether the row is known from before the chain.
    pub is_legacy: bool,
    /// The row; none where it was removed.
    pub row: Option<Row>,
}

/// The links after `position`.
///
/// # Errors
/// Those of the database.
pub async fn list_links(connection: &mut PgConnection, after: i64, most: i64) -> Result<Vec<Link>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select s.position, s.event_id, s.kind, s.hash, l.event_id is not null as "is_legacy!",
                  e.id as "id?", case when e.at >= '2020-01-01Z' and e.at < '2200-01-01Z' then e.at end as at,
                  e.actor_kind as "actor_kind?", e.actor_id as "actor_id?",
                  e.action as "action?", e.subject_type as "subject_type?", e.subject_id as "subject_id?",
                  case when coalesce(array_ndims(e.fields), 1) = 1 then
                    case when array_position(e.fields, null) is null then e.fields end end as fields, e.request_id as "request_id?", e.mac as "mac?"
             from (select * from cms.audit_seal where position > $1 order by position limit $2) s
             left join cms.audit_event e on e.id = s.event_id
             left join cms.audit_legacy l on l.event_id = s.event_id
            order by s.position"#,
        after,
        most,
    )
    .fetch_all(connection)
    .await?;
    let links = rows.into_iter().map(|row| {
        let found = (|| {
            Some(Row {
                id: row.id?,
                at: row.at,
                actor_kind: row.actor_kind?,
                actor_id: row.actor_id,
                action: row.action?,
                subject_type: row.subject_type?,
                subject_id: row.subject_id,
                fields: row.fields,
                request_id: row.request_id,
                mac: row.mac,
            })
        })();
        Ok(Link {
            position: row.position,
            event_id: row.event_id,
            kind: row.kind,
            hash: hash(&row.hash)?,
            is_legacy: row.is_legacy,
            row: found,
        })
    });
    links.collect()
}

/// The heads after `position`.
///
/// # Errors
/// Those of the database.
pub async fn list_heads(connection: &mut PgConnection, after: i64, most: i64) -> Result<Vec<Head>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select position, hash, kid, signature,
                  case when at >= '2020-01-01Z' and at < '2200-01-01Z' then at end as at
             from cms.audit_head
            where position > $1 order by position limit $2"#,
        after,
        most,
    )
    .fetch_all(connection)
    .await?;
    let heads = rows.into_iter().map(|row| Head {
        position: row.position,
        hash: hash_or_none(&row.hash),
        at: row.at.unwrap_or_default(),
        kid: row.kid,
        signature: row.signature,
    });
    Ok(heads.collect())
}

/// The hashes of the seals at these positions.
///
/// # Errors
/// Those of the database.
pub async fn find_hashes(connection: &mut PgConnection, positions: &[i64]) -> Result<BTreeMap<i64, Hash>, sqlx::Error> {
    let rows = sqlx::query!("select position, hash from cms.audit_seal where position = any ($1)", positions)
        .fetch_all(connection)
        .await?;
    rows.into_iter().map(|row| Ok((row.position, hash(&row.hash)?))).collect()
}

/// Every signing key in the database, with its public half and its HMAC.
///
/// # Errors
/// Those of the database.
pub async fn list_signing_keys(connection: &mut PgConnection) -> Result<Vec<(String, Vec<u8>, Vec<u8>)>, sqlx::Error> {
    let rows = sqlx::query!("select kid, public_key, mac from cms.audit_signing_key order by kid")
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.kid, row.public_key, row.mac)).collect())
}

/// Every pruning, oldest first: one a run of the command.
///
/// # Errors
/// Those of the database.
pub async fn list_prunings(connection: &mut PgConnection) -> Result<Vec<Pruning>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select position, hash, kid, signature,
                  case when at >= '2020-01-01Z' and at < '2200-01-01Z' then at end as at,
                  case when before >= '1900-01-01Z' and before < '2200-01-01Z' then before end as before
             from cms.audit_pruning order by position"#,
    )
    .fetch_all(connection)
    .await?;
    let prunings = rows.into_iter().map(|row| Pruning {
        position: row.position,
        hash: hash_or_none(&row.hash),
        at: row.at.unwrap_or_default(),
        before: row.before.unwrap_or_default(),
        kid: row.kid,
        signature: row.signature,
    });
    Ok(prunings.collect())
}

/// A row, and what became of it.
#[derive(Debug)]
pub struct Fate {
    /// The row's id.
    pub id: Uuid,
    /// Whether it is in the chain.
    pub is_sealed: bool,
    /// Whether it was refused.
    pub is_refused: bool,
}

/// What became of the rows after `id`, in the order of their ids.
///
/// # Errors
/// Those of the database.
pub async fn list_fates(connection: &mut PgConnection, after: Uuid, most: i64) -> Result<Vec<Fate>, sqlx::Error> {
    sqlx::query_as!(
        Fate,
        r#"select e.id, s.event_id is not null as "is_sealed!", r.event_id is not null as "is_refused!"
             from (select id from cms.audit_event where id > $1 order by id limit $2) e
             left join cms.audit_seal s on s.event_id = e.id
             left join cms.audit_refusal r on r.event_id = e.id
            order by e.id"#,
        after,
        most,
    )
    .fetch_all(connection)
    .await
}

/// A row that is not sealed, and whether it is known from before the chain.
///
/// # Errors
/// Those of the database.
pub async fn find_unsealed(connection: &mut PgConnection, id: Uuid) -> Result<Option<(Row, bool)>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select e.id, case when e.at >= '2020-01-01Z' and e.at < '2200-01-01Z' then e.at end as at,
                  e.actor_kind, e.actor_id, e.action, e.subject_type, e.subject_id,
                  case when coalesce(array_ndims(e.fields), 1) = 1 then
                    case when array_position(e.fields, null) is null then e.fields end end as fields,
                  e.request_id, e.mac, l.event_id is not null as "is_legacy!"
             from cms.audit_event e
             left join cms.audit_legacy l on l.event_id = e.id
            where e.id = $1"#,
        id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| {
        let found = Row {
            id: row.id,
            at: row.at,
            actor_kind: row.actor_kind,
            actor_id: row.actor_id,
            action: row.action,
            subject_type: row.subject_type,
            subject_id: row.subject_id,
            fields: row.fields,
            request_id: row.request_id,
            mac: row.mac,
        };
        (found, row.is_legacy)
    }))
}

/// The refusals after `id`, with their reasons; the instant is absent where it is none that the program writes.
///
/// # Errors
/// Those of the database.
pub async fn list_refusals(
    connection: &mut PgConnection,
    after: Uuid,
    most: i64,
) -> Result<Vec<(Uuid, Option<DateTime<Utc>>, String)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select event_id, case when at >= '2020-01-01Z' and at < '2200-01-01Z' then at end as at, reason
             from cms.audit_refusal where event_id > $1 order by event_id limit $2"#,
        after,
        most,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.event_id, row.at, row.reason)).collect())
}

/// Makes everything that follows read one and the same moment of the database, and write nothing.
///
/// # Errors
/// Those of the database.
pub async fn hold_still(transaction: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("set transaction isolation level repeatable read, read only").execute(transaction).await.map(drop)
}

/// Puts rows that are not sealed back on the queue, where somebody took them off.
///
/// # Errors
/// Those of the database.
pub async fn requeue(connection: &mut PgConnection, events: &[Uuid]) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.audit_waiting (event_id, turn)
         select e.id, case when exists (select 1 from cms.audit_legacy l where l.event_id = e.id) then 0 else 1 end
           from unnest($1::uuid[]) as e (id)
         on conflict do nothing",
        events,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Where the rows of some weeks stand in the chain.
#[derive(Debug)]
pub struct Range {
    /// The first and the last place; none where no row is sealed.
    pub positions: Option<(i64, i64)>,
    /// Rows that are not sealed yet.
    pub unsealed: i64,
}

/// Where the rows that were written from `from` on and before `until` stand.
///
/// # Errors
/// Those of the database.
pub async fn find_range(
    connection: &mut PgConnection,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Range, sqlx::Error> {
    let row = sqlx::query!(
        r#"select min(s.position) as first, max(s.position) as last,
                  count(*) filter (where s.position is null) as "unsealed!"
             from cms.audit_event e left join cms.audit_seal s on s.event_id = e.id
            where e.at >= $1 and e.at < $2"#,
        from,
        until,
    )
    .fetch_one(connection)
    .await?;
    Ok(Range { positions: row.first.zip(row.last), unsealed: row.unsealed })
}

/// The first head at or behind a position.
///
/// # Errors
/// Those of the database.
pub async fn find_first_head(connection: &mut PgConnection, position: i64) -> Result<Option<Head>, sqlx::Error> {
    Ok(list_heads(connection, position.saturating_sub(1), 1).await?.into_iter().next())
}
