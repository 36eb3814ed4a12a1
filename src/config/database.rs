//! Which Postgres is used and as whom. Refuses a remote server without TLS, and a door to the
//! database that could never be opened.

use std::net::IpAddr;

use secrecy::SecretString;
use url::Url;

use super::address::strict;
use super::parse::Parsed;

/// Which Postgres is used.
#[derive(Debug, Clone)]
pub enum Database {
    /// The server the program starts for itself, in the folder of [`Config::data_dir`].
    ///
    /// [`Config::data_dir`]: super::Config::data_dir
    Embedded,
    /// A server of the operator's. At least the owner, or both roles, are set.
    External {
        /// The tables' owner, who migrates; absent where another process does.
        owner: Option<SecretString>,
        /// The role `cms_public`.
        public: Option<SecretString>,
        /// The role `cms_staff`.
        staff: Option<SecretString>,
    },
}

impl Database {
    pub(super) fn of(owner: Option<SecretString>, public: Option<SecretString>, staff: Option<SecretString>) -> Self {
        if owner.is_none() && public.is_none() && staff.is_none() {
            Self::Embedded
        } else {
            Self::External { owner, public, staff }
        }
    }
}

/// A connection address; `ambient_host` is the host that holds where the address names none.
pub(super) fn postgres(text: &str, ambient_host: Option<&str>) -> Parsed<SecretString> {
    let url = strict(text, &["postgres", "postgresql"])?;
    let encrypted = encrypted(&url)?;
    if !encrypted && hosts(&url, ambient_host).iter().any(|host| !is_local(host)) {
        return Err("connects to a remote server without TLS".into());
    }
    Ok(text.into())
}

/// Whether every `sslmode` of the address makes TLS certain. `prefer` and `allow` do not: whoever
/// sits between can talk the client out of it (Postgres manual, "SSL Mode Descriptions").
fn encrypted(url: &Url) -> Parsed<bool> {
    let mut encrypted = None;
    for (_, mode) in url.query_pairs().filter(|(key, _)| key == "sslmode" || key == "ssl-mode") {
        let certain = match mode.to_ascii_lowercase().as_str() {
            "require" | "verify-ca" | "verify-full" => true,
            "disable" | "allow" | "prefer" => false,
            _ => return Err("has an unknown sslmode".into()),
        };
        encrypted = Some(encrypted.unwrap_or(true) && certain);
    }
    Ok(encrypted.unwrap_or(false))
}

/// Every host the address names: drivers differ in which one wins, so each of them counts.
fn hosts(url: &Url, ambient_host: Option<&str>) -> Vec<String> {
    let authority = url.host_str().filter(|host| !host.is_empty()).map(str::to_owned);
    let parameters = url.query_pairs().filter(|(key, _)| key == "host" || key == "hostaddr");
    let named: Vec<String> = authority.into_iter().chain(parameters.map(|(_, host)| host.into_owned())).collect();
    if named.is_empty() { ambient_host.map(str::to_owned).into_iter().collect() } else { named }
}

/// Whether a host is this one: a socket's folder, or a loopback address.
fn is_local(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    let loopback = || host.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback());
    host.starts_with('/') || host.starts_with("%2f") || host == "localhost" || loopback()
}
