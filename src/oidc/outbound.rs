//! How the provider is asked: https alone, no redirect, no proxy of the environment, five seconds, 256 KiB, and an
//! address that is checked at the moment of the connection, so that a name which changes its mind (DNS rebinding)
//! leads nowhere. Refuses private, link-local and reserved networks unless a setting names them.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
    time::Duration,
};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use tokio::sync::Semaphore;
use ureq::{
    Agent,
    config::Config,
    http::{Request, Response, Uri},
    tls::{RootCerts, TlsConfig, TlsProvider},
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
};
use url::Url;

use super::OidcError;
use crate::config::is_loopback;

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
        let resolver = CheckedResolver { inner: DefaultResolver::default(), policy: Policy { loopback, networks } };
        let agent = Agent::with_parts(settings(!loopback), DefaultConnector::default(), resolver);
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

fn settings(https_only: bool) -> Config {
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::WebPki)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .build();
    Agent::config_builder()
        .tls_config(tls)
        .https_only(https_only)
        .http_status_as_error(false)
        .max_redirects(0)
        // A proxy of the environment would connect in our place, past the check of the address.
        .proxy(None)
        .user_agent("clinic-cms")
        .timeout_global(Some(DEADLINE))
        .build()
}

/// Which addresses may be connected to.
#[derive(Debug)]
struct Policy {
    loopback: bool,
    networks: Vec<IpNet>,
}

impl Policy {
    fn admits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        if address.is_loopback() {
            return self.loopback;
        }
        is_public(address) || self.networks.iter().any(|network| network.contains(&address))
    }
}

/// Resolves as usual and passes over what the policy does not admit.
#[derive(Debug)]
struct CheckedResolver {
    inner: DefaultResolver,
    policy: Policy,
}

impl Resolver for CheckedResolver {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        let mut admitted = self.empty();
        for address in found.iter().filter(|address| self.policy.admits(address.ip())) {
            admitted.push(*address);
        }
        if admitted.is_empty() { Err(ureq::Error::HostNotFound) } else { Ok(admitted) }
    }
}

/// Networks that are not the public internet (IANA special-purpose registry, RFC 6890).
const RESERVED_V4: [Ipv4Net; 14] = [
    Ipv4Net::new_assert(Ipv4Addr::UNSPECIFIED, 8),
    Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 8),
    Ipv4Net::new_assert(Ipv4Addr::new(100, 64, 0, 0), 10),
    Ipv4Net::new_assert(Ipv4Addr::new(127, 0, 0, 0), 8),
    Ipv4Net::new_assert(Ipv4Addr::new(169, 254, 0, 0), 16),
    Ipv4Net::new_assert(Ipv4Addr::new(172, 16, 0, 0), 12),
    Ipv4Net::new_assert(Ipv4Addr::new(192, 0, 0, 0), 24),
    Ipv4Net::new_assert(Ipv4Addr::new(192, 0, 2, 0), 24),
    Ipv4Net::new_assert(Ipv4Addr::new(192, 88, 99, 0), 24),
    Ipv4Net::new_assert(Ipv4Addr::new(192, 168, 0, 0), 16),
    Ipv4Net::new_assert(Ipv4Addr::new(198, 18, 0, 0), 15),
    Ipv4Net::new_assert(Ipv4Addr::new(198, 51, 100, 0), 24),
    Ipv4Net::new_assert(Ipv4Addr::new(203, 0, 113, 0), 24),
    Ipv4Net::new_assert(Ipv4Addr::new(224, 0, 0, 0), 3),
];

/// Of IPv6 only global unicast is public, less what tunnels to IPv4 and what documentation uses.
const GLOBAL_UNICAST_V6: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
const RESERVED_V6: [Ipv6Net; 4] = [
    Ipv6Net::new_assert(Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    Ipv6Net::new_assert(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    Ipv6Net::new_assert(Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    Ipv6Net::new_assert(Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !RESERVED_V4.iter().any(|network| network.contains(&address)),
        IpAddr::V6(address) => {
            GLOBAL_UNICAST_V6.contains(&address) && !RESERVED_V6.iter().any(|network| network.contains(&address))
        }
    }
}

#[cfg(test)]
mod tests;
