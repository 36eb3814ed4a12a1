//! A mapping tried on a sample: the inquiry that it would make. Stores nothing, asks for no signature, and hands back what
//! staff themselves have sent.

use std::{collections::BTreeMap, fmt};

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    connection::Integration,
    connection_input,
    keys::Connections,
    kind::IntegrationKind,
    mapping::IntegrationMapping,
    mapping_input,
    payload::{self, Arrival},
    queries,
    taking::{Line, Taking},
    understood::{LeadMistake, Understood},
};
use crate::{
    accounts::{IntegrationReader, Staff},
    db::{PublicDb, StaffDb},
    http::{Answer, ApiError, FieldError, Fields, JsonBody, Site, no_parameters, path_id, private_answer},
    inquiries::{
        door::Door,
        inquiry::{Consent, Source, Submission},
        intake::Intake,
    },
    records::Record,
};

/// The `webhook-id` that a sample of a generic connection is read with.
const SAMPLE_ID: &str = "dry-run";

/// Body that tries a mapping before there is a connection.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body to the OpenAPI document; the parser below reads it")]
pub struct IntegrationTrialInput {
    /// Which service.
    kind: IntegrationKind,
    /// Slug of the form; the default form where it is absent.
    #[schema(max_length = 100)]
    form: Option<String>,
    /// Slug or id of the location for an inquiry that names none.
    #[schema(max_length = 100)]
    location: Option<String>,
    /// Slug or id of the service for an inquiry that names none.
    #[schema(max_length = 100)]
    service: Option<String>,
    /// Laid over the kind's own.
    mapping: Option<IntegrationMapping>,
    /// As the service sends it.
    payload: Value,
}

/// Body that tries the mapping of a connection, or another one in its place.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body to the OpenAPI document; the parser below reads it")]
pub struct IntegrationSampleInput {
    /// The connection's own where it is absent.
    mapping: Option<IntegrationMapping>,
    /// As the service sends it.
    payload: Value,
}

/// What a sample would become.
#[derive(Serialize, ToSchema)]
pub struct IntegrationTrialAnswer {
    data: IntegrationTrial,
}

/// What a sample would become.
#[derive(Serialize, ToSchema)]
pub struct IntegrationTrial {
    /// The rules that were laid over it.
    mapping: IntegrationMapping,
    /// One for each lead in the sample.
    leads: Vec<TriedLead>,
}

/// What a lead would become.
#[derive(Serialize, ToSchema)]
pub struct TriedLead {
    /// `new`, `held` or `spam`, before the words are judged; `kept` for what nobody could read or answer; `fetched` for one
    /// whose fields Meta would be asked for.
    #[schema(pattern = "^(new|held|spam|kept|fetched)$")]
    outcome: String,
    /// How the service calls it; empty where that cannot be read.
    external_id: String,
    /// Whether it is a trial, which is stored nowhere.
    is_test: bool,
    /// The inquiry's fields that it fills.
    fields: BTreeMap<String, String>,
    /// What else is kept, by the words that staff would read.
    answers: BTreeMap<String, String>,
    /// The consents that it gives or refuses.
    consents: Vec<TriedConsent>,
    /// What is wrong with it.
    mistakes: Vec<LeadMistake>,
    /// The names of what no rule takes.
    unmapped: Vec<String>,
}

/// A consent in a sample.
#[derive(Debug, Serialize, ToSchema)]
pub struct TriedConsent {
    purpose: String,
    #[schema(required)]
    text_version: Option<String>,
    granted: bool,
}

/// What these types hold may be somebody's.
impl fmt::Debug for IntegrationTrialAnswer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("IntegrationTrialAnswer")
    }
}

impl fmt::Debug for IntegrationTrial {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("IntegrationTrial")
    }
}

impl fmt::Debug for TriedLead {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("TriedLead")
    }
}

/// Tries a mapping on a sample before there is a connection. Nothing is stored.
#[utoipa::path(post, path = "/v1/admin/integrations/dry-runs", operation_id = "try_integration_mapping",
    tag = "staff: integrations", security(("bearer" = [])), request_body = IntegrationTrialInput,
    responses((status = 200, description = "What it would become", body = IntegrationTrialAnswer)))]
pub async fn try_integration_mapping(
    request: HttpRequest,
    permit: IntegrationReader,
    trial: Trial,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    let mut fields = Fields::of(&body.0, "");
    let kind = connection_input::kind(&mut fields);
    let (form, location, service) =
        (fields.line("form", 100), fields.line("location", 100), fields.line("service", 100));
    let mapping = fields.object("mapping", mapping_input::read);
    let payload = fields.value("payload").cloned();
    let payload = fields.require("payload", payload);
    fields.finish()?;
    let (kind, payload) = kind.zip(payload).ok_or(ApiError::Internal)?;
    let form = trial.form(permit.staff, None, form).await?;
    let mapping = mapping.unwrap_or_default().over(kind);
    trial.run(&Line { id: Uuid::nil(), kind, mapping, form, location, service }, &payload).await
}

/// Tries the mapping of a connection, or another one in its place, on a sample. Nothing is stored.
#[utoipa::path(post, path = "/v1/admin/integrations/{id}/dry-runs", operation_id = "try_integration",
    tag = "staff: integrations", security(("bearer" = [])), params(("id" = Uuid, Path, description = "The connection")),
    request_body = IntegrationSampleInput,
    responses((status = 200, description = "What it would become", body = IntegrationTrialAnswer)))]
pub async fn try_integration(request: HttpRequest, permit: IntegrationReader, trial: Trial, body: JsonBody) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let mut fields = Fields::of(&body.0, "");
    let mapping = fields.object("mapping", mapping_input::read);
    let payload = fields.value("payload").cloned();
    let payload = fields.require("payload", payload);
    fields.finish()?;
    let payload = payload.ok_or(ApiError::Internal)?;
    let staff = permit.staff;
    let (known, behind) = trial
        .staff
        .transact(async move |connection| {
            let known = Integration::find(connection, id).await?.ok_or(ApiError::NotFound)?;
            let behind = queries::find_behind(connection, id).await?.ok_or(ApiError::NotFound)?;
            staff.record(connection, "integration.check", "integration", Some(id), &[]).await?;
            Ok::<_, ApiError>((known, behind))
        })
        .await?;
    let mapping = mapping.map_or_else(|| known.mapping_in_force(), |mapping| mapping.over(known.kind));
    trial.run(&Line { mapping, ..Line::behind(id, behind) }, &payload).await
}

/// What a trial needs.
pub struct Trial {
    site: Data<Site>,
    door: Data<Door>,
    connections: Data<Connections>,
    public: Data<PublicDb>,
    staff: Data<StaffDb>,
}

impl actix_web::FromRequest for Trial {
    type Error = ApiError;
    type Future = std::future::Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut actix_web::dev::Payload) -> Self::Future {
        let part = || {
            Some(Self {
                site: request.app_data::<Data<Site>>()?.clone(),
                door: request.app_data::<Data<Door>>()?.clone(),
                connections: request.app_data::<Data<Connections>>()?.clone(),
                public: request.app_data::<Data<PublicDb>>()?.clone(),
                staff: request.app_data::<Data<StaffDb>>()?.clone(),
            })
        };
        std::future::ready(part().ok_or(ApiError::Internal))
    }
}

impl Trial {
    /// The slug of the form that is named, or of the default form, with the audit row of the trial.
    async fn form(&self, staff: Staff, id: Option<Uuid>, named: Option<String>) -> Result<Option<String>, ApiError> {
        let found = self
            .staff
            .transact(async move |connection| {
                staff.record(connection, "integration.check", "integration", id, &[]).await?;
                Ok::<_, ApiError>(queries::find_form_slug(connection, named.as_deref()).await?)
            })
            .await?;
        found.map(Some).ok_or_else(|| ApiError::field("/form", "unknown_reference", "names nothing that exists"))
    }

    async fn run(&self, line: &Line, payload: &Value) -> Answer {
        let unreadable =
            || vec![FieldError::at("/payload", "bad_payload", "is not of the shape that the service sends")];
        let arrivals = payload::read(line.kind, payload, Some(SAMPLE_ID)).map_err(|_| unreadable())?;
        let intake = Intake { door: &self.door, clock: &self.site.clock, database: &self.public };
        let taking = Taking { intake, connections: &self.connections };
        let mut leads = Vec::new();
        for arrival in arrivals {
            let (external_id, is_test) = match &arrival {
                Arrival::Lead { lead, .. } => (lead.external_id.clone(), lead.is_test),
                Arrival::Notice { external_id, .. } => (external_id.clone(), false),
                Arrival::Unreadable { .. } => (String::new(), false),
            };
            let tried = match arrival {
                Arrival::Notice { .. } => TriedLead::nothing("fetched", Vec::new(), Vec::new()),
                Arrival::Unreadable { .. } => TriedLead::nothing("kept", Vec::new(), Vec::new()),
                Arrival::Lead { lead, .. } => match taking.understand(line, lead).await? {
                    Ok((form, named, understood)) => {
                        let source = Source::Connection(line.kind);
                        let judge = |submission: &Submission| {
                            taking.intake.try_verdict(&form, &named, submission, source).status()
                        };
                        TriedLead::of(understood, judge)
                    }
                    Err(why) => TriedLead::nothing("kept", why.mistakes, Vec::new()),
                },
            };
            leads.push(TriedLead { external_id, is_test, ..tried });
        }
        let data = IntegrationTrial { mapping: line.mapping.clone(), leads };
        Ok(private_answer(StatusCode::OK, &IntegrationTrialAnswer { data }))
    }
}

impl TriedLead {
    fn nothing(outcome: &str, mistakes: Vec<LeadMistake>, unmapped: Vec<String>) -> Self {
        Self {
            outcome: outcome.to_owned(),
            external_id: String::new(),
            is_test: false,
            fields: BTreeMap::new(),
            answers: BTreeMap::new(),
            consents: Vec::new(),
            mistakes,
            unmapped,
        }
    }

    /// What would be stored; `judge` says with which status.
    fn of(understood: Understood, judge: impl FnOnce(&Submission) -> &'static str) -> Self {
        let blank = |outcome: &str| Self::nothing(outcome, understood.mistakes.clone(), understood.unmapped.clone());
        let Some(submission) = understood.submission else { return blank("kept") };
        let mut answers = submission.details.reveal().answers.clone();
        answers.remove("external_id");
        let consent = |given: &Consent| TriedConsent {
            purpose: given.purpose.clone(),
            text_version: given.text_version.clone(),
            granted: given.granted,
        };
        Self {
            fields: fields_of(&submission),
            answers,
            consents: submission.consents.iter().map(consent).collect(),
            ..blank(judge(&submission))
        }
    }
}

/// The fields of the inquiry, by their names in `POST /v1/inquiries`.
fn fields_of(submission: &Submission) -> BTreeMap<String, String> {
    let (name, details) = (submission.name.reveal(), submission.details.reveal());
    let told = [
        ("kind", Some(submission.kind.to_owned())),
        ("full_name", name.full.clone()),
        ("given_name", name.given.clone()),
        ("family_name", name.family.clone()),
        ("email", submission.email.as_ref().map(|email| email.reveal().as_str().to_owned())),
        ("phone", submission.phone.as_ref().map(|phone| phone.reveal().e164().to_owned())),
        ("message", submission.message.as_ref().map(|message| message.reveal().clone())),
        ("service", details.service.clone()),
        ("location", submission.location.map(|id| id.to_string())),
        ("preferred_contact", submission.preferred_contact.map(str::to_owned)),
        ("preferred_times", details.preferred_times.first().cloned()),
        ("language", submission.language.clone()),
        ("on_behalf_of", submission.on_behalf_of.map(str::to_owned)),
    ];
    let told = told.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    told.chain(details.attribution.clone()).collect()
}
