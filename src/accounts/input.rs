//! What people send to sign in. Refuses to trim, fold or cut a password: what was typed is what counts.

use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    contact::{Email, Refusal},
    crypto::{Attempt, Password, PasswordRules, blind_index::normalise_email},
    http::{ApiError, FieldError, Fields},
};

/// Body of a sign-in.
#[derive(Debug, ToSchema)]
#[schema(as = LoginInput)]
pub struct LoginInput {
    /// The account's address, in any case.
    #[schema(value_type = String, max_length = 254, example = "owner@clinic.example")]
    pub email: String,
    /// As it was set.
    #[schema(value_type = String, format = Password, min_length = 1, max_length = 1024)]
    pub password: Attempt,
}

impl LoginInput {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it. An address that cannot exist is no mistake: it is an unknown account like any other.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let email = fields.line("email", 254);
        let email = fields.require("email", email);
        let password = secret(&mut fields, "password");
        let password = fields.require("password", password);
        fields.finish()?;
        match (email, password) {
            (Some(email), Some(password)) => {
                Ok(Self { email: normalise_email(&email), password: Attempt::new(password) })
            }
            _ => Err(ApiError::Internal),
        }
    }
}

/// A secret as it was typed: 1 to 1,024 characters.
fn secret(fields: &mut Fields<'_>, name: &'static str) -> Option<String> {
    fields.parsed(name, |text| match text.chars().count() {
        1..=1024 => Ok(text.to_owned()),
        _ => Err(("bad_length", "must have 1 to 1,024 characters".to_owned())),
    })
}

/// Body of a refresh.
#[derive(Debug, ToSchema)]
pub struct RefreshInput {
    /// Opaque, as it was issued.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    pub refresh_token: Attempt,
}

impl RefreshInput {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let token = secret(&mut fields, "refresh_token");
        let token = fields.require("refresh_token", token);
        fields.finish()?;
        token.map(|token| Self { refresh_token: Attempt::new(token) }).ok_or(ApiError::Internal)
    }
}

/// A person who gets an account: the body of the first owner's set-up, and the command line's own.
#[derive(Debug, ToSchema)]
#[schema(as = InvitationAcceptance)]
pub struct NewPerson {
    /// Where they sign in.
    #[schema(format = Email, max_length = 254, example = "owner@clinic.example")]
    pub email: String,
    /// What colleagues see.
    #[schema(min_length = 1, max_length = 200, example = "Dana Fuller")]
    pub name: String,
    /// 15 to 128 characters; the commonest ones, and the person's own address, are refused.
    #[schema(value_type = String, format = Password, min_length = 15, max_length = 128)]
    pub password: Password,
}

impl NewPerson {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let email = fields.parsed("email", check_email);
        let email = fields.require("email", email);
        let name = fields.line("name", 200);
        let name = fields.require("name", name);
        let address = email.clone().unwrap_or_default();
        let password = fields.parsed("password", |text| check_password(text, &address));
        let password = fields.require("password", password);
        fields.finish()?;
        match (email, name, password) {
            (Some(email), Some(name), Some(password)) => Ok(Self { email, name, password }),
            _ => Err(ApiError::Internal),
        }
    }
}

/// An e-mail address in the form that accounts are found by.
///
/// # Errors
/// `(code, sentence)`.
pub fn check_email(text: &str) -> Result<String, Refusal> {
    Email::parse(text).map(|email| normalise_email(email.as_str()))
}

/// A new password for the account of `email`.
///
/// # Errors
/// `(code, sentence)` of the first rule that it breaks.
pub fn check_password(text: &str, email: &str) -> Result<Password, (&'static str, String)> {
    let rules = PasswordRules { second_factor: false, email, words: &["clinic-cms"] };
    Password::parse(text, rules).map_err(|refused| ("bad_password", refused.to_string()))
}

/// The error of an address that already has an account.
pub fn email_taken() -> ApiError {
    ApiError::Invalid(vec![FieldError::at("/email", "taken", "already has an account")])
}
