//! `/v1/admin/forms` and what they make of `/v1/forms/{slug}` and `/v1/inquiries`.

use serde_json::{Value, json};

use crate::{
    harness::{AUTHOR, Api, EDITOR, FRONT_DESK, OWNER, Reply},
    providers::{add_location, patch, trash},
};

/// A form for new patients, with two fields and two texts of its own.
fn new_patients() -> Value {
    json!({
        "name": "New patients",
        "kinds": ["appointment", "callback"],
        "fields": [
            {"name": "full_name"}, {"name": "phone", "required": true, "labels": {"en": "Mobile", "es": "Móvil"}},
            {"name": "kind"},
            {"name": "referred_by", "type": "select", "labels": {"en": "Who sent you?", "es": "¿Quién le envió?"}, "required": true,
             "options": [{"value": "friend", "labels": {"en": "A friend"}}, {"value": "doctor", "labels": {"en": "A doctor"}}]},
            {"name": "first_visit", "type": "checkbox", "labels": {"en": "My first visit"}},
            {"name": "birthday", "type": "date", "labels": {"en": "Birthday"}}
        ],
        "consents": [
            {"purpose": "contact", "text_version": "2026-11", "required": true, "texts": {"en": "You may call me.", "es": "Pueden llamarme."}},
            {"purpose": "sms_reminders", "text_version": "1", "texts": {"en": "You may text me."}}
        ],
        "notices": [{"kind": "privacy", "texts": {"en": "No medical details, please.", "es": "Sin datos médicos, por favor."}}],
        "location": "harbor-lane",
        "retention_days": 30
    })
}

struct Clinic {
    api: Api,
    token: String,
    form: String,
    location: String,
}

impl Clinic {
    fn open() -> Self {
        let api = Api::start();
        let token = api.sign_in(EDITOR);
        let location = add_location(&api, &token, "Harbor Lane");
        let made = api.call("POST", "/v1/admin/forms").bearer(&token).json(&new_patients()).send();
        assert_eq!(made.status, 201, "{}", made.body);
        let form = made.json()["data"]["id"].as_str().unwrap().to_owned();
        Self { api, token, form, location }
    }

    fn path(&self) -> String {
        format!("/v1/admin/forms/{}", self.form)
    }

    fn post(&self, body: &Value) -> Reply {
        self.api.call("POST", "/v1/inquiries").json(body).send()
    }

    fn mistakes(&self, body: &Value) -> Vec<String> {
        told(&self.post(body))
    }
}

fn account(api: &Api, (email, _): (&str, &str)) -> String {
    api.text(&format!("select id::text from cms.account where email = '{email}'"))
}

fn told(refused: &Reply) -> Vec<String> {
    let problem = refused.problem(422, "validation_failed");
    let told = |error: &Value| format!("{} {}", error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap());
    problem["errors"].as_array().unwrap().iter().map(told).collect()
}

fn inquiry() -> Value {
    json!({
        "form": "new-patients", "full_name": "Dana Fuller", "phone": "+15615550123",
        "answers": {"referred_by": "friend", "first_visit": true, "birthday": "1980-02-29"},
        "consents": [{"purpose": "contact", "text_version": "2026-11", "granted": true}]
    })
}

#[test]
fn a_page_learns_from_a_form_all_that_it_takes_to_draw_it() {
    let clinic = Clinic::open();
    let form = clinic.api.get("/v1/forms/new-patients?locale=es").json()["data"].clone();
    assert_eq!(form["kinds"], json!(["appointment", "callback"]));
    let names: Vec<_> = form["fields"].as_array().unwrap().iter().map(|field| field["name"].clone()).collect();
    assert_eq!(json!(names), json!(["full_name", "phone", "kind", "referred_by", "first_visit", "birthday"]));
    let phone = json!({"name": "phone", "type": "tel", "label": "Móvil", "help": null, "required": true, "max_length": 40,
        "options": [], "custom": false});
    assert_eq!(form["fields"][1], phone);
    assert_eq!(form["fields"][3]["label"], "¿Quién le envió?");
    assert_eq!(form["fields"][3]["options"][0], json!({"value": "friend", "label": "A friend"}));
    assert_eq!(form["notices"], json!([{"kind": "privacy", "text": "Sin datos médicos, por favor."}]));
    let consents = json!([
        {"purpose": "contact", "text": "Pueden llamarme.", "text_version": "2026-11", "locale": "es", "required": true},
        {"purpose": "sms_reminders", "text": "You may text me.", "text_version": "1", "locale": "en", "required": false}
    ]);
    assert_eq!(form["consents"], consents);
    let schema = &form["schema"];
    assert_eq!(schema["required"], json!(["full_name", "phone", "answers"]));
    assert_eq!(schema["properties"]["answers"]["properties"]["referred_by"]["enum"], json!(["friend", "doctor"]));
    assert_eq!(schema["properties"]["kind"]["enum"], json!(["appointment", "callback"]));
    // The form that every installation has asks for what it always did, and says so in two languages.
    let usual = clinic.api.get("/v1/forms/contact?locale=es").json()["data"].clone();
    assert_eq!((&usual["fields"][3]["name"], &usual["fields"][3]["required"]), (&json!("message"), &json!(true)));
    assert!(usual["notices"][1]["text"].as_str().unwrap().contains("emergencia"));
    clinic.api.get("/v1/forms/contact?locale=nobody-speaks-it!").problem(400, "invalid_parameters");
    clinic.api.get("/v1/forms/new-patient").problem(404, "not_found");
}

#[test]
fn an_inquiry_answers_what_its_form_asks_and_goes_where_the_form_says() {
    let clinic = Clinic::open();
    let taken = clinic.post(&inquiry());
    assert_eq!(taken.status, 201, "{}", taken.body);
    let id = taken.json()["data"]["id"].as_str().unwrap().to_owned();
    let owner = clinic.api.sign_in(OWNER);
    let read = clinic.api.call("GET", &format!("/v1/admin/inquiries/{id}")).bearer(&owner).send();
    assert_eq!(read.status, 200, "{}", read.body);
    let data = read.json()["data"].clone();
    let answers = json!([
        {"name": "birthday", "value": "1980-02-29"}, {"name": "first_visit", "value": "true"},
        {"name": "referred_by", "value": "friend"}
    ]);
    assert_eq!(data["answers"], answers);
    assert_eq!((&data["kind"], &data["location"]["id"]), (&json!("appointment"), &json!(clinic.location)));
    let kept = clinic.api.text("select (retention_expires_at - received_at)::text from cms.inquiry");
    assert_eq!(kept, "30 days");
}

#[test]
fn every_answer_that_is_none_is_named() {
    let clinic = Clinic::open();
    let mut bad = inquiry();
    bad.as_object_mut().unwrap().remove("phone");
    bad["email"] = json!("dana@example.com");
    bad["kind"] = json!("billing");
    bad["answers"] = json!({"referred_by": "nobody", "birthday": "29.2.1980", "refered": "x", "first_visit": 1});
    bad["consents"] = json!([
        {"purpose": "sms_reminders", "text_version": "7", "granted": true},
        {"purpose": "newsletter", "text_version": "1", "granted": false}
    ]);
    let wanted = [
        "/kind unknown_value",
        "/phone required",
        "/consents/0/text_version unknown_text_version",
        "/consents/1/purpose unknown_reference",
        "/consents consent_required",
        "/answers/first_visit wrong_type",
    ];
    let mut found = clinic.mistakes(&bad);
    found.sort();
    let mut sorted = wanted.map(str::to_owned).to_vec();
    sorted.push("/answers/referred_by required".to_owned());
    sorted.sort();
    assert_eq!(found, sorted);
    bad["answers"]["first_visit"] = json!(false);
    let found = clinic.mistakes(&bad);
    for part in
        ["/answers/referred_by unknown_value", "/answers/birthday unknown_value", "/answers/refered unknown_field"]
    {
        assert!(found.contains(&part.to_owned()), "{part} in {found:?}");
    }
    let none = clinic.api.text("select count(*)::text from cms.inquiry");
    assert_eq!(none, "0");
}

#[test]
fn a_plain_form_sends_its_own_fields_flat() {
    let clinic = Clinic::open();
    let post = |more: &[(&str, &str)]| {
        let always = [("form", "new-patients"), ("full_name", "Dana Fuller"), ("phone", "+15615550123")];
        let agreed = [("consent_contact", "2026-11")];
        clinic.api.call("POST", "/v1/inquiries").form(&[always.as_slice(), agreed.as_slice(), more].concat()).send()
    };
    assert_eq!(told(&post(&[("referred_by", "nobody")])), ["/referred_by unknown_value"]);
    let taken = post(&[("referred_by", "doctor"), ("first_visit", "on"), ("button", "Send")]);
    assert_eq!(taken.status, 201, "{}", taken.body);
    let id = taken.json()["data"]["id"].as_str().unwrap().to_owned();
    let owner = clinic.api.sign_in(OWNER);
    let read = clinic.api.call("GET", &format!("/v1/admin/inquiries/{id}")).bearer(&owner).send();
    let answers = json!([
        {"name": "button", "value": "Send"}, {"name": "first_visit", "value": "true"},
        {"name": "referred_by", "value": "doctor"}
    ]);
    assert_eq!(read.json()["data"]["answers"], answers);
}

#[test]
fn what_was_agreed_to_stays_what_it_was() {
    let clinic = Clinic::open();
    let reworded = json!({"consents": [{"purpose": "contact", "text_version": "2026-11", "texts": {"en": "We may sell your number."}}]});
    let refused = patch(&clinic.api, &clinic.token, &clinic.path(), &reworded);
    assert_eq!(told(&refused), ["/consents/0/text_version text_version_taken"]);
    let next = json!({"consents": [{"purpose": "contact", "text_version": "2027-01", "texts": {"en": "You may call me by day."}}]});
    let changed = patch(&clinic.api, &clinic.token, &clinic.path(), &next);
    assert_eq!(changed.status, 200, "{}", changed.body);
    let shown = clinic.api.get("/v1/forms/new-patients").json()["data"]["consents"].clone();
    assert_eq!((&shown[0]["text_version"], shown.as_array().unwrap().len()), (&json!("2027-01"), 1));
    // A page that was loaded before shows the earlier text, and what it says was agreed to.
    assert_eq!(clinic.post(&inquiry()).status, 201);
    let texts = clinic.api.text(
        "select string_agg(texts->>'en', ' | ' order by written_at) from cms.consent_text where purpose = 'contact'",
    );
    assert_eq!(texts, "You may call me. | You may call me by day.");
}

#[test]
fn every_mistake_in_a_form_is_told_at_once() {
    let clinic = Clinic::open();
    let bad = json!({
        "name": "", "kinds": ["fun"], "retention_days": 0, "colour": "red",
        "fields": [
            {"name": "full_name", "max_length": 5}, {"name": "Pet", "type": "text", "labels": {"en": "Pet"}},
            {"name": "pet", "type": "select", "labels": {"en": "Pet"}}, {"name": "cat", "type": "tel"}
        ],
        "consents": [{"purpose": "x", "text_version": "a b", "texts": {}}],
        "notices": [{"kind": "privacy"}]
    });
    let refused = clinic.api.call("POST", "/v1/admin/forms").bearer(&clinic.token).json(&bad).send();
    let found = told(&refused);
    for part in [
        "/name blank",
        "/kinds/0 unknown_value",
        "/retention_days out_of_range",
        "/colour unknown_field",
        "/fields/0/max_length not_applicable",
        "/fields/1/name bad_name",
        "/fields/2/options not_applicable",
        "/fields/3/type not_applicable",
        "/consents/0/purpose bad_purpose",
        "/consents/0/text_version bad_text_version",
        "/consents/0/texts required",
        "/notices/0/texts required",
    ] {
        assert!(found.contains(&part.to_owned()), "{part} in {found:?}");
    }
    let unreachable = json!({"name": "Pets", "fields": [{"name": "full_name"}]});
    let refused = clinic.api.call("POST", "/v1/admin/forms").bearer(&clinic.token).json(&unreachable).send();
    assert_eq!(told(&refused), ["/fields contact_required"]);
    let nowhere = json!({"name": "Pets", "location": "nowhere"});
    let refused = clinic.api.call("POST", "/v1/admin/forms").bearer(&clinic.token).json(&nowhere).send();
    assert_eq!(told(&refused), ["/location unknown_reference"]);
}

#[test]
fn a_form_in_the_trash_takes_nothing_and_the_default_form_stays() {
    let clinic = Clinic::open();
    let path = clinic.path();
    let renamed = patch(&clinic.api, &clinic.token, &path, &json!({"name": "Newcomers"}));
    assert_eq!((renamed.status, &renamed.json()["data"]["slug"]), (200, &json!("new-patients")), "{}", renamed.body);
    let gone = clinic.api.call("DELETE", &path).bearer(&clinic.token).header("If-Match", "*").send();
    assert_eq!(gone.status, 204, "{}", gone.body);
    clinic.api.get("/v1/forms/new-patients").problem(404, "not_found");
    assert_eq!(clinic.mistakes(&inquiry())[0], "/form unknown_reference");
    let back = clinic.api.call("POST", &format!("{path}/restore")).bearer(&clinic.token).send();
    assert_eq!(back.status, 200, "{}", back.body);
    assert_eq!(clinic.post(&inquiry()).status, 201);
    let forms = clinic.api.call("GET", "/v1/admin/forms").bearer(&clinic.token).send().json()["data"].clone();
    let usual = forms.as_array().unwrap().iter().find(|form| form["is_default"] == true).unwrap().clone();
    let usual = format!("/v1/admin/forms/{}", usual["id"].as_str().unwrap());
    let kept = clinic.api.call("DELETE", &usual).bearer(&clinic.token).header("If-Match", "*").send();
    kept.problem(409, "default_form");
}

#[test]
fn a_form_can_be_sent_back_as_it_was_read() {
    let clinic = Clinic::open();
    let forms = clinic.api.call("GET", "/v1/admin/forms").bearer(&clinic.token).send().json()["data"].clone();
    assert_eq!(forms.as_array().unwrap().len(), 2);
    for form in forms.as_array().unwrap() {
        let path = format!("/v1/admin/forms/{}", form["id"].as_str().unwrap());
        let read: serde_json::Map<_, _> = ["name", "slug", "fields", "kinds", "consents", "notices", "retention_days"]
            .map(|name| (name.to_owned(), form[name].clone()))
            .into_iter()
            .collect();
        let sent = patch(&clinic.api, &clinic.token, &path, &Value::Object(read.clone()));
        assert_eq!(sent.status, 200, "{}", sent.body);
        for (name, value) in read {
            assert_eq!(sent.json()["data"][&name], value, "{name}");
        }
    }
}

#[test]
fn an_inquiry_about_a_service_goes_to_its_place_and_to_its_person_and_is_due_in_opening_hours() {
    let clinic = Clinic::open();
    let api = &clinic.api;
    let pier = add_location(api, &clinic.token, "Pier Street");
    let hours =
        json!({"timezone": "America/New_York", "hours": [{"days": ["monday"], "opens": "09:00", "closes": "12:00"}]});
    let change = |path: &str, body: &Value| assert_eq!(patch(api, &clinic.token, path, body).status, 200, "{path}");
    change(&format!("/v1/admin/locations/{pier}"), &hours);
    let service =
        api.call("POST", "/v1/admin/services").bearer(&clinic.token).json(&json!({"name": "Hand therapy"})).send();
    let service = service.json()["data"]["id"].as_str().unwrap().to_owned();
    let desk = account(api, FRONT_DESK);
    let routes = json!({"routes": [{"service": "hand-therapy", "location": "pier-street", "assignee": desk}], "response_minutes": 300});
    change(&clinic.path(), &routes);
    let form = api.call("GET", &clinic.path()).bearer(&clinic.token).send().json()["data"].clone();
    assert_eq!(form["routes"][0]["service"], json!({"id": service, "slug": "hand-therapy", "name": "Hand therapy"}));
    assert_eq!(
        (&form["routes"][0]["location"]["slug"], &form["routes"][0]["assignee"]["id"]),
        (&json!("pier-street"), &json!(desk))
    );

    let mut about = inquiry();
    about["service"] = json!("hand THERAPY");
    let taken = clinic.post(&about).json()["data"].clone();
    let placed = |taken: &Value, of: &str| {
        let id = taken["id"].as_str().unwrap();
        api.text(&format!("select coalesce(({of})::text, 'none') from cms.inquiry where id = '{id}'"))
    };
    let whole = |taken: &Value| ["location_id", "service_id", "assignee_id"].map(|of| placed(taken, of));
    assert_eq!(whole(&taken), [pier.clone(), service.clone(), desk.clone()]);
    // Five hours are more than one Monday has, and fewer than two.
    let wall = "to_char(first_response_due_at at time zone 'America/New_York', 'FMday')";
    assert_eq!(placed(&taken, wall), "monday");
    assert_eq!(placed(&taken, "first_response_due_at - received_at > interval '3 days'"), "true");

    // A named location is where it goes; a service in other words is kept, and goes nowhere else.
    about["location"] = json!("harbor-lane");
    let sent = |about: &Value| clinic.post(about).json()["data"].clone();
    assert_eq!(placed(&sent(&about), "location_id"), clinic.location);
    about["location"] = Value::Null;
    about["service"] = json!("my thumb hurts");
    assert_eq!(whole(&sent(&about)), [clinic.location.as_str(), "none", "none"]);

    // Whoever is gone is no way to go, and the form can still be changed.
    trash(api, &clinic.token, &format!("/v1/admin/locations/{pier}"));
    about["service"] = json!("hand-therapy");
    assert_eq!(whole(&sent(&about)), [clinic.location.clone(), service, desk]);
    change(&clinic.path(), &json!({"retention_days": 40}));
}

#[test]
fn a_route_that_leads_nowhere_is_refused_at_its_place() {
    let clinic = Clinic::open();
    let routes = json!({"routes": [
        {"service": "nowhere", "location": "harbor-lane"}, {"location": "harbor-lane"},
        {"service": "nowhere"}, {"service": "nowhere", "assignee": "nobody"},
    ], "response_minutes": 0});
    let refused = patch(&clinic.api, &clinic.token, &clinic.path(), &routes);
    let expected = [
        "/routes/1/service required",
        "/routes/2 leads_nowhere",
        "/routes/3/assignee bad_value",
        "/response_minutes out_of_range",
    ];
    assert_eq!(told(&refused), expected);
    let routes =
        json!({"routes": [{"service": "nowhere", "location": "elsewhere", "assignee": account(&clinic.api, AUTHOR)}]});
    let refused = patch(&clinic.api, &clinic.token, &clinic.path(), &routes);
    let unknown =
        ["/routes/0/service", "/routes/0/location", "/routes/0/assignee"].map(|at| format!("{at} unknown_reference"));
    assert_eq!(told(&refused), unknown);
}

#[test]
fn no_field_of_a_form_has_a_name_that_a_plain_form_says_something_else_by() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let reserved =
        ["given_name", "name", "form", "form_token", "altcha", "utm_source", "referrer", "consent_x", "attachments"];
    for name in reserved {
        let own = json!({"name": name, "type": "text", "labels": {"en": "Own"}});
        let form = json!({"name": "F", "fields": [{"name": "full_name"}, {"name": "email"}, own]});
        let reply = api.call("POST", "/v1/admin/forms").bearer(&token).json(&form).send();
        assert_eq!(told(&reply), ["/fields/2/name reserved"], "{name}");
    }
    let option = json!({"value": "a", "labels": {"en": "A"}});
    let own = json!({"name": "choice", "type": "select", "labels": {"en": "C"}, "options": [option, option]});
    let form = json!({"name": "F", "fields": [{"name": "full_name"}, {"name": "email"}, own]});
    let reply = api.call("POST", "/v1/admin/forms").bearer(&token).json(&form).send();
    assert_eq!(told(&reply), ["/fields/2/options/1/value repeated"]);
}
