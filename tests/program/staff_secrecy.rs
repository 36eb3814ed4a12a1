//! What staff prove who they are with stands in no log line and in no file of the data directory, the write-ahead
//! log included: only in the answer or the letter that hands it over.

use std::{fs, path::Path};

use aws_lc_rs::hmac;
use clinic_cms::clock::Clock;
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::{
    program::{Ground, Service, await_that},
    web::Client,
};

const EDITOR: (&str, &str) = ("qzeditor@clinic.example", "qzbrass kettles sing till noon");
/// Stands in an article, to show that the search would find what is there.
const CONTROL: &str = "qzcontrol";

/// RFC 6238 by another hand: SHA-1, 6 digits, 30 s.
pub fn code(secret: &str) -> String {
    let key = BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key);
    let step = u64::try_from(Clock::system().now().timestamp()).unwrap() / 30;
    let digest = hmac::sign(&key, &step.to_be_bytes());
    let digest = digest.as_ref();
    let offset = usize::from(digest[19] & 15);
    let number = u32::from_be_bytes(digest[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

/// The token at the end of the link of this kind that a letter in the folder holds.
fn mailed(ground: &Ground, kind: &str) -> String {
    await_that(kind, || {
        let letters = fs::read_dir(ground.data_dir().join("mail")).into_iter().flatten().flatten();
        let texts = letters.filter_map(|letter| fs::read_to_string(letter.path()).ok());
        texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).find_map(|line| {
            let (before, token) = line.trim().rsplit_once('/')?;
            (before.starts_with("http") && before.ends_with(kind)).then(|| token.to_owned())
        })
    })
}

/// A text of an answer's item.
#[track_caller]
pub fn text(answer: &Value, name: &str) -> String {
    answer["data"][name].as_str().unwrap_or_else(|| panic!("{name} in {answer}")).to_owned()
}

/// Everything that somebody could sign in with, each made and used once: its name and its text.
fn secrets(ground: &Ground, service: &Service) -> Vec<(&'static str, String)> {
    let (client, owner) = (service.client(), service.signed_in(&service.owner()));
    owner.post("/v1/admin/articles", &[], &json!({"title": CONTROL})).unwrap().good();
    let body = json!({"email": EDITOR.0, "role": "editor"});
    owner.post("/v1/admin/invitations", &[], &body).unwrap().good();
    let invitation = mailed(ground, "/invitations");
    let person = json!({"name": "Robin Vale", "password": EDITOR.1});
    client.post(&format!("/v1/auth/invitations/{invitation}"), &[], &person).unwrap().good();
    let tokens = client.sign_in(EDITOR).good();
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    let editor = Client::with_token(&service.base, &access);
    let key = json!({"name": "Website", "scopes": ["articles:read"]});
    let key = text(&editor.post("/v1/admin/api-keys", &[], &key).unwrap().good(), "key");
    Client::with_token(&service.base, &key).get("/v1/admin/articles").good();
    let begun = text(&editor.post("/v1/auth/totp", &[], &json!({})).unwrap().good(), "secret");
    let confirmed = editor.put("/v1/auth/totp", &json!({"code": code(&begun)})).good();
    let recovery: Vec<String> = confirmed["data"]["recovery_codes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|code| code.as_str().unwrap().to_owned())
        .collect();
    let mfa = text(&client.sign_in(EDITOR).good(), "mfa_token");
    client.post("/v1/auth/mfa", &[], &json!({"mfa_token": mfa, "code": recovery[0]})).unwrap().good();
    let renewed = client.post("/v1/auth/refresh", &[], &json!({"refresh_token": refresh})).unwrap().good();
    assert_eq!(client.post("/v1/auth/password-resets", &[], &json!({"email": EDITOR.0})).unwrap().status, 202);
    let reset = mailed(ground, "/password-resets");
    let door = format!("/v1/auth/password-resets/{reset}");
    assert_eq!(
        client.put(&door, &json!({"new_password": "qztoo short"})).status,
        204,
        "eight are enough beside a factor"
    );
    for wrong in [json!({"refresh_token": refresh, "password": EDITOR.1}), json!({"refresh_token": [refresh]})] {
        assert_eq!(client.post("/v1/auth/refresh", &[], &wrong).unwrap().status, 422);
    }
    let mut secrets = vec![
        ("the password", EDITOR.1.to_owned()),
        ("the next password", "qztoo short".to_owned()),
        ("the invitation", invitation),
        ("the reset", reset),
        ("the access token", access.rsplit('.').next().unwrap().to_owned()),
        ("the refresh token", refresh),
        ("the renewed refresh token", text(&renewed, "refresh_token")),
        ("the token of the step", mfa),
        ("the secret of the authenticator", begun),
        ("the key", key.chars().skip(18).take(43).collect()),
    ];
    secrets.extend(recovery.into_iter().map(|code| ("a recovery code", code)));
    secrets
}

/// Bytes as a text of as many letters, which is quick to search.
fn letters(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// The files below a folder, but for letters, that hold one of these.
fn holding(folder: &Path, searched: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        if kind.is_dir() && !path.ends_with("data/mail") {
            found.extend(holding(&path, searched));
        } else if kind.is_file() {
            let held = letters(&fs::read(&path).unwrap());
            found.extend(searched.iter().filter(|text| held.contains(*text)).map(|_| path.display().to_string()));
        }
    }
    found
}

#[test]
fn no_log_line_and_no_file_holds_what_staff_sign_in_with() {
    let ground = Ground::new();
    let service = ground.serve(&["--demo", "--log", "trace", "--log-format", "json", "--rate-limits", "off"]);
    let secrets = secrets(&ground, &service);
    let ended = service.stop(Signal::SIGINT).with(0, &["\"route\":\"/v1/auth/refresh\""]);
    let told = ended.stdout + &ended.stderr;
    for (what, secret) in &secrets {
        let line = told.lines().find(|line| line.contains(secret.as_str()));
        assert_eq!(line, None, "{what} is logged");
    }
    assert!(!told.contains(EDITOR.0), "nor is the address of anybody");
    let mut searched: Vec<String> = secrets.iter().map(|(_, secret)| secret.clone()).collect();
    let raw = secrets.iter().filter_map(|(_, secret)| BASE64URL_NOPAD.decode(secret.as_bytes()).ok());
    searched.extend(raw.filter(|bytes| bytes.len() == 32).map(|bytes| letters(&bytes)));
    let authenticator = secrets.iter().find(|(what, _)| what.contains("authenticator")).unwrap();
    searched.push(letters(&BASE32_NOPAD.decode(authenticator.1.as_bytes()).unwrap()));
    assert_eq!(holding(&ground.data_dir(), &searched), Vec::<String>::new());
    let control = holding(&ground.data_dir(), &[CONTROL.to_owned()]);
    assert!(control.iter().any(|file| file.contains("pg_wal")), "the search finds what is there");
}
