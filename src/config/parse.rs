//! From text to values, for the kinds that need no rules of their own.
//!
//! A parser says what is wrong and never repeats the text; what is expected stands in
//! [`Kind::expected`](super::settings::Kind::expected).

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use email_address::{EmailAddress, Options};
use ipnet::IpNet;

use super::settings::Kind;

/// What is wrong with a text.
pub(super) type Wrong = Cow<'static, str>;

/// A value, or what is wrong with its text.
pub(super) type Parsed<T> = Result<T, Wrong>;

/// Shape of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line, for machines.
    Json,
    /// One line of text an event, for people.
    Text,
}

/// The header in which trusted proxies write whom they speak for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`, to which nearly every proxy appends.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// What becomes of an article whose review is overdue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ReviewOverdue {
    /// It says so.
    #[default]
    Flag,
    /// Search engines are asked to stay away.
    Noindex,
    /// It goes by itself.
    Withdraw,
}

impl ReviewOverdue {
    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Noindex => "noindex",
            Self::Withdraw => "withdraw",
        }
    }
}

/// Refuses what no setting may hold: nothing at all, and control characters, which in a value are
/// a file of two lines or an attempt to forge a log line.
pub(super) fn plain(text: &str, kind: Kind) -> Parsed<()> {
    if text.trim().is_empty() && !kind.may_be_empty() {
        return Err("is empty".into());
    }
    if text.chars().any(char::is_control) {
        return Err("holds a line break or another control character".into());
    }
    Ok(())
}

pub(super) fn socket(text: &str) -> Parsed<SocketAddr> {
    text.parse().map_err(|_| "is not an IP address with a port".into())
}

pub(super) fn loopback_socket(text: &str) -> Parsed<SocketAddr> {
    let address = socket(text)?;
    if address.ip().to_canonical().is_loopback() { Ok(address) } else { Err("can be reached from other hosts".into()) }
}

#[expect(clippy::unnecessary_wraps, reason = "every parser has the same shape")]
pub(super) fn path(text: &str) -> Parsed<PathBuf> {
    Ok(PathBuf::from(text))
}

/// The directives as written; the subscriber that understands them is built elsewhere.
#[expect(clippy::unnecessary_wraps, reason = "every parser has the same shape")]
pub(super) fn log_filter(text: &str) -> Parsed<String> {
    Ok(text.to_owned())
}

pub(super) fn switch(text: &str) -> Parsed<bool> {
    match text {
        "true" | "on" => Ok(true),
        "false" | "off" => Ok(false),
        _ => Err("is neither yes nor no".into()),
    }
}

pub(super) fn log_format(text: &str) -> Parsed<LogFormat> {
    match text {
        "json" => Ok(LogFormat::Json),
        "text" => Ok(LogFormat::Text),
        _ => Err("is not a known format".into()),
    }
}

pub(super) fn forwarded_header(text: &str) -> Parsed<ForwardedHeader> {
    match text {
        "x-forwarded-for" => Ok(ForwardedHeader::XForwardedFor),
        "forwarded" => Ok(ForwardedHeader::Forwarded),
        _ => Err("is not a known header".into()),
    }
}

pub(super) fn review_overdue(text: &str) -> Parsed<ReviewOverdue> {
    let all = [ReviewOverdue::Flag, ReviewOverdue::Noindex, ReviewOverdue::Withdraw];
    all.into_iter().find(|policy| policy.name() == text).ok_or_else(|| "is not a policy".into())
}

/// A whole number written in digits alone, within the bounds of `kind`.
pub(super) fn number<T: TryFrom<u32>>(text: &str, kind: Kind) -> Parsed<T> {
    let number = digits(text)?;
    let within = match kind {
        Kind::Number { min, max } => (min..=max).contains(&number),
        _ => false,
    };
    let number = T::try_from(number).ok().filter(|_| within);
    number.ok_or_else(|| "is out of bounds".into())
}

/// Digits alone: no sign, no blank, no separator.
pub(super) fn digits(text: &str) -> Parsed<u32> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("is not a whole number".into());
    }
    text.parse().map_err(|_| "is out of bounds".into())
}

/// An address alone: no name around it, no `[192.0.2.1]` for a domain.
pub(super) fn email(text: &str) -> Parsed<EmailAddress> {
    let alone = Options::default().without_display_text().without_domain_literal();
    EmailAddress::parse_with_options(text, alone).map_err(|_| "is not an e-mail address".into())
}

/// The entries of a comma-separated list, each parsed by `entry`; every wrong one is named by its
/// position. An empty text is an empty list, and an entry that is there twice counts once.
pub(super) fn list<T: PartialEq>(text: &str, entry: impl Fn(&str) -> Parsed<T>) -> Parsed<Vec<T>> {
    let mut entries = Vec::new();
    let mut wrong = Vec::new();
    let parts = text.split(',').map(str::trim).enumerate();
    for (position, part) in parts.filter(|_| !text.trim().is_empty()) {
        let parsed = if part.is_empty() { Err("is empty".into()) } else { entry(part) };
        match parsed {
            Ok(value) if entries.contains(&value) => {}
            Ok(value) => entries.push(value),
            Err(reason) => wrong.push(format!("entry {} {reason}", position + 1)),
        }
    }
    if wrong.is_empty() { Ok(entries) } else { Err(wrong.join(", ").into()) }
}

pub(super) fn networks(text: &str) -> Parsed<Vec<IpNet>> {
    list(text, network)
}

/// A network, or one address. Bits after the prefix are refused: `10.0.0.5/8` most likely means one
/// proxy, and would trust sixteen million.
fn network(text: &str) -> Parsed<IpNet> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(IpNet::from(address));
    }
    match text.parse::<IpNet>() {
        Ok(network) if network == network.trunc() => Ok(network),
        Ok(_) => Err("is not the first address of its network".into()),
        Err(_) => Err("is neither an IP address nor a network".into()),
    }
}
