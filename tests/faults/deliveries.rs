//! Row 12: a receiver that fails every second time beside one that is well, while events come in and nodes are killed.
//! The clock of retries is put forward in the end, by the database's owner: three days pass in a minute.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use sqlx::Connection;
use uuid::Uuid;

use super::{
    chance::Chance,
    installation::{Installation, NODES, await_that},
    proxy::Weather,
    receiver::{self, Arrival, Receiver, Said},
    report::{Outcome, seconds},
    senders::{Manner, Senders},
    staff::Staff,
    trouble::Trouble,
};

/// What the nodes of this row may do beside the usual: speak to receivers on this machine.
pub const SETTINGS: [(&str, &str); 1] = [("CMS_WEBHOOK_NETWORKS", "127.0.0.0/8")];

const STEP: Duration = Duration::from_mins(5);
const DRAINED: Duration = Duration::from_mins(5);
/// Of a healthy receiver, 99 in 100 events arrive within this of their commit.
const ARRIVED: Duration = Duration::from_secs(5);
/// After so many attempts the owner lets the three days be over.
const ENOUGH: i32 = 12;

/// How much of it.
#[derive(Clone, Debug)]
pub struct Deliveries {
    /// Events: one for each inquiry that is accepted.
    pub events: usize,
    /// Nodes that are killed meanwhile.
    pub node_kills: usize,
    /// Of chance.
    pub seed: u64,
}

/// An event of the outbox.
struct Event {
    subject: Uuid,
    /// Microseconds since 1970.
    at: i64,
}

impl Deliveries {
    /// Runs it until every delivery has arrived or is given up.
    ///
    /// # Errors
    /// [`Trouble::Failed`] where that takes too long.
    pub async fn run(&self, installation: &mut Installation) -> Result<Outcome, Trouble> {
        let begun = Instant::now();
        let well = Receiver::start(receiver::Manner::Well, self.seed).await?;
        let failing = Receiver::start(receiver::Manner::Failing, self.seed).await?;
        for receiver in [&well, &failing] {
            subscribe(installation, receiver).await?;
        }
        let (patience, pause) = (Duration::from_secs(8), Duration::from_millis(50));
        let manner = Manner { clients: 3, patience, wrong: 0, leave: 0, copies: 1, pause };
        let target = installation.proxy.address;
        let mut senders = Senders::start(&installation.ledger, &manner, target, None, self.seed);
        let mut chance = Chance::seeded(self.seed);
        for kill in 1..=self.node_kills {
            accepted(installation, self.events * kill / (self.node_kills + 1)).await?;
            let node = usize::try_from(chance.below(NODES as u64)).unwrap_or_default();
            installation.kill_node(node);
            tokio::time::sleep(Duration::from_millis(chance.below(400))).await;
            installation.start_node(node).await?;
        }
        accepted(installation, self.events).await?;
        installation.proxy.set(Weather::CALM);
        senders.settle().await?;
        drain(installation).await?;
        let mut outcome = Outcome::default();
        outcome.tell("node kills", self.node_kills);
        judge(installation, &well, &failing, &mut outcome).await?;
        outcome.tell("took", seconds(begun.elapsed()));
        Ok(outcome)
    }
}

async fn accepted(installation: &Installation, many: usize) -> Result<(), Trouble> {
    let there = || (installation.ledger.accepted() >= many).then_some(());
    await_that(&format!("{many} accepted inquiries"), STEP, there).await
}

/// Makes an endpoint for the receiver, with a processor that staff vouch for.
async fn subscribe(installation: &Installation, receiver: &Receiver) -> Result<(), Trouble> {
    let mut staff = Staff::sign_in(&installation.routes).await?;
    let name = format!("Receiver at {}", receiver.address);
    let processor = json!({"name": name, "purpose": "Tries the outbox", "agreement": "no_health_data"});
    staff.ask(&installation.routes, "POST", "/v1/admin/processors", Some(&processor)).await?;
    let url = format!("http://{}/hook", receiver.address);
    let endpoint = json!({"url": url, "events": ["inquiry.received"], "processor": name});
    let made = staff.ask(&installation.routes, "POST", "/v1/admin/webhooks", Some(&endpoint)).await?;
    let secret = made.pointer("/data/secret").and_then(Value::as_str);
    receiver.trust(secret.ok_or_else(|| Trouble::failed("a new endpoint shows no secret"))?)
}

/// Lets the pauses of retries pass, and after enough attempts the three days.
async fn drain(installation: &Installation) -> Result<(), Trouble> {
    const LEFT: &str = "select (select count(*) from cms.webhook_delivery where status = 'pending')
                             + (select count(*) from cms.outbox_event where delivered_at is null)";
    let hurry = format!(
        "update cms.webhook_delivery
            set available_at = least(available_at, clock_timestamp()),
                give_up_at = case when attempts >= {ENOUGH} then clock_timestamp() else give_up_at end
          where status = 'pending' and leased_until is null"
    );
    let begun = Instant::now();
    while installation.number(LEFT).await? > 0 {
        if begun.elapsed() > DRAINED {
            return Err(Trouble::failed("the deliveries do not come to an end"));
        }
        installation.postgres.execute(&installation.database, &hurry).await?;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Ok(())
}

async fn judge(
    installation: &Installation,
    well: &Receiver,
    failing: &Receiver,
    outcome: &mut Outcome,
) -> Result<(), Trouble> {
    let events = events(installation).await?;
    let dead = dead(installation).await?;
    outcome.tell("events", events.len());
    let arrivals = well.arrivals();
    let late = lateness(&events, &arrivals);
    let p99 = percentile(&late, 99);
    outcome.tell("p50 of the healthy receiver", seconds(percentile(&late, 50)));
    outcome.tell("p99 of the healthy receiver", seconds(p99));
    outcome.tell("its slowest", seconds(percentile(&late, 100)));
    outcome.demand(p99 < ARRIVED, || format!("the healthy receiver's p99 is {}", seconds(p99)));
    let of_well = came(&arrivals);
    outcome.demand(events.keys().all(|id| of_well.contains(id)), || "the healthy receiver misses events".to_owned());
    outcome.tell("its repeated deliveries", arrivals.len() - of_well.len());
    let arrivals_failing = failing.arrivals();
    let of_failing = came(&arrivals_failing);
    let lost = events.keys().filter(|id| !of_failing.contains(*id) && !dead.contains(*id)).count();
    outcome.tell("attempts at the failing receiver", arrivals_failing.len());
    outcome.tell("dead letters", dead.len());
    outcome.tell("neither delivered nor dead", lost);
    outcome.demand(lost == 0, || format!("{lost} events are neither delivered nor dead letters"));
    for arrivals in [&arrivals, &arrivals_failing] {
        genuine(&events, arrivals, outcome);
    }
    Ok(())
}

/// Every arrival is signed, names an event that there is, and reads the same each time.
fn genuine(events: &HashMap<Uuid, Event>, arrivals: &[Arrival], outcome: &mut Outcome) {
    let mut read: HashMap<Uuid, [u8; 32]> = HashMap::new();
    let wrong = arrivals.iter().filter(|arrival| {
        let Some((id, event)) = arrival.id.and_then(|id| Some((id, events.get(&id)?))) else { return true };
        let first = *read.entry(id).or_insert(arrival.hash);
        !arrival.is_genuine || arrival.subject != Some(event.subject) || first != arrival.hash
    });
    let wrong = wrong.count();
    outcome.demand(wrong == 0, || format!("{wrong} deliveries are unsigned, of no event, or differ from the first"));
}

fn came(arrivals: &[Arrival]) -> HashSet<Uuid> {
    arrivals.iter().filter(|arrival| arrival.said == Said::Taken).filter_map(|arrival| arrival.id).collect()
}

/// How long after its commit each event arrived first, in order.
fn lateness(events: &HashMap<Uuid, Event>, arrivals: &[Arrival]) -> Vec<Duration> {
    let mut first: HashMap<Uuid, i64> = HashMap::new();
    for arrival in arrivals {
        if let Some(id) = arrival.id {
            first.entry(id).and_modify(|at| *at = (*at).min(arrival.at)).or_insert(arrival.at);
        }
    }
    let late = events.iter().filter_map(|(id, event)| Some(first.get(id)? - event.at));
    let mut late: Vec<_> =
        late.map(|micros| Duration::from_micros(u64::try_from(micros).unwrap_or_default())).collect();
    late.sort_unstable();
    late
}

/// The value below which so many in a hundred lie (nearest rank).
fn percentile(sorted: &[Duration], hundredths: usize) -> Duration {
    let rank = (sorted.len() * hundredths).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

async fn events(installation: &Installation) -> Result<HashMap<Uuid, Event>, Trouble> {
    let query = "select id, subject_id, (extract(epoch from created_at) * 1000000)::bigint from cms.outbox_event
                  where kind = 'inquiry.received'";
    let mut owner = installation.postgres.owner(&installation.database).await?;
    let rows: Result<Vec<(Uuid, Uuid, i64)>, _> = sqlx::query_as(query).fetch_all(&mut owner).await;
    owner.close().await.map_err(Trouble::at("the database"))?;
    let rows = rows.map_err(Trouble::at("the database"))?;
    Ok(rows.into_iter().map(|(id, subject, at)| (id, Event { subject, at })).collect())
}

async fn dead(installation: &Installation) -> Result<HashSet<Uuid>, Trouble> {
    let query = "select event_id from cms.webhook_delivery where status = 'dead'";
    let mut owner = installation.postgres.owner(&installation.database).await?;
    let rows = sqlx::query_scalar(query).fetch_all(&mut owner).await;
    owner.close().await.map_err(Trouble::at("the database"))?;
    Ok(rows.map_err(Trouble::at("the database"))?.into_iter().collect())
}
