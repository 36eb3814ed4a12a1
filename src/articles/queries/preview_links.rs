//! Preview links as staff see them; of a token they have the hash alone.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::{
    articles::answers::Person,
    http::{COUNTED, PageRequest},
};

/// A link to be stored.
#[derive(Debug)]
pub struct NewLink<'a> {
    pub id: Uuid,
    pub article: Uuid,
    pub revision: i32,
    pub token_hash: &'a [u8; 32],
    pub by: Uuid,
}

/// Stores a link that is over at `until`, or in so many seconds. Answers when it was made and when it is over.
pub async fn insert(
    connection: &mut PgConnection,
    new: &NewLink<'_>,
    until: Option<DateTime<Utc>>,
    seconds: i64,
) -> Result<(DateTime<Utc>, DateTime<Utc>), sqlx::Error> {
    let row = sqlx::query!(
        "insert into cms.preview_link (id, article_id, revision_id, token_hash, created_at, created_by, expires_at)
         select $1, r.article_id, r.id, $4, statement_timestamp(), $5,
                coalesce($6, statement_timestamp() + make_interval(secs => $7::bigint))
           from cms.revision r where r.article_id = $2 and r.number = $3
         returning created_at, expires_at",
        new.id,
        new.article,
        new.revision,
        &new.token_hash[..],
        new.by,
        until,
        seconds,
    )
    .fetch_one(connection)
    .await?;
    Ok((row.created_at, row.expires_at))
}

/// A stored link.
#[derive(Debug)]
pub struct LinkRow {
    pub id: Uuid,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Json<Person>>,
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub revoked_by: Option<Json<Person>>,
}

/// The place of a link in the list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LinkKey {
    pub created_at: DateTime<Utc>,
    pub id: Uuid,
}

/// A page of an article's links, newest first.
pub async fn list(
    connection: &mut PgConnection,
    article: Uuid,
    page: &PageRequest<LinkKey>,
) -> Result<Vec<LinkRow>, sqlx::Error> {
    sqlx::query_as!(
        LinkRow,
        r#"select l.id, r.number as revision, l.created_at, l.expires_at, l.revoked_at,
                  (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = l.created_by)
                    as "created_by: Json<Person>",
                  (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = l.revoked_by)
                    as "revoked_by: Json<Person>"
             from cms.preview_link l join cms.revision r on r.id = l.revision_id
            where l.article_id = $1 and ($2::timestamptz is null or (l.created_at, l.id) < ($2, $3::uuid))
            order by l.created_at desc, l.id desc limit $4 offset $5"#,
        article,
        page.after().map(|key| key.created_at),
        page.after().map(|key| key.id),
        page.fetch(),
        page.offset(),
    )
    .fetch_all(connection)
    .await
}

/// How many links an article has, counted up to [`COUNTED`]; none where there is no article.
pub async fn count(connection: &mut PgConnection, article: Uuid) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select (select count(*) from (select 1 from cms.preview_link l where l.article_id = a.id limit $2) counted) as "count!"
             from cms.article a where a.id = $1"#,
        article,
        COUNTED,
    )
    .fetch_optional(connection)
    .await
}

/// One link of an article, locked for a change.
pub async fn lock(connection: &mut PgConnection, article: Uuid, id: Uuid) -> Result<Option<LinkRow>, sqlx::Error> {
    sqlx::query_as!(
        LinkRow,
        r#"select l.id, r.number as revision, l.created_at, l.expires_at, l.revoked_at, null as "created_by: Json<Person>",
                  (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = l.revoked_by)
                    as "revoked_by: Json<Person>"
             from cms.preview_link l join cms.revision r on r.id = l.revision_id
            where l.article_id = $1 and l.id = $2 for update of l"#,
        article,
        id,
    )
    .fetch_optional(connection)
    .await
}

/// Takes a link back; one that was taken back stays as it is.
pub async fn revoke(connection: &mut PgConnection, id: Uuid, by: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.preview_link set revoked_at = clock_timestamp(), revoked_by = $2 where id = $1 and revoked_at is null",
        id,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}
