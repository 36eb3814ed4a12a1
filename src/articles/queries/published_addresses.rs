//! What addresses lead to, as the public may know it. Only views of the schema `site` are named here.

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::articles::{
    addresses::{Resolution, Step},
    locale::Asked,
};

/// The most addresses of the table that is given at once.
pub const TABLE: i64 = 50_000;

/// Follows addresses to their end: one query, which begins at what `$start` selects as `(key, start)` out of the
/// parameters. A way that comes back to itself, is longer than a hundred steps, or ends where an article is no more leads
/// nowhere: of a 301 nothing is known then, and a 410 has no successor. Once something on the way is gone, all of it is.
macro_rules! followed {
    ($row:ident, $start:literal, $shown:literal, $($parameter:expr),*) => {
        sqlx::query_as!(
            $row,
            r#"with recursive hop as (
                 select s.start, s.start as key, s.start as address, 200 as status, false as to_article, 0 as depth
                   from ("# + $start + r#") s
                  union all
                 select h.start, split_part(split_part(n.to_address, '#', 1), '?', 1), n.to_address, greatest(h.status, n.status),
                        n.to_article, h.depth + 1
                   from hop h
                  cross join lateral (
                    select r.status, r.to_address, r.to_article from site.redirect r where r.from_path = h.key
                     union all
                    select 301, f.to_address, true from site.article_former_path f where f.path = h.key) n
                  where h.depth < 100
               ) cycle key set looped using seen,
               last as (
                 select distinct on (h.start) h.start, h.key, h.address, h.status, h.to_article, h.depth, h.looped
                   from hop h order by h.start, h.depth desc),
               ended as (
                 select l.start, l.status, l.looped or l.depth >= 100 as endless, a.id, a.slug, a.locale, a.path,
                        case when l.depth = 0 or l.looped or l.depth >= 100 then null
                             when a.id is not null then a.path
                             when not l.to_article then l.address end as to_address
                   from last l left join site.article_address a on a.path = l.key and not l.looped and l.depth < 100),
               followed as (
                 select e.start, e.endless, e.id, e.slug, e.locale, e.path, e.to_address,
                        case when e.status = 200 and e.id is null then 404
                             when e.status = 301 and e.to_address is null then 404
                             else e.status end as status
                   from ended e)
               "# + $shown,
            $($parameter),*
        )
    };
}

/// What one address leads to.
pub async fn resolve(connection: &mut PgConnection, path: &str) -> Result<Resolution, sqlx::Error> {
    followed!(
        Resolution,
        "select $1::text as start",
        r#"select f.status as "status!", case when f.id is not null then 'article' end as kind, f.id, f.slug, f.locale, f.path,
                  f.to_address as "to",
                  (select floor(extract(epoch from h.changes_at - now()))::bigint from site.article_horizon h) as valid_for
             from followed f"#,
        path
    )
    .fetch_one(connection)
    .await
}

/// What took the place of an article that is not visible, by a slug that it had or by its id: as its last address says.
pub async fn find_successor(
    connection: &mut PgConnection,
    slug_or_id: &str,
    asked: &Asked,
) -> Result<Option<Resolution>, sqlx::Error> {
    followed!(
        Resolution,
        "select x.path as start
           from (select case when $3 then array_append($2::text[], coalesce((select default_locale from site.clinic), 'en'))
                             else $2 end as chain) w
          cross join lateral (
            select l.path, array_position(w.chain, l.locale) as place, l.left_at
              from site.left_slug l where l.slug = $1 and l.locale = any (w.chain)
             union all
            select l.path, 1000, l.left_at from site.left_slug l where l.article_id = $4) x
          order by x.place, x.left_at desc limit 1",
        r#"select f.status as "status!", case when f.id is not null then 'article' end as kind, f.id, f.slug, f.locale, f.path,
                  f.to_address as "to",
                  (select floor(extract(epoch from h.changes_at - now()))::bigint from site.article_horizon h) as valid_for
             from followed f"#,
        slug_or_id,
        &asked.chain(),
        asked.ends_with_default(),
        slug_or_id.parse::<Uuid>().ok()
    )
    .fetch_optional(connection)
    .await
}

/// The steps of the whole table: one round trip.
#[derive(Debug)]
pub struct StepRows {
    pub items: Json<Vec<Step>>,
    /// Seconds until what is visible changes by itself.
    pub valid_for: Option<i64>,
}

/// Every address that leads elsewhere, one step each, by path; one more than the table takes, to tell that there are more.
pub async fn list_steps(connection: &mut PgConnection) -> Result<StepRows, sqlx::Error> {
    sqlx::query_as!(
        StepRows,
        r#"select (select coalesce(json_agg(json_build_object(
                            'from', s.from_path, 'to', s.to_address, 'status', s.status, 'to_article', s.to_article,
                            'is_live', a.id is not null) order by s.from_path), '[]')
                     from (select r.from_path, r.to_address, r.status, r.to_article from site.redirect r
                            union all
                           select f.path, f.to_address, 301, true from site.article_former_path f
                            order by 1 limit $1) s
                     left join site.article_address a on a.path = split_part(split_part(s.to_address, '#', 1), '?', 1)) as "items!: Json<Vec<Step>>",
                  (select floor(extract(epoch from h.changes_at - now()))::bigint from site.article_horizon h) as valid_for"#,
        TABLE + 1,
    )
    .fetch_one(connection)
    .await
}

/// Whether following an address never ends, or not soon.
pub async fn is_endless(connection: &mut PgConnection, path: &str) -> Result<bool, sqlx::Error> {
    let row = followed!(Way, "select $1::text as start", r#"select f.endless as "endless!" from followed f"#, path);
    Ok(row.fetch_one(connection).await?.endless)
}

struct Way {
    endless: bool,
}
