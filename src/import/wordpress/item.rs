//! An item of the channel: a post or a page becomes an article, anything else is left with its reason.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::json;
use url::Url;

use super::super::markup::without_controls;
use super::super::record::{Article, Named};
use super::super::why::{Finding, Why};
use super::content::{self, Site};
use super::elements::Element;
use super::media;

/// How many categories, tags and other entries of one item are looked at.
const MAX_ENTRIES: usize = 500;

/// What becomes of an item.
pub(super) enum Item {
    Article(Box<Article>),
    Left(Finding),
    /// Read before, in the first pass.
    Attachment,
}

/// Reads an item.
pub(super) fn read(item: &Element, site: Site<'_>, primary: impl Fn(&str) -> Option<String>) -> Item {
    let form = match item.child("wp:post_type") {
        "post" => "post",
        "page" => "page",
        "attachment" => return Item::Attachment,
        other => return Item::Left(Finding::new(why_left(other), described(item, other))),
    };
    let status = item.child("wp:status");
    match status {
        "trash" => return Item::Left(Finding::new(Why::InTrash, described(item, form))),
        "auto-draft" => return Item::Left(Finding::new(Why::NeverSaved, described(item, form))),
        _ => {}
    }
    let mut article = Article { form, marked_up: true, source_id: source_id(item), ..Article::default() };
    article.status = Some(if status.is_empty() { "unknown" } else { status }.chars().take(40).collect());
    texts(item, site, &mut article);
    terms(item, &primary, &mut article);
    meta(item, site, &mut article);
    addresses(item, status, site.base, &mut article);
    if status == "private" || !item.child("wp:post_password").is_empty() {
        article.note(Why::WasPrivate, status);
    }
    Item::Article(Box::new(article))
}

fn why_left(post_type: &str) -> Why {
    match post_type {
        "nav_menu_item" | "wp_navigation" => Why::MenuItem,
        "wp_block" => Why::ReusableBlock,
        "revision" => Why::NeverSaved,
        "custom_css"
        | "customize_changeset"
        | "oembed_cache"
        | "wp_global_styles"
        | "wp_template"
        | "wp_template_part"
        | "wp_font_family"
        | "wp_font_face" => Why::SiteDesign,
        _ => Why::CustomType,
    }
}

fn described(item: &Element, post_type: &str) -> String {
    let (title, id) = (item.child("title"), item.child("wp:post_id"));
    let name = if title.is_empty() { id } else { title };
    format!("{}: {name}", if post_type.is_empty() { "item" } else { post_type })
}

/// The id of the post; an export without one still has the address that never changes.
fn source_id(item: &Element) -> String {
    let id = item.child("wp:post_id");
    let id = if id.is_empty() { item.child("guid") } else { id };
    let id = if id.is_empty() { item.child("link") } else { id };
    id.chars().filter(|c| !c.is_control()).take(300).collect()
}

fn texts(item: &Element, site: Site<'_>, article: &mut Article) {
    let mut clean = |text: &str| {
        let (text, had_controls) = without_controls(text);
        if had_controls {
            article.note(Why::ControlCharacters, item.child("title"));
        }
        text
    };
    let (title, summary, source) =
        (clean(item.child("title")), clean(item.child("excerpt:encoded")), clean(item.child("content:encoded")));
    article.set("title", title);
    article.set("summary", summary);
    article.set("slug", item.child("wp:post_name"));
    let html = content::html(&source, site, article);
    article.fields.insert("body_html".to_owned(), json!(html));
    let author = item.child("dc:creator");
    article.author = (!author.is_empty()).then(|| Named { slug: author.to_owned(), name: author.to_owned() });
}

/// An article stands in one category: the one that a search plugin calls the first, else the first. The others stay
/// as tags, so that readers still find it under them.
fn terms(item: &Element, primary: &impl Fn(&str) -> Option<String>, article: &mut Article) {
    let mut categories = Vec::new();
    for entry in item.children("category").take(MAX_ENTRIES) {
        let (slug, name) = (entry.attribute("nicename"), entry.text.as_str());
        let slug = if slug.is_empty() { name } else { slug };
        let name = if name.is_empty() { slug } else { name };
        let named = Named { slug: slug.to_owned(), name: name.to_owned() };
        match entry.attribute("domain") {
            _ if slug.is_empty() => {}
            "category" => categories.push(named),
            "post_tag" => article.tags.push(named),
            "post_format" => {}
            other => article.note(Why::TaxonomyNotImported, format!("{other}: {}", named.name)),
        }
    }
    let first =
        meta_value(item, "_yoast_wpseo_primary_category").or_else(|| meta_value(item, "rank_math_primary_category"));
    let first = first.and_then(primary).and_then(|slug| categories.iter().position(|named| named.slug == slug));
    if !categories.is_empty() {
        article.category = Some(categories.remove(first.unwrap_or(0)));
    }
    for further in categories {
        article.note(Why::CategoryBecameTag, further.name.clone());
        if !article.tags.contains(&further) {
            article.tags.push(further);
        }
    }
}

fn meta_value<'a>(item: &'a Element, key: &str) -> Option<&'a str> {
    let mut found = item.children("wp:postmeta").filter(|meta| meta.child("wp:meta_key") == key);
    found.next().map(|meta| meta.child("wp:meta_value")).filter(|value| !value.is_empty())
}

fn meta(item: &Element, site: Site<'_>, article: &mut Article) {
    if let Some(id) = meta_value(item, "_thumbnail_id") {
        match site.attachments.get(id).filter(|picture| picture.url.starts_with("http")) {
            Some(picture) => {
                media::keep(&picture.url, &mut article.media);
                let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
                let cover = json!({"url": picture.url, "alt": text(&picture.alt), "caption": text(&picture.caption)});
                article.set("cover", cover);
            }
            None => article.note(Why::CoverUnusable, format!("attachment {id}")),
        }
    }
    // A template of the plugin is no text.
    let said = |keys: [&str; 2]| {
        keys.into_iter().find_map(|key| meta_value(item, key)).filter(|text| !text.contains('%')).map(str::to_owned)
    };
    let (title, description) =
        (said(["_yoast_wpseo_title", "rank_math_title"]), said(["_yoast_wpseo_metadesc", "rank_math_description"]));
    if title.is_some() || description.is_some() {
        article.set("seo", json!({"title": title, "description": description}));
    }
    for meta in item.children("wp:postmeta").take(MAX_ENTRIES) {
        let key = meta.child("wp:meta_key");
        if !key.is_empty() && !key.starts_with('_') && !key.starts_with("rank_math_") {
            article.note(Why::CustomField, key);
        }
    }
    for comment in item.children("wp:comment").take(MAX_ENTRIES) {
        let kind = comment.child("wp:comment_type");
        let by = comment.child("wp:comment_author");
        let what = if matches!(kind, "" | "comment") { format!("by {by}") } else { kind.to_owned() };
        article.note(Why::Comment, what);
    }
}

/// The address under which readers know it, and those it had before.
fn addresses(item: &Element, status: &str, base: Option<&Url>, article: &mut Article) {
    let was_public = matches!(status, "publish" | "private");
    if !was_public {
        return;
    }
    article.first_published_at = published_at(item);
    let link = item.child("link");
    let parsed =
        Url::parse(link).ok().or_else(|| base.and_then(|base| base.join(link).ok())).filter(|_| !link.is_empty());
    let path = parsed.filter(|url| url.query().is_none() && url.path() != "/").map(|url| url.path().to_owned());
    let Some(path) = path else {
        if !link.is_empty() {
            article.note(Why::AddressUnusable, link);
        }
        return;
    };
    for meta in item.children("wp:postmeta").take(MAX_ENTRIES) {
        let old = meta.child("wp:meta_value");
        if meta.child("wp:meta_key") == "_wp_old_slug"
            && !old.is_empty()
            && let Some(former) = with_last_segment(&path, old)
        {
            article.former_paths.push(former);
        }
    }
    article.former_paths.insert(0, path);
}

fn with_last_segment(path: &str, slug: &str) -> Option<String> {
    let trimmed = path.trim_end_matches('/');
    let (above, _) = trimmed.rsplit_once('/')?;
    let end = path.get(trimmed.len()..)?;
    let url = Url::parse("https://site.invalid/").ok()?;
    let path = url.join(&format!("{above}/{}{end}", slug.replace(['/', '?', '#'], "-"))).ok()?;
    Some(path.path().to_owned())
}

fn published_at(item: &Element) -> Option<DateTime<Utc>> {
    let stamp = item.child("wp:post_date_gmt");
    let gmt = NaiveDateTime::parse_from_str(stamp, "%Y-%m-%d %H:%M:%S").ok().map(|at| at.and_utc());
    let from_feed = || DateTime::parse_from_rfc2822(item.child("pubDate")).ok().map(|at| at.with_timezone(&Utc));
    gmt.or_else(from_feed).filter(|at| (1970..2200).contains(&chrono::Datelike::year(at)))
}
