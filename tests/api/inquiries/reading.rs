//! What staff read, who may, and the trace that every reading leaves.

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor};

use super::{count, inquiry, noon, read, sent, with};
use crate::harness::{Api, EDITOR, OWNER, Reply};

fn list(api: &Api, token: &str, query: &str) -> Reply {
    api.call("GET", &format!("/v1/admin/inquiries{query}")).bearer(token).send()
}

/// The ids on a page that has to be a good one.
#[track_caller]
fn ids(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

fn id(receipt: &Value) -> String {
    receipt["id"].as_str().unwrap().to_owned()
}

#[test]
fn the_list_shows_who_wrote_and_never_what() {
    let api = Api::start();
    let receipt = sent(&api, &inquiry());
    let token = api.sign_in(OWNER);
    let reply = list(&api, &token, "");
    let row = reply.json()["data"][0].clone();
    let mut keys: Vec<_> = row.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    let expected = [
        "assignee",
        "due_at",
        "form",
        "id",
        "kind",
        "location",
        "name",
        "overdue",
        "priority",
        "received_at",
        "spam",
        "status",
    ];
    assert_eq!(keys, expected);
    assert_eq!((&row["id"], &row["name"], &row["status"]), (&receipt["id"], &json!("Wren Halloway"), &json!("new")));
    assert!(!reply.body.contains("crutches") && !reply.body.contains("mail.example"), "{}", reply.body);
    assert_eq!(reply.header("cache-control"), "no-store");
}

#[test]
fn the_detail_shows_everything() {
    let api = Api::start();
    let receipt = sent(&api, &inquiry());
    let token = api.sign_in(OWNER);
    let reply = api.call("GET", &format!("/v1/admin/inquiries/{}", id(&receipt))).bearer(&token).send();
    let data = reply.json()["data"].clone();
    assert_eq!(data["message"], inquiry()["message"]);
    assert_eq!((&data["email"], &data["phone"]), (&json!("Wren.Halloway@mail.example"), &json!("+15615550142")));
    assert_eq!((reply.header("cache-control"), &data["version"]), ("no-store", &json!(1)));
    assert!(reply.etag().starts_with('"'));
    for unknown in ["01900000-0000-7000-8000-00000000ffff", "not-an-id"] {
        api.call("GET", &format!("/v1/admin/inquiries/{unknown}")).bearer(&token).send().problem(404, "not_found");
    }
}

#[test]
fn every_reading_leaves_a_trace() {
    let api = Api::start();
    let receipt = sent(&api, &inquiry());
    let token = api.sign_in(OWNER);
    list(&api, &token, "?spam=false");
    list(&api, &token, "");
    let path = format!("/v1/admin/inquiries/{}", id(&receipt));
    let reply = api.call("GET", &path).bearer(&token).header("X-Request-Id", "the-front-desk-1").send();
    assert_eq!(reply.status, 200);
    let trace =
        "select actor_kind || ' ' || action || ' ' || subject_type || ' ' || coalesce(subject_id::text, '-') || ' '
                        || array_to_string(fields, ',') || ' ' || (actor_id = '01900000-0000-7000-8000-000000000001')
                   from cms.audit_event where action like 'inquiry.%' and actor_kind = 'account' order by at, id";
    let trace: Vec<String> = api.as_owner(async |owner| sqlx::query_scalar(trace).fetch_all(owner).await.unwrap());
    let read = format!("account inquiry.read inquiry {} {} true", id(&receipt), "");
    assert_eq!(trace, ["account inquiry.list inquiry - spam true", "account inquiry.list inquiry -  true", &read]);
    let named =
        "select count(*) from cms.audit_event where action = 'inquiry.read' and request_id = 'the-front-desk-1'";
    assert_eq!(count(&api, named), 1);
    assert_eq!(
        count(&api, "select count(*) from cms.audit_event where action = 'inquiry.submit' and actor_kind = 'public'"),
        1
    );
}

#[test]
fn nothing_is_shown_where_the_trace_cannot_be_written() {
    let api = Api::start();
    let receipt = sent(&api, &inquiry());
    let token = api.sign_in(OWNER);
    api.as_owner(async |owner| {
        owner.execute("revoke insert on cms.audit_event from cms_staff").await.unwrap();
    });
    for path in ["/v1/admin/inquiries".to_owned(), format!("/v1/admin/inquiries/{}", id(&receipt))] {
        let reply = api.call("GET", &path).bearer(&token).send();
        reply.problem(500, "internal");
        assert!(!reply.body.contains("Wren") && !reply.body.contains("audit"), "{}", reply.body);
    }
}

#[test]
fn who_may_not_read_inquiries_sees_none() {
    let api = Api::start();
    let receipt = sent(&api, &inquiry());
    let editor = api.sign_in(EDITOR);
    for path in [
        "/v1/admin/inquiries".to_owned(),
        format!("/v1/admin/inquiries/{}", id(&receipt)),
        "/v1/admin/inquiries/x".to_owned(),
    ] {
        api.call("GET", &path).bearer(&editor).send().problem(403, "forbidden");
        api.get(&path).problem(401, "unauthenticated");
    }
    api.get("/v1/inquiries").problem(405, "method_not_allowed");
    assert_eq!(count(&api, "select count(*) from cms.audit_event where action in ('inquiry.list', 'inquiry.read')"), 0);
}

#[test]
fn the_list_is_narrowed_by_status_and_place() {
    let api = Api::start();
    for (n, slug) in [(1, "harbor"), (2, "hilltop")] {
        let location = format!(
            "insert into cms.location (id, slug, name, address, timezone)
             values ('01900000-0000-7000-8000-0000000000a{n}', '{slug}', '{slug}', '{{\"country\": \"US\"}}', 'America/New_York')"
        );
        api.as_owner(async |owner| owner.execute(AssertSqlSafe(location)).await.map(drop).unwrap());
    }
    let nowhere = id(&sent(&api, &inquiry()));
    // A number without a country code belongs to the place that it is meant for.
    let harbor = id(&sent(&api, &with(&json!({"location": "harbor", "phone": "(561) 555-0142"}))));
    let hilltop = id(&sent(&api, &with(&json!({"location": "01900000-0000-7000-8000-0000000000a2"}))));
    let close = format!("update cms.inquiry set status = 'closed' where id = '{hilltop}'");
    api.as_owner(async |owner| owner.execute(AssertSqlSafe(close)).await.map(drop).unwrap());
    let token = api.sign_in(OWNER);
    let listed = |query: &str| ids(&list(&api, &token, query));
    assert_eq!(listed(""), [hilltop.as_str(), &harbor, &nowhere], "newest first");
    assert_eq!(listed("?status=new"), [harbor.as_str(), &nowhere]);
    assert_eq!(listed("?status=closed,scheduled"), [hilltop.as_str()]);
    assert_eq!(listed("?location=harbor"), [harbor.as_str()]);
    assert_eq!(listed("?location=harbor,01900000-0000-7000-8000-0000000000a2"), [hilltop.as_str(), &harbor]);
    assert_eq!(listed("?location=harbor&status=closed"), Vec::<String>::new());
    assert_eq!(read(&api, &json!({"id": harbor}))["location"]["slug"], "harbor");
    for (query, parameter) in [
        ("?status=nwe", "status"),
        ("?spam=maybe", "spam"),
        ("?q=wren", "q"),
        ("?email=wren@mail.example", "email"),
        ("?sort=name", "sort"),
        ("?status=new&status=closed", "status"),
        ("?limit=101", "limit"),
    ] {
        let problem = list(&api, &token, query).problem(400, "invalid_parameters");
        assert_eq!(problem["errors"][0]["parameter"], parameter, "{query}");
        assert!(!problem.to_string().contains("wren"), "{problem}");
    }
}

#[test]
fn a_walk_by_cursor_meets_each_inquiry_once() {
    let clock = noon();
    let api = Api::start_with(clock.clone(), &[("rate-limits", "off")]);
    // Two at each instant, so that the instant alone does not tell them apart.
    let start = clock.now();
    let mut sent_ids: Vec<String> = Vec::new();
    for pair in 0..4 {
        clock.set(start + chrono::Duration::seconds(pair));
        sent_ids.extend((0..2).map(|_| id(&sent(&api, &inquiry()))));
    }
    let token = api.sign_in(OWNER);
    let first = list(&api, &token, "?limit=3");
    assert_eq!((&first.json()["meta"]["total"], &first.json()["meta"]["pages"]), (&json!(8), &json!(3)));
    let (mut walked, mut page) = (ids(&first), first);
    while let Some(cursor) = page.json()["meta"]["next_cursor"].as_str().map(str::to_owned) {
        if walked.len() == 3 {
            clock.set(start + chrono::Duration::seconds(60));
            sent(&api, &inquiry());
        }
        page = list(&api, &token, &format!("?limit=3&cursor={cursor}"));
        walked.extend(ids(&page));
    }
    let instants: Vec<usize> =
        walked.iter().map(|id| sent_ids.iter().position(|sent| sent == id).unwrap() / 2).collect();
    assert_eq!(instants, [3, 3, 2, 2, 1, 1, 0, 0], "newest first, and what came later does not shift the walk");
    walked.sort();
    sent_ids.sort();
    assert_eq!(walked, sent_ids);
    let cursor = list(&api, &token, "?limit=3").json()["meta"]["next_cursor"].as_str().unwrap().to_owned();
    for query in
        [format!("?status=new&cursor={cursor}"), format!("?page=2&cursor={cursor}"), format!("?cursor=x{cursor}")]
    {
        list(&api, &token, &query).problem(400, "invalid_parameters");
    }
}
