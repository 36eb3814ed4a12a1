//! The doors between the rooms (docs/ARCHITECTURE.md), and what no room may do. A wall that is only drawn on paper
//! is no wall.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that meets the unexpected fails by panicking"
)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Every room, and the rooms that it may name. Doors lead downward only.
const DOORS: [(&str, &[&str]); 26] = [
    (
        "cli",
        &[
            "app",
            "openapi",
            "import",
            "telemetry",
            "articles",
            "clinic",
            "inquiries",
            "accounts",
            "mail",
            "outbox",
            "audit",
            "body",
            "http",
            "db",
            "crypto",
            "config",
            "contact",
            "clock",
        ],
    ),
    (
        "app",
        &[
            "audit",
            "articles",
            "clinic",
            "inquiries",
            "accounts",
            "mail",
            "export",
            "oversight",
            "oidc",
            "operations",
            "outbox",
            "webhooks",
            "delivery",
            "http",
            "db",
            "crypto",
            "config",
            "clock",
        ],
    ),
    ("operations", &["openapi", "delivery", "http", "db"]),
    (
        "openapi",
        &["articles", "clinic", "inquiries", "accounts", "export", "oversight", "webhooks", "operations", "http"],
    ),
    ("export", &["articles", "clinic", "delivery", "http", "db"]),
    (
        "articles",
        &["records", "jsonld", "accounts", "outbox", "delivery", "body", "http", "db", "crypto", "contact", "clock"],
    ),
    (
        "clinic",
        &["records", "jsonld", "accounts", "outbox", "delivery", "audit", "body", "http", "db", "contact", "clock"],
    ),
    (
        "inquiries",
        &["records", "accounts", "outbox", "mail", "audit", "http", "db", "crypto", "config", "contact", "clock"],
    ),
    ("webhooks", &["records", "accounts", "outbox", "http", "db"]),
    ("records", &["accounts", "outbox", "audit", "http", "db", "contact"]),
    ("oversight", &["accounts", "audit", "http", "db"]),
    ("import", &[]),
    ("accounts", &["audit", "clock", "contact", "crypto", "db", "delivery", "http", "mail", "oidc", "outbox"]),
    ("mail", &["outbox", "crypto", "db", "contact", "clock"]),
    ("oidc", &["http", "crypto", "config", "clock"]),
    ("outbox", &["audit", "http", "crypto", "db", "clock"]),
    ("audit", &["db", "crypto", "clock"]),
    ("jsonld", &["delivery", "http"]),
    ("delivery", &["http", "db", "clock"]),
    ("http", &["db", "crypto", "config", "clock"]),
    ("db", &["crypto", "config"]),
    ("crypto", &[]),
    ("config", &[]),
    ("telemetry", &["config"]),
    ("contact", &[]),
    ("body", &[]),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Each source below `src`, with the room it stands in and its text; tests beside the code are left out.
fn rooms() -> Vec<(String, PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let all = sources(&src).into_iter().map(|path| {
        let inside = path.strip_prefix(&src).unwrap().to_path_buf();
        let room = inside.components().next().unwrap().as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned();
        let text = fs::read_to_string(&path).unwrap();
        (room, inside, text)
    });
    all.filter(|(_, path, _)| !path.to_string_lossy().contains("tests")).collect()
}

/// The rooms that a text names by `crate::room`, also inside `use crate::{…}`.
fn named(text: &str) -> Vec<String> {
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut names = Vec::new();
    for piece in code.split("crate::").skip(1) {
        match piece.strip_prefix('{') {
            None => names.push(piece.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect::<String>()),
            Some(group) => {
                let mut depth = 0_i32;
                let mut start = true;
                for (index, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        c if depth == 0 && start && c.is_ascii_lowercase() => {
                            names.push(
                                group[index..].chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect(),
                            );
                            start = false;
                        }
                        c if !c.is_whitespace() => start = false,
                        _ => {}
                    }
                }
            }
        }
    }
    names
}

#[test]
fn rooms_use_only_the_doors_that_lead_down() {
    let doors: BTreeMap<_, _> = DOORS.into_iter().collect();
    for (room, path, text) in rooms() {
        if ["main", "lib", "clock"].contains(&room.as_str()) {
            continue;
        }
        let allowed = doors.get(room.as_str()).unwrap_or_else(|| panic!("the room {room} has no doors: give it some"));
        for name in named(&text).into_iter().filter(|name| !name.is_empty()) {
            assert!(name == room || allowed.contains(&name.as_str()), "{}: {room} may not use {name}", path.display());
        }
    }
}

#[test]
fn nouns_do_not_know_each_other() {
    let nouns = ["articles", "clinic", "inquiries"];
    for (noun, doors) in DOORS.into_iter().filter(|(room, _)| nouns.contains(room)) {
        assert!(!doors.iter().any(|door| nouns.contains(door)), "{noun}");
    }
}

#[test]
fn sql_about_tables_stands_in_queries_alone() {
    for (room, path, text) in rooms() {
        let inside = path.to_string_lossy().into_owned();
        let keeps_queries =
            ["accounts", "articles", "audit", "clinic", "inquiries", "mail", "oversight"].contains(&room.as_str());
        if keeps_queries && !inside.contains("queries") {
            assert!(!text.contains("sqlx::query"), "{inside}: SQL belongs into queries");
        }
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        if file.starts_with("published") || file == "public.rs" {
            let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            assert!(!code.contains(" cms."), "{inside}: what the public reads names views of site alone");
        }
    }
}

#[test]
fn sql_made_at_run_time_stands_where_it_is_listed() {
    // Role names and SCRAM verifiers are ours; no other statement is put together.
    let listed = ["db/roles.rs"];
    for (_, path, text) in rooms() {
        let inside = path.to_string_lossy().into_owned();
        if text.contains("AssertSqlSafe") {
            assert!(listed.contains(&inside.as_str()), "{inside} puts SQL together");
        }
    }
}

#[test]
fn every_room_says_what_it_is_for() {
    for (_, path, text) in rooms() {
        assert!(text.starts_with("//!"), "{} begins without a word on what it is for", path.display());
    }
}
