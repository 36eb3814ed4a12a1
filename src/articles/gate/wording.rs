//! Words and sentences of a text, compared without case, accents and punctuation. Refuses parts of words: `ketamine` is
//! not named by `esketamine`, nor `cure` by `secure`.

use unicode_segmentation::UnicodeSegmentation;

/// The words of a text in lower case and plain letters, each between two blanks: what [`names`] looks in.
pub fn words(text: &str) -> String {
    let bare = text.replace(['®', '™', '©'], " ");
    let folded = deunicode::deunicode(&bare).to_ascii_lowercase();
    let mut words = String::with_capacity(folded.len() + 2);
    words.push(' ');
    for word in folded.replace('\'', "").split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        words.push_str(word);
        words.push(' ');
    }
    words
}

/// Whether a text, given as its [`words`], names `phrase` as whole words. The plural of its last word is the same.
pub fn names(words_of_text: &str, phrase: &str) -> bool {
    let phrase = words(phrase);
    let phrase = phrase.trim_end();
    if phrase.is_empty() {
        return false;
    }
    let mut rest = words_of_text;
    while let Some((_, after)) = rest.split_once(phrase) {
        if after.starts_with(' ') || after.starts_with("s ") {
            return true;
        }
        rest = after;
    }
    false
}

/// The sentences of a text: no sentence goes beyond its line.
pub(super) fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let of_line = |line| UnicodeSegmentation::unicode_sentences(line);
    text.lines().flat_map(of_line).map(str::trim).filter(|sentence| !sentence.is_empty())
}

/// A sentence in lower case and plain letters, with single blanks and plain hyphens and quotes: what patterns read.
pub(super) fn plain(sentence: &str) -> String {
    let folded = deunicode::deunicode(&sentence.replace(['–', '—'], " - ")).to_ascii_lowercase();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}
