//! `/v1/clinic`, `/v1/locations` and their staff's side.

use chrono::{DateTime, Utc};
use clinic_cms::clock::Clock;
use serde_json::{Value, json};

use crate::harness::{AUDITOR, Api, EDITOR, Reply};

fn at(instant: &str) -> DateTime<Utc> {
    instant.parse().unwrap()
}

fn add_location(api: &Api, token: &str, location: &Value) -> Reply {
    let reply = api.call("POST", "/v1/admin/locations").bearer(token).json(location).send();
    assert_eq!(reply.status, 201, "{}", reply.body);
    reply
}

fn harbor() -> Value {
    json!({
        "name": "Harbor Lane",
        "address": {"line1": "210 Harbor Lane", "line2": "Suite 3", "city": "Riviera Beach", "region": "FL", "postal_code": "33404", "country": "US"},
        "timezone": "America/New_York",
        "phones": ["(561) 555-0141"],
        "hours": [
            {"days": ["monday", "tuesday", "wednesday", "thursday", "friday"], "opens": "08:00", "closes": "12:00"},
            {"days": ["monday", "tuesday", "wednesday", "thursday", "friday"], "opens": "13:00", "closes": "17:00"},
            {"days": ["saturday"], "opens": "22:00", "closes": "02:00"}
        ],
        "special_hours": [{"from": "2026-12-25", "through": "2026-12-25", "closed": true, "intervals": [], "reason": "Christmas Day"}]
    })
}

#[test]
fn a_changed_phone_number_is_public_at_once() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let before = api.get("/v1/clinic");
    assert_eq!(before.json()["data"]["phones"], json!([]));
    let read = api.call("GET", "/v1/admin/clinic").bearer(&token).send();
    let patch = json!({"name": "Harbor Lane Clinic", "phones": [{"number": "561-555-0140", "label": "Front desk"}]});
    let changed =
        api.call("PATCH", "/v1/admin/clinic").bearer(&token).header("If-Match", read.etag()).json(&patch).send();
    assert_eq!(changed.status, 200, "{}", changed.body);
    let after = api.get("/v1/clinic");
    assert_eq!(after.json()["data"]["phones"][0]["number"], "+15615550140");
    assert_eq!(after.json()["data"]["phones"][0]["label"], "Front desk");
    assert_ne!(after.etag(), before.etag());
    let stale =
        api.call("PATCH", "/v1/admin/clinic").bearer(&token).header("If-Match", read.etag()).json(&patch).send();
    assert_eq!(stale.problem(412, "stale_version")["changed"]["by"]["name"], "Test editor");
    let misspelt = api
        .call("PATCH", "/v1/admin/clinic")
        .bearer(&token)
        .header("If-Match", "*")
        .json(&json!({"emial": null}))
        .send();
    assert_eq!(misspelt.problem(422, "validation_failed")["errors"][0]["suggestion"], "email");
}

#[test]
fn a_location_says_whether_it_is_open_and_when_that_changes() {
    let clock = Clock::fixed(at("2026-11-23T15:30:00Z"));
    let api = Api::start_with(clock.clone(), &[("rate-limits", "off")]);
    let token = api.sign_in(EDITOR);
    add_location(&api, &token, &harbor());
    let open = |query: &str| api.get(&format!("/v1/locations/harbor-lane{query}")).json()["data"]["open"].clone();
    // Monday, 10:30 in New York.
    let now = open("");
    assert_eq!((&now["now"], &now["changes_at"]), (&json!(true), &json!("2026-11-23T17:00:00Z")), "{now}");
    assert_eq!(now["text"], "Open until 12:00 PM");
    let lunch = open("?at=2026-11-23T17:30:00Z");
    assert_eq!((&lunch["now"], &lunch["next_opens_at"]), (&json!(false), &json!("2026-11-23T18:00:00Z")), "{lunch}");
    let past_midnight = open("?at=2026-11-29T06:30:00Z");
    assert_eq!(past_midnight["now"], true, "Saturday's late hours run into Sunday: {past_midnight}");
    assert_eq!(open("?at=2026-12-25T15:00:00Z")["now"], false, "closed on Christmas Day");
    // The day on which clocks go back: an hour more at night, and Monday still opens at 8 by the wall.
    assert_eq!(open("?at=2026-11-01T12:00:00Z")["next_opens_at"], "2026-11-02T13:00:00Z");
    // The day on which they go forward.
    assert_eq!(open("?at=2027-03-14T12:00:00Z")["next_opens_at"], "2027-03-15T12:00:00Z");
    assert!(open("?at=2026-11-23T17:30:00Z&locale=es")["text"].as_str().unwrap().starts_with("Cerrado"));
}

#[test]
fn an_answer_about_hours_is_cached_no_longer_than_it_is_true() {
    let clock = Clock::fixed(at("2026-11-23T16:59:45Z"));
    let api = Api::start_with(clock, &[("rate-limits", "off")]);
    let token = api.sign_in(EDITOR);
    add_location(&api, &token, &harbor());
    for path in ["/v1/locations/harbor-lane", "/v1/locations", "/v1/clinic"] {
        let reply = api.get(path);
        let age: i64 = reply.header("cache-control").rsplit('=').next().unwrap().parse().unwrap();
        assert!(age <= 15, "{path}: {}", reply.header("cache-control"));
    }
}

#[test]
fn changed_hours_are_public_at_once() {
    let clock = Clock::fixed(at("2026-11-23T15:30:00Z"));
    let api = Api::start_with(clock, &[("rate-limits", "off")]);
    let token = api.sign_in(EDITOR);
    let made = add_location(&api, &token, &harbor());
    let path = format!("/v1/admin/locations/{}", made.json()["data"]["id"].as_str().unwrap());
    let patch = json!({"hours": [{"days": ["monday"], "opens": "11:00", "closes": "12:00"}]});
    let changed = api.call("PATCH", &path).bearer(&token).header("If-Match", made.etag()).json(&patch).send();
    assert_eq!(changed.status, 200, "{}", changed.body);
    let open = api.get("/v1/locations/harbor-lane").json()["data"]["open"].clone();
    assert_eq!((&open["now"], &open["next_opens_at"]), (&json!(false), &json!("2026-11-23T16:00:00Z")));
}

#[test]
fn a_location_has_everything_a_page_needs() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    add_location(&api, &token, &harbor());
    let data = api.get("/v1/locations/harbor-lane").json()["data"].clone();
    for key in [
        "id",
        "slug",
        "name",
        "address",
        "geo",
        "phones",
        "fax",
        "email",
        "timezone",
        "hours",
        "special_hours",
        "open",
        "status",
        "accessibility",
        "parking",
        "languages",
        "payment_methods",
        "insurance",
        "accepting_new_patients",
        "booking_url",
        "services",
        "providers",
    ] {
        assert!(data.get(key).is_some(), "{key} is missing");
    }
    assert_eq!(data["address"]["line2"], "Suite 3");
    assert_eq!(data["phones"][0]["display"], "(561) 555-0141");
    assert_eq!(data["status"]["code"], "open");
    let listed = api.get("/v1/locations").json();
    assert_eq!(listed["meta"]["total"], 1);
    assert_eq!(listed["data"][0]["slug"], "harbor-lane");
    let days = api.get("/v1/locations/harbor-lane/hours?from=2026-12-24&to=2026-12-26").json();
    assert_eq!(days["data"]["days"].as_array().unwrap().len(), 3);
    assert_eq!(days["data"]["days"][1]["closed_reason"], "Christmas Day");
    for bad in ["from=2026-01-01&to=2027-12-31", "from=2026-12-24&to=2026-12-01", "from=today"] {
        api.get(&format!("/v1/locations/harbor-lane/hours?{bad}")).problem(400, "invalid_parameters");
    }
}

#[test]
fn every_mistake_in_a_location_is_told_at_once() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let bad = json!({
        "name": "", "address": {"line1": "x", "city": "y", "region": "FL", "postal_code": "1", "country": "XX"},
        "timezone": "America/Nowhere", "phones": ["12"], "email": "[email protected]", "booking_url": "javascript:x",
        "hours": [{"days": ["mon"], "opens": "25:00", "closes": "9"}], "geo": {"latitude": 91, "longitude": 0}, "trashed_at": null,
        "version": 3,
    });
    let problem =
        api.call("POST", "/v1/admin/locations").bearer(&token).json(&bad).send().problem(422, "validation_failed");
    let pointers: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    for pointer in ["/name", "/address/country", "/timezone", "/phones/0", "/email", "/booking_url", "/version"] {
        assert!(pointers.iter().any(|at| at.starts_with(pointer)), "{pointer} is not told: {pointers:?}");
    }
    assert!(pointers.iter().any(|at| at.starts_with("/hours/0")), "{pointers:?}");
    assert!(pointers.iter().any(|at| at.starts_with("/geo")), "{pointers:?}");
}

#[test]
fn a_location_in_the_trash_is_gone_and_can_come_back() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let made = add_location(&api, &token, &harbor());
    let path = format!("/v1/admin/locations/{}", made.json()["data"]["id"].as_str().unwrap());
    api.call("DELETE", &path).bearer(&token).send().problem(428, "precondition_required");
    let gone = api.call("DELETE", &path).bearer(&token).header("If-Match", made.etag()).send();
    assert_eq!(gone.status, 204, "{}", gone.body);
    api.get("/v1/locations/harbor-lane").problem(404, "not_found");
    assert_eq!(api.get("/v1/clinic").json()["data"]["locations"], json!([]));
    let back = api.call("POST", &format!("{path}/restore")).bearer(&token).send();
    assert_eq!(back.status, 200, "{}", back.body);
    assert_eq!(api.get("/v1/locations/harbor-lane").status, 200);
}

#[test]
fn a_location_closes_on_the_holidays_of_its_state() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let mut location = harbor();
    location["holidays"] = json!({"calendar": "US-FL", "except": ["Friday After Thanksgiving"]});
    add_location(&api, &token, &location);
    let days = api.get("/v1/locations/harbor-lane/hours?from=2026-11-26&to=2026-11-27").json();
    assert_eq!(days["data"]["days"][0]["closed_reason"], "Thanksgiving Day");
    assert_eq!(days["data"]["days"][0]["intervals"], json!([]));
    assert_eq!(days["data"]["days"][1]["intervals"].as_array().unwrap().len(), 2);
    let open = api.get("/v1/locations/harbor-lane?at=2026-11-26T15:00:00Z").json()["data"]["open"].clone();
    assert_eq!(open["text"], "Closed for Thanksgiving Day, opens tomorrow at 8:00 AM");
    for (rule, pointer, code, suggestion) in [
        (json!({"calendar": "US-XX"}), "/holidays/calendar", "unknown_calendar", json!(null)),
        (json!({}), "/holidays/calendar", "required", json!(null)),
        (
            json!({"calendar": "US-FL", "except": ["Thanksgiving day"]}),
            "/holidays/except/0",
            "unknown_holiday",
            json!("Thanksgiving Day"),
        ),
    ] {
        location["holidays"] = rule;
        let refused = api.call("POST", "/v1/admin/locations").bearer(&token).json(&location).send();
        let error = &refused.problem(422, "validation_failed")["errors"][0];
        assert_eq!(
            (&error["pointer"], &error["code"], &error["suggestion"]),
            (&json!(pointer), &json!(code), &suggestion)
        );
    }
    let listed = api.call("GET", "/v1/admin/holidays?calendar=US-MA&year=2026").bearer(&token).send();
    assert_eq!(listed.status, 200, "{}", listed.body);
    assert!(
        listed.json()["data"].as_array().unwrap().contains(&json!({"date": "2026-04-20", "name": "Patriots' Day"}))
    );
    for bad in ["calendar=US-", "year=x", "calendar=XX&year=2026", "calendar=US&year=1", "calendar=US&year=2026&a=1"] {
        api.call("GET", &format!("/v1/admin/holidays?{bad}")).bearer(&token).send().problem(400, "invalid_parameters");
    }
}

#[test]
fn a_department_has_its_own_telephone_and_hours() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let mut location = harbor();
    location["departments"] = json!([{"name": "Laboratory", "phones": ["(561) 555-0199"]}]);
    location["hours"].as_array_mut().unwrap().extend([
        json!({"days": ["saturday"], "opens": "07:00", "closes": "10:00", "department": "Laboratory", "weeks": [1, -1]}),
        json!({"days": ["sunday"], "opens": "10:00", "closes": "12:00", "by_appointment": true}),
    ]);
    add_location(&api, &token, &location);
    // The first Saturday of August 2026, then the second.
    let at = |instant: &str| api.get(&format!("/v1/locations/harbor-lane?at={instant}")).json()["data"].clone();
    let first = at("2026-08-01T12:00:00Z");
    assert_eq!(first["open"]["now"], false);
    assert_eq!(first["departments"][0]["phones"][0]["number"], "+15615550199");
    assert_eq!(first["departments"][0]["open"]["text"], "Open until 10:00 AM");
    assert_eq!(at("2026-08-08T12:00:00Z")["departments"][0]["open"]["now"], false);
    assert_eq!(at("2026-08-02T14:30:00Z")["open"]["text"], "By appointment until 12:00 PM");
    let sunday = api.get("/v1/locations/harbor-lane/hours?from=2026-08-02&to=2026-08-02").json();
    assert_eq!(sunday["data"]["days"][0]["intervals"][0]["by_appointment"], true);
    location["departments"] = json!([{"name": "A"}, {"name": "A", "email": "x"}]);
    location["hours"] = json!([{"days": ["monday"], "opens": "07:00", "closes": "10:00", "weeks": [0, 2, 2, "x"]}]);
    let refused = api.call("POST", "/v1/admin/locations").bearer(&token).json(&location).send();
    let problem = refused.problem(422, "validation_failed");
    let told: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|error| (&error["pointer"], &error["code"])).collect();
    assert_eq!(
        told,
        [(&json!("/hours/0/weeks/3"), &json!("wrong_type")), (&json!("/departments/1/email"), &json!("bad_email")),]
    );
    location["departments"] = json!([{"name": "A"}, {"name": "A"}]);
    location["hours"] = json!([{"days": ["monday"], "opens": "07:00", "closes": "10:00", "weeks": [0, 2, 2]}]);
    let refused = api.call("POST", "/v1/admin/locations").bearer(&token).json(&location).send();
    let problem = refused.problem(422, "validation_failed");
    let told: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|error| (&error["pointer"], &error["code"])).collect();
    assert_eq!(
        told,
        [
            (&json!("/hours/0/weeks/0"), &json!("no_such_week")),
            (&json!("/hours/0/weeks/2"), &json!("week_repeated")),
            (&json!("/departments/1/name"), &json!("repeated")),
        ]
    );
}

#[test]
fn each_change_is_in_the_trail_with_what_it_said_before_and_after() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let made = add_location(&api, &token, &harbor());
    let id = made.json()["data"]["id"].as_str().unwrap().to_owned();
    let change = |path: &str, patch: Value| {
        let reply = api.call("PATCH", path).bearer(&token).header("If-Match", "*").json(&patch).send();
        assert_eq!(reply.status, 200, "{}", reply.body);
    };
    change(&format!("/v1/admin/locations/{id}"), json!({"parking": "Behind the house", "name": "Harbor Lane"}));
    change("/v1/admin/clinic", json!({"tagline": "Care by the water"}));
    let auditor = api.sign_in(AUDITOR);
    let trail = |filter: &str| {
        let listed = api.call("GET", &format!("/v1/admin/audit?{filter}")).bearer(&auditor).send();
        assert_eq!(listed.status, 200, "{}", listed.body);
        listed.json()["data"].clone()
    };
    let changed = trail("action=location.update");
    let parking = json!([{"field": "parking", "before": null, "after": "Behind the house"}]);
    assert_eq!((&changed[0]["fields"], &changed[0]["changes"]), (&json!(["parking"]), &parking));
    assert_eq!(changed[0]["actor"]["kind"], "account");
    let created = trail("action=location.create")[0]["changes"].clone();
    assert!(created.as_array().unwrap().contains(&json!({"field": "name", "before": null, "after": "Harbor Lane"})));
    let tagline = json!([{"field": "tagline", "before": null, "after": "Care by the water"}]);
    assert_eq!(trail("action=clinic.update")[0]["changes"], tagline);
    assert_eq!(trail("action=account.list").as_array().unwrap().len(), 0);
    let testimonial =
        json!({"shown_name": "Ada W.", "locale": "en", "text": "They listened to me.", "given_on": "2026-01-01"});
    let made = api.call("POST", "/v1/admin/testimonials").bearer(&token).json(&testimonial).send();
    assert_eq!(made.status, 201, "{}", made.body);
    let told = trail("action=testimonial.create").to_string();
    assert!(told.contains("given_on") && !told.contains("Ada W.") && !told.contains("listened"), "{told}");
    let kept = api.text("select string_agg(after::text, ' ') from cms.record_change");
    assert!(!kept.contains("Ada W.") && !kept.contains("listened"), "a patient's words have one place");
}
