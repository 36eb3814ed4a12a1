//! Locations, read and written by staff.

use actix_web::{HttpRequest, web::Data};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::PagedRecord;
use crate::{
    accounts::{ClinicEditor, ClinicReader},
    clinic::{
        editing::{add_location, change_location, source},
        input::{LocationInput, LocationPatch},
        queries::{self, Listed, Part, Place, StaffFilter},
        staff_location::StaffLocation,
    },
    db::{DbError, StaffDb},
    http::{Answer, ApiError, PageLinks, PageMeta, Paging, Site},
    outbox::EventKind,
    records::{self, Actions, Hand, Record, Standing, actions},
};

records::answers! {
    /// A location as staff read it.
    StaffLocationAnswer: StaffLocation from StaffLocation
}

/// A part of the locations as staff read them.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffLocationPage {
    data: Vec<StaffLocation>,
    meta: PageMeta,
    links: PageLinks,
}

/// The locations in the clinic's order, then by name, or those in the trash.
#[utoipa::path(get, path = "/v1/admin/locations", operation_id = "list_staff_locations", tag = "staff: clinic",
    security(("bearer" = [])),
    params(
        ("trashed" = Option<bool>, Query, description = "True for the trash alone; false where it is absent"),
        ("q" = Option<String>, Query, min_length = 1, max_length = 500, description = "A piece of the name, in any case"),
        Paging),
    responses((status = 200, description = "A page of locations", body = StaffLocationPage)))]
pub async fn list_staff_locations(
    request: HttpRequest,
    permit: ClinicReader,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    super::list_page::<StaffLocation>(&request, permit.staff, &site, &database).await
}

records::operations! {
    StaffLocation: "The location", "staff: clinic";
    read by ClinicReader, written by ClinicEditor;
    bodies LocationInput, LocationPatch, StaffLocationAnswer;

    /// Makes a location, public at once.
    create_location at "/v1/admin/locations";
    /// A location as it was written, in the trash or not.
    get_staff_location at "/v1/admin/locations/{id}";
    /// Changes a location by a merge patch (RFC 7396). The change is public at once.
    update_location;
    /// Puts a location into the trash, out of the public's sight.
    delete_location;
    /// Brings a location back from the trash.
    restore_location at "/v1/admin/locations/{id}/restore";
}

records::many! {
    StaffLocation, "staff: clinic"; written by ClinicEditor;
    /// Trashes, restores or puts in order up to 500 locations: all of them or none.
    update_locations at "/v1/admin/locations/bulk";
}

impl Record for StaffLocation {
    const ACTIONS: Actions = actions!("location");
    const PATH: &'static str = "/v1/admin/locations";
    const EVENT: Option<EventKind> = Some(EventKind::ClinicChanged);
    const TAGGED: bool = true;
    const ORDERED: bool = true;
    type Input = LocationInput;
    type Answer = StaffLocationAnswer;

    fn parse(body: &Value) -> Result<LocationInput, ApiError> {
        LocationInput::parse(body)
    }

    fn written(&self) -> Result<Value, ApiError> {
        source(self, &LocationInput::FIELDS)
    }

    fn standing(&self) -> Standing {
        Standing::of(self.version, self.updated_at, &self.updated_by, self.trashed_at)
    }

    async fn lock(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
        queries::lock_location(connection, id).await
    }

    async fn find(connection: &mut PgConnection, id: Uuid) -> Result<Option<Self>, sqlx::Error> {
        queries::find_location_for_staff(connection, id).await
    }

    async fn add(connection: &mut PgConnection, hand: &Hand, id: Uuid, input: LocationInput) -> Result<(), ApiError> {
        add_location(connection, id, &input, Some(hand.staff.id)).await
    }

    async fn change(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        input: LocationInput,
    ) -> Result<(), ApiError> {
        change_location(connection, before.id, &input, Some(hand.staff.id)).await
    }

    async fn set_trashed(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        trashed: bool,
    ) -> Result<(), ApiError> {
        queries::update_location_trashed(connection, before.id, trashed, hand.staff.id).await.map_err(refused_restore)
    }

    async fn set_position(
        connection: &mut PgConnection,
        hand: &Hand,
        id: Uuid,
        position: i32,
    ) -> Result<bool, ApiError> {
        Ok(queries::update_location_position(connection, id, position, hand.staff.id).await?)
    }
}

impl PagedRecord for StaffLocation {
    const LIST: &'static str = "locations of staff";
    type Page = StaffLocationPage;

    fn page(data: Vec<Self>, meta: PageMeta, links: PageLinks) -> StaffLocationPage {
        StaffLocationPage { data, meta, links }
    }

    fn place(&self) -> Place {
        (self.position, self.name.clone(), self.id)
    }

    async fn list(
        connection: &mut PgConnection,
        filter: &StaffFilter,
        part: &Part,
    ) -> Result<Listed<Self>, sqlx::Error> {
        queries::find_locations_for_staff(connection, filter, part).await
    }
}

fn refused_restore(error: sqlx::Error) -> ApiError {
    match DbError::from(error) {
        DbError::Constraint(name) if name == "location_slug_key" => ApiError::Conflict {
            code: "slug_taken",
            detail: "another location has its slug now; rename that one first",
        },
        other => other.into(),
    }
}
