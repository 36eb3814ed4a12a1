//! `serve`: from nothing to an answering API, and back to nothing.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
};

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::{
    program::{Ground, Running, Service},
    web::Client,
};

fn ids(service: &Service) -> Vec<Value> {
    let articles = service.client().get("/v1/articles?limit=100").good();
    articles["data"].as_array().unwrap().iter().map(|article| article["id"].clone()).collect()
}

/// What stands between the first two of these quotes after `begin`.
fn quoted<'a>(text: &'a str, begin: &str) -> &'a str {
    let rest = text.split_once(begin).unwrap_or_else(|| panic!("no {begin} in {text}")).1;
    rest.split('\'').nth(1).unwrap()
}

#[test]
fn one_command_brings_a_demo_clinic_and_says_how_to_use_it() {
    let ground = Ground::new();
    let service = ground.serve(&["--demo"]);
    for word in ["API ", "Docs ", "Owner ", "Try "] {
        assert!(service.said.lines().any(|line| line.starts_with(word)), "{word}: {}", service.said);
    }
    assert_eq!(service.said.matches("curl -s ").count(), 2, "{}", service.said);
    let articles = Client::default().get(quoted(&service.said, "curl -s "));
    assert_eq!(articles.good()["data"].as_array().unwrap().len(), 2);
    let sign_in: Value = serde_json::from_str(quoted(&service.said, " -d ")).unwrap();
    let (email, password) = service.owner();
    assert_eq!(sign_in, json!({"email": email, "password": password}));
    service.client().sign_in((&email, &password)).good();
    let docs = service.said.lines().find_map(|line| line.strip_prefix("Docs")).unwrap().trim();
    assert_eq!(Client::default().get(docs).status, 200);
    assert_eq!(service.client().get("/readyz").status, 200);
}

#[test]
fn a_second_start_finds_the_data_and_prints_no_password() {
    let ground = Ground::new();
    let first = ground.serve(&["--demo"]);
    let (before, owner) = (ids(&first), first.owner());
    assert!(!before.is_empty());
    let ended = first.stop(Signal::SIGINT).with(0, &[]);
    assert!(!ended.stderr.contains(&owner.1), "the password is not logged");
    assert_eq!(ground.processes(), Vec::<i32>::new(), "Ctrl-C stops the database as well");
    assert!(ground.socket_dir().is_none_or(|folder| !folder.exists()), "and takes its socket along");
    let second = ground.serve(&["--demo"]);
    assert_eq!(ids(&second), before);
    assert!(!second.said.contains(&owner.1) && second.said.contains("Owner      as before"), "{}", second.said);
    second.signed_in(&owner);
}

#[test]
fn a_supervisors_sigterm_ends_everything_too() {
    let ground = Ground::new();
    ground.serve(&[]).stop(Signal::SIGTERM).with(0, &[]);
    assert_eq!(ground.processes(), Vec::<i32>::new());
}

#[test]
fn a_stop_does_not_wait_for_a_live_inbox_that_nobody_closes() {
    let ground = Ground::new();
    let service = ground.serve(&["--demo"]);
    let (email, password) = service.owner();
    let tokens = service.client().sign_in((&email, &password)).good();
    let token = tokens["data"]["access_token"].as_str().unwrap();
    let mut socket = TcpStream::connect(service.base.strip_prefix("http://").unwrap()).unwrap();
    let head = "GET /v1/admin/inquiries/stream HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer";
    write!(socket, "{head} {token}\r\n\r\n").unwrap();
    let mut begun = String::new();
    let mut lines = BufReader::new(socket);
    while !begun.contains("retry: ") {
        assert_ne!(lines.read_line(&mut begun).unwrap(), 0, "{begun}");
    }
    let asked = std::time::Instant::now();
    service.stop(Signal::SIGTERM).with(0, &[]);
    assert!(
        asked.elapsed() < std::time::Duration::from_secs(15),
        "a drain is over after thirty: {:?}",
        asked.elapsed()
    );
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    assert!(rest.ends_with("0\r\n\r\n"), "the stream ended in order: {rest:?}");
}

#[test]
fn a_second_serve_of_the_same_data_is_refused_and_the_first_goes_on() {
    let ground = Ground::new();
    let first = ground.serve(&[]);
    let pid = lasting(&ground);
    let refused = ground.run(&["serve", "--listen", "127.0.0.1:0"]).with(1, &["process "]);
    assert!(refused.stderr.contains(&ground.data_dir().display().to_string()), "{refused:?}");
    assert_eq!(first.client().get("/readyz").status, 200);
    assert_eq!(lasting(&ground), pid, "no process more, none less");
}

/// The processes but for those behind a connection and those that clean up, which come and go with the service's work. One that
/// has just begun has no name of its own yet, so it is looked until two looks see the same.
fn lasting(ground: &Ground) -> Vec<i32> {
    let mut seen = named(ground);
    for _ in 0..50 {
        std::thread::sleep(std::time::Duration::from_millis(50));
        let before = std::mem::replace(&mut seen, named(ground));
        if before == seen {
            break;
        }
    }
    seen
}

fn named(ground: &Ground) -> Vec<i32> {
    let line = |process: &i32| std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
    let comes_and_goes = |line: Vec<u8>| {
        [&b"postgres: cms_"[..], b"postgres: autovacuum worker"].iter().any(|name| line.starts_with(name))
    };
    ground.processes().into_iter().filter(|process| !comes_and_goes(line(process))).collect()
}

#[test]
fn a_port_that_is_taken_is_told_by_its_setting() {
    let ground = Ground::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    ground.run(&["serve", "--listen", &address]).with(1, &["CMS_LISTEN", &address]);
    assert_eq!(ground.processes(), Vec::<i32>::new());
}

#[test]
fn the_first_owner_can_come_from_the_settings() {
    let ground = Ground::new();
    let owner = ("front.desk@clinic.example".to_owned(), "nine herons wade before noon".to_owned());
    let mut command = ground.command(&["serve", "--demo", "--listen", "127.0.0.1:0"]);
    command.env("CMS_ADMIN_EMAIL", &owner.0);
    command.env("CMS_ADMIN_PASSWORD_FILE", ground.file("password", &format!("{}\n", owner.1)));
    let service = Service::start(command);
    assert!(service.said.contains(&owner.0) && !service.said.contains(&owner.1), "{}", service.said);
    assert!(!service.said.contains("shown once"), "no other owner is made: {}", service.said);
    let staff = service.signed_in(&owner);
    assert_eq!(staff.get("/v1/auth/me").good()["data"]["role"], "owner");
}

#[test]
fn the_set_up_link_lets_one_first_owner_in() {
    let ground = Ground::new();
    let service = ground.serve(&[]);
    let set_up = service.said.lines().find_map(|line| line.strip_prefix("Set-up")).expect("a link");
    let link = set_up.split_whitespace().next().unwrap();
    let owner =
        json!({"email": "owner@clinic.example", "name": "Robin Vale", "password": "nine herons wade before noon"});
    let again = json!({"email": "else@clinic.example", "name": "Else", "password": "nine herons wade after noon"});
    Client::default().post(link, &[], &owner).unwrap().good();
    let refused = Client::default().post(link, &[], &again).unwrap();
    assert!((400..500).contains(&refused.status), "{refused:?}");
    let owner = ("owner@clinic.example".to_owned(), "nine herons wade before noon".to_owned());
    assert_eq!(service.signed_in(&owner).get("/v1/auth/me").good()["data"]["role"], "owner");
}

#[test]
fn a_start_that_is_interrupted_leaves_nothing_behind() {
    let ground = Ground::new();
    let starting = Running::start(ground.command(&["serve", "--listen", "127.0.0.1:0"]));
    let postmaster = ground.data_dir().join("postgres/cluster/postmaster.pid");
    crate::program::await_that("the database", || postmaster.exists().then_some(()));
    starting.signal(Signal::SIGINT);
    starting.ended();
    crate::program::await_that("the database's end", || ground.processes().is_empty().then_some(()));
    assert_eq!(ground.serve(&[]).client().get("/readyz").status, 200, "and the next start is well");
}

#[test]
fn a_setting_that_was_changed_is_named_in_the_audit_trail_and_its_value_is_not() {
    let ground = Ground::new();
    let first = ground.serve(&["--demo"]);
    let owner = first.owner();
    first.stop(Signal::SIGINT).with(0, &[]);
    ground.serve(&["--demo"]).stop(Signal::SIGINT).with(0, &[]);
    let third = ground.serve(&["--demo", "--session-idle-minutes", "23"]);
    let changes = third.signed_in(&owner).get("/v1/admin/audit?action=setting.change").good();
    assert_eq!(changes["data"].as_array().unwrap().len(), 1, "{changes}");
    let change = &changes["data"][0];
    assert_eq!((&change["fields"], &change["actor"]["kind"]), (&json!(["CMS_SESSION_IDLE_MINUTES"]), &json!("system")));
}

#[test]
fn the_demo_shows_every_part_of_a_clinic_and_nothing_in_it_contradicts_itself() {
    let ground = Ground::new();
    let service = ground.serve(&["--demo"]);
    let client = service.client();
    let data = |path: &str| client.get(path).good()["data"].clone();
    let count = |path: &str| data(path).as_array().unwrap().len();
    assert_eq!((count("/v1/notices"), count("/v1/faqs"), count("/v1/testimonials")), (2, 5, 3));
    assert_eq!(data("/v1/faqs?locale=es&service=flu-shot")[0]["locale"], "es");
    let ends: Vec<_> =
        data("/v1/notices").as_array().unwrap().iter().map(|notice| notice["ends_at"].is_null()).collect();
    assert_eq!(ends, [false, true], "one will end");
    let legal = data("/v1/legal-notices?locale=es");
    let kinds: Vec<_> = legal.as_array().unwrap().iter().map(|notice| notice["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["language_assistance", "no_surprises", "nondiscrimination", "privacy_practices"]);
    for slug in ["privacy-practices", "nondiscrimination", "language-assistance", "no-surprises"] {
        for (locale, sample) in [("en", "Sample text"), ("es", "Texto de muestra")] {
            let text = data(&format!("/v1/legal-notices/{slug}?locale={locale}&format=text"));
            assert!(text["body"]["value"].as_str().unwrap().contains(sample), "{text}");
        }
    }
    let clinic = data("/v1/clinic");
    for part in ["locations", "notices", "legal_notices", "phones"] {
        assert!(!clinic[part].as_array().unwrap().is_empty(), "{part}");
    }
    let staff = service.signed_in(&service.owner());
    let required = staff.get("/v1/admin/compliance/notices").good()["data"].clone();
    assert!(required.as_array().unwrap().iter().all(|notice| notice["state"] == "kept"), "{required}");
    let report = staff.get("/v1/admin/clinic/consistency").good()["data"].clone();
    assert_eq!(report["findings"], json!([]));
    assert_eq!(
        (&report["looked_through"]["articles"], &report["looked_through"]["legal_notices"]),
        (&json!(9), &json!(4))
    );
    for path in [
        "/v1/clinic/jsonld",
        "/v1/locations/harbor-lane/jsonld",
        "/v1/providers/dana-fuller/jsonld",
        "/v1/services/flu-shot/jsonld",
    ] {
        let graph = client.get(path).good();
        let page = format!("<html><head><script type=\"application/ld+json\">{graph}</script></head></html>");
        let found = schemaorg_rs::validation::validate(&schemaorg_rs::extract_all(&page).unwrap());
        assert!(!found.has_errors() && !found.has_warnings(), "{path}");
    }
}
