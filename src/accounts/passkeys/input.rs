//! What people send about passkeys. The credential itself is what the browser made and is read by the library; what
//! stands around it is read here.

use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    crypto::{Attempt, OpaqueToken},
    http::{ApiError, Fields},
};

const NAME: &str = "Passkey";

/// Body that asks for a new passkey.
#[derive(Debug, ToSchema)]
pub struct RegistrationOptionsInput {
    /// What the person wants to call it; `Passkey` where nothing is said.
    #[schema(required = false, max_length = 100, example = "Phone")]
    pub name: String,
}

impl RegistrationOptionsInput {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let name = fields.line("name", 100);
        fields.finish()?;
        Ok(Self { name: name.unwrap_or_else(|| NAME.to_owned()) })
    }
}

/// Body with a new passkey.
#[derive(Debug, ToSchema)]
pub struct PasskeyInput {
    /// As the options were answered with.
    #[schema(value_type = String, min_length = 43, max_length = 43)]
    pub ceremony: OpaqueToken,
    /// `PublicKeyCredential.toJSON()` of what `navigator.credentials.create` gave.
    #[schema(value_type = Object)]
    pub credential: Value,
}

impl PasskeyInput {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it; [`ApiError::Unauthenticated`] for a ceremony that cannot be one.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let answer = answer(&mut fields);
        fields.finish()?;
        let (ceremony, credential) = answer.ok_or(ApiError::Internal)?;
        Ok(Self { ceremony: OpaqueToken::parse(&ceremony).ok_or(ApiError::Unauthenticated)?, credential })
    }
}

/// Body that asks for an assertion: empty to sign in; and with an access token, to authenticate anew.
#[derive(Debug, ToSchema)]
pub struct AssertionOptionsInput {
    /// From a sign-in that waits for its second factor.
    #[schema(value_type = Option<String>, max_length = 100)]
    pub mfa_token: Option<Attempt>,
}

impl AssertionOptionsInput {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let mfa_token = fields.line("mfa_token", 100);
        fields.finish()?;
        Ok(Self { mfa_token: mfa_token.map(Attempt::new) })
    }
}

/// Body with an assertion.
#[derive(Debug, ToSchema)]
pub struct AssertionInput {
    /// As the options were answered with.
    #[schema(value_type = String, min_length = 43, max_length = 43)]
    pub ceremony: OpaqueToken,
    /// `PublicKeyCredential.toJSON()` of what `navigator.credentials.get` gave.
    #[schema(value_type = Object)]
    pub credential: Value,
    /// Again, where the passkey is the second factor.
    #[schema(value_type = Option<String>, max_length = 100)]
    pub mfa_token: Option<Attempt>,
}

impl AssertionInput {
    /// Reads the body.
    ///
    /// # Errors
    /// As [`PasskeyInput::parse`].
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let answer = answer(&mut fields);
        let mfa_token = fields.line("mfa_token", 100);
        fields.finish()?;
        let (ceremony, credential) = answer.ok_or(ApiError::Internal)?;
        let ceremony = OpaqueToken::parse(&ceremony).ok_or(ApiError::Unauthenticated)?;
        Ok(Self { ceremony, credential, mfa_token: mfa_token.map(Attempt::new) })
    }
}

fn answer(fields: &mut Fields<'_>) -> Option<(String, Value)> {
    let ceremony = fields.line("ceremony", 100);
    let ceremony = fields.require("ceremony", ceremony);
    let credential = fields.value("credential").cloned();
    if credential.as_ref().is_some_and(|credential| !credential.is_object()) {
        fields.refuse("credential", "wrong_type", "must be an object");
    }
    let credential = fields.require("credential", credential);
    Some((ceremony?, credential?))
}
