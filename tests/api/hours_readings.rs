//! Hours in the forms of others: read as a dry run by staff, written for everybody.

use clinic_cms::clock::Clock;
use serde_json::{Value, json};

use crate::harness::{AUTHOR, Api, EDITOR, Reply};

fn read(api: &Api, token: &str, body: &Value) -> Reply {
    api.call("POST", "/v1/admin/hours/readings").bearer(token).json(body).send()
}

fn reading(api: &Api, token: &str, format: &str, value: &Value) -> Value {
    let reply = read(api, token, &json!({"format": format, "value": value}));
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("cache-control"), "no-store");
    reply.json()["data"].clone()
}

const WEEK: [&str; 5] = ["monday", "tuesday", "wednesday", "thursday", "friday"];

#[test]
fn what_stands_on_the_door_becomes_rows_that_a_location_takes() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let text = json!("Mon-Fri 8a-5p, closed for lunch 12-1");
    let data = reading(&api, &token, "text", &text);
    assert_eq!((&data["by"], &data["complete"], &data["left_out"]), (&json!("text"), &json!(true), &json!([])));
    let times: Vec<_> =
        data["hours"].as_array().unwrap().iter().map(|row| (row["opens"].clone(), row["closes"].clone())).collect();
    assert_eq!(times, [(json!("08:00"), json!("12:00")), (json!("13:00"), json!("17:00"))]);
    assert_eq!(data["hours"][0]["days"], json!(WEEK));
    let location = json!({
        "name": "Harbor Lane", "hours": data["hours"], "special_hours": data["special_hours"],
        "address": {"line1": "210 Harbor Lane", "city": "Riviera Beach", "region": "FL", "postal_code": "33404", "country": "US"},
    });
    assert_eq!(api.call("POST", "/v1/admin/locations").bearer(&token).json(&location).send().status, 201);
}

#[test]
fn what_is_not_understood_is_named_by_its_place_and_never_by_its_words() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let text = "Mon-Fri 8am-5pm; every other Saturday 9am-noon; Sun 9-5";
    let reply = read(&api, &token, &json!({"format": "text", "value": text}));
    assert!(!reply.body.contains("Saturday 9am"), "{}", reply.body);
    let data = reply.json()["data"].clone();
    assert_eq!((data["complete"].clone(), data["hours"].as_array().unwrap().len()), (json!(false), 1));
    let left = data["left_out"].as_array().unwrap();
    let words = |left: &Value| {
        let place = |name: &str| usize::try_from(left[name].as_u64().unwrap()).unwrap();
        (
            left["code"].as_str().unwrap().to_owned(),
            text.chars().skip(place("from")).take(place("to") - place("from")).collect::<String>(),
        )
    };
    let told: Vec<_> = left.iter().map(words).collect();
    let expected = [("every_other", "every other Saturday 9am-noon"), ("ambiguous_time", "9-5")];
    assert_eq!(told, expected.map(|(code, words)| (code.to_owned(), words.to_owned())));
    assert_eq!(left[0]["pointer"], Value::Null);
}

#[test]
fn each_form_is_read() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let google = json!({"regularHours": {"periods": [{"openDay": "MONDAY", "openTime": {"hours": 8}, "closeDay": "MONDAY", "closeTime": {"hours": 17}}]}});
    let fhir =
        json!({"hoursOfOperation": [{"daysOfWeek": ["mon"], "openingTime": "08:00:00", "closingTime": "17:00:00"}]});
    let schema = json!([{"dayOfWeek": "https://schema.org/Monday", "opens": "08:00", "closes": "17:00"}]);
    for (format, value) in [
        ("osm", json!("Mo 08:00-17:00")),
        ("google", google),
        ("fhir", fhir),
        ("schema_org", schema),
        ("schema_org", json!("Mo 08:00-17:00")),
    ] {
        let data = reading(&api, &token, format, &value);
        let row = &data["hours"][0];
        assert_eq!(
            (&row["days"], &row["opens"], &row["closes"]),
            (&json!(["monday"]), &json!("08:00"), &json!("17:00")),
            "{format}"
        );
        assert_eq!((&data["complete"], &data["by"]), (&json!(true), &json!(format)));
    }
    let left = reading(&api, &token, "osm", &json!("Mo-Fr 08:00-17:00; PH off"));
    assert_eq!(left["left_out"][0]["code"], "holidays");
    let left = reading(&api, &token, "google", &json!({"openInfo": {"status": "CLOSED_PERMANENTLY"}}));
    assert_eq!((&left["left_out"][0]["pointer"], &left["left_out"][0]["from"]), (&json!("/openInfo"), &Value::Null));
}

#[test]
fn a_wrong_body_is_refused_with_every_mistake() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let refused = [
        (json!({}), vec![("/format", "required"), ("/value", "required")]),
        (json!({"format": "osm2", "value": "24/7"}), vec![("/format", "unknown_value")]),
        (json!({"format": "osm", "value": {"a": 1}}), vec![("/value", "wrong_type")]),
        (json!({"format": "text", "value": 7}), vec![("/value", "wrong_type")]),
        (json!({"format": "fhir", "value": "Mo-Fr"}), vec![("/value", "wrong_type")]),
        (json!({"format": "google", "value": true}), vec![("/value", "wrong_type")]),
        (json!({"format": "text", "value": "  "}), vec![("/value", "blank")]),
        (json!({"format": "text", "value": "x".repeat(2_001)}), vec![("/value", "too_long")]),
        (json!({"format": "google", "value": {"title": "x".repeat(70_000)}}), vec![("/value", "too_long")]),
        (json!({"format": "text", "value": "24/7", "store": true}), vec![("/store", "unknown_field")]),
    ];
    for (body, expected) in refused {
        let problem = read(&api, &token, &body).problem(422, "validation_failed");
        let found: Vec<_> = problem["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| (error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap()))
            .collect();
        assert_eq!(found, expected, "{body}");
    }
}

#[test]
fn a_reading_stores_nothing_and_is_for_whoever_edits_the_clinic() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let before = api.number("select count(*) from cms.outbox_event");
    reading(&api, &token, "text", &json!("Mon-Fri 8am-5pm"));
    assert_eq!(api.number("select count(*) from cms.outbox_event"), before);
    assert_eq!(api.number("select count(*) from cms.location"), 0);
    read(&api, &api.sign_in(AUTHOR), &json!({"format": "text", "value": "24/7"})).problem(403, "forbidden");
}

fn harbor(api: &Api) -> String {
    let token = api.sign_in(EDITOR);
    let location = json!({
        "name": "Harbor Lane", "timezone": "America/New_York",
        "address": {"line1": "210 Harbor Lane", "city": "Riviera Beach", "region": "FL", "postal_code": "33404", "country": "US"},
        "hours": [
            {"days": WEEK, "opens": "08:00", "closes": "17:00"},
            {"days": ["saturday"], "opens": "09:00", "closes": "12:00", "weeks": [2, 4]},
            {"days": ["monday"], "opens": "06:00", "closes": "08:00", "department": "Laboratory"},
        ],
        "special_hours": [{"from": "2026-12-25", "through": "2026-12-25", "closed": true, "reason": "Christmas"}],
        "status": {"code": "temporarily_closed", "until": "2026-12-01"},
    });
    let made = api.call("POST", "/v1/admin/locations").bearer(&token).json(&location).send();
    assert_eq!(made.status, 201, "{}", made.body);
    token
}

#[test]
fn the_hours_of_a_location_are_written_in_each_form_with_what_it_cannot_say() {
    let api = Api::start_with(Clock::fixed("2026-11-30T15:00:00Z".parse().unwrap()), &[("rate-limits", "off")]);
    harbor(&api);
    let form = |format: &str| {
        let reply = api.get(&format!("/v1/locations/harbor-lane/hours?format={format}"));
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert!(reply.header("cache-control").starts_with("public"), "{}", reply.header("cache-control"));
        assert!(reply.header("cache-tag").contains("location:"));
        let data = reply.json()["data"].clone();
        assert_eq!(data["format"], format);
        let left: Vec<_> =
            data["left_out"].as_array().unwrap().iter().map(|left| left["code"].as_str().unwrap().to_owned()).collect();
        (data["value"].clone(), left)
    };
    let (osm, left) = form("osm");
    assert_eq!(osm, "Mo-Fr 08:00-17:00, Sa[2,4] 09:00-12:00; 2026 Dec 25 off \"Christmas\"");
    assert_eq!(left, ["department"]);
    let (schema, left) = form("schema_org");
    assert_eq!(schema["openingHoursSpecification"].as_array().unwrap().len(), 1);
    assert_eq!(schema["specialOpeningHoursSpecification"][0]["name"], "Christmas");
    assert_eq!(left, ["weeks", "department"]);
    let (fhir, left) = form("fhir");
    assert_eq!(fhir["hoursOfOperation"][0]["daysOfWeek"], json!(["mon", "tue", "wed", "thu", "fri"]));
    assert!(fhir["availabilityExceptions"].as_str().unwrap().contains("2026-12-25: closed \"Christmas\""));
    assert_eq!(left, [""; 0]);
    let (google, left) = form("google");
    assert_eq!(google["regularHours"]["periods"].as_array().unwrap().len(), 5);
    assert_eq!(google["openInfo"]["status"], "CLOSED_TEMPORARILY");
    assert_eq!(left, ["weeks", "department", "reason"]);
    api.clock.set("2026-12-02T15:00:00Z".parse().unwrap());
    assert_eq!(form("google").0["openInfo"]["status"], "OPEN");
}

#[test]
fn without_a_format_the_days_are_told_as_ever() {
    let api = Api::start();
    harbor(&api);
    let days = api.get("/v1/locations/harbor-lane/hours?from=2026-12-24&to=2026-12-25").json()["data"].clone();
    assert_eq!((days["days"].as_array().unwrap().len(), &days["timezone"]), (2, &json!("America/New_York")));
    let wrong = api.get("/v1/locations/harbor-lane/hours?format=ical").problem(400, "invalid_parameters");
    assert_eq!(
        (&wrong["errors"][0]["parameter"], &wrong["errors"][0]["code"]),
        (&json!("format"), &json!("bad_value"))
    );
    let both = api.get("/v1/locations/harbor-lane/hours?format=osm&from=2026-12-24").problem(400, "invalid_parameters");
    assert_eq!(both["errors"][0]["code"], "not_applicable");
    api.get("/v1/locations/nowhere/hours?format=osm").problem(404, "not_found");
    let first = api.get("/v1/locations/harbor-lane/hours?format=osm");
    let again =
        api.call("GET", "/v1/locations/harbor-lane/hours?format=osm").header("If-None-Match", first.etag()).send();
    assert_eq!(again.status, 304);
}

#[test]
fn a_location_without_hours_has_no_string_to_show() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let address =
        json!({"line1": "1 Quay", "city": "Riviera Beach", "region": "FL", "postal_code": "33404", "country": "US"});
    let made = api
        .call("POST", "/v1/admin/locations")
        .bearer(&token)
        .json(&json!({"name": "Quay", "address": address}))
        .send();
    assert_eq!(made.status, 201);
    let data = api.get("/v1/locations/quay/hours?format=osm").json()["data"].clone();
    assert_eq!(data, json!({"format": "osm", "value": null, "left_out": []}));
}
