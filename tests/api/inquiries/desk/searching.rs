//! Inquiries of one address or one number, found without opening any.

use super::*;

fn search(clinic: &Clinic, token: &str, body: &Value) -> Reply {
    clinic.post(token, "/searches", body)
}

#[test]
fn an_address_and_a_number_are_found_however_they_are_written() {
    let clinic = Clinic::open();
    let (one, two) = (clinic.at_harbor(), clinic.sent(&json!({"location": "hilltop", "phone": "030 901820"})));
    let found = |body: &Value| {
        let reply = search(&clinic, &clinic.owner, body);
        assert_eq!(reply.status, 200, "{}", reply.body);
        ids(&reply.json()["data"])
    };
    assert_eq!(found(&json!({"email": " wren.HALLOWAY@mail.example "})), [two.as_str(), one.as_str()]);
    assert_eq!(found(&json!({"phone": "(561) 555-0142"})), [one.as_str()]);
    assert_eq!(found(&json!({"phone": "+1 561 555 0142"})), [one.as_str()]);
    assert_eq!(found(&json!({"phone": "030 901820"})), [two.as_str()], "a number of the country of some location");
    assert_eq!(found(&json!({"phone": "030 901820", "location": "hilltop"})), [two.as_str()]);
    assert_eq!(found(&json!({"email": "nobody@mail.example"})), Vec::<String>::new());
    let reply = search(&clinic, &clinic.owner, &json!({"phone": "(561) 555-0142"}));
    assert_eq!((&reply.json()["meta"]["total"], &reply.json()["meta"]["next_cursor"]), (&json!(1), &Value::Null));
    assert!(!reply.body.contains("crutches") && !reply.body.contains("0142"), "{}", reply.body);
    assert_eq!(reply.header("cache-control"), "no-store");
}

#[test]
fn a_search_leaves_the_name_of_the_field_and_never_what_was_looked_for() {
    let clinic = Clinic::open();
    clinic.at_harbor();
    search(&clinic, &clinic.desk, &json!({"email": "wren.halloway@mail.example"}));
    search(&clinic, &clinic.desk, &json!({"phone": "561 555 0142"}));
    let rows = clinic.api.text(
        "select string_agg(array_to_string(fields, ','), ' ' order by at, id) from cms.audit_event where action = 'inquiry.search'",
    );
    assert_eq!(rows, "email phone");
    let told = "select count(*) from cms.audit_event e where e::text ilike '%wren%' or e::text like '%0142%'";
    assert_eq!(count(&clinic.api, told), 0);
}

#[test]
fn a_front_desk_finds_what_is_within_its_reach() {
    let clinic = Clinic::open();
    let (here, _) = (clinic.at_harbor(), clinic.at_hilltop());
    let reply = search(&clinic, &clinic.desk, &json!({"email": "wren.halloway@mail.example"})).json();
    assert_eq!((ids(&reply["data"]), &reply["meta"]["total"]), (vec![here], &json!(1)));
    let far = json!({"phone": "030 901820", "location": "hilltop"});
    assert_eq!(mistakes(&search(&clinic, &clinic.desk, &far)), told(&[("/location", "unknown_reference")]));
}

#[test]
fn a_message_is_not_searched_and_the_answer_says_so() {
    let clinic = Clinic::open();
    clinic.at_harbor();
    let refused = |body: &Value| mistakes(&search(&clinic, &clinic.owner, body));
    assert_eq!(refused(&json!({"message": "crutches"})), told(&[("/message", "message_not_searchable")]));
    assert_eq!(refused(&json!({})), told(&[("", "one_of")]));
    assert_eq!(refused(&json!({"email": "nobody"})), told(&[("/email", "bad_email")]));
    let bad = search(&clinic, &clinic.owner, &json!({"phone": "call the gulls"}));
    assert_eq!(mistakes(&bad), told(&[("/phone", "bad_phone")]));
    assert!(!bad.body.contains("gulls"), "{}", bad.body);
    clinic
        .post(&clinic.owner, "/searches?email=wren@mail.example", &json!({"email": "a@b.example"}))
        .problem(400, "invalid_parameters");
}

#[test]
fn others_of_the_same_contact_are_linked_and_never_merged() {
    let clinic = Clinic::open();
    let old = clinic.at_harbor();
    let sister = clinic.sent(&json!({"location": "harbor", "full_name": "Robin Halloway", "email": null}));
    let stranger = clinic.sent(&json!({"location": "harbor", "email": "else@mail.example", "phone": null}));
    let far = clinic.at_hilltop();
    let new = clinic.at_harbor();
    let linked = |token: &str, id: &str| ids(&clinic.detail(token, id)["linked"]);
    assert_eq!(linked(&clinic.desk, &new), [sister.as_str(), &old], "by number and by address, within reach");
    assert_eq!(linked(&clinic.desk, &old), [new.as_str(), &sister], "later ones, too");
    assert_eq!(linked(&clinic.owner, &new), [far.as_str(), &sister, &old]);
    assert_eq!(linked(&clinic.owner, &stranger), Vec::<String>::new());
    let one = clinic.detail(&clinic.desk, &new)["linked"][0].clone();
    let keys: Vec<_> = one.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["form", "id", "received_at", "status"], "no name, no word");
    assert_eq!(clinic.detail(&clinic.desk, &sister)["name"], "Robin Halloway");
}
