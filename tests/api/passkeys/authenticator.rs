//! An authenticator in software: what a phone or a security key does, byte by byte (W3C Web Authentication section 6),
//! so that a test can also do what none of them would: answer for another page, or count backwards.

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::{SystemRandom, fill},
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

const PERSON_PRESENT: u8 = 0x01;
const PERSON_CHECKED: u8 = 0x04;
const KEY_INCLUDED: u8 = 0x40;

/// A device with one passkey, and the page that it is used on.
pub struct Authenticator {
    key: EcdsaKeyPair,
    pub credential_id: Vec<u8>,
    pub user_handle: Vec<u8>,
    pub counter: u32,
    pub checks_person: bool,
    pub origin: String,
    pub rp_id: String,
}

impl Authenticator {
    pub fn on(origin: &str, rp_id: &str) -> Self {
        let mut credential_id = vec![0; 16];
        fill(&mut credential_id).unwrap();
        Self {
            key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap(),
            credential_id,
            user_handle: Vec::new(),
            counter: 0,
            checks_person: true,
            origin: origin.to_owned(),
            rp_id: rp_id.to_owned(),
        }
    }

    /// `navigator.credentials.create`, then `toJSON`.
    pub fn create(&mut self, public_key: &Value) -> Value {
        self.user_handle = BASE64URL_NOPAD.decode(public_key["user"]["id"].as_str().unwrap().as_bytes()).unwrap();
        let client = self.client("webauthn.create", public_key);
        let mut authenticator = self.authenticator(KEY_INCLUDED);
        authenticator.extend_from_slice(&[0; 16]);
        authenticator.extend_from_slice(&u16::try_from(self.credential_id.len()).unwrap().to_be_bytes());
        authenticator.extend_from_slice(&self.credential_id);
        authenticator.extend_from_slice(&self.cose_key());
        // CBOR: {"fmt": "none", "attStmt": {}, "authData": h'…'}
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        attestation.push(u8::try_from(authenticator.len()).unwrap());
        attestation.extend_from_slice(&authenticator);
        self.credential(&json!({
            "clientDataJSON": BASE64URL_NOPAD.encode(&client),
            "attestationObject": BASE64URL_NOPAD.encode(&attestation),
            "transports": ["internal"],
        }))
    }

    /// `navigator.credentials.get`, then `toJSON`. Each assertion counts one up.
    pub fn get(&mut self, public_key: &Value) -> Value {
        self.counter += 1;
        let client = self.client("webauthn.get", public_key);
        let authenticator = self.authenticator(0);
        let signed = [authenticator.as_slice(), digest(&SHA256, &client).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        self.credential(&json!({
            "clientDataJSON": BASE64URL_NOPAD.encode(&client),
            "authenticatorData": BASE64URL_NOPAD.encode(&authenticator),
            "signature": BASE64URL_NOPAD.encode(signature.as_ref()),
            "userHandle": BASE64URL_NOPAD.encode(&self.user_handle),
        }))
    }

    fn credential(&self, response: &Value) -> Value {
        let id = BASE64URL_NOPAD.encode(&self.credential_id);
        json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
        })
    }

    fn client(&self, kind: &str, public_key: &Value) -> Vec<u8> {
        let client = json!({
            "type": kind, "challenge": public_key["challenge"], "origin": self.origin, "crossOrigin": false,
        });
        client.to_string().into_bytes()
    }

    fn authenticator(&self, more: u8) -> Vec<u8> {
        let checked = if self.checks_person { PERSON_CHECKED } else { 0 };
        let mut bytes = digest(&SHA256, self.rp_id.as_bytes()).as_ref().to_vec();
        bytes.push(PERSON_PRESENT | checked | more);
        bytes.extend_from_slice(&self.counter.to_be_bytes());
        bytes
    }

    /// CBOR: {1: 2, 3: -7, -1: 1, -2: x, -3: y} (RFC 9053 section 7.1.1), from the uncompressed point.
    fn cose_key(&self) -> Vec<u8> {
        let (x, y) = self.key.public_key().as_ref()[1..].split_at(32);
        [b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20".as_slice(), x, b"\x22\x58\x20", y].concat()
    }
}
