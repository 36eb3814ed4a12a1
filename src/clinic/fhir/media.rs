//! In which form an answer goes out: JSON alone (<https://hl7.org/fhir/R4/http.html#mime-type>), in one line or in many.

use actix_web::{HttpRequest, HttpResponse, http::header};

use super::json_text::indented;
use crate::{
    delivery::PublicAnswer,
    http::{ApiError, FHIR_JSON},
};

/// How JSON is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// Without white space.
    Compact,
    /// A line for each member and entry.
    Indented,
}

impl Layout {
    /// As `_pretty` asks.
    pub fn of(pretty: bool) -> Self {
        if pretty { Self::Indented } else { Self::Compact }
    }

    /// Sends a compact text in this layout.
    ///
    /// # Errors
    /// As [`PublicAnswer::send`].
    pub fn send(
        self,
        request: &HttpRequest,
        text: String,
        tags: impl IntoIterator<Item = String>,
        valid_for: Option<i64>,
    ) -> Result<HttpResponse, ApiError> {
        let text = if self == Self::Indented { indented(&text) } else { text };
        PublicAnswer::bytes(text.into_bytes(), FHIR_JSON, &["clinic"]).tagged(tags).valid_for(valid_for).send(request)
    }
}

/// Whether `_format` names JSON. A plus in an address is a space to some clients.
///
/// # Errors
/// 406.
pub(super) fn check_format(format: &str) -> Result<(), ApiError> {
    let known = ["json", "application/json", "application/fhir+json", "application/fhir json", "text/json"];
    let media = format.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if known.contains(&media.as_str()) { Ok(()) } else { Err(ApiError::NotAcceptable(FHIR_JSON)) }
}

/// Whether `Accept` leaves JSON. Where `_format` is given, it alone counts.
///
/// # Errors
/// 406.
pub(super) fn check_accept(request: &HttpRequest, has_format: bool) -> Result<(), ApiError> {
    let given = request.headers().get_all(header::ACCEPT).filter_map(|value| value.to_str().ok());
    let ranges: Vec<&str> = given.flat_map(|value| value.split(',')).map(str::trim).collect();
    if has_format || ranges.is_empty() || ranges.iter().any(|range| takes_json(range)) {
        Ok(())
    } else {
        Err(ApiError::NotAcceptable(FHIR_JSON))
    }
}

/// Whether a media range takes JSON: one of weight 0 takes nothing (RFC 9110 §12.4.2).
fn takes_json(range: &str) -> bool {
    let mut parts = range.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default().to_ascii_lowercase();
    let weight = parts.find_map(|part| part.strip_prefix("q=")).and_then(|weight| weight.parse::<f32>().ok());
    let known = ["*/*", "application/*", "application/fhir+json", "application/json", "text/json", "text/*"];
    known.contains(&media.as_str()) && weight.is_none_or(|weight| weight > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_known_by_each_of_its_names() {
        for format in ["json", "application/fhir+json", "application/fhir json", "application/json; charset=utf-8"] {
            assert!(check_format(format).is_ok(), "{format}");
        }
        for format in ["xml", "application/fhir+xml", "ttl", "html", ""] {
            assert!(check_format(format).is_err(), "{format}");
        }
    }

    #[test]
    fn a_range_of_no_weight_takes_nothing() {
        assert!(takes_json("application/fhir+json") && takes_json("*/*;q=0.1") && takes_json("Application/JSON"));
        assert!(!takes_json("application/fhir+xml") && !takes_json("*/*;q=0") && !takes_json("text/html"));
    }
}
