//! The names under which people stand as authors.

use sqlx::PgConnection;
use uuid::Uuid;

/// The id of an author, by slug or id. One in the trash is known by its id to the article that has it already.
pub async fn find_author(
    connection: &mut PgConnection,
    name: &str,
    article: Uuid,
) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "select w.id from cms.author w
          where (w.slug = $1 or w.id::text = $1)
            and (w.trashed_at is null
                 or w.id::text = $1 and exists (
                      select 1 from cms.article a
                        join cms.revision r on r.article_id = a.id and r.number = a.latest_revision
                       where a.id = $2 and r.author_id = w.id))
          order by w.trashed_at is not null limit 1",
        name,
        article,
    )
    .fetch_optional(connection)
    .await
}

/// The author that an account stands as, made at its first article; without an account, the author of that slug.
pub async fn find_or_insert_author(
    connection: &mut PgConnection,
    id: Uuid,
    account: Option<Uuid>,
    slug: &str,
    name: &str,
) -> Result<Uuid, sqlx::Error> {
    let known = sqlx::query_scalar!(
        "select id from cms.author where account_id = $1 or ($1::uuid is null and account_id is null and slug = $2)",
        account,
        slug,
    );
    if let Some(id) = known.fetch_optional(&mut *connection).await? {
        return Ok(id);
    }
    // A namesake has the plain slug already, or takes it at this moment.
    let stored = sqlx::query_scalar!(
        "insert into cms.author (id, slug, name, account_id)
         values ($1, case when exists (select 1 from cms.author where slug = $2) then $2 || '-' || right($5, 12) else $2 end, $3, $4)
         on conflict (account_id) do update set name = cms.author.name
         returning id",
        id,
        slug,
        name,
        account,
        id.to_string(),
    );
    stored.fetch_one(connection).await
}
