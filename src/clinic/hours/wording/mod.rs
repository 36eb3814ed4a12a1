//! The sentence beside a location's name, in the languages of the clinic.
//!
//! Times are on the 12-hour clock, as clinics in the United States write them in both languages.

mod english;
mod spanish;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{LocalTime, Weekday, schedule::Reason, zone};

/// How near a closing must be to be named by its time alone although it is on the next day.
pub(super) const SOON: TimeDelta = TimeDelta::hours(12);

/// What there is to say of a location at one instant.
pub(super) enum Sentence<'a> {
    /// Open, and closing at the time given.
    OpenUntil(When),
    /// Open with no closing in sight.
    OpenAllHours,
    /// Not open, but seeing patients by appointment, until the time given where it is in sight.
    ByAppointment(Option<When>),
    /// Not open, and never but by appointment, next at the time given.
    ByAppointmentFrom(When),
    /// Closed by its hours.
    Closed {
        /// The reason of the special hours that close it.
        reason: Option<Reason<'a>>,
        /// The next opening.
        opens: Option<When>,
    },
    /// Closed for a time, and opening at the time given.
    TemporarilyClosedUntil(When),
    /// Closed through the day given, with no opening known after it.
    TemporarilyClosedThrough(NaiveDate),
    /// Closed for a time with no end known.
    TemporarilyClosed,
    /// Closed for good.
    PermanentlyClosed,
    /// Said by the clinic itself: open until the time given.
    WeAreOpenUntil(When),
    /// Said by the clinic itself: closed, and open again at the time given.
    WeReopen(When),
}

/// A local time on a day named as seen from today; `24:00` is the midnight that ends the day.
pub(super) struct When {
    day: Option<Day>,
    time: LocalTime,
}

/// A day as people name it.
enum Day {
    Today,
    Tomorrow,
    Weekday(Weekday),
    Date { date: NaiveDate, with_year: bool },
}

/// Writes `sentence` in the language of `locale`, English where the language is not one of ours.
pub(super) fn write(locale: &str, sentence: &Sentence<'_>) -> String {
    let language = locale.split(['-', '_']).next().unwrap_or_default();
    if language.eq_ignore_ascii_case("es") { spanish::write(sentence) } else { english::write(sentence) }
}

/// How to name an opening, as seen at `at`.
pub(super) fn opening(zone: Tz, at: DateTime<Utc>, opens_at: DateTime<Utc>) -> When {
    let wall = zone::wall(zone, opens_at);
    let day = Day::seen_from(zone::wall(zone, at).date(), wall.date());
    When { day: Some(day), time: LocalTime::of(wall) }
}

/// How to name a closing, as seen at `at`: by its time alone on the same day or soon, `None` where it is over 6 days away.
pub(super) fn closing(zone: Tz, at: DateTime<Utc>, closes_at: DateTime<Utc>) -> Option<When> {
    let wall = zone::wall(zone, closes_at);
    let midnight = LocalTime::of(wall).minutes() == 0;
    let (date, time) = match wall.date().pred_opt() {
        Some(ended) if midnight => (ended, LocalTime::END_OF_DAY),
        _ => (wall.date(), LocalTime::of(wall)),
    };
    match Day::seen_from(zone::wall(zone, at).date(), date) {
        Day::Date { .. } => None,
        Day::Today => Some(When { day: None, time }),
        Day::Tomorrow if closes_at - at <= SOON => Some(When { day: None, time }),
        day => Some(When { day: Some(day), time }),
    }
}

impl Day {
    fn seen_from(today: NaiveDate, date: NaiveDate) -> Self {
        match (date - today).num_days() {
            0 => Self::Today,
            1 => Self::Tomorrow,
            2..=6 => Self::Weekday(Weekday::of(date)),
            _ => Self::Date { date, with_year: date.year() != today.year() },
        }
    }
}

/// A reason typed over several lines, on one.
fn on_one_line(reason: &str) -> String {
    reason.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The hour from 1 to 12, and whether it is before noon.
fn twelve_hour(time: LocalTime) -> (u16, bool) {
    let hour = (time.hour() + 11) % 12 + 1;
    (hour, time.hour() % 24 < 12)
}
