//! What a front end's search field asks for: articles by what they say, and completions as somebody types. Refuses to know
//! of drafts, as `public` does: no word of one is found, completed or offered as the right spelling.

use actix_web::{HttpRequest, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answers::{ArticlePage, ArticlePageMeta, ArticleSummary},
    locale::language,
    queries::{
        published::{Filter, Order},
        published_search::{COUNTED, FoundKey, search_published},
        published_suggestions::suggest_published,
    },
    search::SearchText,
};
use crate::{
    db::PublicDb,
    delivery::PublicAnswer,
    http::{Answer, ApiError, PageRequest, QueryReader, Site},
};

/// The order of what was found.
pub(super) const RELEVANCE: &str = "relevance";

/// `GET /v1/articles` with `q`. Without an order the best come first.
pub(super) async fn search_articles(
    request: &HttpRequest,
    site: &Site,
    database: &PublicDb,
    mut query: QueryReader,
    text: SearchText,
    filter: Filter,
    order: Option<Order>,
) -> Answer {
    if filter.asked.fallback {
        query.refuse("fallback", "exclusive", "a search is in one language: words mean something in one");
    }
    let question = format!("search {order:?} {text:?} {filter:?}");
    let page = PageRequest::<FoundKey>::read(&mut query, &site.cursors, &question);
    query.finish()?;
    let (wanted, asked) = (page.clone(), text.clone());
    let rows = database
        .read(async move |connection| {
            Ok::<_, ApiError>(search_published(connection, &asked, &filter, order, &wanted).await?)
        })
        .await?;
    let mut items = rows.items.0;
    let about = site.question(request, &question);
    let (mut meta, links) = page.complete(&mut items, rows.total, |row| FoundKey::of(row, order), &about);
    meta.total_exact &= rows.total.is_none_or(|total| total < COUNTED);
    let data: Vec<ArticleSummary> = items.into_iter().map(ArticleSummary::from).collect();
    let tags: Vec<String> = data.iter().map(|article| format!("article:{}", article.id)).collect();
    let meta = ArticlePageMeta { page: meta, corrected: text.corrected(&rows.corrections.0) };
    PublicAnswer::json(&ArticlePage { data, meta, links }, &["articles"])?
        .valid_for(rows.valid_for)
        .tagged(tags)
        .send(request)
}

/// What a text that is being typed may become.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Suggestion {
    /// `article`, `category`, `tag`, `condition` or `service`.
    pub r#type: String,
    pub id: Uuid,
    pub slug: String,
    /// The article's title, or the name.
    pub name: String,
}

/// At most ten, the likeliest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestionList {
    pub data: Vec<Suggestion>,
}

/// Completes what is being typed, with titles of visible articles and the names of what they are filed under. The last word
/// may be incomplete, and a mistyped one is read as the nearest that is known.
#[utoipa::path(get, path = "/v1/articles/suggestions", operation_id = "list_article_suggestions", tag = "articles",
    params(
        ("q" = String, Query, description = "As far as it is typed", min_length = 1, max_length = 200),
        ("locale" = Option<String>, Query, description = "BCP 47; the clinic's default when absent", max_length = 35),
    ),
    responses((status = 200, description = "Categories, tags, conditions and services, then articles", body = SuggestionList)))]
pub async fn list_article_suggestions(request: HttpRequest, database: Data<PublicDb>) -> Answer {
    let mut query = QueryReader::of(&request);
    let text = query.required("q", "1 to 200 characters", SearchText::parse);
    let locale = language(&mut query);
    query.finish()?;
    let text = text.ok_or(ApiError::Internal)?;
    let rows = database
        .read(async move |connection| Ok::<_, ApiError>(suggest_published(connection, &text, locale.as_deref()).await?))
        .await?;
    PublicAnswer::json(&SuggestionList { data: rows.items.0 }, &["articles"])?.valid_for(rows.valid_for).send(&request)
}
