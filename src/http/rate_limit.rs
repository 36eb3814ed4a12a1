//! Limits by address, counted for a door or for each route behind it, and never by what a client can change about itself (a header, a
//! body field, the spelling of a path). The answer to one too many is 429 with `Retry-After`.

use std::{net::IpAddr, num::NonZeroU32, time::Duration};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _};

use super::{ApiError, client::bucket};

/// One door's limit: so many requests in so many seconds for an address. None is off.
#[derive(Debug)]
pub struct RateLimit {
    name: &'static str,
    limiter: Option<Limiter>,
}

#[derive(Debug)]
struct Limiter {
    keyed: DefaultKeyedRateLimiter<(Box<str>, IpAddr)>,
    count: NonZeroU32,
    seconds: u64,
}

impl RateLimit {
    /// `count` requests in `seconds`; zero of either is off.
    pub fn new(name: &'static str, count: u32, seconds: u64) -> Self {
        let limiter = NonZeroU32::new(count).filter(|_| seconds > 0).and_then(|count| {
            let quota = Quota::with_period(Duration::from_secs(seconds) / count.get())?.allow_burst(count);
            Some(Limiter { keyed: RateLimiter::keyed(quota), count, seconds })
        });
        Self { name, limiter }
    }

    /// Counts one request of `address`, at whatever route. An address that nobody knows shares one bucket with all such.
    ///
    /// # Errors
    /// [`ApiError::RateLimited`].
    pub fn spend(&self, address: Option<IpAddr>) -> Result<(), ApiError> {
        self.spend_at("", address)
    }

    /// The same for one route, the pattern that was matched: each counts for itself.
    ///
    /// # Errors
    /// [`ApiError::RateLimited`].
    pub fn spend_at(&self, route: &str, address: Option<IpAddr>) -> Result<(), ApiError> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        let address = address.map_or(IpAddr::from([0, 0, 0, 0]), bucket);
        if limiter.keyed.len() > 100_000 {
            limiter.keyed.retain_recent();
        }
        limiter.keyed.check_key(&(route.into(), address)).map_err(|early| {
            let wait = early.wait_time_from(governor::clock::DefaultClock::default().now());
            ApiError::RateLimited { wait: wait.as_secs() + 1, policy: limiter.policy(self.name) }
        })
    }
}

impl Limiter {
    /// The value of `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers).
    fn policy(&self, name: &str) -> String {
        format!("\"{name}\";q={};w={}", self.count, self.seconds)
    }
}
