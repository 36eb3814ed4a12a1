//! One request over a connection of its own. Whatever is less than a whole answer is none: the client cannot know.

use std::fmt::Write as _;

use std::{net::SocketAddr, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::exchange::{Frame, Received};

const LARGEST: u64 = 16 << 20;

/// A request; the node closes the connection behind its answer.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The method.
    pub method: &'a str,
    /// Path and query.
    pub path: &'a str,
    /// Further headers.
    pub headers: &'a [(&'a str, &'a str)],
    /// A JSON body.
    pub body: Option<&'a Value>,
}

impl Asked<'_> {
    fn bytes(&self) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n", self.method, self.path);
        for (name, value) in self.headers {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        let body = self.body.map(Value::to_string);
        if let Some(body) = &body {
            let _ = write!(text, "content-type: application/json\r\ncontent-length: {}\r\n", body.len());
        }
        text.push_str("\r\n");
        text.push_str(body.as_deref().unwrap_or_default());
        text.into_bytes()
    }

    /// The answer, if it came whole and in time.
    pub async fn of(&self, address: SocketAddr, patience: Duration) -> Option<Received> {
        let bytes = self.bytes();
        timeout(patience, exchange(address, &bytes)).await.ok().flatten()
    }
}

async fn exchange(address: SocketAddr, request: &[u8]) -> Option<Received> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.write_all(request).await.ok()?;
    let mut bytes = Vec::new();
    stream.take(LARGEST).read_to_end(&mut bytes).await.ok()?;
    let frame = Frame::read(&bytes).ok()??;
    (bytes.len() >= frame.length()).then(|| Received::take_apart(&bytes, frame))
}
