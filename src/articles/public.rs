//! What a front end reads. Refuses to know of drafts: the role behind these reads cannot select one.

use actix_web::{HttpRequest, HttpResponse, http::header, web::Data};

use super::{
    answers::{Article, ArticleAnswer, ArticlePage, ArticleSummary, Format, TermList},
    queries::{
        published::{self, Filter, Key, Order, PublishedArticle},
        terms::list_published_terms,
    },
    terms::TermKind,
};
use crate::{
    contact::LanguageTag,
    db::PublicDb,
    delivery::PublicAnswer,
    http::{Answer, ApiError, PageRequest, Paging, QueryReader, Site},
};

const ORDERS: [&str; 4] = ["-published_at", "published_at", "title", "-updated_at"];

fn order(name: &str) -> Order {
    match name {
        "published_at" => Order::Oldest,
        "title" => Order::Title,
        "-updated_at" => Order::Updated,
        _ => Order::Newest,
    }
}

/// `?locale=`, in its canonical form.
pub(super) fn locale(query: &mut QueryReader) -> Option<String> {
    query.parsed("locale", "a BCP 47 language tag", |text| Some(LanguageTag::parse(text).ok()?.to_string()))
}

fn filter(query: &mut QueryReader) -> Filter {
    Filter {
        locale: locale(query),
        category: query.any_of("category"),
        tag: query.any_of("tag"),
        condition: query.any_of("condition"),
        author: query.any_of("author"),
        published_after: query.instant("published_after"),
        published_before: query.instant("published_before"),
        updated_after: query.instant("updated_after"),
    }
}

/// Lists visible articles.
#[utoipa::path(get, path = "/v1/articles", operation_id = "list_articles", tag = "articles",
    params(
        ("locale" = Option<String>, Query, description = "BCP 47; the clinic's default when absent", max_length = 35),
        ("category" = Option<String>, Query, description = "Slugs or ids; a comma means any of", pattern = "^[a-z0-9-]{1,100}(,[a-z0-9-]{1,100}){0,3}$"),
        ("tag" = Option<String>, Query, description = "Slugs or ids; a comma means any of", pattern = "^[a-z0-9-]{1,100}(,[a-z0-9-]{1,100}){0,3}$"),
        ("condition" = Option<String>, Query, description = "Slugs or ids; a comma means any of", pattern = "^[a-z0-9-]{1,100}(,[a-z0-9-]{1,100}){0,3}$"),
        ("author" = Option<String>, Query, description = "Slugs or ids; a comma means any of", pattern = "^[a-z0-9-]{1,100}(,[a-z0-9-]{1,100}){0,3}$"),
        ("published_after" = Option<String>, Query, description = "Later than this instant or date (1900 to 2200)"),
        ("published_before" = Option<String>, Query, description = "Earlier than this instant or date (1900 to 2200)"),
        ("updated_after" = Option<String>, Query, description = "Changed later than this instant or date (1900 to 2200)"),
        ("sort" = Option<String>, Query, description = "`-published_at` (default), `published_at`, `title` or `-updated_at`", pattern = "^(-published_at|published_at|title|-updated_at)$"),
        Paging,
    ),
    responses((status = 200, description = "A page of articles", body = ArticlePage)))]
pub async fn list_articles(request: HttpRequest, site: Data<Site>, database: Data<PublicDb>) -> Answer {
    let mut query = QueryReader::of(&request);
    let filter = filter(&mut query);
    let order = order(query.one_of("sort", &ORDERS).unwrap_or("-published_at"));
    let question = format!("articles {order:?} {filter:?}");
    let page = PageRequest::<Key>::read(&mut query, &site.cursors, &question);
    query.finish()?;
    let wanted = page.clone();
    let rows = database
        .read(async move |connection| {
            Ok::<_, ApiError>(published::list_published(connection, &filter, order, &wanted).await?)
        })
        .await?;
    let mut items = rows.items.0;
    let about = site.question(&request, &question);
    let (meta, links) = page.complete(&mut items, rows.total, |row| Key::of(row, order), &about);
    let data: Vec<ArticleSummary> = items.into_iter().map(ArticleSummary::from).collect();
    let tags: Vec<String> = data.iter().map(|article| format!("article:{}", article.id)).collect();
    PublicAnswer::json(&ArticlePage { data, meta, links }, &["articles"])?
        .valid_for(rows.valid_for)
        .tagged(tags)
        .send(&request)
}

/// Reads a visible article by its slug or id. A former slug answers 301 to the present one.
#[utoipa::path(get, path = "/v1/articles/{slug}", operation_id = "get_article", tag = "articles",
    params(
        ("slug" = String, Path, description = "Slug or id"),
        ("format" = Option<String>, Query, description = "`html` (default), `markdown` or `text`", pattern = "^(html|markdown|text)$"),
        ("locale" = Option<String>, Query, description = "BCP 47; the clinic's default when absent", max_length = 35),
    ),
    responses(
        (status = 200, description = "The article", body = ArticleAnswer),
        (status = 301, description = "It has another slug now", headers(("Location" = String)))
    ))]
pub async fn get_article(request: HttpRequest, site: Data<Site>, database: Data<PublicDb>) -> Answer {
    let mut query = QueryReader::of(&request);
    let format = Format::named(query.one_of("format", &Format::NAMES).unwrap_or("html"));
    let locale = locale(&mut query);
    query.finish()?;
    let slug = request.match_info().get("slug").unwrap_or_default().to_owned();
    if slug.contains('\0') {
        return Err(ApiError::NotFound);
    }
    let name = slug.clone();
    let row = database
        .read(async move |connection| {
            let format = Format::NAMES.get(format as usize).copied().unwrap_or("html");
            Ok::<_, ApiError>(published::find_published(connection, &name, locale.as_deref(), format).await?)
        })
        .await?
        .ok_or(ApiError::NotFound)?;
    if row.slug != slug && row.id.to_string() != slug.to_ascii_lowercase() {
        return Ok(moved(&request, &site, &row));
    }
    let (id, valid_for) = (row.id, row.valid_for);
    let data = Article::from_row(row, format, site.site_url.as_deref())?;
    PublicAnswer::json(&ArticleAnswer { data }, &["articles"])?
        .valid_for(valid_for)
        .tagged([format!("article:{id}")])
        .send(&request)
}

/// Permanent, but not for ever: the slug may change again.
fn moved(request: &HttpRequest, site: &Site, row: &PublishedArticle) -> HttpResponse {
    let query = request.query_string();
    let mark = if query.is_empty() { "" } else { "?" };
    HttpResponse::MovedPermanently()
        .insert_header((header::LOCATION, format!("{}/v1/articles/{}{mark}{query}", site.public_url, row.slug)))
        .insert_header((header::CACHE_CONTROL, "public, max-age=60"))
        .finish()
}

/// Lists the categories that visible articles stand in.
#[utoipa::path(get, path = "/v1/categories", operation_id = "list_categories", tag = "articles",
    params(("locale" = Option<String>, Query, description = "BCP 47; the clinic's default when absent", max_length = 35)),
    responses((status = 200, description = "By name", body = TermList)))]
pub async fn list_categories(request: HttpRequest, database: Data<PublicDb>) -> Answer {
    list_terms(request, database, TermKind::Category).await
}

/// Lists the tags that visible articles carry.
#[utoipa::path(get, path = "/v1/tags", operation_id = "list_tags", tag = "articles",
    params(("locale" = Option<String>, Query, description = "BCP 47; the clinic's default when absent", max_length = 35)),
    responses((status = 200, description = "By name", body = TermList)))]
pub async fn list_tags(request: HttpRequest, database: Data<PublicDb>) -> Answer {
    list_terms(request, database, TermKind::Tag).await
}

/// Lists the conditions that visible articles are about.
#[utoipa::path(get, path = "/v1/conditions", operation_id = "list_conditions", tag = "articles",
    params(("locale" = Option<String>, Query, description = "BCP 47; the clinic's default when absent", max_length = 35)),
    responses((status = 200, description = "By name", body = TermList)))]
pub async fn list_conditions(request: HttpRequest, database: Data<PublicDb>) -> Answer {
    list_terms(request, database, TermKind::Condition).await
}

async fn list_terms(request: HttpRequest, database: Data<PublicDb>, kind: TermKind) -> Answer {
    let mut query = QueryReader::of(&request);
    let locale = locale(&mut query);
    query.finish()?;
    let terms = database
        .read(async move |connection| {
            Ok::<_, ApiError>(list_published_terms(connection, kind, locale.as_deref()).await?)
        })
        .await?;
    PublicAnswer::json(&TermList { data: terms.items.0 }, &["articles"])?.valid_for(terms.valid_for).send(&request)
}
