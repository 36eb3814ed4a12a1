//! What a static build follows: every article that was ever public, at its latest change, in the order of the changes.
//! Refuses to tell of what never was public, and to pass a place before everything that stands there is committed.

use std::collections::HashMap;

use actix_web::{HttpRequest, web::Data};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answers::{Article, ArticleBody, ArticleSummary, Disclosure, Format},
    article::{Citation, Faq, Seo},
    queries::{
        published_changes::{self, ChangedArticle},
        published_details::find_published_many,
    },
};
use crate::{
    db::PublicDb,
    delivery::PublicAnswer,
    http::{Answer, ApiError, PageLinks, QueryReader, Site, open_cursor, seal_cursor},
};

/// What cursors of the feed belong to.
const FEED: &str = "changes";
/// The most changes in an answer, and how many without a word.
const LARGEST: i32 = 1000;
const USUAL: i32 = 500;
/// Articles that are read at once, and the text in bytes after which an answer ends before its limit.
const AT_ONCE: usize = 50;
const FULL: usize = 8 << 20;

/// The place of a change.
type Place = (DateTime<Utc>, Uuid);

/// What a build does with a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeType {
    /// Make the page, or make it again; one that stood at another path goes.
    Upsert,
    /// Remove the page: the article was withdrawn, trashed or purged.
    Tombstone,
}

/// An article with everything that changes with it. Further reading changes with other articles:
/// `GET /v1/articles/{slug}` has it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WholeArticle {
    #[serde(flatten)]
    pub summary: ArticleSummary,
    /// In HTML.
    pub body: ArticleBody,
    pub references: Vec<Citation>,
    pub disclosures: Vec<Disclosure>,
    pub faqs: Vec<Faq>,
    /// Resolved, as in the article's own answer.
    pub seo: Seo,
    /// The number of the revision that is shown.
    pub version: i32,
}

impl From<Article> for WholeArticle {
    fn from(article: Article) -> Self {
        Self {
            summary: article.summary,
            body: article.body,
            references: article.references,
            disclosures: article.disclosures,
            faqs: article.faqs,
            seo: article.seo,
            version: article.version,
        }
    }
}

/// An article at its latest change.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Change {
    pub r#type: ChangeType,
    /// The article. It keeps its id when its slug, its path or its language changes.
    pub id: Uuid,
    pub slug: String,
    /// Where it stands, or stood last, on the clinic's site; null where that is not known any more.
    pub path: Option<String>,
    pub locale: String,
    pub changed_at: DateTime<Utc>,
    /// Null for a tombstone.
    pub article: Option<WholeArticle>,
}

/// Where the feed goes on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChangesMeta {
    /// Changes asked for; an answer with long texts ends before.
    #[schema(minimum = 1, maximum = 1000)]
    pub limit: u32,
    /// Whether there is more now.
    pub more: bool,
    /// Always given: to be kept, and asked with the next time.
    pub next_cursor: String,
}

/// A part of the feed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangePage {
    pub data: Vec<Change>,
    pub meta: ChangesMeta,
    pub links: PageLinks,
}

/// Lists what changed, the longest unchanged first: each article that was ever public, once, at its latest change.
/// Without a cursor it tells the present state. An answer with nothing in it has the cursor that was sent.
#[utoipa::path(get, path = "/v1/changes", operation_id = "list_changes", tag = "articles",
    params(
        ("cursor" = Option<String>, Query, description = "`meta.next_cursor` of the answer before", max_length = 500),
        ("limit" = Option<u32>, Query, description = "Changes in an answer; 500 where it is absent", minimum = 1, maximum = 1000),
    ),
    responses((status = 200, description = "A part of the feed", body = ChangePage)))]
pub async fn list_changes(request: HttpRequest, site: Data<Site>, database: Data<PublicDb>) -> Answer {
    let mut query = QueryReader::of(&request);
    let limit = query.parsed("limit", "a whole number from 1 to 1000", |text| {
        text.parse::<i32>().ok().filter(|n| (1..=LARGEST).contains(n) && !text.starts_with('+'))
    });
    let limit = limit.unwrap_or(USUAL);
    let cursor = query.text("cursor");
    let after = cursor.as_deref().and_then(|cursor| open_cursor::<Place>(&site.cursors, cursor, FEED));
    if cursor.is_some() && after.is_none() {
        query.refuse("cursor", "bad_cursor", "is not a cursor of the changes");
    }
    query.finish()?;
    let listed = database
        .read(async move |connection| {
            Ok::<_, ApiError>(published_changes::list_changes(connection, after, limit + 1).await?)
        })
        .await?;
    let (data, more) = read_articles(listed, usize::try_from(limit).unwrap_or_default(), &site, &database).await?;
    let last = data.last().map(|change| (change.changed_at, change.id)).or(after);
    let next_cursor = seal_cursor(&site.cursors, FEED, last.unwrap_or((DateTime::UNIX_EPOCH, Uuid::nil())));
    let next_cursor = next_cursor.ok_or(ApiError::Internal)?;
    let links = site.question(&request, FEED).links(more.then_some(next_cursor.as_str()));
    let meta = ChangesMeta { limit: limit.unsigned_abs(), more, next_cursor };
    // Who asks has been told that something changed: an older answer from a cache would be wrong for them.
    PublicAnswer::json(&ChangePage { data, meta, links }, &["articles"])?.valid_for(Some(0)).send(&request)
}

/// The cursor behind everything that had changed by `at`.
pub fn cursor_behind(site: &Site, at: Option<DateTime<Utc>>) -> Option<String> {
    seal_cursor(
        &site.cursors,
        FEED,
        (at.unwrap_or(DateTime::UNIX_EPOCH), if at.is_some() { Uuid::max() } else { Uuid::nil() }),
    )
}

/// Adds what the articles say, and tells whether there is more. They are looked up after they were listed: what is found
/// may be newer than the change, which is told again then, and never older.
async fn read_articles(
    mut listed: Vec<ChangedArticle>,
    limit: usize,
    site: &Site,
    database: &PublicDb,
) -> Result<(Vec<Change>, bool), ApiError> {
    let mut more = listed.len() > limit;
    listed.truncate(limit);
    let (mut data, mut bytes) = (Vec::with_capacity(listed.len()), 0);
    for part in listed.chunks(AT_ONCE) {
        if bytes >= FULL {
            more = true;
            break;
        }
        let mut found = find_many(part, site, database).await?;
        for changed in part {
            let article = found.remove(&changed.id);
            bytes += article.as_ref().map_or(0, |article| article.body.value.len());
            data.push(change(changed.clone(), article));
        }
    }
    Ok((data, more))
}

async fn find_many(
    part: &[ChangedArticle],
    site: &Site,
    database: &PublicDb,
) -> Result<HashMap<Uuid, WholeArticle>, ApiError> {
    let ids: Vec<Uuid> = part.iter().map(|changed| changed.id).collect();
    let rows =
        database.read(async move |connection| Ok::<_, ApiError>(find_published_many(connection, &ids).await?)).await?;
    let mut found = HashMap::with_capacity(rows.len());
    for row in rows {
        found.insert(row.id, Article::from_row(row, Format::Html, site.site_url.as_deref())?.into());
    }
    Ok(found)
}

fn change(changed: ChangedArticle, article: Option<WholeArticle>) -> Change {
    let summary = article.as_ref().map(|article| &article.summary);
    Change {
        r#type: if article.is_some() { ChangeType::Upsert } else { ChangeType::Tombstone },
        id: changed.id,
        slug: summary.map_or(changed.slug, |summary| summary.slug.clone()),
        path: summary.map_or(changed.path, |summary| Some(summary.path.clone())),
        locale: summary.map_or(changed.locale, |summary| summary.locale.clone()),
        changed_at: changed.changed_at,
        article,
    }
}
