//! Telephone numbers in a text. Found are those that are written as one beyond doubt: with a `+`, or in the groups of
//! the clinic's country and with what sets a number apart from a dose or a reference (brackets, hyphens, dots, or a word
//! such as "call"). The rest is left alone.

use super::words::{Kind, Token, between, tokens};
use crate::{clinic::values::Npi, contact::Phone};

/// Numbers that belong to everybody, so that no record has them. Codes of three digits (911, 988, 711 …) are never found.
const PUBLIC: [&str; 11] = [
    "+18002221222", // Poison Help (HRSA)
    "+18003681019", // HHS Office for Civil Rights, named by notices under 45 CFR 92 and 164
    "+18005377697", // the same, TDD
    "+18009853059", // No Surprises Help Desk (CMS), named by notices under 45 CFR 149
    "+18006334227", // Medicare
    "+18774862048", // Medicare, TTY
    "+18006624357", // SAMHSA's helpline
    "+18002738255", // the Lifeline's number before 988, still in service
    "+18007997233", // National Domestic Violence Hotline
    "+18003321088", // MedWatch (FDA)
    "+18002324636", // CDC-INFO
];
/// Words that say of a number without hyphens what it is, in English and Spanish.
const CUES: [&str; 20] = [
    "call",
    "calling",
    "phone",
    "telephone",
    "tel",
    "fax",
    "text",
    "dial",
    "number",
    "mobile",
    "cell",
    "line",
    "llame",
    "llamar",
    "llámenos",
    "teléfono",
    "telefono",
    "número",
    "línea",
    "marque",
];
/// Tokens before a number in which a cue is looked for.
const CUE_REACH: usize = 5;
/// Regions of the North American Numbering Plan where clinics of this record may be.
const NORTH_AMERICA: [&str; 8] = ["US", "CA", "PR", "VI", "GU", "AS", "MP", "DO"];
/// The groups in which a number of North America is written, the longest first.
const SHAPES: [&[usize]; 6] = [&[1, 3, 3, 4], &[1, 3, 7], &[3, 3, 4], &[3, 7], &[11], &[10]];

/// A number in a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Written<'a> {
    /// As it stands there.
    pub(super) found: &'a str,
    /// E.164.
    pub(super) number: String,
}

/// Whether the number is everybody's.
pub(super) fn is_public(number: &str) -> bool {
    PUBLIC.contains(&number)
}

/// The numbers in a text of a clinic of `country` (ISO 3166-1 alpha-2).
pub(super) fn find<'a>(text: &'a str, country: &str) -> Vec<Written<'a>> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let read = if token.kind == Kind::Digits { read(text, &tokens, at, country) } else { None };
        at += 1;
        if let Some((written, last)) = read {
            found.push(written);
            at = last + 1;
        }
    }
    found
}

/// The number that begins at a token, and the place of its last token.
fn read<'a>(text: &'a str, tokens: &[Token<'a>], at: usize, country: &str) -> Option<(Written<'a>, usize)> {
    let groups = groups(text, tokens, at);
    let plus = before(tokens, at).filter(|mark| mark.is_mark("+"));
    let lengths = if plus.is_some() {
        international(tokens, &groups, country)
    } else if is_attached(tokens, at) {
        None
    } else if NORTH_AMERICA.contains(&country) {
        north_american(tokens, &groups, at, text)
    } else {
        national(tokens, &groups, country)
    };
    let last = *groups.get(lengths?.checked_sub(1)?)?;
    let taken = groups.iter().take_while(|group| **group <= last);
    let digits: String = taken.filter_map(|group| tokens.get(*group)).map(|token| token.text).collect();
    let number = Phone::parse(&format!("{}{digits}", if plus.is_some() { "+" } else { "" }), Some(country)).ok()?;
    let bracket = before(tokens, at).filter(|mark| mark.is_mark("("));
    let first = plus.or(bracket).unwrap_or(tokens.get(at)?);
    Some((Written { found: between(text, first, tokens.get(last)?), number: number.e164().to_owned() }, last))
}

/// The places of the runs of digits that are written as one row: at most eight, with hyphens, dots, brackets and single
/// spaces between them.
fn groups(text: &str, tokens: &[Token<'_>], at: usize) -> Vec<usize> {
    let mut places = vec![at];
    let mut end = tokens.get(at).map_or(0, Token::end);
    for (place, token) in tokens.iter().enumerate().skip(at + 1) {
        if token.kind == Kind::Digits {
            let gap = text.get(end..token.start).unwrap_or_default();
            let joins = |c: char| c == ' ' || c == '\u{a0}' || c == '\u{202f}' || "-.()‐‑‒–".contains(c);
            if places.len() == 8 || gap.chars().count() > 3 || !gap.chars().all(joins) {
                break;
            }
            places.push(place);
            end = token.end();
        } else if token.kind != Kind::Mark {
            break;
        }
    }
    places
}

fn before<'t, 'a>(tokens: &'t [Token<'a>], at: usize) -> Option<&'t Token<'a>> {
    let previous = tokens.get(at.checked_sub(1)?)?;
    previous.touches(tokens.get(at)?).then_some(previous)
}

/// Whether the digits go on what stands before them: a word, a price, an address of the web, a longer reference.
fn is_attached(tokens: &[Token<'_>], at: usize) -> bool {
    let Some(previous) = before(tokens, at) else { return false };
    match previous.text {
        "/" | "=" | "_" | "#" | "@" | "$" | "€" | "£" | "%" | "&" => true,
        "-" | "." | "," => {
            at.checked_sub(1).and_then(|mark| before(tokens, mark)).is_some_and(|word| word.kind != Kind::Mark)
        }
        _ => previous.kind == Kind::Word,
    }
}

/// Whether something goes on after the digits without a space.
fn goes_on(tokens: &[Token<'_>], last: usize) -> bool {
    let Some((digits, next)) = tokens.get(last).zip(tokens.get(last + 1)) else { return false };
    if !digits.touches(next) {
        return false;
    }
    match next.kind {
        Kind::Word => !next.text.to_lowercase().starts_with('x') && !next.text.to_lowercase().starts_with("ext"),
        Kind::Mark if matches!(next.text, "-" | "." | "_" | ",") => {
            tokens.get(last + 2).is_some_and(|more| next.touches(more) && more.kind != Kind::Mark)
        }
        Kind::Mark => matches!(next.text, "@" | "=" | "%"),
        Kind::Digits | Kind::Break => false,
    }
}

/// How many groups after a `+` are one number: the most that the numbering plans take.
fn international(tokens: &[Token<'_>], groups: &[usize], country: &str) -> Option<usize> {
    (1..=groups.len()).rev().find(|count| {
        let digits = digits(tokens, groups, *count);
        (8..=15).contains(&digits.len())
            && Phone::parse(&format!("+{digits}"), Some(country)).is_ok()
            && groups.get(count - 1).is_some_and(|last| !goes_on(tokens, *last))
    })
}

fn digits(tokens: &[Token<'_>], groups: &[usize], count: usize) -> String {
    groups.iter().take(count).filter_map(|group| tokens.get(*group)).map(|token| token.text).collect()
}

/// How many groups are a number of North America: area code and exchange begin with 2 to 9.
fn north_american(tokens: &[Token<'_>], groups: &[usize], at: usize, text: &str) -> Option<usize> {
    let lengths: Vec<usize> =
        groups.iter().filter_map(|group| tokens.get(*group)).map(|token| token.text.len()).collect();
    let shape = SHAPES.iter().find(|shape| lengths.starts_with(shape))?;
    let digits = digits(tokens, groups, shape.len());
    let national = if digits.len() == 11 { digits.strip_prefix('1')? } else { digits.as_str() };
    let begins_well = |place: usize| national.as_bytes().get(place).is_some_and(|digit| (b'2'..=b'9').contains(digit));
    let last = *groups.get(shape.len() - 1)?;
    if !begins_well(0) || !begins_well(3) || goes_on(tokens, last) {
        return None;
    }
    let written = between(text, tokens.get(at)?, tokens.get(last)?);
    let set_apart = written.contains(|c: char| "-.)‐‑‒–".contains(c));
    let is_npi = shape.len() == 1 && Npi::parse(national).is_ok();
    (set_apart || (has_cue(tokens, at) && !is_npi)).then_some(shape.len())
}

fn has_cue(tokens: &[Token<'_>], at: usize) -> bool {
    let near = tokens.iter().take(at).rev().take(CUE_REACH).take_while(|token| token.kind != Kind::Break);
    near.filter(|token| token.kind == Kind::Word).any(|word| CUES.contains(&word.text.to_lowercase().as_str()))
}

/// How many groups are a number of another country, written as at home: with the 0 before the area code.
fn national(tokens: &[Token<'_>], groups: &[usize], country: &str) -> Option<usize> {
    (2..=groups.len()).rev().find(|count| {
        let digits = digits(tokens, groups, *count);
        digits.starts_with('0')
            && (9..=12).contains(&digits.len())
            && Phone::parse(&digits, Some(country)).is_ok()
            && groups.get(count - 1).is_some_and(|last| !goes_on(tokens, *last))
    })
}
