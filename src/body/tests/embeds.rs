//! Videos: a link in Markdown, a player in HTML, an address in text, and nothing from anywhere else.

use proptest::prelude::*;

use super::{codes, markdown, payloads::assert_settled, safety::assert_safe};
use crate::body::{Body, embed};

const PLAYER: &str = "<figure class=\"embed embed-youtube\"><iframe src=\"https://www.youtube-nocookie.com/embed/aqz-KE_bpKQ\" title=\"YouTube video\" loading=\"lazy\" allow=\"fullscreen\" sandbox=\"allow-scripts allow-same-origin allow-presentation\" referrerpolicy=\"strict-origin-when-cross-origin\"></iframe></figure>";

#[test]
fn an_address_alone_in_its_paragraph_becomes_a_player() {
    for address in [
        "https://www.youtube.com/watch?v=aqz-KE_bpKQ",
        "https://youtube.com/watch?t=9&v=aqz-KE_bpKQ&list=x",
        "https://m.youtube.com/watch?v=aqz-KE_bpKQ",
        "http://youtu.be/aqz-KE_bpKQ?si=share",
        "https://www.youtube.com/shorts/aqz-KE_bpKQ/",
        "https://www.youtube-nocookie.com/embed/aqz-KE_bpKQ?rel=0",
    ] {
        for source in [address.to_owned(), format!("<{address}>"), format!("[{address}]({address})")] {
            let body = markdown(&format!("Before.\n\n{source}\n\nAfter."));
            assert!(body.html.contains(PLAYER), "{source}: {}", body.html);
            assert_eq!(body.text, format!("Before.\n\n{address}\n\nAfter."), "{source}");
            assert_eq!(body.excerpt, "Before. After.");
            assert!(!body.markdown.contains('<') || source.starts_with('<'), "in Markdown it stays a link");
            assert!(body.warnings.is_empty());
        }
    }
    let body = markdown("[How to use an inhaler & \"why\"](https://vimeo.com/76979871)");
    assert!(body.html.contains("src=\"https://player.vimeo.com/video/76979871?dnt=1\""), "{}", body.html);
    assert!(body.html.contains("title=\"How to use an inhaler &amp; &quot;why&quot;\""), "{}", body.html);
    assert_eq!(body.text, "How to use an inhaler & \"why\": https://vimeo.com/76979871");
}

#[test]
fn among_other_words_an_address_stays_what_it_was() {
    for source in [
        "See https://youtu.be/aqz-KE_bpKQ",
        "[a](https://youtu.be/aqz-KE_bpKQ) and [b](https://youtu.be/aqz-KE_bpKQ)",
        "[*a*](https://youtu.be/aqz-KE_bpKQ)",
        "[![a](/a.png)](https://youtu.be/aqz-KE_bpKQ)",
        "## https://youtu.be/aqz-KE_bpKQ",
        "- https://youtu.be/aqz-KE_bpKQ",
        "`https://youtu.be/aqz-KE_bpKQ`",
        "    https://youtu.be/aqz-KE_bpKQ",
        "| a |\n|---|\n| https://youtu.be/aqz-KE_bpKQ |",
    ] {
        assert!(!markdown(source).html.contains("<iframe"), "{source}");
    }
}

const STRANGERS: &[&str] = &[
    "https://evil.example/embed/aqz-KE_bpKQ",
    "https://youtube.com.evil.example/watch?v=aqz-KE_bpKQ",
    "https://evil.example/https://youtu.be/aqz-KE_bpKQ",
    "https://youtu.be@evil.example/aqz-KE_bpKQ",
    "https://evil@youtu.be/aqz-KE_bpKQ",
    "https://youtu.be:444/aqz-KE_bpKQ",
    "https://youtu.be/aqz-KE_bpKQ/more",
    "https://youtu.be/short",
    "https://youtu.be/aqz-KE_bpKQaqz-KE_bpKQx",
    "https://youtu.be/aqz%22onload=alert(1)",
    "https://youtu.be/aqz\"onload=alert(1)",
    "https://www.youtube.com/watch?v=aqz%3Cscript%3E",
    "https://www.youtube.com/watch?v=aqz&v=aqz-KE_bpKQ",
    "https://www.youtube.com/embed/videoseries?list=PLx",
    "https://www.youtube.com/redirect?q=https://evil.example",
    "https://www.youtube.com/watch",
    "https://vimeo.com/76979871/secretkey",
    "https://player.vimeo.com/video/76979871?h=secretkey",
    "https://vimeo.com/channels/staffpicks",
    "https://vimeo.com/7697x",
    "ftp://youtu.be/aqz-KE_bpKQ",
    "javascript:alert('https://youtu.be/aqz-KE_bpKQ')",
    "data:text/html,https://youtu.be/aqz-KE_bpKQ",
    "//youtu.be/aqz-KE_bpKQ",
];

#[test]
fn nothing_from_anywhere_else_becomes_a_player() {
    for address in STRANGERS {
        for source in [(*address).to_owned(), format!("<{address}>"), format!("[x]({address})")] {
            let body = markdown(&source);
            assert!(!body.html.contains("<iframe"), "{source}: {}", body.html);
            assert_safe(&body, &source);
        }
        let source = format!("<p>a</p><iframe src='{}' title='x'></iframe>", address.replace('\'', "&#39;"));
        let body = Body::from_html(&source).unwrap();
        assert!(!body.html.contains("<iframe") && !body.markdown.contains("youtu"), "{source}: {}", body.html);
        assert_eq!(codes(&body), ["element_removed"], "{source}");
        assert_safe(&body, &source);
    }
}

#[test]
fn a_player_in_html_that_is_sent_becomes_the_link() {
    let source = "<p>Watch <iframe width=560 height=315 src=\"https://www.youtube.com/embed/aqz-KE_bpKQ?si=x\" title='Big \"rabbit\"' allowfullscreen onload=alert(1)>no</iframe> it.</p>";
    let body = Body::from_html(source).unwrap();
    assert_eq!(body.markdown, "Watch\n\n[Big \"rabbit\"](https://www.youtube.com/watch?v=aqz-KE_bpKQ)\n\nit.");
    assert!(body.html.contains("title=\"Big &quot;rabbit&quot;\""), "{}", body.html);
    assert!(body.warnings.is_empty(), "{:?}", body.warnings);
    let first = markdown("https://youtu.be/aqz-KE_bpKQ\n\n[Inhaler](https://vimeo.com/76979871)");
    let second = Body::from_html(&first.html).unwrap();
    assert_eq!(second.html, first.html.replace("\n\n", "\n"), "our own comes back");
    let wild = "<a href='/x'><b><iframe src=https://youtu.be/aqz-KE_bpKQ><script>alert(1)</script></iframe></b></a>\
                <table><tr><td><iframe src=https://vimeo.com/1></iframe></table>";
    let body = Body::from_html(wild).unwrap();
    assert_safe(&body, wild);
    assert_settled(&body, wild);
}

#[test]
fn titles_cannot_break_out() {
    for title in [
        "\"><script>alert(1)</script>",
        "' onload='alert(1)",
        "<img src=x onerror=alert(1)>",
        "&quot; onload=x",
        "\\\" onload=x",
    ] {
        for source in [
            format!("[{title}](https://youtu.be/aqz-KE_bpKQ)"),
            format!("[{}](https://youtu.be/aqz-KE_bpKQ)", title.replace('<', "&lt;")),
            format!("[x](https://youtu.be/aqz-KE_bpKQ \"{title}\")"),
        ] {
            let body = markdown(&source);
            assert_safe(&body, &source);
            assert_settled(&body, &source);
        }
        let source =
            format!("<iframe src='https://youtu.be/aqz-KE_bpKQ' title=\"{}\"></iframe>", title.replace('"', "&quot;"));
        let body = Body::from_html(&source).unwrap();
        assert_safe(&body, &source);
        assert_settled(&body, &source);
    }
}

#[test]
fn the_allow_list_takes_a_player_to_the_letter() {
    assert!(embed::is_player("https://www.youtube-nocookie.com/embed/aqz-KE_bpKQ"));
    assert!(embed::is_player("https://player.vimeo.com/video/76979871?dnt=1"));
    for other in [
        "https://www.youtube-nocookie.com/embed/aqz-KE_bpKQ?autoplay=1",
        "https://www.youtube.com/embed/aqz-KE_bpKQ",
        "https://player.vimeo.com/video/76979871",
        "",
        "x",
    ] {
        assert!(!embed::is_player(other), "{other}");
    }
}

proptest! {
    #[test]
    fn whatever_the_address_only_an_id_gets_into_the_player(id in "[ -~]{0,30}") {
        let source = format!("[x](<https://youtu.be/{}>)", id.replace(['<', '>', '\\'], ""));
        if let Ok(body) = Body::from_markdown(&source) {
            assert_safe(&body, &source);
            assert_settled(&body, &source);
        }
    }
}
