//! Headings, sections, pictures, links, placeholders.

use super::*;

fn codes(markdown: &str) -> Vec<&'static str> {
    sound().saying(markdown).codes()
}

#[test]
fn headings_go_down_one_level_at_a_time_from_the_second() {
    assert_eq!(codes("## A\n\ntext\n\n### B\n\ntext\n\n## C\n\ntext"), [""; 0]);
    assert_eq!(codes("# A\n\ntext\n\n## B\n\ntext"), ["heading_level_one"]);
    assert_eq!(codes("### A\n\ntext"), ["heading_skipped"]);
    assert_eq!(codes("## A\n\ntext\n\n#### B\n\ntext\n\n#### C\n\ntext"), ["heading_skipped"]);
}

#[test]
fn a_heading_that_is_followed_by_its_equal_or_the_end_is_empty() {
    assert_eq!(codes("## A\n\n## B\n\ntext"), ["section_empty"]);
    assert_eq!(codes("## A\n\n### B\n\ntext"), [""; 0], "its sub-section is its content");
    assert_eq!(codes("## A\n\n### B\n\n## C\n\ntext"), ["section_empty"], "and is empty itself");
    assert_eq!(codes("text\n\n## A"), ["section_empty"]);
    assert_eq!(codes("## A\n\n![A lake](https://x.example/lake.jpg)"), [""; 0]);
    assert_eq!(codes("## A\n\n- one\n\n## B\n\n| a |\n|---|\n| b |"), [""; 0]);
    assert_eq!(codes("text[^1]\n\n## A\n\n[^1]: a note"), ["section_empty"], "a note is shown elsewhere");
    let found = sound().saying("text\n\n## Why it *helps*\n").findings(&Policy::default());
    assert_eq!((found[0].subject.as_str(), found[0].line), ("Why it helps", Some(3)));
}

#[test]
fn a_picture_has_words_or_is_marked_as_decoration() {
    assert_eq!(codes("![](https://x.example/a.jpg)"), ["image_alt_missing"]);
    assert_eq!(codes("![A lake](https://x.example/a.jpg)"), [""; 0]);
    assert_eq!(codes("![](https://x.example/a.jpg \"decorative\")"), [""; 0]);
    let cover = |alt: Option<&str>, decorative| {
        let url = "https://x.example/a.jpg".to_owned();
        let image = Image { url, alt: alt.map(str::to_owned), width: None, height: None, caption: None, decorative };
        Submission { cover: Some(image), ..sound() }.codes()
    };
    assert_eq!(cover(None, false), ["image_alt_missing"]);
    assert_eq!((cover(None, true), cover(Some("A lake"), false)), (vec![], vec![]));
}

#[test]
fn a_link_shows_where_it_leads() {
    assert_eq!(codes("[](https://x.example)"), ["link_text_empty"]);
    assert_eq!(codes("[ ![A lake](https://x.example/a.jpg) ](https://x.example)"), [""; 0]);
    assert_eq!(codes("<https://x.example>"), [""; 0]);
}

#[test]
fn a_link_within_the_text_leads_to_a_heading() {
    assert_eq!(codes("[up](#light)\n\n## Light\n\ntext"), [""; 0]);
    assert_eq!(codes("[up](#dark)\n\n## Light\n\ntext"), ["link_broken"]);
    assert_eq!(codes("[up](#top) [note](/articles/sleep#light)\n\n## Light\n\ntext[^1]\n\n[^1]: a note"), [""; 0]);
}

#[test]
fn a_link_to_the_site_leads_to_an_article_that_is_there() {
    let known = [("/articles/diet".to_owned(), true), ("/articles/gone".to_owned(), false)];
    let sites = vec!["https://www.clinic.example".to_owned()];
    let reach = Reach { sites, own_path: "/articles/sleep".to_owned(), known: known.into() };
    let found = |link: &str| {
        let body = format!("A [link]({link}).");
        Submission { reach: reach.clone(), ..sound() }.saying(&body).codes()
    };
    for fine in [
        "/articles/diet",
        "diet",
        "https://clinic.example/articles/diet/?a=b#c",
        "/",
        "https://else.example/x",
        "mailto:a@clinic.example",
        "tel:+15550100",
    ] {
        assert_eq!(found(fine), [""; 0], "{fine}");
    }
    for broken in ["/articles/gone", "/articles/none-such", "none-such", "https://www.clinic.example/articles/gone"] {
        assert_eq!(found(broken), ["link_broken"], "{broken}");
    }
    assert_eq!(found("/contact"), ["link_unknown"], "the site has pages that are no articles");
    let paths = paths_of("[a](/articles/diet) [b](diet#x) [c](https://else.example/)", &reach.sites, &reach.own_path);
    assert_eq!(paths, ["/articles/diet"]);
}

#[test]
fn a_scrapers_placeholder_is_found() {
    assert_eq!(codes("Write to \\[email protected\\] today."), ["placeholder"]);
    assert_eq!(codes("Write to [email protected] today."), ["placeholder"]);
    assert_eq!(codes("Keep your email protected with a long password."), [""; 0]);
}
