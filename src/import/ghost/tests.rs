//! What is expected of the reader of Ghost exports.

use std::io::Cursor;
use std::ops::ControlFlow;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::record::{Article, Record, Stopped};
use super::super::why::Why;
use super::read;

fn records(bytes: &[u8]) -> (Vec<Record>, Result<(), Stopped>) {
    let mut records = Vec::new();
    let site = url::Url::parse("https://blog.example/").unwrap();
    let outcome = read(Cursor::new(bytes), Some(&site), &mut |record| {
        records.push(record);
        ControlFlow::Continue(())
    });
    (records, outcome)
}

fn export(data: &Value) -> String {
    json!({"db": [{"meta": {"exported_on": 1, "version": "5.80.0"}, "data": data}]}).to_string()
}

fn articles(data: &Value) -> Vec<Article> {
    let (records, outcome) = records(export(data).as_bytes());
    assert_eq!(outcome, Ok(()));
    records
        .into_iter()
        .filter_map(|record| if let Record::Article(article) = record { Some(*article) } else { None })
        .collect()
}

fn post() -> Value {
    json!({
        "id": "64a", "title": "Low Tide", "slug": "low-tide", "type": "post", "status": "published", "visibility": "public",
        "html": "<!--kg-card-begin: html--><p>Walk <a href=\"__GHOST_URL__/other/\">slowly</a>.</p><!--kg-card-end: html-->",
        "feature_image": "__GHOST_URL__/content/images/tide.jpg", "custom_excerpt": "On walking.", "locale": null,
        "published_at": "2022-02-03T07:00:00.000Z", "codeinjection_head": "<script></script>",
    })
}

#[test]
fn a_post_finds_what_stands_before_and_behind_it() {
    let data = json!({
        "posts": [post()],
        "users": [{"id": "u1", "name": "Mara Quill", "slug": "mara"}, {"id": "u2", "name": "Tom", "slug": "tom"}],
        "posts_authors": [
            {"post_id": "64a", "author_id": "u2", "sort_order": 1}, {"post_id": "64a", "author_id": "u1", "sort_order": 0},
        ],
        "tags": [{"id": "t1", "name": "Sea", "slug": "sea"}, {"id": "t2", "name": "#hidden", "slug": "hash-hidden"}],
        "posts_tags": [{"post_id": "64a", "tag_id": "t2", "sort_order": 0}, {"post_id": "64a", "tag_id": "t1", "sort_order": 1}],
        "posts_meta": [{"post_id": "64a", "meta_title": "Tides", "feature_image_alt": "A beach"}],
    });
    let article = articles(&data).remove(0);
    assert_eq!(article.author.as_ref().unwrap().name, "Mara Quill");
    assert_eq!(article.tags.len(), 1);
    assert_eq!(article.fields["seo"]["title"], "Tides");
    assert_eq!(article.fields["cover"]["url"], "https://blog.example/content/images/tide.jpg");
    assert_eq!(article.fields["cover"]["alt"], "A beach");
    assert_eq!(article.fields["body_html"], "<p>Walk <a href=\"https://blog.example/other/\">slowly</a>.</p>");
    assert_eq!(article.former_paths, ["/low-tide/"]);
    assert_eq!(article.first_published_at.unwrap().to_rfc3339(), "2022-02-03T07:00:00+00:00");
    let whys: Vec<_> = article.findings.iter().map(|finding| finding.why).collect();
    assert_eq!(whys, [Why::CodeInjection, Why::FurtherAuthor]);
}

#[test]
fn a_draft_has_no_date_and_no_address_and_its_cards_are_read() {
    let mobiledoc =
        json!({"version": "0.3.1", "cards": [["card-markdown", {"markdown": "## Rest\n\nSit."}]]}).to_string();
    let mut draft = post();
    draft["status"] = json!("draft");
    draft["html"] = Value::Null;
    draft["mobiledoc"] = json!(mobiledoc);
    let article = articles(&json!({"posts": [draft.clone()]})).remove(0);
    assert_eq!((article.first_published_at, article.former_paths.len()), (None, 0));
    assert_eq!(article.fields["body_markdown"], "## Rest\n\nSit.");
    draft["mobiledoc"] = Value::Null;
    draft["lexical"] = json!("{\"root\":{}}");
    assert_eq!(articles(&json!({"posts": [draft]})).remove(0).refused, Some(Why::NoReadableBody));
}

#[test]
fn what_is_no_export_is_told_so() {
    for text in ["", "{}", "[]", "x", "{\"db\": [{\"data\": {\"users\": []}}]}", "{\"db\": 1}", "\u{0}"] {
        let (records, outcome) = records(text.as_bytes());
        assert!(records.is_empty() && outcome.is_err(), "{text}");
    }
}

#[test]
fn a_row_that_is_none_is_left_and_the_rest_is_read() {
    let data =
        json!({"posts": [1, "x", null, {"title": "no id"}, post()], "tags": [3, {"id": 1}], "posts_tags": {"a": 1}});
    let (records, outcome) = records(export(&data).as_bytes());
    assert_eq!(outcome, Ok(()));
    assert_eq!(
        records.iter().filter(|record| matches!(record, Record::Left(left) if left.why == Why::RowUnreadable)).count(),
        4
    );
    assert_eq!(records.iter().filter(|record| matches!(record, Record::Article(_))).count(), 1);
}

#[test]
fn depth_and_size_are_bounded() {
    let deep = format!("{{\"db\": [{{\"data\": {{\"posts\": [{}", "[".repeat(200_000));
    assert!(records(deep.as_bytes()).1.is_err());
    let deep = format!("{{\"db\": {}", "[".repeat(200_000));
    assert!(records(deep.as_bytes()).1.is_err());
    let long =
        format!("{{\"db\": [{{\"data\": {{\"posts\": [{{\"html\": \"{}\"}}]}}}}]}}", "x".repeat(9 * 1024 * 1024));
    assert!(records(long.as_bytes()).1.unwrap_err().0.contains("MiB"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_are_read_without_a_fall(bytes in proptest::collection::vec(any::<u8>(), 0..1000)) {
        let _ = records(&bytes);
    }

    #[test]
    fn any_cut_of_an_export_is_read_without_a_fall(at in 0_usize..600) {
        let text = export(&json!({"tags": [{"id": "a", "name": "é", "slug": "e"}], "posts": [post()]}));
        let _ = records(&text.as_bytes()[..at.min(text.len())]);
    }
}
