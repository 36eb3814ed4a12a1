//! What a password may be: long, not in the list, not made of the account's own words.
//!
//! No rules of composition and no expiry (NIST SP 800-63B-4 section 3.1.1.2). A password is never
//! cut: what was typed is what is hashed. Each refusal says why, and never repeats the password.

use std::fmt;

use thiserror::Error;
use zeroize::Zeroizing;

/// The least length without a second factor, in code points.
pub const LEAST_ALONE: usize = 15;
/// The least length where a second factor is asked for as well, in code points.
pub const LEAST_WITH_SECOND_FACTOR: usize = 8;
/// The greatest length, in code points.
pub const MOST: usize = 128;

const PRODUCT: &str = "clinic-cms";
/// A context word of fewer letters ("li", "ann") would refuse half of all good passwords.
const SHORTEST_WORD: usize = 4;

/// Attackers go through lists of a million before anything else.
const TRIED_FIRST: u64 = 1_000_000;
/// Phrases that are long, and known to everybody: examples of how good ones are made.
const FAMOUS: [&str; 4] = [
    "correcthorsebatterystaple",
    "tobeornottobethatisthequestion",
    "maytheforcebewithyou",
    "maytheforcebewithyoualways",
];

/// Why a password is refused. The messages are for the person who chose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PasswordError {
    /// Fewer code points than asked for.
    #[error("use at least {least} characters; a few words in a row are easy to remember")]
    TooShort {
        /// The least number of code points.
        least: usize,
    },
    /// More than [`MOST`] code points.
    #[error("use at most {MOST} characters")]
    TooLong,
    /// One of the passwords that attackers try first, or a simple pattern.
    #[error("this is one of the passwords that attackers try first; choose another")]
    TriedFirst,
    /// It contains the e-mail address, the product's or the clinic's name.
    #[error("leave out your e-mail address and the names of this product and of the clinic")]
    ContextWord,
}

/// What a new password is checked against.
#[derive(Clone, Copy)]
pub struct PasswordRules<'a> {
    /// Whether a second factor is asked for at sign-in; lowers the least length to 8.
    pub second_factor: bool,
    /// The e-mail address of the account; its local part is refused in the password.
    pub email: &'a str,
    /// Further words that are refused in it: the clinic's name, the user's own.
    pub words: &'a [&'a str],
}

/// A password that passed the rules. Wiped on drop, redacted in `Debug`.
pub struct Password(Zeroizing<String>);

impl Password {
    /// Checks a new password against the rules.
    ///
    /// # Errors
    /// [`PasswordError`] with the first rule that it breaks.
    pub fn parse(text: &str, rules: PasswordRules<'_>) -> Result<Self, PasswordError> {
        let least = if rules.second_factor { LEAST_WITH_SECOND_FACTOR } else { LEAST_ALONE };
        match text.chars().count() {
            length if length < least => return Err(PasswordError::TooShort { least }),
            length if length > MOST => return Err(PasswordError::TooLong),
            _ => {}
        }
        if is_tried_first(text) {
            return Err(PasswordError::TriedFirst);
        }
        if has_context_word(text, rules) {
            return Err(PasswordError::ContextWord);
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// Whether it is long enough beside a second factor alone.
    #[must_use]
    pub fn is_short(&self) -> bool {
        self.0.chars().count() < LEAST_ALONE
    }

    /// The bytes to hash.
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password([redacted])")
    }
}

impl fmt::Debug for PasswordRules<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordRules").field("second_factor", &self.second_factor).finish_non_exhaustive()
    }
}

/// Within the first million guesses of somebody who knows the common lists, keyboards, dates and repetitions, as
/// zxcvbn counts them with the lists that it carries; or a phrase that everybody knows.
fn is_tried_first(text: &str) -> bool {
    FAMOUS.contains(&squash(text).as_str()) || zxcvbn::zxcvbn(text, &[]).guesses() <= TRIED_FIRST
}

fn has_context_word(text: &str, rules: PasswordRules<'_>) -> bool {
    let plain = squash(text);
    let local = rules.email.rsplit_once('@').map_or(rules.email, |(l, _)| l);
    let mut words = rules.words.iter().copied().chain([PRODUCT, local]);
    words.any(|word| {
        let word = squash(word);
        word.chars().count() >= SHORTEST_WORD && plain.contains(word.as_str())
    })
}

/// Lower case, letters and digits alone, so that `Clinic CMS` and `clinic-cms` are one word.
fn squash(text: &str) -> Zeroizing<String> {
    let kept = text.chars().filter(|c| c.is_alphanumeric());
    Zeroizing::new(kept.flat_map(char::to_lowercase).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALONE: PasswordRules<'_> =
        PasswordRules { second_factor: false, email: "anna.schmidt@clinic.example", words: &["Sankt Georg", "ab"] };
    const WITH_SECOND: PasswordRules<'_> = PasswordRules { second_factor: true, ..ALONE };

    fn refusal(text: &str, rules: PasswordRules<'_>) -> Option<PasswordError> {
        Password::parse(text, rules).err()
    }

    #[test]
    fn a_password_alone_has_15_code_points_or_more() {
        let short = PasswordError::TooShort { least: 15 };
        assert_eq!(refusal("greenteapotlid", ALONE), Some(short));
        assert_eq!(refusal("greenteapotlids", ALONE), None);
        assert_eq!(refusal("ßéñ語ßéñ字ßéñ文wxy", ALONE), None, "code points, not bytes");
    }

    #[test]
    fn with_a_second_factor_8_suffice() {
        let short = PasswordError::TooShort { least: 8 };
        assert_eq!(refusal("teapots", WITH_SECOND), Some(short));
        assert_eq!(refusal("teapotsy", WITH_SECOND), None);
    }

    #[test]
    fn a_password_of_128_is_kept_whole_and_of_129_refused() {
        let long: String = (0..128_u32).map(|i| char::from_u32(0x4e00 + i * 7).unwrap()).collect();
        let kept = Password::parse(&long, ALONE).unwrap();
        assert_eq!(kept.as_bytes(), long.as_bytes());
        assert_eq!(refusal(&format!("{long}x"), ALONE), Some(PasswordError::TooLong));
    }

    #[test]
    fn passwords_that_attackers_try_first_are_refused() {
        for text in [
            "passwordpassword",
            "Password12345678",
            "PASSWORD!!!!!!!",
            "correcthorsebatterystaple",
            "aaaaaaaaaaaaaaa",
            "abcabcabcabcabca",
            "123456789012345",
            "543210987654321",
            "qwertyuiopasdfg",
            "abcdefghijklmnop",
            "1qaz2wsx3edc4rfv",
        ] {
            assert_eq!(refusal(text, ALONE), Some(PasswordError::TriedFirst), "{text}");
        }
        assert_eq!(refusal("iloveyou", WITH_SECOND), Some(PasswordError::TriedFirst));
        for text in ["Sunshine1!", "letmein123", "welcome2024", "administrator", "11112222"] {
            assert_eq!(refusal(text, WITH_SECOND), Some(PasswordError::TriedFirst), "{text}");
        }
        assert_eq!(refusal("k7$Qw2!x", WITH_SECOND), None, "eight by chance are enough beside a second factor");
    }

    #[test]
    fn the_accounts_own_words_are_refused() {
        for text in
            ["my Anna Schmidt 4711 x", "the clinic-cms door code", "CLINICCMS for the win", "sankt-georg on the hill"]
        {
            assert_eq!(refusal(text, ALONE), Some(PasswordError::ContextWord), "{text}");
        }
        assert_eq!(refusal("a cab by the harbour", ALONE), None, "a word of two letters");
    }

    #[test]
    fn a_refusal_never_repeats_the_password() {
        let password = Password::parse("greenteapotlids", ALONE).unwrap();
        assert_eq!(format!("{password:?}"), "Password([redacted])");
        assert!(!format!("{ALONE:?}").contains("anna"));
        let refused = refusal("my Anna Schmidt 4711 x", ALONE).unwrap();
        assert!(!refused.to_string().contains("4711"));
    }

    proptest! {
        #[test]
        fn any_text_is_judged_without_a_panic(text in ".{0,140}") {
            let judged = Password::parse(&text, WITH_SECOND);
            if let Ok(password) = judged {
                prop_assert_eq!(password.as_bytes(), text.as_bytes());
            }
        }
    }
}
