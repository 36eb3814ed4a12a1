//! Characters as words, times and signs, each with its place.

use super::{
    clock::{Clock, Half},
    words,
};

/// A piece of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// The first character.
    pub(super) from: usize,
    /// The first character behind it.
    pub(super) to: usize,
    pub(super) kind: Kind,
}

/// What a piece is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Clock(Clock),
    /// First to fifth, and -1 for the last.
    Ordinal(i8),
    /// In lower case, without accents.
    Word(String),
    /// A hyphen, or a word for one.
    Dash,
    Comma,
    And,
    Colon,
    Opening,
    Closing,
    /// The end of a sentence, a line, an entry.
    End,
}

/// Phrases that are one word here, the longer ones first.
const PHRASES: [(&str, &str); 17] = [
    ("24 hours a day", words::ALL_DAY),
    ("24 horas al dia", words::ALL_DAY),
    ("24-hours", words::ALL_DAY),
    ("24 hours", words::ALL_DAY),
    ("24 horas", words::ALL_DAY),
    ("24 hrs", words::ALL_DAY),
    ("24hrs", words::ALL_DAY),
    ("24/7", words::ALWAYS),
    ("seven days a week", "daily"),
    ("7 days a week", "daily"),
    ("7 days/week", "daily"),
    ("every day", "daily"),
    ("each day", "daily"),
    ("todos los dias", "daily"),
    ("fines de semana", "weekends"),
    ("fin de semana", "weekends"),
    ("entre semana", "weekdays"),
];

/// The pieces of a text.
pub(super) fn of(text: &str) -> Vec<Token> {
    let characters: Vec<char> = text.chars().map(words::plain).collect();
    let mut reader = Reader { characters, at: 0 };
    let mut tokens: Vec<Token> = Vec::new();
    while let Some(first) = reader.peek(0) {
        let from = reader.at;
        let kind = if first.is_whitespace() && first != '\n' {
            reader.at += 1;
            continue;
        } else if let Some(word) = reader.phrase() {
            Kind::Word(word.to_owned())
        } else if first.is_ascii_digit() {
            reader.number()
        } else if first.is_alphabetic() {
            let word = reader.word();
            let abbreviated = words::is_abbreviation(&word) && reader.peek(0) == Some('.');
            reader.at += usize::from(abbreviated);
            words::token(word)
        } else {
            reader.at += 1;
            words::sign(first)
        };
        tokens.push(Token { from, to: reader.at, kind });
    }
    tokens
}

struct Reader {
    characters: Vec<char>,
    at: usize,
}

impl Reader {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.characters.get(self.at + ahead).copied()
    }

    /// Whether `text` comes next and ends there.
    fn is_next(&self, text: &str) -> bool {
        let length = text.chars().count();
        let same = text.chars().enumerate().all(|(ahead, c)| self.peek(ahead) == Some(c));
        same && !self.peek(length).is_some_and(char::is_alphanumeric)
    }

    fn skip(&mut self, text: &str) -> bool {
        let next = self.is_next(text);
        if next {
            self.at += text.chars().count();
        }
        next
    }

    fn phrase(&mut self) -> Option<&'static str> {
        PHRASES.iter().find(|(phrase, _)| self.skip(phrase)).map(|(_, word)| *word)
    }

    fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some(c) = self.peek(0).filter(|c| c.is_alphabetic() || *c == '\'') {
            word.push(c);
            self.at += 1;
        }
        word
    }

    fn digits(&mut self) -> String {
        let mut digits = String::new();
        while let Some(c) = self.peek(0).filter(char::is_ascii_digit) {
            digits.push(c);
            self.at += 1;
        }
        digits
    }

    /// A time or an ordinal; a word that nobody knows where it is neither.
    fn number(&mut self) -> Kind {
        let start = self.at;
        let digits = self.digits();
        for (ending, week) in
            [("st", 1), ("nd", 2), ("rd", 3), ("th", 4), ("th", 5), ("er", 1), ("do", 2), ("to", 4), ("to", 5)]
        {
            if digits == week.to_string() && self.skip(ending) {
                return Kind::Ordinal(week);
            }
        }
        let clock = self.clock(&digits).filter(|_| !self.peek(0).is_some_and(char::is_alphanumeric));
        clock.map_or_else(
            || Kind::Word(self.characters.get(start..self.at).unwrap_or_default().iter().collect()),
            Kind::Clock,
        )
    }

    fn clock(&mut self, digits: &str) -> Option<Clock> {
        let (hour, minute) = match digits.len() {
            1 | 2 => (digits.parse().ok()?, self.minutes().unwrap_or(Some(0))?),
            3 | 4 => {
                let (hour, minute) = digits.split_at_checked(digits.len() - 2)?;
                (hour.parse().ok()?, minute.parse().ok()?)
            }
            _ => return None,
        };
        let half = self.half();
        let written_24 = half.is_none()
            && (self.skip("h")
                || self.skip(" h")
                || self.skip("hs")
                || self.skip(" hs")
                || self.skip("hrs")
                || self.skip(" hrs"));
        if written_24 && self.peek(0) == Some('.') {
            self.at += 1;
        }
        Clock::new(hour, minute, half, written_24, digits.starts_with('0') && digits.len().is_multiple_of(2))
    }

    /// Minutes behind the hour: `Some(None)` where there are some that are no minutes.
    #[expect(clippy::option_option, reason = "absent and unreadable are different")]
    fn minutes(&mut self) -> Option<Option<u16>> {
        let separated =
            matches!(self.peek(0), Some(':' | '.' | 'h')) && self.peek(1).is_some_and(|c| c.is_ascii_digit());
        if !separated {
            return None;
        }
        self.at += 1;
        let digits = self.digits();
        Some((digits.len() == 2).then(|| digits.parse().ok()).flatten())
    }

    fn half(&mut self) -> Option<Half> {
        for (half, ways) in
            [(Half::Morning, ["a. m.", "a.m.", "a.m", "am", "a"]), (Half::Evening, ["p. m.", "p.m.", "p.m", "pm", "p"])]
        {
            for way in ways {
                // A lone letter belongs to a time only where it stands at it: `9 a 14` is Spanish for a range.
                let spaced = way.len() > 1 && self.skip(&format!(" {way}"));
                if spaced || self.skip(way) {
                    return Some(half);
                }
            }
        }
        for (phrase, half) in [(" de la manana", Half::Morning), (" de la tarde", Half::Evening)] {
            if self.skip(phrase) {
                return Some(half);
            }
        }
        None
    }
}
