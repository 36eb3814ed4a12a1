//! Reads a JSON object field by field and collects every mistake at once. Refuses what nobody asked for:
//! a field that no reader named is an error with a suggestion, never ignored.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde_json::{Map, Value};

use super::{ApiError, FieldError, suggest::nearest};

/// A JSON object being read. Call [`Fields::finish`] when every field was asked for.
#[derive(Debug)]
pub struct Fields<'a> {
    object: &'a Map<String, Value>,
    pointer: String,
    asked: BTreeSet<&'static str>,
    errors: Vec<FieldError>,
}

/// An object without fields, for a body that is something else.
static EMPTY: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);

impl<'a> Fields<'a> {
    /// Begins to read `value`, which stands at `pointer` ("" for the whole body).
    pub fn of(value: &'a Value, pointer: impl Into<String>) -> Self {
        let pointer = pointer.into();
        let (object, errors) = match value.as_object() {
            Some(object) => (object, Vec::new()),
            None => (&*EMPTY, vec![FieldError::at(pointer.clone(), "wrong_type", "must be an object")]),
        };
        Self { object, pointer, asked: BTreeSet::new(), errors }
    }

    /// The pointer of `name` in this object.
    pub fn pointer(&self, name: &str) -> String {
        format!("{}/{}", self.pointer, name.replace('~', "~0").replace('/', "~1"))
    }

    /// Records a mistake at `name`.
    pub fn refuse(&mut self, name: &str, code: &str, message: impl Into<String>) {
        let pointer = self.pointer(name);
        self.errors.push(FieldError::at(pointer, code, message));
    }

    /// Takes over mistakes found elsewhere.
    pub fn extend(&mut self, errors: impl IntoIterator<Item = FieldError>) {
        self.errors.extend(errors);
    }

    /// The raw value; `null` counts as absent (RFC 7396 clears with it).
    pub fn value(&mut self, name: &'static str) -> Option<&'a Value> {
        self.asked.insert(name);
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// An optional value made by `parse`, whose error is `(code, message)`.
    pub fn parsed<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, (&'static str, String)>,
    ) -> Option<T> {
        let text = self.string(name)?;
        match parse(text) {
            Ok(value) => Some(value),
            Err((code, message)) => {
                self.refuse(name, code, message);
                None
            }
        }
    }

    fn string(&mut self, name: &'static str) -> Option<&'a str> {
        let value = self.value(name)?;
        let text = value.as_str();
        if text.is_none() {
            self.refuse(name, "wrong_type", "must be a text");
        }
        text
    }

    /// An optional text of 1 to `most` characters after trimming, on one line. An empty text counts as a mistake.
    pub fn line(&mut self, name: &'static str, most: usize) -> Option<String> {
        self.parsed(name, |text| check_line(text, most))
    }

    /// As [`Fields::line`], with line breaks allowed.
    pub fn text(&mut self, name: &'static str, most: usize) -> Option<String> {
        self.parsed(name, |text| check_text(text, most))
    }

    /// An optional instant (RFC 3339) between 1900 and 2200.
    pub fn instant(&mut self, name: &'static str) -> Option<DateTime<Utc>> {
        self.parsed(name, |text| {
            let instant = DateTime::parse_from_rfc3339(text).map(|instant| instant.to_utc());
            let sane = instant.ok().filter(|instant| (1900..=2200).contains(&instant.year()));
            sane.ok_or_else(|| ("bad_instant", "must be an RFC 3339 instant between 1900 and 2200".to_owned()))
        })
    }

    /// An optional date, `YYYY-MM-DD`, between 1900 and 2200.
    pub fn date(&mut self, name: &'static str) -> Option<NaiveDate> {
        self.parsed(name, check_date)
    }

    /// Records `required` where `value` is missing and no other mistake stands at `name`.
    pub fn require<T>(&mut self, name: &'static str, value: Option<T>) -> Option<T> {
        let pointer = self.pointer(name);
        let within = |at: &str| at.strip_prefix(&pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if value.is_none() && !self.errors.iter().filter_map(|error| error.pointer.as_deref()).any(within) {
            self.refuse(name, "required", "must be given");
        }
        value
    }

    /// An optional true or false.
    pub fn boolean(&mut self, name: &'static str) -> Option<bool> {
        let value = self.value(name)?;
        if value.as_bool().is_none() {
            self.refuse(name, "wrong_type", "must be true or false");
        }
        value.as_bool()
    }

    /// An optional whole number within `range`.
    pub fn integer(&mut self, name: &'static str, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let value = self.value(name)?;
        let number = value.as_i64().filter(|number| range.contains(number));
        if number.is_none() {
            self.refuse(
                name,
                "out_of_range",
                format!("must be a whole number from {} to {}", range.start(), range.end()),
            );
        }
        number
    }

    /// An optional finite number within `range`.
    pub fn number(&mut self, name: &'static str, range: std::ops::RangeInclusive<f64>) -> Option<f64> {
        let value = self.value(name)?;
        let number = value.as_f64().filter(|number| range.contains(number));
        if number.is_none() {
            self.refuse(name, "out_of_range", format!("must be a number from {} to {}", range.start(), range.end()));
        }
        number
    }

    /// An optional value from a fixed set, with a suggestion where one is near.
    pub fn one_of(&mut self, name: &'static str, set: &[&'static str]) -> Option<&'static str> {
        let text = self.string(name)?;
        let found = set.iter().find(|known| **known == text).copied();
        if found.is_none() {
            let error =
                FieldError::at(self.pointer(name), "unknown_value", format!("must be one of {}", set.join(", ")));
            self.errors.push(error.suggesting(nearest(text, set.iter().copied())));
        }
        found
    }

    /// A list of at most `most` entries, each made by `parse` at its own pointer; absent is empty.
    pub fn list<T>(
        &mut self,
        name: &'static str,
        most: usize,
        mut parse: impl FnMut(&'a Value, String) -> Result<T, Vec<FieldError>>,
    ) -> Vec<T> {
        let Some(value) = self.value(name) else { return Vec::new() };
        let Some(entries) = value.as_array() else {
            self.refuse(name, "wrong_type", "must be a list");
            return Vec::new();
        };
        if entries.len() > most {
            self.refuse(name, "too_many", format!("at most {most} entries"));
            return Vec::new();
        }
        let mut parsed = Vec::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            match parse(entry, format!("{}/{index}", self.pointer(name))) {
                Ok(entry) => parsed.push(entry),
                Err(errors) => self.errors.extend(errors),
            }
        }
        parsed
    }

    /// A list of one-line texts, each at most `length` characters; absent is empty.
    pub fn lines(&mut self, name: &'static str, most: usize, length: usize) -> Vec<String> {
        self.list(name, most, |entry, pointer| {
            let text =
                entry.as_str().ok_or_else(|| vec![FieldError::at(pointer.clone(), "wrong_type", "must be a text")])?;
            check_line(text, length).map_err(|(code, message)| vec![FieldError::at(pointer, code, message)])
        })
    }

    /// A list of texts from a fixed set, without repetition; absent is empty.
    pub fn set_of(&mut self, name: &'static str, set: &[&'static str]) -> Vec<String> {
        let chosen = self.list(name, set.len(), |entry, pointer| {
            let found = entry.as_str().and_then(|text| set.iter().find(|known| **known == text));
            found.map(|known| (*known).to_owned()).ok_or_else(|| {
                let suggestion = entry.as_str().and_then(|text| nearest(text, set.iter().copied()));
                vec![
                    FieldError::at(pointer, "unknown_value", format!("must be one of {}", set.join(", ")))
                        .suggesting(suggestion),
                ]
            })
        });
        if chosen.iter().collect::<BTreeSet<_>>().len() < chosen.len() {
            self.refuse(name, "repeated", "must not repeat an entry");
        }
        chosen
    }

    /// An optional object read by `parse`, which begins at the object's own pointer.
    pub fn object<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(Fields<'a>) -> Result<T, Vec<FieldError>>,
    ) -> Option<T> {
        let value = self.value(name)?;
        match parse(Fields::of(value, self.pointer(name))) {
            Ok(parsed) => Some(parsed),
            Err(errors) => {
                self.errors.extend(errors);
                None
            }
        }
    }

    /// The names that no reader asked for, with their values: a plain HTML form keeps them as extra answers.
    pub fn others(&mut self) -> Vec<(&'a str, &'a Value)> {
        let others: Vec<_> = self.object.iter().filter(|(name, _)| !self.asked.contains(name.as_str())).collect();
        others.into_iter().map(|(name, value)| (name.as_str(), value)).collect()
    }

    /// Ends the reading: every field that nobody asked for is a mistake.
    ///
    /// # Errors
    /// All mistakes of the object, in the order they were found.
    pub fn finish(mut self) -> Result<(), Vec<FieldError>> {
        for (name, _) in self.others() {
            let error = FieldError::at(self.pointer(name), "unknown_field", "is not a field of this resource");
            self.errors.push(error.suggesting(nearest(name, self.asked.iter().copied())));
        }
        self.finish_open()
    }

    /// Ends the reading of a form that may carry fields of its own.
    ///
    /// # Errors
    /// As [`Fields::finish`], unknown fields aside.
    pub fn finish_open(self) -> Result<(), Vec<FieldError>> {
        if self.errors.is_empty() { Ok(()) } else { Err(self.errors) }
    }
}

impl From<Vec<FieldError>> for ApiError {
    fn from(errors: Vec<FieldError>) -> Self {
        Self::Invalid(errors)
    }
}

/// A date, `YYYY-MM-DD`, in the years that the API shows.
///
/// # Errors
/// The code and the sentence where `text` is none.
pub fn check_date(text: &str) -> Result<NaiveDate, (&'static str, String)> {
    let date = text.parse::<NaiveDate>().ok().filter(|date| (1900..=2200).contains(&date.year()));
    let date = date.filter(|_| text.len() == 10);
    date.ok_or_else(|| ("bad_date", "must be a date as YYYY-MM-DD between 1900 and 2200".to_owned()))
}

/// One line of 1 to `most` characters, trimmed.
///
/// # Errors
/// The code and the sentence of the first rule that `text` breaks.
pub fn check_line(text: &str, most: usize) -> Result<String, (&'static str, String)> {
    if text.trim().contains(['\n', '\r', '\u{2028}', '\u{2029}']) {
        return Err(("line_break", "must stand on one line".to_owned()));
    }
    check_text(text, most)
}

/// A text of 1 to `most` characters, trimmed. PostgreSQL cannot keep NUL, and the other control characters
/// have no place in anything that is shown.
///
/// # Errors
/// As [`check_line`].
pub fn check_text(text: &str, most: usize) -> Result<String, (&'static str, String)> {
    let text = text.trim();
    if text.is_empty() {
        return Err(("blank", "must not be empty".to_owned()));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(("control_character", "must not contain control characters".to_owned()));
    }
    if text.chars().count() > most {
        return Err(("too_long", format!("at most {most} characters")));
    }
    Ok(text.to_owned())
}
