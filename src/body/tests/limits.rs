//! What is too much is refused, quickly.

use crate::body::{Body, BodyError, MAX_BYTES};

#[test]
fn a_text_over_half_a_mebibyte_is_refused() {
    let long = "a".repeat(MAX_BYTES + 1);
    assert_eq!(Body::from_markdown(&long), Err(BodyError::TooLong { bytes: MAX_BYTES + 1 }));
    assert_eq!(Body::from_html(&long), Err(BodyError::TooLong { bytes: MAX_BYTES + 1 }));
    assert!(Body::from_markdown(&"a".repeat(MAX_BYTES)).is_ok());
}

#[test]
fn markdown_that_grows_over_the_limit_by_its_escapes_is_refused() {
    let source = "<a ".repeat(MAX_BYTES / 3);
    assert!(matches!(Body::from_markdown(&source), Err(BodyError::TooLong { .. })));
}

#[test]
fn a_control_character_is_refused_with_its_line() {
    assert_eq!(Body::from_markdown("a\nb\0c"), Err(BodyError::ControlCharacter { code: 0, line: 2 }));
    assert_eq!(Body::from_html("a\u{1b}"), Err(BodyError::ControlCharacter { code: 0x1b, line: 1 }));
    assert_eq!(Body::from_markdown("a\rb"), Err(BodyError::ControlCharacter { code: 0x0d, line: 1 }));
}

#[test]
fn deep_nesting_is_refused() {
    for source in [
        ">".repeat(100_000),
        "- ".repeat(10_000) + "x",
        "![".repeat(50_000) + "x" + &"](y)".repeat(50_000),
        "*".repeat(100_000) + "a" + &"*".repeat(100_000),
    ] {
        assert!(matches!(Body::from_markdown(&source), Err(BodyError::TooDeep)), "{}", &source[..10]);
    }
    for source in ["<div>", "<ul><li>", "<table><tr><td>", "<blockquote>"] {
        let result = Body::from_html(&source.repeat(MAX_BYTES / source.len()));
        assert!(matches!(result, Err(BodyError::TooDeep)), "{source}");
    }
}

#[test]
fn html_that_only_looks_deep_is_taken() {
    for source in ["<span><div></span>", "<b><p>", "<p><b a=1>", "<li><a href=x>", "</div></p>"] {
        assert!(Body::from_html(&source.repeat(2_000)).is_ok(), "{source}");
    }
}

#[test]
fn a_table_that_would_fill_gigabytes_is_refused() {
    let wide = format!("<table><tr>{}</tr>{}</table>", "<th>x".repeat(40_000), "<tr><td>y".repeat(20_000));
    assert_eq!(Body::from_html(&wide), Err(BodyError::TableTooLarge));
    let tall = format!("<table><tr><th>{}</th></tr>{}</table>", "x".repeat(200_000), "<tr><td>y".repeat(20_000));
    assert_eq!(Body::from_html(&tall), Err(BodyError::TableTooLarge));
    let usual = format!("<table><tr><th>{}</th></tr>{}</table>", "x".repeat(200), "<tr><td>y</td></tr>".repeat(500));
    assert!(Body::from_html(&format!("{usual}<p>{}</p>", "word ".repeat(20_000))).is_ok());
}

/// Repetition is how a parser is made slow; none of these may hang. Sizes are kept small for debug builds.
#[test]
fn repetition_ends_in_an_answer() {
    let pieces = [
        "[",
        "]",
        "](",
        "]:",
        "`",
        "``a",
        "<",
        "<a",
        "<a \"",
        "<a b='",
        "<!--",
        "<![CDATA[",
        "<?",
        "&",
        "&#",
        "\\",
        "*",
        "_",
        "**a ",
        "~~",
        "[^1]",
        "[^1]: a\n",
        "[a]: b\n",
        "| a ",
        "|-",
        "# a\n",
        "<script>",
        "<script ",
        "</script>",
        "http://a/`",
        "<b>",
        "<br>",
        "a\n",
        "- a\n",
        "> [!NOTE]\n> a\n\n",
        "\t",
        "<https://a.b>",
        "[a](b)",
        "[a](javascript:b)",
        "![a](b)",
        "<javascript:a>",
        "<p>",
        "</p>",
        "<li>",
        "<td>",
        "<a href=x>",
        "<b a=1>",
        "</b>",
        "`<a>` ",
        "* *\n",
        "1. ",
        "`a`\n|-|\n",
    ];
    for piece in pieces {
        let source = piece.repeat(6_000 / piece.len());
        let _ = Body::from_markdown(&source);
        let _ = Body::from_html(&source);
    }
}
