//! Records that another names, by slug or id. What was named before stays named, also where it is in the trash by now:
//! whoever changes a name must not lose a relation that they cannot see coming back.

use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    clinic::queries::{self, Related},
    http::{ApiError, FieldError, Reference},
};

/// The ids of the named records, each once, in their order; a mistake for each name that is none. `before` are those
/// that were named so far.
pub(in crate::clinic) async fn resolve(
    connection: &mut PgConnection,
    kind: Related,
    names: &[String],
    before: &[Reference],
    mistakes: &mut Vec<FieldError>,
) -> Result<Vec<Uuid>, sqlx::Error> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let before: Vec<Uuid> = before.iter().map(|reference| reference.id).collect();
    let found = queries::resolve_related(connection, kind, names, &before).await?;
    let mut ids = Vec::with_capacity(found.len());
    for (index, id) in found.into_iter().enumerate() {
        match id {
            None => mistakes.push(FieldError::at(
                format!("/{}/{index}", kind.field()),
                "unknown_reference",
                "names nothing that exists",
            )),
            // The same record by slug and by id is one record.
            Some(id) if !ids.contains(&id) => ids.push(id),
            Some(_) => {}
        }
    }
    Ok(ids)
}

/// All mistakes at once, or none.
pub(in crate::clinic) fn refuse(mistakes: Vec<FieldError>) -> Result<(), ApiError> {
    if mistakes.is_empty() { Ok(()) } else { Err(ApiError::Invalid(mistakes)) }
}

/// Puts ids in the place of references, as staff write them.
pub(in crate::clinic) fn named_by_id(source: &mut Value, fields: &[&str]) {
    for name in fields {
        let Some(related) = source.get_mut(*name).and_then(Value::as_array_mut) else { continue };
        for reference in related {
            *reference = json!(reference.get("id"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_written_as_its_id() {
        let mut source = json!({"name": "A", "locations": [{"id": "1", "slug": "x", "name": "X"}], "providers": []});
        named_by_id(&mut source, &["locations", "providers"]);
        assert_eq!(source, json!({"name": "A", "locations": ["1"], "providers": []}));
    }
}
