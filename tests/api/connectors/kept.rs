//! What is no inquiry: kept without a readable word, seen by staff, tried again.

use chrono::Duration;
use serde_json::json;

use super::{KINDS, connect, delivered, is_taken, lead, only, read, rows, signed, signed_bytes, staff, start_at, text};
use crate::harness::{ADMIN, Api, FRONT_DESK, OWNER};

#[test]
fn a_lead_that_nobody_could_answer_is_kept_and_becomes_an_inquiry_once_the_mapping_is_right() {
    let api = Api::start();
    let connection = connect(&api, &json!({"kind": "generic"}));
    let body = json!({"who": "Qzcanary Person", "mobile": "+15615550142", "mail": "qzcanary at home"});
    for _ in 0..3 {
        delivered(&api, &connection, "msg_1", &body);
    }
    assert_eq!(rows(&api), 0);
    let list = staff(&api, "GET", &connection, "/deliveries").send();
    assert_eq!(list.status, 200, "{}", list.body);
    assert!(!list.body.to_lowercase().contains("qzcanary") && !list.body.contains("0142"), "{}", list.body);
    let list = list.json();
    assert_eq!((list["meta"]["total"].as_i64(), &list["data"][0]["reason"]), (Some(1), &json!("nobody_to_answer")));
    let codes: Vec<_> = list["data"][0]["mistakes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["target"].as_str().unwrap(), one["code"].as_str().unwrap()))
        .collect();
    assert_eq!(codes, [("email", "bad_email"), ("", "contact_required")]);
    assert_eq!(staff(&api, "GET", &connection, "").send().json()["data"]["waiting"], 1);
    let retry = format!("/deliveries/{}/retry", text(&list["data"][0], "id"));
    let still = staff(&api, "POST", &connection, &retry).send().json();
    assert_eq!((&still["data"]["state"], &still["data"]["reason"]), (&json!("kept"), &json!("nobody_to_answer")));
    let mapping = json!({"mapping": {"fields": {"phone": ["/phone", "/mobile"]}}});
    assert_eq!(staff(&api, "PATCH", &connection, "").json(&mapping).send().status, 200);
    let done = staff(&api, "POST", &connection, &retry).send();
    assert_eq!((done.status, &done.json()["data"]["state"]), (200, &json!("done")), "{}", done.body);
    let inquiry = only(&api);
    assert_eq!(
        (&inquiry["id"], &inquiry["status"], &inquiry["phone"]),
        (&done.json()["data"]["inquiry_id"], &json!("held"), &json!("+15615550142"))
    );
    assert_eq!(inquiry["spam_reasons"], json!(["incomplete"]));
    staff(&api, "POST", &connection, &retry).send().problem(409, "not_kept");
    // The service repeats itself after all this.
    delivered(&api, &connection, "msg_1", &body);
    assert_eq!(rows(&api), 1);
    let done = staff(&api, "GET", &connection, "/deliveries?state=done").send().json();
    assert_eq!(done["data"][0]["inquiry_id"], inquiry["id"]);
    let written = api.text("select string_agg(action || ' ' || actor_kind, ', ' order by id) from cms.audit_event where subject_type = 'integration_delivery'");
    assert!(
        written.starts_with("integration_delivery.create integration, integration_delivery.retry account"),
        "{written}"
    );
}

#[test]
fn signed_bytes_that_nobody_understands_are_kept_too() {
    let api = Api::start();
    let connection = connect(&api, &json!({"kind": "callrail"}));
    for body in [&b"{\"resource_id\": null}"[..], b"not json", b"\xff\xfe", b"not json"] {
        is_taken(&signed_bytes(&api, &connection, "", body).send());
    }
    assert_eq!(api.number("select count(*) from cms.integration_delivery where reason = 'unreadable'"), 3);
    let id = api.text("select id::text from cms.integration_delivery limit 1");
    let still = staff(&api, "POST", &connection, &format!("/deliveries/{id}/retry")).send().json();
    assert_eq!(still["data"]["reason"], "unreadable");
}

#[test]
fn a_body_that_a_strict_reader_refuses_is_an_inquiry_all_the_same() {
    let api = Api::start();
    for (index, kind) in KINDS.into_iter().enumerate() {
        let connection = connect(&api, &json!({"kind": kind}));
        let mut body = lead(kind, "1001");
        body["google_key"] = connection["secret"].clone();
        let body = body.to_string().replace("the left one", "the left \\ud83d one");
        let whole = body.strip_suffix('}').unwrap();
        let odd = b", \"size\": 1e400, \"odd\": \"Jos\xe9\", \"odd\": \"last\"}";
        let bytes = [&b"\xef\xbb\xbf"[..], whole.as_bytes(), odd].concat();
        is_taken(&signed_bytes(&api, &connection, "id", &bytes).send());
        assert_eq!(rows(&api), i64::try_from(index).unwrap() + 1, "{kind}");
    }
    assert_eq!(api.number("select count(*) from cms.integration_delivery"), 0);
}

#[test]
fn whoever_reads_inquiries_opens_what_is_kept_and_it_is_written_down() {
    let api = Api::start();
    let connection = connect(&api, &json!({"kind": "google_ads"}));
    let body =
        json!({"lead_id": "L-1", "user_column_data": [{"column_id": "FULL_NAME", "string_value": "Qzcanary Person"}]});
    delivered(&api, &connection, "", &body);
    let id = api.text("select id::text from cms.integration_delivery");
    let path = format!("/deliveries/{id}");
    let opened = staff(&api, "GET", &connection, &path).send();
    assert_eq!((opened.status, opened.header("cache-control")), (200, "no-store"), "{}", opened.body);
    assert!(!opened.body.contains(&text(&connection, "secret")), "the key of the connection is no part of it");
    let data = opened.json()["data"].clone();
    assert_eq!((&data["id"], &data["state"], &data["kind"]), (&json!(id), &json!("kept"), &json!("google_ads")));
    assert_eq!((&data["body"], &data["text"]), (&body, &json!(null)));
    let read =
        "select count(*) from cms.audit_event where action = 'integration_delivery.read' and subject_id is not null";
    assert_eq!(api.number(read), 1);
    let as_somebody = |who, of: &serde_json::Value| {
        let path = format!("/v1/admin/integrations/{}{path}", text(of, "id"));
        api.call("GET", &path).bearer(&api.sign_in(who)).send()
    };
    as_somebody(ADMIN, &connection).problem(403, "forbidden");
    as_somebody(FRONT_DESK, &connection).problem(404, "not_found");
    as_somebody(OWNER, &connect(&api, &json!({"kind": "meta"}))).problem(404, "not_found");
    assert_eq!(api.number(read), 1);
    let other = connect(&api, &json!({"kind": "typeform"}));
    is_taken(&signed_bytes(&api, &other, "", b"Qzcanary \xff words").send());
    let id = api.text("select id::text from cms.integration_delivery where reason = 'unreadable'");
    let opened = staff(&api, "GET", &other, &format!("/deliveries/{id}")).send().json()["data"].clone();
    assert_eq!((&opened["text"], &opened["body"]), (&json!("Qzcanary \u{fffd} words"), &json!(null)));
    api.seal();
    let path = "/v1/admin/breach-report?from=2020-01-01&until=2199-01-01";
    let report = api.call("GET", path).bearer(&api.sign_in(OWNER)).send().json()["data"].clone();
    assert_eq!((report["deliveries"].as_array().unwrap().len(), &report["certain"]), (2, &json!(0)), "{report}");
    assert!(report["duties"].to_string().contains("164.408"), "{report}");
}

#[test]
fn a_form_in_the_trash_loses_no_lead() {
    let api = Api::start();
    let owner = api.sign_in(crate::harness::OWNER);
    let form = api.call("POST", "/v1/admin/forms").bearer(&owner).json(&json!({"name": "Knees"})).send().json()["data"]
        .clone();
    let connection = connect(&api, &json!({"kind": "generic", "form": "knees"}));
    let path = format!("/v1/admin/forms/{}", text(&form, "id"));
    assert_eq!(api.call("DELETE", &path).bearer(&owner).header("If-Match", "*").send().status, 204);
    delivered(&api, &connection, "1", &json!({"mail": "a@mail.example"}));
    assert_eq!((rows(&api), api.text("select reason from cms.integration_delivery").as_str()), (0, "form_in_trash"));
    assert_eq!(api.call("POST", &format!("{path}/restore")).bearer(&owner).send().status, 200);
    let id = api.text("select id::text from cms.integration_delivery");
    let done = staff(&api, "POST", &connection, &format!("/deliveries/{id}/retry")).send().json();
    assert_eq!(read(&api, done["data"]["inquiry_id"].as_str().unwrap())["form"]["slug"], "knees");
}

#[test]
fn a_delivery_is_its_own_connections_alone_and_goes_with_its_retention() {
    let api = start_at("2026-03-02T12:00:00Z");
    let (connection, other) = (connect(&api, &json!({"kind": "generic"})), connect(&api, &json!({"kind": "generic"})));
    delivered(&api, &connection, "1", &json!({"who": "Nobody"}));
    let id = api.text("select id::text from cms.integration_delivery");
    staff(&api, "POST", &other, &format!("/deliveries/{id}/retry")).send().problem(404, "not_found");
    staff(&api, "POST", &connection, "/deliveries/x/retry").send().problem(404, "not_found");
    assert_eq!(staff(&api, "GET", &other, "/deliveries").send().json()["meta"]["total"], 0);
    staff(&api, "GET", &other, "/deliveries?state=lost").send().problem(400, "invalid_parameters");
    let clear = |api: &Api| {
        let now = api.clock.now();
        api.as_fetcher(async |fetching| fetching.clear(now).await.unwrap())
    };
    assert_eq!(clear(&api), 0);
    api.clock.set(api.clock.now() + Duration::days(731));
    assert_eq!((clear(&api), clear(&api)), (1, 0));
    assert_eq!(api.number("select count(*) from cms.audit_event where action = 'integration_delivery.purge'"), 1);
}

#[test]
fn pages_of_deliveries_walk_to_their_end() {
    let api = Api::start();
    let connection = connect(&api, &json!({"kind": "generic"}));
    for n in 0..5 {
        is_taken(&signed(&api, &connection, &n.to_string(), &json!({"who": n})).send());
    }
    let first = staff(&api, "GET", &connection, "/deliveries?limit=3").send().json();
    let cursor = first["meta"]["next_cursor"].as_str().unwrap();
    let second = staff(&api, "GET", &connection, &format!("/deliveries?limit=3&cursor={cursor}")).send().json();
    let ids = |page: &serde_json::Value| {
        page["data"].as_array().unwrap().iter().map(|one| text(one, "id")).collect::<Vec<_>>()
    };
    let mut all = [ids(&first), ids(&second)].concat();
    assert_eq!((ids(&first).len(), all.len()), (3, 5));
    all.dedup();
    assert_eq!(all.len(), 5);
}
