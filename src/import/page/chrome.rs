//! What surrounds an article on a text page: skip links, menus, breadcrumbs, cookie banners, copyright lines.
//!
//! What may also be a sentence of an article counts as chrome only before the title and at the page's end.

use super::line::Line;

/// Lines that are never part of an article.
const ANYWHERE: [&str; 14] = [
    "skip to main content",
    "skip to content",
    "skip to navigation",
    "skip navigation",
    "skip to main",
    "toggle navigation",
    "back to top",
    "share this",
    "share this article",
    "share this page",
    "share this post",
    "accept all cookies",
    "print this page",
    "jump to content",
];

/// Words of menus and buttons: chrome only at the page's edges.
const AT_EDGES: [&str; 40] = [
    "menu",
    "home",
    "search",
    "close",
    "open menu",
    "main menu",
    "share",
    "tweet",
    "print",
    "email",
    "log in",
    "login",
    "sign in",
    "sign up",
    "book now",
    "book online",
    "book an appointment",
    "request an appointment",
    "patient portal",
    "about",
    "about us",
    "services",
    "our services",
    "contact",
    "blog",
    "news",
    "careers",
    "faq",
    "faqs",
    "privacy policy",
    "terms of use",
    "terms of service",
    "facebook",
    "instagram",
    "twitter",
    "linkedin",
    "youtube",
    "accept",
    "previous",
    "next",
];

/// Whether the line is chrome wherever it stands.
pub(super) fn is_chrome(line: &Line) -> bool {
    let lower = line.plain.to_lowercase();
    ANYWHERE.contains(&lower.trim_end_matches(['.', ':', '\u{2193}', '\u{2191}']).trim_end())
}

/// Whether the lines are chrome when they stand before the title or at the end of the page.
pub(super) fn is_edge_chrome(lines: &[Line]) -> bool {
    let menu_words = lines.iter().filter(|line| is_menu_word(&line.plain)).count();
    let short = lines.iter().all(|line| line.chars() <= 30 && !line.ends_a_sentence());
    let menu = short && menu_words > 0 && (menu_words == lines.len() || lines.len() > 2 && menu_words > 1);
    menu || lines.iter().all(|line| is_chrome(line) || is_banner(line) || is_trail(line) || is_menu_word(&line.plain))
}

fn is_menu_word(text: &str) -> bool {
    AT_EDGES.contains(&text.to_lowercase().as_str())
}

/// A cookie or copyright notice.
fn is_banner(line: &Line) -> bool {
    let lower = line.plain.to_lowercase();
    let cookies = lower.contains("cookies")
        && [
            "we use cookies",
            "this site uses",
            "this website uses",
            "our site uses",
            "our website uses",
            "by continuing",
            "by using",
        ]
        .iter()
        .any(|start| lower.starts_with(start));
    let copyright =
        lower.starts_with('\u{a9}') || lower.starts_with("copyright ") || lower.ends_with("all rights reserved.");
    (cookies && line.chars() <= 400) || (copyright && line.chars() <= 160)
}

/// A breadcrumb or a menu in one line: parts between separators, one of them a menu word.
fn is_trail(line: &Line) -> bool {
    [" > ", " \u{203a} ", " \u{bb} ", " / ", " | ", " \u{b7} ", " \u{2022} "].iter().any(|separator| {
        let parts: Vec<&str> = line.plain.split(separator).map(str::trim).collect();
        parts.len() > 1 && line.chars() <= 200 && parts.first().is_some_and(|part| is_menu_word(part))
    })
}
