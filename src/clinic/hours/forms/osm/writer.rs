//! Rows as a text that other programs open at the same instants.
//!
//! The weekly hours come first, each rule added to the ones before it. Then come the dates that replace the week, and then
//! what is added to dates: also the night before a replaced date, which runs on in ours and would be cut by the rule.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{
    super::{
        Hours, LeftOut, Written,
        normal::{Day, dates, normal},
    },
    DAY, Span,
};
use crate::clinic::hours::{Interval, Weekday, WeeklyHours};

/// The first day that OpenStreetMap knows.
const FIRST_DAY: &str = "1900 Jan 01";

/// Writes the location's own hours; none where it has none. Departments have strings of their own in OpenStreetMap.
pub fn write(rows: &Hours) -> Written<Option<String>> {
    let left_out = left_out(rows);
    let hours = normal(rows).hours.into_iter().filter(|row| row.department.is_none());
    let (appointments, open): (Vec<_>, Vec<_>) = hours.partition(|row| row.by_appointment);
    // What is said later stands above what was said before, so that open hours come behind those by appointment.
    let mut rules: Vec<String> = weekly(&appointments);
    rules.extend(weekly(&open));
    let plain = appointments.is_empty() && is_plain(&open);
    let mut text = rules.join(if plain { "; " } else { ", " });
    for (separator, rule) in particular(rows) {
        if !text.is_empty() {
            text.push_str(separator);
        }
        text.push_str(&rule);
    }
    Written { value: (!text.is_empty()).then_some(text), left_out }
}

fn left_out(rows: &Hours) -> Vec<LeftOut> {
    let mut left_out = Vec::new();
    for (index, _) in rows.hours.iter().enumerate().filter(|(_, row)| row.department.is_some()) {
        let message = "The string is of the location's own hours; a department has one of its own.";
        left_out.push(LeftOut::at(format!("/hours/{index}"), "department", message));
    }
    for (index, row) in rows.special_hours.iter().enumerate() {
        let at = format!("/special_hours/{index}");
        if row.department.is_some() {
            let message = "The string is of the location's own dates; a department has one of its own.";
            left_out.push(LeftOut::at(at, "department", message));
        } else if row.reason.as_deref().is_some_and(|reason| !is_comment(reason)) {
            let message = "A comment holds no quotation mark.";
            left_out.push(LeftOut::at(format!("{at}/reason"), "reason", message));
        }
    }
    left_out
}

/// A comment ends at the next quotation mark.
fn is_comment(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains('"') && !text.chars().any(char::is_control)
}

/// Whether each rule is of days of its own and ends by midnight: then it is all the same whether they add or replace.
fn is_plain(rows: &[WeeklyHours]) -> bool {
    let bounded = |row: &WeeklyHours| row.valid_from.is_some() || row.valid_through.is_some() || !row.weeks.is_empty();
    !rows.iter().any(|row| bounded(row) || row.closes <= row.opens)
}

/// What rows share that are one rule but for their times.
type Bounds = (Option<NaiveDate>, Option<NaiveDate>, Vec<i8>);

/// A rule for the days that have the same times.
fn weekly(rows: &[WeeklyHours]) -> Vec<String> {
    let mut by_bounds: BTreeMap<Bounds, BTreeMap<Weekday, Vec<Span>>> = BTreeMap::new();
    for row in rows {
        let bounds = (row.valid_from, row.valid_through, row.weeks.clone());
        let days = by_bounds.entry(bounds).or_default();
        for day in &row.days {
            days.entry(*day).or_default().push(span(Interval { opens: row.opens, closes: row.closes }));
        }
    }
    let by_appointment = rows.iter().any(|row| row.by_appointment);
    let mut rules = Vec::new();
    for ((from, through, weeks), days) in by_bounds {
        let mut by_times: Vec<(Vec<Span>, Vec<Weekday>)> = Vec::new();
        for (day, spans) in days {
            let spans = joined(spans);
            match by_times.iter_mut().find(|(known, _)| *known == spans) {
                Some((_, days)) => days.push(day),
                None => by_times.push((spans, vec![day])),
            }
        }
        for (spans, days) in by_times {
            let bounds = bounds(from, through);
            let whole = bounds.is_empty() && weeks.is_empty() && days.len() == 7 && spans == [(0, DAY)];
            let rule =
                if whole { "24/7".to_owned() } else { format!("{bounds}{} {}", named(&days, &weeks), times(&spans)) };
            rules.push(if by_appointment { format!("{rule} unknown \"by appointment\"") } else { rule });
        }
    }
    rules
}

/// Days in the order of the week: three or more neighbours as a range.
fn named(days: &[Weekday], weeks: &[i8]) -> String {
    let short = |day: Weekday| format!("{day:?}").chars().take(2).collect::<String>();
    if !weeks.is_empty() {
        let weeks: Vec<String> = weeks.iter().map(ToString::to_string).collect();
        let weeks = weeks.join(",");
        return days.iter().map(|day| format!("{}[{weeks}]", short(*day))).collect::<Vec<_>>().join(",");
    }
    let neighbours = days.chunk_by(|one, other| one.next() == *other);
    let ranges = neighbours.map(|days| match days {
        [first, _, .., last] => format!("{}-{}", short(*first), short(*last)),
        days => days.iter().map(|day| short(*day)).collect::<Vec<_>>().join(","),
    });
    ranges.collect::<Vec<_>>().join(",")
}

fn bounds(from: Option<NaiveDate>, through: Option<NaiveDate>) -> String {
    match (from, through) {
        (None, None) => String::new(),
        (Some(from), None) => format!("{}+ ", date(from)),
        (None, Some(through)) => format!("{FIRST_DAY}-{} ", date(through)),
        (Some(from), Some(through)) => format!("{} ", range(from, through)),
    }
}

fn date(date: NaiveDate) -> String {
    date.format("%Y %b %d").to_string()
}

fn range(from: NaiveDate, through: NaiveDate) -> String {
    if from == through { date(from) } else { format!("{}-{}", date(from), date(through)) }
}

fn span(interval: Interval) -> Span {
    let turns = u16::from(interval.closes <= interval.opens) * DAY;
    (interval.opens.minutes(), interval.closes.minutes() + turns)
}

/// In order, joined where they overlap or touch.
fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut whole: Vec<Span> = Vec::new();
    for span in spans {
        // Joined with the night, one could be longer than the 24 hours that the syntax says.
        match whole.last_mut().filter(|last| span.0 <= last.1 && span.1.max(last.1) - last.0 <= DAY) {
            Some(last) => last.1 = last.1.max(span.1),
            None => whole.push(span),
        }
    }
    whole
}

fn times(spans: &[Span]) -> String {
    let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    spans.iter().map(|(opens, closes)| format!("{}-{}", clock(*opens), clock(*closes))).collect::<Vec<_>>().join(",")
}

/// The rules of particular dates with what stands before each: those that replace first, then those that add.
fn particular(rows: &Hours) -> impl Iterator<Item = (&'static str, String)> + use<> {
    let special = rows.special_hours.iter().filter(|row| row.department.is_none());
    let days: BTreeMap<NaiveDate, Day> = dates(special).into_iter().map(|((_, date), day)| (date, day)).collect();
    let is_closed = |date: NaiveDate| days.get(&date).is_some_and(|day| day.closed);
    let weekly = |date: NaiveDate| -> Vec<Span> {
        let rows = rows.hours.iter().filter(|row| row.opens_on(date));
        rows.map(|row| span(Interval { opens: row.opens, closes: row.closes })).collect()
    };
    let mut replacing: BTreeMap<NaiveDate, (String, Option<String>)> = BTreeMap::new();
    let mut adding: BTreeMap<NaiveDate, (Vec<Span>, Option<String>)> = BTreeMap::new();
    for (date, day) in &days {
        let reason = day.reason.clone().filter(|reason| is_comment(reason));
        let spans = day.intervals.iter().map(|interval| span(*interval));
        let (mut late, early): (Vec<Span>, Vec<Span>) = spans.partition(|span| !day.closed || span.1 > DAY);
        if day.closed {
            replacing.insert(*date, (said(early), reason.clone()));
            // The night before runs on in ours.
            let eve = date.pred_opt().filter(|eve| !is_closed(*eve)).map(weekly).unwrap_or_default();
            late.extend(eve.into_iter().filter(|span| span.1 > DAY).map(|span| (0, span.1 - DAY)));
            // And the night of this date does not begin, while the weekly rule would still reach into the next.
            let next =
                date.succ_opt().filter(|next| !is_closed(*next) && weekly(*date).iter().any(|span| span.1 > DAY));
            if let Some(next) = next {
                let spans = weekly(next).into_iter().map(|span| (span.0, span.1.min(DAY)));
                replacing.insert(next, (said(spans.collect()), None));
            }
        }
        if !late.is_empty() {
            adding.insert(*date, (late, reason.filter(|_| !day.closed)));
        }
    }
    let adding = adding.into_iter().map(|(date, (spans, reason))| (date, (times(&joined(spans)), reason)));
    let adding: Vec<_> = adding.collect();
    let replacing: Vec<_> = replacing.into_iter().collect();
    let replacing = ranges(replacing).into_iter().map(|rule| ("; ", particular_rule(rule)));
    let adding = ranges(adding).into_iter().map(|rule| (", ", particular_rule(rule)));
    replacing.chain(adding)
}

/// The times of a date, or that there are none.
fn said(spans: Vec<Span>) -> String {
    if spans.is_empty() { "off".to_owned() } else { times(&joined(spans)) }
}

/// A rule with its reason as the comment. Behind times a comment alone would say that nobody knows, so that `open` is said.
fn particular_rule((from, through, (says, reason)): (NaiveDate, NaiveDate, (String, Option<String>))) -> String {
    let range = range(from, through);
    match reason {
        None => format!("{range} {says}"),
        Some(reason) if says == "off" => format!("{range} off \"{}\"", reason.trim()),
        Some(reason) => format!("{range} {says} open \"{}\"", reason.trim()),
    }
}

/// Neighbours that say the same as one range.
fn ranges<T: PartialEq>(days: Vec<(NaiveDate, T)>) -> Vec<(NaiveDate, NaiveDate, T)> {
    let mut ranges: Vec<(NaiveDate, NaiveDate, T)> = Vec::new();
    for (date, says) in days {
        match ranges.last_mut().filter(|(_, through, known)| through.succ_opt() == Some(date) && *known == says) {
            Some((_, through, _)) => *through = date,
            None => ranges.push((date, date, says)),
        }
    }
    ranges
}
