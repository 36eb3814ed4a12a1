//! The load generator: a closed loop over keep-alive connections. Each connection sends its next request when the last
//! answer is in, so that no queue builds up that nobody asked for, and a latency is what one caller waits.
//!
//! It runs on one thread and touches no more of an answer than it must, because it shares the machine with what it
//! measures.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use super::{exchange::Frame, figures::Sample, interrupt::Interrupt, trouble::Trouble};

/// An answer that takes longer than this after the end of a round ends the run.
const PATIENCE: Duration = Duration::from_secs(15);
const BUFFER: usize = 128 << 10;

/// What is sent.
#[derive(Clone, Debug)]
pub enum Request {
    /// The same bytes each time.
    Same(Vec<u8>),
    /// Bytes for a number that no other request of this run has.
    Numbered(fn(u64) -> Vec<u8>),
}

/// The numbers of [`Request::Numbered`]; one row of them a run.
static NUMBER: AtomicU64 = AtomicU64::new(1);

impl Request {
    /// The bytes of one more request.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Same(bytes) => bytes.clone(),
            Self::Numbered(make) => make(NUMBER.fetch_add(1, Ordering::Relaxed)),
        }
    }

    fn renew(&self, bytes: &mut Vec<u8>) {
        if matches!(self, Self::Numbered(_)) {
            *bytes = self.bytes();
        }
    }
}

/// Where the load goes, and for how long.
#[derive(Clone, Debug)]
pub struct Load {
    /// Who is asked.
    pub target: SocketAddr,
    /// What is asked.
    pub request: Arc<Request>,
    /// The status that counts as success.
    pub expected: u16,
    /// Connections at once.
    pub connections: usize,
    /// How long.
    pub length: Duration,
}

impl Load {
    /// Drives the target until the time is over, and blocks meanwhile.
    ///
    /// # Errors
    /// [`Trouble::Failed`] where the target cannot be reached or stops to answer, [`Trouble::Interrupted`].
    pub fn drive(&self, interrupt: &Interrupt) -> Result<Sample, Trouble> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map_err(Trouble::at("load generator"))?.block_on(self.all(interrupt))
    }

    async fn all(&self, interrupt: &Interrupt) -> Result<Sample, Trouble> {
        let mut streams = Vec::new();
        for _ in 0..self.connections {
            streams.push(self.connect().await?);
        }
        let deadline = Instant::now() + self.length;
        let mut connections = JoinSet::new();
        for stream in streams {
            connections.spawn(converse(stream, self.clone(), deadline, interrupt.clone()));
        }
        let mut sample = Sample { seconds: self.length.as_secs_f64(), ..Sample::default() };
        let gather = async {
            while let Some(outcome) = connections.join_next().await {
                sample.add(outcome.map_err(Trouble::at("load generator"))??);
            }
            Ok(())
        };
        let gathered = tokio::time::timeout(self.length + PATIENCE, gather).await;
        gathered.unwrap_or_else(|_| Err(Trouble::failed(format!("{} stopped to answer", self.target))))?;
        if interrupt.is_set() { Err(Trouble::Interrupted) } else { Ok(sample) }
    }

    async fn connect(&self) -> Result<TcpStream, Trouble> {
        let connecting = tokio::time::timeout(PATIENCE, TcpStream::connect(self.target));
        let stream = connecting.await.map_err(Trouble::at(self.target))?.map_err(Trouble::at(self.target))?;
        stream.set_nodelay(true).map_err(Trouble::at(self.target))?;
        Ok(stream)
    }
}

/// One connection's part. An answer that comes in after the deadline is read and not counted.
async fn converse(
    mut stream: TcpStream,
    load: Load,
    deadline: Instant,
    interrupt: Interrupt,
) -> Result<Sample, Trouble> {
    let mut sample = Sample::default();
    let mut request = load.request.bytes();
    let mut answer = Vec::with_capacity(BUFFER);
    let mut sent = Instant::now();
    while sent < deadline && !interrupt.is_set() {
        stream.write_all(&request).await.map_err(Trouble::at(load.target))?;
        let status = receive(&mut stream, &mut answer).await?;
        let now = Instant::now();
        if now >= deadline {
            break;
        }
        if status == load.expected {
            sample.count(now - sent);
        } else {
            sample.unexpected += 1;
        }
        load.request.renew(&mut request);
        // Writing the next request is not what the last one took.
        sent = if matches!(*load.request, Request::Same(_)) { now } else { Instant::now() };
    }
    Ok(sample)
}

/// Reads one whole answer and tells its status.
async fn receive(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<u16, Trouble> {
    buffer.clear();
    let mut frame = None;
    loop {
        let count = stream.read_buf(buffer).await.map_err(Trouble::at("reading an answer"))?;
        if count == 0 {
            return Err(Trouble::failed("a connection was closed before its answer was whole"));
        }
        if frame.is_none() {
            frame = Frame::read(buffer)?;
        }
        if let Some(whole) = frame.filter(|frame| buffer.len() >= frame.length()) {
            return Ok(whole.status);
        }
    }
}
