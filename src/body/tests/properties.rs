//! What holds for any text.

use proptest::prelude::*;

use super::payloads::assert_settled;
use super::safety::assert_safe;
use crate::body::{Body, EXCERPT_CHARACTERS};

/// Pieces that make Markdown engines stumble.
const PIECES: &[&str] = &[
    "<",
    ">",
    "</",
    "<!--",
    "-->",
    "<script>",
    "</script>",
    "<img src=x onerror=y>",
    "<b>",
    "</b>",
    "<div>",
    "</div>",
    "<?",
    "?>",
    "<![CDATA[",
    "]]>",
    "<a href='",
    "\"",
    "'",
    "=",
    "`",
    "``",
    "```",
    "~~~",
    "\n",
    "\n",
    "\n\n",
    " ",
    "  ",
    "    ",
    "\t",
    "> ",
    "- ",
    "1. ",
    "2. ",
    "* ",
    "# ",
    "## ",
    "---",
    "===",
    "|",
    "|-|",
    "| a |\n|---|\n",
    "[",
    "]",
    "(",
    ")",
    "[^1]",
    "[^1]: ",
    "[a]: ",
    "[a]",
    "](",
    "]: ",
    "javascript:",
    "data:x",
    "http://a/",
    "www.a.b/",
    "/a",
    "&lt;",
    "&#60;",
    "&colon;",
    "&",
    "\\",
    "*",
    "**",
    "_",
    "~~",
    "~",
    "[!NOTE]\n",
    "> [!TIP]\n> ",
    "- [x] ",
    "![",
    "<https://a.b>",
    "<a@b.c>",
    "<javascript:x>",
    "word",
    "é",
    "中",
    "x",
    "\u{2028}",
    "<style>",
    "</style>",
    "<p>",
    "<td>",
    "<table>",
    "<tr>",
    "<br>",
    ":",
    "{#x}",
];

fn hostile() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..40).prop_map(|pieces| pieces.concat())
}

fn check(body: &Body, source: &str) {
    assert_safe(body, source);
    assert_settled(body, source);
    assert!(body.excerpt.chars().count() <= EXCERPT_CHARACTERS);
    assert_eq!(body.reading_minutes, body.words.div_ceil(220));
    let ids = ids_of_headings(&body.html);
    let outline: Vec<String> = body.headings.iter().map(|heading| heading.id.clone()).collect();
    assert_eq!(ids, outline, "{source:?}");
    let unique: std::collections::HashSet<&String> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len());
}

fn ids_of_headings(html: &str) -> Vec<String> {
    let starts = (1..=6)
        .flat_map(|level| html.match_indices(&format!("<h{level} id=\"")).map(|(at, _)| at + 8).collect::<Vec<_>>());
    let mut starts: Vec<usize> = starts.collect();
    starts.sort_unstable();
    starts.into_iter().map(|at| html[at..].split('"').next().unwrap().to_owned()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hostile_markdown_leaves_clean_and_settled(source in hostile()) {
        if let Ok(body) = Body::from_markdown(&source) {
            check(&body, &source);
        }
    }

    #[test]
    fn hostile_html_leaves_clean_and_settled(source in hostile()) {
        if let Ok(body) = Body::from_html(&source) {
            check(&body, &source);
        }
    }

    #[test]
    fn any_text_is_taken_or_refused_without_a_panic(source in any::<String>()) {
        if let Ok(body) = Body::from_markdown(&source) {
            check(&body, &source);
        }
        if let Ok(body) = Body::from_html(&source) {
            check(&body, &source);
        }
    }
}
