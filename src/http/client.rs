//! Who is asking, as far as an address tells. Refuses to believe `Forwarded` and `X-Forwarded-For` from anybody
//! but a proxy that the settings name: everybody else can write what they like there.

use std::net::{IpAddr, Ipv6Addr};

use actix_web::{HttpRequest, http::header};
use ipnet::IpNet;

/// The proxies whose word counts (`CMS_TRUSTED_PROXIES`).
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(pub Vec<IpNet>);

impl TrustedProxies {
    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The client's address: the peer, or behind trusted proxies the rightmost address that is not one of theirs.
    pub fn client(&self, request: &HttpRequest) -> Option<IpAddr> {
        let peer = request.peer_addr()?.ip().to_canonical();
        if !self.trusts(peer) {
            return Some(peer);
        }
        let chain = forwarded(request);
        let mut client = peer;
        for hop in chain.into_iter().rev() {
            let Some(address) = hop else { break };
            client = address;
            if !self.trusts(address) {
                break;
            }
        }
        Some(client)
    }
}

/// The chain of `Forwarded` (RFC 7239), or of `X-Forwarded-For`; what is no address is `None`.
fn forwarded(request: &HttpRequest) -> Vec<Option<IpAddr>> {
    let values = |name: header::HeaderName| {
        let headers = request.headers().get_all(name);
        headers
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let standard = values(header::FORWARDED);
    if standard.is_empty() {
        return values(header::X_FORWARDED_FOR).iter().map(|hop| address(hop)).collect();
    }
    standard.iter().map(|hop| address(for_parameter(hop)?)).collect()
}

fn for_parameter(element: &str) -> Option<&str> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then_some(value)
    })
}

/// An address with or without port, brackets and quotes.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let bare = text.strip_prefix('[').and_then(|rest| rest.split(']').next()).unwrap_or(text);
    let without_port = bare.rsplit_once(':').filter(|(host, _)| !host.contains(':')).map_or(bare, |(host, _)| host);
    without_port.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// What limits are counted by: an IPv4 address, or the /64 of an IPv6 one, since a /64 is one customer.
pub fn bucket(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => {
            let mut segments = v6.segments();
            segments[4..].fill(0);
            IpAddr::V6(Ipv6Addr::from(segments))
        }
    }
}

/// An address as it may stand in a log: the last part is left out.
pub fn shortened(address: IpAddr) -> String {
    match bucket(address) {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => format!("{v6}/64"),
    }
}
