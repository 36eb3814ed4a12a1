//! How a text is written, whatever it says: scripts, dressed letters, capitals, repetition, letters without a word.

use std::collections::BTreeMap;

use super::{
    prose::Folded,
    reason::Reason,
    sender::{is_gibberish, longest_row},
};

/// Scripts that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
    Hebrew,
    Arabic,
    Indic,
    Thai,
    Han,
    Kana,
    Hangul,
    Other,
}

impl Script {
    fn of(c: char) -> Self {
        match u32::from(c) {
            0x41..=0x24f | 0x1e00..=0x1eff | 0x2c60..=0x2c7f | 0xa720..=0xa7ff => Self::Latin,
            0x370..=0x3ff | 0x1f00..=0x1fff => Self::Greek,
            0x400..=0x52f => Self::Cyrillic,
            0x590..=0x5ff => Self::Hebrew,
            0x600..=0x77f | 0x8a0..=0x8ff | 0xfb50..=0xfdff | 0xfe70..=0xfeff => Self::Arabic,
            0x900..=0xdff => Self::Indic,
            0xe00..=0xe7f => Self::Thai,
            0x3040..=0x30ff => Self::Kana,
            0x3400..=0x9fff | 0x20000..=0x2ffff => Self::Han,
            0x1100..=0x11ff | 0xac00..=0xd7af => Self::Hangul,
            _ => Self::Other,
        }
    }

    /// The scripts that a language (BCP 47) is written in.
    fn of_language(tag: &str) -> &'static [Self] {
        match tag.split('-').next().unwrap_or_default().to_lowercase().as_str() {
            "ru" | "uk" | "bg" | "be" | "mk" | "kk" | "ky" | "mn" => &[Self::Cyrillic],
            "sr" => &[Self::Cyrillic, Self::Latin],
            "el" => &[Self::Greek],
            "ar" | "fa" | "ur" | "ps" | "ckb" => &[Self::Arabic],
            "he" | "yi" => &[Self::Hebrew],
            "hi" | "mr" | "ne" | "bn" | "pa" | "gu" | "ta" | "te" | "kn" | "ml" | "si" => &[Self::Indic],
            "th" => &[Self::Thai],
            "zh" | "yue" => &[Self::Han],
            "ja" => &[Self::Han, Self::Kana],
            "ko" => &[Self::Hangul, Self::Han],
            "am" | "hy" | "ka" | "km" | "lo" | "my" => &[Self::Other],
            _ => &[Self::Latin],
        }
    }
}

/// What the writing tells. `languages` are BCP 47.
pub fn found(text: &str, folded: &Folded, languages: &[&str]) -> impl Iterator<Item = Reason> {
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphabetic()).collect();
    [
        is_foreign(&letters, languages).then_some(Reason::ForeignScript),
        text.split_whitespace().any(is_mixed).then_some(Reason::MixedScripts),
        is_styled(&letters).then_some(Reason::StyledLetters),
        is_without_words(text, folded).then_some(Reason::GibberishMessage),
        is_in_capitals(&letters).then_some(Reason::AllCapitals),
        (text.contains("!!!") || text.matches('!').count() > 5).then_some(Reason::Exclamations),
        is_repeated(text, folded).then_some(Reason::RepeatedText),
    ]
    .into_iter()
    .flatten()
}

/// More than half of the letters, and at least ten: a name or a saying in another script is no reason.
fn is_foreign(letters: &[char], languages: &[&str]) -> bool {
    let known: Vec<Script> = languages.iter().flat_map(|tag| Script::of_language(tag)).copied().collect();
    let foreign = letters.iter().filter(|c| !known.contains(&Script::of(**c))).count();
    !known.is_empty() && foreign >= 10 && foreign * 2 > letters.len()
}

/// Latin letters beside Cyrillic or Greek ones in one word, which only who imitates writes. `µg` and the like are no
/// word.
fn is_mixed(word: &str) -> bool {
    let counted = |script| word.chars().filter(|c| Script::of(*c) == script && c.is_alphabetic()).count();
    let latin = counted(Script::Latin);
    latin >= 2 && counted(Script::Cyrillic) + counted(Script::Greek) >= 1 && word.chars().count() >= 4
}

/// Mathematical alphanumerics, full-width and circled letters: a tenth of the text, and more than a sign or two.
fn is_styled(letters: &[char]) -> bool {
    let styled =
        |c: char| matches!(u32::from(c), 0x1d400..=0x1d7ff | 0x24b6..=0x24e9 | 0xff21..=0xff5a | 0x1f130..=0x1f189);
    let dressed = letters.iter().filter(|c| styled(**c)).count();
    dressed >= 6 && dressed * 10 >= letters.len()
}

/// One long word or several that no language makes, and nothing beside them.
fn is_without_words(text: &str, folded: &Folded) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let strange = |word: &&&str| {
        let letters: Vec<char> = word.chars().filter(char::is_ascii_alphabetic).collect();
        let no_vowel = letters.len() >= 5 && longest_row(&letters, |c| "aeiouyAEIOUY".contains(c)) == 0;
        no_vowel || is_gibberish(word)
    };
    let count = words.iter().filter(strange).count();
    count > 0 && count * 2 > words.len() && folded.words().count() <= 12
}

fn is_in_capitals(letters: &[char]) -> bool {
    let (upper, lower) =
        (letters.iter().filter(|c| c.is_uppercase()).count(), letters.iter().filter(|c| c.is_lowercase()).count());
    upper >= 20 && lower * 10 < upper
}

/// The same line or sentence three times, or one word that is a third of a long text.
fn is_repeated(text: &str, folded: &Folded) -> bool {
    let mut pieces: BTreeMap<&str, usize> = BTreeMap::new();
    for piece in text.split(['\n', '.', '!', '?']).map(str::trim).filter(|piece| piece.chars().count() >= 12) {
        *pieces.entry(piece).or_default() += 1;
    }
    let mut words: BTreeMap<&str, usize> = BTreeMap::new();
    for word in folded.words() {
        *words.entry(word).or_default() += 1;
    }
    let (all, most) = (words.values().sum::<usize>(), words.values().max().copied().unwrap_or(0));
    pieces.values().any(|times| *times >= 3) || (all >= 15 && most * 3 > all)
}
