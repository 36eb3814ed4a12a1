//! What the removal of old rows reads and writes, as the owner of the tables.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::hash;
use crate::audit::chain::{Hash, Pruning, Tip};

/// The last place of the unbroken beginning of the chain in which every row is older than `before`. The last seal and
/// what no head covers yet stay in any case.
///
/// # Errors
/// Those of the database.
pub async fn find_end_of_old(connection: &mut PgConnection, before: DateTime<Utc>) -> Result<Option<Tip>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select s.position, s.hash
             from cms.audit_seal s
            where s.position <= (select max(h.position) from cms.audit_head h)
              and s.position < (select max(l.position) from cms.audit_seal l)
              and s.position < coalesce(
                    (select k.position from cms.audit_seal k
                       left join cms.audit_event e on e.id = k.event_id
                      where e.at is null or e.at >= $1
                      order by k.position limit 1), 9223372036854775807)
            order by s.position desc limit 1"#,
        before,
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| Ok(Tip { position: row.position, hash: hash(&row.hash)? })).transpose()
}

/// How many seals stand up to `position`.
///
/// # Errors
/// Those of the database.
pub async fn count_seals(connection: &mut PgConnection, position: i64) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from cms.audit_seal where position <= $1"#, position)
        .fetch_one(connection)
        .await
}

/// Writes that everything up to a place is removed. The trigger lets removals through from then on.
///
/// # Errors
/// Those of the database.
pub async fn insert_pruning(connection: &mut PgConnection, pruning: &Pruning) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.audit_pruning (position, hash, at, before, kid, signature) values ($1, $2, $3, $4, $5, $6)
         on conflict do nothing",
        pruning.position,
        pruning.hash.as_slice(),
        pruning.at,
        pruning.before,
        pruning.kid,
        pruning.signature,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Removes rows with their seals up to `position`, at most so many. Answers how many seals went.
///
/// # Errors
/// Those of the database.
pub async fn delete_sealed(connection: &mut PgConnection, position: i64, most: i64) -> Result<u64, sqlx::Error> {
    let positions = sqlx::query!(
        "select position, event_id from cms.audit_seal where position <= $1 order by position limit $2",
        position,
        most,
    )
    .fetch_all(&mut *connection)
    .await?;
    let events: Vec<_> = positions.iter().map(|seal| seal.event_id).collect();
    let positions: Vec<_> = positions.iter().map(|seal| seal.position).collect();
    sqlx::query!("delete from cms.record_change where event_id = any ($1)", &events).execute(&mut *connection).await?;
    // The trigger finds a row's place by its seal, so that rows go first.
    sqlx::query!("delete from cms.audit_event where id = any ($1)", &events).execute(&mut *connection).await?;
    let gone = sqlx::query!("delete from cms.audit_seal where position = any ($1)", &positions);
    Ok(gone.execute(connection).await?.rows_affected())
}

/// Removes the heads up to `position`.
///
/// # Errors
/// Those of the database.
pub async fn delete_heads(connection: &mut PgConnection, position: i64) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from cms.audit_head where position <= $1", position).execute(connection).await.map(drop)
}

/// The newest pruning's place.
///
/// # Errors
/// Those of the database.
pub async fn find_pruned(connection: &mut PgConnection) -> Result<Option<(i64, Hash)>, sqlx::Error> {
    let row = sqlx::query!("select position, hash from cms.audit_pruning order by position desc limit 1")
        .fetch_optional(connection)
        .await?;
    row.map(|row| Ok((row.position, hash(&row.hash)?))).transpose()
}
