//! Who is asking, as far as an address tells. Refuses to believe a forwarding header from anybody but a proxy that the
//! settings name, and any but the one header that the settings name: everybody else can write what they like there, and
//! most proxies pass on the header that they do not write themselves.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::{HttpRequest, http::header};
use ipnet::IpNet;

use crate::config::ForwardedHeader;

/// The proxies whose word counts (`CMS_TRUSTED_PROXIES`), and where they write it (`CMS_FORWARDED_HEADER`).
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    /// Where the proxies are.
    pub networks: Vec<IpNet>,
    /// The one header that is read.
    pub header: ForwardedHeader,
}

impl TrustedProxies {
    fn trusts(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address))
    }

    /// The client's address: the peer, or behind trusted proxies the rightmost address that is not one of theirs.
    /// Where that one cannot be read, the client is unknown and shares the bucket of the peer; what stands before it
    /// is anybody's word.
    pub fn client(&self, request: &HttpRequest) -> Option<IpAddr> {
        let peer = request.peer_addr()?.ip().to_canonical();
        if !self.trusts(peer) {
            return Some(peer);
        }
        let mut client = peer;
        for hop in self.hops(request).into_iter().rev() {
            let Some(address) = hop else { return Some(peer) };
            client = address;
            if !self.trusts(address) {
                break;
            }
        }
        Some(client)
    }

    /// The chain, the nearest hop last; what is no address is `None`. A header that is there several times is one list
    /// (RFC 9110 §5.2).
    fn hops(&self, request: &HttpRequest) -> Vec<Option<IpAddr>> {
        let (name, read): (_, fn(&str) -> Option<IpAddr>) = match self.header {
            ForwardedHeader::XForwardedFor => (header::X_FORWARDED_FOR, address),
            ForwardedHeader::Forwarded => (header::FORWARDED, |element| address(for_parameter(element)?)),
        };
        let values = request.headers().get_all(name);
        let hops = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
        hops.map(|hop| str::from_utf8(hop).ok().and_then(read)).collect()
    }
}

/// Who sent what this element of `Forwarded` tells of (RFC 7239 §5.2).
fn for_parameter(element: &str) -> Option<&str> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then_some(value)
    })
}

/// An address with or without port, brackets and quotes. A name, `unknown` or a hidden port is none.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    let unbracketed = bare.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(bare);
    let with_port = || bare.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    unbracketed.parse::<IpAddr>().ok().or_else(with_port).map(|address| address.to_canonical())
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

#[cfg(test)]
mod tests {
    use actix_web::{http::header::HeaderValue, test::TestRequest};

    use super::*;

    /// The client, as the proxies `10.0.0.0/8` and `2001:db8:ffff::/48` tell it through the last of them, 10.0.0.1.
    fn client(believed: ForwardedHeader, headers: &[(&'static str, &[u8])]) -> String {
        told_by("10.0.0.1", believed, headers)
    }

    fn told_by(peer: &str, believed: ForwardedHeader, headers: &[(&'static str, &[u8])]) -> String {
        let networks = ["10.0.0.0/8", "2001:db8:ffff::/48"].map(|network| network.parse().unwrap()).to_vec();
        let mut request = TestRequest::default().peer_addr(SocketAddr::new(peer.parse().unwrap(), 9));
        for (name, value) in headers {
            request = request.append_header((*name, HeaderValue::from_bytes(value).unwrap()));
        }
        let proxies = TrustedProxies { networks, header: believed };
        proxies.client(&request.to_http_request()).unwrap().to_string()
    }

    #[test]
    fn of_two_headers_only_the_one_of_the_settings_is_believed() {
        let both: [(&str, &[u8]); 2] = [("forwarded", b"for=192.0.2.66"), ("x-forwarded-for", b"198.51.100.7")];
        assert_eq!(client(ForwardedHeader::XForwardedFor, &both), "198.51.100.7");
        assert_eq!(client(ForwardedHeader::Forwarded, &both), "192.0.2.66");
        let [standard, usual] = both;
        assert_eq!(client(ForwardedHeader::XForwardedFor, &[standard]), "10.0.0.1", "a client's own word");
        assert_eq!(client(ForwardedHeader::Forwarded, &[usual]), "10.0.0.1", "a client's own word");
        assert_eq!(client(ForwardedHeader::default(), &both), "198.51.100.7");
    }

    #[test]
    fn nobody_but_a_trusted_proxy_is_believed() {
        let both: [(&str, &[u8]); 2] = [("forwarded", b"for=192.0.2.66"), ("x-forwarded-for", b"192.0.2.66")];
        for believed in [ForwardedHeader::XForwardedFor, ForwardedHeader::Forwarded] {
            assert_eq!(told_by("203.0.113.5", believed, &both), "203.0.113.5");
            assert_eq!(client(believed, &[]), "10.0.0.1");
        }
    }

    #[test]
    fn the_nearest_address_that_is_no_proxy_is_the_client() {
        let told = |value: &str| client(ForwardedHeader::XForwardedFor, &[("x-forwarded-for", value.as_bytes())]);
        for (value, expected) in [
            ("198.51.100.7", "198.51.100.7"),
            ("192.0.2.66, 198.51.100.7", "198.51.100.7"),
            ("192.0.2.66, 198.51.100.7, 10.9.9.9", "198.51.100.7"),
            ("192.0.2.66,198.51.100.7,2001:db8:ffff::1", "198.51.100.7"),
            ("198.51.100.7:4711", "198.51.100.7"),
            ("::ffff:198.51.100.7", "198.51.100.7"),
            ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("[2001:db8::7]:4711", "2001:db8::7"),
            ("\"[2001:db8::7]:4711\"", "2001:db8::7"),
            ("10.2.2.2, 10.3.3.3", "10.2.2.2"),
        ] {
            assert_eq!(told(value), expected, "{value}");
        }
    }

    #[test]
    fn a_header_that_is_there_twice_is_one_list() {
        let lines: [(&str, &[u8]); 2] = [("x-forwarded-for", b"192.0.2.66"), ("x-forwarded-for", b"198.51.100.7")];
        assert_eq!(client(ForwardedHeader::XForwardedFor, &lines), "198.51.100.7");
        let lines: [(&str, &[u8]); 2] = [("forwarded", b"for=192.0.2.66"), ("forwarded", b"for=198.51.100.7")];
        assert_eq!(client(ForwardedHeader::Forwarded, &lines), "198.51.100.7");
        let lines: [(&str, &[u8]); 2] = [("x-forwarded-for", b"192.0.2.66"), ("x-forwarded-for", b"\xff")];
        assert_eq!(client(ForwardedHeader::XForwardedFor, &lines), "10.0.0.1");
    }

    #[test]
    fn an_address_that_cannot_be_read_is_nobodys_and_hides_those_before_it() {
        let garbage: [&[u8]; 14] = [
            b"",
            b"unknown",
            b"nobody.example",
            b"\xff",
            b"198.51.100.7\xff",
            b"198.51.100.7:",
            b"198.51.100.7:99999",
            b"198.51.100",
            b"[2001:db8::7",
            b"[2001:db8::7]x",
            b"\"198.51.100.7",
            b"198.51.100.7 198.51.100.8",
            b"fe80::1%eth0",
            b"for=198.51.100.7",
        ];
        for hop in garbage {
            for (before, after) in [("192.0.2.66, ", ""), ("192.0.2.66, ", ", 10.2.2.2"), ("", "")] {
                let value = [before.as_bytes(), hop, after.as_bytes()].concat();
                let told = client(ForwardedHeader::XForwardedFor, &[("x-forwarded-for", &value)]);
                assert_eq!(told, "10.0.0.1", "{}", value.escape_ascii());
            }
            let value = [hop, b", 198.51.100.7"].concat();
            let told = client(ForwardedHeader::XForwardedFor, &[("x-forwarded-for", &value)]);
            assert_eq!(told, "198.51.100.7", "{}", value.escape_ascii());
        }
    }

    #[test]
    fn the_standard_header_is_read_as_it_is_written() {
        let told = |value: &str| client(ForwardedHeader::Forwarded, &[("forwarded", value.as_bytes())]);
        for (value, expected) in [
            ("for=198.51.100.7;proto=https;by=10.0.0.1", "198.51.100.7"),
            ("proto=https; For=\"[2001:db8::7]:4711\"", "2001:db8::7"),
            ("for=192.0.2.66, for=198.51.100.7;host=x, for=10.2.2.2", "198.51.100.7"),
            ("for=192.0.2.66, for=_hidden", "10.0.0.1"),
            ("for=192.0.2.66, for=unknown, for=10.2.2.2", "10.0.0.1"),
            ("for=192.0.2.66, proto=https", "10.0.0.1"),
            ("198.51.100.7", "10.0.0.1"),
        ] {
            assert_eq!(told(value), expected, "{value}");
        }
    }
}
