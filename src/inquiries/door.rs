//! What the way in needs beside the database: the keys that seal, sign and hash, and the limit. Refuses to hand
//! out a key.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use data_encoding::BASE32_NOPAD;
use serde_json::Value;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::{emergency::Rules, inquiry::Submission, kept::Kept, spam::Guard};
use crate::{
    audit::Trail,
    crypto::{IndexedField, KeyRing, TagKey, blind_index},
    http::RateLimit,
};

/// Characters of a receipt, without its hyphens: 60 bits.
const RECEIPT: usize = 12;

/// Posts with files that are read at once on a node: each fills up to some 40 MiB.
const UPLOADS: usize = 4;

/// When minutes of a location's opening have passed since an instant. The hours are as they are stored; none stand for
/// a clinic without a location. The rooms of the product do not know each other: `app` gives the clinic's answer.
pub type DueAfter = fn(Option<&Value>, DateTime<Utc>, u32) -> DateTime<Utc>;

/// The door that inquiries come through.
#[derive(Debug)]
pub struct Door {
    /// Seals what a patient wrote, and opens it for staff.
    pub ring: Arc<KeyRing>,
    /// Signs form tokens.
    pub forms: TagKey,
    /// Makes receipts.
    pub receipts: TagKey,
    /// Hashes idempotency keys, the contacts that they belong to, and contents.
    pub idempotency: TagKey,
    /// Makes the HMAC of the audit row, which the database writes.
    pub trail: Trail,
    /// Posts by address.
    pub limit: RateLimit,
    /// Days until an inquiry's retention ends.
    pub retention_days: u32,
    /// When the first answer is due.
    pub due_after: DueAfter,
    /// Tells patients from machines.
    pub guard: Guard,
    /// Words that tell of an emergency.
    pub rules: Rules,
    /// What inquiries are understood by, as it was read last.
    pub kept: Kept,
    /// The turns of posts with files.
    pub uploads: Semaphore,
}

/// The three hashes that make a repeated post the same one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// The API key, or without one the form and the contact: nobody learns from another's key.
    pub scope: [u8; 32],
    /// The `Idempotency-Key`.
    pub key: [u8; 32],
    /// What was sent.
    pub content: [u8; 32],
}

impl Door {
    /// Derives the door's keys from the ring.
    pub fn new(
        ring: Arc<KeyRing>,
        trail: Trail,
        limit: RateLimit,
        retention_days: u32,
        due_after: DueAfter,
        guard: Guard,
    ) -> Self {
        let (forms, receipts, idempotency) =
            (ring.tag_key("form"), ring.tag_key("receipt"), ring.tag_key("idempotency"));
        Self {
            ring,
            forms,
            receipts,
            idempotency,
            trail,
            limit,
            retention_days,
            due_after,
            guard,
            rules: Rules::default(),
            kept: Kept::default(),
            uploads: Semaphore::new(UPLOADS),
        }
    }

    /// A short code that a patient can read out and that staff see beside the inquiry, such as
    /// `MZXW-6YTB-OI5Q`. It tells nothing of what was sent.
    pub fn receipt(&self, id: Uuid, received_at: DateTime<Utc>) -> String {
        let mac = self.receipts.mac(&[id.as_bytes(), &received_at.timestamp_micros().to_be_bytes()]);
        let code = BASE32_NOPAD.encode(&mac);
        let groups: Vec<&str> =
            code.as_bytes().chunks(4).take(RECEIPT / 4).filter_map(|g| str::from_utf8(g).ok()).collect();
        groups.join("-")
    }

    /// The blind index of the submission's e-mail address.
    pub fn email_index(&self, submission: &Submission) -> Option<[u8; 32]> {
        let email = submission.email.as_ref()?;
        let normalised = blind_index::normalise_email(email.reveal().as_str());
        Some(blind_index::of(&self.ring, IndexedField::Email, &normalised))
    }

    /// The blind index of the submission's phone number.
    pub fn phone_index(&self, submission: &Submission) -> Option<[u8; 32]> {
        let phone = submission.phone.as_ref()?;
        Some(blind_index::of(&self.ring, IndexedField::Phone, phone.reveal().e164()))
    }

    /// The hashes of a post with the key `text`, by an integration or by anybody.
    pub fn idempotency(
        &self,
        integration: Option<Uuid>,
        form: Uuid,
        submission: &Submission,
        text: &str,
    ) -> Idempotency {
        let contact = || self.email_index(submission).or_else(|| self.phone_index(submission)).unwrap_or_default();
        Idempotency {
            scope: match integration {
                Some(key) => self.idempotency.mac(&[b"api-key scope", key.as_bytes()]),
                None => self.idempotency.mac(&[b"scope", form.as_bytes(), &contact()]),
            },
            key: self.idempotency.mac(&[b"key", text.as_bytes()]),
            content: self.idempotency.mac(&[b"content", &submission.canonical()]),
        }
    }
}
