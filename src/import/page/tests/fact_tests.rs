//! Phones, e-mail addresses, postal addresses and names by themselves.

use super::super::email::{self, EmailReading};
use super::super::name::{self, NameEvidence};
use super::super::{Address, Phone};

#[test]
fn phones_are_read_in_the_ways_people_write_them() {
    for written in [
        "(561) 555-0144",
        "561.555.0144",
        "+1 561 555 0144",
        "1-561-555-0144",
        "5615550144",
        "561\u{2013}555\u{2013}0144",
    ] {
        let phone = Phone::read(written).unwrap_or_else(|| panic!("{written}"));
        assert_eq!((phone.number.as_str(), phone.display.as_str()), ("+15615550144", "(561) 555-0144"), "{written}");
    }
    assert_eq!(Phone::read("+44 20 7946 0018").unwrap().number, "+442079460018");
    let extended = Phone::read("(561) 555-0144 ext. 12").unwrap();
    assert_eq!(extended.number, "+15615550144");
    assert!(extended.display.ends_with("ext. 12"), "{}", extended.display);
}

#[test]
fn what_is_no_phone_is_refused() {
    for written in
        ["", "911", "988", "1-800-HERON", "33499-1234", "(161) 555-0144", "2024-10-12", "561-555-0144 or 561-555-0199"]
    {
        assert_eq!(Phone::read(written), None, "{written}");
    }
}

#[test]
fn placeholders_of_hidden_addresses_are_known() {
    for written in [
        "[email protected]",
        "[email\u{a0}protected]",
        "[Email Protected]",
        "email protected",
        "/cdn-cgi/l/email-protection#a1",
    ] {
        assert_eq!(email::read(written), EmailReading::Placeholder, "{written}");
    }
    assert_eq!(email::read("Desk@Heron.EXAMPLE"), EmailReading::Address("Desk@heron.example".to_owned()));
    for written in ["desk@heron", "desk at heron.example", "Desk <desk@heron.example>", "desk@[127.0.0.1]", "@", ""] {
        assert_eq!(email::read(written), EmailReading::Invalid, "{written}");
    }
}

#[test]
fn addresses_are_taken_apart() {
    let parts = |written: &str| {
        let address = Address::read(written)?;
        Some(format!(
            "{}|{}|{}|{}|{}",
            address.line1,
            address.line2.unwrap_or_default(),
            address.city,
            address.region,
            address.postal_code
        ))
    };
    for (written, expected) in [
        ("4210 Egret Hollow Rd, Suite 12, Lake Verity, FL 33499", "4210 Egret Hollow Rd|Suite 12|Lake Verity|FL|33499"),
        ("4210 Egret Hollow Rd Ste 12B, Lake Verity, FL, 33499", "4210 Egret Hollow Rd|Ste 12B|Lake Verity|FL|33499"),
        (
            "4210 Egret Hollow Rd #12, Lake Verity FL 33499-0001, USA",
            "4210 Egret Hollow Rd|#12|Lake Verity|FL|33499-0001",
        ),
        (
            "12-B Main St, Bldg 2, Floor 3, Lake Verity, West Virginia 24999",
            "12-B Main St|Bldg 2, Floor 3|Lake Verity|WV|24999",
        ),
        ("PO Box 7, Lake Verity, North Carolina 27999", "PO Box 7||Lake Verity|NC|27999"),
    ] {
        assert_eq!(parts(written).as_deref(), Some(expected), "{written}");
    }
}

#[test]
fn half_an_address_is_none() {
    for written in [
        "",
        "33499",
        "FL 33499",
        "Lake Verity, FL 33499",
        "4210 Egret Hollow Rd, Lake Verity, FL",
        "4210 Egret Hollow Rd, Lake Verity, ZZ 33499",
        "The Old Mill, Lake Verity, FL 33499",
        "4210 Egret Hollow Rd, Lake Verity, FL 3349",
        "3 ways, 2 reasons, FL 33499",
    ] {
        assert_eq!(Address::read(written), None, "{written}");
    }
}

#[test]
fn a_name_needs_repetition_and_a_word_of_their_own() {
    let weigh = |text: &[&str]| name::weigh(text.iter().copied());
    let repeated = weigh(&["At Heron and Egret Clinic, we care.", "Ask at Heron and Egret Clinic\u{2019}s desk."]);
    assert_eq!(repeated, NameEvidence::Repeated("Heron and Egret Clinic".to_owned()));
    assert_eq!(
        weigh(&["Studies at Verity State University began.", "More came at Verity State University."]),
        NameEvidence::None
    );
    assert_eq!(weigh(&["Reach out to us at Heron Clinic today."]), NameEvidence::Uncertain("Heron Clinic".to_owned()));
    assert!(matches!(
        weigh(&["At Heron One, we care. At Egret Two, we care. At Heron One. At Egret Two."]),
        NameEvidence::Uncertain(_)
    ));
    assert_eq!(weigh(&["At night, we rest. At Night, we rest."]), NameEvidence::None);
}
