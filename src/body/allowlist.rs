//! The elements and attributes that leave this room, for both doors.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use ammonia::{Builder, UrlRelative};

use super::{destination, embed};

/// Elements of rendered HTML.
pub(super) const RENDERED: [&str; 31] = [
    "a",
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "iframe",
    "img",
    "input",
    "li",
    "ol",
    "p",
    "pre",
    "section",
    "strong",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];

/// Classes of alerts, one for each kind, beside `callout` itself.
pub(super) const CALLOUTS: [&str; 6] =
    ["callout", "callout-note", "callout-tip", "callout-important", "callout-warning", "callout-caution"];

/// Attributes of rendered HTML, by element.
pub(super) const RENDERED_ATTRIBUTES: [(&str, &[&str]); 15] = [
    ("a", &["href", "title", "id", "rel"]),
    ("code", &["class"]),
    ("h1", &["id"]),
    ("h2", &["id"]),
    ("h3", &["id"]),
    ("h4", &["id"]),
    ("h5", &["id"]),
    ("h6", &["id"]),
    ("iframe", &["src", "title", "loading", "allow", "sandbox", "referrerpolicy"]),
    ("img", &["src", "alt", "title", "width", "height", "loading"]),
    ("input", &["disabled", "checked"]),
    ("li", &["id"]),
    ("ol", &["start"]),
    ("td", &["align"]),
    ("th", &["align"]),
];

/// The sanitiser behind our own rendering. It should find nothing; what it finds all the same does not leave.
pub(super) fn rendered() -> Builder<'static> {
    let mut builder = strict(&RENDERED, &RENDERED_ATTRIBUTES);
    builder.allowed_classes(HashMap::from([
        ("blockquote", HashSet::from(CALLOUTS)),
        ("sup", HashSet::from(["footnote-reference"])),
        ("section", HashSet::from(["footnotes"])),
        ("figure", HashSet::from(embed::CLASSES)),
        ("a", HashSet::from(["footnote-backref"])),
    ]));
    builder.set_tag_attribute_value("img", "loading", "lazy");
    for (name, value) in embed::FIXED {
        builder.set_tag_attribute_value("iframe", name, value);
    }
    builder
}

/// Elements that HTML may be sent with.
pub(super) const SENT: [&str; 62] = [
    "a",
    "abbr",
    "address",
    "article",
    "aside",
    "b",
    "blockquote",
    "body",
    "br",
    "caption",
    "cite",
    "code",
    "dd",
    "del",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "img",
    "input",
    "ins",
    "kbd",
    "li",
    "main",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
];

/// Attributes that mean something to Markdown, by element.
pub(super) const SENT_ATTRIBUTES: [(&str, &[&str]); 5] = [
    ("a", &["href", "title"]),
    ("code", &["class"]),
    ("img", &["src", "alt", "title"]),
    ("input", &["checked"]),
    ("ol", &["start"]),
];

/// The sanitiser in front of the conversion of HTML to Markdown.
pub(super) fn sent() -> Builder<'static> {
    let mut builder = strict(&SENT, &SENT_ATTRIBUTES);
    builder.allowed_classes(HashMap::from([("blockquote", HashSet::from(CALLOUTS))]));
    builder
}

fn strict(elements: &[&'static str], attributes: &[(&'static str, &[&'static str])]) -> Builder<'static> {
    let mut builder = Builder::empty();
    builder
        .tags(elements.iter().copied().collect())
        .clean_content_tags(HashSet::from(["script", "style"]))
        .tag_attributes(attributes.iter().map(|(element, names)| (*element, names.iter().copied().collect())).collect())
        .tag_attribute_values(HashMap::from([("input", HashMap::from([("type", HashSet::from(["checkbox"]))]))]))
        .generic_attributes(HashSet::new())
        .url_schemes(destination::SCHEMES.into_iter().collect())
        .url_relative(UrlRelative::PassThrough)
        .link_rel(None)
        .strip_comments(true)
        .attribute_filter(|element, attribute, value| {
            permitted(element, attribute, value).then_some(Cow::Borrowed(value))
        });
    builder
}

/// Whether the value of an allowed attribute is of its form.
pub(super) fn permitted(element: &str, attribute: &str, value: &str) -> bool {
    match (element, attribute) {
        ("iframe", "src") => embed::is_player(value),
        ("iframe", "title") => true,
        ("iframe", name) => embed::FIXED.contains(&(name, value)),
        ("code", "class") => value.strip_prefix("language-").is_some_and(is_language),
        (_, "id") => value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
        (_, "href" | "src") => destination::is_allowed(value),
        ("ol", "start") | (_, "width" | "height") => value.chars().all(|c| c.is_ascii_digit()),
        (_, "align") => matches!(value, "left" | "center" | "right"),
        (_, "rel") => value == "noopener noreferrer",
        (_, "loading") => value == "lazy",
        _ => true,
    }
}

fn is_language(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '+' | '.' | '#'))
}
