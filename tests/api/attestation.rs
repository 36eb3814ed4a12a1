//! `/v1/articles/{slug}/review`: anybody can check who stands for a page, without asking us again.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use clinic_cms::crypto::KeyRing;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::{Api, ReviewRoom};

fn signed() -> ReviewRoom {
    published(ReviewRoom::start())
}

fn published(room: ReviewRoom) -> ReviewRoom {
    room.sign();
    room.publish();
    room
}

fn part(jws: &str, index: usize) -> Value {
    let part = jws.split('.').nth(index).unwrap();
    serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()).unwrap()
}

/// RFC 7515 section 5.2 by another hand, with the key set that the service shows.
fn verify(api: &Api, jws: &str) -> bool {
    let kid = part(jws, 0)["kid"].clone();
    let keys = api.get("/.well-known/jwks.json").json();
    let Some(key) = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == kid) else { return false };
    let x = BASE64URL_NOPAD.decode(key["x"].as_str().unwrap().as_bytes()).unwrap();
    let (message, signature) = jws.rsplit_once('.').unwrap();
    let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
    UnparsedPublicKey::new(&ED25519, x).verify(message.as_bytes(), &signature).is_ok()
}

/// RFC 8785 by another hand: names in order, no white space. There are no fractions in an article, and no name beyond
/// ASCII.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut names: Vec<_> = fields.keys().collect();
            names.sort();
            let fields: Vec<_> =
                names.iter().map(|name| format!("{}:{}", json!(name), canonical(&fields[name.as_str()]))).collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(entries) => format!("[{}]", entries.iter().map(canonical).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

/// What docs/API.md tells a reader to do.
fn recomputed(api: &Api) -> String {
    let shown = api.get("/v1/articles/high-blood-pressure?format=markdown").json()["data"].clone();
    let hashed = json!({
        "locale": shown["locale"], "title": shown["title"], "summary": shown["summary"], "body": shown["body"]["value"],
        "references": shown["references"], "faqs": shown["faqs"],
    });
    HEXLOWER.encode(&Sha256::digest(canonical(&hashed)))
}

#[test]
fn a_reader_learns_who_stands_for_a_page_and_can_check_it_offline() {
    let room = signed();
    let reply = room.attestation();
    assert_eq!(reply.status, 200, "{}", reply.body);
    let data = reply.json()["data"].clone();
    assert_eq!(data["article"], json!({"id": room.id, "slug": "high-blood-pressure", "name": "High blood pressure"}));
    assert_eq!((&data["locale"], &data["revision"], &data["overdue"]), (&json!("en"), &json!(1), &json!(false)));
    assert_eq!(
        (&data["reviewed_by"]["name"], &data["reviewed_by"]["credentials"]),
        (&json!("Rosa Lindt"), &json!(["MD"]))
    );
    assert_eq!(
        data["licence"],
        json!({"state": "FL", "expires_on": "2099-12-31"}),
        "its number is in the board's register"
    );
    assert_eq!(data["content_hash"], room.staff()["content_hash"]);
    assert_eq!(data["shown_hash"], recomputed(&room.api));
    let jws = data["jws"].as_str().unwrap();
    assert!(verify(&room.api, jws));
    let header = part(jws, 0);
    assert_eq!((&header["alg"], &header["typ"]), (&json!("EdDSA"), &json!("article-review+jwt")));
    let payload = part(jws, 1);
    assert_eq!((&payload["iss"], &payload["sub"]), (&json!(room.api.base), &json!(room.id)));
    let signed_at: chrono::DateTime<chrono::Utc> = data["signed_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(payload["iat"], signed_at.timestamp());
    for fact in
        ["locale", "reviewed_by", "licence", "signed_at", "next_review_due", "revision", "content_hash", "shown_hash"]
    {
        assert_eq!(payload[fact], data[fact], "{fact} is signed as it is shown");
    }
    assert_eq!((&payload["title"], &payload["slug"]), (&data["article"]["name"], &data["article"]["slug"]));
    let (message, signature) = jws.rsplit_once('.').unwrap();
    let forged = part(jws, 1).to_string().replace("Rosa Lindt", "Rosa Linde");
    let forged =
        format!("{}.{}.{signature}", message.split('.').next().unwrap(), BASE64URL_NOPAD.encode(forged.as_bytes()));
    assert!(!verify(&room.api, &forged), "another name has no signature");
}

#[test]
fn the_same_facts_have_the_same_bytes() {
    let room = signed();
    let first = room.attestation();
    assert_eq!(room.attestation().body, first.body);
    let again =
        room.api.call("GET", "/v1/articles/high-blood-pressure/review").header("If-None-Match", first.etag()).send();
    assert_eq!((again.status, again.etag()), (304, first.etag()));
    let by_id = room.api.get(&format!("/v1/articles/{}/review", room.id));
    assert_eq!(by_id.body, first.body);
    assert!(first.header("cache-control").starts_with("public, max-age="));
    assert!(first.header("cache-tag").contains(&format!("article:{}", room.id)));
    let head = room.api.call("HEAD", "/v1/articles/high-blood-pressure/review").send();
    assert_eq!((head.status, head.body.as_str(), head.etag()), (200, "", first.etag()));
}

#[test]
fn nothing_is_attested_that_nobody_signed_or_nobody_sees() {
    let room = ReviewRoom::start();
    room.attestation().problem(404, "not_found");
    room.sign();
    room.attestation().problem(404, "not_found");
    room.publish();
    assert_eq!(room.attestation().status, 200);
    assert_eq!(room.api.get("/v1/articles/high-blood-pressure/review?locale=es").status, 404);
    room.edit(&json!({"title": "Not published"}));
    assert_eq!(room.attestation().json()["data"]["article"]["name"], "High blood pressure", "of what is shown");
    room.write("DELETE", "/publication", &json!({}));
    room.attestation().problem(404, "not_found");
    room.api.get("/v1/articles/high-blood-pressure/review?format=html").problem(400, "invalid_parameters");
}

#[test]
fn a_former_address_leads_to_the_attestation_of_the_present_one() {
    let room = signed();
    room.edit(&json!({"slug": "blood-pressure"}));
    room.publish();
    let moved = room.attestation();
    assert_eq!(moved.status, 404, "a slug is content: nobody has signed it yet");
    room.sign();
    let moved = room.attestation();
    assert_eq!(
        (moved.status, moved.header("location")),
        (301, format!("{}/v1/articles/blood-pressure/review", room.api.base).as_str())
    );
}

#[test]
fn an_attestation_opens_no_door() {
    let room = signed();
    let jws = room.attestation().json()["data"]["jws"].as_str().unwrap().to_owned();
    for path in ["/v1/admin/articles", "/v1/auth/me"] {
        room.api.call("GET", path).bearer(&jws).send().problem(401, "unauthenticated");
    }
}

#[test]
fn a_new_signing_key_signs_attestations_anew_and_a_retired_one_takes_none_with_it() {
    let room = published(ReviewRoom::over(Api::with_keys_of_its_own()));
    let jws = || room.attestation().json()["data"]["jws"].as_str().unwrap().to_owned();
    let before = jws();
    let rotated = KeyRing::rotate_signing(&room.api.keys).unwrap();
    room.api.look_at_the_keys();
    let after = jws();
    assert_eq!(part(&after, 0)["kid"], rotated.kid);
    assert!(verify(&room.api, &before) && verify(&room.api, &after), "both, while the old key stands in the set");
    assert_eq!(part(&before, 1), part(&after, 1));
    KeyRing::retire_signing(&room.api.keys, &rotated.previous).unwrap();
    room.api.look_at_the_keys();
    assert!(!verify(&room.api, &before) && verify(&room.api, &jws()));
}
