//! `/v1/admin/audit`: the trail as overseers read it, and take it with them.

use serde_json::{Value, json};

use crate::harness::{Api, EDITOR, OWNER};

/// A service in which both have done something; the owner's token.
fn with_work() -> (Api, String) {
    let api = Api::start();
    let editor = api.sign_in(EDITOR);
    let article = json!({"title": "Canary of a title", "body_markdown": "Canary of a body"});
    assert_eq!(api.call("POST", "/v1/admin/articles").bearer(&editor).json(&article).send().status, 201);
    for path in ["/v1/admin/articles", "/v1/admin/clinic", "/v1/admin/locations"] {
        assert_eq!(api.call("GET", path).bearer(&editor).send().status, 200);
    }
    let wrong = json!({"email": EDITOR.0, "password": "not the pass phrase at all"});
    assert_eq!(api.call("POST", "/v1/auth/login").json(&wrong).send().status, 401);
    let owner = api.sign_in(OWNER);
    (api, owner)
}

fn list(api: &Api, token: &str, query: &str) -> Value {
    let reply = api.call("GET", &format!("/v1/admin/audit?{query}")).bearer(token).send();
    assert_eq!((reply.status, reply.header("cache-control")), (200, "no-store"), "{}", reply.body);
    reply.json()
}

fn actions(page: &Value) -> Vec<&str> {
    page["data"].as_array().unwrap().iter().map(|event| event["action"].as_str().unwrap()).collect()
}

#[test]
fn an_owner_sees_who_did_what_newest_first_and_is_seen_doing_so() {
    let (api, owner) = with_work();
    let page = list(&api, &owner, "");
    assert_eq!(
        actions(&page),
        [
            "session.create",
            "session.refuse",
            "location.list",
            "clinic.read",
            "article.list",
            "article.create",
            "session.create",
        ]
    );
    let created = &page["data"][5];
    assert_eq!(created["actor"], json!({"kind": "account", "id": "01900000-0000-7000-8000-000000000002"}));
    assert_eq!(created["subject"]["type"], "article");
    assert!(created["request_id"].is_string() && created["position"].is_null() && created["fields"].is_array());
    api.seal();
    let again = list(&api, &owner, "");
    assert_eq!(actions(&again)[0], "audit.list", "reading the trail is in the trail");
    assert_eq!(again["data"][7]["position"], 1);
}

#[test]
fn the_trail_holds_names_of_fields_and_no_words() {
    let (api, owner) = with_work();
    let shown = list(&api, &owner, "limit=100").to_string();
    let exported = api.call("GET", "/v1/admin/audit/export").bearer(&owner).send().body;
    for secret in ["Canary", EDITOR.1, OWNER.1, EDITOR.0, "not the pass phrase", owner.as_str()] {
        assert!(!shown.contains(secret) && !exported.contains(secret), "{secret}");
    }
}

#[test]
fn filters_narrow_the_trail() {
    let (api, owner) = with_work();
    let editor = "01900000-0000-7000-8000-000000000002";
    let first = list(&api, &owner, "action=article.create")["data"][0].clone();
    let (at, request) = (first["at"].as_str().unwrap(), first["request_id"].as_str().unwrap());
    let subject = first["subject"]["id"].as_str().unwrap();
    let total = |query: &str| list(&api, &owner, query)["meta"]["total"].as_i64().unwrap();
    assert_eq!(total(&format!("actor={editor}")), 5);
    assert_eq!(total("actor=public"), 1);
    assert_eq!(total("actor=system"), 0);
    assert_eq!(total("action=article.create,article.list"), 2);
    assert_eq!(total("subject_type=session"), 2);
    assert_eq!(total(&format!("subject_id={subject}")), 1);
    assert_eq!(total(&format!("request_id={request}")), 1);
    assert_eq!(total(&format!("actor={editor}&from={at}")), 4);
    assert_eq!(total(&format!("actor={editor}&to={at}")), 1);
    let names = list(&api, &owner, "action=audit.list&limit=1")["data"][0]["fields"].clone();
    assert_eq!(names, json!(["actor", "to"]), "which filters were used is told, and not for what");
}

#[test]
fn a_cursor_walks_the_whole_trail_once() {
    let (api, owner) = with_work();
    let to = "2100-01-01";
    let mut seen = Vec::new();
    let mut page =
        list(&api, &owner, &format!("actor=account&action=session.create,article.list,article.create&limit=1&to={to}"));
    loop {
        seen.extend(page["data"].as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["meta"]["next_cursor"].as_str() else { break };
        let next =
            format!("actor=account&action=session.create,article.list,article.create&limit=1&to={to}&cursor={cursor}");
        page = list(&api, &owner, &next);
    }
    let mut once = seen.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!((seen.len(), once.len()), (4, 4), "{seen:?}");
}

#[test]
fn what_the_trail_does_not_know_is_refused() {
    let (api, owner) = with_work();
    for path in ["/v1/admin/audit", "/v1/admin/audit/export"] {
        for query in [
            "actr=public",
            "actor=somebody",
            "action=read",
            "action=Article.read",
            "subject_id=7",
            "from=soon",
            "to=",
            "mac=1",
            "fields=title",
        ] {
            let reply = api.call("GET", &format!("{path}?{query}")).bearer(&owner).send();
            assert!(reply.problem(400, "invalid_parameters")["errors"][0]["parameter"].is_string(), "{query}");
        }
    }
    api.call("GET", "/v1/admin/audit/export?format=csv").bearer(&owner).send().problem(400, "invalid_parameters");
    api.call("GET", "/v1/admin/audit/export?limit=5").bearer(&owner).send().problem(400, "invalid_parameters");
}

#[test]
fn nobody_without_the_right_reads_the_trail() {
    let (api, owner) = with_work();
    let editor = api.sign_in(EDITOR);
    for path in ["/v1/admin/audit", "/v1/admin/audit/export"] {
        api.get(path).problem(401, "unauthenticated");
        api.call("GET", path).bearer(&editor).send().problem(403, "forbidden");
        api.call("POST", path).bearer(&owner).json(&json!({})).send().problem(405, "method_not_allowed");
    }
}

#[test]
fn an_export_has_a_line_for_each_row_and_is_one_itself() {
    let (api, owner) = with_work();
    let reply = api.call("GET", "/v1/admin/audit/export").bearer(&owner).send();
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/x-ndjson"));
    assert!(reply.header("content-disposition").contains("audit.ndjson"));
    let lines: Vec<Value> = reply.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 7, "{}", reply.body);
    let listed = list(&api, &owner, "action=session.create,session.refuse")["data"].clone();
    assert_eq!(json!(&lines[..2]), json!([listed[0], listed[1]]), "a line is what the list shows");
    let page = list(&api, &owner, "action=audit.export");
    assert_eq!(actions(&page), ["audit.export"]);
    let none = api.call("GET", "/v1/admin/audit/export?to=2020-01-01").bearer(&owner).send();
    assert_eq!((none.status, none.body.as_str()), (200, ""));
}

#[test]
fn an_export_passes_over_no_row_between_its_parts() {
    let (api, owner) = with_work();
    super::add_rows(&api, 1_201);
    let reply = api.call("GET", "/v1/admin/audit/export?action=article.read").bearer(&owner).send();
    let mut ids: Vec<String> = reply
        .body
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned())
        .collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((count, ids.len()), (1_201, 1_201));
}

/// The elements that FHIR R4 asks of an `AuditEvent`, and the closed sets of codes.
#[track_caller]
fn check_resource(resource: &Value) {
    let coding = |coding: &Value| coding["system"].is_string() && coding["code"].is_string();
    assert_eq!(resource["resourceType"], "AuditEvent");
    assert!(coding(&resource["type"]), "{resource}");
    assert!(resource["subtype"].as_array().unwrap().iter().all(coding));
    assert!(["C", "R", "U", "D", "E"].contains(&resource["action"].as_str().unwrap()));
    assert!(["0", "4", "8", "12"].contains(&resource["outcome"].as_str().unwrap()));
    assert!(chrono::DateTime::parse_from_rfc3339(resource["recorded"].as_str().unwrap()).is_ok());
    let agents = resource["agent"].as_array().unwrap();
    assert!(!agents.is_empty() && agents.iter().all(|agent| agent["requestor"].is_boolean()));
    assert!(resource["source"]["observer"].is_object());
    for entity in resource["entity"].as_array().unwrap() {
        assert!(entity["what"].is_object() && coding(&entity["type"]));
        for detail in entity["detail"].as_array().into_iter().flatten() {
            assert!(detail["type"].is_string() && detail["valueString"].is_string());
        }
    }
    no_null(resource);
}

#[track_caller]
fn no_null(value: &Value) {
    match value {
        Value::Null => panic!("FHIR knows no null"),
        Value::Array(items) => {
            assert!(!items.is_empty(), "FHIR knows no empty array");
            items.iter().for_each(no_null);
        }
        Value::Object(members) => members.values().for_each(no_null),
        _ => {}
    }
}

#[test]
fn an_export_for_hospitals_is_fhir() {
    let (api, owner) = with_work();
    api.call("GET", "/v1/admin/inquiries").bearer(&api.sign_in(EDITOR)).send().problem(403, "forbidden");
    let reply = api.call("GET", "/v1/admin/audit/export?format=fhir").bearer(&owner).send();
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/fhir+ndjson"));
    let resources: Vec<Value> = reply.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(resources.len() >= 8);
    resources.iter().for_each(check_resource);
    let of = |action: &str| {
        let mut found = resources.iter().filter(|resource| resource["subtype"][0]["code"] == action);
        found.next().unwrap_or_else(|| panic!("{action} is missing")).clone()
    };
    assert_eq!((&of("article.create")["action"], &of("article.create")["outcome"]), (&json!("C"), &json!("0")));
    assert_eq!(of("session.refuse")["outcome"], "4");
    assert_eq!(
        of("article.create")["agent"][0]["who"]["identifier"]["value"],
        "urn:uuid:01900000-0000-7000-8000-000000000002"
    );
}

#[test]
fn an_inquiry_from_the_public_is_sealed_like_any_other_row() {
    let api = Api::start();
    let inquiry = json!({"kind": "general", "name": {"given": "Canary"}, "email": "canary@patient.example", "message": "Canary words"});
    let sent = api.call("POST", "/v1/inquiries").json(&inquiry).send();
    assert_eq!(sent.status, 201, "{}", sent.body);
    assert_eq!(api.seal(), 1);
    let report = api.verify(true);
    assert!(report.intact && report.rows == 1 && report.legacy == 0, "{report:?}");
}
