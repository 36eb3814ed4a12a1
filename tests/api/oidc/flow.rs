//! To the provider and back: what binds the two ends of a sign-in together.

use chrono::Duration;
use serde_json::json;
use url::Url;

use super::{Ground, editor};
use crate::harness::{Api, EDITOR};

#[test]
fn a_colleague_signs_in_at_the_clinic_s_identity_provider() {
    let ground = Ground::start(&[]);
    let start = ground.api.get("/v1/auth/oidc/sso/start");
    let cookie = start.header("set-cookie");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/v1/auth/oidc", "Max-Age=600"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "over http on this host a browser would drop it");
    assert_eq!((start.header("cache-control"), start.header("referrer-policy")), ("no-store", "no-referrer"));
    let reply = ground.sign_in(&editor());
    assert_eq!((reply.header("cache-control"), reply.header("referrer-policy")), ("no-store", "no-referrer"));
    assert!(reply.header("set-cookie").contains("Max-Age=0"), "the cookie is taken back");
    let me = ground.me(&reply);
    assert_eq!((me["email"].as_str(), me["role"].as_str()), (Some(EDITOR.0), Some("editor")));
    let linked = "select count(*) from cms.audit_event where action in ('account.link', 'session.create')";
    assert_eq!(ground.count(linked), 2);
}

#[test]
fn whoever_signed_in_once_is_known_by_the_provider_s_id_and_not_by_an_address() {
    let ground = Ground::start(&[]);
    ground.me(&ground.sign_in(&editor()));
    let mut moved = editor();
    moved["email"] = json!("married@elsewhere.example");
    assert_eq!(ground.me(&ground.sign_in(&moved))["email"], EDITOR.0);
    moved["email_verified"] = json!(false);
    assert_eq!(ground.me(&ground.sign_in(&moved))["email"], EDITOR.0);
    assert_eq!(ground.count("select count(*) from cms.external_identity"), 1);
}

#[test]
fn an_answer_counts_once_and_within_ten_minutes() {
    let ground = Ground::start(&[]);
    let waiting = ground.begin();
    let back = ground.provider.agree(&waiting.address, &editor());
    assert_eq!(ground.back(&back, Some(&waiting.cookie)).status, 200);
    let again = ground.provider.agree(&waiting.address, &editor());
    ground.back(&back, Some(&waiting.cookie)).problem(401, "unauthenticated");
    ground.back(&again, Some(&waiting.cookie)).problem(401, "unauthenticated");
    let late = ground.begin();
    let back = ground.provider.agree(&late.address, &editor());
    ground.clock.set(ground.clock.now() + Duration::minutes(10));
    ground.back(&back, Some(&late.cookie)).problem(401, "unauthenticated");
    assert_eq!(ground.sessions(), 1);
}

#[test]
fn nobody_is_signed_in_by_an_answer_that_another_browser_asked_for() {
    let ground = Ground::start(&[]);
    let (attacker, victim) = (ground.begin(), ground.begin());
    let back = ground.provider.agree(&attacker.address, &editor());
    for cookie in [None, Some(victim.cookie.as_str()), Some("clinic-cms-sso=x"), Some("clinic-cms-sso=")] {
        ground.back(&back, cookie).problem(401, "unauthenticated");
    }
    let mut forged = back.clone();
    forged.set_query(Some("code=x&state=none-of-ours"));
    ground.back(&forged, Some(&attacker.cookie)).problem(401, "unauthenticated");
    assert_eq!(ground.sessions(), 0);
    assert_eq!(ground.count("select count(*) from cms.audit_event where action = 'session.refuse'"), 5);
    // What was tried in another browser does not spoil the one that asked.
    assert_eq!(ground.back(&back, Some(&attacker.cookie)).status, 200);
}

#[test]
fn an_answer_of_another_provider_or_a_refusal_signs_nobody_in() {
    let ground = Ground::start(&[]);
    let changed = |change: &dyn Fn(&str) -> Option<String>| {
        let waiting = ground.begin();
        let back = ground.provider.agree(&waiting.address, &editor());
        let pairs = back.query_pairs().filter_map(|(name, value)| {
            let value = if name == "iss" { change(&value)? } else { value.into_owned() };
            Some((name.into_owned(), value))
        });
        let mut address = back.clone();
        address.query_pairs_mut().clear().extend_pairs(pairs.collect::<Vec<_>>());
        ground.back(&address, Some(&waiting.cookie))
    };
    assert_eq!(changed(&|issuer| Some(issuer.to_owned())).status, 200);
    changed(&|_| Some("https://attacker.example".to_owned())).problem(401, "unauthenticated");
    changed(&|issuer| Some(format!("{issuer}/"))).problem(401, "unauthenticated");
    changed(&|_| None).problem(401, "unauthenticated");
    let waiting = ground.begin();
    let state = waiting.address.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let mut refused = Url::parse("http://x/v1/auth/oidc/sso/callback").unwrap();
    let issuer = ground.provider.issuer.clone();
    refused.query_pairs_mut().extend_pairs([("error", "access_denied"), ("state", &state), ("iss", &issuer)]);
    ground.back(&refused, Some(&waiting.cookie)).problem(401, "unauthenticated");
    assert_eq!(ground.sessions(), 1);
}

#[test]
fn a_code_that_the_provider_does_not_exchange_signs_nobody_in() {
    let ground = Ground::start(&[]);
    for (status, expected) in
        [(400, (401, "unauthenticated")), (500, (401, "unauthenticated")), (302, (401, "unauthenticated"))]
    {
        ground.provider.behave().token_status = Some(status);
        let before = ground.provider.behave().asked.get("/jwks").copied();
        ground.sign_in(&editor()).problem(expected.0, expected.1);
        assert_eq!(ground.provider.behave().asked.get("/jwks").copied(), before, "no redirect is followed");
    }
    assert_eq!(ground.sessions(), 0);
}

#[test]
fn a_provider_that_describes_another_or_leads_elsewhere_is_not_used() {
    for wrong in [
        json!({"issuer": "https://other.example"}),
        json!({"token_endpoint": "http://tokens.example/token"}),
        json!({"jwks_uri": "ftp://keys.example"}),
        json!({"authorization_endpoint": "javascript:alert(1)"}),
        json!({"authorization_endpoint": null}),
    ] {
        let ground = Ground::start(&[]);
        ground.provider.behave().description = wrong;
        let reply = ground.api.get("/v1/auth/oidc/sso/start");
        reply.problem(503, "busy");
        assert_eq!((reply.header("location"), reply.header("set-cookie")), ("", ""));
        // It is left alone for a moment, and found again once it is right.
        ground.provider.behave().description = json!({});
        ground.api.get("/v1/auth/oidc/sso/start").problem(503, "busy");
        ground.clock.set(ground.clock.now() + Duration::seconds(5));
        assert_eq!(ground.api.get("/v1/auth/oidc/sso/start").status, 302);
    }
}

#[test]
fn only_the_configured_provider_has_an_address_and_a_preview_spends_nothing() {
    let ground = Ground::start(&[]);
    ground.api.get("/v1/auth/oidc/other/start").problem(404, "not_found");
    ground.api.get("/v1/auth/oidc/other/callback?code=x").problem(404, "not_found");
    assert_eq!(ground.api.call("HEAD", "/v1/auth/oidc/sso/callback").send().status, 405);
    let unknown = ground.api.get("/v1/auth/oidc/sso/start?redirect_uri=https://attacker.example");
    unknown.problem(400, "invalid_parameters");
    let without = Api::start();
    without.get("/v1/auth/oidc/sso/start").problem(404, "not_found");
    without.get("/v1/auth/oidc/sso/callback").problem(404, "not_found");
}

#[test]
fn the_database_holds_nothing_with_which_a_sign_in_could_be_taken_over() {
    let ground = Ground::start(&[]);
    let waiting = ground.begin();
    let rows: String = ground.api.as_owner(async |connection| {
        sqlx::query_scalar("select string_agg(to_jsonb(f)::text, ' ') from cms.oidc_flow f")
            .fetch_one(connection)
            .await
            .unwrap()
    });
    let cookie = waiting.cookie.split_once('=').unwrap().1;
    assert!(!rows.contains(cookie));
    for (_, value) in waiting.address.query_pairs().filter(|(name, _)| name == "state" || name == "nonce") {
        assert!(!rows.contains(value.as_ref()));
    }
}

#[test]
fn sign_ins_that_are_over_are_cleared_away() {
    let ground = Ground::start(&[]);
    ground.begin();
    ground.clock.set(ground.clock.now() + Duration::minutes(11));
    ground.begin();
    assert_eq!(ground.count("select count(*) from cms.oidc_flow"), 1);
}
