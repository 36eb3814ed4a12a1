//! What the sitemap names. Only views of the schema `site` are named here.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::articles::answers::Translation;

/// A part of the sitemap: the visible articles from one id to another.
#[derive(Clone, Copy, Debug)]
pub struct SitemapPart {
    pub first: Uuid,
    pub last: Uuid,
    /// The last change of what stands in it.
    pub changed_at: DateTime<Utc>,
}

/// The visible articles cut into parts of `size`, in the order of their ids. New ones come last, so the parts before
/// stay as they are.
pub async fn list_sitemap_parts(connection: &mut PgConnection, size: i64) -> Result<Vec<SitemapPart>, sqlx::Error> {
    // Ids are in the same order as texts, and PostgreSQL before 18 knows the least of texts alone.
    sqlx::query_as!(
        SitemapPart,
        r#"select min(x.id::text)::uuid as "first!", max(x.id::text)::uuid as "last!", max(x.updated_at) as "changed_at!"
             from (select v.id, v.updated_at, (row_number() over (order by v.id) - 1) / $1 as part
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

/// The pages of a part that search engines may show: not those that ask them to stay away, nor those whose original
/// stands elsewhere.
pub async fn list_sitemap_entries(
    connection: &mut PgConnection,
    part: SitemapPart,
) -> Result<Vec<SitemapEntry>, sqlx::Error> {
    sqlx::query_as!(
        SitemapEntry,
        r#"select a.path as "path!", a.locale as "locale!", a.updated_at as "updated_at!",
                  a.translations as "translations!: Json<Vec<Translation>>"
             from site.article a
            where a.id between $1 and $2
              and a.seo->'noindex' is distinct from 'true' and a.seo->>'canonical_url' is null
            order by a.id"#,
        part.first,
        part.last,
    )
    .fetch_all(connection)
    .await
}
