//! `keys`: the signing keys listed, rotated and retired from the command line, beside a running service.

use std::fs;

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::{
    program::{Ground, Service, await_that},
    web::Client,
};

fn kids(service: &Service) -> Vec<String> {
    let shown = service.client().get("/.well-known/jwks.json").good();
    shown["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// Who holds the access token of an answer.
fn holder(service: &Service, tokens: &Value) -> Client {
    Client::with_token(&service.base, tokens["data"]["access_token"].as_str().unwrap())
}

fn header(tokens: &Value) -> Value {
    let encoded = tokens["data"]["access_token"].as_str().unwrap().split('.').next().unwrap();
    serde_json::from_slice(&data_encoding::BASE64URL_NOPAD.decode(encoded.as_bytes()).unwrap()).unwrap()
}

fn signing(listed: &Value) -> Vec<(String, bool)> {
    let keys = listed.as_array().unwrap().iter().filter(|key| key["use"] == "signing");
    keys.map(|key| (key["kid"].as_str().unwrap().to_owned(), key["current"].as_bool().unwrap())).collect()
}

#[test]
fn a_running_service_takes_up_a_rotation_and_drops_a_retired_key() {
    let ground = Ground::new();
    let service = ground.serve(&["--demo", "--require-mfa", "off"]);
    let (email, password) = service.owner();
    let before = service.client().sign_in((&email, &password)).good();
    let [old] = kids(&service).try_into().expect("one key");
    let new = ground.json(&["keys", "rotate", "--json"])["kid"].as_str().unwrap().to_owned();
    await_that("the new key is shown", || (kids(&service) == [old.clone(), new.clone()]).then_some(()));
    assert_eq!(holder(&service, &before).get("/v1/auth/me").status, 200, "nobody was logged out");
    let after = service.client().sign_in((&email, &password)).good();
    assert_eq!((&header(&before)["kid"], &header(&after)["kid"]), (&json!(old), &json!(new)));
    assert_eq!(ground.json(&["keys", "retire", &old, "--json"]), json!({"kid": old}));
    await_that("the old token is refused", || {
        (holder(&service, &before).get("/v1/auth/me").status == 401).then_some(())
    });
    assert_eq!(kids(&service), [new.as_str()]);
    assert_eq!(holder(&service, &after).get("/v1/auth/me").status, 200);
    let refresh = json!({"refresh_token": before["data"]["refresh_token"]});
    let refreshed = service.client().post("/v1/auth/refresh", &[], &refresh).unwrap().good();
    assert_eq!(holder(&service, &refreshed).get("/v1/auth/me").status, 200, "the session goes on");
    let noted = holder(&service, &after).get("/v1/admin/audit?action=key.rotate,key.retire").good();
    let actions: Vec<_> = noted["data"].as_array().unwrap().iter().map(|row| row["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["key.retire", "key.rotate"]);
    ground.run(&["audit", "verify"]).with(0, &["the audit trail is intact"]);
    service.stop(Signal::SIGTERM).with(0, &[]);
}

#[test]
fn keys_are_listed_without_any_part_of_a_secret() {
    let ground = Ground::new();
    ground.run(&["keys", "rotate"]).with(0, &["signs from now on"]);
    let listed = ground.run(&["keys", "list"]).with(0, &["KID", "signing", "encryption", "yes"]);
    let as_json = ground.run(&["keys", "list", "--json"]).with(0, &["fingerprint", "created_at"]);
    for file in fs::read_dir(ground.data_dir().join("keys")).unwrap().map(Result::unwrap) {
        let content = fs::read_to_string(file.path()).unwrap();
        for secret in content.lines().filter(|line| line.len() >= 40 && !line.contains(' ')) {
            assert!(!listed.stdout.contains(secret) && !as_json.stdout.contains(secret), "{:?}", file.file_name());
        }
    }
    assert_eq!(ground.processes(), Vec::<i32>::new(), "a command stops the database that it started");
}

#[test]
fn what_must_not_be_retired_is_told_and_kept() {
    let ground = Ground::new();
    let before = ground.json(&["keys", "list", "--json"]);
    let [(current, true)] = &signing(&before)[..] else { panic!("{before}") };
    ground.run(&["keys", "retire", current]).with(1, &["is the current one", "clinic-cms keys rotate"]);
    for unknown in ["0009-nope", "../purpose", "index"] {
        ground.run(&["keys", "retire", unknown]).with(1, &["there is no signing key of this name"]);
    }
    ground.run(&["keys", "rotate", "--to", "0009-nope"]).with(1, &["there is no signing key of this name"]);
    ground.run(&["keys", "retire"]).with(2, &["<KID>"]);
    assert_eq!(ground.json(&["keys", "list", "--json"]), before);
}

#[test]
fn a_key_can_be_added_first_and_used_when_every_node_has_it() {
    let ground = Ground::new();
    let added = ground.json(&["keys", "rotate", "--prepare", "--json"]);
    let kid = added["kid"].as_str().unwrap();
    assert_eq!(added["current"], false);
    let listed = signing(&ground.json(&["keys", "list", "--json"]));
    assert_eq!(listed.iter().map(|(_, current)| *current).collect::<Vec<_>>(), [true, false]);
    assert_eq!(ground.json(&["keys", "rotate", "--to", kid, "--json"]), json!({"kid": kid, "current": true}));
    let listed = signing(&ground.json(&["keys", "list", "--json"]));
    assert_eq!(listed.last(), Some(&(kid.to_owned(), true)));
    ground.run(&["keys", "rotate", "--prepare", "--to", kid]).with(2, &["cannot be used with"]);
}

fn encryption(listed: &Value) -> Vec<(String, bool, i64)> {
    let keys = listed.as_array().unwrap().iter().filter(|key| key["use"] == "encryption");
    let row =
        |key: &Value| (key["kid"].as_str().unwrap().to_owned(), key["current"] == true, key["rows"].as_i64().unwrap());
    keys.map(row).collect()
}

fn letter(number: usize) -> Value {
    json!({"full_name": format!("Sender {number}"), "email": format!("sender.{number}@mail.example"),
           "message": format!("This is what sender {number} wrote.")})
}

#[test]
fn every_data_key_is_wrapped_anew_while_people_write_and_staff_read() {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    let ground = Ground::new();
    let service = ground.serve(&["--demo", "--rate-limits", "off"]);
    let staff = service.signed_in(&service.owner());
    let client = service.client();
    let (posted, read, stop) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    let post = || {
        let number = posted.fetch_add(1, Ordering::Relaxed);
        let reply = client.post("/v1/inquiries", &[], &letter(number)).unwrap();
        assert_eq!(reply.status, 201, "{}", reply.body);
        reply.json()["data"]["id"].as_str().unwrap().to_owned()
    };
    let first: Vec<String> = (0..300).map(|_| post()).collect();
    let [(old, true, 300)] = &encryption(&ground.json(&["keys", "list", "--json"]))[..] else { panic!("one key") };
    let plan = ground.json(&["keys", "rotate-encryption", "--dry-run", "--json"]);
    assert_eq!((&plan["rows"], &plan["key"]), (&json!(300), &Value::Null));
    let rotated = std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    post();
                }
            });
        }
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let id = &first[read.fetch_add(1, Ordering::Relaxed) % first.len()];
                assert!(staff.get(&format!("/v1/admin/inquiries/{id}")).good()["data"]["message"].is_string());
                staff.get("/v1/admin/inquiries?limit=50").good();
            }
        });
        let rotated = ground.run(&["keys", "rotate-encryption", "--json"]);
        stop.store(true, Ordering::Relaxed);
        rotated
    });
    let rotated: Value = serde_json::from_str(&rotated.with(0, &[]).stdout).unwrap();
    assert!(rotated["rewrapped"].as_u64().unwrap() >= 300 && read.load(Ordering::Relaxed) > 0, "{rotated}");
    assert_eq!(
        (&rotated["previous"], &rotated["resumed"], &rotated["refused"]),
        (&json!(old), &json!(false), &json!([]))
    );
    let total = i64::try_from(posted.load(Ordering::Relaxed)).unwrap();
    let new = rotated["key"].as_str().unwrap().to_owned();
    let listed = encryption(&ground.json(&["keys", "list", "--json"]));
    assert_eq!(listed, [(old.clone(), false, 0), (new.clone(), true, total)], "nothing is left under the old key");
    ground.run(&["keys", "retire", &new]).with(1, &["data keys", "rotate-encryption"]);
    assert_eq!(ground.json(&["keys", "retire", old, "--json"]), json!({"kid": old}));
    await_that("the service has dropped the old key", || {
        staff.try_get(&format!("/v1/admin/inquiries/{}", first[0])).filter(|reply| reply.status == 200)
    });
    for row in staff.all("/v1/admin/inquiries") {
        let detail = staff.get(&format!("/v1/admin/inquiries/{}", row["id"].as_str().unwrap())).good();
        assert!(detail["data"]["message"].as_str().unwrap().starts_with("This is what"), "{detail}");
    }
    ground.run(&["audit", "verify"]).with(0, &["the audit trail is intact"]);
    service.stop(Signal::SIGTERM).with(0, &[]);
}

#[test]
fn a_rotation_that_was_begun_is_finished_and_a_key_in_use_is_kept() {
    let ground = Ground::new();
    let service = ground.serve(&["--demo", "--rate-limits", "off"]);
    for number in 0..5 {
        assert_eq!(service.client().post("/v1/inquiries", &[], &letter(number)).unwrap().status, 201);
    }
    let added = ground.json(&["keys", "rotate-encryption", "--prepare", "--json"])["key"].as_str().unwrap().to_owned();
    let [(old, true, 5), (_, false, 0)] = &encryption(&ground.json(&["keys", "list", "--json"]))[..] else {
        panic!("two keys")
    };
    ground.run(&["keys", "retire", old]).with(1, &["data keys", "rotate-encryption"]);
    ground.run(&["keys", "rotate-encryption", "--to", "0009-nope"]).with(1, &["no encryption key of this name"]);
    let finished = ground.json(&["keys", "rotate-encryption", "--json"]);
    assert_eq!(
        (&finished["key"], &finished["resumed"], &finished["rewrapped"]),
        (&json!(added), &json!(true), &json!(5))
    );
    let again = ground.json(&["keys", "rotate-encryption", "--json"]);
    assert_eq!((&again["previous"], &again["resumed"]), (&json!(added), &json!(false)), "then a fresh one");
    service.stop(Signal::SIGTERM).with(0, &[]);
    let listed = encryption(&ground.json(&["keys", "list", "--json"]));
    assert_eq!(listed.iter().map(|(_, _, rows)| *rows).collect::<Vec<_>>(), [0, 0, 5]);
}
