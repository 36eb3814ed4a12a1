#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod article;
mod embeds;
mod limits;
mod markdown;
mod payloads;
mod properties;
mod safety;
mod sent_html;

use super::Body;

fn markdown(source: &str) -> Body {
    Body::from_markdown(source).unwrap_or_else(|error| panic!("{error}: {source:?}"))
}

fn codes(body: &Body) -> Vec<&str> {
    body.warnings.iter().map(|warning| warning.code.as_str()).collect()
}
