//! What a front end reads. Refuses to know of drafts: the role behind these reads cannot select one.

use actix_web::{HttpRequest, HttpResponse, http::header, web::Data};

use super::{
    addresses::{self, Resolution},
    answers::{Article, ArticleAnswer, ArticlePage, ArticlePageMeta, ArticleSummary, Format, TermList},
    locale::{Asked, language},
    public_search::{self, RELEVANCE},
    queries::{
        published::{self, Filter, Key, Order, PublishedArticle},
        terms::list_published_terms,
    },
    search::SearchText,
    terms::TermKind,
};
use crate::{
    db::PublicDb,
    delivery::PublicAnswer,
    http::{Answer, ApiError, PageRequest, Paging, Problem, QueryReader, Site},
};

const ORDERS: [&str; 5] = ["-published_at", "published_at", "title", "-updated_at", RELEVANCE];

fn order(name: &str) -> Order {
    match name {
        "published_at" => Order::Oldest,
        "title" => Order::Title,
        "-updated_at" => Order::Updated,
        _ => Order::Newest,
    }
}

fn filter(query: &mut QueryReader) -> Filter {
    Filter {
        asked: Asked::read(query),
        category: query.any_of("category"),
        tag: query.any_of("tag"),
        condition: query.any_of("condition"),
        service: query.any_of("service"),
        author: query.any_of("author"),
        published_after: query.instant("published_after"),
        published_before: query.instant("published_before"),
        updated_after: query.instant("updated_after"),
    }
}

/// Lists visible articles. With `q` those in which it is found, the best first: each word in its forms, with or without
/// accents, the last one also as the beginning of a word; `"a phrase"`, `or` and `-without` are understood. A word that no
/// visible article has gives way to the nearest that one has, which `meta.corrected` tells. A `q` without a word that is
/// worth looking for ("the", "-flu", "?") finds nothing.
#[utoipa::path(get, path = "/v1/articles", operation_id = "list_articles", tag = "articles",
    params(
        ("locale" = Option<String>, Query, description = "BCP 47; the clinic's default when absent", max_length = 35),
        ("fallback" = Option<String>, Query, description = "`default`: each article once, in `locale`, else in its language without region, else in the clinic's; `none` (default): in `locale` alone", pattern = "^(none|default)$"),
        ("category" = Option<String>, Query, description = "Slugs or ids; a comma means any of", pattern = "^[a-z0-9-]{1,100}(,[a-z0-9-]{1,100}){0,3}$"),
        ("tag" = Option<String>, Query, description = "Slugs or ids; a comma means any of", pattern = "^[a-z0-9-]{1,100}(,[a-z0-9-]{1,100}){0,3}$"),
        ("condition" = Option<String>, Query, description = "Slugs or ids; a comma means any of", pattern = "^[a-z0-9-]{1,100}(,[a-z0-9-]{1,100}){0,3}$"),
        ("service" = Option<String>, Query, description = "Slugs or ids; a comma means any of", pattern = "^[a-z0-9-]{1,100}(,[a-z0-9-]{1,100}){0,3}$"),
        ("author" = Option<String>, Query, description = "Slugs or ids; a comma means any of", pattern = "^[a-z0-9-]{1,100}(,[a-z0-9-]{1,100}){0,3}$"),
        ("q" = Option<String>, Query, description = "What to look for", min_length = 1, max_length = 200),
        ("published_after" = Option<String>, Query, description = "Later than this instant or date (1900 to 2200)"),
        ("published_before" = Option<String>, Query, description = "Earlier than this instant or date (1900 to 2200)"),
        ("updated_after" = Option<String>, Query, description = "Changed later than this instant or date (1900 to 2200)"),
        ("sort" = Option<String>, Query, description = "`-published_at` (default), `published_at`, `title`, `-updated_at`, or with `q` `relevance` (then the default)", pattern = "^(-published_at|published_at|title|-updated_at|relevance)$"),
        Paging,
    ),
    responses((status = 200, description = "A page of articles", body = ArticlePage)))]
pub async fn list_articles(request: HttpRequest, site: Data<Site>, database: Data<PublicDb>) -> Answer {
    let mut query = QueryReader::of(&request);
    let filter = filter(&mut query);
    let text = query.parsed("q", "1 to 200 characters", SearchText::parse);
    let sort = query.one_of("sort", &ORDERS);
    if let Some(text) = text {
        let order = sort.filter(|sort| *sort != RELEVANCE).map(order);
        return public_search::search_articles(&request, &site, &database, query, text, filter, order).await;
    }
    if sort == Some(RELEVANCE) {
        query.refuse("q", "required", "relevance is to what is looked for");
    }
    let order = order(sort.unwrap_or("-published_at"));
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
    let meta = ArticlePageMeta { page: meta, corrected: None };
    PublicAnswer::json(&ArticlePage { data, meta, links }, &["articles"])?
        .valid_for(rows.valid_for)
        .tagged(tags)
        .send(&request)
}

/// Reads a visible article by its slug or id. A former slug answers 301 to the present one; with `fallback=default` so does
/// the slug of an article that is there in a better language.
#[utoipa::path(get, path = "/v1/articles/{slug}", operation_id = "get_article", tag = "articles",
    params(
        ("slug" = String, Path, description = "Slug or id"),
        ("format" = Option<String>, Query, description = "`html` (default), `markdown` or `text`", pattern = "^(html|markdown|text)$"),
        ("locale" = Option<String>, Query, description = "In which a slug is looked up, BCP 47; the clinic's default when absent", max_length = 35),
        ("fallback" = Option<String>, Query, description = "`default`: in `locale`, else in its language without region, else in the clinic's; `none` (default): in `locale` alone", pattern = "^(none|default)$"),
    ),
    responses(
        (status = 200, description = "The article; `locale` says in which language", body = ArticleAnswer),
        (status = 301, description = "It has another slug now, or another in a better language", headers(("Location" = String))),
        (status = 410, description = "It has left, and something took its place: `successor` says what", body = Problem, content_type = "application/problem+json")
    ))]
pub async fn get_article(request: HttpRequest, site: Data<Site>, database: Data<PublicDb>) -> Answer {
    let mut query = QueryReader::of(&request);
    let format = Format::named(query.one_of("format", &Format::NAMES).unwrap_or("html"));
    let asked = Asked::read(&mut query);
    query.finish()?;
    let slug = request.match_info().get("slug").unwrap_or_default().to_owned();
    if slug.contains('\0') {
        return Err(ApiError::NotFound);
    }
    let name = slug.clone();
    let found = database
        .read(async move |connection| {
            let format = Format::NAMES.get(format as usize).copied().unwrap_or("html");
            match published::find_published(connection, &name, &asked, format).await? {
                Some(row) => Ok(Found::Article(Box::new(row))),
                None => Ok::<_, ApiError>(Found::Instead(addresses::find_successor(connection, &name, &asked).await?)),
            }
        })
        .await?;
    let row = match found {
        Found::Article(row) => *row,
        Found::Instead(successor) => return instead(&request, &site, successor.as_ref()),
    };
    if row.slug != slug && row.id.to_string() != slug.to_ascii_lowercase() {
        return Ok(moved(&request, &site, &row.slug, "", row.valid_for));
    }
    let (id, valid_for) = (row.id, row.valid_for);
    let data = Article::from_row(row, format, site.site_url.as_deref())?;
    PublicAnswer::json(&ArticleAnswer { data }, &["articles"])?
        .valid_for(valid_for)
        .tagged([format!("article:{id}")])
        .send(&request)
}

/// What was found of a slug: the article, or what took its place.
enum Found {
    Article(Box<PublishedArticle>),
    Instead(Option<Resolution>),
}

/// What an article that is not there any more answers: the way to another where it moved, 410 where staff said what took
/// its place, and otherwise what an article that never was would answer.
fn instead(request: &HttpRequest, site: &Site, successor: Option<&Resolution>) -> Answer {
    match successor.filter(|found| found.to.is_some()) {
        None => Err(ApiError::NotFound),
        // By its id, which leads there from every language.
        Some(Resolution { status: 301, id: Some(id), valid_for, .. }) => {
            Ok(moved(request, site, &id.to_string(), "", *valid_for))
        }
        Some(found) => Err(ApiError::Gone { successor: found.as_successor() }),
    }
}

/// The way to what stands below another slug. Permanent, but not for ever: the slug may change again.
pub(super) fn moved(
    request: &HttpRequest,
    site: &Site,
    slug: &str,
    below: &str,
    valid_for: Option<i64>,
) -> HttpResponse {
    let query = request.query_string();
    let mark = if query.is_empty() { "" } else { "?" };
    let lifetime = valid_for.unwrap_or(60).clamp(0, 60);
    HttpResponse::MovedPermanently()
        .insert_header((header::LOCATION, format!("{}/v1/articles/{slug}{below}{mark}{query}", site.public_url)))
        .insert_header((header::CACHE_CONTROL, format!("public, max-age={lifetime}")))
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
    let locale = language(&mut query);
    query.finish()?;
    let terms = database
        .read(async move |connection| {
            Ok::<_, ApiError>(list_published_terms(connection, kind, locale.as_deref()).await?)
        })
        .await?;
    PublicAnswer::json(&TermList { data: terms.items.0 }, &["articles"])?.valid_for(terms.valid_for).send(&request)
}
