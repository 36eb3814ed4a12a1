//! Lead ads of Meta: the challenge, several leads in a call, and fields that are fetched later.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

use chrono::Duration;
use clinic_cms::inquiries::FetchRound;
use serde_json::{Value, json};

use super::{answer, at, connect, delivered, lead, only, rows, staff, text};
use crate::harness::Api;

/// The Graph API on loopback: what it knows of leads, and what it was asked.
#[derive(Clone)]
struct Graph {
    url: String,
    known: Arc<Mutex<BTreeMap<String, (u16, Value)>>>,
    asked: Arc<Mutex<Vec<(String, String)>>>,
}

impl Graph {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v21.0", listener.local_addr().unwrap());
        let graph = Self { url, known: Arc::default(), asked: Arc::default() };
        let serving = graph.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                serving.answer(&stream);
            }
        });
        graph
    }

    fn knows(&self, id: &str, status: u16, body: Value) {
        self.known.lock().unwrap().insert(id.to_owned(), (status, body));
    }

    fn answer(&self, mut stream: &TcpStream) {
        let lines: Vec<String> =
            BufReader::new(stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
        let Some(target) = lines.first().and_then(|line| line.split(' ').nth(1)).map(str::to_owned) else { return };
        let bearer = lines
            .iter()
            .find_map(|line| line.to_lowercase().strip_prefix("authorization: bearer ").map(|_| line[22..].to_owned()));
        self.asked.lock().unwrap().push((target.clone(), bearer.unwrap_or_default()));
        let id = target.split(['?', '/']).nth(2).unwrap_or_default();
        let (status, body) =
            self.known.lock().unwrap().get(id).cloned().unwrap_or((404, json!({"error": {"code": 100}})));
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 {status} Said\r\nLocation: /v21.0/63\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        let _ = stream.write_all(format!("{head}{body}").as_bytes());
    }
}

fn notice(ids: &[&str]) -> Value {
    let change = |id: &&str| json!({"field": "leadgen", "value": {"leadgen_id": id, "page_id": "9", "form_id": "8", "created_time": 1_772_452_800}});
    json!({"object": "page", "entry": ids.iter().map(|id| json!({"id": "9", "time": 1, "changes": [change(id)]})).collect::<Vec<_>>()})
}

fn told(name: &str, email: &str) -> Value {
    json!({"id": "1", "created_time": "2026-03-02T12:00:00+0000", "field_data": [
        {"name": "full_name", "values": [name]}, {"name": "email", "values": [email]}, {"name": "which_knee?", "values": ["left", "right"]}]})
}

fn with_graph() -> (Api, Graph) {
    let graph = Graph::start();
    let settings =
        [("rate-limits", "off"), ("meta-graph-url", graph.url.as_str()), ("webhook-networks", "127.0.0.0/8")];
    let api = Api::start_with(at("2026-03-02T12:00:00Z"), &settings);
    (api, graph)
}

fn round(done: usize, postponed: usize, kept: usize) -> FetchRound {
    FetchRound { done, postponed, kept }
}

#[test]
fn the_challenge_is_answered_to_whoever_knows_the_verify_token() {
    let api = Api::start();
    let connection = connect(&api, &json!({"kind": "meta"}));
    let (path, token) = (super::address(&connection), text(&connection, "verify_token"));
    let ask = |mode: &str, token: &str| {
        api.get(&format!("{path}?hub.mode={mode}&hub.verify_token={token}&hub.challenge=1158201444"))
    };
    let reply = ask("subscribe", &token);
    assert_eq!((reply.status, reply.body.as_str()), (200, "1158201444"));
    assert!(reply.header("content-type").starts_with("text/plain"));
    ask("subscribe", "wrong-token-entirely").problem(401, "unauthenticated");
    ask("unsubscribe", &token).problem(401, "unauthenticated");
    api.get(&path).problem(401, "unauthenticated");
    api.get(&format!("{path}?hub.mode=subscribe&hub.mode=subscribe")).problem(400, "invalid_parameters");
}

#[test]
fn leads_with_their_fields_are_taken_directly_and_one_that_nobody_could_answer_loses_no_other() {
    let api = Api::start();
    let connection = connect(&api, &json!({"kind": "meta"}));
    let mut body = lead("meta", "11");
    let nobody = json!({"field": "leadgen", "value": {"leadgen_id": "12", "field_data": [{"name": "city", "values": ["Jupiter"]}]}});
    let other = lead("meta", "13")["entry"][0].clone();
    body["entry"][0]["changes"].as_array_mut().unwrap().insert(0, nobody);
    body["entry"].as_array_mut().unwrap().push(other);
    delivered(&api, &connection, "", &body);
    delivered(&api, &connection, "", &body);
    assert_eq!(
        (rows(&api), api.number("select count(*) from cms.integration_delivery where reason = 'nobody_to_answer'")),
        (2, 1)
    );
}

#[test]
fn what_cannot_be_read_of_a_call_takes_no_readable_lead_with_it() {
    let api = Api::start();
    let connection = connect(&api, &json!({"kind": "meta"}));
    let mut body = lead("meta", "77771");
    let odd = |value: Value| json!({"changes": [{"field": "leadgen", "value": value}]});
    let entries = body["entry"].as_array_mut().unwrap();
    entries.insert(0, odd(json!({"leadgen_id": "abc", "note": "qzcanary"})));
    entries.push(odd(json!({})));
    delivered(&api, &connection, "", &body);
    delivered(&api, &connection, "", &body);
    assert_eq!(only(&api)["email"], "wren@mail.example");
    let kept = staff(&api, "GET", &connection, "/deliveries").send();
    assert!(!kept.body.contains("qzcanary"), "{}", kept.body);
    let kept = kept.json()["data"].as_array().unwrap().clone();
    assert_eq!(kept.iter().map(|one| one["reason"].clone()).collect::<Vec<_>>(), ["unreadable", "unreadable"]);
    let opened: Vec<Value> = kept
        .iter()
        .map(|one| staff(&api, "GET", &connection, &format!("/deliveries/{}", text(one, "id"))).send().json())
        .collect();
    let said = |opened: &Value| opened["data"]["body"]["entry"][0]["changes"][0]["value"]["note"] == "qzcanary";
    assert_eq!(opened.iter().filter(|one| said(one)).count(), 1, "{opened:?}");
    let dry = json!({"payload": body});
    let tried = staff(&api, "POST", &connection, "/dry-runs").json(&dry).send().json()["data"]["leads"].clone();
    let outcomes: Vec<_> = tried.as_array().unwrap().iter().map(|one| one["outcome"].clone()).collect();
    assert_eq!(outcomes, ["kept", "new", "kept"]);
}

#[test]
fn a_lead_that_is_told_of_by_its_id_is_stored_first_and_fetched_then() {
    let (api, graph) = with_graph();
    let connection = connect(&api, &json!({"kind": "meta", "access_token": "page-token-of-meta"}));
    graph.knows("21", 200, told("Ada Lane", "ada@mail.example"));
    delivered(&api, &connection, "", &notice(&["21"]));
    delivered(&api, &connection, "", &notice(&["21"]));
    assert_eq!(
        (rows(&api), api.number("select count(*) from cms.integration_delivery where state = 'fetching'")),
        (0, 1)
    );
    assert_eq!(graph.asked.lock().unwrap().len(), 0, "nobody is asked while Meta waits");
    assert_eq!(api.fetch_leads(), round(1, 0, 0));
    assert_eq!(api.fetch_leads(), round(0, 0, 0));
    let inquiry = only(&api);
    assert_eq!((&inquiry["name"], &inquiry["email"]), (&json!("Ada Lane"), &json!("ada@mail.example")));
    assert_eq!(
        (answer(&inquiry, "which_knee?").as_deref(), answer(&inquiry, "form_id").as_deref()),
        (Some("left, right"), Some("8"))
    );
    let asked = graph.asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 1);
    assert!(asked[0].0.starts_with("/v21.0/21?fields=") && asked[0].0.contains("&appsecret_proof="), "{}", asked[0].0);
    assert_eq!(asked[0].1, "page-token-of-meta");
    assert!(!asked[0].0.contains("page-token"), "the token is in no address");
    assert_eq!(api.number("select count(*) from cms.integration_delivery where state = 'done' and sealed is null and inquiry_id is not null"), 1);
    // A relay that tells the same lead with its fields changes nothing.
    delivered(&api, &connection, "", &lead("meta", "21"));
    assert_eq!(rows(&api), 1);
}

#[test]
fn a_lead_is_not_asked_for_within_the_house_nor_where_an_answer_leads() {
    let graph = Graph::start();
    let settings = [("rate-limits", "off"), ("meta-graph-url", graph.url.as_str())];
    let api = Api::start_with(at("2026-03-02T12:00:00Z"), &settings);
    let connection = connect(&api, &json!({"kind": "meta", "access_token": "page-token-of-meta"}));
    delivered(&api, &connection, "", &notice(&["61"]));
    assert_eq!(api.fetch_leads(), round(0, 1, 0));
    assert_eq!(api.text("select reason from cms.integration_delivery"), "no_address");
    assert!(graph.asked.lock().unwrap().is_empty(), "no connection is made, so no token leaves");
    let (api, graph) = with_graph();
    let connection = connect(&api, &json!({"kind": "meta", "access_token": "page-token-of-meta"}));
    graph.knows("62", 302, json!({}));
    delivered(&api, &connection, "", &notice(&["62"]));
    assert_eq!(api.fetch_leads(), round(0, 1, 0));
    assert_eq!(api.text("select reason from cms.integration_delivery"), "http_302");
    assert_eq!(graph.asked.lock().unwrap().len(), 1);
}

#[test]
fn what_cannot_be_fetched_is_asked_for_again_and_then_waits_for_staff() {
    let (api, graph) = with_graph();
    let connection = connect(&api, &json!({"kind": "meta"}));
    delivered(&api, &connection, "", &notice(&["31"]));
    assert_eq!(api.fetch_leads(), round(0, 1, 0), "there is no token yet");
    assert_eq!(api.text("select reason from cms.integration_delivery"), "no_access_token");
    let body = json!({"use": "access_token", "secret": "page-token-of-meta"});
    let token = staff(&api, "POST", &connection, "/secret").json(&body).send();
    assert_eq!((token.status, &token.json()["data"]["secret"]), (200, &json!(null)), "what was brought is not shown");
    graph.knows("31", 400, json!({"error": {"code": 190, "message": "qzcanary"}}));
    assert_eq!(api.fetch_leads(), round(0, 0, 0), "not before its time");
    api.clock.set(api.clock.now() + Duration::minutes(1));
    assert_eq!(api.fetch_leads(), round(0, 1, 0));
    assert_eq!(api.text("select reason from cms.integration_delivery"), "http_400");
    api.clock.set(api.clock.now() + Duration::days(3));
    assert_eq!(api.fetch_leads(), round(0, 0, 1));
    let list = staff(&api, "GET", &connection, "/deliveries").send().json();
    assert_eq!((&list["data"][0]["state"], &list["data"][0]["reason"]), (&json!("kept"), &json!("http_400")));
    graph.knows("31", 200, told("Ada Lane", "ada@mail.example"));
    let retry = format!("/deliveries/{}/retry", text(&list["data"][0], "id"));
    let retried = staff(&api, "POST", &connection, &retry).send();
    assert_eq!((retried.status, &retried.json()["data"]["state"]), (200, &json!("fetching")), "{}", retried.body);
    assert_eq!(api.fetch_leads(), round(1, 0, 0));
    assert_eq!(only(&api)["name"], "Ada Lane");
}

#[test]
fn a_fetched_lead_that_nobody_could_answer_keeps_its_fields_for_another_mapping() {
    let (api, graph) = with_graph();
    let connection = connect(&api, &json!({"kind": "meta", "access_token": "page-token-of-meta"}));
    graph.knows("41", 200, json!({"id": "41", "field_data": [{"name": "mobile", "values": ["+15615550142"]}]}));
    delivered(&api, &connection, "", &notice(&["41"]));
    assert_eq!(api.fetch_leads(), round(0, 0, 1));
    let id = api.text("select id::text from cms.integration_delivery where reason = 'nobody_to_answer'");
    let mapping = json!({"mapping": {"fields": {"phone": "mobile"}}});
    assert_eq!(staff(&api, "PATCH", &connection, "").json(&mapping).send().status, 200);
    let retried = staff(&api, "POST", &connection, &format!("/deliveries/{id}/retry")).send();
    assert_eq!((retried.status, &retried.json()["data"]["state"]), (200, &json!("done")), "{}", retried.body);
    assert_eq!(only(&api)["phone"], "+15615550142");
    assert_eq!(graph.asked.lock().unwrap().len(), 1, "it was not asked for again");
}

#[test]
fn an_answer_that_is_none_fails_nothing() {
    let (api, graph) = with_graph();
    let connection = connect(&api, &json!({"kind": "meta", "access_token": "page-token-of-meta"}));
    for (id, body) in [
        ("51", json!({"field_data": "x"})),
        ("52", json!([])),
        ("53", json!("x")),
        ("54", json!({"field_data": [7, {"name": 1}]})),
    ] {
        graph.knows(id, 200, body);
        delivered(&api, &connection, "", &notice(&[id]));
    }
    let mut ends = FetchRound::default();
    for _ in 0..3 {
        let end = api.fetch_leads();
        ends = round(ends.done + end.done, ends.postponed + end.postponed, ends.kept + end.kept);
    }
    assert_eq!((ends, rows(&api)), (round(0, 3, 1), 0));
}
