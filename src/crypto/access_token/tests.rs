use aws_lc_rs::signature::Ed25519KeyPair;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::uuid;

use super::*;
use crate::crypto::key_ring::tests::{key, known_parts, known_ring, signing_key};

const ISS: &str = "https://cms.example";
const AUD: &str = "staff";
const ISSUED: i64 = 1_800_000_000;
/// Made with Python's `cryptography` from the same seed.
const FROM_PYTHON: &str = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSIsImtpZCI6IjAwMDEtdGVzdCJ9.eyJpc3MiOiJodHRwczovL2Ntcy5leGFtcGxlIiwiYXVkIjoic3RhZmYiLCJzdWIiOiIwMThmM2Y1ZS03YzFhLTdiNmUtOWQyYy0wMTIzNDU2Nzg5YWIiLCJzaWQiOiIwMThmM2Y1ZS03YzFhLTdiNmUtOWQyYy0wMTIzNDU2Nzg5YWMiLCJpYXQiOjE4MDAwMDAwMDAsIm5iZiI6MTgwMDAwMDAwMCwiZXhwIjoxODAwMDAwOTAwLCJqdGkiOiIwMThmM2Y1ZS03YzFhLTdiNmUtOWQyYy0wMTIzNDU2Nzg5YWQiLCJyb2xlIjoiZWRpdG9yIiwiYW1yIjpbInB3ZCIsIm90cCJdfQ.Rx4u8ec0090R-Z5r3tZ_Sac0A3y9tYEACtnFUpO5rOO93NFLGeju4qzdUrByPtcduehxjYIciOUFv0Pf0qS-CQ";

fn claims() -> AccessClaims {
    AccessClaims {
        iss: ISS.to_owned(),
        aud: AUD.to_owned(),
        sub: uuid!("018f3f5e-7c1a-7b6e-9d2c-0123456789ab"),
        sid: uuid!("018f3f5e-7c1a-7b6e-9d2c-0123456789ac"),
        iat: ISSUED,
        nbf: ISSUED,
        exp: ISSUED + 900,
        jti: uuid!("018f3f5e-7c1a-7b6e-9d2c-0123456789ad"),
        role: "editor".to_owned(),
        amr: vec!["pwd".to_owned(), "otp".to_owned()],
    }
}

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).unwrap()
}

fn verify_at(token: &str, second: i64) -> Result<AccessClaims, TokenError> {
    known_ring().verify_access(token, at(second), ISS, AUD)
}

fn verify(token: &str) -> Result<AccessClaims, TokenError> {
    verify_at(token, ISSUED + 60)
}

fn encode(part: &str) -> String {
    BASE64URL_NOPAD.encode(part.as_bytes())
}

/// A token with any header and payload, signed with the Ed25519 key of that seed.
fn signed_by(seed: &str, header: &str, payload: &str) -> String {
    let pair = Ed25519KeyPair::from_seed_unchecked(key(seed).expose()).unwrap();
    let message = format!("{}.{}", encode(header), encode(payload));
    let signature = BASE64URL_NOPAD.encode(pair.sign(message.as_bytes()).as_ref());
    format!("{message}.{signature}")
}

fn signed(header: &str, payload: &str) -> String {
    signed_by("signing root", header, payload)
}

fn header_with(change: impl FnOnce(&mut Value)) -> String {
    let mut header = json!({"typ": "at+jwt", "alg": "EdDSA", "kid": "0001-test"});
    change(&mut header);
    header.to_string()
}

fn payload_with(change: impl FnOnce(&mut Value)) -> String {
    let mut payload = serde_json::to_value(claims()).unwrap();
    change(&mut payload);
    payload.to_string()
}

fn header() -> String {
    header_with(|_| {})
}

fn payload() -> String {
    payload_with(|_| {})
}

#[test]
fn a_token_comes_back_with_its_claims() {
    let token = known_ring().sign_access(&claims()).unwrap();
    assert_eq!(verify(&token).unwrap(), claims());
    assert_eq!(verify(&signed(&header(), &payload())).unwrap(), claims());
}

#[test]
fn a_token_of_another_implementation_is_understood_and_made_alike() {
    assert_eq!(verify(FROM_PYTHON).unwrap(), claims());
    assert_eq!(known_ring().sign_access(&claims()).unwrap(), FROM_PYTHON);
}

#[test]
fn the_key_set_shows_the_public_half_alone() {
    let shown = serde_json::to_value(known_ring().jwks()).unwrap();
    let expected = json!({"keys": [{
        "kty": "OKP",
        "crv": "Ed25519",
        "x": "52bM8DRKrbW7TmQcrbfNLeCKwK80ozCWjr4lPNGyGaE",
        "kid": "0001-test",
        "alg": "EdDSA",
        "use": "sig",
    }]});
    assert_eq!(shown, expected);
}

#[test]
fn the_times_are_compared_with_the_given_clock() {
    let token = known_ring().sign_access(&claims()).unwrap();
    let leeway = LEEWAY_SECONDS;
    assert!(verify_at(&token, ISSUED - leeway).is_ok());
    assert_eq!(verify_at(&token, ISSUED - leeway - 1), Err(TokenError::NotYetValid));
    assert!(verify_at(&token, ISSUED + 900 + leeway - 1).is_ok());
    assert_eq!(verify_at(&token, ISSUED + 900 + leeway), Err(TokenError::Expired));
    assert_eq!(verify_at(&token, 0), Err(TokenError::NotYetValid));
}

#[test]
fn another_issuer_or_audience_is_refused() {
    let (ring, now) = (known_ring(), at(ISSUED + 60));
    let token = ring.sign_access(&claims()).unwrap();
    let other = ring.verify_access(&token, now, "https://cms.example/", AUD);
    assert_eq!(other, Err(TokenError::Issuer));
    let other = ring.verify_access(&token, now, ISS, "public");
    assert_eq!(other, Err(TokenError::Audience));
}

#[test]
fn every_claim_is_required_and_has_one_type() {
    for claim in ["iss", "aud", "sub", "sid", "iat", "nbf", "exp", "jti", "role", "amr"] {
        let without = payload_with(|all| drop(all.as_object_mut().unwrap().remove(claim)));
        assert_eq!(verify(&signed(&header(), &without)), Err(TokenError::Malformed), "no {claim}");
        for wrong in [Value::Null, json!({}), json!(true), json!(1.5), json!("")] {
            if claim == "role" && wrong.is_string() {
                continue;
            }
            let payload = payload_with(|all| all[claim] = wrong.clone());
            assert!(verify(&signed(&header(), &payload)).is_err(), "{claim} = {wrong}");
        }
    }
}

#[test]
fn a_header_that_is_not_ours_is_refused() {
    let public = known_ring().jwks().keys.remove(0);
    let members = [
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("jwk", serde_json::to_value(&public).unwrap()),
        ("jku", json!("https://evil.example/jwks.json")),
        ("x5u", json!("https://evil.example/cert.pem")),
        ("x5c", json!([])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("cty", json!("JWT")),
        ("alg", json!("none")),
        ("alg", json!("None")),
        ("alg", json!("eddsa")),
        ("alg", json!("HS256")),
        ("alg", json!("ES256")),
        ("alg", Value::Null),
        ("typ", json!("JWT")),
        ("typ", json!("AT+JWT")),
        ("typ", json!("application/at+jwt")),
        ("typ", Value::Null),
        ("kid", Value::Null),
        ("kid", json!(["0001-test"])),
    ];
    for (member, value) in members {
        let token = signed(&header_with(|all| all[member] = value.clone()), &payload());
        assert_eq!(verify(&token), Err(TokenError::Header), "{member} = {value}");
    }
    for member in ["alg", "typ", "kid"] {
        let without = header_with(|all| drop(all.as_object_mut().unwrap().remove(member)));
        assert_eq!(verify(&signed(&without, &payload())), Err(TokenError::Header), "{member}");
    }
}

#[test]
fn a_doubled_member_is_refused() {
    let twice = header().replacen('{', r#"{"alg":"none","#, 1);
    assert_eq!(verify(&signed(&twice, &payload())), Err(TokenError::Header));
    let twice = payload().replacen('{', r#"{"role":"owner","#, 1);
    assert_eq!(verify(&signed(&header(), &twice)), Err(TokenError::Malformed));
    let twice = payload().replacen('{', r#"{"exp":9999999999,"#, 1);
    assert_eq!(verify(&signed(&header(), &twice)), Err(TokenError::Malformed));
}

#[test]
fn a_token_signed_with_the_public_key_as_a_secret_is_refused() {
    let public = known_ring().jwks().keys.remove(0).x;
    let bytes = BASE64URL_NOPAD.decode(public.as_bytes()).unwrap();
    for secret in [&bytes[..], public.as_bytes()] {
        for alg in ["HS256", "EdDSA"] {
            let header = header_with(|all| all["alg"] = json!(alg));
            let message = format!("{}.{}", encode(&header), encode(&payload()));
            let secret = jsonwebtoken::EncodingKey::from_secret(secret);
            let mac = jsonwebtoken::crypto::sign(message.as_bytes(), &secret, Algorithm::HS256);
            assert!(verify(&format!("{message}.{}", mac.unwrap())).is_err(), "{alg}");
        }
    }
}

#[test]
fn another_key_is_refused_by_its_name_and_by_its_signature() {
    let unknown = header_with(|all| all["kid"] = json!("0002-evil"));
    for kid in ["0002-evil", "", "../index", "0001-test\0"] {
        let header = header_with(|all| all["kid"] = json!(kid));
        assert_eq!(verify(&signed(&header, &payload())), Err(TokenError::UnknownKey), "{kid}");
    }
    let foreign = signed_by("another seed", &header(), &payload());
    assert_eq!(verify(&foreign), Err(TokenError::Signature));
    let foreign = signed_by("another seed", &unknown, &payload());
    assert_eq!(verify(&foreign), Err(TokenError::UnknownKey));
}

#[test]
fn pieces_in_another_number_or_order_are_refused() {
    let token = known_ring().sign_access(&claims()).unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let (h, p, s) = (parts[0], parts[1], parts[2]);
    let longest = format!("{}.{p}.{s}", "A".repeat(5000));
    let forged = [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        "null".to_owned(),
        format!("{h}.{p}"),
        format!("{h}.{p}."),
        format!("{h}..{s}"),
        format!(".{p}.{s}"),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.{s}"),
        format!("{h}.{token}"),
        format!("{token} "),
        format!(" {token}"),
        format!("{token}\n"),
        format!("Bearer {token}"),
        format!("{token}="),
        format!("{token}=="),
        format!("{p}.{h}.{s}"),
        format!("{h}.{h}.{s}"),
        format!("{h}.{p}.{h}"),
        format!("{h}.{p}.{s}{s}"),
        format!("{h}.{p}.{}", "A".repeat(86)),
        format!("{h}.{p}.{}", encode("")),
        format!("{}.{p}.{s}", encode("{}")),
        format!("{h}.{}.{s}", encode("{}")),
        format!("{h}.{}.{s}", encode(&payload_with(|all| all["role"] = json!("owner")))),
        format!("{h}%2e{p}%2e{s}"),
        token.replace('_', "/").replace('-', "+"),
        token.to_uppercase(),
        longest,
    ];
    assert!(forged.len() >= 30);
    for forged in forged {
        assert!(verify(&forged).is_err(), "{forged}");
    }
}

#[test]
fn every_changed_character_is_refused() {
    let token = known_ring().sign_access(&claims()).unwrap();
    for position in 0..token.len() {
        let mut forged = token.clone().into_bytes();
        forged[position] = if forged[position] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).unwrap();
        assert!(verify(&forged).is_err(), "position {position}");
    }
}

#[test]
fn tokens_of_the_old_key_stay_valid_through_a_rotation() {
    let old = known_ring().sign_access(&claims()).unwrap();
    let mut parts = known_parts();
    parts.signing.insert("0002-next".to_owned(), signing_key("next seed"));
    let both = KeyRing::assemble(parts).unwrap();
    let now = at(ISSUED + 60);
    assert!(both.verify_access(&old, now, ISS, AUD).is_ok());
    let new = both.sign_access(&claims()).unwrap();
    assert!(both.verify_access(&new, now, ISS, AUD).is_ok());
    assert_eq!(verify(&new), Err(TokenError::UnknownKey));
    assert_eq!(both.jwks().keys.len(), 2);
}

#[test]
fn extreme_times_do_not_overflow() {
    for (claim, value) in
        [("exp", i64::MAX), ("exp", i64::MIN), ("nbf", i64::MAX), ("nbf", i64::MIN), ("iat", i64::MIN)]
    {
        let payload = payload_with(|all| all[claim] = json!(value));
        let _judged = verify(&signed(&header(), &payload));
    }
    let payload = payload().replace(&(ISSUED + 900).to_string(), "1e400");
    assert!(verify(&signed(&header(), &payload)).is_err());
}

proptest! {
    #[test]
    fn any_text_is_refused_without_a_panic(text in ".{0,200}") {
        prop_assert!(verify(&text).is_err());
    }

    #[test]
    fn any_three_pieces_are_refused_without_a_panic(h in "\\PC{0,60}", p in "\\PC{0,60}", s in "\\PC{0,60}") {
        let token = format!("{}.{}.{}", encode(&h), encode(&p), encode(&s));
        prop_assert!(verify(&token).is_err());
    }
}
