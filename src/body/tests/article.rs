//! A whole article, as a clinic would write it.

use super::markdown;

const SOURCE: &str = include_str!("article.md");

#[test]
fn a_whole_article_is_stored_as_it_was_written() {
    let body = markdown(SOURCE);
    assert_eq!(body.markdown, SOURCE);
    assert!(body.warnings.is_empty(), "{:?}", body.warnings);
    let outline: Vec<(u8, &str)> = body.headings.iter().map(|heading| (heading.level, heading.id.as_str())).collect();
    assert_eq!(
        outline,
        [
            (2, "what-high-blood-pressure-means"),
            (3, "the-numbers"),
            (2, "measuring-at-home"),
            (2, "when-to-call-us"),
            (2, "questions-we-often-hear"),
            (3, "does-coffee-matter"),
            (3, "does-coffee-matter-2"),
        ]
    );
    assert_eq!((body.words, body.reading_minutes), (334, 2));
    assert_eq!(
        body.excerpt,
        "Blood pressure rises and falls through the day. A single high reading is no diagnosis; a pattern over weeks may be. This page explains the numbers, how to measure them at home, and when to call us at…"
    );
}

#[test]
fn the_article_is_rendered_with_all_its_parts() {
    let body = markdown(SOURCE);
    assert_eq!(body.html, include_str!("article.html"));
    assert_eq!(body.text, include_str!("article.txt").trim_end());
}
