//! The bodies of `POST /v1/inquiries` as the OpenAPI document shows them. The parsers are `input` and `plain`; a test
//! holds the three together.

use utoipa::ToSchema;

/// What an inquiry is about.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum InquiryKind {
    /// Anything.
    General,
    /// A visit.
    Appointment,
    /// A call back.
    Callback,
    /// A bill.
    Billing,
    /// Medical records.
    Records,
    /// A referral.
    Referral,
    /// Praise or blame.
    Feedback,
}

/// How somebody likes to be answered.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum PreferredContact {
    /// By e-mail.
    Email,
    /// By a call.
    Phone,
    /// By a text message.
    Sms,
    /// However.
    Any,
}

/// For whom somebody writes.
#[derive(Debug, ToSchema)]
pub enum OnBehalfOf {
    /// Themselves.
    #[schema(rename = "self")]
    Oneself,
    /// Their child.
    #[schema(rename = "child")]
    Child,
    /// Their parent.
    #[schema(rename = "parent")]
    Parent,
    /// Their spouse.
    #[schema(rename = "spouse")]
    Spouse,
    /// Another relative.
    #[schema(rename = "relative")]
    Relative,
    /// A patient of theirs.
    #[schema(rename = "patient")]
    Patient,
    /// Somebody else.
    #[schema(rename = "other")]
    Other,
}

/// Where an inquiry stands in the clinic's work.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum InquiryStatus {
    /// Nobody has looked at it.
    New,
    /// Somebody answered.
    Contacted,
    /// Nobody answered the clinic.
    NoAnswer,
    /// It is the patient's turn.
    WaitingOnPatient,
    /// A visit is agreed.
    Scheduled,
    /// The visit has taken place.
    ConsultCompleted,
    /// Done.
    Closed,
    /// Not from a patient.
    Spam,
    /// Put aside.
    Held,
    /// Passed on to another clinic.
    Transferred,
}

/// A person's name; one of the two is needed.
#[derive(Debug, ToSchema)]
pub struct InquiryNameInput {
    /// Given name.
    #[schema(min_length = 1, max_length = 100, example = "Dana")]
    pub given: Option<String>,
    /// Family name.
    #[schema(min_length = 1, max_length = 100, example = "Fuller")]
    pub family: Option<String>,
}

/// A consent, given or refused.
#[derive(Debug, ToSchema)]
pub struct InquiryConsentInput {
    /// What for.
    #[schema(pattern = "^[a-z][a-z0-9_]{1,49}$", example = "sms_reminders")]
    pub purpose: String,
    /// The version of the text that was shown; needed where consent is granted.
    #[schema(pattern = "^[A-Za-z0-9._-]{1,50}$", example = "2026-11")]
    pub text_version: Option<String>,
    /// Whether it was granted.
    pub granted: bool,
}

/// How somebody came to the site.
#[derive(Debug, ToSchema)]
pub struct InquiryAttributionInput {
    /// Campaign source.
    #[schema(min_length = 1, max_length = 500)]
    pub utm_source: Option<String>,
    /// Campaign medium.
    #[schema(min_length = 1, max_length = 500)]
    pub utm_medium: Option<String>,
    /// Campaign name.
    #[schema(min_length = 1, max_length = 500)]
    pub utm_campaign: Option<String>,
    /// Paid search term.
    #[schema(min_length = 1, max_length = 500)]
    pub utm_term: Option<String>,
    /// Which of several links.
    #[schema(min_length = 1, max_length = 500)]
    pub utm_content: Option<String>,
    /// Google click id.
    #[schema(min_length = 1, max_length = 500)]
    pub gclid: Option<String>,
    /// Google click id of an app.
    #[schema(min_length = 1, max_length = 500)]
    pub gbraid: Option<String>,
    /// Google click id of an app that leads to the web.
    #[schema(min_length = 1, max_length = 500)]
    pub wbraid: Option<String>,
    /// Meta click id.
    #[schema(min_length = 1, max_length = 500)]
    pub fbclid: Option<String>,
    /// Microsoft click id.
    #[schema(min_length = 1, max_length = 500)]
    pub msclkid: Option<String>,
    /// The first page of the visit.
    #[schema(min_length = 1, max_length = 2000)]
    pub landing_page: Option<String>,
    /// The page before it.
    #[schema(min_length = 1, max_length = 2000)]
    pub referrer: Option<String>,
}

/// An inquiry: a name (in parts or whole), an e-mail address or a telephone number, and a message. The form's
/// honeypot, named by `GET /v1/forms/{slug}`, may stand here too, and must be empty.
#[derive(Debug, ToSchema)]
pub struct InquiryInput {
    /// Slug of the form; the clinic's default form without it.
    #[schema(example = "contact")]
    pub form: Option<String>,
    /// `general` without it.
    pub kind: Option<InquiryKind>,
    /// The name in parts.
    pub name: Option<InquiryNameInput>,
    /// The name as a whole.
    #[schema(min_length = 1, max_length = 200, example = "Dana Fuller")]
    pub full_name: Option<String>,
    /// Where to write to.
    #[schema(format = Email, max_length = 254, example = "dana@example.com")]
    pub email: Option<String>,
    /// Where to call, as people of the clinic's country write it or with the country's code.
    #[schema(max_length = 40, example = "+15615550100")]
    pub phone: Option<String>,
    /// How to answer.
    pub preferred_contact: Option<PreferredContact>,
    /// When to call, in the person's words, each at most 100 characters.
    #[schema(max_items = 10)]
    pub preferred_times: Option<Vec<String>>,
    /// Slug or id of a location.
    #[schema(max_length = 100)]
    pub location: Option<String>,
    /// The service asked for, in any words; kept as it is sent.
    #[schema(min_length = 1, max_length = 200)]
    pub service: Option<String>,
    /// What the person writes; the default form needs it.
    #[schema(min_length = 1, max_length = 10000)]
    pub message: Option<String>,
    /// The language to answer in (BCP 47).
    #[schema(max_length = 35, example = "es-US")]
    pub language: Option<String>,
    /// For whom the person writes.
    pub on_behalf_of: Option<OnBehalfOf>,
    /// Consents, given or refused.
    #[schema(max_items = 20)]
    pub consents: Option<Vec<InquiryConsentInput>>,
    /// Answers to the form's own fields, by name: texts, or true for a box that is ticked.
    #[schema(value_type = Option<std::collections::BTreeMap<String, serde_json::Value>>)]
    pub answers: Option<std::collections::BTreeMap<String, serde_json::Value>>,
    /// How the person came to the site.
    pub attribution: Option<InquiryAttributionInput>,
    /// As `GET /v1/forms/{slug}` answered it.
    #[schema(max_length = 4096)]
    pub form_token: Option<String>,
    /// The solved challenge of a form that has one, as the ALTCHA widget gives it: JSON in base64. Passed over where the
    /// form has none.
    pub altcha: Option<String>,
}

/// The same as a plain HTML form sends it. `consent_<purpose>=<text version>` is a ticked consent; names that begin
/// with `_` are controls (`_next`, the honeypot); up to 20 other fields are kept as extra answers.
#[derive(Debug, ToSchema)]
pub struct InquiryForm {
    /// Slug of the form; the clinic's default form without it.
    pub form: Option<String>,
    /// `general` without it.
    pub kind: Option<InquiryKind>,
    /// The name as a whole.
    #[schema(max_length = 200)]
    pub full_name: Option<String>,
    /// Another word for `full_name`.
    #[schema(max_length = 200)]
    pub name: Option<String>,
    /// The given name.
    #[schema(max_length = 100)]
    pub given_name: Option<String>,
    /// The family name.
    #[schema(max_length = 100)]
    pub family_name: Option<String>,
    /// Where to write to.
    #[schema(format = Email, max_length = 254, example = "dana@example.com")]
    pub email: Option<String>,
    /// Where to call.
    #[schema(max_length = 40, example = "+15615550100")]
    pub phone: Option<String>,
    /// How to answer.
    pub preferred_contact: Option<PreferredContact>,
    /// When to call; may be repeated up to 10 times.
    #[schema(max_items = 10)]
    pub preferred_times: Option<Vec<String>>,
    /// Slug or id of a location.
    #[schema(max_length = 100)]
    pub location: Option<String>,
    /// The service asked for, in any words.
    #[schema(max_length = 200)]
    pub service: Option<String>,
    /// What the person writes.
    #[schema(max_length = 10000)]
    pub message: Option<String>,
    /// The language to answer in (BCP 47).
    #[schema(max_length = 35)]
    pub language: Option<String>,
    /// For whom the person writes.
    pub on_behalf_of: Option<OnBehalfOf>,
    /// As `GET /v1/forms/{slug}` answered it.
    #[schema(max_length = 4096)]
    pub form_token: Option<String>,
    /// The solved challenge of a form that has one, as the ALTCHA widget gives it: JSON in base64. Passed over where the
    /// form has none.
    pub altcha: Option<String>,
    /// Campaign source; the other members of `attribution` are fields of their own as well.
    #[schema(max_length = 500)]
    pub utm_source: Option<String>,
    /// Where a browser goes afterwards, if the settings allow its origin.
    #[schema(rename = "_next", max_length = 2000)]
    pub next: Option<String>,
}

/// A form with files, for those forms whose `attachments` is not null.
#[derive(Debug, ToSchema)]
pub struct InquiryMultipart {
    /// Every other field.
    #[schema(inline = false)]
    #[serde(flatten)]
    pub fields: InquiryForm,
    /// A part with a file name for each file.
    #[schema(value_type = Option<Vec<String>>, format = Binary, max_items = 10)]
    pub attachments: Option<Vec<u8>>,
}

#[cfg(test)]
mod tests;
