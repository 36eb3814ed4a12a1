//! The embedded PostgreSQL: a small launcher around `initdb` and `postgres`, so that the product runs where nobody set
//! up a database.
//!
//! [`Server::start_or_join`] finds the binaries (the setting, this machine, then the pinned archive), makes
//! the cluster once, starts the server or joins the one that runs, and hands back what a connection needs. The server
//! runs on while anyone is attached; [`ServeLock`] keeps a second `serve` off the same data directory.
//!
//! It refuses to run the server as root, to listen on the network, to let a statement's text into the server's log,
//! to unpack an archive whose hash is not the pinned one, and to open a cluster with another major version.
//!
//! Everything here blocks and knows neither async nor the environment: values come in [`Options`].

mod account;
mod chance;
mod child;
mod choose;
mod cluster;
mod error;
mod fetch;
mod find;
mod launch;
mod lock;
mod options;
mod place;
mod postmaster;
mod server;
mod settings;
mod socket;
mod unpack;
mod version;

pub use child::{SUBCOMMAND, run_child};
pub use cluster::SUPERUSER;
pub use error::EmbeddedError;
pub use fetch::{ArchiveSource, PINNED_HASHES, PINNED_VERSION};
pub use find::{Binaries, REQUIRED_EXTENSIONS};
pub use lock::ServeLock;
pub use options::{Durability, KNOWN_FOLDERS, Lifetime, Options};
pub use server::{Departure, Server};
pub use version::{OLDEST_MAJOR, Version};

/// The newest usable server on this machine, without making or fetching anything; for `doctor`, and for finding
/// `pg_dump` and `psql` beside it.
#[must_use]
pub fn installed(options: &Options) -> Option<Binaries> {
    let account = account::server_account(&options.data_dir.join("postgres/cluster")).ok().flatten();
    find::on_this_machine(options, account).0.into_iter().next()
}
