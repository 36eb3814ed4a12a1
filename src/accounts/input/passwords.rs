//! New passwords. The rules stand in `crypto::password`; here is what they are asked with.

use serde_json::Value;
use utoipa::ToSchema;

use super::{check_email, secret};
use crate::{
    crypto::{Attempt, Password, PasswordRules},
    http::{ApiError, Fields},
};

/// What a new password is measured by.
#[derive(Clone, Debug, Default)]
pub struct PasswordContext {
    /// Where the person signs in.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// The clinic's name.
    pub clinic: String,
    /// Whether a second factor stands beside it: eight characters are then enough.
    pub second_factor: bool,
}

/// A new password for somebody.
///
/// # Errors
/// `(code, sentence)` of the first rule that it breaks.
pub fn check_password(text: &str, context: &PasswordContext) -> Result<Password, (&'static str, String)> {
    let words: Vec<&str> =
        ["clinic-cms"].into_iter().chain(words(&context.name)).chain(words(&context.clinic)).collect();
    let rules = PasswordRules { second_factor: context.second_factor, email: &context.email, words: &words };
    Password::parse(text, rules).map_err(|refused| ("bad_password", refused.to_string()))
}

/// The words of a name. The shortest are let pass by the rule itself.
fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|letter: char| !letter.is_alphanumeric())
}

/// The rules for a password that is known to be right and is only hashed anew.
pub fn rehash_rules(short: bool) -> PasswordRules<'static> {
    PasswordRules { second_factor: short, email: "", words: &[] }
}

/// Body of a change of one's own password.
#[derive(Debug, ToSchema)]
pub struct PasswordChangeInput {
    /// As it is now.
    #[schema(value_type = String, format = Password, min_length = 1, max_length = 1024)]
    pub current_password: Attempt,
    /// 15 to 128 characters, 8 with a second factor; the commonest ones, and the names of the person and of the
    /// clinic, are refused.
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 128)]
    pub new_password: Password,
}

impl PasswordChangeInput {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value, context: &PasswordContext) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let current = secret(&mut fields, "current_password");
        let current = fields.require("current_password", current);
        let new = fields.parsed("new_password", |text| check_password(text, context));
        let new = fields.require("new_password", new);
        fields.finish()?;
        let read = current.zip(new);
        let read = read.map(|(current_password, new_password)| Self { current_password, new_password });
        read.ok_or(ApiError::Internal)
    }
}

/// Body that asks for a link to set a new password.
#[derive(Debug, ToSchema)]
#[schema(as = PasswordResetRequestInput)]
pub struct ResetRequestInput {
    /// Where the account signs in.
    #[schema(format = Email, max_length = 254, example = "owner@clinic.example")]
    pub email: String,
}

impl ResetRequestInput {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let email = fields.parsed("email", check_email);
        let email = fields.require("email", email);
        fields.finish()?;
        email.map(|email| Self { email }).ok_or(ApiError::Internal)
    }
}

/// Body that sets a new password through a link.
#[derive(Debug, ToSchema)]
#[schema(as = PasswordResetInput)]
pub struct ResetInput {
    /// 15 to 128 characters, 8 with a second factor.
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 128)]
    pub new_password: Password,
}

impl ResetInput {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value, context: &PasswordContext) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let new = fields.parsed("new_password", |text| check_password(text, context));
        let new = fields.require("new_password", new);
        fields.finish()?;
        new.map(|new_password| Self { new_password }).ok_or(ApiError::Internal)
    }
}
