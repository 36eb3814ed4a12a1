//! What no body may set: every column of a table that the body's schema does not name.

use std::collections::BTreeSet;

use super::*;
use crate::harness::OWNER;

/// One write, with a body that would do but for one field.
struct Write {
    /// As the document names it.
    operation: &'static str,
    table: &'static str,
    method: &'static str,
    path: String,
    /// None for the door of a link, which asks for nothing but the link.
    token: Option<String>,
    body: Value,
}

/// The fields of an operation's body, as the document has them.
fn fields(document: &Value, operation: &str) -> BTreeSet<String> {
    let operations =
        document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let found = operations.into_iter().find(|one| one["operationId"] == operation).expect(operation);
    let content = found["requestBody"]["content"].as_object().unwrap().values().next().unwrap();
    let one = &content["schema"];
    let name = one["$ref"].as_str().or_else(|| one["oneOf"][0]["$ref"].as_str()).unwrap_or_else(|| panic!("{content}"));
    let schema = &document["components"]["schemas"][name.rsplit('/').next().unwrap()];
    schema["properties"].as_object().unwrap().keys().cloned().collect()
}

fn made(reply: &Reply, below: &str) -> String {
    assert_eq!(reply.status, 201, "{}", reply.body);
    format!("{below}/{}", told(&reply.json(), "id"))
}

fn writes(api: &Api) -> Vec<Write> {
    let (admin, editor, owner) = (api.sign_in(ADMIN), api.sign_in(EDITOR), api.sign_in(OWNER));
    let key = json!({"name": "Website", "scopes": ["articles:read"]});
    let kept = api.call("POST", "/v1/admin/api-keys").bearer(&editor).json(&key).send();
    let kept = made(&kept, "/v1/admin/api-keys");
    let glass = json!({"reason": "A patient collapsed in the hall"});
    let broken = api.call("POST", "/v1/admin/break-glass").bearer(&admin).json(&glass).send();
    made(&broken, "/v1/admin/break-glass");
    let invited = invitation_link(api, &admin, "new@clinic.example");
    let invited_too = invitation_link(api, &admin, "newer@clinic.example");
    let reset = reset_link(api, EDITOR.0);
    let write = |operation, table, method, path: &str, token: Option<&String>, body: Value| Write {
        operation,
        table,
        method,
        path: path.to_owned(),
        token: token.cloned(),
        body,
    };
    let person = json!({"name": "Nia Reyes", "password": NEW});
    let change = json!({"current_password": OWNER.1, "new_password": NEW});
    let invitation = json!({"email": "other@clinic.example", "role": "author"});
    vec![
        write("update_me", "account", "PATCH", "/v1/auth/me", Some(&editor), json!({"name": "Changed"})),
        write("update_user", "account", "PATCH", &address_of(EDITOR), Some(&admin), json!({"name": "Changed"})),
        write("change_password", "account", "POST", "/v1/auth/password", Some(&owner), change),
        write("accept_invitation", "account", "POST", &invited, None, person.clone()),
        write("accept_invitation", "invitation", "POST", &invited_too, None, person),
        write("create_invitation", "invitation", "POST", "/v1/admin/invitations", Some(&admin), invitation),
        write("create_api_key", "api_key", "POST", "/v1/admin/api-keys", Some(&editor), key),
        write("update_api_key", "api_key", "PATCH", &kept, Some(&editor), json!({"name": "Changed"})),
        write("rotate_api_key", "api_key", "POST", &format!("{kept}/rotation"), Some(&editor), json!({})),
        write("create_break_glass", "break_glass", "POST", "/v1/admin/break-glass", Some(&admin), glass),
        write("complete_password_reset", "account", "PUT", &reset, None, json!({"new_password": NEW})),
    ]
}

#[test]
fn no_column_can_be_written_that_the_body_does_not_name() {
    let api = clinic();
    let document = api.get("/openapi.json").json();
    let writes = writes(&api);
    let rows = |table: &str| api.text(&format!("select string_agg(t::text, ' ' order by id) from cms.{table} t"));
    for write in &writes {
        let (before, known) = (rows(write.table), fields(&document, write.operation));
        assert!(!known.is_empty(), "{}", write.operation);
        let others: Vec<String> = columns(&api, write.table).into_iter().filter(|name| !known.contains(name)).collect();
        assert!(others.iter().any(|name| name == "id"), "{}: {others:?}", write.operation);
        for column in others {
            for value in [json!("owner"), json!(1), json!(null), json!({"set": true})] {
                let mut body = write.body.clone();
                body[&column] = value.clone();
                let mut call = api.call(write.method, &write.path).header("If-Match", "*");
                if let Some(token) = &write.token {
                    call = call.bearer(token);
                }
                let reply = call.json(&body).send();
                let cell = format!("{} × {column}: {value}: {}", write.operation, reply.body);
                assert_eq!(reply.status, 422, "{cell}");
                let errors = reply.json()["errors"].clone();
                let pointer = json!(format!("/{column}"));
                let named = |error: &Value| error["code"] == "unknown_field" && error["pointer"] == pointer;
                assert!(errors.as_array().unwrap().iter().any(named), "{cell}");
            }
        }
        assert_eq!(rows(write.table), before, "{}", write.operation);
    }
    for write in &writes {
        let call = api.call(write.method, &write.path).header("If-Match", "*").json(&write.body);
        let reply = write.token.iter().fold(call, |call, token| call.bearer(token)).send();
        assert!(
            reply.status < 300,
            "without it the body is good: {}: {} {}",
            write.operation,
            reply.status,
            reply.body
        );
    }
}
