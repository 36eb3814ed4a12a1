//! Any text as the HTML of an article, and as a page of a clinic's site.
#![no_main]

use libfuzzer_sys::fuzz_target;
use readers::{
    body::Body,
    import::page::{PageFormat, read_page},
};

fuzz_target!(|bytes: &[u8]| {
    let _ = read_page(bytes, PageFormat::Html);
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(body) = Body::from_html(text) {
        assert!(!body.html.to_ascii_lowercase().contains("<script"));
        let again = Body::from_markdown(&body.markdown).expect("what was stored can be read");
        assert_eq!(again.markdown, body.markdown);
    }
});
