//! An export: every resource whole, in the order of the types and then of the ids. What was imported is given back with
//! what the public does not see of it.

use chrono::{DateTime, Utc};
use serde_json::value::RawValue;
use sqlx::PgConnection;

use super::{bundle::full_url, reading::Reader, resource::ResourceType};
use crate::{
    clinic::queries::{self, FhirPart},
    http::ApiError,
};

/// Resources that are read at once.
const AT_ONCE: i64 = 100;

/// A resource of an export.
#[derive(Debug)]
pub struct ExportedResource {
    /// Unique among its type.
    pub id: String,
    /// What its Bundle called it when it came; where it is read otherwise.
    pub full_url: String,
    /// As JSON, without white space.
    pub text: Box<RawValue>,
}

/// The next resources of a type after an id; none where there are no more. `base` is the configured public URL.
///
/// # Errors
/// Those of the database.
pub async fn export_resources(
    connection: &mut PgConnection,
    kind: ResourceType,
    after: Option<String>,
    base: &str,
    at: DateTime<Utc>,
) -> Result<Vec<ExportedResource>, ApiError> {
    let part = FhirPart { after, ids: None, fetch: AT_ONCE };
    let mut rows = Reader::begin(connection, at).await?.rows(connection, kind, &part).await?;
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let mut urls = std::collections::BTreeMap::new();
    for (id, whole, url) in queries::find_whole_resources(connection, kind.name(), &ids).await? {
        if let Some(row) = rows.iter_mut().find(|row| row.id == id && row.kept.is_some()) {
            row.kept = Some(whole);
            urls.insert(id, url);
        }
    }
    rows.into_iter()
        .map(|row| {
            let resource = row.resource()?;
            let came_as = urls.remove(&resource.id).flatten();
            let full_url = came_as.unwrap_or_else(|| full_url(base, &resource));
            Ok(ExportedResource { id: resource.id, full_url, text: resource.text })
        })
        .collect()
}
