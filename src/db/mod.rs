//! The database: two doors with two roles, the migrations behind them, and the server that the program brings
//! along. Refuses a pool without a role of its own, and a server that would lose what it was told to keep.

mod changes;
pub mod embedded;
mod error;
pub mod migrations;
mod pools;
mod roles;

use std::{path::Path, str::FromStr};

use sqlx::{
    ConnectOptions, Connection, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

pub use changes::{Changes, Mark, Source};
pub use error::DbError;
pub use pools::{PublicDb, StaffDb};
pub use roles::{PUBLIC as PUBLIC_ROLE, STAFF as STAFF_ROLE};

use crate::{
    config::{self, Config, ExposeSecret, SecretString},
    crypto::{Key256, KeyRing},
};
use embedded::{Departure, Durability, EmbeddedError, Server};
use roles::RolePasswords;

/// The database's name in the embedded server.
const NAME: &str = "clinic_cms";
/// What the key ring derives the roles' passwords from.
const PUBLIC_LABEL: &str = "role-password/cms_public";
const STAFF_LABEL: &str = "role-password/cms_staff";

/// Why the database cannot be used. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The embedded server did not start.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// An address that is none, or does not lead to a server.
    #[error("the database cannot be reached ({0}); is it running, and is DATABASE_URL right?")]
    Unreachable(String),
    /// Another program has been migrating for a minute.
    #[error("another program has been migrating this database for a minute; try again when it is done")]
    Locked,
    /// The owner may not make roles.
    #[error(
        "the database's user may not make roles. Run this once as somebody who may, with passwords of your own:\n  \
         create role cms_public login noinherit password '…';\n  create role cms_staff login noinherit password '…';\n\
         and set CMS_DATABASE_PUBLIC_URL and CMS_DATABASE_STAFF_URL to addresses with them"
    )]
    Roles,
    /// A role cannot sign in.
    #[error(
        "the role {0} cannot sign in, and its password may not be set. Set CMS_DATABASE_PUBLIC_URL and \
         CMS_DATABASE_STAFF_URL to addresses that work"
    )]
    Role(&'static str),
    /// A migration failed; nothing of it was kept.
    #[error("the schema cannot be brought up to date: {0}")]
    Migration(String),
    /// The server would lose committed rows in a crash.
    #[error("the server runs with {0} off: a crash would lose inquiries that were answered 201. Turn it on")]
    NotDurable(&'static str),
    /// The schema is another version's, and the settings name no owner who could change that.
    #[error("the schema is not this version's. Run clinic-cms migrate with DATABASE_URL set to its owner's address")]
    Outdated,
    /// The settings name the two roles alone.
    #[error("this needs the owner of the tables: set DATABASE_URL")]
    NoOwner,
    /// An older server.
    #[error("the server is PostgreSQL {0}; at least 15 is needed")]
    TooOld(i32),
}

impl OpenError {
    /// The driver's words may hold a password in an address, so only its kind is told.
    fn unreachable(error: sqlx::Error) -> Self {
        Self::Unreachable(match error {
            sqlx::Error::Io(error) => error.to_string(),
            sqlx::Error::Database(error) => format!("SQLSTATE {}", error.code().unwrap_or_default()),
            sqlx::Error::Tls(_) => "TLS failed".to_owned(),
            sqlx::Error::Configuration(_) => "the address is malformed".to_owned(),
            _ => "the connection failed".to_owned(),
        })
    }
}

/// How the program reaches its database: as owner for migrations, and as each of the two roles.
#[derive(Debug)]
pub struct Database {
    /// None where the settings name the two roles alone: then somebody else migrates.
    owner: Option<PgConnectOptions>,
    public: PgConnectOptions,
    staff: PgConnectOptions,
    passwords: RolePasswords,
    server: Option<Server>,
    /// Only a server for tests may lose what it was told.
    disposable: bool,
}

impl Database {
    /// Finds the database that the settings name, or starts the embedded one. Blocks while a server starts.
    ///
    /// # Errors
    /// [`OpenError::Embedded`], or [`OpenError::Unreachable`] for an address that cannot be read.
    pub fn find(config: &Config, embedded: &embedded::Options, ring: &KeyRing) -> Result<Self, OpenError> {
        match &config.database {
            config::Database::Embedded => Self::embedded(embedded, ring),
            config::Database::External { owner, public, staff } => {
                Self::external(owner.as_ref(), public.as_ref(), staff.as_ref(), ring)
            }
        }
    }

    fn embedded(options: &embedded::Options, ring: &KeyRing) -> Result<Self, OpenError> {
        let server = Server::start_or_join(options)?;
        let passwords = RolePasswords {
            public: Some(derived(&ring.purpose_key(PUBLIC_LABEL))),
            staff: Some(derived(&ring.purpose_key(STAFF_LABEL))),
        };
        let base = local(server.socket_dir(), server.port());
        let owner = base.clone().username(server.superuser()).password(server.password());
        let sign_in = |role: &str, password: &Option<String>| {
            base.clone().username(role).password(password.as_deref().unwrap_or_default())
        };
        let (public, staff) = (sign_in(PUBLIC_ROLE, &passwords.public), sign_in(STAFF_ROLE, &passwords.staff));
        Ok(Self {
            owner: Some(owner),
            public,
            staff,
            passwords,
            server: Some(server),
            disposable: options.durability == Durability::Disposable,
        })
    }

    /// The roles' passwords follow from the owner's, so that every node and every database of a cluster agree
    /// without a file between them; an owner without one (a trusted socket) leaves it to the key ring.
    fn external(
        owner: Option<&SecretString>,
        public: Option<&SecretString>,
        staff: Option<&SecretString>,
        ring: &KeyRing,
    ) -> Result<Self, OpenError> {
        let named = |address: &SecretString| {
            let options = PgConnectOptions::from_str(address.expose_secret()).map_err(OpenError::unreachable)?;
            Ok::<_, OpenError>(options.disable_statement_logging())
        };
        let base = named(owner.or(staff).ok_or_else(|| OpenError::Unreachable("DATABASE_URL is not set".to_owned()))?)?;
        let secret = |role, of_the_ring| {
            let given = owner.and_then(password_of).and_then(|password| roles::password_from(&password, role));
            given.unwrap_or_else(|| derived(&ring.purpose_key(of_the_ring)))
        };
        // A role with an address of its own is somebody else's to look after.
        let sign_in = |address: Option<&SecretString>, role, label| {
            if let Some(address) = address {
                return Ok::<_, OpenError>((named(address)?, None));
            }
            let password = secret(role, label);
            Ok((base.clone().username(role).password(&password), Some(password)))
        };
        let (public, of_public) = sign_in(public, PUBLIC_ROLE, PUBLIC_LABEL)?;
        let (staff, of_staff) = sign_in(staff, STAFF_ROLE, STAFF_LABEL)?;
        let passwords = RolePasswords { public: of_public, staff: of_staff };
        let owner = owner.is_some().then_some(base);
        Ok(Self { owner, public, staff, passwords, server: None, disposable: false })
    }

    /// Another database of the same server, with the same roles: each test has one of its own.
    #[must_use]
    pub fn named(&self, database: &str) -> Self {
        Self {
            owner: self.owner.clone().map(|owner| owner.database(database)),
            public: self.public.clone().database(database),
            staff: self.staff.clone().database(database),
            passwords: self.passwords.clone(),
            server: None,
            disposable: self.disposable,
        }
    }

    /// Checks the server, makes the roles and brings the schema up to date. Answers how many migrations were applied.
    ///
    /// # Errors
    /// [`OpenError`], each with what to do.
    pub async fn prepare(&self) -> Result<usize, OpenError> {
        let Some(owner) = &self.owner else {
            self.check_server(self.connect_as(false).await?).await?;
            return migrations::check(self.connect_as(false).await?).await;
        };
        self.create_if_missing(owner).await?;
        self.check_server(PgConnection::connect_with(owner).await.map_err(OpenError::unreachable)?).await?;
        let applied = migrations::migrate(owner, &self.passwords).await?;
        roles::admit(owner, PUBLIC_ROLE, &self.public, self.passwords.public.as_deref()).await?;
        roles::admit(owner, STAFF_ROLE, &self.staff, self.passwords.staff.as_deref()).await?;
        Ok(applied)
    }

    async fn check_server(&self, mut connection: PgConnection) -> Result<(), OpenError> {
        let server = sqlx::query!(
            r#"select current_setting('server_version_num')::integer / 10000 as "major!",
                      current_setting('fsync') = 'on' as "fsync!", current_setting('full_page_writes') = 'on' as "pages!",
                      current_setting('synchronous_commit') <> 'off' as "commits!""#
        )
        .fetch_one(&mut connection)
        .await
        .map_err(OpenError::unreachable)?;
        let _ = connection.close().await;
        match server.major {
            old if old < 15 => Err(OpenError::TooOld(old)),
            _ if !self.disposable && !server.fsync => Err(OpenError::NotDurable("fsync")),
            _ if !self.disposable && !server.pages => Err(OpenError::NotDurable("full_page_writes")),
            _ if !self.disposable && !server.commits => Err(OpenError::NotDurable("synchronous_commit")),
            _ => Ok(()),
        }
    }

    /// The embedded server begins with no database of ours.
    async fn create_if_missing(&self, owner: &PgConnectOptions) -> Result<(), OpenError> {
        const UNKNOWN_DATABASE: &str = "3D000";
        match PgConnection::connect_with(owner).await {
            Ok(connection) => connection.close().await.map_err(OpenError::unreachable),
            Err(sqlx::Error::Database(error))
                if self.server.is_some() && error.code().as_deref() == Some(UNKNOWN_DATABASE) =>
            {
                let maintenance = owner.clone().database("postgres");
                let mut connection = PgConnection::connect_with(&maintenance).await.map_err(OpenError::unreachable)?;
                let made = sqlx::raw_sql("create database clinic_cms").execute(&mut connection).await;
                let _ = connection.close().await;
                made.map(drop).map_err(OpenError::unreachable)
            }
            Err(error) => Err(OpenError::unreachable(error)),
        }
    }

    /// A connection as the owner of the tables: for migrations and the command line.
    ///
    /// # Errors
    /// [`OpenError::Unreachable`], [`OpenError::NoOwner`].
    pub async fn connect_as_owner(&self) -> Result<PgConnection, OpenError> {
        let owner = self.owner.as_ref().ok_or(OpenError::NoOwner)?;
        PgConnection::connect_with(owner).await.map_err(OpenError::unreachable)
    }

    /// Whether the settings name the owner of the tables.
    pub fn has_owner(&self) -> bool {
        self.owner.is_some()
    }

    /// A connection as one of the two roles, outside the pools: for whoever checks what they may do.
    ///
    /// # Errors
    /// [`OpenError::Unreachable`].
    pub async fn connect_as(&self, public: bool) -> Result<PgConnection, OpenError> {
        let options = if public { &self.public } else { &self.staff };
        PgConnection::connect_with(options).await.map_err(OpenError::unreachable)
    }

    /// The pool of the public role.
    pub fn public(&self, connections: u32) -> PublicDb {
        PublicDb::open(self.public.clone(), connections)
    }

    /// The pool of the staff role.
    pub fn staff(&self, connections: u32) -> StaffDb {
        StaffDb::open(self.staff.clone(), connections)
    }

    /// The one connection on which a node hears of changes; `pg_stat_activity` knows it by its name.
    pub fn follower(&self) -> PgPool {
        let options = self.staff.clone().application_name("clinic-cms changes");
        PgPoolOptions::new().max_connections(1).connect_lazy_with(options)
    }

    /// The embedded server, where there is one.
    pub fn server(&self) -> Option<&Server> {
        self.server.as_ref()
    }

    /// Leaves the database. An embedded server that nobody else uses is stopped.
    ///
    /// # Errors
    /// [`OpenError::Embedded`] where it does not stop.
    pub fn leave(self) -> Result<Option<Departure>, OpenError> {
        Ok(self.server.map(Server::stop).transpose()?)
    }
}

fn local(socket_dir: &Path, port: u16) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass().socket(socket_dir).port(port).database(NAME).disable_statement_logging()
}

fn derived(key: &Key256) -> String {
    key.to_base64url().to_string()
}

fn password_of(address: &SecretString) -> Option<String> {
    let address = url::Url::parse(address.expose_secret()).ok()?;
    address.password().filter(|password| !password.is_empty()).map(str::to_owned)
}
