//! API keys as columns of the table: what each single scope opens.

use clinic_cms::accounts::Scope;
use serde_json::json;

use super::*;
use crate::harness::OWNER;

/// What a key is told of itself, and what everybody who is let in may read.
const NOBODYS_SECRET: [&str; 3] = ["get_me", "list_roles", "get_break_glass"];

fn key(api: &Api, scope: Scope) -> String {
    let body = json!({"name": scope.name(), "scopes": [scope.name()]});
    let made = api.call("POST", "/v1/admin/api-keys").bearer(&api.sign_in(OWNER)).json(&body).send();
    assert_eq!(made.status, 201, "{}", made.body);
    made.json()["data"]["key"].as_str().unwrap().to_owned()
}

#[test]
fn a_key_opens_exactly_what_its_one_scope_names() {
    let api = Api::start();
    let operations = operations(&api);
    for scope in Scope::ALL {
        let key = key(&api, scope);
        let mut opened = 0;
        for operation in &operations {
            let reply = ask(&api, operation, &operation.path, Some(&key));
            let cell = format!("{} × {}: {} {}", operation.id, scope.name(), reply.status, reply.body);
            assert!(reply.status < 500, "{cell}");
            let expected = match operation.class {
                Open if operation.id == "create_inquiry" => scope == Scope::CreateInquiries,
                Open => continue,
                Holds(permission) => scope.permission() == Some(permission),
                SignedIn | Enrolling => NOBODYS_SECRET.contains(&operation.id.as_str()),
            };
            assert_eq!(![401, 403].contains(&reply.status), expected, "{cell}");
            opened += usize::from(expected && matches!(operation.class, Holds(_)));
        }
        assert_eq!(opened > 0, scope != Scope::CreateInquiries, "{}", scope.name());
    }
}
