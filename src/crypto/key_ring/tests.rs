use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use data_encoding::BASE64;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::*;
use crate::crypto::KeyUse;

/// The key whose bytes are SHA-256 of the words, as in the script behind the vectors.
pub(in crate::crypto) fn key(words: &str) -> Key256 {
    Key256::from_bytes(Sha256::digest(words).into())
}

/// An Ed25519 key in PKCS#8 PEM (RFC 8410 section 7) with that seed.
fn pem(seed: &Key256) -> String {
    const PKCS8: [u8; 16] = *b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
    let document = [&PKCS8[..], seed.expose()].concat();
    let label = "PRIVATE KEY";
    let body = BASE64.encode(&document);
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
}

pub(in crate::crypto) fn signing_key(words: &str) -> SigningKey {
    signing_key_of(&key(words))
}

pub(in crate::crypto) fn signing_key_of(seed: &Key256) -> SigningKey {
    SigningKey::from_pem("signing", pem(seed).as_bytes()).unwrap()
}

/// A ring whose keys are known, for comparison with other implementations.
pub(in crate::crypto) fn known_parts() -> RingParts {
    RingParts {
        encryption: [("0001-test".to_owned(), key("encryption root"))].into(),
        current_encryption: None,
        index: key("index root"),
        purpose: key("purpose root"),
        signing: [("0001-test".to_owned(), signing_key("signing root"))].into(),
        current_signing: None,
    }
}

pub(in crate::crypto) fn known_ring() -> KeyRing {
    KeyRing::assemble(known_parts()).unwrap()
}

fn folder() -> (TempDir, PathBuf) {
    let outer = TempDir::new().unwrap();
    let keys = outer.path().join("state").join("keys");
    (outer, keys)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn write(path: &Path, content: &str) {
    fs::write(path, content).unwrap();
    fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
}

fn file_with(folder: &Path, beginning: &str) -> PathBuf {
    let entries = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let begins = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with(beginning)
    };
    entries.into_iter().find(begins).unwrap()
}

fn refusal(folder: &Path) -> String {
    KeyRing::open_or_create(folder).unwrap_err().to_string()
}

#[test]
fn a_first_start_makes_a_ring_and_the_next_one_finds_it() {
    let (_outer, keys) = folder();
    let first = KeyRing::open_or_create(&keys).unwrap();
    let second = KeyRing::open_or_create(&keys).unwrap();
    assert_eq!(first.fingerprints(), second.fingerprints());
    assert_eq!(first.jwks(), second.jwks());
    assert_eq!(first.encryption_key_ids().len(), 1);
}

#[test]
fn only_the_owner_may_read_the_keys() {
    let (_outer, keys) = folder();
    KeyRing::open_or_create(&keys).unwrap();
    assert_eq!(mode(&keys), 0o700);
    for entry in fs::read_dir(&keys).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
}

#[test]
fn a_ring_in_a_folder_or_file_open_to_others_is_refused_with_the_remedy() {
    let (_outer, keys) = folder();
    KeyRing::open_or_create(&keys).unwrap();
    fs::set_permissions(&keys, Permissions::from_mode(0o750)).unwrap();
    assert!(refusal(&keys).contains(&format!("chmod 700 '{}'", keys.display())));
    fs::set_permissions(&keys, Permissions::from_mode(0o700)).unwrap();
    for name in ["encryption-", "index.key", "purpose.key", "signing-", "current"] {
        let file = file_with(&keys, name);
        for open in [0o640, 0o604, 0o620] {
            fs::set_permissions(&file, Permissions::from_mode(open)).unwrap();
            assert!(refusal(&keys).contains(&format!("chmod 600 '{}'", file.display())));
        }
        fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    }
    KeyRing::open_or_create(&keys).unwrap();
}

#[test]
fn processes_that_start_at_once_end_with_one_ring() {
    for _ in 0..20 {
        let (_outer, keys) = folder();
        let barrier = std::sync::Barrier::new(8);
        let open = || {
            barrier.wait();
            let ring = KeyRing::open_or_create(&keys).unwrap();
            (ring.fingerprints(), ring.jwks())
        };
        let rings: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(rings.iter().all(|ring| *ring == rings[0]));
    }
}

#[test]
fn a_first_start_that_was_cut_short_is_completed() {
    let (_outer, keys) = folder();
    KeyRing::open_or_create(&keys).unwrap();
    let index = fs::read(keys.join("index.key")).unwrap();
    write(&keys.join(".unfinished"), "");
    write(&keys.join(".purpose.key.new"), "half");
    for gone in ["purpose.key", "current"] {
        fs::remove_file(keys.join(gone)).unwrap();
    }
    KeyRing::open_or_create(&keys).unwrap();
    assert_eq!(fs::read(keys.join("index.key")).unwrap(), index);
    assert!(!keys.join(".unfinished").exists());
}

#[test]
fn a_part_that_is_gone_is_never_replaced_in_silence() {
    for part in ["encryption-", "index.key", "purpose.key", "signing-"] {
        let (_outer, keys) = folder();
        KeyRing::open_or_create(&keys).unwrap();
        let lost = file_with(&keys, part);
        let kept = fs::read(&lost).unwrap();
        fs::remove_file(&lost).unwrap();
        assert!(refusal(&keys).contains("backup"), "{part}");
        assert!(!lost.exists(), "{part}");
        write(&lost, std::str::from_utf8(&kept).unwrap());
        KeyRing::open_or_create(&keys).unwrap();
    }
}

#[test]
fn short_weak_and_broken_keys_are_refused() {
    let wrong = [
        ("", "64 hexadecimal digits"),
        ("00ff", "64 hexadecimal digits"),
        (&"0f".repeat(33), "64 hexadecimal digits"),
        (&"00".repeat(32), "not a random key"),
        (&"a7".repeat(32), "not a random key"),
        ("not hexadecimal at all", "64 hexadecimal digits"),
    ];
    for (content, reason) in wrong {
        for part in ["encryption-", "index.key", "purpose.key"] {
            let (_outer, keys) = folder();
            KeyRing::open_or_create(&keys).unwrap();
            write(&file_with(&keys, part), content);
            let refused = refusal(&keys);
            assert!(refused.contains(reason), "{part}: {refused}");
        }
    }
}

#[test]
fn a_signing_key_of_another_kind_is_refused() {
    let (_outer, keys) = folder();
    KeyRing::open_or_create(&keys).unwrap();
    let file = file_with(&keys, "signing-");
    let cut = pem(&key("seed")).replace("MC4C", "MC0C");
    for content in ["", "text", &cut, &"A".repeat(9000)] {
        write(&file, content);
        let refused = refusal(&keys);
        assert!(refused.contains("signing-"), "{refused}");
    }
}

#[test]
fn a_signing_key_that_nobody_drew_is_refused() {
    let (_outer, keys) = folder();
    KeyRing::open_or_create(&keys).unwrap();
    let zero = Key256::from_bytes([0; 32]);
    write(&file_with(&keys, "signing-"), &pem(&zero));
    assert!(refusal(&keys).contains("not a random key"));
}

#[test]
fn one_key_for_two_uses_is_refused() {
    let pairs: [fn(&mut RingParts); 4] = [
        |parts| parts.index = key("purpose root"),
        |parts| parts.purpose = key("encryption root"),
        |parts| {
            drop(parts.encryption.insert("0002".to_owned(), key("encryption root")));
        },
        |parts| {
            drop(parts.signing.insert("0002".to_owned(), signing_key("index root")));
        },
    ];
    for same in pairs {
        let mut parts = known_parts();
        same(&mut parts);
        let refused = KeyRing::assemble(parts).unwrap_err();
        assert!(matches!(refused, KeyError::SameKey { .. }), "{refused}");
    }
}

#[test]
fn a_file_with_a_wrong_name_is_pointed_out() {
    for name in ["encryption-.key", "encryption-A.key", "old.key", "signing.pem"] {
        let (_outer, keys) = folder();
        KeyRing::open_or_create(&keys).unwrap();
        write(&keys.join(name), &key(name).to_hex());
        assert!(refusal(&keys).contains(name), "{name}");
    }
}

#[test]
fn an_unreadable_file_is_refused() {
    let (_outer, keys) = folder();
    KeyRing::open_or_create(&keys).unwrap();
    let index = keys.join("index.key");
    fs::remove_file(&index).unwrap();
    fs::create_dir(&index).unwrap();
    fs::set_permissions(&index, Permissions::from_mode(0o700)).unwrap();
    assert!(refusal(&keys).contains("cannot be read"));
}

#[test]
fn a_rotation_adds_first_and_uses_later() {
    let (_outer, keys) = folder();
    let before = KeyRing::open_or_create(&keys).unwrap();
    for key_use in [KeyUse::Encryption, KeyUse::Signing] {
        let id = KeyRing::add_key(&keys, key_use).unwrap();
        assert!(id.starts_with("0002-"), "{id}");
        let added = KeyRing::open_or_create(&keys).unwrap();
        let current = |ring: &KeyRing| match key_use {
            KeyUse::Encryption => ring.current_encryption_id(),
            KeyUse::Signing => ring.current_signing_id(),
        };
        assert_eq!(current(&added), current(&before), "known, not used");
        KeyRing::make_current(&keys, key_use, &id).unwrap();
        assert_eq!(current(&KeyRing::open_or_create(&keys).unwrap()), id);
    }
    let after = KeyRing::open_or_create(&keys).unwrap();
    assert_eq!(after.encryption_key_ids().len(), 2);
    let missing = KeyRing::make_current(&keys, KeyUse::Signing, "0009-nope");
    assert!(matches!(missing, Err(KeyError::MissingKey { id }) if id == "0009-nope"));
}

#[test]
fn without_a_note_of_the_current_key_the_highest_id_is_current() {
    let (_outer, keys) = folder();
    KeyRing::open_or_create(&keys).unwrap();
    let id = KeyRing::add_key(&keys, KeyUse::Encryption).unwrap();
    fs::remove_file(keys.join("current")).unwrap();
    let ring = KeyRing::open_or_create(&keys).unwrap();
    assert_eq!(ring.current_encryption_id(), id);
}

#[test]
fn a_current_key_that_is_gone_is_named() {
    let (_outer, keys) = folder();
    KeyRing::open_or_create(&keys).unwrap();
    for content in ["", "encryption 1\n", "\u{0}"] {
        write(&keys.join("current"), content);
        assert!(refusal(&keys).contains("two lines"));
    }
    write(&keys.join("current"), "encryption 0007-lost\nsigning 0001\n");
    assert!(refusal(&keys).contains("0007-lost"));
}

#[test]
fn two_rings_have_other_ids_and_fingerprints() {
    let ((_a, first), (_b, second)) = (folder(), folder());
    let first = KeyRing::open_or_create(&first).unwrap();
    let second = KeyRing::open_or_create(&second).unwrap();
    assert_ne!(first.current_encryption_id(), second.current_encryption_id());
    assert_eq!(first.fingerprint(&second.current_encryption_id()), None);
    for name in ["index", "purpose"] {
        assert_ne!(first.fingerprints()[name], second.fingerprints()[name]);
    }
}

#[test]
fn fingerprints_and_purpose_keys_agree_with_another_implementation() {
    // Python's hmac and hashlib.
    let ring = known_ring();
    assert_eq!(ring.fingerprint("0001-test").unwrap(), "d4e199f417e50708746af883c6544802");
    assert_eq!(
        ring.purpose_key("role-password").to_hex().as_str(),
        "049976caa2ca4004b69bb9bbf748e8a7a7097f9a05cace17bb88228cfae932b2"
    );
}

#[test]
fn a_ring_prints_ids_alone() {
    let printed = format!("{:?} {:?}", known_ring(), known_parts());
    assert!(printed.contains("0001-test"));
    for words in ["encryption root", "index root", "purpose root", "signing root"] {
        let key = key(words);
        assert!(!printed.contains(key.to_hex().as_str()));
        assert!(!printed.contains(&format!("{:?}", key.expose())));
    }
}
