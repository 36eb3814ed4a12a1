//! Row 1: inquiries come in while nodes are killed, the database is stopped at once, and its backends are ended.

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use super::{
    chance::Chance,
    controls::LateWriter,
    installation::{Installation, NODES, await_that},
    proxy::Weather,
    report::{Outcome, seconds},
    senders::{Manner, Senders},
    trouble::Trouble,
};

/// Accepting so many more takes no longer, whatever fails meanwhile.
const STEP: Duration = Duration::from_mins(3);
/// The first 2xx after a node's start.
const AFTER_NODE: Duration = Duration::from_secs(5);
/// The first 2xx of every node after PostgreSQL is ready.
const AFTER_POSTGRES: Duration = Duration::from_secs(15);

/// A little of everything, all the time.
pub const WEATHER: Weather = Weather { delay: 20, drop_answer: 20, black_hole: 1, cut_request: 10, cut_answer: 10 };

/// How much of it.
#[derive(Clone, Debug)]
pub struct Crashes {
    /// Inquiries that are answered 201.
    pub inquiries: usize,
    /// Nodes that are killed.
    pub node_kills: usize,
    /// Immediate stops of PostgreSQL.
    pub stops: usize,
    /// Times that all backends of the product are ended.
    pub backend_kills: usize,
    /// Of chance.
    pub seed: u64,
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    NodeKill,
    Stop,
    BackendKill,
}

/// The slowest of each.
#[derive(Debug, Default)]
struct Recovery {
    after_node: Duration,
    after_postgres: Duration,
    ended_backends: i64,
}

impl Crashes {
    /// Runs it on an installation that was just started; the clients' posts have definite answers in the end.
    ///
    /// # Errors
    /// [`Trouble::Failed`] where the product does not come back at all.
    pub async fn run(&self, installation: &mut Installation, late: Option<&LateWriter>) -> Result<Outcome, Trouble> {
        let patience = Duration::from_secs(8);
        let manner = Manner { clients: 12, patience, wrong: 40, leave: 400, copies: 1, pause: Duration::ZERO };
        let begun = Instant::now();
        let target = installation.proxy.address;
        let mut senders = Senders::start(&installation.ledger, &manner, target, None, self.seed);
        let mut chance = Chance::seeded(self.seed);
        let mut faults = self.faults();
        chance.shuffle(&mut faults);
        let (all, mut recovery) = (faults.len(), Recovery::default());
        for (index, fault) in faults.into_iter().enumerate() {
            accepted(installation, self.inquiries * (index + 1) / (all + 1)).await?;
            inflict(fault, installation, &senders, late, &mut chance, &mut recovery).await?;
        }
        accepted(installation, self.inquiries).await?;
        installation.proxy.set(Weather::CALM);
        senders.settle().await?;
        Ok(self.outcome(installation, &senders, &recovery, begun.elapsed()))
    }

    fn faults(&self) -> Vec<Fault> {
        let of = |fault, many| std::iter::repeat_n(fault, many);
        of(Fault::NodeKill, self.node_kills)
            .chain(of(Fault::Stop, self.stops))
            .chain(of(Fault::BackendKill, self.backend_kills))
            .collect()
    }

    fn outcome(&self, installation: &Installation, senders: &Senders, recovery: &Recovery, took: Duration) -> Outcome {
        let counts = senders.counts();
        let mut outcome = Outcome::default();
        outcome.tell("accepted", installation.ledger.accepted());
        outcome.tell("node kills", self.node_kills);
        outcome.tell("immediate stops", self.stops);
        outcome.tell("backend kills", format!("{} ({} backends)", self.backend_kills, recovery.ended_backends));
        outcome.tell("requests", counts.sent.load(Ordering::Relaxed));
        outcome.tell("without a definite answer", counts.unknown.load(Ordering::Relaxed));
        outcome.tell("slowest first 2xx after a node's start", seconds(recovery.after_node));
        outcome.tell("slowest first 2xx after PostgreSQL is ready", seconds(recovery.after_postgres));
        outcome.tell("took", seconds(took));
        outcome.demand(recovery.after_node <= AFTER_NODE, || {
            format!("a node's first 2xx came after {}", seconds(recovery.after_node))
        });
        outcome.demand(recovery.after_postgres <= AFTER_POSTGRES, || {
            format!("the first 2xx after PostgreSQL was ready came after {}", seconds(recovery.after_postgres))
        });
        outcome
    }
}

async fn accepted(installation: &Installation, many: usize) -> Result<(), Trouble> {
    let there = || (installation.ledger.accepted() >= many).then_some(());
    await_that(&format!("{many} accepted inquiries"), STEP, there).await
}

async fn inflict(
    fault: Fault,
    installation: &mut Installation,
    senders: &Senders,
    late: Option<&LateWriter>,
    chance: &mut Chance,
    recovery: &mut Recovery,
) -> Result<(), Trouble> {
    let pause = Duration::from_millis(chance.below(400));
    match fault {
        Fault::NodeKill => {
            let node = usize::try_from(chance.below(NODES as u64)).unwrap_or_default();
            installation.kill_node(node);
            late.inspect(|late| late.forget());
            tokio::time::sleep(pause).await;
            let started = Instant::now();
            let address = installation.start_node(node).await?;
            let taken = senders.first_taken(address, chance.draw()).await?;
            recovery.after_node = recovery.after_node.max(taken - started);
        }
        Fault::Stop => {
            installation.postgres.stop_at_once().await?;
            late.inspect(|late| late.forget());
            tokio::time::sleep(pause).await;
            installation.postgres.start_again().await?;
            let ready = Instant::now();
            for address in installation.routes.there() {
                let taken = senders.first_taken(address, chance.draw()).await?;
                recovery.after_postgres = recovery.after_postgres.max(taken - ready);
            }
        }
        Fault::BackendKill => {
            const END: &str = "select count(pg_terminate_backend(pid)) from pg_stat_activity \
                                where datname = current_database() and usename in ('cms_public', 'cms_staff')";
            recovery.ended_backends += installation.number(END).await?;
        }
    }
    Ok(())
}
