//! The rows that data keys stand in, and the nodes that have to open them.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::crypto::WrappedKey;

/// How many rows a key wraps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedRows {
    /// The key's id.
    pub key_id: String,
    /// Inquiries that are not erased.
    pub rows: i64,
}

/// How many rows each key wraps, in the order of the ids.
///
/// # Errors
/// Those of the database.
pub async fn count_by_key(connection: &mut PgConnection) -> Result<Vec<WrappedRows>, sqlx::Error> {
    sqlx::query_as!(
        WrappedRows,
        r#"select key_id as "key_id!", count(*) as "rows!" from cms.inquiry where key_id is not null
            group by key_id order by key_id"#
    )
    .fetch_all(connection)
    .await
}

/// How many rows stand under another key than this, `besides` these rows.
///
/// # Errors
/// Those of the database.
pub async fn count_left(connection: &mut PgConnection, current: &str, besides: &[Uuid]) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from cms.inquiry where key_id <> $1 and id <> all ($2)"#,
        current,
        besides,
    )
    .fetch_one(connection)
    .await
}

/// Up to `most` rows under another key than `current`, kept from other writers until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock_rows_under_other_keys(
    transaction: &mut PgConnection,
    current: &str,
    besides: &[Uuid],
    most: i64,
) -> Result<Vec<(Uuid, WrappedKey)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select id, key_id as "key_id!", wrapped_key as "wrapped_key!" from cms.inquiry
            where key_id <> $1 and id <> all ($2)
            order by id limit $3 for no key update skip locked"#,
        current,
        besides,
        most,
    )
    .fetch_all(transaction)
    .await?;
    let wrapped = |key_id, bytes| WrappedKey { key_id, bytes };
    Ok(rows.into_iter().map(|row| (row.id, wrapped(row.key_id, row.wrapped_key))).collect())
}

/// Puts other wrappers around the data keys of rows that this transaction holds. It is no change that staff made: the
/// version stays.
///
/// # Errors
/// Those of the database.
pub async fn update_wrapped_keys(
    transaction: &mut PgConnection,
    rows: &[(Uuid, WrappedKey)],
) -> Result<(), sqlx::Error> {
    let ids: Vec<Uuid> = rows.iter().map(|(id, _)| *id).collect();
    let keys: Vec<String> = rows.iter().map(|(_, wrapped)| wrapped.key_id.clone()).collect();
    let bytes: Vec<Vec<u8>> = rows.iter().map(|(_, wrapped)| wrapped.bytes.clone()).collect();
    sqlx::query!(
        "update cms.inquiry i set key_id = anew.key_id, wrapped_key = anew.bytes
           from unnest($1::uuid[], $2::text[], $3::bytea[]) as anew (id, key_id, bytes)
          where i.id = anew.id",
        &ids,
        &keys,
        &bytes,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// A node of the installation that was heard of within a minute.
#[derive(Clone, Debug)]
pub struct Node {
    /// Drawn at its start.
    pub id: Uuid,
    /// The ids of the key-encryption keys that it holds.
    pub keys: Vec<String>,
    /// The one that it wraps with.
    pub current: String,
}

/// Says which keys a node holds, and that it is there; nodes that were not heard of for a day are forgotten.
///
/// # Errors
/// Those of the database.
pub async fn meet_node(
    transaction: &mut PgConnection,
    node: Uuid,
    keys: &[String],
    current: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from cms.node_key_ring where seen_at < clock_timestamp() - interval '1 day'")
        .execute(&mut *transaction)
        .await?;
    sqlx::query!(
        "insert into cms.node_key_ring (node_id, encryption_keys, current_encryption_key) values ($1, $2, $3)
         on conflict (node_id) do update
            set encryption_keys = excluded.encryption_keys, current_encryption_key = excluded.current_encryption_key,
                seen_at = clock_timestamp()",
        node,
        keys,
        current,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Forgets a node that stops.
///
/// # Errors
/// Those of the database.
pub async fn forget_node(transaction: &mut PgConnection, node: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from cms.node_key_ring where node_id = $1", node).execute(transaction).await.map(drop)
}

/// The nodes that were heard of within a minute.
///
/// # Errors
/// Those of the database.
pub async fn list_nodes(connection: &mut PgConnection) -> Result<Vec<Node>, sqlx::Error> {
    sqlx::query_as!(
        Node,
        "select node_id as id, encryption_keys as keys, current_encryption_key as current from cms.node_key_ring
          where seen_at > clock_timestamp() - interval '1 minute' order by node_id"
    )
    .fetch_all(connection)
    .await
}
