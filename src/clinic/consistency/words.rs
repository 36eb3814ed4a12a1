//! A text cut into words, runs of digits and marks, each with its place, so that what was found can be quoted as it
//! stands there.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Letters.
    Word,
    /// ASCII digits.
    Digits,
    /// One other character that is no white space.
    Mark,
    /// The end of a line.
    Break,
}

/// A piece of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    /// Where it begins, in bytes.
    pub(super) start: usize,
}

impl Token<'_> {
    /// Where it ends, in bytes.
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether nothing stands between the two.
    pub(super) fn touches(&self, next: &Token<'_>) -> bool {
        self.end() == next.start
    }

    /// Whether it is this mark.
    pub(super) fn is_mark(&self, mark: &str) -> bool {
        self.kind == Kind::Mark && self.text == mark
    }

    /// A word that begins with a capital.
    pub(super) fn is_capitalised(&self) -> bool {
        self.kind == Kind::Word && self.text.chars().next().is_some_and(char::is_uppercase)
    }
}

/// The tokens of a text, in their order.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut start = 0;
    while let Some(first) = rest.chars().next() {
        let (kind, length) = if first.is_ascii_digit() {
            (Some(Kind::Digits), run(rest, |c| c.is_ascii_digit()))
        } else if first.is_alphabetic() {
            (Some(Kind::Word), run(rest, |c| c.is_alphabetic() || c == '\'' || c == '’'))
        } else if first == '\n' {
            (Some(Kind::Break), 1)
        } else if first.is_whitespace() {
            (None, first.len_utf8())
        } else {
            (Some(Kind::Mark), first.len_utf8())
        };
        let (token, after) = rest.split_at(length);
        found.extend(kind.map(|kind| Token { kind, text: token, start }));
        (rest, start) = (after, start + length);
    }
    found
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// What stands in `text` from the beginning of one token to the end of another.
pub(super) fn between<'a>(text: &'a str, first: &Token<'_>, last: &Token<'_>) -> &'a str {
    text.get(first.start..last.end()).unwrap_or_default()
}

/// Whether a mark is written for "to": a hyphen or a dash.
pub(super) fn is_dash(token: &Token<'_>) -> bool {
    token.kind == Kind::Mark && matches!(token.text, "-" | "‐" | "‑" | "‒" | "–" | "—" | "−")
}
