//! As much of HTTP/1.1 as a load generator needs: where an answer ends, and one exchange at a time. Refuses answers
//! without a length, since a client that waits for the end of the connection measures something else.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use super::trouble::Trouble;

const PATIENCE: Duration = Duration::from_secs(10);
const LARGEST: usize = 16 << 20;

/// The lengths of an answer whose head has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The status code.
    pub status: u16,
    /// Bytes up to the body.
    pub head: usize,
    /// Bytes of the body.
    pub body: usize,
}

impl Frame {
    /// Reads the head at the beginning of `bytes`; `None` while it is incomplete.
    ///
    /// # Errors
    /// [`Trouble::Failed`] for an answer without a length, or something that is no HTTP.
    pub fn read(bytes: &[u8]) -> Result<Option<Self>, Trouble> {
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
        let (head, _) = bytes.split_at(end);
        let status = bytes.get(9..12).and_then(|digits| str::from_utf8(digits).ok()?.parse().ok());
        let status: u16 = status.ok_or_else(|| Trouble::failed("an answer that is not HTTP"))?;
        let body = if matches!(status, 204 | 304) { Some(0) } else { content_length(head) };
        let body = body.ok_or_else(|| Trouble::failed(format!("an answer {status} without Content-Length")))?;
        Ok(Some(Self { status, head: end + 4, body }))
    }

    /// Bytes of the whole answer.
    pub fn length(self) -> usize {
        self.head + self.body
    }
}

fn content_length(head: &[u8]) -> Option<usize> {
    const NAME: &[u8] = b"content-length:";
    let lines = head.split(|byte| *byte == b'\n');
    let value =
        lines.filter_map(|line| line.split_at_checked(NAME.len())).find(|(name, _)| name.eq_ignore_ascii_case(NAME));
    str::from_utf8(value?.1).ok()?.trim().parse().ok()
}

/// An answer, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The status code.
    pub status: u16,
    /// Names in lower case, in the order of the answer.
    pub headers: Vec<(String, String)>,
    /// As it was sent.
    pub body: Vec<u8>,
}

impl Received {
    /// The first header of that name (lower case).
    #[allow(dead_code, reason = "the benchmark of the search shares this file and asks for none")]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Takes whole bytes apart.
    pub fn take_apart(bytes: &[u8], frame: Frame) -> Self {
        let head = String::from_utf8_lossy(bytes.get(..frame.head).unwrap_or_default()).into_owned();
        let line =
            |line: &str| line.split_once(':').map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
        let body = bytes.get(frame.head..frame.length()).unwrap_or_default().to_vec();
        Self { status: frame.status, headers: head.lines().skip(1).filter_map(line).collect(), body }
    }
}

/// A read. `more` are header lines, each with its end.
pub fn get(path: &str, more: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\n{more}\r\n").into_bytes()
}

/// Sends a request over a connection of its own, and blocks for the answer.
///
/// # Errors
/// [`Trouble::Failed`] where there is none within ten seconds.
pub fn ask(address: SocketAddr, request: &[u8]) -> Result<Received, Trouble> {
    Connection::open(address)?.ask(request)
}

/// A connection that is kept alive, for one request after another.
#[derive(Debug)]
pub struct Connection {
    address: SocketAddr,
    stream: TcpStream,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// [`Trouble::Failed`] where nobody accepts within ten seconds.
    pub fn open(address: SocketAddr) -> Result<Self, Trouble> {
        let failed = || Trouble::at::<std::io::Error>(format!("connecting to {address}"));
        let stream = TcpStream::connect_timeout(&address, PATIENCE).map_err(failed())?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(failed())?;
        stream.set_nodelay(true).map_err(failed())?;
        Ok(Self { address, stream })
    }

    /// Sends a request, and blocks for the answer.
    ///
    /// # Errors
    /// [`Trouble::Failed`] where there is none within ten seconds.
    pub fn ask(&mut self, request: &[u8]) -> Result<Received, Trouble> {
        let failed = |what| Trouble::at::<std::io::Error>(format!("{what} {}", self.address));
        self.stream.write_all(request).map_err(failed("asking"))?;
        let (mut bytes, mut chunk) = (Vec::new(), [0; 16384]);
        while bytes.len() < LARGEST {
            let count = self.stream.read(&mut chunk).map_err(failed("reading the answer of"))?;
            bytes.extend(chunk.get(..count).unwrap_or_default());
            match Frame::read(&bytes)? {
                Some(frame) if bytes.len() >= frame.length() => return Ok(Received::take_apart(&bytes, frame)),
                _ if count == 0 => break,
                _ => {}
            }
        }
        Err(Trouble::failed(format!("{} sent no whole answer", self.address)))
    }
}
