//! The commands that need no database.

use serde_json::Value;

use crate::program::{Ended, Ground, Running};

fn with_environment(ground: &Ground, arguments: &[&str], environment: &[(&str, &str)]) -> Ended {
    let mut command = ground.command(arguments);
    command.envs(environment.iter().copied());
    Running::start(command).ended()
}

#[test]
fn the_listing_of_the_settings_tells_who_set_them_and_no_secret() {
    let ground = Ground::new();
    let secrets = [
        ("CMS_ADMIN_EMAIL", "owner@clinic.example"),
        ("CMS_ADMIN_PASSWORD", "nine herons wade before noon"),
        ("DATABASE_URL", "postgres://keeper:tidal-secret@localhost/clinic"),
    ];
    for format in [&["config", "show"][..], &["config", "show", "--json"]] {
        let shown = with_environment(&ground, format, &secrets).with(0, &["CMS_ADMIN_PASSWORD", "DATABASE_URL"]);
        assert!(shown.stdout.contains("environment CMS_ADMIN_EMAIL"), "{shown:?}");
        for secret in ["herons", "tidal-secret"] {
            assert!(!format!("{shown:?}").contains(secret), "{shown:?}");
        }
    }
    let rows = ground.json(&["config", "show", "--json", "--listen", "127.0.0.1:9999"]);
    let listen = rows.as_array().unwrap().iter().find(|row| row["name"] == "CMS_LISTEN").unwrap();
    assert_eq!((listen["value"].as_str(), listen["set_by"].as_str()), (Some("127.0.0.1:9999"), Some("flag --listen")));
}

#[test]
fn a_mistyped_setting_is_told_with_the_name_that_was_meant() {
    let ground = Ground::new();
    for arguments in [&["serve"][..], &["migrate"], &["config", "show"], &["admin", "list"]] {
        let wrong = [("CMS_LISTN", "127.0.0.1:0"), ("CMS_LOG_FORMAT", "yaml")];
        let ended =
            with_environment(&ground, arguments, &wrong).with(2, &["CMS_LISTN", "CMS_LISTEN", "CMS_LOG_FORMAT"]);
        assert!(ended.stdout.is_empty() && !ended.stderr.contains("yaml"), "{ended:?}");
    }
    assert!(!ground.data_dir().exists(), "nothing was begun");
    ground.run(&["serve", "--lisen", "127.0.0.1:0"]).with(2, &["--listen"]);
    ground.run(&["sevre"]).with(2, &["serve"]);
}

#[test]
fn the_version_is_printed_for_people_and_for_programs() {
    let ground = Ground::new();
    ground.run(&["version"]).with(0, &[&format!("clinic-cms {}", env!("CARGO_PKG_VERSION"))]);
    assert_eq!(ground.json(&["version", "--json"])["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn completions_name_the_commands() {
    let ground = Ground::new();
    for shell in ["bash", "zsh", "fish"] {
        ground.run(&["completions", shell]).with(0, &["serve", "migrate", "doctor"]);
    }
    ground.run(&["completions", "cobol"]).with(2, &["bash"]);
}

#[test]
fn the_openapi_document_is_printed_with_the_configured_address() {
    let ground = Ground::new();
    let ended = ground.run(&["openapi", "--public-url", "https://api.clinic.example"]).with(0, &[]);
    let document: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(document["servers"][0]["url"], "https://api.clinic.example");
    for path in ["/v1/articles", "/v1/inquiries", "/v1/admin/inquiries/{id}"] {
        assert!(document["paths"].get(path).is_some(), "{path}");
    }
    assert!(!ground.data_dir().exists(), "no database is needed for it");
}

#[test]
fn the_example_of_an_environment_names_every_setting() {
    let ground = Ground::new();
    let example = ground.run(&["config", "example"]).with(0, &[]).stdout;
    let reference = ground.run(&["config", "reference"]).with(0, &[]).stdout;
    for setting in clinic_cms::config::SETTINGS {
        assert!(example.contains(setting.env), "{}", setting.env);
        assert!(reference.contains(setting.env), "{}", setting.env);
    }
}
