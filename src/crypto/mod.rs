//! Secrets: sealed fields, the key ring, blind indexes, signed tokens and passwords.
//!
//! What the room is for: a patient's words are encrypted before they are bound to a statement, so
//! that no log, WAL, dump or error of the database can hold them; and every secret the program
//! checks (access token, cursor, one-time token, password) is checked here.
//!
//! What it refuses: keys that are short, all one byte, shared between two uses or readable by
//! other users of the machine; a ciphertext that was moved to another row or column; a token with
//! any algorithm, type or header member but our own. It knows no HTTP and no SQL, and it never
//! reads the clock: time is a parameter.
//!
//! | file | holds |
//! |---|---|
//! | `random` | the one place of chance for secrets |
//! | `personal` | text that never reaches a log |
//! | `key` | one 256-bit key, derivation, HMAC |
//! | `key_folder`, `key_files`, `key_ring`, `key_list` | the keys on disk, read, checked, opened, shown |
//! | `encryption_keys` | the keys that wrap data keys, at one moment |
//! | `rotation`, `reloading` | keys that come and go, also while the program runs |
//! | `sealed`, `wrapped`, `padding` | personal fields and the data key around them |
//! | `purpose_seal` | what the program itself reads again: an authenticator's secret, a waiting mail |
//! | `blind_index` | equality search over sealed e-mail addresses and phone numbers |
//! | `tag` | signed cursors, form tokens, keyed hashes |
//! | `record` | digests and signatures of records that stand outside the program |
//! | `signing`, `signing_keys`, `access_token`, `attestation` | Ed25519 keys, JWKS, access tokens, signed facts |
//! | `opaque_token` | refresh and one-time tokens |
//! | `password`, `password_hash`, `password_gate` | what a password may be, its hash, its queue |

pub mod access_token;
mod attestation;
pub mod blind_index;
mod encryption_keys;
mod key;
mod key_files;
mod key_folder;
pub mod key_list;
pub mod key_ring;
pub mod opaque_token;
mod padding;
pub mod password;
pub mod password_gate;
pub mod password_hash;
pub mod personal;
pub mod purpose_seal;
pub mod random;
pub mod record;
mod reloading;
pub mod rotation;
pub mod sealed;
pub mod signing;
pub mod signing_keys;
pub mod tag;
pub mod wrapped;

pub use access_token::{AccessClaims, TokenError};
pub use blind_index::IndexedField;
pub use encryption_keys::EncryptionKeys;
pub use key::Key256;
pub use key_list::ListedKey;
pub use key_ring::{KeyError, KeyRing, RingParts};
pub use opaque_token::OpaqueToken;
pub use password::{Password, PasswordError, PasswordRules};
pub use password_gate::{Attempt, GateError, PasswordGate};
pub use password_hash::{HashError, Verified};
pub use personal::Personal;
pub use purpose_seal::PurposeSeal;
pub use random::RandomError;
pub use record::{RecordKey, digest};
pub use rotation::{KeyUse, Rotated};
pub use sealed::{DataKey, Place, SealError};
pub use signing::{Jwks, SigningKey};
pub use signing_keys::SigningKeys;
pub use tag::TagKey;
pub use wrapped::WrappedKey;
