//! The keys that heads are checked with: those of the ring, and the public halves of retired ones, which stand in the
//! database under an HMAC of ours. Refuses a public half that somebody else put there.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::{Report, VerifyError};
use crate::{
    audit::{chain::Chain, queries},
    crypto::RecordKey,
};

/// Keys by `kid`.
pub(super) struct Keys<'a> {
    chain: &'a Chain,
    kept: BTreeMap<String, RecordKey>,
}

impl<'a> Keys<'a> {
    pub(super) async fn load(
        chain: &'a Chain,
        connection: &mut PgConnection,
        report: &mut Report,
    ) -> Result<Self, VerifyError> {
        let mut kept = BTreeMap::new();
        for (kid, public_key, mac) in queries::list_signing_keys(connection).await? {
            if let Some(key) = chain.kept_key(&kid, &public_key, &mac) {
                kept.insert(kid, key);
            } else {
                let sentence = format!("the public half of the signing key {kid:?} was put there by somebody else");
                report.add(None, None, "key_forged", sentence);
            }
        }
        Ok(Self { chain, kept })
    }

    /// The ring's word comes first.
    pub(super) fn find(&self, kid: &str) -> Option<RecordKey> {
        self.chain.ring.record_key(kid).or_else(|| self.kept.get(kid).copied())
    }
}
