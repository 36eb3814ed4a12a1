//! The public answers that this node keeps, by the request that they answer. Refuses to hand out one that a change since may
//! have made untrue, one past its time, and more bytes than the settings allow.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use moka::sync::Cache;
use tokio::sync::watch;

use super::copy::{Copy, LONGEST};
use crate::{
    clock::Clock,
    db::{Changes, Mark, Source},
};

/// What a request that nothing is kept of weighs.
const PASSING: u32 = 256;
/// A copy of this age is made anew by the next who asks, while everybody else still gets it.
const RIPE: i64 = LONGEST * 3 / 4;

/// A moment as two clocks tell it: one that only goes forward, and one that people set.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// For what has passed.
    steady: Instant,
    /// For the hour.
    wall: DateTime<Utc>,
}

impl Moment {
    /// What has passed since an earlier one.
    pub fn since(self, earlier: Self) -> Duration {
        self.steady.saturating_duration_since(earlier.steady)
    }
}

/// When an answer was begun, and what its node knew of changes by then.
#[derive(Clone, Copy, Debug)]
pub struct Began {
    at: Moment,
    mark: Mark,
}

/// An answer that is kept.
#[derive(Clone, Debug)]
pub struct Kept {
    /// What is sent.
    pub copy: Arc<Copy>,
    source: Source,
    began: Began,
}

impl Kept {
    /// Whole seconds since it was begun.
    pub fn age(&self, now: Moment) -> i64 {
        i64::try_from(now.since(self.began.at).as_secs()).unwrap_or(i64::MAX)
    }

    /// Whether it would still say the same if nothing but time has passed. What tells of the hour is compared with both
    /// clocks: one that was set says another hour.
    fn is_of_this_time(&self, now: Moment) -> bool {
        let said = now.wall - self.began.at.wall;
        let was_set_back = said < TimeDelta::zero();
        !self.copy.is_of_an_hour()
            || (self.copy.lasts(self.age(now)) && !was_set_back && self.copy.lasts(said.num_seconds()))
    }
}

/// What is known of a request.
#[derive(Clone, Debug)]
enum Known {
    /// Its answer.
    Kept(Kept),
    /// Its answer cannot be kept: nobody waits for another who asks the same.
    Passing,
}

/// What there is for a request.
#[derive(Debug)]
pub enum Found {
    /// An answer that holds.
    Good(Kept),
    /// One that holds, and that whoever gets this makes anew meanwhile.
    Ripe(Lead),
    /// The database is away: what it said last.
    Stale(Kept),
    /// Nothing: whoever gets this asks the database for all who ask the same now.
    Wanted(Lead),
    /// Somebody is asking already.
    Awaited(watch::Receiver<()>),
    /// Nothing is ever kept of it.
    Passing,
}

/// The public answers of one node. Shared by its workers.
#[derive(Debug)]
pub struct Copies {
    kept: Option<Cache<Arc<str>, Known>>,
    under_way: Mutex<HashMap<Box<str>, watch::Receiver<()>>>,
    changes: Arc<Changes>,
    clock: Clock,
    stale: Duration,
    checked: AtomicBool,
}

/// The one who asks the database for a request. However it ends, those who wait go on.
#[derive(Debug)]
pub struct Lead {
    copies: Arc<Copies>,
    request: Box<str>,
    _ends: watch::Sender<()>,
}

impl Drop for Lead {
    fn drop(&mut self) {
        self.copies.under_way().remove(&self.request);
    }
}

impl Copies {
    /// Keeps up to so many bytes; zero keeps nothing. Where the database is away, answers are handed out for `stale` beyond.
    pub fn new(bytes: u64, stale: Duration, changes: &Arc<Changes>, clock: Clock) -> Self {
        let weigh = |request: &Arc<str>, known: &Known| {
            let answer = match known {
                Known::Kept(kept) => kept.copy.weight(),
                Known::Passing => PASSING,
            };
            answer.saturating_add(u32::try_from(request.len()).unwrap_or(u32::MAX))
        };
        let kept = (bytes > 0).then(|| Cache::builder().max_capacity(bytes).weigher(weigh).build());
        if kept.is_some() {
            changes.want();
        }
        Self {
            kept,
            under_way: Mutex::default(),
            changes: Arc::clone(changes),
            clock,
            stale,
            checked: AtomicBool::new(false),
        }
    }

    /// Whether anything is kept.
    pub fn is_on(&self) -> bool {
        self.kept.is_some()
    }

    /// From now on each copy is compared with what the database says at that moment before it is handed out. For tests: it
    /// costs what the copies save.
    pub fn check(&self) {
        self.checked.store(true, Relaxed);
    }

    /// Whether [`Copies::check`] was asked for.
    pub fn is_checked(&self) -> bool {
        self.checked.load(Relaxed)
    }

    /// Now.
    pub fn now(&self) -> Moment {
        Moment { steady: Instant::now(), wall: self.clock.now() }
    }

    /// What an answer that is begun now is told by. To be taken before its first query.
    pub fn begin(&self) -> Began {
        Began { mark: self.changes.mark(), at: self.now() }
    }

    /// Looks up a request.
    pub fn find(self: &Arc<Self>, request: &str, now: Moment) -> Found {
        let known = self.kept.as_ref().and_then(|kept| kept.get(request));
        match known {
            Some(Known::Kept(kept)) if self.holds(&kept, now) => {
                if kept.age(now) < RIPE {
                    return Found::Good(kept);
                }
                match self.lead(request) {
                    Ok(lead) => Found::Ripe(lead),
                    Err(_) => Found::Good(kept),
                }
            }
            Some(Known::Kept(kept)) if self.changes.is_away() && self.is_usable(&kept, now) => Found::Stale(kept),
            Some(Known::Passing) => Found::Passing,
            _ => match self.lead(request) {
                Ok(lead) => Found::Wanted(lead),
                Err(under_way) => Found::Awaited(under_way),
            },
        }
    }

    /// What the database said last, for whoever could not ask it.
    pub fn find_usable(&self, request: &str, now: Moment) -> Option<Kept> {
        match self.kept.as_ref()?.get(request)? {
            Known::Kept(kept) => self.is_usable(&kept, now).then_some(kept),
            Known::Passing => None,
        }
    }

    /// Whether a copy says what the database would: this node knows of every change, none of them was of its sources, and it
    /// is of this time.
    pub fn holds(&self, kept: &Kept, now: Moment) -> bool {
        kept.age(now) < LONGEST && self.changes.is_assured(now.steady) && self.is_uncontradicted(kept, now)
    }

    /// Whether a copy may stand in for a database that is away: nothing is known that contradicts it, and it is not too old.
    /// What ends by itself ends here as well.
    fn is_usable(&self, kept: &Kept, now: Moment) -> bool {
        let longest = i64::try_from(self.stale.as_secs()).unwrap_or(i64::MAX).saturating_add(LONGEST);
        !self.stale.is_zero() && kept.age(now) < longest && self.is_uncontradicted(kept, now)
    }

    fn is_uncontradicted(&self, kept: &Kept, now: Moment) -> bool {
        self.changes.unmoved(kept.began.mark, kept.source) && kept.is_of_this_time(now)
    }

    /// Keeps an answer, unless it must not be kept, or what it was built from has changed since it was begun.
    pub fn keep(&self, request: &str, began: Began, copy: Option<Arc<Copy>>) {
        let Some(memory) = &self.kept else { return };
        let known = match copy.and_then(|copy| copy.source().map(|source| (copy, source))) {
            None => Known::Passing,
            Some((_, source)) if !self.changes.unmoved(began.mark, source) => return,
            Some((copy, source)) => Known::Kept(Kept { copy, source, began }),
        };
        memory.insert(request.into(), known);
    }

    fn lead(self: &Arc<Self>, request: &str) -> Result<Lead, watch::Receiver<()>> {
        match self.under_way().entry(request.into()) {
            Entry::Occupied(under_way) => Err(under_way.get().clone()),
            Entry::Vacant(free) => {
                let (ends, under_way) = watch::channel(());
                free.insert(under_way);
                Ok(Lead { copies: Arc::clone(self), request: request.into(), _ends: ends })
            }
        }
    }

    fn under_way(&self) -> MutexGuard<'_, HashMap<Box<str>, watch::Receiver<()>>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
