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
const JOINTS: [(char, char); 2] = [('-', '\u{e002}'), ('/', '\u{e003}')];
/// Part words as well, and PostgreSQL's parser knows it (U+2010 and U+2011).
const HYPHENS: [char; 2] = ['\u{2010}', '\u{2011}'];
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
#[expect(clippy::struct_excessive_bools, reason = "the statement reads each by its name")]
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
                let ends = rest.is_empty() && text.ends_with(char::is_alphanumeric);
                let open = ends && !clause.phrase && !clause.negated && clause.text.chars().count() >= BEGINNING;
                clauses.push(Clause { n: clauses.len(), alternative, open, ..clause });
            }
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
        let joint = |c: char| c.is_whitespace() || HYPHENS.contains(&c) || JOINTS.iter().any(|(joint, _)| *joint == c);
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each clause as `alternative:text`, with a sign for what is special of it.
    fn taken_apart(text: &str) -> Vec<String> {
        let search = SearchText::parse(text).unwrap();
        let told = |clause: &Clause| {
            let sign = if clause.negated { "-" } else { "" };
            let quote = if clause.phrase { "\"" } else { "" };
            let open = if clause.open { "…" } else { "" };
            format!("{}:{sign}{quote}{}{quote}{open}", clause.alternative, clause.text)
        };
        search.clauses.iter().map(told).collect()
    }

    #[test]
    fn a_search_is_taken_apart_into_words_phrases_and_alternatives() {
        for (text, clauses) in [
            ("heart failure", vec!["0:heart", "0:failure…"]),
            ("heart failure ", vec!["0:heart", "0:failure"]),
            ("\"heart failure\" flu", vec!["0:\"heart failure\"", "0:flu…"]),
            ("flu -\"heart failure\" -cold", vec!["0:flu", "0:-\"heart failure\"", "0:-cold"]),
            ("flu or cold", vec!["0:flu", "1:cold…"]),
            ("or flu OR or", vec!["0:or", "0:flu"]),
            ("flu \"or\" cold", vec!["0:flu", "0:\"or\"", "0:cold…"]),
            ("covid-19 HIV/AIDS", vec!["0:\"covid 19\"", "0:\"HIV AIDS\""]),
            ("- flu", vec!["0:flu…"]),
            ("--flu", vec!["0:-flu"]),
            ("\"flu", vec!["0:flu…"]),
            ("flu\"cold\"ear", vec!["0:flu", "0:\"cold\"", "0:ear…"]),
            ("\"\" \"-\" & | ! :* ( ) ' \\", vec![]),
            ("fl", vec!["0:fl"]),
        ] {
            assert_eq!(taken_apart(text), clauses, "{text}");
        }
        assert_eq!(SearchText::parse(&"x".repeat(LONGEST + 1)), None);
    }

    #[test]
    fn a_corrected_search_can_be_typed_again() {
        let search = SearchText::parse("diabtes \"type 2\" -covid-19 or astma").unwrap();
        let corrections = [(0, "diabetes"), (3, "asthma")].map(|(n, word)| Correction { n, word: word.to_owned() });
        assert_eq!(search.corrected(&corrections).unwrap(), "diabetes \"type 2\" -covid-19 or asthma");
        assert_eq!(search.corrected(&[]), None);
    }

    #[test]
    fn only_the_first_words_of_a_search_are_put_right() {
        let search = SearchText::parse(&"mistyped ".repeat(12)).unwrap();
        assert_eq!(search.clauses.iter().filter(|clause| clause.correctable).count(), CORRECTED);
        let never = SearchText::parse("cat 2024 \"mistyped\" -mistyped co-typed a@b.example").unwrap();
        assert!(never.clauses.iter().all(|clause| !clause.correctable), "{never:?}");
    }

    proptest! {
        #[test]
        fn any_text_is_taken_apart_into_words_without_blanks_and_joints(text in "\\PC{0,200}") {
            let search = SearchText::parse(&text).unwrap();
            for (n, clause) in search.clauses.iter().enumerate() {
                prop_assert_eq!(clause.n, n);
                prop_assert!(clause.text.split(' ').all(|word| word.contains(char::is_alphanumeric)));
                prop_assert!(!clause.text.contains(['-', '/', '"']));
            }
            let typed = search.corrected(&[Correction { n: usize::MAX, word: String::new() }]).unwrap();
            let again = SearchText::parse(&typed);
            if let Some(again) = again.filter(|_| !text.contains('"')) {
                let words = |search: &SearchText| search.clauses.iter().map(|clause| clause.text.clone()).collect::<Vec<_>>();
                prop_assert_eq!(words(&again), words(&search));
            }
        }

        #[test]
        fn a_hit_has_no_element_but_its_marks(hit in "[\\PC\u{e000}-\u{e003}<>&\"']{0,100}") {
            let html = marked(&hit);
            let text = html.replace("<mark>", "").replace("</mark>", "");
            prop_assert!(!text.contains(['<', '>', '"', '\'']));
            let left = text.contains(['\u{e000}', '\u{e001}', '\u{e002}']);
            prop_assert!(!left);
        }
    }
}
