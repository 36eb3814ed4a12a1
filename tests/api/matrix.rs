//! Who may do what, tried: every operation of the OpenAPI document × every role, a stranger, a disabled person, an
//! expired and a foreign token, with aliases of the address and override headers. An operation that stands in no class
//! here fails the test.

mod aliases;
mod keys;
mod outage;
mod unlisted;
mod waiting;

use std::collections::BTreeMap;

use chrono::Duration;
use clinic_cms::{
    accounts::{Permission, Role},
    clock::Clock,
};

use crate::harness::{Api, EDITOR, PEOPLE, Reply};

/// What an operation asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Class {
    /// Nothing: public reads and posts, operations, and the steps of signing in, which check their own tokens.
    Open,
    /// To be signed in.
    SignedIn,
    /// To be signed in, or to be about to enrol a factor.
    Enrolling,
    /// A permission.
    Holds(Permission),
}

use Class::{Enrolling, Holds, Open, SignedIn};
use Permission::{
    AnswerInquiries, BreakGlass, CommentArticles, EditClinic, ExportInquiries, HandleDataRequests, ManageApiKeys,
    ManageIntegrations, ManagePeople, OverrideGate, PublishArticles, ReadArticles, ReadAudit, ReadClinic,
    ReadInquiries, ReadPeople, SignArticles, WriteArticles,
};

#[expect(clippy::too_many_lines, reason = "one table")]
fn class_of(operation: &str) -> Option<Class> {
    Some(match operation {
        "get_jwks"
        | "get_livez"
        | "get_readyz"
        | "get_openapi"
        | "list_articles"
        | "get_article"
        | "get_article_review"
        | "list_article_suggestions"
        | "list_categories"
        | "list_tags"
        | "list_conditions"
        | "get_article_jsonld"
        | "get_clinic_jsonld"
        | "get_location_jsonld"
        | "get_provider_jsonld"
        | "get_service_jsonld"
        | "list_related_articles"
        | "list_changes"
        | "export_content"
        | "get_rss_feed"
        | "get_atom_feed"
        | "get_json_feed"
        | "get_sitemap"
        | "get_sitemap_part"
        | "resolve_path"
        | "list_redirects"
        | "get_clinic"
        | "list_locations"
        | "get_location"
        | "get_location_hours"
        | "list_providers"
        | "get_provider"
        | "list_services"
        | "get_service"
        | "list_notices"
        | "list_faqs"
        | "list_testimonials"
        | "list_legal_notices"
        | "get_legal_notice"
        | "get_fhir_metadata"
        | "list_fhir_organizations"
        | "get_fhir_organization"
        | "list_fhir_locations"
        | "get_fhir_location"
        | "list_fhir_practitioners"
        | "get_fhir_practitioner"
        | "list_fhir_practitioner_roles"
        | "get_fhir_practitioner_role"
        | "list_fhir_healthcare_services"
        | "get_fhir_healthcare_service"
        | "get_preview"
        | "get_form"
        | "create_inquiry"
        | "create_delivery"
        | "get_delivery_challenge"
        | "create_session"
        | "complete_sign_in"
        | "refresh_session"
        | "accept_invitation"
        | "show_invitation"
        | "create_password_reset"
        | "show_password_reset"
        | "complete_password_reset"
        | "start_single_sign_on"
        | "finish_single_sign_on"
        | "exchange_single_sign_on"
        | "begin_passkey_assertion"
        | "complete_passkey_assertion" => Open,
        "get_me"
        | "update_me"
        | "delete_session"
        | "create_reauthentication"
        | "change_password"
        | "delete_totp"
        | "create_recovery_codes"
        | "list_own_sessions"
        | "delete_own_sessions"
        | "delete_own_session"
        | "list_passkeys"
        | "delete_passkey"
        | "list_roles"
        | "get_break_glass"
        | "delete_break_glass" => SignedIn,
        "create_totp" | "confirm_totp" | "begin_passkey_registration" | "create_passkey" => Enrolling,
        "list_staff_articles"
        | "get_staff_article"
        | "list_revisions"
        | "get_revision"
        | "list_preview_links"
        | "list_staff_authors"
        | "get_author"
        | "compare_revisions"
        | "list_comments"
        | "list_revision_comments"
        | "get_comment"
        | "list_signoffs"
        | "get_signoff"
        | "get_article_history"
        | "list_staff_categories"
        | "get_category"
        | "list_staff_tags"
        | "get_tag"
        | "list_staff_conditions"
        | "get_condition"
        | "list_staff_redirects"
        | "get_redirect"
        | "check_article"
        | "list_overrides"
        | "list_claims"
        | "get_claim"
        | "list_disclosures"
        | "get_disclosure" => Holds(ReadArticles),
        "create_override" | "delete_override" => Holds(OverrideGate),
        "create_article"
        | "update_article"
        | "restore_revision"
        | "put_review_request"
        | "delete_review_request"
        | "create_preview_link"
        | "delete_preview_link" => Holds(WriteArticles),
        "create_comment" | "put_comment_resolution" | "delete_comment_resolution" => Holds(CommentArticles),
        "create_signoff" | "delete_signoff" => Holds(SignArticles),
        "delete_article" | "restore_article" | "put_publication" | "delete_publication" | "create_category"
        | "update_category" | "delete_category" | "restore_category" | "create_tag" | "update_tag" | "delete_tag"
        | "restore_tag" | "create_condition" | "update_condition" | "delete_condition" | "restore_condition"
        | "update_articles" | "purge_article" | "create_author" | "update_author" | "delete_author"
        | "restore_author" | "create_redirect" | "update_redirect" | "delete_redirect" | "create_claim"
        | "update_claim" | "delete_claim" | "restore_claim" | "create_disclosure" | "update_disclosure"
        | "delete_disclosure" | "restore_disclosure" => Holds(PublishArticles),
        "get_staff_clinic"
        | "list_staff_locations"
        | "get_staff_location"
        | "list_staff_providers"
        | "get_staff_provider"
        | "list_staff_services"
        | "get_staff_service"
        | "list_staff_notices"
        | "get_staff_notice"
        | "list_staff_faqs"
        | "get_staff_faq"
        | "list_staff_testimonials"
        | "get_staff_testimonial"
        | "list_staff_legal_notices"
        | "get_staff_legal_notice"
        | "list_holidays"
        | "list_staff_forms"
        | "get_staff_form"
        | "list_required_notices"
        | "get_clinic_consistency"
        | "list_emergency_rules"
        | "get_emergency_rule" => Holds(ReadClinic),
        "update_clinic"
        | "create_form"
        | "update_form"
        | "delete_form"
        | "restore_form"
        | "create_hours_reading"
        | "create_location"
        | "update_location"
        | "delete_location"
        | "restore_location"
        | "update_locations"
        | "create_provider"
        | "update_provider"
        | "delete_provider"
        | "restore_provider"
        | "update_providers"
        | "create_service"
        | "update_service"
        | "delete_service"
        | "restore_service"
        | "update_services"
        | "create_notice"
        | "update_notice"
        | "delete_notice"
        | "restore_notice"
        | "update_notices"
        | "create_faq"
        | "update_faq"
        | "delete_faq"
        | "restore_faq"
        | "update_faqs"
        | "create_testimonial"
        | "update_testimonial"
        | "delete_testimonial"
        | "restore_testimonial"
        | "update_testimonials"
        | "create_authorization"
        | "delete_authorization"
        | "create_legal_notice"
        | "update_legal_notice"
        | "delete_legal_notice"
        | "restore_legal_notice"
        | "update_legal_notices"
        | "create_emergency_rule"
        | "update_emergency_rule"
        | "delete_emergency_rule"
        | "restore_emergency_rule" => Holds(EditClinic),
        "list_inquiries"
        | "get_inquiry"
        | "list_inquiry_notes"
        | "list_inquiry_contacts"
        | "search_inquiries"
        | "get_inquiry_metrics"
        | "stream_inquiries"
        | "list_consents"
        | "list_opt_outs"
        | "get_inquiry_attachment"
        | "get_integration_delivery"
        | "list_inquiry_letters" => Holds(ReadInquiries),
        "update_inquiry"
        | "update_inquiries"
        | "create_inquiry_note"
        | "create_inquiry_contact"
        | "release_inquiry"
        | "mark_inquiry_spam"
        | "create_consent"
        | "create_opt_out"
        | "delete_opt_out" => Holds(AnswerInquiries),
        "export_inquiries" | "get_inquiry_bundle" => Holds(ExportInquiries),
        "get_legal_hold"
        | "put_legal_hold"
        | "delete_legal_hold"
        | "create_erasure"
        | "get_consent_proof"
        | "create_consent_proof"
        | "get_retention"
        | "put_retention"
        | "list_data_requests"
        | "create_data_request"
        | "get_data_request"
        | "put_data_request_verification"
        | "put_data_request_extension"
        | "put_data_request_refusal"
        | "list_data_request_matches"
        | "create_data_request_fulfilment"
        | "list_data_inventory"
        | "get_breach_report" => Holds(HandleDataRequests),
        "create_break_glass" => Holds(BreakGlass),
        "list_break_glass" | "list_audit_events" | "export_audit_events" => Holds(ReadAudit),
        "list_users" | "get_user" | "list_invitations" | "get_invitation" | "list_sessions" | "get_session" => {
            Holds(ReadPeople)
        }
        "update_user"
        | "delete_user"
        | "restore_user"
        | "revoke_user_sessions"
        | "delete_user_factors"
        | "create_invitation"
        | "delete_invitation"
        | "revoke_session" => Holds(ManagePeople),
        "list_api_keys"
        | "get_api_key"
        | "create_api_key"
        | "update_api_key"
        | "delete_api_key"
        | "rotate_api_key"
        | "end_api_key_rotation" => Holds(ManageApiKeys),
        "list_webhooks"
        | "create_webhook"
        | "get_webhook"
        | "update_webhook"
        | "delete_webhook"
        | "restore_webhook"
        | "rotate_webhook_secret"
        | "ping_webhook"
        | "list_webhook_deliveries"
        | "redeliver_webhook"
        | "list_processors"
        | "create_processor"
        | "get_processor"
        | "update_processor"
        | "delete_processor"
        | "restore_processor"
        | "list_integrations"
        | "create_integration"
        | "get_integration"
        | "update_integration"
        | "delete_integration"
        | "restore_integration"
        | "rotate_integration_secret"
        | "end_integration_rotation"
        | "try_integration_mapping"
        | "try_integration"
        | "list_integration_deliveries"
        | "retry_integration_delivery" => Holds(ManageIntegrations),
        _ => return None,
    })
}

/// One operation with an address that names nothing.
struct Operation {
    id: String,
    method: String,
    path: String,
    class: Class,
}

fn operations(api: &Api) -> Vec<Operation> {
    let document = api.get("/openapi.json").json();
    let mut all = Vec::new();
    let mut unclassified = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let path = path
            .replace("{id}", "01900000-0000-7000-8000-00000000ffff")
            .replace("{number}", "1")
            .replace("{attachment}", "01900000-0000-7000-8000-00000000fffe");
        let path =
            ["{slug}", "{token}", "{provider}", "{n}", "{comment}", "{signoff}", "{override}", "{link}", "{delivery}"]
                .iter()
                .fold(path, |path, name| path.replace(name, "x"));
        let path = [
            "{slug}",
            "{token}",
            "{provider}",
            "{n}",
            "{comment}",
            "{signoff}",
            "{override}",
            "{link}",
            "{source}",
            "{key}",
            "{delivery}",
        ]
        .iter()
        .fold(path, |path, name| path.replace(name, "x"));
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            match class_of(&id) {
                Some(class) => all.push(Operation { id, method: method.to_uppercase(), path: path.clone(), class }),
                None => unclassified.push(id),
            }
        }
    }
    assert_eq!(unclassified, [""; 0], "operations without a class");
    // It ends the sessions that the others are tried with.
    all.sort_by_key(|operation| operation.id == "delete_own_sessions");
    all
}

fn ask(api: &Api, operation: &Operation, path: &str, token: Option<&str>) -> Reply {
    let mut call = api.call(&operation.method, path).header("If-Match", "*").header("X-HTTP-Method-Override", "GET");
    if let Some(token) = token {
        call = call.bearer(token);
    }
    // A stream would not end: with this it is let in and not begun.
    call = call.header("Last-Event-ID", "none such");
    if operation.method == "GET" { call.send() } else { call.json(&serde_json::json!({"none_such": 1})).send() }
}

#[test]
fn every_cell_of_the_table_is_what_the_table_says() {
    let api = Api::start();
    let operations = operations(&api);
    for (person, role) in PEOPLE {
        let role = Role::named(role).unwrap();
        let token = api.sign_in(person);
        for operation in &operations {
            let ends_session = ["delete_session", "delete_own_sessions"].contains(&operation.id.as_str());
            let own = if ends_session { api.sign_in(person) } else { token.clone() };
            let reply = ask(&api, operation, &operation.path, Some(&own));
            let cell = format!("{} × {}: {} {}", operation.id, role.name(), reply.status, reply.body);
            assert!(reply.status < 500, "{cell}");
            match operation.class {
                Holds(permission) if !role.may(permission) => {
                    assert_eq!(reply.status, 403, "{cell}");
                    assert_eq!(reply.json()["code"], "forbidden", "{cell}");
                }
                Open => {}
                Holds(_) | SignedIn | Enrolling => assert!(![401, 403].contains(&reply.status), "{cell}"),
            }
        }
    }
}

#[test]
fn whoever_is_not_signed_in_gets_401_under_every_spelling() {
    let clock = Clock::fixed("2026-11-23T12:00:00Z".parse().unwrap());
    let api = Api::start_with(clock.clone(), &[("rate-limits", "off")]);
    let operations = operations(&api);
    let disabled = api.sign_in(EDITOR);
    let expired = api.sign_in(crate::harness::OWNER);
    api.as_owner(async |connection| {
        let disable =
            "update cms.account set status = 'disabled', credential_version = credential_version + 1 where email = $1";
        sqlx::query(disable).bind(EDITOR.0).execute(connection).await.unwrap();
    });
    clock.set("2026-11-23T12:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap() + Duration::minutes(11));
    let foreign = "eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCIsImtpZCI6IngifQ.e30.AAAA";
    let strangers: BTreeMap<&str, Option<&str>> = [
        ("nobody", None),
        ("disabled", Some(disabled.as_str())),
        ("expired", Some(expired.as_str())),
        ("foreign", Some(foreign)),
        (
            "unknown key",
            Some("ccms_0000000000000000_0000000000000000000000000000000000000000000000000000000000000000000"),
        ),
    ]
    .into();
    for operation in operations.iter().filter(|operation| operation.class != Open) {
        for (who, token) in &strangers {
            let reply = ask(&api, operation, &operation.path, *token);
            reply.problem(401, "unauthenticated");
            assert!(!reply.header("www-authenticate").is_empty(), "{} × {who}", operation.id);
        }
        let aliases = [
            format!("{}/", operation.path),
            operation.path.replacen("/v1", "//v1", 1),
            operation.path.replacen("/v1/a", "/v1/%61", 1),
            operation.path.replacen("/v1/", "/v1/./", 1),
            operation.path.replacen("/v1/", "/v1/x/../", 1),
            operation.path.to_uppercase(),
        ];
        for alias in aliases {
            let status = ask(&api, operation, &alias, None).status;
            assert!([400, 401, 404, 405].contains(&status), "{} {alias}: {status}", operation.method);
        }
        if operation.method == "GET" {
            let head = api.call("HEAD", &operation.path).send();
            assert!([401, 405].contains(&head.status), "HEAD {}: {}", operation.path, head.status);
        }
    }
}
