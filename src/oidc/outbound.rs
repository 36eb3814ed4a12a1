//! How the provider is asked: https alone, no redirect, no proxy of the environment, five seconds, 256 KiB, and an
//! address that is checked at the moment of the connection, so that a name which changes its mind (DNS rebinding)
//! leads nowhere. Refuses private, link-local and reserved networks unless a setting names them.

use std::{sync::Arc, time::Duration};

use ipnet::IpNet;
use tokio::sync::Semaphore;
use ureq::{
    Agent,
    http::{Request, Response},
    unversioned::resolver::DefaultResolver,
};
use url::Url;

use super::OidcError;
use crate::{
    config::is_loopback,
    http::{AddressPolicy, outgoing_agent},
};

const DEADLINE: Duration = Duration::from_secs(5);
const LARGEST_ANSWER: u64 = 256 << 10;
/// Requests to the provider that are under way at once, each on a blocking thread.
const AT_ONCE: usize = 8;

/// The way to one provider. Clones share the bound.
#[derive(Clone, Debug)]
pub(super) struct Outbound {
    agent: Agent,
    loopback: bool,
    turns: Arc<Semaphore>,
}

impl Outbound {
    /// A way to the provider of `issuer`. Where the issuer itself is on this host, so may its endpoints be.
    pub(super) fn to(issuer: &Url, networks: Vec<IpNet>) -> Self {
        let loopback = is_loopback(issuer);
        let policy = AddressPolicy { loopback, networks };
        let agent = outgoing_agent(policy, DefaultResolver::default(), !loopback, DEADLINE);
        Self { agent, loopback, turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Whether an endpoint may be asked at all: https, or on this host where the issuer is as well.
    pub(super) fn accepts(&self, endpoint: &Url) -> bool {
        let plain = endpoint.username().is_empty() && endpoint.password().is_none();
        plain && (endpoint.scheme() == "https" || (self.loopback && is_loopback(endpoint)))
    }

    /// Runs `work` on a blocking thread with the means to ask.
    ///
    /// # Errors
    /// [`OidcError::Busy`] where too many ask, and those of `work`.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Agent) -> Result<T, OidcError> + Send + 'static,
    ) -> Result<T, OidcError> {
        let turn = Arc::clone(&self.turns).try_acquire_owned().map_err(|_| OidcError::Busy)?;
        let agent = self.agent.clone();
        let asked = tokio::task::spawn_blocking(move || {
            let answer = work(&agent);
            drop(turn);
            answer
        });
        asked.await.map_err(|_| OidcError::Busy)?
    }

    /// The body of a 200 answer to a GET, as JSON.
    ///
    /// # Errors
    /// [`OidcError::Unreachable`] for any other answer and for none.
    pub(super) async fn get_json<T: serde::de::DeserializeOwned + Send + 'static>(
        &self,
        endpoint: &Url,
        bearer: Option<String>,
    ) -> Result<T, OidcError> {
        let address = endpoint.as_str().to_owned();
        self.run(move |agent| {
            let request = Request::get(address).header("accept", "application/json");
            let request = match bearer {
                Some(token) => request.header("authorization", format!("Bearer {token}")),
                None => request,
            };
            let answer = ask(agent, request.body(Vec::new()).map_err(|_| OidcError::Unreachable)?)?;
            let body = (answer.status() == 200).then(|| answer.into_body()).ok_or(OidcError::Unreachable)?;
            serde_json::from_slice(&body).map_err(|_| OidcError::Unreachable)
        })
        .await
    }
}

/// Sends one request and reads the answer to its end, whatever its status is.
///
/// # Errors
/// [`OidcError::Unreachable`]. The cause is logged without the address, which can hold a code.
pub(super) fn ask(agent: &Agent, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, OidcError> {
    let failed = |error: ureq::Error| {
        tracing::warn!(cause = in_words(&error), "the identity provider cannot be asked");
        OidcError::Unreachable
    };
    let (head, mut body) = agent.run(request).map_err(failed)?.into_parts();
    let body = body.with_config().limit(LARGEST_ANSWER).read_to_vec().map_err(failed)?;
    Ok(Response::from_parts(head, body))
}

fn in_words(error: &ureq::Error) -> &'static str {
    match error {
        ureq::Error::Timeout(_) => "it did not answer in time",
        ureq::Error::HostNotFound => "its name leads to no address that may be asked; see CMS_OIDC_NETWORKS",
        ureq::Error::BodyExceedsLimit(_) => "its answer is too long",
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => "its certificate is not trusted",
        ureq::Error::RequireHttpsOnly(_) => "it is not reached by https",
        _ => "the connection failed",
    }
}

#[cfg(test)]
mod tests;
