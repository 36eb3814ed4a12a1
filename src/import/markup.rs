//! HTML as a row of tags, comments and texts. Enough to find what a content system adds to HTML; what is safe to store
//! is decided by the room of articles alone. Never refuses and never loses a byte: what is no tag is text.

/// A piece of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// A start or end tag, with its angle brackets.
    Tag(Tag<'a>),
    /// What stands between `<!--` and `-->`.
    Comment(&'a str),
    /// Anything else.
    Text(&'a str),
}

/// A tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// As it stands in the source.
    pub(super) source: &'a str,
    name: &'a str,
    /// `</…>`.
    pub(super) is_end: bool,
}

impl Tag<'_> {
    /// Whether it is of that element.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Whether its element is in a list.
    pub(super) fn is_among(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.is(name))
    }

    /// The name in lower case.
    pub(super) fn name(&self) -> String {
        self.name.to_ascii_lowercase()
    }

    /// The value of an attribute, its character references read.
    pub(super) fn attribute(&self, wanted: &str) -> Option<String> {
        let mut rest = self.source.get(self.name.len() + 1..)?.trim_end_matches(['>', '/']);
        while let Some((name, value, after)) = next_attribute(rest) {
            if name.eq_ignore_ascii_case(wanted) {
                return Some(decoded(value));
            }
            rest = after;
        }
        None
    }
}

/// `name="value"`, `name='value'`, `name=value` or `name` at the beginning of a text, and what follows.
pub(super) fn next_attribute(text: &str) -> Option<(&str, &str, &str)> {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
    let end = text.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(text.len());
    if end == 0 {
        // A lone `=` begins no attribute.
        return text.strip_prefix('=').and_then(next_attribute_behind);
    }
    let (name, rest) = text.split_at_checked(end)?;
    let Some(value) = rest.trim_start().strip_prefix('=') else { return Some((name, "", rest)) };
    let value = value.trim_start();
    for quote in ['"', '\''] {
        if let Some(quoted) = value.strip_prefix(quote) {
            let (value, after) = quoted.split_once(quote).unwrap_or((quoted, ""));
            return Some((name, value, after));
        }
    }
    let end = value.find(char::is_whitespace).unwrap_or(value.len());
    let (value, after) = value.split_at_checked(end)?;
    Some((name, value, after))
}

fn next_attribute_behind(text: &str) -> Option<(&str, &str, &str)> {
    let text = text.trim_start_matches(['=', ' ']);
    if text.is_empty() { None } else { next_attribute(text) }
}

/// The few character references that addresses and alternative texts are written with.
fn decoded(value: &str) -> String {
    if !value.contains('&') {
        return value.to_owned();
    }
    let pairs = [
        ("&quot;", "\""),
        ("&#039;", "'"),
        ("&#39;", "'"),
        ("&#038;", "&"),
        ("&#38;", "&"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ];
    pairs.into_iter().fold(value.to_owned(), |text, (reference, character)| text.replace(reference, character))
}

/// Takes a source apart.
pub(super) fn pieces(source: &str) -> Pieces<'_> {
    Pieces { rest: source, ends: Ends::BehindQuotes }
}

/// The pieces of a source, in order.
#[derive(Debug)]
pub(super) struct Pieces<'a> {
    rest: &'a str,
    ends: Ends,
}

/// Where tags end. It only ever gets simpler, so that no text is searched to its end for each of its tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// At the first `>` outside of quotes.
    BehindQuotes,
    /// At the first `>`: a quote was met that never ends.
    Anywhere,
    /// Nowhere: there is no `>` any more.
    Nowhere,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let mut from = 0;
        loop {
            let Some(at) = self.rest.get(from..).and_then(|rest| rest.find('<')).map(|at| at + from) else {
                return Some(Piece::Text(std::mem::take(&mut self.rest)));
            };
            let behind = self.rest.get(at..).unwrap_or_default();
            if let Some((piece, length)) = markup(behind, &mut self.ends) {
                let (text, markup) = self.rest.split_at_checked(at)?;
                if !text.is_empty() {
                    self.rest = markup;
                    return Some(Piece::Text(text));
                }
                self.rest = markup.get(length..).unwrap_or_default();
                return Some(piece);
            }
            from = at + 1;
        }
    }
}

/// The comment or tag at the beginning of a text, with its length.
fn markup<'a>(text: &'a str, ends: &mut Ends) -> Option<(Piece<'a>, usize)> {
    if let Some(comment) = text.strip_prefix("<!--") {
        let (inside, length) = match comment.find("-->") {
            Some(end) => (comment.get(..end)?, end + 7),
            // An open comment hides the rest, as it does in a browser.
            None => (comment, text.len()),
        };
        return Some((Piece::Comment(inside), length));
    }
    let inside = text.strip_prefix('<')?;
    let is_end = inside.starts_with('/');
    let begin = usize::from(is_end);
    let name = inside.get(begin..)?;
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let end = name.find(|c: char| c.is_whitespace() || c == '/' || c == '>').unwrap_or(name.len());
    let length = tag_end(inside, ends)? + 2;
    let source = text.get(..length)?;
    Some((Piece::Tag(Tag { source, name: name.get(..end)?, is_end }), length))
}

/// Where the `>` of a tag stands; one in a quoted value is none.
fn tag_end(inside: &str, ends: &mut Ends) -> Option<usize> {
    if *ends == Ends::BehindQuotes {
        if let Some(at) = quoted_tag_end(inside) {
            return Some(at);
        }
        *ends = Ends::Anywhere;
    }
    let at = if *ends == Ends::Anywhere { inside.find('>') } else { None };
    if at.is_none() {
        *ends = Ends::Nowhere;
    }
    at
}

fn quoted_tag_end(inside: &str) -> Option<usize> {
    let mut quote = None;
    let mut valued = false;
    for (at, c) in inside.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') if valued => quote = Some(c),
            (None, '>') => return Some(at),
            _ => {}
        }
        valued = c == '=' || valued && c.is_whitespace();
    }
    None
}

/// What no text may hold, taken out. Tells whether there was any.
pub(super) fn without_controls(text: &str) -> (String, bool) {
    let is_control = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}');
    if text.contains(is_control) {
        (text.chars().filter(|c| !is_control(*c)).collect(), true)
    } else {
        (text.to_owned(), false)
    }
}

/// Escaped for the text and the attributes of HTML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
