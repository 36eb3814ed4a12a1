//! For whom passkeys are made: a host name (the RP id), which a passkey is bound to for good, and the origins whose
//! pages may ask for one. Refuses origins outside that name and names that browsers know no passkeys for.

use thiserror::Error;
use url::{Host, Url};
use webauthn_rs::prelude::{Webauthn, WebauthnBuilder};

/// Why an installation has no passkeys.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RelyingPartyError {
    /// An IP address, or no host name at all (Web Authentication section 5.1.2: the effective domain is a domain).
    #[error("passkeys need a host name: {0} is none")]
    NoHostName(String),
    /// No page could use a passkey.
    #[error("no origin is within {0}: set CMS_PASSKEY_RP_ID to a host name that the staff pages' origin is within")]
    NoOrigin(String),
}

/// The relying party of this installation (Web Authentication section 4).
#[derive(Clone, Debug)]
pub struct RelyingParty {
    pub(super) webauthn: Webauthn,
}

impl RelyingParty {
    /// `id` is a host name such as `clinic.example`; `name` is shown by the browser. Of `origins`, those within `id`
    /// count: the host itself or a host below it, with https, or with http where the host is this machine.
    ///
    /// # Errors
    /// [`RelyingPartyError`].
    pub fn new(id: &str, name: &str, origins: &[&str]) -> Result<Self, RelyingPartyError> {
        let no_name = || RelyingPartyError::NoHostName(id.to_owned());
        let no_origin = || RelyingPartyError::NoOrigin(id.to_owned());
        if !matches!(Host::parse(id), Ok(Host::Domain(domain)) if domain == id) {
            return Err(no_name());
        }
        let within = origins.iter().filter_map(|origin| Url::parse(origin).ok()).filter(|url| is_within(url, id));
        let within: Vec<Url> = within.collect();
        let (first, others) = within.split_first().ok_or_else(no_origin)?;
        let builder = WebauthnBuilder::new(id, first).map_err(|_| no_name())?.rp_name(name);
        let builder = others.iter().fold(builder, WebauthnBuilder::append_allowed_origin);
        Ok(Self { webauthn: builder.build().map_err(|_| no_name())? })
    }

    /// The origins whose pages may ask for a passkey.
    pub fn origins(&self) -> impl Iterator<Item = String> {
        self.webauthn.get_allowed_origins().iter().map(|url| url.origin().ascii_serialization())
    }
}

/// Browsers take plain http for this machine alone (W3C Secure Contexts section 3.1).
fn is_within(url: &Url, id: &str) -> bool {
    let Some(host) = url.domain() else { return false };
    let local = host == "localhost" || host.ends_with(".localhost");
    let secure = url.scheme() == "https" || (url.scheme() == "http" && local);
    secure && (host == id || host.strip_suffix(id).is_some_and(|rest| rest.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins(id: &str, origins: &[&str]) -> Result<Vec<String>, RelyingPartyError> {
        RelyingParty::new(id, "Clinic", origins).map(|party| party.origins().collect())
    }

    #[test]
    fn pages_of_the_clinics_own_hosts_may_ask_and_no_others() {
        let given = [
            "https://api.clinic.example",
            "https://staff.clinic.example:8443",
            "https://clinic.example",
            "https://evilclinic.example",
            "https://clinic.example.evil.example",
            "http://staff.clinic.example",
            "https://127.0.0.1",
        ];
        assert_eq!(origins("clinic.example", &given).unwrap(), given[..3]);
    }

    #[test]
    fn plain_http_counts_on_this_machine_alone() {
        assert_eq!(origins("localhost", &["http://localhost:3000"]).unwrap(), ["http://localhost:3000"]);
        assert!(matches!(origins("clinic.example", &["http://clinic.example"]), Err(RelyingPartyError::NoOrigin(_))));
    }

    #[test]
    fn an_address_is_no_host_name() {
        for id in ["127.0.0.1", "[::1]", "", "https://clinic.example", "Clinic.Example", "clinic.example:80"] {
            let refused = origins(id, &["https://127.0.0.1", "https://clinic.example"]);
            assert!(matches!(refused, Err(RelyingPartyError::NoHostName(_))), "{id}: {refused:?}");
        }
    }
}
