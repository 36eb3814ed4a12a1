//! Letters of a service that knows no mail server: files in the data directory, and a log line that says where.

use std::{fs, os::unix::fs::MetadataExt, path::PathBuf};

use nix::sys::signal::Signal;
use serde_json::json;

use crate::program::{Ground, await_that};

/// The letters that were written so far, the oldest first.
fn letters(ground: &Ground) -> Vec<PathBuf> {
    let folder = fs::read_dir(ground.data_dir().join("mail")).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "eml"));
    files.sort();
    files
}

#[test]
fn without_a_mail_server_an_invitation_is_a_file_and_the_log_names_its_folder() {
    let ground = Ground::new();
    let service = ground.serve(&["--demo"]);
    let owner = service.signed_in(&service.owner());
    let invited = json!({"email": "new@clinic.example", "role": "author"});
    owner.post("/v1/admin/invitations", &[], &invited).unwrap().good();
    let letter = await_that("the letter", || letters(&ground).pop());
    assert_eq!(fs::metadata(&letter).unwrap().mode() & 0o777, 0o600, "a link is for nobody else");
    let letter = fs::read_to_string(letter).unwrap();
    assert!(letter.contains("To: new@clinic.example"), "{letter}");
    let link = letter.lines().find(|line| line.starts_with("http")).expect("a link on a line").trim();
    let person = json!({"name": "Nia Reyes", "password": "brass kettles sing till noon"});
    service.client().post(link, &[], &person).unwrap().good();
    service.client().sign_in(("new@clinic.example", "brass kettles sing till noon")).good();
    let folder = ground.data_dir().join("mail").display().to_string();
    let ended = service.stop(Signal::SIGINT).with(0, &["CMS_SMTP_URL is not set"]);
    assert!(ended.stderr.contains(&folder), "{}", ended.stderr);
    assert!(!ended.stderr.contains(link.rsplit('/').next().unwrap()), "and the log keeps the link to itself");
}
