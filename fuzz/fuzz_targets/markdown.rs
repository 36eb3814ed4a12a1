//! Any bytes as a Markdown document with front matter, and as the body of an article.
#![no_main]

use libfuzzer_sys::fuzz_target;
use readers::{body::Body, import::markdown};

fuzz_target!(|bytes: &[u8]| {
    let article = markdown::read("notes/a.md", bytes);
    let Some(text) = article.fields.get("body_markdown").and_then(|text| text.as_str()) else { return };
    if let Ok(body) = Body::from_markdown(text) {
        let again = Body::from_markdown(&body.markdown).expect("what was stored can be read");
        assert_eq!(again.markdown, body.markdown);
    }
});
