//! Telephone numbers (ITU-T E.164), read as people of a country write them.

use std::fmt::{self, Write};

use phonenumber::{Mode, PhoneNumber, country, metadata::DATABASE};
use unicode_normalization::UnicodeNormalization;

use super::{Refusal, is_invisible};

/// The most characters that a written number may have.
const LONGEST: usize = 40;
/// The region of numbers that name no country, where none is known.
const HOME: country::Id = country::US;
/// The calling code of North America, where each number has ten digits.
const NORTH_AMERICA: u16 = 1;

/// A number that can be dialled, and how people of its country write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    e164: String,
    display: String,
}

impl Phone {
    /// Reads `(561) 555-0100`, `561.555.0100 ext. 4`, `+44 20 7946 0018` or `tel:+15615550100`. A number without `+`
    /// belongs to `region` (ISO 3166-1 alpha-2), and to the United States where that is `None` or has no plan of its
    /// own.
    ///
    /// A number that fits its country's plan is taken even where its area code is not assigned: the lists of assigned
    /// codes are older than the newest codes, and a patient's number that is refused is a patient who is lost.
    ///
    /// # Errors
    /// `bad_phone`.
    pub fn parse(text: &str, region: Option<&str>) -> Result<Self, Refusal> {
        let refused = || ("bad_phone", "must be a telephone number, such as +1 561 555 0100".to_owned());
        let home = region.and_then(|region| region.parse().ok()).unwrap_or(HOME);
        let written = written(text).ok_or_else(refused)?;
        let number = phonenumber::parse(Some(home), written).map_err(|_| refused())?;
        if !fits_its_plan(&number) {
            return Err(refused());
        }
        let abroad = DATABASE.by_id(home.as_ref()).is_none_or(|plan| plan.country_code() != number.code().value());
        let mode = if abroad { Mode::International } else { Mode::National };
        let e164 = formatted(&number, Mode::E164).filter(|number| is_e164(number) && leads_back(number));
        let e164 = e164.ok_or_else(refused)?;
        let display = formatted(&number, mode).ok_or_else(refused)?;
        Ok(Self { e164, display })
    }

    /// `+` and 7 to 15 digits. An extension is not part of it.
    pub fn e164(&self) -> &str {
        &self.e164
    }

    /// As people of the region that it was read in write it, its extension included.
    pub fn display(&self) -> &str {
        &self.display
    }
}

/// The text with the typographer's spaces and hyphens made plain. None where other characters stand in it: the
/// parser would cut a number out of any sentence, and its RFC 3966 parameters are nobody's way to write one.
fn written(text: &str) -> Option<String> {
    // Digits of full width are digits.
    let text: String = text.nfkc().filter(|c| !is_invisible(*c)).collect();
    let text = text.trim();
    let text = text.strip_prefix("tel:").unwrap_or(text);
    if text.chars().count() > LONGEST {
        return None;
    }
    let plain: String = text
        .chars()
        .map(|c| match c {
            '\u{a0}' | '\u{2007}' | '\u{2009}' | '\u{202f}' => ' ',
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            other => other,
        })
        .collect();
    let (number, extension) = plain.split_once(['x', 'X', 'e', 'E', '#']).unwrap_or((&plain, ""));
    let dialled = |c: char| c.is_ascii_digit() || " +()-./".contains(c);
    let extended = |c: char| c.is_ascii_digit() || " .:ext".contains(c.to_ascii_lowercase()) || "nsio".contains(c);
    let plausible = number.chars().all(dialled)
        && number.chars().any(|c| c.is_ascii_digit())
        && number.matches('+').count() <= 1
        && extension.chars().all(extended);
    // The parser dials letters as on an old telephone: the second `x` of two would become a 9.
    let digits: String = extension.chars().filter(char::is_ascii_digit).collect();
    plausible.then(|| if digits.is_empty() { number.to_owned() } else { format!("{number} ext {digits}") })
}

fn fits_its_plan(number: &PhoneNumber) -> bool {
    let national = number.national().to_string();
    let code = number.code().value();
    if code == NORTH_AMERICA && national.len() != 10 {
        return false;
    }
    let plans = DATABASE.by_code(&code).unwrap_or_default();
    plans.iter().any(|plan| plan.descriptors().general().is_match(&national))
}

/// The library's own `to_string` panics where it knows no plan.
fn formatted(number: &PhoneNumber, mode: Mode) -> Option<String> {
    let mut text = String::new();
    write!(text, "{}", number.format().mode(mode)).ok()?;
    Some(text)
}

fn is_e164(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0')
}

/// Whether the number is read from its own E.164 form: the parser takes some short codes for numbers that nobody can
/// dial from abroad.
fn leads_back(e164: &str) -> bool {
    let again = phonenumber::parse(Some(HOME), e164).ok().filter(fits_its_plan);
    again.and_then(|number| formatted(&number, Mode::E164)).is_some_and(|again| again == e164)
}

impl fmt::Display for Phone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.e164)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> (String, String) {
        let phone = Phone::parse(text, Some("US")).unwrap_or_else(|_| panic!("{text}"));
        (phone.e164().to_owned(), phone.display().to_owned())
    }

    #[test]
    fn a_number_is_read_in_each_way_that_people_write_it() {
        let ways = [
            "(561) 555-0100",
            "561-555-0100",
            "561.555.0100",
            "5615550100",
            "1 561 555 0100",
            "+1 561 555 0100",
            "tel:+15615550100",
            "(561)\u{a0}555\u{2011}0100",
        ];
        for way in ways {
            assert_eq!(read(way), ("+15615550100".to_owned(), "(561) 555-0100".to_owned()), "{way}");
        }
    }

    #[test]
    fn what_an_address_book_hides_in_a_copy_is_no_part_of_a_number() {
        for written in ["\u{202a}(561) 555-0100\u{202c}", "\u{200e}561\u{a0}555\u{2011}0100", "\u{ff15}61 555 0100"] {
            assert_eq!(Phone::parse(written, None).unwrap().e164(), "+15615550100", "{written:?}");
        }
    }

    #[test]
    fn an_extension_stands_in_the_display_form_alone() {
        for way in ["(561) 555-0100 ext. 12", "561-555-0100 x12"] {
            assert_eq!(read(way), ("+15615550100".to_owned(), "(561) 555-0100 ext. 12".to_owned()), "{way}");
        }
    }

    #[test]
    fn a_number_from_abroad_shows_its_country() {
        assert_eq!(read("+44 20 7946 0018"), ("+442079460018".to_owned(), "+44 20 7946 0018".to_owned()));
    }

    #[test]
    fn the_region_decides_what_a_local_number_means() {
        let berlin = Phone::parse("030 901820", Some("DE")).unwrap();
        assert_eq!((berlin.e164(), berlin.display()), ("+4930901820", "030 901820"));
        assert_eq!(Phone::parse("(561) 555-0100", None).unwrap().e164(), "+15615550100");
        assert_eq!(Phone::parse("(561) 555-0100", Some("AQ")).unwrap().e164(), "+15615550100");
    }

    #[test]
    fn an_unassigned_area_code_is_taken() {
        assert_eq!(read("(555) 123-4567").0, "+15551234567");
    }

    #[test]
    fn what_cannot_be_dialled_is_refused() {
        let refused = [
            "",
            "call us",
            "555-0100",
            "123",
            "+1 561 555 01000",
            "+999 123 456 789",
            "0000000000",
            "561 555 0100 or 561 555 0101",
            "++15615550100",
            "tel:5550100;phone-context=+1561",
            "My number is 561 555 0100",
        ];
        for text in refused {
            assert_eq!(Phone::parse(text, Some("US")).unwrap_err().0, "bad_phone", "{text}");
        }
    }

    #[test]
    fn an_extension_without_digits_is_none() {
        assert_eq!(read("561 555 0100 x"), read("561 555 0100"));
        assert_eq!(read("561 555 0100 ext."), read("561 555 0100"));
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_parser(text in "\\PC{0,45}", region in "[A-Z]{2}") {
            let _ = Phone::parse(&text, Some(&region));
        }

        #[test]
        fn whatever_is_taken_is_e164_and_reads_the_same_again(text in "\\+?[0-9 ().x#-]{3,25}", region in "[A-Z]{2}") {
            if let Ok(phone) = Phone::parse(&text, Some(&region)) {
                prop_assert!(is_e164(phone.e164()));
                prop_assert!(phone.display().chars().count() <= 60);
                let again = Phone::parse(phone.e164(), None).unwrap();
                prop_assert_eq!(again.e164(), phone.e164());
            }
        }
    }
}
