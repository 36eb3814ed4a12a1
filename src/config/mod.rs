//! The configuration: every setting once, read at start-up and never again.
//!
//! A flag wins over the environment, the environment over a file it names with `…_FILE`, that over
//! the settings file, and that over the default. [`Config::load`] tells every mistake at once and
//! refuses to guess: an unknown name, an empty value, an example's password and a remote database
//! without TLS all keep the program from starting. No mistake, `Debug` or listing holds a secret.

mod address;
mod article_paths;
mod bounded_file;
mod database;
mod first_owner;
mod mistakes;
mod parse;
mod preview_urls;
mod publish_gate;
mod rate_limits;
mod reader;
pub mod reference;
pub mod settings;
pub mod single_sign_on;
mod sources;
mod toml_file;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::PathBuf;

use email_address::EmailAddress;
use ipnet::IpNet;

pub use address::{BaseUrl, WebOrigin};
pub use article_paths::{ArticlePath, ArticlePaths};
pub use database::Database;
pub use first_owner::FirstOwner;
pub use mistakes::{ConfigErrors, Mistake, SetBy};
pub use parse::{ForwardedHeader, LogFormat, ReviewOverdue};
pub use preview_urls::PreviewUrl;
pub use publish_gate::{GATE_CODES, GateSeverity};
pub use rate_limits::{LimitName, Rate, RateLimits};
pub use reader::Shown;
pub use secrecy::{ExposeSecret, SecretString};
pub use settings::{SETTINGS, Setting};
pub use single_sign_on::{Issuer, LocalSignIn, MAPPABLE_ROLES, RoleMapping, SingleSignOn, is_loopback};
pub use sources::{DEFAULT_SETTINGS_FILE, SettingsFile, Sources};

use reader::Reader;
use settings::{
    CMS_ADMIN_EMAIL, CMS_ADMIN_PASSWORD, CMS_ARTICLE_PATHS, CMS_AUDIT_ANCHOR_URL, CMS_AUDIT_ANCHORS,
    CMS_AUDIT_RETENTION_DAYS, CMS_CORS_ORIGINS, CMS_DATA_DIR, CMS_DATABASE_CONNECTIONS, CMS_DATABASE_PUBLIC_URL,
    CMS_DATABASE_READ_URL, CMS_DATABASE_STAFF_URL, CMS_FORM_REDIRECT_ORIGINS, CMS_FORWARDED_HEADER,
    CMS_INQUIRY_RETENTION_DAYS, CMS_LISTEN, CMS_LOG, CMS_LOG_FORMAT, CMS_MAIL_FROM, CMS_MEDIA_URL, CMS_METRICS_LISTEN,
    CMS_PASSKEY_RP_ID, CMS_POSTGRES_ARCHIVE_URL, CMS_POSTGRES_BIN, CMS_PREVIEW_URLS, CMS_PUBLIC_URL, CMS_RATE_LIMITS,
    CMS_REQUIRE_MFA, CMS_SESSION_IDLE_MINUTES, CMS_SITE_URL, CMS_SMTP_URL, CMS_STAFF_URL, CMS_TRUSTED_PROXIES,
    CMS_WORKERS, DATABASE_URL,
};

/// The settings of a running program, parsed. Each field is described with its setting in
/// [`settings`].
#[derive(Debug, Clone)]
pub struct Config {
    /// [`CMS_LISTEN`]; port 0 takes any free port.
    pub listen: SocketAddr,
    /// [`CMS_DATA_DIR`], relative to the working directory.
    pub data_dir: PathBuf,
    /// [`CMS_PUBLIC_URL`]; with port 0 see [`Config::public_url_at`].
    pub public_url: BaseUrl,
    /// [`CMS_SITE_URL`].
    pub site_url: Option<BaseUrl>,
    /// [`CMS_ARTICLE_PATHS`], the most particular first.
    pub article_paths: ArticlePaths,
    /// [`DATABASE_URL`], [`CMS_DATABASE_PUBLIC_URL`] and [`CMS_DATABASE_STAFF_URL`].
    pub database: Database,
    /// [`CMS_DATABASE_READ_URL`].
    pub database_read_url: Option<SecretString>,
    /// [`CMS_DATABASE_CONNECTIONS`], for each pool.
    pub database_connections: u32,
    /// [`settings::CMS_CACHE_MIB`]; 0 is off.
    pub cache_mib: u32,
    /// [`settings::CMS_STALE_SECONDS`].
    pub stale_seconds: u32,
    /// [`CMS_POSTGRES_BIN`].
    pub postgres_bin: Option<PathBuf>,
    /// [`CMS_POSTGRES_ARCHIVE_URL`].
    pub postgres_archive_url: BaseUrl,
    /// [`CMS_ADMIN_EMAIL`] and [`CMS_ADMIN_PASSWORD`].
    pub first_owner: Option<FirstOwner>,
    /// [`CMS_REQUIRE_MFA`].
    pub require_mfa: bool,
    /// The `CMS_OIDC_…` settings.
    pub single_sign_on: Option<SingleSignOn>,
    /// [`settings::CMS_LOCAL_SIGN_IN`] and [`settings::CMS_BREAK_GLASS_OWNER`].
    pub local_sign_in: LocalSignIn,
    /// [`CMS_STAFF_URL`].
    pub staff_url: Option<BaseUrl>,
    /// [`CMS_CORS_ORIGINS`], each once.
    pub cors_origins: Vec<WebOrigin>,
    /// [`CMS_PASSKEY_RP_ID`].
    pub passkey_rp_id: Option<String>,
    /// [`CMS_FORM_REDIRECT_ORIGINS`], each once.
    pub form_redirect_origins: Vec<WebOrigin>,
    /// [`CMS_PREVIEW_URLS`], the usual one first.
    pub preview_urls: Vec<PreviewUrl>,
    /// [`CMS_TRUSTED_PROXIES`], each once; a single address is a network of one.
    pub trusted_proxies: Vec<IpNet>,
    /// [`CMS_FORWARDED_HEADER`].
    pub forwarded_header: ForwardedHeader,
    /// [`CMS_SMTP_URL`].
    pub smtp_url: Option<SecretString>,
    /// [`CMS_MAIL_FROM`].
    pub mail_from: Option<EmailAddress>,
    /// [`settings::CMS_WEBHOOK_NETWORKS`], each once.
    pub webhook_networks: Vec<IpNet>,
    /// [`CMS_METRICS_LISTEN`], a loopback address.
    pub metrics_listen: Option<SocketAddr>,
    /// [`CMS_MEDIA_URL`].
    pub media_url: Option<BaseUrl>,
    /// [`CMS_LOG_FORMAT`].
    pub log_format: LogFormat,
    /// [`CMS_LOG`], as written.
    pub log: String,
    /// [`CMS_INQUIRY_RETENTION_DAYS`], 1 to 36,500.
    pub inquiry_retention_days: u32,
    /// [`settings::CMS_PROOF_OF_WORK_COST`], 1 to 1,000,000.
    pub proof_of_work_cost: u32,
    /// [`settings::CMS_META_GRAPH_URL`].
    pub meta_graph_url: BaseUrl,
    /// [`settings::CMS_REVIEW_OVERDUE`].
    pub review_overdue: ReviewOverdue,
    /// [`settings::CMS_REVIEW_MONTHS`], 1 to 60.
    pub review_months: u32,
    /// Minutes after which somebody who reads inquiries and has left the desk has to sign in again.
    pub session_idle_minutes: u32,
    /// [`CMS_AUDIT_ANCHORS`]; see [`Config::audit_anchors`].
    pub audit_anchors: Option<PathBuf>,
    /// [`CMS_AUDIT_ANCHOR_URL`].
    pub audit_anchor_url: Option<SecretString>,
    /// [`CMS_AUDIT_RETENTION_DAYS`], 2,192 to 36,500.
    pub audit_retention_days: u32,
    /// [`CMS_RATE_LIMITS`].
    pub rate_limits: RateLimits,
    /// [`settings::CMS_PUBLISH_GATE`]: what differs from the usual severities.
    pub publish_gate: Vec<(&'static str, GateSeverity)>,
    /// [`CMS_WORKERS`], 1 to 64.
    pub workers: Option<usize>,
    shown: Vec<Shown>,
}

impl Config {
    /// Reads all settings.
    ///
    /// # Errors
    ///
    /// Every mistake there is, in [`ConfigErrors`]. A value that a higher source overrides is not
    /// looked at.
    pub fn load(sources: &Sources) -> Result<Self, ConfigErrors> {
        let mut reader = Reader::over(sources);
        let config = read(&mut reader);
        reader.finish(config).map(|(mut config, shown)| {
            config.shown = shown;
            config.show_derived_address();
            config
        })
    }

    /// Every setting with its value and where it comes from, in the order of [`SETTINGS`].
    #[must_use]
    pub fn show(&self) -> &[Shown] {
        &self.shown
    }

    /// The settings that somebody set and this version does not act on, for a warning at start-up.
    #[must_use]
    pub fn unused(&self) -> Vec<&'static str> {
        let set = self.shown.iter().filter(|shown| shown.set_by != SetBy::Default);
        set.filter(|shown| shown.effect == settings::Effect::Reserved).map(|shown| shown.name).collect()
    }

    /// For an invented clinic, which is looked at with one password unless somebody says otherwise.
    #[must_use]
    pub fn for_demo(mut self) -> Self {
        self.require_mfa = self.require_mfa && self.is_set(&CMS_REQUIRE_MFA);
        self
    }

    /// The public address of a server that is bound to `bound`: the configured one, else
    /// `http://<bound>`. Needed where the port is 0 and known only once bound.
    #[must_use]
    pub fn public_url_at(&self, bound: SocketAddr) -> BaseUrl {
        if self.is_set(&CMS_PUBLIC_URL) {
            return self.public_url.clone();
        }
        address::of_listener(bound).unwrap_or_else(|_| self.public_url.clone())
    }

    /// Where heads of the audit trail are kept: [`CMS_AUDIT_ANCHORS`], or a file in the data directory.
    #[must_use]
    pub fn audit_anchors(&self) -> PathBuf {
        self.audit_anchors.clone().unwrap_or_else(|| self.data_dir.join("audit").join("anchors.jsonl"))
    }

    fn is_set(&self, setting: &Setting) -> bool {
        let mut set = self.shown.iter().filter(|shown| shown.set_by != SetBy::Default);
        set.any(|shown| shown.name == setting.env)
    }

    fn show_derived_address(&mut self) {
        let derived = self.public_url.to_string();
        let unset = self.shown.iter_mut().find(|shown| shown.name == CMS_PUBLIC_URL.env);
        if let Some(shown) = unset.filter(|shown| shown.value.is_none()) {
            shown.value = Some(derived);
        }
    }
}

/// Reads every setting. Nothing before the final struct may end early, or the mistakes of the
/// settings after it would go untold.
fn read(from: &mut Reader) -> Option<Config> {
    let listen = from.read(&CMS_LISTEN, parse::socket);
    let data_dir = from.read(&CMS_DATA_DIR, parse::path);
    let public_url = from.read(&CMS_PUBLIC_URL, address::site);
    let site_url = from.read(&CMS_SITE_URL, address::site);
    let article_paths = from.read(&CMS_ARTICLE_PATHS, article_paths::article_paths);
    let database = read_database(from);
    let database_read_url = from.read_postgres(&CMS_DATABASE_READ_URL);
    let database_connections = from.read_number(&CMS_DATABASE_CONNECTIONS);
    let cache_mib = from.read_number(&settings::CMS_CACHE_MIB);
    let stale_seconds = from.read_number(&settings::CMS_STALE_SECONDS);
    let postgres_bin = from.read(&CMS_POSTGRES_BIN, parse::path);
    let postgres_archive_url = from.read(&CMS_POSTGRES_ARCHIVE_URL, address::base);
    let first_owner = read_first_owner(from);
    let require_mfa = from.read(&CMS_REQUIRE_MFA, parse::switch);
    let public_url = public_url.or_else(|| address::of_listener(listen?).ok());
    let single_sign_on = single_sign_on::read(from, public_url.as_ref());
    let local_sign_in = single_sign_on::read_local_sign_in(from);
    let staff_url = from.read(&CMS_STAFF_URL, address::base);
    let cors_origins = from.read(&CMS_CORS_ORIGINS, address::origins);
    let passkey_rp_id = from.read(&CMS_PASSKEY_RP_ID, address::host_name);
    let form_redirect_origins = from.read(&CMS_FORM_REDIRECT_ORIGINS, address::origins);
    let preview_urls = from.read(&CMS_PREVIEW_URLS, preview_urls::preview_urls);
    let trusted_proxies = from.read(&CMS_TRUSTED_PROXIES, parse::networks);
    let forwarded_header = from.read(&CMS_FORWARDED_HEADER, parse::forwarded_header);
    let smtp_url = from.read(&CMS_SMTP_URL, address::smtp);
    let mail_from = from.read(&CMS_MAIL_FROM, parse::email);
    let webhook_networks = from.read(&settings::CMS_WEBHOOK_NETWORKS, parse::networks);
    let metrics_listen = read_metrics_listen(from, listen);
    let media_url = from.read(&CMS_MEDIA_URL, address::base);
    let log_format = from.read(&CMS_LOG_FORMAT, parse::log_format);
    let log = from.read(&CMS_LOG, parse::log_filter);
    let inquiry_retention_days = from.read_number(&CMS_INQUIRY_RETENTION_DAYS);
    let proof_of_work_cost = from.read_number(&settings::CMS_PROOF_OF_WORK_COST);
    let session_idle_minutes = from.read_number(&CMS_SESSION_IDLE_MINUTES);
    let audit_anchors = from.read(&CMS_AUDIT_ANCHORS, parse::path);
    let meta_graph_url = from.read(&settings::CMS_META_GRAPH_URL, address::guarded);
    let review_overdue = from.read(&settings::CMS_REVIEW_OVERDUE, parse::review_overdue);
    let review_months = from.read_number(&settings::CMS_REVIEW_MONTHS);
    let audit_anchor_url = from.read(&CMS_AUDIT_ANCHOR_URL, address::hook);
    let audit_retention_days = from.read_number(&CMS_AUDIT_RETENTION_DAYS);
    let rate_limits = from.read(&CMS_RATE_LIMITS, rate_limits::rate_limits);
    let publish_gate = from.read(&settings::CMS_PUBLISH_GATE, publish_gate::publish_gate);
    let workers = from.read_number(&CMS_WORKERS);
    Some(Config {
        listen: listen?,
        data_dir: data_dir?,
        public_url: public_url?,
        site_url,
        article_paths: article_paths?,
        database,
        database_read_url,
        database_connections: database_connections?,
        cache_mib: cache_mib?,
        stale_seconds: stale_seconds?,
        postgres_bin,
        postgres_archive_url: postgres_archive_url?,
        first_owner,
        require_mfa: require_mfa?,
        single_sign_on,
        local_sign_in: local_sign_in?,
        staff_url,
        cors_origins: cors_origins?,
        passkey_rp_id,
        form_redirect_origins: form_redirect_origins?,
        preview_urls: preview_urls?,
        trusted_proxies: trusted_proxies?,
        forwarded_header: forwarded_header?,
        smtp_url,
        mail_from,
        webhook_networks: webhook_networks?,
        metrics_listen,
        media_url,
        log_format: log_format?,
        log: log?,
        inquiry_retention_days: inquiry_retention_days?,
        proof_of_work_cost: proof_of_work_cost?,
        meta_graph_url: meta_graph_url?,
        review_overdue: review_overdue?,
        review_months: review_months?,
        session_idle_minutes: session_idle_minutes?,
        audit_anchors,
        audit_anchor_url,
        audit_retention_days: audit_retention_days?,
        rate_limits: rate_limits?,
        publish_gate: publish_gate?,
        workers,
        shown: Vec::new(),
    })
}

fn read_database(from: &mut Reader) -> Database {
    let owner = from.read_postgres(&DATABASE_URL);
    let public = from.read_postgres(&CMS_DATABASE_PUBLIC_URL);
    let staff = from.read_postgres(&CMS_DATABASE_STAFF_URL);
    from.refuse_alone(&CMS_DATABASE_PUBLIC_URL, &[&DATABASE_URL, &CMS_DATABASE_STAFF_URL]);
    from.refuse_alone(&CMS_DATABASE_STAFF_URL, &[&DATABASE_URL, &CMS_DATABASE_PUBLIC_URL]);
    Database::of(owner, public, staff)
}

fn read_first_owner(from: &mut Reader) -> Option<FirstOwner> {
    let email: Option<EmailAddress> = from.read(&CMS_ADMIN_EMAIL, parse::email);
    let password = from.read(&CMS_ADMIN_PASSWORD, first_owner::password);
    from.refuse_alone(&CMS_ADMIN_EMAIL, &[&CMS_ADMIN_PASSWORD]);
    from.refuse_alone(&CMS_ADMIN_PASSWORD, &[&CMS_ADMIN_EMAIL]);
    Some(FirstOwner { email: email?, password: password? })
}

/// Metrics stay off the public address, so the two never listen on the same one.
fn read_metrics_listen(from: &mut Reader, listen: Option<SocketAddr>) -> Option<SocketAddr> {
    from.read(&CMS_METRICS_LISTEN, |text| match parse::loopback_socket(text)? {
        metrics if metrics.port() != 0 && Some(metrics) == listen => {
            Err("is the address of the API (CMS_LISTEN)".into())
        }
        metrics => Ok(metrics),
    })
}
