//! Phone numbers as pages write them, read as E.164 with the United States as the home country.
//!
//! Refuses vanity letters, short codes and numbers that no numbering plan has.

use phonenumber::country::Id;
use phonenumber::{Mode, PhoneNumber};
use serde::Serialize;

/// Digits of the shortest and longest full number that is read; E.164 allows 15.
const DIGITS: std::ops::RangeInclusive<usize> = 7..=21;

/// A phone number of the clinic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Phone {
    /// E.164, such as `+15615550144`.
    pub number: String,
    /// As people of the home country read it, such as `(561) 555-0144`, with its extension if it has one.
    pub display: String,
}

impl Phone {
    /// Reads a phone number written in any usual way, or a `tel:` address without its scheme.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if !looks_like_phone(text) {
            return None;
        }
        let parsed = phonenumber::parse(Some(Id::US), text).ok()?;
        if !phonenumber::is_valid(&parsed) {
            return None;
        }
        let number = format!("+{}{}", parsed.code().value(), parsed.national());
        Some(Self { number, display: display(&parsed) })
    }
}

/// Whether the text holds nothing but what a phone number is written with.
pub(super) fn looks_like_phone(text: &str) -> bool {
    let (number, extension) = split_extension(text);
    let digits = number.chars().filter(char::is_ascii_digit).count();
    DIGITS.contains(&digits)
        && number.chars().all(|c| {
            c.is_ascii_digit() || matches!(c, ' ' | '(' | ')' | '+' | '-' | '.' | '/' | '\u{2010}'..='\u{2013}')
        })
        && extension.len() <= 7
        && extension.chars().all(|c| c.is_ascii_digit())
}

fn split_extension(text: &str) -> (&str, &str) {
    for mark in [";ext=", "extension", "Extension", "ext.", "Ext.", "ext", "Ext", "x"] {
        if let Some((number, extension)) = text.split_once(mark) {
            return (number.trim(), extension.trim());
        }
    }
    (text, "")
}

fn display(number: &PhoneNumber) -> String {
    let mode = if number.code().value() == 1 { Mode::National } else { Mode::International };
    number.format().mode(mode).to_string()
}
