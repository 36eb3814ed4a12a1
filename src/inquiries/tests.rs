//! What the tests of this room share, and the tests of its smaller parts.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    door::Door,
    form::{self, DEFAULT_HONEYPOT, Form, Pace},
    input::{self, Named, NamedLocation},
    inquiry::{Details, Submission},
    sealing::{self, Opener},
    spam::Guard,
};
use crate::{
    audit::Trail,
    clock::Clock,
    crypto::{KeyRing, WrappedKey},
    http::{ApiError, FieldError, RateLimit},
};

pub(super) fn door() -> Door {
    let folder = tempfile::tempdir().unwrap();
    let ring = KeyRing::open_or_create(&folder.path().join("keys")).unwrap();
    let trail = Trail::new(&ring, Clock::system());
    let guard = Guard::new(&ring, &["https://clinic.example"], 1);
    Door::new(Arc::new(ring), trail, RateLimit::new("inquiries", 0, 0), 365, |_, at, _| at, guard)
}

pub(super) fn default_form() -> Form {
    Form {
        response_minutes: 240,
        id: Uuid::from_u128(1),
        slug: "contact".to_owned(),
        name: "Contact".to_owned(),
        honeypot: DEFAULT_HONEYPOT.to_owned(),
        notices: form::default_notices().to_vec(),
        is_default: true,
        fields: Vec::new(),
        kinds: Vec::new(),
        location_id: None,
        retention_days: None,
        consents: Vec::new(),
        known_texts: Vec::new(),
        default_locale: "en".to_owned(),
        allowed_origins: Vec::new(),
        proof_of_work: false,
        attachments: None,
    }
}

pub(super) fn named() -> Named {
    let location = NamedLocation { id: Uuid::from_u128(2), country: Some("US".to_owned()) };
    Named { form: Some(default_form()), location: Some(location), ..Named::default() }
}

/// Everything that a JSON body can say.
pub(super) fn full_body() -> Value {
    json!({
        "form": "contact",
        "kind": "appointment",
        "name": {"given": "Dana", "family": "Fuller"},
        "full_name": "Dana Q. Fuller",
        "email": "Dana@Example.com",
        "phone": "(561) 555-0100 ext. 4",
        "preferred_contact": "phone",
        "preferred_times": ["mornings", "after 5 pm"],
        "location": "harbor",
        "service": "Ketamine therapy",
        "message": "Line one\nline two",
        "language": "es-us",
        "on_behalf_of": "child",
        "consents": [{"purpose": "sms_reminders", "text_version": "2026-11", "granted": true}],
        "answers": {},
        "altcha": "e30=",
        "attribution": {"utm_source": "ads", "landing_page": "https://clinic.example/?a=b", "gclid": "x"},
        "form_token": "token",
    })
}

pub(super) fn small_body() -> Value {
    json!({"full_name": "Dana Fuller", "email": "dana@example.com", "message": "Hello"})
}

pub(super) fn parse(body: &Value) -> Result<Submission, Vec<FieldError>> {
    input::parse(body, &named(), |_| Ok(Pace::Human))
}

/// The pointers and codes of mistakes.
pub(super) fn codes(errors: &[FieldError]) -> Vec<(&str, &str)> {
    errors.iter().map(|error| (error.pointer.as_deref().unwrap_or("-"), error.code.as_str())).collect()
}

fn noon() -> DateTime<Utc> {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

#[test]
fn a_form_token_comes_back_within_a_day_and_to_its_own_form() {
    let (door, form) = (door(), Uuid::from_u128(1));
    let (token, ends) = form::issue_token(&door.forms, form, noon());
    assert_eq!(ends, noon() + Duration::hours(24));
    let check = |form, at, text: &str| form::check_token(&door.forms, form, at, text).map_err(|(code, _)| code);
    assert_eq!(check(form, noon() + Duration::seconds(2), &token), Ok(Pace::Human));
    assert_eq!(check(form, ends, &token), Ok(Pace::Human));
    assert_eq!(check(form, noon() + Duration::milliseconds(1999), &token), Ok(Pace::TooFast));
    assert_eq!(check(form, ends + Duration::milliseconds(1), &token), Ok(Pace::Expired));
    assert_eq!(check(Uuid::from_u128(9), noon() + Duration::seconds(9), &token), Err("bad_form_token"));
    assert_eq!(check(form, noon() + Duration::seconds(9), "forged"), Err("bad_form_token"));
    assert_eq!(check(form, noon() + Duration::seconds(9), &door.receipts.encode(&[0; 24])), Err("bad_form_token"));
}

#[test]
fn a_receipt_is_short_and_belongs_to_one_inquiry_alone() {
    let (door, id) = (door(), Uuid::from_u128(7));
    let receipt = door.receipt(id, noon());
    assert_eq!(receipt, door.receipt(id, noon()));
    assert_ne!(receipt, door.receipt(Uuid::from_u128(8), noon()));
    assert_ne!(receipt, door.receipt(id, noon() + Duration::microseconds(1)));
    let groups: Vec<&str> = receipt.split('-').collect();
    assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [4, 4, 4]);
    assert!(groups.concat().bytes().all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b)), "{receipt}");
}

#[test]
fn a_repeated_post_is_the_same_however_it_is_written() {
    let door = door();
    let hashes = |body: &str, form, key: &str| {
        let body = serde_json::from_str(body).unwrap();
        door.idempotency(None, form, &parse(&body).unwrap(), key)
    };
    let form = Uuid::from_u128(1);
    let written = r#"{"full_name": "Dana", "email": "dana@example.com", "message": "Hello", "phone": "+15615550100"}"#;
    let first = hashes(written, form, "k1");
    let reordered = r#"{"phone":"(561) 555-0100","message":" Hell\u006f ","kind":"general","form":"contact",
                        "email":"dana@EXAMPLE.com","full_name":"Dana","form_token":"t","location":null}"#;
    assert_eq!(first, hashes(reordered, form, "k1"));
    let other_words = hashes(&written.replace("Hello", "Hallo"), form, "k1");
    assert_eq!((&other_words.scope, &other_words.key), (&first.scope, &first.key));
    assert_ne!(other_words.content, first.content);
    assert_ne!(hashes(written, form, "k2").key, first.key);
    assert_ne!(hashes(written, Uuid::from_u128(3), "k1").scope, first.scope);
    assert_ne!(hashes(&written.replace("dana@", "dan@"), form, "k1").scope, first.scope);
    let same_phone = r#"{"full_name": "Dana", "message": "Hello", "phone": "+15615550100"}"#;
    assert_ne!(hashes(same_phone, form, "k1").scope, first.scope);
}

#[test]
fn what_was_sealed_opens_in_its_own_row_and_nowhere_else() {
    let (door, id) = (door(), Uuid::from_u128(7));
    let submission = parse(&full_body()).unwrap();
    let sealed = sealing::seal(&door, &Clock::system(), id, (&submission, None)).unwrap();
    let opener = Opener::of(&door.ring, id, &sealed.key).unwrap();
    assert_eq!(opener.name(&sealed.name).unwrap().reveal().shown(), "Dana Q. Fuller");
    let email = opener.text("sealed_email", sealed.email.as_deref().unwrap()).unwrap();
    assert_eq!(email.reveal(), "Dana@example.com");
    let phone = opener.phone(sealed.phone.as_deref().unwrap()).unwrap().into_revealed();
    assert_eq!((phone.number.as_str(), phone.display.as_str()), ("+15615550100", "(561) 555-0100 ext. 4"));
    let message = opener.text("sealed_message", sealed.message.as_deref().unwrap()).unwrap();
    assert_eq!(message.reveal(), "Line one\nline two");
    let details: Details = opener.details(&sealed.details).unwrap().into_revealed().details;
    assert_eq!(details.service.as_deref(), Some("Ketamine therapy"));
    assert_eq!((details.preferred_times.len(), details.attribution.len()), (2, 3));

    assert!(Opener::of(&door.ring, Uuid::from_u128(8), &sealed.key).is_err(), "another row");
    let moved = opener.text("sealed_email", sealed.message.as_deref().unwrap());
    assert!(matches!(moved, Err(ApiError::Unopened(unopened)) if unopened.missing_key.is_none()));
    let unknown = WrappedKey { key_id: "0009-gone".to_owned(), ..sealed.key.clone() };
    let keyless = Opener::of(&door.ring, id, &unknown);
    assert!(
        matches!(keyless, Err(ApiError::Unopened(unopened)) if unopened.missing_key.as_deref() == Some("0009-gone"))
    );
}

#[test]
fn no_sealed_column_and_no_debug_output_shows_what_was_sent() {
    let (door, id) = (door(), Uuid::from_u128(7));
    let submission = parse(&full_body()).unwrap();
    let sealed = sealing::seal(&door, &Clock::system(), id, (&submission, None)).unwrap();
    let printed = format!("{submission:?}");
    for word in ["Dana", "Fuller", "example.com", "555", "Line", "Ketamine", "mornings", "ads"] {
        assert!(!printed.contains(word), "{word}");
        let found = [Some(&sealed.name), sealed.email.as_ref(), sealed.phone.as_ref(), sealed.message.as_ref()]
            .into_iter()
            .flatten()
            .chain([&sealed.details])
            .any(|column| column.windows(word.len()).any(|window| window == word.as_bytes()));
        assert!(!found, "{word}");
    }
}

#[test]
fn the_seal_hides_how_long_a_short_field_is() {
    let door = door();
    let sealed = |name: &str| {
        let body = json!({"full_name": name, "email": "a@b.example", "message": "x"});
        sealing::seal(&door, &Clock::system(), Uuid::from_u128(7), (&parse(&body).unwrap(), None)).unwrap()
    };
    let (short, long) = (sealed("Al"), sealed("Alexandra"));
    assert_eq!(short.name.len(), long.name.len());
}
