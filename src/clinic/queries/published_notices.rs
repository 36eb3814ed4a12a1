//! What everybody reads of notices, questions, testimonials and legal notices. Only views of the schema `site` are named
//! here.

use serde::Deserialize;
use sqlx::{PgConnection, types::Json};

use crate::clinic::{
    faqs::StoredFaq, legal_notices::StoredLegalNotice, notices::StoredNotice, testimonials::Testimonial,
};

/// What a list is narrowed to. A list of names (slugs or ids) means any of them; null filters nothing.
#[derive(Clone, Debug, Default)]
pub struct AboutFilter {
    /// Of these locations.
    pub locations: Option<Vec<String>>,
    /// Of these services.
    pub services: Option<Vec<String>>,
    /// Of what is written in one language alone.
    pub locale: Option<String>,
}

/// A list of what the clinic tells.
#[derive(Debug, Deserialize)]
pub struct Told<T> {
    /// In their order.
    pub rows: Vec<T>,
    /// The language of those who ask for none.
    pub default_locale: String,
    /// Seconds until one of them is another by itself.
    pub valid_for: Option<i64>,
}

/// The live notices, the gravest first. One that names no location is about every one.
pub async fn find_published_notices(
    connection: &mut PgConnection,
    filter: &AboutFilter,
) -> Result<Told<StoredNotice>, sqlx::Error> {
    let told = sqlx::query_scalar!(
        r#"select json_build_object(
                    'rows', (select coalesce(json_agg(s order by s.rank), '[]')
                               from (select n.*, row_number() over (order by array_position('{urgent,warning,info}', n.severity), n.starts_at desc, n.id desc) as rank
                                       from site.notice n
                                      where $1::text[] is null or json_array_length(n.locations) = 0
                                         or exists (select 1 from json_array_elements(n.locations) l
                                                     where l->>'slug' = any ($1) or l->>'id' = any ($1))
                                      limit 200) s),
                    'default_locale', (select coalesce(max(k.default_locale), 'en') from site.clinic k),
                    'valid_for', (select floor(extract(epoch from h.changes_at - now()))::bigint from site.clinic_horizon h))
                  as "told!: Json<Told<StoredNotice>>""#,
        filter.locations.as_deref(),
    )
    .fetch_one(connection)
    .await?;
    Ok(told.0)
}

/// The questions, in their order.
pub async fn find_published_faqs(
    connection: &mut PgConnection,
    filter: &AboutFilter,
) -> Result<Told<StoredFaq>, sqlx::Error> {
    let told = sqlx::query_scalar!(
        r#"select json_build_object(
                    'rows', (select coalesce(json_agg(s order by s.position, s.id), '[]')
                               from (select f.* from site.faq f
                                      where ($1::text[] is null or exists (
                                              select 1 from json_array_elements(f.locations) l where l->>'slug' = any ($1) or l->>'id' = any ($1)))
                                        and ($2::text[] is null or exists (
                                              select 1 from json_array_elements(f.services) v where v->>'slug' = any ($2) or v->>'id' = any ($2)))
                                      order by f.position, f.id limit 1000) s),
                    'default_locale', (select coalesce(max(k.default_locale), 'en') from site.clinic k),
                    'valid_for', null)
                  as "told!: Json<Told<StoredFaq>>""#,
        filter.locations.as_deref(),
        filter.services.as_deref(),
    )
    .fetch_one(connection)
    .await?;
    Ok(told.0)
}

/// The testimonials whose authorization holds, in their order.
pub async fn find_published_testimonials(
    connection: &mut PgConnection,
    filter: &AboutFilter,
) -> Result<Told<Testimonial>, sqlx::Error> {
    let told = sqlx::query_scalar!(
        r#"select json_build_object(
                    'rows', (select coalesce(json_agg(s order by s.position, s.id), '[]')
                               from (select t.id, t.shown_name as name, t.locale, t.text, t.given_on, t.rating, t.services, t.locations, t.position
                                       from site.testimonial t
                                      where ($1::text[] is null or exists (
                                              select 1 from json_array_elements(t.locations) l where l->>'slug' = any ($1) or l->>'id' = any ($1)))
                                        and ($2::text[] is null or exists (
                                              select 1 from json_array_elements(t.services) v where v->>'slug' = any ($2) or v->>'id' = any ($2)))
                                        and ($3::text is null or t.locale = $3)
                                      order by t.position, t.id limit 1000) s),
                    'default_locale', (select coalesce(max(k.default_locale), 'en') from site.clinic k),
                    'valid_for', (select floor(extract(epoch from h.changes_at - now()))::bigint from site.clinic_horizon h))
                  as "told!: Json<Told<Testimonial>>""#,
        filter.locations.as_deref(),
        filter.services.as_deref(),
        filter.locale,
    )
    .fetch_one(connection)
    .await?;
    Ok(told.0)
}

/// The legal notices that hold, by kind; or the one of that slug or id.
pub async fn find_published_legal_notices(
    connection: &mut PgConnection,
    name: Option<&str>,
) -> Result<Told<StoredLegalNotice>, sqlx::Error> {
    let told = sqlx::query_scalar!(
        r#"select json_build_object(
                    'rows', (select coalesce(json_agg(s order by s.kind, s.slug), '[]')
                               from (select n.* from site.legal_notice n
                                      where $1::text is null or n.slug = $1 or n.id::text = $1
                                      order by n.kind, n.slug limit 200) s),
                    'default_locale', (select coalesce(max(k.default_locale), 'en') from site.clinic k),
                    'valid_for', (select floor(extract(epoch from h.changes_at - now()))::bigint from site.clinic_horizon h))
                  as "told!: Json<Told<StoredLegalNotice>>""#,
        name,
    )
    .fetch_one(connection)
    .await?;
    Ok(told.0)
}
