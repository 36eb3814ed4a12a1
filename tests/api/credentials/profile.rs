//! `PATCH /v1/auth/me`: what people say of themselves.

use super::*;
use crate::harness::Call;

fn patch(api: &Api, token: &str, change: &Value) -> Reply {
    api.call("PATCH", "/v1/auth/me").bearer(token).json(change).send()
}

#[test]
fn a_person_changes_their_name_and_language_and_readers_see_the_new_name() {
    let api = clinic();
    let token = api.sign_in(EDITOR);
    let article = api.publish(&token, &json!({"title": "Calm before the visit"}));
    let path = format!("/v1/articles/{}", article["slug"].as_str().unwrap());
    assert_eq!(api.get(&path).json()["data"]["author"]["name"], "Test editor");
    let changed = patch(&api, &token, &json!({"name": "Robin Vale", "language": "es"}));
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(changed.header("cache-control"), "no-store");
    let shown = me(&api, &token).json();
    assert_eq!(changed.json(), shown);
    assert_eq!((&shown["data"]["name"], &shown["data"]["language"]), (&json!("Robin Vale"), &json!("es")));
    assert_eq!(api.get(&path).json()["data"]["author"]["name"], "Robin Vale");
    let recorded = "select array_to_string(fields, ' ') from cms.audit_event where action = 'account.update'";
    assert_eq!(api.text(recorded), "language name");
    let told = "select kind || ' ' || (to_jsonb(e)::text like '%01900000-0000-7000-8000-000000000002%')::text
                  from cms.outbox_event e where kind like 'user.%'";
    assert_eq!(api.text(told), "user.updated true");
    assert_eq!(me(&api, &token).status, 200, "and nobody is signed out by it");
    let only = patch(&api, &token, &json!({"language": "en"})).json();
    assert_eq!((&only["data"]["name"], &only["data"]["language"]), (&json!("Robin Vale"), &json!("en")));
    let as_patch =
        api.call("PATCH", "/v1/auth/me").bearer(&token).header("Content-Type", "application/merge-patch+json");
    assert_eq!(Call::bytes(as_patch, "{\"name\": \"R. Vale\"}").send().status, 200);
}

#[test]
fn what_is_no_name_and_no_language_of_ours_changes_nothing() {
    let api = clinic();
    let token = api.sign_in(EDITOR);
    for change in [
        json!({"name": ""}),
        json!({"name": null}),
        json!({"name": "x".repeat(201)}),
        json!({"name": "two\nlines"}),
        json!({"name": 7}),
        json!({"language": "fr"}),
        json!({"language": 7}),
        json!({"name": "Robin Vale", "credentials": ["MD"]}),
        json!({"name": "Robin Vale", "role": "owner"}),
        json!([]),
    ] {
        patch(&api, &token, &change).problem(422, "validation_failed");
    }
    assert_eq!(me(&api, &token).json()["data"]["name"], "Test editor");
    assert_eq!(api.text("select count(*)::text from cms.audit_event where action = 'account.update'"), "0");
    assert_eq!(api.text("select count(*)::text from cms.outbox_event where kind like 'user.%'"), "0");
}

#[test]
fn an_author_s_credentials_stand_beside_their_name_wherever_they_are_shown() {
    let api = clinic();
    let (admin, token) = (api.sign_in(ADMIN), api.sign_in(EDITOR));
    let article = api.publish(&token, &json!({"title": "Calm before the visit"}));
    let person = "/v1/admin/users/01900000-0000-7000-8000-000000000002";
    let change = json!({"credentials": ["MD", "FACP"]});
    let changed = api.call("PATCH", person).bearer(&admin).header("If-Match", "*").json(&change).send();
    assert_eq!(changed.status, 200, "{}", changed.body);
    let (slug, id) = (article["slug"].as_str().unwrap(), article["id"].as_str().unwrap());
    let detail = api.get(&format!("/v1/articles/{slug}")).json()["data"].clone();
    let list = api.get("/v1/articles").json()["data"][0].clone();
    let staff = api.call("GET", &format!("/v1/admin/articles/{id}")).bearer(&token).send().json()["data"].clone();
    let staff_list = api.call("GET", "/v1/admin/articles").bearer(&token).send().json()["data"][0].clone();
    for shown in [detail, list, staff, staff_list] {
        assert_eq!(shown["author"]["credentials"], json!(["MD", "FACP"]));
        assert_eq!((&shown["author"]["name"], &shown["author"]["provider"]), (&json!("Test editor"), &json!(null)));
    }
}
