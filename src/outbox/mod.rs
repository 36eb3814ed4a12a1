//! Events, written in the transaction that they tell of: an event without its change, or a change without its
//! event, cannot be committed. From there they go to whoever subscribed, signed by Standard Webhooks.
//!
//! Refuses: a person's words, name or address in an event, which carries ids, addresses of the site and versions alone;
//! a transaction that is open while a receiver is spoken to; an address that is not public, unless a setting names it;
//! to follow a redirect; to let a slow receiver hold up the others.
//!
//! | file | holds |
//! |---|---|
//! | `event` | what happens, and what an event tells |
//! | `fan_out` | due events into deliveries, and into what the program itself does about them |
//! | `payload` | the bytes that are sent |
//! | `secret` | the secrets of endpoints, and signatures |
//! | `courier` | the rounds on which deliveries are sent |
//! | `sending` | one request to a receiver |
//! | `retry` | when what failed is tried again |
//! | `clearing` | the removal of what was delivered long ago |
//! | `queries` | all SQL of the room |

mod clearing;
mod courier;
mod event;
mod fan_out;
mod payload;
mod queries;
mod retry;
mod secret;
mod sending;

pub use clearing::{clear_daily, clear_old};
pub use courier::{Courier, Round, deliver, deliver_due};
pub use event::{About, EventKind, PING, Shown, plan, record, record_about, record_each};
pub use fan_out::{Consequences, Following, announce_due};
pub use payload::payload;
pub use queries::find_trouble;
pub use retry::Backoff;
pub use secret::{SecretError, Secrets, WebhookSecret};
pub use sending::DEADLINE;

/// For how long an endpoint is tried (Standard Webhooks asks for some days).
pub const PATIENCE: chrono::TimeDelta = chrono::TimeDelta::days(3);
