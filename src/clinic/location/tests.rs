use serde_json::json;

use super::*;

fn stored(status: &serde_json::Value) -> StoredLocation {
    let row = json!({
        "id": "0190b5a0-0000-7000-8000-000000000001", "slug": "boca-raton", "name": "Boca Raton",
        "address": {"line1": "100 Ocean Avenue", "line2": null, "city": "Boca Raton", "region": "FL",
                    "postal_code": "33432", "country": "US"},
        "geo": null, "phones": [], "fax": null, "email": null, "timezone": "America/New_York",
        "hours": [{"days": ["monday", "tuesday"], "opens": "08:00", "closes": "17:00"}], "special_hours": [], "holidays": null, "departments": [], "position": 100_000,
        "status": status, "accessibility": [], "parking": null, "languages": [], "payment_methods": [],
        "insurance": [], "accepting_new_patients": null, "booking_url": null, "closures": [], "version": 3,
        "updated_at": "2026-11-01T00:00:00.123456+00:00",
    });
    serde_json::from_value(row).unwrap()
}

fn seen(at: &str) -> Viewpoint<'static> {
    Viewpoint { at: at.parse().unwrap(), locale: "en" }
}

fn open() -> serde_json::Value {
    json!({"code": "open", "note": null, "until": null})
}

#[test]
fn a_location_tells_whether_it_is_open_at_the_instant_asked_for() {
    let shown = stored(&open()).shown(&seen("2026-11-23T15:00:00Z")).unwrap();
    assert!(shown.open.now);
    assert_eq!(shown.open.changes_at, Some("2026-11-23T22:00:00Z".parse().unwrap()));
    assert!(!stored(&open()).shown(&seen("2026-11-23T23:00:00Z")).unwrap().open.now);
}

#[test]
fn every_key_of_the_contract_is_there_and_no_list_is_null() {
    let shown = serde_json::to_value(stored(&open()).shown(&seen("2026-11-23T15:00:00Z")).unwrap()).unwrap();
    let keys: Vec<&str> = shown.as_object().unwrap().keys().map(String::as_str).collect();
    let wanted = "accepting_new_patients accessibility address booking_url departments email fax geo holidays hours id \
                  insurance languages name open parking payment_methods phones position providers services slug \
                  special_hours status timezone updated_at version";
    assert_eq!(keys.join(" "), wanted);
    for list in ["phones", "accessibility", "languages", "payment_methods", "insurance", "services", "providers"] {
        assert_eq!(shown[list], json!([]), "{list}");
    }
    assert_eq!(shown["hours"][0]["department"], json!(null));
}

#[test]
fn a_closure_that_has_ended_is_no_longer_told() {
    let closure = json!({"code": "temporarily_closed", "note": "Storm", "until": "2026-11-23"});
    let during = stored(&closure).shown(&seen("2026-11-24T04:59:59Z")).unwrap();
    assert_eq!(during.status.code, StatusCode::TemporarilyClosed);
    assert!(!during.open.now);
    let after = stored(&closure).shown(&seen("2026-11-24T05:00:00Z")).unwrap();
    assert_eq!(after.status, LocationStatus { code: StatusCode::Open, note: None, until: None });
}

#[test]
fn an_answer_is_fresh_until_the_location_reads_differently() {
    let at = "2026-11-23T21:00:00Z".parse().unwrap();
    assert_eq!(stored(&open()).fresh_until(at).unwrap(), Some("2026-11-23T22:00:00Z".parse().unwrap()));
    let closed = json!({"code": "permanently_closed", "note": null, "until": null});
    assert_eq!(stored(&closed).fresh_until(at).unwrap(), None);
}

#[test]
fn hours_written_past_the_program_are_named_by_their_location() {
    let mut location = stored(&open());
    location.hours[0].days.clear();
    assert_eq!(location.schedule().unwrap_err(), Unreadable(location.id));
}

#[test]
fn a_department_is_open_by_its_own_hours() {
    let mut location = stored(&open());
    let own = json!({"days": ["monday"], "opens": "06:00", "closes": "07:00", "department": "Laboratory"});
    location.hours.push(serde_json::from_value(own).unwrap());
    let written = json!([{"name": "Pharmacy", "phones": [], "email": "pharmacy@clinic.example"}]);
    location.departments = serde_json::from_value(written).unwrap();
    let before_dawn = "2026-11-23T11:30:00Z";
    assert_eq!(
        location.fresh_until(before_dawn.parse().unwrap()).unwrap(),
        Some("2026-11-23T12:00:00Z".parse().unwrap())
    );
    let shown = location.shown(&seen(before_dawn)).unwrap();
    let told: Vec<_> = shown.departments.iter().map(|one| (one.department.name.as_str(), one.open.now)).collect();
    assert_eq!(told, [("Pharmacy", false), ("Laboratory", true)]);
    assert!(!shown.open.now);
}
