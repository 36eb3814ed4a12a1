//! The clinic's name as its own prose repeats it ("At Riverbend Clinic, we …").
//!
//! Refuses to guess: a name said once, or never together with "we", may be another's.

use std::collections::BTreeMap;

/// What the prose of a page says of the clinic's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NameEvidence {
    /// Said at least twice, and at least once of themselves.
    Repeated(String),
    /// Said of themselves, but only once or beside an equally frequent other.
    Uncertain(String),
    /// Nothing.
    None,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Mentions {
    all: u32,
    own: u32,
}

/// Weighs the mentions of one name in the paragraphs.
pub(super) fn weigh<'a>(paragraphs: impl Iterator<Item = &'a str>) -> NameEvidence {
    let mut names: BTreeMap<String, Mentions> = BTreeMap::new();
    for paragraph in paragraphs {
        let words: Vec<&str> = paragraph.split(' ').collect();
        for at in 0..words.len() {
            count_mention(&words, at, &mut names);
        }
    }
    let mut own: Vec<(Mentions, String)> =
        names.into_iter().filter(|(_, seen)| seen.own > 0).map(|(name, seen)| (seen, name)).collect();
    own.sort_by(|a, b| b.cmp(a));
    let mut own = own.into_iter();
    let runner_up = |own: &mut std::vec::IntoIter<(Mentions, String)>| own.next().map_or(0, |(seen, _)| seen.all);
    match own.next() {
        None => NameEvidence::None,
        Some((seen, name)) if seen.all > 1 && seen.all > runner_up(&mut own) => NameEvidence::Repeated(name),
        Some((_, name)) => NameEvidence::Uncertain(name),
    }
}

/// Counts the name that follows the word "at" in this place, if one does.
fn count_mention(words: &[&str], at: usize, names: &mut BTreeMap<String, Mentions>) {
    if !words.get(at).is_some_and(|word| word.eq_ignore_ascii_case("at")) {
        return;
    }
    let Some((name, next)) = name_from(words.get(at + 1..).unwrap_or_default()) else {
        return;
    };
    let before = at.checked_sub(1).and_then(|before| words.get(before)).map(|word| word.to_lowercase());
    let of_us = before.is_some_and(|word| matches!(word.as_str(), "us" | "team" | "here" | "staff"));
    let we = next.is_some_and(|word| matches!(word.to_lowercase().as_str(), "we" | "our" | "we\u{2019}re" | "we're"));
    let mentions = names.entry(name).or_default();
    mentions.all += 1;
    mentions.own += u32::from(of_us || we);
}

/// The capitalised words at the start, two at least, and the word after them.
fn name_from<'a>(words: &[&'a str]) -> Option<(String, Option<&'a str>)> {
    let mut name: Vec<&str> = Vec::new();
    let mut length = 0;
    for (index, word) in words.iter().enumerate() {
        let bare = word.trim_end_matches([',', '.', ';', ':', '!', '?', ')']);
        let bare = bare.strip_suffix("\u{2019}s").or_else(|| bare.strip_suffix("'s")).unwrap_or(bare);
        let capital = bare.starts_with(char::is_uppercase);
        if !capital && (name.is_empty() || !matches!(*word, "and" | "of" | "for" | "the" | "&")) {
            break;
        }
        name.push(bare);
        if capital {
            length = index + 1;
        }
        if bare.len() != word.len() {
            break;
        }
    }
    name.truncate(length);
    (length > 1).then(|| (name.join(" "), words.get(length).copied()))
}
