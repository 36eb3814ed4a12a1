//! NDJSON: one record a line, each with its type, so that a reader needs to understand those alone that it wants.

use serde::Serialize;

use crate::http::ApiError;

#[derive(Serialize)]
struct Record<'a, T> {
    r#type: &'a str,
    data: &'a T,
}

/// Adds a line: `{"type": …, "data": …}`.
///
/// # Errors
/// [`ApiError::Internal`] where `data` has no JSON form.
pub fn write_record<T: Serialize>(kind: &str, data: &T, lines: &mut Vec<u8>) -> Result<(), ApiError> {
    serde_json::to_writer(&mut *lines, &Record { r#type: kind, data }).map_err(|_| ApiError::Internal)?;
    lines.push(b'\n');
    Ok(())
}
