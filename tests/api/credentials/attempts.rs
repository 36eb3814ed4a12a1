//! Limits of guessing: what a client can change about its request does not change what it is counted by.

use super::*;

fn wrong(email: &str) -> Value {
    json!({"email": email, "password": "wrong wrong wrong"})
}

/// A clinic behind a proxy on this machine, with these limits.
fn behind_a_proxy(limits: &str) -> Api {
    Api::start_with(Clock::fixed(noon()), &[("rate-limits", limits), ("trusted-proxies", "127.0.0.1")])
}

#[test]
fn nothing_that_a_client_writes_wins_it_another_attempt() {
    let api = Api::start_with(Clock::fixed(noon()), &[("rate-limits", "login=8/60,inquiries=30/60,failures=1000/600")]);
    let post = |path: &str| api.call("POST", path);
    let spaced = format!("  \n{}\t ", wrong("nobody@clinic.example"));
    let attempts = [
        post("/v1/auth/login").json(&wrong("nobody@clinic.example")),
        post("/v1/auth/login").json(&wrong("NOBODY@Clinic.Example")),
        post("/v1/auth/login").json(&wrong("somebody.else@clinic.example")),
        post("/v1/auth/login").header("Content-Type", "application/json; charset=utf-8").bytes(spaced),
        post("/v1/auth/login").header("X-Forwarded-For", "203.0.113.9").json(&wrong("nobody@clinic.example")),
        post("/v1/auth/login").header("Forwarded", "for=203.0.113.10").json(&wrong("nobody@clinic.example")),
        post("/v1/auth/login").header("X-Real-IP", "203.0.113.11").json(&wrong("nobody@clinic.example")),
        post("/v1/auth/login").header("User-Agent", "another").json(&wrong("nobody@clinic.example")),
    ];
    for attempt in attempts {
        attempt.send().problem(401, "unauthenticated");
    }
    for spelling in ["/v1/auth/login", "/v1/auth/login/", "//v1/auth/login", "/v1//auth/login", "/v1/auth/%6cogin"] {
        let reply =
            post(spelling).header("X-Forwarded-For", "203.0.113.12").json(&wrong("other@clinic.example")).send();
        assert!([404, 429].contains(&reply.status), "{spelling}: {} {}", reply.status, reply.body);
    }
    post("/v1/auth/login").json(&json!({})).send().problem(429, "rate_limited");
    let others = [
        ("/v1/auth/refresh", json!({"refresh_token": "x"})),
        ("/v1/auth/mfa", json!({"mfa_token": "x", "code": "123456"})),
        ("/v1/auth/password-resets", json!({"email": EDITOR.0})),
    ];
    for (door, body) in others {
        let statuses: Vec<u16> = (0..9).map(|_| post(door).json(&body).send().status).collect();
        assert!(!statuses[..8].contains(&429) && statuses[8] == 429, "{door} counts its own: {statuses:?}");
    }
}

#[test]
fn two_addresses_of_one_customer_are_one_place_and_a_neighbour_is_another() {
    let api = behind_a_proxy("login=4/60,inquiries=30/60,failures=1000/600");
    let from = |address: &str| {
        let call = api.call("POST", "/v1/auth/login").header("X-Forwarded-For", address);
        call.json(&wrong("nobody@clinic.example")).send().status
    };
    let one = ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "[2001:db8:1:2::3]:4711", "2001:0DB8:0001:0002::4"];
    for address in one {
        assert_eq!(from(address), 401, "{address}");
    }
    assert_eq!(from("2001:db8:1:2:abcd::5"), 429, "the same /64");
    assert_eq!(from("198.51.100.7, 2001:db8:1:2::6"), 429, "what stands before it is the client's own word");
    assert_eq!(from("2001:db8:1:3::1"), 401, "the next /64");
    assert_eq!(from("203.0.113.1"), 401);
    assert_eq!(from("::ffff:203.0.113.1"), 401);
    assert_eq!((from("203.0.113.1"), from("::ffff:203.0.113.1")), (401, 401));
    assert_eq!(from("::ffff:203.0.113.1"), 429, "IPv4 in the clothes of IPv6");
}

#[test]
fn a_person_is_guessed_at_under_one_name_however_it_is_written() {
    let api = behind_a_proxy("login=100000/60,inquiries=30/60,failures=3/600");
    let try_ = |email: &str, password: &str, address: &str| {
        let body = json!({"email": email, "password": password});
        api.call("POST", "/v1/auth/login").header("X-Forwarded-For", address).json(&body).send().status
    };
    for (email, address) in [
        (EDITOR.0, "2001:db8:1:2::1"),
        ("EDITOR@CLINIC.EXAMPLE", "2001:db8:1:2::2"),
        ("Editor@Clinic.example", "2001:db8:1:2::3"),
    ] {
        assert_eq!(try_(email, "wrong wrong wrong", address), 401);
    }
    assert_eq!(try_(EDITOR.0, EDITOR.1, "2001:db8:1:2::4"), 401, "that place has had its guesses at them");
    assert_eq!(try_(EDITOR.0, EDITOR.1, "2001:db8:1:3::1"), 200, "another one has not");
}

#[test]
fn a_second_node_counts_the_same_guesses() {
    let api = behind_a_proxy("login=100000/60,inquiries=30/60,failures=3/600");
    let other = api.another_node();
    for node in [&api, &other, &api] {
        login(node, (EDITOR.0, "wrong wrong wrong")).problem(401, "unauthenticated");
    }
    login(&other, EDITOR).problem(401, "unauthenticated");
    later(&api, Duration::minutes(11));
    assert_eq!(login(&other, EDITOR).status, 200);
}
