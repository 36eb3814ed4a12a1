//! What the rules have said of weeks so far. A later rule takes the days of earlier ones away, whole or in part, so that
//! entries are cut: by days of the week, by dates, by weeks of the month and by time.

use chrono::{Days as Count, NaiveDate};

use super::{
    DAY, Span, Why,
    rule::{Days, Kind},
    without,
};
use crate::clinic::hours::{LocalTime, Weekday, WeeklyHours, week::LAST_WEEK, week::is_in_week};

const LAST_EXCEPTED: Why =
    ("last_week_excepted", "No row says every week but the last; name the weeks of the month or the dates.");
const NIGHT: Why =
    ("night_in_weeks", "The night before these days would have to end early in some weeks; no row says so.");

/// A span of a day of the week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) day: Weekday,
    weeks: Vec<i8>,
    from: Option<NaiveDate>,
    through: Option<NaiveDate>,
    pub(super) span: Span,
    pub(super) by_appointment: bool,
}

impl Entry {
    /// The entries that a rule adds.
    pub(super) fn of(days: &Days, span: Span, kind: Kind) -> impl Iterator<Item = Self> {
        days.weekdays.iter().map(move |day| Self {
            day: *day,
            weeks: days.weeks.clone(),
            from: days.from,
            through: days.through,
            span,
            by_appointment: kind == Kind::ByAppointment,
        })
    }

    pub(super) fn holds_on(&self, date: NaiveDate) -> bool {
        self.day == Weekday::of(date)
            && self.from.is_none_or(|from| from <= date)
            && self.through.is_none_or(|through| date <= through)
            && (self.weeks.is_empty() || self.weeks.iter().any(|week| is_in_week(*week, date)))
    }

    pub(super) fn row(&self) -> Option<WeeklyHours> {
        let (opens, closes) = self.span;
        let time = |minutes: u16| LocalTime::new(minutes / 60, minutes % 60);
        Some(WeeklyHours {
            days: vec![self.day],
            opens: time(opens)?,
            closes: time(if closes > DAY { closes - DAY } else { closes })?,
            valid_from: self.from,
            valid_through: self.through,
            department: None,
            weeks: self.weeks.clone(),
            by_appointment: self.by_appointment,
        })
    }

    fn is_empty(&self) -> bool {
        self.from.zip(self.through).is_some_and(|(from, through)| through < from)
    }

    /// The part of the entry on other days, and the part on these.
    fn split(&self, days: &Days) -> Result<(Vec<Self>, Option<Self>), Why> {
        if !days.weekdays.contains(&self.day) {
            return Ok((vec![self.clone()], None));
        }
        let (mut outside, mut inside) = (Vec::new(), self.clone());
        if let Some(from) = days.from {
            let eve = from.pred_opt();
            outside.push(Self { through: earlier(self.through, eve), ..self.clone() });
            inside.from = Some(self.from.map_or(from, |own| own.max(from)));
        }
        if let Some(through) = days.through {
            let next = through.succ_opt();
            let from = self.from.map_or(next, |own| next.map(|next| own.max(next)));
            outside.push(Self { from, ..self.clone() });
            inside.through = earlier(self.through, Some(through));
        }
        outside.retain(|entry| !entry.is_empty());
        if inside.is_empty() {
            return Ok((outside, None));
        }
        let (others, these) = split_weeks(&self.weeks, &days.weeks)?;
        outside.extend(others.map(|weeks| Self { weeks, ..inside.clone() }));
        Ok((outside, these.map(|weeks| Self { weeks, ..inside })))
    }
}

fn earlier(one: Option<NaiveDate>, other: Option<NaiveDate>) -> Option<NaiveDate> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

type Weeks = Option<Vec<i8>>;

/// The weeks of an entry that are not among the rule's, and those that are. The last week is the fourth or the fifth.
fn split_weeks(own: &[i8], rule: &[i8]) -> Result<(Weeks, Weeks), Why> {
    let some = |weeks: Vec<i8>| (!weeks.is_empty()).then_some(weeks);
    if rule.is_empty() || (!own.is_empty() && own.iter().all(|week| rule.contains(week))) {
        return Ok((None, Some(own.to_vec())));
    }
    let every = [1, 2, 3, 4, 5];
    if every.iter().all(|week| rule.contains(week)) {
        return Ok((None, Some(own.to_vec())));
    }
    let counted = |weeks: &[i8]| !weeks.contains(&LAST_WEEK);
    let early = |weeks: &[i8]| weeks.iter().all(|week| (1..=3).contains(week));
    if counted(own) && counted(rule) {
        let all = if own.is_empty() { &every[..] } else { own };
        let (these, others): (Vec<i8>, Vec<i8>) = all.iter().partition(|week| rule.contains(week));
        return Ok((some(others), some(these)));
    }
    let apart = !own.is_empty() && ((own == [LAST_WEEK] && early(rule)) || (rule == [LAST_WEEK] && early(own)));
    if apart { Ok((Some(own.to_vec()), None)) } else { Err(LAST_EXCEPTED) }
}

/// Takes a span of these days out of the entries that `which` names, with what reaches into it from the day before. Answers
/// what is left of nights alone: by then it stands among the entries of the next day.
pub(super) fn carve(
    entries: &mut Vec<Entry>,
    days: &Days,
    span: Span,
    which: impl Fn(&Entry) -> bool + Copy,
) -> Result<Vec<Entry>, Why> {
    let mut nights = carve_day(entries, days, (span.0, span.1.min(DAY)), which)?;
    if span.1 > DAY {
        let next = shifted(days, true);
        if days.weeks.is_empty() {
            nights.extend(carve_day(entries, &next, (0, span.1 - DAY), which)?);
        } else if entries.iter().any(|entry| which(entry) && next.weekdays.contains(&entry.day)) {
            return Err(NIGHT);
        }
    }
    Ok(nights)
}

/// The days after these, or before; their weeks are not moved, since the day after a first Monday may be a second Tuesday.
fn shifted(days: &Days, forward: bool) -> Days {
    let by = |date: NaiveDate| if forward { date.checked_add_days(Count::new(1)) } else { date.pred_opt() };
    let day = |day: &Weekday| if forward { day.next() } else { before(*day) };
    Days {
        weekdays: days.weekdays.iter().map(day).collect(),
        weeks: Vec::new(),
        from: days.from.and_then(by),
        through: days.through.and_then(by),
    }
}

fn before(day: Weekday) -> Weekday {
    Weekday::ALL.into_iter().find(|eve| eve.next() == day).unwrap_or(day)
}

fn carve_day(
    entries: &mut Vec<Entry>,
    days: &Days,
    span: Span,
    which: impl Fn(&Entry) -> bool,
) -> Result<Vec<Entry>, Why> {
    let eve = shifted(days, false);
    let (mut left, mut nights) = (Vec::new(), Vec::new());
    for entry in std::mem::take(entries) {
        if !which(&entry) {
            left.push(entry);
            continue;
        }
        // The night first: what is left of it by then begins on the day after these.
        let night = (span.0 + DAY, span.1 + DAY);
        let reaches = entry.span.1 > night.0 && entry.span.0 < night.1 && eve.weekdays.contains(&entry.day);
        if reaches && !days.weeks.is_empty() {
            return Err(NIGHT);
        }
        for part in if reaches { carved(entry, &eve, night)? } else { vec![entry] } {
            for rest in carved(part, days, span)? {
                let is_night = rest.span.0 >= DAY;
                let rest = begun_in_its_day(rest)?;
                nights.extend(is_night.then(|| rest.clone()));
                left.push(rest);
            }
        }
    }
    *entries = left;
    Ok(nights)
}

fn carved(entry: Entry, days: &Days, span: Span) -> Result<Vec<Entry>, Why> {
    if entry.span.1 <= span.0 || span.1 <= entry.span.0 {
        return Ok(vec![entry]);
    }
    let (mut parts, inside) = entry.split(days)?;
    if let Some(inside) = inside {
        parts.extend(without(inside.span, span).map(|span| Entry { span, ..inside.clone() }));
    }
    Ok(parts)
}

/// What is left of a night alone begins on the next day.
fn begun_in_its_day(entry: Entry) -> Result<Entry, Why> {
    if entry.span.0 < DAY {
        return Ok(entry);
    }
    if !entry.weeks.is_empty() {
        return Err(NIGHT);
    }
    Ok(Entry {
        day: entry.day.next(),
        from: entry.from.and_then(|from| from.succ_opt()),
        through: entry.through.and_then(|through| through.succ_opt()),
        span: (entry.span.0 - DAY, entry.span.1 - DAY),
        ..entry
    })
}
