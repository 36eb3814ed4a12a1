//! What is generated from the code and kept beside it does not drift.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that meets the unexpected fails by panicking")]

use std::{fs, path::Path};

use clinic_cms::config::reference;

fn document(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

#[test]
fn the_example_of_settings_is_the_one_that_the_program_prints() {
    assert_eq!(document(".env.example"), reference::env_example(), "run: clinic-cms config example > .env.example");
}

#[test]
fn the_table_of_settings_is_the_one_that_the_program_prints() {
    let operations = document("docs/OPERATIONS.md");
    let (_, rest) = operations.split_once("<!-- settings:begin -->\n").expect("the table has a beginning");
    let (table, _) = rest.split_once("<!-- settings:end -->").expect("the table has an end");
    assert_eq!(table.trim(), reference::settings_table().trim(), "print it with: clinic-cms config reference");
}

#[test]
fn the_table_of_roles_is_the_one_that_the_gate_goes_by() {
    let security = document("docs/SECURITY.md");
    let (_, rest) = security.split_once("<!-- roles:begin -->\n").expect("the table has a beginning");
    let (table, _) = rest.split_once("<!-- roles:end -->").expect("the table has an end");
    assert_eq!(table.trim(), clinic_cms::accounts::table_in_markdown().trim());
}

#[test]
fn no_link_between_the_documents_is_broken() {
    for name in [
        "README.md",
        "docs/ARCHITECTURE.md",
        "docs/OPERATIONS.md",
        "docs/SECURITY.md",
        "docs/API.md",
        "docs/RELIABILITY.md",
        "CONTRIBUTING.md",
    ] {
        let folder = Path::new(name).parent().unwrap();
        for link in document(name).split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap();
            if path.is_empty() || path.contains("://") {
                continue;
            }
            let target = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(path);
            assert!(target.exists(), "{name} links to {link}");
        }
    }
}
