//! The rounds on which the fields of Meta's leads are fetched, and deliveries whose retention has ended are removed. A
//! round leases leads and asks for them with no transaction open. A node that dies in between leaves a lead that is asked
//! for again when its lease ends, and is the same inquiry.

use std::time::Duration;

use actix_web::web::Data;
use chrono::{DateTime, TimeDelta, Utc};

use super::{
    graph::NotTold,
    keys::Connections,
    kind::{IntegrationKind, SecretUse},
    payload::{Arrival, with_fields},
    queries::{self, OpenDelivery},
    signature::Secret,
    taking::{Line, NoInquiry, Taking, Waybill},
};
use crate::{
    audit::{Actor, Entry},
    clock::Clock,
    crypto::random,
    db::{PublicDb, StaffDb},
    http::ApiError,
    inquiries::{door::Door, intake::Intake},
};

/// How many leads are asked for on one round.
const BATCH: i64 = 8;
/// How long a lead is a node's own: longer than asking for a whole batch may take.
const LEASE: TimeDelta = TimeDelta::minutes(3);
/// How often leads are looked for.
const PAUSE: Duration = Duration::from_secs(1);
/// The first pause after a failure, in seconds; each is twice the one before.
const FIRST: i64 = 30;
/// The longest one.
const LONGEST: i64 = 6 * 3600;
/// How long a lead is asked for before staff have to look. Meta forgets leads after 90 days.
const PATIENCE: TimeDelta = TimeDelta::days(3);
/// How often expired deliveries are looked for.
const CLEARING: TimeDelta = TimeDelta::hours(1);
/// Deliveries that go in one transaction.
const CLEARED: i64 = 1_000;

/// Everything that fetching needs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct LeadFetching {
    /// The queue.
    pub staff: StaffDb,
    /// The way in.
    pub public: PublicDb,
    /// Keys, hours, retention.
    pub door: Data<Door>,
    /// The keys of connections.
    pub connections: Data<Connections>,
    /// Time and ids.
    pub clock: Clock,
}

/// What became of the leads of one round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FetchRound {
    /// They are inquiries.
    pub done: usize,
    /// They are asked for again later.
    pub postponed: usize,
    /// They wait for staff.
    pub kept: usize,
}

enum End {
    Done,
    Postponed,
    Kept,
}

impl LeadFetching {
    /// Fetches until the program stops.
    pub async fn run(self) {
        let mut clear_at = self.clock.now();
        loop {
            let now = self.clock.now();
            if now >= clear_at {
                clear_at = now + CLEARING;
                if let Err(error) = self.clear(now).await {
                    tracing::warn!(%error, "expired deliveries cannot be removed; trying again in an hour");
                }
            }
            match self.fetch_due(now).await {
                Ok(round) if round != FetchRound::default() => {}
                Ok(_) => tokio::time::sleep(PAUSE).await,
                Err(error) => {
                    tracing::warn!(%error, "leads cannot be fetched; trying again");
                    tokio::time::sleep(PAUSE * 5).await;
                }
            }
        }
    }

    /// One round over what is due at `now`.
    ///
    /// # Errors
    /// Those of the database. What is leased by then comes back when its lease ends.
    pub async fn fetch_due(&self, now: DateTime<Utc>) -> Result<FetchRound, ApiError> {
        let lease = now + LEASE;
        let leased = self
            .staff
            .transact(async move |tx| Ok::<_, ApiError>(queries::lease_fetches(tx, now, lease, BATCH).await?));
        let mut round = FetchRound::default();
        for delivery in leased.await? {
            match self.fetch(delivery, (now, lease)).await? {
                End::Done => round.done += 1,
                End::Postponed => round.postponed += 1,
                End::Kept => round.kept += 1,
            }
        }
        Ok(round)
    }

    async fn fetch(
        &self,
        delivery: OpenDelivery,
        (now, lease): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<End, ApiError> {
        let waybill = self.connections.open_delivery(delivery.id, &delivery.sealed);
        let waybill = waybill.ok().and_then(|bytes| serde_json::from_slice::<Waybill>(&bytes).ok());
        let Some((external_id, alone)) = waybill.as_ref().and_then(notice) else {
            return self.give_up(&delivery, "unreadable", lease).await;
        };
        let Some((line, token, app_secret)) = self.line(&delivery, now).await? else {
            return self.put_off(&delivery, "no_access_token", (now, lease)).await;
        };
        let told = match self.connections.graph.lead(&external_id, token, app_secret).await {
            Ok(told) => told,
            Err(NotTold(code)) => return self.put_off(&delivery, &code, (now, lease)).await,
        };
        let Some(whole) = with_fields(&alone, &told).map(|body| Waybill::of(None, body)) else {
            return self.put_off(&delivery, "no_fields", (now, lease)).await;
        };
        let taken = match self.take(&line, &whole, &delivery, now).await {
            Ok(taken) => taken,
            Err(ApiError::Busy) => return self.put_off(&delivery, "busy", (now, lease)).await,
            Err(error) => return Err(error),
        };
        let id = delivery.id;
        match taken {
            Ok(inquiry) => {
                let note = async move |tx: &mut sqlx::PgConnection| {
                    Ok::<_, ApiError>(queries::mark_done(tx, id, inquiry, now).await?)
                };
                self.staff.transact(note).await?;
                Ok(End::Done)
            }
            Err(why) => {
                let sealed = self.connections.seal_delivery(id, &whole.to_bytes())?;
                let note = async move |tx: &mut sqlx::PgConnection| {
                    Ok::<_, ApiError>(queries::keep(tx, id, lease, why.reason, &why.mistakes, Some(&sealed)).await?)
                };
                self.staff.transact(note).await?;
                Ok(End::Kept)
            }
        }
    }

    async fn take(
        &self,
        line: &Line,
        whole: &Waybill,
        delivery: &OpenDelivery,
        now: DateTime<Utc>,
    ) -> Result<Result<uuid::Uuid, NoInquiry>, ApiError> {
        let arrival = whole.read(IntegrationKind::Meta).ok().and_then(|arrivals| arrivals.into_iter().next());
        let Some(Arrival::Lead { lead, .. }) = arrival else { return Ok(Err(NoInquiry::of("unreadable"))) };
        let intake = Intake { door: &self.door, clock: &self.clock, database: &self.public };
        let taking = Taking { intake, connections: &self.connections };
        taking.lead(line, lead, delivery.request_id.clone(), now).await
    }

    /// The connection with its newest token; none where there is none (yet).
    async fn line(
        &self,
        delivery: &OpenDelivery,
        now: DateTime<Utc>,
    ) -> Result<Option<(Line, Secret, Option<Secret>)>, ApiError> {
        let id = delivery.integration_id;
        let (behind, tokens, secrets) = self
            .staff
            .transact(async move |tx| {
                let behind = queries::find_behind(tx, id).await?;
                let tokens = queries::find_secrets(tx, id, SecretUse::AccessToken.name(), now).await?;
                let secrets = queries::find_secrets(tx, id, SecretUse::Signing.name(), now).await?;
                Ok::<_, ApiError>((behind, tokens, secrets))
            })
            .await?;
        let newest = |all: Vec<(uuid::Uuid, Vec<u8>)>| {
            all.first().map(|(row, sealed)| self.connections.open_secret(*row, sealed)).transpose()
        };
        let (token, app_secret) = (newest(tokens)?, newest(secrets)?);
        Ok(behind.map(|behind| Line::behind(id, behind)).zip(token).map(|(line, token)| (line, token, app_secret)))
    }

    async fn put_off(
        &self,
        delivery: &OpenDelivery,
        code: &str,
        (now, lease): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<End, ApiError> {
        tracing::warn!(delivery = %delivery.id, integration = %delivery.integration_id, code, "a lead was not told");
        let roll = random::bytes::<1>().map_or(128, |[roll]| roll);
        let Some(next) = next_attempt(delivery.received_at, now, delivery.attempts, roll) else {
            return self.give_up(delivery, code, lease).await;
        };
        let (id, code) = (delivery.id, code.to_owned());
        let note = async move |tx: &mut sqlx::PgConnection| {
            Ok::<_, ApiError>(queries::postpone(tx, id, lease, next, &code).await?)
        };
        self.staff.transact(note).await?;
        Ok(End::Postponed)
    }

    async fn give_up(&self, delivery: &OpenDelivery, code: &str, lease: DateTime<Utc>) -> Result<End, ApiError> {
        tracing::error!(delivery = %delivery.id, integration = %delivery.integration_id, code, "a lead waits for staff");
        let (id, code) = (delivery.id, code.to_owned());
        let note = async move |tx: &mut sqlx::PgConnection| {
            Ok::<_, ApiError>(queries::keep(tx, id, lease, &code, &[], None).await?)
        };
        self.staff.transact(note).await?;
        Ok(End::Kept)
    }

    /// Removes deliveries whose retention has ended at `now`; answers how many.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn clear(&self, now: DateTime<Utc>) -> Result<u64, ApiError> {
        let trail = self.door.trail.clone();
        self.staff
            .transact(async move |tx| {
                let gone = queries::delete_expired_deliveries(tx, now, CLEARED).await?;
                if gone > 0 {
                    let entry = Entry {
                        actor: Actor::System,
                        action: "integration_delivery.purge",
                        subject: "integration_delivery",
                        subject_id: None,
                        fields: &[],
                        request_id: None,
                    };
                    trail.record(tx, entry).await?;
                }
                Ok::<_, ApiError>(gone)
            })
            .await
    }
}

/// The one lead that a kept notice speaks of.
fn notice(waybill: &Waybill) -> Option<(String, serde_json::Value)> {
    match waybill.read(IntegrationKind::Meta).ok()?.into_iter().next()? {
        Arrival::Notice { external_id, alone } => Some((external_id, alone)),
        Arrival::Lead { .. } | Arrival::Unreadable { .. } => None,
    }
}

/// The next attempt after `attempts` of them, or none once the lead has waited for three days. `roll` moves it by up to a
/// quarter either way, so that the leads of an outage do not come back all at once.
fn next_attempt(received: DateTime<Utc>, now: DateTime<Utc>, attempts: i32, roll: u8) -> Option<DateTime<Utc>> {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(20);
    let pause = (FIRST << doublings).min(LONGEST);
    let shift = pause * (i64::from(roll) - 128) / 512;
    let next = now + TimeDelta::seconds((pause + shift).clamp(FIRST, LONGEST));
    (next <= received + PATIENCE).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lead_is_asked_for_over_three_days_and_then_waits_for_staff() {
        let received = DateTime::UNIX_EPOCH;
        let (mut now, mut attempts) = (received, 1);
        while let Some(next) = next_attempt(received, now, attempts, 128) {
            assert!(next > now);
            (now, attempts) = (next, attempts + 1);
        }
        assert!(now > received + PATIENCE - TimeDelta::hours(6) && now <= received + PATIENCE);
        assert!((15..=30).contains(&attempts), "{attempts}");
    }

    #[test]
    fn chance_moves_a_pause_by_at_most_a_quarter() {
        for attempts in 1..=14 {
            let pause = |roll| {
                (next_attempt(DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH, attempts, roll).unwrap()
                    - DateTime::UNIX_EPOCH)
                    .num_seconds()
            };
            for roll in [0, 64, 255] {
                assert!((pause(roll) - pause(128)).abs() * 4 <= pause(128) && pause(roll) >= FIRST);
            }
        }
    }
}
