//! Reads a Markdown document with front matter in YAML (`---`) or TOML (`+++`), as static site generators keep them and
//! as `export articles --format markdown` writes them.
//!
//! Refuses front matter that is not well-formed, and aliases in YAML, so that no file can grow while it is read.

mod fields;
mod front;
#[cfg(test)]
mod tests;

use pulldown_cmark::{Event, Parser, Tag};
use serde_json::{Map, Value};

use super::exported;
use super::markup::without_controls;
use super::record::Article;
use super::why::Why;
use super::wordpress::media;

/// The largest document that is read: 1 MiB. An article is at most 512 KiB.
pub const MAX_DOCUMENT: usize = 1024 * 1024;

/// Reads a document. `path` is relative to the folder, with `/`; it is what makes the document the same the next time.
#[must_use]
pub fn read(path: &str, bytes: &[u8]) -> Article {
    let mut article = Article { form: "document", source_id: path.to_owned(), ..Article::default() };
    if bytes.len() > MAX_DOCUMENT {
        return refused(article, Why::TooLarge);
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return refused(article, Why::Undecodable) };
    let text = text.trim_start_matches('\u{feff}');
    let (front, body) = match front::split(text) {
        Ok(parts) => parts,
        Err(front::Unreadable) => return refused(article, Why::BadFrontMatter),
    };
    if front.get("record").and_then(Value::as_str) == Some("article") {
        return own(front, body).unwrap_or_else(|| refused(article, Why::BadFrontMatter));
    }
    fields::take(front, &mut article);
    let (body, had_controls) = without_controls(body);
    if had_controls {
        article.note(Why::ControlCharacters, path);
    }
    let body = titled(path, &body, &mut article);
    collect_media(body, &mut article.media);
    article.fields.insert("body_markdown".to_owned(), Value::from(body));
    article
}

fn refused(mut article: Article, why: Why) -> Article {
    article.refused = Some(why);
    article
}

/// A document that this program wrote: its body begins behind an empty line and ends before the last line break.
fn own(mut front: Map<String, Value>, body: &str) -> Option<Article> {
    front.remove("record");
    let body = body.strip_prefix('\n').unwrap_or(body);
    let body = body.strip_suffix('\n').unwrap_or(body);
    front.insert("body_markdown".to_owned(), Value::from(body));
    let mut article = exported::article(front)?;
    collect_media(body, &mut article.media);
    Some(article)
}

/// Finds the title where the front matter has none: the heading at the beginning, else the name of the file. A heading
/// that says the title again would show it twice.
fn titled<'a>(path: &str, body: &'a str, article: &mut Article) -> &'a str {
    let trimmed = body.trim_start();
    let (first, rest) = trimmed.split_once('\n').unwrap_or((trimmed, ""));
    let heading = first.strip_prefix("# ").map(|heading| heading.trim().trim_end_matches('#').trim());
    let heading = heading.filter(|heading| !heading.is_empty());
    let given = article.fields.get("title").and_then(Value::as_str);
    match (given, heading) {
        (Some(given), Some(heading)) if given.trim() == heading => rest,
        (Some(_), _) => body,
        (None, Some(heading)) => {
            article.note(Why::TitleGuessed, heading);
            article.set("title", heading);
            rest
        }
        (None, None) => {
            let name = fields::name_of(path).replace(['-', '_'], " ");
            article.note(Why::TitleGuessed, name.clone());
            article.set("title", name);
            body
        }
    }
}

fn collect_media(body: &str, found: &mut Vec<String>) {
    for event in Parser::new(body) {
        match event {
            Event::Start(Tag::Image { dest_url, .. }) => media::keep(&dest_url, found),
            Event::Start(Tag::Link { dest_url, .. }) if media::is_file(&dest_url) => media::keep(&dest_url, found),
            _ => {}
        }
    }
}
