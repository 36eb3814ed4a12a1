//! HTML pages.

use super::super::{PageError, PageFormat, Why, read_page};
use super::pages::SPRAINS;
use super::{headings, html_body, html_page, left, visible};

#[test]
fn the_main_content_becomes_the_article_without_its_title() {
    let page = html_page(SPRAINS);
    assert_eq!(page.title, "Caring for a Sprain");
    let expected = [(2, "The first day"), (3, "Dose"), (2, "Later")];
    assert_eq!(headings(&page.markdown), expected.map(|(level, text)| (level, text.to_owned())));
    for gone in ["Skip to", "Home", "Fax", "track", "color", "Your name", "More on ankles"] {
        assert!(!page.markdown.contains(gone), "{gone}");
    }
}

#[test]
fn lists_tables_links_and_emphasis_are_kept() {
    let markdown = html_page(SPRAINS).markdown;
    assert!(markdown.contains("**patience:** see [how ice works](https://example.org/ice_\\(care\\))."), "{markdown}");
    assert!(markdown.contains("- Raise the foot\n- Cool it\n  - ten minutes at a time\n"), "{markdown}");
    assert!(markdown.contains("| Age | Ice |\n| --- | --- |\n| Adult | 10\\|15 min |\n"), "{markdown}");
}

#[test]
fn facts_come_from_structured_data_the_address_and_the_footer() {
    let clinic = html_page(SPRAINS).clinic.unwrap();
    assert_eq!(clinic.name.unwrap(), "Egret Hollow Clinic");
    assert_eq!(clinic.phone.unwrap().number, "+15615550144");
    assert_eq!(clinic.email.unwrap(), "desk@egrethollow.example");
    let address = clinic.address.unwrap();
    assert_eq!((address.line1.as_str(), address.line2.as_deref()), ("4210 Egret Hollow Rd", Some("Suite 12")));
}

#[test]
fn everything_else_on_the_page_is_reported() {
    let page = html_page(SPRAINS);
    assert_eq!(left(&page, Why::ImageNotImported), ["ankle.jpg", "Egret Hollow"]);
    assert_eq!(left(&page, Why::FormNotImported), ["Your name \u{b7} Send"]);
    assert_eq!(left(&page, Why::UnsafeLink), ["javascript:chat()"]);
    assert_eq!(left(&page, Why::OutsideArticle), ["More on ankles"]);
    assert_eq!(left(&page, Why::NoField), ["Fax: (561) 555-0145"]);
    assert_eq!(left(&page, Why::ScraperPlaceholder), ["Write to [email protected] or chat."]);
    assert_eq!(
        left(&page, Why::PageChrome),
        ["Skip to main content", "Home \u{b7} Care", "\u{a9} 2025 Egret Hollow Clinic"]
    );
    assert_eq!(page.report.dropped(), 10);
    assert!(page.report.counts.unseen >= 1);
}

#[test]
fn a_page_without_landmarks_is_read_from_its_body() {
    let page = html_page(
        "<title>Rest well - Heron Clinic</title><div class='cookie-bar'>We use cookies.</div><div><h1>Rest well</h1><p>Lie down.</p></div><aside>Ads</aside><footer>Bye</footer>",
    );
    assert_eq!((page.title.as_str(), page.markdown.as_str()), ("Rest well", "Lie down.\n"));
    assert_eq!(page.clinic.clone().unwrap().name.unwrap(), "Heron Clinic");
    assert_eq!(left(&page, Why::PageChrome), ["We use cookies.", "Bye"]);
    assert_eq!(left(&page, Why::OutsideArticle), ["Ads"]);
}

#[test]
fn the_title_comes_from_the_head_when_the_only_top_heading_is_the_sites_name() {
    let page = html_page(
        "<title>Rest well | Heron Clinic</title><header><h1>Heron Clinic</h1></header><main><p>Lie down.</p></main>",
    );
    assert_eq!(page.title, "Rest well");
    let page = html_page("<header><h1>Rest well</h1></header><main><p>Lie down.</p></main>");
    assert_eq!((page.title.as_str(), page.report.dropped()), ("Rest well", 0));
}

#[test]
fn heading_levels_begin_at_two_and_skip_none() {
    let page = html_body("<h5>A</h5><p>a</p><h6>B</h6><p>b</p><h3>C</h3><p>c</p><h1>D</h1><p>d</p><h4>E</h4><p>e</p>");
    let levels: Vec<u8> = headings(&page.markdown).into_iter().map(|(level, _)| level).collect();
    assert_eq!(levels, [2, 3, 2, 2, 3]);
}

#[test]
fn visible_text_that_looks_like_markup_stays_text() {
    let page = html_body(
        "<p># &lt;b&gt;no&lt;/b&gt;</p><p>1. &amp;lt; *x*</p><p>wow!<a href='/x'>[a]</a></p><h2>1. First #</h2><p>- <code>a`b</code></p>",
    );
    assert_eq!(visible(&page.markdown), "# <b>no</b> 1. &lt; *x* wow![a] 1. First # - a`b");
}

#[test]
fn raised_digits_keep_their_meaning() {
    let page = html_body("<p>10<sup>9</sup>/L of CO<sub>2</sub></p>");
    assert_eq!(page.markdown, "10\u{2079}/L of CO\u{2082}\n");
}

#[test]
fn a_card_link_around_blocks_keeps_its_text_and_target() {
    let page = html_body("<p>See</p><a href='/ankle'><div><h3>Ankles</h3><p>All of <b>them</b></p></div></a>");
    assert!(page.markdown.contains("## [Ankles](/ankle)\n\n[All of **them**](/ankle)\n"), "{}", page.markdown);
}

#[test]
fn layout_tables_are_read_as_text() {
    let page = html_body("<table><tr><td><p>One</p><p>Two</p></td></tr></table>");
    assert_eq!(page.markdown, "One\n\nTwo\n");
}

#[test]
fn several_locations_are_reported_not_mixed() {
    let html = r#"<script type="application/ld+json">[{"@type":"MedicalClinic","address":"1 A St, Lake Verity, FL 33499"},
        {"@type":"MedicalClinic","address":{"streetAddress":"2 B St","addressLocality":"Lake Verity","addressRegion":"FL","postalCode":"33499"}},
        {"@type":"LocalBusiness","address":{"streetAddress":"3 C St","addressCountry":"CA"}}]</script>
        <script type="application/ld+json">{nonsense</script><h1>T</h1><p>x</p>"#;
    let page = html_page(html);
    assert_eq!(page.clinic.as_ref().unwrap().address.as_ref().unwrap().line1, "1 A St");
    assert_eq!(left(&page, Why::AnotherAddress), ["2 B St, Lake Verity, FL, 33499"]);
    assert_eq!(left(&page, Why::AddressUnreadable), ["3 C St, CA"]);
    assert_eq!(left(&page, Why::JsonLdUnreadable).len(), 1);
}

#[test]
fn a_phone_link_in_the_article_is_not_the_clinics() {
    let page = html_body("<p>In a crisis call <a href='tel:+18005550199'>this line</a>.</p>");
    assert_eq!(page.clinic, None);
}

#[test]
fn pages_without_an_article_and_absurd_nesting_are_refused() {
    let refused = |html: &str| read_page(html.as_bytes(), PageFormat::Html).unwrap_err();
    assert_eq!(refused("<main></main><nav>Home</nav>"), PageError::NoArticle);
    assert_eq!(refused("<h1>Only a title</h1>"), PageError::NoArticle);
    assert_eq!(refused(&"<div>".repeat(20_000)), PageError::TooDeep);
    assert_eq!(refused(&"<div>".repeat(200)), PageError::TooDeep);
    let reopened = format!("{}{}", "<b id=x><i id=y>".repeat(60), "<p>x".repeat(200_000));
    assert_eq!(refused(&reopened), PageError::TooDeep);
    let deepest = format!("<h1>T</h1>{}<p>x", "<ul><li>".repeat(60));
    assert!(read_page(deepest.as_bytes(), PageFormat::Html).is_ok());
}

#[test]
fn a_linked_heading_keeps_its_link_and_its_styles() {
    let page = html_body("<h2><a href='/ice'><span>All about <em>ice</em></span></a></h2><p>x</p>");
    assert!(page.markdown.starts_with("## [All about *ice*](/ice)\n"), "{}", page.markdown);
}
