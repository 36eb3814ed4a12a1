//! Text pages.

use super::super::{ItemKind, MAX_PAGE_BYTES, PageError, PageFormat, Why, read_page};
use super::pages::LIGHT_THERAPY;
use super::{headings, left, text_page, visible};

#[test]
fn the_first_line_after_the_skip_link_is_the_title() {
    let page = text_page(LIGHT_THERAPY);
    assert_eq!(page.title, "Bright Mornings: 2 Reasons Light Boxes Help");
    assert!(!page.markdown.contains("Bright Mornings"));
    assert_eq!(left(&page, Why::PageChrome), ["Skip to main content"]);
    assert_eq!(page.report.left[0].line, Some(1));
}

#[test]
fn short_lines_become_sections_and_numbered_ones_sub_sections() {
    let page = text_page(LIGHT_THERAPY);
    let expected = [
        (2, "How Light Sets the Clock"),
        (2, "Light Boxes Side by Side"),
        (2, "What You May Notice"),
        (3, "1. Earlier Evenings"),
        (3, "2. Steadier Mornings"),
        (2, "Is a Light Box Right for You?"),
        (2, "Visit Us About Light"),
    ];
    assert_eq!(headings(&page.markdown), expected.map(|(level, text)| (level, text.to_owned())));
    assert_eq!((page.sections, page.paragraphs), (7, 9));
}

#[test]
fn an_empty_section_stays_for_the_publish_gate_to_find() {
    let page = text_page(LIGHT_THERAPY);
    assert!(page.markdown.contains("## Light Boxes Side by Side\n\n## What You May Notice\n"));
}

#[test]
fn the_contact_block_leaves_the_article_and_becomes_facts() {
    let page = text_page(LIGHT_THERAPY);
    let clinic = page.clinic.unwrap();
    assert_eq!(clinic.name.unwrap(), "Heron Landing Sleep Clinic");
    let phone = clinic.phone.unwrap();
    assert_eq!((phone.number.as_str(), phone.display.as_str()), ("+15615550144", "(561) 555-0144"));
    let address = clinic.address.unwrap();
    assert_eq!((address.line1.as_str(), address.line2.as_deref()), ("4210 Egret Hollow Rd", Some("Suite 12")));
    assert_eq!((address.city.as_str(), address.region.as_str()), ("Lake Verity", "FL"));
    assert_eq!((address.postal_code.as_str(), address.country.as_str()), ("33499", "US"));
    for gone in ["Address:", "Connect:", "Phone", "Email", "4210"] {
        assert!(!page.markdown.contains(gone), "{gone}");
    }
    assert!(page.markdown.ends_with("We look forward to brighter mornings with you.\n"));
}

#[test]
fn a_scrapers_placeholder_is_reported_and_never_an_address() {
    let page = text_page(LIGHT_THERAPY);
    assert_eq!(page.clinic.as_ref().unwrap().email, None);
    assert_eq!(left(&page, Why::ScraperPlaceholder), ["Email: [email protected]"]);
    assert_eq!(page.report.dropped(), 2);
}

#[test]
fn the_report_counts_for_people_and_names_codes_for_programs() {
    let report = text_page(LIGHT_THERAPY).report;
    let shown = report.to_string();
    assert!(shown.starts_with("7 sections, 9 paragraphs, 3 facts taken; 2 left:\n"), "{shown}");
    assert!(shown.contains("scraper_placeholder (1): \u{201c}Email: [email protected]\u{201d} (line 40)"), "{shown}");
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["left"][1]["why"]["code"], "scraper_placeholder");
    assert_eq!(json["taken"][0]["kind"], "title");
    assert_eq!(json["counts"]["sections"], 7);
}

#[test]
fn line_ends_and_odd_spaces_of_any_kind_read_the_same() {
    let unix = LIGHT_THERAPY.replace("\r\n", "\n");
    let tabbed = unix.replace(' ', "\t");
    assert_eq!(text_page(LIGHT_THERAPY), text_page(&unix));
    assert_eq!(text_page(&unix).markdown, text_page(&tabbed).markdown);
    assert_eq!(text_page(&unix.replace('\n', "\r")).markdown, text_page(&unix).markdown);
    assert!(text_page(&unix).markdown.contains("long\u{2019}er than they should be"));
}

#[test]
fn text_that_looks_like_markup_stays_text() {
    for shown in [
        "# not a heading at all.",
        "* no item, really.",
        "1986. A good year.",
        "<b>bold</b> claims &amp; more.",
        "> no quotation.",
        "a | b | c.",
        "---",
        "===",
        "snake_case and *stars* and `ticks`.",
        "[link](https://example.org).",
        "~~~",
        "+ plus.",
        "C:\\temp is a folder.",
        "$5 and $6.",
        "![x](y).",
        "[^1]: note.",
        ": defined.",
        "10) ten.",
    ] {
        let page = text_page(&format!("Title line\n\nSome words.\n\n{shown}\nand on.\n"));
        let seen = visible(&page.markdown);
        let rest = shown.trim_start_matches("* ").trim_start_matches("+ ").trim_start_matches("> no");
        assert!(seen.contains(rest), "{shown} became {seen}");
    }
}

#[test]
fn a_heading_that_ends_in_a_number_sign_keeps_it() {
    let page = text_page("Tuning\n\nThe key of F #\n\nWe tune.\n\nAll {of} it {#id}\n\nEnd.\n");
    assert_eq!(headings(&page.markdown)[0].1, "The key of F #");
    assert_eq!(headings(&page.markdown)[1].1, "All {of} it {#id}");
}

#[test]
fn bullets_and_counted_numbers_become_lists() {
    let page = text_page(
        "Packing\n\nBring:\n\u{2022} your card\n\u{2022} a friend\n\nThen:\n\n1. Park behind the house.\n2. Ring twice.\n\nThat is all.",
    );
    assert!(page.markdown.contains("- your card\n- a friend\n"), "{}", page.markdown);
    assert!(page.markdown.contains("1. Park behind the house.\n2. Ring twice.\n"), "{}", page.markdown);
    assert_eq!(page.report.counts.lists, 2);
}

#[test]
fn numbers_that_do_not_count_up_keep_their_values() {
    let page = text_page("Rooms\n\nThey are:\n1. Blue.\n7. Green.\n\nThat is all.");
    assert!(visible(&page.markdown).contains("7. Green."));
    assert_eq!(page.report.counts.lists, 0);
}

#[test]
fn short_lines_after_a_colon_are_a_list_and_the_line_above_text_a_heading() {
    let page = text_page("Signs\n\nWatch for:\n\nPain\n\nHeat\n\nSwelling\n\nWhen to call\n\nCall early.");
    assert!(page.markdown.contains("- Pain\n- Heat\n- Swelling\n"), "{}", page.markdown);
    assert_eq!(headings(&page.markdown), [(2, "When to call".to_owned())]);
}

#[test]
fn a_numbered_heading_without_a_section_above_skips_no_level() {
    let page = text_page("Title\n\nIntro words.\n\n1. First\n\nText one.\n\n2. Second\n\nText two.");
    assert_eq!(headings(&page.markdown), [(2, "1. First".to_owned()), (2, "2. Second".to_owned())]);
}

#[test]
fn menus_breadcrumbs_and_banners_at_the_edges_are_chrome() {
    let page = text_page(
        "Home\nServices\nContact\n\nWe use cookies to count visits.\n\nHome > Blog > Sleep\n\nSleeping Well\n\nSleep is good. Home is where we sleep.\n\n\
         Share this article\n\nMore words.\n\n\u{a9} 2025 Heron Landing\n\nFacebook\n",
    );
    assert_eq!(page.title, "Sleeping Well");
    assert_eq!(left(&page, Why::PageChrome).len(), 8);
    assert_eq!(visible(&page.markdown), "Sleep is good. Home is where we sleep. More words.");
}

#[test]
fn a_title_that_is_too_long_is_cut_at_a_word_and_kept_in_full() {
    let long = "measured words ".repeat(20);
    let page = text_page(&format!("{long}\n\nBody text."));
    assert!(page.title.chars().count() <= 200 && page.title.ends_with("words"));
    assert!(visible(&page.markdown).contains(long.trim()));
    assert_eq!(left(&page, Why::TitleShortened).len(), 1);
}

#[test]
fn a_page_without_a_title_line_keeps_its_first_paragraph_whole() {
    let page =
        text_page("the lamp stands on the table by the window where\nit throws its light upon the face.\n\nSit there.");
    assert_eq!(left(&page, Why::TitleGuessed).len(), 1);
    assert!(visible(&page.markdown).starts_with("the lamp stands"));
}

#[test]
fn a_repeated_title_is_reported_once() {
    let page = text_page("Sleeping Well\n\nSLEEPING WELL\n\nSleep is good.");
    assert_eq!(left(&page, Why::RepeatedTitle), ["SLEEPING WELL"]);
    assert_eq!(page.report.taken[0].kind, ItemKind::Title);
}

#[test]
fn a_name_said_once_is_not_guessed() {
    let page = text_page("Sleeping Well\n\nAt Heron Landing, we sleep well.");
    assert_eq!(page.clinic, None);
    assert_eq!(left(&page, Why::NameUncertain), ["Heron Landing"]);
}

#[test]
fn numbers_in_sentences_are_no_facts() {
    let page = text_page("In a crisis\n\nCall 988 or (561) 555-0144 at any hour.\n\nCall: 911 in an emergency.");
    assert_eq!(page.clinic, None);
    assert!(visible(&page.markdown).contains("Call: 911 in an emergency."));
}

#[test]
fn what_has_no_field_or_comes_twice_is_left_with_its_reason() {
    let page = text_page(
        "Visit\n\nCome in.\n\nPhone: (561) 555-0144\nPhone: (561) 555-0199\nFax: (561) 555-0145\nPhone: 1-800-HERON\n\
         Email: desk@heron.example\nEmail: desk@heron\n\nHours:\nMonday 9-5\nTuesday 9-5\n",
    );
    assert_eq!(left(&page, Why::AnotherPhone), ["Phone: (561) 555-0199"]);
    assert_eq!(left(&page, Why::NoField), ["Fax: (561) 555-0145", "Monday 9-5", "Tuesday 9-5"]);
    assert_eq!(left(&page, Why::PhoneInvalid), ["Phone: 1-800-HERON"]);
    assert_eq!(left(&page, Why::EmailInvalid), ["Email: desk@heron"]);
    assert_eq!(page.clinic.unwrap().email.unwrap(), "desk@heron.example");
    assert_eq!(visible(&page.markdown), "Come in.");
}

#[test]
fn an_address_may_stretch_over_lines() {
    let page = text_page(
        "Visit\n\nCome in.\n\nContact us\n\n4210 Egret Hollow Rd\nSuite 12\nLake Verity, Florida 33499-1234\nUSA\n(561) 555-0144",
    );
    let clinic = page.clinic.unwrap();
    let address = clinic.address.unwrap();
    assert_eq!((address.line2.as_deref(), address.region.as_str()), (Some("Suite 12"), "FL"));
    assert_eq!(address.postal_code, "33499-1234");
    assert!(clinic.phone.is_some());
    assert_eq!(page.markdown, "Come in.\n");
}

#[test]
fn bytes_that_are_no_page_are_refused_with_advice() {
    let refused = |bytes: &[u8]| read_page(bytes, PageFormat::Text).unwrap_err();
    assert_eq!(refused(b"caf\xe9"), PageError::NotUtf8 { offset: 3 });
    assert_eq!(refused(" \u{a0}\n\t".as_bytes()), PageError::Empty);
    assert_eq!(refused("\u{feff}".as_bytes()), PageError::Empty);
    assert_eq!(refused(b"Only a title"), PageError::NoArticle);
    assert_eq!(refused(b"Skip to content\n\nMenu"), PageError::NoArticle);
    let bytes = MAX_PAGE_BYTES + 1;
    assert_eq!(refused(&vec![b'a'; bytes]), PageError::TooLarge { bytes });
    assert!(refused(b"\xff\xfea\0").to_string().contains("UTF-8"));
}

#[test]
fn the_format_is_guessed_from_content_before_name() {
    let guess = |name: &str, text: &str| PageFormat::guess(name, text.as_bytes());
    assert_eq!(guess("page.txt", "A title"), PageFormat::Text);
    assert_eq!(guess("page.HTM", "A title"), PageFormat::Html);
    assert_eq!(guess("page.txt", "\u{feff}\n<!DOCTYPE html><p>x"), PageFormat::Html);
    assert_eq!(guess("page", "<div>x</div>"), PageFormat::Html);
    assert_eq!(guess("page", "<5 mg is a small dose"), PageFormat::Text);
}
