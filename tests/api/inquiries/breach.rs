//! Whose inquiries somebody saw, out of the audit trail.

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor};

use super::{inquiry, sent, with};
use crate::harness::{Api, FRONT_DESK, OWNER, Reply};

const DAYS: &str = "from=2020-01-01&until=2199-01-01";

fn report(api: &Api, token: &str, query: &str) -> Reply {
    api.call("GET", &format!("/v1/admin/breach-report?{query}")).bearer(token).send()
}

fn data(reply: &Reply) -> Value {
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()["data"].clone()
}

fn open(api: &Api, token: &str, receipt: &Value) {
    let path = format!("/v1/admin/inquiries/{}", receipt["id"].as_str().unwrap());
    assert_eq!(api.call("GET", &path).bearer(token).send().status, 200);
}

#[test]
fn who_was_read_is_certain_and_who_was_listed_is_possible() {
    let api = Api::start();
    let first = sent(&api, &inquiry());
    let second = sent(&api, &with(&json!({"full_name": "Ines Quill", "email": "ines@mail.example", "phone": null})));
    sent(&api, &inquiry());
    let token = api.sign_in(OWNER);
    open(&api, &token, &first);
    open(&api, &token, &first);
    api.seal();
    let only_read = data(&report(&api, &token, DAYS));
    assert_eq!(
        (&only_read["certain"], &only_read["possible"], &only_read["contacts"]),
        (&json!(1), &json!(0), &json!(1))
    );
    let seen = &only_read["inquiries"][0];
    assert_eq!((&seen["id"], &seen["certainty"], &seen["times"]), (&first["id"], &json!("certain"), &json!(2)));
    assert_eq!(seen["fields"], json!(["attachment_names", "consents", "details", "email", "message", "name", "phone"]));
    assert_eq!((&only_read["trail"]["intact"], &only_read["trail"]["problems"]), (&json!(true), &json!([])));
    assert!(only_read["trail"]["rows"].as_u64().unwrap() > 0);
    assert_eq!(api.call("GET", "/v1/admin/inquiries").bearer(&token).send().status, 200);
    let listed = data(&report(&api, &token, DAYS));
    assert_eq!((&listed["certain"], &listed["possible"], &listed["contacts"]), (&json!(1), &json!(2), &json!(2)));
    let ines = listed["inquiries"].as_array().unwrap().iter().find(|seen| seen["id"] == second["id"]).unwrap();
    assert_eq!((&ines["certainty"], &ines["fields"]), (&json!("possible"), &json!(["name"])));
    assert!(listed["duties"].to_string().contains("164.408"), "{listed}");
    for word in ["Wren", "mail.example", "crutches"] {
        assert!(!listed.to_string().contains(word));
    }
    let table = report(&api, &token, &format!("{DAYS}&format=csv"));
    assert_eq!((table.status, table.header("content-type")), (200, "text/csv; charset=utf-8"));
    assert!(
        table.body.starts_with("inquiry,certainty,fields,times,first_at,last_at\n") && table.body.lines().count() == 4
    );
}

#[test]
fn a_report_is_of_one_actor_one_session_and_one_time() {
    let api = Api::start();
    let receipt = sent(&api, &inquiry());
    let tokens = api.tokens(OWNER);
    let token = tokens["data"]["access_token"].as_str().unwrap();
    let desk = api.sign_in(FRONT_DESK);
    open(&api, token, &receipt);
    let owner = api.text("select id::text from cms.account where role = 'owner'");
    let other = api.text("select id::text from cms.account where role = 'front_desk'");
    assert_eq!(data(&report(&api, token, &format!("{DAYS}&actor={owner}")))["certain"], 1);
    assert_eq!(data(&report(&api, token, &format!("{DAYS}&actor={other}")))["certain"], 0);
    let session =
        api.text(&format!("select id::text from cms.session where account_id = '{owner}' order by id desc limit 1"));
    let of_session = data(&report(&api, token, &format!("{DAYS}&session={session}")));
    assert_eq!(
        (&of_session["certain"], &of_session["actor"], &of_session["session"]),
        (&json!(1), &json!(owner), &json!(session))
    );
    assert_eq!(data(&report(&api, token, "from=2020-01-01&until=2021-01-01"))["certain"], 0);
    report(&api, token, &format!("{DAYS}&session=01900000-0000-7000-8000-00000000ffff")).problem(404, "not_found");
    for wrong in [
        "",
        "from=2020-01-01",
        "from=2021-01-01&until=2020-01-01",
        &format!("{DAYS}&actor={owner}&session={session}"),
        &format!("{DAYS}&who=me"),
    ] {
        report(&api, token, wrong).problem(400, "invalid_parameters");
    }
    report(&api, &desk, DAYS).problem(403, "forbidden");
}

#[test]
fn a_report_says_where_the_trail_was_altered() {
    let api = Api::start();
    let receipt = sent(&api, &inquiry());
    let token = api.sign_in(OWNER);
    open(&api, &token, &receipt);
    api.seal();
    let hide = "alter table cms.audit_event disable trigger user;
                update cms.audit_event set subject_id = null, action = 'article.read' where action = 'inquiry.read';
                alter table cms.audit_event enable trigger user";
    api.as_owner(async |owner| owner.execute(AssertSqlSafe(hide)).await.map(drop).unwrap());
    let told = data(&report(&api, &token, DAYS));
    assert_eq!((&told["trail"]["intact"], &told["certain"]), (&json!(false), &json!(0)));
    assert!(told["trail"]["problems"][0].as_str().unwrap().contains("altered"), "{told}");
}

#[test]
fn rows_that_were_taken_out_of_the_middle_are_missed() {
    let api = Api::start();
    let receipt = sent(&api, &inquiry());
    let token = api.sign_in(OWNER);
    open(&api, &token, &receipt);
    api.call("GET", "/v1/admin/forms").bearer(&token).send();
    api.seal();
    let remove = "alter table cms.audit_event disable trigger user; alter table cms.audit_seal disable trigger user;
                  delete from cms.audit_seal where event_id in (select id from cms.audit_event where action = 'inquiry.read');
                  delete from cms.audit_event where action = 'inquiry.read';
                  alter table cms.audit_event enable trigger user; alter table cms.audit_seal enable trigger user";
    api.as_owner(async |owner| owner.execute(AssertSqlSafe(remove)).await.map(drop).unwrap());
    let told = data(&report(&api, &token, DAYS));
    assert_eq!(told["trail"]["intact"], false);
    assert!(told["trail"]["problems"].to_string().contains("removed"), "{told}");
}
