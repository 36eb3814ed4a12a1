//! What came or changed since the last look. An instant is stamped before its transaction commits, so each look goes back a
//! little, further than any transaction lasts, and passes over what it has told already. Refuses to lose a late commit.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Position, QUESTION, queries};
use crate::{
    crypto::TagKey,
    db::{DbError, StaffDb},
    http::seal_cursor,
};

/// Longer than from an inquiry's stamp to its commit: a statement ends after five seconds, and so does a unit of work.
pub const OVERLAP: TimeDelta = TimeDelta::seconds(10);
/// Rows of one look.
const PART: i64 = 1_000;

/// An inquiry that came or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The inquiry.
    pub id: Uuid,
    /// Where it stands.
    pub status: String,
    /// Its version.
    pub version: i32,
    /// When it came in.
    pub received_at: DateTime<Utc>,
    /// Whose it is.
    pub location: Option<Uuid>,
    /// What a stream that ends here is taken up by.
    pub event: String,
}

impl Change {
    /// Of a row.
    pub fn of(row: queries::FeedRow, signer: &TagKey) -> Self {
        let position: Position = (row.updated_at, row.id);
        Self {
            event: seal_cursor(signer, QUESTION, position).unwrap_or_default(),
            id: row.id,
            status: row.status,
            version: row.version,
            received_at: row.received_at,
            location: row.location_id,
        }
    }
}

/// Where the last look ended.
#[derive(Debug, Default)]
pub struct Watch {
    since: Option<DateTime<Utc>>,
    /// The versions that were told, of what the next look may meet again.
    told: HashMap<Uuid, i32>,
}

impl Watch {
    /// Looks once.
    ///
    /// # Errors
    /// Those of the database; nothing is lost then.
    pub async fn look(&mut self, database: &StaffDb, signer: &TagKey) -> Result<Vec<Change>, DbError> {
        let since = self.since;
        let (since, rows) = database
            .transact(async move |transaction| {
                let since = match since {
                    Some(since) => since,
                    None => queries::database_now(transaction).await? - OVERLAP,
                };
                Ok::<_, DbError>((since, queries::list_changes(transaction, since, PART).await?))
            })
            .await?;
        let new = self.take(since, &rows);
        Ok(new.into_iter().map(|row| Change::of(row, signer)).collect())
    }

    /// Those of the rows that were not told before, and where the next look begins.
    fn take(&mut self, since: DateTime<Utc>, rows: &[queries::FeedRow]) -> Vec<queries::FeedRow> {
        let is_new = |row: &&queries::FeedRow| self.told.get(&row.id) != Some(&row.version);
        let new = rows.iter().filter(is_new).cloned().collect();
        let is_full = i64::try_from(rows.len()).is_ok_and(|count| count >= PART);
        self.told = rows.iter().map(|row| (row.id, row.version)).collect();
        let last = rows.last().map_or(since, |row| row.updated_at);
        // After a full part the next begins at its end: going back would read the same part for ever.
        self.since = Some(if is_full { last } else { since.max(last - OVERLAP) });
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    fn row(id: u128, version: i32, second: i64) -> queries::FeedRow {
        queries::FeedRow {
            id: Uuid::from_u128(id),
            status: "new".to_owned(),
            version,
            received_at: at(second),
            location_id: None,
            updated_at: at(second),
        }
    }

    fn told(watch: &mut Watch, rows: &[queries::FeedRow]) -> Vec<(u128, i32)> {
        let since = watch.since.unwrap_or(at(0));
        let seen: Vec<_> = rows.iter().filter(|row| row.updated_at >= since).cloned().collect();
        watch.take(since, &seen).into_iter().map(|row| (row.id.as_u128(), row.version)).collect()
    }

    #[test]
    fn what_was_told_is_not_told_again_and_its_next_version_is() {
        let mut watch = Watch::default();
        assert_eq!(told(&mut watch, &[row(1, 1, 100)]), [(1, 1)]);
        assert_eq!(told(&mut watch, &[row(1, 1, 100)]), []);
        assert_eq!(told(&mut watch, &[row(1, 2, 101)]), [(1, 2)]);
        assert_eq!(told(&mut watch, &[row(1, 2, 101), row(2, 1, 140)]), [(2, 1)]);
        assert_eq!(watch.since, Some(at(130)));
    }

    #[test]
    fn what_commits_late_is_told_all_the_same() {
        let mut watch = Watch::default();
        assert_eq!(told(&mut watch, &[row(1, 1, 100)]), [(1, 1)]);
        assert_eq!(told(&mut watch, &[row(2, 1, 93), row(1, 1, 100)]), [(2, 1)], "stamped before, seen after");
        assert_eq!(told(&mut watch, &[row(2, 1, 93), row(1, 1, 100)]), []);
    }

    #[test]
    fn a_flood_is_walked_through_and_does_not_hold_the_watch_up() {
        let mut watch = Watch::default();
        let flood: Vec<_> = (0..1_000).map(|n| row(n, 1, 100 + i64::try_from(n).unwrap() / 500)).collect();
        assert_eq!(told(&mut watch, &flood).len(), 1_000);
        assert_eq!(watch.since, Some(at(101)), "the next look begins where this one ended");
        assert_eq!(told(&mut watch, &[row(999, 1, 101), row(1_000, 1, 101)]), [(1_000, 1)]);
    }
}
