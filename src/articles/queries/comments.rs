//! What colleagues say of a revision.

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::articles::{answers::Person, review::answers::Comment};

/// A comment to be written.
#[derive(Debug)]
pub struct NewComment<'a> {
    pub id: Uuid,
    pub revision_id: Uuid,
    pub article: Uuid,
    pub pointer: Option<&'a str>,
    pub quote: Option<&'a str>,
    pub body: &'a str,
    pub by: Uuid,
}

/// Stores a comment.
pub async fn insert_comment(connection: &mut PgConnection, new: &NewComment<'_>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.comment (id, article_id, revision_id, pointer, quote, body, created_by)
         values ($1, $2, $3, $4, $5, $6, $7)",
        new.id,
        new.article,
        new.revision_id,
        new.pointer,
        new.quote,
        new.body,
        new.by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The id of a revision by its number.
pub async fn find_revision(
    connection: &mut PgConnection,
    article: Uuid,
    number: i32,
) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar!("select id from cms.revision where article_id = $1 and number = $2", article, number)
        .fetch_optional(connection)
        .await
}

/// Comments of an article, the oldest first, at most 1,000: of one revision where a number is given, and of those that
/// are settled or not where that is asked for.
pub async fn list_comments(
    connection: &mut PgConnection,
    article: Uuid,
    revision: Option<i32>,
    resolved: Option<bool>,
) -> Result<Vec<Comment>, sqlx::Error> {
    sqlx::query_as!(
        Comment,
        r#"select c.id, r.number as revision, c.pointer, c.quote, c.body, c.version, c.created_at,
                  (select json_build_object('id', a.id, 'name', a.name) from cms.account a where a.id = c.created_by)
                    as "created_by: Json<Person>",
                  c.resolved_at,
                  (select json_build_object('id', a.id, 'name', a.name) from cms.account a where a.id = c.resolved_by)
                    as "resolved_by: Json<Person>"
             from cms.comment c join cms.revision r on r.id = c.revision_id
            where c.article_id = $1 and ($2::int is null or r.number = $2)
              and ($3::bool is null or (c.resolved_at is not null) = $3)
            order by c.created_at, c.id limit 1000"#,
        article,
        revision,
        resolved,
    )
    .fetch_all(connection)
    .await
}

/// One comment of an article.
pub async fn find_comment(
    connection: &mut PgConnection,
    article: Uuid,
    id: Uuid,
) -> Result<Option<Comment>, sqlx::Error> {
    sqlx::query_as!(
        Comment,
        r#"select c.id, r.number as revision, c.pointer, c.quote, c.body, c.version, c.created_at,
                  (select json_build_object('id', a.id, 'name', a.name) from cms.account a where a.id = c.created_by)
                    as "created_by: Json<Person>",
                  c.resolved_at,
                  (select json_build_object('id', a.id, 'name', a.name) from cms.account a where a.id = c.resolved_by)
                    as "resolved_by: Json<Person>"
             from cms.comment c join cms.revision r on r.id = c.revision_id
            where c.article_id = $1 and c.id = $2"#,
        article,
        id,
    )
    .fetch_optional(connection)
    .await
}

/// Locks a comment for a change.
pub async fn lock_comment(connection: &mut PgConnection, article: Uuid, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("select id from cms.comment where article_id = $1 and id = $2 for update", article, id)
        .fetch_optional(connection)
        .await?;
    Ok(())
}

/// Settles a comment, or opens it again where nobody settles it.
pub async fn set_resolution(connection: &mut PgConnection, id: Uuid, by: Option<Uuid>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.comment
            set version = version + 1, resolved_by = $2,
                resolved_at = case when $2::uuid is not null then clock_timestamp() end
          where id = $1",
        id,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}
