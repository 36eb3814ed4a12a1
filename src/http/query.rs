//! Query parameters, each asked for by name. Refuses what nobody asked for: an unknown or repeated parameter,
//! a bad value, an empty name. A filter that is silently ignored answers the wrong question.

use actix_web::HttpRequest;
use chrono::{DateTime, Utc};
use url::form_urlencoded;

use super::{ApiError, FieldError, suggest::nearest};

/// The parameters of one request. Call [`QueryReader::finish`] when every parameter was asked for.
#[derive(Debug)]
pub struct QueryReader {
    given: Vec<(String, String)>,
    asked: Vec<&'static str>,
    errors: Vec<FieldError>,
}

impl QueryReader {
    /// Reads the request's query string.
    pub fn of(request: &HttpRequest) -> Self {
        let raw = request.query_string();
        let given: Vec<(String, String)> = form_urlencoded::parse(raw.as_bytes()).into_owned().collect();
        let mut errors = Vec::new();
        for (index, (name, value)) in given.iter().enumerate() {
            if given.iter().take(index).any(|(earlier, _)| earlier == name) {
                errors.push(FieldError::parameter(name, "repeated", "may be given once; a comma means any of"));
            }
            if value.contains('\0') || value.contains(char::REPLACEMENT_CHARACTER) {
                errors.push(FieldError::parameter(name, "malformed", "must be UTF-8 text"));
            }
        }
        Self { given, asked: Vec::new(), errors }
    }

    /// Records a mistake at `name`.
    pub fn refuse(&mut self, name: &str, code: &str, message: &str) {
        self.errors.push(FieldError::parameter(name, code, message));
    }

    /// The text of a parameter. An empty value is a mistake.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        self.text_up_to(name, 500)
    }

    /// As [`QueryReader::text`], of another length.
    pub fn text_up_to(&mut self, name: &'static str, most: usize) -> Option<String> {
        self.asked.push(name);
        let value = self.given.iter().find(|(given, _)| given == name).map(|(_, value)| value.clone())?;
        if value.is_empty() || value.chars().count() > most {
            self.refuse(name, "bad_length", &format!("must have 1 to {most} characters"));
            return None;
        }
        Some(value)
    }

    /// A value made by `parse`; `expected` says what is right.
    pub fn parsed<T>(
        &mut self,
        name: &'static str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(name)?;
        let value = parse(&text);
        if value.is_none() {
            self.refuse(name, "bad_value", &format!("must be {expected}"));
        }
        value
    }

    /// A value made by `parse` that has to be given.
    pub fn required<T>(
        &mut self,
        name: &'static str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        if !self.given.iter().any(|(given, _)| given == name) {
            self.refuse(name, "required", &format!("has to be given: {expected}"));
        }
        self.parsed(name, expected, parse)
    }

    /// A value from a fixed set, with a suggestion where one is near.
    pub fn one_of(&mut self, name: &'static str, set: &[&'static str]) -> Option<&'static str> {
        let text = self.text(name)?;
        let found = set.iter().find(|known| **known == text).copied();
        if found.is_none() {
            let error = FieldError::parameter(name, "bad_value", format!("must be one of {}", set.join(", ")));
            self.errors.push(error.suggesting(nearest(&text, set.iter().copied())));
        }
        found
    }

    /// A comma-separated list of slugs or ids, any of which matches; at most 20.
    pub fn any_of(&mut self, name: &'static str) -> Option<Vec<String>> {
        self.parsed(name, "up to 20 slugs or ids, separated by commas", |text| {
            let entries: Vec<String> = text.split(',').map(str::to_owned).collect();
            (entries.len() <= 20 && entries.iter().all(|entry| is_slug_like(entry))).then_some(entries)
        })
    }

    /// A comma-separated list of values from a fixed set, any of which matches.
    pub fn any_known(&mut self, name: &'static str, set: &[&'static str]) -> Option<Vec<String>> {
        let text = self.text(name)?;
        let mut chosen = Vec::new();
        for entry in text.split(',') {
            if !set.contains(&entry) {
                let error = FieldError::parameter(name, "bad_value", format!("must be any of {}", set.join(", ")));
                self.errors.push(error.suggesting(nearest(entry, set.iter().copied())));
                return None;
            }
            chosen.push(entry.to_owned());
        }
        Some(chosen)
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, name: &'static str) -> Option<bool> {
        self.parsed(name, "true or false", |text| text.parse().ok())
    }

    /// An instant as RFC 3339, or a date, which means its first instant in UTC.
    pub fn instant(&mut self, name: &'static str) -> Option<DateTime<Utc>> {
        self.parsed(name, "an RFC 3339 instant or a date", parse_instant)
    }

    /// Ends the reading: every parameter that nobody asked for is a mistake.
    ///
    /// # Errors
    /// [`ApiError::Parameters`] with all mistakes.
    pub fn finish(mut self) -> Result<(), ApiError> {
        for (name, _) in &self.given {
            if !self.asked.contains(&name.as_str()) {
                let error = FieldError::parameter(name, "unknown_parameter", "is not a parameter of this address");
                self.errors.push(error.suggesting(nearest(name, self.asked.iter().copied())));
            }
        }
        if self.errors.is_empty() { Ok(()) } else { Err(ApiError::Parameters(self.errors)) }
    }
}

fn is_slug_like(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 100
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn parse_instant(text: &str) -> Option<DateTime<Utc>> {
    let date = || Some(text.parse::<chrono::NaiveDate>().ok()?.and_hms_opt(0, 0, 0)?.and_utc());
    let instant = DateTime::parse_from_rfc3339(text).map(|instant| instant.to_utc()).ok().or_else(date)?;
    // Outside these years PostgreSQL, chrono and people disagree about calendars.
    (1900..=2200).contains(&chrono::Datelike::year(&instant)).then_some(instant)
}

/// Refuses every query parameter: for addresses that take none.
///
/// # Errors
/// As [`QueryReader::finish`].
pub fn no_parameters(request: &HttpRequest) -> Result<(), ApiError> {
    QueryReader::of(request).finish()
}
