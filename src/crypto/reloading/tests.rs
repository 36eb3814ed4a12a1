use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::crypto::{AccessClaims, KeyUse, Rotated, TokenError};

const ISS: &str = "https://cms.example";

fn folder() -> (TempDir, PathBuf) {
    let outer = TempDir::new().unwrap();
    let keys = outer.path().join("keys");
    (outer, keys)
}

fn open(keys: &Path) -> KeyRing {
    KeyRing::open_or_create(keys).unwrap()
}

fn token(ring: &KeyRing) -> String {
    let claims = AccessClaims {
        iss: ISS.to_owned(),
        aud: ISS.to_owned(),
        sub: Uuid::from_u128(1),
        sid: Uuid::from_u128(2),
        iat: 1_800_000_000,
        nbf: 1_800_000_000,
        exp: 1_800_000_600,
        jti: Uuid::from_u128(3),
        role: "editor".to_owned(),
        amr: vec!["pwd".to_owned()],
    };
    ring.sign_access(&claims).unwrap()
}

fn verify(ring: &KeyRing, token: &str) -> Result<(), TokenError> {
    let now = DateTime::from_timestamp(1_800_000_060, 0).unwrap();
    ring.verify_access(token, now, ISS, ISS).map(drop)
}

fn kids(ring: &KeyRing) -> Vec<String> {
    ring.jwks().keys.into_iter().map(|key| key.kid).collect()
}

#[test]
fn a_rotation_is_taken_up_and_logs_nobody_out() {
    let (_outer, keys) = folder();
    let (first, second) = (open(&keys), open(&keys));
    let before = token(&first);
    let Rotated { kid, previous } = KeyRing::rotate_signing(&keys).unwrap();
    assert_eq!(first.current_signing_id(), previous, "until the next look");
    assert!(first.reload().unwrap());
    assert!(!first.reload().unwrap(), "nothing new");
    assert_eq!(first.current_signing_id(), kid);
    assert_eq!(verify(&first, &before), Ok(()));
    let after = token(&first);
    assert_eq!(verify(&second, &after), Ok(()), "an unknown kid is looked up at once");
    assert_eq!(kids(&second), [previous, kid]);
}

#[test]
fn a_retired_key_verifies_nothing_after_the_next_look() {
    let (_outer, keys) = folder();
    let ring = open(&keys);
    let before = token(&ring);
    let Rotated { kid, previous } = KeyRing::rotate_signing(&keys).unwrap();
    KeyRing::retire_signing(&keys, &previous).unwrap();
    assert!(ring.reload().unwrap());
    assert_eq!(verify(&ring, &before), Err(TokenError::UnknownKey));
    assert_eq!(kids(&ring), [kid.as_str()]);
    assert_eq!(kids(&open(&keys)), [kid.as_str()], "a start finds the same");
    assert!(!keys.join(format!("signing-{previous}.pem")).exists(), "no half of it is left");
}

#[test]
fn the_current_key_and_unknown_ones_are_not_retired() {
    let (_outer, keys) = folder();
    let ring = open(&keys);
    let (current, encryption) = (ring.current_signing_id(), ring.current_encryption_id());
    let refused = KeyRing::retire_signing(&keys, &current).unwrap_err();
    assert!(refused.to_string().contains("keys rotate"), "{refused}");
    for unknown in ["", "0009-nope", "../index", encryption.as_str()] {
        let refused = KeyRing::retire_signing(&keys, unknown).unwrap_err();
        assert!(matches!(refused, KeyError::UnknownSigningKey), "{unknown}: {refused}");
    }
    assert!(!ring.reload().unwrap());
}

#[test]
fn a_retirement_keeps_the_current_key_where_no_file_names_it() {
    let (_outer, keys) = folder();
    let ring = open(&keys);
    let first = ring.current_signing_id();
    let later = KeyRing::add_key(&keys, KeyUse::Signing).unwrap();
    let last = KeyRing::add_key(&keys, KeyUse::Signing).unwrap();
    KeyRing::make_current(&keys, KeyUse::Signing, &later).unwrap();
    KeyRing::retire_signing(&keys, &last).unwrap();
    assert!(ring.reload().unwrap());
    assert_eq!(ring.current_signing_id(), later);
    assert_eq!(kids(&ring), [first, later]);
}

#[test]
fn a_folder_that_cannot_be_read_is_told_and_changes_nothing() {
    let (_outer, keys) = folder();
    let ring = open(&keys);
    let before = token(&ring);
    fs::write(keys.join("current"), "encryption 1\nsigning 0009-nope\n").unwrap();
    assert!(ring.reload().is_err());
    assert_eq!(verify(&ring, &before), Ok(()));
    fs::remove_dir_all(&keys).unwrap();
    assert!(ring.reload().is_err());
    assert_eq!(verify(&ring, &before), Ok(()));
    assert!(!keys.exists(), "no fresh ring is made in its place");
}

#[test]
fn a_signing_key_that_is_used_elsewhere_is_not_taken_up() {
    let (_outer, keys) = folder();
    let ring = open(&keys);
    let current = ring.current_signing_id();
    fs::copy(keys.join(format!("signing-{current}.pem")), keys.join("signing-0002-twin.pem")).unwrap();
    assert!(matches!(ring.reload(), Err(KeyError::SameKey { .. })));
    assert_eq!(kids(&ring), [current]);
}

#[test]
fn unknown_ids_open_no_file_while_the_folder_is_as_it_was() {
    let (_outer, keys) = folder();
    open(&keys);
    let ring = open(&keys);
    let current = keys.join(format!("signing-{}.pem", ring.current_signing_id()));
    // Written in place: no file has come or gone.
    fs::write(current, "no key any more").unwrap();
    assert!(matches!(ring.reload_where(|before, now| before != now), Ok(false)), "it was not read");
    assert!(ring.reload().is_err(), "the round reads in any case");
}

#[test]
fn the_list_tells_keys_apart_and_shows_no_secret() {
    let (_outer, keys) = folder();
    let ring = open(&keys);
    KeyRing::rotate_signing(&keys).unwrap();
    ring.reload().unwrap();
    let listed = ring.list();
    let shown: Vec<_> = listed.iter().map(|key| (key.key_use, key.current)).collect();
    assert_eq!(shown, [("signing", false), ("signing", true), ("encryption", true)]);
    assert!(listed.iter().all(|key| key.created_at.is_some()));
    let text = serde_json::to_string(&listed).unwrap();
    for entry in fs::read_dir(&keys).unwrap().map(Result::unwrap) {
        let content = fs::read_to_string(entry.path()).unwrap_or_default();
        let secret = content.lines().find(|line| line.len() >= 40).unwrap_or("-----");
        assert!(!text.contains(secret), "{:?}", entry.file_name());
    }
}

#[test]
fn a_new_wrapping_key_is_taken_up_and_the_one_before_still_opens() {
    let (_outer, keys) = folder();
    let (first, second) = (open(&keys), open(&keys));
    let (row, data_key) = (Uuid::from_u128(7), crate::crypto::DataKey::generate().unwrap());
    let before = first.wrap_key(&data_key, row).unwrap();
    let added = KeyRing::add_key(&keys, KeyUse::Encryption).unwrap();
    assert!(first.reload().unwrap());
    assert_eq!(first.current_encryption_id(), before.key_id, "added is not yet used");
    KeyRing::make_current(&keys, KeyUse::Encryption, &added).unwrap();
    assert!(first.reload().unwrap());
    let after = first.rewrap_key(&before, row).unwrap();
    assert_eq!(after.key_id, added);
    assert!(second.unwrap_key(&after, row).is_ok(), "an unknown id is looked up at once");
    assert!(first.unwrap_key(&before, row).is_ok());
    let retired = before.key_id.clone();
    let refused = KeyRing::retire_encryption(&keys, &added).unwrap_err();
    assert!(refused.to_string().contains("rotate-encryption"), "{refused}");
    KeyRing::retire_encryption(&keys, &retired).unwrap();
    assert!(first.reload().unwrap());
    let missing = first.unwrap_key(&before, row).unwrap_err();
    assert!(missing.to_string().contains(&retired), "{missing}");
    assert_eq!(open(&keys).current_encryption_id(), added);
}

/// The key and thumbprint of RFC 8037 appendix A.
#[test]
fn a_thumbprint_is_the_one_of_the_standard() {
    let seed: [u8; 32] = data_encoding::BASE64URL_NOPAD
        .decode(b"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
        .unwrap()
        .try_into()
        .unwrap();
    let key = crate::crypto::key_ring::tests::signing_key_of(&crate::crypto::Key256::from_bytes(seed));
    assert_eq!(key.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}
