//! Days and what is said of them. A clause that is not understood takes the rest of its sentence with it, and the whole
//! sentence where it begins with nothing known: what stands there may be a condition of all of it.

mod days;

use super::{
    clock::{Clock, Range, Times},
    tokens::{Kind, Token},
    words,
};
use crate::clinic::hours::Weekday;

/// Days, each with its weeks of the month; empty for every week.
pub(super) type Days = Vec<(Weekday, Vec<i8>)>;

/// A clause, with its characters.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Clause {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) says: Says,
}

/// What a clause says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Says {
    Open {
        days: Days,
        times: Times,
    },
    Closed(Days),
    /// Nothing that a row can say, and why.
    Nothing(&'static str, &'static str),
}

type Why = (&'static str, &'static str);
const NOT_UNDERSTOOD: Why =
    ("not_understood", "This was not understood; write days and times, such as Mon-Fri 8am-5pm.");
const HEADING: Why = ("heading", "Nobody knows what stands under this heading; write its hours as rows by hand.");
const NO_DAYS: Why = ("no_days", "Say the days on which these times hold.");
const NO_TIMES: Why = ("no_times", "Say the times of these days.");
const NO_APPOINTMENT_TIMES: Why = ("appointment_without_times", "Say the times at which appointments are given.");
const NO_LUNCH_TIMES: Why = ("lunch_without_times", "Say from when until when it is closed for lunch.");
const EVERY_OTHER: Why = ("every_other", "No row says every other week; name the weeks of the month or the dates.");
const HOLIDAYS: Why = ("holidays", "Use the location's holidays, or name the dates.");

/// The clauses of a text.
pub(super) fn all(tokens: &[Token]) -> Vec<Clause> {
    let mut clauses = Vec::new();
    let sentences: Vec<&[Token]> =
        tokens.split(|token| token.kind == Kind::End).filter(|part| !part.is_empty()).collect();
    for (index, sentence) in sentences.iter().enumerate() {
        if is_heading(sentence) {
            let rest: Vec<Token> = sentences.iter().skip(index).flat_map(|sentence| sentence.iter().cloned()).collect();
            clauses.extend(clause(&rest, Says::Nothing(HEADING.0, HEADING.1)));
            break;
        }
        clauses.extend(of_sentence(sentence));
    }
    clauses
}

/// Words of their own with a colon at their end, which may be a condition of all that follows. `Hours:` is none.
fn is_heading(sentence: &[Token]) -> bool {
    let known = |token: &Token| matches!(&token.kind, Kind::Word(word) if words::NOISE.contains(&word.as_str()));
    let ends = sentence.last().is_some_and(|token| token.kind == Kind::Colon);
    let body = sentence.split_last().map_or(sentence, |(_, body)| body);
    let of_hours =
        |token: &Token| matches!(&token.kind, Kind::Clock(_) | Kind::Ordinal(_)) || named_day(token).is_some();
    ends && !body.iter().all(known) && !body.iter().any(of_hours)
}

fn named_day(token: &Token) -> Option<Weekday> {
    if let Kind::Word(word) = &token.kind { words::day(word) } else { None }
}

/// Whether a piece alone says nothing.
fn is_noise(token: &Token) -> bool {
    match &token.kind {
        Kind::Word(word) => words::NOISE.contains(&word.as_str()),
        Kind::Colon | Kind::Comma | Kind::And | Kind::Dash => true,
        _ => false,
    }
}

/// A clause of these pieces; none of no pieces.
fn clause(tokens: &[Token], says: Says) -> Option<Clause> {
    let (from, to) = (tokens.first()?.from, tokens.last()?.to);
    Some(Clause { from, to, says })
}

fn of_sentence(sentence: &[Token]) -> Vec<Clause> {
    let mut reader = Reader { tokens: sentence, at: 0 };
    let (mut clauses, mut begun) = (Vec::new(), false);
    if sentence.iter().all(is_noise) {
        return clauses;
    }
    loop {
        reader.skip_separators();
        let start = reader.at;
        let Some(rest) = sentence.get(start..).filter(|rest| !rest.is_empty()) else { return clauses };
        let opened = reader.begins();
        match reader.clause() {
            Ok(says) => {
                let read = sentence.get(start..reader.at).unwrap_or_default();
                clauses.extend(clause(read, says));
            }
            Err((code, message)) => {
                let rest = if opened { rest } else { sentence };
                if !opened {
                    clauses.clear();
                }
                clauses.extend(clause(rest, Says::Nothing(code, message)));
                return clauses;
            }
        }
        if begun && reader.at == start {
            return clauses;
        }
        begun = true;
    }
}

#[derive(Clone, Copy)]
struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self, ahead: usize) -> Option<&'a Kind> {
        self.tokens.get(self.at + ahead).map(|token| &token.kind)
    }

    fn word(&self, ahead: usize) -> Option<&'a str> {
        if let Some(Kind::Word(word)) = self.peek(ahead) { Some(word) } else { None }
    }

    fn skip(&mut self, kind: &Kind) -> bool {
        let next = self.peek(0) == Some(kind);
        self.at += usize::from(next);
        next
    }

    fn skip_word(&mut self, set: &[&str]) -> bool {
        let next = self.word(0).is_some_and(|word| set.contains(&word));
        self.at += usize::from(next);
        next
    }

    fn skip_words(&mut self, phrases: &[&[&str]]) -> bool {
        let is_next = |phrase: &&&[&str]| phrase.iter().enumerate().all(|(ahead, word)| self.word(ahead) == Some(word));
        let length = phrases.iter().find(is_next).map(|phrase| phrase.len());
        self.at += length.unwrap_or_default();
        length.is_some()
    }

    fn skip_separators(&mut self) {
        while matches!(self.peek(0), Some(Kind::Comma | Kind::And)) {
            self.at += 1;
        }
    }

    fn skip_noise(&mut self) {
        while self.skip_word(&words::NOISE) || self.skip(&Kind::Colon) {}
    }

    /// Whether what comes next begins a clause: days, times, `closed`, an ordinal.
    fn begins(&self) -> bool {
        let mut ahead = *self;
        ahead.skip_noise();
        let known = |word: &str| {
            words::CLOSED.contains(&word)
                || [words::ALL_DAY, "every", "each", "cada"].contains(&word)
                || words::day(word).is_some()
                || words::days(word).is_some()
        };
        match ahead.peek(0) {
            Some(Kind::Clock(_) | Kind::Ordinal(_)) => true,
            Some(Kind::Word(word)) => known(word) || ahead.letters().is_some(),
            _ => false,
        }
    }

    /// Whether a clause may end here.
    fn is_at_end(&self) -> bool {
        match self.peek(0) {
            None | Some(Kind::Comma | Kind::And) => true,
            Some(Kind::Word(_) | Kind::Ordinal(_)) => self.begins(),
            _ => false,
        }
    }

    fn clause(&mut self) -> Result<Says, Why> {
        self.skip_noise();
        let says = if self.skip_word(&words::CLOSED) {
            self.closed()?
        } else if matches!(self.peek(0), Some(Kind::Clock(_))) || self.word(0) == Some(words::ALL_DAY) {
            let times = self.times()?;
            self.skip(&Kind::Comma);
            self.skip_noise();
            let every_other = self.skip_every()?;
            let days = self.days().ok_or(NO_DAYS)?;
            let says = self.with_more(days, times)?;
            if every_other { Says::Nothing(EVERY_OTHER.0, EVERY_OTHER.1) } else { says }
        } else {
            let every_other = self.skip_every()?;
            let is_always = self.word(0) == Some(words::ALWAYS);
            let Some(days) = self.days() else { return Err(self.why_no_days()) };
            let says = self.said_of(days, is_always)?;
            if every_other { Says::Nothing(EVERY_OTHER.0, EVERY_OTHER.1) } else { says }
        };
        if !self.is_at_end() {
            return Err(NOT_UNDERSTOOD);
        }
        Ok(says)
    }

    fn why_no_days(&mut self) -> Why {
        if self.skip_words(&words::BY_APPOINTMENT) && self.is_at_end() { NO_APPOINTMENT_TIMES } else { NOT_UNDERSTOOD }
    }

    /// Behind `closed`: days, or holidays.
    fn closed(&mut self) -> Result<Says, Why> {
        let mut ahead = *self;
        let mut names = Vec::new();
        while let Some(word) = ahead.word(0).filter(|word| words::day(word).is_none()) {
            names.push(word);
            ahead.at += 1;
        }
        if words::are_holidays(&names) {
            *self = ahead;
            return Ok(Says::Nothing(HOLIDAYS.0, HOLIDAYS.1));
        }
        self.skip_noise();
        if self.skip_every()? {
            return Err(EVERY_OTHER);
        }
        let days = self.days().ok_or(NOT_UNDERSTOOD)?;
        Ok(Says::Closed(days))
    }

    fn said_of(&mut self, days: Days, is_always: bool) -> Result<Says, Why> {
        if is_always && self.is_at_end() {
            return Ok(Says::Open { days, times: Times { all_day: true, ..Times::default() } });
        }
        while self.skip(&Kind::Colon) || self.skip(&Kind::Dash) || self.skip_word(&words::NOISE) {}
        let mut ahead = *self;
        ahead.skip(&Kind::Comma);
        let with_times = matches!(ahead.peek(0), Some(Kind::Clock(_))) || ahead.word(0) == Some(words::ALL_DAY);
        if with_times {
            *self = ahead;
            let times = self.times()?;
            return self.with_more(days, times);
        }
        if self.skip_word(&words::CLOSED) {
            return Ok(Says::Closed(days));
        }
        self.skip(&Kind::Opening);
        Err(if self.skip_words(&words::BY_APPOINTMENT) { NO_APPOINTMENT_TIMES } else { NO_TIMES })
    }

    /// Times, and what is taken out of them.
    fn times(&mut self) -> Result<Times, Why> {
        let mut times = Times::default();
        if self.skip_word(&[words::ALL_DAY]) {
            times.all_day = true;
            return Ok(times);
        }
        times.ranges.push(self.range().ok_or(NOT_UNDERSTOOD)?);
        loop {
            let mut ahead = *self;
            let separated = ahead.skip(&Kind::Comma) | ahead.skip(&Kind::And);
            ahead.skip_word(&["from", "de"]);
            let Some(range) = ahead.range().filter(|_| separated) else { break };
            // Behind the next days' times stand their days: `8am-5pm Mon-Fri, 9am-1pm Sat`.
            times.ranges.push(range);
            *self = ahead;
        }
        Ok(times)
    }

    fn range(&mut self) -> Option<Range> {
        let from = self.tokens.get(self.at)?.from;
        let opens = self.clock()?;
        if !self.skip(&Kind::Dash) {
            return None;
        }
        self.skip_word(&["las", "la"]);
        let closes = self.clock()?;
        let to = self.tokens.get(self.at.checked_sub(1)?)?.to;
        Some(Range { opens, closes, place: (from, to) })
    }

    fn clock(&mut self) -> Option<Clock> {
        let Some(Kind::Clock(clock)) = self.peek(0) else { return None };
        self.at += 1;
        Some(*clock)
    }

    /// What may stand behind days and times: lunch, and by appointment.
    fn with_more(&mut self, days: Days, mut times: Times) -> Result<Says, Why> {
        loop {
            let mut ahead = *self;
            while ahead.skip(&Kind::Comma) || ahead.skip(&Kind::Dash) || ahead.skip(&Kind::And) {}
            let bracketed = ahead.skip(&Kind::Opening);
            if ahead.skip_words(&words::BY_APPOINTMENT) {
                times.by_appointment = true;
            } else if let Some(range) = ahead.pause()? {
                times.breaks.push(range);
            } else {
                return Ok(Says::Open { days, times });
            }
            if bracketed && !ahead.skip(&Kind::Closing) {
                return Err(NOT_UNDERSTOOD);
            }
            *self = ahead;
        }
    }

    /// `closed for lunch 12-1`, `closed 12-1 for lunch`, `lunch 12-1`, `except 12-1`.
    fn pause(&mut self) -> Result<Option<Range>, Why> {
        let mut ahead = *self;
        let mut at_lunch = false;
        let said = ahead.skip_word(&words::CLOSED) || ahead.skip_word(&["except", "excepto"]);
        while ahead.skip_word(&words::FOR) {}
        at_lunch |= ahead.skip_word(&words::LUNCH);
        while ahead.skip_word(&words::FOR) || ahead.skip(&Kind::Colon) {}
        if !said && !at_lunch {
            return Ok(None);
        }
        let Some(range) = ahead.range() else {
            return if at_lunch { Err(NO_LUNCH_TIMES) } else { Ok(None) };
        };
        let mut behind = ahead;
        while behind.skip_word(&words::FOR) {}
        if behind.skip_word(&words::LUNCH) || (at_lunch && behind.skip_word(&words::CLOSED)) {
            ahead = behind;
        }
        *self = ahead;
        Ok(Some(range))
    }
}
