//! One inquiry as a FHIR R4 Bundle (<https://hl7.org/fhir/R4/bundle.html>): a `Task` in which the clinic's state stands as
//! `businessStatus`, focused on the `QuestionnaireResponse` that was sent; a `Communication` for each contact; a `Consent`
//! for each text. Never a `ServiceRequest`, which would be an order, and no `Patient`: nobody has said who of the clinic's
//! patients the sender is.

use chrono::{DateTime, SecondsFormat, Utc};
use data_encoding::BASE64;
use serde_json::{Map, Value, json};

use super::queries::AgreedText;
use crate::{
    inquiries::desk::{GivenConsent, InquiryContact, InquiryDetail},
    records::best,
};

const STATUS: &str = "urn:clinic-cms:inquiry-status";
const KIND: &str = "urn:clinic-cms:inquiry-kind";
const RECEIPT: &str = "urn:clinic-cms:receipt";
const PARTICIPATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode";
const CONSENT_SCOPE: &str = "http://terminology.hl7.org/CodeSystem/consentscope";
const LOINC: &str = "http://loinc.org";
/// RFC 3986: the value is a URI.
const URI: &str = "urn:ietf:rfc:3986";

/// What a bundle is made of.
#[derive(Clone, Copy, Debug)]
pub struct HandedOff<'a> {
    /// The inquiry, opened.
    pub inquiry: &'a InquiryDetail,
    /// The texts of its form.
    pub texts: &'a [AgreedText],
    /// The API's own address.
    pub public_url: &'a str,
    /// When it is handed off.
    pub at: DateTime<Utc>,
}

impl HandedOff<'_> {
    /// The bundle.
    pub fn bundle(&self) -> Value {
        let consents = self.inquiry.consents.iter().enumerate().map(|(index, consent)| self.consent(index, consent));
        let communications = self.inquiry.contacts.iter().map(|contact| self.communication(contact));
        let resources = [self.task(), self.questionnaire_response()].into_iter().chain(communications).chain(consents);
        json!({
            "resourceType": "Bundle",
            "type": "collection",
            "timestamp": instant(self.at),
            "identifier": {"system": RECEIPT, "value": self.inquiry.receipt},
            "entry": resources.map(|resource| self.entry(&resource)).collect::<Vec<_>>(),
        })
    }

    fn entry(&self, resource: &Value) -> Value {
        let part = |name: &str| resource.get(name).and_then(Value::as_str).unwrap_or_default();
        let (kind, id) = (part("resourceType"), part("id"));
        let address = format!("{}/v1/admin/inquiries/{}/fhir/{kind}/{id}", self.public_url, self.inquiry.id);
        json!({"fullUrl": address, "resource": resource})
    }

    fn task(&self) -> Value {
        let inquiry = self.inquiry;
        let notes = inquiry
            .notes
            .iter()
            .rev()
            .map(|note| json!({"authorString": note.by.name, "time": instant(note.at), "text": note.text}));
        let assignee = inquiry.assignee.as_ref();
        let place = inquiry.location.as_ref();
        compact(json!({
            "resourceType": "Task",
            "id": inquiry.id,
            "identifier": [{"system": RECEIPT, "value": inquiry.receipt}],
            "status": task_status(&inquiry.status),
            "statusReason": inquiry.close_reason.as_ref().map(|reason| json!({"text": reason})),
            "businessStatus": {"coding": [{"system": STATUS, "code": inquiry.status}]},
            // A wish of somebody else's, and nobody's order.
            "intent": "proposal",
            "priority": if inquiry.priority == "normal" { "routine" } else { inquiry.priority.as_str() },
            "code": {"coding": [{"system": KIND, "code": inquiry.kind}]},
            "focus": {"reference": format!("QuestionnaireResponse/{}", inquiry.id)},
            "executionPeriod": {"start": instant(inquiry.received_at)},
            "authoredOn": instant(inquiry.received_at),
            "lastModified": instant(inquiry.updated_at.max(inquiry.received_at)),
            "owner": assignee.map(|person| json!({
                "identifier": {"system": URI, "value": person.id.urn().to_string()}, "display": person.name,
            })),
            "location": place.map(|place| json!({
                "reference": format!("{}/fhir/R4/Location/{}", self.public_url, place.id), "display": place.name,
            })),
            "reasonCode": inquiry.recognised_service.as_ref().map(|service| json!({"text": service.name})),
            "note": notes.collect::<Vec<_>>(),
            "restriction": inquiry.due_at.map(|due| json!({"period": {"end": instant(due)}})),
        }))
    }

    fn questionnaire_response(&self) -> Value {
        let inquiry = self.inquiry;
        let known = [
            ("full_name", Some(&inquiry.name)),
            ("email", inquiry.email.as_ref()),
            ("phone", inquiry.phone.as_ref()),
            ("preferred_contact", inquiry.preferred_contact.as_ref()),
            ("service", inquiry.service.as_ref()),
            ("message", inquiry.message.as_ref()),
            ("on_behalf_of", inquiry.on_behalf_of.as_ref()),
        ];
        // FHIR has no empty texts: a call may come without a name, and a service may bring a blank answer.
        let known = known.into_iter().filter_map(|(name, value)| Some((name, value?.as_str())));
        let known = known.filter(|(_, text)| !text.trim().is_empty()).map(|(name, text)| item(name, [text]));
        let times = (!inquiry.preferred_times.is_empty())
            .then(|| item("preferred_times", inquiry.preferred_times.iter().map(String::as_str)));
        let answers = inquiry.answers.iter().filter(|answer| !answer.value.trim().is_empty());
        let answers = answers.map(|answer| item(&answer.name, [answer.value.as_str()]));
        compact(json!({
            "resourceType": "QuestionnaireResponse",
            "id": inquiry.id,
            "language": inquiry.language,
            "identifier": {"system": RECEIPT, "value": inquiry.receipt},
            "questionnaire": format!("{}/v1/forms/{}", self.public_url, inquiry.form.slug),
            "status": "completed",
            "authored": instant(inquiry.received_at),
            "item": known.chain(times).chain(answers).chain(self.files()).collect::<Vec<_>>(),
        }))
    }

    /// Where the files stand; what is in them is read one by one, and written down.
    fn files(&self) -> Option<Value> {
        let inquiry = self.inquiry;
        let answers = inquiry.attachments.iter().map(|file| {
            let address = format!("{}/v1/admin/inquiries/{}/attachments/{}", self.public_url, inquiry.id, file.id);
            json!({"valueAttachment": {
                "contentType": file.media_type, "title": file.name, "size": file.bytes, "url": address,
            }})
        });
        let answers: Vec<_> = answers.collect();
        (!answers.is_empty()).then(|| json!({"linkId": "attachments", "text": "attachments", "answer": answers}))
    }

    fn communication(&self, contact: &InquiryContact) -> Value {
        let mode = match contact.channel.as_str() {
            "phone" => "PHONE",
            "email" => "EMAILWRIT",
            "sms" => "SMSWRIT",
            "letter" => "MAILWRIT",
            _ => "PHYSICAL",
        };
        let has_arrived = matches!(contact.outcome.as_str(), "reached" | "left_message" | "sent");
        let is_outbound = contact.direction == "outbound";
        compact(json!({
            "resourceType": "Communication",
            "id": contact.id,
            "basedOn": [{"reference": format!("Task/{}", self.inquiry.id)}],
            "status": if has_arrived { "completed" } else { "not-done" },
            "statusReason": {"text": contact.outcome},
            "medium": [{"coding": [{"system": PARTICIPATION, "code": mode}]}],
            "sent": is_outbound.then(|| instant(contact.at)),
            "received": (!is_outbound).then(|| instant(contact.at)),
            "sender": is_outbound.then(|| json!({
                "identifier": {"system": URI, "value": contact.by.id.urn().to_string()}, "display": contact.by.name,
            })),
            "note": contact.note.as_ref().map(|note| json!([{"text": note}])),
        }))
    }

    fn consent(&self, index: usize, consent: &GivenConsent) -> Value {
        let version = consent.text_version.as_deref().unwrap_or_default();
        let text = self.texts.iter().find(|text| text.purpose == consent.purpose && text.text_version == version);
        let shown =
            text.and_then(|text| best(&text.texts.0, self.inquiry.language.as_deref().unwrap_or_default(), "en"));
        let title = format!("{} {version}", consent.purpose).trim_end().to_owned();
        compact(json!({
            "resourceType": "Consent",
            "id": format!("{}-{}", self.inquiry.id, index + 1),
            "status": if consent.granted { "active" } else { "rejected" },
            "scope": {"coding": [{"system": CONSENT_SCOPE, "code": "patient-privacy"}]},
            // Privacy policy acknowledgment.
            "category": [{"coding": [{"system": LOINC, "code": "57016-8"}]}],
            "dateTime": instant(consent.given_at),
            "sourceAttachment": shown.map(|(language, text)| json!({
                "contentType": "text/plain; charset=utf-8", "language": language, "title": title,
                "data": BASE64.encode(text.as_bytes()),
            })),
            "policyRule": {"text": title},
            "provision": {"type": if consent.granted { "permit" } else { "deny" }},
        }))
    }
}

/// FHIR R4's word for a status of ours (<https://hl7.org/fhir/R4/valueset-task-status.html>).
fn task_status(status: &str) -> &'static str {
    match status {
        "new" => "requested",
        "held" => "received",
        "waiting_on_patient" => "on-hold",
        "closed" | "transferred" => "completed",
        "spam" => "rejected",
        _ => "in-progress",
    }
}

fn item<'a>(name: &str, values: impl IntoIterator<Item = &'a str>) -> Value {
    let answers = values.into_iter().map(|value| json!({"valueString": value}));
    json!({"linkId": name, "text": name, "answer": answers.collect::<Vec<_>>()})
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Without what is null or empty, which FHIR forbids.
fn compact(resource: Value) -> Value {
    let Value::Object(members) = resource else { return resource };
    let said = |value: &Value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty());
    Value::Object(members.into_iter().filter(|(_, value)| said(value)).collect::<Map<_, _>>())
}
