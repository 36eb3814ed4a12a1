//! Attempts to get script through, each through both doors.

use super::safety::assert_safe;
use crate::body::Body;

const PAYLOADS: &[&str] = &[
    "<script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT >",
    "text <script>alert(1)</script> text",
    "<script src=//evil.example/x.js></script>",
    "<script\n>alert(1)</script\n>",
    "<script/x>alert(1)</script>",
    "<script>alert(1)",
    "a <script>alert(1)",
    "<scr<b>ipt>alert(1)</scr</b>ipt>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<<b>script>alert(1)<</b>/script>",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)//",
    "<svg><script>alert(1)</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mi//xlink:href=\"data:x,<script>alert(4)</script>\">",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<template><img src=x onerror=alert(1)></template>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    "<img src=\"x\nonerror=\" onerror=alert(1)>",
    "<img src='>' onerror=alert(1)>",
    "<img/src/onerror=alert(1)>",
    "<IMG SRC=JaVaScRiPt:alert('x')>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a href=\"jav&#x09;ascript:alert(1)\">x</a>",
    "<a href=\" &#14; javascript:alert(1)\">x</a>",
    "<a href=\"&#106;&#97;vascript&colon;alert(1)\">x</a>",
    "<a href=x onclick=alert(1) style=position:fixed>x</a>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\">",
    "<object data=javascript:alert(1)><embed src=javascript:alert(1)>",
    "<form action=javascript:alert(1)><button formaction=javascript:alert(1)>go</button></form>",
    "<style>@import 'javascript:alert(1)';</style>",
    "<div style=\"background:url(javascript:alert(1))\">x</div>",
    "<base href=javascript:/a/><a href=//b>x</a>",
    "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<details open ontoggle=alert(1)>x</details>",
    "<video><source onerror=alert(1)></video>",
    "<textarea></textarea><script>alert(1)</script>",
    "<xmp><script>alert(1)</script></xmp>",
    "<plaintext><script>alert(1)</script>",
    "<title><img src=x onerror=alert(1)></title>",
    "<!-- <script>alert(1)</script> -->",
    "<!--><script>alert(1)</script>-->",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "a <!-- x --> <? php ?> <!DOCTYPE x> <![CDATA[ <script> ]]> b",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml <script>alert(1)</script> ?>",
    "</p><script>alert(1)</script>",
    "<a <b <script>alert(1)</script",
    "<div\n> <script\n> alert(1)\n> </script>",
    "> <div\n> onclick=alert(1)>x\n> </div>",
    "- <img src=x\n  onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](javascript&amp;colon;alert(1))",
    "[x](javascript%3Aalert(1))",
    "[x](javascript%253Aalert(1))",
    "[x](javascript\\:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](<java\tscript:alert(1)>)",
    "[x](\u{1}javascript:alert(1))",
    "[x](\u{200b}javascript:alert(1))",
    "[x](&#9;javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](data&#x3A;text/html,x)",
    "[x](blob:https://a/b)",
    "[x](a\"onclick=alert(1)//)",
    "[x](<a\" onclick=alert(1) \">)",
    "[x](/a \"t\\\" onmouseover=alert(1) x=\\\"\")",
    "[x](/a \"<script>alert(1)</script>\")",
    "[x](/a '<img src=x onerror=alert(1)>')",
    "[x](<img src=x onerror=alert(1)>)",
    "[<img src=x onerror=alert(1)>](/a)",
    "[![x](javascript:alert(1))](javascript:alert(2))",
    "[[x](javascript:alert(1))](javascript:alert(2))",
    "[a](javascript:x)(javascript:alert(1))",
    "![x](javascript:alert(1))",
    "![<script>alert(1)</script>](/a.png)",
    "![\"onerror=alert(1) x=\"](/a.png)",
    "![x](/a.png \"\\\" onerror=alert(1)\")",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "[y]\n\n[y]:\n   <javascript:alert(1)>\n   'title'",
    "[y][]\n\n> [y]: data:text/html,x",
    "[y]\n\n[y]: javascript:alert(1)\n[y]: javascript:alert(2)\n[Y]: vbscript:x",
    "<javascript:alert(1)>",
    "<JAVASCRIPT:alert(1)>",
    "<data:text/html,<script>alert(1)</script>>",
    "<https://a.example/onmouseover=alert(1)//>",
    "<mailto:a@b.example\"onclick=alert(1)>",
    "| a | b |\n|---|---|\n| <img src=x onerror=alert(1)> | [x](javascript:alert(1)) |",
    "| ` | `<img src=x onerror=alert(1)>` |\n|---|---|\n| a | b |",
    "|a|\n|-|\n2. ```\n   <script>alert(1)</script>\n   ```",
    "|a|\n|-|\n|b|\n    <script>alert(1)</script>",
    "x[^1]\n\n[^1]: <script>alert(1)</script>",
    "x[^1]\n\n[^1]: javascript:alert(1)",
    "x[^1]\n\n[^1]: java&#115;cript:alert(1)",
    "x[^1]\n\n[^1]: a\n[foo]: javascript:alert(1)\n\n[foo]",
    "x[^1]\n\n[^1]: `\n<img src=x onerror=alert(1)>`",
    "x[^1]\n\n[^1]:\n        <script>alert(1)</script>",
    "x[^<img src=x onerror=alert(1)>]\n\n[^<img src=x onerror=alert(1)>]: y",
    "> [!NOTE]\n> <script>alert(1)</script>",
    "> [!NOTE]\n>     <script>alert(1)</script>",
    "> [!NOTE]\n> 2.     <script>alert(1)</script>",
    "> [!NOTE]\n> 2. ```\n>    <script>alert(1)</script>\n>    ```",
    "> [!NOTE<script>]\n> x",
    "http://a.example/`<img src=x onerror=alert(1)>`",
    "http://a.example/\\<img src=x onerror=alert(1)>",
    "http://a.example/` ` `<img src=x onerror=alert(1)>`",
    "\\<script>alert(1)\\</script>",
    "\\\\<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;",
    "# <script>alert(1)</script> {#x onclick=alert(1)}",
    "``` <script>alert(1)</script>\nx\n```",
    "```\" onclick=alert(1)\nx\n```",
    "```\n```<script>alert(1)</script>",
    "`<script>alert(1)</script>`",
    "`` ` `<script>alert(1)</script>",
    "*<b*onclick=alert(1)>*",
    "- [x] <input type=image src=x onerror=alert(1)>",
    "~~<s onclick=alert(1)>~~",
    "<x onclick=alert(1)>x</x>",
    "<\u{212a}bd onclick=alert(1)>",
    "a\u{2028}<script>alert(1)</script>",
    "<a\u{c}href=javascript:alert(1)>x</a>",
    "<table><tr><td><table background=javascript:alert(1)><td><script>alert(1)</script>",
    "<select><option><script>alert(1)</script></select>",
    "> a `\n<img src=x onerror=alert(1)>`",
    "1. a `\n<img src=x onerror=alert(1)>\n`",
    "[a]:\n```\n<script>alert(1)</script>\n```",
    "~~~ a | b\n|-|-|\n~~~\n<script>alert(1)</script>\n~~~",
    "a\n2. ~~~\n   <script>alert(1)</script>",
    "- [x] \na\n\n     <script>alert(1)</script>",
    "- a\n\u{a0}\n\n    `<img src=x onerror=alert(1)>",
    "- a [b\n[^1]:\n\n  ```\n<script>alert(1)</script>\n```",
    "- *\n]()\n\n    <svg onload=alert(1)>",
    "- *\n]()\n\n  ```\n<script>alert(1)</script>\n```",
    "<p>`&lt;img src=x onerror=alert(1)&gt;</p><p>`</p>",
    "<p>[x](javascript:alert(1))</p><pre>&lt;script&gt;</pre>",
    "<p>[^1]: javascript:alert(1)</p><p>[y]: javascript:alert(1)</p>",
];

#[test]
fn no_payload_leaves_as_markdown_or_html() {
    assert!(PAYLOADS.len() >= 100);
    for payload in PAYLOADS {
        for source in variants(payload) {
            if let Ok(body) = Body::from_markdown(&source) {
                assert_safe(&body, &source);
                assert_settled(&body, &source);
            }
            if let Ok(body) = Body::from_html(&source) {
                assert_safe(&body, &source);
                assert_settled(&body, &source);
            }
        }
    }
}

#[test]
fn a_payload_is_refused_only_for_control_characters() {
    for payload in PAYLOADS {
        let refused = Body::from_markdown(payload).is_err();
        assert_eq!(refused, payload.contains(['\u{1}', '\u{c}']), "{payload:?}");
    }
}

fn variants(payload: &str) -> Vec<String> {
    let quoted = payload.replace('\n', "\n> ");
    vec![
        payload.to_owned(),
        format!("A line.\n\n{payload}\n\nAnother."),
        format!("A line.\n{payload}\nAnother."),
        format!("> {quoted}"),
        format!("> [!WARNING]\n> {quoted}"),
        format!("- {}", payload.replace('\n', "\n  ")),
        format!("| a |\n|---|\n| {payload} |"),
        format!("See[^n].\n\n[^n]: {payload}"),
        format!("## {payload}"),
        format!("*{payload}*"),
        format!("[{payload}](/a)"),
        format!("![{payload}](/a.png)"),
        format!("[a](/b \"{payload}\")"),
        format!("[a]: /b '{payload}'\n\n[a]"),
        format!("<div>{payload}</div>"),
        format!("<p>{payload}</p>"),
        format!("<b>{payload}"),
        format!("<!-- {payload}"),
        format!("{payload}{payload}"),
        format!("    {payload}"),
    ]
}

/// Cleaning clean Markdown changes nothing and reports no removal.
pub(super) fn assert_settled(body: &Body, source: &str) {
    let again = Body::from_markdown(&body.markdown).unwrap();
    assert_eq!(again.markdown, body.markdown, "from {source:?}");
    assert_eq!(again.html, body.html, "from {source:?}");
    let removed = again.warnings.iter().find(|w| w.code.ends_with("_removed") || w.code == "code_changed");
    assert_eq!(removed, None, "from {source:?}");
}
