//! Web addresses: where the API, the site and the media are, and which origins are let in.
//!
//! The URL parser follows the WHATWG standard, which repairs what it is given (blanks, backslashes,
//! missing slashes). A setting is refused instead of repaired.

use std::fmt;
use std::net::SocketAddr;

use secrecy::SecretString;
use url::{Host, Url};

use super::parse::{Parsed, list};

/// An absolute http(s) address without user, query and fragment, and without a slash at its end, so
/// that `format!("{base}/v1")` is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    url: Url,
}

impl BaseUrl {
    /// The address without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    /// The address as a [`Url`], which always has a path, `/` at least.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Scheme, host and port of the address.
    #[must_use]
    pub fn origin(&self) -> WebOrigin {
        WebOrigin(self.url.origin().ascii_serialization())
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// An http(s) origin as browsers send it in `Origin` (RFC 6454 §6.2): lower case, punycode, no
/// default port, no slash at its end.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WebOrigin(String);

impl WebOrigin {
    /// Reads an origin; none for an address with a path, a pattern, `*` and `null`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        site(text).ok().map(|address| address.origin())
    }

    /// The origin, to be compared with an `Origin` header byte by byte.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for WebOrigin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// An address that a secret is sent to: https, or this host.
pub(super) fn guarded(text: &str) -> Parsed<BaseUrl> {
    let address = base(text)?;
    if address.url.scheme() == "https" || super::is_loopback(&address.url) {
        Ok(address)
    } else {
        Err("is not https://, and a token goes along".into())
    }
}

/// The address of a whole host.
pub(super) fn site(text: &str) -> Parsed<BaseUrl> {
    let address = base(text)?;
    if address.url.path() == "/" { Ok(address) } else { Err("has a path".into()) }
}

/// An address under which more is found.
pub(super) fn base(text: &str) -> Parsed<BaseUrl> {
    let url = strict(text, &["http", "https"])?;
    // The parser drops an empty user (`https://@host`), hence the look at the text.
    if has_user(text) {
        return Err("has a user".into());
    }
    if url.query().is_some() {
        return Err("has a query".into());
    }
    // The parser takes `*` for a letter of a host; nothing here matches by pattern.
    match url.host_str() {
        None | Some("") => Err("has no host".into()),
        Some(host) if host.contains('*') => Err("has a wildcard".into()),
        Some(_) => Ok(BaseUrl { url }),
    }
}

/// The address of a server that listens on `listen` and has no other name.
pub(super) fn of_listener(listen: SocketAddr) -> Parsed<BaseUrl> {
    // A scope (`fe80::1%2`) has no place in a URL (WHATWG URL standard), so address and port are put
    // together anew.
    let bare = SocketAddr::new(listen.ip(), listen.port());
    base(&format!("http://{bare}"))
}

pub(super) fn origins(text: &str) -> Parsed<Vec<WebOrigin>> {
    list(text, |entry| match entry {
        "*" => Err("lets every origin in".into()),
        "null" => Err("is the origin of sandboxed pages, which anyone can make".into()),
        _ => site(entry).map(|address| address.origin()),
    })
}

/// The name of a host as browsers write it: lower case, punycode, no address, no port.
pub(super) fn host_name(text: &str) -> Parsed<String> {
    match Host::parse(text) {
        Ok(Host::Domain(domain)) if domain == text && !text.ends_with('.') => Ok(domain),
        Ok(Host::Domain(_)) => Err("is not written in lower case".into()),
        Ok(Host::Ipv4(_) | Host::Ipv6(_)) => Err("is an IP address".into()),
        Err(_) => Err("is not a host name".into()),
    }
}

/// A mail server; the user and the password in its address make it a secret.
pub(super) fn smtp(text: &str) -> Parsed<SecretString> {
    let url = strict(text, &["smtp", "smtps"])?;
    if url.host_str().is_none_or(str::is_empty) {
        return Err("has no host".into());
    }
    // Other programs read such parts as ways to leave out TLS.
    if !matches!(url.path(), "" | "/") || url.query().is_some() {
        return Err("has a path or a query".into());
    }
    Ok(text.into())
}

/// An address that is posted to. What it is told stays between us: https, unless it is this host.
pub(super) fn hook(text: &str) -> Parsed<SecretString> {
    let url = strict(text, &["http", "https"])?;
    if has_user(text) {
        return Err("has a user".into());
    }
    let is_here = match url.host() {
        None => return Err("has no host".into()),
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
    };
    if url.scheme() == "https" || is_here { Ok(text.into()) } else { Err("reaches another host without TLS".into()) }
}

/// An absolute address with one of `schemes`, written as the standard has it and without a
/// fragment.
pub(super) fn strict(text: &str, schemes: &[&str]) -> Parsed<Url> {
    let (scheme, rest) = text.split_once("://").ok_or("is not an absolute address")?;
    if !schemes.iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return Err(format!("does not start with {}://", schemes.join(":// or ")).into());
    }
    if rest.contains(|letter: char| letter.is_whitespace() || letter == '\\') {
        return Err("holds a blank or a backslash".into());
    }
    if scheme.to_ascii_lowercase().starts_with("http") && rest.starts_with('/') {
        return Err("has no host".into());
    }
    let url = Url::parse(text).map_err(|_| "is not a valid address")?;
    if url.fragment().is_some() {
        return Err("has a fragment (a `#` in a password is written %23)".into());
    }
    Ok(url)
}

fn has_user(text: &str) -> bool {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    authority.contains('@')
}
