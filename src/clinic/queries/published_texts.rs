//! What everybody reads of notices, questions, testimonials and legal notices. Only views of the schema `site` are named
//! here.

use serde::Deserialize;
use sqlx::{PgConnection, types::Json};

use crate::clinic::{
    faqs::StoredFaq, legal_notices::StoredLegalNotice, notices::StoredNotice, testimonials::Testimonial,
};

/// What a list is narrowed to. A list of names (slugs or ids) means any of them; null filters nothing.
#[derive(Clone, Debug, Default)]
pub struct TextFilter {
    /// Of these locations.
    pub locations: Option<Vec<String>>,
    /// Of these services.
    pub services: Option<Vec<String>>,
    /// Of what is written in one language alone.
    pub locale: Option<String>,
}

/// A list of what the clinic tells.
#[derive(Debug, Deserialize)]
pub struct PublishedTexts<T> {
    /// In their order.
    pub rows: Vec<T>,
    /// The language of those who ask for none.
    pub default_locale: String,
    /// Seconds until one of them is another by itself.
    pub valid_for: Option<i64>,
}

/// One statement for each list: the text differs in the rows and their rank, nothing else.
macro_rules! texts {
    ($connection:expr, $rows:literal, $($value:expr),*) => {
        sqlx::query_scalar!(
            r#"select json_build_object(
                        'rows', (select coalesce(json_agg(s order by s.rank), '[]') from ("# + $rows + r#") s),
                        'default_locale', (select coalesce(max(k.default_locale), 'en') from site.clinic k),
                        'valid_for', (select floor(extract(epoch from h.changes_at - now()))::bigint from site.clinic_horizon h))
                      as "texts!: _""#,
            $($value),*
        )
        .fetch_one($connection)
        .await
    };
}

/// The live notices, the gravest first. One that names no location is about every one.
pub async fn find_published_notices(
    connection: &mut PgConnection,
    filter: &TextFilter,
) -> Result<PublishedTexts<StoredNotice>, sqlx::Error> {
    let texts: Json<PublishedTexts<StoredNotice>> = texts!(
        connection,
        r"select n.*, row_number() over (order by array_position('{urgent,warning,info}', n.severity), n.starts_at desc, n.id desc) as rank
            from site.notice n
           where $1::text[] is null or json_array_length(n.locations) = 0
              or exists (select 1 from json_array_elements(n.locations) l where l->>'slug' = any ($1) or l->>'id' = any ($1))
           order by rank limit 200",
        filter.locations.as_deref()
    )?;
    Ok(texts.0)
}

/// The questions, in their order.
pub async fn find_published_faqs(
    connection: &mut PgConnection,
    filter: &TextFilter,
) -> Result<PublishedTexts<StoredFaq>, sqlx::Error> {
    let texts: Json<PublishedTexts<StoredFaq>> = texts!(
        connection,
        r"select f.*, row_number() over (order by f.position, f.id) as rank
            from site.faq f
           where ($1::text[] is null or exists (
                   select 1 from json_array_elements(f.locations) l where l->>'slug' = any ($1) or l->>'id' = any ($1)))
             and ($2::text[] is null or exists (
                   select 1 from json_array_elements(f.services) v where v->>'slug' = any ($2) or v->>'id' = any ($2)))
           order by rank limit 1000",
        filter.locations.as_deref(),
        filter.services.as_deref()
    )?;
    Ok(texts.0)
}

/// The testimonials whose authorization holds, in their order.
pub async fn find_published_testimonials(
    connection: &mut PgConnection,
    filter: &TextFilter,
) -> Result<PublishedTexts<Testimonial>, sqlx::Error> {
    let texts: Json<PublishedTexts<Testimonial>> = texts!(
        connection,
        r"select t.*, t.shown_name as name, row_number() over (order by t.position, t.id) as rank
            from site.testimonial t
           where ($1::text[] is null or exists (
                   select 1 from json_array_elements(t.locations) l where l->>'slug' = any ($1) or l->>'id' = any ($1)))
             and ($2::text[] is null or exists (
                   select 1 from json_array_elements(t.services) v where v->>'slug' = any ($2) or v->>'id' = any ($2)))
             and ($3::text is null or t.locale = $3)
           order by rank limit 1000",
        filter.locations.as_deref(),
        filter.services.as_deref(),
        filter.locale
    )?;
    Ok(texts.0)
}

/// The legal notices that hold, by kind; or the one of that slug or id.
pub async fn find_published_legal_notices(
    connection: &mut PgConnection,
    name: Option<&str>,
) -> Result<PublishedTexts<StoredLegalNotice>, sqlx::Error> {
    let texts: Json<PublishedTexts<StoredLegalNotice>> = texts!(
        connection,
        r"select n.*, row_number() over (order by n.kind, n.slug) as rank
            from site.legal_notice n
           where $1::text is null or n.slug = $1 or n.id::text = $1
           order by rank limit 200",
        name
    )?;
    Ok(texts.0)
}
