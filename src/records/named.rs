//! How a call names many records: by their ids, and by the versions that were read where it is only for those.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::http::{ApiError, FieldError, Fields};

/// Reads `ids`: one at least, each once.
pub fn read_ids(fields: &mut Fields<'_>, most: usize) -> Vec<Uuid> {
    let ids = fields.list("ids", most, |entry, pointer| {
        let id = entry.as_str().and_then(|text| text.parse::<Uuid>().ok());
        id.ok_or_else(|| vec![FieldError::at(pointer, "wrong_type", "must be an id")])
    });
    if ids.is_empty() {
        fields.require::<()>("ids", None);
    }
    let mut seen = BTreeSet::new();
    for (index, _) in ids.iter().enumerate().filter(|(_, id)| !seen.insert(**id)) {
        fields.extend([FieldError::at(format!("/ids/{index}"), "repeated", "must not repeat an entry")]);
    }
    ids
}

/// Reads `versions`: those that were read, by id.
pub fn read_versions(fields: &mut Fields<'_>, ids: &[Uuid]) -> BTreeMap<Uuid, i32> {
    let mut versions = BTreeMap::new();
    let Some(value) = fields.value("versions") else { return versions };
    let Some(given) = value.as_object() else {
        fields.refuse("versions", "wrong_type", "must be an object of versions by id");
        return versions;
    };
    for (name, value) in given {
        let id = name.parse::<Uuid>().ok().filter(|id| ids.contains(id));
        let version = value.as_i64().and_then(|number| i32::try_from(number).ok()).filter(|number| *number > 0);
        let pointer = format!("/versions/{}", name.replace('~', "~0").replace('/', "~1"));
        match (id, version) {
            (Some(id), Some(version)) => {
                versions.insert(id, version);
            }
            (None, _) => fields.extend([FieldError::at(pointer, "unknown_reference", "is none of the ids")]),
            (_, None) => fields.extend([FieldError::at(pointer, "out_of_range", "must be a version, from 1")]),
        }
    }
    versions
}

/// Why the record at a place of `ids` does not allow what was asked.
///
/// # Errors
/// What is no fault of the record, and ends the whole.
pub fn told_of(index: usize, error: ApiError) -> Result<Vec<FieldError>, ApiError> {
    let at = |code: &str, message: &str| FieldError::at(format!("/ids/{index}"), code, message);
    let of_field = |error: FieldError| {
        let message = match error.pointer.as_deref() {
            None | Some("") => error.message,
            Some(pointer) => format!("{pointer}: {}", error.message),
        };
        at(&error.code, &message).suggesting(error.suggestion)
    };
    match error {
        ApiError::NotFound => Ok(vec![at("unknown_reference", "names nothing that exists")]),
        ApiError::Conflict { code, detail } => Ok(vec![at(code, detail)]),
        ApiError::Stale { current, .. } => Ok(vec![at("stale_version", &format!("it has version {current} now"))]),
        ApiError::Invalid(errors) => Ok(errors.into_iter().map(of_field).collect()),
        other => Err(other),
    }
}
