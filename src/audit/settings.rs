//! Changes of the settings between one start of the service and the next. Refuses values: a row names the settings, and
//! what is kept to compare with is a keyed hash.

use super::{Actor, Entry, Trail, queries};
use crate::{
    crypto::TagKey,
    db::{DbError, StaffDb},
};

/// Compares the settings with those of the last start, by name and value as `config show` prints them, and records the
/// names of those that differ. The value of a secret is not among what is compared, only whether there is one. Nodes
/// with different settings each record theirs when they start. Answers the names.
///
/// # Errors
/// Those of the database.
pub async fn record_changed_settings(
    staff: &StaffDb,
    trail: &Trail,
    key: TagKey,
    settings: Vec<(&'static str, Option<String>)>,
) -> Result<Vec<String>, DbError> {
    let fingerprint = move |(name, value): (&'static str, Option<String>)| {
        let value = value.map_or_else(Vec::new, |value| [b"=", value.as_bytes()].concat());
        (name.to_owned(), key.mac(&[name.as_bytes(), &value]).to_vec())
    };
    let (names, fingerprints): (Vec<String>, Vec<Vec<u8>>) = settings.into_iter().map(fingerprint).unzip();
    let trail = trail.clone();
    staff
        .transact(async move |connection| {
            let is_first = !queries::has_seen_settings(connection).await?;
            let changed = queries::remember_settings(connection, &names, &fingerprints).await?;
            if !is_first && !changed.is_empty() {
                let entry = Entry {
                    actor: Actor::System,
                    action: "setting.change",
                    subject: "setting",
                    subject_id: None,
                    fields: &changed,
                    request_id: None,
                };
                trail.record(connection, entry).await?;
            }
            Ok(if is_first { Vec::new() } else { changed })
        })
        .await
}
