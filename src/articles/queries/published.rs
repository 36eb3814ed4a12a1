//! What the public may see. Only views of the schema `site` are named here; the role behind these reads can name
//! nothing else.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::{
    articles::{
        answers::{Author, Disclosure, Review, Translation},
        article::{Citation, Faq, Image, Kind, Seo},
        locale::Asked,
    },
    body::Heading,
    http::{COUNTED, PageRequest, Reference},
};

/// One visible article in a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListedArticle {
    pub id: Uuid,
    pub kind: Kind,
    pub slug: String,
    pub path: String,
    pub locale: String,
    pub title: String,
    pub summary: Option<String>,
    pub cover: Option<Image>,
    pub category: Option<Reference>,
    pub tags: Vec<Reference>,
    pub conditions: Vec<Reference>,
    pub services: Vec<Reference>,
    pub author: Option<Author>,
    pub reading_minutes: i32,
    pub published_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub review: Option<Review>,
    pub translations: Vec<Translation>,
}

/// A page of visible articles: one round trip.
#[derive(Debug)]
pub struct ArticleRows {
    pub items: Json<Vec<ListedArticle>>,
    pub total: Option<i64>,
    /// Seconds until what is visible changes by itself.
    pub valid_for: Option<i64>,
}

/// The filters of the list. A list of names means any of them; null filters nothing.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub asked: Asked,
    pub category: Option<Vec<String>>,
    pub tag: Option<Vec<String>>,
    pub condition: Option<Vec<String>>,
    pub service: Option<Vec<String>>,
    pub author: Option<Vec<String>>,
    pub published_after: Option<DateTime<Utc>>,
    pub published_before: Option<DateTime<Utc>>,
    pub updated_after: Option<DateTime<Utc>>,
}

/// The orders of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Newest,
    Oldest,
    Title,
    Updated,
}

/// The place of a row in an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Key {
    pub instant: DateTime<Utc>,
    pub title: String,
    pub id: Uuid,
}

impl Key {
    /// The place of `row`.
    pub fn of(row: &ListedArticle, order: Order) -> Self {
        let instant = if order == Order::Updated { row.updated_at } else { row.published_at };
        Self { instant, title: if order == Order::Title { row.title.clone() } else { String::new() }, id: row.id }
    }
}

/// One query for each order, with and without a fallback: the text differs in the order, in the comparison with the key
/// and in the languages, nothing else. In one language alone the list walks an index in its order; with a fallback each
/// group of translations is there once, in the best language that it is visible in.
macro_rules! page_in_order {
    ($connection:expr, $filter:expr, $page:expr, $key:expr, $after:literal, $order:literal) => {
        if $filter.asked.fallback {
            page_in_order!(
                $connection,
                $filter,
                $page,
                $key,
                $after,
                $order,
                "a.locale = any ((select chain from wanted)::text[])
                 and not exists (select 1 from wanted w
                                   join site.article_address b on array_position(w.chain, b.locale) < array_position(w.chain, a.locale)
                                  where b.group_id = a.group_id)"
            )
        } else {
            page_in_order!($connection, $filter, $page, $key, $after, $order, "a.locale = (select locale from wanted)")
        }
    };
    ($connection:expr, $filter:expr, $page:expr, $key:expr, $after:literal, $order:literal, $languages:literal) => {
        sqlx::query_as!(
            ArticleRows,
            r#"with wanted as (select coalesce($1, d.locale) as locale, array_append($14::text[], d.locale) as chain
                                 from (select coalesce((select default_locale from site.clinic), 'en') as locale) d),
                    matching as not materialized (
                      select a.* from site.article a
                       where "# + $languages + r#"
                         and ($2::text[] is null or exists (
                               select 1 from site.article_term t join site.category_above c on c.term_id = t.term_id
                                where t.article_id = a.id and t.kind = 'category' and (c.slug = any ($2) or c.above_id::text = any ($2))))
                         and ($3::text[] is null or exists (
                               select 1 from site.article_term t
                                where t.article_id = a.id and t.kind = 'tag' and (t.slug = any ($3) or t.term_id::text = any ($3))))
                         and ($4::text[] is null or exists (
                               select 1 from site.article_term t
                                where t.article_id = a.id and t.kind = 'condition' and (t.slug = any ($4) or t.term_id::text = any ($4))))
                         and ($5::text[] is null or a.author->>'slug' = any ($5) or a.author->>'id' = any ($5))
                         and ($6::timestamptz is null or a.published_at > $6)
                         and ($7::timestamptz is null or a.published_at < $7)
                         and ($8::timestamptz is null or a.updated_at > $8)
                         and ($15::text[] is null or exists (
                               select 1 from site.article_service s
                                where s.article_id = a.id and (s.slug = any ($15) or s.id::text = any ($15)))))
               select (select coalesce(json_agg(x), '[]')
                         from (select m.id, m.kind, m.slug, m.path, m.locale, m.title, m.summary, m.cover, m.category, m.tags, m.conditions,
                                      m.services, m.author, m.reading_minutes, m.published_at, m.updated_at, m.review, m.translations
                                 from matching m
                                where $9::uuid is null or "# + $after + r#"
                                order by "# + $order + r#"
                                limit $11 offset $12) x) as "items!: Json<Vec<ListedArticle>>",
                      case when $9::uuid is null
                           then (select count(*) from (select 1 from matching limit $13) counted) end as total,
                      (select floor(extract(epoch from h.changes_at - now()))::bigint from site.article_horizon h) as valid_for"#,
            $filter.asked.locale,
            $filter.category.as_deref(),
            $filter.tag.as_deref(),
            $filter.condition.as_deref(),
            $filter.author.as_deref(),
            $filter.published_after,
            $filter.published_before,
            $filter.updated_after,
            $page.after().map(|key| key.id),
            $key,
            $page.fetch(),
            $page.offset(),
            COUNTED,
            &$filter.asked.chain(),
            $filter.service.as_deref(),
        )
        .fetch_one($connection)
        .await
    };
}

/// A page of the list.
pub async fn list_published(
    connection: &mut PgConnection,
    filter: &Filter,
    order: Order,
    page: &PageRequest<Key>,
) -> Result<ArticleRows, sqlx::Error> {
    let instant = page.after().map(|key| key.instant);
    let title = page.after().map(|key| key.title.as_str());
    match order {
        Order::Newest => page_in_order!(
            connection,
            filter,
            page,
            instant,
            "(m.published_at, m.id) < ($10::timestamptz, $9)",
            "m.published_at desc, m.id desc"
        ),
        Order::Oldest => page_in_order!(
            connection,
            filter,
            page,
            instant,
            "(m.published_at, m.id) > ($10::timestamptz, $9)",
            "m.published_at, m.id"
        ),
        Order::Updated => page_in_order!(
            connection,
            filter,
            page,
            instant,
            "(m.updated_at, m.id) < ($10::timestamptz, $9)",
            "m.updated_at desc, m.id desc"
        ),
        Order::Title => {
            page_in_order!(connection, filter, page, title, "(m.title, m.id) > ($10::text, $9)", "m.title, m.id")
        }
    }
}

/// A visible article with everything a page needs.
#[derive(Debug, Deserialize)]
pub struct PublishedArticle {
    pub id: Uuid,
    pub kind: String,
    pub slug: String,
    pub path: String,
    pub locale: String,
    pub title: String,
    pub summary: Option<String>,
    pub cover: Option<Json<Image>>,
    pub category: Option<Json<Reference>>,
    pub tags: Json<Vec<Reference>>,
    pub conditions: Json<Vec<Reference>>,
    pub services: Json<Vec<Reference>>,
    pub author: Option<Json<Author>>,
    pub reading_minutes: i32,
    pub published_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub review: Option<Json<Review>>,
    pub translations: Json<Vec<Translation>>,
    pub disclosures: Json<Vec<Disclosure>>,
    pub related: Json<Vec<ListedArticle>>,
    pub revision: i32,
    pub body: String,
    pub headings: Json<Vec<Heading>>,
    pub sources: Json<Vec<Citation>>,
    pub faqs: Json<Vec<Faq>>,
    pub seo: Json<Seo>,
    pub site_url: Option<String>,
    /// Seconds until the article, or what is shown beside it, changes or goes by itself.
    pub valid_for: Option<i64>,
}

/// The visible article of that slug or id; of a former slug, the article it belongs to now; of a slug in a lesser language
/// of the chain, the translation into the best one. An id is looked up in all languages.
pub async fn find_published(
    connection: &mut PgConnection,
    slug_or_id: &str,
    asked: &Asked,
    format: &str,
) -> Result<Option<PublishedArticle>, sqlx::Error> {
    sqlx::query_as!(
        PublishedArticle,
        r#"with wanted as (select case when $5 then array_append($2::text[], coalesce((select default_locale from site.clinic), 'en'))
                                       else $2 end as chain),
                named as (
                  select a.id, a.group_id, array_position(w.chain, a.locale) as place, null::timestamptz as left_at
                    from wanted w join site.article_address a on a.slug = $1 and a.locale = any (w.chain)
                   union all
                  select a.id, a.group_id, array_position(w.chain, f.locale), f.left_at
                    from wanted w join site.article_former_slug f on f.slug = $1 and f.locale = any (w.chain)
                    join site.article_address a on a.id = f.article_id and a.locale = any (w.chain)
                   order by 3, 4 desc nulls first limit 1),
                found as (
                  select coalesce(
                    (select a.id from wanted w, named n join site.article_address a on a.group_id = n.group_id
                      where a.locale = any (w.chain) order by array_position(w.chain, a.locale) limit 1),
                    (select a.id from site.article_address a where a.id = $4)) as id)
           select a.id as "id!", a.kind as "kind!", a.slug as "slug!", a.path as "path!", a.locale as "locale!", a.title as "title!", a.summary,
                  a.cover as "cover: Json<Image>", a.category as "category: Json<Reference>",
                  a.tags as "tags!: Json<Vec<Reference>>", a.conditions as "conditions!: Json<Vec<Reference>>",
                  a.services as "services!: Json<Vec<Reference>>", a.review as "review: Json<Review>",
                  a.translations as "translations!: Json<Vec<Translation>>", a.disclosures as "disclosures!: Json<Vec<Disclosure>>",
                  (select coalesce(json_agg(x order by x.rank), '[]')
                     from (select m.id, m.kind, m.slug, m.path, m.locale, m.title, m.summary, m.cover, m.category, m.tags, m.conditions,
                                  m.services, m.author, m.reading_minutes, m.published_at, m.updated_at, m.review, m.translations,
                                  w.rank
                             from (select c.id, c.position, row_number() over (order by c.position, c.weight desc, c.id desc) as rank
                                     from (select e.related_id as id, e.position::bigint, 0 as weight
                                             from site.article_related e where e.article_id = a.id
                                            union all
                                           select n.neighbour_id, 1000, n.weight
                                             from site.article_neighbour n
                                            where n.article_id = a.id
                                              and not exists (select 1 from site.article_related e
                                                               where e.article_id = a.id and e.related_id = n.neighbour_id)) c
                                    where exists (select 1 from site.article v where v.id = c.id)) w
                             join site.article m on m.id = w.id
                            where w.position < 1000 or w.rank <= 4
                            order by w.rank) x) as "related!: Json<Vec<ListedArticle>>",
                  a.author as "author: Json<Author>", a.reading_minutes as "reading_minutes!",
                  a.published_at as "published_at!", a.updated_at as "updated_at!", a.revision as "revision!",
                  case $3 when 'markdown' then a.body_markdown when 'text' then a.body_text else a.body_html end as "body!",
                  a.headings as "headings!: Json<Vec<Heading>>", a.sources as "sources!: Json<Vec<Citation>>",
                  a.faqs as "faqs!: Json<Vec<Faq>>", a.seo as "seo!: Json<Seo>",
                  (select c.site_url from site.clinic c) as site_url,
                  -- Of anything visible: what is shown beside it and the state of its review change by themselves too.
                  (select floor(extract(epoch from h.changes_at - now()))::bigint from site.article_horizon h) as valid_for
             from found f join site.article a on a.id = f.id"#,
        slug_or_id,
        &asked.chain(),
        format,
        slug_or_id.parse::<Uuid>().ok(),
        asked.ends_with_default(),
    )
    .fetch_optional(connection)
    .await
}
