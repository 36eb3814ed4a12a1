//! What somebody looks for, taken apart: words, "phrases", `or`, `-not`. Refuses to hand a search's text to anything that
//! would read it as an expression: PostgreSQL is given single words and phrases, and how they belong together.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// The most characters that may be looked for.
const LONGEST: usize = 200;
/// So many words of a search are put right where they are mistyped.
const CORRECTED: usize = 8;
/// Words as long as these are looked up among the known ones.
const CORRECTABLE: std::ops::RangeInclusive<usize> = 4..=40;
/// A beginning is looked for from this length on: one letter begins half of all words.
const BEGINNING: usize = 3;
/// Part words, for us and in the index (migration `text_search`): PostgreSQL's parser reads `covid-19` as a negative number
/// and `HIV/AIDS` as a file. Beside each what stands for it while a hit is looked for.
const JOINTS: [(char, char); 4] =
    [('-', '\u{e002}'), ('/', '\u{e003}'), ('\u{2010}', '\u{e004}'), ('\u{2011}', '\u{e005}')];
/// Stand around a hit until the text is escaped. Of the private use area, so that no text means anything by them.
const MARKS: [(char, &str); 2] = [('\u{e000}', "<mark>"), ('\u{e001}', "</mark>")];

/// A search, taken apart as `websearch_to_tsquery` does it (PostgreSQL 12.3.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct SearchText {
    clauses: Vec<Clause>,
}

/// A word or a phrase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Clause {
    /// From 0, in the order of the text.
    n: usize,
    /// Clauses with the same number belong together, and one such group is enough.
    alternative: usize,
    /// One word, or several with one blank between them.
    text: String,
    /// Its words stand one after the other.
    phrase: bool,
    /// Articles with it are not looked for.
    negated: bool,
    /// Whoever types has just written it: it may be the beginning of a word.
    open: bool,
    /// Replaced by the nearest known word where nothing visible has it.
    correctable: bool,
    /// As it was typed, without quotes and sign.
    #[serde(skip)]
    written: String,
}

/// A word that nothing visible has, and what was looked for in its place.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Correction {
    /// The number of its clause.
    pub n: usize,
    /// A word of something visible.
    pub word: String,
}

/// What stands between blanks and quotes.
struct Piece<'a> {
    written: &'a str,
    phrase: bool,
    negated: bool,
}

impl SearchText {
    /// Takes a text apart; none where it is longer than 200 characters. A text without any word is a search that finds
    /// nothing.
    pub fn parse(text: &str) -> Option<Self> {
        if text.chars().count() > LONGEST {
            return None;
        }
        let mut clauses: Vec<Clause> = Vec::new();
        let (mut rest, mut alternative, mut another) = (text, 0, false);
        while let Some((piece, after)) = next_piece(rest) {
            rest = after;
            if piece.is_or() && !clauses.is_empty() {
                another = true;
            } else if let Some(clause) = piece.clause() {
                alternative += usize::from(std::mem::take(&mut another));
                clauses.push(Clause { n: clauses.len(), alternative, ..clause });
            }
        }
        if let Some(last) = clauses.last_mut() {
            let typing = text.ends_with(char::is_alphanumeric) && last.text.chars().count() >= BEGINNING;
            last.open = typing && !last.phrase && !last.negated;
        }
        for late in clauses.iter_mut().filter(|clause| clause.correctable).skip(CORRECTED) {
            late.correctable = false;
        }
        Some(Self { clauses })
    }

    /// The search with its corrections, as one could type it; none where there are none.
    pub fn corrected(&self, corrections: &[Correction]) -> Option<String> {
        if corrections.is_empty() {
            return None;
        }
        let mut text = String::new();
        let mut alternative = 0;
        for clause in &self.clauses {
            if !text.is_empty() {
                text.push_str(if clause.alternative == alternative { " " } else { " or " });
            }
            alternative = clause.alternative;
            let instead = corrections.iter().find(|correction| correction.n == clause.n);
            text.push_str(&instead.map_or_else(|| clause.typed(), |correction| Cow::Borrowed(&correction.word)));
        }
        Some(text)
    }
}

impl Clause {
    fn typed(&self) -> Cow<'_, str> {
        let quoted = self.phrase && self.written.contains(char::is_whitespace);
        match (self.negated, quoted) {
            (false, false) => Cow::Borrowed(&self.written),
            (negated, true) => format!("{}\"{}\"", if negated { "-" } else { "" }, self.written).into(),
            (true, false) => format!("-{}", self.written).into(),
        }
    }
}

impl Piece<'_> {
    fn is_or(&self) -> bool {
        !self.phrase && !self.negated && self.written.eq_ignore_ascii_case("or")
    }

    /// None where it has no letter and no digit.
    fn clause(&self) -> Option<Clause> {
        let joint = |c: char| c.is_whitespace() || JOINTS.iter().any(|(joint, _)| *joint == c);
        let words: Vec<&str> = self.written.split(joint).filter(|word| word.contains(char::is_alphanumeric)).collect();
        let (phrase, text) = (self.phrase || words.len() > 1, words.join(" "));
        let whole = text.chars().all(char::is_alphanumeric) && text.contains(char::is_alphabetic);
        let correctable = !phrase && !self.negated && whole && CORRECTABLE.contains(&text.chars().count());
        let written = self.written.to_owned();
        let clause =
            Clause { n: 0, alternative: 0, text, phrase, negated: self.negated, open: false, correctable, written };
        (!words.is_empty()).then_some(clause)
    }
}

/// The first piece, and what comes behind it. A quote that nobody closes is none.
fn next_piece(rest: &str) -> Option<(Piece<'_>, &str)> {
    let rest = rest.trim_start();
    if rest.is_empty() {
        return None;
    }
    let (negated, rest) = match rest.strip_prefix('-') {
        Some(after) => (after.starts_with(|c: char| !c.is_whitespace()), after),
        None => (false, rest),
    };
    if let Some((written, after)) = rest.strip_prefix('"').and_then(|quoted| quoted.split_once('"')) {
        return Some((Piece { written, phrase: true, negated }, after));
    }
    let rest = rest.trim_start_matches('"');
    let end = rest.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(rest.len());
    let (written, after) = rest.split_at(end);
    Some((Piece { written, phrase: false, negated }, after))
}

/// A hit as HTML: the text escaped, and `<mark>` around what was found. PostgreSQL marks and does not escape, so its marks
/// are characters that a text has no use for.
pub fn marked(hit: &str) -> String {
    let mut html = String::with_capacity(hit.len() + 32);
    for c in hit.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => match MARKS.iter().find(|(mark, _)| *mark == c) {
                Some((_, element)) => html.push_str(element),
                None => html.push(JOINTS.iter().find(|(_, stand_in)| *stand_in == c).map_or(c, |(joint, _)| *joint)),
            },
        }
    }
    html
}
