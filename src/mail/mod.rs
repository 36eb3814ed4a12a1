//! The one door to mail. A letter is written in the transaction that it tells of and carried by a loop of its own:
//! through a mail server, or into a folder where none is named. Refuses to keep an address, a name or a link where
//! the database could show it, to talk to a mail server inside a transaction, and to speak to one elsewhere without
//! TLS; to write a letter to an inquirer into a file. It knows no request: every link is given complete, so no `Host` header can bend one.

mod carrier;
mod folder;
mod letter;
mod message;
mod postbox;
mod queries;
mod relay;
mod reply;
mod round;
mod wording;

pub use carrier::{Carrier, CarrierError};
pub use letter::{FactorChange, Language, Letter, Recipient};
pub use postbox::{MailError, MailLinks, Postbox};
pub use reply::{Finding, Noting, Replies, Reply, Unanswered};
pub use round::{Round, deliver, deliver_due};
