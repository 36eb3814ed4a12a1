//! An endpoint as staff write it. Refuses an address that could lead into this house before anything is sent there; the
//! address that its name has is checked again at every connection.

use std::net::IpAddr;

use serde_json::Value;
use url::{Host, Url};
use utoipa::ToSchema;

use crate::{
    http::{AddressPolicy, ApiError, Fields},
    outbox::EventKind,
};

/// The most characters of an address.
const LONGEST_URL: usize = 2_000;

/// Where endpoints may stand, as the settings say.
#[derive(Clone, Debug)]
pub struct Destinations(pub AddressPolicy);

impl Destinations {
    /// An address that events may be sent to: https at a public host; http inside a network that the settings name alone.
    ///
    /// # Errors
    /// The code and the sentence of the first rule that it breaks.
    pub fn check(&self, text: &str) -> Result<Url, (&'static str, String)> {
        let refused = |code, message: &str| Err((code, message.to_owned()));
        let written = text.trim();
        let Ok(url) = Url::parse(written) else { return refused("bad_url", "must be a complete address") };
        if written.len() > LONGEST_URL || url.as_str().len() > LONGEST_URL {
            return refused("too_long", "at most 2,000 characters");
        }
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return refused("bad_url", "must have neither user nor fragment");
        }
        if url.port() == Some(0) {
            return refused("bad_url", "must have a port that something can stand at");
        }
        let names_networks = self.0.loopback || !self.0.networks.is_empty();
        if !(url.scheme() == "https" || (url.scheme() == "http" && names_networks)) {
            return refused("not_https", "must begin with https://");
        }
        let address = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(name)) if is_this_host(name) => Some(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST)),
            Some(Host::Domain(_)) => None,
            None => return refused("bad_url", "must name a host"),
        };
        match address {
            Some(address) if !self.0.admits(address) => {
                refused("private_address", "must not lead to this host or into a private network")
            }
            Some(address) if url.scheme() == "http" && !self.0.names(address) => {
                refused("not_https", "must begin with https:// outside of the networks that the settings name")
            }
            _ => Ok(url),
        }
    }
}

/// Names that mean this host everywhere (RFC 6761 §6.3).
fn is_this_host(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// An endpoint, complete and valid. A PATCH is laid over what is stored and read as one of these.
#[derive(Clone, Debug, ToSchema)]
pub struct WebhookInput {
    /// Where events are posted to: https at a public host.
    #[schema(max_length = 2000, example = "https://hooks.example.org/clinic")]
    pub url: String,
    /// For people.
    #[schema(min_length = 1, max_length = 500)]
    pub description: Option<String>,
    /// Which events go there: at least one.
    #[schema(min_items = 1, max_items = 9, example = json!(["article.published", "article.unpublished"]))]
    pub events: Vec<String>,
    /// Whether anything is sent; true where it is absent.
    #[schema(required = false)]
    pub enabled: bool,
    /// Id or name of who receives it, in the register of processors. Events about inquiries ask for one.
    #[schema(min_length = 1, max_length = 200)]
    pub processor: Option<String>,
}

impl WebhookInput {
    /// Reads an endpoint. Whether its address is one that events may go to is asked by [`Destinations::check`].
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let url = fields.line("url", LONGEST_URL);
        let url = fields.require("url", url);
        let description = fields.line("description", 500);
        let events = fields.set_of("events", &EventKind::ALL.map(EventKind::name));
        fields.require("events", (!events.is_empty()).then_some(()));
        let enabled = fields.boolean("enabled").unwrap_or(true);
        let processor = fields.line("processor", 200);
        fields.finish()?;
        Ok(Self { url: url.ok_or(ApiError::Internal)?, description, events, enabled, processor })
    }

    /// Whether it asks for events about inquiries.
    pub fn concerns_patients(&self) -> bool {
        self.events.iter().any(|event| EventKind::concerns_patients(event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn destinations(networks: &[&str]) -> Destinations {
        let networks = networks.iter().map(|network| network.parse().unwrap()).collect();
        Destinations(AddressPolicy { loopback: false, networks })
    }

    #[test]
    fn an_endpoint_stands_at_a_public_host_behind_tls() {
        let public = destinations(&[]);
        for url in ["https://hooks.example.org/a?b=c", "https://hooks.example.org:8443/", "https://1.1.1.1/"] {
            assert!(public.check(url).is_ok(), "{url}");
        }
        for (url, code) in [
            ("http://hooks.example.org/", "not_https"),
            ("ftp://hooks.example.org/", "not_https"),
            ("file:///etc/passwd", "not_https"),
            ("hooks.example.org", "bad_url"),
            ("https://u:p@hooks.example.org/", "bad_url"),
            ("https://hooks.example.org/#a", "bad_url"),
            ("https://hooks.example.org:0/", "bad_url"),
            ("https://localhost/", "private_address"),
            ("https://a.LOCALHOST./", "private_address"),
            ("https://2130706433/", "private_address"),
            ("https://0x7f.1/", "private_address"),
            ("https://0177.0.0.1/", "private_address"),
            ("https://[::ffff:127.0.0.1]/", "private_address"),
            ("https://[64:ff9b::7f00:1]/", "private_address"),
            ("https://169.254.169.254/latest/meta-data/", "private_address"),
            ("https://１２７.０.０.１/", "private_address"),
        ] {
            assert_eq!(public.check(url).unwrap_err().0, code, "{url}");
        }
    }

    #[test]
    fn a_network_that_the_settings_name_may_be_reached_without_tls() {
        let named = destinations(&["127.0.0.0/8"]);
        assert!(named.check("http://127.0.0.1:9000/hook").is_ok() && named.check("http://localhost/").is_ok());
        assert_eq!(named.check("http://10.0.0.1/").unwrap_err().0, "private_address");
        assert_eq!(named.check("http://1.1.1.1/").unwrap_err().0, "not_https");
        assert!(named.check("https://1.1.1.1/").is_ok());
    }
}
