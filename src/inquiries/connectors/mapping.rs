//! Which of a service's facts become which field of an inquiry. Every kind but the generic one has a mapping of its own;
//! what staff write is laid over it, field by field. Refuses to invent: what no rule takes is kept as it was told.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{kind::IntegrationKind, payload::Fact};
use crate::inquiries::inquiry::ATTRIBUTION;

/// The fields that a rule can fill, beside those of [`ATTRIBUTION`].
pub const TARGETS: [&str; 13] = [
    "full_name",
    "given_name",
    "family_name",
    "email",
    "phone",
    "message",
    "service",
    "location",
    "kind",
    "preferred_contact",
    "preferred_times",
    "language",
    "on_behalf_of",
];

/// Every field that a rule can fill.
pub fn targets() -> Vec<&'static str> {
    TARGETS.into_iter().chain(ATTRIBUTION.map(|(name, _)| name)).collect()
}

/// What fills a field: the first of several facts that says something, or the same words each time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MappingRule {
    /// Names of facts (a column, a question's reference or title, a key), pointers into the payload (`/a/b`), or a kind of
    /// answer (`#email`). None switches the field off.
    #[serde(default)]
    #[schema(max_items = 10, example = json!(["EMAIL", "WORK_EMAIL"]))]
    pub from: Vec<String>,
    /// The same for every inquiry.
    #[serde(default)]
    #[schema(required, max_length = 200)]
    pub constant: Option<String>,
}

/// A consent that an answer stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConsentRule {
    /// What the consent is for.
    #[schema(pattern = "^[a-z][a-z0-9_]{1,49}$", example = "sms_reminders")]
    pub purpose: String,
    /// The version of the text beside the question.
    #[schema(pattern = "^[A-Za-z0-9._-]{1,50}$", example = "2026-11")]
    pub text_version: String,
    /// As in a rule.
    #[schema(min_items = 1, max_items = 10)]
    pub from: Vec<String>,
    /// The answers that grant it, whatever their case; any other refuses it, and none says nothing.
    #[schema(min_items = 1, max_items = 20, example = json!(["true", "yes"]))]
    pub equals: Vec<String>,
}

/// Which facts become which field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IntegrationMapping {
    /// By the name of the inquiry's field.
    #[serde(default)]
    pub fields: BTreeMap<String, MappingRule>,
    /// By the name of a field of the form's own.
    #[serde(default)]
    pub answers: BTreeMap<String, MappingRule>,
    /// Answers that stand for a consent.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub consents: Vec<ConsentRule>,
    /// Facts that are not kept: nothing of a patient's, such as the id of a campaign.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub ignored: Vec<String>,
}

impl IntegrationMapping {
    /// The mapping that a kind has by itself.
    pub fn of(kind: IntegrationKind) -> Self {
        let from = |names: &[&str]| MappingRule {
            from: names.iter().map(|name| (*name).to_owned()).collect(),
            constant: None,
        };
        let rules: &[(&str, &[&str])] = match kind {
            IntegrationKind::GoogleAds => &GOOGLE_ADS,
            IntegrationKind::Meta => &META,
            IntegrationKind::Typeform => &TYPEFORM,
            IntegrationKind::CallRail => &CALLRAIL,
            IntegrationKind::Generic => &[],
        };
        let fields = rules.iter().map(|(target, names)| ((*target).to_owned(), from(names))).collect();
        Self { fields, ..Self::default() }
    }

    /// This mapping over the kind's own.
    pub fn over(mut self, kind: IntegrationKind) -> Self {
        for (target, rule) in Self::of(kind).fields {
            self.fields.entry(target).or_insert(rule);
        }
        self
    }

    /// The place of the fact that a name means, among `facts`.
    pub fn find(facts: &[Fact], name: &str) -> Option<usize> {
        let means = |fact: &Fact| match (name.strip_prefix('#'), name.starts_with('/')) {
            (Some(of_type), _) => fact.types.iter().any(|known| known == of_type),
            (None, true) => fact.pointer == name,
            (None, false) => fact.name == name,
        };
        let labelled = |fact: &Fact| fact.label.as_deref() == Some(name);
        facts.iter().position(means).or_else(|| facts.iter().position(labelled))
    }
}

/// <https://developers.google.com/google-ads/webhook/docs/implementation#column-ids>
const GOOGLE_ADS: [(&str, &[&str]); 6] = [
    ("full_name", &["FULL_NAME"]),
    ("given_name", &["FIRST_NAME"]),
    ("family_name", &["LAST_NAME"]),
    ("email", &["EMAIL", "USER_EMAIL", "WORK_EMAIL"]),
    ("phone", &["PHONE_NUMBER", "USER_PHONE", "WORK_PHONE"]),
    ("gclid", &["gcl_id"]),
];

/// <https://developers.facebook.com/docs/marketing-api/guides/lead-ads/create#readquestions>
const META: [(&str, &[&str]); 5] = [
    ("full_name", &["full_name"]),
    ("given_name", &["first_name"]),
    ("family_name", &["last_name"]),
    ("email", &["email", "work_email"]),
    ("phone", &["phone_number", "phone", "work_phone_number"]),
];

const TYPEFORM: [(&str, &[&str]); 14] = [
    ("full_name", &["full_name", "name", "hidden.full_name", "hidden.name"]),
    ("given_name", &["first_name", "given_name"]),
    ("family_name", &["last_name", "family_name"]),
    ("email", &["#email", "email", "hidden.email"]),
    ("phone", &["#phone_number", "phone", "phone_number", "hidden.phone"]),
    ("message", &["message", "#long_text"]),
    ("utm_source", &["hidden.utm_source"]),
    ("utm_medium", &["hidden.utm_medium"]),
    ("utm_campaign", &["hidden.utm_campaign"]),
    ("utm_term", &["hidden.utm_term"]),
    ("utm_content", &["hidden.utm_content"]),
    ("gclid", &["hidden.gclid"]),
    ("fbclid", &["hidden.fbclid"]),
    ("msclkid", &["hidden.msclkid"]),
];

/// Calls, and text messages (`source_number`, `content`).
const CALLRAIL: [(&str, &[&str]); 12] = [
    ("full_name", &["customer_name"]),
    ("phone", &["customer_phone_number", "customer_number", "source_number"]),
    ("message", &["content"]),
    ("utm_source", &["utm_source"]),
    ("utm_medium", &["utm_medium"]),
    ("utm_campaign", &["utm_campaign"]),
    ("utm_term", &["utm_term"]),
    ("utm_content", &["utm_content"]),
    ("gclid", &["gclid"]),
    ("msclkid", &["msclkid"]),
    ("landing_page", &["landing_page_url"]),
    ("referrer", &["referring_url", "referrer_domain"]),
];
