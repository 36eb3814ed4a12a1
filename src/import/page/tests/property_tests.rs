//! What holds for every page.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::{Page, PageFormat, read_page};
use super::{headings, visible};

/// How often each word occurs.
fn words(text: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for line in text.split(['\n', '\r']) {
        for word in super::super::line::single_spaced(line)
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
        {
            *counts.entry(word.to_owned()).or_default() += 1;
        }
    }
    counts
}

fn everything_in(page: &Page) -> String {
    let taken = page.report.taken.iter().map(|item| item.text.as_str());
    let left = page.report.left.iter().map(|left| left.what.as_str());
    let facts: Vec<&str> = taken.chain(left).collect();
    format!("{}\n{}", visible(&page.markdown), facts.join("\n"))
}

fn page_line() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[A-Za-z][a-z ,.:?!]{0,70}",
        3 => Just(String::new()),
        2 => "[-#*+>=~|:1-9.)\\\\_`<&\\[\\]$^ ]{0,4}[ a-zA-Z0-9<>*_&;`\\[\\]()!#{}|~$^\\\\-]{0,40}",
        1 => "[1-9][.)] [A-Z][a-z]{2,9}",
        1 => "\\PC{0,60}",
        1 => proptest::sample::select(vec![
            "Phone: (561) 555-0144", "Phone: 12", "(561) 555-0199", "Address:", "Connect:", "Contact us", "Email: [email protected]",
            "Email: a@b.example", "4210 Egret Hollow Rd, Suite 12", "Lake Verity, FL 33499", "USA", "Hours:", "Monday 9-5", "Fax: 5615550145",
            "Home", "Share", "Skip to main content", "Home > Blog", "\u{2022} item", "At Heron Landing, we rest.", "We use cookies.",
        ]).prop_map(str::to_owned),
    ]
}

/// Text and the element it stands in.
fn inline_piece() -> impl Strategy<Value = (&'static str, String)> {
    let tags = proptest::sample::select(vec!["", "b", "i", "code", "a href='/x'", "span", "strong"]);
    (tags, "[ a-c0-2!#*_`~|<>&\\[\\](){}:.\\-+=\\\\$^'\"/;]{0,9}")
}

fn element(tag: &str, name: &str, content: String) -> String {
    if tag.is_empty() { content } else { format!("<{tag}>{content}</{name}>") }
}

fn escaped_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

proptest! {
    #[test]
    fn every_word_of_a_text_page_is_in_the_article_the_facts_or_the_report(lines in prop::collection::vec(page_line(), 1..30)) {
        let text = lines.join("\n");
        if let Ok(page) = read_page(text.as_bytes(), PageFormat::Text) {
            let kept = words(&everything_in(&page));
            for (word, count) in words(&text) {
                prop_assert!(kept.get(&word).is_some_and(|kept| *kept >= count), "{word:?} of {text:?} is not in {page:#?}");
            }
            prop_assert!(page.title.chars().count() <= 200 && !page.title.is_empty());
        }
    }

    #[test]
    fn headings_never_skip_a_level(lines in prop::collection::vec(page_line(), 1..30), levels in prop::collection::vec(proptest::sample::select(vec!["1", "2", "3", "4", "5", "6"]), 1..12)) {
        let html: String = levels.iter().flat_map(|level| ["<h", *level, ">Part</h", *level, "><p>text</p>"]).collect();
        let pages = [(lines.join("\n"), PageFormat::Text), (html, PageFormat::Html)];
        for page in pages.iter().filter_map(|(text, format)| read_page(text.as_bytes(), *format).ok()) {
            let mut above = 1;
            for (level, _) in headings(&page.markdown) {
                prop_assert!((2..=above + 1).contains(&level), "{}", page.markdown);
                above = level;
            }
        }
    }

    #[test]
    fn inline_html_shows_exactly_its_characters(pieces in prop::collection::vec(inline_piece(), 1..7)) {
        let mut html = String::from("<h1>Title</h1><p>start</p><p>");
        let mut shown = String::from("start ");
        for (tag, text) in &pieces {
            let name = tag.split(' ').next().unwrap();
            let text_html = escaped_html(text);
            html.push_str(&element(tag, name, text_html));
            shown.push_str(text);
        }
        let page = read_page(html.as_bytes(), PageFormat::Html).unwrap();
        prop_assert_eq!(visible(&page.markdown), super::super::line::single_spaced(&shown), "{}", page.markdown);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(text in "\\PC{0,300}", bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for format in [PageFormat::Text, PageFormat::Html] {
            let _ = read_page(text.as_bytes(), format);
            let _ = read_page(&bytes, format);
        }
    }

    #[test]
    fn no_tags_make_the_reader_panic(parts in prop::collection::vec(proptest::sample::select(vec![
        "<ul>", "<li>", "</li>", "</ul>", "<ol start=9>", "<table>", "<tr>", "<td>", "</table>", "<p>", "</p>", "<b>", "</b>", "<a href='tel:1'>", "</a>",
        "<h2>", "</h2>", "<main>", "</main>", "<address>", "<br>", "<pre>", "</pre>", "<blockquote>", "<form>", "<nav>", "text ", "1. ", "<img>",
        "<svg>", "<template>", "<select>", "<option>", "<caption>", "<dt>", "<sup>2</sup>", "Phone: (561) 555-0144", "Lake Verity, FL 33499",
    ]), 0..60)) {
        let html = parts.concat();
        if let Ok(page) = read_page(html.as_bytes(), PageFormat::Html) {
            prop_assert_eq!(read_page(html.as_bytes(), PageFormat::Html).unwrap(), page);
        }
    }

    #[test]
    fn every_word_of_an_html_page_is_in_the_article_the_facts_or_the_report(parts in prop::collection::vec(proptest::sample::select(vec![
        "<ul>", "<li>", "</li>", "</ul>", "<ol>", "</ol>", "<table>", "<tr>", "<td>", "<th>", "</table>", "<caption>", "<p>", "</p>", "<b>", "</b>",
        "<a href='tel:1'>", "<a href='x:y'>", "</a>", "<h2>", "</h2>", "<h1>", "</h1>", "<main>", "</main>", "<article>", "</article>", "<address>",
        "<br>", "<pre>", "</pre>", "<blockquote>", "</blockquote>", "<form>", "</form>", "<nav>", "</nav>", "<footer>", "<aside>", "<header>",
        "</header>", "<div class=share>", "</div>", "<svg>", "<text>", "</svg>", "<math>", "</math>", "<dl>", "<dt>", "<dd>", "<details>", "<summary>",
        "<code>", "</code>", "<em>", "</em>", "<button>", "</button>", "w", "w", "w", "w", "w", "w", "w", "w", "w", "w", "w", "w",
    ]), 0..60)) {
        let numbered = parts.iter().enumerate();
        let html: String = numbered.map(|(at, part)| if *part == "w" { format!(" word{at} ") } else { (*part).to_owned() }).collect();
        if let Ok(page) = read_page(html.as_bytes(), PageFormat::Html) {
            let kept = words(&format!("{}\n{}", page.title, everything_in(&page)));
            for (at, _) in parts.iter().enumerate().filter(|(_, part)| **part == "w") {
                prop_assert!(kept.contains_key(&format!("word{at}")), "word{at} of {html} is not in {page:#?}");
            }
        }
    }
}
