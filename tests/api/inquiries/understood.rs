//! What a node knows of a form and of where it leads is never older than the last commit, on whatever node that was.

use serde_json::{Value, json};

use super::{inquiry, rows, with};
use crate::{
    harness::{Api, EDITOR, OWNER, Reply},
    providers::{add, add_location, patch, trash},
};

/// A form of its own, and a second node that has taken an inquiry through it.
struct Nodes {
    api: Api,
    other: Api,
    token: String,
    form: String,
}

impl Nodes {
    fn warm() -> Self {
        let api = Api::start();
        let token = api.sign_in(EDITOR);
        add_location(&api, &token, "Harbor Lane");
        let form = json!({"name": "Short", "fields": [{"name": "full_name"}, {"name": "email"}, {"name": "message"}]});
        let form = add(&api, &token, "forms", &form).json()["data"]["id"].as_str().unwrap().to_owned();
        let other = api.another_node();
        let nodes = Self { api, other, token, form };
        nodes.taken(&json!({}));
        nodes.taken(&json!({"location": "harbor-lane"}));
        nodes
    }

    /// Sends an inquiry to the second node.
    fn send(&self, changes: &Value) -> Reply {
        let mut body = with(&json!({"form": "short", "phone": null}));
        json_patch::merge(&mut body, changes);
        self.other.call("POST", "/v1/inquiries").json(&body).send()
    }

    #[track_caller]
    fn taken(&self, changes: &Value) {
        let reply = self.send(changes);
        assert_eq!(reply.status, 201, "{}", reply.body);
    }

    #[track_caller]
    fn refused(&self, changes: &Value, pointer: &str) {
        let problem = self.send(changes).problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }

    /// Changes a record on the first node.
    #[track_caller]
    fn change(&self, path: &str, change: &Value) {
        let reply = patch(&self.api, &self.token, &format!("/v1/admin/{path}"), change);
        assert_eq!(reply.status, 200, "{}", reply.body);
    }

    fn newest(&self, column: &str) -> String {
        self.api.text(&format!(
            "select coalesce(({column})::text, 'none') from cms.inquiry order by received_at desc limit 1"
        ))
    }
}

#[test]
fn a_form_that_asks_for_more_is_gone_by_on_every_node_at_once() {
    let nodes = Nodes::warm();
    let fields = json!([{"name": "full_name"}, {"name": "email"}, {"name": "phone", "required": true}]);
    nodes.change(&format!("forms/{}", nodes.form), &json!({"fields": fields}));
    nodes.refused(&json!({}), "/phone");
    assert_eq!(rows(&nodes.api), 2, "nothing was stored by what the node knew before");
    nodes.taken(&json!({"phone": "+15615550142"}));
}

#[test]
fn nobody_is_refused_by_what_a_form_asked_before() {
    let nodes = Nodes::warm();
    let path = format!("forms/{}", nodes.form);
    let consent = |required| json!({"consents": [{"purpose": "contact", "text_version": "1", "required": required, "texts": {"en": "Call me."}}]});
    nodes.change(&path, &consent(true));
    nodes.refused(&json!({}), "/consents");
    nodes.change(&path, &consent(false));
    nodes.taken(&json!({}));
    nodes.change(&path, &json!({"kinds": ["billing", "records"]}));
    nodes.taken(&json!({"kind": "billing"}));
    nodes.refused(&json!({"kind": "referral"}), "/kind");
}

#[test]
fn a_location_that_is_gone_is_named_by_nobody_and_one_that_is_back_by_everybody() {
    let nodes = Nodes::warm();
    let id = nodes.api.text("select id::text from cms.location");
    trash(&nodes.api, &nodes.token, &format!("/v1/admin/locations/{id}"));
    nodes.refused(&json!({"location": "harbor-lane"}), "/location");
    let back = nodes.api.call("POST", &format!("/v1/admin/locations/{id}/restore")).bearer(&nodes.token).send();
    assert_eq!(back.status, 200, "{}", back.body);
    nodes.taken(&json!({"location": "harbor-lane"}));
    assert_eq!(nodes.newest("location_id"), id);
}

#[test]
fn where_a_form_leads_is_where_it_leads_now() {
    let nodes = Nodes::warm();
    nodes.taken(&json!({"service": "Imaging"}));
    assert_eq!(nodes.newest("service_id"), "none", "words of the sender's own");
    let service = add(&nodes.api, &nodes.token, "services", &json!({"name": "Imaging"}));
    nodes.taken(&json!({"service": "Imaging"}));
    assert_eq!(json!(nodes.newest("service_id")), service.json()["data"]["id"]);
    nodes.change(&format!("forms/{}", nodes.form), &json!({"location": "harbor-lane"}));
    nodes.taken(&json!({"service": "Imaging"}));
    assert_ne!(nodes.newest("location_id"), "none");
    nodes.change(&format!("forms/{}", nodes.form), &json!({"response_minutes": 10080, "retention_days": 9}));
    nodes.taken(&json!({"service": "Imaging"}));
    assert_eq!(nodes.newest("retention_expires_at - received_at"), "9 days");
}

#[test]
fn an_emergency_rule_counts_on_every_node_at_once() {
    let nodes = Nodes::warm();
    let owner = nodes.api.sign_in(OWNER);
    let rule = json!({"name": "Tide", "language": "en", "phrases": ["swept out to sea"]});
    add(&nodes.api, &owner, "emergency-rules", &rule);
    nodes.taken(&json!({"message": "My brother was swept out to sea."}));
    assert_eq!(nodes.newest("emergency_rule"), "matched");
}

#[test]
fn the_stamp_is_another_after_a_commit_and_the_same_after_a_rollback() {
    let nodes = Nodes::warm();
    let stamp = || nodes.api.number("select value from site.reference_stamp");
    let before = stamp();
    nodes.taken(&inquiry());
    assert_eq!(stamp(), before, "inquiries change nothing that they are understood by");
    nodes.api.as_owner(async |owner| {
        let changes = "begin; update cms.form set name = name; update cms.location set name = name; rollback;
                       begin; update cms.form set name = name; update cms.location set name = name; commit";
        sqlx::raw_sql(changes).execute(owner).await.unwrap();
    });
    assert_eq!(stamp(), before + 1, "once a transaction");
}
