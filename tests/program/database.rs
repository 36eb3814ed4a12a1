//! The schema, the surroundings, and a PostgreSQL of the operator's own.

use nix::sys::signal::Signal;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, postgres::PgConnectOptions};

use crate::{
    program::{Ground, Running, Service, await_that},
    web::Client,
};

#[test]
fn migrating_twice_applies_everything_once() {
    let ground = Ground::new();
    let first = ground.json(&["migrate", "--json"]);
    let second = ground.json(&["migrate", "--json"]);
    assert!(first["applied"].as_u64().unwrap() > 0, "{first}");
    assert_eq!((second["applied"].as_u64(), &second["newest"]), (Some(0), &first["newest"]));
    ground.run(&["migrate"]).with(0, &["0 migrations applied"]);
    assert_eq!(ground.processes(), Vec::<i32>::new());
}

#[test]
fn the_doctor_finds_a_fresh_installation_well() {
    let ground = Ground::new();
    let findings = ground.json(&["doctor", "--json"]);
    assert_eq!(findings["well"], true, "{findings}");
    let what: Vec<_> =
        findings["findings"].as_array().unwrap().iter().map(|one| one["what"].as_str().unwrap()).collect();
    let expected =
        ["settings", "keys", "postgres", "database", "erasures", "roles", "compliance", "consistency", "webhooks"];
    assert_eq!(what, expected);
    let warned: Vec<_> =
        findings["findings"].as_array().unwrap().iter().map(|one| one["warning"].as_bool().unwrap()).collect();
    assert_eq!(warned, expected.map(|what| what == "compliance"), "no notice is kept yet: {findings}");
    ground.run(&["doctor"]).with(0, &["ok", "roles", "warn compliance", "privacy_practices missing"]);
    assert_eq!(ground.processes(), Vec::<i32>::new());
}

#[test]
fn the_doctor_names_what_is_not_well() {
    let ground = Ground::new();
    let mut command = ground.command(&["doctor", "--json"]);
    command.env("CMS_WORKERS", "many");
    let ended = Running::start(command).ended().with(3, &["CMS_WORKERS"]);
    let findings: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!((&findings["well"], &findings["findings"][0]["ok"]), (&json!(false), &json!(false)));
}

#[test]
fn a_healthcheck_tells_a_ready_service_from_none() {
    let ground = Ground::new();
    let free = free_port();
    ground.run(&["healthcheck", "--listen", &free]).with(3, &["not ready", &free]);
    ground.run(&["healthcheck", "--listen", &free, "--json"]).with(3, &["\"ready\": false"]);
    let service = ground.serve(&[]);
    ground.run(&["healthcheck", "--url", &service.base]).with(0, &["is ready"]);
    let address = service.base.strip_prefix("http://").unwrap();
    assert_eq!(ground.json(&["healthcheck", "--listen", address, "--json"])["ready"], true);
}

#[test]
fn a_database_is_not_opened_with_the_keys_of_another() {
    let ground = Ground::new();
    ground.run(&["migrate"]).with(0, &[]);
    let keys = ground.data_dir().join("keys");
    std::fs::rename(&keys, ground.data_dir().join("keys-put-away")).unwrap();
    let refused = ground.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("restore") && refused.stderr.contains("key"), "{refused:?}");
    assert_eq!(ground.processes(), Vec::<i32>::new());
    std::fs::remove_dir_all(&keys).unwrap();
    std::fs::rename(ground.data_dir().join("keys-put-away"), &keys).unwrap();
    ground.serve(&[]).stop(Signal::SIGINT).with(0, &[]);
}

/// A PostgreSQL that the program did not start: the one of another installation, by its socket.
struct Elsewhere {
    host: Ground,
    _service: Service,
    password: String,
}

impl Elsewhere {
    fn start() -> Self {
        let host = Ground::new();
        let service = host.serve(&[]);
        let password = host.superuser_password();
        let elsewhere = Self { host, _service: service, password };
        elsewhere.ask(async |owner| owner.execute("create database other_db").await.unwrap());
        elsewhere
    }

    fn url(&self) -> String {
        let socket = self.host.socket_dir().unwrap().display().to_string().replace('/', "%2F");
        format!("postgres://clinic_owner:{}@{socket}/other_db", self.password)
    }

    fn ask<T>(&self, work: impl AsyncFnOnce(&mut PgConnection) -> T) -> T {
        let options = PgConnectOptions::new_without_pgpass()
            .socket(self.host.socket_dir().unwrap())
            .username("clinic_owner")
            .password(&self.password)
            .database("postgres");
        actix_web::rt::System::new().block_on(async {
            let mut owner = PgConnection::connect_with(&options).await.unwrap();
            let answer = work(&mut owner).await;
            owner.close().await.unwrap();
            answer
        })
    }
}

#[test]
fn a_database_of_the_operators_own_serves_as_well() {
    let (elsewhere, ground) = (Elsewhere::start(), Ground::new());
    let start = || {
        let mut command = ground.command(&["serve", "--demo", "--listen", "127.0.0.1:0"]);
        command.env("DATABASE_URL", elsewhere.url());
        Service::start(command)
    };
    let service = start();
    let owner = service.owner();
    let client = service.client();
    assert_eq!(client.get("/readyz").status, 200);
    let articles = client.get("/v1/articles").good();
    assert!(!articles["data"].as_array().unwrap().is_empty());
    let inquiry = json!({"full_name": "Wren Hale", "email": "wren@mail.example", "message": "Is there a ramp?"});
    let id = client.post("/v1/inquiries", &[], &inquiry).unwrap().good()["data"]["id"].clone();
    let read = service.signed_in(&owner).get(&format!("/v1/admin/inquiries/{}", id.as_str().unwrap())).good();
    assert_eq!(read["data"]["message"], "Is there a ramp?");
    let roles =
        "select string_agg(distinct usename, ' ' order by usename) from pg_stat_activity where datname = 'other_db'";
    let roles: String = elsewhere.ask(async |owner| sqlx::query_scalar(roles).fetch_one(owner).await.unwrap());
    assert_eq!(roles, "cms_public cms_staff", "requests are served by the two roles alone");
    assert!(!ground.data_dir().join("postgres").exists(), "no server of its own");
    service.stop(Signal::SIGINT).with(0, &[]);
    let again = start();
    assert_eq!(again.client().get("/v1/articles").good()["meta"]["total"], articles["meta"]["total"]);
    again.signed_in(&owner);
}

#[test]
fn a_database_that_answers_a_commit_before_it_is_written_is_refused() {
    let (elsewhere, ground) = (Elsewhere::start(), Ground::new());
    elsewhere.ask(async |owner| {
        owner.execute("alter database other_db set synchronous_commit = off").await.unwrap();
    });
    let mut command = ground.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("DATABASE_URL", elsewhere.url());
    Running::start(command).ended().with(1, &["synchronous_commit off", "answered 201"]);
}

/// Free a moment ago.
fn free_port() -> String {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

#[test]
fn a_database_that_is_away_leaves_the_service_alive_and_not_ready_until_it_is_stopped() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let (ground, listen) = (Ground::new(), free_port());
        let mut command = ground.command(&["serve", "--listen", &listen]);
        command.env("DATABASE_URL", format!("postgres://clinic_owner:secret-of-the-tide@{}/clinic", free_port()));
        let waiting = Running::start(command);
        let client = Client::of(&format!("http://{listen}"));
        await_that("life", || client.try_get("/livez").filter(|reply| reply.status == 200));
        assert_eq!(client.get("/readyz").status, 503);
        assert_eq!(client.get("/v1/articles").status, 503);
        waiting.signal(signal);
        let ended = waiting.ended();
        assert_eq!(ended.code, Some(0), "{signal}: {ended:?}");
        assert!(
            ended.stderr.contains("cannot be reached") && !ended.stderr.contains("secret-of-the-tide"),
            "{ended:?}"
        );
    }
}

#[test]
fn a_database_that_comes_later_is_found() {
    let (elsewhere, ground, listen) = (Elsewhere::start(), Ground::new(), free_port());
    let allow = |yes: bool| {
        let statement = format!("alter database other_db with allow_connections {yes}");
        elsewhere.ask(async |owner| owner.execute(AssertSqlSafe(statement)).await.map(drop).unwrap());
    };
    allow(false);
    let mut command = ground.command(&["serve", "--listen", &listen]);
    command.env("DATABASE_URL", elsewhere.url());
    let waiting = Running::start(command);
    let client = Client::of(&format!("http://{listen}"));
    await_that("life", || client.try_get("/livez").filter(|reply| reply.status == 200));
    assert_eq!(client.get("/readyz").status, 503);
    allow(true);
    await_that("readiness", || (client.get("/readyz").status == 200).then_some(()));
    waiting.signal(Signal::SIGINT);
    waiting.ended().with(0, &[]);
}
