//! Links that work once: what is no password, what belongs to another door, and when they end.

use super::*;
use crate::harness::OWNER;

fn set(api: &Api, link: &str, body: &Value) -> Reply {
    api.call("PUT", link).json(body).send()
}

#[test]
fn what_is_no_text_is_no_password_and_costs_the_link_nothing() {
    let api = clinic();
    let session = api.sign_in(EDITOR);
    let link = reset_link(&api, EDITOR.0);
    let hash = || api.text(&format!("select password_hash from cms.account where email = '{}'", EDITOR.0));
    let before = hash();
    let shapes = [
        json!({"new_password": {"$ne": null}}),
        json!({"new_password": [NEW]}),
        json!({"new_password": [[NEW]]}),
        json!({"new_password": 123_456_789_012_345_678_u64}),
        json!({"new_password": true}),
        json!({"new_password": null}),
        json!({"new_password": ""}),
        json!({"New_Password": NEW}),
        json!({"new_password": NEW, "email": OWNER.0}),
        json!({}),
        json!([{"new_password": NEW}]),
        json!(NEW),
        json!(null),
    ];
    for shape in &shapes {
        set(&api, &link, shape).problem(422, "validation_failed");
    }
    for (kind, body) in [("application/json", "{\"new_password\": "), ("application/json", "")] {
        api.call("PUT", &link).header("Content-Type", kind).bytes(body).send().problem(400, "malformed_json");
    }
    let form = api.call("PUT", &link).form(&[("new_password", NEW)]).send();
    assert_eq!(form.status, 415, "{}", form.body);
    set(&api, &format!("{link}?new_password=x"), &json!({"new_password": NEW})).problem(400, "invalid_parameters");
    assert_eq!(hash(), before);
    assert_eq!(me(&api, &session).status, 200);
    assert_eq!(set(&api, &link, &json!({"new_password": NEW})).status, 204);
    assert_eq!(login(&api, (EDITOR.0, NEW)).status, 200);
}

#[test]
fn each_token_opens_its_own_door_alone() {
    let api = clinic();
    let admin = api.sign_in(ADMIN);
    let (reset, invitation) = (reset_link(&api, EDITOR.0), invitation_link(&api, &admin, "new@clinic.example"));
    let token = |link: &str| link.rsplit('/').next().unwrap().to_owned();
    let refreshing = told(&api.tokens(OWNER), "refresh_token");
    let person = json!({"name": "Nia Reyes", "password": NEW});
    for other in [token(&invitation), refreshing.clone()] {
        let door = format!("/v1/auth/password-resets/{other}");
        set(&api, &door, &json!({"new_password": NEW})).problem(404, "not_found");
    }
    for other in [token(&reset), refreshing.clone()] {
        let door = format!("/v1/auth/invitations/{other}");
        api.call("POST", &door).json(&person).send().problem(404, "not_found");
    }
    for other in [token(&reset), token(&invitation)] {
        refresh(&api, &other).problem(401, "unauthenticated");
        let shown = json!({"mfa_token": other, "code": "123456"});
        api.call("POST", "/v1/auth/mfa").json(&shown).send().problem(401, "unauthenticated");
        api.call("POST", "/v1/auth/totp").bearer(&other).send().problem(401, "unauthenticated");
        api.call("GET", "/v1/admin/articles").bearer(&other).send().problem(401, "unauthenticated");
    }
    api.call("POST", "/v1/auth/totp").bearer(&refreshing).send().problem(401, "unauthenticated");
    assert_eq!(set(&api, &reset, &json!({"new_password": NEW})).status, 204);
    assert_eq!(api.call("POST", &invitation).json(&person).send().status, 201);
    assert_eq!(refresh(&api, &refreshing).status, 200, "and none of it was spent at another's door");
}

#[test]
fn a_reset_link_ends_after_half_an_hour_and_with_its_person() {
    let api = clinic();
    let (early, late) = (reset_link(&api, EDITOR.0), reset_link(&api, OWNER.0));
    later(&api, Duration::seconds(30 * 60 - 1));
    assert_eq!(set(&api, &early, &json!({"new_password": NEW})).status, 204);
    later(&api, Duration::minutes(30));
    set(&api, &late, &json!({"new_password": NEW})).problem(404, "not_found");
    let link = reset_link(&api, ADMIN.0);
    sql(&api, &format!("update cms.account set status = 'disabled' where email = '{}'", ADMIN.0));
    set(&api, &link, &json!({"new_password": NEW})).problem(404, "not_found");
}

#[test]
fn of_fifty_at_once_on_two_nodes_one_sets_the_password() {
    let api = clinic();
    let other = api.another_node();
    let link = reset_link(&api, EDITOR.0);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let link = &link;
        let send = |turn: usize| {
            let node = if turn.is_multiple_of(2) { &api } else { &other };
            scope.spawn(move || set(node, link, &json!({"new_password": format!("{NEW} {turn}")})).status)
        };
        let sent: Vec<_> = (0..50).map(send).collect();
        sent.into_iter().map(|turn| turn.join().unwrap()).collect()
    });
    let won: Vec<usize> = (0..50).filter(|turn| statuses[*turn] == 204).collect();
    assert_eq!(won.len(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 204 | 404 | 503)), "{statuses:?}");
    assert_eq!(login(&api, (EDITOR.0, &format!("{NEW} {}", won[0]))).status, 200, "that one counts");
}

#[test]
fn a_reset_link_from_before_does_not_outlive_a_changed_password() {
    let api = clinic();
    let link = reset_link(&api, EDITOR.0);
    let change = json!({"current_password": EDITOR.1, "new_password": NEW});
    let done = api.call("POST", "/v1/auth/password").bearer(&api.sign_in(EDITOR)).json(&change).send();
    assert_eq!(done.status, 200, "{}", done.body);
    let set_by_link = set(&api, &link, &json!({"new_password": format!("{NEW} again")}));
    set_by_link.problem(404, "not_found");
    assert_eq!(login(&api, (EDITOR.0, NEW)).status, 200);
}

#[test]
fn a_password_that_is_given_twice_sets_neither() {
    let api = clinic();
    let link = reset_link(&api, EDITOR.0);
    let twice = format!("{{\"new_password\": \"{NEW}\", \"new_password\": \"{NEW} again\"}}");
    let reply = api.call("PUT", &link).header("Content-Type", "application/json").bytes(twice).send();
    assert!([400, 422].contains(&reply.status), "{} {}", reply.status, reply.body);
    assert_eq!(login(&api, EDITOR).status, 200);
    assert_eq!(set(&api, &link, &json!({"new_password": NEW})).status, 204, "and the link works still");
}
