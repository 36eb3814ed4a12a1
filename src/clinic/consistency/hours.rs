//! Weekly hours in a text: "Mon–Fri 8:00 am – 5:00 pm", "lunes a viernes de 8:00 a 17:00". Found are those alone that can
//! be read in one way. "8 to 5" is not: it could be the night's. Hours of a single day count only where the sentence says
//! that something is open then, since a class or an event has a time as well.

use super::words::{Kind, Token, between, is_dash, tokens};
use crate::clinic::hours::{LocalTime, Weekday};

/// The names of the days, Monday first: in small letters, and those that are short only with a capital ("sat", "sun").
const DAYS: [(&[&str], &[&str]); 7] = [
    (&["monday", "mondays", "lunes"], &["Mon"]),
    (&["tuesday", "tuesdays", "martes"], &["Tue", "Tues"]),
    (&["wednesday", "wednesdays", "miércoles", "miercoles"], &["Wed"]),
    (&["thursday", "thursdays", "jueves"], &["Thu", "Thur", "Thurs"]),
    (&["friday", "fridays", "viernes"], &["Fri"]),
    (&["saturday", "saturdays", "sábado", "sabado", "sábados", "sabados"], &["Sat"]),
    (&["sunday", "sundays", "domingo", "domingos"], &["Sun"]),
];
/// Words that say that somebody is there.
const OPEN: [&str; 16] = [
    "open",
    "opens",
    "hours",
    "hour",
    "office",
    "walk",
    "horario",
    "horarios",
    "abierto",
    "abierta",
    "abiertos",
    "abrimos",
    "abre",
    "atendemos",
    "atiende",
    "atención",
];
/// Words that say that nobody is.
const CLOSED: [&str; 8] = ["closed", "closes", "except", "not", "cerrado", "cerrada", "cerramos", "excepto"];
/// Tokens before the days in which those words are looked for.
const REACH: usize = 10;
/// Days in a row that need no such word.
const ENOUGH_DAYS: usize = 3;

/// Hours in a text: the same intervals on each of the days.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told<'a> {
    /// As they stand there.
    pub(super) found: &'a str,
    pub(super) days: Vec<Weekday>,
    /// Opening and closing, in their order.
    pub(super) intervals: Vec<(LocalTime, LocalTime)>,
}

/// The hours in a text that can be read in one way.
pub(super) fn read(text: &str) -> Vec<Told<'_>> {
    let tokens = tokens(text);
    let mut told = Vec::new();
    let mut at = 0;
    // Where the last hours ended, and whether they were taken: what follows at once goes on with them.
    let mut last_hours: Option<(usize, bool)> = None;
    while at < tokens.len() {
        let Some((days, days_end)) = days_at(&tokens, at) else {
            at += 1;
            continue;
        };
        let Some((intervals, end)) = intervals_at(&tokens, days_end) else {
            at = days_end;
            continue;
        };
        let goes_on = last_hours.filter(|(end, _)| *end >= before_connectors(&tokens, at));
        let certain =
            (goes_on.is_some() || !is_time_before(&tokens, at)) && !is_followed_by_days_without_times(&tokens, end);
        let is_said = goes_on.is_some_and(|(_, taken)| taken) || is_about_opening(&tokens, at, days.len());
        let found = tokens.get(at).zip(tokens.get(end - 1)).map(|(first, last)| between(text, first, last));
        let taken = found.zip(intervals).filter(|_| certain && is_said);
        last_hours = Some((end, taken.is_some()));
        told.extend(taken.map(|(found, intervals)| Told { found, days, intervals }));
        at = end;
    }
    told
}

fn day_at(tokens: &[Token<'_>], at: usize) -> Option<(usize, usize)> {
    let word = tokens.get(at).filter(|token| token.kind == Kind::Word)?;
    let small = word.text.to_lowercase();
    let day = DAYS.iter().position(|(long, short)| long.contains(&small.as_str()) || short.contains(&word.text))?;
    let dot = tokens.get(at + 1).is_some_and(|next| next.is_mark(".") && word.touches(next) && word.text.len() <= 5);
    Some((day, at + 1 + usize::from(dot)))
}

/// The days that begin at a token, and the place after them: "Monday", "Mon–Fri", "lunes, miércoles y viernes".
fn days_at(tokens: &[Token<'_>], at: usize) -> Option<(Vec<Weekday>, usize)> {
    let (first, mut end) = day_at(tokens, at)?;
    let mut days = vec![first];
    while let Some(joint) = tokens.get(end) {
        let next = end + 1;
        let word = joint.text.to_lowercase();
        if is_dash(joint) || matches!(word.as_str(), "to" | "through" | "thru" | "a" | "al" | "hasta") {
            let Some((last, after)) = day_at(tokens, next) else { break };
            let from = *days.last()?;
            days.extend((1..7).map(|step| (from + step) % 7).take_while(|day| *day != (last + 1) % 7));
            end = after;
        } else if matches!(word.as_str(), "," | "&" | "/" | "and" | "y" | "e") {
            let is_and = tokens.get(next).is_some_and(|token| matches!(token.text, "and" | "y" | "e" | "&"));
            let Some((day, after)) = day_at(tokens, next + usize::from(is_and)) else { break };
            days.push(day);
            end = after;
        } else {
            break;
        }
    }
    days.sort_unstable();
    days.dedup();
    Some((days.into_iter().filter_map(|day| Weekday::ALL.get(day).copied()).collect(), end))
}

type Intervals = Vec<(LocalTime, LocalTime)>;

/// The times behind the days, and the place after them; the intervals are none where they can be read in two ways.
fn intervals_at(tokens: &[Token<'_>], at: usize) -> Option<(Option<Intervals>, usize)> {
    let mut at = skip(tokens, at, &[",", ":", "(", "from", "de", "desde", "las", "la", "\n"], 3);
    let mut intervals = Some(Vec::new());
    let mut end = None;
    while let Some((interval, after)) = interval_at(tokens, at) {
        intervals = intervals.zip(interval).map(|(mut known, next)| {
            known.push(next);
            known
        });
        end = Some(after);
        let joint = skip(tokens, after, &[",", "&", "/", "and", "y", "from", "de", "las"], 3);
        if joint == after {
            break;
        }
        at = joint;
    }
    Some((intervals, end?))
}

/// From one time to another, and the place after it.
fn interval_at(tokens: &[Token<'_>], at: usize) -> Option<(Option<(LocalTime, LocalTime)>, usize)> {
    let (opens, after) = clock_at(tokens, at)?;
    let joint = tokens.get(after)?;
    let joins = is_dash(joint) || matches!(joint.text, "to" | "until" | "till" | "a" | "hasta" | "through");
    if !joins {
        return None;
    }
    let (closes, end) = clock_at(tokens, skip(tokens, after + 1, &["las", "la"], 1))?;
    Some((certain(&opens, &closes), end))
}

/// A time as it is written.
struct Clock {
    hour: u16,
    minute: Option<u16>,
    half: Option<Half>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Morning,
    Afternoon,
    Noon,
    Midnight,
}

fn clock_at(tokens: &[Token<'_>], at: usize) -> Option<(Clock, usize)> {
    let first = tokens.get(at)?;
    let named = match first.text.to_lowercase().as_str() {
        "noon" | "mediodía" | "mediodia" => Some((12, Half::Noon)),
        "midnight" | "medianoche" => Some((0, Half::Midnight)),
        _ => None,
    };
    if let Some((hour, half)) = named {
        return Some((Clock { hour, minute: Some(0), half: Some(half) }, at + 1));
    }
    let is_hour = first.kind == Kind::Digits && first.text.len() <= 2;
    let hour: u16 = first.text.parse().ok().filter(|_| is_hour)?;
    let colon = tokens.get(at + 1).filter(|mark| first.touches(mark) && (mark.is_mark(":") || mark.is_mark(".")));
    let minutes = colon
        .zip(tokens.get(at + 2))
        .filter(|(colon, digits)| colon.touches(digits) && digits.kind == Kind::Digits && digits.text.len() == 2);
    let minute = minutes.and_then(|(_, digits)| digits.text.parse().ok());
    let mut end = at + if minute.is_some() { 3 } else { 1 };
    let half = half_at(tokens, end).map(|(half, after)| {
        end = after;
        half
    });
    Some((Clock { hour, minute, half }, end))
}

/// `am`, `p.m.`, `p. m.`, `noon` behind a time.
fn half_at(tokens: &[Token<'_>], at: usize) -> Option<(Half, usize)> {
    let first = tokens.get(at)?.text.to_lowercase();
    match first.as_str() {
        "am" => Some((Half::Morning, at + 1)),
        "pm" => Some((Half::Afternoon, at + 1)),
        "noon" => Some((Half::Noon, at + 1)),
        "midnight" => Some((Half::Midnight, at + 1)),
        "a" | "p" => {
            let m = tokens.get(at + 2).filter(|m| m.text.eq_ignore_ascii_case("m"))?;
            let dotted = tokens.get(at + 1).is_some_and(|dot| dot.is_mark("."));
            let dot = tokens.get(at + 3).is_some_and(|dot| dot.is_mark(".") && m.touches(dot));
            let half = if first == "a" { Half::Morning } else { Half::Afternoon };
            dotted.then_some((half, at + 3 + usize::from(dot)))
        }
        _ => None,
    }
}

/// The two times where there is one way to read them: both with their half of the day, or both on the clock of 24 hours.
fn certain(opens: &Clock, closes: &Clock) -> Option<(LocalTime, LocalTime)> {
    match (opens.half, closes.half) {
        (Some(morning), Some(evening)) => {
            let opens = in_half(opens, morning)?;
            let closes = in_half(closes, evening)?;
            Some((opens, if evening == Half::Midnight { LocalTime::END_OF_DAY } else { closes }))
        }
        (None, None) => {
            let from = LocalTime::new(opens.hour, opens.minute?)?;
            let until = LocalTime::new(closes.hour, closes.minute?)?;
            let is_morning = closes.hour == 12 && (5..12).contains(&opens.hour);
            (until > from && (closes.hour >= 13 || is_morning)).then_some((from, until))
        }
        _ => None,
    }
}

fn in_half(clock: &Clock, half: Half) -> Option<LocalTime> {
    let minute = clock.minute.unwrap_or(0);
    match half {
        Half::Noon => (clock.hour == 12 && minute == 0).then(|| LocalTime::new(12, 0)).flatten(),
        Half::Midnight => matches!((clock.hour, minute), (0 | 12, 0)).then(|| LocalTime::new(0, 0)).flatten(),
        _ if !(1..=12).contains(&clock.hour) => None,
        Half::Morning => LocalTime::new(clock.hour % 12, minute),
        Half::Afternoon => LocalTime::new(clock.hour % 12 + 12, minute),
    }
}

/// The place after at most so many of these words and marks.
fn skip(tokens: &[Token<'_>], mut at: usize, these: &[&str], most: usize) -> usize {
    for _ in 0..most {
        let passes = tokens.get(at).is_some_and(|token| these.contains(&token.text.to_lowercase().as_str()));
        at += usize::from(passes);
    }
    at
}

/// The place of the first of the commas and small words that lead to the days.
fn before_connectors(tokens: &[Token<'_>], at: usize) -> usize {
    let leads = |token: &&Token<'_>| {
        matches!(
            token.text.to_lowercase().as_str(),
            "," | ";" | "on" | "and" | "y" | "los" | "el" | "de" | "\n" | "(" | "&"
        )
    };
    at - tokens.iter().take(at).rev().take_while(leads).count()
}

/// Whether a time stands right before the days: it may be theirs, and what follows those of other days.
fn is_time_before(tokens: &[Token<'_>], at: usize) -> bool {
    let leads = before_connectors(tokens, at);
    // What stands in another line belongs to it.
    if tokens.iter().take(at).skip(leads).any(|token| token.kind == Kind::Break) {
        return false;
    }
    let Some(last) = leads.checked_sub(1).and_then(|last| tokens.get(last)) else { return false };
    last.kind == Kind::Digits
        || matches!(
            last.text.to_lowercase().as_str(),
            "am" | "pm" | "m" | "noon" | "midnight" | "mediodía" | "medianoche"
        )
        || (last.is_mark(".")
            && leads.checked_sub(2).and_then(|m| tokens.get(m)).is_some_and(|m| m.text.eq_ignore_ascii_case("m")))
}

/// Whether days follow that have no times of their own: then the last times may be theirs.
fn is_followed_by_days_without_times(tokens: &[Token<'_>], end: usize) -> bool {
    let next = skip(tokens, end, &[",", "on", "and", "y", "los", "el", "de", "("], 2);
    days_at(tokens, next).is_some_and(|(_, after)| intervals_at(tokens, after).is_none())
}

fn is_about_opening(tokens: &[Token<'_>], at: usize, days: usize) -> bool {
    let near = tokens.iter().take(at).rev().take(REACH);
    let near: Vec<_> = near.take_while(|token| !token.is_mark(".")).collect();
    let says = |words: &[&str], reach| {
        let mut words_near = near.iter().take(reach).map(|token| token.text.to_lowercase());
        words_near.any(|word| words.contains(&word.as_str()))
    };
    !says(&CLOSED, 4) && (days >= ENOUGH_DAYS || says(&OPEN, REACH))
}
