//! What the rules have said so far: of weeks, and of particular dates, whose row in our terms replaces the week or is added
//! to it.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{
    super::{
        Hours,
        normal::{Day, join},
    },
    DAY, Span, Why, joins,
    rule::{Days, Kind, Rule},
    week::{Entry, carve},
    without,
};
use crate::clinic::hours::{Interval, LocalTime};

const APPOINTMENT: Why = ("appointment_on_dates", "No row of particular dates says by appointment; use weekly hours.");

/// What is known of a date beside the week.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Plan {
    /// Whether the week says nothing of this date.
    replaces: bool,
    spans: Vec<Span>,
    reason: Option<String>,
}

/// The rules so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Calendar {
    week: Vec<Entry>,
    dates: BTreeMap<NaiveDate, Plan>,
}

impl Calendar {
    /// Says a rule.
    ///
    /// # Errors
    /// Why our rows cannot say it; then the calendar is of no use any more.
    pub(super) fn apply(&mut self, rule: &Rule) -> Result<(), Why> {
        if !joins(rule) {
            // All of them first: a rule does not cut its own nights.
            rule.dates.iter().try_for_each(|date| self.clear_date(*date))?;
        }
        for date in &rule.dates {
            self.apply_to_date(*date, rule)?;
        }
        if !joins(rule) {
            self.clear(&rule.days)?;
        }
        for days in &rule.days {
            for span in &rule.spans {
                self.apply_to_week(days, *span, rule.kind)?;
            }
        }
        self.settle();
        Ok(())
    }

    /// What is left of a night alone is of the next date.
    fn settle(&mut self) {
        let mut nights = Vec::new();
        for (date, plan) in &mut self.dates {
            let (night, own): (Vec<Span>, Vec<Span>) = plan.spans.iter().partition(|span| span.0 >= DAY);
            plan.spans = own;
            nights.extend(date.succ_opt().map(|next| (next, night)));
        }
        for (date, night) in nights.into_iter().filter(|(_, night)| !night.is_empty()) {
            let spans = night.into_iter().map(|(opens, closes)| (opens - DAY, closes - DAY));
            self.dates.entry(date).or_default().spans.extend(spans);
        }
        self.forget_empty();
    }

    /// Takes these days away from whatever was said of them, and what reaches into them.
    fn clear(&mut self, days: &[Days]) -> Result<(), Why> {
        let named = |date: NaiveDate| days.iter().any(|days| days.contain(date));
        for (date, plan) in &mut self.dates {
            if date.succ_opt().is_some_and(named) {
                plan.take((DAY, 2 * DAY));
            }
            if named(*date) {
                plan.take((0, DAY));
                plan.replaces = false;
                plan.reason = None;
            }
        }
        self.settle();
        days.iter().try_for_each(|days| self.carve_week(days, (0, DAY), |_| true))
    }

    /// As [`carve`]. What is left of a night on a date whose row replaces the week is said by that row.
    fn carve_week(&mut self, days: &Days, span: Span, which: impl Fn(&Entry) -> bool + Copy) -> Result<(), Why> {
        let nights = carve(&mut self.week, days, span, which)?;
        let replaced: Vec<NaiveDate> =
            self.dates.iter().filter(|(_, plan)| plan.replaces).map(|(date, _)| *date).collect();
        for date in &replaced {
            let began = date.pred_opt().is_some_and(|eve| !replaced.contains(&eve));
            let nights = nights.iter().filter(|night| began && !night.by_appointment && night.holds_on(*date));
            if let Some(plan) = self.dates.get_mut(date) {
                plan.spans.extend(nights.map(|night| night.span));
            }
        }
        Ok(())
    }

    fn apply_to_week(&mut self, days: &Days, span: Span, kind: Kind) -> Result<(), Why> {
        let by_appointment = kind == Kind::ByAppointment;
        self.carve_week(days, span, |entry| kind == Kind::Closed || entry.by_appointment != by_appointment)?;
        let dates: Vec<NaiveDate> = self.dates.keys().copied().collect();
        for date in dates {
            let eve_named = date.pred_opt().is_some_and(|eve| days.contain(eve));
            let next_named = date.succ_opt().is_some_and(|next| days.contain(next));
            let Some(plan) = self.dates.get_mut(&date) else { continue };
            let named = days.contain(date);
            match kind {
                Kind::Open if named && plan.replaces => plan.spans.push(span),
                Kind::Open => {}
                Kind::ByAppointment if named && plan.replaces => return Err(APPOINTMENT),
                Kind::ByAppointment | Kind::Closed => {
                    if named {
                        plan.take(span);
                    }
                    if next_named {
                        plan.take((span.0 + DAY, span.1 + DAY));
                    }
                    if eve_named && span.1 > DAY {
                        plan.take((0, span.1 - DAY));
                    }
                }
            }
        }
        self.forget_empty();
        if kind != Kind::Closed {
            self.week.extend(Entry::of(days, span, kind));
        }
        Ok(())
    }

    fn apply_to_date(&mut self, date: NaiveDate, rule: &Rule) -> Result<(), Why> {
        if rule.kind == Kind::Closed {
            for span in &rule.spans {
                self.take_from_date(date, (span.0, span.1.min(DAY)))?;
                if let Some(next) = date.succ_opt().filter(|_| span.1 > DAY) {
                    self.take_from_date(next, (0, span.1 - DAY))?;
                }
            }
            self.give_reason(date, rule);
            return Ok(());
        }
        self.dates.entry(date).or_default().spans.extend(&rule.spans);
        self.give_reason(date, rule);
        Ok(())
    }

    /// Takes a date away from whatever was said of it.
    fn clear_date(&mut self, date: NaiveDate) -> Result<(), Why> {
        self.take_from_date(date, (0, DAY))?;
        if let Some(plan) = self.dates.get_mut(&date) {
            plan.reason = None;
        }
        Ok(())
    }

    fn give_reason(&mut self, date: NaiveDate, rule: &Rule) {
        if let Some(plan) = self.dates.get_mut(&date).filter(|_| rule.reason.is_some()) {
            plan.reason.clone_from(&rule.reason);
        }
    }

    /// Closes a span of a date, with what reaches into it from the eve. From then on the row of the date replaces the week.
    fn take_from_date(&mut self, date: NaiveDate, span: Span) -> Result<(), Why> {
        let night = (span.0 + DAY, span.1 + DAY);
        if let Some(eve) = date.pred_opt() {
            let reaches = |span: Span| span.0 < night.1 && night.0 < span.1;
            if self.week.iter().any(|entry| entry.holds_on(eve) && reaches(entry.span)) {
                self.replace(eve, true)?;
            }
            if let Some(plan) = self.dates.get_mut(&eve) {
                plan.take(night);
            }
        }
        self.replace(date, span != (0, DAY))?;
        if let Some(plan) = self.dates.get_mut(&date) {
            plan.take(span);
        }
        self.forget_empty();
        Ok(())
    }

    fn replaces(&self, date: NaiveDate) -> bool {
        self.dates.get(&date).is_some_and(|plan| plan.replaces)
    }

    /// Writes what the week says of a date into its row. What the week has by appointment no such row says: that is a
    /// mistake where some of the date is left as it is.
    fn replace(&mut self, date: NaiveDate, in_part: bool) -> Result<(), Why> {
        if self.replaces(date) {
            return Ok(());
        }
        let (appointments, open): (Vec<&Entry>, Vec<&Entry>) =
            self.week.iter().filter(|entry| entry.holds_on(date)).partition(|entry| entry.by_appointment);
        if in_part && !appointments.is_empty() {
            return Err(APPOINTMENT);
        }
        let open: Vec<Span> = open.into_iter().map(|entry| entry.span).collect();
        let plan = self.dates.entry(date).or_default();
        plan.replaces = true;
        plan.spans.extend(open);
        Ok(())
    }

    /// A row that adds nothing is none.
    fn forget_empty(&mut self) {
        self.dates.retain(|_, plan| plan.replaces || !plan.spans.is_empty());
    }

    /// The rows.
    pub(super) fn rows(&self) -> Hours {
        let days = self.dates.iter().map(|(date, plan)| {
            let intervals = plan.spans.iter().filter_map(|span| interval(*span)).collect();
            ((None, *date), Day { closed: plan.replaces, intervals, reason: plan.reason.clone() })
        });
        Hours { hours: self.week.iter().filter_map(Entry::row).collect(), special_hours: join(days.collect()) }
    }
}

impl Plan {
    fn take(&mut self, span: Span) {
        self.spans = self.spans.iter().flat_map(|own| without(*own, span)).collect();
    }
}

fn interval((opens, closes): Span) -> Option<Interval> {
    let time = |minutes: u16| LocalTime::new(minutes / 60, minutes % 60);
    Some(Interval { opens: time(opens)?, closes: time(if closes > DAY { closes - DAY } else { closes })? })
}
