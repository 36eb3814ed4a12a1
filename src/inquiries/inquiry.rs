//! What a patient sends to the clinic, and what staff do with it. Pure: no request, no SQL. Refuses to print:
//! everything that tells who somebody is or what they wrote is [`Personal`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{attachments::Attachment, connectors::IntegrationKind, form::Pace};
use crate::{
    contact::{Email, Phone},
    crypto::Personal,
};

/// What an inquiry can be about; the first is meant where nothing is said.
pub const KINDS: [&str; 7] = ["general", "appointment", "callback", "billing", "records", "referral", "feedback"];
/// How somebody likes to be answered.
pub const PREFERRED_CONTACT: [&str; 4] = ["email", "phone", "sms", "any"];
/// For whom somebody writes.
pub const ON_BEHALF_OF: [&str; 7] = ["self", "child", "parent", "spouse", "relative", "patient", "other"];
/// What a site may tell about the way somebody came, with the most characters of each.
pub const ATTRIBUTION: [(&str, usize); 12] = [
    ("utm_source", 500),
    ("utm_medium", 500),
    ("utm_campaign", 500),
    ("utm_term", 500),
    ("utm_content", 500),
    ("gclid", 500),
    ("gbraid", 500),
    ("wbraid", 500),
    ("fbclid", 500),
    ("msclkid", 500),
    ("landing_page", 2000),
    ("referrer", 2000),
];

/// The most characters of a message.
pub const MESSAGE: usize = 10_000;
/// The most characters of a whole name; each part of one has half.
pub const FULL_NAME: usize = 200;
/// The most preferred times, and the most characters of each.
pub const PREFERRED_TIMES: (usize, usize) = (10, 100);
/// The most characters of the name of a service.
pub const SERVICE: usize = 200;
/// The most consents.
pub const CONSENTS: usize = 20;
/// The most extra answers of a plain form, and the most characters of each.
pub const ANSWERS: (usize, usize) = (20, 2000);

/// How an inquiry came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A JSON post.
    Api,
    /// A plain HTML form.
    Form,
    /// A service that brings inquiries.
    Connection(IntegrationKind),
}

impl Source {
    /// The name as it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Form => "form",
            Self::Connection(kind) => kind.name(),
        }
    }
}

/// What came with a submission beside its content, and tells of a machine or a person.
#[derive(Clone, Debug, Default)]
pub struct Tells {
    /// Whether the field that people never see was filled.
    pub honeypot: bool,
    /// How long the form was open; none without a token.
    pub pace: Option<Pace>,
    /// The proof of work as it was sent.
    pub proof: Option<Personal<String>>,
    /// Whether a service brought less than the form asks for.
    pub incomplete: bool,
    /// Whether the service that brought it takes it for spam.
    pub spam_at_source: bool,
}

/// The name of a person, in parts, whole, or both.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonName {
    /// The given name.
    pub given: Option<String>,
    /// The family name.
    pub family: Option<String>,
    /// The whole name as the person writes it.
    pub full: Option<String>,
}

impl PersonName {
    /// The name for a list: whole where it was given so, else its parts.
    pub fn shown(&self) -> String {
        let parts = || [&self.given, &self.family].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
        self.full.clone().unwrap_or_else(parts)
    }
}

/// A number as it is dialled, and as people write it, with its extension.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedPhone {
    /// E.164.
    pub number: String,
    /// For people.
    pub display: String,
}

impl From<&Phone> for SealedPhone {
    fn from(phone: &Phone) -> Self {
        Self { number: phone.e164().to_owned(), display: phone.display().to_owned() }
    }
}

/// What has no column of its own: sealed together, as one JSON document.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// When somebody likes to be called, in their words.
    pub preferred_times: Vec<String>,
    /// The service that they ask for, in their words.
    pub service: Option<String>,
    /// How they came to the site, by the names of [`ATTRIBUTION`].
    pub attribution: BTreeMap<String, String>,
    /// What a plain form asked beyond the known fields.
    pub answers: BTreeMap<String, String>,
}

/// One consent, given or refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Consent {
    /// What for.
    pub purpose: String,
    /// The version of the text that was shown; always there where consent was granted.
    pub text_version: Option<String>,
    /// Whether it was granted.
    pub granted: bool,
}

/// A submission in which everything is right.
#[derive(Clone, Debug)]
pub struct Submission {
    /// One of [`KINDS`].
    pub kind: &'static str,
    /// Who writes.
    pub name: Personal<PersonName>,
    /// Where to write to them.
    pub email: Option<Personal<Email>>,
    /// Where to call them. One of the two is there.
    pub phone: Option<Personal<Phone>>,
    /// One of [`PREFERRED_CONTACT`].
    pub preferred_contact: Option<&'static str>,
    /// The location that it is meant for.
    pub location: Option<Uuid>,
    /// What they write.
    pub message: Option<Personal<String>>,
    /// The language they like to be answered in (BCP 47).
    pub language: Option<String>,
    /// One of [`ON_BEHALF_OF`].
    pub on_behalf_of: Option<&'static str>,
    /// In the order that they were sent.
    pub consents: Vec<Consent>,
    /// Everything else.
    pub details: Personal<Details>,
    /// In the order that they were sent.
    pub attachments: Vec<Attachment>,
    /// What is no content of it.
    pub tells: Tells,
}

/// The fields of [`Submission`] that tell one content from another, always in this order.
#[derive(Serialize)]
struct Content<'a> {
    kind: &'a str,
    name: &'a PersonName,
    email: Option<&'a str>,
    phone: Option<SealedPhone>,
    preferred_contact: Option<&'a str>,
    location: Option<Uuid>,
    message: Option<&'a String>,
    language: Option<&'a String>,
    on_behalf_of: Option<&'a str>,
    consents: &'a [Consent],
    details: &'a Details,
    /// Names, and SHA-256 of the contents.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<(&'a String, [u8; 32])>,
}

impl Submission {
    /// The content in a form that does not depend on how it was written: two posts that say the same give the same
    /// bytes, whatever the order of their members, their spacing or their encoding. Honeypot, form token, proof of work
    /// and `_next` are no content.
    pub fn canonical(&self) -> Zeroizing<Vec<u8>> {
        let content = Content {
            kind: self.kind,
            name: self.name.reveal(),
            email: self.email.as_ref().map(|email| email.reveal().as_str()),
            phone: self.phone.as_ref().map(|phone| phone.reveal().into()),
            preferred_contact: self.preferred_contact,
            location: self.location,
            message: self.message.as_ref().map(Personal::reveal),
            language: self.language.as_ref(),
            on_behalf_of: self.on_behalf_of,
            consents: &self.consents,
            details: self.details.reveal(),
            attachments: self.attachments.iter().map(|file| (file.name().reveal(), file.digest())).collect(),
        };
        Zeroizing::new(serde_json::to_vec(&content).unwrap_or_default())
    }
}
