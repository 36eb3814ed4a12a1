//! One round trip to the database for each public read of the clinic, however much hangs on it, and for an inquiry.

use std::{fs, io::Read, io::Seek, io::SeekFrom};

use serde_json::json;
use sqlx::{AssertSqlSafe, Executor};

use crate::{
    harness::{Api, EDITOR},
    providers::add_location,
};

/// The statements that the public role runs while `work` does something, as the server's log has them.
fn statements(api: &Api, work: impl FnOnce()) -> Vec<String> {
    let log = api.opened().config.data_dir.join("postgres/server.log");
    let mut file = fs::File::open(log).unwrap();
    let before = file.seek(SeekFrom::End(0)).unwrap();
    work();
    let mut written = Vec::new();
    file.seek(SeekFrom::Start(before)).unwrap();
    file.read_to_end(&mut written).unwrap();
    let written = String::from_utf8_lossy(&written).into_owned();
    // Other tests write to this log as well, but no other has its statements logged.
    written.lines().filter(|line| line.contains("LOG:  ")).map(str::to_owned).collect()
}

/// A service whose public role has its statements logged; none of its connections is open yet.
fn logged(api: Api) -> Api {
    api.as_owner(async |owner| {
        let logged = "do $$ begin execute format('alter role cms_public in database %I set log_statement = ''all''', current_database()); end $$";
        owner.execute(logged).await.unwrap();
    });
    api
}

/// How many statements an answer takes. A statement is prepared once a connection, so each of them has to be warm.
fn count(api: &Api, path: &str) -> usize {
    for _ in 0..8 {
        assert_eq!(api.get(path).status, 200, "{path}");
    }
    let run = statements(api, || assert_eq!(api.get(path).status, 200));
    let run: Vec<_> = run.iter().filter(|line| line.contains("execute") || line.contains("statement:")).collect();
    assert!(!run.iter().any(|line| line.to_lowercase().contains("begin")), "{path}: {run:?}");
    run.len()
}

/// A location with 40 services and 60 providers, and 499 more.
fn large() -> Api {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    add_location(&api, &token, "Harbor Lane");
    let many = "
        insert into cms.service (id, slug, name) select gen_random_uuid(), 's-' || n, 'Service ' || n from generate_series(1, 40) n;
        insert into cms.provider (id, slug, name, display_name) select gen_random_uuid(), 'p-' || n, '{\"family\": \"P\"}', 'Provider ' || n from generate_series(1, 60) n;
        insert into cms.location (id, slug, name, address, timezone, hours)
        select gen_random_uuid(), 'l-' || n, 'Location ' || n, l.address, 'America/New_York',
               '[{\"days\": [\"monday\", \"tuesday\", \"friday\"], \"opens\": \"08:00\", \"closes\": \"17:00\"}]'
          from cms.location l, generate_series(1, 499) n;
        insert into cms.service_location select s.id, l.id, 0 from cms.service s, cms.location l;
        insert into cms.provider_location select p.id, l.id, 0 from cms.provider p, cms.location l;
        insert into cms.service_provider select s.id, p.id, 0 from cms.service s, cms.provider p;
        analyze";
    api.as_owner(async |owner| owner.execute(AssertSqlSafe(many.to_owned())).await.unwrap());
    logged(api)
}

#[test]
fn a_location_with_all_that_hangs_on_it_is_one_round_trip_and_so_is_a_list_of_500() {
    let api = large();
    let one = api.get("/v1/locations/harbor-lane").json()["data"].clone();
    assert_eq!((one["services"].as_array().unwrap().len(), one["providers"].as_array().unwrap().len()), (40, 60));
    let listed = api.get("/v1/locations?limit=100").json();
    assert_eq!((&listed["meta"]["total"], listed["data"].as_array().unwrap().len()), (&json!(500), 100));
    for path in [
        "/v1/locations/harbor-lane",
        "/v1/locations/harbor-lane/hours",
        "/v1/locations/harbor-lane/jsonld",
        "/v1/locations?limit=100",
        "/v1/locations?limit=100&page=5",
        "/v1/clinic",
        "/v1/clinic/jsonld",
        "/v1/providers/p-1",
        "/v1/providers/p-1/jsonld",
        "/v1/services/s-1",
        "/v1/services/s-1/jsonld",
        "/v1/notices",
        "/v1/faqs",
        "/v1/testimonials",
        "/v1/legal-notices",
    ] {
        assert_eq!(count(&api, path), 1, "{path}");
    }
}

#[test]
fn an_inquiry_through_a_form_that_the_node_knows_is_one_round_trip() {
    let api = logged(Api::start());
    let post = |number: usize| {
        let inquiry =
            json!({"full_name": "Wren Hale", "email": format!("wren.{number}@mail.example"), "message": "Hello."});
        let reply = api.call("POST", "/v1/inquiries").json(&inquiry).send();
        assert_eq!(reply.status, 201, "{}", reply.body);
    };
    (0..8).for_each(&post);
    let run = statements(&api, || post(8));
    let run: Vec<_> = run.iter().filter(|line| line.contains("execute") || line.contains("statement:")).collect();
    assert_eq!(run.len(), 1, "{run:?}");
}
