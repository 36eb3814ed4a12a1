//! A service as staff read it: as it was written, with who wrote it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    clinic::ChangedBy,
    service::{FdaStatus, Price},
};
use crate::{
    body::{Heading, Warning},
    http::Reference,
};

/// A service as staff read it, in the trash or not.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StaffService {
    /// UUIDv7.
    pub id: Uuid,
    /// Unique among the services outside the trash.
    pub slug: String,
    /// For people.
    pub name: String,
    /// Other names that it is known by.
    pub aliases: Vec<String>,
    /// A sentence or two.
    #[schema(required)]
    pub summary: Option<String>,
    /// The cleaned source.
    pub body_markdown: String,
    /// Their ids stand in the HTML that the public reads.
    pub headings: Vec<Heading>,
    /// What the last write took out of the text, or what deserves a look.
    pub warnings: Vec<Warning>,
    /// How the Food and Drug Administration stands to it.
    pub fda_status: FdaStatus,
    /// Who should not have it.
    pub contraindications: Vec<String>,
    /// What can go wrong.
    pub risks: Vec<String>,
    /// Null where nobody has said.
    #[schema(required)]
    pub referral_required: Option<bool>,
    /// Whether patients may come without an appointment. Null where nobody has said.
    #[schema(required)]
    pub walk_ins: Option<bool>,
    /// Whether an appointment can be made on the web. Null where nobody has said.
    #[schema(required)]
    pub online_scheduling: Option<bool>,
    /// How long a visit takes.
    #[schema(required)]
    pub duration_minutes: Option<i32>,
    /// The lowest price.
    #[schema(required)]
    pub price_from: Option<Price>,
    /// As they were named; the public reads of those outside the trash alone.
    pub locations: Vec<Reference>,
    /// As they were named; the public reads of those outside the trash alone.
    pub providers: Vec<Reference>,
    /// As they were named; the public reads of those outside the trash alone.
    pub conditions: Vec<Reference>,
    /// The lowest first in lists, then by name.
    pub position: i32,
    /// Named by the `ETag`, and by `If-Match` of a write.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who made it; null for the program itself.
    #[schema(required)]
    pub created_by: Option<ChangedBy>,
    /// The last change.
    pub updated_at: DateTime<Utc>,
    /// Who made it; null for the program itself.
    #[schema(required)]
    pub updated_by: Option<ChangedBy>,
    /// When it was put into the trash; null outside of it.
    #[schema(required)]
    pub trashed_at: Option<DateTime<Utc>>,
}
