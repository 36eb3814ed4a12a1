//! Row 2: three of ten answers do not arrive, and whoever hears nothing asks again, several times at once.

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use super::{
    installation::Installation,
    proxy::Weather,
    report::{Outcome, seconds},
    senders::{Manner, Senders},
    trouble::Trouble,
};

/// Three of ten answers are lost: most wholly, some in the middle, a few by silence.
pub const WEATHER: Weather = Weather { delay: 50, drop_answer: 240, black_hole: 10, cut_request: 0, cut_answer: 50 };

/// How much of it.
#[derive(Clone, Debug)]
pub struct Storm {
    /// Posts, each with a key of its own.
    pub keys: u64,
    /// Of chance.
    pub seed: u64,
}

impl Storm {
    /// Runs it until every key has a definite answer.
    ///
    /// # Errors
    /// [`Trouble::Failed`] where a client ended.
    pub async fn run(&self, installation: &Installation) -> Result<Outcome, Trouble> {
        let patience = Duration::from_secs(2);
        let manner = Manner { clients: 16, patience, wrong: 40, leave: 0, copies: 3, pause: Duration::ZERO };
        let begun = Instant::now();
        let (ledger, target) = (&installation.ledger, installation.proxy.address);
        let mut senders = Senders::start(ledger, &manner, target, Some(self.keys), self.seed);
        senders.finish().await;
        installation.proxy.set(Weather::CALM);
        senders.settle().await?;
        let (counts, tally) = (senders.counts(), &installation.proxy.tally);
        let mut outcome = Outcome::default();
        outcome.tell("keys", self.keys);
        outcome.tell("accepted", ledger.accepted());
        outcome.tell("requests", counts.sent.load(Ordering::Relaxed));
        let (spoilt, exchanges) = (tally.spoilt.load(Ordering::Relaxed), tally.exchanges.load(Ordering::Relaxed));
        outcome.tell("answers that did not arrive", format!("{spoilt} of {exchanges}"));
        outcome.tell("told that the first is under way (409)", counts.in_flight.load(Ordering::Relaxed));
        outcome.tell("took", seconds(begun.elapsed()));
        Ok(outcome)
    }
}
