//! What everybody may do: see a form, and send an inquiry. The answer to an inquiry is the same for the known and the
//! unknown, for a patient and for a machine, and holds not a word of what was sent.

use actix_web::{
    HttpRequest,
    http::StatusCode,
    web::{Data, Payload},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    browser,
    door::{Door, Idempotency},
    form::{self, ConsentText, DEFAULT_HONEYPOT, Form, FormField, FormNotice},
    inquiry::{PREFERRED_CONTACT, Source, Submission},
    queries::{self, Submit, Submitted},
    schema::{InquiryForm, InquiryInput, InquiryKind, PreferredContact},
    sealing,
    wire::{Encoding, Received},
};
use crate::{
    accounts::{Scope, integration_behind, request_id},
    audit::{Actor, Entry},
    contact::LanguageTag,
    db::PublicDb,
    http::{Answer, ApiError, QueryReader, Site, no_parameters, private_answer},
};

/// The most characters of an idempotency key.
const LONGEST_KEY: usize = 255;

/// A form.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormAnswer {
    data: PublicForm,
}

/// What a page needs to show a form.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicForm {
    id: Uuid,
    slug: String,
    name: String,
    /// The fields to show, in this order.
    fields: Vec<FormField>,
    /// What an inquiry can be about.
    #[schema(value_type = Vec<InquiryKind>)]
    kinds: Vec<&'static str>,
    /// The ways to be answered.
    #[schema(value_type = Vec<PreferredContact>)]
    preferred_contact: [&'static str; 4],
    /// The texts to agree to, each with the version that a consent has to name.
    consents: Vec<ConsentText>,
    /// Sentences to show with the form.
    notices: Vec<FormNotice>,
    /// JSON Schema (2020-12) of the body of `POST /v1/inquiries` through this form.
    schema: Value,
    /// The field to hide from people and to leave empty.
    honeypot: String,
    /// To be sent back with the form. Without one, nothing is held against an inquiry.
    form_token: String,
    /// When the token ends.
    token_expires_at: DateTime<Utc>,
}

/// Answers a form with all that a page needs to draw it, and a fresh token.
#[utoipa::path(get, path = "/v1/forms/{slug}", operation_id = "get_form", tag = "inquiries",
    params(("slug" = String, Path, description = "Slug of the form", example = "contact"),
        ("locale" = Option<String>, Query, max_length = 35, description = "BCP 47; the clinic's own where it is absent, and where a text has no other")),
    responses((status = 200, description = "The form", body = FormAnswer)))]
pub async fn get_form(request: HttpRequest, site: Data<Site>, door: Data<Door>, database: Data<PublicDb>) -> Answer {
    let mut query = QueryReader::of(&request);
    let locale = query.parsed("locale", "a BCP 47 language tag", |text| LanguageTag::parse(text).ok());
    query.finish()?;
    let slug = request.match_info().get("slug").unwrap_or_default().to_owned();
    // No slug is longer, and PostgreSQL takes no NUL.
    if slug.len() > 100 || slug.contains('\0') {
        return Err(ApiError::NotFound);
    }
    let form = database.read(async move |connection| queries::find_public_form(connection, &slug).await).await?;
    let form = form.ok_or(ApiError::NotFound)?;
    let locale = locale.map_or_else(|| form.default_locale.clone(), |tag| tag.to_string());
    let (form_token, token_expires_at) = form::issue_token(&door.forms, form.id, site.clock.now());
    let kinds = form.kinds();
    let shown = form.asked().iter().map(|field| field.shown(&kinds, &locale, &form.default_locale)).collect();
    let form = PublicForm {
        fields: shown,
        consents: form.consent_texts(&locale),
        notices: form.notices(&locale),
        schema: form.schema(),
        id: form.id,
        slug: form.slug,
        name: form.name,
        kinds,
        preferred_contact: PREFERRED_CONTACT,
        honeypot: form.honeypot,
        form_token,
        token_expires_at,
    };
    Ok(private_answer(StatusCode::OK, &FormAnswer { data: form }))
}

/// The receipt of an inquiry.
#[derive(Debug, Serialize, ToSchema)]
pub struct InquiryReceiptAnswer {
    data: InquiryReceipt,
}

/// What the sender of an inquiry is told.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct InquiryReceipt {
    /// The inquiry.
    id: Uuid,
    /// When it came in.
    received_at: DateTime<Utc>,
    /// A short code to read out when asking about the inquiry.
    #[schema(example = "MZXW-6YTB-OI5Q")]
    receipt: String,
    /// Sentences to show.
    notices: Vec<FormNotice>,
}

/// Takes an inquiry. With an `Idempotency-Key` the same post may be repeated for seven days and is one inquiry. An API
/// key with the scope `inquiries:create` may come with it, and then has idempotency keys of its own.
#[utoipa::path(post, path = "/v1/inquiries", operation_id = "create_inquiry", tag = "inquiries",
    security((), ("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[!-~]{1,255}$",
        description = "Names the post, so that it can be repeated without becoming a second inquiry")),
    request_body(description = "An inquiry, at most 256 KiB", content(
        (InquiryInput = "application/json"),
        (InquiryForm = "application/x-www-form-urlencoded"),
        (InquiryForm = "multipart/form-data"))),
    responses(
        (status = 201, description = "Received; a page instead of JSON for browsers that posted a plain form",
            content((InquiryReceiptAnswer = "application/json"), (String = "text/html"))),
        (status = 303, description = "Received; the way on for browsers, where the settings allow the form's `_next`")))]
pub async fn create_inquiry(
    request: HttpRequest,
    site: Data<Site>,
    door: Data<Door>,
    database: Data<PublicDb>,
    payload: Payload,
) -> Answer {
    let encoding = Encoding::of(&request);
    let is_plain = matches!(encoding, Ok(Encoding::Urlencoded | Encoding::Multipart));
    let for_browser = is_plain && browser::prefers_html(&request);
    let call = Call { request, site: Data::clone(&site), door, database };
    match (call.accept(encoding, payload).await, for_browser) {
        (Ok((receipt, next)), true) => Ok(browser::thanks(&site, next.as_deref(), &receipt.receipt, &receipt.notices)),
        (Ok((receipt, _)), false) => Ok(private_answer(StatusCode::CREATED, &InquiryReceiptAnswer { data: receipt })),
        (Err(error), true) => Ok(browser::mistakes(&site, &request_id(&call.request).unwrap_or_default(), &error)),
        (Err(error), false) => Err(error),
    }
}

/// One post, with everything that taking it needs.
struct Call {
    request: HttpRequest,
    site: Data<Site>,
    door: Data<Door>,
    database: Data<PublicDb>,
}

impl Call {
    /// Two round trips: what the body refers to, and the submission.
    async fn accept(
        &self,
        encoding: Result<Encoding, ApiError>,
        payload: Payload,
    ) -> Result<(InquiryReceipt, Option<String>), ApiError> {
        no_parameters(&self.request)?;
        self.door.limit.spend(self.site.trusted_proxies.client(&self.request))?;
        let integration = integration_behind(&self.request, Scope::CreateInquiries).await?;
        let key = idempotency_key(&self.request)?;
        let received = Received::read(&self.request, encoding?, payload.into_inner()).await?;
        let (next, source) = (received.next(), received.source());
        let now = self.site.clock.now();
        let (form, submission) = self.understand(received, now).await?;
        let once = key.map(|key| self.door.idempotency(integration, form.id, &submission, &key));
        let submit = self.prepare(&form, &submission, (source, integration), once, now)?;
        let stored = self.database.read(async move |connection| queries::submit(connection, &submit).await).await?;
        match stored {
            Submitted::Stored(answer) => Ok((serde_json::from_value(answer).map_err(|_| ApiError::Internal)?, next)),
            Submitted::KeyReused => Err(ApiError::KeyReused),
        }
    }

    /// Reads what the body refers to, then the body.
    async fn understand(&self, received: Received, now: DateTime<Utc>) -> Result<(Form, Submission), ApiError> {
        let (form, location) = received.references();
        let asked_for_default = form.is_none();
        let named = self
            .database
            .read(async move |connection| {
                queries::find_public_references(connection, form.as_deref(), location.as_deref()).await
            })
            .await?;
        let honeypot = named.form.as_ref().map_or(DEFAULT_HONEYPOT, |form| form.honeypot.as_str());
        let check_token = |text: &str| match &named.form {
            Some(form) => form::check_token(&self.door.forms, form.id, now, text),
            None => Ok(form::Pace::Human),
        };
        let submission = received.parse(&named, honeypot, check_token)?;
        let form = named.form.ok_or_else(|| {
            tracing::error!(asked_for_default, "there is no form for an inquiry");
            ApiError::Internal
        })?;
        Ok((form, submission))
    }

    /// Seals the submission and makes its answer.
    fn prepare(
        &self,
        form: &Form,
        submission: &Submission,
        from: (Source, Option<Uuid>),
        idempotency: Option<Idempotency>,
        now: DateTime<Utc>,
    ) -> Result<Submit, ApiError> {
        let id = self.site.clock.new_id();
        let sealed = sealing::seal(&self.door, id, submission).map_err(|error| {
            tracing::error!(%error, "an inquiry cannot be sealed");
            ApiError::Internal
        })?;
        let locale = submission.language.as_deref().unwrap_or(&form.default_locale);
        let (receipt, notices) = (self.door.receipt(id, now), form.notices(locale));
        let receipt = InquiryReceipt { id, received_at: now, receipt, notices };
        let mut open = self.open_part(&receipt, form, submission, from);
        if let Some(open) = open.as_object_mut() {
            open.insert("key_id".to_owned(), json!(sealed.key.key_id));
        }
        Ok(Submit { open, sealed, idempotency, answer: json!(receipt) })
    }

    /// The columns that tell nothing of the person.
    fn open_part(
        &self,
        receipt: &InquiryReceipt,
        form: &Form,
        submission: &Submission,
        (source, integration): (Source, Option<Uuid>),
    ) -> Value {
        let actor = integration.map_or(Actor::Public, Actor::ApiKey);
        let (audit_id, request_id) = (self.site.clock.new_id(), request_id(&self.request));
        // The row is written by `site.submit_inquiry`, which knows neither the key nor another way to say this.
        let entry = Entry {
            actor,
            action: "inquiry.submit",
            subject: "inquiry",
            subject_id: Some(receipt.id),
            fields: &[],
            request_id: request_id.as_deref(),
        };
        json!({
            "id": receipt.id,
            "received_at": receipt.received_at,
            "form_id": form.id,
            "kind": submission.kind,
            "status": submission.status(),
            "spam_reasons": submission.spam_reasons.iter().map(|reason| reason.name()).collect::<Vec<_>>(),
            "location_id": submission.location,
            "source": source.name(),
            "preferred_contact": submission.preferred_contact,
            "language": submission.language,
            "on_behalf_of": submission.on_behalf_of,
            "consents": submission.consents,
            "retention_days": form.retention_days.unwrap_or(self.door.retention_days),
            "event_id": self.site.clock.new_id(),
            "audit_id": audit_id,
            "actor_kind": actor.kind(),
            "actor_id": actor.id(),
            "audit_mac": hex::encode(self.door.trail.mac(&entry, audit_id, receipt.received_at)),
            "request_id": request_id,
        })
    }
}

/// The `Idempotency-Key`, as it was sent.
fn idempotency_key(request: &HttpRequest) -> Result<Option<String>, ApiError> {
    const NAME: &str = "Idempotency-Key";
    let mut given = request.headers().get_all(NAME);
    let Some(key) = given.next() else { return Ok(None) };
    if given.next().is_some() {
        return Err(ApiError::bad_parameter(NAME, "repeated", "may be given once"));
    }
    let visible = |key: &&[u8]| (1..=LONGEST_KEY).contains(&key.len()) && key.iter().all(u8::is_ascii_graphic);
    let text = Some(key.as_bytes()).filter(visible).and_then(|key| str::from_utf8(key).ok());
    let refused = || ApiError::bad_parameter(NAME, "bad_value", "must be 1 to 255 visible ASCII characters");
    text.map(|key| Some(key.to_owned())).ok_or_else(refused)
}

#[cfg(test)]
mod tests;
