//! How often an address may ask: a rate for each named limit, or none at all.

use std::collections::BTreeMap;

use super::parse::{Parsed, digits, list};

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LimitName {
    /// Posts of inquiries.
    Inquiries,
    /// Attempts to sign in.
    Login,
    /// Failed attempts at one account from one address, on all nodes together.
    Failures,
}

impl LimitName {
    /// Every limit.
    pub const ALL: [Self; 3] = [Self::Inquiries, Self::Login, Self::Failures];

    /// The name as it is written in the setting.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inquiries => "inquiries",
            Self::Login => "login",
            Self::Failures => "failures",
        }
    }

    const fn usual(self) -> Rate {
        match self {
            Self::Inquiries => Rate { count: 30, seconds: 60 },
            Self::Login => Rate { count: 10, seconds: 60 },
            Self::Failures => Rate { count: 10, seconds: 600 },
        }
    }
}

/// So many requests in so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests, 1 to 1,000,000.
    pub count: u32,
    /// Length of the window in seconds, 1 to 86,400.
    pub seconds: u32,
}

/// The rate of each limit; where limits are off, of none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateLimits(BTreeMap<LimitName, Rate>);

impl RateLimits {
    /// The rate of a limit; absent where limits are off.
    #[must_use]
    pub fn rate(&self, name: LimitName) -> Option<Rate> {
        self.0.get(&name).copied()
    }
}

pub(super) fn rate_limits(text: &str) -> Parsed<RateLimits> {
    let usual = || LimitName::ALL.into_iter().map(|name| (name, name.usual())).collect();
    match text {
        "on" | "true" => return Ok(RateLimits(usual())),
        "off" | "false" => return Ok(RateLimits(BTreeMap::new())),
        _ => {}
    }
    let mut rates: BTreeMap<_, _> = usual();
    let given = list(text, limit)?;
    for name in LimitName::ALL {
        if given.iter().filter(|(given, _)| *given == name).count() > 1 {
            return Err(format!("gives {} more than one rate", name.as_str()).into());
        }
    }
    rates.extend(given);
    Ok(RateLimits(rates))
}

fn limit(text: &str) -> Parsed<(LimitName, Rate)> {
    let (name, rate) = text.split_once('=').ok_or("is not of the form name=count/seconds")?;
    let name = LimitName::ALL.into_iter().find(|known| known.as_str() == name.trim()).ok_or("names no known limit")?;
    let (count, seconds) = rate.split_once('/').ok_or("is not of the form name=count/seconds")?;
    let count = bounded(count.trim(), 1_000_000)?;
    let seconds = bounded(seconds.trim(), 86_400)?;
    Ok((name, Rate { count, seconds }))
}

fn bounded(text: &str, max: u32) -> Parsed<u32> {
    let number = digits(text)?;
    if (1..=max).contains(&number) {
        Ok(number)
    } else {
        Err(format!("has a number that is not from 1 to {max}").into())
    }
}
