//! The provider's public keys (RFC 7517), and which of them may check a signature. Refuses a key of another kind than
//! the algorithm's: the header of a token chooses among keys, never what a key is good for (RFC 8725 §3.1).

use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse},
};
use serde::Deserialize;
use serde_json::Value;

/// The algorithms that are accepted, by their names (RFC 7518 §3.1, RFC 8037 §3.1). No symmetric one: the client's
/// secret signs nothing.
const ACCEPTED: [(&str, Algorithm); 4] = [
    ("RS256", Algorithm::RS256),
    ("PS256", Algorithm::PS256),
    ("ES256", Algorithm::ES256),
    ("EdDSA", Algorithm::EdDSA),
];

/// The algorithm of that name, if it is accepted.
pub(super) fn accepted(name: &str) -> Option<Algorithm> {
    ACCEPTED.iter().find(|(known, _)| *known == name).map(|(_, algorithm)| *algorithm)
}

/// The wire form. Keys are read one by one, so that one of a future kind does not take the others with it.
#[derive(Debug, Deserialize)]
pub(super) struct WireKeys {
    keys: Vec<Value>,
}

/// The keys of one provider.
#[derive(Clone, Debug, Default)]
pub(super) struct KeySet(Vec<Jwk>);

impl From<WireKeys> for KeySet {
    fn from(wire: WireKeys) -> Self {
        Self(wire.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect())
    }
}

impl KeySet {
    /// The key that has to check a token with this header. Without a `kid` there must be no choice.
    pub(super) fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Option<DecodingKey> {
        let named = |key: &&Jwk| kid.is_none_or(|kid| key.common.key_id.as_deref() == Some(kid));
        let mut fitting = self.0.iter().filter(named).filter(|key| fits(key, algorithm));
        let only = fitting.next().filter(|_| fitting.next().is_none())?;
        DecodingKey::from_jwk(only).ok()
    }
}

fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let kind = match &key.algorithm {
        AlgorithmParameters::RSA(_) => matches!(algorithm, Algorithm::RS256 | Algorithm::PS256),
        AlgorithmParameters::EllipticCurve(point) => {
            algorithm == Algorithm::ES256 && point.curve == EllipticCurve::P256
        }
        AlgorithmParameters::OctetKeyPair(point) => {
            algorithm == Algorithm::EdDSA && point.curve == EllipticCurve::Ed25519
        }
        _ => false,
    };
    let signs = key.common.public_key_use.as_ref().is_none_or(|usage| *usage == PublicKeyUse::Signature);
    let declared = key.common.key_algorithm.is_none_or(|declared| declared == KeyAlgorithm::from(algorithm));
    kind && signs && declared
}
