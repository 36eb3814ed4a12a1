//! What the database keeps of a token: one hash, and the token nowhere.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};

use super::*;
use crate::harness::{FRONT_DESK, OWNER};

/// Every row of every table, as text; bytes stand there in hexadecimal.
fn everything(api: &Api) -> String {
    let tables = "select string_agg(format('cms.%I', table_name), ' ') from information_schema.tables
                   where table_schema = 'cms' and table_type = 'BASE TABLE'";
    let tables = api.text(tables);
    assert!(tables.contains("cms.refresh_token") && tables.contains("cms.mail_message"), "{tables}");
    let rows = |table| api.text(&format!("select coalesce(string_agg(t::text, ' '), '') from {table} t"));
    tables.split(' ').map(rows).collect()
}

/// The last part of a link.
fn end_of(link: &str) -> String {
    link.rsplit('/').next().unwrap().to_owned()
}

#[test]
fn of_a_token_the_database_keeps_one_hash_and_nothing_else() {
    let api = strict();
    let (_, owner) = enrol(&api, &half(&api, OWNER));
    let access = told(&owner["tokens"], "access_token");
    let tokens = [
        ("refresh", told(&owner["tokens"], "refresh_token")),
        ("mfa", half(&api, OWNER)),
        ("enrolment", half(&api, FRONT_DESK)),
        ("reset", end_of(&reset_link(&api, EDITOR.0))),
        ("invitation", end_of(&invitation_link(&api, &access, "new@clinic.example"))),
    ];
    // A letter that still waits holds a link as well.
    let waits = json!({"email": ADMIN.0});
    assert_eq!(api.call("POST", "/v1/auth/password-resets").json(&waits).send().status, 202);
    let kept = everything(&api);
    assert!(kept.contains("Test owner"), "the walk sees what is there");
    for (what, token) in &tokens {
        let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).unwrap();
        let hash = HEXLOWER.encode(digest(&SHA256, &bytes).as_ref());
        assert_eq!(kept.matches(&hash).count(), 1, "{what}: its hash, once");
        let spellings = [
            token.clone(),
            HEXLOWER.encode(token.as_bytes()),
            HEXLOWER.encode(&bytes),
            BASE64.encode(&bytes),
            HEXLOWER.encode(BASE64.encode(&bytes).as_bytes()),
        ];
        for spelling in spellings {
            assert!(!kept.contains(&spelling), "{what} stands in the database as {spelling}");
        }
    }
    let links: Vec<String> =
        api.letters().concat().lines().filter(|line| line.contains("/password-resets/")).map(end_of).collect();
    assert!(!links.is_empty(), "the letter was there");
    for link in links {
        let bytes = BASE64URL_NOPAD.decode(link.trim().as_bytes()).unwrap();
        assert!(!kept.contains(&HEXLOWER.encode(link.trim().as_bytes())) && !kept.contains(&HEXLOWER.encode(&bytes)));
    }
}

#[test]
fn a_password_a_code_a_secret_and_a_key_stand_nowhere_in_the_database() {
    let api = clinic();
    let access = api.sign_in(OWNER);
    let (secret, enrolled) = enrol(&api, &access);
    let key = json!({"name": "Website", "scopes": ["articles:read"]});
    let key = told(&api.call("POST", "/v1/admin/api-keys").bearer(&access).json(&key).send().json(), "key");
    let raw = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let mut secrets = vec![OWNER.1.to_owned(), secret, key.clone(), key[18..61].to_owned(), access];
    secrets.extend(enrolled["recovery_codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()));
    secrets.extend(
        enrolled["recovery_codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().replace('-', "")),
    );
    let kept = everything(&api).to_lowercase();
    assert!(!kept.contains(&HEXLOWER.encode(&raw)), "the secret of the authenticator");
    for secret in secrets.iter().map(|secret| secret.to_lowercase()) {
        assert!(!kept.contains(&secret) && !kept.contains(&HEXLOWER.encode(secret.as_bytes())), "{secret}");
    }
    assert!(kept.contains(&key[5..17].to_lowercase()), "the public part of the key is there");
}

#[test]
fn a_hash_of_yesterdays_cost_is_made_anew_by_a_good_sign_in_alone() {
    // "four green teapots" at m=8192 t=1, by argon2-cffi 25 (the reference implementation in C).
    let cheap = "$argon2id$v=19$m=8192,t=1,p=1$c2l4dGVlbiBieXRlcyBvaw$Wr9x0SyRezZxBBIRXvZOsoeQg1efcc5W7XbWvKKajUY";
    let api = clinic();
    sql(&api, &format!("update cms.account set password_hash = '{cheap}' where email = '{}'", EDITOR.0));
    let kept = || api.text(&format!("select password_hash from cms.account where email = '{}'", EDITOR.0));
    login(&api, (EDITOR.0, "four green teapotz")).problem(401, "unauthenticated");
    assert_eq!(kept(), cheap);
    let tokens = login(&api, (EDITOR.0, "four green teapots"));
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    let renewed = kept();
    assert!(renewed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{renewed}");
    assert_eq!(me(&api, &told(&tokens.json(), "access_token")).status, 200, "and the session goes on");
    assert_eq!(login(&api, (EDITOR.0, "four green teapots")).status, 200);
    assert_eq!(kept(), renewed, "once is enough");
}
