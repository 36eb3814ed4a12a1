//! What the public saw of an article, when, and who had approved it: read from the ranges of its publications, which are
//! never rewritten. Refuses to speak of what is to come.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{PgConnection, types::Json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answers::{Article, Author, Format, Person},
    queries::history::{self, Tombstone},
    review::answers::SignoffLicence,
};
use crate::{
    accounts::ArticleReader,
    db::StaffDb,
    http::{Answer, ApiError, QueryReader, Site, path_id, private_answer},
};

/// Somebody stood with their name for what was shown.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Approval {
    pub reviewed_by: Author,
    pub licence: Option<SignoffLicence>,
    /// Null where the article was purged and the day is not kept.
    pub signed_at: Option<DateTime<Utc>>,
    pub next_review_due: Option<NaiveDate>,
    /// When it was taken back.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A revision that the public saw, from when until when.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ShownRevision {
    pub revision: i32,
    pub locale: String,
    pub slug: String,
    /// Where it stood on the clinic's site.
    pub path: Option<String>,
    pub from: DateTime<Utc>,
    /// Null where it is visible and no end is planned.
    pub until: Option<DateTime<Utc>>,
    /// SHA-256 of the content, in hexadecimal.
    pub content_hash: String,
    #[schema(value_type = Option<Person>)]
    pub published_by: Option<Json<Person>>,
    /// The sign-offs of this content that stood at some time of it; at the instant that was asked for.
    #[schema(value_type = Vec<Approval>)]
    pub approvals: Json<Vec<Approval>>,
}

/// What the public saw.
#[derive(Debug, Serialize, ToSchema)]
pub struct History {
    /// The instant that was asked for; null for all of them.
    pub at: Option<DateTime<Utc>>,
    /// The newest first; at an instant the one that was visible.
    pub publications: Vec<ShownRevision>,
    /// SHA-256 of what was visible at the instant, in hexadecimal.
    pub content_hash: Option<String>,
    /// Who stood for it at the instant; null where nobody did.
    pub approved_by: Option<Approval>,
    /// What was visible at the instant, as far as the records tell: names of people and terms are those of today, and
    /// `related` is empty. Null without an instant, and where the article was purged.
    pub article: Option<Article>,
}

/// What the public saw of an article.
#[derive(Debug, Serialize, ToSchema)]
pub struct HistoryAnswer {
    pub data: History,
}

/// Reads what the public saw of an article: all of its publications, or what was visible at an instant and who had
/// approved it. An article that was purged is told in outline.
#[utoipa::path(get, path = "/v1/admin/articles/{id}/history", operation_id = "get_article_history", tag = "staff: articles",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The article"),
        ("at" = Option<String>, Query, description = "RFC 3339, or a date, which means its first instant in UTC; 404 where nothing was visible then")),
    responses((status = 200, description = "What was seen", body = HistoryAnswer)))]
pub async fn get_article_history(
    request: HttpRequest,
    reader: ArticleReader,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    let id = path_id(&request)?;
    let mut query = QueryReader::of(&request);
    let at = query.instant("at");
    if at.is_some_and(|at| at > site.clock.now()) {
        query.refuse("at", "bad_value", "must not lie in the future");
    }
    query.finish()?;
    let site_url = site.site_url.clone();
    let data = database
        .transact(async move |connection| {
            reader.staff.record(connection, "article.history", "article", Some(id), &[]).await?;
            match at {
                None => Ok(everything(list(connection, id, None).await?)),
                Some(at) => at_instant(connection, id, at, site_url.as_deref()).await,
            }
        })
        .await?;
    Ok(private_answer(StatusCode::OK, &HistoryAnswer { data }))
}

fn everything(publications: Vec<ShownRevision>) -> History {
    History { at: None, publications, content_hash: None, approved_by: None, article: None }
}

async fn at_instant(
    connection: &mut PgConnection,
    id: Uuid,
    at: DateTime<Utc>,
    site_url: Option<&str>,
) -> Result<History, ApiError> {
    let mut publications = list(connection, id, Some(at)).await?;
    for shown in &mut publications {
        shown.approvals.retain(|approval| approval.stood_at(at));
    }
    let shown = publications.first().ok_or(ApiError::NotFound)?;
    let (content_hash, approved_by) = (shown.content_hash.clone(), shown.approvals.last().cloned());
    let row = history::find_shown(connection, id, at).await?;
    let article = row.map(|row| Article::from_row(row, Format::Html, site_url)).transpose()?;
    Ok(History { at: Some(at), publications, content_hash: Some(content_hash), approved_by, article })
}

impl Approval {
    fn stood_at(&self, at: DateTime<Utc>) -> bool {
        self.signed_at.is_none_or(|signed| signed <= at) && self.revoked_at.is_none_or(|revoked| revoked > at)
    }
}

/// What was seen of an article, or of one that was purged.
async fn list(
    connection: &mut PgConnection,
    id: Uuid,
    at: Option<DateTime<Utc>>,
) -> Result<Vec<ShownRevision>, ApiError> {
    if history::is_known(connection, id).await? {
        return Ok(history::list_shown(connection, id, at).await?);
    }
    let tombstone = history::find_tombstone(connection, id).await?.ok_or(ApiError::NotFound)?;
    let mut shown = outline(&tombstone);
    shown.retain(|shown| at.is_none_or(|at| shown.from <= at && shown.until.is_none_or(|until| until > at)));
    Ok(shown)
}

/// A publication as a tombstone keeps it.
#[derive(Deserialize)]
struct Kept {
    revision: i32,
    content_hash: String,
    from: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
    #[serde(default)]
    approved_by: Value,
}

fn outline(tombstone: &Tombstone) -> Vec<ShownRevision> {
    let kept = tombstone.publications.as_array().into_iter().flatten();
    let kept = kept.filter_map(|entry| serde_json::from_value::<Kept>(entry.clone()).ok());
    let mut shown: Vec<ShownRevision> = kept
        .map(|kept| ShownRevision {
            revision: kept.revision,
            locale: tombstone.locale.clone(),
            slug: tombstone.slug.clone(),
            path: tombstone.path.clone(),
            from: kept.from,
            until: kept.until,
            content_hash: kept.content_hash,
            published_by: None,
            approvals: Json(approvals(kept.approved_by)),
        })
        .collect();
    shown.sort_by_key(|shown| std::cmp::Reverse(shown.from));
    shown
}

/// Whole approvals, or the name of the one who stood for it.
fn approvals(kept: Value) -> Vec<Approval> {
    let entries = if let Value::Array(entries) = kept { entries } else { vec![kept] };
    let named =
        |reviewed_by| Approval { reviewed_by, licence: None, signed_at: None, next_review_due: None, revoked_at: None };
    let read = |entry: Value| {
        let whole = serde_json::from_value::<Approval>(entry.clone()).ok();
        whole.or_else(|| serde_json::from_value(entry).ok().map(named))
    };
    entries.into_iter().filter_map(read).collect()
}
