//! Where heads are kept outside the database: whoever rewrites the database, removing the end of the trail with the
//! heads that tell of it, cannot rewrite what left it. Refuses to hold the sealer up: what cannot be kept is told in
//! the log, and the next head covers it, since a head covers everything before it.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch;
use ureq::{
    Agent,
    tls::{RootCerts, TlsConfig, TlsProvider},
};

use super::chain::Head;

/// No receiver is waited for longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The places outside the database where heads are kept. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Anchors {
    file: PathBuf,
    url: Option<SecretString>,
    newest: Arc<watch::Sender<Option<Head>>>,
}

impl Anchors {
    /// A file that is appended to, one JSON object a line, and an address that each head is posted to.
    pub fn new(file: PathBuf, url: Option<SecretString>) -> Self {
        Self { file, url, newest: Arc::new(watch::Sender::new(None)) }
    }

    /// The file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Writes the head to the file, and leaves it to be posted by whoever runs [`Anchors::post_newest`].
    pub async fn keep(&self, head: &Head) {
        self.newest.send_replace(Some(head.clone()));
        let (file, line, position) = (self.file.clone(), head.line(), head.position);
        let written = tokio::task::spawn_blocking(move || append(&file, line.as_bytes())).await;
        if let Err(error) = written.unwrap_or_else(|_| Err(io::Error::other("the writer stopped"))) {
            tracing::error!(%error, position, "CMS_AUDIT_ANCHORS: a head of the audit trail cannot be kept");
        }
    }

    /// Posts the newest head, again and again as there is a newer one, until the program stops. Heads that come while
    /// one is on its way are passed over but for the last.
    pub async fn post_newest(&self) {
        let mut newest = self.newest.subscribe();
        while newest.changed().await.is_ok() {
            let head = newest.borrow_and_update().clone();
            if let Some(head) = head {
                self.post(head).await;
            }
        }
    }

    /// Posts the head that was kept last, for a program that is about to end.
    pub async fn post_last(&self) {
        let head = self.newest.borrow().clone();
        if let Some(head) = head {
            self.post(head).await;
        }
    }

    async fn post(&self, head: Head) {
        let Some(url) = self.url.clone() else { return };
        let position = head.position;
        let posted = tokio::task::spawn_blocking(move || send(&url, &head)).await;
        if let Err(reason) = posted.unwrap_or_else(|_| Err("the sender stopped".to_owned())) {
            tracing::error!(reason, position, "CMS_AUDIT_ANCHOR_URL: a head of the audit trail was not taken");
        }
    }
}

/// Appends a line in one write and waits until the disk has it. A line that a power cut tore is ended first.
fn append(path: &Path, line: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let mut file = OpenOptions::new().create(true).read(true).append(true).mode(0o600).open(path)?;
    let whole = if is_torn(&mut file)? { [b"\n", line].concat() } else { line.to_vec() };
    file.write_all(&whole)?;
    file.sync_all()
}

fn is_torn(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// The address may hold a token, so that an error is told without it.
fn send(url: &SecretString, head: &Head) -> Result<(), String> {
    let request = agent().post(url.expose_secret()).content_type("application/json");
    match request.send(head.line()) {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => Err(format!("it answered {}", answer.status().as_u16())),
        Err(ureq::Error::StatusCode(status)) => Err(format!("it answered {status}")),
        Err(ureq::Error::Timeout(_)) => Err("it did not answer in time".to_owned()),
        Err(ureq::Error::Io(error)) => Err(error.kind().to_string()),
        Err(_) => Err("it cannot be reached".to_owned()),
    }
}

/// Follows no redirect: a head is sent where the settings say and nowhere else.
fn agent() -> Agent {
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::WebPki)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .build();
    Agent::config_builder()
        .tls_config(tls)
        .user_agent("clinic-cms")
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(PATIENCE))
        .build()
        .new_agent()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn heads_are_appended_to_a_file_that_nobody_else_reads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit/anchors.jsonl");
        append(&path, b"one\n").unwrap();
        append(&path, b"two\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\ntwo\n");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    }

    #[test]
    fn a_torn_line_does_not_spoil_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("anchors.jsonl");
        std::fs::write(&path, "one\n{\"posi").unwrap();
        append(&path, b"two\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\n{\"posi\ntwo\n");
    }
}
