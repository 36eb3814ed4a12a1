//! What the sealer reads and writes.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{hash, hash_or_none};
use crate::audit::{
    chain::{Head, Tip},
    row::Row,
};

/// Any number, the same in every program of ours: who holds it is sealing this database.
const LOCK: i64 = 0x6175_6469_7400;

/// SQLSTATE of a lock that was waited for too long.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// Takes the sealer's lock for this transaction; false where another holds it.
///
/// # Errors
/// Those of the database.
pub async fn lock_chain(transaction: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock($1) as "held!""#, LOCK).fetch_one(transaction).await
}

/// Waits for the sealer's lock and takes it for this transaction.
///
/// # Errors
/// Those of the database.
pub async fn wait_for_chain(transaction: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("select pg_advisory_xact_lock($1)", LOCK).execute(transaction).await.map(drop)
}

/// As [`wait_for_chain`], for at most two seconds; false where another held it all the while. The transaction is lost
/// then.
///
/// # Errors
/// Those of the database.
pub async fn wait_briefly_for_chain(transaction: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query!("set local lock_timeout = '2s'").execute(&mut *transaction).await?;
    match wait_for_chain(transaction).await {
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(LOCK_NOT_AVAILABLE) => Ok(false),
        waited => waited.map(|()| true),
    }
}

/// The last seal and its kind.
///
/// # Errors
/// Those of the database.
pub async fn find_last_seal(transaction: &mut PgConnection) -> Result<Option<(Tip, String)>, sqlx::Error> {
    let row = sqlx::query!("select position, hash, kind from cms.audit_seal order by position desc limit 1")
        .fetch_optional(transaction)
        .await?;
    row.map(|row| Ok((Tip { position: row.position, hash: hash(&row.hash)? }, row.kind))).transpose()
}

/// The last head at a position from `from` to `to`.
///
/// # Errors
/// Those of the database.
pub async fn find_last_head(transaction: &mut PgConnection, from: i64, to: i64) -> Result<Option<Head>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select position, hash, kid, signature,
                  case when at >= '2020-01-01Z' and at < '2200-01-01Z' then at end as at
             from cms.audit_head
            where position between $1 and $2 order by position desc limit 1"#,
        from,
        to,
    )
    .fetch_optional(transaction)
    .await?;
    Ok(row.map(|row| Head {
        position: row.position,
        hash: hash_or_none(&row.hash),
        at: row.at.unwrap_or_default(),
        kid: row.kid,
        signature: row.signature,
    }))
}

/// The public half of a signing key, and its HMAC.
///
/// # Errors
/// Those of the database.
pub async fn find_signing_key(
    transaction: &mut PgConnection,
    kid: &str,
) -> Result<Option<(Vec<u8>, Vec<u8>)>, sqlx::Error> {
    let row = sqlx::query!("select public_key, mac from cms.audit_signing_key where kid = $1", kid)
        .fetch_optional(transaction)
        .await?;
    Ok(row.map(|row| (row.public_key, row.mac)))
}

/// A row that waits to be sealed.
#[derive(Debug)]
pub struct Waiting {
    /// The row's id.
    pub event_id: Uuid,
    /// Whether it is known from before the chain.
    pub is_legacy: bool,
    /// Whether it was sealed or refused already.
    pub is_settled: bool,
    /// The row; none where somebody removed it.
    pub row: Option<Row>,
}

/// The rows that wait, those from before the chain first. Each limit of one keeps the looking up by index: joined freely, a
/// burst would have the whole trail read for each batch.
///
/// # Errors
/// Those of the database.
pub async fn list_waiting(transaction: &mut PgConnection, most: i64) -> Result<Vec<Waiting>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select w.event_id, l.event_id is not null as "is_legacy!",
                  coalesce((select true from cms.audit_seal s where s.event_id = w.event_id limit 1),
                           (select true from cms.audit_refusal r where r.event_id = w.event_id limit 1), false) as "is_settled!",
                  e.id as "id?", case when e.at >= '2020-01-01Z' and e.at < '2200-01-01Z' then e.at end as at,
                  e.actor_kind as "actor_kind?", e.actor_id as "actor_id?",
                  e.action as "action?", e.subject_type as "subject_type?", e.subject_id as "subject_id?",
                  case when coalesce(array_ndims(e.fields), 1) = 1 then
                    case when array_position(e.fields, null) is null then e.fields end end as fields, e.request_id as "request_id?", e.mac as "mac?"
             from (select event_id, turn from cms.audit_waiting order by turn, event_id limit $1) w
             left join cms.audit_legacy l on l.event_id = w.event_id
             left join lateral (select * from cms.audit_event x where x.id = w.event_id limit 1) e on true
            order by w.turn, w.event_id"#,
        most,
    )
    .fetch_all(transaction)
    .await?;
    let waiting = rows.into_iter().map(|row| Waiting {
        event_id: row.event_id,
        is_legacy: row.is_legacy,
        is_settled: row.is_settled,
        row: (|| {
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
        })(),
    });
    Ok(waiting.collect())
}

/// A seal in the making.
#[derive(Debug)]
pub struct NewSeal {
    /// Its place.
    pub tip: Tip,
    /// The row.
    pub event_id: Uuid,
    /// [`ROW`](crate::audit::chain::ROW) or [`LEGACY`](crate::audit::chain::LEGACY).
    pub kind: &'static str,
}

/// Writes seals.
///
/// # Errors
/// Those of the database.
pub async fn insert_seals(transaction: &mut PgConnection, seals: &[NewSeal]) -> Result<(), sqlx::Error> {
    let positions: Vec<i64> = seals.iter().map(|seal| seal.tip.position).collect();
    let events: Vec<Uuid> = seals.iter().map(|seal| seal.event_id).collect();
    let kinds: Vec<String> = seals.iter().map(|seal| seal.kind.to_owned()).collect();
    let hashes: Vec<Vec<u8>> = seals.iter().map(|seal| seal.tip.hash.to_vec()).collect();
    sqlx::query!(
        "insert into cms.audit_seal (position, event_id, kind, hash)
         select * from unnest($1::bigint[], $2::uuid[], $3::text[], $4::bytea[])",
        &positions,
        &events,
        &kinds,
        &hashes,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Remembers that a row was not sealed, and why.
///
/// # Errors
/// Those of the database.
pub async fn insert_refusal(
    transaction: &mut PgConnection,
    event: Uuid,
    at: DateTime<Utc>,
    reason: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.audit_refusal (event_id, at, reason) values ($1, $2, $3) on conflict do nothing",
        event,
        at,
        reason,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Takes rows off the queue.
///
/// # Errors
/// Those of the database.
pub async fn delete_waiting(transaction: &mut PgConnection, events: &[Uuid]) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from cms.audit_waiting where event_id = any ($1)", events).execute(transaction).await?;
    Ok(())
}

/// Writes a head. One that stands at its position already, forged or not, stays.
///
/// # Errors
/// Those of the database.
pub async fn insert_head(transaction: &mut PgConnection, head: &Head) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.audit_head (position, hash, at, kid, signature) values ($1, $2, $3, $4, $5)
         on conflict do nothing",
        head.position,
        head.hash.as_slice(),
        head.at,
        head.kid,
        head.signature,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Keeps the public half of a signing key.
///
/// # Errors
/// Those of the database.
pub async fn insert_signing_key(
    transaction: &mut PgConnection,
    kid: &str,
    public_key: &[u8],
    mac: &[u8],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.audit_signing_key (kid, public_key, mac) values ($1, $2, $3) on conflict do nothing",
        kid,
        public_key,
        mac,
    )
    .execute(transaction)
    .await?;
    Ok(())
}
