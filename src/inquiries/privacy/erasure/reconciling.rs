//! The file of tombstones and the database, brought to say the same. What a restored backup has again is erased again;
//! what another node erased, or what could not be written, comes into the file.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Tombstone, TombstoneLog, UnreadLog, apply, queries};
use crate::{audit::Trail, db::StaffDb, http::ApiError, inquiries::privacy::standing::By};

/// Tombstones that are looked at at once.
const PART: usize = 500;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Erasures in the file.
    pub known: usize,
    /// Inquiries that the database had again, and that were erased again.
    pub applied: usize,
    /// Tombstones of the database that the file lacked.
    pub added: usize,
    /// Inquiries that were erased, are there again and are held: nobody erases them until they are released.
    pub held: Vec<Uuid>,
    /// Lines of the file that this installation did not write, by their number.
    pub refused: Vec<u64>,
}

/// Why the two could not be compared.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// The file.
    #[error(transparent)]
    File(#[from] UnreadLog),
    /// The file could not be added to.
    #[error("tombstones cannot be added to their file: {0}")]
    Unwritten(std::io::Error),
    /// The database.
    #[error("the database refused to compare tombstones ({0})")]
    Database(ApiError),
}

/// Compares the whole file with the database, and the tombstones of the database since `since` with the file.
///
/// # Errors
/// [`ReconcileError`]; what was applied by then stays applied.
pub async fn reconcile(
    database: &StaffDb,
    log: &TombstoneLog,
    trail: &Trail,
    since: DateTime<Utc>,
) -> Result<Reconciled, ReconcileError> {
    let mut found = Reconciled::default();
    let mut in_file = HashSet::new();
    if let Some(mut lines) = log.read()? {
        loop {
            let part = lines.next(PART)?;
            if part.is_empty() {
                break;
            }
            found.known += part.len();
            in_file.extend(part.iter().filter(|tombstone| tombstone.erased_at >= since).map(|tombstone| tombstone.id));
            let (applied, held) = apply_again(database, trail, part).await.map_err(ReconcileError::Database)?;
            found.applied += applied;
            found.held.extend(held);
        }
        found.refused = lines.refused;
    }
    found.added = add_missing(database, log, since, &in_file).await?;
    tell(&found, log);
    Ok(found)
}

/// Erases again what is there again. An erasure keeps the instant and the reason that it had.
async fn apply_again(database: &StaffDb, trail: &Trail, part: Vec<Tombstone>) -> Result<(usize, Vec<Uuid>), ApiError> {
    let trail = trail.clone();
    database
        .transact(async move |transaction| {
            let ids: Vec<Uuid> = part.iter().map(|tombstone| tombstone.id).collect();
            let back = queries::lock_erasable(transaction, &ids).await?;
            let is_back = |tombstone: &Tombstone| back.iter().any(|(id, _)| *id == tombstone.id);
            let again: Vec<Tombstone> = part.into_iter().filter(is_back).collect();
            let by = By::Program(&trail);
            for tombstone in &again {
                let fields = [tombstone.reason.name().to_owned(), "again".to_owned()];
                apply(transaction, by, std::slice::from_ref(tombstone), &fields).await?;
            }
            let held = queries::list_held(transaction, &ids).await?;
            Ok((again.len(), held))
        })
        .await
}

async fn add_missing(
    database: &StaffDb,
    log: &TombstoneLog,
    since: DateTime<Utc>,
    in_file: &HashSet<Uuid>,
) -> Result<usize, ReconcileError> {
    let (mut place, mut added) = ((since, Uuid::nil()), 0);
    loop {
        let at = place;
        let part = database.transact(async move |connection| {
            let most = i64::try_from(PART).unwrap_or(i64::MAX);
            Ok::<_, ApiError>(queries::list_tombstones(connection, at, most).await?)
        });
        let part = part.await.map_err(ReconcileError::Database)?;
        let Some(last) = part.last() else { return Ok(added) };
        place = (last.erased_at, last.id);
        let missing: Vec<Tombstone> =
            part.iter().filter(|tombstone| !in_file.contains(&tombstone.id)).copied().collect();
        if !missing.is_empty() {
            log.append(&missing).map_err(ReconcileError::Unwritten)?;
            added += missing.len();
        }
    }
}

fn tell(found: &Reconciled, log: &TombstoneLog) {
    let path = log.path().display();
    if found.applied > 0 {
        tracing::warn!(%path, inquiries = found.applied, "erased inquiries were there again and were erased again");
    }
    if !found.held.is_empty() {
        tracing::error!(%path, inquiries = ?found.held, "erased inquiries are there again and are held: release them");
    }
    if !found.refused.is_empty() {
        tracing::error!(%path, lines = ?found.refused, "lines of the file of tombstones are not ours");
    }
}
