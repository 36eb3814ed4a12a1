//! `/v1/admin/disclosures`.

use serde_json::{Value, json};

use super::Desk;
use crate::{
    harness::{Api, EDITOR, Reply},
    providers::{add, patch, path_of, trash},
};

struct Clinic {
    api: Api,
    token: String,
}

impl Clinic {
    fn open() -> Self {
        let api = Api::start();
        let token = api.sign_in(EDITOR);
        Self { api, token }
    }

    fn article(&self, title: &str, body: &str) -> Value {
        self.api.publish(&self.token, &json!({"title": title, "body_markdown": body}))
    }

    fn shown(&self, slug: &str) -> Vec<Value> {
        let shown = self.api.get(&format!("/v1/articles/{slug}")).json();
        shown["data"]["disclosures"].as_array().unwrap().clone()
    }

    fn write(&self, body: &Value) -> Reply {
        let made = self.api.call("POST", "/v1/admin/disclosures").bearer(&self.token).json(body).send();
        assert_eq!(made.status, 201, "{}", made.body);
        made
    }

    fn change(&self, made: &Reply, body: &Value) -> Reply {
        let path = path(&self.api, made);
        let etag = self.api.call("GET", &path).bearer(&self.token).send().etag();
        let done = self.api.call("PATCH", &path).bearer(&self.token).header("If-Match", etag).json(body).send();
        assert_eq!(done.status, 200, "{}", done.body);
        done
    }

    /// The articles that are noted as changed, by their slug.
    fn touched(&self) -> String {
        self.api.text(
            "select coalesce(string_agg(r.slug, ' ' order by r.slug), '')
               from cms.article_touch t join cms.revision r on r.article_id = t.article_id and r.number = 1",
        )
    }

    fn forget_touches(&self) {
        self.api.as_owner(async |owner| sqlx::query("delete from cms.article_touch").execute(owner).await).unwrap();
    }
}

fn path(api: &Api, made: &Reply) -> String {
    made.header("location").strip_prefix(&api.base).unwrap().to_owned()
}

fn lamps() -> Value {
    json!({"name": "Dawn lamps", "kind": "risk", "texts": {"en": "A lamp is hot.", "es": "Una lámpara quema."}, "treatments": ["Dawn Lámp"]})
}

#[test]
fn a_disclosure_stands_wherever_its_treatment_is_named_and_nowhere_else() {
    let clinic = Clinic::open();
    clinic.article("Mornings", "We lend dáwn\u{a0}lamps.");
    clinic.article("Evenings", "We lend dawn lampshades.");
    let draft = json!({"title": "Unseen", "body_markdown": "A dawn lamp."});
    clinic.api.call("POST", "/v1/admin/articles").bearer(&clinic.token).json(&draft).send();
    let made = clinic.write(&lamps());
    assert_eq!((&made.json()["data"]["articles"], &made.json()["data"]["text_version"]), (&json!(1), &json!(1)));
    assert_eq!(clinic.shown("mornings"), [json!({"kind": "risk", "text": "A lamp is hot.", "version": 1})]);
    assert_eq!(clinic.shown("evenings"), [Value::Null; 0]);
    assert_eq!(clinic.touched(), "mornings", "the visible one alone has changed for anybody");
    clinic.article("Later", "A dawn-lamp once more.");
    assert_eq!(clinic.shown("later").len(), 1, "what is written later carries it from the start");
    let spanish = json!({"title": "Lamparas", "locale": "es-US", "body_markdown": "Una dawn lamp."});
    clinic.api.publish(&clinic.token, &spanish);
    let shown = clinic.api.get("/v1/articles/lamparas?locale=es-US").json();
    assert_eq!(shown["data"]["disclosures"][0]["text"], "Una lámpara quema.");
}

#[test]
fn a_changed_text_is_shown_at_once_under_a_new_version_and_the_old_one_is_kept() {
    let clinic = Clinic::open();
    clinic.article("Mornings", "A dawn lamp.");
    let made = clinic.write(&lamps());
    clinic.forget_touches();
    clinic.change(&made, &json!({"name": "Lamps"}));
    assert_eq!(clinic.touched(), "", "colleagues' names for it are nobody's news");
    let done = clinic.change(&made, &json!({"texts": {"en": "A lamp is very hot.", "es": null}}));
    assert_eq!(done.json()["data"]["texts"], json!({"en": "A lamp is very hot."}));
    assert_eq!(clinic.shown("mornings"), [json!({"kind": "risk", "text": "A lamp is very hot.", "version": 2})]);
    assert_eq!(clinic.touched(), "mornings");
    let told = "select count(*) from cms.outbox_event where kind = 'article.updated'";
    assert_eq!(clinic.api.number(told), 2, "once when it came, once when it changed");
    let kept = "select string_agg(version || ' ' || (texts->>'en'), '; ' order by version) from cms.disclosure_version";
    assert_eq!(clinic.api.text(kept), "1 A lamp is hot.; 2 A lamp is very hot.");
}

#[test]
fn another_treatment_moves_a_disclosure_and_the_trash_hides_it() {
    let clinic = Clinic::open();
    clinic.article("Mornings", "A dawn lamp.");
    clinic.article("Noon", "A sun roof.");
    let made = clinic.write(&lamps());
    clinic.forget_touches();
    clinic.change(&made, &json!({"treatments": ["sun roof"]}));
    assert_eq!((clinic.shown("mornings").len(), clinic.shown("noon").len()), (0, 1));
    assert_eq!(clinic.touched(), "mornings noon");
    clinic.change(&made, &json!({"applies_to": "all", "treatments": null}));
    assert_eq!((clinic.shown("mornings").len(), clinic.shown("noon").len()), (1, 1));
    clinic.change(&made, &json!({"applies_to": "clinical"}));
    assert_eq!((clinic.shown("mornings").len(), clinic.shown("noon").len()), (0, 0));
    clinic.change(&made, &json!({"applies_to": "named", "treatments": ["dawn lamp"]}));
    clinic.forget_touches();
    let path = path(&clinic.api, &made);
    let gone = clinic.api.call("DELETE", &path).bearer(&clinic.token).header("If-Match", "*").send();
    assert_eq!(gone.status, 204, "{}", gone.body);
    assert_eq!((clinic.shown("mornings").len(), clinic.touched()), (0, "mornings".to_owned()));
    clinic.article("Since", "A dawn lamp.");
    let back = clinic.api.call("POST", &format!("{path}/restore")).bearer(&clinic.token).send();
    assert_eq!(back.status, 200, "{}", back.body);
    assert_eq!(
        (clinic.shown("mornings").len(), clinic.shown("since").len()),
        (1, 1),
        "also what was written meanwhile"
    );
}

#[test]
fn a_disclosure_of_a_service_stands_with_the_service() {
    let desk = Desk::with_the_page();
    let body = json!({"name": "Lamps", "kind": "off_label", "texts": {"en": "Off label."}, "services": ["dawn-lamp"]});
    let made = desk.post("/v1/admin/disclosures", &body);
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.json()["data"]["services"][0]["name"], "Dawn lamp");
    assert!(!desk.codes().contains(&"disclosure_missing".to_owned()), "the text names the service");
    desk.edit(&json!({"body_markdown": "Nothing of it.", "title": "Mornings", "services": ["dawn-lamp"]}));
    assert!(!desk.codes().contains(&"disclosure_missing".to_owned()), "the article is about it");
    assert_eq!(desk.get(&desk.path).json()["data"]["disclosures"][0]["text"], "Off label.");
    let etag = desk.get(&path(&desk.api, &made)).etag();
    let gone = desk.api.call("DELETE", &path(&desk.api, &made)).bearer(&desk.editor).header("If-Match", etag).send();
    assert_eq!(gone.status, 204);
    assert!(desk.codes().contains(&"disclosure_missing".to_owned()));
}

#[test]
fn every_mistake_in_a_disclosure_is_named() {
    let clinic = Clinic::open();
    let post = |body: Value| clinic.api.call("POST", "/v1/admin/disclosures").bearer(&clinic.token).json(&body).send();
    let wrong =
        json!({"kind": "offlabel", "texts": {"english!": "x", "es": 7, "en": " "}, "services": 1, "treatment": []});
    let told = post(wrong).problem(422, "validation_failed");
    let pointers: Vec<_> =
        told["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/name", "/kind", "/texts/en", "/texts/english!", "/texts/es", "/services", "/treatment"]);
    for texts in [json!({}), json!({"en": null})] {
        let told = post(json!({"name": "x", "kind": "risk", "texts": texts})).problem(422, "validation_failed");
        assert_eq!((&told["errors"][0]["pointer"], &told["errors"][0]["code"]), (&json!("/texts"), &json!("required")));
    }
    let nowhere = json!({"name": "x", "kind": "risk", "texts": {"en": "x"}, "services": ["none"]});
    assert_eq!(post(nowhere).problem(422, "validation_failed")["errors"][0]["pointer"], "/services/0");
    assert_eq!(post(lamps()).status, 201);
    assert_eq!(post(lamps()).problem(422, "validation_failed")["errors"][0]["pointer"], "/slug");
}

#[test]
fn a_disclosure_follows_what_its_service_is_called() {
    let clinic = Clinic::open();
    let service = add(&clinic.api, &clinic.token, "services", &json!({"name": "Sleep coaching"}));
    let path = path_of("services", &service);
    clinic.article("Mornings", "Ask us for a dawn lamp.");
    clinic.article("Evenings", "Sleep coaching helps.");
    clinic.write(
        &json!({"name": "Lamps", "kind": "risk", "texts": {"en": "A lamp is hot."}, "services": ["sleep-coaching"]}),
    );
    let shown = || (clinic.shown("mornings").len(), clinic.shown("evenings").len());
    assert_eq!(shown(), (0, 1));
    clinic.forget_touches();
    assert_eq!(patch(&clinic.api, &clinic.token, &path, &json!({"aliases": ["Dawn lamp"]})).status, 200);
    assert_eq!((shown(), clinic.touched()), ((1, 1), "mornings".to_owned()), "another name for it");
    assert_eq!(patch(&clinic.api, &clinic.token, &path, &json!({"name": "Light therapy"})).status, 200);
    assert_eq!(shown(), (1, 0), "no longer called so");
    clinic.forget_touches();
    assert_eq!(patch(&clinic.api, &clinic.token, &path, &json!({"duration_minutes": 20})).status, 200);
    assert_eq!((shown(), clinic.touched()), ((1, 0), String::new()), "the names are what they were");
    trash(&clinic.api, &clinic.token, &path);
    assert_eq!(shown(), (0, 0), "no such service");
    let back = clinic.api.call("POST", &format!("{path}/restore")).bearer(&clinic.token).send();
    assert_eq!((back.status, shown()), (200, (1, 0)));
}
