//! How deeply a page's elements are nested, asked before and after it is parsed.
//!
//! An HTML parser looks up through all open elements at most tags and opens unclosed styles anew in each paragraph,
//! so that a small file can cost hours; what no person's page comes near is refused unparsed.

use dom_query::NodeRef;

/// The deepest nesting of elements that is read.
const MAX_DEPTH: usize = 128;
/// The most tags times open elements that the parser is let loose on.
const MAX_WORK: usize = 20_000_000;

/// Elements without an end tag, or whose end tag may be left out (HTML Standard, sections 13.1.2 and 13.1.2.4).
const UNCLOSED: [&str; 35] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr", "p",
    "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup", "caption", "option", "optgroup", "html",
    "head", "body", "rp", "rt", "frame", "keygen",
];

/// Whether the source leaves more elements open than a page may, end tags taken at their word.
pub(super) fn is_source_too_deep(html: &str) -> bool {
    let mut tags: usize = 0;
    let mut open: usize = 0;
    let mut deepest: usize = 0;
    let mut in_drawing = false;
    let mut in_script = false;
    for tag in html.split('<').skip(1) {
        let (closes, rest) = tag.strip_prefix('/').map_or((false, tag), |rest| (true, rest));
        let name: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
        let name = name.to_ascii_lowercase();
        if in_script && !(closes && (name == "script" || name == "style")) {
            continue;
        }
        tags += 1;
        in_script = !closes && (name == "script" || name == "style");
        if name == "svg" {
            in_drawing = !closes;
        }
        let closed_itself = in_drawing && rest.split('>').next().is_some_and(|tag| tag.ends_with('/'));
        if name.is_empty() || UNCLOSED.contains(&name.as_str()) || closed_itself {
            continue;
        }
        open = if closes { open.saturating_sub(1) } else { open + 1 };
        deepest = deepest.max(open);
    }
    // Sloppy pages leave some elements open that the parser closes, so the count alone allows four times the depth.
    deepest > 4 * MAX_DEPTH || tags.saturating_mul(deepest) > MAX_WORK
}

/// Whether the parsed tree is deeper than it may be.
pub(super) fn is_tree_too_deep(root: &NodeRef) -> bool {
    let mut open = vec![(*root, 0)];
    while let Some((node, depth)) = open.pop() {
        if depth > MAX_DEPTH {
            return true;
        }
        open.extend(node.children_it(false).map(|child| (child, depth + 1)));
    }
    false
}
