//! Hours of particular dates: holidays, short days, extra openings.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::LocalTime;

/// One interval of opening; `closes` at or before `opens` is on the next day, both equal is 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// Local time of opening; never `24:00`.
    pub opens: LocalTime,
    /// Local time of closing; at or before `opens` it is on the next day.
    #[schema(example = "12:00")]
    pub closes: LocalTime,
}

/// What differs from the weekly hours on the days from `from` through `through`.
///
/// `closed` takes the weekly hours of those days away and `intervals` are added: closed with intervals is a short day,
/// not closed with intervals an extra opening. An interval that started the evening before still runs to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SpecialHours {
    /// The first day.
    #[schema(example = "2026-11-26")]
    pub from: NaiveDate,
    /// The last day, included; at most 400 days with the first.
    #[schema(example = "2026-11-27")]
    pub through: NaiveDate,
    /// Whether the weekly hours of these days are taken away.
    #[schema(example = true)]
    pub closed: bool,
    /// Intervals added on each of these days; may be empty only where `closed`.
    #[serde(default)]
    #[schema(required, max_items = 24)]
    pub intervals: Vec<Interval>,
    /// Why, as the public reads it, at most 200 characters.
    #[serde(default)]
    #[schema(required, max_length = 200, example = "Thanksgiving")]
    pub reason: Option<String>,
    /// The department that the row is about, at most 200 characters; `null` for the location. What a location's row
    /// takes away is taken from its departments too; what it adds is the location's own.
    #[serde(default)]
    #[schema(required, max_length = 200, example = "Laboratory")]
    pub department: Option<String>,
}

impl SpecialHours {
    /// Whether `date` is one of these days.
    pub(super) fn covers(&self, date: NaiveDate) -> bool {
        self.from <= date && date <= self.through
    }
}
