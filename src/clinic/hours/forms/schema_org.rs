//! Hours in schema.org's form (<https://schema.org/OpeningHoursSpecification>), as search engines read it: an interval past
//! midnight closes at an earlier time than it opens, all day is from 00:00 to 23:59, and from 00:00 to 00:00 is closed. What
//! particular dates say replaces the week.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::{
    Hours, LeftOut, Reading, Written, normal,
    normal::{midnight, replaced},
    osm,
    parts::{TURNED_DAY, beyond_days_and_times, date_of, day_of, entries, is_turned_day, time_of, unknown_members},
};
use crate::clinic::hours::{Interval, LocalTime, MAX_DAYS, SpecialHours, Weekday, WeeklyHours};

const WEEK: &str = "openingHoursSpecification";
const DATES: &str = "specialOpeningHoursSpecification";
const TEXT: &str = "openingHours";
const KNOWN: [&str; 9] =
    ["@context", "@id", "@type", "name", "description", "dayOfWeek", "opens", "closes", "validFrom"];

/// Writes both members of a `LocalBusiness`: `openingHoursSpecification` and `specialOpeningHoursSpecification`.
pub fn write(rows: &Hours) -> Written<Value> {
    let mut left_out = Vec::new();
    for (index, row) in rows.hours.iter().enumerate() {
        if let Some((code, message)) = beyond(row) {
            left_out.push(LeftOut::at(format!("/hours/{index}"), code, message));
        }
    }
    for (index, row) in rows.special_hours.iter().enumerate() {
        let at = format!("/special_hours/{index}");
        if row.department.is_some() {
            left_out.push(LeftOut::at(at, "department", "This form tells of the location's own hours alone."));
        } else if row.intervals.iter().any(|interval| unsayable(interval.opens, interval.closes).is_some()) {
            let (code, message) = TURNED_DAY;
            left_out.push(LeftOut::at(at, code, message));
        }
    }
    Written { value: json!({WEEK: weekly(&rows.hours), DATES: special(&rows.hours, &rows.special_hours)}), left_out }
}

/// The location's own weekly hours; those of departments are not when the location is open.
pub fn weekly(hours: &[WeeklyHours]) -> Vec<Value> {
    let own = hours.iter().filter(|row| beyond(row).is_none());
    own.map(|row| {
        let days = row.days.iter().map(|day| format!("https://schema.org/{day:?}")).collect::<Vec<_>>();
        specification((row.opens, row.closes), [row.valid_from, row.valid_through], [("dayOfWeek", json!(days))])
    })
    .collect()
}

/// What differs on particular dates, each with all that is open then.
pub fn special(hours: &[WeeklyHours], special: &[SpecialHours]) -> Vec<Value> {
    let rows = Hours { hours: hours.to_vec(), special_hours: special.to_vec() };
    replaced(&rows).special_hours.iter().flat_map(of_row).collect()
}

fn of_row(row: &SpecialHours) -> Vec<Value> {
    let sayable = row.intervals.iter().filter(|interval| unsayable(interval.opens, interval.closes).is_none());
    let open = sayable.map(|interval| (interval.opens, interval.closes));
    let closed = row.intervals.is_empty().then_some((LocalTime::END_OF_DAY, LocalTime::END_OF_DAY));
    let reason = row.reason.as_ref().map(|reason| ("name", json!(reason)));
    let bounds = [Some(row.from), Some(row.through)];
    closed.into_iter().chain(open).map(|times| specification(times, bounds, reason.clone())).collect()
}

fn specification(
    (opens, closes): (LocalTime, LocalTime),
    [from, through]: [Option<NaiveDate>; 2],
    more: impl IntoIterator<Item = (&'static str, Value)>,
) -> Value {
    let whole_day = opens.minutes() == 0 && midnight(closes) == LocalTime::END_OF_DAY;
    let clock = |time: LocalTime| if time == LocalTime::END_OF_DAY { "00:00".to_owned() } else { time.to_string() };
    let closes = if whole_day { "23:59".to_owned() } else { clock(closes) };
    let kind = [("@type", json!("OpeningHoursSpecification"))];
    let times = [("opens", json!(clock(opens))), ("closes", json!(closes))];
    let bounds = [("validFrom", from), ("validThrough", through)];
    let bounds = bounds.into_iter().filter_map(|(name, date)| Some((name, json!(date?))));
    let members = kind.into_iter().chain(more).chain(times).chain(bounds);
    members.map(|(name, value)| (name.to_owned(), value)).collect::<serde_json::Map<_, _>>().into()
}

fn beyond(row: &WeeklyHours) -> Option<(&'static str, &'static str)> {
    beyond_days_and_times(row).or_else(|| unsayable(row.opens, row.closes))
}

fn unsayable(opens: LocalTime, closes: LocalTime) -> Option<(&'static str, &'static str)> {
    if is_turned_day(opens, closes) {
        return Some(TURNED_DAY);
    }
    (opens.minutes() == 0 && closes.minutes() == 24 * 60 - 1)
        .then_some(("until_23_59", "In this form 00:00 to 23:59 means the whole day; close at 24:00."))
}

/// Reads a `LocalBusiness` with its hours, the specifications alone, or the texts of `openingHours`.
pub fn read(value: &Value) -> Reading {
    let mut found = Found::default();
    match value {
        Value::String(text) => found.text(text, ""),
        Value::Object(object) if [WEEK, DATES, TEXT].iter().any(|name| object.contains_key(*name)) => {
            for (name, value) in object {
                let pointer = format!("/{name}");
                match name.as_str() {
                    WEEK => entries(value, &pointer)
                        .into_iter()
                        .for_each(|(at, entry)| found.specification(entry, &at, false)),
                    DATES => entries(value, &pointer)
                        .into_iter()
                        .for_each(|(at, entry)| found.specification(entry, &at, true)),
                    TEXT => entries(value, &pointer).into_iter().for_each(|(at, entry)| match entry.as_str() {
                        Some(text) => found.text(text, &at),
                        None => found.leave(&at, NOT_A_SPECIFICATION),
                    }),
                    // Whatever else a business says of itself is not about its hours.
                    _ => {}
                }
            }
        }
        other => entries(other, "").into_iter().for_each(|(at, entry)| match entry.as_str() {
            Some(text) => found.text(text, &at),
            None => found.specification(entry, &at, false),
        }),
    }
    found.special.sort_by_key(|(row, _)| (row.from, row.through));
    found.finish()
}

type Why = (&'static str, &'static str);
const NOT_A_SPECIFICATION: Why = ("not_a_specification", "This is no OpeningHoursSpecification.");
const BAD_TIME: Why = ("bad_time", "Write opens and closes as HH:MM.");
const BAD_DATE: Why = ("bad_date", "Write a date as YYYY-MM-DD between 1900 and 2200.");
const BAD_DAY: Why = ("bad_day", "Name a day of the week, such as https://schema.org/Monday.");
const HOLIDAYS: Why = ("holidays", "Name the dates of holidays, or use the location's holidays.");
const NO_DAYS: Why = ("no_days", "Name days of the week, or give validFrom and validThrough.");
const CONTRADICTION: Why = ("contradiction", "These dates are closed and open at once.");
const TOO_LONG: Why = ("range_too_long", "Give a range of at most 400 days.");

#[derive(Default)]
struct Found {
    rows: Hours,
    /// What particular dates say, with the place.
    special: Vec<(SpecialHours, String)>,
    left_out: Vec<LeftOut>,
}

/// The days that a specification is for.
struct Days {
    named: Vec<Weekday>,
    from: Option<NaiveDate>,
    through: Option<NaiveDate>,
}

impl Found {
    fn leave(&mut self, at: &str, (code, message): Why) {
        self.left_out.push(LeftOut::at(at, code, message));
    }

    /// A text of `openingHours` is a rule of OpenStreetMap's syntax (<https://schema.org/openingHours>).
    fn text(&mut self, text: &str, at: &str) {
        let read = osm::read(text);
        self.rows.hours.extend(read.rows.hours);
        self.rows.special_hours.extend(read.rows.special_hours);
        self.left_out.extend(read.left_out.into_iter().map(|left| LeftOut { pointer: Some(at.to_owned()), ..left }));
    }

    fn specification(&mut self, entry: &Value, at: &str, replaces: bool) {
        if !entry.is_object() {
            return self.leave(at, NOT_A_SPECIFICATION);
        }
        let known: Vec<&str> = KNOWN.into_iter().chain(["validThrough"]).collect();
        let mut unknown = unknown_members(entry, at, &known);
        self.left_out.append(&mut unknown);
        let Some(days) = self.days(entry, at) else { return };
        let time = |name: &str| entry.get(name).and_then(Value::as_str).and_then(time_of);
        let Some((opens, closes)) = time("opens").zip(time("closes")) else { return self.leave(at, BAD_TIME) };
        let closed = opens.minutes() == 0 && closes.minutes() == 0;
        if opens == LocalTime::END_OF_DAY || (opens == closes && !closed) {
            return self.leave(at, BAD_TIME);
        }
        let whole_day = opens.minutes() == 0 && closes.minutes() >= 24 * 60 - 1;
        let closes = if whole_day { LocalTime::END_OF_DAY } else { midnight(closes) };
        let interval = (!closed).then_some(Interval { opens, closes });
        if replaces || days.named.is_empty() {
            self.dates(&days, interval, entry.get("name").and_then(Value::as_str), at);
        } else if let Some(Interval { opens, closes }) = interval {
            self.rows.hours.push(WeeklyHours {
                days: days.named,
                opens,
                closes,
                valid_from: days.from,
                valid_through: days.through,
                department: None,
                weeks: Vec::new(),
                by_appointment: false,
            });
        } else if days.from.is_some() || days.through.is_some() {
            // A day of the week that is closed for a time takes nothing away but what is written as an exception.
            self.dates(&days, None, entry.get("name").and_then(Value::as_str), at);
        }
    }

    /// The days of a specification; none where one of them cannot be read.
    fn days(&mut self, entry: &Value, at: &str) -> Option<Days> {
        let mut named = Vec::new();
        let mut whole = true;
        let given = entry.get("dayOfWeek").unwrap_or(&Value::Null);
        for (pointer, day) in entries(given, &format!("{at}/dayOfWeek")) {
            let name = day.as_str().or_else(|| day.get("@id").and_then(Value::as_str)).unwrap_or_default();
            let name = name.rsplit('/').next().unwrap_or(name);
            match day_of(name) {
                Some(day) if named.contains(&day) => {}
                Some(day) => named.push(day),
                None => {
                    self.leave(&pointer, if name == "PublicHolidays" { HOLIDAYS } else { BAD_DAY });
                    whole = false;
                }
            }
        }
        let mut date = |name: &str| {
            let given = entry.get(name).filter(|value| !value.is_null())?;
            let date = given.as_str().and_then(date_of);
            if date.is_none() {
                self.leave(&format!("{at}/{name}"), BAD_DATE);
                whole = false;
            }
            date
        };
        let (from, through) = (date("validFrom"), date("validThrough"));
        if from.zip(through).is_some_and(|(from, through)| through < from) {
            self.leave(at, ("range_reversed", "Give a validThrough that is not before validFrom."));
            return None;
        }
        whole.then_some(Days { named, from, through })
    }

    /// Dates that replace the week: those of the range, or those of its days that are named.
    fn dates(&mut self, days: &Days, interval: Option<Interval>, reason: Option<&str>, at: &str) {
        let Some((from, through)) = days.from.zip(days.through) else { return self.leave(at, NO_DAYS) };
        if (through - from).num_days() >= MAX_DAYS {
            return self.leave(at, TOO_LONG);
        }
        let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
        if reason.is_some_and(|reason| reason.chars().count() > 200 || reason.chars().any(char::is_control)) {
            return self.leave(at, ("bad_reason", "Write a name of at most 200 characters on one line."));
        }
        let row = |from, through| SpecialHours {
            from,
            through,
            closed: true,
            intervals: interval.into_iter().collect(),
            reason: reason.map(str::to_owned),
            department: None,
        };
        if days.named.is_empty() {
            self.special.push((row(from, through), at.to_owned()));
            return;
        }
        let named = from.iter_days().take_while(|date| *date <= through);
        let named = named.filter(|date| days.named.contains(&Weekday::of(*date)));
        self.special.extend(named.map(|date| (row(date, date), at.to_owned())));
    }

    /// Several intervals of one date are one day; closed and open at once is neither.
    fn finish(mut self) -> Reading {
        let special = std::mem::take(&mut self.special);
        let mut told = normal::Told::default();
        for (row, at) in special {
            if !told.tell(&row) {
                self.leave(&at, CONTRADICTION);
            }
        }
        self.rows.special_hours.extend(told.rows());
        Reading::of(&self.rows, self.left_out)
    }
}
