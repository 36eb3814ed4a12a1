//! Whether a location is open at an instant, and when that changes.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::wording::{self, Sentence};
use super::{MAX_DAYS, Schedule, schedule::Reason, zone};

/// Whether a location keeps its hours at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperatingStatus {
    /// The hours hold.
    Open,
    /// Closed for a time, whatever the hours say.
    TemporarilyClosed {
        /// The last local day of the closure; `None` where no end is known.
        until: Option<NaiveDate>,
    },
    /// Closed for good.
    PermanentlyClosed,
}

/// Whether a location is open at an instant, when that changes, and the sentence that says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Open {
    /// Whether it is open at the instant asked for.
    #[schema(example = true)]
    pub now: bool,
    /// The next instant at which `now` flips; `null` where it does not within 400 days.
    #[schema(required, example = "2026-11-25T22:00:00Z")]
    pub changes_at: Option<DateTime<Utc>>,
    /// The next instant, later than the one asked for, at which it becomes open; `null` where there is none within 400 days.
    #[schema(required, example = "2026-11-27T13:00:00Z")]
    pub next_opens_at: Option<DateTime<Utc>>,
    /// One sentence in the language asked for.
    #[schema(example = "Open until 5:00 PM")]
    pub text: String,
}

/// What the hours and the status say of one instant.
struct Standing {
    now: bool,
    changes_at: Option<DateTime<Utc>>,
    next_opens_at: Option<DateTime<Utc>>,
}

impl Standing {
    const CLOSED: Self = Self { now: false, changes_at: None, next_opens_at: None };

    fn closed_until(opens_at: Option<DateTime<Utc>>) -> Self {
        Self { now: false, changes_at: opens_at, next_opens_at: opens_at }
    }
}

impl Schedule {
    /// Whether the location is open at `at`, when that changes, and a sentence in the language of `locale`
    /// (a BCP 47 tag: Spanish for `es` and its regions, else English).
    #[must_use]
    pub fn open_at(&self, at: DateTime<Utc>, locale: &str, status: OperatingStatus) -> Open {
        let standing = self.standing(at, status);
        let asked = self.by_appointment().filter(|_| !standing.now && self.keeps_hours(at, status));
        let told = asked.and_then(|asked| self.by_appointment_only(&asked, at, &standing));
        let text = wording::write(locale, &told.unwrap_or_else(|| self.sentence(at, status, &standing)));
        let Standing { now, changes_at, next_opens_at } = standing;
        Open { now, changes_at, next_opens_at, text }
    }

    /// What the clinic says of itself to somebody who wrote: until when it is open, or when it opens again. `None` where
    /// the hours do not tell.
    #[must_use]
    pub fn told_of(&self, at: DateTime<Utc>, locale: &str, status: OperatingStatus) -> Option<String> {
        let standing = self.standing(at, status);
        let zone = self.timezone();
        let sentence = if standing.now {
            Sentence::WeAreOpenUntil(wording::closing(zone, at, standing.changes_at?)?)
        } else {
            Sentence::WeReopen(wording::opening(zone, at, standing.next_opens_at?))
        };
        Some(wording::write(locale, &sentence))
    }

    /// The first instant after `at` at which an answer of [`open_at`](Self::open_at) may read differently, so that it
    /// may be kept until then: the next change, or earlier where "tomorrow" becomes "today". `None` for never.
    #[must_use]
    pub fn fresh_until(&self, at: DateTime<Utc>, status: OperatingStatus) -> Option<DateTime<Utc>> {
        if status == OperatingStatus::PermanentlyClosed {
            return None;
        }
        let today = zone::wall(self.timezone(), at).date();
        let changes_at = self.standing(at, status).changes_at;
        let soon_from = changes_at.and_then(|change| change.checked_sub_signed(wording::SOON));
        let midnight = zone::end_of(self.timezone(), today);
        let nights = self.nights_taken_away(today);
        let turns = [Some(midnight), changes_at, soon_from].into_iter().flatten();
        let closures = self.closures().iter().flat_map(|closure| [closure.from, closure.until]);
        let asked = self.by_appointment().and_then(|asked| asked.fresh_until(at, status));
        turns
            .chain(asked)
            .chain(closures)
            .chain(nights.flat_map(|night| [night.opens, night.closes]))
            .filter(|instant| *instant > at)
            .min()
    }

    /// Whether neither the status nor a closure sets the hours aside at `at`.
    fn keeps_hours(&self, at: DateTime<Utc>, status: OperatingStatus) -> bool {
        let by_status = match status {
            OperatingStatus::Open => true,
            OperatingStatus::TemporarilyClosed { until } => {
                until.is_some_and(|last| zone::end_of(self.timezone(), last) <= at)
            }
            OperatingStatus::PermanentlyClosed => false,
        };
        by_status && !self.closures().iter().any(|closure| closure.covers(at))
    }

    /// What to say while the location is not open, but patients are seen by appointment: now, or next of all.
    fn by_appointment_only(&self, asked: &Self, at: DateTime<Utc>, standing: &Standing) -> Option<Sentence<'static>> {
        let asked = asked.by_hours(at);
        if asked.now {
            let until = [asked.changes_at, standing.next_opens_at].into_iter().flatten().min();
            let closes = until.and_then(|closing| wording::closing(self.timezone(), at, closing));
            return Some(Sentence::ByAppointment(closes));
        }
        let first = asked.next_opens_at.filter(|_| standing.next_opens_at.is_none())?;
        Some(Sentence::ByAppointmentFrom(wording::opening(self.timezone(), at, first)))
    }

    fn standing(&self, at: DateTime<Utc>, status: OperatingStatus) -> Standing {
        match status {
            OperatingStatus::Open => self.by_hours(at),
            OperatingStatus::TemporarilyClosed { until: Some(last) } => {
                let reopens = zone::end_of(self.timezone(), last);
                if at < reopens { self.reopening(at, reopens) } else { self.by_hours(at) }
            }
            OperatingStatus::TemporarilyClosed { until: None } | OperatingStatus::PermanentlyClosed => Standing::CLOSED,
        }
    }

    fn by_hours(&self, at: DateTime<Utc>) -> Standing {
        let horizon = horizon(at);
        let mut stretches = self.stretches_after(at, horizon);
        let Some(first) = stretches.next() else {
            return Standing::CLOSED;
        };
        if first.opens > at {
            return Standing::closed_until(Some(first.opens));
        }
        let changes_at = Some(first.closes).filter(|closing| within(*closing, horizon));
        let next_opens_at = stretches.next().map(|next| next.opens);
        Standing { now: true, changes_at, next_opens_at }
    }

    /// Closed at `at` by status; the hours hold again from `reopens` on.
    fn reopening(&self, at: DateTime<Utc>, reopens: DateTime<Utc>) -> Standing {
        let horizon = horizon(at);
        let first = self.stretches_after(reopens, horizon).next();
        let opens_at = first.map(|stretch| stretch.opens.max(reopens));
        Standing::closed_until(opens_at.filter(|opening| within(*opening, horizon)))
    }

    fn sentence<'a>(&'a self, at: DateTime<Utc>, status: OperatingStatus, standing: &Standing) -> Sentence<'a> {
        let zone = self.timezone();
        let opens = standing.next_opens_at.map(|opening| wording::opening(zone, at, opening));
        match status {
            OperatingStatus::PermanentlyClosed => Sentence::PermanentlyClosed,
            OperatingStatus::TemporarilyClosed { until: None } => Sentence::TemporarilyClosed,
            OperatingStatus::TemporarilyClosed { until: Some(last) } if at < zone::end_of(zone, last) => {
                opens.map_or(Sentence::TemporarilyClosedThrough(last), Sentence::TemporarilyClosedUntil)
            }
            _ if self.closures().iter().any(|closure| closure.covers(at)) => {
                opens.map_or(Sentence::TemporarilyClosed, Sentence::TemporarilyClosedUntil)
            }
            _ if standing.now => match standing.changes_at.and_then(|closing| wording::closing(zone, at, closing)) {
                Some(closes) => Sentence::OpenUntil(closes),
                None => Sentence::OpenAllHours,
            },
            _ => Sentence::Closed { reason: self.reason_now(at, standing.next_opens_at), opens },
        }
    }

    /// The reason of the special hours that keep the location closed at `at`, unless it opens later the same day.
    fn reason_now(&self, at: DateTime<Utc>, next_opens_at: Option<DateTime<Utc>>) -> Option<Reason<'_>> {
        let date_at = |instant| zone::wall(self.timezone(), instant).date();
        let today = date_at(at);
        if next_opens_at.is_some_and(|opening| date_at(opening) == today) {
            return None;
        }
        self.closed_for(today).or_else(|| {
            let taken_away = self.nights_taken_away(today).any(|night| night.covers(at));
            let yesterday = today.pred_opt().filter(|_| taken_away);
            yesterday.and_then(|day| self.closed_for(day))
        })
    }
}

pub(super) fn horizon(at: DateTime<Utc>) -> DateTime<Utc> {
    at.checked_add_signed(TimeDelta::days(MAX_DAYS)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Whether an instant is one to report; at the end of the calendar it stands for all that cannot be represented.
fn within(instant: DateTime<Utc>, horizon: DateTime<Utc>) -> bool {
    instant <= horizon && instant < DateTime::<Utc>::MAX_UTC
}
