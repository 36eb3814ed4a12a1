//! The rounds on which deliveries are sent. Each leases what is due, sends it with no transaction open, and notes how it
//! ended. Several nodes share the work; a node that dies between sending and noting leaves a delivery that is sent again
//! when its lease ends, under the same `webhook-id`: at least once, never silently never. Each endpoint has places of its
//! own, so that one which is slow or fails fills those alone.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::task::JoinSet;
use ureq::{
    Agent,
    unversioned::resolver::{DefaultResolver, Resolver},
};
use uuid::Uuid;

use super::{
    fan_out::{BATCH, Consequences, announce_due},
    queries::{self, Ending, LeasedDelivery},
    retry::OF_DELIVERIES,
    secret::Secrets,
    sending::{Answered, DEADLINE, Parcel, send},
};
use crate::{
    audit::{Actor, Entry, Trail},
    clock::Clock,
    crypto::random,
    db::{DbError, StaffDb},
    http::{AddressPolicy, outgoing_agent},
};

/// What each endpoint may have under way on one node.
const AT_ONCE: i32 = 8;
/// How long a delivery is a node's own: longer than a request may take.
const LEASE: TimeDelta = TimeDelta::minutes(1);
/// How often what is due is looked for.
const PAUSE: Duration = Duration::from_millis(500);

/// Sends deliveries. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Courier {
    agent: Agent,
    secrets: Secrets,
    trail: Trail,
    consequences: Consequences,
}

/// What became of the deliveries of one round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Events that were fanned out.
    pub fanned_out: usize,
    /// They arrived.
    pub delivered: usize,
    /// They are tried again later.
    pub postponed: usize,
    /// They were given up.
    pub dead: usize,
}

impl Round {
    /// Whether there was nothing to do.
    pub fn is_idle(self) -> bool {
        self == Self::default()
    }

    fn with(self, end: End) -> Self {
        match end {
            End::Delivered => Self { delivered: self.delivered + 1, ..self },
            End::Postponed => Self { postponed: self.postponed + 1, ..self },
            End::Dead => Self { dead: self.dead + 1, ..self },
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum End {
    Delivered,
    Postponed,
    Dead,
}

impl Courier {
    /// Connects where `policy` says; `consequences` is what the program itself does about events.
    pub fn new(secrets: Secrets, trail: Trail, policy: AddressPolicy, consequences: Consequences) -> Self {
        Self::with_resolver(secrets, trail, policy, consequences, DefaultResolver::default())
    }

    /// As [`Courier::new`], with names found in another way.
    pub fn with_resolver(
        secrets: Secrets,
        trail: Trail,
        policy: AddressPolicy,
        consequences: Consequences,
        resolver: impl Resolver,
    ) -> Self {
        let https_only = policy.networks.is_empty() && !policy.loopback;
        Self { agent: outgoing_agent(policy, resolver, https_only, DEADLINE), secrets, trail, consequences }
    }

    fn clock(&self) -> &Clock {
        self.trail.clock()
    }

    /// Sends a leased delivery and notes how that ended.
    async fn make(&self, database: &StaffDb, delivery: LeasedDelivery) -> Result<End, DbError> {
        let answered = self.attempt(&delivery).await;
        let (now, id) = (self.clock().now(), delivery.id);
        let ending = ending_of(&delivery, answered, now);
        let end = match ending.available_at {
            _ if answered.error.is_none() => End::Delivered,
            Some(_) => End::Postponed,
            None => End::Dead,
        };
        let (event, endpoint) = (delivery.event_id, delivery.endpoint_id);
        let (status, error, attempts) = (answered.status, answered.error, delivery.attempts);
        match end {
            End::Delivered => tracing::info!(delivery = %id, %event, %endpoint, attempts, "a webhook was delivered"),
            End::Postponed => {
                tracing::warn!(delivery = %id, %event, %endpoint, attempts, status, error, "a webhook did not arrive; it is tried again");
            }
            End::Dead => {
                tracing::error!(delivery = %id, %event, %endpoint, attempts, status, error, "a webhook was given up");
            }
        }
        let (trail, gone) = (self.trail.clone(), answered.is_gone());
        database
            .transact(async move |tx| {
                let noted = queries::end_attempt(tx, &delivery, &ending).await?;
                if noted && gone && queries::disable_gone(tx, endpoint, now).await? {
                    let fields = ["enabled".to_owned()];
                    let entry = Entry {
                        actor: Actor::System,
                        action: "webhook.disable",
                        subject: "webhook",
                        subject_id: Some(endpoint),
                        fields: &fields,
                        request_id: None,
                    };
                    trail.record(tx, entry).await?;
                }
                Ok::<_, DbError>(())
            })
            .await?;
        Ok(end)
    }

    async fn attempt(&self, delivery: &LeasedDelivery) -> Answered {
        let failed = |error| Answered { status: None, error: Some(error), duration: Duration::ZERO };
        let now = self.clock().now();
        let former =
            delivery.former_sealed.as_deref().filter(|_| delivery.former_until.is_some_and(|until| until > now));
        let sealed = [Some(delivery.sealed_secret.as_slice()), former].into_iter().flatten();
        let about = (delivery.event_id, now, delivery.payload.as_str());
        // A node with the right keys may still open it.
        let Ok(signatures) = self.secrets.signatures(delivery.endpoint_id, sealed, about) else {
            return failed("secret");
        };
        let parcel = Parcel {
            url: delivery.url.clone(),
            id: delivery.event_id.to_string(),
            timestamp: now.timestamp(),
            signatures,
            payload: delivery.payload.clone(),
        };
        let agent = self.agent.clone();
        let sent = tokio::task::spawn_blocking(move || send(&agent, parcel)).await;
        sent.unwrap_or_else(|_| failed("panic"))
    }
}

/// What is noted of an attempt.
fn ending_of(delivery: &LeasedDelivery, answered: Answered, now: DateTime<Utc>) -> Ending {
    let roll = random::bytes::<1>().map_or(128, |[roll]| roll);
    let next = OF_DELIVERIES.next_attempt(delivery.give_up_at, now, delivery.attempts, roll);
    Ending {
        now,
        status: answered.status.and_then(|status| i16::try_from(status).ok()),
        error: answered.error,
        duration_ms: i32::try_from(answered.duration.as_millis()).unwrap_or(i32::MAX),
        available_at: next.filter(|_| answered.error.is_some() && !answered.is_gone()),
    }
}

/// Fans events out and sends deliveries until the program stops.
pub async fn deliver(database: StaffDb, courier: Courier) {
    let busy = Places::default();
    let mut under_way = JoinSet::new();
    loop {
        let found = set_out(&database, &courier, &busy, &mut under_way).await;
        let pause = match found {
            Ok(0) => PAUSE,
            Ok(_) => Duration::ZERO,
            Err(error) => {
                tracing::warn!(%error, "the outbox cannot be read; trying again");
                PAUSE * 10
            }
        };
        tokio::time::sleep(pause).await;
        while under_way.try_join_next().is_some() {}
    }
}

/// Fans out what is due and sets out with what may leave. Answers how much that was.
async fn set_out(
    database: &StaffDb,
    courier: &Courier,
    busy: &Places,
    under_way: &mut JoinSet<()>,
) -> Result<usize, DbError> {
    let fanned_out = announce_due(database, courier.clock(), &courier.consequences).await?;
    let leased = lease(database, courier.clock().now(), busy).await?;
    let more = usize::from(fanned_out == usize::try_from(BATCH).unwrap_or(0)) + leased.len();
    for delivery in leased {
        let (database, courier, place) = (database.clone(), courier.clone(), busy.take(delivery.endpoint_id));
        under_way.spawn_local(async move {
            let _place = place;
            if let Err(error) = courier.make(&database, delivery).await {
                tracing::warn!(%error, "how a webhook ended cannot be noted; its lease ends by itself");
            }
        });
    }
    Ok(more)
}

/// One round: fans out what is due, sends what may leave by now, and waits until all of it has ended.
///
/// # Errors
/// Those of the database. What is leased by then comes back when its lease ends.
pub async fn deliver_due(database: &StaffDb, courier: &Courier) -> Result<Round, DbError> {
    let fanned_out = announce_due(database, courier.clock(), &courier.consequences).await?;
    let leased = lease(database, courier.clock().now(), &Places::default()).await?;
    let ends =
        futures_util::future::join_all(leased.into_iter().map(|delivery| courier.make(database, delivery))).await;
    ends.into_iter().try_fold(Round { fanned_out, ..Round::default() }, |round, end| Ok(round.with(end?)))
}

async fn lease(database: &StaffDb, now: DateTime<Utc>, busy: &Places) -> Result<Vec<LeasedDelivery>, DbError> {
    let (endpoints, taken) = busy.counts();
    database
        .transact(async move |tx| {
            queries::give_up_old(tx, now).await?;
            Ok::<_, DbError>(queries::lease_due(tx, now, now + LEASE, AT_ONCE, &endpoints, &taken).await?)
        })
        .await
}

/// How many places of each endpoint are taken on this node.
#[derive(Clone, Default)]
struct Places(Rc<RefCell<BTreeMap<Uuid, i32>>>);

/// A place that is given back when it is dropped, also where sending panics.
struct Place {
    places: Places,
    endpoint: Uuid,
}

impl Places {
    fn take(&self, endpoint: Uuid) -> Place {
        *self.0.borrow_mut().entry(endpoint).or_default() += 1;
        Place { places: self.clone(), endpoint }
    }

    fn counts(&self) -> (Vec<Uuid>, Vec<i32>) {
        self.0.borrow().iter().map(|(endpoint, taken)| (*endpoint, *taken)).unzip()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = self.places.0.borrow_mut();
        if let Some(taken) = places.get_mut(&self.endpoint) {
            *taken -= 1;
            if *taken <= 0 {
                places.remove(&self.endpoint);
            }
        }
    }
}
