//! Placeholders in square brackets that plugins fill. Refuses to take a word in brackets for one: it has to be known,
//! to have attributes or an end, or to be written as no word is.

use super::super::markup::next_attribute;

/// The ones of the system itself, and some that nearly every site has.
const KNOWN: [&str; 14] = [
    "audio",
    "caption",
    "contact-form-7",
    "embed",
    "gallery",
    "gravityform",
    "gravityforms",
    "ninja_form",
    "playlist",
    "vc_row",
    "video",
    "wp_caption",
    "wpforms",
    "toc",
];
/// The longest name and the longest placeholder.
const MAX_NAME: usize = 60;
const MAX_LENGTH: usize = 4000;
/// How many different names with an end are looked for in one text.
const MAX_CLOSED: usize = 200;

/// One placeholder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shortcode<'a> {
    /// Its name.
    pub(super) name: &'a str,
    attributes: &'a str,
    /// `[/name]`.
    pub(super) is_end: bool,
}

impl Shortcode<'_> {
    /// The value of an attribute.
    pub(super) fn attribute(&self, wanted: &str) -> Option<String> {
        let mut rest = self.attributes;
        while let Some((name, value, after)) = next_attribute(rest) {
            if name == wanted && !value.is_empty() {
                let plain = value.trim_matches(['"', '\'', '\u{201c}', '\u{201d}', '\u{2033}']);
                return Some(plain.replace("&#038;", "&").replace("&amp;", "&"));
            }
            rest = after;
        }
        None
    }
}

/// The names that stand in a closing placeholder anywhere in a text.
pub(super) fn closed_names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (at, _) in text.match_indices("[/") {
        let name = text.get(at + 2..).map_or("", name_at);
        let closes = text.get(at + 2 + name.len()..).is_some_and(|rest| rest.starts_with(']'));
        if closes && !name.is_empty() && names.len() < MAX_CLOSED && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// The first placeholder of a text, with what stands before and behind it. `[[name]]` is no placeholder but its name.
pub(super) fn next<'a>(text: &'a str, closed: &[String]) -> Option<(&'a str, Shortcode<'a>, &'a str)> {
    let mut from = 0;
    loop {
        let at = text.get(from..)?.find('[')? + from;
        let escaped = text.get(..at).is_some_and(|before| before.ends_with('['));
        if !escaped && let Some((shortcode, length)) = parse(text.get(at..)?, closed) {
            return Some((text.get(..at)?, shortcode, text.get(at + length..)?));
        }
        from = at + 1;
    }
}

fn parse<'a>(text: &'a str, closed: &[String]) -> Option<(Shortcode<'a>, usize)> {
    let inside = text.strip_prefix('[')?;
    let is_end = inside.starts_with('/');
    let begin = usize::from(is_end);
    let name = name_at(inside.get(begin..)?);
    if name.is_empty() {
        return None;
    }
    let rest = inside.get(begin + name.len()..)?;
    // Another bracket that opens ends the search, so that a text of nothing but brackets is read once.
    let end = rest.bytes().take(MAX_LENGTH).position(|byte| matches!(byte, b']' | b'['))?;
    let attributes = rest.get(..end)?;
    let apart = attributes.is_empty() || attributes.starts_with(|c: char| c.is_whitespace() || c == '/');
    // The text of a link of Markdown, or a bracket in a bracket.
    let behind = rest.get(end + 1..).unwrap_or_default();
    let nested = rest.get(end..).is_some_and(|at| at.starts_with('[')) || behind.starts_with('(');
    let has_value = attributes.contains('=');
    let unlike_a_word = name.contains(['_', '-']) && name.chars().any(|c| c.is_ascii_lowercase());
    let known = KNOWN.contains(&name)
        || closed.iter().any(|known| known == name)
        || has_value
        || unlike_a_word && attributes.is_empty();
    let shortcode = Shortcode { name, attributes: attributes.trim_end_matches('/'), is_end };
    (apart && !nested && known).then_some((shortcode, begin + name.len() + end + 2))
}

fn name_at(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-')).unwrap_or(text.len());
    let name = text.get(..end).unwrap_or_default();
    if name.len() <= MAX_NAME && name.starts_with(|c: char| c.is_ascii_alphabetic()) { name } else { "" }
}
