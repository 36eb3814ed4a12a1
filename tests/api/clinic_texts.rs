//! What the clinic tells everybody: notices, questions, testimonials, legal notices.

use std::{thread::sleep, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor};

use crate::{
    harness::{Api, EDITOR, Reply},
    providers::{add, add_location, patch, path_of, trash},
};

struct Clinic {
    api: Api,
    token: String,
}

impl Clinic {
    fn open() -> Self {
        let api = Api::start();
        let token = api.sign_in(EDITOR);
        add_location(&api, &token, "Harbor Lane");
        add_location(&api, &token, "Cove Street");
        add(&api, &token, "services", &json!({"name": "Flu shot"}));
        Self { api, token }
    }

    fn add(&self, kind: &str, record: &Value) -> Reply {
        add(&self.api, &self.token, kind, record)
    }

    fn shown(&self, path: &str) -> Vec<Value> {
        let reply = self.api.get(path);
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()["data"].as_array().unwrap().clone()
    }

    fn texts(&self, path: &str, field: &str) -> Vec<String> {
        self.shown(path).iter().map(|row| row[field].as_str().unwrap().to_owned()).collect()
    }

    fn refused(&self, kind: &str, record: &Value) -> Vec<(String, String)> {
        let reply = self.api.call("POST", &format!("/v1/admin/{kind}")).bearer(&self.token).json(record).send();
        let problem = reply.problem(422, "validation_failed");
        let told =
            |error: &Value| (error["pointer"].as_str().unwrap().to_owned(), error["code"].as_str().unwrap().to_owned());
        problem["errors"].as_array().unwrap().iter().map(told).collect()
    }
}

fn pairs<const N: usize>(wanted: [(&str, &str); N]) -> Vec<(String, String)> {
    wanted.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())).to_vec()
}

fn max_age(reply: &Reply) -> u32 {
    let control = reply.header("cache-control");
    control.split("max-age=").nth(1).and_then(|age| age.split(',').next()).unwrap().parse().unwrap()
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339()
}

#[test]
fn a_notice_comes_and_goes_by_itself_and_bounds_what_is_kept_of_it() {
    let clinic = Clinic::open();
    let now = clinic.api.clock.now();
    let soon = json!({"severity": "urgent", "texts": {"en": "Closed by the storm.", "es": "Cerrado por la tormenta."},
        "locations": ["cove-street"], "starts_at": instant(now + TimeDelta::seconds(4)), "ends_at": instant(now + TimeDelta::seconds(8))});
    let made = clinic.add("notices", &soon);
    clinic.add("notices", &json!({"severity": "info", "texts": {"en": "New parking."}}));
    assert_eq!(clinic.texts("/v1/notices", "text"), ["New parking."], "the other one is not due");
    for path in ["/v1/notices", "/v1/clinic"] {
        assert!(max_age(&clinic.api.get(path)) <= 4, "{path} may be kept until the next notice and no longer");
    }
    sleep(Duration::from_secs(5));
    assert_eq!(clinic.texts("/v1/notices", "text"), ["Closed by the storm.", "New parking."], "the gravest first");
    assert_eq!(clinic.texts("/v1/notices?locale=es-MX", "text"), ["Cerrado por la tormenta.", "New parking."]);
    assert_eq!(clinic.texts("/v1/notices?location=harbor-lane", "text"), ["New parking."]);
    assert_eq!(clinic.texts("/v1/notices?location=cove-street", "text").len(), 2, "about every one is about this one");
    let shown = clinic.shown("/v1/notices")[0].clone();
    assert_eq!(
        (&shown["severity"], &shown["locale"], &shown["locations"][0]["slug"]),
        (&json!("urgent"), &json!("en"), &json!("cove-street"))
    );
    let of_clinic = clinic.api.get("/v1/clinic?locale=es").json()["data"]["notices"].clone();
    assert_eq!(of_clinic, json!(clinic.shown("/v1/notices?locale=es")));
    sleep(Duration::from_secs(4));
    assert_eq!(clinic.texts("/v1/notices", "text"), ["New parking."], "it has ended");
    let staff = clinic.api.call("GET", "/v1/admin/notices").bearer(&clinic.token).send().json();
    assert_eq!(staff["data"].as_array().unwrap().len(), 2, "staff see the past ones too");
    trash(&clinic.api, &clinic.token, &path_of("notices", &made));
}

#[test]
fn a_notice_that_closes_a_location_changes_what_its_hours_say() {
    let clinic = Clinic::open();
    let location = |name: &str| clinic.api.get(&format!("/v1/locations/{name}")).json()["data"].clone();
    for name in ["harbor-lane", "cove-street"] {
        let path = format!("/v1/admin/locations/{}", location(name)["id"].as_str().unwrap());
        let always = json!({"hours": [{"days": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"], "opens": "00:00", "closes": "24:00"}]});
        assert_eq!(patch(&clinic.api, &clinic.token, &path, &always).status, 200);
        assert_eq!(location(name)["open"]["now"], true);
    }
    let until = clinic.api.clock.now() + TimeDelta::hours(2);
    let made = clinic.add(
        "notices",
        &json!({"severity": "urgent", "texts": {"en": "Power is out."}, "closes": true,
        "locations": ["cove-street"], "ends_at": instant(until)}),
    );
    let shut = location("cove-street")["open"].clone();
    assert_eq!(shut["now"], false, "{shut}");
    assert_eq!(shut["next_opens_at"].as_str().unwrap()[..16], instant(until)[..16]);
    assert!(shut["text"].as_str().unwrap().starts_with("Temporarily closed until "), "{shut}");
    assert_eq!(location("harbor-lane")["open"]["now"], true, "it is not about this one");
    let later = clinic
        .api
        .get(&format!("/v1/locations/cove-street?at={}", (until + TimeDelta::minutes(1)).format("%Y-%m-%dT%H:%M:%SZ")));
    assert_eq!(later.json()["data"]["open"]["now"], true, "{}", later.body);
    let listed = clinic.api.get("/v1/clinic").json()["data"]["locations"].clone();
    let open: Vec<_> = listed.as_array().unwrap().iter().map(|row| row["open"]["now"].as_bool().unwrap()).collect();
    assert_eq!(open, [false, true], "by name: Cove Street, Harbor Lane");
    let path = path_of("notices", &made);
    assert_eq!(patch(&clinic.api, &clinic.token, &path, &json!({"locations": []})).status, 200);
    assert_eq!(location("harbor-lane")["open"]["now"], false, "none named is all of them");
    trash(&clinic.api, &clinic.token, &path);
    assert_eq!(location("cove-street")["open"]["now"], true, "the power is back");
}

#[test]
fn every_mistake_in_a_notice_is_told() {
    let clinic = Clinic::open();
    let wrong = json!({"severity": "grave", "texts": {"english": "x", "es": ""}, "starts_at": "2026-11-29T10:00:00Z",
        "ends_at": "2026-11-29T10:00:00Z", "locations": "all", "colour": "red"});
    assert_eq!(
        clinic.refused("notices", &wrong),
        pairs([
            ("/severity", "unknown_value"),
            ("/texts/english", "bad_language"),
            ("/texts/es", "blank"),
            ("/locations", "wrong_type"),
            ("/ends_at", "range_reversed"),
            ("/colour", "unknown_field"),
        ])
    );
    assert_eq!(clinic.refused("notices", &json!({})), pairs([("/severity", "required"), ("/texts", "required")]));
    let endless = json!({"severity": "urgent", "texts": {"en": "Shut"}, "closes": true});
    assert_eq!(clinic.refused("notices", &endless), pairs([("/ends_at", "required")]));
    let nowhere = json!({"severity": "info", "texts": {"en": "x"}, "locations": ["cove-street", "nowhere"]});
    assert_eq!(clinic.refused("notices", &nowhere), pairs([("/locations/1", "unknown_reference")]));
}

#[test]
fn questions_are_answered_in_their_order_in_the_language_of_the_reader() {
    let clinic = Clinic::open();
    let first = clinic.add("faqs", &json!({
        "translations": {
            "en": {"question": "Do I need an appointment?", "answer_markdown": "No. *Walk in.*<script>alert(1)</script>"},
            "es": {"question": "¿Necesito cita?", "answer_markdown": "No."}},
        "services": ["flu-shot"], "position": 2}));
    assert_eq!(first.json()["data"]["warnings"]["en"][0]["code"], "raw_html_removed");
    clinic.add(
        "faqs",
        &json!({"translations": {"en": {"question": "Where do I park?", "answer_markdown": "Behind the house."}},
        "locations": ["harbor-lane"], "position": 1}),
    );
    assert_eq!(clinic.texts("/v1/faqs", "question"), ["Where do I park?", "Do I need an appointment?"]);
    assert_eq!(clinic.texts("/v1/faqs?locale=es", "question"), ["Where do I park?", "¿Necesito cita?"]);
    let answer = clinic.shown("/v1/faqs?service=flu-shot")[0]["answer"].clone();
    assert_eq!(answer, json!({"format": "html", "value": "<p>No. <em>Walk in.</em></p>\n"}));
    assert_eq!(clinic.shown("/v1/faqs?service=flu-shot&format=text")[0]["answer"]["value"], "No. Walk in.");
    assert_eq!(clinic.texts("/v1/faqs?location=harbor-lane", "question"), ["Where do I park?"]);
    let path = path_of("faqs", &first);
    let moved = patch(&clinic.api, &clinic.token, &path, &json!({"position": 0, "translations": {"es": null}}));
    assert_eq!(moved.status, 200, "{}", moved.body);
    assert_eq!(clinic.texts("/v1/faqs?locale=es", "question"), ["Do I need an appointment?", "Where do I park?"]);
    let fields =
        clinic.api.text("select array_to_string(fields, ',') from cms.audit_event where action = 'faq.update'");
    assert_eq!(fields, "position,translations");
    trash(&clinic.api, &clinic.token, &path);
    assert_eq!(clinic.texts("/v1/faqs", "question"), ["Where do I park?"]);
    assert_eq!(
        clinic.refused("faqs", &json!({"translations": {"en": {"question": "Why?"}}, "position": -1})),
        pairs([("/translations/en/answer_markdown", "required"), ("/position", "out_of_range")])
    );
}

/// A testimonial that is authorized, or would be.
fn praise(clinic: &Clinic) -> (String, String) {
    let made = clinic.add(
        "testimonials",
        &json!({"shown_name": "Jordan, Riviera Beach", "locale": "en", "text": "They listened.",
        "given_on": "2026-10-02", "rating": 5, "services": ["flu-shot"]}),
    );
    let path = path_of("testimonials", &made);
    let signed = clinic
        .api
        .call("POST", &format!("{path}/authorizations"))
        .bearer(&clinic.token)
        .header("If-Match", made.etag());
    let signed = signed.json(&json!({"signed_on": "2026-10-03", "document": "Binder 4, page 12"})).send();
    assert_eq!(signed.status, 201, "{}", signed.body);
    let authorization = signed.header("location").strip_prefix(&clinic.api.base).unwrap().to_owned();
    (path, authorization)
}

/// Whoever asks whether what they keep still holds is told that it does not.
fn assert_withdrawn(clinic: &Clinic, before: &Reply) {
    let asked = clinic.api.call("GET", "/v1/testimonials").header("If-None-Match", before.etag()).send();
    assert_eq!((asked.status, asked.json()), (200, json!({"data": []})));
}

#[test]
fn nobody_is_quoted_without_a_signed_authorization_and_revoking_it_withdraws_the_words_at_once() {
    let clinic = Clinic::open();
    let made = clinic.add(
        "testimonials",
        &json!({"shown_name": "M. R.", "locale": "es", "text": "Muy amables.", "given_on": "2026-10-02"}),
    );
    assert_eq!(made.json()["data"]["public"], false);
    assert_eq!(clinic.shown("/v1/testimonials"), [Value::Null; 0], "nothing was signed");
    let (path, authorization) = praise(&clinic);
    assert_eq!(clinic.texts("/v1/testimonials", "text"), ["They listened."]);
    assert_eq!(clinic.texts("/v1/testimonials?service=flu-shot&locale=en", "name"), ["Jordan, Riviera Beach"]);
    assert_eq!(clinic.shown("/v1/testimonials?locale=es"), [Value::Null; 0]);
    let staff = |path: &str| clinic.api.call("GET", path).bearer(&clinic.token).send();
    assert_eq!(staff(&path).json()["data"]["public"], true);
    let before = clinic.api.get("/v1/testimonials");
    let revoke = || clinic.api.call("DELETE", &authorization).bearer(&clinic.token);
    revoke().send().problem(428, "precondition_required");
    revoke().header("If-Match", "\"v1\"").send().problem(412, "stale_version");
    let revoked = revoke().header("If-Match", staff(&path).etag()).send();
    assert_eq!((revoked.status, &revoked.json()["data"]["public"]), (200, &json!(false)), "{}", revoked.body);
    assert_eq!(clinic.shown("/v1/testimonials"), [Value::Null; 0], "the very next answer");
    assert_withdrawn(&clinic, &before);
    revoke().header("If-Match", "*").send().problem(409, "authorization_revoked");
    let actions = clinic.api.text("select string_agg(action, ' ' order by id) from cms.audit_event where action in ('testimonial.authorize', 'testimonial.revoke')");
    assert_eq!(actions, "testimonial.authorize testimonial.revoke");
}

#[test]
fn an_authorization_is_for_these_words_and_until_its_last_day() {
    let clinic = Clinic::open();
    let (path, _) = praise(&clinic);
    let edit = |change: &Value| {
        let reply = patch(&clinic.api, &clinic.token, &path, change);
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()["data"]["public"].as_bool().unwrap()
    };
    assert!(edit(&json!({"position": 3})), "where it stands is nothing that was signed");
    assert!(!edit(&json!({"text": "They listened to everything."})), "these words were never signed");
    assert_eq!(clinic.shown("/v1/testimonials"), [Value::Null; 0]);
    assert!(edit(&json!({"text": "They listened."})), "the signed words are back");
    let expire = |day: &str| {
        let end = format!(
            "alter table cms.testimonial_authorization disable trigger testimonial_authorization_immutable;
            update cms.testimonial_authorization set expires_on = (select today from cms.clinic_clock) {day};
            set constraints all immediate;
            alter table cms.testimonial_authorization enable trigger testimonial_authorization_immutable"
        );
        clinic.api.as_owner(async |owner| owner.execute(AssertSqlSafe(end)).await.unwrap());
        clinic.shown("/v1/testimonials").len()
    };
    assert_eq!(expire(""), 1, "on its last day");
    let before = clinic.api.get("/v1/testimonials");
    let midnight = clinic.api.number("select ceil(extract(epoch from (k.today + 1)::timestamp at time zone k.timezone - clock_timestamp()))::bigint from cms.clinic_clock k");
    assert!(i64::from(max_age(&before)) <= midnight, "nobody keeps it past midnight");
    assert_eq!(expire("- 1"), 0, "and not on the next");
    assert_withdrawn(&clinic, &before);
    let sign = |body: &Value| {
        let call = clinic.api.call("POST", &format!("{path}/authorizations")).bearer(&clinic.token);
        call.header("If-Match", "*").json(body).send()
    };
    let later = (clinic.api.clock.now() + TimeDelta::days(3)).date_naive();
    let future = sign(&json!({"signed_on": later, "document": "x"})).problem(422, "validation_failed");
    assert_eq!(future["errors"][0]["code"], "in_future");
    let reversed =
        sign(&json!({"signed_on": "2026-10-03", "expires_on": "2026-10-02"})).problem(422, "validation_failed");
    let codes: Vec<_> =
        reversed["errors"].as_array().unwrap().iter().map(|error| error["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["range_reversed", "required"]);
    assert_eq!(sign(&json!({"signed_on": "2026-10-03", "document": "Binder 5"})).status, 201);
    assert_eq!(clinic.texts("/v1/testimonials", "text"), ["They listened."], "signed anew");
    trash(&clinic.api, &clinic.token, &path);
    assert_eq!(clinic.shown("/v1/testimonials"), [Value::Null; 0]);
}

#[test]
fn legal_notices_are_read_from_their_first_day_on_and_what_the_law_asks_for_is_told() {
    let clinic = Clinic::open();
    let kept = |notice: &Value| clinic.add("legal-notices", notice);
    let today = clinic.api.clock.now().date_naive();
    let notice = kept(&json!({"kind": "privacy_practices", "effective_on": "2026-01-01", "reviewed_on": today,
        "translations": {"en": {"title": "Notice of Privacy Practices", "body_markdown": "## Your rights\n\nYou may ask."},
                         "es": {"title": "Aviso de prácticas de privacidad", "body_markdown": "Puede pedir."}}}));
    kept(&json!({"kind": "nondiscrimination", "effective_on": "2020-01-01",
        "translations": {"en": {"title": "Nondiscrimination", "body_markdown": "We treat everybody."}}}));
    kept(&json!({"kind": "terms", "effective_on": today + TimeDelta::days(9),
        "translations": {"en": {"title": "Terms", "body_markdown": "Later."}}}));
    assert_eq!(
        clinic.texts("/v1/legal-notices", "slug"),
        ["nondiscrimination", "privacy-practices"],
        "one does not hold yet"
    );
    assert_eq!(
        clinic.texts("/v1/legal-notices?locale=es", "title"),
        ["Nondiscrimination", "Aviso de prácticas de privacidad"]
    );
    let of_clinic = clinic.api.get("/v1/clinic").json()["data"]["legal_notices"].clone();
    assert_eq!(of_clinic, json!(clinic.shown("/v1/legal-notices")));
    assert_eq!(of_clinic[1]["languages"], json!(["en", "es"]));
    let page = clinic.api.get("/v1/legal-notices/privacy-practices?format=text").json()["data"].clone();
    assert_eq!(page["body"], json!({"format": "text", "value": "Your rights\n\nYou may ask."}));
    clinic.api.get("/v1/legal-notices/terms").problem(404, "not_found");
    let twice = json!({"kind": "privacy_practices", "effective_on": "2026-01-01", "translations": {"en": {"title": "x", "body_markdown": "x"}}});
    assert_eq!(clinic.refused("legal-notices", &twice), pairs([("/slug", "taken")]));
    let location = clinic.api.get("/v1/locations/harbor-lane").json()["data"]["id"].as_str().unwrap().to_owned();
    let speaks = patch(
        &clinic.api,
        &clinic.token,
        &format!("/v1/admin/locations/{location}"),
        &json!({"languages": ["en", "es-US"]}),
    );
    assert_eq!(speaks.status, 200, "{}", speaks.body);
    let report = clinic.api.call("GET", "/v1/admin/compliance/notices").bearer(&clinic.token).send().json();
    let told: Vec<_> = report["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["kind"].as_str().unwrap(), row["state"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("privacy_practices", "kept"),
            ("nondiscrimination", "language_missing"),
            ("language_assistance", "missing"),
            ("no_surprises", "missing")
        ]
    );
    assert_eq!(report["data"][1]["languages_missing"], json!(["es-US"]));
    let path = path_of("legal-notices", &notice);
    assert_eq!(
        patch(&clinic.api, &clinic.token, &path, &json!({"reviewed_on": "2025-01-01", "effective_on": "2025-01-01"}))
            .status,
        200
    );
    let report = clinic.api.call("GET", "/v1/admin/compliance/notices").bearer(&clinic.token).send().json();
    assert_eq!(report["data"][0]["state"], "stale");
}
