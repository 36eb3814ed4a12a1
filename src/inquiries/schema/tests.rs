use std::collections::BTreeSet;

use serde_json::{Value, json};
use utoipa::{OpenApi, PartialSchema};

use super::*;
use crate::inquiries::{
    Docs,
    desk::status::Status,
    form::Pace,
    inquiry::{ATTRIBUTION, KINDS, ON_BEHALF_OF, PREFERRED_CONTACT},
    tests::{full_body, named, parse},
    wire::Received,
};

fn schema<T: PartialSchema>() -> Value {
    serde_json::to_value(T::schema()).unwrap()
}

fn names(value: &Value) -> BTreeSet<String> {
    value.as_object().unwrap().keys().cloned().collect()
}

fn properties<T: PartialSchema>() -> BTreeSet<String> {
    names(&schema::<T>()["properties"])
}

#[test]
fn the_documented_fields_are_those_that_are_read() {
    let body = full_body();
    parse(&body).unwrap();
    assert_eq!(properties::<InquiryInput>(), names(&body));
    assert_eq!(properties::<InquiryNameInput>(), names(&body["name"]));
    assert_eq!(properties::<InquiryConsentInput>(), names(&body["consents"][0]));
    let attribution: BTreeSet<String> = ATTRIBUTION.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(properties::<InquiryAttributionInput>(), attribution);
}

#[test]
fn the_documented_attribution_has_the_limits_of_the_parser() {
    for (name, most) in ATTRIBUTION {
        assert_eq!(schema::<InquiryAttributionInput>()["properties"][name]["maxLength"], most, "{name}");
    }
}

#[test]
fn the_documented_values_are_those_of_the_clinic() {
    assert_eq!(schema::<InquiryKind>()["enum"], json!(KINDS));
    assert_eq!(schema::<PreferredContact>()["enum"], json!(PREFERRED_CONTACT));
    assert_eq!(schema::<OnBehalfOf>()["enum"], json!(ON_BEHALF_OF));
    assert_eq!(schema::<InquiryStatus>()["enum"], json!(Status::names()));
}

#[test]
fn no_documented_field_of_a_plain_form_becomes_an_extra_answer() {
    for name in properties::<InquiryForm>() {
        let pairs = [("full_name", "D"), ("email", "d@example.com"), ("message", "x"), (name.as_str(), "en")];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let plain = Received::Plain(crate::inquiries::plain::PlainForm::of(pairs).unwrap(), Vec::new());
        if let Ok(submission) = plain.parse(&named(), "_website", |_| Ok(Pace::Human)) {
            assert!(submission.details.reveal().answers.is_empty(), "{name}");
        }
    }
}

#[test]
fn every_address_is_documented() {
    let document = serde_json::to_value(Docs::openapi()).unwrap();
    let told = names(&document["paths"]);
    // The sub-rooms are walked with all others, operation by operation, over HTTP.
    for path in
        ["/v1/admin/forms", "/v1/admin/inquiries", "/v1/admin/inquiries/{id}", "/v1/forms/{slug}", "/v1/inquiries"]
    {
        assert!(told.contains(path), "{path}");
    }
    let bodies = &document["paths"]["/v1/inquiries"]["post"]["requestBody"]["content"];
    let taken = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"];
    assert_eq!(names(bodies), taken.map(str::to_owned).into());
}
