//! The first owner, made from settings. Refuses passwords that are short or taken from an example:
//! there is no default account, and an example's password would be one.

use std::fmt;

use email_address::EmailAddress;
use secrecy::SecretString;

use super::parse::Parsed;

/// Who owns a fresh installation.
#[derive(Clone)]
pub struct FirstOwner {
    /// The address with which the owner signs in.
    pub email: EmailAddress,
    /// The password with which the owner signs in.
    pub password: SecretString,
}

/// Neither the address nor the password is anybody else's business.
impl fmt::Debug for FirstOwner {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("FirstOwner([REDACTED])")
    }
}

/// Fewest code points of a password without a second factor (NIST SP 800-63B-4 §3.1.1.2).
const SHORTEST: usize = 15;
/// Most code points of a password.
const LONGEST: usize = 128;

/// Beginnings that give an example away, whatever follows.
const EXAMPLE_BEGINNINGS: [&str; 4] = ["changeme", "changethis", "password", "replaceme"];

/// Words of which examples are made. A password that has nothing else in it is one.
const EXAMPLE_WORDS: [&str; 38] = [
    "placeholder",
    "password",
    "passphrase",
    "changeme",
    "replaceme",
    "administrator",
    "example",
    "default",
    "welcome",
    "letmein",
    "qwertyuiop",
    "qwerty",
    "secret",
    "insert",
    "please",
    "change",
    "replace",
    "clinic",
    "owner",
    "admin",
    "login",
    "strong",
    "secure",
    "random",
    "long",
    "here",
    "your",
    "this",
    "that",
    "with",
    "test",
    "demo",
    "user",
    "pass",
    "the",
    "cms",
    "my",
    "me",
];

/// A password fit for the first owner.
pub(super) fn password(text: &str) -> Parsed<SecretString> {
    let length = text.chars().count();
    if length < SHORTEST {
        return Err(format!("has fewer than {SHORTEST} characters").into());
    }
    if length > LONGEST {
        return Err(format!("has more than {LONGEST} characters").into());
    }
    if is_one_character(text) {
        return Err("is one character over and over".into());
    }
    if is_counting(text) || is_example(text) {
        return Err("is an example or a placeholder".into());
    }
    Ok(text.into())
}

fn is_one_character(text: &str) -> bool {
    let mut characters = text.chars();
    let first = characters.next();
    characters.all(|character| Some(character) == first)
}

/// Whether the characters only count up, as in `123456789012345` and `abcdefghijklmno`.
fn is_counting(text: &str) -> bool {
    let following = text.chars().skip(1);
    text.chars().zip(following).all(|(one, next)| u32::from(next) == u32::from(one) + 1 || (one == '9' && next == '0'))
}

fn is_example(text: &str) -> bool {
    let lower = text.to_lowercase();
    let spelled_out: String = lower.chars().map(letter_for).collect();
    [lower, spelled_out].iter().any(|text| {
        let letters: String = text.chars().filter(|letter| letter.is_alphanumeric()).collect();
        EXAMPLE_BEGINNINGS.iter().any(|beginning| letters.starts_with(beginning)) || is_made_of_example_words(&letters)
    })
}

/// The letter for which a sign stands in `P@ssw0rd`.
fn letter_for(sign: char) -> char {
    match sign {
        '@' | '4' => 'a',
        '0' => 'o',
        '$' | '5' => 's',
        '3' => 'e',
        '1' | '!' => 'i',
        other => other,
    }
}

fn is_made_of_example_words(letters: &str) -> bool {
    let mut rest = letters.to_owned();
    for word in EXAMPLE_WORDS {
        rest = rest.replace(word, " ");
    }
    rest.contains(' ') && !rest.chars().any(char::is_alphabetic)
}
