//! Further reading beside an article, for a page that fetches it apart: what an editor chose, then what shares most with
//! the article among what is visible in its language.

use actix_web::{HttpRequest, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use super::{answers::ArticleSummary, locale::Asked, public::moved, queries::published::find_published};
use crate::{
    db::PublicDb,
    delivery::PublicAnswer,
    http::{Answer, ApiError, QueryReader, Site},
};

/// Visible articles beside another: those that an editor chose, filled up to four with computed ones.
#[derive(Debug, Serialize, ToSchema)]
pub struct RelatedArticles {
    pub data: Vec<ArticleSummary>,
}

/// Lists further reading: the `related` of the article itself. A former slug answers 301 to the present one.
#[utoipa::path(get, path = "/v1/articles/{slug}/related", operation_id = "list_related_articles", tag = "articles",
    params(
        ("slug" = String, Path, description = "Slug or id"),
        ("locale" = Option<String>, Query, description = "In which a slug is looked up, BCP 47; the clinic's default when absent", max_length = 35),
        ("fallback" = Option<String>, Query, description = "As at `/v1/articles/{slug}`", pattern = "^(none|default)$"),
    ),
    responses(
        (status = 200, description = "The best first", body = RelatedArticles),
        (status = 301, description = "It has another slug now, or another in a better language", headers(("Location" = String)))
    ))]
pub async fn list_related_articles(request: HttpRequest, site: Data<Site>, database: Data<PublicDb>) -> Answer {
    let mut query = QueryReader::of(&request);
    let asked = Asked::read(&mut query);
    query.finish()?;
    let slug = request.match_info().get("slug").unwrap_or_default().to_owned();
    if slug.contains('\0') {
        return Err(ApiError::NotFound);
    }
    let name = slug.clone();
    let row = database
        .read(async move |connection| find_published(connection, &name, &asked, "text").await.map_err(ApiError::from))
        .await?
        .ok_or(ApiError::NotFound)?;
    if row.slug != slug && row.id.to_string() != slug.to_ascii_lowercase() {
        return Ok(moved(&request, &site, &row.slug, "/related", row.valid_for));
    }
    let data: Vec<_> = row.related.0.into_iter().map(ArticleSummary::from).collect();
    let tags: Vec<_> =
        data.iter().map(|article| article.id).chain([row.id]).map(|id| format!("article:{id}")).collect();
    PublicAnswer::json(&RelatedArticles { data }, &["articles"])?.valid_for(row.valid_for).tagged(tags).send(&request)
}
