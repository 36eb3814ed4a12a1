//! Any bytes as the export of a WordPress, and what comes out of it as the body of an article.
#![no_main]

use std::{io::Cursor, ops::ControlFlow};

use libfuzzer_sys::fuzz_target;
use readers::{
    body::Body,
    import::{record::Record, wordpress},
};

fuzz_target!(|bytes: &[u8]| {
    let _ = wordpress::read(Cursor::new(bytes), &mut |record| {
        if let Record::Article(article) = record
            && let Some(html) = article.fields.get("body_html").and_then(|html| html.as_str())
        {
            settled(Body::from_html(html));
        }
        ControlFlow::Continue(())
    });
});

/// What was made clean once is clean.
fn settled(body: Result<Body, readers::body::BodyError>) {
    if let Ok(body) = body {
        let again = Body::from_markdown(&body.markdown).expect("what was stored can be read");
        assert_eq!(again.markdown, body.markdown);
    }
}
