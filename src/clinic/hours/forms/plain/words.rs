//! The words that are known, in lower case and without accents.

use super::{clock::Clock, tokens::Kind};
use crate::clinic::hours::Weekday;

/// The whole of the days that are named.
pub(super) const ALL_DAY: &str = "(all day)";
/// The whole of every day.
pub(super) const ALWAYS: &str = "(always)";

/// What may stand before days or times and says nothing.
pub(super) const NOISE: [&str; 21] = [
    "open", "hours", "office", "opening", "business", "horario", "horarios", "abierto", "abierta", "abrimos", "de",
    "desde", "from", "on", "los", "las", "el", "la", "hrs", "the", "our",
];
pub(super) const CLOSED: [&str; 5] = ["closed", "cerrado", "cerrada", "cerramos", "cerrados"];
pub(super) const LUNCH: [&str; 4] = ["lunch", "lunchtime", "almuerzo", "comida"];
/// What may stand between `closed` and its times, or behind them.
pub(super) const FOR: [&str; 13] =
    ["for", "from", "de", "desde", "por", "para", "el", "la", "almorzar", "break", "hour", "daily", "at"];
const HOLIDAYS: [&str; 5] = ["holidays", "holiday", "feriados", "festivos", "feriado"];
/// What may stand before holidays.
const KINDS: [&str; 13] =
    ["all", "major", "federal", "public", "national", "legal", "us", "bank", "on", "the", "los", "dias", "most"];

/// A character in lower case and without its accent. One stays one, so that places hold.
pub(super) fn plain(c: char) -> char {
    let lower = c.to_lowercase().next().unwrap_or(c);
    match lower {
        'á' => 'a',
        'é' => 'e',
        'í' => 'i',
        'ó' => 'o',
        'ú' | 'ü' => 'u',
        'ñ' => 'n',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{2019}' => '\'',
        '\r' => '\n',
        other => other,
    }
}

/// What a word is.
pub(super) fn token(word: String) -> Kind {
    match word.as_str() {
        "to" | "thru" | "through" | "until" | "till" | "til" | "hasta" | "a" | "al" => Kind::Dash,
        "and" | "y" | "e" => Kind::And,
        "noon" | "mediodia" => Kind::Clock(Clock::NOON),
        "midnight" | "medianoche" => Kind::Clock(Clock::MIDNIGHT),
        "first" | "primer" | "primero" | "primeros" => Kind::Ordinal(1),
        "second" | "segundo" | "segundos" => Kind::Ordinal(2),
        "third" | "tercer" | "tercero" | "terceros" => Kind::Ordinal(3),
        "fourth" | "cuarto" | "cuartos" => Kind::Ordinal(4),
        "fifth" | "quinto" => Kind::Ordinal(5),
        "last" | "ultimo" | "ultimos" => Kind::Ordinal(-1),
        _ => Kind::Word(word),
    }
}

/// What a sign is; a word that nobody knows where it is none of ours.
pub(super) fn sign(c: char) -> Kind {
    match c {
        '-' => Kind::Dash,
        ',' => Kind::Comma,
        '&' | '+' | '/' => Kind::And,
        ':' => Kind::Colon,
        '(' | '[' => Kind::Opening,
        ')' | ']' => Kind::Closing,
        ';' | '\n' | '|' | '.' | '•' | '·' => Kind::End,
        other => Kind::Word(other.to_string()),
    }
}

/// The day that a word names. Single letters are no words: `M` is Monday, and in Spanish two other days.
pub(super) fn day(word: &str) -> Option<Weekday> {
    let day = match word {
        "monday" | "mondays" | "mon" | "mo" | "lunes" | "lun" => Weekday::Monday,
        "tuesday" | "tuesdays" | "tues" | "tue" | "tu" | "martes" | "mar" => Weekday::Tuesday,
        "wednesday" | "wednesdays" | "weds" | "wed" | "we" | "miercoles" | "mie" => Weekday::Wednesday,
        "thursday" | "thursdays" | "thurs" | "thur" | "thu" | "th" | "jueves" | "jue" => Weekday::Thursday,
        "friday" | "fridays" | "fri" | "fr" | "viernes" | "vie" => Weekday::Friday,
        "saturday" | "saturdays" | "sat" | "sa" | "sabado" | "sabados" | "sab" => Weekday::Saturday,
        "sunday" | "sundays" | "sun" | "su" | "domingo" | "domingos" | "dom" => Weekday::Sunday,
        _ => return None,
    };
    Some(day)
}

/// Ranges of single letters that have one reading: in English `M-F` and the like, in Spanish `L-V`, `L-S`.
pub(super) fn letters(first: &str, last: &str) -> Option<(Weekday, Weekday)> {
    let english = match last {
        "f" => Some(Weekday::Friday),
        other => day(other).filter(|_| !is_spanish(other)),
    };
    match (first, last) {
        ("m", _) => english.map(|last| (Weekday::Monday, last)),
        ("l", "v") => Some((Weekday::Monday, Weekday::Friday)),
        ("l", "s") => Some((Weekday::Monday, Weekday::Saturday)),
        ("l", "d") => Some((Weekday::Monday, Weekday::Sunday)),
        (first, "f") => day(first).filter(|_| !is_spanish(first)).map(|first| (first, Weekday::Friday)),
        _ => None,
    }
}

fn is_spanish(word: &str) -> bool {
    let english = ["mo", "tu", "we", "th", "fr", "sa", "su"];
    let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    !english.contains(&word) && !names.iter().any(|name| name.starts_with(word.trim_end_matches('s')))
}

/// The days that one word names together.
pub(super) fn days(word: &str) -> Option<Vec<Weekday>> {
    match word {
        "daily" | "everyday" | "diario" | "diariamente" | ALWAYS => Some(Weekday::ALL.to_vec()),
        "weekdays" | "weekday" => Some(Weekday::Monday.through(Weekday::Friday).collect()),
        "weekends" | "weekend" => Some(vec![Weekday::Saturday, Weekday::Sunday]),
        _ => None,
    }
}

/// Whether a full stop behind a word is part of it.
pub(super) fn is_abbreviation(word: &str) -> bool {
    (day(word).is_some() && word.len() <= 5) || ["hrs", "hs", "appt", "appts"].contains(&word)
}

/// Whether the words name holidays, in the ways that doors do.
pub(super) fn are_holidays(words: &[&str]) -> bool {
    words
        .split_last()
        .is_some_and(|(last, kinds)| HOLIDAYS.contains(last) && kinds.iter().all(|kind| KINDS.contains(kind)))
}

/// Whether words say that patients come by appointment.
pub(super) const BY_APPOINTMENT: [&[&str]; 12] = [
    &["by", "appointment", "only"],
    &["by", "appointment"],
    &["by", "appt", "only"],
    &["by", "appt"],
    &["appointment", "only"],
    &["appointments", "only"],
    &["appt", "only"],
    &["solo", "con", "cita", "previa"],
    &["solo", "con", "cita"],
    &["con", "cita", "previa"],
    &["con", "cita"],
    &["previa", "cita"],
];

/// What may stand behind a week of the month.
pub(super) const OF_THE_MONTH: [&[&str]; 7] = [
    &["of", "the", "month"],
    &["of", "each", "month"],
    &["of", "every", "month"],
    &["each", "month"],
    &["every", "month"],
    &["del", "mes"],
    &["de", "cada", "mes"],
];
