//! What the clinic tells everybody: live notices, questions with their answers, testimonials, legal notices.

use actix_web::{HttpRequest, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use super::{locale, name_in_path};
use crate::{
    body::Format,
    clinic::{
        faqs::Faq,
        legal_notices::{LegalNotice, LegalNoticeDetail},
        notices::Notice,
        queries::{self, TextFilter},
        testimonials::Testimonial,
    },
    db::PublicDb,
    delivery::PublicAnswer,
    http::{Answer, ApiError, QueryReader},
};

/// The live notices.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticeList {
    data: Vec<Notice>,
}

/// Questions that patients often ask.
#[derive(Debug, Serialize, ToSchema)]
pub struct FaqList {
    data: Vec<Faq>,
}

/// What patients said.
#[derive(Debug, Serialize, ToSchema)]
pub struct TestimonialList {
    data: Vec<Testimonial>,
}

/// The legal notices.
#[derive(Debug, Serialize, ToSchema)]
pub struct LegalNoticeList {
    data: Vec<LegalNotice>,
}

/// A legal notice with its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct LegalNoticeAnswer {
    data: LegalNoticeDetail,
}

/// Lists the notices that are live now, the gravest first.
#[utoipa::path(get, path = "/v1/notices", operation_id = "list_notices", tag = "clinic",
    params(
        ("location" = Option<String>, Query, description = "Slugs or ids; a comma means any of. What is about every location is about these too", pattern = "^[a-z0-9-]{1,100}(,[a-z0-9-]{1,100}){0,3}$"),
        ("locale" = Option<String>, Query, max_length = 35, description = "BCP 47; the clinic's own where it is absent, and where a text has no other")),
    responses((status = 200, description = "The gravest first", body = NoticeList)))]
pub async fn list_notices(request: HttpRequest, database: Data<PublicDb>) -> Answer {
    let mut query = QueryReader::of(&request);
    let filter = TextFilter { locations: query.any_of("location"), ..TextFilter::default() };
    let locale = locale(&mut query);
    query.finish()?;
    let texts = database
        .read(async move |connection| Ok::<_, ApiError>(queries::find_published_notices(connection, &filter).await?))
        .await?;
    let locale = locale.unwrap_or_else(|| texts.default_locale.clone());
    let data = texts.rows.into_iter().map(|notice| notice.shown(&locale, &texts.default_locale)).collect();
    PublicAnswer::json(&NoticeList { data }, &["clinic"])?.valid_for(texts.valid_for).send(&request)
}

/// Lists questions with their answers, in the clinic's order.
#[utoipa::path(get, path = "/v1/faqs", operation_id = "list_faqs", tag = "clinic",
    params(
        ("location" = Option<String>, Query, description = "Slugs or ids; a comma means any of", pattern = "^[a-z0-9-]{1,100}(,[a-z0-9-]{1,100}){0,3}$"),
        ("service" = Option<String>, Query, description = "Slugs or ids; a comma means any of", pattern = "^[a-z0-9-]{1,100}(,[a-z0-9-]{1,100}){0,3}$"),
        ("locale" = Option<String>, Query, max_length = 35, description = "BCP 47; the clinic's own where it is absent, and where a question has no other"),
        ("format" = Option<String>, Query, description = "Of the answers: `html` (default), `markdown` or `text`", pattern = "^(html|markdown|text)$")),
    responses((status = 200, description = "At most 1,000", body = FaqList)))]
pub async fn list_faqs(request: HttpRequest, database: Data<PublicDb>) -> Answer {
    let mut query = QueryReader::of(&request);
    let filter =
        TextFilter { locations: query.any_of("location"), services: query.any_of("service"), ..TextFilter::default() };
    let locale = locale(&mut query);
    let format = Format::named(query.one_of("format", &Format::NAMES).unwrap_or("html"));
    query.finish()?;
    let texts = database
        .read(async move |connection| Ok::<_, ApiError>(queries::find_published_faqs(connection, &filter).await?))
        .await?;
    let locale = locale.unwrap_or_else(|| texts.default_locale.clone());
    let data = texts.rows.into_iter().filter_map(|faq| faq.shown(&locale, &texts.default_locale, format)).collect();
    PublicAnswer::json(&FaqList { data }, &["clinic"])?.send(&request)
}

/// Lists what patients said of the clinic and allowed to be shown, in the clinic's order.
#[utoipa::path(get, path = "/v1/testimonials", operation_id = "list_testimonials", tag = "clinic",
    params(
        ("location" = Option<String>, Query, description = "Slugs or ids; a comma means any of", pattern = "^[a-z0-9-]{1,100}(,[a-z0-9-]{1,100}){0,3}$"),
        ("service" = Option<String>, Query, description = "Slugs or ids; a comma means any of", pattern = "^[a-z0-9-]{1,100}(,[a-z0-9-]{1,100}){0,3}$"),
        ("locale" = Option<String>, Query, max_length = 35, description = "BCP 47; every language where it is absent")),
    responses((status = 200, description = "At most 1,000", body = TestimonialList)))]
pub async fn list_testimonials(request: HttpRequest, database: Data<PublicDb>) -> Answer {
    let mut query = QueryReader::of(&request);
    let filter = TextFilter {
        locations: query.any_of("location"),
        services: query.any_of("service"),
        locale: locale(&mut query),
    };
    query.finish()?;
    let texts = database
        .read(async move |connection| {
            Ok::<_, ApiError>(queries::find_published_testimonials(connection, &filter).await?)
        })
        .await?;
    PublicAnswer::json(&TestimonialList { data: texts.rows }, &["clinic"])?.valid_for(texts.valid_for).send(&request)
}

/// Lists the legal notices that hold today, by kind.
#[utoipa::path(get, path = "/v1/legal-notices", operation_id = "list_legal_notices", tag = "clinic",
    params(("locale" = Option<String>, Query, max_length = 35, description = "Of the titles, BCP 47; the clinic's own where it is absent")),
    responses((status = 200, description = "By kind", body = LegalNoticeList)))]
pub async fn list_legal_notices(request: HttpRequest, database: Data<PublicDb>) -> Answer {
    let mut query = QueryReader::of(&request);
    let locale = locale(&mut query);
    query.finish()?;
    let texts = database
        .read(async move |connection| Ok::<_, ApiError>(queries::find_published_legal_notices(connection, None).await?))
        .await?;
    let locale = locale.unwrap_or_else(|| texts.default_locale.clone());
    let shown = texts.rows.into_iter().filter_map(|row| row.shown(&locale, &texts.default_locale, Format::Html));
    let data = shown.map(|notice| notice.summary).collect();
    PublicAnswer::json(&LegalNoticeList { data }, &["clinic"])?.valid_for(texts.valid_for).send(&request)
}

/// A legal notice that holds today, with its text.
#[utoipa::path(get, path = "/v1/legal-notices/{slug}", operation_id = "get_legal_notice", tag = "clinic",
    params(("slug" = String, Path, description = "Slug or id"),
        ("locale" = Option<String>, Query, max_length = 35, description = "BCP 47; the clinic's own where it is absent, and where there is no other"),
        ("format" = Option<String>, Query, description = "Of the body: `html` (default), `markdown` or `text`", pattern = "^(html|markdown|text)$")),
    responses((status = 200, description = "The notice; `locale` says in which language", body = LegalNoticeAnswer)))]
pub async fn get_legal_notice(request: HttpRequest, database: Data<PublicDb>) -> Answer {
    let mut query = QueryReader::of(&request);
    let locale = locale(&mut query);
    let format = Format::named(query.one_of("format", &Format::NAMES).unwrap_or("html"));
    query.finish()?;
    let name = name_in_path(&request)?;
    let texts = database
        .read(async move |connection| {
            Ok::<_, ApiError>(queries::find_published_legal_notices(connection, Some(&name)).await?)
        })
        .await?;
    let locale = locale.unwrap_or_else(|| texts.default_locale.clone());
    let found = texts.rows.into_iter().next().and_then(|row| row.shown(&locale, &texts.default_locale, format));
    let data = found.ok_or(ApiError::NotFound)?;
    PublicAnswer::json(&LegalNoticeAnswer { data }, &["clinic"])?.valid_for(texts.valid_for).send(&request)
}
