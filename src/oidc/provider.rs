//! One provider with what is remembered between sign-ins: its description and its keys, each for an hour. An unknown
//! key is looked for once more, and not more often than once a minute: a flood of forged tokens is not passed on.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use serde_json::{Map, Value};
use tokio::sync::Mutex;
use url::Url;

use super::{
    CallbackQuery, Departure, Identity, OidcError, Return,
    discovery::{self, Discovery},
    exchange::{self, ProviderTokens},
    id_token::{self, IdClaims, Signed},
    identity,
    key_set::{KeySet, WireKeys},
    outbound::Outbound,
};
use crate::{clock::Clock, config::SingleSignOn};

/// How long the description and the keys are believed.
const MAX_AGE: Duration = Duration::hours(1);
/// How long after the last look the keys are not looked at again for an unknown key.
const BETWEEN_LOOKS: Duration = Duration::minutes(1);
/// How long a provider that did not describe itself is left alone: whoever signs in meanwhile is told at once.
const AFTER_FAILURE: Duration = Duration::seconds(5);

/// An OpenID Connect provider. Cheap to clone; clones share what is remembered.
#[derive(Clone, Debug)]
pub struct Provider {
    settings: Arc<SingleSignOn>,
    clock: Clock,
    outbound: Outbound,
    known: Arc<Mutex<Known>>,
}

/// What is remembered, and since when.
#[derive(Debug, Default)]
struct Known {
    discovery: Option<(Arc<Discovery>, DateTime<Utc>)>,
    keys: Option<(Arc<KeySet>, DateTime<Utc>)>,
    failed: Option<(OidcError, DateTime<Utc>)>,
}

impl Provider {
    /// The provider of these settings. Nothing is asked before somebody signs in.
    #[must_use]
    pub fn new(settings: SingleSignOn, clock: Clock) -> Self {
        let outbound = Outbound::to(settings.issuer.url(), settings.networks.clone());
        Self { settings: Arc::new(settings), clock, outbound, known: Arc::default() }
    }

    /// The provider's name in addresses.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// Whether roles come from the provider: then somebody without a listed one has none here.
    #[must_use]
    pub fn maps_roles(&self) -> bool {
        !self.settings.roles.is_empty()
    }

    /// Draws a sign-in and the address that the browser is sent to. `redirect` is where it comes back, and the
    /// only host that the address leads to is the provider's own.
    ///
    /// # Errors
    /// [`OidcError`] where the provider cannot be reached or used.
    pub async fn depart(&self, redirect: &str) -> Result<Departure, OidcError> {
        let discovery = self.discovery().await?;
        Departure::draw(|state, nonce, verifier| {
            exchange::departure_address(&self.settings, &discovery, redirect, (state, nonce, verifier))
        })
    }

    /// Whether the answer is this provider's (RFC 9207 §2.4), and its code.
    ///
    /// # Errors
    /// [`OidcError::Issuer`], [`OidcError::Refused`], or as [`Provider::depart`].
    pub async fn accept(&self, query: CallbackQuery) -> Result<zeroize::Zeroizing<String>, OidcError> {
        let always_named = self.discovery().await?.authorization_response_iss_parameter_supported;
        match query.issuer {
            Some(issuer) if issuer != self.settings.issuer.as_str() => return Err(OidcError::Issuer),
            None if always_named => return Err(OidcError::Issuer),
            _ => {}
        }
        query.code.filter(|_| !query.refused).ok_or(OidcError::Refused)
    }

    /// Trades the code for tokens, checks the ID token, and tells who it is.
    ///
    /// # Errors
    /// [`OidcError`] with what is wrong.
    pub async fn identify(&self, redirect: &str, back: Return) -> Result<Identity, OidcError> {
        let discovery = self.discovery().await?;
        let back = Arc::new(back);
        let tokens = self.trade(&discovery, redirect, Arc::clone(&back)).await?;
        let claims = self.verified(&discovery, &tokens.id_token).await?;
        let settings = &self.settings;
        claims.check(settings.issuer.as_str(), &settings.client_id, &back, self.clock.now().timestamp())?;
        let IdClaims { sub, rest, .. } = claims;
        let claims = match discovery.userinfo_endpoint.as_ref().filter(|_| identity::is_incomplete(settings, &rest)) {
            Some(endpoint) => self.completed(endpoint, &tokens, &sub, rest).await?,
            None => rest,
        };
        Identity::of(settings, sub, &claims)
    }

    async fn trade(
        &self,
        discovery: &Arc<Discovery>,
        redirect: &str,
        back: Arc<Return>,
    ) -> Result<ProviderTokens, OidcError> {
        let (settings, discovery, redirect) = (Arc::clone(&self.settings), Arc::clone(discovery), redirect.to_owned());
        self.outbound.run(move |agent| exchange::trade(agent, &settings, &discovery, &redirect, &back)).await
    }

    async fn verified(&self, discovery: &Discovery, token: &str) -> Result<IdClaims, OidcError> {
        let signed = id_token::header(token)?;
        let key = self.key(discovery, &signed).await?;
        id_token::claims(token, &signed, &key)
    }

    /// The claims with those of the userinfo endpoint beside them. What is signed wins, and an answer about somebody else
    /// is refused (OpenID Connect Core 1.0 §5.3.2).
    async fn completed(
        &self,
        endpoint: &Url,
        tokens: &ProviderTokens,
        subject: &str,
        signed: Map<String, Value>,
    ) -> Result<Map<String, Value>, OidcError> {
        let mut whole: Map<String, Value> =
            self.outbound.get_json(endpoint, Some(tokens.access_token.as_str().to_owned())).await?;
        if whole.get("sub").and_then(Value::as_str) != Some(subject) {
            return Err(OidcError::Claim("sub of the userinfo endpoint"));
        }
        // The address and its verification come from one place: half of each would vouch for the other's address.
        if signed.contains_key("email") {
            whole.remove("email_verified");
        }
        // How somebody signed in is what was signed, or unknown.
        whole.remove("amr");
        whole.extend(signed);
        Ok(whole)
    }

    /// One look at a time: whoever comes meanwhile waits for its outcome.
    async fn discovery(&self) -> Result<Arc<Discovery>, OidcError> {
        let mut known = self.known.lock().await;
        let now = self.clock.now();
        if let Some((discovery, _)) = known.discovery.as_ref().filter(|(_, since)| now - *since < MAX_AGE) {
            return Ok(Arc::clone(discovery));
        }
        if let Some((error, _)) = known.failed.filter(|(_, since)| now - *since < AFTER_FAILURE) {
            return Err(error);
        }
        let described = self.described().await.map(Arc::new);
        match &described {
            Ok(discovery) => known.discovery = Some((Arc::clone(discovery), now)),
            Err(error) => known.failed = Some((*error, now)),
        }
        described
    }

    async fn described(&self) -> Result<Discovery, OidcError> {
        let issuer = &self.settings.issuer;
        let read: Discovery = self.outbound.get_json(&discovery::address(issuer)?, None).await?;
        read.of(issuer, |endpoint| self.outbound.accepts(endpoint))
    }

    async fn key(&self, discovery: &Discovery, signed: &Signed) -> Result<jsonwebtoken::DecodingKey, OidcError> {
        let mut known = self.known.lock().await;
        let now = self.clock.now();
        let age = known.keys.as_ref().map(|(_, since)| now - *since);
        let find = |keys: &KeySet| keys.find(signed.kid.as_deref(), signed.algorithm);
        if let Some((keys, _)) = known.keys.as_ref().filter(|_| age.is_some_and(|age| age < MAX_AGE)) {
            let found = find(keys);
            if found.is_some() || age.is_some_and(|age| age < BETWEEN_LOOKS) {
                return found.ok_or(OidcError::Signature);
            }
        }
        let wire: WireKeys = self.outbound.get_json(&discovery.jwks_uri, None).await?;
        let keys = Arc::new(KeySet::from(wire));
        known.keys = Some((Arc::clone(&keys), now));
        find(&keys).ok_or(OidcError::Signature)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::config::{Config, SettingsFile, Sources};

    /// Settings of a provider with this issuer.
    pub(in crate::oidc) fn settings(issuer: &str) -> SingleSignOn {
        let flags = [("oidc-issuer", issuer), ("oidc-client-id", "clinic-cms")];
        let flags = flags.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let sources = Sources { flags, env: std::collections::BTreeMap::new(), settings_file: SettingsFile::Nowhere };
        Config::load(&sources).unwrap().single_sign_on.unwrap()
    }
}
