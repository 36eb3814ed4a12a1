//! Where an inquiry about a service goes, and who looks after it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    http::{FieldError, Fields, Reference},
    inquiries::forms::FormChangedBy,
};

/// The most routes of a form.
const MOST: usize = 100;

/// A route as the way in follows it. What has gone into the trash since is not there any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "as the columns are called")]
pub struct Route {
    /// The service that the inquiry is about.
    pub service_id: Uuid,
    /// Where it goes where it names no location.
    pub location_id: Option<Uuid>,
    /// Who looks after it.
    pub assignee_id: Option<Uuid>,
}

/// A route as it is sent: a service, and a location or somebody or both.
#[derive(Clone, Debug, PartialEq, Eq, ToSchema)]
pub struct RouteInput {
    /// Slug or id.
    #[schema(max_length = 100, example = "physiotherapy")]
    pub service: String,
    /// Slug or id of the location for an inquiry that names none.
    #[schema(max_length = 100)]
    pub location: Option<String>,
    /// Id of the person who looks after it.
    pub assignee: Option<Uuid>,
}

/// A route as staff read it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RouteDefinition {
    /// The service that the inquiry is about.
    pub service: Reference,
    /// Where it goes where it names no location.
    #[schema(required)]
    pub location: Option<Reference>,
    /// Who looks after it.
    #[schema(required)]
    pub assignee: Option<FormChangedBy>,
}

/// Reads `routes` of a form.
pub(super) fn read_all(fields: &mut Fields<'_>) -> Vec<RouteInput> {
    fields.list("routes", MOST, read_one)
}

fn read_one(entry: &Value, pointer: String) -> Result<RouteInput, Vec<FieldError>> {
    let mut fields = Fields::of(entry, pointer.clone());
    let service = fields.line("service", 100);
    let service = fields.require("service", service);
    let location = fields.line("location", 100);
    let assignee = fields.parsed("assignee", |text| {
        Uuid::parse_str(text).map_err(|_| ("bad_value", "must be the id of a person".to_owned()))
    });
    if fields.value("location").or(fields.value("assignee")).is_none() {
        fields.extend([FieldError::at(pointer, "leads_nowhere", "must name a location, a person, or both")]);
    }
    fields.finish()?;
    Ok(RouteInput { service: service.ok_or_else(Vec::new)?, location, assignee })
}
