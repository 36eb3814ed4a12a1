//! `/v1/admin/clinic/consistency`: what the clinic writes, beside its record.

use serde_json::{Value, json};

use crate::{
    harness::{Api, EDITOR, FRONT_DESK},
    providers::{add, patch, path_of, trash},
};

struct Clinic {
    api: Api,
    token: String,
}

impl Clinic {
    /// One location, with a number, an address and hours.
    fn open() -> Self {
        let api = Api::start();
        let token = api.sign_in(EDITOR);
        let record = json!({"name": "Harbor Lane Clinic", "phones": ["(561) 555-0141"]});
        assert_eq!(patch(&api, &token, "/v1/admin/clinic", &record).status, 200);
        add(
            &api,
            &token,
            "locations",
            &json!({
            "name": "Harbor Lane", "phones": ["(561) 555-0141"], "timezone": "America/New_York",
            "address": {"line1": "210 Harbor Lane", "line2": "Suite 3", "city": "Riviera Beach", "region": "FL", "postal_code": "33404", "country": "US"},
            "hours": [{"days": ["monday", "tuesday", "wednesday", "thursday", "friday"], "opens": "08:00", "closes": "17:00"}]}),
        );
        Self { api, token }
    }

    fn report_for(&self, token: &str) -> Value {
        let reply = self.api.call("GET", "/v1/admin/clinic/consistency").bearer(token).send();
        assert_eq!((reply.status, reply.header("cache-control")), (200, "no-store"), "{}", reply.body);
        reply.json()["data"].clone()
    }

    fn report(&self) -> Value {
        self.report_for(&self.token)
    }

    /// Code, type, field, language, words.
    fn told(&self) -> Vec<String> {
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let report = self.report();
        let findings = report["findings"].as_array().unwrap().iter();
        findings
            .map(|one| {
                let parts =
                    [&one["code"], &one["where"]["type"], &one["field"], &one["where"]["locale"], &one["found"]];
                parts.map(text).join(" | ")
            })
            .collect()
    }
}

#[test]
fn a_clinic_whose_texts_say_what_its_record_says_has_nothing_to_mend() {
    let clinic = Clinic::open();
    clinic.api.publish(&clinic.token, &json!({
        "title": "Where we are", "body_markdown": "Come to **210 Harbor Lane, Suite 3**, Riviera Beach, FL 33404.\n\nCall (561) 555-0141. We are open Monday to Friday, 8 am – 5 pm. In an emergency call 911."}));
    let report = clinic.report();
    assert_eq!(report["findings"], json!([]));
    assert_eq!(report["truncated"], false);
    assert_eq!(
        report["looked_through"],
        json!({"articles": 1, "drafts": 0, "legal_notices": 0, "faqs": 0, "notices": 0, "services": 0, "providers": 0, "locations": 1})
    );
}

#[test]
fn each_contradiction_is_named_wherever_it_stands() {
    let clinic = Clinic::open();
    let add = |kind: &str, record: &Value| add(&clinic.api, &clinic.token, kind, record);
    clinic.api.publish(
        &clinic.token,
        &json!({
        "title": "Where we are", "summary": "Call (561) 555-0199.",
        "body_markdown": "## How to find us\n\n- 210 Harbor Lane, Suite 5\n- Monday to Friday, 8 am – 6 pm",
        "faqs": [{"question": "By fax?", "answer": "Fax 561-555-0198."}]}),
    );
    add(
        "legal-notices",
        &json!({"kind": "privacy_practices", "effective_on": "2026-01-01", "translations": {
        "en": {"title": "Privacy", "body_markdown": "Call (561) 555-0141 or HHS, 1-800-368-1019."},
        "es": {"title": "Privacidad", "body_markdown": "Llame al (561) 555-0197."}}}),
    );
    add(
        "faqs",
        &json!({"translations": {"es": {"question": "¿Cuándo abren?", "answer_markdown": "De lunes a viernes de 9:00 a 17:00."}}}),
    );
    add("notices", &json!({"severity": "info", "texts": {"en": "New line: (561) 555-0196."}}));
    add("services", &json!({"name": "Flu shot", "body_markdown": "Ask at (561) 555-0195."}));
    add("services", &json!({"name": "Ketamine", "fda_status": "off_label"}));
    add(
        "providers",
        &json!({"name": {"family": "Marsh"}, "biography": "Reach her at (561) 555-0194.",
        "licences": [{"state": "FL", "number": "1", "expires_on": "2020-01-01"}]}),
    );
    assert_eq!(
        clinic.told(),
        [
            "licences_expired | provider | licences | - | 2020-01-01",
            "risks_missing | service | risks | - | -",
            "phone_unknown | article | summary | en | (561) 555-0199",
            "address_differs | article | body | en | 210 Harbor Lane, Suite 5",
            "hours_differ | article | body | en | Monday to Friday, 8 am – 6 pm",
            "phone_unknown | article | faqs/0 | en | 561-555-0198",
            "phone_unknown | legal_notice | body | es | (561) 555-0197",
            "hours_differ | faq | answer | es | lunes a viernes de 9:00 a 17:00",
            "phone_unknown | notice | text | en | (561) 555-0196",
            "phone_unknown | service | body | - | (561) 555-0195",
            "phone_unknown | provider | biography | - | (561) 555-0194",
        ]
    );
    let report = clinic.report();
    let phone = &report["findings"][2];
    assert_eq!((&phone["severity"], &phone["draft"]), (&json!("warning"), &json!(false)));
    assert_eq!((&phone["where"]["slug"], &phone["where"]["name"]), (&json!("where-we-are"), &json!("Where we are")));
    assert_eq!(phone["expected"][0], "(561) 555-0141 (Harbor Lane Clinic)");
    let address = &report["findings"][3];
    assert_eq!(address["expected"], json!(["210 Harbor Lane, Suite 3, Riviera Beach, FL 33404"]));
    assert_eq!(address["message"], "the street is a location's, the suite is not");
    assert_eq!(report["findings"][4]["expected"], json!(["Harbor Lane: Mon Tue Wed Thu Fri 08:00–17:00"]));
}

#[test]
fn a_changed_number_is_found_in_what_was_written_before() {
    let clinic = Clinic::open();
    clinic.api.publish(&clinic.token, &json!({"title": "Call us", "body_markdown": "Call (561) 555-0141."}));
    assert_eq!(clinic.report()["findings"], json!([]));
    let id = clinic.api.get("/v1/locations/harbor-lane").json()["data"]["id"].as_str().unwrap().to_owned();
    let moved = json!({"phones": ["(561) 555-0150"]});
    for path in [format!("/v1/admin/locations/{id}"), "/v1/admin/clinic".to_owned()] {
        assert_eq!(patch(&clinic.api, &clinic.token, &path, &moved).status, 200);
    }
    assert_eq!(clinic.told(), ["phone_unknown | article | body | en | (561) 555-0141"]);
}

#[test]
fn drafts_are_looked_through_for_who_may_read_them_and_marked() {
    let clinic = Clinic::open();
    let draft = json!({"title": "Moving soon", "body_markdown": "From May on call (561) 555-0188."});
    let made = clinic.api.call("POST", "/v1/admin/articles").bearer(&clinic.token).json(&draft).send();
    assert_eq!(made.status, 201, "{}", made.body);
    let planned =
        json!({"severity": "info", "texts": {"en": "Soon: (561) 555-0187."}, "starts_at": "2090-01-01T00:00:00Z"});
    add(&clinic.api, &clinic.token, "notices", &planned);
    let report = clinic.report();
    let drafts: Vec<_> =
        report["findings"].as_array().unwrap().iter().map(|one| (&one["where"]["type"], &one["draft"])).collect();
    assert_eq!(drafts, [(&json!("notice"), &json!(true)), (&json!("article"), &json!(true))]);
    assert_eq!(report["looked_through"]["drafts"], 1);
    let desk = clinic.report_for(&clinic.api.sign_in(FRONT_DESK));
    assert_eq!((&desk["looked_through"]["drafts"], desk["findings"].as_array().unwrap().len()), (&json!(0), 1));
    assert!(!desk.to_string().contains("0188"), "the front desk reads no draft");
}

#[test]
fn what_is_in_the_trash_or_over_is_not_looked_at() {
    let clinic = Clinic::open();
    let faq = json!({"translations": {"en": {"question": "Phone?", "answer_markdown": "(561) 555-0199"}}});
    let faq = add(&clinic.api, &clinic.token, "faqs", &faq);
    let past = json!({"severity": "info", "texts": {"en": "Call (561) 555-0199."}, "starts_at": "2020-01-01T00:00:00Z", "ends_at": "2020-01-02T00:00:00Z"});
    add(&clinic.api, &clinic.token, "notices", &past);
    assert_eq!(clinic.told(), ["phone_unknown | faq | answer | en | (561) 555-0199"]);
    trash(&clinic.api, &clinic.token, &path_of("faqs", &faq));
    assert_eq!(clinic.report()["findings"], json!([]));
}

#[test]
fn more_than_a_page_is_looked_through_and_a_thousand_findings_are_enough() {
    let clinic = Clinic::open();
    let many = "insert into cms.faq (id, translations)
                select gen_random_uuid(), jsonb_build_object('en', jsonb_build_object('question', 'Phone ' || n || '?', 'answer', jsonb_build_object(
                       'markdown', '', 'html', '', 'text', '(561) 555-0199', 'warnings', '[]'::jsonb))) from generate_series(1, 1050) n";
    let few = many.replace("1050", "45");
    clinic.api.as_owner(async |owner| sqlx::query(sqlx::AssertSqlSafe(few)).execute(owner).await.unwrap());
    let report = clinic.report();
    assert_eq!(report["findings"].as_array().unwrap().len(), 45);
    assert_eq!((&report["looked_through"]["faqs"], &report["truncated"]), (&json!(45), &json!(false)));
    clinic.api.as_owner(async |owner| sqlx::query(many).execute(owner).await.unwrap());
    let report = clinic.report();
    assert_eq!((report["findings"].as_array().unwrap().len(), &report["truncated"]), (1000, &json!(true)));
}

#[test]
fn looking_through_it_leaves_a_row_in_the_trail_without_a_word() {
    let clinic = Clinic::open();
    clinic.report();
    let row = clinic.api.text("select action || ' ' || subject_type || ' ' || array_to_string(fields, ',') from cms.audit_event where action = 'clinic.check'");
    assert_eq!(row, "clinic.check clinic ");
    clinic.api.get("/v1/admin/clinic/consistency").problem(401, "unauthenticated");
    clinic
        .api
        .call("GET", "/v1/admin/clinic/consistency?drafts=true")
        .bearer(&clinic.token)
        .send()
        .problem(400, "invalid_parameters");
}
