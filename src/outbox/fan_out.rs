//! Due events into deliveries: one row for each endpoint that is subscribed, in the transaction that marks the event as
//! fanned out. What the program itself does about an event happens in the same transaction.

use std::{fmt, pin::Pin, sync::Arc};

use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::{
    PATIENCE,
    payload::payload,
    queries::{self, DueEvent, NewDelivery, Subscriber},
};
use crate::{
    clock::Clock,
    db::{DbError, StaffDb},
};

/// How many events are fanned out at once.
pub(super) const BATCH: i64 = 100;

/// What is done about an event, under way.
pub type Following<'a> = Pin<Box<dyn Future<Output = Result<(), DbError>> + 'a>>;
type Follow = dyn for<'a> Fn(&'a mut PgConnection, &'a str, Uuid) -> Following<'a> + Send + Sync;

/// What the program itself does about events: this room does not know the others, so `app` brings them together. Called
/// with an event's kind and subject, in the transaction that fans it out; where it fails, that event waits.
#[derive(Clone, Default)]
pub struct Consequences(Option<Arc<Follow>>);

impl Consequences {
    /// None at all.
    pub fn none() -> Self {
        Self::default()
    }

    /// Those of `follow`.
    pub fn of(
        follow: impl for<'a> Fn(&'a mut PgConnection, &'a str, Uuid) -> Following<'a> + Send + Sync + 'static,
    ) -> Self {
        Self(Some(Arc::new(follow)))
    }
}

impl fmt::Debug for Consequences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Consequences({})", if self.0.is_some() { "some" } else { "none" })
    }
}

/// Fans out at most a batch of what is due, names it in the log, where operators and log shippers find it, and answers
/// how much that was. Several nodes share the work: a leased row is passed over by the others.
///
/// # Errors
/// Those of the database.
pub async fn announce_due(database: &StaffDb, clock: &Clock, consequences: &Consequences) -> Result<usize, DbError> {
    let (clock, consequences) = (clock.clone(), consequences.clone());
    database.transact(async move |transaction| announce_batch(transaction, &clock, &consequences).await).await
}

async fn announce_batch(
    transaction: &mut PgConnection,
    clock: &Clock,
    consequences: &Consequences,
) -> Result<usize, DbError> {
    let due = queries::lock_due_events(transaction, BATCH).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let failed = follow_all(transaction, consequences, &due).await?;
    let told: Vec<&DueEvent> = due.iter().filter(|event| !failed.contains(&event.id)).collect();
    let subscribers = queries::list_subscribers(transaction).await?;
    let deliveries: Vec<_> = told.iter().flat_map(|event| deliveries_of(event, &subscribers, clock)).collect();
    queries::insert_deliveries(transaction, &deliveries).await?;
    queries::mark_fanned_out(transaction, &told.iter().map(|event| event.id).collect::<Vec<_>>()).await?;
    queries::postpone_events(transaction, &failed).await?;
    for event in &told {
        tracing::info!(event = %event.id, kind = event.kind, subject = %event.subject_id, "event");
    }
    Ok(due.len())
}

/// Does what follows from events, and answers those for which that failed. Each is all of it or nothing: together while all
/// goes well, and one by one where one of them fails.
async fn follow_all(
    transaction: &mut PgConnection,
    consequences: &Consequences,
    due: &[DueEvent],
) -> Result<Vec<Uuid>, DbError> {
    let Some(following) = consequences.0.as_deref() else { return Ok(Vec::new()) };
    let mut together = transaction.begin().await?;
    let mut all_went_well = true;
    for event in due {
        all_went_well = following(&mut together, &event.kind, event.subject_id).await.is_ok();
        if !all_went_well {
            break;
        }
    }
    if all_went_well {
        together.commit().await?;
        return Ok(Vec::new());
    }
    together.rollback().await?;
    let mut failed = Vec::new();
    for event in due {
        if let Err(error) = follow(transaction, following, event).await {
            tracing::warn!(event = %event.id, kind = event.kind, %error, "what follows from an event failed; it waits");
            failed.push(event.id);
        }
    }
    Ok(failed)
}

/// Does what follows from an event, all of it or nothing.
async fn follow(transaction: &mut PgConnection, following: &Follow, event: &DueEvent) -> Result<(), DbError> {
    let mut step = transaction.begin().await?;
    match following(&mut step, &event.kind, event.subject_id).await {
        Ok(()) => Ok(step.commit().await?),
        Err(error) => {
            step.rollback().await?;
            Err(error)
        }
    }
}

fn deliveries_of<'a>(
    event: &'a DueEvent,
    subscribers: &'a [Subscriber],
    clock: &'a Clock,
) -> impl Iterator<Item = NewDelivery> + 'a {
    // Where a processor's agreement does not hold, what is about inquiries is written all the same, and held.
    let to = subscribers
        .iter()
        .filter(move |endpoint| endpoint.events.contains(&event.kind) && endpoint.created_at <= event.told_at);
    to.map(move |endpoint| {
        let now = clock.now();
        NewDelivery {
            id: clock.new_id(),
            endpoint_id: endpoint.id,
            event_id: event.id,
            kind: event.kind.clone(),
            payload: payload(event.id, &event.kind, event.subject_id, event.available_at, &event.about),
            now,
            give_up_at: now + PATIENCE,
        }
    })
}
