//! What the sitemap names. Only views of the schema `site` are named here.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};

use crate::articles::answers::Translation;

/// A part of the sitemap.
#[derive(Clone, Debug)]
pub struct SitemapPart {
    /// The last change of what stands in it.
    pub changed_at: DateTime<Utc>,
}

/// The visible articles cut into parts of `size`, in the order of their ids. New ones come last, so the parts before
/// stay as they are.
pub async fn list_sitemap_parts(connection: &mut PgConnection, size: i64) -> Result<Vec<SitemapPart>, sqlx::Error> {
    sqlx::query_as!(
        SitemapPart,
        r#"select max(x.updated_at) as "changed_at!"
             from (select v.updated_at, (row_number() over (order by v.id) - 1) / $1 as part
                     from site.article_address v) x
            group by x.part order by x.part"#,
        size,
    )
    .fetch_all(connection)
    .await
}

/// A page of the clinic's site.
#[derive(Clone, Debug)]
pub struct SitemapEntry {
    pub path: String,
    pub locale: String,
    pub updated_at: DateTime<Utc>,
    pub translations: Json<Vec<Translation>>,
}

/// The pages of a part, from 0, that search engines may show: not those that ask them to stay away, nor those whose
/// original stands elsewhere.
pub async fn list_sitemap_entries(
    connection: &mut PgConnection,
    part: i64,
    size: i64,
) -> Result<Vec<SitemapEntry>, sqlx::Error> {
    sqlx::query_as!(
        SitemapEntry,
        r#"select a.path as "path!", a.locale as "locale!", a.updated_at as "updated_at!",
                  a.translations as "translations!: Json<Vec<Translation>>"
             from (select v.id from site.article_address v order by v.id offset $1::bigint * $2::bigint limit $2::bigint) x
             join site.article a on a.id = x.id
            where a.seo->'noindex' is distinct from 'true' and a.seo->>'canonical_url' is null
            order by a.id"#,
        part,
        size,
    )
    .fetch_all(connection)
    .await
}
