//! A receiver of the tests' own on loopback. Checks signatures with another implementation than the program's.

use std::{
    collections::{BTreeMap, VecDeque},
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use aws_lc_rs::hmac;
use data_encoding::BASE64;
use serde_json::Value;

/// One request, as it arrived.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub head: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
    pub at: Instant,
}

impl Arrival {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn signatures(&self) -> Vec<String> {
        self.header("webhook-signature").split(' ').map(str::to_owned).collect()
    }

    /// By Standard Webhooks: HMAC-SHA-256 over `id.timestamp.body`, with the key behind `whsec_`.
    pub fn expected_signature(&self, secret: &str) -> String {
        let key = BASE64.decode(secret.strip_prefix("whsec_").unwrap().as_bytes()).unwrap();
        let signed = format!("{}.{}.{}", self.header("webhook-id"), self.header("webhook-timestamp"), self.body);
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes());
        format!("v1,{}", BASE64.encode(tag.as_ref()))
    }
}

#[derive(Default)]
struct Heard {
    /// What the next requests are answered; `usual` once they are used up.
    answers: VecDeque<u16>,
    usual: u16,
    pause: Duration,
    location: String,
    arrivals: Vec<Arrival>,
}

/// A running receiver. Ends with the process.
pub struct Receiver {
    pub url: String,
    heard: Arc<Mutex<Heard>>,
}

impl Receiver {
    /// Takes everything.
    pub fn start() -> Self {
        Self::answering(&[], 204)
    }

    /// Answers the first requests so, and then always with `usual`.
    pub fn answering(answers: &[u16], usual: u16) -> Self {
        let heard = Heard { answers: answers.iter().copied().collect(), usual, ..Heard::default() };
        Self::with(heard)
    }

    /// Takes everything, each after a pause.
    pub fn slow(pause: Duration) -> Self {
        Self::with(Heard { usual: 204, pause, ..Heard::default() })
    }

    /// Sends everybody on.
    pub fn redirecting_to(location: &str) -> Self {
        Self::with(Heard { usual: 307, location: location.to_owned(), ..Heard::default() })
    }

    fn with(heard: Heard) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(heard));
        let ears = Arc::clone(&heard);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let ears = Arc::clone(&ears);
                std::thread::spawn(move || converse(stream, &ears));
            }
        });
        Self { url, heard }
    }

    pub fn arrivals(&self) -> Vec<Arrival> {
        self.heard.lock().unwrap().arrivals.clone()
    }

    /// The one request that arrived.
    #[track_caller]
    pub fn only(&self) -> Arrival {
        let arrivals = self.arrivals();
        assert_eq!(arrivals.len(), 1, "{arrivals:?}");
        arrivals[0].clone()
    }
}

fn converse(mut stream: TcpStream, heard: &Mutex<Heard>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let (mut head, mut headers) = (String::new(), BTreeMap::new());
    reader.read_line(&mut head).ok()?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) => _ = headers.insert(name.to_ascii_lowercase(), value.to_owned()),
            None => break,
        }
    }
    let length: usize = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let arrival = Arrival {
        head: head.trim_end().to_owned(),
        headers,
        body: String::from_utf8(body).unwrap(),
        at: Instant::now(),
    };
    let (status, pause, location) = {
        let mut heard = heard.lock().unwrap();
        heard.arrivals.push(arrival);
        let usual = heard.usual;
        (heard.answers.pop_front().unwrap_or(usual), heard.pause, heard.location.clone())
    };
    std::thread::sleep(pause);
    let location = if location.is_empty() { String::new() } else { format!("location: {location}\r\n") };
    let words = "Qzreceiver words that nobody keeps";
    let answer = if status == 204 {
        format!("HTTP/1.1 204 OK\r\n{location}\r\n")
    } else {
        format!("HTTP/1.1 {status} OK\r\n{location}content-length: {}\r\n\r\n{words}", words.len())
    };
    stream.write_all(answer.as_bytes()).ok()
}
