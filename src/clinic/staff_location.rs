//! A location as staff read it: as it was written, with who wrote it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    clinic::{ChangedBy, ListedPhone},
    department::Department,
    hours::{HolidayRule, SpecialHours, WeeklyHours},
    location::{Address, Geo, LocationStatus},
    values::TimeZone,
};

/// A location as staff read it, in the trash or not.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StaffLocation {
    /// UUIDv7.
    pub id: Uuid,
    /// Unique among the locations outside the trash.
    pub slug: String,
    /// For people.
    pub name: String,
    /// Where it is.
    pub address: Address,
    /// Null where nobody has placed it on the map.
    #[schema(required)]
    pub geo: Option<Geo>,
    /// In the order in which to show them.
    pub phones: Vec<ListedPhone>,
    /// E.164.
    #[schema(required)]
    pub fax: Option<String>,
    /// For this location.
    #[schema(required, format = Email)]
    pub email: Option<String>,
    /// IANA; all local times are in it.
    #[schema(value_type = String, example = "America/New_York")]
    pub timezone: TimeZone,
    /// What repeats every week.
    pub hours: Vec<WeeklyHours>,
    /// What differs on particular dates.
    pub special_hours: Vec<SpecialHours>,
    /// The public holidays on which it is closed, where special hours do not speak of the day; null for none.
    #[schema(required)]
    pub holidays: Option<HolidayRule>,
    /// Those with an own telephone.
    pub departments: Vec<Department>,
    /// As it was written: the public reads a temporary closure that has ended as `open`.
    pub status: LocationStatus,
    /// Short texts.
    pub accessibility: Vec<String>,
    /// Where to leave the car.
    #[schema(required)]
    pub parking: Option<String>,
    /// BCP 47.
    pub languages: Vec<String>,
    /// Short texts.
    pub payment_methods: Vec<String>,
    /// Plans and payers that are taken.
    pub insurance: Vec<String>,
    /// Null where nobody has said.
    #[schema(required)]
    pub accepting_new_patients: Option<bool>,
    /// Where appointments are made.
    #[schema(required, format = "uri")]
    pub booking_url: Option<String>,
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
