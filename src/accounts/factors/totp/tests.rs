use chrono::Duration;

use super::*;
use crate::crypto::KeyRing;

/// The secret of RFC 6238 appendix B.
fn known_secret() -> TotpSecret {
    TotpSecret(Zeroizing::new(*b"12345678901234567890"))
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

#[test]
fn codes_agree_with_the_standards_own_table() {
    // RFC 6238 appendix B, column SHA1, the last six of its eight digits.
    let table = [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ];
    for (seconds, code) in table {
        assert_eq!(known_secret().check(code, at(seconds), 0), Some(seconds / 30), "{seconds}");
    }
}

#[test]
fn a_clock_may_be_half_a_minute_wrong_and_no_more() {
    let step = 1_234_567_890 / 30;
    for (late, expected) in [(-60, None), (-30, Some(step)), (0, Some(step)), (30, Some(step)), (60, None)] {
        let now = at(1_234_567_890) + Duration::seconds(late);
        assert_eq!(known_secret().check("005924", now, 0), expected, "{late} s");
    }
}

#[test]
fn a_code_counts_once_and_so_does_every_earlier_one() {
    let step = 1_234_567_890 / 30;
    for (last, expected) in [(step - 1, Some(step)), (step, None), (step + 1, None)] {
        assert_eq!(known_secret().check("005924", at(1_234_567_890), last), expected, "{last}");
    }
}

#[test]
fn what_is_no_code_is_refused() {
    let now = at(1_234_567_890);
    assert!(known_secret().check("005 924", now, 0).is_some(), "as apps show it");
    for wrong in ["", "5924", "0005924", "+05924", "00592a", "005925", "００５９２４", "89005924"] {
        assert_eq!(known_secret().check(wrong, now, 0), None, "{wrong}");
    }
}

#[test]
fn another_secret_takes_no_code_of_this_one() {
    let other = TotpSecret(Zeroizing::new(*b"12345678901234567891"));
    assert_eq!(other.check("005924", at(1_234_567_890), 0), None);
    let drawn = [TotpSecret::generate().unwrap(), TotpSecret::generate().unwrap()];
    assert_ne!(drawn[0].0.as_slice(), drawn[1].0.as_slice());
}

#[test]
fn an_app_is_told_who_and_for_which_clinic() {
    let enrolment = known_secret().enrolment("Harbor: Clinic & Sons", "ada+work@clinic.example").unwrap();
    assert_eq!(enrolment.secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    let uri = url::Url::parse(&enrolment.otpauth_uri).unwrap();
    assert_eq!((uri.scheme(), uri.host_str()), ("otpauth", Some("totp")));
    assert!(enrolment.otpauth_uri.contains("/Harbor%20%20Clinic%20%26%20Sons:ada%2Bwork%40clinic.example?"), "{uri}");
    let issuer = uri.query_pairs().find(|(name, _)| name == "issuer").unwrap().1.into_owned();
    assert_eq!(issuer, "Harbor  Clinic & Sons");
}

#[test]
fn the_picture_is_one_svg_without_anything_from_outside() {
    let svg = known_secret().enrolment("clinic-cms", "ada@clinic.example").unwrap().qr_svg;
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"), "{svg}");
    assert!(svg.contains("<title>QR code for the authenticator app</title>"));
    let outside = ["script", "href", "<?xml", "<image", "style", "ada@", "GEZDGNBV", "url("];
    assert!(outside.iter().all(|part| !svg.contains(part)), "{svg}");
    assert!(svg.len() < 30_000, "{}", svg.len());
}

#[test]
fn a_stored_secret_opens_for_its_own_account_alone() {
    let folder = tempfile::tempdir().unwrap();
    let seal = KeyRing::open_or_create(&folder.path().join("keys")).unwrap().purpose_seal("totp");
    let (ada, eve) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let stored = known_secret().seal(&seal, ada).unwrap();
    assert!(!stored.windows(8).any(|bytes| bytes == b"12345678"));
    assert_eq!(TotpSecret::open(&seal, ada, &stored).unwrap().0.as_slice(), b"12345678901234567890");
    assert!(TotpSecret::open(&seal, eve, &stored).is_err());
}

#[test]
fn a_secret_is_never_printed() {
    let enrolment = known_secret().enrolment("clinic-cms", "ada@clinic.example").unwrap();
    assert_eq!(format!("{:?} {enrolment:?}", known_secret()), "TotpSecret([redacted]) Enrolment([redacted])");
}
