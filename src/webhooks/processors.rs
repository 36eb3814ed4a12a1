//! Who receives what from the clinic, and on which paper. Refuses an agreement without the day on which it was signed, and
//! to forget somebody who receives something still.

use actix_web::{HttpRequest, web::Data};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{queries, webhook::IntegrationReference};
use crate::{
    accounts::{IntegrationManager, IntegrationReader},
    db::{DbError, StaffDb},
    http::{Answer, ApiError, Fields},
    records::{self, Actions, Hand, ListedRecord, Record, Standing, actions},
};

/// What a processor promised, as it is written and stored.
const AGREEMENTS: [&str; 3] = ["baa", "dpa", "no_health_data"];
/// The one that needs no signature.
const NO_HEALTH_DATA: &str = "no_health_data";

/// A processor, complete and valid. A PATCH is laid over what is stored and read as one of these.
#[derive(Clone, Debug, ToSchema)]
pub struct ProcessorInput {
    /// Unique among processors.
    #[schema(min_length = 1, max_length = 200, example = "Front Desk Software, Inc.")]
    pub name: String,
    /// What they get it for.
    #[schema(min_length = 1, max_length = 1000, example = "Shows new inquiries in the phone system")]
    pub purpose: String,
    /// `baa`: a business associate agreement (45 CFR 164.504(e)). `dpa`: a data processing agreement (GDPR Art. 28).
    /// `no_health_data`: no health data reaches them.
    #[schema(pattern = "^(baa|dpa|no_health_data)$")]
    pub agreement: String,
    /// When it was signed; asked for where there is an agreement.
    pub signed_on: Option<NaiveDate>,
    /// The last day on which it holds; null where it has no end.
    pub expires_on: Option<NaiveDate>,
    /// Where the paper is kept, and whatever else there is to say.
    #[schema(min_length = 1, max_length = 2000)]
    pub note: Option<String>,
}

impl ProcessorInput {
    /// Reads a processor.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let name = fields.line("name", 200);
        let name = fields.require("name", name);
        let purpose = fields.text("purpose", 1000);
        let purpose = fields.require("purpose", purpose);
        let agreement = fields.one_of("agreement", &AGREEMENTS);
        let agreement = fields.require("agreement", agreement);
        let signed_on = fields.date("signed_on");
        if agreement.is_some_and(|agreement| agreement != NO_HEALTH_DATA) {
            fields.require("signed_on", signed_on);
        }
        let expires_on = fields.date("expires_on");
        if signed_on.zip(expires_on).is_some_and(|(signed, expires)| expires < signed) {
            fields.refuse("expires_on", "range_reversed", "must not be before signed_on");
        }
        let note = fields.text("note", 2000);
        fields.finish()?;
        let (Some(name), Some(purpose), Some(agreement)) = (name, purpose, agreement) else {
            return Err(ApiError::Internal);
        };
        Ok(Self { name, purpose, agreement: agreement.to_owned(), signed_on, expires_on, note })
    }
}

/// A processor as staff read it, in the trash or not.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Processor {
    /// UUIDv7.
    pub id: Uuid,
    /// Unique among those outside the trash.
    pub name: String,
    /// What they get it for.
    pub purpose: String,
    /// `baa`, `dpa` or `no_health_data`.
    pub agreement: String,
    /// When it was signed.
    #[schema(required)]
    pub signed_on: Option<NaiveDate>,
    /// The last day on which it holds.
    #[schema(required)]
    pub expires_on: Option<NaiveDate>,
    /// Whatever else there is to say.
    #[schema(required)]
    pub note: Option<String>,
    /// Whether it holds today, by the clinic's calendar.
    pub in_force: bool,
    /// The endpoints outside the trash that lead to them.
    pub webhooks: Vec<Uuid>,
    /// Named by the `ETag`, and by `If-Match` of a write.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who made it.
    #[schema(required)]
    pub created_by: Option<IntegrationReference>,
    /// The last change.
    pub updated_at: DateTime<Utc>,
    /// Who made it.
    #[schema(required)]
    pub updated_by: Option<IntegrationReference>,
    /// When it was put into the trash; null outside of it.
    #[schema(required)]
    pub trashed_at: Option<DateTime<Utc>>,
}

records::answers! {
    /// A processor as staff read it.
    ProcessorAnswer: Processor from Processor,
    /// The processors as staff read them.
    ProcessorList
}

/// Lists who receives what, by name.
#[utoipa::path(get, path = "/v1/admin/processors", operation_id = "list_processors", tag = "staff: integrations",
    security(("bearer" = [])), params(("trashed" = Option<bool>, Query, description = "The trash instead")),
    responses((status = 200, description = "By name", body = ProcessorList)))]
pub async fn list_processors(request: HttpRequest, permit: IntegrationReader, database: Data<StaffDb>) -> Answer {
    records::list::<Processor>(&request, permit.staff, &database).await
}

records::operations! {
    Processor: "The processor", "staff: integrations";
    read by IntegrationReader, written by IntegrationManager;
    bodies ProcessorInput, ProcessorInput, ProcessorAnswer;

    /// Records who receives something, and on which paper.
    create_processor at "/v1/admin/processors";
    /// A processor, in the trash or not.
    get_processor at "/v1/admin/processors/{id}";
    /// Changes a processor by a merge patch (RFC 7396). Where the agreement does not hold any more, events about
    /// inquiries wait from now on.
    update_processor;
    /// Puts a processor into the trash; 409 `processor_in_use` while an endpoint that is on leads to them.
    delete_processor;
    /// Brings a processor back from the trash.
    restore_processor at "/v1/admin/processors/{id}/restore";
}

impl Record for Processor {
    const ACTIONS: Actions = actions!("processor");
    const PATH: &'static str = "/v1/admin/processors";
    type Input = ProcessorInput;
    type Answer = ProcessorAnswer;

    fn parse(body: &Value) -> Result<ProcessorInput, ApiError> {
        ProcessorInput::parse(body)
    }

    fn written(&self) -> Result<Value, ApiError> {
        Ok(json!({
            "name": self.name, "purpose": self.purpose, "agreement": self.agreement, "signed_on": self.signed_on,
            "expires_on": self.expires_on, "note": self.note,
        }))
    }

    fn standing(&self) -> Standing {
        Standing::of(self.version, self.updated_at, &self.updated_by, self.trashed_at)
    }

    async fn lock(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
        queries::lock_processor(connection, id).await
    }

    async fn find(connection: &mut PgConnection, id: Uuid) -> Result<Option<Self>, sqlx::Error> {
        Ok(queries::list_processors(connection, Some(id), None).await?.into_iter().next())
    }

    async fn add(connection: &mut PgConnection, hand: &Hand, id: Uuid, input: ProcessorInput) -> Result<(), ApiError> {
        queries::insert_processor(connection, id, &input, hand.staff.id).await.map_err(refused)
    }

    async fn change(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        input: ProcessorInput,
    ) -> Result<(), ApiError> {
        queries::update_processor(connection, before.id, &input, hand.staff.id).await.map_err(refused)
    }

    async fn set_trashed(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        trashed: bool,
    ) -> Result<(), ApiError> {
        if trashed && queries::has_enabled_webhook(connection, before.id).await? {
            let detail = "an endpoint that is on leads there; turn it off, or give it another processor, first";
            return Err(ApiError::Conflict { code: "processor_in_use", detail });
        }
        let changed = queries::update_processor_trashed(connection, before.id, trashed, hand.staff.id).await;
        changed.map_err(|error| match refused(error) {
            ApiError::Invalid(_) => {
                let detail = "another processor has its name now; rename that one first";
                ApiError::Conflict { code: "name_taken", detail }
            }
            other => other,
        })
    }
}

impl ListedRecord for Processor {
    type List = ProcessorList;

    async fn list(connection: &mut PgConnection, trashed: bool) -> Result<Vec<Self>, sqlx::Error> {
        queries::list_processors(connection, None, Some(trashed)).await
    }
}

fn refused(error: sqlx::Error) -> ApiError {
    match DbError::from(error) {
        DbError::Constraint(name) if name == "processor_name_key" => {
            ApiError::field("/name", "taken", "another processor has it")
        }
        other => other.into(),
    }
}
