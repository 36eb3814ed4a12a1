//! A provider as staff read one: as it was written, with who wrote it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    clinic::ChangedBy,
    provider::{Licence, ProviderName, Specialty},
};
use crate::http::Reference;

/// A provider as staff read one, in the trash or not.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StaffProvider {
    /// UUIDv7.
    pub id: Uuid,
    /// Unique among the providers outside the trash.
    pub slug: String,
    /// In its parts.
    pub name: ProviderName,
    /// Put together from the parts.
    pub display_name: String,
    /// Shown behind the name: `MD`, `APRN`.
    pub credentials: Vec<String>,
    /// National Provider Identifier (45 CFR 162.406).
    #[schema(required)]
    pub npi: Option<String>,
    /// Where they may practise. The public reads no numbers.
    pub licences: Vec<Licence>,
    /// The first is what they mostly do.
    pub specialties: Vec<Specialty>,
    /// BCP 47.
    pub languages: Vec<String>,
    /// Null where nobody has said.
    #[schema(required)]
    pub accepting_new_patients: Option<bool>,
    /// A few paragraphs of plain text.
    #[schema(required)]
    pub biography: Option<String>,
    /// As they were named; the public reads of those outside the trash alone.
    pub locations: Vec<Reference>,
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
