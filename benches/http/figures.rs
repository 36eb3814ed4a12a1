//! From samples to figures: medians over the rounds, never means, since one slow round is the machine's and not ours.

use std::time::Duration;

use serde::Serialize;

/// What came of one round.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// Answers of the expected status.
    pub requests: u32,
    /// Answers of another status.
    pub unexpected: u32,
    /// How long the round took.
    pub seconds: f64,
    /// In microseconds, in no order. pgbench tells those of a part of its transactions alone.
    pub latencies: Vec<u32>,
}

impl Sample {
    /// Counts an answer that took so long.
    pub fn count(&mut self, latency: Duration) {
        self.requests += 1;
        self.latencies.push(u32::try_from(latency.as_micros()).unwrap_or(u32::MAX));
    }

    /// Adds what another connection saw in the same time.
    pub fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.unexpected += other.unexpected;
        self.latencies.extend(other.latencies);
    }

    /// The figures of the round. `own` and `postgres` are processor time spent in it.
    pub fn round(mut self, own: Option<Duration>, postgres: Option<Duration>, resident_kib: Option<u32>) -> Round {
        self.latencies.sort_unstable();
        let answered = f64::from(self.requests + self.unexpected).max(1.0);
        let each = |spent: Duration| spent.as_secs_f64() * 1e6 / answered;
        Round {
            rate: f64::from(self.requests) / self.seconds.max(f64::MIN_POSITIVE),
            p50: percentile(&self.latencies, 50),
            p99: percentile(&self.latencies, 99),
            own: own.map(each),
            postgres: postgres.map(each),
            resident: resident_kib.map(|kib| f64::from(kib) / 1024.0),
            unexpected: self.unexpected,
        }
    }
}

/// The value below which so many in a hundred lie (nearest rank); 0 of nothing.
fn percentile(sorted: &[u32], hundredths: usize) -> u32 {
    let rank = (sorted.len() * hundredths).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

/// One round in figures.
#[derive(Clone, Debug, Serialize)]
pub struct Round {
    /// Requests a second.
    pub rate: f64,
    /// Half of the answers came within so many microseconds.
    pub p50: u32,
    /// 99 of 100 came within so many microseconds.
    pub p99: u32,
    /// Processor microseconds a request of who was asked.
    pub own: Option<f64>,
    /// Processor microseconds a request of PostgreSQL.
    pub postgres: Option<f64>,
    /// Resident memory of the service in MiB, after the round.
    pub resident: Option<f64>,
    /// Answers of another status than the expected one.
    pub unexpected: u32,
}

/// The medians of several rounds.
#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    /// Requests a second.
    pub rate: f64,
    /// The slowest and the fastest round's.
    pub rates: (f64, f64),
    /// Microseconds.
    pub p50: f64,
    /// Microseconds.
    pub p99: f64,
    /// Processor microseconds a request.
    pub own: Option<f64>,
    /// Processor microseconds a request.
    pub postgres: Option<f64>,
    /// MiB.
    pub resident: Option<f64>,
    /// Of all rounds together.
    pub unexpected: u32,
}

impl Figures {
    /// The medians, each of its own column; nothing of no rounds.
    pub fn of(rounds: &[Round]) -> Option<Self> {
        let column = |field: fn(&Round) -> Option<f64>| median(rounds.iter().filter_map(field).collect());
        let rates = rounds.iter().map(|round| round.rate);
        Some(Self {
            rate: column(|round| Some(round.rate))?,
            rates: (rates.clone().fold(f64::INFINITY, f64::min), rates.fold(0.0, f64::max)),
            p50: column(|round| Some(f64::from(round.p50)))?,
            p99: column(|round| Some(f64::from(round.p99)))?,
            own: column(|round| round.own),
            postgres: column(|round| round.postgres),
            resident: column(|round| round.resident),
            unexpected: rounds.iter().map(|round| round.unexpected).sum(),
        })
    }
}

/// The middle value, or the mean of the two in the middle.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let (last, half) = (values.len().checked_sub(1)?, values.len() / 2);
    let (low, high) = (values.get(last / 2)?, values.get(half)?);
    Some(f64::midpoint(*low, *high))
}
