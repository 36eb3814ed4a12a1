//! What a name and an e-mail address tell. Names are as people's are: nothing here adds up to more than a held inquiry.

use super::{prose::Folded, reason::Reason};

/// Providers of addresses for a few minutes; a small list of our own, of those that are met most.
const DISPOSABLE: [&str; 22] = [
    "mailinator.com",
    "guerrillamail.com",
    "guerrillamail.net",
    "sharklasers.com",
    "10minutemail.com",
    "tempmail.com",
    "temp-mail.org",
    "temp-mail.io",
    "throwawaymail.com",
    "yopmail.com",
    "getnada.com",
    "dispostable.com",
    "maildrop.cc",
    "trashmail.com",
    "fakeinbox.com",
    "mintemail.com",
    "mohmal.com",
    "emailondeck.com",
    "tempail.com",
    "moakt.com",
    "burnermail.io",
    "mail.tm",
];
/// So many dots before the `@` are no name.
const MANY_DOTS: usize = 4;
/// Beginnings of names that go on with a capital.
const BEFORE_A_CAPITAL: [&str; 14] =
    ["Mc", "Mac", "De", "Del", "Di", "Da", "La", "Le", "Lo", "Van", "Von", "O", "Fitz", "St"];
/// So many consonants in a row are in no name.
const CONSONANTS: usize = 6;

/// Who writes.
pub struct Sender<'a> {
    /// The name as it is shown.
    pub name: &'a str,
    /// The same, folded.
    pub folded: &'a Folded,
    /// Given and family name.
    pub parts: Option<(&'a str, &'a str)>,
    /// The e-mail address.
    pub email: Option<&'a str>,
}

/// What the sender tells.
pub fn found(sender: &Sender<'_>) -> impl Iterator<Item = Reason> {
    let words: Vec<&str> = sender.folded.words().collect();
    let twice = sender.parts.is_some_and(|(given, family)| given.chars().count() > 2 && given == family)
        || matches!(words.as_slice(), [first, second] if first == second && first.chars().count() > 2);
    let gibberish = sender.name.split_whitespace().any(is_gibberish);
    let (local, domain) = sender.email.and_then(|email| email.split_once('@')).unwrap_or_default();
    let domain = domain.to_lowercase();
    [
        gibberish.then_some(Reason::GibberishName),
        twice.then_some(Reason::NameTwice),
        (!gibberish && sender.name.split_whitespace().any(has_tail)).then_some(Reason::NameTail),
        DISPOSABLE.contains(&domain.as_str()).then_some(Reason::DisposableAddress),
        (local.matches('.').count() >= MANY_DOTS).then_some(Reason::DottedAddress),
    ]
    .into_iter()
    .flatten()
}

/// Capitals and small letters by turns, or a row of consonants: `hQzRtKpLwv`. Latin letters alone are looked at.
pub(super) fn is_gibberish(word: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    if letters.len() < 6 || !letters.iter().all(char::is_ascii_alphabetic) {
        return false;
    }
    let turns =
        letters.windows(2).filter(|pair| matches!(pair, [a, b] if a.is_lowercase() && b.is_uppercase())).count();
    turns >= 3 || longest_row(&letters, |c| !"aeiouyAEIOUY".contains(c)) >= CONSONANTS
}

pub(super) fn longest_row(letters: &[char], is_of_it: impl Fn(char) -> bool) -> usize {
    letters.split(|c| !is_of_it(*c)).map(<[char]>::len).max().unwrap_or(0)
}

/// `RobertKaf`: a name with a second beginning.
fn has_tail(word: &str) -> bool {
    let Some(at) = word.char_indices().skip(1).find(|(_, c)| c.is_uppercase()).map(|(at, _)| at) else { return false };
    let Some((first, tail)) = word.split_at_checked(at) else { return false };
    let small = |text: &str| text.chars().skip(1).all(char::is_lowercase);
    first.starts_with(char::is_uppercase)
        && first.chars().count() > 2
        && small(first)
        && small(tail)
        && tail.chars().all(|c| c.is_ascii_alphabetic())
        && !BEFORE_A_CAPITAL.contains(&first)
}
