//! What people are shown of the keys: names, dates and fingerprints. Refuses to show any part of a secret.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::key_files::KeyUse;
use super::key_ring::KeyRing;

/// One key, as `clinic-cms keys list` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedKey {
    /// Its id.
    pub kid: String,
    /// `signing` or `encryption`.
    #[serde(rename = "use")]
    pub key_use: &'static str,
    /// Whether it is used for new work.
    pub current: bool,
    /// When its file was written; none where that is not known.
    pub created_at: Option<DateTime<Utc>>,
    /// Tells two keys apart and nothing else about them: for a signing key the thumbprint of its public half
    /// (RFC 7638), for an encryption key 32 hexadecimal digits of an HMAC.
    pub fingerprint: String,
}

impl KeyRing {
    /// The keys of which a ring holds several, the signing keys first, each kind in the order of the ids.
    #[must_use]
    pub fn list(&self) -> Vec<ListedKey> {
        let signing = self.signing();
        let listed = |key_use: KeyUse, kid: &str, current: &str, fingerprint: String| ListedKey {
            kid: kid.to_owned(),
            key_use: key_use.name(),
            current: kid == current,
            created_at: self.kept.written_at(&key_use.file(kid)),
            fingerprint,
        };
        let mut all: Vec<ListedKey> = signing
            .iter()
            .map(|(kid, key)| listed(KeyUse::Signing, kid, signing.current_id(), key.thumbprint()))
            .collect();
        let keys = self.encryption();
        let encryption = keys.ids().filter_map(|kid| Some((kid, self.fingerprint(kid)?)));
        all.extend(encryption.map(|(kid, print)| listed(KeyUse::Encryption, kid, keys.current_id(), print)));
        all
    }
}
