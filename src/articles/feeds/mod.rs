//! The newest articles for whoever follows them in a reader: one feed in three formats. Links lead to the clinic's site
//! and never to the API, and what an article has to disclose stands in its text.

mod atom;
mod json_feed;
mod rss;

use std::fmt::Write as _;

use actix_web::{HttpRequest, web::Data};
use chrono::{DateTime, Utc};
use quick_xml::escape::escape;

use json_feed::JsonFeed;

use super::{
    answers::{Article, Author, Format},
    locale::language,
    queries::published_details::{FeedFilter, Publisher, find_published_newest, find_publisher},
};
use crate::{
    body,
    db::PublicDb,
    delivery::PublicAnswer,
    http::{Answer, ApiError, QueryReader, Site},
    jsonld::SiteAddress,
};

/// Articles in a feed where nobody says how many.
const USUAL: i64 = 50;

/// A feed before it has a format.
struct Feed {
    publisher: Publisher,
    home: String,
    /// Names the feed among those of other languages and filters.
    id: String,
    locale: String,
    updated_at: DateTime<Utc>,
    entries: Vec<Entry>,
}

/// An article in a feed. Its texts hold nothing that XML cannot.
struct Entry {
    /// Stays when the address changes.
    id: String,
    url: String,
    title: String,
    summary: Option<String>,
    /// HTML with absolute addresses.
    content: String,
    author: Option<String>,
    /// Category, then tags.
    subjects: Vec<String>,
    published_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    article: String,
}

/// The newest articles as RSS 2.0.
#[utoipa::path(get, path = "/v1/feeds/articles.rss", operation_id = "get_rss_feed", tag = "articles",
    params(
        ("locale" = Option<String>, Query, description = "BCP 47; the clinic's default when absent", max_length = 35),
        ("category" = Option<String>, Query, description = "Slugs or ids; a comma means any of", pattern = "^[a-z0-9-]{1,100}(,[a-z0-9-]{1,100}){0,3}$"),
        ("tag" = Option<String>, Query, description = "Slugs or ids; a comma means any of", pattern = "^[a-z0-9-]{1,100}(,[a-z0-9-]{1,100}){0,3}$"),
        ("limit" = Option<i64>, Query, description = "Articles; 50 when absent", minimum = 1, maximum = 100),
    ),
    responses((status = 200, description = "The feed", body = String, content_type = "application/rss+xml")))]
pub async fn get_rss_feed(request: HttpRequest, site: Data<Site>, database: Data<PublicDb>) -> Answer {
    let feed = Feed::read(&request, &site, &database).await?;
    feed.send(rss::write(&feed)?, "application/rss+xml; charset=utf-8", &request)
}

/// The newest articles as Atom (RFC 4287).
#[utoipa::path(get, path = "/v1/feeds/articles.atom", operation_id = "get_atom_feed", tag = "articles",
    params(
        ("locale" = Option<String>, Query, description = "BCP 47; the clinic's default when absent", max_length = 35),
        ("category" = Option<String>, Query, description = "Slugs or ids; a comma means any of", pattern = "^[a-z0-9-]{1,100}(,[a-z0-9-]{1,100}){0,3}$"),
        ("tag" = Option<String>, Query, description = "Slugs or ids; a comma means any of", pattern = "^[a-z0-9-]{1,100}(,[a-z0-9-]{1,100}){0,3}$"),
        ("limit" = Option<i64>, Query, description = "Articles; 50 when absent", minimum = 1, maximum = 100),
    ),
    responses((status = 200, description = "The feed", body = String, content_type = "application/atom+xml")))]
pub async fn get_atom_feed(request: HttpRequest, site: Data<Site>, database: Data<PublicDb>) -> Answer {
    let feed = Feed::read(&request, &site, &database).await?;
    feed.send(atom::write(&feed)?, "application/atom+xml; charset=utf-8", &request)
}

/// The newest articles as JSON Feed 1.1.
#[utoipa::path(get, path = "/v1/feeds/articles.json", operation_id = "get_json_feed", tag = "articles",
    params(
        ("locale" = Option<String>, Query, description = "BCP 47; the clinic's default when absent", max_length = 35),
        ("category" = Option<String>, Query, description = "Slugs or ids; a comma means any of", pattern = "^[a-z0-9-]{1,100}(,[a-z0-9-]{1,100}){0,3}$"),
        ("tag" = Option<String>, Query, description = "Slugs or ids; a comma means any of", pattern = "^[a-z0-9-]{1,100}(,[a-z0-9-]{1,100}){0,3}$"),
        ("limit" = Option<i64>, Query, description = "Articles; 50 when absent", minimum = 1, maximum = 100),
    ),
    responses((status = 200, description = "The feed", body = JsonFeed, content_type = "application/feed+json")))]
pub async fn get_json_feed(request: HttpRequest, site: Data<Site>, database: Data<PublicDb>) -> Answer {
    let feed = Feed::read(&request, &site, &database).await?;
    feed.send(json_feed::write(&feed)?, "application/feed+json", &request)
}

impl Feed {
    async fn read(request: &HttpRequest, site: &Site, database: &PublicDb) -> Result<Self, ApiError> {
        let mut query = QueryReader::of(request);
        let filter =
            FeedFilter { locale: language(&mut query), category: query.any_of("category"), tag: query.any_of("tag") };
        let limit = query.parsed("limit", "a whole number from 1 to 100", |text| {
            text.parse::<i64>().ok().filter(|n| (1..=100).contains(n) && !text.starts_with('+'))
        });
        query.finish()?;
        let asked = filter.clone();
        let (publisher, rows) = database
            .read(async move |connection| {
                let publisher = find_publisher(connection).await?.ok_or(ApiError::NotFound)?;
                let rows = find_published_newest(connection, &asked, limit.unwrap_or(USUAL)).await?;
                Ok::<_, ApiError>((publisher, rows))
            })
            .await?;
        let address = SiteAddress::of(publisher.site_url.as_deref(), site)?;
        let entry = |row| Entry::of(Article::from_row(row, Format::Html, None)?, &address);
        let entries = rows.into_iter().map(entry).collect::<Result<Vec<_>, ApiError>>()?;
        let locale = filter.locale.clone().unwrap_or_else(|| publisher.default_locale.clone());
        let names = |names: &Option<Vec<String>>| names.as_deref().unwrap_or_default().join(",");
        Ok(Self {
            home: address.home(),
            id: address.page(&format!("/#articles/{locale}/{}/{}", names(&filter.category), names(&filter.tag))),
            locale,
            updated_at: entries.iter().map(|entry| entry.updated_at).max().unwrap_or(publisher.updated_at),
            entries,
            publisher,
        })
    }

    fn title(&self) -> String {
        readable(&self.publisher.name)
    }

    /// What the feed is about: the clinic's own sentence, else its name.
    fn description(&self) -> String {
        readable(self.publisher.tagline.as_deref().unwrap_or(&self.publisher.name))
    }

    fn send(&self, body: Vec<u8>, content_type: &'static str, request: &HttpRequest) -> Answer {
        let tags = self.entries.iter().map(|entry| format!("article:{}", entry.article));
        PublicAnswer::bytes(body, content_type, &["articles", "clinic"])
            .valid_for(self.publisher.valid_for)
            .tagged(tags)
            .send(request)
    }
}

impl Entry {
    fn of(article: Article, address: &SiteAddress) -> Result<Self, ApiError> {
        let content = readable(&content(&article, address)?);
        let summary = article.summary;
        let subjects = summary.category.iter().chain(&summary.tags).map(|term| readable(&term.name)).collect();
        Ok(Self {
            id: summary.id.urn().to_string(),
            url: address.page(&summary.path),
            title: readable(&summary.title),
            summary: summary.summary.as_deref().map(readable),
            content,
            author: summary.author.as_ref().map(signature),
            subjects,
            published_at: summary.published_at,
            updated_at: summary.updated_at,
            article: summary.id.to_string(),
        })
    }
}

/// The cover, the text, and what has to be disclosed beside it.
fn content(article: &Article, address: &SiteAddress) -> Result<String, ApiError> {
    let mut html = String::with_capacity(article.body.value.len() + 256);
    if let Some(cover) = &article.summary.cover {
        let alt = escape(cover.alt.as_deref().unwrap_or_default());
        let _ = writeln!(html, "<p><img src=\"{}\" alt=\"{alt}\"></p>", escape(cover.url.as_str()));
    }
    html.push_str(&body::absolute(&article.body.value, &address.url(&article.summary.path)?));
    for disclosure in &article.disclosures {
        let _ = write!(html, "\n<p><strong>{}</strong></p>", escape(disclosure.text.as_str()));
    }
    Ok(html)
}

/// "Ana Diaz, MD".
fn signature(author: &Author) -> String {
    let parts = std::iter::once(&author.name).chain(&author.credentials);
    readable(&parts.map(String::as_str).collect::<Vec<_>>().join(", "))
}

/// Text without what XML 1.0 cannot hold (§2.2), escaped or not: a reader gives up on the whole feed for one of these.
fn readable(text: &str) -> String {
    let fits = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{1_0000}'..);
    text.chars().filter(fits).collect()
}
