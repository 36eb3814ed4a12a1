//! What is done with a lead, however it got here: as a delivery, out of the Graph API, or tried again by staff. An inquiry
//! takes the steps of every way in; one that its source tells of again is written anew; and what is no inquiry goes back
//! to the caller, who keeps it.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    body,
    keys::Connections,
    kind::IntegrationKind,
    mapping::IntegrationMapping,
    payload::{self, Arrival, Lead, Unreadable},
    queries::{self, Amendment, Behind, Kept, Told},
    understood::{LeadMistake, Mapped, Understood},
};
use crate::{
    audit::{Actor, Entry},
    http::ApiError,
    inquiries::{
        emergency,
        form::Form,
        input::Named,
        inquiry::{Source, Submission},
        intake::{Delivery, InquiryReceipt, Intake, Origin},
        queries::Submitted,
        sealing,
    },
};

/// The connection that a lead comes by.
#[derive(Clone, Debug)]
pub struct Line {
    /// The connection.
    pub id: Uuid,
    /// Which service.
    pub kind: IntegrationKind,
    /// The rules that hold.
    pub mapping: IntegrationMapping,
    /// The slug of its form; none where that is in the trash.
    pub form: Option<String>,
    /// The slug of the location for a lead that names none.
    pub location: Option<String>,
    /// The slug of the service for a lead that names none.
    pub service: Option<String>,
}

impl Line {
    /// Of a connection as the staff's role reads it.
    pub fn behind(id: Uuid, behind: Behind) -> Self {
        Self {
            id,
            kind: behind.kind,
            mapping: behind.mapping.unwrap_or_default().over(behind.kind),
            form: behind.form,
            location: behind.location,
            service: behind.service,
        }
    }
}

/// Why a delivery is no inquiry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoInquiry {
    /// `unreadable`, `form_in_trash` or `nobody_to_answer`.
    pub reason: &'static str,
    /// What is wrong with it.
    pub mistakes: Vec<LeadMistake>,
}

impl NoInquiry {
    /// For a reason that says all.
    pub fn of(reason: &'static str) -> Self {
        Self { reason, mistakes: Vec::new() }
    }
}

/// A delivery as it is kept, to be read again.
#[derive(Serialize, Deserialize)]
pub struct Waybill {
    /// What names the delivery of a generic connection.
    pub webhook_id: Option<String>,
    /// The body, where it is JSON.
    pub body: Option<Value>,
    /// The body in base64, where it is not.
    pub bytes: Option<String>,
}

impl Waybill {
    /// Of a body that speaks of one lead.
    pub fn of(webhook_id: Option<&str>, body: Value) -> Self {
        Self { webhook_id: webhook_id.map(str::to_owned), body: Some(body), bytes: None }
    }

    /// Of bytes that are no JSON.
    pub fn of_bytes(webhook_id: Option<&str>, bytes: &[u8]) -> Self {
        let bytes = data_encoding::BASE64.encode(bytes);
        Self { webhook_id: webhook_id.map(str::to_owned), body: None, bytes: Some(bytes) }
    }

    /// The bytes that are sealed.
    pub fn to_bytes(&self) -> zeroize::Zeroizing<Vec<u8>> {
        zeroize::Zeroizing::new(serde_json::to_vec(self).unwrap_or_default())
    }

    /// What it brings.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn read(&self, kind: IntegrationKind) -> Result<Vec<Arrival>, Unreadable> {
        let body = self.body().ok_or(Unreadable)?;
        payload::read(kind, &body, self.webhook_id.as_deref())
    }

    /// The body, where it is JSON by any reading.
    fn body(&self) -> Option<Cow<'_, Value>> {
        self.body.as_ref().map(Cow::Borrowed).or_else(|| body::read(&self.told_bytes()?).map(Cow::Owned))
    }

    /// The bytes, where they are no JSON.
    pub fn told_bytes(&self) -> Option<Vec<u8>> {
        data_encoding::BASE64.decode(self.bytes.as_ref()?.as_bytes()).ok()
    }
}

/// Takes leads.
#[derive(Clone, Copy, Debug)]
pub struct Taking<'a> {
    /// The steps of every way in.
    pub intake: Intake<'a>,
    /// The keys of connections.
    pub connections: &'a Connections,
}

impl Taking<'_> {
    /// Takes one lead; answers the inquiry that it is.
    ///
    /// # Errors
    /// Those of the database. A lead that is no inquiry is no error: the inner one says why, and the caller keeps it.
    pub async fn lead(
        &self,
        line: &Line,
        lead: Lead,
        request_id: Option<String>,
        now: DateTime<Utc>,
    ) -> Result<Result<Uuid, NoInquiry>, ApiError> {
        let (external_index, weight) = (self.connections.external_index(line.id, &lead.external_id), lead.facts.len());
        // Before everything that is whole; of several partial ones the richest counts.
        let sent_at = if lead.is_partial { DateTime::UNIX_EPOCH } else { lead.sent_at.unwrap_or(now) };
        let (form, named, understood) = match self.understand(line, lead).await? {
            Ok(found) => found,
            Err(why) => return Ok(Err(why)),
        };
        let Some(submission) = understood.submission else {
            return Ok(Err(NoInquiry { reason: "nobody_to_answer", mistakes: understood.mistakes }));
        };
        let origin = Origin {
            source: Source::Connection(line.kind),
            actor: Actor::Integration(line.id),
            delivery: Some(Delivery { integration: line.id, external_index }),
            request_id,
        };
        if line.kind.is_amended() {
            let content = self.connections.told(line.id, &submission.canonical());
            let told = Told { content, sent_at, weight: i32::try_from(weight).unwrap_or(i32::MAX) };
            return self.take_told((&form, &named), &submission, &origin, told, now).await.map(Ok);
        }
        Ok(Ok(self.intake.take(&form, &named, &submission, &origin, None, now).await?.id))
    }

    /// Reads a lead with what the database knows of it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn understand(
        &self,
        line: &Line,
        lead: Lead,
    ) -> Result<Result<(Form, Named, Understood), NoInquiry>, ApiError> {
        let Some(slug) = line.form.clone() else { return Ok(Err(NoInquiry::of("form_in_trash"))) };
        let mut mapped = Mapped::of(&line.mapping, lead);
        let mut names = mapped.references(slug, line.location.as_deref(), line.service.as_deref());
        let mut named = self.intake.find(names.clone()).await?;
        if named.location.is_none() && mapped.names_location() {
            mapped.forget_location();
            names.location.clone_from(&line.location);
            named = self.intake.find(names).await?;
        }
        let Some(form) = named.form.take() else { return Ok(Err(NoInquiry::of("form_in_trash"))) };
        let understood = mapped.understand(&form, &named);
        Ok(Ok((form, named, understood)))
    }

    /// What is told again is written anew, where it is not older than what is there.
    async fn take_told(
        &self,
        (form, named): (&Form, &Named),
        submission: &Submission,
        origin: &Origin,
        told: Told,
        now: DateTime<Utc>,
    ) -> Result<Uuid, ApiError> {
        let submit = self.intake.prepare((form, named), submission, origin, None, now)?;
        let submitted =
            self.intake.database.read(async move |connection| queries::submit_call(connection, &submit, told).await);
        let (Submitted::Stored(answer), is_new) = submitted.await? else { return Err(ApiError::Internal) };
        let receipt: InquiryReceipt = serde_json::from_value(answer).map_err(|_| ApiError::Internal)?;
        if !is_new {
            let emergency = emergency::find(&named.emergencies, submission).map(|rule| rule.name.as_str());
            self.amend(receipt.id, (submission, emergency), origin, told, now).await?;
        }
        Ok(receipt.id)
    }

    async fn amend(
        &self,
        id: Uuid,
        (submission, emergency): (&Submission, Option<&str>),
        origin: &Origin,
        told: Told,
        now: DateTime<Utc>,
    ) -> Result<(), ApiError> {
        let delivery = origin.delivery.ok_or(ApiError::Internal)?;
        let (integration, external_index) = (delivery.integration, delivery.external_index);
        let own = self.intake.database.read(async move |connection| {
            queries::find_delivered_key(connection, id, integration, &external_index).await
        });
        // What was erased is not told of again.
        let Some(own) = own.await? else { return Ok(()) };
        let sealed = sealing::seal_again(self.intake.door, id, (submission, emergency), &own)?;
        let amendment = Amendment {
            id,
            integration: delivery.integration,
            external_index: delivery.external_index,
            sealed,
            told,
            now,
            request_id: origin.request_id.clone(),
            audit: self.audit((origin.actor, "inquiry.amend", "inquiry", id), origin.request_id.as_deref(), now),
            emergency: emergency.is_some(),
            consents: json!(submission.consents),
            event_and_line: (self.intake.clock.new_id(), self.intake.clock.new_id()),
        };
        let outcome = self.intake.database.read(async move |connection| queries::amend(connection, &amendment).await);
        if outcome.await? == "unknown" {
            tracing::error!(inquiry = %id, "an inquiry that was told of again is not there");
        }
        Ok(())
    }

    /// Keeps a delivery that is no inquiry: for staff, or with no reason to have its fields fetched. The same one again is
    /// the same row.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn keep(
        &self,
        line: &Line,
        waybill: &Waybill,
        external_id: Option<&str>,
        why: Option<NoInquiry>,
        request_id: Option<String>,
        now: DateTime<Utc>,
    ) -> Result<(), ApiError> {
        let (id, bytes) = (self.intake.clock.new_id(), waybill.to_bytes());
        let index = external_id.map_or_else(
            || self.connections.told(line.id, &bytes),
            |external_id| self.connections.external_index(line.id, external_id),
        );
        let actor = Actor::Integration(line.id);
        let said = (actor, "integration_delivery.create", "integration_delivery", id);
        let (reason, mistakes) = why.map(|why| (why.reason, why.mistakes)).unzip();
        let kept = Kept {
            id,
            integration: line.id,
            index,
            reason,
            mistakes: mistakes.unwrap_or_default(),
            sealed: self.connections.seal_delivery(id, &bytes)?,
            received_at: now,
            audit: self.audit(said, request_id.as_deref(), now),
            request_id,
            retention_days: self.intake.door.retention_days,
        };
        self.intake.database.read(async move |connection| queries::keep_delivery(connection, &kept).await).await?;
        Ok(())
    }

    /// The id and the HMAC of an audit row that a function of the database writes.
    fn audit(
        &self,
        (actor, action, subject, id): (Actor, &'static str, &'static str, Uuid),
        request_id: Option<&str>,
        now: DateTime<Utc>,
    ) -> (Uuid, [u8; 32]) {
        let audit_id = self.intake.clock.new_id();
        let entry = Entry { actor, action, subject, subject_id: Some(id), fields: &[], request_id };
        (audit_id, self.intake.door.trail.mac(&entry, audit_id, now))
    }
}
