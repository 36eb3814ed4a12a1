//! `/v1/admin/redirects`: addresses that staff send elsewhere.

use serde_json::{Value, json};

use crate::harness::{Api, EDITOR, Reply};

struct Desk {
    api: Api,
    token: String,
}

impl Desk {
    fn open() -> Self {
        let api = Api::start();
        let token = api.sign_in(EDITOR);
        Self { api, token }
    }

    fn create(&self, redirect: &Value) -> Reply {
        self.api.call("POST", "/v1/admin/redirects").bearer(&self.token).json(redirect).send()
    }

    fn created(&self, redirect: &Value) -> Value {
        let reply = self.create(redirect);
        assert_eq!(reply.status, 201, "{}", reply.body);
        reply.json()["data"].clone()
    }

    fn patch(&self, redirect: &Value, patch: &Value) -> Reply {
        let path = format!("/v1/admin/redirects/{}", redirect["id"].as_str().unwrap());
        self.api.call("PATCH", &path).bearer(&self.token).header("If-Match", "*").json(patch).send()
    }

    fn withdraw(&self, article: &Value) {
        let path = format!("/v1/admin/articles/{}/publication", article["id"].as_str().unwrap());
        assert_eq!(self.api.call("DELETE", &path).bearer(&self.token).header("If-Match", "*").send().status, 200);
    }

    fn leads(&self, path: &str) -> (i64, Option<String>) {
        let data = self.api.get(&format!("/v1/resolve?path={path}")).json()["data"].clone();
        (data["status"].as_i64().unwrap(), data["to"].as_str().map(str::to_owned))
    }
}

#[track_caller]
fn refused(reply: &Reply, pointer: &str, code: &str) {
    let problem = reply.problem(422, "validation_failed");
    let errors: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|e| (e["pointer"].clone(), e["code"].clone())).collect();
    assert_eq!(errors, [(json!(pointer), json!(code))]);
}

fn to(status: i64, target: &str) -> (i64, Option<String>) {
    (status, Some(target.to_owned()))
}

#[test]
fn a_redirect_is_made_read_changed_found_and_removed() {
    let desk = Desk::open();
    let created = desk.create(
        &json!({"from": "/blog/flu/?p=7", "to": "/services/vaccines?for=all#price", "note": "From the old site"}),
    );
    assert_eq!(created.status, 201, "{}", created.body);
    let redirect = created.json()["data"].clone();
    assert_eq!((&redirect["from"], &redirect["to"]), (&json!("/blog/flu"), &json!("/services/vaccines?for=all#price")));
    assert_eq!(
        (&redirect["status"], &redirect["article"], &redirect["version"]),
        (&json!(301), &Value::Null, &json!(1))
    );
    assert_eq!(redirect["created_by"]["name"], "Test editor");
    assert_eq!(desk.leads("/blog/flu/"), to(301, "/services/vaccines?for=all#price"));
    let path = format!("/v1/admin/redirects/{}", redirect["id"].as_str().unwrap());
    assert!(created.header("location").ends_with(&path));
    let call = |method: &str| desk.api.call(method, &path).bearer(&desk.token);
    assert_eq!(call("GET").send().json()["data"], redirect);
    call("PATCH").json(&json!({"status": 410})).send().problem(428, "precondition_required");
    let changed = call("PATCH").header("If-Match", created.etag()).json(&json!({"status": 410, "note": null})).send();
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!((&changed.json()["data"]["version"], &changed.json()["data"]["note"]), (&json!(2), &Value::Null));
    let stale = call("DELETE").header("If-Match", created.etag()).send().problem(412, "stale_version");
    assert_eq!(stale["changed"]["by"]["name"], "Test editor");
    assert_eq!(desk.leads("/blog/flu"), to(410, "/services/vaccines?for=all#price"));
    assert_eq!(call("DELETE").header("If-Match", changed.etag()).send().status, 204);
    call("GET").send().problem(404, "not_found");
    assert_eq!(desk.leads("/blog/flu"), (404, None));
    let actions = desk.api.text("select string_agg(action, ' ' order by id) from cms.audit_event where subject_type = 'redirect' and action <> 'redirect.read'");
    assert_eq!(actions, "redirect.create redirect.update redirect.delete");
}

#[test]
fn redirects_are_listed_by_path_and_found_by_either_address() {
    let desk = Desk::open();
    for number in 1..=5 {
        desk.created(&json!({"from": format!("/old/{number}"), "to": format!("/new/{number}")}));
    }
    let list =
        |query: &str| desk.api.call("GET", &format!("/v1/admin/redirects{query}")).bearer(&desk.token).send().json();
    let all = list("?limit=2");
    assert_eq!(all["meta"]["total"], 5);
    assert_eq!(all["data"][0]["from"], "/old/1");
    let next = list(&format!("?limit=2&cursor={}", all["meta"]["next_cursor"].as_str().unwrap()));
    assert_eq!(next["data"][0]["from"], "/old/3");
    assert_eq!(list("?q=NEW/4")["data"][0]["from"], "/old/4");
    assert_eq!(list("?q=none")["data"], json!([]));
    assert_eq!(list("?q=_")["meta"]["total"], 0, "signs of patterns mean themselves");
}

#[test]
fn every_mistake_in_a_redirect_is_told() {
    let desk = Desk::open();
    let body = json!({"from": "blog", "to": "javascript:alert(1)", "status": 302, "note": "two\nlines", "frm": 1});
    let problem = desk.create(&body).problem(422, "validation_failed");
    let mut told: Vec<_> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| format!("{} {}", error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap()))
        .collect();
    told.sort();
    assert_eq!(
        told,
        ["/frm unknown_field", "/from bad_path", "/note line_break", "/status unknown_value", "/to bad_target"]
    );
    refused(&desk.create(&json!({"from": "/a"})), "/to", "required");
    refused(&desk.create(&json!({"from": "/a", "to": "/b", "article": "c"})), "/article", "exclusive");
    refused(&desk.create(&json!({"from": "/a", "article": "none"})), "/article", "unknown_reference");
    refused(&desk.create(&json!({"to": "/a"})), "/from", "required");
    for target in [
        "//evil.example/x",
        "/\\evil.example",
        "ftp://files.example",
        "https://user:secret@host.example/",
        "https://",
        "mailto:a@b.example",
        "data:text/html,x",
        "relative",
    ] {
        refused(&desk.create(&json!({"from": "/a", "to": target})), "/to", "bad_target");
    }
    desk.created(&json!({"from": "/a", "to": "/b"}));
    refused(&desk.create(&json!({"from": "/a/", "to": "/c"})), "/from", "taken");
}

#[test]
fn addresses_are_kept_in_one_spelling() {
    let desk = Desk::open();
    let kept = |from: &str, to: &str| {
        let redirect = desk.created(&json!({"from": from, "to": to}));
        (redirect["from"].as_str().unwrap().to_owned(), redirect["to"].as_str().unwrap().to_owned())
    };
    let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    assert_eq!(kept("/art\u{ed}culos/gripe/", "/es/gripe/"), pair("/art%C3%ADculos/gripe", "/es/gripe"));
    assert_eq!(kept("/a%20b%7E", "https://Booking.Example"), pair("/a%20b~", "https://booking.example/"));
    assert_eq!(
        kept("/own", "https://clinic.example/contact/?x=1"),
        pair("/own", "/contact?x=1"),
        "the clinic's own site"
    );
    assert_eq!(kept("/q", "/r?a=\"<b>\u{e9}"), pair("/q", "/r?a=%22%3Cb%3E%C3%A9"));
    assert_eq!(desk.leads("/art%C3%ADculos/gripe"), to(301, "/es/gripe"));
    assert_eq!(desk.leads("/art%c3%adculos/gripe?utm=1"), to(301, "/es/gripe"));
}

#[test]
fn nobody_is_sent_in_a_circle() {
    let desk = Desk::open();
    refused(&desk.create(&json!({"from": "/a", "to": "/a/?again"})), "/to", "redirect_loop");
    refused(&desk.create(&json!({"from": "/a", "to": "https://clinic.example/a#x"})), "/to", "redirect_loop");
    desk.created(&json!({"from": "/a", "to": "/b"}));
    let second = desk.created(&json!({"from": "/b", "to": "/c"}));
    refused(&desk.create(&json!({"from": "/c", "to": "/a"})), "/to", "redirect_loop");
    refused(&desk.patch(&second, &json!({"to": "/a?x"})), "/to", "redirect_loop");
    assert_eq!(desk.leads("/a"), to(301, "/c"), "what was refused changed nothing");
    // Through what articles were once called.
    let article = desk.api.publish(&desk.token, &json!({"title": "Flu shots"}));
    let path = format!("/v1/admin/articles/{}", article["id"].as_str().unwrap());
    let renamed =
        desk.api.call("PATCH", &path).bearer(&desk.token).header("If-Match", "*").json(&json!({"slug": "flu"})).send();
    desk.api
        .call("PUT", &format!("{path}/publication"))
        .bearer(&desk.token)
        .header("If-Match", renamed.etag())
        .json(&json!({}))
        .send();
    desk.created(&json!({"from": "/c", "to": "/articles/flu-shots"}));
    assert_eq!(desk.leads("/a"), to(301, "/articles/flu"));
    refused(&desk.create(&json!({"from": "/articles/flu", "to": "/a"})), "/from", "live_address");
    desk.withdraw(&article);
    assert_eq!(
        desk.leads("/a"),
        to(301, "/articles/flu-shots"),
        "a page that is kept elsewhere, for all that is known"
    );
    desk.created(&json!({"from": "/articles/flu", "to": "/d"}));
    desk.created(&json!({"from": "/e", "to": "/d"}));
    refused(&desk.create(&json!({"from": "/d", "article": article["id"]})), "/article", "redirect_loop");
}

#[test]
fn a_circle_that_comes_about_later_leads_nowhere_and_is_not_in_the_table() {
    let desk = Desk::open();
    let article = desk.api.publish(&desk.token, &json!({"title": "Flu shots"}));
    desk.created(&json!({"from": "/flu", "article": article["id"]}));
    desk.created(&json!({"from": "/all", "to": "/flu"}));
    assert_eq!(desk.leads("/all"), to(301, "/articles/flu-shots"));
    desk.withdraw(&article);
    assert_eq!(desk.leads("/all"), (404, None), "an article that is not visible");
    // The owner of the tables writes what the API refuses.
    desk.api.as_owner(async |owner| {
        let write = "insert into cms.redirect (id, from_path, to_address) values ('01900000-0000-7000-8000-00000000aaaa', '/articles/flu-shots', '/all')";
        sqlx::query(write).execute(owner).await.unwrap();
    });
    for path in ["/all", "/flu", "/articles/flu-shots"] {
        assert_eq!(desk.leads(path), (404, None), "{path}");
    }
    assert_eq!(desk.api.get("/v1/redirects").json()["data"], json!([]));
    desk.api.get("/v1/articles/flu-shots").problem(404, "not_found");
}

#[test]
fn a_chain_is_followed_to_its_end_in_both_answers() {
    let desk = Desk::open();
    let article = desk.api.publish(&desk.token, &json!({"title": "Flu shots"}));
    desk.created(&json!({"from": "/1", "to": "/2#top"}));
    desk.created(&json!({"from": "/2", "to": "/3"}));
    desk.created(&json!({"from": "/3", "article": "flu-shots"}));
    desk.created(&json!({"from": "/gone", "status": 410}));
    desk.created(&json!({"from": "/to-gone", "to": "/gone"}));
    desk.created(&json!({"from": "/gone-for", "to": "/2", "status": 410}));
    let table = desk.api.get("/v1/redirects").json()["data"].clone();
    let row = |from: &str, to: Value, status: i64| json!({"from": from, "to": to, "status": status});
    let flu = json!("/articles/flu-shots");
    assert_eq!(
        table,
        json!([
            row("/1", flu.clone(), 301),
            row("/2", flu.clone(), 301),
            row("/3", flu.clone(), 301),
            row("/gone", Value::Null, 410),
            row("/gone-for", flu, 410),
            row("/to-gone", Value::Null, 410),
        ])
    );
    for row in table.as_array().unwrap() {
        let found = desk.leads(row["from"].as_str().unwrap());
        assert_eq!(found, (row["status"].as_i64().unwrap(), row["to"].as_str().map(str::to_owned)), "{row}");
    }
    let data = desk.api.get("/v1/resolve?path=/1").json()["data"].clone();
    assert_eq!((&data["type"], &data["id"]), (&json!("article"), &article["id"]));
}

#[test]
fn a_patch_that_names_an_article_lets_go_of_the_address() {
    let desk = Desk::open();
    let article = desk.api.publish(&desk.token, &json!({"title": "Flu shots"}));
    let redirect = desk.created(&json!({"from": "/a", "to": "/b"}));
    let changed = desk.patch(&redirect, &json!({"article": "flu-shots"})).json()["data"].clone();
    assert_eq!((&changed["to"], &changed["article"]["id"]), (&Value::Null, &article["id"]));
    let changed = desk.patch(&redirect, &json!({"to": "/c"})).json()["data"].clone();
    assert_eq!((&changed["to"], &changed["article"]), (&json!("/c"), &Value::Null));
    refused(&desk.patch(&redirect, &json!({"to": null})), "/to", "required");
    refused(&desk.patch(&redirect, &json!({"to": "/d", "article": "flu-shots"})), "/article", "exclusive");
}

#[test]
fn twenty_editors_at_once_close_no_circle() {
    let desk = Desk::open();
    std::thread::scope(|scope| {
        for number in 0..20 {
            let desk = &desk;
            scope.spawn(move || {
                let next = (number + 1) % 20;
                let reply = desk.create(&json!({"from": format!("/{number}"), "to": format!("/{next}")}));
                assert!(matches!(reply.status, 201 | 422 | 503), "{}", reply.body);
            });
        }
    });
    let table = desk.api.get("/v1/redirects").json()["data"].clone();
    let kept = desk.api.number("select count(*) from cms.redirect");
    assert_eq!(i64::try_from(table.as_array().unwrap().len()).unwrap(), kept, "each that was kept leads somewhere");
}
