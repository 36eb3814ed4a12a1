//! A row of the table of posts as an article.

use chrono::{DateTime, Datelike, NaiveDateTime, Utc};
use serde_json::{Value, json};
use url::Url;

use super::super::bounded::BROKEN;
use super::super::markup::{Piece, escaped, pieces, without_controls};
use super::super::record::{Article, Record};
use super::super::why::{Finding, Why};
use super::super::wordpress::media;
use super::{Around, Row, Ties, text};

/// What stands in an export for the address of the site.
const SITE: &str = "__GHOST_URL__";

/// Reads a post.
pub(super) fn read(row: &Row, around: &Around, site: Option<&Url>) -> Record {
    let id = text(row, "id");
    let says_page = |page: &Value| *page == json!(true) || *page == json!(1);
    let is_page = text(row, "type") == "page" || row.get("page").is_some_and(says_page);
    let form = if is_page { "page" } else { "post" };
    if id.is_empty() {
        let what = format!("{form} without an id: {}", text(row, "title"));
        return Record::Left(Finding::new(Why::RowUnreadable, what));
    }
    let mut article = Article { form, source_id: id.chars().take(300).collect(), ..Article::default() };
    article.status = Some(text(row, "status").chars().take(40).collect());
    let (title, had_controls) = without_controls(&text(row, "title"));
    if had_controls {
        article.note(Why::ControlCharacters, title.clone());
    }
    article.set("title", title);
    article.set("slug", text(row, "slug"));
    article.set("summary", without_controls(&text(row, "custom_excerpt")).0);
    article.set("locale", text(row, "locale"));
    body(row, site, &mut article);
    search(row, around.meta_of.get(&id), site, &mut article);
    relations(row, &id, around, &mut article);
    dates(row, &mut article);
    if row.values().any(|value| value.as_str().is_some_and(|text| text.contains(BROKEN))) {
        article.refused = Some(Why::Undecodable);
    }
    Record::Article(Box::new(article))
}

fn body(row: &Row, site: Option<&Url>, article: &mut Article) {
    let html = text(row, "html");
    if !html.trim().is_empty() {
        let html = rewritten(&without_controls(&sited(&html, site)).0, site, article);
        article.fields.insert("body_html".to_owned(), json!(html));
        return;
    }
    let cards = markdown_cards(row);
    if !cards.is_empty() {
        let markdown = without_controls(&sited(&cards.join("\n\n"), site)).0;
        article.fields.insert("body_markdown".to_owned(), json!(markdown));
        return;
    }
    let plain = without_controls(&text(row, "plaintext")).0;
    if !plain.trim().is_empty() {
        let paragraphs = plain.split("\n\n").map(|paragraph| format!("<p>{}</p>", escaped(paragraph.trim())));
        article.fields.insert("body_html".to_owned(), json!(paragraphs.collect::<String>()));
        article.note(Why::CardNotImported, "its text without headings and links");
        return;
    }
    let has_source = ["lexical", "mobiledoc"].into_iter().any(|column| !text(row, column).trim().is_empty());
    article.refused = has_source.then_some(Why::NoReadableBody);
}

/// The Markdown of a post that was written in cards of it alone: an old post, or one that was never shown.
fn markdown_cards(row: &Row) -> Vec<String> {
    let Ok(document) = serde_json::from_str::<Value>(&text(row, "mobiledoc")) else { return Vec::new() };
    let cards = document.get("cards").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let markdown = |card: &Value| card.get(1)?.get("markdown")?.as_str().map(str::to_owned);
    let written: Vec<String> = cards.iter().filter_map(markdown).collect();
    if written.len() == cards.len() { written } else { Vec::new() }
}

/// Comments of the editor taken out, frames turned into links, addresses kept.
fn rewritten(html: &str, site: Option<&Url>, article: &mut Article) -> String {
    let mut out = String::with_capacity(html.len());
    for piece in pieces(html) {
        match piece {
            Piece::Comment(_) => {}
            Piece::Text(text) => out.push_str(text),
            Piece::Tag(tag) if tag.is("iframe") => {
                if let Some(address) = tag.attribute("src").filter(|_| !tag.is_end) {
                    out.push_str(&media::link(&address));
                    article.note(Why::EmbedBecameLink, address);
                }
            }
            Piece::Tag(tag) => {
                media::collect(&tag, site, &mut article.media);
                out.push_str(tag.source);
            }
        }
    }
    out
}

fn search(row: &Row, meta: Option<&Row>, site: Option<&Url>, article: &mut Article) {
    let said = |name: &str| {
        let own = text(row, name);
        let value = if own.is_empty() { meta.map(|meta| text(meta, name)).unwrap_or_default() } else { own };
        Some(without_controls(&value).0).filter(|value| !value.trim().is_empty())
    };
    let address = |name: &str| {
        let address = sited(&said(name)?, site);
        Some(media::absolute(&address, site).unwrap_or(address)).filter(|address| address.starts_with("http"))
    };
    if let Some(written) = said("feature_image") {
        match address("feature_image") {
            Some(url) => {
                media::keep(&url, &mut article.media);
                let caption = said("feature_image_caption").map(|caption| plain(&caption));
                let caption = caption.filter(|text| !text.is_empty());
                article.set("cover", json!({"url": url, "alt": said("feature_image_alt"), "caption": caption}));
            }
            None => article.note(Why::CoverUnusable, written),
        }
    }
    let seo = json!({
        "title": said("meta_title"),
        "description": said("meta_description"),
        "canonical_url": address("canonical_url"),
        "image": address("og_image"),
    });
    if seo.as_object().is_some_and(|seo| seo.values().any(|value| !value.is_null())) {
        article.set("seo", seo);
    }
    if said("codeinjection_head").or_else(|| said("codeinjection_foot")).is_some() {
        article.note(Why::CodeInjection, article.label());
    }
}

fn relations(row: &Row, id: &str, around: &Around, article: &mut Article) {
    let tied = |ties: &Ties| {
        let mut tied = ties.get(id).cloned().unwrap_or_default();
        tied.sort();
        tied.into_iter().map(|(_, other)| other).collect::<Vec<_>>()
    };
    let mut authors = tied(&around.authors_of);
    if authors.is_empty() {
        authors.push(text(row, "author_id"));
    }
    let mut people = authors.iter().filter_map(|id| around.users.get(id));
    article.author = people.next().cloned();
    for further in people {
        article.note(Why::FurtherAuthor, further.name.clone());
    }
    for tag in tied(&around.tags_of).iter().filter_map(|id| around.tags.get(id)) {
        if !tag.is_internal {
            article.tags.push(tag.named.clone());
        }
    }
}

fn dates(row: &Row, article: &mut Article) {
    let visibility = text(row, "visibility");
    if !matches!(visibility.as_str(), "" | "public") {
        article.note(Why::WasPrivate, visibility);
    }
    if !matches!(article.status.as_deref(), Some("published" | "sent")) {
        return;
    }
    article.first_published_at = row.get("published_at").and_then(instant);
    let slug = text(row, "slug").replace(['/', '?', '#', '\\'], "-");
    let url = Url::parse("https://site.invalid/").and_then(|url| url.join(&format!("/{slug}/")));
    if let Ok(url) = url
        && !slug.is_empty()
    {
        article.former_paths.push(url.path().to_owned());
    }
}

/// Exports have written instants in three ways.
fn instant(value: &Value) -> Option<DateTime<Utc>> {
    let text = value.as_str().unwrap_or_default();
    let iso = DateTime::parse_from_rfc3339(text).ok().map(|at| at.with_timezone(&Utc));
    let plain = || NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok().map(|at| at.and_utc());
    let milliseconds = || value.as_i64().and_then(DateTime::from_timestamp_millis);
    iso.or_else(plain).or_else(milliseconds).filter(|at| (1970..2200).contains(&at.year()))
}

fn sited(text: &str, site: Option<&Url>) -> String {
    let base = site.map_or("", Url::as_str).trim_end_matches('/');
    text.replace(SITE, base)
}

/// The text of a short piece of HTML.
fn plain(html: &str) -> String {
    let texts = pieces(html).filter_map(|piece| if let Piece::Text(text) = piece { Some(text) } else { None });
    texts.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ").chars().take(500).collect()
}
