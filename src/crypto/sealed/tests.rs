use data_encoding::HEXLOWER;
use proptest::prelude::*;
use uuid::uuid;

use super::*;
use crate::crypto::key_ring::KeyRing;
use crate::crypto::key_ring::tests::{key, known_parts, known_ring};
use crate::crypto::wrapped::WrappedKey;

const ROW: Uuid = uuid!("018f3f5e-7c1a-7b6e-9d2c-0123456789ab");
const OTHER_ROW: Uuid = uuid!("018f3f5e-7c1a-7b6e-9d2c-0123456789ac");
const NAME: Place<'static> = Place { table: "inquiries", column: "name", row: ROW, version: 2 };
/// Made by libsodium through `PyNaCl`; the derivations by Python's hmac.
const SEALED: &str = "016465666768696a6b6c6d6e6f707172737475767778797a7be3b83b3b8ec4bcc23fb1e7293f87fc8defcc9e3e1d4f3eb50a0f4684560d43f24c8b9563d3a628646f6d61ae3f8642700b3d317f470644259da3bff5359a9608acacb205a116c7416e0313da9e94b012";
const WRAPPED: &str = "016465666768696a6b6c6d6e6f707172737475767778797a7b6b215bf07f599172127550b29eb48b47cd7180d19888327868455ab74a542e1149400f3d7cf693c32fbbdb527c1a8a4b7eea6578fd867e94c746002edf11d271";

fn known_key() -> DataKey {
    DataKey { id: std::array::from_fn(|i| u8::try_from(i).unwrap()), key: key("data key") }
}

fn known_wrapped() -> WrappedKey {
    WrappedKey { key_id: "0001-test".to_owned(), bytes: HEXLOWER.decode(WRAPPED.as_bytes()).unwrap() }
}

fn is_refused<T>(result: &Result<T, SealError>) -> bool {
    matches!(result, Err(SealError::Refused))
}

#[test]
fn libsodium_and_this_room_seal_alike() {
    let nonce = std::array::from_fn(|i| u8::try_from(100 + i).unwrap());
    let padded = pad("Zoë Ångström".as_bytes()).unwrap();
    let key = known_key();
    let sealed = encrypt_with_nonce(&key.key, &nonce, &key.binding(NAME), &padded).unwrap();
    assert_eq!(HEXLOWER.encode(&sealed), SEALED);
    let opened = key.open_text(NAME, &sealed).unwrap();
    assert_eq!(opened.reveal(), "Zoë Ångström");
}

#[test]
fn a_key_wrapped_by_libsodium_opens_what_libsodium_sealed() {
    let key = known_ring().unwrap_key(&known_wrapped(), ROW).unwrap();
    let sealed = HEXLOWER.decode(SEALED.as_bytes()).unwrap();
    assert_eq!(&key.open(NAME, &sealed).unwrap()[..], "Zoë Ångström".as_bytes());
}

#[test]
fn a_sealed_field_opens_at_no_other_place() {
    let key = DataKey::generate().unwrap();
    let sealed = key.seal(NAME, b"Ada").unwrap();
    let elsewhere = [
        Place { table: "people", ..NAME },
        Place { column: "email", ..NAME },
        Place { row: OTHER_ROW, ..NAME },
        Place { version: 1, ..NAME },
        // The same letters with the border moved.
        Place { table: "inquirie", column: "sname", ..NAME },
    ];
    for place in elsewhere {
        assert!(is_refused(&key.open(place, &sealed)), "{place:?}");
    }
    assert_eq!(&key.open(NAME, &sealed).unwrap()[..], b"Ada");
}

#[test]
fn another_data_key_or_another_id_opens_nothing() {
    let sealed = HEXLOWER.decode(SEALED.as_bytes()).unwrap();
    assert!(is_refused(&DataKey::generate().unwrap().open(NAME, &sealed)));
    let renamed = DataKey { id: [9; ID], ..known_key() };
    assert!(is_refused(&renamed.open(NAME, &sealed)));
}

#[test]
fn cut_and_foreign_bytes_are_refused() {
    let sealed = HEXLOWER.decode(SEALED.as_bytes()).unwrap();
    let key = known_key();
    for length in 0..sealed.len() {
        assert!(is_refused(&key.open(NAME, &sealed[..length])), "{length}");
    }
    assert!(is_refused(&key.open(NAME, &[&sealed[..], b"\0"].concat())));
    assert!(is_refused(&key.open(NAME, b"plain text that was never sealed, and long enough")));
}

#[test]
fn every_single_bit_counts() {
    let (sealed, key) = (HEXLOWER.decode(SEALED.as_bytes()).unwrap(), known_key());
    let (wrapped, ring) = (known_wrapped(), known_ring());
    for bit in 0..sealed.len() * 8 {
        let mut flipped = sealed.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(is_refused(&key.open(NAME, &flipped)), "{bit}");
    }
    for bit in 0..wrapped.bytes.len() * 8 {
        let mut flipped = wrapped.clone();
        flipped.bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(is_refused(&ring.unwrap_key(&flipped, ROW)), "{bit}");
    }
}

#[test]
fn a_wrapped_key_belongs_to_its_row() {
    let ring = known_ring();
    let wrapped = ring.wrap_key(&DataKey::generate().unwrap(), ROW).unwrap();
    assert_eq!(wrapped.bytes.len(), 89);
    assert!(is_refused(&ring.unwrap_key(&wrapped, OTHER_ROW)));
    ring.unwrap_key(&wrapped, ROW).unwrap();
}

#[test]
fn a_key_that_this_ring_lacks_is_named_and_gives_no_empty_field() {
    let mut wrapped = known_wrapped();
    wrapped.key_id = "0009-lost\n".to_owned();
    let refused = known_ring().unwrap_key(&wrapped, ROW).unwrap_err();
    assert!(matches!(&refused, SealError::Key(KeyError::MissingKey { id }) if id == "0009-lost\n"));
    assert!(refused.to_string().contains(r#""0009-lost\n""#), "one line in the log");
}

#[test]
fn rotation_rewraps_the_data_key_and_leaves_the_fields() {
    let sealed = HEXLOWER.decode(SEALED.as_bytes()).unwrap();
    let mut parts = known_parts();
    parts.encryption.insert("0002-next".to_owned(), key("next root"));
    let both = KeyRing::assemble(parts).unwrap();
    let rewrapped = both.rewrap_key(&known_wrapped(), ROW).unwrap();
    assert_eq!(rewrapped.key_id, "0002-next");

    let mut parts = known_parts();
    parts.encryption = [("0002-next".to_owned(), key("next root"))].into();
    let without_the_old = KeyRing::assemble(parts).unwrap();
    let key = without_the_old.unwrap_key(&rewrapped, ROW).unwrap();
    assert_eq!(key.open_text(NAME, &sealed).unwrap().reveal(), "Zoë Ångström");
}

#[test]
fn a_wrapped_key_under_the_name_of_another_key_is_refused() {
    let mut parts = known_parts();
    parts.encryption.insert("0002-next".to_owned(), key("next root"));
    let both = KeyRing::assemble(parts).unwrap();
    let mut renamed = known_wrapped();
    renamed.key_id = "0002-next".to_owned();
    assert!(is_refused(&both.unwrap_key(&renamed, ROW)));
}

#[test]
fn one_text_sealed_twice_shows_neither_that_nor_its_length() {
    let key = DataKey::generate().unwrap();
    let first = key.seal(NAME, b"Ada").unwrap();
    let second = key.seal(NAME, b"Ada").unwrap();
    assert_ne!(first, second);
    assert_eq!(first.len(), key.seal(NAME, b"Maximiliane Charlotte").unwrap().len());
}

#[test]
fn a_data_key_is_never_printed() {
    assert_eq!(format!("{:?}", known_key()), "DataKey([redacted])");
}

proptest! {
    #[test]
    fn what_was_sealed_comes_back(text in proptest::collection::vec(any::<u8>(), 0..6000)) {
        let key = DataKey::generate().unwrap();
        let sealed = key.seal(NAME, &text).unwrap();
        prop_assert_eq!(&key.open(NAME, &sealed).unwrap()[..], &text[..]);
    }

    #[test]
    fn any_flipped_bit_is_refused(text in "\\PC{0,300}", position in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let key = DataKey::generate().unwrap();
        let mut sealed = key.seal(NAME, text.as_bytes()).unwrap();
        let byte = position.index(sealed.len());
        sealed[byte] ^= 1 << bit;
        prop_assert!(is_refused(&key.open(NAME, &sealed)));
    }

    #[test]
    fn any_other_place_is_refused(table in "[a-z_]{0,12}", column in "[a-z_]{0,12}", row in any::<u128>(), version in any::<u8>()) {
        let place = Place { table: &table, column: &column, row: Uuid::from_u128(row), version };
        prop_assume!(place != NAME);
        let sealed = HEXLOWER.decode(SEALED.as_bytes()).unwrap();
        prop_assert!(is_refused(&known_key().open(place, &sealed)));
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(is_refused(&known_key().open(NAME, &bytes)));
    }
}
