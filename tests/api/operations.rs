//! `/livez`, `/readyz`, and what every answer carries.

use crate::harness::Api;

#[test]
fn a_running_service_is_alive_and_ready() {
    let api = Api::start();
    assert_eq!(api.get("/livez").json()["status"], "ok");
    assert_eq!(api.get("/readyz").json()["status"], "ok");
    assert_eq!(api.call("HEAD", "/livez").send().status, 200);
}

#[test]
fn asking_for_health_a_hundred_times_asks_the_database_once() {
    let api = Api::start();
    let count = || -> i64 {
        api.as_owner(async |connection| {
            sqlx::query_scalar(
                "select coalesce(sum(xact_commit), 0)::bigint from pg_stat_database where datname = current_database()",
            )
            .fetch_one(connection)
            .await
            .unwrap()
        })
    };
    let before = count();
    for _ in 0..100 {
        assert_eq!(api.get("/readyz").status, 200);
    }
    assert!(count() - before < 30, "the database was asked {} times", count() - before);
}

#[test]
fn a_request_id_is_echoed_where_it_is_well_formed_and_made_otherwise() {
    let api = Api::start();
    let id =
        |given: &str| api.call("GET", "/livez").header("X-Request-Id", given).send().header("x-request-id").to_owned();
    assert_eq!(id("trace-1234.abc"), "trace-1234.abc");
    for bad in ["short", "with space in it", "semi;colon;semi;colon", &"x".repeat(65)] {
        let made = id(bad);
        assert_ne!(made, bad);
        assert_eq!(made.len(), 36, "{made}");
    }
    let problem = api.call("GET", "/v1/none").header("X-Request-Id", "trace-1234.abc").send().problem(404, "not_found");
    assert_eq!(problem["request_id"], "trace-1234.abc");
}

#[test]
fn other_sites_may_read_what_is_public_and_post_only_where_they_are_named() {
    let api = Api::start_with(clinic_cms::clock::Clock::system(), &[("cors-origins", "https://clinic.example")]);
    let read = api.call("GET", "/v1/articles").header("Origin", "https://anywhere.example").send();
    assert_eq!(read.header("access-control-allow-origin"), "*");
    assert_eq!(read.header("access-control-allow-credentials"), "");
    let preflight = |origin: &str, method: &str, path: &str| {
        let reply =
            api.call("OPTIONS", path).header("Origin", origin).header("Access-Control-Request-Method", method).send();
        assert_eq!(reply.status, 204);
        reply.header("access-control-allow-origin").to_owned()
    };
    assert_eq!(preflight("https://clinic.example", "POST", "/v1/inquiries"), "https://clinic.example");
    assert_eq!(preflight("https://evil.example", "POST", "/v1/inquiries"), "");
    assert_eq!(preflight("https://clinic.example.evil.example", "PATCH", "/v1/admin/clinic"), "");
    assert_eq!(preflight("https://clinic.example", "PATCH", "/v1/admin/clinic"), "https://clinic.example");
    assert_eq!(preflight("null", "GET", "/v1/admin/articles"), "");
    assert_eq!(preflight("https://anywhere.example", "GET", "/v1/articles"), "*");
}

#[test]
fn a_forged_host_changes_no_link() {
    let api = Api::start();
    let reply = api
        .call("GET", "/v1/articles")
        .header("Host", "evil.example")
        .header("X-Forwarded-Host", "evil.example")
        .header("Forwarded", "host=evil.example")
        .send();
    assert_eq!(reply.status, 200);
    assert!(!reply.body.contains("evil.example"));
    assert!(reply.json()["links"]["self"].as_str().unwrap().starts_with(&api.base));
}

#[test]
fn public_reads_set_no_cookie_and_tell_no_version() {
    let api = Api::start();
    for path in ["/v1/articles", "/v1/clinic", "/livez", "/v1/none"] {
        let reply = api.get(path);
        assert!(reply.headers.get("set-cookie").is_none());
        assert!(reply.headers.get("server").is_none());
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
    }
}
