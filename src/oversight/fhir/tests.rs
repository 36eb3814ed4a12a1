use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use super::*;

const ALERT: &str = "110113";
const AUTHENTICATION: &str = "110114";
const ADMINISTRATION: &str = "110129";
const AUDIT: &str = "110101";
const EXPORT: &str = "110106";
const REST: &str = "rest";

/// Every action that the program records: its type, what is done, and how it ends.
static ACTIONS: [(&str, &str, &str, &str); 271] = [
    ("access.denied", ALERT, "E", "8"),
    ("account.change_role", ADMINISTRATION, "U", "0"),
    ("account.create", ADMINISTRATION, "C", "0"),
    ("account.delete", ADMINISTRATION, "D", "0"),
    ("account.disable", ADMINISTRATION, "U", "0"),
    ("account.keep_role", ADMINISTRATION, "E", "0"),
    ("account.link", ADMINISTRATION, "U", "0"),
    ("account.list", REST, "R", "0"),
    ("account.read", REST, "R", "0"),
    ("account.reset_password", ADMINISTRATION, "U", "0"),
    ("account.restore", ADMINISTRATION, "U", "0"),
    ("account.update", ADMINISTRATION, "U", "0"),
    ("api_key.create", ADMINISTRATION, "C", "0"),
    ("api_key.end_rotation", ADMINISTRATION, "U", "0"),
    ("api_key.list", REST, "R", "0"),
    ("api_key.read", REST, "R", "0"),
    ("api_key.refuse", AUTHENTICATION, "E", "4"),
    ("api_key.revoke", ADMINISTRATION, "D", "0"),
    ("api_key.rotate", ADMINISTRATION, "U", "0"),
    ("api_key.update", ADMINISTRATION, "U", "0"),
    ("article.check", REST, "R", "0"),
    ("article.create", REST, "C", "0"),
    ("article.delete", REST, "D", "0"),
    ("article.export", EXPORT, "R", "0"),
    ("article.history", REST, "R", "0"),
    ("article.import", REST, "C", "0"),
    ("article.list", REST, "R", "0"),
    ("article.publish", REST, "E", "0"),
    ("article.purge", REST, "D", "0"),
    ("article.read", REST, "R", "0"),
    ("article.restore", REST, "U", "0"),
    ("article.snapshot", REST, "R", "0"),
    ("article.unschedule", REST, "E", "0"),
    ("article.update", REST, "U", "0"),
    ("article.withdraw", REST, "E", "0"),
    ("audit.export", AUDIT, "R", "0"),
    ("audit.list", AUDIT, "R", "0"),
    ("audit.prune", AUDIT, "D", "0"),
    ("author.create", REST, "C", "0"),
    ("author.delete", REST, "D", "0"),
    ("author.import", REST, "C", "0"),
    ("author.list", REST, "R", "0"),
    ("author.read", REST, "R", "0"),
    ("author.restore", REST, "U", "0"),
    ("author.update", REST, "U", "0"),
    ("autoresponse.give_up", REST, "E", "0"),
    ("autoresponse.send", REST, "E", "0"),
    ("breach_report.read", REST, "R", "0"),
    ("break_glass.create", ADMINISTRATION, "C", "0"),
    ("break_glass.delete", ADMINISTRATION, "D", "0"),
    ("break_glass.list", REST, "R", "0"),
    ("break_glass.read", REST, "R", "0"),
    ("claim.create", REST, "C", "0"),
    ("claim.delete", REST, "D", "0"),
    ("claim.list", REST, "R", "0"),
    ("claim.read", REST, "R", "0"),
    ("claim.restore", REST, "U", "0"),
    ("claim.update", REST, "U", "0"),
    ("clinic.check", REST, "R", "0"),
    ("clinic.export", EXPORT, "R", "0"),
    ("clinic.import", REST, "C", "0"),
    ("clinic.read", REST, "R", "0"),
    ("clinic.update", REST, "U", "0"),
    ("comment.create", REST, "C", "0"),
    ("comment.list", REST, "R", "0"),
    ("comment.read", REST, "R", "0"),
    ("comment.reopen", REST, "E", "0"),
    ("comment.resolve", REST, "E", "0"),
    ("consent.export", EXPORT, "R", "0"),
    ("consent.grant", REST, "E", "0"),
    ("consent.list", REST, "R", "0"),
    ("consent.withdraw", REST, "E", "0"),
    ("data_inventory.list", REST, "R", "0"),
    ("data_request.create", REST, "C", "0"),
    ("data_request.extend", REST, "E", "0"),
    ("data_request.fulfil", REST, "E", "0"),
    ("data_request.list", REST, "R", "0"),
    ("data_request.match", REST, "E", "0"),
    ("data_request.read", REST, "R", "0"),
    ("data_request.seal_refused", ALERT, "E", "8"),
    ("data_request.turn_down", REST, "E", "0"),
    ("data_request.verify", REST, "E", "0"),
    ("disclosure.create", REST, "C", "0"),
    ("disclosure.delete", REST, "D", "0"),
    ("disclosure.list", REST, "R", "0"),
    ("disclosure.read", REST, "R", "0"),
    ("disclosure.restore", REST, "U", "0"),
    ("disclosure.update", REST, "U", "0"),
    ("emergency_rule.create", REST, "C", "0"),
    ("emergency_rule.delete", REST, "D", "0"),
    ("emergency_rule.list", REST, "R", "0"),
    ("emergency_rule.read", REST, "R", "0"),
    ("emergency_rule.restore", REST, "U", "0"),
    ("emergency_rule.update", REST, "U", "0"),
    ("factor.begin", AUTHENTICATION, "E", "0"),
    ("factor.create", AUTHENTICATION, "C", "0"),
    ("factor.delete", AUTHENTICATION, "D", "0"),
    ("factor.recover", AUTHENTICATION, "E", "0"),
    ("factor.recovery_codes", AUTHENTICATION, "C", "0"),
    ("faq.create", REST, "C", "0"),
    ("faq.delete", REST, "D", "0"),
    ("faq.list", REST, "R", "0"),
    ("faq.read", REST, "R", "0"),
    ("faq.restore", REST, "U", "0"),
    ("faq.update", REST, "U", "0"),
    ("fhir_resource.import", REST, "C", "0"),
    ("form.create", REST, "C", "0"),
    ("form.delete", REST, "D", "0"),
    ("form.list", REST, "R", "0"),
    ("form.read", REST, "R", "0"),
    ("form.restore", REST, "U", "0"),
    ("form.update", REST, "U", "0"),
    ("holiday.list", REST, "R", "0"),
    ("inquiry.amend", REST, "U", "0"),
    ("inquiry.correct", REST, "U", "0"),
    ("inquiry.erase", REST, "D", "0"),
    ("inquiry.export", EXPORT, "R", "0"),
    ("inquiry.list", REST, "R", "0"),
    ("inquiry.list_letters", REST, "R", "0"),
    ("inquiry.mark_spam", REST, "E", "0"),
    ("inquiry.measure", REST, "R", "0"),
    ("inquiry.read", REST, "R", "0"),
    ("inquiry.refuse", ALERT, "E", "4"),
    ("inquiry.release", REST, "E", "0"),
    ("inquiry.seal_refused", ALERT, "E", "8"),
    ("inquiry.search", REST, "R", "0"),
    ("inquiry.stream", REST, "R", "0"),
    ("inquiry.submit", REST, "C", "0"),
    ("inquiry.update", REST, "U", "0"),
    ("inquiry_attachment.read", REST, "R", "0"),
    ("inquiry_contact.create", REST, "C", "0"),
    ("inquiry_contact.list", REST, "R", "0"),
    ("inquiry_note.create", REST, "C", "0"),
    ("inquiry_note.list", REST, "R", "0"),
    ("integration.check", REST, "R", "0"),
    ("integration.create", ADMINISTRATION, "C", "0"),
    ("integration.delete", ADMINISTRATION, "D", "0"),
    ("integration.end_rotation", ADMINISTRATION, "U", "0"),
    ("integration.list", REST, "R", "0"),
    ("integration.read", REST, "R", "0"),
    ("integration.refuse", AUTHENTICATION, "E", "4"),
    ("integration.restore", ADMINISTRATION, "U", "0"),
    ("integration.rotate", ADMINISTRATION, "U", "0"),
    ("integration.update", ADMINISTRATION, "U", "0"),
    ("integration_delivery.create", REST, "C", "0"),
    ("integration_delivery.list", REST, "R", "0"),
    ("integration_delivery.purge", REST, "D", "0"),
    ("integration_delivery.read", REST, "R", "0"),
    ("integration_delivery.retry", REST, "E", "0"),
    ("invitation.accept", ADMINISTRATION, "E", "0"),
    ("invitation.create", ADMINISTRATION, "C", "0"),
    ("invitation.delete", ADMINISTRATION, "D", "0"),
    ("invitation.list", REST, "R", "0"),
    ("invitation.read", REST, "R", "0"),
    ("key.create", ADMINISTRATION, "C", "0"),
    ("key.retire", ADMINISTRATION, "D", "0"),
    ("key.rewrap", ADMINISTRATION, "U", "0"),
    ("key.rotate", ADMINISTRATION, "U", "0"),
    ("legal_hold.create", REST, "C", "0"),
    ("legal_hold.delete", REST, "D", "0"),
    ("legal_hold.list", REST, "R", "0"),
    ("legal_notice.create", REST, "C", "0"),
    ("legal_notice.delete", REST, "D", "0"),
    ("legal_notice.list", REST, "R", "0"),
    ("legal_notice.read", REST, "R", "0"),
    ("legal_notice.restore", REST, "U", "0"),
    ("legal_notice.update", REST, "U", "0"),
    ("location.create", REST, "C", "0"),
    ("location.delete", REST, "D", "0"),
    ("location.export", EXPORT, "R", "0"),
    ("location.import", REST, "C", "0"),
    ("location.list", REST, "R", "0"),
    ("location.read", REST, "R", "0"),
    ("location.restore", REST, "U", "0"),
    ("location.update", REST, "U", "0"),
    ("notice.create", REST, "C", "0"),
    ("notice.delete", REST, "D", "0"),
    ("notice.list", REST, "R", "0"),
    ("notice.read", REST, "R", "0"),
    ("notice.restore", REST, "U", "0"),
    ("notice.update", REST, "U", "0"),
    ("opt_out.create", REST, "C", "0"),
    ("opt_out.delete", REST, "D", "0"),
    ("opt_out.list", REST, "R", "0"),
    ("opt_out.read", REST, "R", "0"),
    ("override.create", REST, "C", "0"),
    ("override.delete", REST, "D", "0"),
    ("override.list", REST, "R", "0"),
    ("passkey.copied", AUTHENTICATION, "E", "8"),
    ("passkey.create", AUTHENTICATION, "C", "0"),
    ("passkey.delete", AUTHENTICATION, "D", "0"),
    ("passkey.list", AUTHENTICATION, "R", "0"),
    ("password.refuse", AUTHENTICATION, "E", "4"),
    ("password.reset_begin", AUTHENTICATION, "E", "0"),
    ("password.reset_refuse", AUTHENTICATION, "E", "4"),
    ("password.update", AUTHENTICATION, "U", "0"),
    ("preview_link.create", REST, "C", "0"),
    ("preview_link.delete", REST, "D", "0"),
    ("preview_link.list", REST, "R", "0"),
    ("processor.create", REST, "C", "0"),
    ("processor.delete", REST, "D", "0"),
    ("processor.list", REST, "R", "0"),
    ("processor.read", REST, "R", "0"),
    ("processor.restore", REST, "U", "0"),
    ("processor.update", REST, "U", "0"),
    ("provider.create", REST, "C", "0"),
    ("provider.delete", REST, "D", "0"),
    ("provider.import", REST, "C", "0"),
    ("provider.list", REST, "R", "0"),
    ("provider.read", REST, "R", "0"),
    ("provider.restore", REST, "U", "0"),
    ("provider.update", REST, "U", "0"),
    ("redirect.create", REST, "C", "0"),
    ("redirect.delete", REST, "D", "0"),
    ("redirect.list", REST, "R", "0"),
    ("redirect.read", REST, "R", "0"),
    ("redirect.update", REST, "U", "0"),
    ("retention.read", REST, "R", "0"),
    ("retention.update", REST, "U", "0"),
    ("review.request", REST, "E", "0"),
    ("review.take_back", REST, "E", "0"),
    ("revision.list", REST, "R", "0"),
    ("revision.read", REST, "R", "0"),
    ("revision.restore", REST, "U", "0"),
    ("service.create", REST, "C", "0"),
    ("service.delete", REST, "D", "0"),
    ("service.import", REST, "C", "0"),
    ("service.list", REST, "R", "0"),
    ("service.read", REST, "R", "0"),
    ("service.restore", REST, "U", "0"),
    ("service.update", REST, "U", "0"),
    ("session.create", AUTHENTICATION, "C", "0"),
    ("session.delete", AUTHENTICATION, "D", "0"),
    ("session.delete_all", AUTHENTICATION, "D", "0"),
    ("session.half", AUTHENTICATION, "E", "0"),
    ("session.list", AUTHENTICATION, "R", "0"),
    ("session.read", AUTHENTICATION, "R", "0"),
    ("session.reauthenticate", AUTHENTICATION, "E", "0"),
    ("session.refuse", AUTHENTICATION, "E", "4"),
    ("session.reuse", AUTHENTICATION, "E", "8"),
    ("setting.change", ADMINISTRATION, "U", "0"),
    ("signoff.create", REST, "C", "0"),
    ("signoff.list", REST, "R", "0"),
    ("signoff.read", REST, "R", "0"),
    ("signoff.revoke", REST, "D", "0"),
    ("term.create", REST, "C", "0"),
    ("term.delete", REST, "D", "0"),
    ("term.import", REST, "C", "0"),
    ("term.list", REST, "R", "0"),
    ("term.read", REST, "R", "0"),
    ("term.restore", REST, "U", "0"),
    ("term.update", REST, "U", "0"),
    ("testimonial.authorize", REST, "E", "0"),
    ("testimonial.create", REST, "C", "0"),
    ("testimonial.delete", REST, "D", "0"),
    ("testimonial.list", REST, "R", "0"),
    ("testimonial.read", REST, "R", "0"),
    ("testimonial.restore", REST, "U", "0"),
    ("testimonial.revoke", REST, "D", "0"),
    ("testimonial.update", REST, "U", "0"),
    ("webhook.create", REST, "C", "0"),
    ("webhook.delete", REST, "D", "0"),
    ("webhook.disable", REST, "U", "0"),
    ("webhook.list", REST, "R", "0"),
    ("webhook.list_deliveries", REST, "R", "0"),
    ("webhook.ping", REST, "E", "0"),
    ("webhook.read", REST, "R", "0"),
    ("webhook.redeliver", REST, "E", "0"),
    ("webhook.restore", REST, "U", "0"),
    ("webhook.rotate", REST, "U", "0"),
    ("webhook.update", REST, "U", "0"),
];

/// Events of the outbox, which are written like actions.
const EVENTS: [&str; 6] = [
    "article.published",
    "article.unpublished",
    "article.updated",
    "clinic.changed",
    "inquiry.received",
    "inquiry.status_changed",
];
/// Ends of the names of files and hosts, which are no verbs.
const NO_VERBS: [&str; 7] = ["en", "es", "example", "html", "md", "ndjson", "txt"];

/// What is done with every kind of record (`records::actions`).
const RECORD_VERBS: [&str; 6] = ["create", "delete", "list", "read", "restore", "update"];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

/// Every `"noun.verb"` of the source whose noun is one of the table's, or that is said to be an action.
fn recorded() -> BTreeSet<String> {
    let is_word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let nouns: BTreeSet<&str> = ACTIONS.iter().filter_map(|(name, ..)| name.split('.').next()).collect();
    let mut found = BTreeSet::new();
    for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        if path.ends_with("fhir/tests.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap_or_default();
        let mut before = "";
        for part in text.split('"') {
            if before.trim_end().ends_with("= actions!(") {
                found.extend(RECORD_VERBS.map(|verb| format!("{part}.{verb}")));
            }
            if let Some((noun, verb)) = part.split_once('.').filter(|(noun, verb)| is_word(noun) && is_word(verb)) {
                let is_said = before.trim_end().ends_with("action:") || before.contains(".record(");
                if (nouns.contains(noun) && !NO_VERBS.contains(&verb)) || is_said {
                    found.insert(part.to_owned());
                }
            }
            before = part;
        }
    }
    found.retain(|name| !EVENTS.contains(&name.as_str()));
    found
}

#[test]
fn every_action_of_the_program_has_its_words_in_fhir() {
    let listed: BTreeSet<String> = ACTIONS.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(recorded(), listed, "an action was added or went: say here what it is in FHIR");
    for (name, kind, done, ends) in ACTIONS {
        let (noun, verb) = name.split_once('.').unwrap();
        assert_eq!(event_type(noun, verb)["code"], kind, "{name}");
        assert_eq!((action(verb), outcome(verb)), (done, ends), "{name}");
    }
}

#[test]
fn no_refusal_is_told_as_a_success() {
    let telling = ["refuse", "denied", "reuse", "copied", "fail", "reject", "invalid", "expired"];
    for name in recorded() {
        let (_, verb) = name.split_once('.').unwrap();
        assert_eq!(outcome(verb) != SUCCESS, telling.iter().any(|word| verb.contains(word)), "{name}");
    }
}

#[test]
fn an_export_of_records_is_an_export() {
    assert_eq!(event_type("inquiry", "export")["code"], "110106");
}
