//! What patients said of the clinic. Refuses to show a word without a signed authorization that holds today and that was
//! given for these very words: an edited text needs another, and revoking one withdraws the words from the next answer.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    clinic::ChangedBy,
    editing::relations::{named_by_id, refuse, resolve},
    editing::source,
    queries::{self, Related},
};
use crate::{
    accounts::{ClinicEditor, ClinicReader},
    contact::LanguageTag,
    db::StaffDb,
    http::{
        Answer, ApiError, Expected, Fields, JsonBody, Reference, Site, created_answer, no_parameters, path_id,
        staff_answer,
    },
    outbox::EventKind,
    records::{self, Actions, Hand, ListedRecord, Record, Standing, actions},
};

/// A testimonial, complete and valid. A PATCH is laid over what is stored and read as one of these.
#[derive(Clone, Debug, ToSchema)]
pub struct TestimonialInput {
    /// The name under which the person wants to be shown.
    #[schema(min_length = 1, max_length = 200, example = "Jordan, Riviera Beach")]
    pub shown_name: String,
    /// The language of the text (BCP 47).
    #[schema(value_type = String, max_length = 35, example = "en")]
    pub locale: LanguageTag,
    /// Their words, plain text.
    #[schema(min_length = 1, max_length = 5000)]
    pub text: String,
    /// When they said it.
    pub given_on: NaiveDate,
    /// Out of five, where they gave stars.
    #[schema(minimum = 1, maximum = 5)]
    pub rating: Option<i16>,
    /// Slugs or ids of the services that it is about.
    #[schema(max_items = 100, required = false)]
    pub services: Vec<String>,
    /// Slugs or ids of the locations that it is about.
    #[schema(max_items = 100, required = false)]
    pub locations: Vec<String>,
    /// The lowest first; 0 where it is absent.
    #[schema(minimum = 0, maximum = 100_000, required = false)]
    pub position: i32,
}

impl TestimonialInput {
    /// The names of the fields that staff may write.
    const FIELDS: [&str; 8] =
        ["shown_name", "locale", "text", "given_on", "rating", "services", "locations", "position"];

    /// Reads a testimonial.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let shown_name = super::input::required_line(&mut fields, "shown_name", 200);
        let locale = fields.parsed("locale", LanguageTag::parse);
        let locale = fields.require("locale", locale);
        let text = fields.text("text", 5000);
        let text = fields.require("text", text);
        let given_on = fields.date("given_on");
        let given_on = fields.require("given_on", given_on);
        let rating = fields.integer("rating", 1..=5).and_then(|stars| stars.try_into().ok());
        let services = super::input::names(&mut fields, "services");
        let locations = super::input::names(&mut fields, "locations");
        let position = super::input::position(&mut fields);
        fields.finish()?;
        let (Some(shown_name), Some(locale), Some(text), Some(given_on)) = (shown_name, locale, text, given_on) else {
            return Err(ApiError::Internal);
        };
        Ok(Self { shown_name, locale, text, given_on, rating, services, locations, position })
    }
}

/// A signed paper by which a testimonial may be shown (45 CFR 164.508).
#[derive(Clone, Debug, ToSchema)]
pub struct AuthorizationInput {
    /// When it was signed; not later than today.
    pub signed_on: NaiveDate,
    /// The last day on which it holds; null where the paper names an event that has not happened.
    pub expires_on: Option<NaiveDate>,
    /// Where the signed paper is kept.
    #[schema(min_length = 1, max_length = 500, example = "Binder 4, page 12")]
    pub document: String,
}

impl AuthorizationInput {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let signed_on = fields.date("signed_on");
        let signed_on = fields.require("signed_on", signed_on);
        let expires_on = fields.date("expires_on");
        if signed_on.zip(expires_on).is_some_and(|(signed, expires)| expires < signed) {
            fields.refuse("expires_on", "range_reversed", "must not be before signed_on");
        }
        let document = super::input::required_line(&mut fields, "document", 500);
        fields.finish()?;
        let (signed_on, document) = signed_on.zip(document).ok_or(ApiError::Internal)?;
        Ok(Self { signed_on, expires_on, document })
    }
}

/// An authorization as staff read it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Authorization {
    pub id: Uuid,
    pub signed_on: NaiveDate,
    #[schema(required)]
    pub expires_on: Option<NaiveDate>,
    pub document: String,
    /// Whether it was given for the words as they stand.
    pub matches: bool,
    pub recorded_at: DateTime<Utc>,
    #[schema(required)]
    pub recorded_by: Option<ChangedBy>,
    #[schema(required)]
    pub revoked_at: Option<DateTime<Utc>>,
    #[schema(required)]
    pub revoked_by: Option<ChangedBy>,
}

/// A testimonial as staff read it, in the trash or not.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StaffTestimonial {
    pub id: Uuid,
    pub shown_name: String,
    pub locale: String,
    pub text: String,
    pub given_on: NaiveDate,
    #[schema(required)]
    pub rating: Option<i16>,
    pub services: Vec<Reference>,
    pub locations: Vec<Reference>,
    pub position: i32,
    /// Whether an authorization lets the public read it today.
    pub public: bool,
    /// The newest first.
    pub authorizations: Vec<Authorization>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    #[schema(required)]
    pub created_by: Option<ChangedBy>,
    pub updated_at: DateTime<Utc>,
    #[schema(required)]
    pub updated_by: Option<ChangedBy>,
    #[schema(required)]
    pub trashed_at: Option<DateTime<Utc>>,
}

records::answers! {
    /// A testimonial as staff read it.
    StaffTestimonialAnswer: StaffTestimonial from StaffTestimonial,
    /// The testimonials as staff read them.
    StaffTestimonialList
}

/// Lists the testimonials in their order, at most 1,000.
#[utoipa::path(get, path = "/v1/admin/testimonials", operation_id = "list_staff_testimonials", tag = "staff: clinic",
    security(("bearer" = [])), params(("trashed" = Option<bool>, Query, description = "The trash instead")),
    responses((status = 200, description = "In their order", body = StaffTestimonialList)))]
pub async fn list_staff_testimonials(request: HttpRequest, permit: ClinicReader, database: Data<StaffDb>) -> Answer {
    records::list::<StaffTestimonial>(&request, permit.staff, &database).await
}

records::operations! {
    StaffTestimonial: "The testimonial", "staff: clinic";
    read by ClinicReader, written by ClinicEditor;
    bodies TestimonialInput, TestimonialInput, StaffTestimonialAnswer;

    /// Makes a testimonial. Nobody outside sees it before an authorization is recorded.
    create_testimonial at "/v1/admin/testimonials";
    /// A testimonial with its authorizations, in the trash or not.
    get_staff_testimonial at "/v1/admin/testimonials/{id}";
    /// Changes a testimonial by a merge patch (RFC 7396). Another name or text needs another authorization.
    update_testimonial;
    /// Puts a testimonial into the trash, out of the public's sight.
    delete_testimonial;
    /// Brings a testimonial back from the trash.
    restore_testimonial at "/v1/admin/testimonials/{id}/restore";
}

records::many! {
    StaffTestimonial, "staff: clinic"; written by ClinicEditor;
    /// Trashes, restores or puts in order up to 500 testimonials: all of them or none.
    update_testimonials at "/v1/admin/testimonials/bulk";
}

impl Record for StaffTestimonial {
    const ACTIONS: Actions = actions!("testimonial");
    const PATH: &'static str = "/v1/admin/testimonials";
    const EVENT: Option<EventKind> = Some(EventKind::ClinicChanged);
    const ORDERED: bool = true;
    // A patient's words and name are kept in one place, where they can be erased.
    const UNKEPT: &'static [&'static str] = &["shown_name", "text"];
    type Input = TestimonialInput;
    type Answer = StaffTestimonialAnswer;

    fn parse(body: &Value) -> Result<TestimonialInput, ApiError> {
        TestimonialInput::parse(body)
    }

    fn written(&self) -> Result<Value, ApiError> {
        let mut written = source(self, &TestimonialInput::FIELDS)?;
        named_by_id(&mut written, &["services", "locations"]);
        Ok(written)
    }

    fn standing(&self) -> Standing {
        Standing::of(self.version, self.updated_at, &self.updated_by, self.trashed_at)
    }

    async fn lock(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
        queries::lock_testimonial(connection, id).await
    }

    async fn find(connection: &mut PgConnection, id: Uuid) -> Result<Option<Self>, sqlx::Error> {
        Ok(queries::list_testimonials(connection, Some(id), None).await?.into_iter().next())
    }

    async fn add(
        connection: &mut PgConnection,
        hand: &Hand,
        id: Uuid,
        input: TestimonialInput,
    ) -> Result<(), ApiError> {
        queries::insert_testimonial(connection, id, &input, hand.staff.id).await?;
        relate(connection, id, &input, [&[], &[]]).await
    }

    async fn change(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        input: TestimonialInput,
    ) -> Result<(), ApiError> {
        queries::update_testimonial(connection, before.id, &input, hand.staff.id).await?;
        relate(connection, before.id, &input, [&before.services, &before.locations]).await
    }

    async fn set_trashed(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        trashed: bool,
    ) -> Result<(), ApiError> {
        Ok(queries::update_testimonial_trashed(connection, before.id, trashed, hand.staff.id).await?)
    }

    async fn set_position(
        connection: &mut PgConnection,
        hand: &Hand,
        id: Uuid,
        position: i32,
    ) -> Result<bool, ApiError> {
        Ok(queries::update_testimonial_position(connection, id, position, hand.staff.id).await?)
    }
}

impl ListedRecord for StaffTestimonial {
    type List = StaffTestimonialList;

    async fn list(connection: &mut PgConnection, trashed: bool) -> Result<Vec<Self>, sqlx::Error> {
        queries::list_testimonials(connection, None, Some(trashed)).await
    }
}

pub(super) async fn relate(
    connection: &mut PgConnection,
    id: Uuid,
    input: &TestimonialInput,
    [services, locations]: [&[Reference]; 2],
) -> Result<(), ApiError> {
    let mut mistakes = Vec::new();
    let services = resolve(connection, Related::Service, &input.services, services, &mut mistakes).await?;
    let locations = resolve(connection, Related::Location, &input.locations, locations, &mut mistakes).await?;
    refuse(mistakes)?;
    queries::replace_testimonial_services(connection, id, &services).await?;
    Ok(queries::replace_testimonial_locations(connection, id, &locations).await?)
}

/// Records a signed authorization for the words as they stand. The public reads them from its first day on.
#[utoipa::path(post, path = "/v1/admin/testimonials/{id}/authorizations", operation_id = "create_authorization",
    tag = "staff: clinic", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The testimonial"),
        ("If-Match" = String, Header, description = "The ETag of the testimonial as it was read, or `*`")),
    request_body = AuthorizationInput,
    responses((status = 201, description = "The testimonial with it", body = StaffTestimonialAnswer,
        headers(("Location" = String, description = "The address of the authorization"), ("ETag" = String, description = "The new version")))))]
pub async fn create_authorization(
    request: HttpRequest,
    permit: ClinicEditor,
    expected: Expected,
    site: Data<Site>,
    database: Data<StaffDb>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    let (id, input) = (path_id(&request)?, AuthorizationInput::parse(&body.0)?);
    let authorization = site.clock.new_id();
    let hand = Hand { staff: permit.staff, request };
    let testimonial = database
        .transact(async move |connection| {
            records::held_for_change::<StaffTestimonial>(connection, id, &expected).await?;
            if !queries::insert_authorization(connection, (authorization, id), &input, hand.staff.id).await? {
                return Err(ApiError::field("/signed_on", "in_future", "must not be later than today"));
            }
            noted(connection, &hand, "testimonial.authorize", id).await
        })
        .await?;
    let address = format!("{}/v1/admin/testimonials/{id}/authorizations/{authorization}", site.public_url);
    Ok(created_answer(&address, testimonial.version, &StaffTestimonialAnswer::from(testimonial)))
}

/// Revokes an authorization. The very next answer to the public is without the words.
#[utoipa::path(delete, path = "/v1/admin/testimonials/{id}/authorizations/{authorization}",
    operation_id = "delete_authorization", tag = "staff: clinic", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The testimonial"),
        ("authorization" = Uuid, Path, description = "The authorization"),
        ("If-Match" = String, Header, description = "The ETag of the testimonial as it was read, or `*`")),
    responses((status = 200, description = "The testimonial", body = StaffTestimonialAnswer,
        headers(("ETag" = String, description = "The new version")))))]
pub async fn delete_authorization(
    request: HttpRequest,
    permit: ClinicEditor,
    expected: Expected,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let named = request.match_info().get("authorization").and_then(|id| id.parse().ok()).ok_or(ApiError::NotFound)?;
    let hand = Hand { staff: permit.staff, request };
    let testimonial = database
        .transact(async move |connection| {
            let before: StaffTestimonial = records::held_for_change(connection, id, &expected).await?;
            let known = before.authorizations.iter().find(|known| known.id == named).ok_or(ApiError::NotFound)?;
            if known.revoked_at.is_some() {
                return Err(ApiError::Conflict { code: "authorization_revoked", detail: "it is revoked already" });
            }
            queries::revoke_authorization(connection, named, hand.staff.id).await?;
            noted(connection, &hand, "testimonial.revoke", id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, testimonial.version, &StaffTestimonialAnswer::from(testimonial)))
}

/// Raises the version, for the word of who read the other one counts no more, and leaves the row and the event.
async fn noted(
    connection: &mut PgConnection,
    hand: &Hand,
    action: &'static str,
    id: Uuid,
) -> Result<StaffTestimonial, ApiError> {
    queries::touch_testimonial(connection, id, hand.staff.id).await?;
    records::note::<StaffTestimonial>(connection, hand, action, id, &[]).await?;
    StaffTestimonial::find(connection, id).await?.ok_or(ApiError::Internal)
}

/// A testimonial as the public reads it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Testimonial {
    pub id: Uuid,
    /// The name under which the person wants to be shown.
    pub name: String,
    /// The language of the text.
    pub locale: String,
    /// Their words, plain text.
    pub text: String,
    pub given_on: NaiveDate,
    /// Out of five; null where they gave no stars.
    #[schema(required)]
    pub rating: Option<i16>,
    pub services: Vec<Reference>,
    pub locations: Vec<Reference>,
}
