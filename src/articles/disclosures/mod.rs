//! Disclosures: texts that the law or the clinic demands beside a treatment, written once and shown wherever the
//! treatment is named. Refuses to be chosen or left out by hand: which article carries one follows from what it says.

mod attaching;
mod input;
mod rule;

use std::pin::Pin;

use actix_web::{HttpRequest, web::Data};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

pub(super) use attaching::{attach, kinds_of};
use input::{DisclosureAnswer, DisclosureInput, DisclosureList};

use super::queries::{
    disclosures::{self, DisclosureRow, StoredDisclosure},
    relations::resolve_services,
};
use crate::{
    accounts::{ArticleReader, Editor},
    clock::Clock,
    db::{DbError, StaffDb},
    http::{Answer, ApiError, FieldError, slug_of},
    records::{self, Actions, Hand, ListedRecord, Record, Standing, actions},
};

/// What `app` hands to the room of the services: their names decide which article carries what.
pub fn follow_service<'a>(
    connection: &'a mut PgConnection,
    clock: &'a Clock,
    service: Uuid,
) -> Pin<Box<dyn Future<Output = Result<(), ApiError>> + 'a>> {
    Box::pin(attaching::follow_service(connection, clock, service))
}

/// Lists the disclosures by name, at most 1,000.
#[utoipa::path(get, path = "/v1/admin/disclosures", operation_id = "list_disclosures", tag = "staff: articles",
    security(("bearer" = [])), params(("trashed" = Option<bool>, Query, description = "The trash instead")),
    responses((status = 200, description = "By name", body = DisclosureList)))]
pub async fn list_disclosures(request: HttpRequest, reader: ArticleReader, database: Data<StaffDb>) -> Answer {
    records::list::<DisclosureRow>(&request, reader.staff, &database).await
}

records::operations! {
    DisclosureRow: "The disclosure", "staff: articles";
    read by ArticleReader, written by Editor;
    bodies DisclosureInput, DisclosureInput, DisclosureAnswer;

    /// Creates a disclosure. The articles that name its treatments carry it at once, the visible ones included.
    create_disclosure at "/v1/admin/disclosures";
    /// Reads a disclosure.
    get_disclosure at "/v1/admin/disclosures/{id}";
    /// Changes a disclosure. Visible articles show it at once, under a new version where its texts or its kind changed.
    update_disclosure;
    /// Moves a disclosure to the trash: no article shows it any more, and the gate asks for another.
    delete_disclosure;
    /// Brings a disclosure back from the trash.
    restore_disclosure at "/v1/admin/disclosures/{id}/restore";
}

impl Record for DisclosureRow {
    const ACTIONS: Actions = actions!("disclosure");
    const PATH: &'static str = "/v1/admin/disclosures";
    type Input = DisclosureInput;
    type Answer = DisclosureAnswer;

    fn parse(body: &Value) -> Result<DisclosureInput, ApiError> {
        DisclosureInput::parse(body)
    }

    fn written(&self) -> Result<Value, ApiError> {
        Ok(DisclosureInput::stored(self))
    }

    fn standing(&self) -> Standing {
        Standing::of(self.version, self.updated_at, &self.updated_by, self.trashed_at)
    }

    async fn lock(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
        disclosures::lock_disclosure(connection, id).await
    }

    async fn find(connection: &mut PgConnection, id: Uuid) -> Result<Option<Self>, sqlx::Error> {
        Ok(disclosures::list_disclosures(connection, Some(id), None).await?.into_iter().next())
    }

    async fn add(connection: &mut PgConnection, hand: &Hand, id: Uuid, input: DisclosureInput) -> Result<(), ApiError> {
        let services = resolved(connection, &input.services).await?;
        let new = stored(id, &input, &services, 1, hand.staff.id);
        let write = async |connection: &mut PgConnection, stamp| {
            disclosures::insert_disclosure(connection, &new).await.map_err(slug_taken)?;
            Ok(disclosures::insert_version(connection, &new, stamp).await?)
        };
        attaching::spread(connection, &hand.staff.clock, id, true, write).await
    }

    async fn change(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        input: DisclosureInput,
    ) -> Result<(), ApiError> {
        let services = resolved(connection, &input.services).await?;
        let rewritten = before.kind != input.kind || before.texts.0 != input.texts;
        let text_version = before.text_version + i32::from(rewritten);
        let new = stored(before.id, &input, &services, text_version, hand.staff.id);
        let write = async |connection: &mut PgConnection, stamp| {
            disclosures::update_disclosure(connection, &new).await.map_err(slug_taken)?;
            if rewritten {
                disclosures::insert_version(connection, &new, stamp).await?;
            }
            Ok(())
        };
        attaching::spread(connection, &hand.staff.clock, before.id, rewritten, write).await
    }

    async fn set_trashed(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        trashed: bool,
    ) -> Result<(), ApiError> {
        let write = async |connection: &mut PgConnection, _| {
            let done = disclosures::set_disclosure_trashed(connection, before.id, trashed, hand.staff.id).await;
            done.map_err(slug_taken)
        };
        attaching::spread(connection, &hand.staff.clock, before.id, false, write).await
    }
}

impl ListedRecord for DisclosureRow {
    type List = DisclosureList;

    async fn list(connection: &mut PgConnection, trashed: bool) -> Result<Vec<Self>, sqlx::Error> {
        disclosures::list_disclosures(connection, None, Some(trashed)).await
    }
}

fn stored<'a>(
    id: Uuid,
    input: &'a DisclosureInput,
    services: &'a [Uuid],
    text_version: i32,
    by: Uuid,
) -> StoredDisclosure<'a> {
    StoredDisclosure {
        id,
        slug: input.slug.clone().unwrap_or_else(|| slug_of(&input.name, "disclosure")),
        name: &input.name,
        kind: &input.kind,
        texts: &input.texts,
        applies_to: &input.applies_to,
        treatments: &input.treatments,
        services,
        text_version,
        by,
    }
}

/// The ids of services, each once.
async fn resolved(connection: &mut PgConnection, names: &[String]) -> Result<Vec<Uuid>, ApiError> {
    let found = resolve_services(connection, names, None).await?;
    let unknown =
        |index| FieldError::at(format!("/services/{index}"), "unknown_reference", "names nothing that exists");
    let errors: Vec<_> =
        found.iter().enumerate().filter(|(_, id)| id.is_none()).map(|(index, _)| unknown(index)).collect();
    if !errors.is_empty() {
        return Err(ApiError::Invalid(errors));
    }
    let mut ids: Vec<_> = found.into_iter().flatten().collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

fn slug_taken(error: sqlx::Error) -> ApiError {
    match DbError::from(error) {
        DbError::Constraint(name) if name == "disclosure_slug_key" => {
            ApiError::field("/slug", "taken", "another one has this slug")
        }
        other => other.into(),
    }
}
