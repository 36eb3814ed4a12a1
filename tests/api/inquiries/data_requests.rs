//! What people ask about what is kept of them.

use chrono::Duration;
use serde_json::{Value, json};

use super::{count, inquiry, noon, read, sent, with};
use crate::harness::{Api, OWNER, Reply};

struct Office {
    api: Api,
    folder: tempfile::TempDir,
}

impl Office {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().display().to_string();
        Self { api: Api::start_with(noon(), &[("rate-limits", "off"), ("data-dir", &data)]), folder }
    }

    fn call(&self, method: &str, below: &str, body: &Value) -> Reply {
        let token = self.api.sign_in(OWNER);
        let call =
            self.api.call(method, &format!("/v1/admin/data-requests{below}")).bearer(&token).header("If-Match", "*");
        if method == "GET" { call.send() } else { call.json(body).send() }
    }

    #[track_caller]
    fn ask(&self, kind: &str, more: &Value) -> Value {
        let mut body = json!({"kind": kind, "channel": "email", "email": "Wren.Halloway@mail.example"});
        json_patch::merge(&mut body, more);
        let reply = self.call("POST", "", &body);
        assert_eq!(reply.status, 201, "{}", reply.body);
        reply.json()["data"].clone()
    }

    fn verify(&self, request: &Value) {
        let reply = self.call(
            "PUT",
            &format!("/{}/verification", request["id"].as_str().unwrap()),
            &json!({"method": "email_loop"}),
        );
        assert_eq!(
            (reply.status, &reply.json()["data"]["verification"]),
            (200, &json!("email_loop")),
            "{}",
            reply.body
        );
    }

    fn fulfil(&self, request: &Value, body: &Value) -> Reply {
        self.call("POST", &format!("/{}/fulfilment", request["id"].as_str().unwrap()), body)
    }

    #[track_caller]
    fn done(&self, kind: &str, body: &Value) -> Value {
        let request = self.ask(kind, &json!({}));
        self.verify(&request);
        let reply = self.fulfil(&request, body);
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()["data"].clone()
    }
}

/// A form with texts, and what an inquiry says to them.
fn agreeing(api: &Api) -> Value {
    let text = |purpose: &str| json!({"purpose": purpose, "text_version": "1", "texts": {"en": "You may."}});
    let form = json!({"name": "Agreeing", "consents": [text("contact"), text("news")]});
    assert_eq!(api.call("POST", "/v1/admin/forms").bearer(&api.sign_in(OWNER)).json(&form).send().status, 201);
    json!({"form": "agreeing", "consents": [{"purpose": "contact", "text_version": "1", "granted": true}, {"purpose": "news", "granted": false}]})
}

#[test]
fn each_law_sets_its_day_and_the_overdue_come_first() {
    let office = Office::open();
    let clock = office.api.clock.clone();
    let day =
        |days: i64| json!((noon().now() + Duration::days(days)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
    let access = office.ask("access", &json!({"law": "hipaa"}));
    assert_eq!((&access["due_at"], &access["days_left"], &access["overdue"]), (&day(30), &json!(30), &json!(false)));
    let delete = office.ask("delete", &json!({"law": "ccpa"}));
    assert_eq!(delete["due_at"], day(45));
    let early = office.ask("withdraw", &json!({"law": "house", "received_at": "2026-02-20T09:00:00Z"}));
    let extended =
        office.call("PUT", &format!("/{}/extension", access["id"].as_str().unwrap()), &json!({"reason": "complex"}));
    assert_eq!(extended.json()["data"]["due_at"], day(60), "{}", extended.body);
    let twice =
        office.call("PUT", &format!("/{}/extension", access["id"].as_str().unwrap()), &json!({"reason": "complex"}));
    twice.problem(409, "not_extendable");
    clock.set(clock.now() + Duration::days(1));
    let listed = office.call("GET", "", &Value::Null).json();
    let order: Vec<_> =
        listed["data"].as_array().unwrap().iter().map(|row| (row["id"].clone(), row["overdue"].clone())).collect();
    let expected =
        [(&early, true), (&delete, false), (&access, false)].map(|(row, late)| (row["id"].clone(), json!(late)));
    // The withdrawal was due ten days after 20 February, the day before.
    clock.set(clock.now() + Duration::days(1));
    assert_eq!(
        order.iter().map(|(id, _)| id).collect::<Vec<_>>(),
        expected.iter().map(|(id, _)| id).collect::<Vec<_>>()
    );
    let overdue = office.call("GET", "?overdue=true", &Value::Null).json();
    assert_eq!((&overdue["meta"]["total"], &overdue["data"][0]["overdue"]), (&json!(1), &json!(true)));
    let refused =
        office.call("PUT", &format!("/{}/refusal", delete["id"].as_str().unwrap()), &json!({"reason": "exempt"}));
    assert_eq!(
        (&refused.json()["data"]["status"], &refused.json()["data"]["outcome"]),
        (&json!("refused"), &json!("exempt"))
    );
    let last = office.call("GET", "", &Value::Null).json();
    assert_eq!(last["data"][2]["id"], delete["id"], "the answered ones come last");
    office.call("GET", "?kind=acess", &Value::Null).problem(400, "invalid_parameters");
    office.call("POST", "", &json!({"kind": "acess", "channel": "fax"})).problem(422, "validation_failed");
}

#[test]
fn nothing_is_shown_before_somebody_made_sure_who_asks() {
    let office = Office::open();
    sent(&office.api, &inquiry());
    let request = office.ask("access", &json!({}));
    let refused = office.fulfil(&request, &json!({}));
    refused.problem(409, "not_verified");
    assert!(!refused.body.contains("crutches"));
    assert_eq!(
        count(&office.api, "select count(*) from cms.data_request where sealed_email is not null and status = 'open'"),
        1
    );
}

#[test]
fn access_shows_everything_of_the_person_and_of_nobody_else() {
    let office = Office::open();
    let (one, two) =
        (sent(&office.api, &inquiry()), sent(&office.api, &with(&json!({"phone": null, "message": "A second one"}))));
    sent(
        &office.api,
        &with(&json!({"full_name": "Ines Quill", "email": "ines@mail.example", "phone": null, "message": "Zanzibar"})),
    );
    let request = office.ask("access", &json!({}));
    let matches = office.call("GET", &format!("/{}/matches", request["id"].as_str().unwrap()), &Value::Null).json();
    assert_eq!(matches["data"].as_array().unwrap().len(), 2);
    assert_eq!(matches["data"][0]["matched_by"], json!(["email"]));
    office.verify(&request);
    let reply = office.fulfil(&request, &json!({}));
    assert!(!reply.body.contains("Zanzibar"), "{}", reply.body);
    let package = reply.json()["data"]["package"].clone();
    let ids: Vec<_> =
        package["inquiries"].as_array().unwrap().iter().map(|packed| packed["inquiry"]["id"].clone()).collect();
    assert_eq!(ids, [two["id"].clone(), one["id"].clone()]);
    assert_eq!(package["inquiries"][1]["inquiry"]["message"], inquiry()["message"]);
    assert_eq!(
        (&reply.json()["data"]["request"]["status"], &reply.json()["data"]["request"]["outcome"]),
        (&json!("fulfilled"), &json!("done"))
    );
    office.fulfil(&request, &json!({})).problem(409, "request_answered");
    let noted = "select count(*) from cms.audit_event where action = 'inquiry.export' and subject_id is not null";
    assert_eq!(count(&office.api, noted), 2);
    let nobody = office.ask("access", &json!({"email": "nobody@mail.example"}));
    office.verify(&nobody);
    assert_eq!(office.fulfil(&nobody, &json!({})).json()["data"]["request"]["outcome"], "nothing_found");
}

#[test]
fn erasure_takes_all_but_what_is_held_and_forgets_who_asked() {
    let office = Office::open();
    let (gone, held) = (sent(&office.api, &inquiry()), sent(&office.api, &inquiry()));
    let token = office.api.sign_in(OWNER);
    let hold = format!("/v1/admin/inquiries/{}/legal-hold", held["id"].as_str().unwrap());
    let hold = |method: &str| office.api.call(method, &hold).bearer(&token).header("If-Match", "*");
    assert_eq!(hold("PUT").json(&json!({"reason": "a lawsuit"})).send().status, 200);
    let done = office.done("delete", &json!({}));
    assert_eq!(done["erased"], json!([gone["id"]]));
    assert_eq!(done["kept"], json!([{"id": held["id"], "reason": "legal_hold"}]));
    assert_eq!(done["request"]["outcome"], "done_in_part");
    assert!(done["request"]["email"].is_string(), "what is held must be found again");
    assert_eq!(hold("DELETE").send().status, 204);
    let done = office.done("delete", &json!({}));
    assert_eq!((&done["erased"], &done["kept"]), (&json!([held["id"]]), &json!([])));
    assert_eq!((&done["request"]["outcome"], &done["request"]["email"]), (&json!("done"), &Value::Null));
    assert_eq!(count(&office.api, "select count(*) from cms.inquiry where erasure_reason = 'request'"), 2);
    assert_eq!(count(&office.api, "select count(*) from cms.data_request where email_index is not null"), 1);
    assert_eq!(std::fs::read_to_string(office.folder.path().join("tombstones.log")).unwrap().lines().count(), 2);
    let told = "select string_agg(outcome || coalesce(' ' || reason, ''), ', ' order by at, outcome) from cms.data_request_inquiry";
    assert_eq!(office.api.text(told), "erased, erased, kept legal_hold");
}

#[test]
fn a_correction_is_sealed_found_again_and_written_down_without_its_words() {
    let office = Office::open();
    let receipt = sent(&office.api, &inquiry());
    let wanted =
        json!({"name": {"full": "Wren Halloway-Quill"}, "email": "wren@new.example", "phone": "+1 561 555 0199"});
    let done = office.done("correct", &wanted);
    assert_eq!(done["corrected"], json!([{"id": receipt["id"], "fields": ["name", "email", "phone"]}]));
    let now = read(&office.api, &receipt);
    assert_eq!(
        (&now["name"], &now["email"], &now["phone"]),
        (&json!("Wren Halloway-Quill"), &json!("wren@new.example"), &json!("+15615550199"))
    );
    assert_eq!((&now["message"], &now["version"]), (&inquiry()["message"], &json!(2)));
    let found = office.ask("access", &json!({"email": "WREN@new.example"}));
    let matches = office.call("GET", &format!("/{}/matches", found["id"].as_str().unwrap()), &Value::Null).json();
    assert_eq!(matches["data"][0]["id"], receipt["id"]);
    let history = "select array_to_string(fields, ',') from cms.data_request_inquiry where outcome = 'corrected'";
    assert_eq!(office.api.text(history), "name,email,phone");
    let request = office.ask("correct", &json!({"email": "wren@new.example"}));
    office.verify(&request);
    office.fulfil(&request, &json!({})).problem(422, "validation_failed");
    let problem = office
        .fulfil(&request, &json!({"purposes": ["contact"], "email": "x@new.example"}))
        .problem(422, "validation_failed");
    assert_eq!(super::mistakes(&problem), [("/purposes", "unfit")]);
    let stranger = json!({"email": "x@new.example", "inquiries": ["01900000-0000-7000-8000-00000000ffff"]});
    office.fulfil(&request, &stranger).problem(422, "validation_failed");
}

#[test]
fn a_withdrawal_reaches_every_inquiry_of_the_person() {
    let office = Office::open();
    let agreed = agreeing(&office.api);
    let (one, two) = (sent(&office.api, &with(&agreed)), sent(&office.api, &with(&agreed)));
    let done = office.done("withdraw", &json!({}));
    assert_eq!(done["withdrawn"].as_array().unwrap().len(), 2, "what was refused need not be withdrawn: {done}");
    assert_eq!(done["withdrawn_in"], json!([two["id"], one["id"]]));
    let token = office.api.sign_in(OWNER);
    let path = format!("/v1/admin/inquiries/{}/consents", one["id"].as_str().unwrap());
    let ledger = office.api.call("GET", &path).bearer(&token).send().json();
    assert_eq!(ledger["data"]["standing"][0]["granted"], false);
    assert_eq!(office.done("withdraw", &json!({}))["withdrawn"], json!([]), "once is enough");
}

#[test]
fn a_fulfilment_of_nothing_is_a_mistake_and_never_nothing_found() {
    let office = Office::open();
    let (mine, of_my_son) = (sent(&office.api, &inquiry()), sent(&office.api, &inquiry()));
    for (kind, more) in [
        ("access", json!({})),
        ("delete", json!({})),
        ("correct", json!({"phone": "+15615550199"})),
        ("withdraw", json!({})),
    ] {
        let request = office.ask(kind, &json!({}));
        office.verify(&request);
        let mut body = json!({"inquiries": []});
        json_patch::merge(&mut body, &more);
        let problem = office.fulfil(&request, &body).problem(422, "validation_failed");
        assert_eq!(super::mistakes(&problem), [("/inquiries", "required")], "{kind}");
        let open = office.call("GET", &format!("/{}", request["id"].as_str().unwrap()), &Value::Null).json();
        assert_eq!((&open["data"]["status"], open["data"]["email"].is_string()), (&json!("open"), true));
    }
    let done = office.done("delete", &json!({"inquiries": [mine["id"]]}));
    assert_eq!(done["kept"], json!([{"id": of_my_son["id"], "reason": "not_selected"}]));
    assert_eq!(done["request"]["outcome"], "done");
    assert!(done["request"]["email"].is_string(), "what was left out may still be theirs");
    let nobody = office.ask("delete", &json!({"email": "nobody@mail.example"}));
    office.verify(&nobody);
    let done = office.fulfil(&nobody, &json!({})).json()["data"]["request"].clone();
    assert_eq!((&done["outcome"], &done["email"]), (&json!("nothing_found"), &Value::Null));
}

#[test]
fn a_withdrawal_names_what_the_inquiries_speak_of() {
    let office = Office::open();
    let agreed = agreeing(&office.api);
    sent(&office.api, &with(&agreed));
    let request = office.ask("withdraw", &json!({}));
    office.verify(&request);
    let problem = office.fulfil(&request, &json!({"purposes": ["contact", "zz"]})).problem(422, "validation_failed");
    assert_eq!(super::mistakes(&problem), [("/purposes/1", "unknown_reference")]);
    let problem = office.fulfil(&request, &json!({"purposes": []})).problem(422, "validation_failed");
    assert_eq!(super::mistakes(&problem), [("/purposes", "required")]);
    assert_eq!(count(&office.api, "select count(*) from cms.consent_change"), 0);
    let done = office.fulfil(&request, &json!({"purposes": ["news", "contact"]}));
    assert_eq!(done.status, 200, "{}", done.body);
    let withdrawn = done.json()["data"]["withdrawn"].clone();
    assert_eq!((withdrawn.as_array().unwrap().len(), &withdrawn[0]["purpose"]), (1, &json!("contact")));
}

#[test]
fn who_asked_two_years_ago_is_forgotten() {
    let office = Office::open();
    let request = office.ask("access", &json!({}));
    office.call("PUT", &format!("/{}/refusal", request["id"].as_str().unwrap()), &json!({"reason": "not_verified"}));
    office.ask("access", &json!({}));
    let clear = || {
        let (log, trail, now) = (office.api.opened().tombstones(), office.api.opened().trail(), office.api.clock.now());
        office.api.as_node(async |staff| {
            clinic_cms::inquiries::privacy::retention::purge(&staff, &log, &trail, now, |_| ()).await.unwrap();
        });
        count(&office.api, "select count(*) from cms.data_request where sealed_email is not null")
    };
    office.api.clock.set(office.api.clock.now() + Duration::days(730));
    assert_eq!(clear(), 2);
    office.api.clock.set(office.api.clock.now() + Duration::days(2));
    assert_eq!(clear(), 1, "the open one is still needed");
}
