//! The one way in. Whatever door an inquiry comes through, it takes these steps, and is answered for only when all of
//! them are committed: the form and what it leads to, the verdict, the seal, the route, the instant by which somebody answers, and
//! then the inquiry with its consents, its event and its audit row in one statement.
//!
//! Refuses to answer before the commit, and to let a door have steps of its own.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    door::{Door, Idempotency},
    emergency,
    form::{Form, FormNotice},
    input::{Named, References},
    inquiry::{Source, Submission},
    queries::{self, Submit, Submitted},
    sealing,
    spam::Verdict,
};
use crate::{
    audit::{Actor, Entry},
    clock::Clock,
    db::PublicDb,
    http::ApiError,
};

/// What the sender of an inquiry is told.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct InquiryReceipt {
    /// The inquiry.
    pub id: Uuid,
    /// When it came in.
    pub received_at: DateTime<Utc>,
    /// A short code to read out when asking about the inquiry.
    #[schema(example = "MZXW-6YTB-OI5Q")]
    pub receipt: String,
    /// Sentences to show.
    pub notices: Vec<FormNotice>,
}

/// Where an inquiry comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The kind of door.
    pub source: Source,
    /// Who the audit trail names.
    pub actor: Actor,
    /// For a door whose deliveries have ids of their own.
    pub delivery: Option<Delivery>,
    /// The request, for the audit trail.
    pub request_id: Option<String>,
}

/// One delivery of a connection: the same one is stored once, however often it is sent.
#[derive(Clone, Copy, Debug)]
pub struct Delivery {
    /// The connection.
    pub integration: Uuid,
    /// The keyed hash of the delivery's id.
    pub external_index: [u8; 32],
}

/// Everything that taking an inquiry needs.
#[derive(Clone, Copy, Debug)]
pub struct Intake<'a> {
    /// Keys, hours, retention.
    pub door: &'a Door,
    /// Time and ids.
    pub clock: &'a Clock,
    /// The database as the public sees it.
    pub database: &'a PublicDb,
}

impl Intake<'_> {
    /// Reads what an inquiry names: one round trip, and another where the emergency rules changed.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn find(&self, names: References) -> Result<Named, ApiError> {
        let asked = names.clone();
        let found =
            self.database.read(async move |connection| queries::find_public_references(connection, &asked).await).await;
        let mut named = found?;
        let stamp = named.rules_stamp;
        named.emergencies = if let Some(rules) = self.door.rules.of(stamp) {
            rules
        } else {
            let read = self.database.read(async |connection| emergency::find_public_rules(connection).await).await;
            self.door.rules.keep(stamp, read?)
        };
        self.door.kept.keep(names, &Arc::new(named.clone()), self.clock.now());
        Ok(named)
    }

    /// What an inquiry names, as this node read it last. It may be outdated: see [`Intake::take_if_current`].
    pub fn known(&self, names: &References) -> Option<Arc<Named>> {
        self.door.kept.of(names, self.clock.now())
    }

    /// Stores an inquiry that came through `form` at `now`: one round trip. `once` makes a repeated post the same one.
    ///
    /// # Errors
    /// [`ApiError::KeyReused`]; 409 while the first post with the same key is under way; those of the database.
    pub async fn take(
        &self,
        form: &Form,
        named: &Named,
        submission: &Submission,
        origin: &Origin,
        once: Option<Idempotency>,
        now: DateTime<Utc>,
    ) -> Result<InquiryReceipt, ApiError> {
        let submit = self.prepare((form, named), submission, origin, once, now)?;
        let stored = self.database.read(async move |connection| queries::submit(connection, &submit).await).await?;
        receipt(stored)
    }

    /// As [`Intake::take`], where what the inquiry was understood by is still as `named` has it; nothing is stored
    /// otherwise.
    ///
    /// # Errors
    /// Those of [`Intake::take`].
    pub async fn take_if_current(
        &self,
        form: &Form,
        named: &Named,
        submission: &Submission,
        origin: &Origin,
        once: Option<Idempotency>,
        now: DateTime<Utc>,
    ) -> Result<Option<InquiryReceipt>, ApiError> {
        let submit = self.prepare((form, named), submission, origin, once, now)?;
        let stamp = named.stamp;
        let work = async move |connection: &mut PgConnection| queries::submit_at(connection, &submit, stamp).await;
        self.database.read(work).await?.map(receipt).transpose()
    }

    /// The verdict on a submission from a connection, as far as it can be told without the database; nothing is stored.
    pub fn try_verdict(&self, form: &Form, named: &Named, submission: &Submission, source: Source) -> Verdict {
        let is_emergency = emergency::find(&named.emergencies, submission).is_some();
        let assessed = self.door.guard.assess(form, submission, (source, false), is_emergency, self.clock.now());
        assessed.judgement.verdict
    }

    /// Seals the submission and makes its answer.
    pub(super) fn prepare(
        &self,
        (form, named): (&Form, &Named),
        submission: &Submission,
        origin: &Origin,
        idempotency: Option<Idempotency>,
        now: DateTime<Utc>,
    ) -> Result<Submit, ApiError> {
        let id = self.clock.new_id();
        let emergency = emergency::find(&named.emergencies, submission);
        let matched = emergency.map(|rule| rule.name.as_str());
        let sealed = sealing::seal(self.door, self.clock, id, (submission, matched)).map_err(|error| {
            tracing::error!(%error, "an inquiry cannot be sealed");
            ApiError::Internal
        })?;
        let locale = submission.language.as_deref().unwrap_or(&form.default_locale);
        let from_page = matches!((origin.source, origin.actor), (Source::Api | Source::Form, Actor::Public));
        let assessed = self.door.guard.assess(form, submission, (origin.source, from_page), emergency.is_some(), now);
        // They depend on what was sent and never on the verdict.
        let (receipt, notices) = (self.door.receipt(id, now), emergency::notices(form, locale, emergency));
        let receipt = InquiryReceipt { id, received_at: now, receipt, notices };
        let mut open = self.open_part(&receipt, form, submission, origin);
        if let Some(open) = open.as_object_mut() {
            let due = (self.door.due_after)(named.hours.as_ref(), now, form.response_minutes);
            let route = named.route;
            let location = submission.location.or_else(|| route?.location_id).or(form.location_id);
            let more = json!({
                "key_id": sealed.key.key_id, "location_id": location, "service_id": named.service,
                "assignee_id": route.and_then(|route| route.assignee_id), "first_response_due_at": due,
            });
            open.extend(more.as_object().cloned().unwrap_or_default());
            open.extend(assessed.columns().as_object().cloned().unwrap_or_default());
            if emergency.is_some() {
                open.insert("priority".to_owned(), json!("stat"));
                // Which one is sealed.
                open.insert("emergency_rule".to_owned(), json!(emergency::MATCHED));
            }
        }
        Ok(Submit { open, sealed, idempotency, answer: json!(receipt) })
    }

    /// The columns that tell nothing of the person.
    fn open_part(&self, receipt: &InquiryReceipt, form: &Form, submission: &Submission, origin: &Origin) -> Value {
        let audit_id = self.clock.new_id();
        // The row is written by `site.submit_inquiry`, which knows neither the key nor another way to say this.
        let entry = Entry {
            actor: origin.actor,
            action: "inquiry.submit",
            subject: "inquiry",
            subject_id: Some(receipt.id),
            fields: &[],
            request_id: origin.request_id.as_deref(),
        };
        json!({
            "id": receipt.id,
            "received_at": receipt.received_at,
            "form_id": form.id,
            "kind": submission.kind,
            "source": origin.source.name(),
            "integration_id": origin.delivery.map(|delivery| delivery.integration),
            "external_index": origin.delivery.map(|delivery| hex::encode(delivery.external_index)),
            "preferred_contact": submission.preferred_contact,
            "language": submission.language,
            "on_behalf_of": submission.on_behalf_of,
            "consents": submission.consents,
            "retention_days": form.retention_days.unwrap_or(self.door.retention_days),
            "event_id": self.clock.new_id(),
            "audit_id": audit_id,
            "actor_kind": origin.actor.kind(),
            "actor_id": origin.actor.id(),
            "audit_mac": hex::encode(self.door.trail.mac(&entry, audit_id, receipt.received_at)),
            "request_id": origin.request_id,
        })
    }
}

/// What the sender is told of what was stored.
fn receipt(stored: Submitted) -> Result<InquiryReceipt, ApiError> {
    match stored {
        Submitted::Stored(answer) => serde_json::from_value(answer).map_err(|_| ApiError::Internal),
        Submitted::KeyReused => Err(ApiError::KeyReused),
    }
}
