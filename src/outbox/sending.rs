//! One request to a receiver. Nothing of an answer is kept but its status; what went wrong is a code of ours, since a
//! receiver's words could be anything.

use std::{
    io::Read,
    time::{Duration, Instant},
};

use ureq::{Agent, http::Request};

/// A request ends by then, whatever the receiver does.
pub const DEADLINE: Duration = Duration::from_secs(12);
/// So much of an answer is listened to before the line is cut.
const HEARD: u64 = 16 << 10;

/// A signed delivery, ready to leave.
#[derive(Debug)]
pub(super) struct Parcel {
    pub(super) url: String,
    pub(super) id: String,
    pub(super) timestamp: i64,
    pub(super) signatures: String,
    pub(super) payload: String,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answered {
    /// The status; none where there was no answer.
    pub(super) status: Option<u16>,
    /// What went wrong; none where it arrived.
    pub(super) error: Option<&'static str>,
    pub(super) duration: Duration,
}

impl Answered {
    /// The receiver says that it will never be there again (RFC 9110 §15.5.11).
    pub(super) fn is_gone(self) -> bool {
        self.status == Some(410)
    }
}

/// Posts a parcel, on a thread that may wait.
pub(super) fn send(agent: &Agent, parcel: Parcel) -> Answered {
    let begun = Instant::now();
    let answered = |status, error| Answered { status, error, duration: begun.elapsed() };
    let request = Request::post(parcel.url)
        .header("content-type", "application/json")
        .header("webhook-id", parcel.id)
        .header("webhook-timestamp", parcel.timestamp)
        .header("webhook-signature", parcel.signatures)
        .body(parcel.payload);
    let Ok(request) = request else { return answered(None, Some("address")) };
    match agent.run(request) {
        Ok(answer) => {
            let status = answer.status().as_u16();
            // Whether the rest comes or not: the status is the answer.
            let _ = std::io::copy(&mut answer.into_body().into_reader().take(HEARD), &mut std::io::sink());
            answered(Some(status), code_of(status))
        }
        Err(error) => answered(None, Some(in_a_word(&error))),
    }
}

fn code_of(status: u16) -> Option<&'static str> {
    match status {
        200..=299 => None,
        300..=399 => Some("redirect"),
        410 => Some("gone"),
        429 => Some("too_many_requests"),
        400..=499 => Some("refused"),
        _ => Some("failed"),
    }
}

fn in_a_word(error: &ureq::Error) -> &'static str {
    match error {
        ureq::Error::Timeout(_) => "timeout",
        ureq::Error::HostNotFound => "no_address",
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => "tls",
        ureq::Error::RequireHttpsOnly(_) => "not_https",
        _ => "connection",
    }
}
