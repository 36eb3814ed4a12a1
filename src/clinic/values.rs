//! Small values that an organisation is described by, each with the rule that makes it one.

use std::fmt;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::contact::Refusal;

/// The most characters of a web address.
const LONGEST_ADDRESS: usize = 2000;

/// A National Provider Identifier (45 CFR 162.406): ten digits, the first 1 or 2, the last a check digit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Npi(String);

impl Npi {
    /// Reads ten digits.
    ///
    /// # Errors
    /// `bad_npi`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        let shaped = text.len() == 10 && text.starts_with(['1', '2']) && text.bytes().all(|b| b.is_ascii_digit());
        if shaped && has_luhn_check_digit(&format!("80840{text}")) {
            Ok(Self(text.to_owned()))
        } else {
            Err(("bad_npi", "must be an NPI: ten digits, the last of which is its check digit".to_owned()))
        }
    }

    /// The ten digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The Luhn sum (ISO/IEC 7812-1, annex B). The NPI's is counted with the prefix 80840 of American health cards.
fn has_luhn_check_digit(digits: &str) -> bool {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let weighted = digits.chars().rev().filter_map(|c| c.to_digit(10)).enumerate();
    weighted.map(|(place, digit)| if place % 2 == 1 { doubled(digit) } else { digit }).sum::<u32>() % 10 == 0
}

/// An employer identification number (26 CFR 301.6109-1), `NN-NNNNNNN`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct TaxId(String);

impl TaxId {
    /// Reads two digits, a hyphen and seven digits.
    ///
    /// # Errors
    /// `bad_tax_id`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        let all_digits = |part: &str, length| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
        match text.split_once('-') {
            Some((prefix, serial)) if all_digits(prefix, 2) && all_digits(serial, 7) => Ok(Self(text.to_owned())),
            _ => Err(("bad_tax_id", "must be a tax id in the form 12-3456789".to_owned())),
        }
    }

    /// Two digits, a hyphen and seven digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An absolute `http` or `https` address without credentials, in the form that browsers give it (WHATWG URL).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct WebAddress(String);

impl WebAddress {
    /// Reads an address of at most 2,000 characters. The slash that the standard adds to a bare host is left out
    /// again where nobody wrote it.
    ///
    /// # Errors
    /// `bad_url`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let refused = || ("bad_url", "must be an absolute http or https address without a password".to_owned());
        let text = text.trim();
        let url = Url::parse(text).map_err(|_| refused())?;
        let web = matches!(url.scheme(), "http" | "https") && text.contains("://");
        // `Url` drops tabs and turns backslashes around, which is how an address is made to look like another.
        let plain = !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\');
        let anonymous = url.username().is_empty() && url.password().is_none();
        let mut canonical = String::from(url);
        if canonical.len() == text.len() + 1 && canonical.ends_with('/') && !text.ends_with('/') {
            canonical.pop();
        }
        if web && plain && anonymous && canonical.len() <= LONGEST_ADDRESS {
            Ok(Self(canonical))
        } else {
            Err(refused())
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A zone of the IANA time zone database, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct TimeZone(pub Tz);

impl TimeZone {
    /// Reads a name such as `America/New_York`.
    ///
    /// # Errors
    /// `bad_timezone`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let zone = text.trim().parse::<Tz>();
        zone.map(Self).map_err(|_| ("bad_timezone", "must be an IANA time zone, such as America/New_York".to_owned()))
    }

    /// The zone's name.
    pub fn as_str(&self) -> &'static str {
        self.0.name()
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_npi_carries_its_check_digit() {
        // 1234567893 is the example of the CMS's own description of the check digit.
        assert_eq!(Npi::parse(" 1234567893 ").unwrap().as_str(), "1234567893");
        for text in ["1234567890", "123456789", "12345678930", "3234567893", "12345678a3", "", "１２３４５６７８９３"]
        {
            assert_eq!(Npi::parse(text).unwrap_err().0, "bad_npi", "{text}");
        }
    }

    #[test]
    fn one_wrong_digit_of_an_npi_is_always_noticed() {
        for place in 1..10 {
            for digit in '0'..='9' {
                let mut digits: Vec<char> = "1234567893".chars().collect();
                if digits[place] != digit {
                    digits[place] = digit;
                    assert!(Npi::parse(&digits.into_iter().collect::<String>()).is_err());
                }
            }
        }
    }

    #[test]
    fn a_tax_id_has_its_hyphen_in_its_place() {
        assert_eq!(TaxId::parse("12-3456789").unwrap().as_str(), "12-3456789");
        for text in ["123456789", "1-23456789", "12-345678", "12-34567890", "12-345678a", "12--456789", ""] {
            assert_eq!(TaxId::parse(text).unwrap_err().0, "bad_tax_id", "{text}");
        }
    }

    #[test]
    fn an_address_stays_as_it_was_written_where_it_can() {
        let kept = ["https://clinic.example", "https://clinic.example/", "http://clinic.example:8080/book?at=1#top"];
        for text in kept {
            assert_eq!(WebAddress::parse(text).unwrap().as_str(), text);
        }
        assert_eq!(WebAddress::parse("HTTPS://Clinic.Example/A b").unwrap_err().0, "bad_url");
        assert_eq!(WebAddress::parse("HTTPS://Clinic.Example/A").unwrap().as_str(), "https://clinic.example/A");
        assert_eq!(WebAddress::parse("https://clínica.example").unwrap().as_str(), "https://xn--clnica-4va.example/");
    }

    #[test]
    fn what_leads_nowhere_or_elsewhere_is_refused() {
        let refused = [
            "",
            "clinic.example",
            "/book",
            "//clinic.example",
            "ftp://clinic.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "https:clinic.example",
            "https://",
            "https://dana:secret@clinic.example",
            "https://dana@clinic.example",
            "https://clinic.example\\@evil.example",
            "https://clinic.exa\tmple",
        ];
        for text in refused {
            assert_eq!(WebAddress::parse(text).unwrap_err().0, "bad_url", "{text}");
        }
        let long = format!("https://clinic.example/{}", "a".repeat(LONGEST_ADDRESS));
        assert!(WebAddress::parse(&long).is_err());
    }

    #[test]
    fn a_zone_has_an_iana_name() {
        assert_eq!(TimeZone::parse("America/New_York").unwrap().as_str(), "America/New_York");
        for text in ["", "Eastern", "UTC-5", "+01:00", "america/new_york"] {
            assert_eq!(TimeZone::parse(text).unwrap_err().0, "bad_timezone", "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_was_read_once_reads_the_same_again(text in "https?://[a-zA-Z0-9.é-]{1,20}(/[\\PC]{0,20})?") {
            if let Ok(address) = WebAddress::parse(&text) {
                prop_assert!(address.as_str().starts_with("http://") || address.as_str().starts_with("https://"));
                prop_assert_eq!(WebAddress::parse(address.as_str()).unwrap(), address);
            }
        }
    }
}
