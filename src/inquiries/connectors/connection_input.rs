//! A connection as staff write it.

use serde_json::Value;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::{
    kind::{IntegrationKind, SecretOrigin, SecretUse},
    mapping::IntegrationMapping,
    mapping_input,
    signature::{Secret, WEBHOOK_SECRET, webhook_key},
};
use crate::http::{ApiError, FieldError, Fields};

/// A connection, complete and valid. A PATCH is laid over what is stored and read as one of these.
#[derive(Clone, Debug, ToSchema)]
pub struct IntegrationInput {
    /// Which service; it stays as it is.
    pub kind: IntegrationKind,
    /// For people.
    #[schema(min_length = 1, max_length = 200, example = "Spring campaign")]
    pub name: String,
    /// Slug or id of the form that its inquiries come through; the default form where it is absent.
    #[schema(max_length = 100)]
    pub form: Option<String>,
    /// Slug or id of the location for an inquiry that names none.
    #[schema(max_length = 100)]
    pub location: Option<String>,
    /// Slug or id of the service for an inquiry that names none.
    #[schema(max_length = 100)]
    pub service: Option<String>,
    /// Laid over the kind's own, field by field; null for that alone. A generic connection needs one.
    pub mapping: Option<IntegrationMapping>,
    /// Whether deliveries are taken; true where it is absent.
    #[schema(required = false)]
    pub enabled: bool,
    /// With whom there is an agreement about what the service sees, in the clinic's words.
    #[schema(max_length = 200, example = "CallRail, BAA of 2026-03-01")]
    pub processor: Option<String>,
}

/// A connection to be made: with the secrets that the service made up.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body to the OpenAPI document; the parser below reads it")]
pub struct NewIntegrationInput {
    #[schema(inline)]
    #[serde(flatten)]
    connection: IntegrationInput,
    /// What deliveries are signed with: Meta's app secret, `CallRail`'s signing key. Made here for the other kinds where it
    /// is absent: for Google Ads the key to enter, for Typeform the secret, for a generic one a `whsec_…`.
    #[schema(min_length = 16, max_length = 500)]
    secret: Option<String>,
    /// Meta alone: what it shows when it asks whether the address is ours. Made here where it is absent.
    #[schema(min_length = 16, max_length = 500)]
    verify_token: Option<String>,
    /// Meta alone: opens the leads of the page. May be given later.
    #[schema(min_length = 16, max_length = 500)]
    access_token: Option<String>,
}

/// What was read of a body that makes a connection.
#[derive(Debug)]
pub struct NewIntegration {
    /// The connection.
    pub input: IntegrationInput,
    /// The secrets that were brought along.
    pub secrets: Vec<(SecretUse, Secret)>,
}

impl IntegrationInput {
    /// Reads a connection.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let read = Self::read(&mut fields);
        fields.finish()?;
        read.ok_or(ApiError::Internal)
    }

    /// The location that the mapping gives to every inquiry.
    pub fn constant_location(&self) -> Option<&str> {
        self.mapping.as_ref()?.fields.get("location")?.constant.as_deref()
    }

    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let kind = kind(fields);
        let name = fields.line("name", 200);
        let name = fields.require("name", name);
        let (form, location, service) =
            (fields.line("form", 100), fields.line("location", 100), fields.line("service", 100));
        let mapping = fields.object("mapping", mapping_input::read);
        if kind == Some(IntegrationKind::Generic) {
            fields.require("mapping", mapping.as_ref());
        }
        if let (Some(kind), Some(mapping)) = (kind, &mapping)
            && !mapping_input::finds_contact(&mapping.clone().over(kind))
        {
            fields.refuse(
                "mapping",
                "contact_required",
                "must have a rule for email or phone: nobody could be answered",
            );
        }
        let enabled = fields.boolean("enabled").unwrap_or(true);
        let processor = fields.line("processor", 200);
        let (kind, name) = kind.zip(name)?;
        Some(Self { kind, name, form, location, service, mapping, enabled, processor })
    }
}

impl NewIntegration {
    /// Reads a connection with its secrets.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let input = IntegrationInput::read(&mut fields);
        let mut secrets = Vec::new();
        for (of, _, field) in SecretUse::SEALED {
            let Some(kind) = input.as_ref().map(|input| input.kind) else {
                fields.value(field);
                continue;
            };
            let has = kind.secrets().contains(&of);
            let given = fields.parsed(field, |text| check_secret(kind, of, text));
            if !has && fields.value(field).is_some() {
                fields.refuse(field, "not_applicable", "is no secret of this kind");
            }
            if has && kind.origin(of) == SecretOrigin::Theirs {
                fields.require(field, given.as_ref());
            }
            secrets.extend(given.map(|given| (of, given)));
        }
        fields.finish()?;
        Ok(Self { input: input.ok_or(ApiError::Internal)?, secrets })
    }
}

/// Reads `kind`, which has to be there.
pub fn kind(fields: &mut Fields<'_>) -> Option<IntegrationKind> {
    let name = fields.one_of("kind", &IntegrationKind::NAMES);
    fields.require("kind", name).and_then(IntegrationKind::named)
}

/// A secret: 16 to 500 visible ASCII characters; of a generic connection `whsec_` and base64.
///
/// # Errors
/// The code and the sentence where it is none, without a word of it.
pub fn check_secret(kind: IntegrationKind, of: SecretUse, text: &str) -> Result<Secret, (&'static str, String)> {
    let text = text.trim();
    let is_webhook = kind == IntegrationKind::Generic && of == SecretUse::Signing;
    if is_webhook && webhook_key(text).is_none() {
        return Err(("bad_secret", format!("must be {WEBHOOK_SECRET} and 24 to 64 bytes in base64")));
    }
    if !(16..=500).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(("bad_secret", "must be 16 to 500 visible ASCII characters".to_owned()));
    }
    Ok(Zeroizing::new(text.to_owned()))
}

/// Body that gives a connection another secret.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body to the OpenAPI document; the parser below reads it")]
pub struct IntegrationSecretInput {
    /// Which secret; `signing` where it is absent, `key` for the token in the connection's address.
    r#use: Option<SecretUse>,
    /// The secret that the service made up; made here where it is absent and may be. A `key` is made here.
    #[schema(min_length = 16, max_length = 500)]
    secret: Option<String>,
    /// For how many hours the former one counts beside it; not at all for zero, 24 by default.
    #[schema(minimum = 0, maximum = 168)]
    overlap_hours: Option<i64>,
}

/// What was read of it.
#[derive(Debug)]
pub struct SecretRotation {
    /// Which secret.
    pub of: SecretUse,
    /// The new one, where it was brought along.
    pub secret: Option<Secret>,
    /// For how many hours the former one counts beside it.
    pub overlap_hours: i64,
}

impl SecretRotation {
    /// Reads the body, for a connection of this kind.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value, kind: IntegrationKind) -> Result<Self, Vec<FieldError>> {
        let mut fields = Fields::of(body, "");
        let of = fields.one_of("use", &SecretUse::NAMES);
        let of = of.and_then(SecretUse::named).unwrap_or(SecretUse::Signing);
        if of != SecretUse::Key && !kind.secrets().contains(&of) {
            fields.refuse("use", "not_applicable", "is no secret of this kind");
        }
        let secret = fields.parsed("secret", |text| check_secret(kind, of, text));
        if of == SecretUse::Key && fields.value("secret").is_some() {
            fields.refuse("secret", "not_applicable", "the key of an address is made here");
        }
        if kind.origin(of) != SecretOrigin::Ours {
            fields.require("secret", secret.as_ref());
        }
        let overlap_hours = fields.integer("overlap_hours", 0..=168).unwrap_or(24);
        fields.finish()?;
        Ok(Self { of, secret, overlap_hours })
    }
}
