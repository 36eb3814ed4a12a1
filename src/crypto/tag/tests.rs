use data_encoding::HEXLOWER;
use proptest::prelude::*;

use crate::crypto::key_ring::tests::known_ring;

/// `page 2`, by Python's hmac.
const CURSOR: &str = "cGFnZSAyNwuNVBZOY0aDD7B21EMltg";

#[test]
fn tags_agree_with_another_implementation() {
    let ring = known_ring();
    assert_eq!(ring.tag_key("cursor").encode(b"page 2"), CURSOR);
    let mac = ring.tag_key("audit").mac(&[b"ab", b"", b"c"]);
    assert_eq!(HEXLOWER.encode(&mac), "2ddcdc49d2851e66f756865ba4968702d78ea05a56f481757650f548cd803a72");
}

#[test]
fn a_cursor_is_no_form_token() {
    let ring = known_ring();
    assert_eq!(ring.tag_key("cursor").decode(CURSOR).unwrap(), b"page 2");
    assert_eq!(ring.tag_key("form").decode(CURSOR), None);
}

#[test]
fn a_changed_character_or_spelling_is_refused() {
    let key = known_ring().tag_key("cursor");
    for position in 0..CURSOR.len() {
        for letter in ["A", "B", "_", "=", "+", " ", "ä"] {
            let mut forged = CURSOR.to_owned();
            forged.replace_range(position..=position, letter);
            assert!(forged == CURSOR || key.decode(&forged).is_none(), "{forged}");
        }
    }
    for forged in ["", "A", CURSOR.get(..22).unwrap(), &format!("{CURSOR}="), &format!("{CURSOR}\n")] {
        assert_eq!(key.decode(forged), None, "{forged}");
    }
    assert_eq!(key.decode(&key.encode(&[b'x'; 4096])), None, "too long to come back");
}

#[test]
fn moving_a_byte_between_parts_gives_another_mac() {
    let key = known_ring().tag_key("audit");
    assert_ne!(key.mac(&[b"ab", b"c"]), key.mac(&[b"a", b"bc"]));
    assert_ne!(key.mac(&[b"ab"]), key.mac(&[b"ab", b""]));
}

proptest! {
    #[test]
    fn what_was_signed_comes_back(payload in proptest::collection::vec(any::<u8>(), 0..500)) {
        let key = known_ring().tag_key("cursor");
        prop_assert_eq!(key.decode(&key.encode(&payload)), Some(payload));
    }

    #[test]
    fn any_text_is_refused_without_a_panic(text in ".{0,100}") {
        prop_assert_eq!(known_ring().tag_key("cursor").decode(&text), None);
    }
}
