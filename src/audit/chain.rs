//! The chain: how a row is sealed to the row before, and how a place in it is signed. Pure but for the keys.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::{Trail, row::Row};
use crate::{
    clock::Clock,
    crypto::{KeyError, KeyRing, RecordKey, SigningKeys, TagKey, digest},
};

const SEAL: &[u8] = b"audit-seal/1";
const KEY: &[u8] = b"audit-signing-key/1";
const HEAD: &str = "audit-head/1";
const PRUNING: &str = "audit-pruning/1";

/// A hash of the chain.
pub type Hash = [u8; 32];

/// A row that the program wrote.
pub const ROW: &str = "row";
/// A row from before the chain, without an HMAC.
pub const LEGACY: &str = "legacy";

/// A place in the chain and its hash. The beginning is position 0 with a hash of zeros.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tip {
    /// From 1; 0 before the first.
    pub position: i64,
    /// Of the seal at the position.
    pub hash: Hash,
}

impl Tip {
    /// The place after this one, where `row` is sealed.
    #[must_use]
    pub fn then(&self, kind: &str, row: &Row) -> Self {
        let position = self.position.saturating_add(1);
        let (mac, facts) = (row.mac.as_deref().unwrap_or_default(), row.facts().canonical());
        let hash = digest(&[SEAL, &self.hash, &position.to_be_bytes(), kind.as_bytes(), &facts, mac]);
        Self { position, hash }
    }
}

/// A place in the chain, signed: everything up to here is as it was when this was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The place.
    pub position: i64,
    /// The hash there.
    #[serde(with = "hex")]
    pub hash: Hash,
    /// When it was signed.
    pub at: DateTime<Utc>,
    /// The key that signed.
    pub kid: String,
    /// Ed25519, 64 bytes.
    #[serde(with = "hex")]
    pub signature: Vec<u8>,
}

impl Head {
    /// Whether `key` signed it.
    #[must_use]
    pub fn is_signed_by(&self, key: &RecordKey) -> bool {
        let (position, at) = (self.position.to_be_bytes(), self.at.timestamp_micros().to_be_bytes());
        key.verifies(HEAD, &[&position, &self.hash, &at, self.kid.as_bytes()], &self.signature)
    }

    /// The head as one line of JSON, with its line feed.
    pub fn line(&self) -> String {
        let mut line = serde_json::to_string(self).unwrap_or_default();
        line.push('\n');
        line
    }
}

/// A signed word that everything up to a place was removed, since it was older than the retention asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pruning {
    /// The last place that is gone.
    pub position: i64,
    /// The hash there, from which the chain goes on.
    pub hash: Hash,
    /// When it was signed.
    pub at: DateTime<Utc>,
    /// Everything removed was older.
    pub before: DateTime<Utc>,
    /// The key that signed.
    pub kid: String,
    /// Ed25519, 64 bytes.
    pub signature: Vec<u8>,
}

impl Pruning {
    /// Whether `key` signed it.
    #[must_use]
    pub fn is_signed_by(&self, key: &RecordKey) -> bool {
        let position = self.position.to_be_bytes();
        let (at, before) = (self.at.timestamp_micros().to_be_bytes(), self.before.timestamp_micros().to_be_bytes());
        key.verifies(PRUNING, &[&position, &self.hash, &at, &before, self.kid.as_bytes()], &self.signature)
    }
}

/// The chain of an installation: the keys that check, seal and sign. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Chain {
    pub(super) ring: Arc<KeyRing>,
    pub(super) trail: Trail,
}

impl Chain {
    /// The chain of the installation whose keys these are.
    pub fn new(ring: &Arc<KeyRing>, clock: Clock) -> Self {
        Self { ring: Arc::clone(ring), trail: Trail::new(ring, clock) }
    }

    /// The way into the trail that this chain seals.
    pub fn trail(&self) -> &Trail {
        &self.trail
    }

    pub(super) fn key(&self) -> &TagKey {
        &self.trail.key
    }

    /// Signs a place in the chain with the current one of these keys.
    ///
    /// # Errors
    /// Those of the ring.
    pub fn sign(&self, keys: &SigningKeys, tip: &Tip) -> Result<Head, KeyError> {
        let (at, kid) = (self.trail.clock().now(), keys.current_id().to_owned());
        let (position, instant) = (tip.position.to_be_bytes(), at.timestamp_micros().to_be_bytes());
        let signature = keys.sign_record(HEAD, &[&position, &tip.hash, &instant, kid.as_bytes()])?;
        Ok(Head { position: tip.position, hash: tip.hash, at, kid, signature })
    }

    /// Signs with the current one of these keys that everything up to a place, all of it older than `before`, is
    /// removed.
    ///
    /// # Errors
    /// Those of the ring.
    pub fn sign_pruning(&self, keys: &SigningKeys, tip: &Tip, before: DateTime<Utc>) -> Result<Pruning, KeyError> {
        let (at, kid) = (self.trail.clock().now(), keys.current_id().to_owned());
        let (instant, until) = (at.timestamp_micros().to_be_bytes(), before.timestamp_micros().to_be_bytes());
        let parts: [&[u8]; 5] = [&tip.position.to_be_bytes(), &tip.hash, &instant, &until, kid.as_bytes()];
        let signature = keys.sign_record(PRUNING, &parts)?;
        Ok(Pruning { position: tip.position, hash: tip.hash, at, before, kid, signature })
    }

    /// A public half out of the database, where `mac` says that the program put it there.
    pub(super) fn kept_key(&self, kid: &str, public_key: &[u8], mac: &[u8]) -> Option<RecordKey> {
        let ours: bool = self.mac_of_key(kid, public_key).as_slice().ct_eq(mac).into();
        public_key.try_into().ok().filter(|_| ours).map(RecordKey)
    }

    /// The HMAC under which a signing key's public half stands in the database.
    pub(super) fn mac_of_key(&self, kid: &str, public_key: &[u8]) -> [u8; 32] {
        self.key().mac(&[KEY, kid.as_bytes(), public_key])
    }
}

/// An instant as people and programs read it, to the microsecond.
pub(super) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}
