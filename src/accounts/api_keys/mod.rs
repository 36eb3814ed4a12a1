//! API keys for integrations and front ends. A key has scopes, an end, perhaps addresses, and a maker whose rights are
//! its ceiling at every request: it shrinks when theirs do.
//!
//! Refuses: a key that is not spelt to the letter, without asking the database; to say why a key is refused; to show a
//! key again; to let a key do what belongs to a person's session, or make another key; to let anybody but the maker
//! have a new secret, since it would carry the maker's rights.
//!
//! | file | holds |
//! |---|---|
//! | `key` | the text of a key and its checksum |
//! | `admission` | who stands behind a key, on staff and on public addresses |
//! | `input` | bodies, and the ceiling of scopes |
//! | `shown` | what people see of a key |
//! | `admin` | making, changing, revoking |
//! | `rotation` | a new secret, with the former one beside it for a while |

pub mod admin;
mod admission;
mod input;
mod key;
pub mod rotation;
mod shown;

pub use admission::{admit, integration_behind};
pub use key::ShownKey;

/// Whether a bearer token is meant as an API key.
pub fn looks_like_one(token: &str) -> bool {
    token.starts_with(key::PREFIX)
}
