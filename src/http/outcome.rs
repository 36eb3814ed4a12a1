//! Errors below `/fhir`, as FHIR clients read them: an `OperationOutcome` in `application/fhir+json`
//! (<https://hl7.org/fhir/R4/operationoutcome.html>). The status, the stable code and the fields of the head are those of
//! the problem document.

use serde_json::{Value, json};

use super::{ApiError, FieldError};

/// The media type of FHIR in JSON.
pub const FHIR_JSON: &str = "application/fhir+json";

/// Whether an error at `path` is told to a FHIR client.
pub fn is_fhir(path: &str) -> bool {
    path == "/fhir" || path.starts_with("/fhir/")
}

/// The document. `base` is the configured public URL.
pub fn operation_outcome(error: &ApiError, base: &str, request_id: &str) -> Value {
    let problem = error.problem(base, request_id);
    let details = json!({
        "coding": [{"system": format!("{base}/docs/problems"), "code": problem.code}],
        "text": problem.title,
    });
    let request = format!("request {request_id}");
    let issues: Vec<Value> = if problem.errors.is_empty() {
        let said = problem.detail.map_or_else(|| request.clone(), |detail| format!("{detail}; {request}"));
        vec![issue(severity(error), issue_code(error), &details, &said, None)]
    } else {
        problem.errors.iter().map(|mistake| of_mistake(error, mistake, &details, &request)).collect()
    };
    json!({"resourceType": "OperationOutcome", "issue": issues})
}

fn of_mistake(error: &ApiError, mistake: &FieldError, details: &Value, request: &str) -> Value {
    let place = mistake.parameter.as_ref().map(|name| format!("http.{}", plain(name)));
    let at = mistake.parameter.as_deref().or(mistake.pointer.as_deref()).map(plain).unwrap_or_default();
    let hint = mistake.suggestion.as_ref().map(|near| format!(" (did you mean {near}?)")).unwrap_or_default();
    let said = format!("{at}: {}{hint}; {request}", mistake.message);
    let unknown = ["unknown_parameter", "unknown_modifier"].contains(&mistake.code.as_str());
    let code = if unknown { "not-supported" } else { issue_code(error) };
    issue("error", code, details, &said, place)
}

/// A client's name for a parameter can hold anything: FHIR's `string` takes no control characters, and this no novels.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(64).collect()
}

fn issue(severity: &str, code: &str, details: &Value, diagnostics: &str, expression: Option<String>) -> Value {
    let mut issue = json!({"severity": severity, "code": code, "details": details, "diagnostics": diagnostics});
    if let (Some(expression), Some(issue)) = (expression, issue.as_object_mut()) {
        issue.insert("expression".to_owned(), json!([expression]));
    }
    issue
}

fn severity(error: &ApiError) -> &'static str {
    if matches!(error, ApiError::Internal | ApiError::Unopened(_)) { "fatal" } else { "error" }
}

/// <https://hl7.org/fhir/R4/valueset-issue-type.html>
fn issue_code(error: &ApiError) -> &'static str {
    match error {
        ApiError::Parameters(_) => "invalid",
        ApiError::Malformed => "structure",
        ApiError::Invalid(_) | ApiError::KeyReused | ApiError::PreconditionRequired => "processing",
        ApiError::Unauthenticated | ApiError::ReauthenticationRequired => "login",
        ApiError::Forbidden | ApiError::NoRole | ApiError::OriginNotAllowed => "forbidden",
        ApiError::NotFound | ApiError::NoSite => "not-found",
        ApiError::Method(_) | ApiError::MediaType(_) | ApiError::NotAcceptable(_) => "not-supported",
        ApiError::Timeout => "timeout",
        ApiError::Conflict { .. } | ApiError::Stale { .. } => "conflict",
        ApiError::Gone { .. } => "deleted",
        ApiError::TooLarge => "too-long",
        ApiError::RateLimited { .. } => "throttled",
        ApiError::Busy => "transient",
        ApiError::Unopened(_) | ApiError::Internal => "exception",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_below_fhir_and_nowhere_else_is_told_to_a_fhir_client() {
        assert!(is_fhir("/fhir") && is_fhir("/fhir/R4/Location"));
        assert!(!is_fhir("/fhirs") && !is_fhir("/v1/fhir") && !is_fhir("/"));
    }

    #[test]
    fn every_mistake_is_an_issue_of_its_own() {
        let mistakes = vec![
            FieldError::parameter("nmae", "unknown_parameter", "is no parameter").suggesting(Some("name".to_owned())),
            FieldError::parameter("_count\u{1}", "bad_value", "must be a number"),
        ];
        let outcome = operation_outcome(&ApiError::Parameters(mistakes), "https://api.example", "abc");
        let told: Vec<_> = outcome["issue"].as_array().unwrap().iter().map(|issue| &issue["code"]).collect();
        assert_eq!(told, ["not-supported", "invalid"]);
        assert_eq!(outcome["issue"][0]["expression"], json!(["http.nmae"]));
        assert_eq!(outcome["issue"][0]["diagnostics"], "nmae: is no parameter (did you mean name?); request abc");
        assert_eq!(outcome["issue"][1]["expression"], json!(["http._count"]));
    }

    #[test]
    fn what_was_not_found_is_said_in_fhirs_words() {
        let outcome = operation_outcome(&ApiError::NotFound, "https://api.example", "abc");
        assert_eq!(
            (&outcome["issue"][0]["code"], &outcome["issue"][0]["severity"]),
            (&json!("not-found"), &json!("error"))
        );
        assert_eq!(outcome["issue"][0]["details"]["coding"][0]["code"], "not_found");
    }
}
