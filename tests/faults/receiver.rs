//! Receivers of webhooks: one that is well, and one that fails every second time in every way that receivers fail. Both
//! keep a book of what arrived, with the signature checked by hand (Standard Webhooks 1.0), so that product and harness
//! share no code for it.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::timeout,
};
use uuid::Uuid;

use super::{chance::Chance, trouble::Trouble};

const LARGEST: usize = 64 << 10;
const PATIENCE: Duration = Duration::from_secs(20);

/// What the receiver made of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// 204.
    Taken,
    /// 500, 503 or 429.
    Refused,
    /// The connection ended without an answer.
    Nothing,
}

/// One delivery as it arrived.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The `webhook-id`; none where it is no UUID.
    pub id: Option<Uuid>,
    /// Microseconds since 1970.
    pub at: i64,
    /// Of the body.
    pub hash: [u8; 32],
    /// The subject that the body names.
    pub subject: Option<Uuid>,
    /// Whether the body names the same id as the header, and the signature is right.
    pub is_genuine: bool,
    /// What was answered.
    pub said: Said,
}

/// How a receiver behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// It takes everything.
    Well,
    /// It fails with half of everything, and always with events whose id ends on a zero byte.
    Failing,
}

/// A running receiver; ends when dropped.
#[derive(Debug)]
pub struct Receiver {
    /// Where it listens.
    pub address: SocketAddr,
    book: Arc<Mutex<Vec<Arrival>>>,
    secret: Arc<Mutex<Vec<u8>>>,
    task: JoinHandle<()>,
}

impl Receiver {
    /// Begins to listen.
    ///
    /// # Errors
    /// [`Trouble::Failed`] without a free port.
    pub async fn start(manner: Manner, seed: u64) -> Result<Self, Trouble> {
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(Trouble::at("a receiver"))?;
        let address = listener.local_addr().map_err(Trouble::at("a receiver"))?;
        let (book, secret) = (Arc::<Mutex<Vec<Arrival>>>::default(), Arc::<Mutex<Vec<u8>>>::default());
        let (entries, key) = (Arc::clone(&book), Arc::clone(&secret));
        let mut chance = Chance::seeded(seed);
        let task = tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { continue };
                let (roll, entries, key) = (chance.draw(), Arc::clone(&entries), Arc::clone(&key));
                tokio::spawn(async move { timeout(PATIENCE, receive(stream, manner, roll, &entries, &key)).await });
            }
        });
        Ok(Self { address, book, secret, task })
    }

    /// Tells it what it is signed with: `whsec_` and base64.
    ///
    /// # Errors
    /// [`Trouble::Failed`] where that is no secret.
    pub fn trust(&self, secret: &str) -> Result<(), Trouble> {
        let bytes = secret.strip_prefix("whsec_").and_then(|text| BASE64.decode(text.as_bytes()).ok());
        *lock(&self.secret) = bytes.ok_or_else(|| Trouble::failed("the endpoint's secret is none"))?;
        Ok(())
    }

    /// Everything that arrived.
    pub fn arrivals(&self) -> Vec<Arrival> {
        lock(&self.book).clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn receive(
    mut stream: TcpStream,
    manner: Manner,
    roll: u64,
    book: &Mutex<Vec<Arrival>>,
    secret: &Mutex<Vec<u8>>,
) -> std::io::Result<()> {
    let Some((head, body)) = read(&mut stream).await? else { return Ok(()) };
    let id = header(&head, "webhook-id").and_then(|id| id.parse::<Uuid>().ok());
    let (said, answer) = answer(manner, roll, id);
    let told: Value = serde_json::from_slice(&body).unwrap_or_default();
    let uuid = |pointer: &str| told.pointer(pointer).and_then(Value::as_str).and_then(|text| text.parse::<Uuid>().ok());
    let is_genuine = id.is_some() && id == uuid("/id") && is_signed(&head, &body, &lock(secret));
    let hash = Sha256::digest(&body).into();
    let arrival = Arrival { id, at: now(), hash, subject: uuid("/data/id"), is_genuine, said };
    lock(book).push(arrival);
    if let Some((pause, status)) = answer {
        tokio::time::sleep(pause).await;
        let text = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        stream.write_all(text.as_bytes()).await?;
    }
    Ok(())
}

/// A pause and a status, or no answer at all.
fn answer(manner: Manner, roll: u64, id: Option<Uuid>) -> (Said, Option<(Duration, &'static str)>) {
    let is_cursed = id.is_some_and(|id| id.as_bytes().last() == Some(&0));
    if manner == Manner::Well || (roll.is_multiple_of(2) && !is_cursed) {
        return (Said::Taken, Some((Duration::ZERO, "204 No Content")));
    }
    match (roll >> 1) % 5 {
        0 => (Said::Refused, Some((Duration::ZERO, "500 Internal Server Error"))),
        1 => (Said::Refused, Some((Duration::from_millis(1500), "503 Service Unavailable"))),
        2 => (Said::Refused, Some((Duration::ZERO, "429 Too Many Requests"))),
        3 => (Said::Refused, Some((Duration::ZERO, "302 Found"))),
        _ => (Said::Nothing, None),
    }
}

/// Head and body of a request; nothing where it is cut.
async fn read(stream: &mut TcpStream) -> std::io::Result<Option<(String, Vec<u8>)>> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let (head, rest) = bytes.split_at(end + 4);
            let head = String::from_utf8_lossy(head).into_owned();
            let length = header(&head, "content-length").and_then(|text| text.parse::<usize>().ok()).unwrap_or(0);
            if let Some(body) = rest.get(..length) {
                return Ok(Some((head, body.to_vec())));
            }
        }
        if bytes.len() > LARGEST || stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
}

/// Whether one of the signatures is the HMAC-SHA-256 of id, timestamp and body.
pub fn is_signed(head: &str, body: &[u8], secret: &[u8]) -> bool {
    let (Some(id), Some(at), Some(signatures)) =
        (header(head, "webhook-id"), header(head, "webhook-timestamp"), header(head, "webhook-signature"))
    else {
        return false;
    };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return false };
    mac.update(format!("{id}.{at}.").as_bytes());
    mac.update(body);
    let wanted = format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes()));
    signatures.split(' ').any(|signature| signature == wanted)
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
