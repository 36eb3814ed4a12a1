//! A record of a reader as the manuscript of an article: what an editor would send, checked as if one had sent it.

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    articles::{self, article::Kind, article::Manuscript},
    body::Body,
    contact::LanguageTag,
    http::{ApiError, FieldError, check_slug, slug_of},
    import::{
        record::{Article, Named, TermKind},
        why::Why,
    },
};

/// The longest summary, in characters.
const SUMMARY: usize = 500;
/// What an article can do without.
const OPTIONAL: [&str; 6] = ["summary", "seo", "cover", "references", "faqs", "locale"];

/// SHA-256 of what the source says, so that the same source is known to be unchanged.
pub fn source_hash(article: &Article) -> [u8; 32] {
    let names = |named: &[Named]| named.iter().map(|named| named.slug.clone()).collect::<Vec<_>>();
    let said = json!({
        "fields": article.fields,
        "category": article.category.as_ref().map(|named| &named.slug),
        "tags": names(&article.tags),
        "conditions": names(&article.conditions),
        "services": article.services,
        "author": article.author.as_ref().map(|named| &named.slug),
        "first_published_at": article.first_published_at,
        "former_paths": article.former_paths,
        "related": article.related,
        "translation_of": article.translation_of,
    });
    Sha256::digest(said.to_string()).into()
}

/// Reads a record as an article. What it can do without is left out where it is not valid; what it needs and has not
/// is the answer.
pub fn read(article: &mut Article, source: &str, locale: Option<&str>) -> Result<Manuscript, Vec<String>> {
    if let Some(why) = article.refused {
        return Err(vec![format!("{}: {}", why.code(), why.sentence())]);
    }
    tidy_texts(article);
    if !article.fields.contains_key("title") {
        return Err(vec![format!("{}: {}", Why::NoTitle.code(), Why::NoTitle.sentence())]);
    }
    tidy_slug(article);
    let fields = &mut article.fields;
    if let Some(locale) = locale {
        fields.entry("locale").or_insert_with(|| locale.into());
    }
    let said = fields.get("locale").and_then(Value::as_str).map(|text| text.replace('_', "-"));
    if let Some(said) = said.filter(|text| LanguageTag::parse(text).is_ok()) {
        fields.insert("locale".to_owned(), said.into());
    }
    fields.entry("kind").or_insert_with(|| Kind::Clinical.name().into());
    fields.entry("message").or_insert_with(|| format!("Imported ({source})").into());
    for _ in 0..=OPTIONAL.len() {
        match articles::input::parse(&Value::Object(article.fields.clone())) {
            Ok(manuscript) => return Ok(manuscript),
            Err(ApiError::Invalid(errors)) => leave_out(article, &errors)?,
            Err(error) => return Err(vec![error.to_string()]),
        }
    }
    Err(vec!["its fields cannot be read".to_owned()])
}

/// Leaves out the fields that have mistakes, or tells the mistakes where one of them is needed.
fn leave_out(article: &mut Article, errors: &[FieldError]) -> Result<(), Vec<String>> {
    let name_of = |error: &FieldError| {
        let pointer = error.pointer.as_deref().unwrap_or_default();
        pointer.trim_start_matches('/').split('/').next().unwrap_or_default().to_owned()
    };
    let names: Vec<String> = errors.iter().map(name_of).collect();
    let removed = |name: &String| OPTIONAL.contains(&name.as_str()) || !KNOWN.contains(&name.as_str());
    if !names.iter().all(removed) {
        let told = errors
            .iter()
            .take(5)
            .map(|error| format!("{} {}", error.pointer.as_deref().unwrap_or_default(), error.message));
        return Err(told.collect());
    }
    for name in names {
        if article.fields.remove(&name).is_some() {
            let why = if KNOWN.contains(&name.as_str()) { Why::FieldUnreadable } else { Why::UnknownField };
            article.note(why, format!("{name} of {}", article.label()));
        }
    }
    Ok(())
}

/// Every field that an article has; another one was never one.
const KNOWN: [&str; 13] = [
    "kind",
    "title",
    "slug",
    "locale",
    "summary",
    "body_markdown",
    "body_html",
    "references",
    "faqs",
    "seo",
    "cover",
    "message",
    "source_revision",
];

fn tidy_texts(article: &mut Article) {
    let marked_up = article.marked_up;
    let text = |value: Option<&Value>| {
        let text = value.and_then(Value::as_str).unwrap_or_default();
        if marked_up { plain(text) } else { text.trim().to_owned() }
    };
    let title = text(article.fields.get("title")).split_whitespace().collect::<Vec<_>>().join(" ");
    let summary = text(article.fields.get("summary"));
    article.fields.remove("title");
    article.set("title", title);
    if summary.chars().count() > SUMMARY {
        article.note(Why::SummaryShortened, article.label());
    }
    article.fields.remove("summary");
    article.set("summary", shortened(&summary, SUMMARY));
}

/// The slug of the source where it is one of ours, else the nearest that is.
fn tidy_slug(article: &mut Article) {
    let given = article.fields.remove("slug");
    let given = given.as_ref().and_then(Value::as_str).unwrap_or_default();
    let title = article.fields.get("title").and_then(Value::as_str).unwrap_or_default();
    let slug = if given.is_empty() { slug_of(title, "article") } else { slug_like(given, "article") };
    if !given.is_empty() && slug != given {
        article.note(Why::SlugChanged, decoded(given));
    }
    article.set("slug", slug);
}

/// A slug as it is, or made of what it says.
pub fn slug_like(given: &str, fallback: &str) -> String {
    check_slug(given).unwrap_or_else(|_| slug_of(&decoded(given), fallback))
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The text of a short piece of HTML.
pub fn plain(text: &str) -> String {
    if !text.contains(['<', '&']) {
        return text.trim().to_owned();
    }
    Body::from_html(text).map_or_else(|_| text.trim().to_owned(), |body| body.text.trim().to_owned())
}

/// At most `most` characters, cut at a word.
pub fn shortened(text: &str, most: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(most) else { return text.to_owned() };
    let start = text.get(..end).unwrap_or_default();
    let room =
        start.char_indices().nth(most.saturating_sub(1)).map_or(start, |(end, _)| start.get(..end).unwrap_or(start));
    let cut = room.rfind(char::is_whitespace).filter(|at| *at > room.len() / 2).unwrap_or(room.len());
    format!("{}…", room.get(..cut).unwrap_or(room).trim_end())
}

/// The kind of term in the room of articles.
pub fn term_kind(kind: TermKind) -> articles::terms::TermKind {
    match kind {
        TermKind::Category => articles::terms::TermKind::Category,
        TermKind::Tag => articles::terms::TermKind::Tag,
        TermKind::Condition => articles::terms::TermKind::Condition,
    }
}
