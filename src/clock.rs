//! Time and the ids that are made from it. Refuses to let anything else ask the machine for the hour:
//! a test that cannot set the clock cannot show what happens at midnight.

use std::sync::{Arc, Mutex, RwLock};

use chrono::{DateTime, SubsecRound, Utc};
use uuid::{ContextV7, Timestamp, Uuid};

/// Where the program takes the time from. Cheap to clone; all clones of a settable clock move together.
#[derive(Clone, Debug)]
pub struct Clock {
    set: Option<Arc<RwLock<DateTime<Utc>>>>,
    /// Keeps ids of one millisecond in the order in which they were made.
    ids: Arc<Mutex<ContextV7>>,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self { set: None, ids: Arc::default() }
    }

    /// A clock that stands at `instant` until [`Clock::set`] moves it.
    pub fn fixed(instant: DateTime<Utc>) -> Self {
        Self { set: Some(Arc::new(RwLock::new(instant))), ids: Arc::default() }
    }

    /// Moves a fixed clock. A system clock takes no orders and stays as it is.
    pub fn set(&self, instant: DateTime<Utc>) {
        if let Some(set) = &self.set {
            *set.write().unwrap_or_else(std::sync::PoisonError::into_inner) = instant;
        }
    }

    /// The present instant in whole microseconds, which is what PostgreSQL keeps.
    pub fn now(&self) -> DateTime<Utc> {
        let now = match &self.set {
            Some(set) => *set.read().unwrap_or_else(std::sync::PoisonError::into_inner),
            None => machine_now(),
        };
        now.trunc_subsecs(6)
    }

    /// A new UUIDv7 (RFC 9562 §5.7): sortable by the time it was made.
    #[expect(clippy::disallowed_methods, reason = "the one place where ids are made")]
    pub fn new_id(&self) -> Uuid {
        let now = self.now();
        let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
        Uuid::new_v7(Timestamp::from_unix(&*self.ids, seconds, now.timestamp_subsec_nanos()))
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the machine is asked")]
fn machine_now() -> DateTime<Utc> {
    Utc::now()
}
