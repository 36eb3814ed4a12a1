//! Bodies about people: who is invited, what they become, what they say of themselves.

use serde_json::{Value, json};
use utoipa::ToSchema;

use super::passwords::{PasswordContext, check_password};
use crate::{
    accounts::role::Role,
    contact::{Email, Refusal},
    crypto::{Password, blind_index::normalise_email},
    http::{ApiError, FieldError, Fields},
};

const LANGUAGES: [&str; 2] = ["en", "es"];

/// The language of mail by its stored name; English for what is none.
pub fn language_named(name: &str) -> &'static str {
    LANGUAGES.into_iter().find(|language| *language == name).unwrap_or("en")
}

/// An e-mail address in the form that accounts are found by.
///
/// # Errors
/// `(code, sentence)`.
pub fn check_email(text: &str) -> Result<String, Refusal> {
    Email::parse(text).map(|email| normalise_email(email.as_str()))
}

/// The error of an address that already has an account.
pub fn email_taken() -> ApiError {
    ApiError::Invalid(vec![FieldError::at("/email", "taken", "already has an account")])
}

/// A person who gets an account: the body behind a link, and the command line's own.
#[derive(Debug, ToSchema)]
#[schema(as = InvitationAcceptance)]
pub struct NewPerson {
    /// Where they sign in: asked for behind the set-up link, and behind an invitation already known.
    #[schema(value_type = Option<String>, format = Email, max_length = 254, example = "owner@clinic.example")]
    pub email: String,
    /// What colleagues see.
    #[schema(min_length = 1, max_length = 200, example = "Dana Fuller")]
    pub name: String,
    /// 15 to 128 characters, 8 where a second factor is asked for; the commonest ones, and the person's and the
    /// clinic's own names, are refused.
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 128)]
    pub password: Password,
}

impl NewPerson {
    /// Reads the body. `invited` is the address that was invited; it may be repeated and not changed.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value, invited: Option<&str>, context: &PasswordContext) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let email = fields.parsed("email", |text| match (check_email(text)?, invited) {
            (email, Some(invited)) if email != invited => {
                Err(("not_invited", "must be the address that was invited, or left out".to_owned()))
            }
            (email, _) => Ok(email),
        });
        let email = email.or_else(|| invited.map(str::to_owned));
        let email = fields.require("email", email);
        let name = fields.line("name", 200);
        let name = fields.require("name", name);
        let context = PasswordContext {
            email: email.clone().unwrap_or_default(),
            name: name.clone().unwrap_or_default(),
            ..context.clone()
        };
        let password = fields.parsed("password", |text| check_password(text, &context));
        let password = fields.require("password", password);
        fields.finish()?;
        match (email, name, password) {
            (Some(email), Some(name), Some(password)) => Ok(Self { email, name, password }),
            _ => Err(ApiError::Internal),
        }
    }
}

/// Body of an invitation.
#[derive(Debug, ToSchema)]
pub struct InvitationInput {
    /// Whom to invite.
    #[schema(format = Email, max_length = 254, example = "front.desk@clinic.example")]
    pub email: String,
    /// As what.
    pub role: Role,
    /// Slugs or ids of the locations whose inquiries a front desk sees.
    #[schema(value_type = Option<Vec<String>>, max_items = 100)]
    pub locations: Vec<String>,
    /// Of the mail: `en`, the default, or `es`.
    #[schema(value_type = Option<String>, example = "en")]
    pub language: &'static str,
}

impl InvitationInput {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let email = fields.parsed("email", check_email);
        let email = fields.require("email", email);
        let role = role(&mut fields);
        let role = fields.require("role", role);
        let locations = fields.lines("locations", 100, 100);
        let language = fields.one_of("language", &LANGUAGES).unwrap_or("en");
        fields.finish()?;
        let read = email.zip(role).map(|(email, role)| Self { email, role, locations, language });
        read.ok_or(ApiError::Internal)
    }
}

fn role(fields: &mut Fields<'_>) -> Option<Role> {
    fields.one_of("role", &Role::ALL.map(Role::name)).and_then(Role::named)
}

/// What a person becomes: the patched whole.
#[derive(Debug, ToSchema)]
pub struct UserInput {
    /// What colleagues see, and readers of their articles.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// What they are.
    pub role: Role,
    /// `active` or `disabled`.
    #[schema(value_type = String, example = "active", pattern = "^(active|disabled)$")]
    pub status: &'static str,
    /// Shown beside the name: "MD", "RN".
    #[schema(max_items = 10)]
    pub credentials: Vec<String>,
    /// Of mail to them: `en` or `es`.
    #[schema(value_type = String, example = "en")]
    pub language: &'static str,
    /// Slugs or ids of the locations whose inquiries a front desk sees.
    #[schema(max_items = 100)]
    pub locations: Vec<String>,
    /// Slug or id of the clinic's own record of the same person.
    pub provider: Option<String>,
}

impl UserInput {
    /// Reads the patched whole.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(whole: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(whole, "");
        let name = fields.line("name", 200);
        let name = fields.require("name", name);
        let role = role(&mut fields);
        let role = fields.require("role", role);
        let status = fields.one_of("status", &["active", "disabled"]);
        let status = fields.require("status", status);
        let credentials = fields.lines("credentials", 10, 50);
        let language = fields.one_of("language", &LANGUAGES).unwrap_or("en");
        let locations = fields.lines("locations", 100, 100);
        let provider = fields.line("provider", 100);
        fields.finish()?;
        match (name, role, status) {
            (Some(name), Some(role), Some(status)) => {
                Ok(Self { name, role, status, credentials, language, locations, provider })
            }
            _ => Err(ApiError::Internal),
        }
    }
}

/// What people say of themselves: the patched whole.
#[derive(Debug, ToSchema)]
pub struct ProfileInput {
    /// What colleagues see, and readers of their articles.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Of mail to them: `en` or `es`.
    #[schema(value_type = String, example = "en")]
    pub language: &'static str,
}

impl ProfileInput {
    /// Reads the patched whole.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(whole: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(whole, "");
        let name = fields.line("name", 200);
        let name = fields.require("name", name);
        let language = fields.one_of("language", &LANGUAGES).unwrap_or("en");
        fields.finish()?;
        name.map(|name| Self { name, language }).ok_or(ApiError::Internal)
    }

    /// The whole as it stands.
    pub fn standing(name: &str, language: &str) -> Value {
        json!({"name": name, "language": language})
    }
}

/// Body that breaks the glass.
#[derive(Debug, ToSchema)]
pub struct BreakGlassInput {
    /// Why, in a sentence or two. Sealed: owners and auditors read it.
    #[schema(min_length = 10, max_length = 1000)]
    pub reason: String,
    /// For how long, 60 by default.
    #[schema(value_type = Option<i64>, minimum = 5, maximum = 240)]
    pub minutes: i64,
}

impl BreakGlassInput {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let reason = fields.parsed("reason", |text| match crate::http::check_text(text, 1000) {
            Ok(reason) if reason.chars().count() < 10 => {
                Err(("too_short", "must say why, in 10 characters at least".to_owned()))
            }
            other => other,
        });
        let reason = fields.require("reason", reason);
        let minutes = fields.integer("minutes", 5..=240).unwrap_or(60);
        fields.finish()?;
        reason.map(|reason| Self { reason, minutes }).ok_or(ApiError::Internal)
    }
}
