//! Words that tell of an emergency: the number to call first, the priority, and the rules that staff keep.

use serde_json::{Value, json};

use super::{count, post, read, receipt, sent, with};
use crate::harness::{Api, EDITOR, OWNER};

fn notices(receipt: &Value) -> Vec<(&str, &str)> {
    let notices = receipt["notices"].as_array().unwrap();
    notices.iter().map(|notice| (notice["kind"].as_str().unwrap(), notice["text"].as_str().unwrap())).collect()
}

fn priority(api: &Api, receipt: &Value) -> (Value, Value) {
    let stored = read(api, receipt);
    (stored["priority"].clone(), stored["status"].clone())
}

#[test]
fn an_emergency_is_answered_with_the_number_to_call_in_its_own_language() {
    let api = Api::start();
    let usual = sent(&api, &with(&json!({})));
    assert_eq!(notices(&usual)[0].0, "privacy");
    let english = sent(&api, &with(&json!({"message": "My husband has CHEST-PAIN since noon"})));
    assert_eq!(notices(&english).iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), ["emergency", "privacy"]);
    assert!(notices(&english)[0].1.contains("call 911"), "{english}");
    let spanish = sent(&api, &with(&json!({"message": "me quiero morir"})));
    assert!(notices(&spanish)[0].1.contains("llame al 911"), "{spanish}");
    assert!(notices(&spanish)[0].1.contains("988"));
    assert!(notices(&spanish)[1].1.starts_with("Please"), "the others are in the language of the form");
    assert_eq!(priority(&api, &english), (json!("stat"), json!("new")));
    assert_eq!(priority(&api, &usual), (json!("normal"), json!("new")));
    assert_eq!(read(&api, &english)["emergency_rule"], "Heart");
    assert_eq!(read(&api, &spanish)["emergency_rule"], "Suicidio");
    assert_eq!(read(&api, &usual)["emergency_rule"], Value::Null);
}

#[test]
fn which_rule_saw_an_emergency_stands_nowhere_in_the_clear() {
    let api = Api::start();
    let token = api.sign_in(OWNER);
    let rule = json!({"name": "Qzrule of despair", "language": "en", "phrases": ["jumping off"]});
    assert_eq!(api.call("POST", "/v1/admin/emergency-rules").bearer(&token).json(&rule).send().status, 201);
    let posted = sent(&api, &with(&json!({"message": "I think of jumping off."})));
    assert!(!posted.to_string().contains("Qzrule"), "the sender is not told: {posted}");
    api.deliver();
    for letter in api.letters() {
        assert!(letter.contains("URGENT") && !letter.contains("Qzrule"), "{letter}");
    }
    // The rule itself and the history of its changes say what staff look for, and nothing of anybody.
    let tables = "select table_name from information_schema.tables
                   where table_schema = 'cms' and table_type = 'BASE TABLE'
                     and table_name not in ('emergency_rule', 'record_change')";
    let tables = api.text(&format!("select string_agg(table_name, ' ') from ({tables}) t"));
    for table in tables.split_whitespace() {
        let holding = format!("select count(*) from cms.{table} t where t::text like '%Qzrule%'");
        assert_eq!(api.number(&holding), 0, "{table}");
    }
    assert_eq!(api.text("select emergency_rule from cms.inquiry"), "matched");
    let list = api.call("GET", "/v1/admin/inquiries").bearer(&token).send();
    assert!(list.body.contains("stat") && !list.body.contains("Qzrule"), "{}", list.body);
    let fhir = format!("/v1/admin/inquiries/{}/fhir", posted["id"].as_str().unwrap());
    for path in ["/v1/admin/inquiries/metrics", &fhir] {
        let answer = api.call("GET", path).bearer(&token).send();
        assert!(answer.status == 200 && !answer.body.contains("Qzrule"), "{path}: {}", answer.body);
    }
    assert_eq!(read(&api, &posted)["emergency_rule"], "Qzrule of despair", "who opens it is told");
}

#[test]
fn what_looks_like_spam_is_held_and_told_of_where_it_is_an_emergency() {
    let api = Api::start();
    let spam = "[url=https://a.example]casino bonus[/url] free spins, buy viagra online";
    let plain = sent(&api, &with(&json!({"message": spam})));
    assert_eq!(priority(&api, &plain), (json!("normal"), json!("spam")));
    let told = "select count(*) from cms.outbox_event where kind = 'inquiry.received'";
    assert_eq!(count(&api, told), 0);
    let emergency = sent(&api, &with(&json!({"message": format!("{spam} I took too many pills")})));
    assert_eq!(priority(&api, &emergency), (json!("stat"), json!("held")));
    assert_eq!(count(&api, told), 1, "staff hear of it all the same");
    let token = api.sign_in(OWNER);
    let path = format!("/v1/admin/inquiries/{}/release", emergency["id"].as_str().unwrap());
    let released = api.call("POST", &path).bearer(&token).header("If-Match", "*").send();
    assert_eq!(released.status, 200, "{}", released.body);
    assert_eq!(count(&api, told), 1, "and not twice");
    let machine = post(&api).json(&with(&json!({"message": "chest pain", "_website": "x"}))).send();
    assert_eq!(notices(&receipt(&machine))[0].0, "emergency", "the answer depends on what was sent alone");
    assert_eq!(read(&api, &receipt(&machine))["status"], "spam");
}

#[test]
fn staff_keep_the_rules_and_a_change_counts_for_the_next_inquiry() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let list = api.call("GET", "/v1/admin/emergency-rules").bearer(&token).send().json()["data"].clone();
    assert!(list.as_array().unwrap().len() >= 14, "{list}");
    let languages: std::collections::BTreeSet<_> =
        list.as_array().unwrap().iter().map(|rule| rule["language"].as_str().unwrap()).collect();
    assert_eq!(languages.into_iter().collect::<Vec<_>>(), ["en", "es"]);
    let rule = json!({"name": "Snakes", "language": "en", "phrases": ["snake bit*"]});
    let made = api.call("POST", "/v1/admin/emergency-rules").bearer(&token).json(&rule).send();
    assert_eq!(made.status, 201, "{}", made.body);
    let path = format!("/v1/admin/emergency-rules/{}", made.json()["data"]["id"].as_str().unwrap());
    let bitten = with(&json!({"message": "A snake bite, it swells"}));
    assert_eq!(priority(&api, &sent(&api, &bitten)).0, "stat");
    let off = api.call("PATCH", &path).bearer(&token).header("If-Match", made.etag());
    let off = off.header("Content-Type", "application/merge-patch+json").bytes(r#"{"enabled": false}"#).send();
    assert_eq!(off.status, 200, "{}", off.body);
    assert_eq!(priority(&api, &sent(&api, &bitten)).0, "normal");
    let gone = api.call("DELETE", &path).bearer(&token).header("If-Match", off.etag()).send();
    assert_eq!(gone.status, 204, "{}", gone.body);
    let taken = json!({"name": "heart", "language": "en", "phrases": ["palpitations"]});
    let refused = api.call("POST", "/v1/admin/emergency-rules").bearer(&token).json(&taken).send();
    assert_eq!(super::mistakes(&refused.problem(422, "validation_failed")), [("/name", "taken")]);
    let bad = json!({"name": "", "language": "english", "phrases": ["ab*", 7, "?!?!"]});
    let refused = api.call("POST", "/v1/admin/emergency-rules").bearer(&token).json(&bad).send();
    let problem = refused.problem(422, "validation_failed");
    let expected = [
        ("/language", "bad_language"),
        ("/name", "blank"),
        ("/phrases/0", "too_short"),
        ("/phrases/1", "wrong_type"),
        ("/phrases/2", "too_short"),
    ];
    assert_eq!(super::mistakes(&problem), expected);
}
