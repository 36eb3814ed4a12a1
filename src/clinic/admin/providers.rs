//! Providers, read and written by staff.

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
        editing::{add_provider, change_provider, provider_source},
        input::{ProviderInput, ProviderPatch},
        queries::{self, Listed, Part, Place, StaffFilter},
        staff_provider::StaffProvider,
    },
    db::{DbError, StaffDb},
    http::{Answer, ApiError, PageLinks, PageMeta, Paging, Site},
    outbox::EventKind,
    records::{self, Actions, Hand, Record, Standing, actions},
};

records::answers! {
    /// A provider as staff read it.
    StaffProviderAnswer: StaffProvider from StaffProvider
}

/// A part of the providers as staff read them.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffProviderPage {
    data: Vec<StaffProvider>,
    meta: PageMeta,
    links: PageLinks,
}

/// The providers in the clinic's order, then by name, or those in the trash.
#[utoipa::path(get, path = "/v1/admin/providers", operation_id = "list_staff_providers", tag = "staff: clinic",
    security(("bearer" = [])),
    params(
        ("trashed" = Option<bool>, Query, description = "True for the trash alone; false where it is absent"),
        ("q" = Option<String>, Query, min_length = 1, max_length = 500, description = "A piece of the name, in any case, or the whole NPI"),
        Paging),
    responses((status = 200, description = "A page of providers", body = StaffProviderPage)))]
pub async fn list_staff_providers(
    request: HttpRequest,
    permit: ClinicReader,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    super::list_page::<StaffProvider>(&request, permit.staff, &site, &database).await
}

records::operations! {
    StaffProvider: "The provider", "staff: clinic";
    read by ClinicReader, written by ClinicEditor;
    bodies ProviderInput, ProviderPatch, StaffProviderAnswer;

    /// Makes a provider, public at once.
    create_provider at "/v1/admin/providers";
    /// A provider as it was written, in the trash or not.
    get_staff_provider at "/v1/admin/providers/{id}";
    /// Changes a provider by a merge patch (RFC 7396). The change is public at once.
    update_provider;
    /// Puts a provider into the trash, out of the public's sight.
    delete_provider;
    /// Brings a provider back from the trash.
    restore_provider at "/v1/admin/providers/{id}/restore";
}

records::many! {
    StaffProvider, "staff: clinic"; written by ClinicEditor;
    /// Trashes, restores or puts in order up to 500 providers: all of them or none.
    update_providers at "/v1/admin/providers/bulk";
}

impl Record for StaffProvider {
    const ACTIONS: Actions = actions!("provider");
    const PATH: &'static str = "/v1/admin/providers";
    const EVENT: Option<EventKind> = Some(EventKind::ClinicChanged);
    const TAGGED: bool = true;
    const ORDERED: bool = true;
    type Input = ProviderInput;
    type Answer = StaffProviderAnswer;

    fn parse(body: &Value) -> Result<ProviderInput, ApiError> {
        ProviderInput::parse(body)
    }

    fn written(&self) -> Result<Value, ApiError> {
        provider_source(self)
    }

    fn standing(&self) -> Standing {
        Standing::of(self.version, self.updated_at, &self.updated_by, self.trashed_at)
    }

    async fn lock(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
        queries::lock_provider(connection, id).await
    }

    async fn find(connection: &mut PgConnection, id: Uuid) -> Result<Option<Self>, sqlx::Error> {
        queries::find_provider_for_staff(connection, id).await
    }

    async fn add(connection: &mut PgConnection, hand: &Hand, id: Uuid, input: ProviderInput) -> Result<(), ApiError> {
        add_provider(connection, id, &input, Some(hand.staff.id)).await
    }

    async fn change(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        input: ProviderInput,
    ) -> Result<(), ApiError> {
        change_provider(connection, &before, &input, Some(hand.staff.id)).await
    }

    async fn set_trashed(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        trashed: bool,
    ) -> Result<(), ApiError> {
        queries::update_provider_trashed(connection, before.id, trashed, hand.staff.id).await.map_err(refused_restore)
    }

    async fn set_position(
        connection: &mut PgConnection,
        hand: &Hand,
        id: Uuid,
        position: i32,
    ) -> Result<bool, ApiError> {
        Ok(queries::update_provider_position(connection, id, position, hand.staff.id).await?)
    }
}

impl PagedRecord for StaffProvider {
    const LIST: &'static str = "providers of staff";
    type Page = StaffProviderPage;

    fn page(data: Vec<Self>, meta: PageMeta, links: PageLinks) -> StaffProviderPage {
        StaffProviderPage { data, meta, links }
    }

    fn place(&self) -> Place {
        (self.position, self.display_name.clone(), self.id)
    }

    async fn list(
        connection: &mut PgConnection,
        filter: &StaffFilter,
        part: &Part,
    ) -> Result<Listed<Self>, sqlx::Error> {
        queries::find_providers_for_staff(connection, filter, part).await
    }
}

fn refused_restore(error: sqlx::Error) -> ApiError {
    match DbError::from(error) {
        DbError::Constraint(name) if name == "provider_slug_key" => ApiError::Conflict {
            code: "slug_taken",
            detail: "another provider has the slug now; rename that one first",
        },
        DbError::Constraint(name) if name == "provider_npi_key" => ApiError::Conflict {
            code: "npi_taken",
            detail: "another provider has the NPI now; it is one person's alone",
        },
        other => other.into(),
    }
}
