//! What is expected of the reader of Markdown documents.

use proptest::prelude::*;
use serde_json::json;

use super::super::record::Article;
use super::super::why::Why;
use super::read;

fn document(text: &str) -> Article {
    read("notes/2024-05-17-slow-walks.md", text.as_bytes())
}

#[test]
fn front_matter_in_yaml_and_in_toml_means_the_same() {
    let yaml = "---\ntitle: Slow Walks\ntags: [sea, rest]\ncategories:\n  - Feet\n  - Pace\ndate: 2023-02-01\nauthor: Mara Quill\n\
                description: >-\n  On\n  walking.\naliases: [/old/walks/]\n---\nText.\n";
    let toml = "+++\ntitle = \"Slow Walks\"\ntags = [\"sea\", \"rest\"]\ncategories = [\"Feet\", \"Pace\"]\ndate = 2023-02-01\n\
                author = \"Mara Quill\"\ndescription = \"On walking.\"\naliases = [\"/old/walks/\"]\n+++\nText.\n";
    let article = document(yaml);
    assert_eq!(article, document(toml));
    assert_eq!(article.fields["title"], "Slow Walks");
    assert_eq!(article.fields["summary"], "On walking.");
    assert_eq!(article.fields["body_markdown"], "Text.\n");
    assert_eq!(article.former_paths, ["/old/walks/"]);
    assert_eq!(article.first_published_at.unwrap().to_rfc3339(), "2023-02-01T00:00:00+00:00");
    assert_eq!(article.category.unwrap().name, "Feet");
    let tags: Vec<_> = article.tags.iter().map(|tag| tag.name.as_str()).collect();
    assert_eq!(tags, ["sea", "rest", "Pace"]);
}

#[test]
fn a_document_without_front_matter_has_its_heading_or_its_name_as_title() {
    let article = document("# Low Tide\n\nText.");
    assert_eq!((&article.fields["title"], &article.fields["body_markdown"]), (&json!("Low Tide"), &json!("\nText.")));
    let article = document("Only text.");
    assert_eq!(article.fields["title"], "slow walks");
    assert_eq!(article.first_published_at.unwrap().to_rfc3339(), "2024-05-17T00:00:00+00:00");
    assert_eq!(read("tides/index.md", b"x").fields["title"], "tides");
    assert_eq!(document("---\nnot closed").fields["body_markdown"], "---\nnot closed");
}

#[test]
fn a_draft_was_never_published_and_unknown_fields_are_told() {
    let article = document("---\ntitle: T\ndraft: true\nmood: calm\nlayout: post\n---\n");
    assert_eq!(article.first_published_at, None);
    let told: Vec<_> = article.findings.iter().map(|finding| (finding.why, finding.what.as_str())).collect();
    assert_eq!(told, [(Why::UnknownField, "mood")]);
}

#[test]
fn front_matter_that_cannot_be_read_refuses_the_document() {
    let deep = format!("---\na: {}\n---\n", "[".repeat(5000));
    let bomb = "---\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n---\n";
    for text in [&deep, bomb, "---\n- a\n- b\n---\n", "---\na: [\n---\n", "+++\na = \n+++\n", "---\na: 1\na: 2\n---\n"]
    {
        assert_eq!(document(text).refused, Some(Why::BadFrontMatter), "{text:.60}");
    }
    assert_eq!(read("a.md", b"\xff\xfe").refused, Some(Why::Undecodable));
    assert_eq!(read("a.md", &vec![b'x'; 2 * 1024 * 1024]).refused, Some(Why::TooLarge));
}

#[test]
fn pictures_and_files_are_listed() {
    let article = document("![a](/img/a.png) [plan](files/plan.pdf) [site](https://other.example/)");
    assert_eq!(article.media, ["/img/a.png", "files/plan.pdf"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_is_read_without_a_fall(front in "[a-z:\\[\\]{}&*!|>'\"# \\n-]{0,120}", body in "\\PC{0,80}") {
        let _ = document(&format!("---\n{front}\n---\n{body}"));
        let _ = document(&format!("+++\n{front}\n+++\n{body}"));
    }

    /// The front matter that an export writes is JSON behind each name: YAML has to read every such text as it was.
    #[test]
    fn values_written_as_json_are_read_as_they_were(title in "[^\u{0}-\u{1f}\u{7f}-\u{9f}\u{2028}\u{2029}\u{feff}\u{fffe}\u{ffff}\u{e000}-\u{f8ff}]{1,60}", tags in proptest::collection::vec("[a-z0-9-]{1,9}", 0..5)) {
        prop_assume!(!title.trim().is_empty());
        let text = format!("---\nrecord: \"article\"\nkey: \"en/a\"\ntitle: {}\ntags: {}\n---\n\nBody\n", json!(title), json!(tags));
        let article = document(&text);
        prop_assert_eq!(article.refused, None, "{}", text);
        prop_assert_eq!(&article.fields["title"], &json!(title));
        let read: Vec<_> = article.tags.iter().map(|tag| tag.slug.clone()).collect();
        prop_assert_eq!(read, tags);
        prop_assert_eq!(&article.fields["body_markdown"], &json!("Body"));
    }
}
