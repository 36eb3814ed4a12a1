//! `admin`: accounts from the command line, beside a running service and without one.

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::program::{Ground, Running};

fn create(ground: &Ground, email: &str, role: &str) -> (String, String) {
    let arguments = ["admin", "create", "--email", email, "--name", "Robin Vale", "--role", role, "--json"];
    let made = ground.json(&arguments);
    (email.to_owned(), made["password"].as_str().unwrap().to_owned())
}

fn status(ground: &Ground, email: &str) -> Value {
    let accounts = ground.json(&["admin", "list", "--json"]);
    let found = accounts.as_array().unwrap().iter().find(|account| account["email"] == email);
    found.unwrap_or_else(|| panic!("{email} is missing: {accounts}"))["status"].clone()
}

#[test]
fn an_account_is_created_listed_and_let_in() {
    let ground = Ground::new();
    let (owner, editor) =
        (create(&ground, "owner@clinic.example", "owner"), create(&ground, "pen@clinic.example", "editor"));
    assert_eq!(ground.processes(), Vec::<i32>::new(), "a command stops the database that it started");
    ground.run(&["admin", "list"]).with(0, &["owner@clinic.example", "pen@clinic.example", "Robin Vale", "editor"]);
    ground.json(&["admin", "list", "--json"]);
    let service = ground.serve(&[]);
    let seen = service.signed_in(&owner).get("/v1/admin/audit?action=account.list&actor=system").good();
    assert_eq!(seen["meta"]["total"], 2, "whoever lists addresses is written down: {seen}");
    assert_eq!(seen["data"][0]["subject"]["id"], Value::Null);
    assert!(service.said.contains("Owner      as before"), "{}", service.said);
    for (account, role) in [(&owner, "owner"), (&editor, "editor")] {
        assert_eq!(service.signed_in(account).get("/v1/auth/me").good()["data"]["role"], role);
    }
}

#[test]
fn what_cannot_be_an_account_is_told_and_not_made() {
    let ground = Ground::new();
    let create =
        |email: &str, role: &str| ground.run(&["admin", "create", "--email", email, "--name", "X", "--role", role]);
    create("[email protected]", "owner").with(2, &["the address must be an e-mail address"]);
    create("owner@clinic.example", "boss").with(2, &["owner", "editor"]);
    create("owner@clinic.example", "owner").with(0, &["shown once"]);
    let twice = create("Owner@Clinic.example", "editor");
    assert_eq!(twice.code, Some(1), "{twice:?}");
    assert!(!twice.stdout.contains("shown once"), "{twice:?}");
    assert_eq!(ground.json(&["admin", "list", "--json"]).as_array().unwrap().len(), 1);
    ground.run(&["admin", "reset-password", "nobody@clinic.example"]).with(1, &["no account has this address"]);
    ground.run(&["admin", "disable", "nobody@clinic.example"]).with(1, &["no account has this address"]);
    assert_eq!(ground.processes(), Vec::<i32>::new(), "a command that fails stops the database as well");
}

#[test]
fn a_reset_password_ends_sessions_of_the_running_service_at_once() {
    let ground = Ground::new();
    let service = ground.serve(&["--demo"]);
    let owner = service.owner();
    let before = service.signed_in(&owner);
    assert_eq!(before.get("/v1/auth/me").status, 200);
    let reset = ground.json(&["admin", "reset-password", &owner.0, "--json"]);
    assert_eq!(before.get("/v1/auth/me").status, 401, "the session is over");
    assert_eq!(service.client().sign_in((&owner.0, &owner.1)).status, 401, "the old password counts no more");
    service.signed_in(&(owner.0, reset["password"].as_str().unwrap().to_owned()));
    assert_eq!(service.client().get("/readyz").status, 200, "the command left the service's database alone");
    service.stop(Signal::SIGINT).with(0, &[]);
}

#[test]
fn the_last_owner_cannot_be_disabled() {
    let ground = Ground::new();
    let (first, second) = ("first@clinic.example", "second@clinic.example");
    create(&ground, first, "owner");
    create(&ground, "pen@clinic.example", "editor");
    ground.run(&["admin", "disable", first]).with(1, &["nobody would be left"]);
    assert_eq!(status(&ground, first), "active");
    create(&ground, second, "owner");
    ground.run(&["admin", "disable", first]).with(0, &[first]);
    assert_eq!(status(&ground, first), "disabled");
    ground.run(&["admin", "disable", second]).with(1, &["nobody would be left"]);
    assert_eq!(status(&ground, second), "active");
}

#[test]
fn the_owner_who_is_kept_for_the_day_on_which_the_provider_fails_is_not_disabled() {
    let ground = Ground::new();
    create(&ground, "kept@clinic.example", "owner");
    create(&ground, "other@clinic.example", "owner");
    let disable = |email: &str| {
        let mut command = ground.command(&["admin", "disable", email]);
        command.envs([
            ("CMS_OIDC_ISSUER", "https://id.clinic.example"),
            ("CMS_OIDC_CLIENT_ID", "cms"),
            ("CMS_OIDC_CLIENT_SECRET", "nobody-knows-this-secret"),
            ("CMS_LOCAL_SIGN_IN", "break_glass"),
            ("CMS_BREAK_GLASS_OWNER", "kept@clinic.example"),
        ]);
        Running::start(command).ended()
    };
    disable("kept@clinic.example").with(1, &["nobody would be left"]);
    assert_eq!(status(&ground, "kept@clinic.example"), "active");
    disable("other@clinic.example").with(0, &[]);
}
