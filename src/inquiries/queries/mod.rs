//! All SQL about forms and inquiries. Writes of the public go through one function of the schema `site`; what is
//! bound here is sealed already.

mod forms;
mod key_fingerprints;
mod references;
mod submission;

pub use forms::*;
pub use key_fingerprints::{find_known_keys, insert_fingerprints};
pub use references::{find_public_form, find_public_references, may_post_from};
pub use submission::{Submit, Submitted, submit, submit_at};
