//! Services, read and written by staff.

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
        ServiceNames,
        editing::{add_service, change_service, service_source},
        input::{ServiceInput, ServicePatch},
        queries::{self, Listed, Part, Place, StaffFilter},
        staff_service::StaffService,
    },
    db::{DbError, StaffDb},
    http::{Answer, ApiError, PageLinks, PageMeta, Paging, Site},
    outbox::EventKind,
    records::{self, Actions, Hand, Record, Standing, actions},
};

records::answers! {
    /// A service as staff read it.
    StaffServiceAnswer: StaffService from StaffService
}

/// A part of the services as staff read them.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffServicePage {
    data: Vec<StaffService>,
    meta: PageMeta,
    links: PageLinks,
}

/// The services in the clinic's order, then by name, or those in the trash.
#[utoipa::path(get, path = "/v1/admin/services", operation_id = "list_staff_services", tag = "staff: clinic",
    security(("bearer" = [])),
    params(
        ("trashed" = Option<bool>, Query, description = "True for the trash alone; false where it is absent"),
        ("q" = Option<String>, Query, min_length = 1, max_length = 500, description = "A piece of the name, or of another name of it, in any case"),
        Paging),
    responses((status = 200, description = "A page of services", body = StaffServicePage)))]
pub async fn list_staff_services(
    request: HttpRequest,
    permit: ClinicReader,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    super::list_page::<StaffService>(&request, permit.staff, &site, &database).await
}

records::operations! {
    StaffService: "The service", "staff: clinic";
    read by ClinicReader, written by ClinicEditor;
    bodies ServiceInput, ServicePatch, StaffServiceAnswer;

    /// Makes a service, public at once.
    create_service at "/v1/admin/services";
    /// A service as it was written, in the trash or not.
    get_staff_service at "/v1/admin/services/{id}";
    /// Changes a service by a merge patch (RFC 7396). The change is public at once.
    update_service;
    /// Puts a service into the trash, out of the public's sight.
    delete_service;
    /// Brings a service back from the trash.
    restore_service at "/v1/admin/services/{id}/restore";
}

records::many! {
    StaffService, "staff: clinic"; written by ClinicEditor;
    /// Trashes, restores or puts in order up to 500 services: all of them or none.
    update_services at "/v1/admin/services/bulk";
}

impl Record for StaffService {
    const ACTIONS: Actions = actions!("service");
    const PATH: &'static str = "/v1/admin/services";
    const EVENT: Option<EventKind> = Some(EventKind::ClinicChanged);
    const TAGGED: bool = true;
    const ORDERED: bool = true;
    type Input = ServiceInput;
    type Answer = StaffServiceAnswer;

    fn parse(body: &Value) -> Result<ServiceInput, ApiError> {
        ServiceInput::parse(body)
    }

    fn written(&self) -> Result<Value, ApiError> {
        service_source(self)
    }

    fn standing(&self) -> Standing {
        Standing::of(self.version, self.updated_at, &self.updated_by, self.trashed_at)
    }

    async fn lock(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
        queries::lock_service(connection, id).await
    }

    async fn find(connection: &mut PgConnection, id: Uuid) -> Result<Option<Self>, sqlx::Error> {
        queries::find_service_for_staff(connection, id).await
    }

    async fn add(connection: &mut PgConnection, hand: &Hand, id: Uuid, input: ServiceInput) -> Result<(), ApiError> {
        add_service(connection, id, &input, Some(hand.staff.id)).await
    }

    async fn change(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        input: ServiceInput,
    ) -> Result<(), ApiError> {
        change_service(connection, &before, &input, Some(hand.staff.id)).await?;
        if (&before.name, &before.aliases) == (&input.name, &input.aliases) {
            return Ok(());
        }
        follow_names(connection, hand, before.id).await
    }

    async fn set_trashed(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        trashed: bool,
    ) -> Result<(), ApiError> {
        let by = hand.staff.id;
        queries::update_service_trashed(connection, before.id, trashed, by).await.map_err(refused_restore)?;
        follow_names(connection, hand, before.id).await
    }

    async fn set_position(
        connection: &mut PgConnection,
        hand: &Hand,
        id: Uuid,
        position: i32,
    ) -> Result<bool, ApiError> {
        Ok(queries::update_service_position(connection, id, position, hand.staff.id).await?)
    }
}

async fn follow_names(connection: &mut PgConnection, hand: &Hand, id: Uuid) -> Result<(), ApiError> {
    let names = hand.request.app_data::<Data<ServiceNames>>().ok_or(ApiError::Internal)?;
    (names.0)(connection, &hand.staff.clock, id).await
}

impl PagedRecord for StaffService {
    const LIST: &'static str = "services of staff";
    type Page = StaffServicePage;

    fn page(data: Vec<Self>, meta: PageMeta, links: PageLinks) -> StaffServicePage {
        StaffServicePage { data, meta, links }
    }

    fn place(&self) -> Place {
        (self.position, self.name.clone(), self.id)
    }

    async fn list(
        connection: &mut PgConnection,
        filter: &StaffFilter,
        part: &Part,
    ) -> Result<Listed<Self>, sqlx::Error> {
        queries::find_services_for_staff(connection, filter, part).await
    }
}

fn refused_restore(error: sqlx::Error) -> ApiError {
    match DbError::from(error) {
        DbError::Constraint(name) if name == "service_slug_key" => {
            ApiError::Conflict { code: "slug_taken", detail: "another service has its slug now; rename that one first" }
        }
        other => other.into(),
    }
}
