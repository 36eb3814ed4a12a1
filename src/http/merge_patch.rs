//! JSON merge patch (RFC 7396): absent leaves, null clears. Refuses to let a misspelt name vanish: RFC 7396 removes
//! what null names, known or not, so the names that a patch clears are put back as null for the reader to see.

use serde_json::Value;

/// What is stored, with the patch laid over it. Names that the patch clears stand there as null.
pub fn patched(mut stored: Value, patch: &Value) -> Value {
    json_patch::merge(&mut stored, patch);
    put_back_cleared(&mut stored, patch);
    stored
}

fn put_back_cleared(merged: &mut Value, patch: &Value) {
    let (Some(merged), Some(patch)) = (merged.as_object_mut(), patch.as_object()) else { return };
    for (name, value) in patch {
        put_back_cleared(merged.entry(name).or_insert(Value::Null), value);
    }
}

/// The names of the fields that differ.
pub fn changed(before: &Value, after: &Value) -> Vec<String> {
    let names = before.as_object().into_iter().flat_map(|object| object.keys());
    names.filter(|name| before.get(name) != after.get(name)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_misspelt_name_that_is_cleared_is_still_seen() {
        let merged = patched(json!({"email": "a@b.example"}), &json!({"emial": null}));
        assert_eq!(merged, json!({"email": "a@b.example", "emial": null}));
    }

    #[test]
    fn absent_leaves_and_null_clears() {
        let merged = patched(json!({"a": 1, "b": {"c": 2, "d": 3}}), &json!({"a": null, "b": {"c": 4}}));
        assert_eq!(merged, json!({"a": null, "b": {"c": 4, "d": 3}}));
    }
}
