//! Passwords, second factors and resets under `/v1/auth`.

use chrono::Duration;
use clinic_cms::clock::Clock;
use serde_json::{Value, json};

use crate::harness::{ADMIN, Api, EDITOR, FRONT_DESK, OWNER, Reply, code, login, noon};

const NEW: &str = "brass kettles sing till noon";

/// A clinic with a settable clock where second factors are asked for.
pub fn strict() -> (Api, Clock) {
    let clock = Clock::fixed(noon());
    (Api::start_with(clock.clone(), &[("rate-limits", "off"), ("require-mfa", "on")]), clock)
}

pub fn mfa(api: &Api, token: &Value, code: &str) -> Reply {
    api.call("POST", "/v1/auth/mfa").json(&json!({"mfa_token": token, "code": code})).send()
}

/// Enrols an authenticator as the sign-in asks: the secret, the recovery codes and the tokens.
pub fn enrol(api: &Api, clock: &Clock, person: (&str, &str)) -> (String, Value, Value) {
    let owed = login(api, person).json()["data"].clone();
    assert_eq!(owed["mfa_enrolment_required"], true, "{owed}");
    let half = owed["mfa_token"].as_str().unwrap();
    let begun = api.call("POST", "/v1/auth/totp").bearer(half).send();
    assert_eq!(begun.status, 201, "{}", begun.body);
    let secret = begun.json()["data"]["secret"].as_str().unwrap().to_owned();
    let confirm = json!({"code": code(&secret, clock.now())});
    let done = api.call("PUT", "/v1/auth/totp").bearer(half).json(&confirm).send();
    assert_eq!(done.status, 200, "{}", done.body);
    let done = done.json()["data"].clone();
    (secret, done["recovery_codes"].clone(), done["tokens"].clone())
}

#[test]
fn who_reads_inquiries_enrols_a_factor_before_anything_else() {
    let (api, clock) = strict();
    assert!(login(&api, EDITOR).json()["data"]["access_token"].is_string(), "an editor is not asked");
    let owed = login(&api, FRONT_DESK).json()["data"].clone();
    assert!(owed.get("access_token").is_none());
    let half = owed["mfa_token"].as_str().unwrap();
    for (method, path) in [
        ("GET", "/v1/auth/me"),
        ("GET", "/v1/admin/inquiries"),
        ("GET", "/v1/auth/sessions"),
        ("DELETE", "/v1/auth/totp"),
        ("POST", "/v1/auth/recovery-codes"),
        ("POST", "/v1/auth/logout"),
    ] {
        api.call(method, path).bearer(half).send().problem(401, "unauthenticated");
    }
    mfa(&api, &owed["mfa_token"], "123456").problem(401, "unauthenticated");
    let refresh = json!({"refresh_token": half});
    api.call("POST", "/v1/auth/refresh").json(&refresh).send().problem(401, "unauthenticated");
    let begun = api.call("POST", "/v1/auth/totp").bearer(half).send().json();
    let uri = begun["data"]["otpauth_uri"].as_str().unwrap();
    assert!(uri.starts_with("otpauth://totp/") && uri.contains(begun["data"]["secret"].as_str().unwrap()), "{uri}");
    assert!(begun["data"]["qr_svg"].as_str().unwrap().contains("<svg"));
    let wrong = json!({"code": "000000"});
    api.call("PUT", "/v1/auth/totp").bearer(half).json(&wrong).send().problem(422, "validation_failed");
    let (_, codes, tokens) = enrol(&api, &clock, FRONT_DESK);
    assert_eq!(codes.as_array().unwrap().len(), 10);
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(api.call("GET", "/v1/admin/inquiries").bearer(access).send().status, 200);
    let me = api.call("GET", "/v1/auth/me").bearer(access).send().json();
    assert_eq!(me["data"]["methods"], json!(["totp", "recovery_code"]));
}

#[test]
fn each_code_counts_once_within_one_step_of_now() {
    let (api, clock) = strict();
    let (secret, codes, _) = enrol(&api, &clock, OWNER);
    let half = || login(&api, OWNER).json()["data"]["mfa_token"].clone();
    mfa(&api, &half(), &code(&secret, noon())).problem(401, "unauthenticated");
    let at = noon() + Duration::minutes(5);
    clock.set(at);
    mfa(&api, &half(), &code(&secret, at - Duration::seconds(60))).problem(401, "unauthenticated");
    mfa(&api, &half(), &code(&secret, at + Duration::seconds(60))).problem(401, "unauthenticated");
    let next = code(&secret, at + Duration::seconds(30));
    let halves: Vec<Value> = (0..10).map(|_| half()).collect();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let tries: Vec<_> = halves.iter().map(|half| scope.spawn(|| mfa(&api, half, &next).status)).collect();
        tries.into_iter().map(|attempt| attempt.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    let recovery = codes[3].as_str().unwrap();
    assert_eq!(mfa(&api, &half(), &recovery.to_uppercase()).status, 200);
    mfa(&api, &half(), recovery).problem(401, "unauthenticated");
    let token = half();
    for _ in 0..5 {
        mfa(&api, &token, "000000").problem(401, "unauthenticated");
    }
    mfa(&api, &token, codes[4].as_str().unwrap()).problem(401, "unauthenticated");
}

#[test]
fn changing_factors_keys_and_roles_asks_for_the_strongest_factor_within_ten_minutes() {
    let (api, clock) = strict();
    let (secret, _, tokens) = enrol(&api, &clock, OWNER);
    let access = tokens["access_token"].as_str().unwrap().to_owned();
    let codes = |token: &str| api.call("POST", "/v1/auth/recovery-codes").bearer(token).send();
    assert_eq!(codes(&access).status, 201);
    clock.set(noon() + Duration::minutes(9));
    let refresh = json!({"refresh_token": tokens["refresh_token"]});
    let fresh = api.call("POST", "/v1/auth/refresh").json(&refresh).send().json();
    let access = fresh["data"]["access_token"].as_str().unwrap().to_owned();
    let later = noon() + Duration::minutes(11);
    clock.set(later);
    codes(&access).problem(401, "reauthentication_required");
    let invite = json!({"email": "x@clinic.example", "role": "author"});
    let invited = api.call("POST", "/v1/admin/invitations").bearer(&access).json(&invite).send();
    invited.problem(401, "reauthentication_required");
    let show = |body: &Value| api.call("POST", "/v1/auth/reauthentication").bearer(&access).json(body).send();
    show(&json!({"password": OWNER.1})).problem(422, "validation_failed");
    show(&json!({"code": "000000"})).problem(401, "unauthenticated");
    codes(&access).problem(401, "reauthentication_required");
    assert_eq!(show(&json!({"code": code(&secret, later)})).status, 204);
    assert_eq!(codes(&access).status, 201);
    let gone = api.call("DELETE", "/v1/auth/totp").bearer(&access).send();
    gone.problem(409, "last_factor");
}

#[test]
fn who_reads_inquiries_and_leaves_the_desk_signs_in_again() {
    let (api, clock) = strict();
    let (_, _, tokens) = enrol(&api, &clock, OWNER);
    clock.set(noon() + Duration::minutes(16));
    let refresh = json!({"refresh_token": tokens["refresh_token"]});
    api.call("POST", "/v1/auth/refresh").json(&refresh).send().problem(401, "unauthenticated");
    let editor = api.tokens(EDITOR);
    clock.set(noon() + Duration::hours(2));
    let refresh = json!({"refresh_token": editor["data"]["refresh_token"]});
    assert_eq!(api.call("POST", "/v1/auth/refresh").json(&refresh).send().status, 200, "an editor reads none");
    clock.set(noon() + Duration::hours(13));
    let refresh = json!({"refresh_token": editor["data"]["refresh_token"]});
    api.call("POST", "/v1/auth/refresh").json(&refresh).send().problem(401, "unauthenticated");
}

#[test]
fn a_changed_password_ends_every_session_and_begins_one() {
    let api = Api::start();
    let other = api.another_node();
    let (first, second) = (api.tokens(EDITOR), api.sign_in(EDITOR));
    let access = first["data"]["access_token"].as_str().unwrap();
    let change = |current: &str, new: &str| {
        let body = json!({"current_password": current, "new_password": new});
        api.call("POST", "/v1/auth/password").bearer(access).json(&body).send()
    };
    change("not it", NEW).problem(422, "validation_failed");
    change(EDITOR.1, "short").problem(422, "validation_failed");
    change(EDITOR.1, &"x1Q ".repeat(40)).problem(422, "validation_failed");
    let changed = change(EDITOR.1, NEW);
    assert_eq!(changed.status, 200, "{}", changed.body);
    for token in [access, second.as_str()] {
        other.call("GET", "/v1/auth/me").bearer(token).send().problem(401, "unauthenticated");
    }
    let refresh = json!({"refresh_token": first["data"]["refresh_token"]});
    other.call("POST", "/v1/auth/refresh").json(&refresh).send().problem(401, "unauthenticated");
    let now = changed.json()["data"]["access_token"].as_str().unwrap().to_owned();
    assert_eq!(other.call("GET", "/v1/auth/me").bearer(&now).send().status, 200);
    login(&api, EDITOR).problem(401, "unauthenticated");
    assert_eq!(login(&api, (EDITOR.0, NEW)).status, 200);
}

#[test]
fn a_reset_link_works_once_for_its_purpose_and_the_newest_alone() {
    let api = Api::start();
    let session = api.sign_in(EDITOR);
    let ask = |email: &str| {
        let call = api.call("POST", "/v1/auth/password-resets").header("Host", "evil.example");
        call.header("X-Forwarded-Host", "evil.example").json(&json!({"email": email})).send()
    };
    let (known, unknown) = (ask(EDITOR.0), ask("nobody@clinic.example"));
    assert_eq!((known.status, unknown.status), (202, 202));
    assert_eq!((&known.body, known.headers.len()), (&unknown.body, unknown.headers.len()));
    assert_eq!(ask(EDITOR.0).status, 202);
    let letters = api.letters();
    assert!(!letters.iter().any(|letter| letter.contains("evil.example")));
    let links: Vec<String> = letters
        .iter()
        .flat_map(|letter| letter.lines())
        .filter(|line| line.contains("/password-resets/") && line.starts_with("http"))
        .map(|line| line.trim().strip_prefix(&api.base).unwrap().to_owned())
        .collect();
    assert_eq!(links.len(), 2, "{links:?}");
    let set = |path: &str, password: &str| api.call("PUT", path).json(&json!({"new_password": password})).send();
    let live: Vec<&String> = links.iter().filter(|link| set(link, "short").status == 422).collect();
    assert_eq!(live.len(), 1, "a new link voids the old");
    let wrong_door = live[0].replace("password-resets", "invitations");
    let person = json!({"name": "X", "password": NEW});
    api.call("POST", &wrong_door).json(&person).send().problem(404, "not_found");
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..20).map(|_| scope.spawn(|| set(live[0], NEW).status)).collect();
        tries.into_iter().map(|attempt| attempt.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
    api.call("GET", "/v1/auth/me").bearer(&session).send().problem(401, "unauthenticated");
    assert_eq!(login(&api, (EDITOR.0, NEW)).status, 200);
    let token = live[0].rsplit('/').next().unwrap();
    let stored: i64 = api.as_owner(async |connection| {
        let plain = "select count(*) from cms.one_time_token where encode(hash, 'escape') like '%' || $1 || '%'";
        sqlx::query_scalar(plain).bind(token).fetch_one(connection).await.unwrap()
    });
    assert_eq!(stored, 0, "only a hash is kept");
}

#[test]
fn guessing_is_slowed_down_alike_for_everybody_and_never_for_good() {
    let clock = Clock::fixed(noon());
    let limits = [("rate-limits", "login=100000/60,inquiries=30/60,failures=3/600"), ("trusted-proxies", "127.0.0.1")];
    let api = Api::start_with(clock.clone(), &limits);
    let attempt = |email: &str, password: &str, from: &str| {
        let body = json!({"email": email, "password": password});
        api.call("POST", "/v1/auth/login").header("X-Forwarded-For", from).json(&body).send()
    };
    assert_eq!(attempt(EDITOR.0, EDITOR.1, "198.51.100.7").status, 200, "a place they are known at");
    let answers = |email: &str, from: &str| -> Vec<(u16, Vec<String>)> {
        let names = |reply: &Reply| {
            let mut names: Vec<String> = reply.headers.keys().map(ToString::to_string).collect();
            names.sort();
            names
        };
        let tries = (0..5).map(|_| attempt(email, "wrong wrong wrong", from));
        tries.map(|reply| (reply.status, names(&reply))).collect()
    };
    assert_eq!(answers(EDITOR.0, "203.0.113.1"), answers("nobody@clinic.example", "203.0.113.2"));
    assert_eq!(attempt(EDITOR.0, EDITOR.1, "203.0.113.1").status, 401, "that place waits");
    for last in 10..16 {
        for _ in 0..3 {
            attempt(EDITOR.0, "wrong wrong wrong", &format!("192.0.2.{last}"));
        }
    }
    assert_eq!(attempt(EDITOR.0, EDITOR.1, "203.0.113.9").status, 401, "a new place waits");
    assert_eq!(attempt(EDITOR.0, EDITOR.1, "198.51.100.7").status, 200, "the right person, where they are known");
    let mut flood = 0;
    for number in 0..40 {
        flood = attempt(&format!("p{number}@clinic.example"), "wrong wrong wrong", "203.0.113.50").status;
    }
    assert_eq!(flood, 429, "one place that tries many");
    clock.set(noon() + Duration::minutes(11));
    assert_eq!(attempt(EDITOR.0, EDITOR.1, "203.0.113.1").status, 200, "the window is over");
}

#[test]
fn a_disabled_a_locked_and_an_unknown_person_read_the_same() {
    let clock = Clock::fixed(noon());
    let api = Api::start_with(clock, &[("rate-limits", "login=100000/60,inquiries=30/60,failures=3/600")]);
    api.as_owner(async |connection| {
        let disable = "update cms.account set status = 'disabled' where email = $1";
        sqlx::query(disable).bind(ADMIN.0).execute(connection).await.unwrap();
    });
    for _ in 0..3 {
        login(&api, (OWNER.0, "wrong wrong wrong"));
    }
    let told = |person: (&str, &str)| {
        let reply = login(&api, person);
        let mut problem = reply.problem(401, "unauthenticated");
        problem["request_id"] = json!(null);
        let mut names: Vec<_> = reply.headers.keys().map(ToString::to_string).collect();
        names.sort();
        (problem, names)
    };
    let unknown = told(("nobody@clinic.example", "wrong wrong wrong"));
    assert_eq!(told(OWNER), unknown, "locked, with the right password");
    assert_eq!(told(ADMIN), unknown, "disabled, with the right password");
    assert_eq!(told((EDITOR.0, "wrong wrong wrong")), unknown, "known");
}

#[test]
fn a_new_device_and_a_reused_token_are_told_by_mail() {
    let api = Api::start();
    let from = |device: &str| {
        let body = json!({"email": EDITOR.0, "password": EDITOR.1});
        api.call("POST", "/v1/auth/login").header("User-Agent", device).json(&body).send().json()
    };
    from("Desk at the front");
    assert_eq!(api.letters().len(), 0, "the first device is no news");
    from("Desk at the front");
    let tokens = from("Somebody else's phone");
    let letters = api.letters();
    assert_eq!(letters.len(), 1);
    assert!(letters[0].contains(EDITOR.0) && letters[0].contains("phone"));
    let refresh = |token: &Value| api.call("POST", "/v1/auth/refresh").json(&json!({"refresh_token": token})).send();
    let next = refresh(&tokens["data"]["refresh_token"]).json()["data"]["refresh_token"].clone();
    assert_eq!(refresh(&next).status, 200);
    refresh(&tokens["data"]["refresh_token"]).problem(401, "unauthenticated");
    assert_eq!(api.letters().len(), 1, "the reuse");
}
