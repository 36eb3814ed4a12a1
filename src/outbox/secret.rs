//! The secrets of endpoints, and what is signed with them (Standard Webhooks 1.0). A secret is shown once, kept sealed,
//! and signs together with the one before it while receivers move over.

use std::{fmt, sync::Arc};

use chrono::{DateTime, Utc};
use data_encoding::BASE64;
use standardwebhooks::Webhook;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::crypto::{KeyRing, Place, PurposeSeal, SealError, random};

/// What every secret begins with.
const PREFIX: &str = "whsec_";
/// Bytes of a secret; the specification asks for 24 to 64.
const LENGTH: usize = 32;

/// Why a secret cannot be made, kept or used. Says nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The machine gave no random bytes, or what is stored does not open.
    #[error("a webhook's secret cannot be made or opened")]
    Sealed,
    /// What is signed is no UTF-8.
    #[error("a webhook cannot be signed")]
    Unsigned,
}

impl From<SealError> for SecretError {
    fn from(_: SealError) -> Self {
        Self::Sealed
    }
}

/// A secret in the clear, for the one answer that shows it and for signing. Wiped on drop; `Debug` shows nothing.
pub struct WebhookSecret(Zeroizing<Vec<u8>>);

impl WebhookSecret {
    /// A new one.
    ///
    /// # Errors
    /// [`SecretError::Sealed`] without chance.
    pub fn make() -> Result<Self, SecretError> {
        let mut bytes = Zeroizing::new(vec![0; LENGTH]);
        random::fill(&mut bytes).map_err(|_| SecretError::Sealed)?;
        Ok(Self(bytes))
    }

    /// `whsec_` and base64, as receivers configure it.
    pub fn reveal(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{PREFIX}{}", BASE64.encode(&self.0)))
    }

    /// One signature, `v1,` and base64.
    fn sign(&self, id: &str, at: DateTime<Utc>, payload: &str) -> Result<String, SecretError> {
        let webhook = Webhook::from_bytes(self.0.to_vec()).map_err(|_| SecretError::Unsigned)?;
        webhook.sign(id, at.timestamp(), payload.as_bytes()).map_err(|_| SecretError::Unsigned)
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret([redacted])")
    }
}

/// Seals and opens the secrets of endpoints. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Secrets(Arc<PurposeSeal>);

impl Secrets {
    /// Of the installation whose keys these are.
    pub fn new(ring: &KeyRing) -> Self {
        Self(Arc::new(ring.purpose_seal("webhook")))
    }

    /// A secret as it is stored with its endpoint.
    ///
    /// # Errors
    /// [`SecretError::Sealed`].
    pub fn seal(&self, endpoint: Uuid, secret: &WebhookSecret) -> Result<Vec<u8>, SecretError> {
        Ok(self.0.seal(place(endpoint), &secret.0)?)
    }

    /// The stored secret of an endpoint.
    ///
    /// # Errors
    /// [`SecretError::Sealed`] for one that was stored with another endpoint, or altered.
    pub fn open(&self, endpoint: Uuid, sealed: &[u8]) -> Result<WebhookSecret, SecretError> {
        Ok(WebhookSecret(self.0.open(place(endpoint), sealed)?))
    }

    /// The `webhook-signature` of a delivery: one signature by each secret, the newest first, separated by blanks.
    ///
    /// # Errors
    /// As [`Secrets::open`].
    pub(super) fn signatures<'a>(
        &self,
        endpoint: Uuid,
        sealed: impl IntoIterator<Item = &'a [u8]>,
        (id, at, payload): (Uuid, DateTime<Utc>, &str),
    ) -> Result<String, SecretError> {
        let id = id.to_string();
        let each = sealed.into_iter().map(|sealed| self.open(endpoint, sealed)?.sign(&id, at, payload));
        Ok(each.collect::<Result<Vec<_>, _>>()?.join(" "))
    }
}

/// A secret keeps its place when it becomes the former one.
fn place(endpoint: Uuid) -> Place<'static> {
    Place { table: "webhook_endpoint", column: "secret", row: endpoint, version: 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_one_of_the_specification() {
        // https://github.com/standard-webhooks/standard-webhooks, libraries/python/tests/test_webhooks.py
        let secret = BASE64.decode(b"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let at = DateTime::from_timestamp(1_614_265_330, 0).unwrap();
        let signature = WebhookSecret(Zeroizing::new(secret))
            .sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, r#"{"test": 2432232314}"#)
            .unwrap();
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_has_its_form_and_is_never_printed() {
        let (one, other) = (WebhookSecret::make().unwrap(), WebhookSecret::make().unwrap());
        let shown = one.reveal();
        assert!(shown.starts_with(PREFIX) && *shown != *other.reveal());
        assert_eq!(BASE64.decode(shown.strip_prefix(PREFIX).unwrap().as_bytes()).unwrap().len(), LENGTH);
        assert_eq!(format!("{one:?}"), "WebhookSecret([redacted])");
    }
}
