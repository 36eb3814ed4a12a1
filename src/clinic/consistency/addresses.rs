//! Postal addresses in a text, as they are written in the United States: a number, the name of a street with its kind,
//! then perhaps a suite, a city, a state and a ZIP code. A number before a name alone ("since 2019 Harbor Lane has grown")
//! is no address beyond doubt and is left alone.

use super::words::{Kind, Token, between, tokens};
use crate::clinic::location::Address;

/// The words for a street's kind that are written in full, with their short form (USPS Publication 28, appendix C1).
const KINDS: [(&str, &str); 19] = [
    ("street", "st"),
    ("avenue", "ave"),
    ("lane", "ln"),
    ("road", "rd"),
    ("drive", "dr"),
    ("boulevard", "blvd"),
    ("court", "ct"),
    ("place", "pl"),
    ("parkway", "pkwy"),
    ("highway", "hwy"),
    ("circle", "cir"),
    ("terrace", "ter"),
    ("trail", "trl"),
    ("square", "sq"),
    ("turnpike", "tpke"),
    ("causeway", "cswy"),
    ("expressway", "expy"),
    ("way", "way"),
    ("plaza", "plz"),
];
const DIRECTIONS: [(&str, &str); 8] = [
    ("north", "n"),
    ("south", "s"),
    ("east", "e"),
    ("west", "w"),
    ("northeast", "ne"),
    ("northwest", "nw"),
    ("southeast", "se"),
    ("southwest", "sw"),
];
/// Words before the number of a part of a building (USPS Publication 28, appendix C2).
const UNITS: [&str; 11] = ["suite", "ste", "unit", "apt", "apartment", "room", "rm", "floor", "fl", "building", "bldg"];
/// The most words of a street's name.
const LONGEST_NAME: usize = 5;
/// Tokens after a street within which a ZIP code belongs to it.
const ZIP_REACH: usize = 12;
/// Addresses that required notices name: the HHS Office for Civil Rights (45 CFR 164.520(b)(1)(vi), 45 CFR 92.8), and CMS.
const PUBLIC: [(&str, &str); 2] = [("200", "independence ave"), ("7500", "security blvd")];

/// A number and a street, in the form in which they are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Street {
    number: String,
    name: String,
}

/// An address in a text.
#[derive(Debug)]
pub(super) struct Written<'a> {
    /// As it stands there.
    pub(super) found: &'a str,
    street: Street,
    unit: Option<String>,
    zip: Option<&'a str>,
}

/// An address of the record.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// In one line, as it is told.
    pub(super) line: String,
    street: Option<Street>,
    unit: Unit,
    zip: String,
}

/// The part of the building that an address of the record names.
#[derive(Clone, Debug)]
enum Unit {
    /// The whole of it.
    Whole,
    Named(String),
    /// The second line says something else: nobody can say whether a suite is right.
    Untold,
}

/// What of an address in a text is not as it is in the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Differing {
    /// The street is a location's, its number is not.
    Number,
    /// Number and street are a location's, the suite is not.
    Unit,
    /// Number and street are a location's, the ZIP code is not.
    Zip,
    /// It is nobody's.
    All,
}

impl Place {
    /// The address of a location; none outside the United States, where addresses are written in other ways.
    pub(super) fn of(address: &Address) -> Option<Self> {
        if address.country.as_str() != "US" {
            return None;
        }
        let tokens = tokens(&address.line1);
        let first = tokens.iter().position(|token| token.kind == Kind::Digits);
        let street = first.filter(|first| *first == 0).and_then(|_| {
            let number = house_number(&tokens, 0)?;
            let words = tokens.iter().skip(number.1).take_while(|token| !is_unit(token) && !token.is_mark("#"));
            Some(Street { number: number.0, name: street_name(words) })
        });
        let within = tokens.iter().position(|token| is_unit(token) || token.is_mark("#"));
        let own = within.and_then(|place| unit_at(&tokens, place)).map(|(unit, _)| unit);
        let unit = match &address.line2 {
            None => own.map_or(Unit::Whole, Unit::Named),
            Some(line2) => {
                let tokens = super::words::tokens(line2);
                unit_at(&tokens, 0).map_or(Unit::Untold, |(unit, _)| Unit::Named(unit))
            }
        };
        let second = address.line2.as_ref().map_or_else(String::new, |line2| format!(", {line2}"));
        let line = format!("{}{second}, {}, {} {}", address.line1, address.city, address.region, address.postal_code);
        Some(Self { line, street, unit, zip: address.postal_code.chars().take(5).collect() })
    }

    fn has_street(&self, street: &Street) -> bool {
        self.street.as_ref() == Some(street)
    }

    fn differs(&self, written: &Written<'_>) -> Option<Differing> {
        if written.zip.is_some_and(|zip| zip != self.zip) {
            return Some(Differing::Zip);
        }
        let told = written.unit.as_ref()?;
        let agrees = match &self.unit {
            Unit::Whole => false,
            Unit::Named(unit) => unit == told,
            Unit::Untold => true,
        };
        (!agrees).then_some(Differing::Unit)
    }
}

/// What is wrong with an address, and the places that it may have meant; none where it is right, or nobody can say.
pub(super) fn judge<'p>(written: &Written<'_>, places: &'p [Place]) -> Option<(Differing, Vec<&'p Place>)> {
    if is_public(&written.street) || places.is_empty() {
        return None;
    }
    let same: Vec<_> = places.iter().filter(|place| place.has_street(&written.street)).collect();
    if !same.is_empty() {
        let differing: Vec<_> = same.iter().map(|place| place.differs(written)).collect();
        return if differing.contains(&None) { None } else { differing.into_iter().next()?.map(|part| (part, same)) };
    }
    let along = places.iter().filter(|place| {
        let street = place.street.as_ref().is_some_and(|street| street.name == written.street.name);
        street && written.zip.is_none_or(|zip| zip == place.zip)
    });
    let along: Vec<_> = along.collect();
    if !along.is_empty() {
        let is_year = written.street.number.parse().is_ok_and(|number: u32| (1900..2100).contains(&number));
        let certain = written.zip.is_some() || written.unit.is_some() || !is_year;
        return certain.then_some((Differing::Number, along));
    }
    written.zip.map(|_| (Differing::All, Vec::new()))
}

fn is_public(street: &Street) -> bool {
    PUBLIC.iter().any(|(number, name)| street.number == *number && street.name.starts_with(name))
}

/// The addresses in a text.
pub(super) fn find(text: &str) -> Vec<Written<'_>> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let read = read(text, &tokens, at);
        at += 1;
        if let Some((written, after)) = read {
            found.push(written);
            at = after;
        }
    }
    found
}

/// The address that begins at a token, and the place after it.
fn read<'a>(text: &'a str, tokens: &[Token<'a>], at: usize) -> Option<(Written<'a>, usize)> {
    let first = tokens.get(at).filter(|token| token.kind == Kind::Digits)?;
    let is_attached = at.checked_sub(1).and_then(|at| tokens.get(at)).is_some_and(|before| {
        before.touches(first) && before.kind != Kind::Break && !["(", "\"", "“"].contains(&before.text)
    });
    if is_attached {
        return None;
    }
    let (number, name_at) = house_number(tokens, at)?;
    let name_end = street_end(tokens, name_at)?;
    let name = street_name(tokens.iter().take(name_end).skip(name_at));
    let mut last = name_end - 1;
    let unit = unit_at(tokens, past_separators(tokens, name_end)).map(|(unit, after)| {
        last = after - 1;
        unit
    });
    let zip = zip_after(tokens, last + 1);
    last = zip.unwrap_or(last);
    let zip = zip.and_then(|place| tokens.get(place)).map(|token| token.text);
    let found = between(text, first, tokens.get(last)?);
    Some((Written { found, street: Street { number, name }, unit, zip }, last + 1))
}

/// `210`, `210B`: the number in small letters, and the place after it.
fn house_number(tokens: &[Token<'_>], at: usize) -> Option<(String, usize)> {
    let digits = tokens.get(at).filter(|token| token.kind == Kind::Digits && token.text.len() <= 6)?;
    let letter = tokens.get(at + 1).filter(|next| digits.touches(next) && next.kind == Kind::Word);
    match letter {
        None => Some((digits.text.to_owned(), at + 1)),
        Some(letter) if letter.text.chars().count() == 1 => {
            Some((format!("{}{}", digits.text, letter.text.to_lowercase()), at + 2))
        }
        Some(_) => None,
    }
}

/// The place after the street's name: its last word is a street's kind, or a direction behind one.
fn street_end(tokens: &[Token<'_>], from: usize) -> Option<usize> {
    let mut end = None;
    let mut words = 0;
    let mut at = from;
    while let Some(token) = tokens.get(at).filter(|_| words < LONGEST_NAME) {
        let ordinal = ordinal_at(tokens, at);
        if !(token.is_capitalised() || ordinal) || is_unit(token) {
            break;
        }
        let begins = at;
        let (is_kind, is_direction) = (kind_of(token.text).is_some(), direction_of(token.text).is_some());
        words += 1;
        at += if ordinal { 2 } else { 1 };
        if (is_kind || is_direction) && tokens.get(at).is_some_and(|dot| dot.is_mark(".")) {
            at += 1;
        }
        if (is_kind && words > 1) || (is_direction && end == Some(begins)) {
            end = Some(at);
        }
    }
    end
}

fn ordinal_at(tokens: &[Token<'_>], at: usize) -> bool {
    let digits = tokens.get(at).filter(|token| token.kind == Kind::Digits);
    let end = digits.zip(tokens.get(at + 1)).filter(|(digits, end)| digits.touches(end));
    end.is_some_and(|(_, end)| matches!(end.text.to_lowercase().as_str(), "st" | "nd" | "rd" | "th"))
}

fn kind_of(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    KINDS.iter().find(|(long, short)| word == *long || word == *short).map(|(_, short)| *short)
}

fn direction_of(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    DIRECTIONS.iter().find(|(long, short)| word == *long || word == *short).map(|(_, short)| *short)
}

/// The words of a street's name as they are compared: small, without dots, kinds and directions in their short form.
fn street_name<'t, 'a: 't>(tokens: impl Iterator<Item = &'t Token<'a>>) -> String {
    let mut name = String::new();
    let mut end = None;
    for token in tokens.filter(|token| matches!(token.kind, Kind::Word | Kind::Digits)) {
        if !name.is_empty() && end != Some(token.start) {
            name.push(' ');
        }
        let word = token.text.to_lowercase();
        name.push_str(kind_of(&word).or_else(|| direction_of(&word)).unwrap_or(&word));
        end = Some(token.end());
    }
    name
}

fn is_unit(token: &Token<'_>) -> bool {
    token.kind == Kind::Word && UNITS.contains(&token.text.to_lowercase().as_str())
}

/// The place after a comma and the end of a line.
fn past_separators(tokens: &[Token<'_>], at: usize) -> usize {
    let at = if tokens.get(at).is_some_and(|token| token.is_mark(",")) { at + 1 } else { at };
    if tokens.get(at).is_some_and(|token| token.kind == Kind::Break) { at + 1 } else { at }
}

/// `Suite 3`, `Ste. 101-B`, `#4`: what stands behind the word, and the place after it.
fn unit_at(tokens: &[Token<'_>], at: usize) -> Option<(String, usize)> {
    let mut next = at;
    if tokens.get(next).is_some_and(is_unit) {
        next += 1;
        next += usize::from(tokens.get(next).is_some_and(|token| token.is_mark(".")));
        next += usize::from(tokens.get(next).is_some_and(|token| token.is_mark("#")));
    } else if tokens.get(next).is_some_and(|token| token.is_mark("#")) {
        next += 1;
    } else {
        return None;
    }
    let value = tokens.get(next)?;
    let is_value = value.kind == Kind::Digits || (value.kind == Kind::Word && value.text.chars().count() == 1);
    if !is_value {
        return None;
    }
    let mut unit = value.text.to_lowercase();
    let mut after = next + 1;
    while let Some((before, more)) = tokens.get(after - 1).zip(tokens.get(after)).filter(|(a, b)| a.touches(b)) {
        let hyphen = more.is_mark("-") && tokens.get(after + 1).is_some_and(|next| more.touches(next));
        if !(hyphen || matches!(more.kind, Kind::Digits | Kind::Word)) || before.kind == Kind::Break {
            break;
        }
        if !hyphen {
            unit.push_str(&more.text.to_lowercase());
        }
        after += 1;
    }
    Some((unit, after))
}

/// The place of the ZIP code that belongs to the address: five digits behind a state, with nothing but a city before it.
fn zip_after(tokens: &[Token<'_>], from: usize) -> Option<usize> {
    for at in from..from + ZIP_REACH {
        let token = tokens.get(at)?;
        let passes = token.is_capitalised()
            || token.is_mark(",")
            || token.is_mark(".")
            || (token.kind == Kind::Break && tokens.get(at + 1).is_some_and(Token::is_capitalised));
        if token.kind == Kind::Digits && token.text.len() == 5 {
            let state = at.checked_sub(1).and_then(|before| tokens.get(before));
            return state.filter(|word| word.is_capitalised() || word.is_mark(".")).map(|_| at);
        }
        if !passes {
            return None;
        }
    }
    None
}
