//! `/v1/admin/articles/{id}/preview-links` and `/v1/preview/articles/{id}`: one revision, for whoever holds the link.

use serde_json::{Value, json};

use crate::harness::{AUDITOR, Api, EDITOR, Reply, noon};
use clinic_cms::clock::Clock;

struct Desk {
    api: Api,
    token: String,
    id: String,
}

impl Desk {
    fn over(api: Api) -> Self {
        let token = api.sign_in(EDITOR);
        let draft =
            json!({"title": "New wing", "body_markdown": "## Soon\n\nWe **build**.", "summary": "Not yet public."});
        let created = api.call("POST", "/v1/admin/articles").bearer(&token).json(&draft).send();
        let id = created.json()["data"]["id"].as_str().unwrap().to_owned();
        Self { api, token, id }
    }

    fn with_a_draft() -> Self {
        Self::over(Api::start())
    }

    fn admin(&self, method: &str, rest: &str) -> crate::harness::Call {
        self.api.call(method, &format!("/v1/admin/articles/{}{rest}", self.id)).bearer(&self.token)
    }

    fn make(&self, body: &Value) -> Value {
        let made = self.admin("POST", "/preview-links").json(body).send();
        assert_eq!(made.status, 201, "{}", made.body);
        assert!(made.header("location").ends_with(made.json()["data"]["id"].as_str().unwrap()));
        made.json()["data"].clone()
    }

    fn open(&self, link: &Value, more: &str) -> Reply {
        self.api.get(&format!("/v1/preview/articles/{}?token={}{more}", self.id, link["token"].as_str().unwrap()))
    }
}

/// The names in a JSON value, at every depth of its objects.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (name.clone(), shape(value))).collect())
        }
        _ => Value::Null,
    }
}

#[test]
fn a_link_shows_the_draft_in_the_shape_of_the_published_article() {
    let desk = Desk::with_a_draft();
    let link = desk.make(&json!({}));
    assert_eq!(
        link["url"],
        format!("{}/v1/preview/articles/{}?token={}", desk.api.base, desk.id, link["token"].as_str().unwrap())
    );
    let shown = desk.open(&link, "");
    assert_eq!(shown.status, 200, "{}", shown.body);
    assert_eq!(shown.header("cache-control"), "no-store");
    assert!(shown.header("x-robots-tag").contains("noindex"));
    assert_eq!(shown.header("referrer-policy"), "no-referrer");
    let preview = shown.json();
    assert_eq!(preview["data"]["title"], "New wing");
    assert!(preview["data"]["body"]["value"].as_str().unwrap().contains("<strong>build</strong>"));
    assert_eq!(preview["data"]["path"], "/articles/new-wing");
    assert_eq!(desk.open(&link, "&format=text").json()["data"]["body"]["value"], "Soon\n\nWe build.");
    desk.open(&link, "&format=pdf").problem(400, "invalid_parameters");
    desk.api.get("/v1/articles/new-wing").problem(404, "not_found");
    let published = desk.admin("PUT", "/publication").header("If-Match", "*").json(&json!({})).send();
    assert_eq!(published.status, 200, "{}", published.body);
    let public = desk.api.get("/v1/articles/new-wing").json();
    assert_eq!(shape(&preview), shape(&public));
    assert_eq!(public["data"]["body"], preview["data"]["body"]);
}

#[test]
fn a_link_goes_on_showing_the_revision_that_it_was_made_for() {
    let desk = Desk::with_a_draft();
    let first = desk.make(&json!({}));
    let patch = json!({"title": "Newer wing", "slug": "newer-wing"});
    assert_eq!(desk.admin("PATCH", "").header("If-Match", "*").json(&patch).send().status, 200);
    assert_eq!(desk.open(&first, "").json()["data"]["title"], "New wing");
    assert_eq!(desk.open(&desk.make(&json!({})), "").json()["data"]["title"], "Newer wing");
    assert_eq!(desk.open(&desk.make(&json!({"revision": 1})), "").json()["data"]["version"], 1);
    let unknown = desk.admin("POST", "/preview-links").json(&json!({"revision": 9})).send();
    assert_eq!(unknown.problem(422, "validation_failed")["errors"][0]["pointer"], "/revision");
}

#[test]
fn a_link_that_is_unknown_over_revoked_or_of_another_article_answers_alike() {
    let desk = Desk::with_a_draft();
    let link = desk.make(&json!({"expires_in": 60}));
    let token = link["token"].as_str().unwrap();
    let problem = |path: &str| {
        let mut problem = desk.api.get(path).problem(404, "not_found");
        problem["request_id"] = Value::Null;
        problem
    };
    let path = format!("/v1/preview/articles/{}", desk.id);
    let other = desk.api.call("POST", "/v1/admin/articles").bearer(&desk.token).json(&json!({"title": "Other"})).send();
    let other = format!("/v1/preview/articles/{}", other.json()["data"]["id"].as_str().unwrap());
    let forged = format!("{}{}", if token.starts_with('A') { "B" } else { "A" }, &token[1..]);
    let wrong = [
        path.clone(),
        format!("{path}?token=x"),
        format!("{path}?token={forged}"),
        format!("{other}?token={token}"),
        format!("/v1/preview/articles/new-wing?token={token}"),
        format!("/v1/preview/articles/01900000-0000-7000-8000-00000000ffff?token={token}"),
    ];
    let answers: Vec<_> = wrong.iter().map(|path| problem(path)).collect();
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    let live = format!("{path}?token={token}");
    assert_eq!(desk.api.get(&live).status, 200);
    desk.api.as_owner(async |owner| {
        let past = "update cms.preview_link set created_at = created_at - interval '1 hour', expires_at = expires_at - interval '1 hour'";
        sqlx::raw_sql(past).execute(owner).await.unwrap();
    });
    assert_eq!(problem(&live), answers[0], "it is over");
    let second = desk.make(&json!({}));
    let live = format!("{path}?token={}", second["token"].as_str().unwrap());
    assert_eq!(desk.api.get(&live).status, 200);
    let revoke = format!("/preview-links/{}", second["id"].as_str().unwrap());
    desk.admin("DELETE", &revoke).send().problem(428, "precondition_required");
    assert_eq!(desk.admin("DELETE", &revoke).header("If-Match", "\"v1\"").send().status, 204);
    assert_eq!(problem(&live), answers[0], "it was revoked");
    desk.admin("DELETE", &revoke).header("If-Match", "\"v1\"").send().problem(412, "stale_version");
    assert_eq!(desk.admin("DELETE", &revoke).header("If-Match", "*").send().status, 204);
    let third = desk.make(&json!({}));
    assert_eq!(desk.admin("DELETE", "").header("If-Match", "*").send().status, 204);
    assert_eq!(
        problem(&format!("{path}?token={}", third["token"].as_str().unwrap())),
        answers[0],
        "it is in the trash"
    );
    desk.admin("POST", "/preview-links").json(&json!({})).send().problem(409, "in_trash");
}

#[test]
fn the_links_of_an_article_are_listed_without_their_tokens() {
    let desk = Desk::with_a_draft();
    let (first, second) = (desk.make(&json!({})), desk.make(&json!({"expires_in": 3600})));
    let list = desk.admin("GET", "/preview-links").send();
    let listed = list.json();
    assert_eq!((&listed["data"][0]["id"], &listed["data"][1]["id"]), (&second["id"], &first["id"]));
    assert_eq!(listed["data"][0]["created_by"]["name"], "Test editor");
    assert_eq!(listed["data"][0]["revoked_at"], Value::Null);
    for link in [&first, &second] {
        assert!(!list.body.contains(link["token"].as_str().unwrap()));
    }
    let hashes = desk.api.text("select string_agg(encode(token_hash, 'base64'), '') from cms.preview_link");
    assert!(!hashes.contains(&first["token"].as_str().unwrap()[..20]));
    let auditor = desk.api.sign_in(AUDITOR);
    let links = format!("/v1/admin/articles/{}/preview-links", desk.id);
    assert_eq!(desk.api.call("GET", &links).bearer(&auditor).send().status, 200);
    desk.api.call("POST", &links).bearer(&auditor).json(&json!({})).send().problem(403, "forbidden");
    let rows = "select count(*) from cms.audit_event where action in ('preview_link.create', 'preview_link.list')";
    assert_eq!(desk.api.number(rows), 4);
}

#[test]
fn a_link_lasts_a_week_and_thirty_days_at_most() {
    let desk = Desk::with_a_draft();
    let link = desk.make(&json!({}));
    let instant = |name: &str| link[name].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert_eq!(instant("expires_at") - instant("created_at"), chrono::Duration::days(7));
    for (body, pointer, code) in [
        (json!({"expires_in": 59}), "/expires_in", "out_of_range"),
        (json!({"expires_in": 2_592_001}), "/expires_in", "out_of_range"),
        (json!({"expires_at": "2020-01-01T00:00:00Z"}), "/expires_at", "past"),
        (json!({"expires_at": "2199-01-01T00:00:00Z"}), "/expires_at", "too_late"),
        (json!({"expires_at": "soon"}), "/expires_at", "bad_instant"),
        (json!({"front_end": "app"}), "/front_end", "unknown_value"),
        (json!({"revisoin": 1}), "/revisoin", "unknown_field"),
    ] {
        let problem = desk.admin("POST", "/preview-links").json(&body).send().problem(422, "validation_failed");
        let error = &problem["errors"][0];
        assert_eq!((&error["pointer"], &error["code"]), (&json!(pointer), &json!(code)), "{problem}");
    }
    let both = json!({"expires_in": 60, "expires_at": "2020-01-01T00:00:00Z"});
    desk.admin("POST", "/preview-links").json(&both).send().problem(422, "validation_failed");
}

#[test]
fn a_link_leads_to_the_page_of_a_front_end() {
    let urls = "https://www.clinic.example/preview?token={token}&id={id},app=https://app.clinic.example/{locale}/{slug}/{revision}?t={token}";
    let desk = Desk::over(Api::start_with(Clock::system(), &[("rate-limits", "off"), ("preview-urls", urls)]));
    let usual = desk.make(&json!({}));
    let token = usual["token"].as_str().unwrap();
    assert_eq!(usual["url"], format!("https://www.clinic.example/preview?token={token}&id={}", desk.id));
    let app = desk.make(&json!({"front_end": "app"}));
    let token = app["token"].as_str().unwrap();
    assert_eq!(app["url"], format!("https://app.clinic.example/en/new-wing/1?t={token}"));
    assert_eq!(desk.open(&app, "").status, 200);
}

#[test]
fn guesses_are_slowed_down_and_a_good_link_is_not() {
    let desk = Desk::over(Api::start_with(Clock::fixed(noon()), &[("rate-limits", "login=3/60")]));
    let link = desk.make(&json!({"expires_in": 2_592_000}));
    let guess = format!("/v1/preview/articles/{}?token=x", desk.id);
    for _ in 0..3 {
        desk.api.get(&guess).problem(404, "not_found");
    }
    desk.api.get(&guess).problem(429, "rate_limited");
    for _ in 0..5 {
        assert_eq!(desk.open(&link, "").status, 200);
    }
}
