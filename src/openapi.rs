//! The OpenAPI 3.1 document, made from the code. Each room answers for its own part; the rules that hold for all of
//! them (required properties, problems, patches) are applied here once, so that no handler can forget one.

#![expect(clippy::indexing_slicing, reason = "the shape is that of a document made a line before; no input reaches it")]

use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use crate::{
    accounts, articles, clinic, export,
    http::{FHIR_JSON, Problem},
    inquiries, operations, oversight, webhooks,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "clinic-cms",
        description = "Articles, clinic details and contact inquiries of a medical clinic.",
        license(name = "Apache-2.0 OR MIT", identifier = "Apache-2.0 OR MIT")
    ),
    tags(
        (name = "articles", description = "What the public reads"),
        (name = "clinic", description = "The organisation and its locations"),
        (name = "fhir", description = "The clinic's directory as HL7 FHIR R4"),
        (name = "inquiries", description = "What patients send"),
        (name = "sign-in", description = "Tokens and sessions"),
        (name = "staff: articles", description = "Writing and publishing"),
        (name = "staff: clinic", description = "Keeping the record true"),
        (name = "staff: inquiries", description = "Reading and answering what patients sent"),
        (name = "staff: integrations", description = "Services that bring inquiries, where events go, and who receives what"),
        (name = "staff: privacy", description = "What is kept of people: consents, holds, retention, requests, erasure"),
        (name = "staff: audit", description = "Who did or saw what"),
        (name = "people", description = "Who is let in: people, roles, invitations, sessions, emergencies"),
        (name = "keys", description = "API keys of integrations"),
        (name = "operations", description = "Health and this document")
    ),
    components(schemas(Problem))
)]
struct Whole;

/// The document of an API at `public_url`.
pub fn document(public_url: &str) -> Value {
    let mut whole = Whole::openapi();
    let parts: [fn() -> utoipa::openapi::OpenApi; 15] = [
        articles::Docs::openapi,
        articles::addresses::Docs::openapi,
        clinic::Docs::openapi,
        clinic::fhir::Docs::openapi,
        inquiries::Docs::openapi,
        inquiries::spam::Docs::openapi,
        inquiries::emergency::Docs::openapi,
        inquiries::LetterDocs::openapi,
        inquiries::ConnectorDocs::openapi,
        inquiries::privacy::Docs::openapi,
        export::Docs::openapi,
        accounts::Docs::openapi,
        oversight::Docs::openapi,
        webhooks::Docs::openapi,
        operations::Docs::openapi,
    ];
    for part in parts {
        whole.merge(part());
    }
    let mut document = serde_json::to_value(whole).unwrap_or_default();
    document["servers"] = json!([{"url": public_url}]);
    document["components"]["securitySchemes"] = json!({
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT or API key",
            "description": "An access token of a person who signed in (a JWT), or an API key of an integration, where its \
                scopes reach. Both are sent as `Authorization: Bearer …`. What belongs to a person, such as everything \
                under `/v1/auth`, takes no API key."
        }
    });
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        schemas.iter_mut().filter(|(name, _)| !is_input(name)).for_each(|(_, schema)| require_everything(schema));
        schemas.iter_mut().filter(|(name, _)| is_input(name)).for_each(|(_, schema)| refuse_unknown(schema));
    }
    let mut patches = Map::new();
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    let operations = paths.flat_map(|(path, item)| {
        item.as_object_mut().into_iter().flatten().map(move |(method, operation)| (path, method, operation))
    });
    for (path, method, operation) in operations {
        answer_problems(operation, path.starts_with("/fhir/"));
        if operation.get("security").is_none() {
            operation["security"] = json!([]);
        }
        if method == "patch" {
            point_to_patch(operation, &mut patches);
        }
    }
    for (patch, input) in patches {
        let schema = document["components"]["schemas"][input.as_str().unwrap_or_default()].clone();
        document["components"]["schemas"][patch] = optional(schema);
    }
    document
}

/// The document as it is printed: stable, for people and for a snapshot.
pub fn text(public_url: &str) -> String {
    let mut text = serde_json::to_string_pretty(&document(public_url)).unwrap_or_default();
    text.push('\n');
    text
}

/// Bodies that clients send: their optional fields stay optional.
fn is_input(name: &str) -> bool {
    ["Input", "Patch", "Acceptance", "Form"].iter().any(|end| name.ends_with(end))
}

/// Every documented key of an answer is always present.
fn require_everything(schema: &mut Value) {
    if let Some(names) =
        schema["properties"].as_object().map(|properties| properties.keys().cloned().collect::<Vec<_>>())
    {
        schema["required"] = json!(names);
    }
    for part in schema["allOf"].as_array_mut().into_iter().flatten() {
        require_everything(part);
    }
    // Reading a missing member of an object inserts null.
    if let Some(members) = schema.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
}

/// An unknown field is an error, so a generated client may say so.
fn refuse_unknown(schema: &mut Value) {
    if schema["type"] == "object" {
        schema["additionalProperties"] = json!(false);
    }
    if let Some(members) = schema.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
}

fn answer_problems(operation: &mut Value, is_fhir: bool) {
    let (media, schema, named) = if is_fhir {
        (FHIR_JSON, "FhirOperationOutcome", "An OperationOutcome")
    } else {
        ("application/problem+json", "Problem", "A problem (RFC 9457)")
    };
    let problem = |description| {
        json!({
            "description": description,
            "content": {media: {"schema": {"$ref": format!("#/components/schemas/{schema}")}}}
        })
    };
    operation["responses"]["4XX"] = problem("The request was refused");
    operation["responses"]["default"] = problem(named);
}

/// A merge patch has the fields of the body that creates, none of them needed, null where it clears.
fn point_to_patch(operation: &mut Value, patches: &mut Map<String, Value>) {
    let content =
        operation["requestBody"]["content"].as_object_mut().into_iter().flat_map(|content| content.values_mut());
    for media in content {
        let Some(input) = media["schema"]["$ref"].as_str().and_then(|path| path.rsplit('/').next()).map(str::to_owned)
        else {
            continue;
        };
        // A room that describes its patch itself is believed.
        if input.ends_with("Patch") {
            continue;
        }
        let patch = format!("{}Patch", input.trim_end_matches("Input"));
        media["schema"]["$ref"] = json!(format!("#/components/schemas/{patch}"));
        patches.insert(patch, json!(input));
    }
}

fn optional(mut schema: Value) -> Value {
    if let Some(members) = schema.as_object_mut() {
        members.remove("required");
        members.insert("description".to_owned(), json!("A JSON merge patch (RFC 7396): absent leaves, null clears."));
    }
    schema
}
