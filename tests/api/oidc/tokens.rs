//! The ID token: which signatures count, and what has to stand in it.

use chrono::Duration;
use serde_json::{Value, json};

use super::{
    Ground, editor,
    keys::{self, Signing},
    provider::CLIENT,
};

#[test]
fn every_usual_signature_is_understood() {
    let ground = Ground::start(&[]);
    for signing in [Signing::Rs256, Signing::Ps256, Signing::Es256, Signing::EdDsa] {
        ground.provider.behave().signing = signing;
        assert_eq!(ground.sign_in(&editor()).status, 200, "{signing:?}");
    }
}

#[test]
fn a_forged_signature_signs_nobody_in() {
    let ground = Ground::start(&[]);
    for signing in [Signing::None, Signing::Hs256OfThePublicKey, Signing::Stranger, Signing::WrongKind] {
        ground.provider.behave().signing = signing;
        ground.sign_in(&editor()).problem(401, "unauthenticated");
    }
    ground.provider.behave().signing = Signing::Stranger;
    let issuer = ground.provider.issuer.clone();
    for header in [
        json!({"jwk": keys::strangers_key()}),
        json!({"jku": format!("{issuer}/strangers"), "kid": "strangers"}),
        json!({"x5u": format!("{issuer}/strangers")}),
        json!({"alg": "eddsa"}),
        json!({"alg": "ES384"}),
    ] {
        ground.provider.behave().header = header;
        ground.sign_in(&editor()).problem(401, "unauthenticated");
    }
    ground.provider.behave().signing = Signing::EdDsa;
    for header in
        [json!({"crit": ["exp"], "exp": 1}), json!({"alg": "none"}), json!({"alg": "HS256"}), json!({"kid": "rsa"})]
    {
        ground.provider.behave().header = header;
        ground.sign_in(&editor()).problem(401, "unauthenticated");
    }
    assert_eq!(ground.sessions(), 0);
    assert!(!ground.provider.behave().asked.contains_key("/strangers"));
}

#[test]
fn a_token_for_somebody_else_or_another_time_signs_nobody_in() {
    let ground = Ground::start(&[]);
    let now = ground.clock.now().timestamp();
    let wrong = [
        json!({"iss": "https://other.example"}),
        json!({"iss": null}),
        json!({"aud": "another-client"}),
        json!({"aud": []}),
        json!({"aud": null}),
        json!({"aud": [CLIENT.0, "another-client"]}),
        json!({"aud": [CLIENT.0, "another-client"], "azp": "another-client"}),
        json!({"azp": "another-client"}),
        json!({"nonce": "another"}),
        json!({"nonce": null}),
        json!({"exp": now - 31}),
        json!({"exp": null}),
        json!({"exp": "tomorrow"}),
        json!({"iat": now + 31}),
        json!({"iat": null}),
        json!({"nbf": now + 31}),
        json!({"sub": ""}),
        json!({"sub": null}),
        json!({"sub": "x".repeat(256)}),
        json!({"sub": "editor\0"}),
        json!({"email": "editor\0@clinic.example"}),
    ];
    for claims in wrong {
        ground.provider.behave().claims = claims.clone();
        let reply = ground.sign_in(&editor());
        assert_eq!(reply.status, 401, "{claims}: {}", reply.body);
    }
    assert_eq!((ground.sessions(), ground.count("select count(*) from cms.external_identity")), (0, 0));
}

#[test]
fn clocks_may_differ_by_half_a_minute_and_a_second_audience_needs_a_named_party() {
    let ground = Ground::start(&[]);
    let now = ground.clock.now().timestamp();
    for claims in [
        json!({"exp": now - 29}),
        json!({"iat": now + 30, "nbf": now + 30}),
        json!({"exp": 1_795_435_171.5}),
        json!({"aud": [CLIENT.0]}),
        json!({"aud": [CLIENT.0, "another-client"], "azp": CLIENT.0}),
    ] {
        ground.provider.behave().claims = claims.clone();
        assert_eq!(ground.sign_in(&editor()).status, 200, "{claims}");
    }
}

#[test]
fn a_rotated_key_is_looked_for_once_a_minute() {
    let ground = Ground::start(&[]);
    let looks = || ground.provider.behave().asked["/jwks"];
    assert_eq!((ground.sign_in(&editor()).status, looks()), (200, 1));
    assert_eq!((ground.sign_in(&editor()).status, looks()), (200, 1));
    let rotate = |published, used: Value| {
        let mut behaviour = ground.provider.behave();
        (behaviour.ed_name, behaviour.header) = (published, used);
    };
    rotate("ed-2", json!({"kid": "ed-2"}));
    assert_eq!((ground.sign_in(&editor()).status, looks()), (401, 1));
    ground.clock.set(ground.clock.now() + Duration::minutes(1));
    assert_eq!((ground.sign_in(&editor()).status, looks()), (200, 2));
    rotate("ed-2", json!({"kid": "ed"}));
    assert_eq!((ground.sign_in(&editor()).status, looks()), (401, 2));
}

#[test]
fn what_the_token_leaves_out_is_asked_for_and_must_be_about_the_same_person() {
    let ground = Ground::start(&[]);
    let issuer = ground.provider.issuer.clone();
    ground.provider.behave().description = json!({"userinfo_endpoint": format!("{issuer}/userinfo")});
    let bare = json!({"sub": "editor-at-the-provider"});
    let answers = |userinfo: Value| {
        ground.provider.behave().userinfo = userinfo;
        ground.sign_in(&bare)
    };
    let mut another = editor();
    another["sub"] = json!("somebody-else");
    answers(another).problem(401, "unauthenticated");
    answers(json!({})).problem(401, "unauthenticated");
    // An address in the token, its verification elsewhere: nobody vouched for both.
    ground.provider.behave().userinfo = editor();
    let claimed = json!({"sub": "editor-at-the-provider", "email": crate::harness::OWNER.0});
    ground.sign_in(&claimed).problem(401, "unauthenticated");
    assert_eq!(answers(editor()).status, 200);
}
