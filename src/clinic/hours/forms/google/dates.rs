//! `SpecialHourPeriod`: one date that is closed, or one interval of a date that may end on the next.

use chrono::{Datelike, NaiveDate};
use serde_json::{Value, json};

use super::{
    super::parts::date_of,
    periods::{time, time_of},
};
use crate::clinic::hours::{Interval, LocalTime, SpecialHours};

/// The periods of a date with these intervals alone.
pub(super) fn write(on: NaiveDate, intervals: &[Interval]) -> Vec<Value> {
    if intervals.is_empty() {
        return vec![json!({"startDate": date(on), "closed": true})];
    }
    let open = intervals.iter().map(|interval| {
        let turns = interval.closes <= interval.opens;
        let end = if turns { on.succ_opt().unwrap_or(on) } else { on };
        let (opens, closes) = (time(interval.opens), time(interval.closes));
        json!({"startDate": date(on), "openTime": opens, "endDate": date(end), "closeTime": closes})
    });
    open.collect()
}

fn date(date: NaiveDate) -> Value {
    json!({"year": date.year(), "month": date.month(), "day": date.day()})
}

const BAD_DATE: (&str, &str) = ("bad_date", "Give year, month and day of an existing date between 1900 and 2200.");
const BAD_TIMES: (&str, &str) = ("bad_time", "Open before you close, on this date or into the next.");

fn date_in(value: &Value) -> Result<NaiveDate, (&'static str, &'static str)> {
    let part = |name: &str| value.get(name).and_then(Value::as_u64).ok_or(BAD_DATE);
    let text = format!("{:04}-{:02}-{:02}", part("year")?, part("month")?, part("day")?);
    date_of(&text).ok_or(BAD_DATE)
}

/// What a period says of its date.
pub(super) fn read(period: &Value) -> Result<SpecialHours, (&'static str, &'static str)> {
    let from = date_in(period.get("startDate").unwrap_or(&Value::Null))?;
    let end = period.get("endDate").filter(|value| !value.is_null()).map_or(Ok(from), date_in)?;
    let mut row =
        SpecialHours { from, through: from, closed: true, intervals: Vec::new(), reason: None, department: None };
    if period.get("closed").is_some_and(|closed| closed == &json!(true)) {
        let timed = ["openTime", "closeTime"].iter().any(|name| period.get(*name).is_some_and(|time| !time.is_null()));
        return if timed || end != from { Err(BAD_TIMES) } else { Ok(row) };
    }
    let (opens, closes) = (time_of(period.get("openTime"))?, time_of(period.get("closeTime"))?);
    let ends_next = from.succ_opt() == Some(end);
    // The beginning of the next date is the end of this one.
    let at_midnight = ends_next && closes.minutes() == 0;
    let closes = if at_midnight { LocalTime::END_OF_DAY } else { closes };
    let into_next = ends_next && !at_midnight;
    let has_length = if into_next { closes <= opens } else { opens < closes };
    if opens == LocalTime::END_OF_DAY || !(end == from || ends_next) || !has_length {
        return Err(BAD_TIMES);
    }
    row.intervals.push(Interval { opens, closes });
    Ok(row)
}
