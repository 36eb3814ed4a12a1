use proptest::prelude::*;
use serde_json::{Value, json};
use utoipa::PartialSchema;

use super::*;
use crate::http::{ApiError, patched};

fn smallest() -> Value {
    json!({"name": "Boca Raton", "address": {"line1": "100 Ocean Avenue", "city": "Boca Raton", "region": "FL",
                                             "postal_code": "33432", "country": "us"}})
}

fn with(name: &str, value: Value) -> Value {
    let mut body = smallest();
    body[name] = value;
    body
}

fn mistakes(body: &Value) -> Vec<(String, String)> {
    let Err(ApiError::Invalid(errors)) = LocationInput::parse(body) else { panic!("taken: {body}") };
    errors.into_iter().map(|error| (error.pointer.unwrap(), error.code)).collect()
}

fn mistake(name: &str, value: Value) -> (String, String) {
    let found = mistakes(&with(name, value));
    assert_eq!(found.len(), 1, "{found:?}");
    found.into_iter().next().unwrap()
}

fn at(pointer: &str, code: &str) -> (String, String) {
    (pointer.to_owned(), code.to_owned())
}

fn clinic() -> Value {
    json!({"name": "Palm Coast Family Clinic", "default_locale": "EN-us", "timezone": "America/New_York"})
}

#[test]
fn a_location_needs_a_name_and_an_address() {
    let location = LocationInput::parse(&smallest()).unwrap();
    assert_eq!(location.address.country.as_str(), "US");
    assert_eq!((location.slug, location.timezone, location.hours), (None, None, Vec::new()));
    assert_eq!(mistakes(&json!({})), [at("/name", "required"), at("/address", "required")]);
    let missing = ["line1", "city", "region", "postal_code", "country"];
    let wanted: Vec<_> = missing.iter().map(|name| at(&format!("/address/{name}"), "required")).collect();
    assert_eq!(mistakes(&with("address", json!({}))), wanted);
    assert_eq!(mistakes(&json!([])), [at("", "wrong_type"), at("/name", "required"), at("/address", "required")]);
}

#[test]
fn a_telephone_number_may_be_a_text_or_an_object() {
    let body = with(
        "phones",
        json!(["(561) 555-0100", {"number": "561 555 0101", "display": "561-555-0101", "label": "Fax"}]),
    );
    let phones = LocationInput::parse(&body).unwrap().phones;
    assert_eq!(phones[0], ListedPhone { number: "+15615550100".into(), display: "(561) 555-0100".into(), label: None });
    assert_eq!(phones[1].number, "+15615550101");
    assert_eq!((phones[1].display.as_str(), phones[1].label.as_deref()), ("561-555-0101", Some("Fax")));
    assert_eq!(mistake("phones", json!(["(561) 555-0100", "call us"])), at("/phones/1", "bad_phone"));
    assert_eq!(mistake("phones", json!([{"label": "Fax"}])), at("/phones/0/number", "required"));
    assert_eq!(
        mistake("phones", json!([{"number": "561 555 0101", "lable": "Fax"}])),
        at("/phones/0/lable", "unknown_field")
    );
}

#[test]
fn a_number_without_a_country_is_of_the_addresss_country() {
    let mut body = with("phones", json!(["030 901820"]));
    body["address"]["country"] = json!("DE");
    body["fax"] = json!("030 901821");
    let location = LocationInput::parse(&body).unwrap();
    assert_eq!(location.phones[0].number, "+4930901820");
    assert_eq!(location.fax.unwrap().e164(), "+4930901821");
}

#[test]
fn a_place_on_the_map_has_both_numbers() {
    assert_eq!(mistake("geo", json!({"latitude": 26.3})), at("/geo/longitude", "required"));
    assert_eq!(mistake("geo", json!({"latitude": 91, "longitude": 0})), at("/geo/latitude", "out_of_range"));
    let geo = LocationInput::parse(&with("geo", json!({"latitude": 26.3587, "longitude": -80}))).unwrap().geo;
    assert_eq!(geo.map(|geo| geo.longitude.to_string()), Some("-80".to_owned()));
}

#[test]
fn an_end_goes_with_a_temporary_closure_alone() {
    let closed = json!({"code": "temporarily_closed", "until": "2026-12-01", "note": "Storm"});
    assert!(LocationInput::parse(&with("status", closed)).unwrap().status.until.is_some());
    for code in ["open", "permanently_closed"] {
        let status = json!({"code": code, "until": "2026-12-01"});
        assert_eq!(mistake("status", status), at("/status/until", "not_applicable"));
    }
    assert_eq!(mistake("status", json!({"code": "closed"})), at("/status/code", "unknown_value"));
    assert_eq!(mistake("status", json!({"note": "Storm"})), at("/status/code", "required"));
}

#[test]
fn a_slug_is_no_id() {
    assert_eq!(mistake("slug", json!("Boca Raton")), at("/slug", "bad_slug"));
    assert_eq!(mistake("slug", json!("0190b5a0-0000-7000-8000-000000000001")), at("/slug", "bad_slug"));
}

#[test]
fn a_language_is_named_once_and_in_its_canonical_case() {
    let languages = LocationInput::parse(&with("languages", json!(["EN", "es-us"]))).unwrap().languages;
    assert_eq!(languages.iter().map(LanguageTag::as_str).collect::<Vec<_>>(), ["en", "es-US"]);
    assert_eq!(mistake("languages", json!(["en", "EN"])), at("/languages/1", "repeated"));
    assert_eq!(mistake("languages", json!([1])), at("/languages/0", "wrong_type"));
}

#[test]
fn every_mistake_in_the_hours_has_its_own_place() {
    let hours = json!([
        {"days": ["monday"], "opens": "08:00", "closes": "17:00"},
        {"days": [], "opens": "8:00", "closes": "17:00", "department": "Laboratory"},
        {"days": ["monday", "monday"], "opens": "24:00", "closes": "17:00"},
        {"days": ["friday"], "opens": "24:00", "closes": "17:00", "valid_from": "2026-12-01", "valid_through": "2026-01-01"},
        {"days": ["Friday"], "opens": "08:00"},
    ]);
    let wanted = [
        at("/hours/1/opens", "bad_time"),
        at("/hours/2/days", "repeated"),
        at("/hours/3/opens", "opens_at_end_of_day"),
        at("/hours/3/valid_through", "range_reversed"),
        at("/hours/4/days/0", "unknown_value"),
        at("/hours/4/closes", "required"),
    ];
    assert_eq!(mistakes(&with("hours", hours)), wanted);
    let special = json!([
        {"from": "2026-12-25", "through": "2026-12-24", "closed": true},
        {"from": "2026-12-24", "through": "2026-12-24", "closed": false},
        {"from": "24.12.2026", "through": "2026-12-24", "closed": true, "intervals": [{"opens": "08:00"}]},
    ]);
    let wanted = [
        at("/special_hours/0/through", "range_reversed"),
        at("/special_hours/1/intervals", "no_intervals"),
        at("/special_hours/2/from", "bad_date"),
        at("/special_hours/2/intervals/0/closes", "required"),
    ];
    assert_eq!(mistakes(&with("special_hours", special)), wanted);
}

#[test]
fn the_hours_that_were_taken_are_hours_to_the_engine() {
    let body = with("hours", json!([{"days": ["sunday", "monday"], "opens": "22:00", "closes": "02:00"}]));
    let hours = LocationInput::parse(&body).unwrap().hours;
    let stored = serde_json::to_value(&hours).unwrap();
    assert_eq!(stored[0]["days"], json!(["sunday", "monday"]));
    assert!(crate::clinic::hours::Schedule::new(chrono_tz::Tz::UTC, hours, Vec::new()).is_ok());
}

#[test]
fn fields_that_nobody_may_set_are_unknown() {
    for name in ["id", "version", "created_at", "trashed_at", "open", "services"] {
        assert_eq!(mistake(name, json!(null)), at(&format!("/{name}"), "unknown_field"));
    }
}

#[test]
fn the_organisation_needs_a_name_a_language_and_a_zone() {
    let input = ClinicInput::parse(&clinic()).unwrap();
    assert_eq!((input.default_locale.as_str(), input.timezone.as_str()), ("en-US", "America/New_York"));
    let Err(ApiError::Invalid(errors)) = ClinicInput::parse(&json!({"npi": "1", "social_links": [{"url": "x"}]}))
    else {
        panic!("taken")
    };
    let pointers: Vec<_> = errors.iter().filter_map(|error| error.pointer.as_deref()).collect();
    let wanted = ["/name", "/npi", "/default_locale", "/timezone", "/social_links/0/network", "/social_links/0/url"];
    assert_eq!(pointers, wanted);
}

#[test]
fn a_patch_keeps_what_it_does_not_name_and_clears_what_it_nulls() {
    let stored = json!({"name": "A", "email": "a@clinic.example", "address": {"line1": "1", "line2": "Suite 2"}});
    let merged = patched(stored, &json!({"email": null, "address": {"line2": null}}));
    assert_eq!(merged, json!({"name": "A", "email": null, "address": {"line1": "1", "line2": null}}));
}

#[test]
fn a_misspelt_name_is_a_mistake_even_when_it_is_cleared() {
    let stored = smallest();
    assert_eq!(mistakes(&patched(stored.clone(), &json!({"emial": null}))), [at("/emial", "unknown_field")]);
    let nested = patched(stored, &json!({"address": {"line3": null}}));
    assert_eq!(mistakes(&nested), [at("/address/line3", "unknown_field")]);
}

fn property_names<T: PartialSchema>() -> Vec<String> {
    let schema = serde_json::to_value(T::schema()).unwrap();
    let mut names: Vec<String> = schema["properties"].as_object().unwrap().keys().cloned().collect();
    names.sort();
    names
}

/// The names that the parser asks for: it refuses any other.
fn is_asked_for(name: &str, parse: impl Fn(&Value) -> Result<(), ApiError>) -> bool {
    let body = json!({ name: null });
    let Err(ApiError::Invalid(errors)) = parse(&body) else { return true };
    errors.iter().all(|error| error.code != "unknown_field")
}

#[test]
fn the_document_names_the_fields_that_the_parser_asks_for() {
    let sorted = |names: &[&str]| {
        let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(property_names::<LocationInput>(), sorted(&LocationInput::FIELDS));
    assert_eq!(property_names::<LocationPatch>(), sorted(&LocationInput::FIELDS));
    assert_eq!(property_names::<ClinicInput>(), sorted(&ClinicInput::FIELDS));
    assert_eq!(property_names::<ClinicPatch>(), sorted(&ClinicInput::FIELDS));
    assert_eq!(property_names::<ProviderInput>(), sorted(&ProviderInput::FIELDS));
    assert_eq!(property_names::<ProviderPatch>(), sorted(&ProviderInput::FIELDS));
    assert_eq!(property_names::<ServiceInput>(), sorted(&ServiceInput::FIELDS));
    assert_eq!(property_names::<ServicePatch>(), sorted(&ServiceInput::FIELDS));
    for name in LocationInput::FIELDS {
        assert!(is_asked_for(name, |body| LocationInput::parse(body).map(drop)), "{name}");
    }
    for name in ClinicInput::FIELDS {
        assert!(is_asked_for(name, |body| ClinicInput::parse(body).map(drop)), "{name}");
    }
    for name in ProviderInput::FIELDS {
        assert!(is_asked_for(name, |body| ProviderInput::parse(body).map(drop)), "{name}");
    }
    for name in ServiceInput::FIELDS {
        assert!(is_asked_for(name, |body| ServiceInput::parse(body).map(drop)), "{name}");
    }
}

#[test]
fn the_document_requires_what_the_parser_requires() {
    let required = |schema: utoipa::openapi::RefOr<utoipa::openapi::Schema>| {
        serde_json::to_value(schema).unwrap().get("required").cloned().unwrap_or(json!([]))
    };
    assert_eq!(required(LocationInput::schema()), json!(["name", "address"]));
    assert_eq!(required(LocationPatch::schema()), json!([]));
    assert_eq!(required(ClinicPatch::schema()), json!([]));
    assert_eq!(required(ProviderInput::schema()), json!(["name"]));
    assert_eq!(required(ProviderNameInput::schema()), json!(["family"]));
    assert_eq!(required(SpecialtyInput::schema()), json!(["name"]));
    assert_eq!(required(ServiceInput::schema()), json!(["name"]));
    assert_eq!(required(ServicePatch::schema()), json!([]));
    assert_eq!(required(AddressInput::schema()), json!(["line1", "city", "region", "postal_code", "country"]));
    assert_eq!(required(LocationStatusInput::schema()), json!(["code"]));
    assert_eq!(required(WeeklyHoursInput::schema()), json!(["days", "opens", "closes"]));
    assert_eq!(required(SpecialHoursInput::schema()), json!(["from", "through", "closed"]));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-z_]{1,8}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_body_breaks_the_parser(name in prop::sample::select(LocationInput::FIELDS.to_vec()), value in any_json()) {
        if let Err(error) = LocationInput::parse(&with(name, value)) {
            prop_assert!(matches!(error, ApiError::Invalid(errors) if !errors.is_empty()));
        }
    }

    #[test]
    fn no_provider_breaks_the_parser(name in prop::sample::select(ProviderInput::FIELDS.to_vec()), value in any_json()) {
        let mut body = json!({"name": {"family": "Marsh"}});
        body[name] = value;
        if let Err(error) = ProviderInput::parse(&body) {
            prop_assert!(matches!(error, ApiError::Invalid(errors) if !errors.is_empty()));
        }
    }

    #[test]
    fn no_service_breaks_the_parser(name in prop::sample::select(ServiceInput::FIELDS.to_vec()), value in any_json()) {
        let mut body = json!({"name": "Flu shot"});
        body[name] = value;
        if let Err(error) = ServiceInput::parse(&body) {
            prop_assert!(matches!(error, ApiError::Invalid(errors) if !errors.is_empty()));
        }
    }
}
