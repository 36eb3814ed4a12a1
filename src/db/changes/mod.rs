//! What has changed of the content that the public reads, as this node knows it: what is kept in memory is good while
//! nothing has changed that it was built from. Refuses to vouch for anything while it may have missed a change.
//!
//! Each commit that changes content takes a position and names what it changed (`migrations/…_content_changes.sql`). A node
//! learns of it in two ways: from its own commits, before their requests are answered, and from `LISTEN`, of which it makes
//! sure each second. Nothing here is a clock: a change is a *move*, a number of this process that only grows.
//!
//! | file | holds |
//! |---|---|
//! | `mod.rs` | moves, and what is told by comparing them |
//! | `source.rs` | what can change |
//! | `following.rs` | the connection that listens |
//! | `queries.rs` | the statement that reads what changed since a position |

mod following;
mod queries;
mod source;

use std::{
    sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::SeqCst},
    time::{Duration, Instant},
};

use sqlx::PgConnection;

pub use source::Source;

/// Before the first look.
const UNKNOWN: i64 = -1;

/// The last move that a reader knows to have seen: what is read after it was taken is at least as new.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(u64);

/// The changes of one node. Shared by whoever writes on it and whoever keeps what was read.
#[derive(Debug)]
pub struct Changes {
    began: Instant,
    moves: AtomicU64,
    /// By [`Source`]: the move at which it changed last.
    last: [AtomicU64; 2],
    /// The last position of the database that was read.
    position: AtomicI64,
    /// Until when nothing can have been missed, in milliseconds since `began`.
    assured: AtomicU64,
    away: AtomicBool,
    /// Whether anybody keeps anything: otherwise no commit has to look.
    wanted: AtomicBool,
}

impl Default for Changes {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            moves: AtomicU64::new(1),
            last: Default::default(),
            position: AtomicI64::new(UNKNOWN),
            assured: AtomicU64::new(0),
            away: AtomicBool::new(false),
            wanted: AtomicBool::new(false),
        }
    }
}

impl Changes {
    /// Somebody keeps what was read: from now on this node's own commits count before they are answered.
    pub fn want(&self) {
        self.wanted.store(true, SeqCst);
    }

    /// To be taken before the first query of what is kept.
    pub fn mark(&self) -> Mark {
        Mark(self.moves.load(SeqCst))
    }

    /// Whether a source has not changed since the mark, as far as this node knows.
    pub fn unmoved(&self, since: Mark, source: Source) -> bool {
        self.last.get(source as usize).is_some_and(|last| last.load(SeqCst) <= since.0)
    }

    /// Whether this node knows of every commit that was told of by [`LEASE`](following::LEASE) ago.
    pub fn is_assured(&self, now: Instant) -> bool {
        self.since_began(now) < self.assured.load(SeqCst)
    }

    /// Whether the database was not there when it was looked for last.
    pub fn is_away(&self) -> bool {
        self.away.load(SeqCst)
    }

    /// Reads what has changed since the last look, after a commit of this node. Where that cannot be read, everything may
    /// have: the commit stands all the same.
    pub(super) async fn own_commit(&self, connection: &mut PgConnection) {
        if self.wanted.load(SeqCst) && self.catch_up(connection).await.is_err() {
            self.moved(&[Source::Anything, Source::Clinic]);
        }
    }

    /// Reads what has changed since the last look. Many may do so at once: whatever is read twice moves twice.
    ///
    /// # Errors
    /// Those of the connection; then nothing is known that was not before.
    pub async fn catch_up(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let since = self.position.load(SeqCst);
        let changed = queries::read_changes(connection, since).await?;
        changed.sources.iter().for_each(|name| self.moved(Source::moved_by(name)));
        self.position.store(changed.position, SeqCst);
        Ok(())
    }

    fn moved(&self, sources: &[Source]) {
        let at = self.moves.fetch_add(1, SeqCst) + 1;
        for last in sources.iter().filter_map(|source| self.last.get(*source as usize)) {
            last.fetch_max(at, SeqCst);
        }
    }

    fn assure(&self, asked: Instant, lease: Duration) {
        self.away.store(false, SeqCst);
        self.assured.store(self.since_began(asked + lease), SeqCst);
    }

    fn lose(&self, away: bool) {
        self.assured.store(0, SeqCst);
        self.away.store(away, SeqCst);
    }

    fn since_began(&self, instant: Instant) -> u64 {
        u64::try_from(instant.saturating_duration_since(self.began).as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_good_until_a_source_of_it_moves() {
        let changes = Changes::default();
        let mark = changes.mark();
        changes.moved(Source::moved_by("articles"));
        assert!(changes.unmoved(mark, Source::Clinic) && !changes.unmoved(mark, Source::Anything));
        let mark = changes.mark();
        assert!(changes.unmoved(mark, Source::Anything));
        changes.moved(Source::moved_by("clinic"));
        assert!(!changes.unmoved(mark, Source::Clinic) && !changes.unmoved(mark, Source::Anything));
    }

    #[test]
    fn a_name_of_a_later_version_may_stand_for_anything() {
        let changes = Changes::default();
        let mark = changes.mark();
        changes.moved(Source::moved_by("media"));
        assert!(!changes.unmoved(mark, Source::Clinic));
        assert!(changes.unmoved(changes.mark(), Source::Clinic));
    }

    #[test]
    fn nothing_is_vouched_for_longer_than_it_was_made_sure_of() {
        let changes = Changes::default();
        let asked = Instant::now();
        assert!(!changes.is_assured(asked));
        changes.assure(asked, Duration::from_secs(3));
        assert!(changes.is_assured(asked + Duration::from_millis(2900)));
        assert!(!changes.is_assured(asked + Duration::from_millis(3100)));
        changes.lose(true);
        assert!(!changes.is_assured(asked) && changes.is_away());
    }
}
