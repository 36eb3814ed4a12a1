//! Between the clock on the wall and the instant, for any IANA zone and any date, without a panic.

use chrono::{
    DateTime, Datelike, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc,
};
use chrono_tz::{GapInfo, Tz};

/// What the clock on the wall shows at an instant; the nearest representable time at the ends of the calendar.
pub(super) fn wall(zone: Tz, at: DateTime<Utc>) -> NaiveDateTime {
    let utc = at.naive_utc();
    let offset = zone.offset_from_utc_datetime(&utc).fix();
    utc.checked_add_offset(offset).unwrap_or(nearest_end(utc, NaiveDateTime::MIN, NaiveDateTime::MAX))
}

/// The instant of an opening at a local time: the earlier one where the time comes twice.
pub(super) fn opening(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    let (earlier, _) = instants(zone, local);
    earlier
}

/// The instant of a closing at a local time: the later one where the time comes twice.
///
/// The last local time of the calendar stands for all that come after it.
pub(super) fn closing(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    if local == NaiveDateTime::MAX {
        return DateTime::<Utc>::MAX_UTC;
    }
    let (_, later) = instants(zone, local);
    later
}

/// The instant after which the wall never again shows `date`.
///
/// Where midnight comes twice it is the first, unless the clocks go back across it into `date` (St. John's until 2011).
pub(super) fn end_of(zone: Tz, date: NaiveDate) -> DateTime<Utc> {
    let Some(next) = date.succ_opt() else {
        return DateTime::<Utc>::MAX_UTC;
    };
    let (first, second) = instants(zone, next.and_time(NaiveTime::MIN));
    let before_second = second.checked_sub_signed(TimeDelta::seconds(1)).unwrap_or(second);
    if wall(zone, before_second).date() <= date { second } else { first }
}

/// The earlier and the later instant of a local time; both the first instant after the gap where clocks skip it.
fn instants(zone: Tz, local: NaiveDateTime) -> (DateTime<Utc>, DateTime<Utc>) {
    match zone.from_local_datetime(&local) {
        MappedLocalTime::Single(at) => (at.to_utc(), at.to_utc()),
        MappedLocalTime::Ambiguous(one, other) => {
            let (one, other) = (one.to_utc(), other.to_utc());
            (one.min(other), one.max(other))
        }
        MappedLocalTime::None => {
            let at = end_of_gap(zone, local);
            (at, at)
        }
    }
}

/// The transition that skips `local`; the nearest end of the calendar where there is none, as `local` is then beyond it.
fn end_of_gap(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    GapInfo::new(&local, &zone)
        .and_then(|gap| gap.begin)
        .and_then(|(begin, offset_before)| begin.checked_sub_offset(offset_before.fix()))
        .map_or(nearest_end(local, DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC), |utc| utc.and_utc())
}

fn nearest_end<T>(local: NaiveDateTime, first: T, last: T) -> T {
    if local.year() < 0 { first } else { last }
}
