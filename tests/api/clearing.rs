//! What is over for long is cleared every hour; what lives, and the record of who did what, stays.

use chrono::{DateTime, Duration, Utc};
use clinic_cms::{accounts::clear_old, clock::Clock};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor};

use crate::harness::{Api, EDITOR, OWNER, Reply};

fn noon() -> DateTime<Utc> {
    "2031-03-02T12:00:00Z".parse().unwrap()
}

fn office() -> Api {
    Api::start_with(Clock::fixed(noon()), &[("rate-limits", "off")])
}

fn clear(api: &Api) -> u64 {
    let now = api.clock.now();
    api.as_node(async |staff| clear_old(&staff, now).await.unwrap())
}

fn run(api: &Api, statement: &str) {
    let statement = statement.to_owned();
    api.as_owner(async |owner| owner.execute(AssertSqlSafe(statement)).await.map(drop).unwrap());
}

fn refresh(api: &Api, tokens: &Value) -> Reply {
    let body = json!({"refresh_token": tokens["data"]["refresh_token"]});
    api.call("POST", "/v1/auth/refresh").json(&body).send()
}

const RANDOM: &str = "decode(md5(random()::text) || md5(random()::text), 'hex')";
const PERSON: &str = "(select id from cms.account limit 1)";

/// A table, how long its rows stay after their end, and a row that ends at `END`.
fn tables() -> [(&'static str, Duration, String); 9] {
    let day = Duration::days(1);
    [
        (
            "half_sign_in",
            day,
            format!("({RANDOM}, {PERSON}, 1, 'factor', '{{pwd}}', 'END'::timestamptz - interval '5 min', 'END')"),
        ),
        (
            "one_time_token (hash, purpose, created_at, expires_at)",
            day,
            format!("({RANDOM}, 'first_owner', 'END'::timestamptz - interval '30 min', 'END')"),
        ),
        (
            "one_time_token (hash, purpose, created_at, expires_at, used_at)",
            day,
            format!("({RANDOM}, 'first_owner', 'END', '2099-01-01', 'END')"),
        ),
        ("known_place", Duration::days(90), format!("({PERSON}, {RANDOM}, 'END')")),
        ("failed_attempt", Duration::zero(), format!("({RANDOM}, 3, 'END')")),
        (
            "passkey_ceremony (hash, kind, state, created_at, expires_at)",
            day,
            format!("({RANDOM}, 'assert_sign_in', '{{}}', 'END'::timestamptz - interval '5 min', 'END')"),
        ),
        (
            "oidc_flow (id, state_hash, binding_hash, nonce_hash, provider, verifier_sealed, created_at, expires_at)",
            day,
            format!(
                "(gen_random_uuid(), {RANDOM}, {RANDOM}, {RANDOM}, 'sso', '', 'END'::timestamptz - interval '5 min', 'END')"
            ),
        ),
        (
            "oidc_handover (code_hash, provider, account_id, credential_version, created_at, expires_at)",
            day,
            format!("({RANDOM}, 'sso', {PERSON}, 1, 'END'::timestamptz - interval '30 s', 'END')"),
        ),
        (
            "session (id, account_id, credential_version, expires_at, authenticated_at)",
            Duration::days(30),
            format!("(gen_random_uuid(), {PERSON}, 1, 'END', 'END')"),
        ),
    ]
}

#[test]
fn what_is_over_goes_and_what_lives_stays() {
    for (table, kept, row) in tables() {
        let api = office();
        // The last session of an account is another matter.
        let last = "(id, account_id, credential_version, expires_at, authenticated_at)
                    values ('ffffffff-ffff-7fff-bfff-ffffffffffff', (select id from cms.account limit 1), 1, '2099-01-01', '2031-01-01')";
        run(&api, &format!("insert into cms.session {last}"));
        let name = table.split(' ').next().unwrap();
        let count = || api.number(&format!("select count(*) from cms.{name}"));
        let before = count();
        let horizon = noon() - kept;
        for end in [horizon - Duration::days(400), horizon - Duration::seconds(1), horizon, noon() + Duration::hours(1)]
        {
            run(&api, &format!("insert into cms.{table} values {}", row.replace("END", &end.to_rfc3339())));
        }
        assert_eq!(clear(&api), 2, "{table}");
        assert_eq!(count(), before + 2, "{table}");
        assert_eq!(clear(&api), 0, "{table}");
    }
}

#[test]
fn a_copied_refresh_token_is_known_as_long_as_its_session_can_live() {
    let api = office();
    let first = api.tokens(EDITOR);
    let mut newest = refresh(&api, &first).json();
    for hour in 1..12 {
        api.clock.set(noon() + Duration::hours(hour));
        clear(&api);
        newest = refresh(&api, &newest).json();
    }
    api.clock.set(noon() + Duration::minutes(12 * 60 - 1));
    clear(&api);
    refresh(&api, &first).problem(401, "unauthenticated");
    refresh(&api, &newest).problem(401, "unauthenticated");
    assert_eq!(api.number("select count(*) from cms.session where revoked_because = 'refresh_reuse'"), 1);
}

#[test]
fn sessions_go_a_month_after_their_end_and_the_last_of_each_person_stays() {
    let api = office();
    let ended = api.tokens(OWNER);
    refresh(&api, &ended);
    let access = ended["data"]["access_token"].as_str().unwrap();
    assert_eq!(api.call("POST", "/v1/auth/logout").bearer(access).send().status, 204);
    api.clock.set(noon() + Duration::hours(1));
    api.tokens(OWNER);
    api.tokens(EDITOR);
    let rows = api.number("select count(*) from cms.audit_event");
    let left = || {
        let count = |table: &str| api.number(&format!("select count(*) from cms.{table}"));
        (count("session"), count("refresh_token"))
    };
    for (after, expected) in [
        (Duration::days(30), (3, 4)),
        (Duration::days(30) + Duration::seconds(1), (2, 2)),
        // Twelve hours of life after the second hour began, and a month.
        (Duration::days(30) + Duration::hours(13), (2, 2)),
        (Duration::days(30) + Duration::hours(13) + Duration::seconds(1), (2, 0)),
        (Duration::days(4_000), (2, 0)),
    ] {
        api.clock.set(noon() + after);
        clear(&api);
        assert_eq!(left(), expected, "{after}");
    }
    assert_eq!(api.number("select count(*) from cms.audit_event"), rows, "the record stays");
}

#[test]
fn a_flood_goes_in_one_round_and_two_nodes_do_not_wait_for_each_other() {
    let api = office();
    run(
        &api,
        "insert into cms.failed_attempt
         select decode(lpad(to_hex(i), 64, '0'), 'hex'), 1, '2031-03-01' from generate_series(1, 2500) i",
    );
    let now = api.clock.now();
    let (one, two) = api.as_node(async |staff| tokio::join!(clear_old(&staff, now), clear_old(&staff, now)));
    let together = one.unwrap() + two.unwrap() + clear(&api);
    assert_eq!((together, api.number("select count(*) from cms.failed_attempt")), (2_500, 0));
}
