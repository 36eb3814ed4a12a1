//! What is expected of the reader of `WordPress` exports.

use std::io::Cursor;
use std::ops::ControlFlow;

use proptest::prelude::*;

use super::super::record::{Article, Record, Stopped};
use super::super::why::Why;
use super::{paragraphs, read};

fn records(xml: &[u8]) -> (Vec<Record>, Result<(), Stopped>) {
    let mut records = Vec::new();
    let outcome = read(Cursor::new(xml), &mut |record| {
        records.push(record);
        ControlFlow::Continue(())
    });
    (records, outcome)
}

fn articles(xml: &str) -> Vec<Article> {
    let (records, outcome) = records(xml.as_bytes());
    assert_eq!(outcome, Ok(()));
    records
        .into_iter()
        .filter_map(|record| if let Record::Article(article) = record { Some(*article) } else { None })
        .collect()
}

fn channel(items: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Pier</title><link>https://pier.example</link>\
         <wp:base_blog_url>https://pier.example</wp:base_blog_url>{items}</channel></rss>"
    )
}

fn post(content: &str, more: &str) -> String {
    format!(
        "<item><title>Slow Walks</title><link>https://pier.example/2023/05/slow-walks/</link><dc:creator>mara</dc:creator>\
         <content:encoded><![CDATA[{content}]]></content:encoded><wp:post_id>7</wp:post_id><wp:post_type>post</wp:post_type>\
         <wp:status>publish</wp:status><wp:post_name>slow-walks</wp:post_name>\
         <wp:post_date_gmt>2023-05-04 09:30:00</wp:post_date_gmt>{more}</item>"
    )
}

fn body(content: &str) -> String {
    let article = articles(&channel(&post(content, ""))).remove(0);
    article.fields["body_html"].as_str().unwrap().to_owned()
}

fn codes(article: &Article) -> Vec<&'static str> {
    article.findings.iter().map(|finding| finding.why.code()).collect()
}

#[test]
fn a_post_keeps_its_date_its_address_and_its_author() {
    let meta = "<wp:postmeta><wp:meta_key>_wp_old_slug</wp:meta_key><wp:meta_value>slow</wp:meta_value></wp:postmeta>";
    let article = articles(&channel(&post("<p>x</p>", meta))).remove(0);
    assert_eq!((article.source_id.as_str(), article.form), ("7", "post"));
    assert_eq!(article.former_paths, ["/2023/05/slow-walks/", "/2023/05/slow/"]);
    assert_eq!(article.first_published_at.unwrap().to_rfc3339(), "2023-05-04T09:30:00+00:00");
    assert_eq!(article.author.unwrap().slug, "mara");
}

#[test]
fn the_first_category_stays_one_and_the_others_become_tags() {
    let terms = "<category domain=\"category\" nicename=\"feet\">Feet</category><category domain=\"post_tag\" \
                 nicename=\"slow\"><![CDATA[Slow]]></category><category domain=\"category\" nicename=\"rest\">Rest &amp; Sleep</category>\
                 <category domain=\"series\" nicename=\"a\">A</category>";
    let article = articles(&channel(&post("x", terms))).remove(0);
    assert_eq!(article.category.as_ref().unwrap().name, "Feet");
    let tags: Vec<_> = article.tags.iter().map(|tag| tag.name.as_str()).collect();
    assert_eq!(tags, ["Slow", "Rest & Sleep"]);
    assert_eq!(codes(&article), ["taxonomy_not_imported", "category_became_tag"]);
}

#[test]
fn terms_and_pictures_that_stand_behind_the_post_are_known_to_it() {
    let thumbnail =
        "<wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value>9</wp:meta_value></wp:postmeta>";
    let picture = "<item><title>Pier</title><wp:post_id>9</wp:post_id><wp:post_type>attachment</wp:post_type>\
                   <wp:attachment_url>https://pier.example/a.jpg</wp:attachment_url><wp:postmeta>\
                   <wp:meta_key>_wp_attachment_image_alt</wp:meta_key><wp:meta_value>A pier</wp:meta_value></wp:postmeta></item>";
    let (records, outcome) =
        records(channel(&format!("{}{picture}", post("x [gallery ids=\"9\"]", thumbnail))).as_bytes());
    assert_eq!(outcome, Ok(()));
    let Record::Article(article) = &records[0] else { panic!("{records:?}") };
    assert_eq!(article.fields["cover"]["url"], "https://pier.example/a.jpg");
    assert_eq!(article.fields["cover"]["alt"], "A pier");
    assert!(
        article.fields["body_html"]
            .as_str()
            .unwrap()
            .contains("<img src=\"https://pier.example/a.jpg\" alt=\"A pier\">")
    );
    assert!(matches!(&records[1], Record::Left(left) if left.why == Why::MediaNotImported));
}

#[test]
fn what_is_no_post_is_left_with_its_reason() {
    let item = |kind: &str, status: &str| {
        format!(
            "<item><title>T</title><wp:post_id>1</wp:post_id><wp:post_type>{kind}</wp:post_type><wp:status>{status}</wp:status></item>"
        )
    };
    let kinds = [
        ("nav_menu_item", "publish", Why::MenuItem),
        ("wp_block", "publish", Why::ReusableBlock),
        ("wp_template", "publish", Why::SiteDesign),
        ("product", "publish", Why::CustomType),
        ("post", "trash", Why::InTrash),
        ("page", "auto-draft", Why::NeverSaved),
    ];
    let xml = channel(&kinds.map(|(kind, status, _)| item(kind, status)).concat());
    let (records, _) = records(xml.as_bytes());
    let left: Vec<_> =
        records.iter().map(|record| if let Record::Left(left) = record { left.why } else { panic!() }).collect();
    assert_eq!(left, kinds.map(|(_, _, why)| why));
}

#[test]
fn blank_lines_of_the_old_editor_are_paragraphs() {
    assert_eq!(body("One\ntwo\n\nThree").replace('\n', ""), "<p>One<br>two</p><p>Three</p>");
    assert_eq!(body("<ul>\n<li>a</li>\n</ul>\n\nEnd").trim(), "<ul>\n<li>a</li>\n</ul><p>End</p>");
    assert_eq!(body("<pre>a\n\nb</pre>"), "<pre>a\n\nb</pre>");
    assert_eq!(body("<h2>T</h2>\nText").trim(), "<h2>T</h2><p>Text</p>");
}

#[test]
fn blocks_lose_their_comments_and_dynamic_ones_are_reported() {
    let blocks = "<!-- wp:paragraph {\"align\":\"left\"} -->\n<p>Kept.</p>\n<!-- /wp:paragraph --><!-- wp:latest-posts /--><!-- wp:spacer /-->";
    let article = articles(&channel(&post(blocks, ""))).remove(0);
    assert_eq!(article.fields["body_html"].as_str().unwrap().trim(), "<p>Kept.</p>");
    assert_eq!(codes(&article), ["dynamic_block"]);
}

#[test]
fn placeholders_go_and_the_text_between_them_stays() {
    let source = "[su_box title=\"x\"]Kept inside.[/su_box] [contact-form-7 id=\"1\"] a list [1], [sic], [[gallery]] and <code>[x y=1]</code>";
    let article = articles(&channel(&post(source, ""))).remove(0);
    let html = article.fields["body_html"].as_str().unwrap();
    assert!(html.contains("Kept inside."), "{html}");
    assert!(html.contains("[1], [sic]") && html.contains("<code>[x y=1]</code>"), "{html}");
    assert!(!html.contains("su_box") && !html.contains("contact-form"), "{html}");
    assert_eq!(codes(&article), ["shortcode_removed", "shortcode_removed"]);
}

#[test]
fn a_caption_is_a_caption_and_an_embed_is_a_link() {
    let html = body(
        "[caption id=\"a\" width=\"3\"]<img src=\"/a.jpg\" alt=\"A\" /> Low tide[/caption]\n\nhttps://video.example/7",
    );
    assert!(html.contains("<img src=\"https://pier.example/a.jpg\" alt=\"A\">"), "{html}");
    assert!(html.contains("<figcaption> Low tide</figcaption></figure>"), "{html}");
    assert!(html.contains("<a href=\"https://video.example/7\">"), "{html}");
    let html = body("<p><iframe src=\"https://maps.example/x\"></iframe></p>");
    assert!(html.contains("<a href=\"https://maps.example/x\">"), "{html}");
}

#[test]
fn an_entity_bomb_stays_what_it_is() {
    let bomb = "<!DOCTYPE rss [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c SYSTEM \"file:///etc/passwd\">]>";
    let item = "<item><title>&b;&c;</title><wp:post_id>1</wp:post_id><wp:post_type>post</wp:post_type></item>";
    let xml = channel(item).replace("<?xml version=\"1.0\"?>", bomb);
    assert_eq!(articles(&xml)[0].fields["title"], "&b;&c;");
}

#[test]
fn one_bad_item_does_not_cost_the_others() {
    let good = post("good", "");
    let bytes = [
        channel("").replace("</channel></rss>", "").as_bytes(),
        good.replace("good", "b\u{1}d").as_bytes(),
        b"<item><title>\xff\xfe</title><wp:post_id>2</wp:post_id><wp:post_type>post</wp:post_type></item>",
        good.as_bytes(),
        b"</channel></rss>",
    ]
    .concat();
    let (records, outcome) = records(&bytes);
    assert_eq!(outcome, Ok(()));
    let refused: Vec<_> = records
        .iter()
        .map(|record| if let Record::Article(article) = record { article.refused } else { panic!() })
        .collect();
    assert_eq!(refused, [None, Some(Why::Undecodable), None]);
    let Record::Article(first) = &records[0] else { panic!() };
    assert_eq!(codes(first), ["control_characters"]);
}

#[test]
fn a_file_that_breaks_off_gives_what_stands_before() {
    let xml = channel(&[post("one", ""), post("two", "")].concat());
    let (records, outcome) = records(xml.split_once("two").unwrap().0.as_bytes());
    assert_eq!(records.len(), 1);
    assert!(outcome.unwrap_err().0.contains("byte"));
}

#[test]
fn what_is_no_export_is_told_so() {
    for text in
        ["", "not xml", "<html><body>x</body></html>", "{\"a\": 1}", "\u{0}\u{0}", "<![CDATA[<![CDATA[]]>", "<rss>"]
    {
        let (records, outcome) = records(text.as_bytes());
        assert!(records.is_empty());
        assert!(outcome.unwrap_err().0.contains("no export of a WordPress"), "{text}");
    }
}

#[test]
fn depth_and_size_are_bounded() {
    let deep = channel(&"<a>".repeat(100_000));
    assert!(records(deep.as_bytes()).1.unwrap_err().0.contains("nested"));
    let long = channel(&post(&"x".repeat(9 * 1024 * 1024), ""));
    let (records, outcome) = records(long.as_bytes());
    assert_eq!(outcome, Ok(()));
    assert!(matches!(&records[0], Record::Article(article) if article.refused == Some(Why::TooLarge)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_are_read_without_a_fall(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let _ = records(&bytes);
    }

    #[test]
    fn any_content_is_read_and_keeps_its_words(content in "([a-z]{3,8}|[ \\n\\[\\]/<>!=\"'-]|<p>|</p>|<!-- wp:x -->|\\[b c=1\\]|\\[/b\\]|<img src=a>|<pre>|</ul>|<li>){0,60}") {
        let content = content.replace("]]>", "");
        let article = articles(&channel(&post(&content, ""))).remove(0);
        prop_assert!(article.fields["body_html"].is_string());
    }

    #[test]
    fn paragraphs_lose_no_word(words in "[a-z \\n<>/]{0,80}") {
        let only = |text: &str| text.chars().filter(char::is_ascii_lowercase).collect::<String>();
        let made = paragraphs::made(&words).replace("<p>", "").replace("</p>", "").replace("<br>", "");
        let source = words.replace("<p>", "").replace("</p>", "").replace("<br>", "");
        prop_assert_eq!(only(&made), only(&source));
    }
}
