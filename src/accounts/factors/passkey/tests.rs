use serde_json::json;

use super::*;

#[path = "../../../../tests/api/passkeys/authenticator.rs"]
mod authenticator;

use authenticator::Authenticator;

const PAGE: &str = "https://staff.clinic.example";
const HOST: &str = "clinic.example";
const ADA: Uuid = Uuid::from_u128(1);

fn party() -> RelyingParty {
    RelyingParty::new(HOST, "Clinic", &[PAGE, "https://api.clinic.example"]).unwrap()
}

fn begin() -> Ceremony {
    party().begin_registration(ADA, "ada@clinic.example", "Ada", Vec::new()).unwrap()
}

fn enrolled() -> (Authenticator, Attestation) {
    let mut device = Authenticator::on(PAGE, HOST);
    let ceremony = begin();
    let made = party().finish_registration(ceremony.state, device.create(&ceremony.public_key)).unwrap();
    (device, made)
}

fn shown(device: &mut Authenticator, stored: &Value) -> Result<Assertion, AssertionRefused> {
    let ceremony = party().begin_assertion(&[]).unwrap();
    let answer = Answered::parse(device.get(&ceremony.public_key)).unwrap();
    party().finish_assertion(ceremony.state, &answer, stored.clone())
}

#[test]
fn a_passkey_is_made_and_then_opens_the_door() {
    let (mut device, made) = enrolled();
    assert_eq!(made.credential_id, device.credential_id);
    assert_eq!((made.sign_count, made.backup_eligible, made.backed_up), (0, false, false));
    let first = shown(&mut device, &made.credential).unwrap();
    assert_eq!(first.sign_count, 1);
    assert_eq!(shown(&mut device, &first.credential).unwrap().sign_count, 2);
}

#[test]
fn the_browser_is_asked_for_a_checked_person_and_a_key_it_can_find() {
    let asked = party().begin_registration(ADA, "ada@clinic.example", "Ada", vec![vec![1, 2, 3]]).unwrap().public_key;
    assert_eq!(asked["rp"], json!({"id": HOST, "name": "Clinic"}));
    assert_eq!(asked["user"]["id"], "AAAAAAAAAAAAAAAAAAAAAQ");
    assert_eq!(asked["excludeCredentials"][0]["id"], "AQID");
    assert_eq!(asked["attestation"], "none");
    let selection = &asked["authenticatorSelection"];
    assert_eq!((&selection["residentKey"], &selection["userVerification"]), (&json!("required"), &json!("required")));
    let asked = party().begin_assertion(&[vec![1, 2, 3]]).unwrap().public_key;
    assert_eq!((&asked["rpId"], &asked["userVerification"]), (&json!(HOST), &json!("required")));
    assert_eq!(asked["allowCredentials"], json!([{"type": "public-key", "id": "AQID"}]));
    assert_eq!(party().begin_assertion(&[]).unwrap().public_key["allowCredentials"], json!([]));
}

#[test]
fn another_page_can_neither_make_nor_use_a_passkey() {
    let pages = ["https://evil.example", "https://other.clinic.example", "http://staff.clinic.example"];
    for page in pages {
        let mut device = Authenticator::on(page, HOST);
        let ceremony = begin();
        let answer = device.create(&ceremony.public_key);
        assert!(party().finish_registration(ceremony.state, answer).is_err(), "{page}");
        let (mut device, made) = enrolled();
        page.clone_into(&mut device.origin);
        assert!(matches!(shown(&mut device, &made.credential), Err(AssertionRefused::Refused(_))), "{page}");
    }
}

#[test]
fn a_passkey_of_another_host_is_refused() {
    let mut device = Authenticator::on(PAGE, "evil.example");
    let ceremony = begin();
    let answer = device.create(&ceremony.public_key);
    assert!(party().finish_registration(ceremony.state, answer).is_err());
    let (mut device, made) = enrolled();
    "evil.example".clone_into(&mut device.rp_id);
    assert!(shown(&mut device, &made.credential).is_err());
}

#[test]
fn a_device_that_did_not_check_its_person_is_refused() {
    let mut device = Authenticator::on(PAGE, HOST);
    device.checks_person = false;
    let ceremony = begin();
    let answer = device.create(&ceremony.public_key);
    assert!(party().finish_registration(ceremony.state, answer).is_err());
    let (mut device, made) = enrolled();
    device.checks_person = false;
    assert!(shown(&mut device, &made.credential).is_err());
}

#[test]
fn an_answer_fits_its_own_question_alone() {
    let (mut device, made) = enrolled();
    let (asked, other) = (party().begin_assertion(&[]).unwrap(), party().begin_assertion(&[]).unwrap());
    let answer = Answered::parse(device.get(&asked.public_key)).unwrap();
    assert!(party().finish_assertion(other.state, &answer, made.credential.clone()).is_err(), "another challenge");
    assert!(party().finish_assertion(asked.state, &answer, made.credential).is_ok());
    let (first, second) = (begin(), begin());
    assert!(party().finish_registration(second.state, device.create(&first.public_key)).is_err());
}

#[test]
fn a_counter_that_goes_back_is_a_copied_key() {
    let (mut device, made) = enrolled();
    device.counter = 10;
    let stored = shown(&mut device, &made.credential).unwrap().credential;
    for shows in [11, 10, 1] {
        device.counter = shows - 1;
        assert!(matches!(shown(&mut device, &stored), Err(AssertionRefused::Copied)), "{shows}");
    }
    device.counter = 11;
    assert_eq!(shown(&mut device, &stored).unwrap().sign_count, 12);
}

#[test]
fn a_signature_of_another_key_is_refused() {
    let (_, made) = enrolled();
    let (mut other, _) = enrolled();
    assert!(shown(&mut other, &made.credential).is_err(), "another id");
    other.credential_id.clone_from(&made.credential_id);
    assert!(shown(&mut other, &made.credential).is_err(), "the same id");
}

#[test]
fn what_is_no_credential_is_refused() {
    for wrong in [json!(null), json!({}), json!({"id": "AQID", "rawId": "?", "type": "public-key", "response": {}})] {
        assert!(Answered::parse(wrong.clone()).is_none(), "{wrong}");
        assert!(matches!(party().finish_registration(begin().state, wrong), Err(RegistrationRefused::Malformed)));
    }
}
