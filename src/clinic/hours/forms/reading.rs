//! What a reader and a writer of a form answer.

use serde::Serialize;
use utoipa::ToSchema;

use crate::clinic::hours::{MAX_INTERVALS, MAX_SPECIAL_ROWS, MAX_WEEKLY_ROWS, SpecialHours, WeeklyHours};

/// The most pieces that are named; more of them are one last piece, so that no answer is without bounds.
const MOST_PIECES: usize = 200;

/// The rows of a location.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hours {
    /// What repeats every week.
    pub hours: Vec<WeeklyHours>,
    /// What differs on particular dates.
    pub special_hours: Vec<SpecialHours>,
}

/// A piece that was left out. It names the place and never the words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LeftOut {
    /// Stable, in snake case.
    #[schema(example = "ambiguous_time")]
    pub code: &'static str,
    /// One sentence for people.
    #[schema(example = "Say am or pm, or write the time on the 24-hour clock.")]
    pub message: &'static str,
    /// The first character of the piece in a text, counted from 0 in Unicode code points; null where it is no text.
    #[schema(required, minimum = 0)]
    pub from: Option<usize>,
    /// The first character behind it.
    #[schema(required, minimum = 0)]
    pub to: Option<usize>,
    /// JSON pointer (RFC 6901) to the piece: into the value that was read, or into the location that was written. Null
    /// for a text.
    #[schema(required, example = "/regularHours/periods/0")]
    pub pointer: Option<String>,
}

impl LeftOut {
    /// A piece of a text, by its characters.
    pub(super) fn within(from: usize, to: usize, code: &'static str, message: &'static str) -> Self {
        Self { code, message, from: Some(from), to: Some(to), pointer: None }
    }

    /// The whole.
    pub(super) fn whole(code: &'static str, message: &'static str) -> Self {
        Self { code, message, from: None, to: None, pointer: None }
    }

    /// A piece of a JSON value.
    pub(super) fn at(pointer: impl Into<String>, code: &'static str, message: &'static str) -> Self {
        Self { code, message, from: None, to: None, pointer: Some(pointer.into()) }
    }
}

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// What was understood.
    pub rows: Hours,
    /// What was not, in the order of its places. Empty where everything was understood.
    pub left_out: Vec<LeftOut>,
}

impl Reading {
    /// The rows in their normal form, as many as a location holds, and the pieces, of which so many are named as can be
    /// read.
    pub(super) fn of(rows: &Hours, mut left_out: Vec<LeftOut>) -> Self {
        let mut rows = super::normal(rows);
        if rows.hours.len() > MAX_WEEKLY_ROWS || rows.special_hours.len() > MAX_SPECIAL_ROWS {
            rows.hours.truncate(MAX_WEEKLY_ROWS);
            rows.special_hours.truncate(MAX_SPECIAL_ROWS);
            left_out.insert(0, LeftOut::whole("too_many_rows", "A location holds 100 weekly and 400 special rows."));
        }
        let all = rows.special_hours.len();
        rows.special_hours.retain(|row| row.intervals.len() <= MAX_INTERVALS);
        if rows.special_hours.len() < all {
            left_out.insert(0, LeftOut::whole("too_many_intervals", "A date holds 24 intervals."));
        }
        if left_out.len() > MOST_PIECES {
            left_out.truncate(MOST_PIECES);
            left_out
                .push(LeftOut::whole("and_more", "There is more that cannot be taken; begin with the pieces above."));
        }
        Self { rows, left_out }
    }

    /// Whether everything was understood.
    pub fn is_complete(&self) -> bool {
        self.left_out.is_empty()
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written<T> {
    /// The form.
    pub value: T,
    /// What the form cannot say, by its place in the location.
    pub left_out: Vec<LeftOut>,
}
