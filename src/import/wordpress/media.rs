//! Pictures and files that a post shows or links to: listed, never fetched.

use url::Url;

use super::super::markup::{Tag, escaped};

/// How many addresses of one article are kept.
const MAX_MEDIA: usize = 2000;
/// The longest address that is kept.
const MAX_ADDRESS: usize = 2000;
/// How the names of files end that sites offer.
const FILES: [&str; 22] = [
    ".pdf", ".doc", ".docx", ".odt", ".xls", ".xlsx", ".ppt", ".pptx", ".zip", ".mp3", ".m4a", ".mp4", ".mov", ".webm",
    ".ogg", ".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg",
];

/// An entry of the media library.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Attachment {
    /// Absolute.
    pub(super) url: String,
    /// What it shows.
    pub(super) alt: String,
    /// What stands below it.
    pub(super) caption: String,
}

/// Keeps what a tag shows or links to.
pub(in crate::import) fn collect(tag: &Tag<'_>, base: Option<&Url>, media: &mut Vec<String>) {
    if tag.is_end {
        return;
    }
    let address = if tag.is_among(&["img", "audio", "video", "source", "embed"]) {
        tag.attribute("src")
    } else if tag.is("a") {
        tag.attribute("href").filter(|address| is_file(address))
    } else {
        None
    };
    let poster = tag.is("video").then(|| tag.attribute("poster")).flatten();
    for address in address.into_iter().chain(poster) {
        keep(&absolute(&address, base).unwrap_or(address), media);
    }
}

/// Keeps an address once.
pub(in crate::import) fn keep(address: &str, media: &mut Vec<String>) {
    let fits = !address.is_empty() && address.len() <= MAX_ADDRESS && !address.starts_with("data:");
    if fits && media.len() < MAX_MEDIA && !media.iter().any(|known| known == address) {
        media.push(address.to_owned());
    }
}

pub(in crate::import) fn is_file(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    path.contains("/wp-content/uploads/") || FILES.iter().any(|end| path.ends_with(end))
}

/// An address with its site, where it has none and the site is known.
pub(in crate::import) fn absolute(address: &str, base: Option<&Url>) -> Option<String> {
    let base = base?;
    let address = address.trim();
    if address.is_empty() || address.starts_with('#') || Url::parse(address).is_ok() {
        return None;
    }
    base.join(address).ok().map(String::from)
}

/// A paragraph that is a link, in the place of what cannot be shown here.
pub(in crate::import) fn link(address: &str) -> String {
    let address = escaped(address);
    format!("<p><a href=\"{address}\">{address}</a></p>")
}

/// A picture whose address says where it stands, where it does not yet.
pub(super) fn absolute_image(tag: &Tag<'_>, base: Option<&Url>) -> Option<String> {
    let address = absolute(&tag.attribute("src")?, base)?;
    let alt = tag.attribute("alt").unwrap_or_default();
    Some(format!("<img src=\"{}\" alt=\"{}\">", escaped(&address), escaped(&alt)))
}
