//! Errors below `/fhir` are told in FHIR's own form, whoever noticed them.

use serde_json::{Value, json};

use super::Directory;
use crate::harness::Reply;

/// Asserts an outcome and answers its issues.
#[track_caller]
fn issues(reply: &Reply, status: u16) -> Vec<Value> {
    assert_eq!((reply.status, reply.header("content-type")), (status, "application/fhir+json"), "{}", reply.body);
    assert_eq!(reply.header("cache-control"), "no-store");
    let outcome = reply.json();
    assert_eq!(outcome["resourceType"], "OperationOutcome");
    let issues = outcome["issue"].as_array().unwrap().clone();
    assert!(!issues.is_empty());
    for issue in &issues {
        assert_eq!(issue["severity"], "error");
        assert!(issue["diagnostics"].as_str().unwrap().contains(reply.header("x-request-id")), "{issue}");
    }
    issues
}

#[test]
fn the_frameworks_own_errors_are_outcomes_too() {
    let api = Directory::open().api;
    for nothing in [
        "/fhir",
        "/fhir/R4",
        "/fhir/R4/Patient",
        "/fhir/R4/Location/none",
        "/fhir/R4/Location/a%2Fb",
        "/fhir/R5/Location",
        "/fhir/R4/Location/%00",
        "/fhir/R4/Location/a/_history",
    ] {
        assert_eq!(issues(&api.get(nothing), 404)[0]["code"], "not-found", "{nothing}");
    }
    let posted = api.call("POST", "/fhir/R4/Location").json(&json!({})).send();
    assert_eq!(
        (issues(&posted, 405)[0]["code"].clone(), posted.header("allow")),
        (json!("not-supported"), "GET, HEAD")
    );
    let packed = api.call("GET", "/fhir/R4/Location").header("Content-Encoding", "gzip").send();
    assert_eq!(issues(&packed, 415)[0]["code"], "not-supported");
    api.get("/v1/none").problem(404, "not_found");
    let head = api.call("HEAD", "/fhir/R4/Location/none").send();
    assert_eq!((head.status, head.body.as_str()), (404, ""));
}

#[test]
fn xml_is_refused_and_json_is_known_by_each_of_its_names() {
    let api = Directory::open().api;
    for path in ["/fhir/R4/Location", "/fhir/R4/metadata"] {
        for format in ["xml", "application/fhir%2Bxml", "ttl", "html"] {
            assert_eq!(issues(&api.get(&format!("{path}?_format={format}")), 406)[0]["code"], "not-supported");
        }
        for format in ["json", "application/fhir%2Bjson", "application/fhir+json", "application/json"] {
            assert_eq!(api.get(&format!("{path}?_format={format}")).status, 200, "{format}");
        }
        let accepts = |accept: &str| api.call("GET", path).header("Accept", accept).send();
        issues(&accepts("application/fhir+xml"), 406);
        for accept in ["application/fhir+json", "text/html, */*;q=0.1", "application/json"] {
            assert_eq!(accepts(accept).status, 200, "{accept}");
        }
    }
    let over = api.call("GET", "/fhir/R4/Location?_format=json").header("Accept", "application/fhir+xml").send();
    assert_eq!(over.status, 200, "what the address says counts");
}

#[test]
fn every_mistake_in_a_search_is_told_at_once_and_none_is_ignored() {
    let api = Directory::open().api;
    let asked = "nmae=x&name:above=y&_count=101&_count=5&status=open&_include=Patient:general-practitioner&active=true";
    let told = issues(&api.get(&format!("/fhir/R4/Location?{asked}")), 400);
    let mut places: Vec<(&str, &str)> =
        told.iter().map(|issue| (issue["expression"][0].as_str().unwrap(), issue["code"].as_str().unwrap())).collect();
    places.sort_unstable();
    let wanted = [
        ("http._count", "invalid"),
        ("http._count", "invalid"),
        ("http._include", "invalid"),
        ("http.active", "not-supported"),
        ("http.name:above", "not-supported"),
        ("http.nmae", "not-supported"),
        ("http.status", "invalid"),
    ];
    assert_eq!(places, wanted);
    let near = told.iter().find(|issue| issue["expression"][0] == "http.nmae").unwrap();
    assert!(near["diagnostics"].as_str().unwrap().contains("did you mean name?"), "{near}");
    for bad in [
        "_cursor=x",
        "_summary=text",
        "_pretty=yes",
        "name=",
        "name=a,,b",
        "_lastUpdated=soon",
        "_sort=name",
        "organization.name=x",
        "identifier=%7C",
        "name=%FF",
    ] {
        issues(&api.get(&format!("/fhir/R4/Location?{bad}")), 400);
    }
    issues(&api.get("/fhir/R4/Location/x?name=y"), 400);
    issues(&api.get("/fhir/R4/metadata?mode=full"), 400);
    let many = vec!["name=a"; 51].join("&");
    issues(&api.get(&format!("/fhir/R4/Location?{many}")), 400);
}
