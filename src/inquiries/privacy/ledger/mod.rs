//! The ledger of consent: what was agreed to on the form, and every row that came after it, with the exact text, how it
//! was said and where it stands in the audit trail. Refuses to change a row: a withdrawal is a row of its own.
//!
//! | file | holds |
//! |---|---|
//! | `entry` | a row of the ledger, and where each purpose stands |
//! | `admin` | the ledger of an inquiry read and added to |
//! | `proof` | the signed export |
//! | `opt_outs` | who does not want to be written to or called |
//! | `queries` | all SQL |

pub(super) mod admin;
mod entry;
pub(super) mod opt_outs;
pub(super) mod proof;
mod queries;

pub use admin::{ConsentChangeInput, ConsentLedger, ConsentLedgerAnswer};
pub(super) use entry::standings;
pub use entry::{ConsentEntry, ConsentEvent, ConsentStanding};
pub use opt_outs::{Contact, NewOptOut, OptOut, OptOutAnswer, OptOutInput, OptOutPage, suppress};
pub use proof::{ConsentProof, ConsentProofAnswer, ConsentProofInput, ProvenConsents};
pub(super) use queries::{NewChange, insert_change, list_entries};

/// How a person says something.
pub const CHANNELS: [&str; 7] = ["web", "phone", "sms", "email", "in_person", "post", "connector"];
