//! What everybody may do: see a form, and send an inquiry. The answer to an inquiry is the same for the known and the
//! unknown, for a patient and for a machine, and holds not a word of what was sent.

use actix_web::{
    HttpRequest,
    http::{StatusCode, header},
    web::{Data, Payload},
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::SemaphorePermit;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    attachments::{self, FormAttachments},
    browser,
    door::{Door, Idempotency},
    form::{self, ConsentText, DEFAULT_HONEYPOT, Form, FormField, FormNotice},
    input::Named,
    inquiry::{PREFERRED_CONTACT, Submission},
    intake::{InquiryReceipt, Intake, Origin},
    queries,
    schema::{InquiryForm, InquiryInput, InquiryKind, InquiryMultipart, PreferredContact},
    wire::{Encoding, Received},
};
use crate::{
    accounts::{Scope, integration_behind, request_id},
    audit::Actor,
    contact::LanguageTag,
    db::PublicDb,
    http::{Answer, ApiError, QueryReader, Site, narrow_origins, no_parameters, private_answer},
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
    /// A challenge for the ALTCHA widget (proof of work, version 2), whose answer is sent back as `altcha`; null where the
    /// form asks for none. Each answer counts once.
    #[schema(value_type = Option<serde_json::Value>, required)]
    challenge: Option<Value>,
    /// Which files the form takes, in `multipart/form-data`; null where it refuses them.
    #[schema(required)]
    attachments: Option<FormAttachments>,
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
    let challenge = form.proof_of_work.then(|| door.guard.proofs.challenge(form.id, site.clock.now())).flatten();
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
        challenge,
        attachments: form.attachments.map(FormAttachments::from),
    };
    Ok(private_answer(StatusCode::OK, &FormAnswer { data: form }))
}

/// The receipt of an inquiry.
#[derive(Debug, Serialize, ToSchema)]
pub struct InquiryReceiptAnswer {
    data: InquiryReceipt,
}

/// Takes an inquiry. With an `Idempotency-Key` the same post may be repeated for seven days and is one inquiry. An API
/// key with the scope `inquiries:create` may come with it, and then has idempotency keys of its own.
#[utoipa::path(post, path = "/v1/inquiries", operation_id = "create_inquiry", tag = "inquiries",
    security((), ("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[!-~]{1,255}$",
        description = "Names the post, so that it can be repeated without becoming a second inquiry")),
    request_body(description = "An inquiry, at most 256 KiB beside the files that its form takes", content(
        (InquiryInput = "application/json"),
        (InquiryForm = "application/x-www-form-urlencoded"),
        (InquiryMultipart = "multipart/form-data"))),
    responses(
        (status = 201, description = "Received; a page instead of JSON for browsers that posted a plain form",
            content((InquiryReceiptAnswer = "application/json"), (String = "text/html"))),
        (status = 403, description = "The page's origin is none of the form's; nothing was stored", body = crate::http::Problem),
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
    /// One round trip where this node knows what the body refers to, else two: that, and the submission.
    async fn accept(
        &self,
        encoding: Result<Encoding, ApiError>,
        payload: Payload,
    ) -> Result<(InquiryReceipt, Option<String>), ApiError> {
        no_parameters(&self.request)?;
        self.door.limit.spend(self.site.trusted_proxies.client(&self.request))?;
        let integration = integration_behind(&self.request, Scope::CreateInquiries).await?;
        let key = idempotency_key(&self.request)?;
        let encoding = encoding?;
        let (files, _turn) = self.room_for_files(encoding).await?;
        let received = Received::read(&self.request, encoding, payload.into_inner(), files).await?;
        let next = received.next();
        let origin = Origin {
            source: received.source(),
            actor: integration.map_or(Actor::Public, Actor::ApiKey),
            delivery: None,
            request_id: request_id(&self.request),
        };
        let post = Post { received, origin, integration, key, now: self.site.clock.now() };
        if let Some(receipt) = self.accept_by_what_is_known(&post).await? {
            return Ok((receipt, next));
        }
        let named = self.intake().find(post.received.references()).await?;
        let (form, submission) = self.understand(&named, post.received.clone(), post.now)?;
        let once = self.once(&post, form, &submission);
        let receipt = self.intake().take(form, &named, &submission, &post.origin, once, post.now).await?;
        Ok((receipt, next))
    }

    /// The most bytes of files that may come now, and the turn of a post that brings them: it is held until the answer,
    /// since a few files fill the memory.
    async fn room_for_files(&self, encoding: Encoding) -> Result<(usize, Option<SemaphorePermit<'_>>), ApiError> {
        if !encoding.may_hold_files(&self.request) {
            return Ok((0, None));
        }
        let most = self.database.read(async |connection| attachments::most_bytes_of_any_form(connection).await).await?;
        let turn = self.door.uploads.try_acquire().map_err(|_| ApiError::Busy)?;
        Ok((usize::try_from(most).unwrap_or(0), Some(turn)))
    }

    /// What this node knows may be outdated. Then nothing is stored by it, and nothing is refused by it either.
    async fn accept_by_what_is_known(&self, post: &Post) -> Result<Option<InquiryReceipt>, ApiError> {
        let Some(named) = self.intake().known(&post.received.references()) else { return Ok(None) };
        let Ok((form, submission)) = self.understand(&named, post.received.clone(), post.now) else { return Ok(None) };
        let once = self.once(post, form, &submission);
        self.intake().take_if_current(form, &named, &submission, &post.origin, once, post.now).await
    }

    fn once(&self, post: &Post, form: &Form, submission: &Submission) -> Option<Idempotency> {
        let key = post.key.as_ref()?;
        Some(self.door.idempotency(post.integration, form.id, submission, key))
    }

    fn intake(&self) -> Intake<'_> {
        Intake { door: &self.door, clock: &self.site.clock, database: &self.database }
    }

    /// Reads the body by what it refers to.
    fn understand<'a>(
        &self,
        named: &'a Named,
        received: Received,
        now: DateTime<Utc>,
    ) -> Result<(&'a Form, Submission), ApiError> {
        let asked_for_default = received.references().form.is_none();
        if let Some(form) = &named.form {
            allow_origin(&self.request, form)?;
        }
        let honeypot = named.form.as_ref().map_or(DEFAULT_HONEYPOT, |form| form.honeypot.as_str());
        let check_token = |text: &str| match &named.form {
            Some(form) => form::check_token(&self.door.forms, form.id, now, text),
            None => Ok(form::Pace::Human),
        };
        let submission = received.parse(named, honeypot, check_token)?;
        let form = named.form.as_ref().ok_or_else(|| {
            tracing::error!(asked_for_default, "there is no form for an inquiry");
            ApiError::Internal
        })?;
        Ok((form, submission))
    }
}

/// A post as it was read, before it is understood.
struct Post {
    received: Received,
    origin: Origin,
    integration: Option<Uuid>,
    key: Option<String>,
    now: DateTime<Utc>,
}

/// Lets pages of the form's origins read the answer, and refuses those of others. What sends no `Origin` is no browser,
/// and the list is about browsers.
fn allow_origin(request: &HttpRequest, form: &Form) -> Result<(), ApiError> {
    if form.allowed_origins.is_empty() {
        return Ok(());
    }
    narrow_origins(request, &form.allowed_origins);
    match request.headers().get(header::ORIGIN) {
        Some(origin) if form.allowed_origins.iter().all(|allowed| allowed.as_bytes() != origin.as_bytes()) => {
            Err(ApiError::OriginNotAllowed)
        }
        _ => Ok(()),
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
