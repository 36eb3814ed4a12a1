//! The ledger of consent, its proof, and who does not want to be written to.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor};

use super::{count, inquiry, post, read, receipt, sent, with};
use crate::harness::{Api, EDITOR, OWNER, Reply};

/// A form with a text of its own, and an inquiry through it that agreed.
struct Ledger {
    api: Api,
    token: String,
    inquiry: String,
    receipt: Value,
}

impl Ledger {
    fn open() -> Self {
        let api = Api::start();
        let (editor, token) = (api.sign_in(EDITOR), api.sign_in(OWNER));
        let form = json!({"name": "Reminders", "consents": [
            {"purpose": "sms_reminders", "text_version": "1", "texts": {"en": "You may text me.", "es": "Pueden escribirme."}}]});
        let made = api.call("POST", "/v1/admin/forms").bearer(&editor).json(&form).send();
        assert_eq!(made.status, 201, "{}", made.body);
        let agreed = json!({"form": "reminders", "language": "es",
            "consents": [{"purpose": "sms_reminders", "text_version": "1", "granted": true}]});
        let receipt = receipt(&post(&api).json(&with(&agreed)).send());
        let inquiry = receipt["id"].as_str().unwrap().to_owned();
        Self { api, token, inquiry, receipt }
    }

    fn path(&self) -> String {
        format!("/v1/admin/inquiries/{}/consents", self.inquiry)
    }

    fn add(&self, body: &Value) -> Reply {
        self.api.call("POST", &self.path()).bearer(&self.token).json(body).send()
    }

    fn ledger(&self) -> Value {
        let reply = self.api.call("GET", &self.path()).bearer(&self.token).send();
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()["data"].clone()
    }
}

#[test]
fn a_withdrawal_is_a_row_of_its_own_and_nothing_is_changed() {
    let ledger = Ledger::open();
    let given = ledger.ledger();
    let entry = &given["entries"][0];
    assert_eq!(
        (&entry["text"], &entry["language"], &entry["channel"]),
        (&json!("Pueden escribirme."), &json!("es"), &json!("web"))
    );
    assert_eq!((&given["standing"][0]["granted"], &given["standing"][0]["revoked_at"]), (&json!(true), &Value::Null));
    let said = json!({"purpose": "sms_reminders", "granted": false, "channel": "phone", "reason": "She called and said stop."});
    let added = ledger.add(&said);
    assert_eq!(added.status, 201, "{}", added.body);
    let now = &added.json()["data"];
    assert_eq!(now["entries"].as_array().unwrap().len(), 2);
    assert_eq!(now["entries"][0]["text"], entry["text"], "the first row stands as it was");
    let row = &now["entries"][1];
    assert_eq!(
        (&row["granted"], &row["channel"], &row["reason"]),
        (&json!(false), &json!("phone"), &json!("She called and said stop."))
    );
    assert!(row["by"]["name"].is_string() && row["event"]["id"].is_string(), "{row}");
    let standing = &now["standing"][0];
    assert_eq!((&standing["granted"], &standing["text_version"]), (&json!(false), &json!("1")));
    assert!(standing["given_at"].is_string() && standing["revoked_at"].is_string());
    let again = json!({"purpose": "sms_reminders", "granted": true, "text_version": "1", "channel": "in_person"});
    assert_eq!(ledger.add(&again).json()["data"]["standing"][0]["granted"], true);
    for statement in
        ["update cms.consent_change set granted = true", "delete from cms.consent_change", "delete from cms.consent"]
    {
        let refused = ledger.api.as_owner(async |owner| owner.execute(AssertSqlSafe(statement)).await.is_err());
        assert!(refused, "{statement}");
    }
    assert_eq!(
        count(
            &ledger.api,
            "select count(*) from cms.audit_event where action in ('consent.grant', 'consent.withdraw')"
        ),
        2
    );
}

#[test]
fn what_cannot_be_is_refused_all_at_once() {
    let ledger = Ledger::open();
    let wrong = json!({"purpose": "S", "granted": true, "channel": "fax", "at": "2199-01-01T00:00:00Z", "extra": 1});
    let problem = ledger.add(&wrong).problem(422, "validation_failed");
    let told = super::mistakes(&problem);
    let expected = [
        ("/at", "in_the_future"),
        ("/channel", "unknown_value"),
        ("/extra", "unknown_field"),
        ("/purpose", "bad_name"),
        ("/text_version", "required"),
    ];
    assert_eq!(told, expected);
    let unknown = json!({"purpose": "sms_reminders", "granted": true, "text_version": "9", "channel": "web"});
    let problem = ledger.add(&unknown).problem(422, "validation_failed");
    assert_eq!(super::mistakes(&problem), [("/text_version", "unknown_reference")]);
    let before = json!({"purpose": "sms_reminders", "granted": true, "text_version": "1", "channel": "phone", "at": "1990-01-01T00:00:00Z"});
    let problem = ledger.add(&before).problem(422, "validation_failed");
    assert_eq!(super::mistakes(&problem), [("/at", "too_early")]);
    assert_eq!(count(&ledger.api, "select count(*) from cms.consent_change"), 0);
}

#[test]
fn of_a_text_that_the_sites_own_page_shows_the_proof_says_that_it_is_not_kept_here() {
    let api = Api::start();
    let granted = json!({"consents": [{"purpose": "sms", "text_version": "v9", "granted": true}]});
    let receipt = sent(&api, &with(&granted));
    let path = format!("/v1/admin/inquiries/{}/consents", receipt["id"].as_str().unwrap());
    let ledger = api.call("GET", &path).bearer(&api.sign_in(OWNER)).send().json();
    let entry = &ledger["data"]["entries"][0];
    assert_eq!((&entry["text_version"], &entry["granted"], &entry["text"]), (&json!("v9"), &json!(true), &Value::Null));
}

#[test]
fn a_proof_is_signed_and_holds_the_text_and_its_place_in_the_trail() {
    let ledger = Ledger::open();
    let api = &ledger.api;
    ledger.add(&json!({"purpose": "sms_reminders", "granted": false, "channel": "sms", "reason": "a canary in words"}));
    api.seal();
    let reply =
        api.call("GET", &format!("/v1/admin/consents/proof?inquiry={}", ledger.inquiry)).bearer(&ledger.token).send();
    assert_eq!(reply.status, 200, "{}", reply.body);
    for word in ["Wren", "mail.example", "0142", "canary"] {
        assert!(!reply.body.contains(word), "{word}");
    }
    let proof = reply.json()["data"].clone();
    let proven = &proof["inquiries"][0];
    assert_eq!((&proven["inquiry"], &proven["receipt"]), (&json!(ledger.inquiry), &ledger.receipt["receipt"]));
    assert_eq!(proven["entries"][0]["text"], "Pueden escribirme.");
    for entry in proven["entries"].as_array().unwrap() {
        assert!(entry["event"]["position"].is_i64() && entry["event"]["seal"].as_str().unwrap().len() == 64, "{entry}");
    }
    let parts: Vec<&str> = proof["jws"].as_str().unwrap().split('.').collect();
    let part = |at: usize| -> Value {
        serde_json::from_slice(&BASE64URL_NOPAD.decode(parts[at].as_bytes()).unwrap()).unwrap()
    };
    assert_eq!((&part(0)["typ"], &part(0)["alg"]), (&json!("consent-proof+jwt"), &json!("EdDSA")));
    assert_eq!(&part(1)["inquiries"][0], proven);
    let keys = api.get("/.well-known/jwks.json").json();
    let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == part(0)["kid"]).unwrap();
    let public = BASE64URL_NOPAD.decode(key["x"].as_str().unwrap().as_bytes()).unwrap();
    let signed = format!("{}.{}", parts[0], parts[1]);
    let signature = BASE64URL_NOPAD.decode(parts[2].as_bytes()).unwrap();
    let public = aws_lc_rs::signature::UnparsedPublicKey::new(&aws_lc_rs::signature::ED25519, public);
    public.verify(signed.as_bytes(), &signature).unwrap();
    let of_contact = api.call("POST", "/v1/admin/consents/proof").bearer(&ledger.token);
    let of_contact = of_contact.json(&json!({"email": "WREN.halloway@mail.example"})).send();
    assert_eq!(of_contact.json()["data"]["inquiries"][0]["inquiry"], json!(ledger.inquiry));
    let erase = api.call("POST", &format!("/v1/admin/inquiries/{}/erasure", ledger.inquiry)).bearer(&ledger.token);
    assert_eq!(erase.header("If-Match", "*").json(&json!({})).send().status, 200);
    let later =
        api.call("GET", &format!("/v1/admin/consents/proof?inquiry={}", ledger.inquiry)).bearer(&ledger.token).send();
    let later = later.json()["data"]["inquiries"][0].clone();
    assert!(
        later["erased_at"].is_string() && later["entries"].as_array().unwrap().len() == 2,
        "proof outlives the words"
    );
    api.call("GET", "/v1/admin/consents/proof").bearer(&ledger.token).send().problem(400, "invalid_parameters");
    let both = api.call("POST", "/v1/admin/consents/proof").bearer(&ledger.token);
    both.json(&json!({"email": "a@mail.example", "phone": "+15615550142"})).send().problem(422, "validation_failed");
}

#[test]
fn who_said_stop_is_not_written_to_in_later_inquiries_either() {
    let api = Api::start();
    let token = api.sign_in(OWNER);
    let first = sent(&api, &inquiry());
    assert_eq!(read(&api, &first)["sms_opted_out"], false);
    let stop = |body: &Value| api.call("POST", "/v1/admin/opt-outs").bearer(&token).json(body).send();
    let made = stop(&json!({"phone": "(561) 555-0142", "channel": "sms"}));
    assert_eq!(made.status, 201, "{}", made.body);
    let again = stop(&json!({"phone": "+1 561-555-0142", "channel": "sms"}));
    assert_eq!(again.json()["data"]["id"], made.json()["data"]["id"], "said twice it is one");
    let later = sent(&api, &with(&json!({"full_name": "Somebody Else", "email": null})));
    for inquiry in [&first, &later] {
        let detail = read(&api, inquiry);
        assert_eq!((&detail["sms_opted_out"], &detail["email_opted_out"]), (&json!(true), &json!(false)));
    }
    let listed = api.call("GET", "/v1/admin/opt-outs?channel=sms").bearer(&token).send();
    assert_eq!(listed.json()["meta"]["total"], 1);
    assert!(!listed.body.contains("0142"));
    let id = made.json()["data"]["id"].as_str().unwrap().to_owned();
    let lift = || api.call("DELETE", &format!("/v1/admin/opt-outs/{id}")).bearer(&token).send();
    assert_eq!(lift().status, 204);
    lift().problem(404, "not_found");
    assert_eq!(read(&api, &later)["sms_opted_out"], false);
    stop(&json!({"phone": "+15615550142", "channel": "email"})).problem(422, "validation_failed");
    stop(&json!({"channel": "sms"})).problem(422, "validation_failed");
}
