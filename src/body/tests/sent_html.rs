//! HTML that is sent in place of Markdown.

use super::codes;
use crate::body::Body;

fn html(source: &str) -> Body {
    Body::from_html(source).unwrap()
}

#[test]
fn html_becomes_markdown() {
    let body = html(
        "<h2>Knee <em>pain</em></h2><p>Rest<br>and <a href='/ice' title='t'>ice</a>.</p><ul><li>one<li>two</ul><pre><code class='language-sh'>a &lt; b\n</code></pre>",
    );
    assert_eq!(body.markdown, "## Knee *pain*\n\nRest  \nand [ice](/ice \"t\").\n\n- one\n- two\n\n```sh\na < b\n```");
    assert!(body.warnings.is_empty(), "{:?}", body.warnings);
}

#[test]
fn a_table_becomes_a_table() {
    let body = html("<table><thead><tr><th>a<th>b</thead><tbody><tr><td>1<td>x|y</table>");
    assert!(body.html.contains("<td>x|y</td>"), "{}", body.html);
}

#[test]
fn what_is_removed_is_named_with_its_line() {
    let body = html(
        "<p class=a onclick=b>x</p>\n<script>bad()</script>\n<p class=c><a href='javascript:x'>y</a></p>\n<iframe src=z>fallback</iframe><blink>w</blink>",
    );
    let found: Vec<_> =
        body.warnings.iter().map(|w| (w.code.as_str(), w.element.as_deref().unwrap(), w.line.unwrap())).collect();
    assert_eq!(
        found,
        [
            ("attribute_removed", "class", 1),
            ("attribute_removed", "onclick", 1),
            ("element_removed", "script", 2),
            ("unsafe_link_removed", "href", 3),
            ("element_removed", "iframe", 4),
            ("element_removed", "blink", 4),
        ]
    );
    assert_eq!(body.text, "x\n\ny\n\nw");
}

#[test]
fn our_own_html_comes_back_with_its_alerts_and_tasks() {
    let first =
        Body::from_markdown("> [!TIP]\n> Drink *water*.\n\n- [x] done\n- [ ] open\n\nSee [us](https://a.b).").unwrap();
    let second = html(&first.html);
    assert_eq!(second.html, first.html);
    assert!(codes(&second).iter().all(|code| *code == "attribute_removed"));
}

#[test]
fn misnested_html_keeps_its_words() {
    let body = html("<p><b>a <i>b</b> c</i><div>d</p></div></ul>e<p>f");
    let words: Vec<&str> = body.text.split_whitespace().collect();
    assert_eq!(words, ["a", "b", "c", "d", "e", "f"]);
}

#[test]
fn markdown_in_html_is_text() {
    let body = html("<p># not a heading, *not* emphasis, [not](a link), 1 &lt; 2, &lt;b&gt;</p>");
    assert!(body.headings.is_empty() && !body.html.contains("<em>") && !body.html.contains("<a "));
    assert_eq!(body.text, "# not a heading, *not* emphasis, [not](a link), 1 < 2, <b>");
}
