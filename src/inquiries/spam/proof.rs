//! A proof of work before an inquiry (ALTCHA, proof of work version 2): the browser searches for a number, which costs it
//! about a second, and the server checks it in a thousandth of that. Nobody is asked and nothing is loaded from anywhere.
//!
//! The crate brings the protocol. Its clock and its chance are not ours, so challenges are made here, and when one ends
//! is checked here. Refuses a challenge that is not ours before any work is done for it, one of another form, and one
//! that is over; the database refuses the second use.

use altcha::{
    Challenge, ChallengeParameters, HmacAlgorithm, Payload, VerifySolutionOptions, sign_challenge, verify_solution,
};
use chrono::{DateTime, Duration, Utc};
use data_encoding::BASE64;
use serde_json::{Value, json};
use subtle::ConstantTimeEq;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::judgement::Proof;
use crate::crypto::{KeyRing, TagKey, random};

/// As long as a form may stay open.
const LIFETIME: Duration = Duration::hours(24);
/// The algorithm that every browser brings (Web Cryptography API, section 29).
const ALGORITHM: &str = "PBKDF2/SHA-256";
/// One derived key in 256 begins with this byte.
const PREFIX: &str = "00";
/// The most characters of a payload; one of ours has about 700.
const LONGEST: usize = 4096;

/// Makes and checks challenges.
#[derive(Debug)]
pub struct ProofOfWork {
    key: TagKey,
    cost: u32,
}

/// A proof that was accepted, for the table of those that were used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    /// Keyed hash of the challenge's signature.
    pub digest: [u8; 32],
    /// When the challenge ends.
    pub expires_at: DateTime<Utc>,
}

impl ProofOfWork {
    /// `cost` is the number of rounds (PBKDF2) of one try; 256 tries are needed on average.
    pub fn new(ring: &KeyRing, cost: u32) -> Self {
        Self { key: ring.tag_key("proof-of-work"), cost }
    }

    /// A challenge for a form that is shown at `now`, as the widget takes it. None where the system gives no random
    /// bytes: the form is shown all the same.
    pub fn challenge(&self, form: Uuid, now: DateTime<Utc>) -> Option<Value> {
        let nonce = random::bytes::<16>().ok()?;
        let salt = random::bytes::<16>().ok()?;
        let mut parameters = ChallengeParameters {
            algorithm: ALGORITHM.to_owned(),
            cost: self.cost,
            data: Some([("form".to_owned(), json!(form))].into()),
            expires_at: Some((now + LIFETIME).timestamp()),
            key_length: 32,
            key_prefix: PREFIX.to_owned(),
            key_signature: None,
            memory_cost: None,
            nonce: hex::encode(nonce),
            parallelism: None,
            salt: hex::encode(salt),
        };
        serde_json::to_value(self.sign(&mut parameters)?).ok()
    }

    /// Checks what came back with a form at `now`.
    pub fn check(&self, payload: &str, form: Uuid, now: DateTime<Utc>) -> (Proof, Option<Spent>) {
        let Some((payload, signature)) = self.genuine(payload, form) else { return (Proof::Wrong, None) };
        let ends = payload.challenge.parameters.expires_at.and_then(|at| DateTime::from_timestamp(at, 0));
        let Some(expires_at) = ends.filter(|ends| now <= *ends) else { return (Proof::Expired, None) };
        if !self.is_solved(payload) {
            return (Proof::Wrong, None);
        }
        let digest = self.key.mac(&[b"spent", signature.as_bytes()]);
        (Proof::Given, Some(Spent { digest, expires_at }))
    }

    /// A payload whose challenge was made here for this form, with its signature.
    fn genuine(&self, payload: &str, form: Uuid) -> Option<(Payload, String)> {
        if payload.len() > LONGEST {
            return None;
        }
        let payload: Payload = serde_json::from_slice(&BASE64.decode(payload.as_bytes()).ok()?).ok()?;
        let signature = self.sign(&mut payload.challenge.parameters.clone())?.signature?;
        let given = payload.challenge.signature.as_deref().unwrap_or_default();
        let is_ours: bool = signature.as_bytes().ct_eq(given.as_bytes()).into();
        let of_form =
            payload.challenge.parameters.data.as_ref().and_then(|data| data.get("form")) == Some(&json!(form));
        (is_ours && of_form).then_some((payload, signature))
    }

    /// The crate looks at its own clock where there is an end, so it is given a challenge without one.
    fn is_solved(&self, mut payload: Payload) -> bool {
        payload.challenge.parameters.expires_at = None;
        let Some(endless) = self.sign(&mut payload.challenge.parameters) else { return false };
        let secret = self.secret();
        verify_solution(VerifySolutionOptions::new(&endless, &payload.solution, secret.as_str()))
            .is_ok_and(|result| result.verified)
    }

    fn sign(&self, parameters: &mut ChallengeParameters) -> Option<Challenge> {
        sign_challenge(&HmacAlgorithm::Sha256, parameters, None, &self.secret(), None).ok()
    }

    fn secret(&self) -> Zeroizing<String> {
        Zeroizing::new(hex::encode(self.key.mac(&[b"challenge"])))
    }
}

#[cfg(test)]
mod tests {
    use altcha::{SolveChallengeOptions, solve_challenge};

    use super::*;

    /// Keys of a folder of its own; they stay in memory.
    fn ring() -> KeyRing {
        let folder = tempfile::tempdir().unwrap();
        KeyRing::open_or_create(&folder.path().join("keys")).unwrap()
    }

    const FORM: Uuid = Uuid::from_u128(1);

    fn solved(proof: &ProofOfWork, now: DateTime<Utc>) -> Payload {
        let challenge: Challenge = serde_json::from_value(proof.challenge(FORM, now).unwrap()).unwrap();
        let solution = solve_challenge(SolveChallengeOptions::new(&challenge)).unwrap().unwrap();
        Payload { challenge, solution }
    }

    fn sent(payload: &Payload) -> String {
        BASE64.encode(&serde_json::to_vec(payload).unwrap())
    }

    #[test]
    fn a_solution_counts_for_its_form_until_its_end() {
        let proof = ProofOfWork::new(&ring(), 1);
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let text = sent(&solved(&proof, now));
        let (given, spent) = proof.check(&text, FORM, now + LIFETIME);
        assert_eq!((given, spent.unwrap().expires_at), (Proof::Given, now + LIFETIME));
        assert_eq!(proof.check(&text, FORM, now + LIFETIME + Duration::seconds(1)), (Proof::Expired, None));
        assert_eq!(proof.check(&text, Uuid::from_u128(2), now), (Proof::Wrong, None), "of another form");
        assert_eq!(proof.check(&text, FORM, now), proof.check(&text, FORM, now), "the same proof is the same");
    }

    #[test]
    fn whatever_is_changed_in_a_payload_makes_it_wrong() {
        let proof = ProofOfWork::new(&ring(), 1);
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let solved = solved(&proof, now);
        let mut changed: Vec<Payload> = vec![solved.clone(); 5];
        changed[0].challenge.parameters.cost = 2;
        changed[1].challenge.parameters.key_prefix = String::new();
        changed[2].challenge.parameters.expires_at = None;
        changed[3].challenge.signature = None;
        changed[4].solution.counter = solved.solution.counter.wrapping_add(1);
        for payload in changed {
            assert_eq!(proof.check(&sent(&payload), FORM, now), (Proof::Wrong, None));
        }
        let long = "A".repeat(LONGEST + 4);
        for text in ["", "x", "e30=", "bnVsbA==", &long] {
            assert_eq!(proof.check(text, FORM, now), (Proof::Wrong, None));
        }
    }

    #[test]
    fn another_installation_takes_no_proof_of_ours() {
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let keys = ring();
        let (ours, dearer) = (ProofOfWork::new(&keys, 1), ProofOfWork::new(&keys, 2));
        let text = sent(&solved(&ours, now));
        assert_eq!(dearer.check(&text, FORM, now).0, Proof::Given, "what was made before the setting changed counts");
        let mut stranger = solved(&ours, now);
        stranger.challenge = altcha::sign_challenge(
            &HmacAlgorithm::Sha256,
            &mut stranger.challenge.parameters.clone(),
            None,
            "another secret",
            None,
        )
        .unwrap();
        assert_eq!(ours.check(&sent(&stranger), FORM, now), (Proof::Wrong, None));
    }
}
