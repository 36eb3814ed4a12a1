//! Single sign-on: the provider, what its claims mean here, and who may still sign in with a password.
//! Refuses a provider or an API of our own that is reached without TLS, and password sign-in that is switched
//! off while nobody is named who may still use it: that clinic would lock itself out with its provider.

use email_address::EmailAddress;
use ipnet::IpNet;
use secrecy::SecretString;
use url::Url;

use super::address::{self, BaseUrl};
use super::parse::{self, Parsed, list};
use super::reader::Reader;
use super::settings::{
    CMS_BREAK_GLASS_OWNER, CMS_LOCAL_SIGN_IN, CMS_OIDC_CLIENT_ID, CMS_OIDC_CLIENT_SECRET, CMS_OIDC_CREATE_ACCOUNTS,
    CMS_OIDC_ISSUER, CMS_OIDC_NAME, CMS_OIDC_NETWORKS, CMS_OIDC_ROLE_CLAIM, CMS_OIDC_ROLES, CMS_OIDC_SCOPES,
};

/// The roles that a claim can give, highest first. Where several fit, the highest counts.
pub const MAPPABLE_ROLES: [&str; 7] = ["owner", "admin", "editor", "author", "reviewer", "front_desk", "auditor"];

/// An OpenID Connect provider and this installation's registration with it.
#[derive(Debug, Clone)]
pub struct SingleSignOn {
    /// Who signs the ID tokens.
    pub issuer: Issuer,
    /// The client's id at the provider.
    pub client_id: String,
    /// The client's secret; a public client has none.
    pub client_secret: Option<SecretString>,
    /// The `{provider}` of `/v1/auth/oidc/{provider}`.
    pub name: String,
    /// What is asked for; `openid` is among them.
    pub scopes: Vec<String>,
    /// The claim that says what somebody is.
    pub role_claim: String,
    /// What the claim's values mean here; empty where roles are given here alone.
    pub roles: Vec<RoleMapping>,
    /// Whether somebody without an account gets one at the first sign-in.
    pub create_accounts: bool,
    /// Private networks in which the provider may stand.
    pub networks: Vec<IpNet>,
}

/// The issuer identifier as the provider writes it. It is compared byte by byte (OpenID Connect Discovery 1.0
/// §4.3), so the text is kept beside the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    text: String,
    url: Url,
}

impl Issuer {
    /// The identifier, byte by byte as it was set.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The identifier as an address.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }
}

/// One value of the role claim and the role that it gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleMapping {
    /// The claim's value, byte by byte.
    pub value: String,
    /// One of [`MAPPABLE_ROLES`].
    pub role: &'static str,
}

/// Who may sign in with a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LocalSignIn {
    /// Everybody who has one.
    Everybody,
    /// The owner with this address alone, for the day on which the provider fails.
    BreakGlass(EmailAddress),
}

/// What [`CMS_LOCAL_SIGN_IN`](super::settings::CMS_LOCAL_SIGN_IN) says, before it is known who the owner is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LocalSignInWord {
    On,
    BreakGlass,
}

/// Absent where it is not set or anything of it is wrong, which is then noted.
pub(super) fn read(from: &mut Reader, public_url: Option<&BaseUrl>) -> Option<SingleSignOn> {
    let issuer = from.read(&CMS_OIDC_ISSUER, parse_issuer);
    let client_id = from.read(&CMS_OIDC_CLIENT_ID, parse_client_id);
    let client_secret = from.read(&CMS_OIDC_CLIENT_SECRET, parse_client_secret);
    let name = from.read(&CMS_OIDC_NAME, parse_name);
    let scopes = from.read(&CMS_OIDC_SCOPES, parse_scopes);
    let role_claim = from.read(&CMS_OIDC_ROLE_CLAIM, parse_claim);
    let roles = from.read(&CMS_OIDC_ROLES, parse_roles);
    let create_accounts = from.read(&CMS_OIDC_CREATE_ACCOUNTS, parse::switch);
    let networks = from.read(&CMS_OIDC_NETWORKS, parse::networks);
    refuse_parts_of_single_sign_on(from, public_url);
    Some(SingleSignOn {
        issuer: issuer?,
        client_id: client_id?,
        client_secret,
        name: name?,
        scopes: scopes?,
        role_claim: role_claim?,
        roles: roles?,
        create_accounts: create_accounts?,
        networks: networks?,
    })
}

fn refuse_parts_of_single_sign_on(from: &mut Reader, public_url: Option<&BaseUrl>) {
    from.refuse_alone(&CMS_OIDC_ISSUER, &[&CMS_OIDC_CLIENT_ID]);
    from.refuse_alone(&CMS_OIDC_CLIENT_ID, &[&CMS_OIDC_ISSUER]);
    from.refuse_alone(&CMS_OIDC_CLIENT_SECRET, &[&CMS_OIDC_ISSUER]);
    if public_url.is_some_and(|url| !carries_secure_cookies(url)) {
        from.refuse_beside(
            &CMS_OIDC_ISSUER,
            "is set while CMS_PUBLIC_URL is neither https nor on this host",
            "expected an https:// address in CMS_PUBLIC_URL, or a browser will not keep the cookie of a sign-in",
        );
    }
}

pub(super) fn read_local_sign_in(from: &mut Reader) -> Option<LocalSignIn> {
    let word = from.read(&CMS_LOCAL_SIGN_IN, parse_local_sign_in);
    let owner = from.read(&CMS_BREAK_GLASS_OWNER, parse::email);
    from.refuse_alone(&CMS_BREAK_GLASS_OWNER, &[&CMS_LOCAL_SIGN_IN]);
    match (word?, owner) {
        (LocalSignInWord::On, _) => Some(LocalSignIn::Everybody),
        (LocalSignInWord::BreakGlass, owner) => {
            from.refuse_alone(&CMS_LOCAL_SIGN_IN, &[&CMS_OIDC_ISSUER]);
            from.refuse_alone(&CMS_LOCAL_SIGN_IN, &[&CMS_BREAK_GLASS_OWNER]);
            owner.map(LocalSignIn::BreakGlass)
        }
    }
}

fn parse_issuer(text: &str) -> Parsed<Issuer> {
    let url = address::base(text)?.url().clone();
    if url.scheme() == "https" || is_loopback(&url) {
        Ok(Issuer { text: text.to_owned(), url })
    } else {
        Err("is neither https nor on this host".into())
    }
}

/// Whether an address names this host by its loopback address, or as `localhost` (RFC 6761 §6.3).
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        None => false,
    }
}

/// Whether the cookie that binds a flow to its browser can be set: over TLS, or on this host.
fn carries_secure_cookies(public_url: &BaseUrl) -> bool {
    public_url.url().scheme() == "https" || is_loopback(public_url.url())
}

fn parse_client_id(text: &str) -> Parsed<String> {
    visible(text, 255).map(str::to_owned)
}

fn parse_client_secret(text: &str) -> Parsed<SecretString> {
    let text = visible(text, 1000)?;
    let mut characters = text.chars();
    let first = characters.next();
    if text.chars().count() < 8 || characters.all(|character| Some(character) == first) {
        return Err("is too short or one character over and over".into());
    }
    Ok(text.into())
}

fn parse_name(text: &str) -> Parsed<String> {
    let group = |group: &str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if text.len() <= 40 && text.split('-').all(group) { Ok(text.to_owned()) } else { Err("is no slug".into()) }
}

/// Scopes as RFC 6749 §3.3 writes them: separated by one blank.
fn parse_scopes(text: &str) -> Parsed<Vec<String>> {
    let scopes: Vec<String> = text.split(' ').map(str::to_owned).collect();
    let fits =
        |scope: &String| !scope.is_empty() && scope.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\');
    if !scopes.iter().all(fits) {
        return Err("is no list of scopes".into());
    }
    if scopes.iter().any(|scope| scope == "openid") { Ok(scopes) } else { Err("lacks openid".into()) }
}

fn parse_claim(text: &str) -> Parsed<String> {
    visible(text, 200).map(str::to_owned)
}

fn parse_roles(text: &str) -> Parsed<Vec<RoleMapping>> {
    let mappings = list(text, role_mapping)?;
    let doubled = |(index, mapping): (usize, &RoleMapping)| {
        mappings.iter().take(index).any(|earlier| earlier.value == mapping.value)
    };
    if mappings.iter().enumerate().any(doubled) {
        return Err("gives one value two roles".into());
    }
    Ok(mappings)
}

/// The last `=` divides, since a group can be a distinguished name (`cn=editors`).
fn role_mapping(text: &str) -> Parsed<RoleMapping> {
    let (value, role) = text.rsplit_once('=').ok_or("has no =")?;
    let role = MAPPABLE_ROLES.into_iter().find(|known| *known == role).ok_or("names no role")?;
    if value.is_empty() { Err("has no value".into()) } else { Ok(RoleMapping { value: value.to_owned(), role }) }
}

fn parse_local_sign_in(text: &str) -> Parsed<LocalSignInWord> {
    match text {
        "on" => Ok(LocalSignInWord::On),
        "break_glass" => Ok(LocalSignInWord::BreakGlass),
        _ => Err("is neither of the two words".into()),
    }
}

/// ASCII characters that can be seen: what RFC 6749 appendix A lets a client's credentials hold, without blanks.
fn visible(text: &str, most: usize) -> Parsed<&str> {
    if text.len() > most {
        return Err("is too long".into());
    }
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(text)
    } else {
        Err("holds a blank or another sign".into())
    }
}
