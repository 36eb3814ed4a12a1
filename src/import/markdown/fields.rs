//! What the names in front matter mean: those of the well-known generators and those of an article's input.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde_json::{Map, Value, json};

use super::super::record::{Article, Named};
use super::super::why::Why;
use super::super::wordpress::media;

/// How many entries of a list are looked at.
const MAX_ENTRIES: usize = 500;

/// What generators call the picture on top.
const COVERS: [&str; 7] = ["image", "cover", "cover_image", "featured_image", "feature_image", "thumbnail", "banner"];

/// Names that say how a generator shows a document, and nothing of it.
const OF_THE_GENERATOR: [&str; 18] = [
    "layout",
    "weight",
    "toc",
    "comments",
    "lastmod",
    "updated",
    "modified",
    "updated_at",
    "math",
    "mermaid",
    "type",
    "menu",
    "pin",
    "order",
    "sidebar",
    "nav_order",
    "cascade",
    "status",
];

/// What several fields of the front matter may add to.
#[derive(Default)]
struct Gathered {
    tags: Vec<Named>,
    categories: Vec<Named>,
    date: Option<DateTime<Utc>>,
}

/// Takes every field of the front matter into the article.
pub(super) fn take(front: Map<String, Value>, article: &mut Article) {
    let is_draft = front.get("draft").is_some_and(|draft| *draft == json!(true))
        || front.get("published").is_some_and(|published| *published == json!(false));
    article.status = Some(if is_draft { "draft" } else { "published" }.to_owned());
    let mut gathered = Gathered { date: date_of_name(&article.source_id), ..Gathered::default() };
    for (name, value) in front.into_iter().take(MAX_ENTRIES).filter(|(_, value)| !value.is_null()) {
        take_one(name, value, &mut gathered, article);
    }
    article.first_published_at = gathered.date.filter(|_| !is_draft);
    let mut categories = gathered.categories.into_iter();
    article.category = categories.next();
    article.tags = gathered.tags;
    for further in categories {
        article.note(Why::CategoryBecameTag, further.name.clone());
        article.tags.push(further);
    }
}

fn take_one(name: String, value: Value, gathered: &mut Gathered, article: &mut Article) {
    match name.to_ascii_lowercase().as_str() {
        "draft" => {}
        "published" if value.is_boolean() => {}
        "date" | "published" | "published_at" | "publishdate" | "pubdate" | "first_published_at" => {
            match instant(&value) {
                Some(at) => gathered.date = Some(at),
                None => article.note(Why::FieldUnreadable, name),
            }
        }
        "title" => article.set("title", line(&value)),
        "slug" => article.set("slug", line(&value)),
        "locale" | "lang" | "language" => article.set("locale", line(&value)),
        "summary" | "description" | "excerpt" | "abstract" => article.set("summary", line(&value)),
        "tags" | "tag" | "keywords" => gathered.tags.extend(names(&value)),
        "categories" | "category" => gathered.categories.extend(names(&value)),
        "conditions" => article.conditions = names(&value),
        "services" => article.services = names(&value).into_iter().map(|named| named.slug).collect(),
        "author" | "authors" => authors(&value, article),
        known if COVERS.contains(&known) => cover(&value, article),
        "aliases" | "redirect_from" | "permalink" | "url" => article.former_paths.extend(paths(&value)),
        "canonical_url" | "canonicalurl" | "canonical" => search(article, "canonical_url", value),
        "noindex" if value.is_boolean() => search(article, "noindex", value),
        "kind" | "references" | "faqs" | "seo" => article.set(&name.to_ascii_lowercase(), value),
        known if OF_THE_GENERATOR.contains(&known) => {}
        _ => article.note(Why::UnknownField, name),
    }
}

/// The name of a file without its date and its ending; that of its folder for an index.
pub(super) fn name_of(path: &str) -> String {
    let mut segments = path.rsplit('/');
    let file = segments.next().unwrap_or_default();
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let stem = match (stem, segments.next()) {
        ("index" | "_index" | "README", Some(folder)) => folder,
        _ => stem,
    };
    let undated = if dated(stem).is_some() { stem.get(11..).unwrap_or_default() } else { stem };
    if undated.is_empty() { stem.to_owned() } else { undated.to_owned() }
}

/// `2024-05-17-name`, as some generators name files.
fn dated(stem: &str) -> Option<NaiveDate> {
    let date = NaiveDate::parse_from_str(stem.get(..10)?, "%Y-%m-%d").ok()?;
    stem.get(10..)?.starts_with('-').then_some(date)
}

fn date_of_name(path: &str) -> Option<DateTime<Utc>> {
    let file = path.rsplit('/').next().unwrap_or_default();
    dated(file).and_then(|date| date.and_hms_opt(0, 0, 0)).map(|at| at.and_utc())
}

fn line(value: &Value) -> Value {
    match value {
        Value::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" ").into(),
        Value::Number(number) => number.to_string().into(),
        Value::Bool(is) => is.to_string().into(),
        _ => Value::Null,
    }
}

/// A list, or a text with commas.
fn names(value: &Value) -> Vec<Named> {
    let named = |name: &str| Named { slug: name.to_owned(), name: name.to_owned() };
    let texts: Vec<String> = match value {
        Value::Array(entries) => {
            entries.iter().take(MAX_ENTRIES).filter_map(|entry| line(entry).as_str().map(str::to_owned)).collect()
        }
        other => line(other).as_str().map(|text| text.split(',').map(str::to_owned).collect()).unwrap_or_default(),
    };
    texts.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).map(named).collect()
}

fn authors(value: &Value, article: &mut Article) {
    let name_in = |value: &Value| match value {
        Value::Object(fields) => fields.get("name").map(line),
        other => Some(line(other)),
    };
    let entries = match value {
        Value::Array(entries) => entries.iter().take(MAX_ENTRIES).collect(),
        other => vec![other],
    };
    let names: Vec<String> = entries
        .into_iter()
        .filter_map(|entry| name_in(entry)?.as_str().map(str::to_owned))
        .filter(|name| !name.is_empty())
        .collect();
    for (index, name) in names.into_iter().enumerate() {
        if index == 0 && article.author.is_none() {
            article.author = Some(Named { slug: name.clone(), name });
        } else {
            article.note(Why::FurtherAuthor, name);
        }
    }
}

fn cover(value: &Value, article: &mut Article) {
    let part =
        |names: &[&str]| names.iter().find_map(|name| value.get(name).and_then(Value::as_str)).map(str::to_owned);
    let url = value.as_str().map(str::to_owned).or_else(|| part(&["url", "src", "image", "relative", "path"]));
    let Some(url) = url else { return article.note(Why::FieldUnreadable, "cover") };
    media::keep(&url, &mut article.media);
    if url.starts_with("http://") || url.starts_with("https://") {
        let cover = json!({"url": url, "alt": part(&["alt"]), "caption": part(&["caption"])});
        article.set("cover", cover);
    } else {
        article.note(Why::CoverUnusable, url);
    }
}

fn search(article: &mut Article, name: &str, value: Value) {
    let seo = article.fields.entry("seo").or_insert_with(|| json!({}));
    if let Some(seo) = seo.as_object_mut() {
        seo.insert(name.to_owned(), value);
    }
}

/// Paths of the site, or whole addresses of it.
fn paths(value: &Value) -> Vec<String> {
    let entries = match value {
        Value::Array(entries) => entries.iter().take(MAX_ENTRIES).filter_map(Value::as_str).collect(),
        Value::String(one) => vec![one.as_str()],
        _ => Vec::new(),
    };
    let base = url::Url::parse("https://site.invalid/");
    let joined =
        entries.into_iter().filter(|path| !path.contains(':') || path.starts_with("http")).filter_map(|path| {
            let url = base.as_ref().ok()?.join(path.trim()).ok()?;
            (url.path() != "/").then(|| url.path().to_owned())
        });
    joined.collect()
}

/// A date, with or without a time and a zone.
fn instant(value: &Value) -> Option<DateTime<Utc>> {
    let text = value.as_str()?.trim();
    let zoned = DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S %z"));
    if let Ok(at) = zoned {
        return Some(at.with_timezone(&Utc));
    }
    let forms = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"];
    let local = forms.into_iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let date = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(|date| date.and_hms_opt(0, 0, 0));
    local.or_else(date).map(|at| at.and_utc()).filter(|at| (1970..2200).contains(&chrono::Datelike::year(at)))
}
