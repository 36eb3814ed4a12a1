//! Events, written in the transaction that they tell of: an event without its change, or a change without its
//! event, cannot be committed. Carries ids alone; who may know more reads it through their own door.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    clock::Clock,
    db::{DbError, StaffDb},
};

/// How many events are leased at once.
const BATCH: i64 = 100;
/// How often the outbox is looked at.
const PAUSE: Duration = Duration::from_secs(1);

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// An article became visible.
    ArticlePublished,
    /// A visible article shows something else now.
    ArticleUpdated,
    /// An article left the public's sight.
    ArticleUnpublished,
    /// The organisation, or one of its locations, providers or services, changed.
    ClinicChanged,
    /// Somebody has an account now.
    UserCreated,
    /// What a person is, or may do, is another.
    UserUpdated,
    /// A person may sign in no more, in the trash or not.
    UserDisabled,
    /// An inquiry waits for staff.
    InquiryReceived,
}

impl EventKind {
    fn name(self) -> &'static str {
        match self {
            Self::ArticlePublished => "article.published",
            Self::ArticleUpdated => "article.updated",
            Self::ArticleUnpublished => "article.unpublished",
            Self::ClinicChanged => "clinic.changed",
            Self::UserCreated => "user.created",
            Self::UserUpdated => "user.updated",
            Self::UserDisabled => "user.disabled",
            Self::InquiryReceived => "inquiry.received",
        }
    }
}

/// Writes an event in the caller's transaction.
///
/// # Errors
/// Those of the database.
pub async fn record(
    transaction: &mut PgConnection,
    clock: &Clock,
    kind: EventKind,
    subject: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.outbox_event (id, kind, subject_id) values ($1, $2, $3)",
        clock.new_id(),
        kind.name(),
        subject
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Replaces the events of a subject that wait for an instant after `after` by `events`, each with its instant. Whoever
/// changes a plan says in the same transaction what it tells of now, so that an event is neither lost nor told twice.
///
/// # Errors
/// Those of the database.
pub async fn plan(
    transaction: &mut PgConnection,
    clock: &Clock,
    subject: Uuid,
    after: DateTime<Utc>,
    events: &[(EventKind, DateTime<Utc>)],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from cms.outbox_event where subject_id = $1 and delivered_at is null and available_at > $2",
        subject,
        after,
    )
    .execute(&mut *transaction)
    .await?;
    for (kind, at) in events {
        sqlx::query!(
            "insert into cms.outbox_event (id, kind, subject_id, available_at) values ($1, $2, $3, $4)",
            clock.new_id(),
            kind.name(),
            subject,
            at,
        )
        .execute(&mut *transaction)
        .await?;
    }
    Ok(())
}

/// Announces waiting events in the log, where operators and log shippers find them, until the program stops.
/// Several nodes share the work: a leased row is passed over by the others.
pub async fn announce(database: StaffDb) {
    loop {
        match announce_due(&database).await {
            Ok(count) if count == usize::try_from(BATCH).unwrap_or(0) => {}
            Ok(_) => tokio::time::sleep(PAUSE).await,
            Err(error) => {
                tracing::warn!(%error, "the outbox cannot be read; trying again");
                tokio::time::sleep(PAUSE * 5).await;
            }
        }
    }
}

/// Announces at most a batch of what is due, and answers how much that was.
///
/// # Errors
/// Those of the database.
pub async fn announce_due(database: &StaffDb) -> Result<usize, DbError> {
    database.transact(async |transaction| announce_batch(transaction).await).await
}

async fn announce_batch(transaction: &mut PgConnection) -> Result<usize, DbError> {
    let events = sqlx::query!(
        "update cms.outbox_event set delivered_at = clock_timestamp(), attempts = attempts + 1
          where id in (select id from cms.outbox_event
                        where delivered_at is null and available_at <= now()
                        order by available_at, id limit $1 for update skip locked)
      returning id, kind, subject_id",
        BATCH,
    )
    .fetch_all(transaction)
    .await?;
    for event in &events {
        tracing::info!(event = %event.id, kind = event.kind, subject = %event.subject_id, "event");
    }
    Ok(events.len())
}
