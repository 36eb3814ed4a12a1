//! What an import changes beside the records that it brings. A reference leads to another id once its target was imported,
//! and that is no change by staff: what was written down as said at the import is written down anew, but for what staff
//! had changed before.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use sqlx::PgConnection;

use super::{
    reading::{Read, Reader},
    resource::ResourceType,
};
use crate::{
    clinic::queries::{self, FhirPart},
    http::ApiError,
};

/// Rows that are read at once.
const AT_ONCE: i64 = 200;

/// The elements that staff changed since they were imported, by the ids of the resources.
pub type Changed = BTreeMap<String, BTreeSet<String>>;

/// What staff have changed of a type.
///
/// # Errors
/// Those of the database.
pub async fn find_changed(
    connection: &mut PgConnection,
    kind: ResourceType,
    at: DateTime<Utc>,
) -> Result<Changed, ApiError> {
    let mut changed = Changed::new();
    let mut reader = Reader::begin(connection, at).await?;
    let mut part = FhirPart { after: None, ids: None, fetch: AT_ONCE };
    loop {
        let rows = reader.rows(connection, kind, &part).await?;
        let Some(last) = rows.last() else { return Ok(changed) };
        part.after = Some(last.id.clone());
        for Read { id, ours, mapped, .. } in rows {
            let names = ours.zip(mapped).map(|(ours, mapped)| ours.changed_since(&mapped)).unwrap_or_default();
            if !names.is_empty() {
                changed.insert(id, names);
            }
        }
    }
}

/// Writes down anew what the records of a type say, but for what staff had `changed` before the import.
///
/// # Errors
/// Those of the database.
pub async fn rebase(
    connection: &mut PgConnection,
    kind: ResourceType,
    changed: &Changed,
    at: DateTime<Utc>,
) -> Result<(), ApiError> {
    let mut reader = Reader::begin(connection, at).await?;
    let mut part = FhirPart { after: None, ids: None, fetch: AT_ONCE };
    loop {
        let rows = reader.rows(connection, kind, &part).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        part.after = Some(last.id.clone());
        for Read { id, ours, mapped, .. } in rows {
            let Some((ours, before)) = ours.zip(mapped) else { continue };
            let now = rebased(ours.mapped(), &before, changed.get(&id));
            if now != Value::Object(before) {
                queries::update_mapped(connection, kind.name(), &id, &now).await?;
            }
        }
    }
}

fn rebased(mut now: Value, before: &Map<String, Value>, changed: Option<&BTreeSet<String>>) -> Value {
    let names = changed.into_iter().flatten().map(String::as_str).chain(changed.map(|_| "meta"));
    if let Some(now) = now.as_object_mut() {
        for name in names {
            match before.get(name) {
                Some(value) => now.insert(name.to_owned(), value.clone()),
                None => now.remove(name),
            };
        }
    }
    now
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_staff_changed_still_differs_and_the_rest_is_as_it_is_now() {
        let before = json!({"name": "A", "telecom": ["1"], "location": ["x"], "meta": 1});
        let now = json!({"name": "B", "location": ["y"], "extension": ["z"], "meta": 2});
        let names: BTreeSet<String> = ["name", "telecom", "extension"].map(str::to_owned).into();
        let told = rebased(now.clone(), before.as_object().unwrap(), Some(&names));
        assert_eq!(told, json!({"name": "A", "telecom": ["1"], "location": ["y"], "meta": 1}));
        assert_eq!(rebased(now.clone(), before.as_object().unwrap(), None), now);
    }
}
