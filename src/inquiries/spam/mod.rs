//! Whether an inquiry looks like a patient's, told without asking anybody outside. Pure but for `queries` and `marking`:
//! what was seen goes in as [`Signals`], a verdict with its reasons comes out, and the same goes in and out on every
//! node.
//!
//! Refuses to throw anything away: what is taken for spam is stored and can be released. Refuses to tell the sender:
//! the answer is the same whatever the verdict. Refuses to call spam what is merely odd: a link, Spanish, capitals, the
//! name of a medicine or a page that was left open are a patient's as well, so most reasons hold an inquiry back for a
//! person to look at, and only what is nearly certain is spam.
//!
//! | file | holds |
//! |---|---|
//! | `reason` | every reason with its weight |
//! | `judgement` | the sum, the thresholds, and what an emergency changes |
//! | `prose` | a text brought into the form that words are looked for in; the fingerprint of a message |
//! | `links` | addresses in a text, and the markup around them |
//! | `families` | the words of advertisements |
//! | `writing` | scripts, capitals, repetition, letters without a word |
//! | `sender` | what a name and an address tell |
//! | `proof` | the proof of work (ALTCHA) |
//! | `guard` | what the door asks |
//! | `marking`, `queries` | released and marked by staff |

mod families;
mod guard;
mod judgement;
mod links;
mod marking;
mod proof;
mod prose;
mod queries;
mod reason;
mod sender;
mod writing;

use actix_web::web::ServiceConfig;
use utoipa::OpenApi;

pub use guard::{Assessment, Guard};
pub use judgement::{HELD_FROM, Judgement, Proof, SPAM_FROM, Signals, Verdict, judge};
pub use prose::{Folded, Lexicon, fingerprint};
pub use reason::Reason;

use crate::http::Endpoint;

/// Mounts what staff may call, inside `/v1/admin`.
pub fn admin_routes(config: &mut ServiceConfig) {
    Endpoint::at("/inquiries/{id}/release").post(marking::release_inquiry).mount(config);
    Endpoint::at("/inquiries/{id}/spam").post(marking::mark_inquiry_spam).mount(config);
}

/// The part of the OpenAPI document that this room answers for.
#[derive(OpenApi)]
#[openapi(paths(marking::release_inquiry, marking::mark_inquiry_spam))]
#[derive(Debug)]
pub struct Docs;

#[cfg(test)]
mod tests;
