//! What a command works with: the settings, the keys and the database, opened in this order. Refuses to go on where
//! the keys are not the ones that the database was written with.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    audit::{Anchors, Chain, Trail},
    clock::Clock,
    config::{Config, Database as Setting},
    crypto::KeyRing,
    db::{
        Database,
        embedded::{ArchiveSource, Lifetime, Options},
    },
    inquiries::privacy::erasure::TombstoneLog,
};

use super::{Failure, Invocation, load, settle};

/// An opened installation.
#[derive(Debug)]
pub struct Opened {
    /// The settings.
    pub config: Config,
    /// The keys of the data directory.
    pub ring: Arc<KeyRing>,
    /// The way to the database.
    pub database: Database,
    /// The time.
    pub clock: Clock,
}

/// What opening depends on beside the settings.
pub type OpenedOptions = Options;

impl Opened {
    /// Where the command writes down what it does.
    pub fn trail(&self) -> Trail {
        Trail::new(&self.ring, self.clock.clone())
    }

    /// The file of tombstones.
    pub fn tombstones(&self) -> TombstoneLog {
        TombstoneLog::new(&self.config.data_dir, &self.ring)
    }

    /// What seals and checks the audit trail.
    pub fn chain(&self) -> Chain {
        Chain::new(&self.ring, self.clock.clone())
    }

    /// Where heads of the audit trail are kept.
    pub fn anchors(&self) -> Anchors {
        Anchors::new(self.config.audit_anchors(), self.config.audit_anchor_url.clone())
    }

    /// Seals what the command wrote into the audit trail. Where that fails, the next program to run does it.
    pub async fn seal_trail(&self) {
        let (staff, anchors) = (self.database.staff(1), self.anchors());
        if let Err(error) = self.chain().seal_everything(&staff, &anchors).await {
            tracing::warn!(%error, "the audit trail could not be sealed; the service does it at its next start");
        }
        staff.close().await;
        anchors.post_last().await;
    }

    /// Opens keys and database; an embedded server is joined or started.
    ///
    /// # Errors
    /// [`Failure`] with what to do.
    pub fn open(config: Config, options: &OpenedOptions, clock: Clock) -> Result<Self, Failure> {
        let ring = open_keys(&config)?;
        let database = Database::find(&config, options, &ring).map_err(Failure::failed)?;
        Ok(Self { config, ring, database, clock })
    }

    /// Opens for a command that does its work and ends; the schema is brought up to date.
    ///
    /// # Errors
    /// As [`Opened::open`].
    pub fn for_command(invocation: &Invocation) -> Result<Self, Failure> {
        let config = load(invocation)?;
        crate::telemetry::begin(config.log_format, "warn").map_err(Failure::failed)?;
        let options = embedded_options(invocation, &config, Lifetime::Detached)?;
        let opened = Self::open(config, &options, Clock::system())?;
        opened.block_on(async |opened| Ok(settle(opened).await.map(drop)?))?;
        Ok(opened)
    }

    /// Runs `work` to its end on this thread, where the pools' tasks can be spawned.
    ///
    /// # Errors
    /// Those of `work`.
    pub fn block_on<T>(&self, work: impl AsyncFnOnce(&Self) -> Result<T, Failure>) -> Result<T, Failure> {
        actix_web::rt::System::new().block_on(work(self))
    }

    /// Seals the audit trail and leaves the database; an embedded server that nobody else uses is stopped.
    ///
    /// # Errors
    /// [`Failure`] where it does not stop.
    pub fn leave(self) -> Result<(), Failure> {
        actix_web::rt::System::new().block_on(self.seal_trail());
        self.database.leave().map(drop).map_err(Failure::failed)
    }
}

/// Opens the keys, making them at the first start.
///
/// # Errors
/// [`Failure`] with what to do.
pub fn open_keys(config: &Config) -> Result<Arc<KeyRing>, Failure> {
    make_private(&config.data_dir)?;
    KeyRing::open_or_create(&keys_folder(config)).map(Arc::new).map_err(Failure::failed)
}

/// Where the keys are.
pub fn keys_folder(config: &Config) -> PathBuf {
    config.data_dir.join("keys")
}

fn make_private(folder: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::DirBuilderExt;

    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| Failure::failed(format!("CMS_DATA_DIR: {} cannot be made: {error}", folder.display())))
}

/// Where an embedded server's parts may be.
///
/// # Errors
/// [`Failure`] where this program cannot be found.
pub fn embedded_options(invocation: &Invocation, config: &Config, lifetime: Lifetime) -> Result<Options, Failure> {
    let program = std::env::current_exe().map_err(Failure::failed)?;
    let variable = |name: &str| invocation.sources.env.get(OsStr::new(name)).cloned();
    let mut options = Options::new(&config.data_dir, &program);
    options.binaries.clone_from(&config.postgres_bin);
    options.search_path = variable("PATH");
    options.runtime_dir = variable("XDG_RUNTIME_DIR").map(PathBuf::from);
    options.archive =
        Some(ArchiveSource { base_url: config.postgres_archive_url.as_str().to_owned(), ..ArchiveSource::default() });
    options.lifetime = lifetime;
    Ok(options)
}

/// Whether the settings leave the database to the program.
pub fn is_embedded(config: &Config) -> bool {
    matches!(config.database, Setting::Embedded)
}
