//! Which part of an HTML page is the article and what the parts around it are.

use dom_query::{Document, NodeRef};

use super::super::line::Line;
use super::super::report::Why;
use super::blocks::Walker;
use super::found::Found;

/// Elements that hold the site's furniture (HTML Standard, section 4.3).
const CHROME_NAMES: [&str; 4] = ["nav", "footer", "dialog", "menu"];
/// Roles that say the same (WAI-ARIA 1.2, landmark and window roles).
const CHROME_ROLES: [&str; 6] = ["navigation", "banner", "contentinfo", "search", "dialog", "alertdialog"];
/// Words in class names that page builders give to furniture.
const CHROME_CLASSES: [&str; 9] =
    ["breadcrumb", "breadcrumbs", "cookie", "cookies", "share", "sharing", "social", "skip", "pagination"];
/// Elements of forms.
const FORM_NAMES: [&str; 7] = ["form", "button", "input", "select", "textarea", "fieldset", "datalist"];

/// A part of the page that is not the article.
#[derive(Debug)]
pub(super) struct Region {
    pub why: Why,
    pub lines: Vec<Line>,
    /// Headings of level 1 in it, one of which may be the page's title.
    pub titles: Vec<Line>,
}

/// The element that holds the article: `main`, a prevailing `article`, else the body.
pub(super) fn main_content(document: &Document) -> Option<NodeRef<'_>> {
    let mains = document.select("main, [role='main']");
    let articles = document.select("article");
    longest(mains.nodes()).or_else(|| prevailing(articles.nodes())).or_else(|| document.body())
}

fn text_chars(node: &NodeRef) -> usize {
    node.normalized_char_count()
}

fn longest<'a>(nodes: &[NodeRef<'a>]) -> Option<NodeRef<'a>> {
    nodes.iter().filter(|node| text_chars(node) > 0).max_by_key(|node| text_chars(node)).copied()
}

/// The article that holds more than half of the text of all, so that a list of teasers is not taken for one.
fn prevailing<'a>(nodes: &[NodeRef<'a>]) -> Option<NodeRef<'a>> {
    let all: usize = nodes.iter().map(text_chars).sum();
    longest(nodes).filter(|node| text_chars(node) * 2 > all)
}

/// Why the element is no part of an article, if it is none wherever it stands.
pub(super) fn why_left(node: &NodeRef) -> Option<Why> {
    let name = node.node_name()?;
    if FORM_NAMES.contains(&&*name) {
        return Some(Why::FormNotImported);
    }
    let role = node.attr("role").is_some_and(|role| CHROME_ROLES.contains(&&*role));
    let class = node.attr("class").is_some_and(|class| names_chrome(&class));
    let site_header = &*name == "header" && !has_title(node);
    let chrome = CHROME_NAMES.contains(&&*name) || role || class || site_header;
    (chrome && !has_title(node)).then_some(Why::PageChrome)
}

fn names_chrome(class: &str) -> bool {
    let lower = class.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    words.any(|word| CHROME_CLASSES.contains(&word))
}

/// A header with the page's title belongs to the article.
fn has_title(node: &NodeRef) -> bool {
    node.descendants_it().any(|inner| inner.has_name("h1"))
}

/// The parts of the page around its main content, in the order of the page.
pub(super) fn around(document: &Document, root: &NodeRef, found: &mut Found) -> Vec<Region> {
    let mut regions = Vec::new();
    if let Some(body) = document.body() {
        collect(&body, root, found, &mut regions);
    }
    regions
}

fn collect(node: &NodeRef, root: &NodeRef, found: &mut Found, regions: &mut Vec<Region>) {
    if node.id == root.id {
        return;
    }
    let holds_root = root.ancestors_it(None).any(|ancestor| ancestor.id == node.id);
    let mixed = why_left(node).is_none()
        && node.children_it(false).any(|child| child.is_element() && why_left(&child).is_some());
    if holds_root || mixed {
        for child in node.children_it(false) {
            collect(&child, root, found, regions);
        }
        return;
    }
    let region = Walker::region(node, why_left(node).unwrap_or(Why::OutsideArticle), found);
    regions.extend((!region.lines.is_empty()).then_some(region));
}
