//! Bodies of signing in.

use serde_json::Value;
use utoipa::ToSchema;

use super::secret;
use crate::{
    crypto::{Attempt, blind_index::normalise_email},
    http::{ApiError, Fields},
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
        let read = email.zip(password).map(|(email, password)| Self { email: normalise_email(&email), password });
        read.ok_or(ApiError::Internal)
    }
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
        token.map(|refresh_token| Self { refresh_token }).ok_or(ApiError::Internal)
    }
}

/// Body of the second step of a sign-in.
#[derive(Debug, ToSchema)]
pub struct MfaInput {
    /// Opaque, as the first step answered it.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    pub mfa_token: Attempt,
    /// Six digits of an authenticator, or a recovery code.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "123456")]
    pub code: Attempt,
}

impl MfaInput {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let token = secret(&mut fields, "mfa_token");
        let token = fields.require("mfa_token", token);
        let code = secret(&mut fields, "code");
        let code = fields.require("code", code);
        fields.finish()?;
        token.zip(code).map(|(mfa_token, code)| Self { mfa_token, code }).ok_or(ApiError::Internal)
    }
}

/// Body that confirms an authenticator.
#[derive(Debug, ToSchema)]
pub struct CodeInput {
    /// Six digits of the authenticator.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "123456")]
    pub code: Attempt,
}

impl CodeInput {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let code = secret(&mut fields, "code");
        let code = fields.require("code", code);
        fields.finish()?;
        code.map(|code| Self { code }).ok_or(ApiError::Internal)
    }
}

/// Body that shows a factor again: one of the two.
#[derive(Debug, ToSchema)]
#[schema(as = ReauthenticationInput)]
pub struct ReauthenticationInput {
    /// The password; enough where the account has no second factor.
    #[schema(value_type = Option<String>, format = Password, min_length = 1, max_length = 1024)]
    pub password: Option<Attempt>,
    /// Six digits of an authenticator, or a recovery code.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100, example = "123456")]
    pub code: Option<Attempt>,
}

impl ReauthenticationInput {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let password = secret(&mut fields, "password");
        let code = secret(&mut fields, "code");
        fields.finish()?;
        if password.is_some() == code.is_some() {
            return Err(ApiError::field("", "one_of", "either password or code must be given"));
        }
        Ok(Self { password, code })
    }
}
