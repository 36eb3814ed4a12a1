//! The lists of people and what belongs to them: filters narrow, cursors walk, and no column is a question.

use std::collections::BTreeSet;

use super::*;
use crate::harness::{AUDITOR, OWNER};

/// A list, its table, and the names that it may be asked by.
const LISTS: [(&str, &str, &[&str]); 5] = [
    ("/v1/admin/users", "account", &["role", "status", "trashed"]),
    ("/v1/admin/sessions", "session", &["user"]),
    ("/v1/admin/invitations", "invitation", &[]),
    ("/v1/admin/break-glass", "break_glass", &[]),
    ("/v1/admin/api-keys", "api_key", &["status"]),
];

/// A clinic with five rows of each kind at least; answers the owner's token too.
fn busy() -> (Api, String) {
    let api = clinic();
    let (owner, admin) = (api.sign_in(OWNER), api.sign_in(ADMIN));
    for number in 0..5 {
        api.sign_in(EDITOR);
        let bodies = [
            ("/v1/admin/invitations", json!({"email": format!("new{number}@clinic.example"), "role": "author"})),
            ("/v1/admin/break-glass", json!({"reason": "A patient collapsed in the hall", "minutes": 5})),
            ("/v1/admin/api-keys", json!({"name": format!("Key {number}"), "scopes": ["articles:read"]})),
        ];
        for (path, body) in bodies {
            let made = api.call("POST", path).bearer(&admin).json(&body).send();
            assert_eq!(made.status, 201, "{}", made.body);
        }
    }
    (api, owner)
}

fn get(api: &Api, token: &str, path: &str) -> Reply {
    api.call("GET", path).bearer(token).send()
}

fn ids(page: &Value) -> Vec<String> {
    page["data"].as_array().unwrap().iter().map(|row| told(row, "id")).collect()
}

#[test]
fn a_cursor_meets_every_row_once() {
    let (api, owner) = busy();
    for (path, _, _) in LISTS {
        let all = get(&api, &owner, &format!("{path}?limit=100")).json();
        let total = all["meta"]["total"].as_u64().unwrap();
        let mut met = Vec::new();
        let mut cursor = String::new();
        for _ in 0..20 {
            let page = get(&api, &owner, &format!("{path}?limit=2{cursor}")).json();
            assert!(ids(&page).len() <= 2, "{path}");
            met.extend(ids(&page));
            let Some(next) = page["meta"]["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(met, ids(&all), "{path}: in the same order");
        assert_eq!(met.iter().collect::<BTreeSet<_>>().len() as u64, total, "{path}");
        assert!(total >= 5, "{path}: {total}");
        let pages: Vec<String> =
            (1..=4).flat_map(|page| ids(&get(&api, &owner, &format!("{path}?limit=3&page={page}")).json())).collect();
        assert_eq!(pages, met[..pages.len()], "{path}: by number");
        let foreign = get(&api, &owner, &format!("{path}?limit=2{cursor}x"));
        foreign.problem(400, "invalid_parameters");
    }
}

#[test]
fn no_column_of_a_table_is_a_filter_or_an_order_of_its_list() {
    let (api, owner) = busy();
    for (path, table, known) in LISTS {
        let names = columns(&api, table);
        assert!(names.len() > 5, "{table}");
        for column in names {
            let mut questions = vec![
                format!("sort={column}"),
                format!("sort=-{column}"),
                format!("order_by={column}"),
                format!("filter[{column}]=a"),
                format!("fields={column}"),
                format!("{column}[$startsWith]=a"),
                format!("{column}__startswith=a"),
            ];
            if !known.contains(&column.as_str()) {
                questions.push(format!("{column}=a"));
            }
            for question in questions {
                let reply = get(&api, &owner, &format!("{path}?{question}"));
                assert_eq!(reply.status, 400, "{path}?{question}: {}", reply.body);
                assert_eq!(reply.json()["code"], "invalid_parameters", "{path}?{question}");
            }
        }
        for wrong in
            known.iter().map(|name| format!("{name}=none-such")).chain(known.iter().map(|name| format!("{name}=")))
        {
            get(&api, &owner, &format!("{path}?{wrong}")).problem(400, "invalid_parameters");
        }
        for name in known {
            let twice = format!("{path}?{name}=active&{name}=active");
            get(&api, &owner, &twice).problem(400, "invalid_parameters");
        }
    }
}

#[test]
fn each_filter_narrows_its_list() {
    let (api, owner) = busy();
    let total = |path: &str| get(&api, &owner, path).json()["meta"]["total"].as_i64().unwrap();
    let users = "/v1/admin/users";
    let everybody = total(users);
    let change = |person: (&str, &str), change: &Value| {
        let done = api.call("PATCH", &address_of(person)).bearer(&owner).header("If-Match", "*").json(change).send();
        assert_eq!(done.status, 200, "{}", done.body);
    };
    change(AUDITOR, &json!({"status": "disabled"}));
    assert_eq!(api.call("DELETE", &address_of(EDITOR)).bearer(&owner).header("If-Match", "*").send().status, 204);
    assert_eq!(total(users), everybody - 1, "who is in the trash is left out");
    assert_eq!((total(&format!("{users}?role=owner")), total(&format!("{users}?role=owner,admin"))), (1, 2));
    assert_eq!(total(&format!("{users}?role=editor")), 0);
    assert_eq!(total(&format!("{users}?role=editor&trashed=true")), 1);
    assert_eq!(total(&format!("{users}?trashed=true")), 1);
    assert_eq!(total(&format!("{users}?status=disabled")), 1);
    assert_eq!(total(&format!("{users}?status=active&role=auditor")), 0);
    let admin = address_of(ADMIN).rsplit('/').next().unwrap().to_owned();
    let sessions = get(&api, &owner, &format!("/v1/admin/sessions?user={admin}")).json();
    assert!(sessions["data"].as_array().unwrap().iter().all(|session| session["user"]["id"] == admin.as_str()));
    assert_eq!((&sessions["meta"]["total"], total("/v1/admin/sessions")), (&json!(1), 2));
    let keys = "/v1/admin/api-keys";
    assert_eq!((total(keys), total(&format!("{keys}?status=active"))), (5, 5));
    sql(&api, "update cms.api_key set revoked_at = created_at where name = 'Key 0'");
    sql(&api, "update cms.api_key set expires_at = created_at where name = 'Key 1'");
    for (status, count) in [("active", 3), ("revoked", 1), ("expired", 1), ("revoked,expired", 2)] {
        assert_eq!(total(&format!("{keys}?status={status}")), count, "{status}");
    }
}

#[test]
fn a_cursor_of_one_question_is_none_of_another() {
    let (api, owner) = busy();
    let next = |path: &str| told(&get(&api, &owner, path).json()["meta"], "next_cursor");
    let cursor = next("/v1/admin/users?limit=1&status=active");
    for other in ["users?limit=1", "users?limit=1&status=disabled", "sessions?limit=1", "invitations?limit=1"] {
        get(&api, &owner, &format!("/v1/admin/{other}&cursor={cursor}")).problem(400, "invalid_parameters");
    }
    let cursor = next("/v1/admin/sessions?limit=1");
    let mine = format!("/v1/auth/sessions?limit=1&cursor={cursor}");
    get(&api, &owner, &mine).problem(400, "invalid_parameters");
    assert_eq!(get(&api, &owner, &format!("/v1/admin/sessions?limit=1&cursor={cursor}")).status, 200);
}
