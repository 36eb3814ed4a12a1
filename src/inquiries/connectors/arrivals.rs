//! Where services deliver to. Whoever cannot sign is turned away before anything is read, always in the same words; what
//! is signed is answered for when it is committed, and never lost: what is no inquiry is kept for staff.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CACHE_CONTROL, ContentType},
    web::{Data, Payload},
};
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::{
    body,
    keys::Connections,
    kind::{IntegrationKind, SecretUse},
    payload::{Arrival, Lead},
    queries::{self, Found},
    signature::{self, Secret, is_same},
    taking::{Line, NoInquiry, Taking, Waybill},
};
use crate::{
    accounts::request_id,
    audit::{Actor, Entry},
    crypto::OpaqueToken,
    db::{PublicDb, StaffDb},
    http::{Answer, ApiError, FieldError, QueryReader, Site, read_body},
    inquiries::{door::Door, intake::Intake},
};

/// The largest body.
const LARGEST: usize = 256 * 1024;

/// Takes what a service delivers: one lead or several. The body is the service's own, at most 256 KiB, and signed by its
/// rules; parameters are ignored, since some services add theirs. The same delivery again is the same inquiry.
#[utoipa::path(post, path = "/v1/integrations/{source}/{key}", operation_id = "create_delivery", tag = "inquiries",
    security(()),
    params(
        ("source" = String, Path, description = "`google-ads`, `meta`, `typeform`, `callrail` or `generic`", example = "google-ads"),
        ("key" = String, Path, description = "The token that was shown when the connection was made")),
    request_body(description = "As the service sends it", content((Value = "application/json"))),
    responses((status = 200, description = "All of it is stored: `{}`", body = Value)))]
pub async fn create_delivery(
    request: HttpRequest,
    site: Data<Site>,
    door: Data<Door>,
    connections: Data<Connections>,
    public: Data<PublicDb>,
    staff: Data<StaffDb>,
    payload: Payload,
) -> Answer {
    let call = Call { request, site, door, connections, public, staff };
    call.deliver(payload).await?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).content_type(ContentType::json()).body("{}"))
}

/// Answers Meta's question whether the address is ours: the challenge, to whoever knows the verify token.
#[utoipa::path(get, path = "/v1/integrations/{source}/{key}", operation_id = "get_delivery_challenge", tag = "inquiries",
    security(()),
    params(
        ("source" = String, Path, description = "`meta`", example = "meta"),
        ("key" = String, Path, description = "The token that was shown when the connection was made"),
        ("hub.mode" = String, Query, description = "`subscribe`", max_length = 100),
        ("hub.verify_token" = String, Query, description = "The connection's", max_length = 500),
        ("hub.challenge" = String, Query, description = "To be answered", max_length = 500)),
    responses((status = 200, description = "The challenge", content((String = "text/plain")))))]
pub async fn get_delivery_challenge(
    request: HttpRequest,
    site: Data<Site>,
    door: Data<Door>,
    connections: Data<Connections>,
    public: Data<PublicDb>,
    staff: Data<StaffDb>,
) -> Answer {
    let call = Call { request, site, door, connections, public, staff };
    let kind = call.kind().filter(|kind| *kind == IntegrationKind::Meta).ok_or(ApiError::NotFound)?;
    let mut query = QueryReader::of(&call.request);
    let (mode, token) = (query.text("hub.mode"), query.text("hub.verify_token"));
    let challenge = query.text("hub.challenge");
    query.finish()?;
    let found = call.find(kind, call.site.clock.now()).await?;
    let known = call.secrets(&found, SecretUse::VerifyToken)?;
    let knows = token.is_some_and(|token| known.iter().any(|secret| is_same(&token, secret)));
    match challenge {
        Some(challenge) if knows && mode.as_deref() == Some("subscribe") => Ok(HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "no-store"))
            .content_type(ContentType::plaintext())
            .body(challenge)),
        _ => Err(call.refuse(Some(found.id)).await),
    }
}

/// One call of a service, with everything that taking it needs.
struct Call {
    request: HttpRequest,
    site: Data<Site>,
    door: Data<Door>,
    connections: Data<Connections>,
    public: Data<PublicDb>,
    staff: Data<StaffDb>,
}

impl Call {
    async fn deliver(&self, payload: Payload) -> Result<(), ApiError> {
        let kind = self.kind().ok_or(ApiError::NotFound)?;
        let now = self.site.clock.now();
        let found = self.find(kind, now).await?;
        let body = read_body(&self.request, payload.into_inner(), LARGEST).await?;
        let secrets = self.secrets(&found, SecretUse::Signing)?;
        if !signature::is_genuine(kind, &secrets, self.request.headers(), &body, now) {
            return Err(self.refuse(Some(found.id)).await);
        }
        let webhook_id = signature::webhook_id(self.request.headers()).filter(|_| kind == IntegrationKind::Generic);
        let line = line(kind, found);
        let Some(body) = body::read(&body) else {
            let waybill = Waybill::of_bytes(webhook_id, &body);
            return self.keep(&line, &waybill, None, Some(NoInquiry::of("unreadable")), now).await;
        };
        let is_test = kind == IntegrationKind::GoogleAds && body.get("is_test") == Some(&Value::Bool(true));
        let waybill = Waybill::of(webhook_id, body);
        match waybill.read(kind) {
            Ok(arrivals) => self.take_all(&line, &waybill, arrivals, now).await,
            Err(_) if is_test => Err(ApiError::field("/user_column_data", "required", "must be given, with lead_id")),
            Err(_) => self.keep(&line, &waybill, None, Some(NoInquiry::of("unreadable")), now).await,
        }
    }

    /// Each is stored by itself: one that fails loses no other, and a repetition brings it in.
    async fn take_all(
        &self,
        line: &Line,
        whole: &Waybill,
        arrivals: Vec<Arrival>,
        now: DateTime<Utc>,
    ) -> Result<(), ApiError> {
        let mut outcome = Ok(());
        for arrival in arrivals {
            let taken = match arrival {
                Arrival::Lead { lead, .. } if lead.is_test => self.try_out(line, lead).await,
                Arrival::Lead { lead, alone } => self.take(line, lead, alone, whole, now).await,
                Arrival::Notice { external_id, alone } => {
                    self.keep(line, &Waybill::of(None, alone), Some(&external_id), None, now).await
                }
                Arrival::Unreadable { alone } => {
                    self.keep(line, &Waybill::of(None, alone), None, Some(NoInquiry::of("unreadable")), now).await
                }
            };
            outcome = outcome.and(taken);
        }
        outcome
    }

    async fn take(
        &self,
        line: &Line,
        lead: Lead,
        alone: Option<Value>,
        whole: &Waybill,
        now: DateTime<Utc>,
    ) -> Result<(), ApiError> {
        match self.taking().lead(line, lead, request_id(&self.request), now).await? {
            Ok(_) => Ok(()),
            Err(why) => {
                let alone = alone.map(|alone| Waybill::of(None, alone));
                self.keep(line, alone.as_ref().unwrap_or(whole), None, Some(why), now).await
            }
        }
    }

    /// A trial is read to its end and stored nowhere.
    async fn try_out(&self, line: &Line, lead: Lead) -> Result<(), ApiError> {
        let mistakes = match self.taking().understand(line, lead).await? {
            Ok((_, _, understood)) if understood.submission.is_some() => return Ok(()),
            Ok((_, _, understood)) => understood.mistakes,
            Err(why) => {
                tracing::warn!(integration = %line.id, reason = why.reason, "a trial of a connection cannot be an inquiry");
                Vec::new()
            }
        };
        let contact = FieldError::at(
            "/user_column_data",
            "contact_required",
            "must hold an e-mail address or a telephone number",
        );
        let others = mistakes.iter().filter(|mistake| !mistake.target.is_empty());
        let others = others.map(|mistake| FieldError::at("/user_column_data", &mistake.code, "is none as it stands"));
        Err(ApiError::Invalid(std::iter::once(contact).chain(others).collect()))
    }

    async fn keep(
        &self,
        line: &Line,
        waybill: &Waybill,
        external_id: Option<&str>,
        why: Option<NoInquiry>,
        now: DateTime<Utc>,
    ) -> Result<(), ApiError> {
        self.taking().keep(line, waybill, external_id, why, request_id(&self.request), now).await
    }

    fn taking(&self) -> Taking<'_> {
        let intake = Intake { door: &self.door, clock: &self.site.clock, database: &self.public };
        Taking { intake, connections: &self.connections }
    }

    fn kind(&self) -> Option<IntegrationKind> {
        self.request.match_info().get("source").and_then(IntegrationKind::at)
    }

    /// The connection behind the address.
    async fn find(&self, kind: IntegrationKind, now: DateTime<Utc>) -> Result<Found, ApiError> {
        let key = self.request.match_info().get("key").and_then(OpaqueToken::parse);
        let Some(hash) = key.map(|key| key.hash()) else { return Err(self.refuse(None).await) };
        let ask = async move |connection: &mut sqlx::PgConnection| {
            queries::find_integration(connection, kind.name(), &hash, now).await
        };
        match self.public.read(ask).await? {
            Some(found) => Ok(found),
            None => Err(self.refuse(None).await),
        }
    }

    fn secrets(&self, found: &Found, of: SecretUse) -> Result<Vec<Secret>, ApiError> {
        let stored = found.secrets.iter().filter(|secret| secret.of == of);
        stored.map(|secret| self.connections.open_secret(secret.id, &secret.sealed)).collect()
    }

    /// The one answer to whoever is turned away, and its audit row. An address that is turned away again and again is
    /// slowed down, so that nobody fills the trail.
    async fn refuse(&self, integration: Option<Uuid>) -> ApiError {
        if let Err(limited) = self.connections.refused.spend(self.site.trusted_proxies.client(&self.request)) {
            return limited;
        }
        let (trail, request_id) = (self.door.trail.clone(), request_id(&self.request));
        let written = self
            .staff
            .transact(async move |connection| {
                let entry = Entry {
                    actor: Actor::Public,
                    action: "integration.refuse",
                    subject: "integration",
                    subject_id: integration,
                    fields: &[],
                    request_id: request_id.as_deref(),
                };
                Ok::<_, ApiError>(trail.record(connection, entry).await?)
            })
            .await;
        written.err().unwrap_or(ApiError::Unauthenticated)
    }
}

fn line(kind: IntegrationKind, found: Found) -> Line {
    Line {
        id: found.id,
        kind,
        mapping: found.mapping.unwrap_or_default().over(kind),
        form: found.form,
        location: found.location,
        service: found.service,
    }
}
