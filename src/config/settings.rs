//! The table of settings: each one once, with one doc comment.
//!
//! The doc comments of the constants below are also the text of `.env.example` and of the settings
//! table, so that a setting is described in one place only.

/// One setting: its names, what it holds, and what holds where nobody set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Name in the environment, such as `CMS_LISTEN`; with `_FILE` after it, the name of a file.
    pub env: &'static str,
    /// What the value is and how it is checked.
    pub kind: Kind,
    /// What holds where the setting is not set.
    pub fallback: Fallback,
    /// Whether this version acts on the setting.
    pub effect: Effect,
    /// What the setting is for, in sentences on one line.
    pub doc: &'static str,
}

/// What holds where a setting is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fallback {
    /// This text, parsed as if it had been given.
    Value(&'static str),
    /// No value; the text says what the program does then.
    Absent(&'static str),
}

/// Whether this version acts on a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The setting takes effect.
    InUse,
    /// The setting is checked and then left alone; start-up warns where it is set.
    Reserved,
}

/// What the value of a setting is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An IP address with a port.
    Socket,
    /// An IP address of this host alone, with a port.
    LoopbackSocket,
    /// A file or folder.
    Path,
    /// An http(s) address of a whole host: no path.
    SiteAddress,
    /// An http(s) address under which more is found: a path is allowed.
    BaseAddress,
    /// A Postgres connection address (secret).
    Postgres,
    /// A mail server's address (secret).
    Smtp,
    /// The name of a host in the DNS.
    HostName,
    /// An address that is posted to; a token in it makes it a secret.
    HookAddress,
    /// An e-mail address.
    Email,
    /// A password (secret).
    Password,
    /// A yes or no.
    Switch,
    /// A list of web origins; may be empty.
    Origins,
    /// A list of networks; may be empty.
    Networks,
    /// The header that trusted proxies write.
    ForwardedHeader,
    /// The shape of a log line.
    LogFormat,
    /// Directives of the tracing filter.
    LogFilter,
    /// A whole number within bounds, both inclusive.
    Number {
        /// Smallest accepted value.
        min: u32,
        /// Largest accepted value.
        max: u32,
    },
    /// Rates by name.
    RateLimits,
    /// Templates of paths by language and category.
    ArticlePaths,
    /// Severities by the name of a finding; may be empty.
    PublishGate,
    /// The issuer identifier of an OpenID Connect provider.
    Issuer,
    /// A client's id at a provider.
    ClientId,
    /// A client's secret at a provider (secret).
    ClientSecret,
    /// A name that stands in an address.
    Slug,
    /// Scopes of OAuth 2.0.
    Scopes,
    /// The name of a claim.
    Claim,
    /// Roles by a claim's value; may be empty.
    ClaimRoles,
    /// Pages that show previews, by name; may be empty.
    PreviewUrls,
    /// Who may sign in with a password.
    LocalSignIn,
    /// What becomes of an article whose review is overdue.
    ReviewOverdue,
}

impl Kind {
    /// The words that follow "expected" in a mistake, and the "Value" column of the settings table.
    #[must_use]
    pub fn expected(self) -> String {
        let text = match self {
            Self::Socket => "an IP address with a port, such as 127.0.0.1:8080 or [::1]:8080",
            Self::LoopbackSocket => "a loopback IP address with a port, such as 127.0.0.1:9090",
            Self::Path => "a path",
            Self::SiteAddress => {
                "an http:// or https:// address without user, path, query or fragment, such as https://api.example.org"
            }
            Self::BaseAddress => {
                "an http:// or https:// address without user, query or fragment, such as https://files.example.org/media"
            }
            Self::Postgres => {
                "postgres://user:password@host:port/database, with special characters percent-encoded, and with sslmode=require, verify-ca or verify-full where the host is remote"
            }
            Self::Smtp => "smtp://user:password@host:port or smtps://…, with special characters percent-encoded",
            Self::HostName => "a host name in lower case, such as clinic.example",
            Self::HookAddress => {
                "an https:// address without user or fragment, such as https://hooks.example.org/audit; http:// for a loopback host alone"
            }
            Self::Email => "an e-mail address, such as owner@clinic.example",
            Self::Password => "a password of 15 to 128 characters that is no example",
            Self::Switch => "true, false, on or off",
            Self::Origins => {
                "a comma-separated list of origins scheme://host[:port], such as https://www.example.org, or nothing"
            }
            Self::Networks => {
                "a comma-separated list of IP addresses and CIDR networks, such as 10.0.0.0/8, or nothing"
            }
            Self::ForwardedHeader => "x-forwarded-for or forwarded",
            Self::LogFormat => "json or text",
            Self::LogFilter => "filter directives, such as info or info,clinic_cms=debug",
            Self::RateLimits => {
                "on, off, or a comma-separated list of name=count/seconds with the names inquiries, login and failures, such as inquiries=30/60"
            }
            Self::ArticlePaths => {
                "a comma-separated list of paths with {slug}, {locale} and {category}, with locale= or locale/category= before them where they are for those articles alone, such as /articles/{slug}, es=/es/articulos/{slug}, en/prevention=/prevention/{slug}"
            }
            Self::PublishGate => {
                "a comma-separated list of finding=blocker or finding=warning, such as section_empty=warning, or nothing"
            }
            Self::Issuer => {
                "an https:// address (http:// on this host alone) without user, query or fragment, exactly as the provider writes it, such as https://id.clinic.example/realms/staff"
            }
            Self::ClientId => "up to 255 visible ASCII characters",
            Self::ClientSecret => "8 to 1,000 visible ASCII characters that are not all the same",
            Self::Slug => "lower-case letters and digits in groups joined by hyphens, at most 40 characters",
            Self::Scopes => "scopes separated by one blank, openid among them",
            Self::Claim => "the name of a claim, or a path of names joined by dots, such as realm_access.roles",
            Self::ClaimRoles => {
                "a comma-separated list of value=role with the roles owner, admin, editor, author, reviewer, front_desk and auditor, such as cms-editors=editor, or nothing"
            }
            Self::PreviewUrls => {
                "a comma-separated list of https:// addresses (http:// on this host alone) with {token} and perhaps {id}, {slug}, {locale} and {revision} behind the host, each but one with a name, such as app=https://app.clinic.example/preview?token={token}, or nothing"
            }
            Self::LocalSignIn => "on or break_glass",
            Self::ReviewOverdue => "flag, noindex or withdraw",
            Self::Number { min, max } => return format!("a whole number from {min} to {max}"),
        };
        text.to_owned()
    }

    /// Whether the value is never shown, logged or repeated in a mistake.
    #[must_use]
    pub const fn is_secret(self) -> bool {
        matches!(self, Self::ClientSecret | Self::HookAddress | Self::Password | Self::Postgres | Self::Smtp)
    }

    /// Whether an empty value means something: an empty list.
    #[must_use]
    pub const fn may_be_empty(self) -> bool {
        matches!(self, Self::Origins | Self::Networks | Self::ClaimRoles | Self::PreviewUrls | Self::PublishGate)
    }

    /// Whether the value is a comma-separated list, which in TOML may be an array.
    #[must_use]
    pub const fn is_list(self) -> bool {
        matches!(
            self,
            Self::Origins
                | Self::Networks
                | Self::RateLimits
                | Self::ArticlePaths
                | Self::ClaimRoles
                | Self::PreviewUrls
                | Self::PublishGate
        )
    }
}

impl Setting {
    /// Key in the settings file: the name in lower case, without `CMS_`.
    #[must_use]
    pub fn key(&self) -> String {
        let name = self.env.strip_prefix("CMS_").unwrap_or(self.env);
        name.to_ascii_lowercase()
    }

    /// Name of the command-line flag, without its dashes: the key with `-` for `_`.
    #[must_use]
    pub fn flag(&self) -> String {
        self.key().replace('_', "-")
    }

    /// Whether the value is a secret.
    #[must_use]
    pub const fn is_secret(&self) -> bool {
        self.kind.is_secret()
    }
}

macro_rules! settings {
    ($($(#[doc = $doc:literal])+ $name:ident: $kind:expr, $fallback:expr, $effect:expr;)+) => {
        $(
            $(#[doc = $doc])+
            pub const $name: Setting = Setting {
                env: stringify!($name),
                kind: $kind,
                fallback: $fallback,
                effect: $effect,
                doc: concat!($($doc),+).trim_ascii(),
            };
        )+

        /// Every setting, in the order in which it is documented and shown.
        pub const SETTINGS: &[Setting] = &[$($name),+];
    };
}

use Effect::{InUse, Reserved};
use Fallback::{Absent, Value};

settings! {
    /// Address and port on which the API listens. Port 0 takes any free port.
    CMS_LISTEN: Kind::Socket, Value("127.0.0.1:8080"), InUse;
    /// Folder of everything the program keeps on disk, the embedded database included.
    /// A relative path counts from the working directory.
    CMS_DATA_DIR: Kind::Path, Value("./data"), InUse;
    /// Address under which clients reach the API. Every absolute link is built from it, never from
    /// a request header.
    CMS_PUBLIC_URL: Kind::SiteAddress, Absent("`http://` and the address listened on"), InUse;
    /// Address of the clinic's own web site, which canonical links, the sitemap, feeds and JSON-LD
    /// name.
    CMS_SITE_URL: Kind::SiteAddress, Absent("the site address kept with the clinic"), InUse;
    /// Where articles stand on the clinic's site. A path with `{locale}` in it and nothing before it is
    /// for every language, one without for the clinic's own. An article that has no category passes over
    /// a path with `{category}`. A change moves an article with its next publication, and its old
    /// address then leads to the new one.
    CMS_ARTICLE_PATHS: Kind::ArticlePaths, Value("/articles/{slug}, /{locale}/articles/{slug}"), InUse;
    /// Postgres as the owner of the tables, who runs the migrations.
    DATABASE_URL: Kind::Postgres, Absent("the embedded server, unless the two addresses below are set"), InUse;
    /// Postgres as the role `cms_public`, which serves public reads and posts. It is set together
    /// with `DATABASE_URL` or with `CMS_DATABASE_STAFF_URL`.
    CMS_DATABASE_PUBLIC_URL: Kind::Postgres, Absent("made and signed in by the owner at start-up"), InUse;
    /// Postgres as the role `cms_staff`, which serves sign-in and staff. It is set together with
    /// `DATABASE_URL` or with `CMS_DATABASE_PUBLIC_URL`.
    CMS_DATABASE_STAFF_URL: Kind::Postgres, Absent("made and signed in by the owner at start-up"), InUse;
    /// Postgres replica for public reads.
    CMS_DATABASE_READ_URL: Kind::Postgres, Absent("public reads use the primary"), Reserved;
    /// Most connections that each pool of database connections opens.
    CMS_DATABASE_CONNECTIONS: Kind::Number { min: 1, max: 200 }, Value("10"), InUse;
    /// Most mebibytes of public answers that are kept in memory, in all codings together; 0 keeps none.
    CMS_CACHE_MIB: Kind::Number { min: 0, max: 65_536 }, Value("64"), InUse;
    /// Seconds for which public reads are answered from memory, marked as stale, while the database is away.
    CMS_STALE_SECONDS: Kind::Number { min: 0, max: 86_400 }, Value("300"), InUse;
    /// Folder that holds the `initdb` and `postgres` programs of the embedded server.
    CMS_POSTGRES_BIN: Kind::Path, Absent("the newest one found on this host"), InUse;
    /// Base address of the archive from which Postgres is fetched, hash-checked, where this host
    /// has none.
    CMS_POSTGRES_ARCHIVE_URL: Kind::BaseAddress,
        Value("https://github.com/theseus-rs/postgresql-binaries/releases/download"), InUse;
    /// E-mail address of the first owner, who is made at start-up where there is none. It is set
    /// together with `CMS_ADMIN_PASSWORD`.
    CMS_ADMIN_EMAIL: Kind::Email, Absent("no owner is made from settings"), InUse;
    /// Password of the first owner. It is set together with `CMS_ADMIN_EMAIL`; a file is the safer
    /// place.
    CMS_ADMIN_PASSWORD: Kind::Password, Absent("no owner is made from settings"), InUse;
    /// Whether every role that can read inquiries must have a second factor.
    CMS_REQUIRE_MFA: Kind::Switch, Value("on"), InUse;
    /// Minutes after which somebody who reads inquiries and has left the desk has to sign in again.
    CMS_SESSION_IDLE_MINUTES: Kind::Number { min: 1, max: 720 }, Value("15"), InUse;
    /// Issuer of the OpenID Connect provider for single sign-on. It is set together with
    /// `CMS_OIDC_CLIENT_ID` and asks for a `CMS_PUBLIC_URL` with https unless that is on this host. The
    /// provider sends people back to `/v1/auth/oidc/sso/callback` below `CMS_PUBLIC_URL`, with
    /// `CMS_OIDC_NAME` in the place of `sso`.
    CMS_OIDC_ISSUER: Kind::Issuer, Absent("no single sign-on"), InUse;
    /// This installation's client id at the provider.
    CMS_OIDC_CLIENT_ID: Kind::ClientId, Absent("no single sign-on"), InUse;
    /// This installation's client secret at the provider; a file is the safer place.
    CMS_OIDC_CLIENT_SECRET: Kind::ClientSecret, Absent("a public client, which PKCE alone protects"), InUse;
    /// Name of the provider in the addresses `/v1/auth/oidc/{provider}/…`. Accounts are linked by it: a
    /// new name links anew.
    CMS_OIDC_NAME: Kind::Slug, Value("sso"), InUse;
    /// What the provider is asked for.
    CMS_OIDC_SCOPES: Kind::Scopes, Value("openid email profile"), InUse;
    /// Claim of the provider that says what somebody is in the clinic.
    CMS_OIDC_ROLE_CLAIM: Kind::Claim, Value("groups"), InUse;
    /// Which value of that claim gives which role; of several the highest counts. Where any is set, the
    /// provider decides: a role follows the claim at each sign-in, and nobody without a listed value
    /// gets in.
    CMS_OIDC_ROLES: Kind::ClaimRoles, Value(""), InUse;
    /// Whether somebody whom the provider knows, with a verified e-mail address and a listed role, gets
    /// an account at the first sign-in.
    CMS_OIDC_CREATE_ACCOUNTS: Kind::Switch, Value("off"), InUse;
    /// Private networks in which the provider may stand. Without them it is reached at public addresses
    /// alone.
    CMS_OIDC_NETWORKS: Kind::Networks, Value(""), InUse;
    /// Who may sign in with a password, or with a passkey in its place: everybody who has one, or the owner of
    /// `CMS_BREAK_GLASS_OWNER` alone.
    CMS_LOCAL_SIGN_IN: Kind::LocalSignIn, Value("on"), InUse;
    /// E-mail address of the one owner who can sign in with a password or a passkey on the day on which the
    /// provider fails.
    CMS_BREAK_GLASS_OWNER: Kind::Email, Absent("nobody, while everybody may"), InUse;
    /// Address of the staff front end. The links of invitations and password resets lead to `/invitations/{token}`
    /// and `/password-resets/{token}` below it, those of letters about inquiries to `/inquiries/{id}`, and single sign-on ends at `/sso` below it, with a one-time code in
    /// the fragment.
    CMS_STAFF_URL: Kind::BaseAddress, Absent("links lead to small pages of the API; single sign-on ends with the tokens as JSON"), InUse;
    /// Origins whose pages may call the staff routes from a browser.
    CMS_CORS_ORIGINS: Kind::Origins, Value(""), InUse;
    /// Host name that passkeys are made for and bound to for good (the RP id of Web Authentication). Passkeys
    /// work on pages of this host and of hosts below it: those among `CMS_PUBLIC_URL`, `CMS_STAFF_URL` and
    /// `CMS_CORS_ORIGINS`. Another name voids every passkey that was made.
    CMS_PASSKEY_RP_ID: Kind::HostName, Absent("the host of `CMS_PUBLIC_URL`; no passkeys where that is an IP address"), InUse;
    /// Origins to which a plain HTML form may send its visitor on after a post.
    CMS_FORM_REDIRECT_ORIGINS: Kind::Origins, Value(""), InUse;
    /// Pages on which front ends show previews: where the links lead that editors hand out. The first is the usual
    /// one; the others are asked for by their names.
    CMS_PREVIEW_URLS: Kind::PreviewUrls, Value(""), InUse;
    /// Proxies that are believed when they say for whom they speak.
    CMS_TRUSTED_PROXIES: Kind::Networks, Value(""), InUse;
    /// The one header of trusted proxies that is believed: the one that the nearest proxy writes or appends to.
    /// Proxies pass on the other as the client sent it, so it is ignored.
    CMS_FORWARDED_HEADER: Kind::ForwardedHeader, Value("x-forwarded-for"), InUse;
    /// Mail server through which mail is sent. `smtps://` is TLS from the first byte (port 465),
    /// `smtp://` demands STARTTLS (port 587) unless the host is loopback.
    CMS_SMTP_URL: Kind::Smtp, Absent("mail is written as files into `mail` in the data folder"), InUse;
    /// Address that mail comes from. The name beside it is the clinic's.
    CMS_MAIL_FROM: Kind::Email, Absent("`no-reply@` and the host of `CMS_PUBLIC_URL`, or `clinic-cms@localhost`"), InUse;
    /// Private networks in which receivers of webhooks, and a stand-in of Meta's Graph API, may stand, 127.0.0.0/8 for this
    /// host; there they may be reached without TLS as well. Without them events go to public addresses behind https alone.
    CMS_WEBHOOK_NETWORKS: Kind::Networks, Value(""), InUse;
    /// Loopback address and port on which metrics are served, apart from the API.
    CMS_METRICS_LISTEN: Kind::LoopbackSocket, Absent("no metrics are served"), Reserved;
    /// Address under which media files are served.
    CMS_MEDIA_URL: Kind::BaseAddress, Absent("none"), Reserved;
    /// Shape of a log line.
    CMS_LOG_FORMAT: Kind::LogFormat, Value("text"), InUse;
    /// Which events are logged, as directives of the `tracing` filter.
    CMS_LOG: Kind::LogFilter, Value("info"), InUse;
    /// Days after which an inquiry's retention ends; the day is written with each inquiry.
    CMS_INQUIRY_RETENTION_DAYS: Kind::Number { min: 1, max: 36_500 }, Value("730"), InUse;
    /// How hard the challenge of a form with a proof of work is: rounds of PBKDF2 a try, of which a browser needs 256 on
    /// average and the server one.
    CMS_PROOF_OF_WORK_COST: Kind::Number { min: 1, max: 1_000_000 }, Value("5000"), InUse;
    /// Where the fields of leads are fetched that Meta tells of: the Graph API with its version, or a stand-in on this
    /// host. Elsewhere only over https, since a token goes along. A private address, this host's too, is asked only where
    /// `CMS_WEBHOOK_NETWORKS` names its network.
    CMS_META_GRAPH_URL: Kind::BaseAddress, Value("https://graph.facebook.com/v21.0"), InUse;
    /// What becomes of an article whose review is overdue. `flag`: `review.overdue` is true and nothing else. `noindex`:
    /// search engines are asked to stay away as well. `withdraw`: an article is published until the end of the day
    /// on which the next review is due, and goes by itself; what was published before the setting was made stays. Of
    /// nodes with different settings the one that started last decides for all.
    CMS_REVIEW_OVERDUE: Kind::ReviewOverdue, Value("flag"), InUse;
    /// Months from a sign-off to the next review, where the reviewer names no day.
    CMS_REVIEW_MONTHS: Kind::Number { min: 1, max: 60 }, Value("12"), InUse;
    /// File to which signed heads of the audit trail are appended. Copies of it that leave this host
    /// show when the end of the trail was removed.
    CMS_AUDIT_ANCHORS: Kind::Path, Absent("`audit/anchors.jsonl` in the data folder"), InUse;
    /// Address to which signed heads of the audit trail are posted as JSON.
    CMS_AUDIT_ANCHOR_URL: Kind::HookAddress, Absent("heads are not posted"), InUse;
    /// Days that a row of the audit trail is kept before `clinic-cms audit prune` may remove it: six
    /// years at least (45 CFR 164.316(b)(2)(i)).
    CMS_AUDIT_RETENTION_DAYS: Kind::Number { min: 2_192, max: 36_500 }, Value("2192"), InUse;
    /// How many requests an address may send: `inquiries` (30 in 60 seconds) and `login` (10 in 60
    /// seconds); and how often a password or code of one account may be wrong from one address:
    /// `failures` (10 in 600 seconds). A name that is left out of a list keeps its rate.
    CMS_RATE_LIMITS: Kind::RateLimits, Value("on"), InUse;
    /// Which findings of the publish gate stop a publication (`blocker`) and which are only told (`warning`), where
    /// that is to differ from the usual. It holds for articles of every kind that the finding is looked for in. The
    /// names are those of `/v1/admin/articles/{id}/check`.
    CMS_PUBLISH_GATE: Kind::PublishGate, Value(""), InUse;
    /// Threads that serve requests.
    CMS_WORKERS: Kind::Number { min: 1, max: 64 }, Absent("one for each core"), InUse;
}

/// The setting whose key is nearest to `name`, which may be written as a variable, key or flag.
///
/// Near means at most a third of the letters mistyped, or whole words missing or added at the end.
#[must_use]
pub fn nearest(name: &str) -> Option<&'static Setting> {
    let wanted = name.to_ascii_lowercase().replace('-', "_");
    let wanted = wanted.strip_prefix("cms_").unwrap_or(&wanted);
    let wanted = wanted.strip_suffix("_file").unwrap_or(wanted);
    let tolerated = (wanted.chars().count() / 3).max(1);
    let by_letters = SETTINGS
        .iter()
        .map(|setting| (strsim::damerau_levenshtein(&setting.key(), wanted), setting))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| *distance <= tolerated)
        .map(|(_, setting)| setting);
    by_letters.or_else(|| SETTINGS.iter().find(|setting| shares_words(&setting.key(), wanted)))
}

/// Whether one of two names is the other with whole words added at its end.
fn shares_words(one: &str, other: &str) -> bool {
    let continues = |long: &str, short: &str| {
        !short.is_empty() && long.strip_prefix(short).is_some_and(|rest| rest.starts_with('_'))
    };
    continues(one, other) || continues(other, one)
}
