use data_encoding::HEXLOWER;

use super::*;
use crate::crypto::key_ring::tests::{key, known_parts, known_ring};

#[test]
fn indexes_agree_with_another_implementation() {
    // Python's hmac and hashlib.
    let ring = known_ring();
    let email = of(&ring, IndexedField::Email, "ada@clinic.example");
    let phone = of(&ring, IndexedField::Phone, "+4930901820");
    assert_eq!(HEXLOWER.encode(&email), "c68601d0183373425687ab292e9469e3a68fc4b3951d7d18bad243e8074d1356");
    assert_eq!(HEXLOWER.encode(&phone), "b258d641b43dd416c83c7e90c1004cfb485fd34638a2b0ee3af9cbdc7b24b1ae");
}

#[test]
fn spellings_of_one_address_are_one_person() {
    for spelling in ["Ada@Clinic.Example", " ada@clinic.example\t", "ADA@CLINIC.EXAMPLE"] {
        assert_eq!(normalise_email(spelling), "ada@clinic.example");
    }
}

#[test]
fn one_value_in_two_fields_does_not_show() {
    let ring = known_ring();
    assert_ne!(of(&ring, IndexedField::Email, "+4930901820"), of(&ring, IndexedField::Phone, "+4930901820"));
}

#[test]
fn another_installation_has_other_indexes() {
    let mut parts = known_parts();
    parts.index = key("another index root");
    let other = KeyRing::assemble(parts).unwrap();
    assert_ne!(
        of(&other, IndexedField::Email, "ada@clinic.example"),
        of(&known_ring(), IndexedField::Email, "ada@clinic.example")
    );
}

#[test]
fn a_domain_is_one_in_its_own_letters_and_in_ascii() {
    assert_eq!(normalise_email("J\u{f6}rg@B\u{fc}cher.example"), "j\u{f6}rg@xn--bcher-kva.example");
    assert_eq!(normalise_email("j\u{f6}rg@xn--bcher-kva.example"), "j\u{f6}rg@xn--bcher-kva.example");
    assert_eq!(normalise_email("no address"), "no address");
}
