//! The two letters.

use std::{fmt, sync::Arc};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::queries;
use crate::{
    accounts::{Permission, Role},
    audit::{Actor, Entry},
    contact::LanguageTag,
    crypto::WrappedKey,
    db::DbError,
    inquiries::{door::Door, form::Filling, sealing::Opener},
    mail::{Language, Letter, MailError, Postbox, Recipient, Replies, Reply, Unanswered},
    outbox::{Consequences, EventKind},
};

/// What the clinic says of its hours at an instant, in a language. The hours are as they are stored. The rooms of the
/// product do not know each other: `app` gives the clinic's answer.
pub type Reopening = fn(Option<&Value>, DateTime<Utc>, &str) -> Option<String>;

/// What writes letters about inquiries.
pub struct Correspondence {
    /// Opens addresses, makes receipts, dates audit rows.
    pub door: Arc<Door>,
    /// Takes the letters.
    pub postbox: Postbox,
    /// Where staff read inquiries: an inquiry's id is put behind it.
    pub desk: String,
    /// The sentence about the hours.
    pub reopening: Reopening,
}

impl fmt::Debug for Correspondence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Correspondence").field("desk", &self.desk).finish_non_exhaustive()
    }
}

impl Correspondence {
    /// What follows from an inquiry that was received.
    pub fn consequences(self: &Arc<Self>) -> Consequences {
        let this = Arc::clone(self);
        Consequences::of(move |connection, kind, subject| {
            let this = Arc::clone(&this);
            Box::pin(async move {
                if kind == EventKind::InquiryReceived.name() {
                    this.write_letters(connection, subject).await?;
                }
                Ok(())
            })
        })
    }

    /// Address and words of letters to senders, for the room that carries them.
    pub fn replies(self: &Arc<Self>) -> Replies {
        let (finding, noting) = (Arc::clone(self), Arc::clone(self));
        Replies::of(
            move |connection, inquiry, now| {
                let this = Arc::clone(&finding);
                Box::pin(async move { this.reply(connection, inquiry, now).await })
            },
            move |connection, inquiry, sent| {
                let this = Arc::clone(&noting);
                Box::pin(async move { this.note(connection, inquiry, sent).await })
            },
        )
    }

    async fn write_letters(&self, connection: &mut PgConnection, inquiry: Uuid) -> Result<(), DbError> {
        let Some(received) = queries::find_received(connection, inquiry).await? else { return Ok(()) };
        let readers = Role::ALL.into_iter().filter(|role| role.may(Permission::ReadInquiries));
        let readers: Vec<String> = readers.map(|role| role.name().to_owned()).collect();
        for person in queries::list_notified(connection, inquiry, &readers).await? {
            let letter = Letter::InquiryReceived {
                url: format!("{}/{inquiry}", self.desk),
                form: received.form.clone(),
                location: received.location.clone(),
                at: received.received_at,
                due_at: received.due_at,
                zone: received.timezone.parse().unwrap_or(Tz::UTC),
                stat: received.priority == "stat",
            };
            let language = language_of(&person.language);
            let to = Recipient { email: person.email, name: person.name, language };
            self.postbox.post(connection, &to, letter).await.map_err(mail_error)?;
        }
        let now = self.postbox.clock().now();
        if received.answers_itself && queries::may_answer(connection, inquiry, now).await? {
            self.postbox.post_reply(connection, inquiry).await.map_err(mail_error)?;
        }
        Ok(())
    }

    /// What is written to the sender of an inquiry, unless there is nobody to write to, nothing to say any more, or the
    /// address wants no e-mail. Asked while the letter is carried, so an opt-out holds for what waits as well.
    async fn reply(
        &self,
        connection: &mut PgConnection,
        inquiry: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Result<Reply, Unanswered>, DbError> {
        let Some(row) = queries::find_answerable(connection, inquiry).await? else {
            return Ok(Err(Unanswered::Nobody));
        };
        if row.is_opted_out {
            return Ok(Err(Unanswered::OptedOut));
        }
        let wrapped = WrappedKey { key_id: row.key_id, bytes: row.wrapped_key };
        // The log names the inquiry and the key.
        let unreadable = |_| DbError::Failed { code: "sealed".to_owned() };
        let opener = Opener::of(&self.door.ring, inquiry, &wrapped).map_err(unreadable)?;
        let email = opener.text("sealed_email", &row.sealed_email).map_err(unreadable)?.into_revealed();
        let locale = row.language.as_deref().unwrap_or(&row.default_locale);
        let reopens = (self.reopening)(row.hours.as_ref(), now, locale).unwrap_or_default();
        let receipt = self.door.receipt(inquiry, row.received_at);
        let filling = Filling { clinic: &row.clinic, receipt: &receipt, reopens: &reopens };
        let worded = row.autoresponder.0.worded(locale, &row.default_locale, filling);
        let reply = worded.map(|(subject, text)| Reply { email, language: language_of(locale), subject, text });
        Ok(reply.ok_or(Unanswered::Nobody))
    }

    /// Leaves in the audit trail how a letter to a sender ended.
    async fn note(&self, connection: &mut PgConnection, inquiry: Uuid, sent: bool) -> Result<(), DbError> {
        let entry = Entry {
            actor: Actor::System,
            action: if sent { "autoresponse.send" } else { "autoresponse.give_up" },
            subject: "inquiry",
            subject_id: Some(inquiry),
            fields: &[],
            request_id: None,
        };
        Ok(self.door.trail.record(connection, entry).await?)
    }
}

fn language_of(tag: &str) -> Language {
    LanguageTag::parse(tag).map_or(Language::En, |tag| Language::of(&tag))
}

fn mail_error(error: MailError) -> DbError {
    match error {
        MailError::Database(error) => error,
        MailError::Seal(_) | MailError::Form => {
            tracing::error!(%error, "a letter cannot be sealed");
            DbError::Failed { code: "sealed".to_owned() }
        }
    }
}
