//! What becomes of a resource, and what is left of it.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn left(taken: &Taken) -> Vec<(&str, &str)> {
    taken.left.iter().map(|left| (left.element.as_str(), left.code.as_str())).collect()
}

fn pier() -> Value {
    json!({
        "name": "Pier", "status": "active",
        "telecom": [{"system": "phone", "value": "(111)-222-3333", "rank": 2}, {"system": "phone", "value": "+15615550140", "rank": 1},
                    {"system": "email", "value": "a@pier.example"}, {"system": "email", "value": "b@pier.example"}],
        "address": {"line": ["1 Pier", "Suite 2", "Floor 3"], "city": "Bay", "state": "FL", "postalCode": "33404"},
        "position": {"longitude": -80.5, "latitude": 26},
        "hoursOfOperation": [{"daysOfWeek": ["mon"], "openingTime": "08:00:00", "closingTime": "17:30:00"},
                             {"daysOfWeek": ["sun"], "allDay": true}, {"daysOfWeek": ["tue"]}],
    })
}

#[test]
fn a_location_is_taken_and_what_it_cannot_hold_is_named_where_it_stood() {
    let mut taken = location(&pier());
    taken.check(ResourceType::Location);
    assert!(!taken.is_too_little, "{taken:?}");
    assert_eq!(taken.fields["phones"], json!(["+15615550140"]));
    assert_eq!(taken.fields["address"]["line2"], "Suite 2, Floor 3");
    assert_eq!(taken.fields["address"]["country"], "US", "Florida is in no other");
    assert_eq!(taken.fields["hours"][1]["days"], json!(["sunday"]));
    assert_eq!(
        (&taken.fields["hours"][1]["opens"], &taken.fields["hours"][1]["closes"]),
        (&json!("00:00"), &json!("24:00"))
    );
    let wanted = [("telecom[3]", "too_many"), ("hoursOfOperation[2]", "bad_time"), ("telecom[0].value", "bad_phone")];
    assert_eq!(left(&taken), wanted);
}

#[test]
fn an_address_in_no_country_makes_no_record() {
    let mut place = pier();
    place["address"]["state"] = json!("Oaxaca");
    assert!(location(&place).is_too_little);
    place["address"]["country"] = json!("MX");
    let mut taken = location(&place);
    taken.check(ResourceType::Location);
    assert!(!taken.is_too_little, "{taken:?}");
    place["address"]["line"] = json!(["x".repeat(300)]);
    let mut taken = location(&place);
    taken.check(ResourceType::Location);
    assert!(taken.is_too_little, "a street that is too long is not cut");
}

#[test]
fn a_person_and_what_they_do_are_one_provider() {
    let person = json!({
        "active": true,
        "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "9941339100"}],
        "name": [{"use": "nickname", "family": "X"}, {"use": "official", "family": "Marsh", "given": ["Elena", "Rosa"], "suffix": ["Jr.", "MD"]}],
        "communication": [{"coding": [{"system": "urn:ietf:bcp:47", "code": "es"}]}, {"text": "Spanish"}],
        "qualification": [
            {"code": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0360", "code": "MD"}]}},
            {"identifier": [{"value": "ME 1"}], "period": {"end": "2030-01-31"}, "code": {"text": "x"}, "extension": [{
                "url": "http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition/practitioner-qualification",
                "extension": [{"url": "whereValid", "valueCodeableConcept": {"coding": [{"code": "FL"}]}}]}]},
        ],
    });
    let role = json!({
        "specialty": [{"coding": [{"system": "http://nucc.org/provider-taxonomy", "code": "207R00000X", "display": "Internal Medicine"}]}],
        "location": [{"reference": "Location/a"}, {"display": "the pier"}],
    });
    let mut taken = provider(&person, Some(&role));
    taken.check(ResourceType::Practitioner);
    assert!(!taken.is_too_little, "{taken:?}");
    assert_eq!(taken.fields["name"]["middle"], "Rosa");
    assert_eq!((&taken.fields["name"]["suffix"], &taken.fields["credentials"]), (&json!("Jr."), &json!(["MD"])));
    assert_eq!(taken.fields["licences"][0]["number"], "ME 1");
    assert_eq!(taken.fields["specialties"], json!([{"code": "207R00000X", "name": "Internal Medicine"}]));
    let targets: Vec<_> = taken.names.iter().map(|name| name.target.clone()).collect();
    assert_eq!(targets, [Some((ResourceType::Location, "a".to_owned())), None]);
    assert_eq!(left(&taken), [("communication[1]", "no_code"), ("identifier[0]", "bad_npi")]);
    assert!(provider(&json!({"name": [{"text": "Elena Marsh"}]}), None).is_too_little);
    assert!(provider(&json!({"active": false, "name": [{"family": "Marsh"}]}), None).is_too_little);
}

#[test]
fn a_service_without_a_name_is_called_what_it_is_about() {
    let mut taken = healthcare_service(&json!({
        "category": [{"text": "Clinic"}],
        "specialty": [{"coding": [{"code": "207Q00000X", "display": "Family Medicine"}]}],
        "appointmentRequired": true, "characteristic": [{"text": "Referral required"}],
    }));
    taken.check(ResourceType::HealthcareService);
    assert_eq!((&taken.fields["name"], &taken.fields["walk_ins"]), (&json!("Family Medicine"), &json!(false)));
    assert_eq!(taken.fields["referral_required"], true);
    assert!(healthcare_service(&json!({})).is_too_little);
}

#[test]
fn who_takes_which_patients_is_said_once_or_not_at_all() {
    let extension = |code: &str| {
        json!({"url": super::super::vocabulary::NEW_PATIENTS, "extension": [
            {"url": "acceptingPatients", "valueCodeableConcept": {"coding": [{"code": code}]}}]})
    };
    let said = |codes: &[&str]| {
        let mut taken = Taken::default();
        let extensions: Vec<_> = codes.iter().map(|code| extension(code)).collect();
        take_new_patients(&mut taken, &json!({"extension": extensions}));
        (taken.fields.get("accepting_new_patients").and_then(Value::as_bool), taken.left.len())
    };
    assert_eq!(
        [said(&["newpt"]), said(&["existptonly"]), said(&["newpt", "nopt"])],
        [(Some(true), 0), (Some(false), 0), (None, 1)]
    );
}

proptest! {
    #[test]
    fn nothing_that_is_json_breaks_the_taking(resource in any_json()) {
        for kind in ResourceType::ALL {
            let mut taken = match kind {
                ResourceType::Organization => organization(&resource),
                ResourceType::Location => location(&resource),
                ResourceType::HealthcareService => healthcare_service(&resource),
                _ => provider(&resource, Some(&resource)),
            };
            taken.check(kind);
        }
    }
}

/// Resources with the names of real elements and anything in them.
fn any_json() -> impl Strategy<Value = Value> {
    let names = "name|alias|address|line|state|country|telecom|system|value|rank|identifier|extension|url|active|position|status|hoursOfOperation|daysOfWeek|openingTime|communication|coding|code|qualification|family|given|suffix|specialty|location|reference|text";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}|phone|email|FL|mon|08:00:00|http://hl7.org/fhir/sid/us-npi".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(names, inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}
