//! Answers that are kept in memory: never older than what anybody was told, on one node or two, and there while the database
//! is not. Every answer from memory in all of these tests is compared with the database first (`harness::serve`).

use std::{
    thread,
    time::{Duration, Instant},
};

use clinic_cms::clock::Clock;
use serde_json::{Value, json};
use sqlx::Executor;

use crate::harness::{Api, Call, EDITOR, OWNER, Reply};

const HIT: &str = "clinic-cms; hit";

fn article(title: &str) -> Value {
    json!({"title": title, "body_markdown": "Drink enough."})
}

fn rename(api: &Api, token: &str, id: &str, title: &str) {
    let path = format!("/v1/admin/articles/{id}");
    let call = |method: &str, path: &str, body: &Value| {
        let reply = api.call(method, path).bearer(token).header("If-Match", "*").json(body).send();
        assert_eq!(reply.status, 200, "{}", reply.body);
    };
    call("PATCH", &path, &json!({"title": title}));
    call("PUT", &format!("{path}/publication"), &json!({}));
}

/// Waits for what another node does by itself.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < end, "never: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Asks until the node has heard that it misses nothing, and keeps the answer.
fn warm(api: &Api, path: &str) -> Reply {
    until(path, || api.get(path).header("cache-status") == HIT);
    api.get(path)
}

#[test]
fn an_answer_is_rendered_once_and_says_the_same_from_memory() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    api.publish(&token, &article("Fever"));
    for path in
        ["/v1/articles", "/v1/articles/fever", "/v1/clinic", "/v1/services", "/sitemap.xml", "/v1/feeds/articles.rss"]
    {
        let first = api.get(path);
        assert_eq!((first.status, first.header("cache-status")), (200, ""), "{path}");
        let kept = warm(&api, path);
        assert_eq!((kept.status, &kept.body, kept.etag()), (200, &first.body, first.etag()), "{path}");
        for name in ["content-type", "cache-tag", "vary", "access-control-allow-origin", "x-content-type-options"] {
            assert_eq!(kept.header(name), first.header(name), "{path} {name}");
        }
        assert_ne!(kept.header("x-request-id"), first.header("x-request-id"));
        let unchanged = api.call("GET", path).header("If-None-Match", first.etag()).send();
        assert_eq!(
            (unchanged.status, unchanged.body.as_str(), unchanged.header("cache-status")),
            (304, "", HIT),
            "{path}"
        );
        let head = api.call("HEAD", path).send();
        assert_eq!((head.status, head.body.as_str(), head.etag()), (200, "", first.etag()), "{path}");
        let packed = api.call("GET", path).header("Accept-Encoding", "zstd").send();
        if first.bytes.len() >= 1024 {
            assert_eq!((packed.header("content-encoding"), packed.header("cache-status")), ("zstd", HIT), "{path}");
            assert_eq!(zstd::decode_all(packed.bytes.as_slice()).unwrap(), first.bytes, "{path}");
        }
    }
}

#[test]
fn what_is_private_or_of_the_moment_is_never_kept() {
    let api = Api::start();
    let token = api.sign_in(OWNER);
    for path in
        ["/v1/admin/articles", "/v1/auth/me", "/v1/changes", "/readyz", "/.well-known/jwks.json", "/v1/forms/default"]
    {
        for _ in 0..3 {
            assert_eq!(api.call("GET", path).bearer(&token).send().header("cache-status"), "", "{path}");
        }
    }
}

#[test]
fn nobody_who_was_told_of_a_change_reads_what_was_before() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let id = api.publish(&token, &article("Number 0"))["id"].as_str().unwrap().to_owned();
    let paths = [format!("/v1/articles/{id}"), "/v1/articles?limit=5".to_owned()];
    for path in &paths {
        warm(&api, path);
    }
    thread::scope(|scope| {
        // Readers who fill the memory all the time, so that one of them is always between the query and the keeping.
        let readers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    for turn in 0..200 {
                        assert_eq!(api.get(&paths[turn % 2]).status, 200);
                    }
                })
            })
            .collect();
        for number in 1..40 {
            let title = format!("Number {number}");
            rename(&api, &token, &id, &title);
            for path in &paths {
                let read = api.get(path);
                assert!(read.body.contains(&title), "{path} after {title}: {}", read.body);
            }
        }
        for reader in readers {
            reader.join().unwrap();
        }
    });
}

#[test]
fn articles_leave_the_clinic_where_it_is_and_the_clinic_shows_in_articles() {
    let api = Api::start();
    let token = api.sign_in(OWNER);
    let kept = api.publish(&token, &article("Asthma"));
    let path = format!("/v1/articles/{}", kept["slug"].as_str().unwrap());
    warm(&api, &path);
    warm(&api, "/v1/clinic");
    // A draft is nothing that anybody reads.
    let draft = api.call("POST", "/v1/admin/articles").bearer(&token).json(&article("A draft")).send();
    assert_eq!(draft.status, 201, "{}", draft.body);
    assert_eq!(api.get(&path).header("cache-status"), HIT);
    api.publish(&token, &article("Hay fever"));
    assert_eq!(api.get("/v1/clinic").header("cache-status"), HIT);
    assert_eq!(api.get(&path).header("cache-status"), "");
    warm(&api, &path);
    let clinic = api.call("GET", "/v1/admin/clinic").bearer(&token).send();
    let change = api.call("PATCH", "/v1/admin/clinic").bearer(&token).header("If-Match", clinic.etag());
    assert_eq!(change.json(&json!({"tagline": "Here for you"})).send().status, 200);
    assert_eq!(api.get(&path).header("cache-status"), "");
    assert_eq!(api.get("/v1/clinic").header("cache-status"), "");
}

#[test]
fn another_node_hears_of_a_change_and_of_one_that_it_missed() {
    let api = Api::start();
    let other = api.another_node();
    let token = api.sign_in(EDITOR);
    let id = api.publish(&token, &article("Number 0"))["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/articles/{id}");
    warm(&other, &path);
    for number in 1..=20 {
        let title = format!("Number {number}");
        if number % 4 == 0 {
            // Both nodes' connections that hear of changes.
            api.number(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity
                  where datname = current_database() and application_name = 'clinic-cms changes'",
            );
        }
        rename(&api, &token, &id, &title);
        assert!(api.get(&path).body.contains(&title));
        until(&title, || other.get(&path).body.contains(&title));
    }
    warm(&other, &path);
}

#[test]
fn a_crowd_that_asks_the_same_at_once_asks_the_database_once() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let id = api.publish(&token, &article("Measles"))["id"].as_str().unwrap().to_owned();
    warm(&api, "/v1/clinic");
    let url = format!("{}/v1/articles/{id}", api.base);
    api.as_owner(async |owner| {
        const WAITING: &str =
            "select count(distinct pid) from pg_locks where not granted and relation = 'cms.publication'::regclass";
        owner.execute("begin").await.unwrap();
        owner.execute("lock table cms.publication in access exclusive mode").await.unwrap();
        let ask = |_| {
            let url = url.clone();
            thread::spawn(move || Call::new("GET", url).send().status)
        };
        let crowd: Vec<_> = (0..200).map(ask).collect();
        let (mut asking, end) = (0_i64, Instant::now() + Duration::from_secs(4));
        // The first, and then time enough for any other.
        for _ in 0..50 {
            while asking == 0 && Instant::now() < end {
                asking = sqlx::query_scalar(WAITING).fetch_one(&mut *owner).await.unwrap();
            }
            asking = sqlx::query_scalar(WAITING).fetch_one(&mut *owner).await.unwrap();
            assert_eq!(asking, 1);
            thread::sleep(Duration::from_millis(20));
        }
        owner.execute("commit").await.unwrap();
        assert!(crowd.into_iter().all(|one| one.join().unwrap() == 200));
    });
}

#[test]
fn while_the_database_is_away_the_public_reads_what_it_said_last() {
    let api = Api::start_with(Clock::system(), &[("rate-limits", "off"), ("stale-seconds", "600")]);
    let token = api.sign_in(EDITOR);
    api.publish(&token, &article("Burns"));
    let kept = warm(&api, "/v1/articles/burns");
    let database = api.text("select current_database()");
    let close = |is_open: bool| {
        Api::as_cluster(&format!("alter database {database} allow_connections {is_open}"));
        Api::as_cluster(&format!(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = '{database}' and not {is_open}"
        ));
    };
    close(false);
    until("it is known to be away", || api.get("/v1/articles/burns").header("cache-status").contains("ttl=-"));
    let stale = api.get("/v1/articles/burns");
    assert_eq!((stale.status, &stale.body, stale.header("cache-control")), (200, &kept.body, "public, max-age=0"));
    assert!(stale.header("cache-status").ends_with("detail=database-away"), "{}", stale.header("cache-status"));
    api.get("/v1/articles/never-asked-for").problem(503, "busy");
    until("it is not ready", || api.get("/readyz").status == 503);
    close(true);
    until("it holds again", || api.get("/v1/articles/burns").header("cache-status") == HIT);
    assert_eq!(api.get("/v1/articles/burns").body, kept.body);
    until("a change is possible again", || api.call("GET", "/v1/admin/articles").bearer(&token).send().status == 200);
}

#[test]
fn nothing_stands_in_for_what_ends_by_itself_or_was_changed() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let id = api.publish(&token, &article("Bruises"))["id"].as_str().unwrap().to_owned();
    warm(&api, "/v1/articles/bruises");
    let path = format!("/v1/admin/articles/{id}/publication");
    let taken = api.call("DELETE", &path).bearer(&token).header("If-Match", "*").send();
    assert!(taken.status < 300, "{}", taken.body);
    let database = api.text("select current_database()");
    Api::as_cluster(&format!("alter database {database} allow_connections false"));
    Api::as_cluster(&format!(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = '{database}'"
    ));
    for _ in 0..5 {
        let read = api.get("/v1/articles/bruises");
        assert!(matches!(read.status, 404 | 503), "{} {}", read.status, read.body);
    }
    Api::as_cluster(&format!("alter database {database} allow_connections true"));
}

#[test]
fn nothing_is_kept_where_the_settings_say_so() {
    let api = Api::start_with(Clock::system(), &[("rate-limits", "off"), ("cache-mib", "0")]);
    for _ in 0..3 {
        let read = api.get("/v1/clinic");
        assert_eq!((read.status, read.header("cache-status")), (200, ""));
    }
}

#[test]
fn every_table_that_the_public_reads_tells_of_its_changes() {
    // Written once, before they are published, or read by nothing that is kept.
    const SILENT: [&str; 12] = [
        "account",
        "article",
        "consent_text",
        "emergency_rule",
        "form",
        "reference_stamp",
        "revision",
        "revision_disclosure",
        "revision_related",
        "revision_service",
        "revision_term",
        "retention_policy",
    ];
    let api = Api::start();
    let silent = api.text(
        "with recursive reached (oid) as (
           select c.oid from pg_class c where c.relnamespace = 'site'::regnamespace and c.relkind = 'v'
           union
           select d.refobjid from reached r join pg_rewrite w on w.ev_class = r.oid join pg_depend d on d.objid = w.oid
            where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass)
         select coalesce(string_agg(c.relname, ' ' order by c.relname), '') from reached r join pg_class c on c.oid = r.oid
          where c.relkind = 'r' and c.relnamespace = 'cms'::regnamespace
            and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = c.relname || '_changes_content')",
    );
    let unexpected: Vec<_> = silent.split(' ').filter(|table| !SILENT.contains(table)).collect();
    assert!(unexpected.is_empty(), "nobody hears of changes of {unexpected:?}");
}
