//! Who is let in: whoever signs, and nobody else.

use serde_json::{Value, json};

use super::{
    KINDS, address, connect, delivered, is_taken, lead, only, read, rows, signed, signed_bytes, start_at, text,
    unsigned,
};
use crate::harness::{Api, Reply};

/// Turned away in the one way, whatever was wrong.
#[track_caller]
fn is_refused(reply: &Reply) -> Value {
    let mut problem = reply.problem(401, "unauthenticated");
    problem["request_id"] = Value::Null;
    problem
}

#[test]
fn each_service_is_taken_with_its_signature_and_refused_without_or_with_another_or_over_another_body() {
    let api = Api::start();
    let mut said = Vec::new();
    for kind in KINDS {
        let connection = connect(&api, &json!({"kind": kind}));
        let body = lead(kind, "1001");
        let bytes = body.to_string().into_bytes();
        said.push(is_refused(&unsigned(&api, &connection, &bytes).send()));
        let mut other = connection.clone();
        other["secret"] = json!(if kind == "generic" {
            "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
        } else {
            "another-secret-entirely"
        });
        said.push(is_refused(&signed(&api, &other, "id", &body).send()));
        if kind != "google_ads" {
            let altered = String::from_utf8(bytes.clone()).unwrap().replace("Wren", "Wrem").into_bytes();
            let honest = signed_bytes(&api, &connection, "id", &bytes);
            said.push(is_refused(&honest.bytes(altered).send()));
        }
        assert_eq!(rows(&api), 0, "{kind}");
        delivered(&api, &connection, "id", &body);
        let inquiry = only(&api);
        assert_eq!(
            (&inquiry["source"], &inquiry["status"], &inquiry["name"]),
            (&json!(kind), &json!("new"), &json!("Wren Halloway")),
            "{inquiry}"
        );
        let told = inquiry["answers"].to_string() + inquiry["message"].as_str().unwrap_or_default();
        assert!(told.contains("the left one") || kind == "callrail", "{kind}: {told}");
        api.as_owner(async |owner| {
            for statement in ["delete from cms.consent", "delete from cms.inquiry"] {
                let _ = sqlx::query(statement).execute(&mut *owner).await;
            }
        });
        if rows(&api) > 0 {
            return each_alone(&api, said);
        }
    }
    assert!(said.windows(2).all(|pair| pair[0] == pair[1]), "{said:?}");
}

/// Where the database keeps inquiries from being deleted, each kind has a database of its own.
#[expect(clippy::needless_pass_by_value, reason = "its caller has no other use for them")]
fn each_alone(_: &Api, said: Vec<Value>) {
    assert!(said.windows(2).all(|pair| pair[0] == pair[1]), "{said:?}");
    for kind in &KINDS[1..] {
        let api = Api::start();
        let connection = connect(&api, &json!({"kind": kind}));
        delivered(&api, &connection, "id", &lead(kind, "1001"));
        assert_eq!(only(&api)["source"], *kind);
    }
}

#[test]
fn an_unknown_address_and_another_services_are_refused_like_a_bad_signature() {
    let api = Api::start();
    let connection = connect(&api, &json!({"kind": "typeform"}));
    let body = lead("typeform", "1").to_string();
    let bad = is_refused(&unsigned(&api, &connection, body.as_bytes()).send());
    let key = text(&connection, "key");
    let changed: String = key.chars().rev().collect();
    for path in [
        "/v1/integrations/typeform/x".to_owned(),
        format!("/v1/integrations/typeform/{changed}"),
        format!("/v1/integrations/generic/{key}"),
        format!("/v1/integrations/typeform/{key}A"),
        format!("/v1/integrations/typeform/{}", "%00".repeat(20)),
    ] {
        let reply = api.call("POST", &path).bytes(body.as_str()).send();
        assert_eq!(is_refused(&reply), bad, "{path}");
    }
    api.call("POST", &format!("/v1/integrations/nobody/{key}")).bytes("{}").send().problem(404, "not_found");
    api.get(&address(&connection)).problem(404, "not_found");
    assert_eq!(api.call("PUT", &address(&connection)).send().status, 405);
    let refusals = "select count(*) from cms.audit_event where action = 'integration.refuse' and actor_kind = 'public'";
    assert_eq!(api.number(refusals), 6, "each refusal is written down");
}

#[test]
fn ten_deliveries_at_once_and_ten_after_them_are_one_inquiry() {
    for kind in KINDS {
        let api = Api::start();
        let connection = connect(&api, &json!({"kind": kind}));
        let body = lead(kind, "1001");
        std::thread::scope(|scope| {
            let calls: Vec<_> =
                (0..10).map(|_| scope.spawn(|| signed(&api, &connection, "id", &body).send())).collect();
            for call in calls {
                is_taken(&call.join().unwrap());
            }
        });
        for _ in 0..10 {
            delivered(&api, &connection, "id", &body);
        }
        let inquiry = only(&api);
        assert_eq!(inquiry["version"], 1, "{kind}: nothing new was told");
        let written =
            "select count(*) from cms.audit_event where action = 'inquiry.submit' and actor_kind = 'integration'";
        assert_eq!(
            (api.number(written), api.number("select count(*) from cms.outbox_event where kind = 'inquiry.received'")),
            (1, 1)
        );
        delivered(&api, &connection, "other", &lead(kind, "1002"));
        assert_eq!(rows(&api), 2, "{kind}: another one is another inquiry");
    }
}

#[test]
fn the_same_id_of_two_connections_is_two_inquiries() {
    let api = Api::start();
    for _ in 0..2 {
        let connection = connect(&api, &json!({"kind": "typeform"}));
        delivered(&api, &connection, "", &lead("typeform", "same"));
    }
    assert_eq!(rows(&api), 2);
}

#[test]
fn whatever_is_sent_is_never_a_failure_of_ours() {
    let api = Api::start();
    let bodies: [&[u8]; 9] = [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe",
        b"{\"a\":1,\"a\":2}",
        b"\"x\"",
        b"{\"lead_id\":{},\"entry\":7,\"resource_id\":[]}",
        b"1e400",
    ];
    for kind in KINDS {
        let connection = connect(&api, &json!({"kind": kind}));
        for body in bodies {
            is_refused(&unsigned(&api, &connection, body).send());
            let reply = signed_bytes(&api, &connection, "id", body).send();
            if kind == "google_ads" {
                is_refused(&reply);
            } else {
                is_taken(&reply);
            }
        }
        let deep = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
        assert!([200, 401].contains(&signed_bytes(&api, &connection, "deep", &deep).send().status));
        let long = format!("\"{}\"", "x".repeat(257 * 1024));
        signed_bytes(&api, &connection, "long", long.as_bytes()).send().problem(413, "too_large");
    }
    assert_eq!(rows(&api), 0);
}

#[test]
fn a_connection_that_is_off_or_in_the_trash_takes_nothing_until_it_is_back() {
    let api = Api::start();
    let connection = connect(&api, &json!({"kind": "typeform"}));
    let send = || signed(&api, &connection, "", &lead("typeform", "1")).send();
    assert_eq!(super::staff(&api, "PATCH", &connection, "").json(&json!({"enabled": false})).send().status, 200);
    is_refused(&send());
    assert_eq!(super::staff(&api, "PATCH", &connection, "").json(&json!({"enabled": true})).send().status, 200);
    assert_eq!(super::staff(&api, "DELETE", &connection, "").send().status, 204);
    is_refused(&send());
    assert_eq!(super::staff(&api, "POST", &connection, "/restore").send().status, 200);
    is_taken(&send());
    assert_eq!(rows(&api), 1);
}

#[test]
fn an_address_that_is_refused_again_and_again_is_slowed_down_and_whoever_signs_is_not() {
    let api = Api::start_with(clinic_cms::clock::Clock::system(), &[("rate-limits", "login=3/60")]);
    let connection = connect(&api, &json!({"kind": "callrail"}));
    let mut seen = Vec::new();
    for _ in 0..6 {
        seen.push(unsigned(&api, &connection, b"{}").send().status);
    }
    assert_eq!((seen[0], seen[5]), (401, 429), "{seen:?}");
    for n in 0..5 {
        delivered(&api, &connection, "", &lead("callrail", &format!("CAL{n}")));
    }
    assert_eq!(rows(&api), 5);
}

#[test]
fn a_lead_goes_where_its_connection_says_and_what_it_names_itself_comes_first() {
    let api = start_at("2026-03-02T12:00:00Z");
    let editor = api.sign_in(crate::harness::EDITOR);
    crate::providers::add_location(&api, &editor, "Harbor Lane");
    crate::providers::add_location(&api, &editor, "Mill Road");
    let mapping = json!({"fields": {"email": "/mail", "location": "/where", "message": "/words"}});
    let connection = connect(&api, &json!({"kind": "generic", "location": "harbor-lane", "mapping": mapping}));
    for (id, place) in [("1", json!("mill-road")), ("2", json!("nowhere")), ("3", json!(null))] {
        delivered(&api, &connection, id, &json!({"mail": format!("{id}@mail.example"), "where": place}));
    }
    let ids = api.text("select string_agg(id::text, ' ' order by id) from cms.inquiry");
    let found: Vec<Value> = ids.split(' ').map(|id| read(&api, id)).collect();
    let places: Vec<_> = found.iter().map(|inquiry| inquiry["location"]["slug"].as_str().unwrap_or("none")).collect();
    assert_eq!(places, ["mill-road", "harbor-lane", "harbor-lane"]);
    assert_eq!(super::answer(&found[1], "location").as_deref(), Some("nowhere"), "what names no place is kept");
}
