//! Passkey ceremonies (W3C Web Authentication, Level 3): what a browser is asked for, and whether what it sends back
//! answers that. The state between the two steps holds the challenge; it is kept by the database for one use.
//!
//! The credential that an assertion is checked against is always the one that is stored now, so that its counter is
//! today's. A counter that goes back is the mark of a copied key (section 6.1.1) and refused.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;
use uuid::Uuid;
use webauthn_rs::prelude::{
    CreationChallengeResponse, DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, WebauthnError,
};

use super::relying_party::RelyingParty;

/// The beginning of a ceremony.
#[derive(Debug)]
pub struct Ceremony {
    /// What the browser is asked, for `PublicKeyCredential.parseCreationOptionsFromJSON` or
    /// `parseRequestOptionsFromJSON`.
    pub public_key: Value,
    /// What the answer is checked against. It stays here: who could write it could answer anything.
    pub state: Value,
}

/// A passkey that was just made.
#[derive(Debug)]
pub struct Attestation {
    /// The id that the authenticator gave it.
    pub credential_id: Vec<u8>,
    /// Public key, counter and flags, as stored.
    pub credential: Value,
    /// How often it has signed; 0 where the authenticator does not count.
    pub sign_count: i64,
    /// Whether it may be copied to the person's other devices.
    pub backup_eligible: bool,
    /// Whether it has been.
    pub backed_up: bool,
}

/// An assertion that is right.
#[derive(Debug)]
pub struct Assertion {
    /// The credential as it is stored from now on.
    pub credential: Value,
    /// The counter that was sent.
    pub sign_count: i64,
    /// Whether the passkey has been copied to the person's other devices.
    pub backed_up: bool,
}

/// Why a new passkey is refused. For the log: no personal input in it.
#[derive(Debug, Error)]
pub enum RegistrationRefused {
    /// The state or the answer is not what it should be.
    #[error("the answer of the browser cannot be read")]
    Malformed,
    /// Wrong origin, RP, challenge, algorithm, or a person that was not checked.
    #[error("the new passkey was refused: {0}")]
    Refused(WebauthnError),
}

/// Why an assertion is refused. For the log: no personal input in it.
#[derive(Debug, Error)]
pub enum AssertionRefused {
    /// The state or the answer is not what it should be.
    #[error("the answer of the browser cannot be read")]
    Malformed,
    /// The counter went back: somebody has a copy of the key.
    #[error("the counter of a passkey went back")]
    Copied,
    /// Wrong origin, RP, challenge, signature, or a person that was not checked.
    #[error("the passkey was refused: {0}")]
    Refused(WebauthnError),
}

/// The fields of a stored credential that this room looks into.
#[derive(Deserialize)]
struct Stored {
    cred: Flags,
}

#[derive(Deserialize)]
struct Flags {
    counter: u32,
    backup_eligible: bool,
    backup_state: bool,
}

/// How a begun ceremony is answered; no error but a defect of the program leads here.
#[derive(Debug, Error)]
#[error("a passkey ceremony cannot begin")]
pub struct CannotBegin;

impl RelyingParty {
    /// Asks the browser for a new passkey of `account`. The ids in `existing` keep a device from making a second one.
    ///
    /// # Errors
    /// [`CannotBegin`].
    pub fn begin_registration(
        &self,
        account: Uuid,
        email: &str,
        name: &str,
        existing: Vec<Vec<u8>>,
    ) -> Result<Ceremony, CannotBegin> {
        let exclude = (!existing.is_empty()).then_some(existing);
        let begun = self.webauthn.start_passkey_registration(account, email, name, exclude);
        let (asked, state) = begun.map_err(|_| CannotBegin)?;
        Ok(Ceremony { public_key: creation(&asked)?, state: json(&state)? })
    }

    /// The new passkey, if the browser's answer is one.
    ///
    /// # Errors
    /// [`RegistrationRefused`].
    pub fn finish_registration(&self, state: Value, answer: Value) -> Result<Attestation, RegistrationRefused> {
        let state: PasskeyRegistration = serde_json::from_value(state).map_err(|_| RegistrationRefused::Malformed)?;
        let answer: RegisterPublicKeyCredential =
            serde_json::from_value(answer).map_err(|_| RegistrationRefused::Malformed)?;
        let made = self.webauthn.finish_passkey_registration(&answer, &state).map_err(RegistrationRefused::Refused)?;
        let credential = json(&made).map_err(|_| RegistrationRefused::Malformed)?;
        let flags = flags(&credential).ok_or(RegistrationRefused::Malformed)?;
        Ok(Attestation {
            credential_id: made.cred_id().clone(),
            sign_count: flags.counter.into(),
            backup_eligible: flags.backup_eligible,
            backed_up: flags.backup_state,
            credential,
        })
    }

    /// Asks the browser for an assertion: by any passkey that the person chooses, or, where `allowed` names some, by
    /// one of these.
    ///
    /// # Errors
    /// [`CannotBegin`].
    pub fn begin_assertion(&self, allowed: &[Vec<u8>]) -> Result<Ceremony, CannotBegin> {
        let (mut asked, state) = self.webauthn.start_discoverable_authentication().map_err(|_| CannotBegin)?;
        // The state has no list: an answer is looked up among the account's own passkeys, as they are stored then.
        asked.public_key.extensions = None;
        let mut public_key = json(&asked.public_key)?;
        let ids = allowed
            .iter()
            .map(|id| serde_json::json!({"type": "public-key", "id": data_encoding::BASE64URL_NOPAD.encode(id)}));
        if let Some(object) = public_key.as_object_mut() {
            object.insert("allowCredentials".to_owned(), ids.collect());
        }
        Ok(Ceremony { public_key, state: json(&state)? })
    }

    /// Checks an answer against the stored credential of its id.
    ///
    /// # Errors
    /// [`AssertionRefused`].
    pub fn finish_assertion(
        &self,
        state: Value,
        answer: &Answered,
        stored: Value,
    ) -> Result<Assertion, AssertionRefused> {
        let state: DiscoverableAuthentication =
            serde_json::from_value(state).map_err(|_| AssertionRefused::Malformed)?;
        let mut passkey: Passkey = serde_json::from_value(stored).map_err(|_| AssertionRefused::Malformed)?;
        let shown = self.webauthn.finish_discoverable_authentication_v2(&answer.0, state, &passkey);
        let shown = shown.map_err(|refused| match refused {
            WebauthnError::CredentialPossibleCompromise => AssertionRefused::Copied,
            other => AssertionRefused::Refused(other),
        })?;
        if !shown.user_verified() {
            return Err(AssertionRefused::Refused(WebauthnError::UserNotVerified));
        }
        passkey.update_credential(&shown);
        Ok(Assertion {
            credential: json(&passkey).map_err(|_| AssertionRefused::Malformed)?,
            sign_count: shown.counter().into(),
            backed_up: shown.backup_state(),
        })
    }
}

/// What a browser sent as an assertion, before anything in it is believed.
#[derive(Debug)]
pub struct Answered(PublicKeyCredential);

impl Answered {
    /// Reads the JSON of `PublicKeyCredential.toJSON()`. `None` for anything else.
    pub fn parse(answer: Value) -> Option<Self> {
        serde_json::from_value(answer).ok().map(Self)
    }

    /// The id of the credential that it claims to be from.
    pub fn credential_id(&self) -> &[u8] {
        self.0.get_credential_id()
    }

    /// The account that it claims to be of, where the authenticator says so.
    pub fn account(&self) -> Option<Uuid> {
        self.0.get_user_unique_id().and_then(|handle| Uuid::from_slice(handle).ok())
    }
}

/// The library discourages keys that can be found without an address, since old security keys have little room for
/// them. Signing in without an address is what they are for here.
fn creation(asked: &CreationChallengeResponse) -> Result<Value, CannotBegin> {
    let mut public_key = json(&asked.public_key)?;
    let selection = public_key.get_mut("authenticatorSelection").and_then(Value::as_object_mut).ok_or(CannotBegin)?;
    selection.insert("residentKey".to_owned(), "required".into());
    selection.insert("requireResidentKey".to_owned(), true.into());
    Ok(public_key)
}

fn json(value: &impl Serialize) -> Result<Value, CannotBegin> {
    serde_json::to_value(value).map_err(|_| CannotBegin)
}

fn flags(credential: &Value) -> Option<Flags> {
    Stored::deserialize(credential).ok().map(|stored| stored.cred)
}

#[cfg(test)]
mod tests;
