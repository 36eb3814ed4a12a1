//! Whom the provider vouches for, and what that makes of them here.

use serde_json::{Value, json};

use super::{Ground, editor, person};
use crate::harness::{EDITOR, OWNER, PEOPLE};

fn in_groups(mut person: Value, groups: &[&str]) -> Value {
    person["groups"] = json!(groups);
    person
}

#[test]
fn an_address_that_nobody_verified_opens_no_account() {
    let ground = Ground::start(&[]);
    for verified in [json!(false), json!(null), json!("no")] {
        let mut claimed = editor();
        claimed["email_verified"] = verified;
        ground.sign_in(&claimed).problem(401, "unauthenticated");
    }
    assert_eq!(ground.count("select count(*) from cms.external_identity"), 0);
}

#[test]
fn a_disabled_colleague_is_refused_like_a_stranger_linked_or_not() {
    let ground = Ground::start(&[]);
    ground.me(&ground.sign_in(&editor()));
    ground.execute("update cms.account set status = 'disabled', credential_version = credential_version + 1");
    let told = |person: &Value| {
        let mut problem = ground.sign_in(person).problem(401, "unauthenticated");
        problem["request_id"] = json!(null);
        problem
    };
    let stranger = told(&person("a-stranger", "stranger@elsewhere.example"));
    assert_eq!(told(&editor()), stranger);
    assert_eq!(told(&person("the-owner", OWNER.0)), stranger);
    assert_eq!(ground.sessions(), 1);
}

#[test]
fn an_address_that_was_given_to_somebody_else_does_not_open_its_former_owner_s_account() {
    let ground = Ground::start(&[("oidc-create-accounts", "on"), ("oidc-roles", "staff=editor")]);
    ground.me(&ground.sign_in(&in_groups(editor(), &["staff"])));
    let successor = in_groups(person("the-successor", EDITOR.0), &["staff"]);
    ground.sign_in(&successor).problem(401, "unauthenticated");
    assert_eq!(ground.count("select count(*) from cms.external_identity"), 1);
}

#[test]
fn nobody_gets_an_account_by_signing_in_unless_the_clinic_says_so() {
    let newcomer = in_groups(person("new", "New.Colleague@Clinic.example"), &["staff"]);
    let closed = Ground::start(&[("oidc-roles", "staff=editor")]);
    closed.sign_in(&newcomer).problem(401, "unauthenticated");
    let people = i64::try_from(PEOPLE.len()).unwrap();
    assert_eq!(closed.count("select count(*) from cms.account"), people);
    let open = Ground::start(&[("oidc-roles", "staff=editor"), ("oidc-create-accounts", "on")]);
    let me = open.me(&open.sign_in(&newcomer));
    assert_eq!(
        (me["email"].as_str(), me["name"].as_str()),
        (Some("new.colleague@clinic.example"), Some("Dana Fuller"))
    );
    assert_eq!(me["role"], "editor");
    assert_eq!(open.me(&open.sign_in(&newcomer))["id"], me["id"]);
    let mut unverified = in_groups(person("other", "other@clinic.example"), &["staff"]);
    unverified["email_verified"] = json!(false);
    open.sign_in(&unverified).problem(401, "unauthenticated");
    open.sign_in(&in_groups(person("third", "third@clinic.example"), &["visitors"])).problem(403, "no_role");
    assert_eq!(open.count("select count(*) from cms.account"), people + 1);
    assert_eq!(open.count("select count(*) from cms.audit_event where action = 'account.create'"), 1);
}

#[test]
fn without_a_list_of_roles_accounts_keep_theirs_and_none_is_made() {
    let ground = Ground::start(&[("oidc-create-accounts", "on")]);
    assert_eq!(ground.me(&ground.sign_in(&in_groups(editor(), &["owner"])))["role"], "editor");
    ground.sign_in(&person("new", "new@clinic.example")).problem(403, "no_role");
    assert_eq!(ground.count("select count(*) from cms.account"), i64::try_from(PEOPLE.len()).unwrap());
}

#[test]
fn a_role_follows_the_provider_and_whoever_has_none_there_stays_outside() {
    let ground = Ground::start(&[("oidc-roles", "staff=editor, chiefs=owner"), ("oidc-role-claim", "clinic.roles")]);
    let with = |roles: &[&str]| {
        let mut person = editor();
        person["clinic"] = json!({"roles": roles});
        ground.sign_in(&person)
    };
    with(&[]).problem(403, "no_role");
    assert_eq!(ground.count("select count(*) from cms.external_identity"), 0);
    let before = with(&["staff"]);
    assert_eq!(ground.me(&before)["role"], "editor");
    assert_eq!(ground.me(&with(&["staff", "chiefs"]))["role"], "owner");
    let token = before.json()["data"]["access_token"].as_str().unwrap().to_owned();
    ground.api.call("GET", "/v1/auth/me").bearer(&token).send().problem(401, "unauthenticated");
    assert_eq!(ground.me(&with(&["staff"]))["role"], "editor");
    with(&["visitors"]).problem(403, "no_role");
    let changes = "select count(*) from cms.audit_event where action = 'account.change_role' and fields = '{role}'";
    assert_eq!(ground.count(changes), 2);
}

#[test]
fn the_last_owner_stays_owner_whatever_the_provider_says() {
    let ground = Ground::start(&[("oidc-roles", "staff=editor, chiefs=owner")]);
    let owner = |groups: &[&str]| ground.me(&ground.sign_in(&in_groups(person("the-owner", OWNER.0), groups)));
    assert_eq!(owner(&["staff"])["role"], "owner");
    assert_eq!(ground.count("select count(*) from cms.audit_event where action = 'account.keep_role'"), 1);
    ground.me(&ground.sign_in(&in_groups(editor(), &["chiefs"])));
    assert_eq!(owner(&["staff"])["role"], "editor");
}

#[test]
fn with_passwords_switched_off_the_break_glass_owner_alone_may_use_one() {
    let settings = [("local-sign-in", "break_glass"), ("break-glass-owner", "Owner@Clinic.example")];
    let ground = Ground::start(&settings);
    let attempt = |email: &str, password: &str| {
        let body = json!({"email": email, "password": password});
        ground.api.call("POST", "/v1/auth/login").json(&body).send()
    };
    let told = |email: &str, password: &str| {
        let mut problem = attempt(email, password).problem(401, "unauthenticated");
        problem["request_id"] = json!(null);
        problem
    };
    assert_eq!(told(EDITOR.0, EDITOR.1), told("nobody@clinic.example", "wrong"));
    assert_eq!(told(OWNER.0, "wrong"), told("nobody@clinic.example", "wrong"));
    assert_eq!(attempt(OWNER.0, OWNER.1).status, 200);
    assert_eq!(ground.me(&ground.sign_in(&editor()))["email"], EDITOR.0);
    ground.execute("update cms.account set role = 'owner'");
    ground.execute("update cms.account set role = 'editor' where email = 'owner@clinic.example'");
    assert_eq!(told(OWNER.0, OWNER.1), told("nobody@clinic.example", "wrong"));
}
