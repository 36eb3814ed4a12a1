//! What was, is and will be visible. Writes take the content lock first, so that the order of stamps is the order
//! of commits.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// Any number, the same everywhere, the feed of changes included (`site.list_changes`): who holds it is stamping a
/// publication.
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
    pub revision_id: Uuid,
    pub path: String,
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
        r#"select p.id, p.revision_id, p.path, lower(p.visible) as "since!", upper(p.visible) as until
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

/// Takes back what was planned and has not begun; what is visible and was to make room for it goes on until the end that
/// it had before. Answers whether anything was planned.
pub async fn delete_planned(
    connection: &mut PgConnection,
    article: Uuid,
    stamp: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let begins = sqlx::query_scalar!(
        r#"delete from cms.publication where article_id = $1 and lower(visible) > $2 returning lower(visible) as "begins!""#,
        article,
        stamp,
    )
    .fetch_all(&mut *connection)
    .await?;
    sqlx::query!(
        "update cms.publication set visible = tstzrange(lower(visible), planned_end)
          where article_id = $1 and visible @> $2::timestamptz and upper(visible) = any ($3)",
        article,
        stamp,
        &begins,
    )
    .execute(connection)
    .await?;
    Ok(!begins.is_empty())
}

/// Ends a publication at `at`, where another one begins or the article is withdrawn.
pub async fn cut(connection: &mut PgConnection, id: Uuid, at: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query!("update cms.publication set visible = tstzrange(lower(visible), $2) where id = $1", id, at)
        .execute(connection)
        .await?;
    Ok(())
}

/// Lets a publication end by itself at `at`; null leaves it without an end.
pub async fn set_end(connection: &mut PgConnection, id: Uuid, at: Option<DateTime<Utc>>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.publication set visible = tstzrange(lower(visible), $2), planned_end = $2 where id = $1",
        id,
        at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A range during which an article is visible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    pub from: DateTime<Utc>,
    pub until: Option<DateTime<Utc>>,
}

/// The ranges of an article that have not ended at `stamp`, in their order.
pub async fn list_ranges(
    connection: &mut PgConnection,
    article: Uuid,
    stamp: DateTime<Utc>,
) -> Result<Vec<Range>, sqlx::Error> {
    sqlx::query_as!(
        Range,
        r#"select lower(visible) as "from!", upper(visible) as until from cms.publication
            where article_id = $1 and (upper(visible) is null or upper(visible) > $2) order by lower(visible)"#,
        article,
        stamp,
    )
    .fetch_all(connection)
    .await
}

/// Where an article stands, as an event tells it.
#[derive(Debug)]
pub struct Standing {
    pub slug: String,
    /// Of the publication before, where it was another.
    pub previous_slug: Option<String>,
    pub path: String,
    pub locale: String,
    /// The revision that is shown.
    pub revision: i32,
}

/// Where the article stands at an instant, or stood last before it. None for one that was never published by then.
pub async fn find_standing(
    connection: &mut PgConnection,
    article: Uuid,
    at: DateTime<Utc>,
) -> Result<Option<Standing>, sqlx::Error> {
    sqlx::query_as!(
        Standing,
        r#"select p.slug, p.path, p.locale, r.number as revision,
                  (select nullif(q.slug, p.slug) from cms.publication q
                    where q.article_id = p.article_id and lower(q.visible) < lower(p.visible)
                    order by lower(q.visible) desc limit 1) as previous_slug
             from cms.publication p join cms.revision r on r.id = p.revision_id
            where p.article_id = $1 and lower(p.visible) <= $2
            order by lower(p.visible) desc limit 1"#,
        article,
        at,
    )
    .fetch_optional(connection)
    .await
}

/// A revision with what decides where it will stand.
#[derive(Debug)]
pub struct Publishable {
    pub revision_id: Uuid,
    /// When a review that is overdue takes it from sight, where the clinic wants that.
    pub review_until: Option<DateTime<Utc>>,
    /// When the public first saw the article before it came here.
    pub first_published_at: Option<DateTime<Utc>>,
    /// Where it will stand on the clinic's site. An address is fixed by a publication: until then it is this one.
    pub path: String,
}

/// The revision of that number, as it would be published.
pub async fn find_publishable(
    connection: &mut PgConnection,
    article: Uuid,
    revision: i32,
) -> Result<Option<Publishable>, sqlx::Error> {
    sqlx::query_as!(
        Publishable,
        r#"select r.id as revision_id,
                  (select (s.next_review_due + 1)::timestamp at time zone k.timezone
                     from cms.live_signoff s, cms.clinic_clock k, cms.review_policy y
                    where s.article_id = r.article_id and s.content_hash = r.content_hash
                      and y.on_overdue = 'withdraw') as review_until,
                  a.first_published_at, (select s.path from cms.revision_path s where s.revision_id = r.id) as "path!"
             from cms.revision r join cms.article a on a.id = r.article_id
            where r.article_id = $1 and r.number = $2"#,
        article,
        revision,
    )
    .fetch_optional(connection)
    .await
}

/// A publication to be written.
#[derive(Clone, Debug)]
pub struct NewPublication<'a> {
    pub id: Uuid,
    pub article: Uuid,
    pub revision_id: Uuid,
    /// Where it will stand on the clinic's site.
    pub path: &'a str,
    pub from: DateTime<Utc>,
    pub until: Option<DateTime<Utc>>,
    pub published_at: DateTime<Utc>,
    pub by: Option<Uuid>,
}

/// Makes a revision visible during a range, and notes its terms and the words that it is found by.
pub async fn insert(connection: &mut PgConnection, new: &NewPublication<'_>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.publication (id, article_id, revision_id, group_id, locale, slug, path, visible, planned_end, published_at,
                                      created_by, title, search)
         select $1, r.article_id, r.id, a.group_id, r.locale, r.slug, $4, tstzrange($5, $6), $6, $7, $8, r.title,
                s.search || array_to_tsvector(array['@' || to_char($7::timestamptz at time zone 'UTC', 'YYYY-MM')])
           from cms.revision r join cms.article a on a.id = r.article_id join cms.revision_search s on s.revision_id = r.id
          where r.article_id = $2 and r.id = $3",
        new.id,
        new.article,
        new.revision_id,
        new.path,
        new.from,
        new.until,
        new.published_at,
        new.by,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into cms.publication_term (publication_id, term_id, locale, published_at, article_id)
         select p.id, x.term_id, p.locale, p.published_at, p.article_id
           from cms.publication p
           join cms.revision r on r.id = p.revision_id
           join lateral (select r.category_id as term_id where r.category_id is not null
                          union
                         select t.term_id from cms.revision_term t where t.revision_id = r.id) x on true
          where p.id = $1",
        new.id,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into cms.search_word (locale, plain, word, letters, lexeme, query)
         select w.locale, w.plain, w.word, w.letters, w.lexeme, w.query from cms.revision_word w where w.revision_id = $1
         on conflict do nothing",
        new.revision_id,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Notes that what is shown of some articles changed at `stamp` without a publication of their own: a renamed tag, a
/// revoked sign-off, another disclosure. Answers those that are visible: the others have nothing to tell anybody. The
/// caller holds the content lock by [`stamp`].
pub(crate) async fn touch_visible(
    connection: &mut PgConnection,
    articles: &[Uuid],
    stamp: DateTime<Utc>,
) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "insert into cms.article_touch (article_id, at)
         select distinct p.article_id, $2::timestamptz from cms.publication p
          where p.article_id = any ($1) and p.visible @> $2::timestamptz
         on conflict (article_id) do update set at = greatest(excluded.at, article_touch.at)
         returning article_id",
        articles,
        stamp,
    )
    .fetch_all(connection)
    .await
}

#[cfg(test)]
mod tests {
    use super::CONTENT_LOCK;

    #[test]
    fn readers_of_changes_wait_for_the_same_lock() {
        let functions = include_str!("../../../migrations/20261129000900_changes.sql");
        assert_eq!(functions.matches(&format!("pg_advisory_xact_lock_shared({CONTENT_LOCK})")).count(), 2);
    }
}
