//! How other servers are asked: no redirect, no proxy of the environment, a bounded time, and an address that is checked
//! at the moment of the connection, so that a name which changes its mind (DNS rebinding) leads nowhere. Refuses private,
//! link-local and reserved networks unless a setting names them.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
    time::Duration,
};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use ureq::{
    Agent,
    config::Config,
    http::Uri,
    tls::{RootCerts, TlsConfig, TlsProvider},
    unversioned::{
        resolver::{ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
};

/// An agent that connects where `policy` says, finds names by `resolver`, and ends every request within `deadline`. It
/// keeps no connection: each one is checked when it is made.
pub fn outgoing_agent(policy: AddressPolicy, resolver: impl Resolver, https_only: bool, deadline: Duration) -> Agent {
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::WebPki)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .https_only(https_only)
        .http_status_as_error(false)
        .max_redirects(0)
        // A proxy of the environment would connect in our place, past the check of the address.
        .proxy(None)
        .user_agent("clinic-cms")
        .max_idle_connections(0)
        .timeout_global(Some(deadline))
        .build();
    Agent::with_parts(config, DefaultConnector::default(), CheckedResolver { inner: resolver, policy })
}

/// Which addresses may be connected to: those of the public internet, and of the networks that a setting names. Without
/// TLS the named ones alone, and this host.
#[derive(Clone, Debug, Default)]
pub struct AddressPolicy {
    /// Whether this host itself may be asked.
    pub loopback: bool,
    /// Private networks that may be asked.
    pub networks: Vec<IpNet>,
}

impl AddressPolicy {
    /// Whether an address may be connected to. IPv4 in IPv6 (RFC 4291 §2.5.5.2) counts as IPv4.
    pub fn admits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.names(address) || is_public(address)
    }

    /// Whether an address is one that the settings name.
    pub fn names(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        (self.loopback && address.is_loopback()) || self.networks.iter().any(|network| network.contains(&address))
    }
}

/// Resolves as usual and passes over what the policy does not admit.
#[derive(Debug)]
struct CheckedResolver<R> {
    inner: R,
    policy: AddressPolicy,
}

impl<R: Resolver> Resolver for CheckedResolver<R> {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        let is_sealed = uri.scheme_str() == Some("https");
        let mut admitted = self.empty();
        for address in &found {
            let ip = address.ip();
            if if is_sealed { self.policy.admits(ip) } else { self.policy.names(ip) } {
                admitted.push(*address);
            }
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

/// Of IPv6 only global unicast is public, less what tunnels to IPv4 and what documentation uses. That leaves out
/// IPv4-compatible addresses (`::/96`), NAT64 (`64:ff9b::/96`, RFC 6052) and unique local ones (RFC 4193).
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
