//! Time that passes only while a location is open: what "within four hours" means to a clinic.

use chrono::{DateTime, TimeDelta, Utc};

use super::{OperatingStatus, Schedule, now::horizon, zone};

impl Schedule {
    /// The instant at which `length` of opening has passed since `at`. Hours by appointment do not count. `None` where
    /// the location does not open for so long within 400 days.
    #[must_use]
    pub fn after_open(&self, at: DateTime<Utc>, length: TimeDelta, status: OperatingStatus) -> Option<DateTime<Utc>> {
        let begins = self.keeps_hours_from(at, status)?;
        let mut left = length;
        for stretch in self.stretches_after(begins, horizon(begins)) {
            let opens = stretch.opens.max(begins);
            let passes = stretch.closes - opens;
            if left <= passes {
                return Some(opens + left);
            }
            left -= passes;
        }
        None
    }

    /// From when on the hours count again.
    fn keeps_hours_from(&self, at: DateTime<Utc>, status: OperatingStatus) -> Option<DateTime<Utc>> {
        match status {
            OperatingStatus::Open => Some(at),
            OperatingStatus::TemporarilyClosed { until } => {
                until.map(|last| zone::end_of(self.timezone(), last).max(at))
            }
            OperatingStatus::PermanentlyClosed => None,
        }
    }
}
