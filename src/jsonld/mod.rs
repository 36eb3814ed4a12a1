//! What search engines read: schema.org nodes in one `@graph`, to be put into a page as they are. Knows nothing of
//! articles or clinics but how their people and their pages are named. Refuses to say null: what is unknown is left out.

mod person;
mod site_address;

use actix_web::HttpRequest;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

pub use person::person;
pub use site_address::SiteAddress;

use crate::{
    delivery::PublicAnswer,
    http::{Answer, ApiError},
};

/// A JSON-LD document.
#[derive(Debug, Serialize, ToSchema)]
pub struct StructuredData {
    /// The vocabulary.
    #[serde(rename = "@context")]
    #[schema(example = "https://schema.org")]
    pub context: String,
    /// The nodes, which name each other by `@id`; what the document is about first.
    #[serde(rename = "@graph")]
    #[schema(value_type = Vec<Object>)]
    pub graph: Vec<Value>,
}

/// Answers with the nodes, what is unknown left out. `tags` name what they were made from.
///
/// # Errors
/// [`ApiError::Internal`] where the nodes cannot be written, which does not happen.
pub fn send(
    request: &HttpRequest,
    nodes: Vec<Value>,
    rooms: &[&'static str],
    tags: impl IntoIterator<Item = String>,
    valid_for: Option<i64>,
) -> Answer {
    let graph = nodes.into_iter().map(known).collect();
    let document = StructuredData { context: "https://schema.org".to_owned(), graph };
    let text = serde_json::to_string(&document).map_err(|_| ApiError::Internal)?;
    // It can stand inside a script of a page: `<` is written so that no text ends the script.
    let bytes = text.replace('<', "\\u003c").into_bytes();
    PublicAnswer::bytes(bytes, "application/ld+json", rooms).valid_for(valid_for).tagged(tags).send(request)
}

/// Leaves out what is unknown: in structured data null says nothing.
fn known(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let said = |value: &Value| !value.is_null() && value != &json!([]) && value != &json!({});
            let members = members.into_iter().map(|(name, value)| (name, known(value)));
            Value::Object(members.filter(|(_, value)| said(value)).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(known).collect()),
        other => other,
    }
}
