//! The way between clients and nodes, which delays, drops answers, goes silent and cuts. One connection is one
//! exchange, so a fate is drawn for each. It never tries again, and passes over a node that it knows to be away as a
//! balancer with health checks does.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::timeout,
};

use super::{chance::Chance, trouble::Trouble};

/// No exchange takes longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// What becomes of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It passes.
    Pass,
    /// Request and answer wait for half of it each.
    Delay(Duration),
    /// The request arrives, the node answers, and the client's connection is closed without a byte.
    DropAnswer,
    /// The request arrives, the node answers, and the client hears nothing until it leaves.
    BlackHole,
    /// So many bytes of the request arrive before both connections are closed.
    CutRequest(usize),
    /// So many bytes of the answer arrive.
    CutAnswer(usize),
}

/// How many of a thousand exchanges have each fate; the rest passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weather {
    /// See [`Fate::Delay`].
    pub delay: u32,
    /// See [`Fate::DropAnswer`].
    pub drop_answer: u32,
    /// See [`Fate::BlackHole`].
    pub black_hole: u32,
    /// See [`Fate::CutRequest`].
    pub cut_request: u32,
    /// See [`Fate::CutAnswer`].
    pub cut_answer: u32,
}

impl Weather {
    /// Everything passes.
    pub const CALM: Self = Self { delay: 0, drop_answer: 0, black_hole: 0, cut_request: 0, cut_answer: 0 };

    /// The next exchange's fate.
    pub fn draw(self, chance: &mut Chance) -> Fate {
        let mut roll = u32::try_from(chance.below(1000)).unwrap_or_default();
        let bytes = usize::try_from(chance.below(200)).unwrap_or_default();
        let delay = Duration::from_millis(20 + chance.below(400));
        let fates = [
            (self.delay, Fate::Delay(delay)),
            (self.drop_answer, Fate::DropAnswer),
            (self.black_hole, Fate::BlackHole),
            (self.cut_request, Fate::CutRequest(bytes)),
            (self.cut_answer, Fate::CutAnswer(bytes)),
        ];
        for (many, fate) in fates {
            if roll < many {
                return fate;
            }
            roll -= many;
        }
        Fate::Pass
    }
}

/// Where the nodes are at the moment; none of one that is away. Shared with whoever starts and kills them.
#[derive(Clone, Debug, Default)]
pub struct Routes(Arc<Mutex<Vec<Option<SocketAddr>>>>);

impl Routes {
    /// So many nodes, all away.
    pub fn of(nodes: usize) -> Self {
        Self(Arc::new(Mutex::new(vec![None; nodes])))
    }

    /// Tells where a node is.
    pub fn set(&self, node: usize, address: Option<SocketAddr>) {
        if let Some(known) = self.lock().get_mut(node) {
            *known = address;
        }
    }

    /// The nodes that are there.
    pub fn there(&self) -> Vec<SocketAddr> {
        self.lock().iter().flatten().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Option<SocketAddr>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What happened to exchanges so far.
#[derive(Debug, Default)]
pub struct Tally {
    /// All of them.
    pub exchanges: AtomicU64,
    /// Those whose answer did not arrive, or not whole, by the proxy's doing.
    pub spoilt: AtomicU64,
}

/// A running proxy; ends when dropped.
#[derive(Debug)]
pub struct Proxy {
    /// Where clients connect.
    pub address: SocketAddr,
    /// What it did.
    pub tally: Arc<Tally>,
    weather: Arc<Mutex<Weather>>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Begins to listen on a free port of this machine.
    ///
    /// # Errors
    /// [`Trouble::Failed`] where there is none.
    pub async fn start(routes: Routes, weather: Weather, seed: u64) -> Result<Self, Trouble> {
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(Trouble::at("the proxy"))?;
        let address = listener.local_addr().map_err(Trouble::at("the proxy"))?;
        let (tally, weather) = (Arc::new(Tally::default()), Arc::new(Mutex::new(weather)));
        let task =
            tokio::spawn(accept(listener, routes, Arc::clone(&weather), Arc::clone(&tally), Chance::seeded(seed)));
        Ok(Self { address, tally, weather, task })
    }

    /// Changes what becomes of exchanges from now on.
    pub fn set(&self, weather: Weather) {
        *self.weather.lock().unwrap_or_else(PoisonError::into_inner) = weather;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(
    listener: TcpListener,
    routes: Routes,
    weather: Arc<Mutex<Weather>>,
    tally: Arc<Tally>,
    mut chance: Chance,
) {
    let turn = AtomicUsize::new(0);
    loop {
        let Ok((client, _)) = listener.accept().await else { continue };
        let there = routes.there();
        let next = turn.fetch_add(1, Ordering::Relaxed);
        // Nobody is there: the client sees a closed connection.
        let Some(node) = there.get(next % there.len().max(1)).copied() else { continue };
        let fate = weather.lock().unwrap_or_else(PoisonError::into_inner).draw(&mut chance);
        tally.exchanges.fetch_add(1, Ordering::Relaxed);
        if !matches!(fate, Fate::Pass | Fate::Delay(_)) {
            tally.spoilt.fetch_add(1, Ordering::Relaxed);
        }
        tokio::spawn(async move { timeout(PATIENCE, carry(client, node, fate)).await });
    }
}

/// One exchange. An error closes both connections, which is all that the client learns of it.
async fn carry(mut client: TcpStream, node: SocketAddr, fate: Fate) -> io::Result<()> {
    let mut node = TcpStream::connect(node).await?;
    match fate {
        Fate::Pass => tokio::io::copy_bidirectional(&mut client, &mut node).await.map(drop),
        Fate::Delay(delay) => {
            tokio::time::sleep(delay / 2).await;
            let answer = answer(&mut client, &mut node).await?;
            tokio::time::sleep(delay / 2).await;
            client.write_all(&answer).await
        }
        Fate::DropAnswer => answer(&mut client, &mut node).await.map(drop),
        Fate::BlackHole => {
            answer(&mut client, &mut node).await?;
            client.read_to_end(&mut Vec::new()).await.map(drop)
        }
        Fate::CutRequest(bytes) => {
            let mut begun = vec![0; bytes.max(1)];
            let count = client.read(&mut begun).await?;
            // Never all of a short one.
            node.write_all(begun.get(..count.saturating_sub(1)).unwrap_or_default()).await
        }
        Fate::CutAnswer(bytes) => {
            let answer = answer(&mut client, &mut node).await?;
            client.write_all(answer.get(..bytes).unwrap_or(&answer)).await
        }
    }
}

/// Passes the request on and reads the whole answer: the node closes behind it, as it was asked to. A client that
/// leaves meanwhile changes nothing.
async fn answer(client: &mut TcpStream, node: &mut TcpStream) -> io::Result<Vec<u8>> {
    let (mut from_client, _) = client.split();
    let (mut from_node, mut to_node) = node.split();
    let mut answer = Vec::new();
    let forward = async {
        let _ = tokio::io::copy(&mut from_client, &mut to_node).await;
        std::future::pending::<()>().await;
    };
    tokio::select! {
        read = from_node.read_to_end(&mut answer) => read.map(|_| answer),
        () = forward => Ok(Vec::new()),
    }
}
