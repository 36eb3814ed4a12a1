//! Forms as staff keep them. Refuses to throw the default form away, and to change a text of consent without a version
//! of its own.

use actix_web::{HttpRequest, web::Data};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    attachments::AttachmentPolicy,
    form::{
        AutoresponderDefinition, ConsentDefinition, FieldDefinition, FormInput, NoticeDefinition, Route,
        RouteDefinition,
    },
    queries,
};
use crate::{
    accounts::{ClinicEditor, ClinicReader},
    db::{DbError, StaffDb},
    http::{Answer, ApiError, FieldError, Reference, slug_of},
    records::{self, Actions, Hand, ListedRecord, Record, Standing, actions},
};

/// Who made or changed something.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FormChangedBy {
    /// UUIDv7.
    pub id: Uuid,
    /// As they are shown.
    pub name: String,
}

/// A form as staff read it, in the trash or not.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StaffForm {
    /// UUIDv7.
    pub id: Uuid,
    /// Unique among the forms outside the trash.
    pub slug: String,
    /// For people.
    pub name: String,
    /// The field that people never see.
    pub honeypot: String,
    /// Whether inquiries that name no form come through it.
    pub is_default: bool,
    /// In their order; none for the usual ones.
    pub fields: Vec<FieldDefinition>,
    /// What an inquiry can be about; none for everything.
    pub kinds: Vec<String>,
    /// What is agreed to.
    pub consents: Vec<ConsentDefinition>,
    /// To show with the form and with the receipt.
    pub notices: Vec<NoticeDefinition>,
    /// Where an inquiry goes that names no location.
    #[schema(required)]
    pub location: Option<Reference>,
    /// Days that an inquiry is kept; null for `CMS_INQUIRY_RETENTION_DAYS`.
    #[schema(required)]
    pub retention_days: Option<i32>,
    /// Where inquiries about services go; the first that fits counts.
    pub routes: Vec<RouteDefinition>,
    /// Minutes of the location's opening hours until the first answer is due.
    pub response_minutes: i32,
    /// Whose pages may post from a browser; none for `CMS_CORS_ORIGINS`.
    pub allowed_origins: Vec<String>,
    /// Whether pages are given a challenge to solve.
    pub proof_of_work: bool,
    /// The people who are told of an inquiry; none for the front desk of its location.
    pub notified: Vec<FormChangedBy>,
    /// The letter that answers an inquiry by itself.
    #[schema(required)]
    pub autoresponder: Option<AutoresponderDefinition>,
    /// Which files it takes; null where it refuses them.
    #[schema(required)]
    pub attachments: Option<AttachmentPolicy>,
    /// Named by the `ETag`, and by `If-Match` of a write.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who made it; null for the program itself.
    #[schema(required)]
    pub created_by: Option<FormChangedBy>,
    /// The last change.
    pub updated_at: DateTime<Utc>,
    /// Who made it; null for the program itself.
    #[schema(required)]
    pub updated_by: Option<FormChangedBy>,
    /// When it was put into the trash; null outside of it.
    #[schema(required)]
    pub trashed_at: Option<DateTime<Utc>>,
}

records::answers! {
    /// A form as staff read it.
    StaffFormAnswer: StaffForm from StaffForm,
    /// The forms as staff read them.
    StaffFormList
}

/// Lists the forms by name, at most 1,000.
#[utoipa::path(get, path = "/v1/admin/forms", operation_id = "list_staff_forms", tag = "staff: inquiries",
    security(("bearer" = [])), params(("trashed" = Option<bool>, Query, description = "The trash instead")),
    responses((status = 200, description = "By name", body = StaffFormList)))]
pub async fn list_staff_forms(request: HttpRequest, permit: ClinicReader, database: Data<StaffDb>) -> Answer {
    records::list::<StaffForm>(&request, permit.staff, &database).await
}

records::operations! {
    StaffForm: "The form", "staff: inquiries";
    read by ClinicReader, written by ClinicEditor;
    bodies FormInput, FormInput, StaffFormAnswer;

    /// Makes a form, public at once.
    create_form at "/v1/admin/forms";
    /// A form as it was written, in the trash or not.
    get_staff_form at "/v1/admin/forms/{id}";
    /// Changes a form by a merge patch (RFC 7396). The change is public at once.
    update_form;
    /// Puts a form into the trash: no inquiry comes through it any more, and those that came stay.
    delete_form;
    /// Brings a form back from the trash.
    restore_form at "/v1/admin/forms/{id}/restore";
}

impl Record for StaffForm {
    const ACTIONS: Actions = actions!("form");
    const PATH: &'static str = "/v1/admin/forms";
    type Input = FormInput;
    type Answer = StaffFormAnswer;

    fn parse(body: &Value) -> Result<FormInput, ApiError> {
        FormInput::parse(body)
    }

    fn written(&self) -> Result<Value, ApiError> {
        Ok(json!({
            "name": self.name, "slug": self.slug, "fields": self.fields, "kinds": self.kinds,
            "consents": self.consents, "notices": self.notices,
            "location": self.location.as_ref().map(|location| location.id), "retention_days": self.retention_days,
            "routes": self.routes.iter().map(written_route).collect::<Vec<_>>(),
            "response_minutes": self.response_minutes,
            "allowed_origins": self.allowed_origins, "proof_of_work": self.proof_of_work,
            "notified": self.notified.iter().map(|person| person.id).collect::<Vec<_>>(),
            "autoresponder": self.autoresponder, "attachments": self.attachments,
        }))
    }

    fn standing(&self) -> Standing {
        Standing::of(self.version, self.updated_at, &self.updated_by, self.trashed_at)
    }

    async fn lock(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
        queries::lock_form(connection, id).await
    }

    async fn find(connection: &mut PgConnection, id: Uuid) -> Result<Option<Self>, sqlx::Error> {
        Ok(queries::list_forms(connection, Some(id), None).await?.into_iter().next())
    }

    async fn add(connection: &mut PgConnection, hand: &Hand, id: Uuid, input: FormInput) -> Result<(), ApiError> {
        let places = places(connection, &input, None).await?;
        let slug = choose_slug(connection, id, &input).await?;
        queries::insert_form(connection, id, &slug, &input, &places, hand.staff.id).await.map_err(refused)?;
        keep_texts(connection, hand, id, &input).await
    }

    async fn change(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        input: FormInput,
    ) -> Result<(), ApiError> {
        let places = places(connection, &input, Some(&before)).await?;
        let slug = choose_slug(connection, before.id, &input).await?;
        queries::update_form(connection, before.id, &slug, &input, &places, hand.staff.id).await.map_err(refused)?;
        keep_texts(connection, hand, before.id, &input).await
    }

    async fn set_trashed(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        trashed: bool,
    ) -> Result<(), ApiError> {
        if before.is_default {
            let detail = "inquiries that name no form come through it";
            return Err(ApiError::Conflict { code: "default_form", detail });
        }
        queries::update_form_trashed(connection, before.id, trashed, hand.staff.id).await.map_err(refused_restore)
    }
}

impl ListedRecord for StaffForm {
    type List = StaffFormList;

    async fn list(connection: &mut PgConnection, trashed: bool) -> Result<Vec<Self>, sqlx::Error> {
        queries::list_forms(connection, None, Some(trashed)).await
    }
}

/// What a form leads to, by id.
#[derive(Debug)]
pub struct Places {
    /// Where an inquiry goes that names no location.
    pub location: Option<Uuid>,
    /// In their order.
    pub routes: Vec<Route>,
    /// Who is told of an inquiry.
    pub notified: Vec<Uuid>,
}

/// Looks up what the form leads to. What it led to before may have gone into the trash since.
async fn places(
    connection: &mut PgConnection,
    input: &FormInput,
    before: Option<&StaffForm>,
) -> Result<Places, ApiError> {
    let kept = |id: Option<Uuid>| id.into_iter().collect::<Vec<_>>();
    let of_form = kept(before.and_then(|form| form.location.as_ref()).map(|location| location.id));
    let of_routes = before.map(|form| form.routes.as_slice()).unwrap_or_default();
    let services: Vec<Uuid> = of_routes.iter().map(|route| route.service.id).collect();
    let locations: Vec<Uuid> = of_routes.iter().filter_map(|route| Some(route.location.as_ref()?.id)).collect();
    let people: Vec<Uuid> = of_routes.iter().filter_map(|route| Some(route.assignee.as_ref()?.id)).collect();
    let mut mistakes = Vec::new();
    let mut found = |id: Option<Uuid>, pointer: String| {
        if id.is_none() {
            mistakes.push(FieldError::at(pointer, "unknown_reference", "names nothing that exists"));
        }
        id
    };
    let mut location = None;
    if let Some(name) = &input.location {
        location = found(queries::find_location_for_form(connection, name, &of_form).await?, "/location".to_owned());
    }
    let mut routes = Vec::with_capacity(input.routes.len());
    for (index, route) in input.routes.iter().enumerate() {
        let service = queries::find_service_for_form(connection, &route.service, &services).await?;
        let service = found(service, format!("/routes/{index}/service"));
        let (mut location_id, mut assignee_id) = (None, None);
        if let Some(name) = &route.location {
            let id = queries::find_location_for_form(connection, name, &locations).await?;
            location_id = found(id, format!("/routes/{index}/location"));
        }
        if let Some(id) = route.assignee {
            let id = queries::find_assignee_for_form(connection, id, &people).await?;
            assignee_id = found(id, format!("/routes/{index}/assignee"));
        }
        routes.extend(service.map(|service_id| Route { service_id, location_id, assignee_id }));
    }
    let told: Vec<Uuid> = before.iter().flat_map(|form| form.notified.iter().map(|person| person.id)).collect();
    let mut notified = Vec::with_capacity(input.notified.len());
    for (index, name) in input.notified.iter().enumerate() {
        let id = queries::find_notified_for_form(connection, name, &told).await?;
        notified.extend(found(id, format!("/notified/{index}")));
    }
    notified.sort_unstable();
    notified.dedup();
    if mistakes.is_empty() { Ok(Places { location, routes, notified }) } else { Err(ApiError::Invalid(mistakes)) }
}

/// A route as it is sent.
fn written_route(route: &RouteDefinition) -> Value {
    json!({
        "service": route.service.id, "location": route.location.as_ref().map(|location| location.id),
        "assignee": route.assignee.as_ref().map(|person| person.id),
    })
}

async fn choose_slug(connection: &mut PgConnection, id: Uuid, input: &FormInput) -> Result<String, ApiError> {
    if let Some(slug) = &input.slug {
        return Ok(slug.clone());
    }
    let free = queries::find_free_form_slug(connection, &slug_of(&input.name, "form"), id).await?;
    free.ok_or_else(|| ApiError::field("/slug", "taken", "another form has it"))
}

async fn keep_texts(connection: &mut PgConnection, hand: &Hand, id: Uuid, input: &FormInput) -> Result<(), ApiError> {
    let mut mistakes = Vec::new();
    for (index, text) in input.consents.iter().enumerate() {
        if !queries::keep_consent_text(connection, id, text, hand.staff.id).await? {
            let message = "is another text under this version already; give the new wording a version of its own";
            mistakes.push(FieldError::at(format!("/consents/{index}/text_version"), "text_version_taken", message));
        }
    }
    if mistakes.is_empty() { Ok(()) } else { Err(ApiError::Invalid(mistakes)) }
}

fn refused(error: sqlx::Error) -> ApiError {
    match DbError::from(error) {
        DbError::Constraint(name) if name == "form_slug_key" => {
            ApiError::field("/slug", "taken", "another form has it")
        }
        other => other.into(),
    }
}

fn refused_restore(error: sqlx::Error) -> ApiError {
    match DbError::from(error) {
        DbError::Constraint(name) if name == "form_slug_key" => {
            ApiError::Conflict { code: "slug_taken", detail: "another form has its slug now; rename that one first" }
        }
        other => other.into(),
    }
}
