//! Which destinations a link or an image may have: http, https, mailto, tel, or an address without a scheme.
//!
//! Browsers ignore tabs, line breaks and leading controls in a scheme (WHATWG URL §4.4), and engines differ in how often
//! they decode; whatever reads as a scheme under any of these readings must be on the list.

/// The schemes a stored address may have.
pub(super) const SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];

/// Schemes that run script or carry a document of their own in some browser, past or present.
const SCRIPTING: [&str; 9] =
    ["javascript", "vbscript", "data", "livescript", "mocha", "blob", "filesystem", "view-source", "jar"];

/// Whether a decoded destination may be stored.
pub(super) fn is_allowed(destination: &str) -> bool {
    readings(destination).iter().all(|reading| match scheme(reading) {
        Some(scheme) => SCHEMES.contains(&scheme.as_str()),
        None => !hides_a_colon(reading),
    })
}

/// Whether a destination carries a scheme that can run script. Narrower than [`is_allowed`]: for text that only another
/// engine might take for a link, where an unknown word before a colon is prose.
pub(super) fn is_scripting(destination: &str) -> bool {
    readings(destination)
        .iter()
        .filter_map(|reading| scheme(reading))
        .any(|scheme| SCRIPTING.contains(&scheme.trim_matches(|c: char| !c.is_ascii_alphanumeric())))
}

/// Whether an allowed destination leads to another site: it has a web scheme or is protocol-relative, where a browser
/// reads `\` as `/`.
pub(super) fn is_external(destination: &str) -> bool {
    let bare = stripped(destination);
    let slashed = bare.replace('\\', "/").to_ascii_lowercase();
    slashed.starts_with("//") || slashed.starts_with("http:") || slashed.starts_with("https:")
}

fn readings(destination: &str) -> [String; 3] {
    let bare = stripped(destination);
    let once = stripped(&percent_decoded(&bare));
    let twice = stripped(&percent_decoded(&once));
    [bare, once, twice]
}

/// Everything before the first `:` that no `/`, `?` or `#` precedes.
fn scheme(destination: &str) -> Option<String> {
    let head = destination.split(['/', '?', '#']).next().unwrap_or_default();
    head.split_once(':').map(|(scheme, _)| scheme.to_lowercase())
}

/// An entity that was encoded twice (`javascript&amp;colon;`, `javascript&amp;#58;`).
fn hides_a_colon(destination: &str) -> bool {
    let head = destination.split(['/', '?']).next().unwrap_or_default();
    let Some((_, entity)) = head.split_once('&') else {
        return false;
    };
    entity.starts_with('#') || entity.contains(';')
}

fn stripped(destination: &str) -> String {
    destination.chars().filter(|c| !c.is_whitespace() && !c.is_control() && !is_invisible(*c)).collect()
}

fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if let (b'%', [high, low, after @ ..]) = (first, tail)
            && let (Some(high), Some(low)) = (nibble(*high), nibble(*low))
        {
            bytes.push(high * 16 + low);
            rest = after;
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}
