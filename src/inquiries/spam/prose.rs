//! A text in the form that words are looked for in, and the fingerprint of a message.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::Regex;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use zeroize::Zeroizing;

/// Addresses of the web, for the fingerprint: the same advertisement comes with other links. Texts are in small letters.
static ADDRESS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:https?://|www\.)\S+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}/\S*").ok());

/// A text without what readers pass over: compatibility forms are made plain (NFKD), accents and invisible characters
/// are gone, letters are small, apostrophes are closed up (`can't` is `cant`) and everything else that is no letter and
/// no digit is one space. It begins and ends with a space, so that ` word ` is a word wherever it stands.
#[derive(PartialEq)]
pub struct Folded(Zeroizing<String>);

impl Folded {
    /// Folds a text.
    pub fn of(text: &str) -> Self {
        // Of most texts nothing has to be decomposed.
        if text.is_ascii() {
            return Self::joined(
                text.len(),
                text.chars().filter(|c| !is_passed_over(*c)).map(|c| c.to_ascii_lowercase()),
            );
        }
        let plain = text.nfkd().filter(|c| !is_combining_mark(*c) && !is_passed_over(*c));
        Self::joined(text.len(), plain.flat_map(char::to_lowercase))
    }

    fn joined(length: usize, letters: impl Iterator<Item = char>) -> Self {
        let mut folded = Zeroizing::new(String::with_capacity(length + 2));
        folded.push(' ');
        for c in letters {
            if c.is_alphanumeric() {
                folded.push(c);
            } else if !folded.ends_with(' ') {
                folded.push(' ');
            }
        }
        if !folded.ends_with(' ') {
            folded.push(' ');
        }
        Self(folded)
    }

    /// Whether there is neither letter nor digit.
    pub fn is_empty(&self) -> bool {
        self.0.len() == 1
    }

    /// The words in their order.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.split(' ').filter(|word| !word.is_empty())
    }
}

/// Folded phrases that are looked for all at once: a text is read once for hundreds of them. A phrase is whole words; a star
/// at its end stands for the rest of one.
#[derive(Clone, Debug)]
pub struct Lexicon(Option<AhoCorasick>);

impl Lexicon {
    /// Takes phrases in; one without a word is found nowhere.
    pub fn new<'a>(phrases: impl Iterator<Item = &'a str>) -> Self {
        // Every word of a text has a space on both sides.
        let bounded = |phrase: &str| match phrase.strip_suffix('*') {
            Some("") => NOWHERE.to_owned(),
            Some(beginning) => format!(" {beginning}"),
            None => format!(" {phrase} "),
        };
        Self(AhoCorasick::new(phrases.map(bounded)).ok())
    }

    /// The places of the phrases that stand in a text, in no order, each once or more often.
    pub fn found<'a>(&'a self, text: &'a Folded) -> impl Iterator<Item = usize> + 'a {
        let found = |phrases: &'a AhoCorasick| phrases.find_overlapping_iter(text.0.as_str());
        self.0.iter().flat_map(found).map(|found| found.pattern().as_usize())
    }
}

/// What no folded text holds.
const NOWHERE: &str = "\u{1}";

/// Apostrophes, which are written or left out, and characters that nobody sees.
fn is_passed_over(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '´' | '`' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// What is the same in two copies of a message: compatibility forms, case and white space are made one, each number is
/// `0` and each address of the web a token. None for a message too short to be anybody's own.
pub fn fingerprint(message: &str) -> Option<Zeroizing<String>> {
    let plain = Zeroizing::new(message.nfkc().flat_map(char::to_lowercase).collect::<String>());
    let without_links = Zeroizing::new(ADDRESS.as_ref()?.replace_all(&plain, "\u{1}").into_owned());
    let mut print = Zeroizing::new(String::with_capacity(without_links.len()));
    for c in without_links.chars().filter(|c| !is_passed_over(*c)) {
        let c = match c {
            c if c.is_whitespace() => ' ',
            c if c.is_numeric() => '0',
            c => c,
        };
        if !(matches!(c, ' ' | '0') && print.ends_with(c)) {
            print.push(c);
        }
    }
    let print = Zeroizing::new(print.trim().to_owned());
    (print.chars().count() >= SHORTEST).then_some(print)
}

/// Messages below so many characters are the same in many honest mouths ("Please call me back").
const SHORTEST: usize = 40;
