//! What editors send, read into valid drafts. Refuses nothing silently: unknown fields, two bodies at once and
//! addresses that lead nowhere are named with their place.

use serde_json::{Value, json};
use utoipa::ToSchema;

use super::article::{Citation, Draft, Faq, Image, Kind, Manuscript, Seo};
use crate::{
    body::Body,
    contact::LanguageTag,
    http::{ApiError, FieldError, Fields, check_line, check_slug, patched},
};

/// Body of a new article. A PATCH takes the same fields, all optional: absent leaves, null clears.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body to the OpenAPI document; the parser below reads it")]
pub struct ArticleInput {
    #[schema(default = "general")]
    kind: Option<Kind>,
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    title: String,
    /// Made from the title when absent.
    #[schema(max_length = 100, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")]
    slug: Option<String>,
    /// BCP 47; the clinic's default when absent.
    #[schema(max_length = 35, example = "en")]
    locale: Option<String>,
    #[schema(min_length = 1, max_length = 500)]
    summary: Option<String>,
    /// CommonMark with tables, footnotes and callouts. Raw HTML is removed and reported in `warnings`.
    #[schema(max_length = 524_288)]
    body_markdown: Option<String>,
    /// Instead of `body_markdown`: sanitised and converted; what was removed is reported in `warnings`.
    #[schema(max_length = 524_288)]
    body_html: Option<String>,
    /// Slug or id.
    #[schema(min_length = 1, max_length = 100)]
    category: Option<String>,
    /// Slugs or ids.
    #[schema(max_items = 30)]
    tags: Option<Vec<String>>,
    /// Slugs or ids.
    #[schema(max_items = 30)]
    conditions: Option<Vec<String>>,
    /// Slugs or ids.
    #[schema(max_items = 30)]
    services: Option<Vec<String>>,
    /// Slugs or ids of articles to read on with, in the order shown; others follow by what they share.
    #[schema(max_items = 12)]
    related: Option<Vec<String>>,
    /// Slug or id of the article that this one says in another language.
    #[schema(min_length = 1, max_length = 100)]
    translation_of: Option<String>,
    /// The revision of the original that was translated; its newest when absent.
    #[schema(minimum = 1)]
    source_revision: Option<i32>,
    /// Slug or id; the signed-in person when absent.
    #[schema(min_length = 1, max_length = 100)]
    author: Option<String>,
    #[schema(max_items = 200)]
    references: Option<Vec<CitationInput>>,
    #[schema(max_items = 50)]
    faqs: Option<Vec<Faq>>,
    seo: Option<SeoInput>,
    cover: Option<ImageInput>,
    /// Why this revision is made, for colleagues.
    #[schema(min_length = 1, max_length = 500)]
    message: Option<String>,
}

/// A source: `title` is needed.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body to the OpenAPI document")]
pub struct CitationInput {
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    title: String,
    #[schema(max_items = 100)]
    authors: Option<Vec<String>>,
    #[schema(min_length = 1, max_length = 300)]
    source: Option<String>,
    #[schema(minimum = 1500, maximum = 2200)]
    year: Option<u16>,
    #[schema(pattern = r"^10\.[0-9]{4,9}/[^\s]{1,280}$")]
    doi: Option<String>,
    #[schema(pattern = "^[0-9]{1,20}$")]
    pmid: Option<String>,
    #[schema(format = "uri", max_length = 2000)]
    url: Option<String>,
    #[schema(min_length = 1, max_length = 100)]
    evidence_level: Option<String>,
    accessed_on: Option<chrono::NaiveDate>,
}

/// A picture: `url` is needed, and `alt` unless it is decorative or still to be written.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body to the OpenAPI document")]
pub struct ImageInput {
    #[schema(format = "uri", max_length = 2000)]
    url: String,
    #[schema(min_length = 1, max_length = 300)]
    alt: Option<String>,
    #[schema(minimum = 1, maximum = 20000)]
    width: Option<u32>,
    #[schema(minimum = 1, maximum = 20000)]
    height: Option<u32>,
    #[schema(min_length = 1, max_length = 500)]
    caption: Option<String>,
    decorative: Option<bool>,
}

/// For search engines; what is absent falls back to the article's own fields.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body to the OpenAPI document")]
pub struct SeoInput {
    #[schema(min_length = 1, max_length = 200)]
    title: Option<String>,
    #[schema(min_length = 1, max_length = 500)]
    description: Option<String>,
    #[schema(format = "uri", max_length = 2000)]
    canonical_url: Option<String>,
    #[schema(format = "uri", max_length = 2000)]
    image: Option<String>,
    noindex: Option<bool>,
}

/// Reads an article and renders its body.
///
/// # Errors
/// [`ApiError::Invalid`] with every mistake.
pub fn parse(body: &Value) -> Result<Manuscript, ApiError> {
    let mut fields = Fields::of(body, "");
    let kind = fields.one_of("kind", &Kind::NAMES).and_then(Kind::named).unwrap_or(Kind::General);
    let title = fields.line("title", 200);
    let title = fields.require("title", title);
    let slug = fields.parsed("slug", check_slug);
    let locale = fields.parsed("locale", |text| Ok(LanguageTag::parse(text)?.to_string()));
    let summary = fields.text("summary", 500);
    let rendered = read_body(&mut fields);
    let category = fields.line("category", 100);
    let tags = names(&mut fields, "tags", 30);
    let conditions = names(&mut fields, "conditions", 30);
    let services = names(&mut fields, "services", 30);
    let related = names(&mut fields, "related", 12);
    let translation_of = fields.line("translation_of", 100);
    let source_revision = fields.integer("source_revision", 1..=i64::from(i32::MAX));
    if source_revision.is_some() && translation_of.is_none() {
        fields.refuse("source_revision", "exclusive", "is of the article that translation_of names");
    }
    let source_revision = source_revision.and_then(|number| i32::try_from(number).ok());
    let author = fields.line("author", 100);
    let references = fields.list("references", 200, citation);
    let faqs = fields.list("faqs", 50, faq);
    let seo = fields.object("seo", seo).unwrap_or_default();
    let cover = fields.object("cover", image);
    let message = fields.text("message", 500);
    fields.finish()?;
    let (Some(title), Some(body)) = (title, rendered) else { return Err(ApiError::Internal) };
    let body_markdown = body.markdown.clone();
    let draft = Draft {
        kind,
        title,
        slug,
        locale,
        summary,
        body_markdown,
        category,
        tags,
        conditions,
        services,
        related,
        translation_of,
        source_revision,
        author,
        references,
        faqs,
        seo,
        cover,
    };
    Ok(Manuscript { draft, body, message })
}

/// Applies a merge patch (RFC 7396) to what is stored and reads the result. A patch that sends HTML replaces the
/// Markdown.
///
/// # Errors
/// As [`parse`].
pub fn parse_patch(stored: &Draft, patch: &Value) -> Result<Manuscript, ApiError> {
    let Some(changes) = patch.as_object() else { return Err(ApiError::field("", "wrong_type", "must be an object")) };
    let mut merged = serde_json::to_value(stored).map_err(|_| ApiError::Internal)?;
    if changes.contains_key("body_html") && !changes.contains_key("body_markdown") {
        merged.as_object_mut().and_then(|fields| fields.remove("body_markdown"));
    }
    // The revision that was translated is of the original that was named: another one, or none, has it not.
    let other = changes.get("translation_of").is_some_and(|given| *given != json!(stored.translation_of));
    if other && !changes.contains_key("source_revision") {
        merged.as_object_mut().and_then(|fields| fields.remove("source_revision"));
    }
    parse(&patched(merged, patch))
}

/// The names of the fields in which two drafts differ.
pub fn changed_fields(before: &Draft, after: &Draft) -> Vec<String> {
    let as_fields =
        |draft| serde_json::to_value(draft).ok().and_then(|value| value.as_object().cloned()).unwrap_or_default();
    let (before, after) = (as_fields(before), as_fields(after));
    after.iter().filter(|(name, value)| before.get(*name) != Some(value)).map(|(name, _)| name.clone()).collect()
}

fn read_body(fields: &mut Fields<'_>) -> Option<Body> {
    let (markdown, html) = (fields.value("body_markdown"), fields.value("body_html"));
    let (name, value) = match (markdown, html) {
        (Some(_), Some(_)) => {
            fields.refuse("body_html", "exclusive", "cannot be given together with body_markdown");
            return None;
        }
        (None, Some(html)) => ("body_html", html),
        (Some(markdown), None) => ("body_markdown", markdown),
        (None, None) => return Body::from_markdown("").ok(),
    };
    let Some(text) = value.as_str() else {
        fields.refuse(name, "wrong_type", "must be a text");
        return None;
    };
    let body = if name == "body_html" { Body::from_html(text) } else { Body::from_markdown(text) };
    body.map_err(|refused| fields.refuse(name, "bad_body", refused.to_string())).ok()
}

/// Slugs or ids, each once.
fn names(fields: &mut Fields<'_>, name: &'static str, most: usize) -> Vec<String> {
    let names = fields.lines(name, most, 100);
    let mut seen = std::collections::BTreeSet::new();
    if !names.iter().all(|name| seen.insert(name)) {
        fields.refuse(name, "repeated", "must not repeat an entry");
    }
    names
}

/// A source, at its own pointer.
pub(super) fn citation(value: &Value, pointer: String) -> Result<Citation, Vec<FieldError>> {
    let mut fields = Fields::of(value, pointer);
    let title = fields.line("title", 500);
    let title = fields.require("title", title);
    let citation = Citation {
        title: title.unwrap_or_default(),
        authors: fields.lines("authors", 100, 200),
        source: fields.line("source", 300),
        year: fields.integer("year", 1500..=2200).and_then(|year| u16::try_from(year).ok()),
        doi: fields.parsed("doi", check_doi),
        pmid: fields.parsed("pmid", check_pmid),
        url: fields.parsed("url", check_web_address),
        evidence_level: fields.line("evidence_level", 100),
        accessed_on: fields.date("accessed_on"),
    };
    fields.finish().map(|()| citation)
}

fn faq(value: &Value, pointer: String) -> Result<Faq, Vec<FieldError>> {
    let mut fields = Fields::of(value, pointer);
    let question = fields.line("question", 300);
    let question = fields.require("question", question);
    let answer = fields.text("answer", 3000);
    let answer = fields.require("answer", answer);
    fields.finish()?;
    Ok(Faq { question: question.unwrap_or_default(), answer: answer.unwrap_or_default() })
}

fn seo(mut fields: Fields<'_>) -> Result<Seo, Vec<FieldError>> {
    let seo = Seo {
        title: fields.line("title", 200),
        description: fields.text("description", 500),
        canonical_url: fields.parsed("canonical_url", check_web_address),
        image: fields.parsed("image", check_web_address),
        noindex: fields.boolean("noindex").unwrap_or(false),
    };
    fields.finish().map(|()| seo)
}

fn image(mut fields: Fields<'_>) -> Result<Image, Vec<FieldError>> {
    let url = fields.parsed("url", check_web_address);
    let url = fields.require("url", url);
    let pixels = |number: Option<i64>| number.and_then(|number| u32::try_from(number).ok());
    let image = Image {
        url: url.unwrap_or_default(),
        alt: fields.line("alt", 300),
        width: pixels(fields.integer("width", 1..=20_000)),
        height: pixels(fields.integer("height", 1..=20_000)),
        caption: fields.text("caption", 500),
        decorative: fields.boolean("decorative").unwrap_or(false),
    };
    fields.finish().map(|()| image)
}

/// An absolute http(s) address without credentials.
fn check_web_address(text: &str) -> Result<String, (&'static str, String)> {
    let text = check_line(text, 2000)?;
    let address = url::Url::parse(&text).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
    });
    address.map(String::from).ok_or_else(|| ("bad_address", "must be an absolute http(s) address".to_owned()))
}

/// ISO 26324: a prefix of `10.` and digits, a slash, and a suffix.
fn check_doi(text: &str) -> Result<String, (&'static str, String)> {
    let text = check_line(text, 300)?;
    let well_formed =
        text.strip_prefix("10.").and_then(|rest| rest.split_once('/')).is_some_and(|(registrant, suffix)| {
            (4..=9).contains(&registrant.len())
                && registrant.bytes().all(|b| b.is_ascii_digit())
                && !suffix.is_empty()
                && !suffix.contains(char::is_whitespace)
        });
    if well_formed { Ok(text) } else { Err(("bad_doi", "must be a DOI such as 10.1000/182".to_owned())) }
}

fn check_pmid(text: &str) -> Result<String, (&'static str, String)> {
    let digits = (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if digits { Ok(text.to_owned()) } else { Err(("bad_pmid", "must be the digits of a PubMed id".to_owned())) }
}
