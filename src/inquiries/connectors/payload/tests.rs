use proptest::prelude::*;
use serde_json::json;

use super::*;

fn lead(kind: IntegrationKind, body: &Value) -> Lead {
    match read(kind, body, Some("msg_1")).unwrap().remove(0) {
        Arrival::Lead { lead, .. } => lead,
        other => panic!("a lead is expected, not {other:?}"),
    }
}

fn told(lead: &Lead) -> Vec<(&str, &str)> {
    lead.facts.iter().map(|fact| (fact.name.as_str(), fact.value.as_str())).collect()
}

#[test]
fn a_lead_form_of_google_is_read_by_its_columns() {
    let body = json!({
        "lead_id": "L-1", "google_key": "never a fact", "is_test": false, "api_version": "1.0", "form_id": 40, "gcl_id": "click",
        "user_column_data": [
            {"column_id": "FULL_NAME", "string_value": " Ada Lane ", "column_name": "Full name"},
            {"string_value": "Mornings", "column_name": "When do you like to be called?"},
            {"column_id": "CITY", "string_value": ""},
        ],
        "new_of_google": {"inner": 1},
    });
    let lead = lead(IntegrationKind::GoogleAds, &body);
    assert_eq!(lead.external_id, "L-1");
    assert_eq!(
        told(&lead),
        [
            ("FULL_NAME", "Ada Lane"),
            ("When do you like to be called?", "Mornings"),
            ("form_id", "40"),
            ("gcl_id", "click"),
            ("new_of_google.inner", "1"),
        ]
    );
    assert_eq!(read(IntegrationKind::GoogleAds, &json!({"lead_id": "1"}), None), Err(Unreadable));
}

#[test]
fn several_leads_of_meta_come_in_one_call_and_other_changes_are_none() {
    let change = |value: Value| json!({"field": "leadgen", "value": value});
    let body = json!({"object": "page", "entry": [
        {"id": "1", "time": 1, "changes": [change(json!({"leadgen_id": "11", "created_time": 1_700_000_000}))]},
        {"id": "1", "changes": [{"field": "feed", "value": {}}, change(json!({
            "leadgen_id": 12, "field_data": [{"name": "email", "values": ["a@mail.example"]}]}))]},
    ]});
    let arrivals = read(IntegrationKind::Meta, &body, None).unwrap();
    assert_eq!(arrivals.len(), 2);
    assert!(matches!(&arrivals[0], Arrival::Notice { external_id, .. } if external_id == "11"));
    assert!(matches!(&arrivals[1], Arrival::Lead { lead, .. } if told(lead) == [("email", "a@mail.example")]));
    for bad in [json!("../me"), json!("1?x"), json!(""), json!(null), json!("9".repeat(41))] {
        let body = json!({"entry": [{"changes": [change(json!({"leadgen_id": bad}))]}]});
        let arrivals = read(IntegrationKind::Meta, &body, None).unwrap();
        assert!(matches!(&arrivals[..], [Arrival::Unreadable { alone }] if *alone == body), "{bad}");
    }
    assert_eq!(read(IntegrationKind::Meta, &json!({"entry": {}}), None), Err(Unreadable));
}

#[test]
fn what_cannot_be_read_of_meta_takes_nothing_readable_with_it() {
    let good = json!({"leadgen_id": "77771", "field_data": [{"name": "email", "values": ["a@mail.example"]}]});
    let changes = [json!({}), good, json!({"leadgen_id": "abc"}), json!({"leadgen_id": "77772"})]
        .map(|value| json!({"field": "leadgen", "value": value}));
    let arrivals = read(IntegrationKind::Meta, &json!({"entry": [{"changes": changes}]}), None).unwrap();
    assert!(matches!(
        &arrivals[..],
        [Arrival::Unreadable { .. }, Arrival::Lead { .. }, Arrival::Unreadable { .. }, Arrival::Notice { .. }]
    ));
}

#[test]
fn a_typeform_is_read_by_references_and_titles() {
    let body = json!({"event_id": "E", "form_response": {
        "form_id": "F", "token": "T", "submitted_at": "2026-03-02T12:00:00Z", "hidden": {"utm_source": "spring"},
        "definition": {"fields": [{"id": "q1", "ref": "mail", "type": "email", "title": "Your e-mail"}]},
        "answers": [
            {"type": "email", "email": "a@mail.example", "field": {"id": "q1", "ref": "mail", "type": "email"}},
            {"type": "choice", "choice": {"label": "Knee"}, "field": {"id": "q2", "ref": "about", "type": "multiple_choice"}},
            {"type": "choices", "choices": {"labels": ["Mon", "Tue"], "other": "late"}, "field": {"id": "q3"}},
            {"type": "boolean", "boolean": true, "field": {"id": "q4", "ref": "texts"}},
            {"type": "number", "number": 7, "field": {"id": "q5", "ref": "many"}},
            {"type": "brand_new", "brand_new": {"odd": 1}, "field": {"id": "q6", "ref": "odd"}},
        ],
        "variables": [{"key": "score", "type": "number", "number": 4}],
    }});
    let lead = lead(IntegrationKind::Typeform, &body);
    assert_eq!((lead.external_id.as_str(), lead.facts[0].label.as_deref()), ("T", Some("Your e-mail")));
    assert_eq!(lead.facts[0].types, ["email", "email"]);
    assert_eq!(
        told(&lead),
        [
            ("mail", "a@mail.example"),
            ("about", "Knee"),
            ("q3", "Mon, Tue, late"),
            ("texts", "true"),
            ("many", "7"),
            ("odd", "{\"odd\":1}"),
            ("hidden.utm_source", "spring"),
            ("variables.score", "4"),
        ]
    );
}

#[test]
fn a_call_knows_spam_and_a_text_that_says_stop() {
    let call = |more: Value| {
        let mut body = json!({"resource_id": "CAL1", "start_time": "2026-03-02T07:00:00.000-05:00"});
        json_patch::merge(&mut body, &more);
        lead(IntegrationKind::CallRail, &body)
    };
    assert_eq!(call(json!({})).sent_at, instant_of(Some(&json!("2026-03-02T12:00:00Z"))));
    for spam in [json!({"spam": true}), json!({"tags": ["New", "Spam"]}), json!({"lead_status": "spam"})] {
        assert!(call(spam).is_spam);
    }
    assert!(!call(json!({"tags": ["no spam here"]})).is_spam);
    for stop in ["STOP", " stop. ", "Unsubscribe", "opt out"] {
        assert!(call(json!({"content": stop})).opts_out, "{stop}");
    }
    assert!(!call(json!({"content": "please stop by at nine"})).opts_out);
    assert!(!call(json!({"content": "STOP", "direction": "outbound"})).opts_out);
}

#[test]
fn any_json_is_facts_by_pointers() {
    let body = json!({"a/b": {"c": [1, "two", null]}, "d": [{"e": false}], "f": "", "g": {}});
    let lead = lead(IntegrationKind::Generic, &body);
    assert_eq!(told(&lead), [("/a~1b/c", "1, two"), ("/d/0/e", "false")]);
    assert_eq!(read(IntegrationKind::Generic, &body, None), Err(Unreadable));
}

#[test]
fn nothing_of_a_lead_is_printed_but_the_names() {
    let lead = lead(IntegrationKind::Generic, &json!({"who": "Canary"}));
    let printed = format!("{lead:?}{:?}", Arrival::Notice { external_id: "Canary".to_owned(), alone: json!("Canary") });
    assert!(!printed.contains("Canary"), "{printed}");
}

fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("lead_id".to_owned()),
        Just("user_column_data".to_owned()),
        Just("entry".to_owned()),
        Just("changes".to_owned()),
        Just("field".to_owned()),
        Just("leadgen".to_owned()),
        Just("value".to_owned()),
        Just("leadgen_id".to_owned()),
        Just("field_data".to_owned()),
        Just("form_response".to_owned()),
        Just("token".to_owned()),
        Just("answers".to_owned()),
        Just("type".to_owned()),
        Just("choice".to_owned()),
        Just("resource_id".to_owned()),
        Just("tags".to_owned()),
        "\\PC{0,6}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(word.clone(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_json_breaks_a_reader(body in any_json()) {
        for kind in IntegrationKind::ALL {
            for arrival in read(kind, &body, Some("id")).unwrap_or_default() {
                if let Arrival::Lead { lead, .. } = arrival {
                    prop_assert!(lead.facts.iter().all(|fact| !fact.value.is_empty()));
                }
            }
        }
    }
}
