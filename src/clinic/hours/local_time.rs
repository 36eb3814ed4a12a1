//! A time of day as a clinic writes it on its door.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use chrono::{NaiveDateTime, Timelike};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

const MINUTES_A_DAY: u16 = 24 * 60;

/// A local time of day to the minute, `HH:MM` from `00:00` to `23:59`, and `24:00` for the end of the day.
///
/// `24:00` has a meaning only as a closing time; [`Schedule::new`](super::Schedule::new) refuses it as an opening time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime {
    minutes: u16,
}

/// Why a text is no [`LocalTime`]. The text itself is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("write a time as HH:MM, from 00:00 to 23:59, or 24:00 for closing at the end of the day")]
pub struct LocalTimeError;

impl LocalTime {
    /// The end of the day, `24:00`.
    pub const END_OF_DAY: Self = Self { minutes: MINUTES_A_DAY };

    /// The time `hour:minute`; `None` where there is no such time. `24:00` exists.
    #[must_use]
    pub fn new(hour: u16, minute: u16) -> Option<Self> {
        let exists = (hour < 24 && minute < 60) || (hour == 24 && minute == 0);
        exists.then(|| Self { minutes: hour * 60 + minute })
    }

    /// The hour, 0 to 24.
    #[must_use]
    pub fn hour(self) -> u16 {
        self.minutes / 60
    }

    /// The minute of the hour, 0 to 59.
    #[must_use]
    pub fn minute(self) -> u16 {
        self.minutes % 60
    }

    /// Minutes since the start of the day by the clock on the wall, 0 to 1,440.
    #[must_use]
    pub fn minutes(self) -> u16 {
        self.minutes
    }

    /// The time of day of a local instant, seconds cut off.
    pub(super) fn of(wall: NaiveDateTime) -> Self {
        let minutes = wall.num_seconds_from_midnight() / 60;
        Self { minutes: u16::try_from(minutes).unwrap_or(MINUTES_A_DAY) }
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:02}:{:02}", self.hour(), self.minute())
    }
}

impl FromStr for LocalTime {
    type Err = LocalTimeError;

    fn from_str(text: &str) -> Result<Self, LocalTimeError> {
        let &[h1, h2, b':', m1, m2] = text.as_bytes() else {
            return Err(LocalTimeError);
        };
        let hour = two_digits(h1, h2).ok_or(LocalTimeError)?;
        let minute = two_digits(m1, m2).ok_or(LocalTimeError)?;
        Self::new(hour, minute).ok_or(LocalTimeError)
    }
}

fn two_digits(tens: u8, ones: u8) -> Option<u16> {
    let digits = tens.is_ascii_digit() && ones.is_ascii_digit();
    digits.then(|| u16::from(tens - b'0') * 10 + u16::from(ones - b'0'))
}

impl Serialize for LocalTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LocalTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl PartialSchema for LocalTime {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"))
            .description(Some("A local time of day, HH:MM on the 24-hour clock; 24:00 only as a closing time."))
            .examples(["08:00"])
            .into()
    }
}

impl ToSchema for LocalTime {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("LocalTime")
    }
}
