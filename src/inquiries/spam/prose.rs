//! A text in the form that words are looked for in, and the fingerprint of a message.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    sync::LazyLock,
};

use regex::Regex;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use zeroize::Zeroizing;

/// Addresses of the web, for the fingerprint: the same advertisement comes with other links. Texts are in small letters.
static ADDRESS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:https?://|www\.)\S+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}/\S*").ok());

/// A text without what readers pass over: compatibility forms are made plain (NFKD), accents and invisible characters
/// are gone, letters are small, apostrophes are closed up (`can't` is `cant`) and everything else that is no letter and
/// no digit is one space. It begins and ends with a space, so that ` word ` is a word wherever it stands.
pub struct Folded {
    text: Zeroizing<String>,
    /// Hashes of its words: most of hundreds of phrases fail at their first.
    words: HashSet<u64>,
}

impl PartialEq for Folded {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Folded {
    /// Folds a text.
    pub fn of(text: &str) -> Self {
        let mut folded = Zeroizing::new(String::with_capacity(text.len() + 2));
        folded.push(' ');
        for c in text.nfkd().filter(|c| !is_combining_mark(*c) && !is_passed_over(*c)).flat_map(char::to_lowercase) {
            if c.is_alphanumeric() {
                folded.push(c);
            } else if !folded.ends_with(' ') {
                folded.push(' ');
            }
        }
        if !folded.ends_with(' ') {
            folded.push(' ');
        }
        let words = folded.split(' ').map(hash).collect();
        Self { text: folded, words }
    }

    /// Whether there is neither letter nor digit.
    pub fn is_empty(&self) -> bool {
        self.text.len() == 1
    }

    /// Whether a folded phrase stands in the text, whole words alone. A star at its end stands for the rest of a word.
    pub fn holds(&self, phrase: &str) -> bool {
        let (words, is_whole) = match phrase.strip_suffix('*') {
            Some(beginning) => (beginning, false),
            None => (phrase, true),
        };
        let first = words.split(' ').next().unwrap_or_default();
        if (is_whole || first.len() < words.len()) && !self.words.contains(&hash(first)) {
            return false;
        }
        // Every word has a space on both sides, so there is one before and one behind.
        let is_bounded = |at: usize| {
            let before = self.text.get(..at).is_some_and(|before| before.ends_with(' '));
            let behind = || self.text.get(at + words.len()..).is_some_and(|behind| behind.starts_with(' '));
            before && (!is_whole || behind())
        };
        !words.is_empty() && self.text.match_indices(words).any(|(at, _)| is_bounded(at))
    }

    /// The words in their order.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.text.split(' ').filter(|word| !word.is_empty())
    }
}

fn hash(word: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    word.hash(&mut hasher);
    hasher.finish()
}

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
