//! The clients: many at once, each with one post at a time and a line in the ledger for it. Some posts are such that
//! they have to be refused. A client that knows nothing asks again with the same key, at once or, as somebody who has
//! left and comes back, at the end.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{
    asking::Asked,
    chance::Chance,
    ledger::{Answer, Ledger},
    post::Post,
    trouble::Trouble,
};

/// Between two tries of a post.
const PAUSE: Duration = Duration::from_millis(40);
/// Until every post has a definite answer, once nothing is disturbed any more.
const SETTLING: Duration = Duration::from_mins(3);

/// How clients behave.
#[derive(Clone, Debug)]
pub struct Manner {
    /// Clients at once.
    pub clients: usize,
    /// How long an answer is waited for.
    pub patience: Duration,
    /// Posts of a thousand that have to be refused.
    pub wrong: u32,
    /// Of a thousand unknown answers, how many are left for the end.
    pub leave: u32,
    /// The same post is sent up to so many times at once.
    pub copies: u64,
    /// Between two posts of a client.
    pub pause: Duration,
}

/// Counted beside the ledger.
#[derive(Debug, Default)]
pub struct Counts {
    /// Requests that left.
    pub sent: AtomicU64,
    /// Answers that were none, half, or said to ask again.
    pub unknown: AtomicU64,
    /// Those that were 409: the same key was under way.
    pub in_flight: AtomicU64,
}

/// The clients, running until they are stopped.
#[derive(Debug)]
pub struct Senders {
    ledger: Arc<Ledger>,
    manner: Manner,
    target: SocketAddr,
    counts: Arc<Counts>,
    stop: Arc<AtomicBool>,
    running: JoinSet<()>,
}

impl Senders {
    /// Starts the clients, who post to `target` until they are stopped or `most` posts were made.
    pub fn start(ledger: &Arc<Ledger>, manner: &Manner, target: SocketAddr, most: Option<u64>, seed: u64) -> Self {
        let mut senders = Self {
            ledger: Arc::clone(ledger),
            manner: manner.clone(),
            target,
            counts: Arc::default(),
            stop: Arc::default(),
            running: JoinSet::new(),
        };
        for client in 0..manner.clients {
            let chance = Chance::seeded(seed.wrapping_add(client as u64));
            let client = senders.client(chance);
            senders.running.spawn(client.until_stopped(most));
        }
        senders
    }

    fn client(&self, chance: Chance) -> Client {
        Client {
            ledger: Arc::clone(&self.ledger),
            manner: self.manner.clone(),
            target: self.target,
            counts: Arc::clone(&self.counts),
            stop: Arc::clone(&self.stop),
            chance,
        }
    }

    /// What is counted beside the ledger.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Posts straight to a node until it takes a post, and answers when it did.
    ///
    /// # Errors
    /// [`Trouble::Failed`] where that takes longer than two minutes.
    pub async fn first_taken(&self, node: SocketAddr, seed: u64) -> Result<Instant, Trouble> {
        let mut client = self.client(Chance::seeded(seed));
        client.target = node;
        client.manner.copies = 1;
        let post = Post::good(self.ledger.number());
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_mins(2) {
            if matches!(client.once(&post).await, Answer::Ok(_)) {
                return Ok(Instant::now());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err(Trouble::failed(format!("{node} took no post for two minutes")))
    }

    /// Waits for the clients to end by themselves.
    pub async fn finish(&mut self) {
        while self.running.join_next().await.is_some() {}
    }

    /// Stops the clients, and asks again for each post that has no definite answer.
    ///
    /// # Errors
    /// [`Trouble::Failed`] where one ended by a panic.
    pub async fn settle(&mut self) -> Result<(), Trouble> {
        self.stop.store(true, Ordering::Relaxed);
        while let Some(ended) = self.running.join_next().await {
            ended.map_err(Trouble::at("a client"))?;
        }
        let begun = Instant::now();
        let unknown = |ledger: &Ledger| {
            let entries = ledger.entries().into_iter();
            entries.filter(|entry| entry.answer == Answer::Unknown).map(|entry| entry.post).collect::<Vec<_>>()
        };
        let mut client = self.client(Chance::seeded(0));
        client.manner.copies = 1;
        let mut left = unknown(&self.ledger);
        while !left.is_empty() && begun.elapsed() < SETTLING {
            for post in left {
                client.once(&post).await;
            }
            left = unknown(&self.ledger);
        }
        Ok(())
    }
}

struct Client {
    ledger: Arc<Ledger>,
    manner: Manner,
    target: SocketAddr,
    counts: Arc<Counts>,
    stop: Arc<AtomicBool>,
    chance: Chance,
}

impl Client {
    async fn until_stopped(mut self, most: Option<u64>) {
        while !self.stop.load(Ordering::Relaxed) {
            let number = self.ledger.number();
            if most.is_some_and(|most| number >= most) {
                return;
            }
            let post = self.post(number);
            self.until_known(&post).await;
            tokio::time::sleep(self.manner.pause).await;
        }
    }

    /// A post of that number, mostly a good one.
    fn post(&mut self, number: u64) -> Post {
        if !self.chance.per_mille(self.manner.wrong) {
            return Post::good(number);
        }
        let of = self.chance.below(number);
        // Other words under a key are refused once the key's own post is in; before, they would take its place.
        let is_in = self.ledger.of(of).is_some_and(|answer| matches!(answer, Answer::Ok(_)));
        if is_in { Post::other_words(number, of) } else { Post::without_contact(number) }
    }

    async fn until_known(&mut self, post: &Post) {
        loop {
            if self.once(post).await != Answer::Unknown {
                return;
            }
            if self.stop.load(Ordering::Relaxed) || self.chance.per_mille(self.manner.leave) {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Sends a post, perhaps several times at once, and answers what is known of it then.
    async fn once(&mut self, post: &Post) -> Answer {
        let copies = 1 + self.chance.below(self.manner.copies);
        let mut sending = JoinSet::new();
        for _ in 0..copies {
            self.ledger.send(post);
            self.counts.sent.fetch_add(1, Ordering::Relaxed);
            sending.spawn(send(post.clone(), self.target, self.manner.patience));
        }
        while let Some(Ok((status, answer))) = sending.join_next().await {
            if answer == Answer::Unknown {
                self.counts.unknown.fetch_add(1, Ordering::Relaxed);
            }
            if status == Some(409) {
                self.counts.in_flight.fetch_add(1, Ordering::Relaxed);
            }
            self.ledger.answer(post.number, &answer);
        }
        self.ledger.of(post.number).unwrap_or(Answer::Unknown)
    }
}

async fn send(post: Post, target: SocketAddr, patience: Duration) -> (Option<u16>, Answer) {
    let headers = [("idempotency-key", post.key.as_str()), ("accept", "application/json")];
    let asked = Asked { method: "POST", path: "/v1/inquiries", headers: &headers, body: Some(&post.body) };
    let Some(received) = asked.of(target, patience).await else { return (None, Answer::Unknown) };
    let answer = match received.status {
        201 => id(&received.body).map_or(Answer::Unknown, Answer::Ok),
        // These say to ask again, and leave open whether the post is in: RFC 9110 §15.5.10, §15.6.
        408 | 409 | 429 | 500.. => Answer::Unknown,
        status => Answer::Fail(status),
    };
    (Some(received.status), answer)
}

fn id(body: &[u8]) -> Option<Uuid> {
    let body: Value = serde_json::from_slice(body).ok()?;
    body.pointer("/data/id")?.as_str()?.parse().ok()
}
