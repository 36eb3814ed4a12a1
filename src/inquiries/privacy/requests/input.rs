//! What staff send about a request.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::deadline::LAWS;
use crate::{
    contact::{Email, Phone},
    crypto::Personal,
    http::{ApiError, Fields},
};

/// What can be asked.
pub const KINDS: [&str; 4] = ["access", "delete", "correct", "withdraw"];
/// Where a request stands.
pub const STATUSES: [&str; 3] = ["open", "fulfilled", "refused"];
/// How a request comes.
const CHANNELS: [&str; 5] = ["web", "phone", "email", "in_person", "post"];
/// How it is made sure who asks.
const VERIFICATIONS: [&str; 5] = ["email_loop", "phone_callback", "id_document", "in_person", "signed_authorization"];
/// Why a request is put off.
const EXTENSIONS: [&str; 3] = ["complex", "many_requests", "records_elsewhere"];
/// Why a request is refused.
const REFUSALS: [&str; 4] = ["not_verified", "exempt", "repeated", "taken_back"];

/// A request that came in. An address, a number, or both.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "it is read field by field")]
pub struct DataRequestInput {
    /// `access`, `delete`, `correct` or `withdraw`.
    #[schema(example = "access")]
    kind: String,
    /// `hipaa`, `ccpa`, `state` or `house`: whose rule sets the days. `house` where it is absent.
    #[schema(example = "hipaa")]
    law: Option<String>,
    /// `web`, `phone`, `email`, `in_person` or `post`.
    #[schema(example = "email")]
    channel: String,
    /// When it came in; now where it is absent.
    received_at: Option<DateTime<Utc>>,
    /// Who asks.
    email: Option<String>,
    /// Who asks.
    phone: Option<String>,
}

/// How somebody made sure who asks.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "it is read field by field")]
pub struct VerificationInput {
    /// `email_loop`, `phone_callback`, `id_document`, `in_person` or `signed_authorization`.
    #[schema(example = "email_loop")]
    method: String,
}

/// Why a request is put off. It may be put off once.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "it is read field by field")]
pub struct ExtensionInput {
    /// `complex`, `many_requests` or `records_elsewhere`.
    #[schema(example = "complex")]
    reason: String,
}

/// Why a request is refused.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "it is read field by field")]
pub struct RefusalInput {
    /// `not_verified`, `exempt`, `repeated` or `taken_back`.
    #[schema(example = "not_verified")]
    reason: String,
}

/// A request in which everything is right.
#[derive(Debug)]
pub struct Asked {
    /// One of [`KINDS`].
    pub kind: &'static str,
    /// One of [`LAWS`].
    pub law: &'static str,
    /// How it came.
    pub channel: &'static str,
    /// When it came; none for now.
    pub received_at: Option<DateTime<Utc>>,
    /// One of the two is there.
    pub email: Option<Personal<Email>>,
    /// See `email`.
    pub phone: Option<Personal<Phone>>,
}

impl Asked {
    /// Reads a request.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn read(body: &Value, now: DateTime<Utc>) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let kind = fields.one_of("kind", &KINDS);
        let kind = fields.require("kind", kind);
        let law = fields.one_of("law", &LAWS).unwrap_or("house");
        let channel = fields.one_of("channel", &CHANNELS);
        let channel = fields.require("channel", channel);
        let received_at = fields.instant("received_at");
        if received_at.is_some_and(|at| at > now) {
            fields.refuse("received_at", "in_the_future", "must not be in the future");
        }
        let email = fields.parsed("email", Email::parse).map(Personal::new);
        let phone = fields.parsed("phone", |text| Phone::parse(text, None)).map(Personal::new);
        if fields.value("email").is_none() && fields.value("phone").is_none() {
            fields.refuse("email", "required", "an e-mail address or a phone number must be given");
        }
        fields.finish()?;
        let (kind, channel) = kind.zip(channel).ok_or(ApiError::Internal)?;
        Ok(Self { kind, law, channel, received_at, email, phone })
    }
}

/// The one code that a small body holds.
fn code(body: &Value, name: &'static str, known: &[&'static str]) -> Result<&'static str, ApiError> {
    let mut fields = Fields::of(body, "");
    let code = fields.one_of(name, known);
    let code = fields.require(name, code);
    fields.finish()?;
    code.ok_or(ApiError::Internal)
}

/// How it was made sure who asks.
///
/// # Errors
/// Every mistake in the body.
pub fn verification(body: &Value) -> Result<&'static str, ApiError> {
    code(body, "method", &VERIFICATIONS)
}

/// Why a request is put off.
///
/// # Errors
/// Every mistake in the body.
pub fn extension(body: &Value) -> Result<&'static str, ApiError> {
    code(body, "reason", &EXTENSIONS)
}

/// Why a request is refused.
///
/// # Errors
/// Every mistake in the body.
pub fn refusal(body: &Value) -> Result<&'static str, ApiError> {
    code(body, "reason", &REFUSALS)
}
