//! Figures, and that nothing anybody wrote stands in one, in a list, in a search or in an event.

use super::*;

#[test]
fn figures_tell_how_many_and_how_fast_and_nothing_of_anybody() {
    let clinic = Clinic::open();
    let all: Vec<String> = (0..4).map(|_| clinic.at_harbor()).collect();
    let far = clinic.at_hilltop();
    let spam = clinic.at_harbor();
    clinic.changed(&clinic.owner, &spam, &json!({"status": "spam"}));
    for (id, due) in all.iter().zip(["12:05", "12:05", "12:09"]) {
        let due = format!("update cms.inquiry set first_response_due_at = '2026-03-02T{due}:00Z' where id = '{id}'");
        sql(&clinic.api, &due);
    }
    for (id, minute) in all.iter().zip([4, 8]) {
        clinic.api.clock.set(format!("2026-03-02T12:0{minute}:00Z").parse().unwrap());
        clinic.changed(&clinic.desk, id, &json!({"status": "contacted"}));
    }
    clinic.api.clock.set("2026-03-02T12:09:30Z".parse().unwrap());
    let (owner, desk) = (&clinic.owner, &clinic.desk);
    let data = clinic.get(owner, "/metrics").json()["data"].clone();
    assert_eq!((&data["total"], &data["spam"], &data["overdue_now"]), (&json!(5), &json!(1), &json!(1)), "{data}");
    let first = &data["first_response"];
    assert_eq!((&first["answered"], &first["median_minutes"]), (&json!(2), &json!(6.0)));
    assert!((first["p90_minutes"].as_f64().unwrap() - 7.6).abs() < 1e-9, "{first}");
    let share = first["within_due_share"].as_f64().unwrap();
    assert!((share - 1.0 / 3.0).abs() < 1e-9, "one of three whose time is up: {share}");
    let statuses = json!([
        {"status": "new", "count": 3}, {"status": "contacted", "count": 2}, {"status": "spam", "count": 1},
    ]);
    assert_eq!(data["by_status"], statuses);
    assert_eq!(data["by_source"], json!([{"source": "api", "count": 5}]));
    assert_eq!(data["by_day"], json!([{"date": "2026-03-02", "count": 5}]));
    assert_eq!((&data["by_form"][0]["record"]["slug"], &data["by_form"][0]["count"]), (&json!("contact"), &json!(5)));
    assert_eq!(data["by_service"], json!([{"record": null, "count": 5}]));
    assert_eq!(data["by_location"][0]["record"]["slug"], "harbor");
    let ours = clinic.get(desk, "/metrics").json()["data"].clone();
    assert_eq!((&ours["total"], ours["by_location"].as_array().unwrap().len()), (&json!(4), 1));
    assert_eq!(clinic.get(desk, "/metrics?location=hilltop").json()["data"]["total"], 0);
    assert_eq!(clinic.get(owner, "/metrics?from=2026-03-01&until=2026-03-02").json()["data"]["total"], 0);
    assert_eq!(
        clinic.get(owner, "/metrics?until=2026-03-02").json()["data"]["first_response"]["median_minutes"],
        Value::Null
    );
    for (query, code) in
        [("?from=2026-03-03&until=2026-03-02", "range_reversed"), ("?from=2020-01-01", "range_too_long")]
    {
        let problem = clinic.get(owner, &format!("/metrics{query}")).problem(400, "invalid_parameters");
        assert_eq!(problem["errors"][0]["code"], code);
    }
    let problem = clinic.get(owner, "/metrics?location=zz").problem(400, "invalid_parameters");
    assert_eq!(problem["errors"][0]["parameter"], "location");
    assert_eq!(count(&clinic.api, "select count(*) from cms.audit_event where action = 'inquiry.measure'"), 5);
    assert!(!data.to_string().contains(&far) && !data.to_string().contains("Wren"), "{data}");
}

#[test]
fn no_list_figure_or_search_says_what_somebody_wrote() {
    let clinic = Clinic::open();
    let id = clinic.sent(&json!({"location": "harbor", "message": "zebra-17 keeps me awake", "answers": null}));
    clinic.post(&clinic.desk, &format!("/{id}/notes"), &json!({"text": "zebra-17 again"}));
    let contact = json!({"channel": "phone", "outcome": "reached", "note": "zebra-17 again"});
    clinic.post(&clinic.desk, &format!("/{id}/contacts"), &contact);
    let closed = json!({"status": "closed", "close_reason": "other", "close_note": "zebra-17 again"});
    clinic.changed(&clinic.desk, &id, &closed);
    let answers = [
        clinic.get(&clinic.owner, ""),
        clinic.get(&clinic.owner, "?sort=due&status=closed"),
        clinic.get(&clinic.owner, "/metrics"),
        clinic.post(&clinic.owner, "/searches", &json!({"email": "wren.halloway@mail.example"})),
        clinic.post(&clinic.owner, "/bulk", &json!({"action": "assign", "ids": [id], "assignee": "me"})),
        clinic.api.call("GET", "/v1/admin/audit?subject_type=inquiry").bearer(&clinic.owner).send(),
    ];
    for answer in answers {
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(!answer.body.contains("zebra-17"), "{}", answer.body);
    }
    let detail = clinic.detail(&clinic.owner, &id).to_string();
    assert_eq!(detail.matches("zebra-17").count(), 5, "message, note, contact, reason and its line: {detail}");
}
