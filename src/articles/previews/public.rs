//! The page behind a preview link. Refuses everything alike: a token that was never made, is over, was revoked, or is of
//! another article.

use actix_web::{
    HttpRequest,
    http::{
        StatusCode,
        header::{HeaderName, HeaderValue, REFERRER_POLICY},
    },
    web::Data,
};
use uuid::Uuid;

use super::Previews;
use crate::{
    articles::{
        answers::{Article, ArticleAnswer, Format},
        queries::{published::PublishedArticle, published_preview::open_preview},
    },
    db::PublicDb,
    http::{Answer, ApiError, QueryReader, Site, path_id, private_answer},
};

/// Shows the revision of a preview link, in the shape of a visible article.
#[utoipa::path(get, path = "/v1/preview/articles/{id}", operation_id = "get_preview", tag = "articles",
    params(
        ("id" = Uuid, Path, description = "The article"),
        ("token" = String, Query, description = "The link's token", min_length = 1, max_length = 500),
        ("format" = Option<String>, Query, description = "`html` (default), `markdown` or `text`", pattern = "^(html|markdown|text)$"),
    ),
    responses((status = 200, description = "The article as that revision says it; never cached", body = ArticleAnswer)))]
pub async fn get_preview(
    request: HttpRequest,
    site: Data<Site>,
    previews: Data<Previews>,
    database: Data<PublicDb>,
) -> Answer {
    let mut query = QueryReader::of(&request);
    let token = query.text("token");
    let format = Format::named(query.one_of("format", &Format::NAMES).unwrap_or("html"));
    query.finish()?;
    let opened = match (path_id(&request), token.and_then(|token| previews.hash_of(&token))) {
        (Ok(id), Some(hash)) => open(&database, id, hash, format).await?,
        _ => None,
    };
    let Some(row) = opened else {
        // A link is no password: what is counted are guesses, and good links go on working.
        previews.refused.spend(site.trusted_proxies.client(&request))?;
        return Err(ApiError::NotFound);
    };
    let data = Article::from_row(row, format, site.site_url.as_deref())?;
    let mut answer = private_answer(StatusCode::OK, &ArticleAnswer { data });
    let headers = answer.headers_mut();
    // The address holds the token: no search engine keeps it, and no page that is linked to is told of it.
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(answer)
}

async fn open(
    database: &PublicDb,
    id: Uuid,
    hash: [u8; 32],
    format: Format,
) -> Result<Option<PublishedArticle>, ApiError> {
    let format = Format::NAMES.get(format as usize).copied().unwrap_or("html");
    let shown = database
        .read(async move |connection| Ok::<_, ApiError>(open_preview(connection, &hash, id, format).await?))
        .await?;
    shown.map(serde_json::from_value).transpose().map_err(|error| {
        tracing::error!(%error, "a preview is not in the shape of an article");
        ApiError::Internal
    })
}
