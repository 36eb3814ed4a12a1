//! An article as search engines read it: one schema.org `@graph`, to be put into the page as it is. Refuses to claim what
//! did not happen: `reviewedBy` stands there for a sign-off of what is shown, and for nothing else.

mod graph;
mod subjects;
mod works;

use actix_web::{HttpRequest, web::Data};

use super::{
    answers::{Article, Format},
    locale::{Asked, language},
    public::moved,
    queries::{
        published::find_published,
        published_details::{Publisher, find_publisher},
        published_graph::{Surroundings, find_surroundings},
    },
};
use crate::{
    db::PublicDb,
    http::{Answer, ApiError, QueryReader, Site},
    jsonld::{self, SiteAddress, StructuredData},
};

/// What the graph is made from.
struct Subject {
    article: Article,
    publisher: Publisher,
    surroundings: Surroundings,
    address: SiteAddress,
}

/// Reads an article as structured data, for a `<script type="application/ld+json">` on its page. A former slug answers
/// 301 to the present one.
#[utoipa::path(get, path = "/v1/articles/{slug}/jsonld", operation_id = "get_article_jsonld", tag = "articles",
    params(
        ("slug" = String, Path, description = "Slug or id"),
        ("locale" = Option<String>, Query, description = "BCP 47; the clinic's default when absent", max_length = 35),
    ),
    responses(
        (status = 200, description = "The graph", body = StructuredData, content_type = "application/ld+json"),
        (status = 301, description = "It has another slug now", headers(("Location" = String)))
    ))]
pub async fn get_article_jsonld(request: HttpRequest, site: Data<Site>, database: Data<PublicDb>) -> Answer {
    let mut query = QueryReader::of(&request);
    let asked = Asked { locale: language(&mut query), fallback: false };
    query.finish()?;
    let slug = request.match_info().get("slug").unwrap_or_default().to_owned();
    if slug.contains('\0') {
        return Err(ApiError::NotFound);
    }
    let name = slug.clone();
    let (row, publisher, surroundings) = database
        .read(async move |connection| {
            let row = find_published(connection, &name, &asked, "text").await?.ok_or(ApiError::NotFound)?;
            let publisher = find_publisher(connection).await?.ok_or(ApiError::NotFound)?;
            let surroundings = find_surroundings(connection, row.id).await?;
            Ok::<_, ApiError>((row, publisher, surroundings))
        })
        .await?;
    if row.slug != slug && row.id.to_string() != slug.to_ascii_lowercase() {
        return Ok(moved(&request, &site, &row.slug, "/jsonld", row.valid_for));
    }
    let valid_for = [row.valid_for, publisher.valid_for].into_iter().flatten().min();
    let address = SiteAddress::of(publisher.site_url.as_deref(), &site)?;
    let article = Article::from_row(row, Format::Text, site.site_url.as_deref())?;
    let tag = format!("article:{}", article.summary.id);
    let subject = Subject { article, publisher, surroundings, address };
    jsonld::send(&request, graph::nodes(&subject), &["articles", "clinic"], [tag], valid_for)
}
