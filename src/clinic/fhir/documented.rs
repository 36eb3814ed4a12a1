//! What the OpenAPI document says of FHIR: the parameters out of the table that the search reads, and as much of the
//! documents as clients of this API need. Their whole shapes are FHIR's (<https://hl7.org/fhir/R4/json.html>).

use serde::Serialize;
use utoipa::{
    IntoParams, ToSchema,
    openapi::{
        Required,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::{ObjectBuilder, Type},
    },
};

use super::{parameters::Comparison, question::STEERING, resource::ResourceType};

macro_rules! searched {
    ($($name:ident),+) => {
        $(
            /// The parameters of a search, as the table has them.
            #[derive(Debug)]
            pub struct $name;

            impl IntoParams for $name {
                fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
                    let kind = ResourceType::named(stringify!($name).trim_start_matches("Searched"));
                    kind.map(search_parameters).unwrap_or_default()
                }
            }
        )+
    };
}

searched!(
    SearchedOrganization,
    SearchedLocation,
    SearchedPractitioner,
    SearchedPractitionerRole,
    SearchedHealthcareService
);

fn search_parameters(kind: ResourceType) -> Vec<Parameter> {
    let filters = kind.parameters().iter().map(|found| {
        let how = match found.comparison {
            Comparison::Text => "a text that begins so; `:exact` and `:contains` behind the name".to_owned(),
            Comparison::Token([]) => "`code`, `system|code`, `system|` or `|code`".to_owned(),
            Comparison::Token(set) => format!("one of {}", set.join(", ")),
            Comparison::Reference(_) => "an id, `Type/id`, or the whole address".to_owned(),
            Comparison::Instant => "a date or an instant, after eq, ne, gt, lt, ge, le, sa or eb".to_owned(),
        };
        (
            found.name,
            format!("{}: {how}. A comma means any of; may be repeated, and then each has to hold", found.about),
        )
    });
    let steering = STEERING.iter().map(|(name, about)| (*name, (*about).to_owned()));
    filters.chain(steering).map(|(name, about)| query(name, about)).collect()
}

fn query(name: &str, about: String) -> Parameter {
    let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(500));
    let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query).required(Required::False);
    parameter.description(Some(about)).schema(Some(text)).build()
}

/// A FHIR resource. Its other elements are those of its type in R4; none is null or empty.
#[derive(Debug, Serialize, ToSchema)]
pub struct FhirResource {
    /// Its type.
    #[serde(rename = "resourceType")]
    #[schema(example = "Location")]
    resource_type: String,
    /// Unique among its type.
    id: String,
}

/// A FHIR Bundle of the type `searchset`. `entry` has the resources, `search.mode` says why each is there; it is absent
/// where there are none.
#[derive(Debug, Serialize, ToSchema)]
pub struct FhirBundle {
    /// `Bundle`.
    #[serde(rename = "resourceType")]
    #[schema(example = "Bundle")]
    resource_type: String,
    /// `searchset`.
    #[schema(example = "searchset")]
    r#type: String,
    /// How many match, on all pages.
    total: usize,
    /// `self`, and `next` and `previous` where there are such pages.
    link: Vec<FhirBundleLink>,
}

/// A page of a search.
#[derive(Debug, Serialize, ToSchema)]
pub struct FhirBundleLink {
    /// Which page it is, seen from here.
    #[schema(example = "next")]
    relation: String,
    /// Absolute.
    #[schema(format = "uri")]
    url: String,
}

/// What this server can do, as FHIR tells it.
#[derive(Debug, Serialize, ToSchema)]
pub struct FhirCapabilityStatement {
    /// `CapabilityStatement`.
    #[serde(rename = "resourceType")]
    #[schema(example = "CapabilityStatement")]
    resource_type: String,
    /// The version of FHIR.
    #[serde(rename = "fhirVersion")]
    #[schema(example = "4.0.1")]
    fhir_version: String,
    /// What can be read, and what it can be searched by.
    #[schema(value_type = Vec<Object>)]
    rest: Vec<serde_json::Value>,
}

/// An error below `/fhir`.
#[derive(Debug, Serialize, ToSchema)]
pub struct FhirOperationOutcome {
    /// `OperationOutcome`.
    #[serde(rename = "resourceType")]
    #[schema(example = "OperationOutcome")]
    resource_type: String,
    /// Each mistake in the request.
    issue: Vec<FhirIssue>,
}

/// A mistake.
#[derive(Debug, Serialize, ToSchema)]
pub struct FhirIssue {
    /// `error`, or `fatal` where something failed here.
    #[schema(example = "error")]
    severity: String,
    /// Of FHIR's list.
    #[schema(example = "not-found")]
    code: String,
    /// `coding[0].code` is the stable code that problems have as well.
    #[schema(value_type = Object)]
    details: serde_json::Value,
    /// For people, with the request's id.
    diagnostics: String,
}
