//! E-mail addresses (RFC 5321 §4.1.2).

use std::fmt;

use email_address::{EmailAddress, Options};
use serde::Serialize;
use unicode_normalization::UnicodeNormalization;

use super::Refusal;

/// The most characters of an address (RFC 5321 §4.5.3.1.3, without the brackets).
const LONGEST: usize = 254;

/// An address that mail can be sent to: a local part as it was typed, and a domain in lower case with a dot in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// Reads one bare address. A name before it, an address literal such as `[192.0.2.1]` and a host without a dot
    /// are refused, and so is the `[email protected]` that scrapers find instead of an address.
    ///
    /// # Errors
    /// `bad_email`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let refused = || ("bad_email", "must be an e-mail address, such as front.desk@clinic.example".to_owned());
        // One form of each letter, however a keyboard composes it.
        let text: String = text.trim().nfc().collect();
        let text = text.as_str();
        let plain = !text.is_empty() && text.chars().count() <= LONGEST && !text.chars().any(char::is_control);
        if !plain {
            return Err(refused());
        }
        let rules = Options { minimum_sub_domains: 2, allow_domain_literal: false, allow_display_text: false };
        let address = EmailAddress::parse_with_options(text, rules).map_err(|_| refused())?;
        Ok(Self(format!("{}@{}", address.local_part(), address.domain().to_lowercase())))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_keeps_its_local_part_and_lowers_its_domain() {
        let address = Email::parse("  Front.Desk+intake@Clinic.Example ").unwrap();
        assert_eq!(address.as_str(), "Front.Desk+intake@clinic.example");
    }

    #[test]
    fn what_no_mail_reaches_is_refused() {
        let long = format!("{}@clinic.example", "a".repeat(250));
        let refused = [
            "",
            "front.desk",
            "a@",
            "@clinic.example",
            "a@localhost",
            "Dana <dana@clinic.example>",
            "a@[192.0.2.1]",
            "[email protected]",
            "[email\u{a0}protected]",
            "a@clinic.example\r\nBcc: b@clinic.example",
            "a b@clinic.example",
            &long,
        ];
        for text in refused {
            assert_eq!(Email::parse(text).unwrap_err().0, "bad_email", "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_was_read_once_reads_the_same_again(text in "\\PC{0,40}@\\PC{0,40}") {
            if let Ok(address) = Email::parse(&text) {
                prop_assert_eq!(Email::parse(address.as_str()).unwrap(), address);
            }
        }
    }
}
