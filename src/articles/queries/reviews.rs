//! Requests that colleagues look at an article, and what the clinic makes of a review that is overdue.

use sqlx::PgConnection;
use uuid::Uuid;

/// A request to be written.
#[derive(Debug)]
pub struct NewRequest<'a> {
    pub article: Uuid,
    pub revision: i32,
    pub by: Uuid,
    pub reviewer: Option<Uuid>,
    pub note: Option<&'a str>,
}

/// Asks for a review. A request that is open already gives way to the new one.
pub async fn put_request(connection: &mut PgConnection, new: &NewRequest<'_>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.review_request (article_id, revision_id, requested_by, reviewer_id, note)
         select $1, r.id, $3, $4, $5 from cms.revision r where r.article_id = $1 and r.number = $2
             on conflict (article_id) do update
            set revision_id = excluded.revision_id, requested_at = excluded.requested_at,
                requested_by = excluded.requested_by, reviewer_id = excluded.reviewer_id, note = excluded.note",
        new.article,
        new.revision,
        new.by,
        new.reviewer,
        new.note,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes a request back. Answers whether there was one.
pub async fn delete_request(connection: &mut PgConnection, article: Uuid) -> Result<bool, sqlx::Error> {
    let done =
        sqlx::query!("delete from cms.review_request where article_id = $1", article).execute(connection).await?;
    Ok(done.rows_affected() > 0)
}

/// Closes the request that a sign-off answers: one for this content, or one that stands while the newest content is
/// signed.
pub async fn close_request(
    connection: &mut PgConnection,
    article: Uuid,
    content_hash: &[u8],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from cms.review_request q
          using cms.article a, cms.revision asked, cms.revision newest
          where q.article_id = $1 and a.id = q.article_id and asked.id = q.revision_id
            and newest.article_id = a.id and newest.number = a.latest_revision
            and $2 in (asked.content_hash, newest.content_hash)",
        article,
        content_hash,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The role of somebody who may sign in.
pub async fn find_role(connection: &mut PgConnection, account: Uuid) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "select role from cms.account where id = $1 and status = 'active' and trashed_at is null",
        account
    )
    .fetch_optional(connection)
    .await
}

/// Keeps what becomes of articles whose review is overdue, and how many months a review holds.
pub async fn keep_policy(connection: &mut PgConnection, on_overdue: &str, months: i32) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.review_policy set on_overdue = $1, months = $2 where (on_overdue, months) is distinct from ($1, $2)",
        on_overdue,
        months,
    )
    .execute(connection)
    .await?;
    Ok(())
}
