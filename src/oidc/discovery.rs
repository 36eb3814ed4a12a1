//! The provider's description of itself (OpenID Connect Discovery 1.0). Refuses the description of another issuer
//! (§4.3: byte by byte) and endpoints that may not be asked.

use serde::Deserialize;
use url::Url;

use super::OidcError;
use crate::config::Issuer;

/// What a sign-in needs of the description.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Discovery {
    pub(super) issuer: String,
    pub(super) authorization_endpoint: Url,
    pub(super) token_endpoint: Url,
    pub(super) jwks_uri: Url,
    #[serde(default)]
    pub(super) userinfo_endpoint: Option<Url>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// RFC 9207 §3: whether every answer names its issuer.
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

/// Where the issuer's description stands (§4.1: a slash at the issuer's end is dropped).
///
/// # Errors
/// [`OidcError::Discovery`] where no address comes of it.
pub(super) fn address(issuer: &Issuer) -> Result<Url, OidcError> {
    let base = issuer.as_str().trim_end_matches('/');
    Url::parse(&format!("{base}/.well-known/openid-configuration")).map_err(|_| OidcError::Discovery)
}

impl Discovery {
    /// The description, if it is this issuer's and every endpoint passes `accepts`.
    ///
    /// # Errors
    /// [`OidcError::Discovery`].
    pub(super) fn of(self, issuer: &Issuer, accepts: impl Fn(&Url) -> bool) -> Result<Self, OidcError> {
        let asked = [&self.authorization_endpoint, &self.token_endpoint, &self.jwks_uri];
        let whole = asked.into_iter().chain(&self.userinfo_endpoint).all(accepts);
        let plain = self.authorization_endpoint.fragment().is_none();
        if whole && plain && self.issuer == issuer.as_str() { Ok(self) } else { Err(OidcError::Discovery) }
    }

    /// Whether the client's secret goes into the body: only where the provider does not take it in the head, which is
    /// what it does unless it says otherwise (Discovery §3).
    pub(super) fn wants_secret_in_body(&self) -> bool {
        let takes = |method: &str| {
            self.token_endpoint_auth_methods_supported
                .as_ref()
                .map_or(method == "client_secret_basic", |methods| methods.iter().any(|known| known == method))
        };
        !takes("client_secret_basic") && takes("client_secret_post")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::SingleSignOn;

    fn settings(issuer: &str) -> SingleSignOn {
        crate::oidc::provider::tests::settings(issuer)
    }

    fn described(issuer: &str) -> Discovery {
        let description = json!({"issuer": issuer, "authorization_endpoint": "https://id.example/authorize",
            "token_endpoint": "https://id.example/token", "jwks_uri": "https://keys.example/jwks"});
        serde_json::from_value(description).unwrap()
    }

    #[test]
    fn a_description_counts_for_the_very_issuer_alone() {
        let issuer = settings("https://id.example/staff").issuer;
        let https = |url: &Url| url.scheme() == "https";
        assert!(described("https://id.example/staff").of(&issuer, https).is_ok());
        for other in ["https://id.example/staff/", "https://ID.example/staff", "https://id.example", ""] {
            assert_eq!(described(other).of(&issuer, https), Err(OidcError::Discovery), "{other}");
        }
        assert_eq!(described("https://id.example/staff").of(&issuer, |_| false), Err(OidcError::Discovery));
    }

    #[test]
    fn the_description_is_looked_for_below_the_issuer() {
        for issuer in ["https://id.example/staff", "https://id.example/staff/"] {
            let found = address(&settings(issuer).issuer).unwrap();
            assert_eq!(found.as_str(), "https://id.example/staff/.well-known/openid-configuration");
        }
    }

    #[test]
    fn the_secret_goes_into_the_head_unless_the_provider_takes_it_in_the_body_alone() {
        let with = |methods: &[&str]| Discovery {
            token_endpoint_auth_methods_supported: Some(methods.iter().map(|method| (*method).to_owned()).collect()),
            ..described("x")
        };
        assert!(!described("x").wants_secret_in_body());
        assert!(!with(&["client_secret_post", "client_secret_basic"]).wants_secret_in_body());
        assert!(with(&["client_secret_post"]).wants_secret_in_body());
    }
}
