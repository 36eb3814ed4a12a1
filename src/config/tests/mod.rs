//! The configuration as an operator meets it: environment, files and flags in, values or mistakes
//! out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod kinds;
mod mistakes;
mod precedence;
mod secrecy;
mod single_sign_on;
mod table;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{Config, ConfigErrors, SettingsFile, Sources};

/// A passphrase the program accepts.
const PASSPHRASE: &str = "tulip orbit granite 7 canoe";

fn sources() -> Sources {
    Sources { flags: BTreeMap::new(), env: BTreeMap::new(), settings_file: SettingsFile::Nowhere }
}

fn environment(pairs: &[(&str, &str)]) -> Sources {
    let env = pairs.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    Sources { env: env.collect(), ..sources() }
}

fn load(pairs: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
    Config::load(&environment(pairs))
}

fn loaded(pairs: &[(&str, &str)]) -> Config {
    load(pairs).unwrap_or_else(|errors| panic!("{errors}"))
}

/// The mistakes of an environment, as the operator reads them.
fn refused(pairs: &[(&str, &str)]) -> String {
    load(pairs).expect_err("accepted").to_string()
}

fn file(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path
}

fn settings_file(content: &str) -> Result<Config, ConfigErrors> {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "clinic-cms.toml", content);
    Config::load(&Sources { settings_file: SettingsFile::Named(path), ..sources() })
}
