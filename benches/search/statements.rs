//! The statements of the product, word for word: read from the `.sqlx` that is committed beside the code and checked
//! against it.

use std::{fs, path::Path};

use serde_json::Value;

use super::{cases::Case, trouble::Trouble};

/// The text behind a case, and the arguments that the service gives it.
///
/// # Errors
/// [`Trouble::Failed`] where it is not found.
pub fn of(case: &Case) -> Result<(String, String), Trouble> {
    let clauses = format!("'{}'", case.clauses.to_string().replace('\'', "''"));
    if case.suggestions {
        let text = find(&["starts_with(extensions.unaccent", "site.search_facet"])?;
        return Ok((text, format!("null, {clauses}")));
    }
    let nulls = ["null"; 12].join(", ");
    Ok((find(&["walked (month, steps, found)"])?, format!("null, {clauses}, {nulls}, 21, 0, 1001, 1000, 1000")))
}

/// The one committed query that holds all the marks.
fn find(marks: &[&str]) -> Result<String, Trouble> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(".sqlx");
    let entries = fs::read_dir(folder).map_err(Trouble::at(".sqlx"))?;
    let texts = entries.flatten().filter_map(|entry| fs::read_to_string(entry.path()).ok());
    let known = texts.filter_map(|text| serde_json::from_str::<Value>(&text).ok());
    let queries = known.filter_map(|known| known.pointer("/query").and_then(Value::as_str).map(str::to_owned));
    let mut fitting = queries.filter(|query| marks.iter().all(|mark| query.contains(mark)));
    match (fitting.next(), fitting.next()) {
        (Some(query), None) => Ok(query),
        (None, _) => Err(Trouble::failed(format!("no query in .sqlx holds {}", marks.join(" and ")))),
        _ => Err(Trouble::failed(format!("more than one query in .sqlx holds {}", marks.join(" and ")))),
    }
}
