//! What an author writes and what is made of it.

use super::{codes, markdown};
use crate::body::Heading;

#[test]
fn an_empty_body_has_nothing_to_read() {
    for source in ["", "\n\n", "---"] {
        let body = markdown(source);
        assert_eq!((body.words, body.reading_minutes, body.text.as_str(), body.excerpt.as_str()), (0, 0, "", ""));
    }
}

#[test]
fn reading_takes_a_minute_at_least_and_rounds_up() {
    assert_eq!(markdown("one").reading_minutes, 1);
    assert_eq!(markdown(&"word ".repeat(220)).reading_minutes, 1);
    assert_eq!(markdown(&"word ".repeat(221)).reading_minutes, 2);
    assert_eq!(markdown("高血压 is common – really").words, 6);
}

#[test]
fn html_goes_and_its_words_stay() {
    let body = markdown(
        "A <b>bold</b> word<br>and\n\n<div class=x>\n    <p>a</p><p>block</p>\n</div>\n\nend <!-- note to self -->",
    );
    assert_eq!(body.markdown, "A bold word and\n\n\na block\n\n\nend ");
    assert_eq!(body.text, "A bold word and\n\na block\n\nend");
    assert_eq!(codes(&body), vec!["raw_html_removed"; 6]);
    let found: Vec<_> = body.warnings.iter().map(|w| (w.element.as_deref().unwrap(), w.line)).collect();
    let expected = [("b", 1), ("br", 1), ("div", 3), ("p", 4), ("p", 4), ("#comment", 7)];
    assert_eq!(found, expected.map(|(name, line)| (name, Some(line))));
}

#[test]
fn script_and_style_go_with_their_content() {
    let body = markdown("a <script>x()</script> b\n\n<style>\np {}\n\nq {}\n</style>\n\nc");
    assert_eq!(body.text, "a  b\n\nc");
    assert!(!body.markdown.contains("x()") && !body.markdown.contains("{}"));
}

#[test]
fn a_less_than_sign_in_prose_stays_a_less_than_sign() {
    let body = markdown("p<0.05, a <b and 3 < 4, \\<i> and I <3 it");
    assert_eq!(body.markdown, "p<0.05, a &lt;b and 3 < 4, &lt;i> and I <3 it");
    assert_eq!(body.text, "p<0.05, a <b and 3 < 4, <i> and I <3 it");
    assert!(body.warnings.is_empty());
}

#[test]
fn code_keeps_its_text() {
    let source = "Use `<b>` so:\n\n```html\n<script>alert(1)</script>\n```\n\nor\n\n    <i>x</i>\n\n- `<u>`\n\n  ```\n  <hr>\n  ```\n";
    let body = markdown(source);
    assert_eq!(body.markdown, source);
    assert!(
        body.html.contains("<code>&lt;b&gt;</code>")
            && body.html.contains("<code class=\"language-html\">&lt;script&gt;")
    );
    assert!(body.warnings.is_empty());
}

#[test]
fn code_that_another_engine_could_run_loses_its_angle() {
    for source in
        ["> [!NOTE]\n> `<b>`", "a[^1]\n\n[^1]: `<b>`", "|a|\n|-|\n|`<b>`|", "http://a.b/`<b>`", "- a\n\n      <b>"]
    {
        let body = markdown(source);
        assert!(!body.markdown.contains("<b>"), "{source:?}");
    }
    assert_eq!(codes(&markdown("> [!NOTE]\n> `<b>`")), ["code_changed"]);
}

#[test]
fn code_over_several_lines_is_joined() {
    let body = markdown("> a `<b>\n> <i>` ``\n<u>` ``");
    assert_eq!(body.markdown, "> a `<b> <i>` `` <u>` ``");
    assert!(body.html.contains("<code>&lt;b&gt; &lt;i&gt;</code> <code>&lt;u&gt;`</code>"), "{}", body.html);
    assert!(body.warnings.is_empty());
}

#[test]
fn an_unsafe_link_becomes_its_text() {
    let body = markdown(
        "[a *b*](javascript:x) ![c](data:x) <vbscript:d> [e][f] [f]\n\n[f]: javascript:g 'h'\n\n[ok](https://x.y)",
    );
    assert_eq!(body.markdown, "a *b* c vbscript:d e f\n\n\n\n[ok](https://x.y)");
    assert_eq!(codes(&body), vec!["unsafe_link_removed"; 6]);
}

#[test]
fn every_allowed_address_stays() {
    let source = "[a](http://a) [b](https://b) [c](mailto:c@d.e) [d](tel:+15551234) [e](/e) [f](#f) [g](?g=a:b) [h](//h/i) [j](k/l.html) <m@n.o> <https://p.q>";
    let body = markdown(source);
    assert_eq!(body.markdown, source);
    assert!(body.warnings.is_empty());
    assert_eq!(body.html.matches("href=").count(), 11);
    assert_eq!(body.html.matches("rel=\"noopener noreferrer\"").count(), 4);
    assert!(body.html.contains("<a href=\"//h/i\" rel=\"noopener noreferrer\">"));
}

#[test]
fn a_pointed_destination_loses_its_brackets_and_leads_to_the_same_place() {
    let body = markdown("[a](<https://x.y/my (file)> 't') [b]\n\n[b]: </c d&e>");
    assert_eq!(body.markdown, "[a](https://x.y/my%20\\(file\\) 't') [b]\n\n[b]: /c%20d&amp;e");
    assert!(
        body.html.contains("href=\"https://x.y/my%20(file)\" title=\"t\"")
            && body.html.contains("href=\"/c%20d&amp;e\"")
    );
}

#[test]
fn prose_before_a_colon_is_not_taken_for_a_scheme() {
    let source = "[Update]: Friday: we're closed. [1]: note:this";
    assert_eq!(markdown(source).markdown, source);
}

#[test]
fn headings_have_ascii_ids_that_stay_apart() {
    let body = markdown("# Über uns\n\n## FAQ\n\n### FAQ\n\n## FAQ 2\n\n## ???\n\n## 心臓\n\n## `x` *y*\n\n## fn 1");
    let ids: Vec<&str> = body.headings.iter().map(|heading| heading.id.as_str()).collect();
    assert_eq!(ids, ["uber-uns", "faq", "faq-2", "faq-2-2", "section", "xin-zang", "x-y", "section-fn-1"]);
    assert_eq!(body.headings[0], Heading { level: 1, id: "uber-uns".into(), text: "Über uns".into() });
    assert!(body.html.contains("<h2 id=\"x-y\"><code>x</code> <em>y</em></h2>"));
}

#[test]
fn an_alert_is_a_callout() {
    let body = markdown("> [!WARNING]\n> Call *emergency* services.");
    assert_eq!(
        body.html,
        "<blockquote class=\"callout callout-warning\">\n<p>Call <em>emergency</em> services.</p>\n</blockquote>\n"
    );
}

#[test]
fn footnotes_stand_at_the_end_in_the_order_of_their_use() {
    let body = markdown("a[^b] c[^a] d[^b]\n\n[^a]: Alpha.\n\n[^b]: Beta.\n\n[^c]: Never.");
    assert!(body.html.contains("<a href=\"#fn-1\" id=\"fnref-1-2\">1</a>"));
    assert!(
        body.html.contains("<li id=\"fn-1\"><p>Beta. <a href=\"#fnref-1\" class=\"footnote-backref\">↩</a></p></li>")
    );
    assert_eq!(body.text, "a[1] c[2] d[1]\n\n[1] Beta.\n\n[2] Alpha.");
    assert_eq!(codes(&body), ["footnote_unused"]);
    assert_eq!(body.warnings[0].line, Some(7));
}

#[test]
fn tables_and_tasks_are_rendered() {
    let body = markdown("| a | b |\n|:-:|--:|\n| 1 | ~~2~~ |\n\n- [x] done\n- [ ] open");
    assert!(body.html.contains("<th align=\"center\">a</th><th align=\"right\">b</th>"), "{}", body.html);
    assert!(body.html.contains("<td align=\"right\"><del>2</del></td>"));
    assert!(body.html.contains("type=\"checkbox\" checked=\"\"") && body.html.contains("disabled=\"\""));
    assert_eq!(body.text, "a\tb\n1\t2\n\n- [x] done\n- [ ] open");
}

#[test]
fn an_image_without_words_is_reported() {
    let body = markdown("![](/a.png)\n\n![Knee](/b.png \"t\")");
    assert_eq!(codes(&body), ["image_without_alt"]);
    assert!(body.html.contains("<img src=\"/b.png\" alt=\"Knee\" title=\"t\" loading=\"lazy\">"), "{}", body.html);
    assert_eq!(body.text, "Knee");
}

#[test]
fn text_keeps_lists_and_nesting() {
    let body = markdown("1. one\n   - two\n   - three\n2. four\n\n> quote\n> more\n\n```\nx\n  y\n```");
    assert_eq!(body.text, "1. one\n  - two\n  - three\n2. four\n\nquote more\n\nx\n  y");
}

#[test]
fn an_excerpt_ends_at_a_word() {
    let body = markdown(&format!("# Title\n\n{}", "word ".repeat(100)));
    assert!(body.excerpt.ends_with("word…") && body.excerpt.chars().count() <= 200 && body.excerpt.starts_with("word"));
    assert_eq!(markdown("Short *text*.").excerpt, "Short text.");
    assert_eq!(markdown(&"長".repeat(300)).excerpt.chars().count(), 200);
}

#[test]
fn line_breaks_of_every_kind_are_one_kind() {
    assert_eq!(markdown("\u{feff}a\r\nb\u{2028}c").markdown, "a\nb\nc");
}

#[test]
fn a_line_of_wide_spaces_is_blank() {
    assert_eq!(markdown("- a\n\u{a0}\n\n> b \u{3000} \nc  \nd").markdown, "- a\n\n\n> b\nc  \nd");
}

#[test]
fn a_flood_of_warnings_is_counted_not_listed() {
    let body = markdown(&"<b>x</b> ".repeat(150));
    assert_eq!(body.warnings.len(), 101);
    assert_eq!(body.warnings[100].code, "more_warnings");
    assert_eq!(body.warnings[100].message, "50 more warnings are not listed.");
}
