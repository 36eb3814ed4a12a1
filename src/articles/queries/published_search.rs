//! What the public finds. As in `published`, only views of the schema `site` are named here.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::published::{Filter, ListedArticle, Order};
use crate::{
    articles::search::{Correction, SearchText},
    http::PageRequest,
};

/// A visible article with the words that were looked for.
#[derive(Clone, Debug, Deserialize)]
pub struct FoundArticle {
    #[serde(flatten)]
    pub article: ListedArticle,
    /// Articles that are alike in the order stand in that of their publications.
    pub publication_id: Uuid,
    /// In millionths; 0 beyond the newest [`RANKED`] and in the other orders.
    pub rank: i32,
    /// The text around the hit, marked and not yet escaped.
    pub snippet: String,
}

/// A page of what was found: one round trip.
#[derive(Debug)]
pub struct FoundRows {
    pub items: Json<Vec<FoundArticle>>,
    pub total: Option<i64>,
    /// What was looked for in the place of words that nothing visible has.
    pub corrections: Json<Vec<Correction>>,
    /// Seconds until what is visible changes by itself.
    pub valid_for: Option<i64>,
}

/// So many of the newest are ranked; what was published before them follows by its date. Ranking all that a common word
/// is found in takes seconds.
const RANKED: i64 = 1000;

/// What is found is counted up to here: that many of a common word are looked at in any case.
pub const COUNTED: i64 = 1001;
/// A last word that so many articles have is a whole one; fewer are joined by those that have a word which begins so.
const OPENED: i64 = 1000;

/// The place of a row in what was found. Members that the order does not compare are as in the row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FoundKey {
    pub rank: i32,
    pub instant: DateTime<Utc>,
    pub title: String,
    pub id: Uuid,
}

impl FoundKey {
    /// The place of `row`; without an order, that by relevance.
    pub fn of(row: &FoundArticle, order: Option<Order>) -> Self {
        let article = &row.article;
        let instant = if order == Some(Order::Updated) { article.updated_at } else { article.published_at };
        let title = if order == Some(Order::Title) { article.title.clone() } else { String::new() };
        Self { rank: row.rank, instant, title, id: row.publication_id }
    }
}

/// One query for each order: the text differs in how the page is cut, nothing else.
///
/// - `clause`: each word or phrase as a query in the locale's language. Stemmers know endings with their accents
///   alone, so a word without them is tried with its likeliest ending as well.
/// - `direct`: what is found by the words as they are; `probe`: whether the last one is taken for a beginning as well.
/// - `settled`: a word that nothing visible has gives way to the nearest that something visible has.
/// - `filed`: what the filters ask for, in the form in which it stands beside the words (`#id`).
/// - `counted`: all that matches, or as much of it as is counted.
/// - `page`: the rows of the page, in order. Everything else is read for these alone.
macro_rules! found {
    ($connection:expr, $text:expr, $filter:expr, $page:expr, $key:literal, $($cut:literal),+) => {
        sqlx::query_as!(
            FoundRows,
            r#"with recursive wanted as materialized (
                 select l.locale, coalesce(k.configuration, 'site.simple'::regconfig) as configuration,
                        coalesce(k.accented, 'pg_catalog.simple'::regconfig) as accented
                   from (select coalesce($1, (select default_locale from site.clinic), 'en') as locale) l
                   left join site.text_search k on k.language = split_part(l.locale, '-', 1)),
               clause as materialized (
                 select c.n, c.alternative, c.negated, c.open, c.correctable, q.query, o.query as opened,
                        extensions.unaccent('extensions.unaccent', lower(c.text)) as plain
                   from jsonb_to_recordset($2) as c (n integer, alternative integer, text text, phrase boolean, negated boolean,
                                                     open boolean, correctable boolean)
                   cross join wanted w
                   cross join lateral (select regexp_replace(regexp_replace(lower(c.text), 'cion\M', 'ción', 'g'),
                                                             'cao\M', 'ção', 'g') as text) e
                   cross join lateral (select case when c.phrase then phraseto_tsquery(w.configuration, c.text)
                                                   else plainto_tsquery(w.configuration, c.text) end as plain,
                                              case when c.phrase then phraseto_tsquery(w.accented, e.text)
                                                   else plainto_tsquery(w.accented, e.text) end as accented) p
                   cross join lateral (select case when c.open and numnode(p.plain) = 1 then (p.plain::text || ':*')::tsquery
                                                   else p.plain end as plain) b
                   cross join lateral (select numnode(p.accented) = 0 or p.accented = p.plain as same) d
                   cross join lateral (select case when d.same then p.plain else p.plain || p.accented end as query) q
                   cross join lateral (select case when d.same then b.plain else b.plain || p.accented end as query) o
                  where numnode(p.plain) > 0),
               filed as materialized (
                 select concat(
                   case when $3::text[] is not null then ' & (' || coalesce(
                     (select string_agg(quote_literal(f.facet), ' | ')
                        from site.category_above a join site.search_facet f on f.kind = 'category' and f.id = a.term_id
                       where a.slug = any ($3) or a.above_id::text = any ($3)), '''#''') || ')' end,
                   (select string_agg(' & (' || coalesce(
                      (select string_agg(quote_literal(f.facet), ' | ')
                         from site.search_facet f
                        where f.kind = k.kind and (f.slug = any (k.names) or f.id::text = any (k.names))), '''#''') || ')', '')
                      from (select 'tag' as kind, $4::text[] as names
                            union all select 'condition', $5::text[]
                            union all select 'service', $6::text[]
                            union all select 'author', $7::text[]) k
                     where k.names is not null)) as query),
               typed as materialized (
                 select ('(' || (select string_agg('(' || a.query || ')', ' | ')
                                   from (select string_agg(case when c.negated then '!(' else '(' end || c.query::text || ')', ' & ') as query
                                           from clause c group by c.alternative having not bool_and(c.negated)) a)
                         || ')' || f.query)::tsquery as query
                   from filed f),
               direct as materialized (
                 select s.publication_id, s."# + $key + r#" as key
                   from site.article_search s
                  where s.locale = (select locale from wanted) and s.search @@ (select query from typed)
                    and ($8::timestamptz is null or s.published_at > $8)
                    and ($9::timestamptz is null or s.published_at < $9)
                    and ($10::timestamptz is null or s.updated_at > $10)
                  limit $17),
               probe as materialized (
                 select exists (select 1 from clause c where c.open) and (select count(*) from direct) < $19 as open),
               settled as materialized (
                 select c.n, c.alternative, c.negated, coalesce(f.query, case when (select open from probe) then c.opened else c.query end) as query, f.word
                   from clause c cross join wanted w
                   left join lateral (
                     select s.word, s.query
                       from site.search_word s
                       cross join lateral (select string_agg(x.letter, '' order by x.letter) as letters
                                             from regexp_split_to_table(c.plain, '') x (letter)) l
                      where c.correctable and not exists (select 1 from direct)
                        and s.locale = w.locale
                        and (s.letters = l.letters
                             or s.plain operator(extensions.%) c.plain and extensions.similarity(s.plain, c.plain) > 0.42)
                        -- With `exists` the server expects a hit at once and reads row by row; for a thousand it takes the index.
                        and (select count(*) from (select 1 from site.article_search v
                                                    where v.locale = w.locale and v.search @@ c.opened limit 1001) v) = 0
                      order by c.open and starts_with(s.plain, c.plain) desc, s.letters = l.letters desc,
                               extensions.similarity(s.plain, c.plain) desc, s.plain
                      limit 1) f on true),
               asked as materialized (
                 select ('(' || (select string_agg('(' || a.query || ')', ' | ')
                                   from (select string_agg(case when s.negated then '!(' else '(' end || s.query::text || ')', ' & ') as query
                                           from settled s group by s.alternative having not bool_and(s.negated)) a)
                         || ')' || (select f.query from filed f))::tsquery as query,
                        (select string_agg('(' || s.query::text || ')', ' | ') from settled s where not s.negated)::tsquery as hits,
                        (select array_agg(x.found[1] order by char_length(x.found[1]) desc)
                           from settled s, regexp_matches(s.query::text, '''([^'']+)''', 'g') x (found) where not s.negated) as lexemes,
                        U&'StartSel=\E000, StopSel=\E001, MaxFragments=2, MaxWords=20, MinWords=8, ShortWord=0, FragmentDelimiter=" … "' as style),
               matching as not materialized (
                 select s.publication_id, s.search, s."# + $key + r#" as key
                   from site.article_search s
                  where s.locale = (select locale from wanted) and s.search @@ (select query from asked)
                    and ($8::timestamptz is null or s.published_at > $8)
                    and ($9::timestamptz is null or s.published_at < $9)
                    and ($10::timestamptz is null or s.updated_at > $10)),
               again as materialized (
                 select (select p.open from probe p) or exists (select 1 from settled s where s.word is not null) as again),
               counted as materialized (
                 select d.publication_id, d.key from direct d where not (select a.again from again a)
                 union all
                 (select m.publication_id, m.key from matching m where (select a.again from again a) limit $17)),
               counting as materialized (select count(*) as total, count(*) < $17 as complete from counted),
               place as materialized (
                 select $11::uuid as id, $12::integer as rank, $13::timestamptz as instant, $14::text as title),
               "# $(+ $cut)+ + r#"
               select (select coalesce(json_agg(x), '[]')
                         from (select m.id, m.kind, m.slug, m.path, m.locale, m.title, m.summary, m.cover, m.category, m.tags, m.conditions,
                                      m.services, m.author, m.reading_minutes, m.published_at, m.updated_at, m.review, m.translations,
                                      p.publication_id, p.rank, h.snippet
                                 from page p
                                 join site.article m on m.publication_id = p.publication_id
                                 cross join wanted w
                                 cross join asked a
                                 cross join lateral (
                                   select coalesce((select v.at
                                                      from unnest(a.lexemes) l (lexeme)
                                                      cross join lateral (select left(l.lexeme, greatest(3, char_length(l.lexeme) - 1)) as stem) t
                                                      cross join lateral (
                                                        select coalesce(nullif(strpos(lower(m.body_text), ' ' || t.stem), 0),
                                                                        strpos(extensions.unaccent('extensions.unaccent', lower(m.body_text)), t.stem))
                                                                 as at offset 0) v
                                                     where v.at > 0 limit 1), 1) as at offset 0) i
                                 cross join lateral (
                                   select replace(replace(replace(replace(replace(
                                            regexp_replace(substr(m.body_text, greatest(i.at - 200, 1), 700),
                                                           case when i.at > 201 then '^\S+\s+' else '^\s+' end, ''),
                                            E'\n', ' '), U&'\E000', ''), U&'\E001', ''), '-', U&'\E002'), '/', U&'\E003') as text offset 0) t
                                 -- Read where the text has no hit.
                                 cross join lateral (
                                   select replace(replace(replace(replace(replace(
                                            concat_ws(' … ', m.title, m.summary,
                                                      (select string_agg(x.value->>'question' || ' ' || (x.value->>'answer'), ' … ')
                                                         from jsonb_array_elements(m.faqs) x),
                                                      (select string_agg(x.value->>'name', ' … ') from json_array_elements(m.conditions) x),
                                                      (select string_agg(x.value->>'name', ' … ') from json_array_elements(m.services) x),
                                                      (select string_agg(x.value->>'name', ' … ') from json_array_elements(m.tags) x),
                                                      m.category->>'name'),
                                            E'\n', ' '), U&'\E000', ''), U&'\E001', ''), '-', U&'\E002'), '/', U&'\E003') as text) o
                                 cross join lateral (
                                   select coalesce(
                                     (select h.hit from ts_headline(w.configuration, t.text, a.hits, a.style) h (hit)
                                       where strpos(h.hit, U&'\E000') > 0),
                                     (select h.hit from ts_headline(w.accented, t.text, a.hits, a.style) h (hit)
                                       where strpos(h.hit, U&'\E000') > 0),
                                     (select h.hit from ts_headline(w.configuration, o.text, a.hits, a.style) h (hit)
                                       where strpos(h.hit, U&'\E000') > 0),
                                     left(t.text, 200)) as snippet offset 0) h
                                order by p.n) x) as "items!: Json<Vec<FoundArticle>>",
                      case when $11::uuid is null
                           then (select total from counting) end as total,
                      (select coalesce(json_agg(json_build_object('n', s.n, 'word', s.word)), '[]')
                         from settled s where s.word is not null) as "corrections!: Json<Vec<Correction>>",
                      (select floor(extract(epoch from h.changes_at - now()))::bigint from site.article_horizon h) as valid_for"#,
            $filter.asked.locale,
            Json($text) as _,
            $filter.category.as_deref(),
            $filter.tag.as_deref(),
            $filter.condition.as_deref(),
            $filter.service.as_deref(),
            $filter.author.as_deref(),
            $filter.published_after,
            $filter.published_before,
            $filter.updated_after,
            $page.after().map(|key| key.id),
            $page.after().map(|key| key.rank),
            $page.after().map(|key| key.instant),
            $page.after().map(|key| key.title.as_str()),
            $page.fetch(),
            $page.offset(),
            COUNTED,
            RANKED,
            OPENED,
        )
        .fetch_one($connection)
        .await
    };
}

/// The page in an order that does not rank.
macro_rules! found_in_order {
    ($connection:expr, $text:expr, $filter:expr, $page:expr, $key:literal, $place:literal, $beyond:literal, $direction:literal) => {
        found!(
            $connection,
            $text,
            $filter,
            $page,
            $key,
            "page as materialized (
                 select m.publication_id, 0 as rank, row_number() over (order by m.key ",
            $direction,
            ", m.publication_id ",
            $direction,
            ") as n
                   from (select c.publication_id, c.key from counted c where (select complete from counting)
                         union all
                         select f.publication_id, f.key from matching f where not (select complete from counting)) m, place k
                  where (k.id is null or (m.key, m.publication_id) ",
            $beyond,
            " (",
            $place,
            ", k.id)) and $18::bigint > 0
                  order by m.key ",
            $direction,
            ", m.publication_id ",
            $direction,
            " limit $15 offset $16)"
        )
    };
}

/// A page of the visible articles in which the text is found, the best first or in an order.
pub async fn search_published(
    connection: &mut PgConnection,
    text: &SearchText,
    filter: &Filter,
    order: Option<Order>,
    page: &PageRequest<FoundKey>,
) -> Result<FoundRows, sqlx::Error> {
    match order {
        None => found!(
            connection,
            text,
            filter,
            page,
            "published_at",
            "walked (month, steps, found) as (
                 select date_trunc('month', now() at time zone 'UTC'), 0, 0::bigint where not (select complete from counting)
                 union all
                 select w.month - interval '1 month', w.steps + 1,
                        w.found + (select count(*) from matching m
                                    where m.search @@ ('''@' || to_char(w.month, 'YYYY-MM') || '''')::tsquery)
                   from walked w where w.found < $18 and w.steps < 24),
               walk as materialized (
                 select coalesce(max(w.found), 0) >= $18 as enough,
                        string_agg('''@' || to_char(w.month, 'YYYY-MM') || '''', ' | ')::tsquery as months
                   from walked w),
               newest as materialized (
                 select n.publication_id, n.key
                   from (select c.publication_id, c.key from counted c where (select complete from counting)
                         union all
                         select m.publication_id, m.key from matching m
                          where (select enough from walk) and m.search @@ (select months from walk)
                         union all
                         select m.publication_id, m.key from matching m
                          where not (select complete from counting) and not (select enough from walk)) n
                  order by n.key desc, n.publication_id desc limit $18),
               ranked as materialized (
                 select n.publication_id, n.key,
                        greatest((ts_rank(s.search, (select hits from asked)) * 1000000)::integer, 1) as rank
                   from newest n join site.article_search s on s.publication_id = n.publication_id),
               unranked as (
                 select m.publication_id, m.key, 0 as rank
                   from matching m, place k
                  where (select count(*) from newest) = $18
                    -- Only where the page reaches this far.
                    and (select count(*) from ranked r, place k
                          where k.id is null or (r.rank, r.key, r.publication_id) < (k.rank, k.instant, k.id)) < $15::bigint + $16::bigint
                    and (m.key, m.publication_id) < (select n.key, n.publication_id from newest n order by n.key, n.publication_id limit 1)
                    and (k.id is null or k.rank > 0 or (m.key, m.publication_id) < (k.instant, k.id))
                  order by m.key desc, m.publication_id desc limit $15::bigint + $16::bigint),
               page as materialized (
                 select u.publication_id, u.rank, row_number() over (order by u.rank desc, u.key desc, u.publication_id desc) as n
                   from (select r.publication_id, r.key, r.rank from ranked r
                         union all
                         select u.publication_id, u.key, u.rank from unranked u) u, place k
                  where k.id is null or (u.rank, u.key, u.publication_id) < (k.rank, k.instant, k.id)
                  order by u.rank desc, u.key desc, u.publication_id desc limit $15 offset $16)"
        ),
        Some(Order::Newest) => {
            found_in_order!(connection, text, filter, page, "published_at", "k.instant", "<", "desc")
        }
        Some(Order::Oldest) => found_in_order!(connection, text, filter, page, "published_at", "k.instant", ">", "asc"),
        Some(Order::Updated) => found_in_order!(connection, text, filter, page, "updated_at", "k.instant", "<", "desc"),
        Some(Order::Title) => found_in_order!(connection, text, filter, page, "title", "k.title", ">", "asc"),
    }
}
