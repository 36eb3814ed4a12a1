//! Real keys and real signatures of every kind that a provider may use, and of some that it may not.

use std::sync::LazyLock;

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
        RsaKeyPair,
    },
};
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// The keys of one provider. `other` is somebody else's.
pub struct Keys {
    rsa: RsaKeyPair,
    ec: EcdsaKeyPair,
    ed: Ed25519KeyPair,
    other: Ed25519KeyPair,
}

/// Made once a run: an RSA key takes a while.
pub static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys {
    rsa: RsaKeyPair::generate(KeySize::Rsa2048).unwrap(),
    ec: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
    ed: Ed25519KeyPair::generate().unwrap(),
    other: Ed25519KeyPair::generate().unwrap(),
});

/// How a token is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signing {
    Rs256,
    Ps256,
    Es256,
    EdDsa,
    /// A good signature with a key that the provider does not publish, under the name of one that it does.
    Stranger,
    /// `none`, with an empty signature.
    None,
    /// HS256, keyed with the bytes of the public RSA key.
    Hs256OfThePublicKey,
    /// EdDSA under the name of the RSA key.
    WrongKind,
}

impl Signing {
    fn header(self) -> Value {
        match self {
            Self::Rs256 => json!({"alg": "RS256", "kid": "rsa", "typ": "JWT"}),
            Self::Ps256 => json!({"alg": "PS256", "kid": "rsa"}),
            Self::Es256 => json!({"alg": "ES256", "kid": "ec"}),
            Self::EdDsa | Self::Stranger => json!({"alg": "EdDSA", "kid": "ed"}),
            Self::None => json!({"alg": "none", "kid": "ed"}),
            Self::Hs256OfThePublicKey => json!({"alg": "HS256", "kid": "rsa"}),
            Self::WrongKind => json!({"alg": "EdDSA", "kid": "rsa"}),
        }
    }

    fn sign(self, message: &[u8]) -> Vec<u8> {
        let chance = SystemRandom::new();
        let rsa = |padding| {
            let mut signature = vec![0; KEYS.rsa.public_modulus_len()];
            KEYS.rsa.sign(padding, &chance, message, &mut signature).unwrap();
            signature
        };
        match self {
            Self::Rs256 => rsa(&RSA_PKCS1_SHA256),
            Self::Ps256 => rsa(&RSA_PSS_SHA256),
            Self::Es256 => KEYS.ec.sign(&chance, message).unwrap().as_ref().to_vec(),
            Self::EdDsa | Self::WrongKind => KEYS.ed.sign(message).as_ref().to_vec(),
            Self::Stranger => KEYS.other.sign(message).as_ref().to_vec(),
            Self::None => Vec::new(),
            Self::Hs256OfThePublicKey => {
                let mut mac = Hmac::<Sha256>::new_from_slice(KEYS.rsa.public_key().as_ref()).unwrap();
                mac.update(message);
                mac.finalize().into_bytes().to_vec()
            }
        }
    }
}

/// A signed token; `header` is laid over the usual one.
pub fn token(signing: Signing, header: &Value, claims: &Value) -> String {
    let mut whole = signing.header();
    for (name, value) in header.as_object().into_iter().flatten() {
        whole[name] = value.clone();
    }
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let message = format!("{}.{}", part(&whole), part(claims));
    let signature = BASE64URL_NOPAD.encode(&signing.sign(message.as_bytes()));
    format!("{message}.{signature}")
}

/// The key set, with the Ed25519 key under this name, and a key of a kind that nobody knows.
pub fn published(ed_name: &str) -> Value {
    let text = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
    // PKCS #1 of a 2048-bit key: the modulus stands behind nine bytes, and the exponent is 65537.
    let modulus = &KEYS.rsa.public_key().as_ref()[9..265];
    let point = KEYS.ec.public_key().as_ref();
    json!({"keys": [
        {"kty": "future", "kid": "future", "shape": 7},
        {"kty": "RSA", "kid": "rsa", "use": "sig", "n": text(modulus), "e": "AQAB"},
        {"kty": "EC", "kid": "ec", "crv": "P-256", "x": text(&point[1..33]), "y": text(&point[33..])},
        {"kty": "OKP", "kid": ed_name, "crv": "Ed25519", "alg": "EdDSA", "x": text(KEYS.ed.public_key().as_ref())},
    ]})
}

/// Somebody else's public key, as a header might carry it.
pub fn strangers_key() -> Value {
    json!({"kty": "OKP", "crv": "Ed25519", "x": BASE64URL_NOPAD.encode(KEYS.other.public_key().as_ref())})
}
