//! What the public is offered while it types. As in `published`, only views of the schema `site` are named here.

use sqlx::{PgConnection, types::Json};

use crate::articles::{public_search::Suggestion, search::SearchText};

/// Suggestions: one round trip.
#[derive(Debug)]
pub struct SuggestedRows {
    pub items: Json<Vec<Suggestion>>,
    /// Seconds until what is visible changes by itself.
    pub valid_for: Option<i64>,
}

/// Names and titles with all the words, the last of which may be a beginning (of two letters at least: one begins a tenth of
/// all titles). A word that none has gives way to the nearest
/// that one has. Names and titles are short, so they are compared as they are written, without stems.
pub async fn suggest_published(
    connection: &mut PgConnection,
    text: &SearchText,
    locale: Option<&str>,
) -> Result<SuggestedRows, sqlx::Error> {
    sqlx::query_as!(
        SuggestedRows,
        r#"with wanted as materialized (select coalesce($1, (select default_locale from site.clinic), 'en') as locale),
                clause as materialized (
                  select c.n, c.correctable, p.plain,
                         case when numnode(q.query) = 1 and char_length(c.text) > 1 and c.n = max(c.n) over ()
                              then (q.query::text || ':*')::tsquery
                              else q.query end as query
                    from jsonb_to_recordset($2) as c (n integer, text text, negated boolean, correctable boolean)
                    cross join lateral (select plainto_tsquery('site.simple', c.text) as query) q
                    cross join lateral (select extensions.unaccent('extensions.unaccent', lower(c.text)) as plain) p
                   where not c.negated and numnode(q.query) > 0),
                settled as materialized (
                  select c.n, coalesce(f.plain, c.plain) as plain, coalesce(plainto_tsquery('site.simple', f.plain), c.query) as query
                    from clause c cross join wanted w
                    left join lateral (
                      select s.plain
                        from site.search_word s
                        cross join lateral (select string_agg(x.letter, '' order by x.letter) as letters
                                              from regexp_split_to_table(c.plain, '') x (letter)) l
                       where c.correctable and s.locale = w.locale
                         and (s.letters = l.letters
                              or s.plain operator(extensions.%) c.plain and extensions.similarity(s.plain, c.plain) > 0.42)
                         and not exists (select 1 from site.article_search v
                                          where v.locale = w.locale and to_tsvector('site.simple', v.title) @@ c.query)
                         and not exists (select 1 from site.search_facet v
                                          where v.kind <> 'author' and to_tsvector('site.simple', v.name) @@ c.query)
                         and (select true from site.article_search v
                               where v.locale = w.locale
                                 and to_tsvector('site.simple', v.title) @@ plainto_tsquery('site.simple', s.plain) limit 1)
                       order by starts_with(s.plain, c.plain) desc, s.letters = l.letters desc,
                                extensions.similarity(s.plain, c.plain) desc, s.plain
                       limit 1) f on true),
                asked as materialized (
                  select string_agg('(' || s.query::text || ')', ' & ')::tsquery as query, string_agg(s.plain, ' ' order by s.n) as plain
                    from settled s),
                name as materialized (
                  select f.kind, f.id, f.slug, f.name
                    from site.search_facet f
                   where f.kind <> 'author' and to_tsvector('site.simple', f.name) @@ (select query from asked)
                     and (select true from site.article_search v
                           where v.locale = (select locale from wanted) and v.search @@ quote_literal(f.facet)::tsquery limit 1)
                   order by f.name, f.id limit 4),
                title as materialized (
                  select t.id, t.slug, t.title,
                         starts_with(extensions.unaccent('extensions.unaccent', lower(t.title)), (select plain from asked)) as begins,
                         t.published_at
                    from site.article_search t
                   where t.locale = (select locale from wanted)
                     and to_tsvector('site.simple', t.title) @@ (select query from asked)
                   order by t.published_at desc, t.id desc limit 100)
           select (select coalesce(json_agg(json_build_object('type', x.kind, 'id', x.id, 'slug', x.slug, 'name', x.name)
                                            order by x.place), '[]')
                     from (select n.kind, n.id, n.slug, n.name, row_number() over (order by n.name, n.id) as place from name n
                           union all
                           select 'article', t.id, t.slug, t.title,
                                  4 + row_number() over (order by t.begins desc, t.published_at desc, t.id desc)
                             from title t
                            order by 5 limit 10) x) as "items!: Json<Vec<Suggestion>>",
                  (select floor(extract(epoch from h.changes_at - now()))::bigint from site.article_horizon h) as valid_for"#,
        locale,
        Json(text) as _,
    )
    .fetch_one(connection)
    .await
}
