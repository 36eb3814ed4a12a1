//! Ed25519 keys that sign access tokens, and their public halves as a JSON Web Key Set.

use std::fmt;

use aws_lc_rs::encoding::{AsBigEndian, Curve25519SeedBin};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde::Serialize;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::key::Key256;
use super::key_ring::{KeyError, KeyRing};
use super::random::RandomError;
use super::signing_keys::SigningKeys;

const EXPECTED: &str = "an Ed25519 private key in PKCS#8 PEM (`openssl genpkey -algorithm ed25519`)";

/// An Ed25519 key pair (RFC 8032). `Debug` is redacted; the private half is wiped on drop.
pub struct SigningKey {
    pub(super) encoding: EncodingKey,
    pub(super) decoding: DecodingKey,
    pub(super) public: [u8; 32],
}

impl SigningKey {
    /// A fresh key as PKCS#8 PEM. Version 1 of the document, which every OpenSSL can read.
    pub(super) fn generate_pem() -> Result<Zeroizing<String>, KeyError> {
        let document = Ed25519KeyPair::generate().and_then(|pair| pair.to_pkcs8v1()).map_err(|_| RandomError)?;
        let body = Zeroizing::new(BASE64.encode(document.as_ref()));
        // 48 bytes are 64 characters: the document fits one line of a PEM body (RFC 7468 section 2).
        Ok(Zeroizing::new(format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", body.as_str())))
    }

    /// Reads a PKCS#8 PEM. `name` is the file named in the error.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] when it is no Ed25519 private key.
    pub fn from_pem(name: &str, pem: &[u8]) -> Result<Self, KeyError> {
        let malformed = || malformed(name);
        let encoding = EncodingKey::from_ed_pem(pem).map_err(|_| malformed())?;
        let pair = Ed25519KeyPair::from_pkcs8(encoding.as_bytes()).map_err(|_| malformed())?;
        let public: [u8; 32] = pair.public_key().as_ref().try_into().map_err(|_| malformed())?;
        Ok(Self { decoding: DecodingKey::from_ed_der(&public), encoding, public })
    }

    /// The thumbprint of the public half (RFC 7638 section 3, members of RFC 8037 section 2): 43 characters.
    pub(super) fn thumbprint(&self) -> String {
        let x = BASE64URL_NOPAD.encode(&self.public);
        BASE64URL_NOPAD.encode(&Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#)))
    }

    /// The private seed, to find a key that is used twice.
    pub(super) fn seed(&self, name: &str) -> Result<Key256, KeyError> {
        let pair = Ed25519KeyPair::from_pkcs8(self.encoding.as_bytes());
        let seed = pair.map_err(|_| malformed(name))?.seed();
        let bytes: Curve25519SeedBin<'_> = seed.and_then(|seed| seed.as_be_bytes()).map_err(|_| malformed(name))?;
        let bytes = bytes.as_ref().try_into().map_err(|_| malformed(name))?;
        Ok(Key256::from_bytes(bytes))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey([redacted])")
    }
}

fn malformed(name: &str) -> KeyError {
    KeyError::Malformed { name: name.to_owned(), expected: EXPECTED }
}

/// The public keys of the ring as a JSON Web Key Set (RFC 7517 section 5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Jwks {
    /// One entry a signing key: the current one, and the others until they are retired.
    pub keys: Vec<Jwk>,
}

/// An Ed25519 public key as a JSON Web Key (RFC 8037 section 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Jwk {
    /// Always `OKP`.
    pub kty: &'static str,
    /// Always `Ed25519`.
    pub crv: &'static str,
    /// The 32 public bytes in base64url.
    pub x: String,
    /// The key's id, as in the header of a token.
    pub kid: String,
    /// Always `EdDSA`.
    pub alg: &'static str,
    /// Always `sig`.
    #[serde(rename = "use")]
    pub key_use: &'static str,
}

impl SigningKeys {
    /// The public halves of all keys.
    #[must_use]
    pub fn jwks(&self) -> Jwks {
        let keys = self.iter().map(|(kid, key)| Jwk {
            kty: "OKP",
            crv: "Ed25519",
            x: BASE64URL_NOPAD.encode(&key.public),
            kid: kid.to_owned(),
            alg: "EdDSA",
            key_use: "sig",
        });
        Jwks { keys: keys.collect() }
    }
}

impl KeyRing {
    /// The public halves of all signing keys, for `/.well-known/jwks.json`.
    #[must_use]
    pub fn jwks(&self) -> Jwks {
        self.signing().jwks()
    }
}
