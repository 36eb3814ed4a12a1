//! What may stand in a body about a key.

use serde_json::json;

use super::*;

fn noon() -> DateTime<Utc> {
    "2026-03-02T12:00:00Z".parse().unwrap()
}

/// `(pointer, code)` of each mistake.
fn mistakes<T>(read: Result<T, ApiError>) -> Vec<(String, String)> {
    match read {
        Err(ApiError::Invalid(errors)) => {
            errors.into_iter().map(|error| (error.pointer.unwrap_or_default(), error.code)).collect()
        }
        _ => Vec::new(),
    }
}

fn input(changes: &Value) -> Result<ApiKeyInput, ApiError> {
    let mut body = json!({"name": "Website", "scopes": ["inquiries:create"]});
    json_patch::merge(&mut body, changes);
    ApiKeyInput::parse(&body, noon())
}

#[test]
fn a_key_ends_after_a_year_where_nobody_says_when() {
    let input = input(&json!({})).unwrap();
    assert_eq!(input.expires_at, noon() + Duration::days(365));
    assert!(input.allowed_addresses.is_empty());
}

#[test]
fn a_key_without_an_end_in_two_years_is_refused() {
    for (end, code) in [
        ("2026-03-02T12:00:00Z", "past"),
        ("2020-01-01T00:00:00Z", "past"),
        ("2028-03-02T12:00:01Z", "too_late"),
        ("2026-06-01", "bad_instant"),
        ("never", "bad_instant"),
    ] {
        assert_eq!(
            mistakes(input(&json!({"expires_at": end}))),
            [("/expires_at".to_owned(), code.to_owned())],
            "{end}"
        );
    }
    assert_eq!(
        input(&json!({"expires_at": "2028-03-02T12:00:00+00:00"})).unwrap().expires_at.to_string(),
        "2028-03-02 12:00:00 UTC"
    );
}

#[test]
fn networks_are_read_in_one_spelling() {
    let given = json!({"allowed_addresses": ["203.0.113.7", "10.0.0.0/8", "2001:DB8::/32", "::ffff:198.51.100.1"]});
    let networks: Vec<_> = input(&given).unwrap().allowed_addresses.iter().map(ToString::to_string).collect();
    assert_eq!(networks, ["203.0.113.7/32", "10.0.0.0/8", "2001:db8::/32", "198.51.100.1/32"]);
}

#[test]
fn what_is_no_network_is_named() {
    let networks = ["203.0.113.7/24", "203.0.113.0/33", "clinic.example", "", "::ffff:10.0.0.0/104"];
    let found = mistakes(input(&json!({"allowed_addresses": networks})));
    let codes: Vec<_> = found.iter().map(|(_, code)| code.as_str()).collect();
    assert_eq!(codes, ["host_bits", "bad_network", "bad_network", "bad_network", "mapped"]);
    assert_eq!(found[4].0, "/allowed_addresses/4");
    assert_eq!(mistakes(input(&json!({"allowed_addresses": [7]})))[0].1, "wrong_type");
}

#[test]
fn a_key_without_a_scope_or_with_one_that_nobody_knows_is_refused() {
    for (scopes, pointer) in [
        (json!([]), "/scopes"),
        (json!(null), "/scopes"),
        (json!("inquiries:create"), "/scopes"),
        (json!(["keys:write"]), "/scopes/0"),
        (json!(["audit:read", "AUDIT:READ"]), "/scopes/1"),
        (json!(["audit:read", "audit:read"]), "/scopes"),
    ] {
        let found = mistakes(input(&json!({"scopes": scopes})));
        assert_eq!(found.len(), 1, "{scopes}: {found:?}");
        assert_eq!(found[0].0, pointer, "{scopes}");
    }
}

#[test]
fn the_scopes_of_a_key_only_narrow() {
    let scopes = [Scope::ReadArticles, Scope::CreateInquiries];
    let standing =
        Standing { scopes: &scopes, expires_at: noon(), secret_made_at: noon() - Duration::days(400), now: noon() };
    let whole =
        |scopes: Value| json!({"name": "Website", "scopes": scopes, "allowed_addresses": [], "expires_at": noon()});
    let narrower = ApiKeyPatch::parse(&whole(json!(["inquiries:create"])), &standing).unwrap();
    assert_eq!((narrower.scopes, narrower.expires_at), (vec![Scope::CreateInquiries], noon()));
    let wider = ApiKeyPatch::parse(&whole(json!(["articles:read", "articles:write"])), &standing);
    assert_eq!(mistakes(wider), [("/scopes/1".to_owned(), "wider".to_owned())]);
    let mut longer = whole(json!(["articles:read"]));
    longer["expires_at"] = json!(noon() + Duration::days(400));
    assert_eq!(mistakes(ApiKeyPatch::parse(&longer, &standing)), [("/expires_at".to_owned(), "too_late".to_owned())]);
}

#[test]
fn two_secrets_stand_beside_each_other_for_a_week_at_most() {
    assert_eq!(ApiKeyRotationInput::parse(&json!({})).unwrap().overlap_hours, 24);
    assert_eq!(ApiKeyRotationInput::parse(&json!({"overlap_hours": 0})).unwrap().overlap_hours, 0);
    for hours in [json!(-1), json!(169), json!("1"), json!(1.5)] {
        let found = mistakes(ApiKeyRotationInput::parse(&json!({"overlap_hours": hours})));
        assert_eq!(found[0].0, "/overlap_hours", "{hours}");
    }
}
