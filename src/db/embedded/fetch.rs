//! Fetches the pinned archive of PostgreSQL binaries where the machine has none.
//!
//! The archives are the releases of <https://github.com/theseus-rs/postgresql-binaries>. The hashes below are part of
//! this program, so neither the address nor the transport need be trusted: what does not match is deleted unread.
//! Refuses a platform without a pinned hash, more than 256 MiB, and more than ten minutes.

use std::{
    fs::{self, File},
    io::{Read, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use sha2::{Digest, Sha256};
use ureq::{
    Agent,
    tls::{RootCerts, TlsConfig, TlsProvider},
};

use super::{error::EmbeddedError, place, place::Scratch, unpack, version::Version};

const LARGEST_ARCHIVE: u64 = 256 << 20;
const LONGEST_FETCH: Duration = Duration::from_mins(10);
const FOLDER_PREFIX: &str = "postgresql-";

/// The release the hashes below belong to.
pub const PINNED_VERSION: &str = "18.6.0";

/// Target triple and sha256 of `postgresql-18.6.0-<triple>.tar.gz`.
pub const PINNED_HASHES: &[(&str, &str)] = &[
    ("x86_64-unknown-linux-gnu", "bb3d09f876b2383e25a8c9ce09e32d185a03656a23d074f5195542b1b1b3ca61"),
    ("aarch64-unknown-linux-gnu", "5d2b5e8be9e96bfc3d7f22090057a836ec36d5d092542d8d3b93cc145cf4ee13"),
    ("aarch64-apple-darwin", "a257bcdb8aa3301a13d6a5bcec48f8c9517045b7cbae71e50788b2615539e95b"),
    ("x86_64-apple-darwin", "f8918fbe747e0d79bda58ad8f8afcf23ac384b847ff3af18856f0825ba54b031"),
];

/// Where the archive comes from and which one is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveSource {
    /// `<base_url>/<version>/postgresql-<version>-<triple>.tar.gz` is asked; a mirror is a setting.
    pub base_url: String,
    /// The release.
    pub version: String,
    /// The platform's target triple.
    pub triple: String,
    /// The one accepted hash, 64 lower-case hexadecimal digits; `None` where the platform has no pin.
    pub sha256: Option<String>,
}

impl Default for ArchiveSource {
    fn default() -> Self {
        let triple = host_triple();
        let pin = PINNED_HASHES.iter().find(|(pinned, _)| *pinned == triple);
        Self {
            base_url: "https://github.com/theseus-rs/postgresql-binaries/releases/download".to_owned(),
            version: PINNED_VERSION.to_owned(),
            triple,
            sha256: pin.map(|(_, hash)| (*hash).to_owned()),
        }
    }
}

fn host_triple() -> String {
    let system = match std::env::consts::OS {
        "linux" if cfg!(target_env = "gnu") => "unknown-linux-gnu",
        "macos" => "apple-darwin",
        other => other,
    };
    format!("{}-{system}", std::env::consts::ARCH)
}

impl ArchiveSource {
    /// The major version of the release.
    pub(super) fn major(&self) -> Option<u32> {
        Version::parse(&self.version).map(|version| version.major)
    }

    /// Where the archive is, or will be, unpacked: its `bin` folder.
    pub(super) fn bin(&self, home: &Path) -> PathBuf {
        self.root(home).join("bin")
    }

    fn name(&self) -> String {
        format!("{FOLDER_PREFIX}{}-{}", self.version, self.triple)
    }

    fn root(&self, home: &Path) -> PathBuf {
        home.join(self.name())
    }

    /// Fetches, checks and unpacks the archive below `home`; the `bin` folder. Nothing is left behind on failure.
    pub(super) fn fetch(&self, home: &Path) -> Result<PathBuf, EmbeddedError> {
        let url = format!("{}/{}/{}.tar.gz", self.base_url.trim_end_matches('/'), self.version, self.name());
        let Some(pinned) = &self.sha256 else {
            let reason = format!("no archive is pinned for {}", self.triple);
            return Err(EmbeddedError::Fetch { url, reason });
        };
        let scratch = Scratch::make(home)?;
        let archive = scratch.path().join("archive.tar.gz");
        let found = download(&url, &archive)?;
        if found != *pinned {
            return Err(EmbeddedError::Hash { url, pinned: pinned.clone(), found });
        }
        let unpacked = unpack::unpack(&archive, &scratch.path().join("tree"))?;
        self.install(&unpacked, home)
    }

    fn install(&self, unpacked: &Path, home: &Path) -> Result<PathBuf, EmbeddedError> {
        let root = self.root(home);
        if root.exists() {
            fs::remove_dir_all(&root).map_err(EmbeddedError::file("replace", &root))?;
        }
        fs::rename(unpacked, &root).map_err(EmbeddedError::file("move into place", &root))?;
        place::sync_folder(home)?;
        Ok(self.bin(home))
    }
}

/// Whether a folder is an unpacked archive, whose libraries lie beside its `bin`.
pub(super) fn is_unpacked(root: &Path) -> bool {
    root.file_name().is_some_and(|name| name.to_string_lossy().starts_with(FOLDER_PREFIX)) && root.join("lib").is_dir()
}

/// Streams the answer into a file; the sha256 of what came, in hexadecimal.
fn download(url: &str, into: &Path) -> Result<String, EmbeddedError> {
    let failed = |reason: String| EmbeddedError::Fetch { url: url.to_owned(), reason };
    tracing::info!("fetching PostgreSQL from {url}");
    let answer = agent().get(url).call().map_err(|error| failed(in_words(&error)))?;
    let mut body = answer.into_body();
    let bar = progress(body.content_length());
    let mut file = File::create_new(into).map_err(EmbeddedError::file("write", into))?;
    // One byte more than allowed tells "too large" from "just fits".
    let mut reader = bar.wrap_read(body.as_reader().take(LARGEST_ARCHIVE + 1));
    let (hash, length) = copy(&mut reader, &mut file).map_err(|error| failed(error.to_string()))?;
    bar.finish_and_clear();
    if length > LARGEST_ARCHIVE {
        return Err(failed(format!("it is larger than {} MiB", LARGEST_ARCHIVE >> 20)));
    }
    Ok(hash)
}

fn copy(from: &mut impl Read, into: &mut impl Write) -> std::io::Result<(String, u64)> {
    let (mut hash, mut length, mut buffer) = (Sha256::new(), 0_u64, vec![0_u8; 64 << 10]);
    loop {
        let read = from.read(&mut buffer)?;
        let Some(part) = buffer.get(..read).filter(|part| !part.is_empty()) else { break };
        hash.update(part);
        into.write_all(part)?;
        length += u64::try_from(read).unwrap_or(u64::MAX);
    }
    into.flush()?;
    Ok((hex::encode(hash.finalize()), length))
}

fn agent() -> Agent {
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::WebPki)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .build();
    Agent::config_builder()
        .tls_config(tls)
        .user_agent("clinic-cms")
        .timeout_connect(Some(Duration::from_secs(20)))
        .timeout_recv_response(Some(Duration::from_mins(1)))
        .timeout_global(Some(LONGEST_FETCH))
        .build()
        .new_agent()
}

fn in_words(error: &ureq::Error) -> String {
    match error {
        ureq::Error::StatusCode(404) => "the server has no such archive (404)".to_owned(),
        ureq::Error::StatusCode(status) => format!("the server answered {status}"),
        other => other.to_string(),
    }
}

/// A bar on stderr; hidden by the library where stderr is no terminal.
fn progress(length: Option<u64>) -> ProgressBar {
    let bar = length.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    match ProgressStyle::with_template("PostgreSQL {bar:30} {bytes}/{total_bytes} {eta}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

#[cfg(test)]
mod tests;
