//! Days as they are named: names, ranges and lists of them, words for several, weeks of the month.

use super::{Days, Kind, NOT_UNDERSTOOD, Reader, Why, words};
use crate::clinic::hours::Weekday;

impl Reader<'_> {
    /// `every` before a day says nothing; `every other` and `every 2nd` say what no row can.
    pub(super) fn skip_every(&mut self) -> Result<bool, Why> {
        if !self.skip_word(&["every", "each", "cada", "todos"]) {
            return Ok(false);
        }
        self.skip_word(&["los"]);
        if self.skip_word(&["other"]) {
            return Ok(true);
        }
        match self.peek(0) {
            Some(Kind::Ordinal(_)) => {
                self.at += 1;
                Ok(true)
            }
            Some(Kind::Word(_)) => Ok(false),
            _ => Err(NOT_UNDERSTOOD),
        }
    }

    /// Days: names, ranges and lists of them, and words for several.
    pub(super) fn days(&mut self) -> Option<Days> {
        let mut days = self.some_days()?;
        loop {
            let mut ahead = *self;
            let separated = ahead.skip(&Kind::Comma) | ahead.skip(&Kind::And);
            let Some(more) = ahead.some_days().filter(|_| separated) else { return Some(days) };
            days.extend(more);
            *self = ahead;
        }
    }

    fn some_days(&mut self) -> Option<Days> {
        let mut weeks = Vec::new();
        while let Some(Kind::Ordinal(week)) = self.peek(0) {
            if !weeks.contains(week) {
                weeks.push(*week);
            }
            self.at += 1;
            let mut ahead = *self;
            ahead.skip(&Kind::Comma);
            ahead.skip(&Kind::And);
            if matches!(ahead.peek(0), Some(Kind::Ordinal(_))) {
                *self = ahead;
            }
        }
        let days = self.named_days(!weeks.is_empty())?;
        if !weeks.is_empty() {
            self.skip_words(&words::OF_THE_MONTH);
        }
        Some(days.into_iter().map(|day| (day, weeks.clone())).collect())
    }

    fn named_days(&mut self, one_by_one: bool) -> Option<Vec<Weekday>> {
        if let Some((first, last)) = self.letters().filter(|_| !one_by_one) {
            self.at += 3;
            return Some(first.through(last).collect());
        }
        let word = self.word(0)?;
        if let Some(days) = words::days(word).filter(|_| !one_by_one) {
            self.at += 1;
            return Some(days);
        }
        let first = words::day(word)?;
        self.at += 1;
        let last = self.word(1).and_then(words::day).filter(|_| self.peek(0) == Some(&Kind::Dash) && !one_by_one);
        let Some(last) = last else { return Some(vec![first]) };
        self.at += 2;
        Some(first.through(last).collect())
    }

    /// `M-F` and the like, three pieces.
    pub(super) fn letters(&self) -> Option<(Weekday, Weekday)> {
        let dashed = self.peek(1) == Some(&Kind::Dash);
        words::letters(self.word(0)?, self.word(2)?).filter(|_| dashed)
    }
}
