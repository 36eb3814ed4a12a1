//! Times for which a location is closed whatever its hours say: a storm, a move.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// From an instant until just before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closure {
    /// The first instant that is closed.
    pub from: DateTime<Utc>,
    /// The first instant at which the hours hold again.
    pub until: DateTime<Utc>,
}

impl Closure {
    /// Whether `at` lies in it.
    pub(super) fn covers(&self, at: DateTime<Utc>) -> bool {
        self.from <= at && at < self.until
    }
}
