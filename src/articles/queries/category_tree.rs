//! The tree of categories.

use sqlx::PgConnection;
use uuid::Uuid;

/// Any number, the same everywhere: who holds it is moving categories.
const TREE_LOCK: i64 = 0x74_7265_6573;

/// Keeps the tree as it is until the transaction ends.
pub async fn lock(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("select pg_advisory_xact_lock($1)", TREE_LOCK).execute(connection).await?;
    Ok(())
}

/// A category and those above it.
pub async fn list_above(connection: &mut PgConnection, category: Uuid) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select c.above_id as "above_id!" from cms.category_above c where c.term_id = $1 order by c.depth"#,
        category,
    )
    .fetch_all(connection)
    .await
}

/// How many levels a category and those below it take: 1 where nothing stands below.
pub async fn count_levels(connection: &mut PgConnection, category: Uuid) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select coalesce(max(c.depth), 0) + 1 as "levels!"
             from cms.category_above c join cms.term t on t.id = c.term_id and t.trashed_at is null
            where c.above_id = $1"#,
        category,
    )
    .fetch_one(connection)
    .await
}

/// Whether others stand below a category.
pub async fn has_children(connection: &mut PgConnection, category: Uuid) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select 1 from cms.term where parent_id = $1 and trashed_at is null) as "has!""#,
        category,
    )
    .fetch_one(connection)
    .await
}

/// Whether a category is in the trash.
pub async fn is_trashed(connection: &mut PgConnection, category: Uuid) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select 1 from cms.term where id = $1 and trashed_at is not null) as "is!""#,
        category,
    )
    .fetch_one(connection)
    .await
}
