//! What this server can do (<https://hl7.org/fhir/R4/capabilitystatement.html>), made from the table that the search
//! reads.

use serde_json::{Value, json};

use super::{
    parameters::{Comparison, Link, Parameter},
    resource::ResourceType,
};

/// When what is said here changed last.
const DATE: &str = "2026-11-30";

/// The statement. `base` is the configured public URL.
pub(super) fn capability_statement(base: &str) -> Value {
    json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": DATE,
        "kind": "instance",
        "software": {"name": "clinic-cms", "version": env!("CARGO_PKG_VERSION")},
        "implementation": {"description": "The directory of a clinic, to be read", "url": format!("{base}/fhir/R4")},
        "fhirVersion": "4.0.1",
        "format": ["json", "application/fhir+json"],
        "implementationGuide": ["http://hl7.org/fhir/us/davinci-pdex-plan-net/ImplementationGuide/hl7.fhir.us.davinci-pdex-plan-net"],
        "rest": [{
            "mode": "server",
            "security": {"cors": true, "description": "Public: no credentials are looked at"},
            "resource": ResourceType::ALL.map(resource),
        }],
    })
}

fn resource(kind: ResourceType) -> Value {
    let written = |links: Vec<Link>| links.iter().map(Link::written).collect::<Vec<_>>();
    let mut told = json!({
        "type": kind.name(),
        "supportedProfile": [kind.profile()],
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "no-version",
        "readHistory": false,
        "updateCreate": false,
        "conditionalRead": "not-supported",
        "referencePolicy": ["literal", "local"],
        "searchParam": kind.parameters().iter().map(parameter).collect::<Vec<_>>(),
    });
    // FHIR knows no empty lists.
    let links = [("searchInclude", written(kind.links())), ("searchRevInclude", written(kind.links_to()))];
    if let Some(told) = told.as_object_mut() {
        told.extend(
            links.into_iter().filter(|(_, list)| !list.is_empty()).map(|(name, list)| (name.to_owned(), json!(list))),
        );
    }
    told
}

fn parameter(parameter: &Parameter) -> Value {
    let kind = match parameter.comparison {
        Comparison::Text => "string",
        Comparison::Token(_) => "token",
        Comparison::Reference(_) => "reference",
        Comparison::Instant => "date",
    };
    json!({"name": parameter.name, "type": kind, "documentation": parameter.about})
}
