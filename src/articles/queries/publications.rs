//! What was, is and will be visible. Writes take the content lock first, so that the order of stamps is the order
//! of commits.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// Any number, the same everywhere: who holds it is stamping a publication.
const CONTENT_LOCK: i64 = 0x61_7274_6963;

/// Takes the content lock until the transaction ends, and answers the stamp: never before any earlier one.
pub async fn stamp(connection: &mut PgConnection) -> Result<DateTime<Utc>, sqlx::Error> {
    sqlx::query!("select pg_advisory_xact_lock($1)", CONTENT_LOCK).execute(&mut *connection).await?;
    sqlx::query_scalar!(r#"select clock_timestamp() as "stamp!""#).fetch_one(connection).await
}

/// A publication that is visible at the stamp.
#[derive(Debug)]
pub struct Current {
    pub id: Uuid,
    /// When it began, which an ending may not precede.
    pub since: DateTime<Utc>,
    pub until: Option<DateTime<Utc>>,
}

/// The publication that is visible at `stamp`.
pub async fn find_current(
    connection: &mut PgConnection,
    article: Uuid,
    stamp: DateTime<Utc>,
) -> Result<Option<Current>, sqlx::Error> {
    sqlx::query_as!(
        Current,
        r#"select p.id, lower(p.visible) as "since!", upper(p.visible) as until
             from cms.publication p
            where p.article_id = $1 and p.visible @> $2::timestamptz"#,
        article,
        stamp,
    )
    .fetch_optional(connection)
    .await
}

/// When the public first saw the article; none if it never did.
pub async fn find_first_published(
    connection: &mut PgConnection,
    article: Uuid,
    stamp: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    sqlx::query_scalar!(
        "select min(published_at) from cms.publication where article_id = $1 and lower(visible) <= $2",
        article,
        stamp
    )
    .fetch_one(connection)
    .await
}

/// Takes back what was planned and has not begun. Answers whether anything was.
pub async fn delete_planned(
    connection: &mut PgConnection,
    article: Uuid,
    stamp: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let done =
        sqlx::query!("delete from cms.publication where article_id = $1 and lower(visible) > $2", article, stamp)
            .execute(connection)
            .await?;
    Ok(done.rows_affected() > 0)
}

/// Ends a publication at `at`; null leaves it without an end.
pub async fn end(connection: &mut PgConnection, id: Uuid, at: Option<DateTime<Utc>>) -> Result<(), sqlx::Error> {
    sqlx::query!("update cms.publication set visible = tstzrange(lower(visible), $2) where id = $1", id, at)
        .execute(connection)
        .await?;
    Ok(())
}

/// A publication to be written.
#[derive(Clone, Copy, Debug)]
pub struct NewPublication {
    pub id: Uuid,
    pub article: Uuid,
    pub revision: i32,
    pub from: DateTime<Utc>,
    pub until: Option<DateTime<Utc>>,
    pub published_at: DateTime<Utc>,
    pub by: Option<Uuid>,
}

/// Makes a revision visible during a range. False where the article has no such revision.
pub async fn insert(connection: &mut PgConnection, new: &NewPublication) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "insert into cms.publication (id, article_id, revision_id, locale, slug, visible, published_at, created_by)
         select $1, r.article_id, r.id, r.locale, r.slug, tstzrange($4, $5), $6, $7
           from cms.revision r where r.article_id = $2 and r.number = $3",
        new.id,
        new.article,
        new.revision,
        new.from,
        new.until,
        new.published_at,
        new.by,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}
