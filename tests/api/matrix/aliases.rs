//! Other spellings of an address, tried by somebody who is signed in and may not.

use super::*;
use crate::harness::AUDITOR;

/// Other spellings of a path.
fn spellings(path: &str) -> Vec<String> {
    vec![
        format!("{path}/"),
        format!("{path}//"),
        format!("{path}/."),
        format!("{path}%2f"),
        path.replacen("/v1", "//v1", 1),
        path.replacen("/v1/admin", "/v1//admin", 1),
        path.replacen("/v1/a", "/v1/%61", 1),
        path.replacen("/v1/", "/v1/./", 1),
        path.replacen("/v1/", "/v1/%2e/", 1),
        path.replacen("/v1/", "/v1/x/%2e%2e/", 1),
        path.replacen("/v1/", "/v1/x/../", 1),
        path.replacen("/v1/admin/", "/v1/articles/../admin/", 1),
        path.replacen("/v1/admin/", "/v1/Admin/", 1),
        path.replacen("/v1/admin/", "/v1/admin;x=1/", 1),
        path.to_uppercase(),
    ]
}

/// Operations that this person may not use, with a token of theirs.
fn forbidden(api: &Api, person: (&str, &str), role: Role) -> (String, Vec<Operation>) {
    let all = operations(api).into_iter();
    let closed = all.filter(|one| matches!(one.class, Holds(permission) if !role.may(permission))).collect();
    (api.sign_in(person), closed)
}

#[test]
fn whoever_may_not_may_not_under_another_spelling_either() {
    let api = Api::start();
    for (person, role) in [(EDITOR, Role::Editor), (AUDITOR, Role::Auditor)] {
        let (token, closed) = forbidden(&api, person, role);
        assert!(closed.len() > 10, "{role:?}");
        for operation in &closed {
            for alias in spellings(&operation.path) {
                let reply = ask(&api, operation, &alias, Some(&token));
                let cell = format!("{} {alias} × {role:?}: {} {}", operation.method, reply.status, reply.body);
                assert!([400, 401, 403, 404, 405].contains(&reply.status), "{cell}");
            }
        }
    }
}

#[test]
fn no_header_turns_a_method_into_another_one() {
    let api = Api::start();
    let (token, closed) = forbidden(&api, EDITOR, Role::Editor);
    let headers = ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"];
    for operation in &closed {
        let methods = if operation.method == "GET" { ["HEAD", "GET"] } else { ["POST", "GET"] };
        for method in methods {
            let mut call = api.call(method, &operation.path).bearer(&token);
            for header in headers {
                call = call.header(header, operation.method.clone());
            }
            let status =
                call.header("X-Original-URL", "/v1/auth/me").header("X-Rewrite-URL", "/v1/auth/me").send().status;
            let closed = [403, 404, 405].contains(&status);
            assert!(closed || method == "GET" && status == 200, "{} by {method}: {status}", operation.id);
        }
    }
    let changes: i64 = api.as_owner(async |owner| {
        let written = "select count(*) from cms.audit_event where action !~ '(list|read|denied|session)'";
        sqlx::query_scalar(written).fetch_one(owner).await.unwrap()
    });
    assert_eq!(changes, 0, "nothing was changed");
}

#[test]
fn head_tells_the_wrong_role_what_get_tells_them() {
    let api = Api::start();
    let (token, closed) = forbidden(&api, EDITOR, Role::Editor);
    for operation in closed.iter().filter(|operation| operation.method == "GET") {
        let head = api.call("HEAD", &operation.path).bearer(&token).send();
        assert_eq!((head.status, head.body.as_str()), (403, ""), "{}", operation.path);
    }
}

#[test]
fn whoever_brings_no_token_hears_401_before_anybody_reads_their_body() {
    let api = Api::start();
    for operation in operations(&api).iter().filter(|one| one.class != Open && one.method != "GET") {
        for (kind, body) in [("application/json", "{broken"), ("text/plain", "{}"), ("application/json", "")] {
            let call = api.call(&operation.method, &operation.path).header("Content-Type", kind);
            let reply = call.bytes(body).send();
            assert_eq!(reply.status, 401, "{} {kind}: {}", operation.id, reply.body);
        }
    }
}

#[test]
fn whoever_is_signed_out_hears_401_before_anybody_reads_their_body() {
    let api = Api::start();
    let gone = api.sign_in(EDITOR);
    api.call("POST", "/v1/auth/logout").bearer(&gone).send();
    for operation in operations(&api).iter().filter(|one| one.class != Open && one.method != "GET") {
        for token in [None, Some(gone.as_str())] {
            for (kind, body) in [("application/json", "{broken"), ("text/plain", "{}")] {
                let call = api.call(&operation.method, &operation.path).header("Content-Type", kind).bytes(body);
                let reply = token.into_iter().fold(call, crate::harness::Call::bearer).send();
                assert_eq!(reply.status, 401, "{} {kind} {}: {}", operation.id, token.is_some(), reply.body);
            }
        }
    }
}
