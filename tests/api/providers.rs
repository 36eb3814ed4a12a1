//! `/v1/providers`, their staff's side, and the person who is one.

use serde_json::{Value, json};

use crate::{
    harness::{ADMIN, Api, EDITOR, FRONT_DESK, Reply},
    people,
};

/// Adds a location of that name and answers its id.
pub fn add_location(api: &Api, token: &str, name: &str) -> String {
    let address = json!({"line1": format!("1 {name}"), "city": "Riviera Beach", "region": "FL", "postal_code": "33404", "country": "US"});
    add(api, token, "locations", &json!({"name": name, "address": address})).json()["data"]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Adds a record of staff's and answers it.
pub fn add(api: &Api, token: &str, kind: &str, record: &Value) -> Reply {
    let reply = api.call("POST", &format!("/v1/admin/{kind}")).bearer(token).json(record).send();
    assert_eq!(reply.status, 201, "{}", reply.body);
    reply
}

/// Where staff find what was made.
pub fn path_of(kind: &str, made: &Reply) -> String {
    format!("/v1/admin/{kind}/{}", made.json()["data"]["id"].as_str().unwrap())
}

/// Changes a record of whatever version.
pub fn patch(api: &Api, token: &str, path: &str, change: &Value) -> Reply {
    api.call("PATCH", path).bearer(token).header("If-Match", "*").json(change).send()
}

/// Puts a record into the trash.
pub fn trash(api: &Api, token: &str, path: &str) {
    let gone = api.call("DELETE", path).bearer(token).header("If-Match", "*").send();
    assert_eq!(gone.status, 204, "{}", gone.body);
}

/// The slugs of a list.
pub fn slugs(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|entry| entry["slug"].as_str().unwrap()).collect()
}

fn marsh() -> Value {
    json!({
        "name": {"prefix": "Dr.", "given": "Elena", "middle": "R.", "family": "Marsh"},
        "credentials": ["MD", "FACP"],
        "npi": "1234567893",
        "licences": [{"state": "fl", "number": "ME 204417", "expires_on": "2031-01-31"}],
        "specialties": [{"code": "207r00000x", "name": "Internal Medicine"}],
        "languages": ["en", "es-us"],
        "accepting_new_patients": true,
        "biography": "Elena Marsh listens first.\n\nThen she explains."
    })
}

fn named(family: &str) -> Value {
    json!({"name": {"family": family}})
}

#[test]
fn a_provider_is_public_at_once_with_everything_a_page_needs() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let location = add_location(&api, &token, "Harbor Lane");
    let mut body = marsh();
    body["locations"] = json!(["harbor-lane"]);
    let made = add(&api, &token, "providers", &body);
    let staff = made.json()["data"].clone();
    assert_eq!((&staff["slug"], &staff["display_name"]), (&json!("elena-marsh"), &json!("Dr. Elena R. Marsh")));
    assert_eq!(staff["licences"][0], json!({"state": "FL", "number": "ME 204417", "expires_on": "2031-01-31"}));
    assert_eq!(made.header("location"), format!("{}{}", api.base, path_of("providers", &made)));

    let place = json!([{"id": location, "slug": "harbor-lane", "name": "Harbor Lane"}]);
    let page = api.get("/v1/providers/elena-marsh");
    let wanted = json!({
        "id": staff["id"], "slug": "elena-marsh", "display_name": "Dr. Elena R. Marsh",
        "name": {"prefix": "Dr.", "given": "Elena", "middle": "R.", "family": "Marsh", "suffix": null},
        "credentials": ["MD", "FACP"], "npi": "1234567893",
        "licences": [{"state": "FL", "expires_on": "2031-01-31"}],
        "specialties": [{"code": "207R00000X", "name": "Internal Medicine"}],
        "languages": ["en", "es-US"], "accepting_new_patients": true,
        "biography": "Elena Marsh listens first.\n\nThen she explains.",
        "locations": place, "position": 100_000, "services": [], "version": 1, "updated_at": staff["updated_at"],
    });
    assert_eq!(page.json()["data"], wanted);
    assert!(!page.body.contains("204417"), "the number of a licence stays with the staff");
    assert_eq!(api.get(&format!("/v1/providers/{}", staff["id"].as_str().unwrap())).body, page.body);
    let reference = json!([{"id": staff["id"], "slug": "elena-marsh", "name": "Dr. Elena R. Marsh"}]);
    assert_eq!(api.get("/v1/locations/harbor-lane").json()["data"]["providers"], reference);
    assert_eq!(api.get("/v1/locations").json()["data"][0]["providers"], reference);

    assert_eq!(page.header("cache-control"), "public, max-age=60");
    assert_eq!(page.header("cache-tag"), format!("clinic,provider:{}", staff["id"].as_str().unwrap()));
    let again = api.call("GET", "/v1/providers/elena-marsh").header("If-None-Match", page.etag()).send();
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    assert_eq!(api.call("HEAD", "/v1/providers/elena-marsh").send().etag(), page.etag());
    for path in ["/v1/providers/elena-marsh?locale=en", "/v1/providers?accepting=true", "/v1/providers?q=marsh"] {
        api.get(path).problem(400, "invalid_parameters");
    }
    api.get("/v1/providers/nobody").problem(404, "not_found");
}

#[test]
fn a_family_name_is_enough_and_the_rest_is_unknown_and_not_missing() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    add(&api, &token, "providers", &named("Ōno"));
    let data = api.get("/v1/providers/ono").json()["data"].clone();
    assert_eq!((&data["display_name"], &data["npi"], &data["biography"]), (&json!("Ōno"), &json!(null), &json!(null)));
    assert_eq!(data["accepting_new_patients"], json!(null));
    for list in ["credentials", "licences", "specialties", "languages", "locations", "services"] {
        assert_eq!(data[list], json!([]), "{list}");
    }
    add(&api, &token, "providers", &named("Ono"));
    assert_eq!(slugs(&api.get("/v1/providers").json()["data"]), ["ono-2", "ono"], "by their names as they are shown");
}

#[test]
fn every_mistake_in_a_provider_is_told_at_once() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let bad = json!({
        "name": {"given": "Elena", "familly": "Marsh"}, "slug": "Elena Marsh", "npi": "1234567890", "languages": ["en", "EN"],
        "licences": [{"state": "FL", "number": "ME 1"}, {"state": "XX", "number": "2", "expires_on": "31.01.2030"},
            {"state": "FL", "number": "ME 3", "expires_on": "2030-01-31"}, {"state": "fl", "number": "ME 3", "expires_on": "2031-01-31"}],
        "specialties": [{"code": "207R", "name": "Internal Medicine"}, {"code": null}],
        "accepting_new_patients": "yes", "biography": "", "services": [], "version": 3,
    });
    let problem = api.call("POST", "/v1/admin/providers").bearer(&token).json(&bad).send();
    let problem = problem.problem(422, "validation_failed");
    let told: Vec<_> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap()))
        .collect();
    let wanted = [
        ("/name/family", "required"),
        ("/name/familly", "unknown_field"),
        ("/slug", "bad_slug"),
        ("/npi", "bad_npi"),
        ("/licences/0/expires_on", "required"),
        ("/licences/1/state", "bad_state"),
        ("/licences/1/expires_on", "bad_date"),
        ("/licences/3", "repeated"),
        ("/specialties/0/code", "bad_taxonomy_code"),
        ("/specialties/1/name", "required"),
        ("/languages/1", "repeated"),
        ("/accepting_new_patients", "wrong_type"),
        ("/biography", "blank"),
        ("/services", "unknown_field"),
        ("/version", "unknown_field"),
    ];
    assert_eq!(told, wanted);
    let mut body = named("Marsh");
    body["locations"] = json!(["nowhere", "01900000-0000-7000-8000-00000000ffff"]);
    let unknown = api.call("POST", "/v1/admin/providers").bearer(&token).json(&body).send();
    let errors = unknown.problem(422, "validation_failed")["errors"].clone();
    assert_eq!((&errors[0]["pointer"], &errors[1]["pointer"]), (&json!("/locations/0"), &json!("/locations/1")));
    assert_eq!(errors[1]["code"], "unknown_reference");
    assert_eq!(api.get("/v1/providers").json()["data"], json!([]), "nothing of it was written");
}

#[test]
fn a_change_touches_what_it_names_and_is_refused_where_it_is_late() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let made = add(&api, &token, "providers", &marsh());
    let path = path_of("providers", &made);
    api.call("PATCH", &path).bearer(&token).json(&json!({})).send().problem(428, "precondition_required");
    let change = json!({"name": {"family": "Marsh-Ortiz", "middle": null}, "credentials": ["MD"], "npi": null});
    let changed = api.call("PATCH", &path).bearer(&token).header("If-Match", made.etag()).json(&change).send();
    assert_eq!(changed.status, 200, "{}", changed.body);
    let data = changed.json()["data"].clone();
    assert_eq!(data["display_name"], "Dr. Elena Marsh-Ortiz");
    assert_eq!((&data["slug"], &data["npi"], &data["version"]), (&json!("elena-marsh"), &json!(null), &json!(2)));
    assert_eq!(data["licences"], made.json()["data"]["licences"]);
    assert_eq!(changed.etag(), "\"v2\"");
    let late = api.call("PATCH", &path).bearer(&token).header("If-Match", made.etag()).json(&change).send();
    assert_eq!(late.problem(412, "stale_version")["changed"]["by"]["name"], "Test editor");
    patch(&api, &token, &path, &json!({"licenses": []})).problem(422, "validation_failed");
    assert_eq!(
        api.text("select array_to_string(fields, ',') from cms.audit_event where action = 'provider.update'"),
        "credentials,name,npi"
    );
    assert_eq!(api.number("select count(*) from cms.outbox_event where kind = 'clinic.changed'"), 2);
}

#[test]
fn an_npi_is_one_provider_s_and_a_slug_as_well() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let made = add(&api, &token, "providers", &marsh());
    let mut other = named("Okafor");
    other["npi"] = json!("1234567893");
    let taken = api.call("POST", "/v1/admin/providers").bearer(&token).json(&other).send();
    let taken = taken.problem(422, "validation_failed");
    assert_eq!((&taken["errors"][0]["pointer"], &taken["errors"][0]["code"]), (&json!("/npi"), &json!("taken")));
    other["npi"] = json!(null);
    other["slug"] = json!("elena-marsh");
    let taken = api.call("POST", "/v1/admin/providers").bearer(&token).json(&other).send();
    assert_eq!(taken.problem(422, "validation_failed")["errors"][0]["pointer"], "/slug");

    let path = path_of("providers", &made);
    trash(&api, &token, &path);
    let second = add(&api, &token, "providers", &marsh());
    let restore = |path: &str| api.call("POST", &format!("{path}/restore")).bearer(&token).send();
    restore(&path).problem(409, "slug_taken");
    patch(&api, &token, &path_of("providers", &second), &json!({"slug": "e-marsh"}));
    restore(&path).problem(409, "npi_taken");
    patch(&api, &token, &path_of("providers", &second), &json!({"npi": null}));
    assert_eq!(restore(&path).status, 200);
    restore(&path).problem(409, "not_in_trash");
}

#[test]
fn a_provider_in_the_trash_is_gone_everywhere_and_can_come_back() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    add_location(&api, &token, "Harbor Lane");
    let mut body = marsh();
    body["locations"] = json!(["harbor-lane"]);
    let made = add(&api, &token, "providers", &body);
    add(&api, &token, "services", &json!({"name": "Check-up", "providers": ["elena-marsh"]}));
    let path = path_of("providers", &made);
    let shown = |wanted: usize| {
        let count = |path: &str, field: &str| api.get(path).json()["data"][field].as_array().unwrap().len();
        assert_eq!(api.get("/v1/providers").json()["meta"]["total"], wanted);
        assert_eq!(api.get("/v1/providers?service=check-up").json()["meta"]["total"], wanted);
        assert_eq!(api.get("/v1/services?provider=elena-marsh").json()["meta"]["total"], wanted);
        assert_eq!(count("/v1/locations/harbor-lane", "providers"), wanted);
        assert_eq!(count("/v1/services/check-up", "providers"), wanted);
    };
    shown(1);
    trash(&api, &token, &path);
    shown(0);
    api.get("/v1/providers/elena-marsh").problem(404, "not_found");
    api.get(&format!("/v1/providers/{}", made.json()["data"]["id"].as_str().unwrap())).problem(404, "not_found");
    patch(&api, &token, &path, &json!({"npi": null})).problem(409, "in_trash");
    let list = |query: &str| {
        api.call("GET", &format!("/v1/admin/providers{query}")).bearer(&token).send().json()["meta"]["total"].clone()
    };
    assert_eq!((list(""), list("?trashed=true")), (json!(0), json!(1)));
    let unlisted = json!({"name": "Talk", "providers": ["elena-marsh"]});
    api.call("POST", "/v1/admin/services").bearer(&token).json(&unlisted).send().problem(422, "validation_failed");
    assert_eq!(api.call("POST", &format!("{path}/restore")).bearer(&token).send().status, 200);
    shown(1);
}

#[test]
fn a_location_in_the_trash_is_not_shown_and_not_forgotten() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let location = add_location(&api, &token, "Harbor Lane");
    let mut body = marsh();
    body["locations"] = json!([location, "harbor-lane"]);
    let path = path_of("providers", &add(&api, &token, "providers", &body));
    let place = format!("/v1/admin/locations/{location}");
    trash(&api, &token, &place);
    assert_eq!(api.get("/v1/providers/elena-marsh").json()["data"]["locations"], json!([]));
    assert_eq!(api.get("/v1/providers?location=harbor-lane").json()["data"], json!([]));
    assert_eq!(patch(&api, &token, &path, &json!({"biography": "Back in May."})).status, 200);
    patch(&api, &token, &path, &json!({"locations": ["harbor-lane"]})).problem(422, "validation_failed");
    assert_eq!(api.call("POST", &format!("{place}/restore")).bearer(&token).send().status, 200);
    assert_eq!(slugs(&api.get("/v1/providers/elena-marsh").json()["data"]["locations"]), ["harbor-lane"]);
    assert_eq!(patch(&api, &token, &path, &json!({"locations": null})).status, 200);
    assert_eq!(api.get("/v1/locations/harbor-lane").json()["data"]["providers"], json!([]));
}

#[test]
fn providers_are_found_by_location_service_and_language() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let harbor = add_location(&api, &token, "Harbor Lane");
    add_location(&api, &token, "Night Desk");
    for (family, locations, languages) in [
        ("Abel", json!(["harbor-lane"]), json!(["en"])),
        ("Baker", json!(["night-desk"]), json!(["es-MX", "en"])),
        ("Cruz", json!(["harbor-lane", "night-desk"]), json!(["es"])),
    ] {
        let mut body = named(family);
        body["locations"] = locations;
        body["languages"] = languages;
        add(&api, &token, "providers", &body);
    }
    add(&api, &token, "services", &json!({"name": "Check-up", "providers": ["cruz", "abel"]}));
    let found = |query: &str| {
        let list = api.get(&format!("/v1/providers{query}"));
        assert_eq!(list.status, 200, "{}", list.body);
        slugs(&list.json()["data"]).join(" ")
    };
    assert_eq!(found(""), "abel baker cruz");
    assert_eq!(found("?location=harbor-lane"), "abel cruz");
    assert_eq!(found(&format!("?location={harbor}")), "abel cruz");
    assert_eq!(found("?location=harbor-lane,night-desk&service=check-up"), "abel cruz");
    assert_eq!(found("?language=es"), "baker cruz");
    assert_eq!(found("?language=ES-mx,fr"), "baker");
    assert_eq!(found("?language=es&location=harbor-lane"), "cruz");
    assert_eq!(found("?location=nowhere"), "");
    api.get("/v1/providers?language=english").problem(400, "invalid_parameters");
    api.get("/v1/providers?location=A&location=B").problem(400, "invalid_parameters");

    let first = api.get("/v1/providers?limit=2").json();
    assert_eq!((&first["meta"]["total"], &first["meta"]["pages"]), (&json!(3), &json!(2)));
    let cursor = first["meta"]["next_cursor"].as_str().unwrap();
    assert_eq!(found(&format!("?limit=2&cursor={cursor}")), "cruz");
    api.get(&format!("/v1/providers?language=es&cursor={cursor}")).problem(400, "invalid_parameters");
    let detail = ["npi", "licences", "biography", "services"];
    assert!(detail.iter().all(|key| first["data"][0].get(key).is_none()), "a list carries summaries");
    assert_eq!(slugs(&first["data"][0]["locations"]), ["harbor-lane"]);
}

#[test]
fn staff_find_a_provider_by_a_piece_of_the_name_or_the_whole_npi() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    add(&api, &token, "providers", &marsh());
    add(&api, &token, "providers", &named("100% Marshall"));
    let found = |q: &str| {
        let list = api.call("GET", &format!("/v1/admin/providers?q={q}")).bearer(&token).send();
        assert_eq!(list.status, 200, "{}", list.body);
        slugs(&list.json()["data"]).join(" ")
    };
    assert_eq!(found("MARSH"), "100-marshall elena-marsh");
    assert_eq!(found("0%25"), "100-marshall", "a per cent sign is one");
    assert_eq!(found("1234567893"), "elena-marsh");
    assert_eq!(found("123456789"), "");
    api.call("GET", "/v1/admin/providers?q=").bearer(&token).send().problem(400, "invalid_parameters");
    let front_desk = api.sign_in(FRONT_DESK);
    api.call("POST", "/v1/admin/providers").bearer(&front_desk).json(&marsh()).send().problem(403, "forbidden");
}

#[test]
fn an_account_is_one_provider_s_and_readers_see_who_wrote() {
    let api = Api::start();
    let (admin, token) = (api.sign_in(ADMIN), api.sign_in(EDITOR));
    let made = add(&api, &token, "providers", &marsh());
    let id = made.json()["data"]["id"].clone();
    let reference = json!({"id": id, "slug": "elena-marsh", "name": "Dr. Elena R. Marsh"});
    let link = |email: &str, provider: &Value| people::patch(&api, &admin, email, &json!({"provider": provider}));
    let linked = link(EDITOR.0, &json!("elena-marsh"));
    assert_eq!(linked.status, 200, "{}", linked.body);
    assert_eq!(linked.json()["data"]["provider"], reference);
    assert_eq!(api.call("GET", "/v1/auth/me").bearer(&token).send().json()["data"]["provider"], reference);

    let taken = link(ADMIN.0, &id).problem(422, "validation_failed");
    assert_eq!((&taken["errors"][0]["pointer"], &taken["errors"][0]["code"]), (&json!("/provider"), &json!("taken")));
    let unknown = link(ADMIN.0, &json!("nobody")).problem(422, "validation_failed");
    assert_eq!(unknown["errors"][0]["code"], "unknown_reference");
    assert_eq!(people::find(&api, &admin, ADMIN.0).2["provider"], json!(null));

    let article = json!({"title": "Calm before the visit", "body_markdown": "Breathe."});
    let article = add(&api, &token, "articles", &article).json()["data"].clone();
    let author = |article: &Value| {
        let path = format!("/v1/admin/articles/{}", article["id"].as_str().unwrap());
        api.call("GET", &path).bearer(&token).send().json()["data"]["author"].clone()
    };
    let shown = author(&article);
    assert_eq!((&shown["name"], &shown["provider"]), (&json!("Dr. Elena R. Marsh"), &reference));
    assert_eq!((&shown["type"], &shown["credentials"]), (&json!("provider"), &json!(["MD", "FACP"])));

    trash(&api, &token, &path_of("providers", &made));
    assert_eq!(author(&article)["provider"], json!(null), "nobody is shown as what they are no more");
    let renamed = people::patch(&api, &admin, EDITOR.0, &json!({"name": "Elena Marsh"}));
    assert_eq!((renamed.status, &renamed.json()["data"]["provider"]), (200, &reference), "{}", renamed.body);
    assert_eq!(link(EDITOR.0, &json!(null)).json()["data"]["provider"], json!(null));
    let unlisted = link(EDITOR.0, &id).problem(422, "validation_failed");
    assert_eq!(unlisted["errors"][0]["code"], "unknown_reference", "what is in the trash is there for nobody new");
    let fields =
        "select array_to_string(fields, ',') from cms.audit_event where action = 'account.update' order by id limit 1";
    assert_eq!(api.text(fields), "provider");
}
