//! The gate around `/v1/admin`: every operation of the OpenAPI document, tried by a stranger and by the wrong role.

use crate::harness::{Api, EDITOR};

fn staff_operations(api: &Api) -> Vec<(String, String)> {
    let document = api.get("/openapi.json").json();
    let id = "01900000-0000-7000-8000-000000000001";
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let path = path.replace("{id}", id).replace("{number}", "1").replace("{slug}", "x");
        operations.extend(item.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())));
    }
    operations.retain(|(_, path)| path.starts_with("/v1/admin/"));
    assert!(operations.len() > 20, "the document lists the staff's addresses");
    operations
}

#[test]
fn a_stranger_gets_401_everywhere_even_with_a_broken_body() {
    let api = Api::start();
    for (method, path) in staff_operations(&api) {
        let aliases = [path.clone(), format!("{path}/"), path.replace("/v1/admin", "/v1//admin"), path.to_uppercase()];
        for (index, alias) in aliases.iter().enumerate() {
            let call = api.call(&method, alias).header("X-HTTP-Method-Override", "GET");
            let call =
                if method == "GET" { call } else { call.header("Content-Type", "application/json").bytes("{broken") };
            let reply = call.send();
            let expected: &[u16] = if index == 0 { &[401] } else { &[401, 404] };
            assert!(expected.contains(&reply.status), "{method} {alias}: {} {}", reply.status, reply.body);
        }
    }
    for path in ["/v1/admin", "/v1/admin/", "/v1/admin/none-such", "/v1/admin/../articles"] {
        let status = api.get(path).status;
        assert!(matches!(status, 401 | 404), "{path}: {status}");
    }
    api.get("/v1/admin/none-such").problem(401, "unauthenticated");
}

#[test]
fn nothing_but_one_good_bearer_token_opens_the_gate() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let path = "/v1/admin/articles";
    assert_eq!(api.call("GET", path).bearer(&token).send().status, 200);
    let (head, rest) = token.split_once('.').unwrap();
    let (claims, signature) = rest.split_once('.').unwrap();
    let forged = [
        String::new(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        format!("Basic {token}"),
        format!("Bearer {token} {token}"),
        format!("Bearer {head}.{claims}."),
        format!("Bearer {head}.{claims}"),
        format!("Bearer {head}.{signature}.{claims}"),
        format!("Bearer eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.{claims}."),
        format!("Bearer {token}A"),
        format!("Bearer {}", token.to_lowercase()),
    ];
    for authorization in forged {
        let reply = api.call("GET", path).header("Authorization", authorization.clone()).send();
        assert_eq!(reply.status, 401, "{authorization}");
        assert_eq!(reply.header("www-authenticate"), "Bearer");
    }
    let twice = api.call("GET", path).bearer(&token).bearer(&token).send();
    twice.problem(401, "unauthenticated");
}

#[test]
fn an_editor_reads_no_inquiry_and_the_attempt_is_recorded() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let id = "01900000-0000-7000-8000-000000000001";
    for path in ["/v1/admin/inquiries".to_owned(), format!("/v1/admin/inquiries/{id}")] {
        api.call("GET", &path).bearer(&token).send().problem(403, "forbidden");
    }
    // The denial is written beside the answer; a later request of the same session comes after it.
    let mut denials = 0_i64;
    for _ in 0..50 {
        api.call("GET", "/v1/auth/me").bearer(&token).send();
        denials = api.as_owner(async |connection| {
            sqlx::query_scalar("select count(*) from cms.audit_event where action = 'access.denied'")
                .fetch_one(connection)
                .await
                .unwrap()
        });
        if denials == 2 {
            break;
        }
    }
    assert_eq!(denials, 2);
}

#[test]
fn every_address_of_the_document_is_served_and_no_other_method_is() {
    let api = Api::start();
    let document = api.get("/openapi.json").json();
    let token = api.sign_in(crate::harness::OWNER);
    for (path, item) in document["paths"].as_object().unwrap() {
        let documented: Vec<String> = item.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect();
        let real = path.replace("{id}", "01900000-0000-7000-8000-000000000001").replace("{number}", "1");
        let real = real.replace("{slug}", "x").replace("{token}", "x");
        let refused = api.call("PURGE", &real).bearer(&token).send();
        assert_eq!(refused.status, 405, "{path}: {}", refused.body);
        let mut allowed: Vec<String> = refused.header("allow").split(", ").map(str::to_owned).collect();
        allowed.retain(|method| method != "HEAD");
        let mut documented = documented;
        documented.sort();
        assert_eq!(allowed, documented, "{path}");
    }
}
