//! What staff keep one by one: providers, claims, disclosures and the like. Each kind is made, read, changed, put into
//! the trash and brought back in the same way, so that none forgets what another does. Refuses a change that was made
//! against another version than the present one, a change of what is in the trash, and a write without its audit row.
//!
//! | file | holds |
//! |---|---|
//! | `record` | what a kind says of itself |
//! | `steps` | what is done with a record of any kind |
//! | `operations` | the five addresses of a kind |
//! | `answers` | the shapes in which they are answered |
//! | `many` | what is done with many of them at once |
//! | `named` | how a call names many |
//! | `texts` | the same in several languages |

mod answers;
mod many;
mod named;
mod operations;
mod record;
mod steps;
mod texts;

pub(crate) use answers::answers;
pub(crate) use many::many;
pub use many::{ChangedRecord, RecordAction, RecordsAnswer, RecordsInput, RecordsOutcome, change_many};
pub use named::{read_ids, read_versions, told_of};
pub(crate) use operations::operations;
pub(crate) use record::actions;
pub use record::{Actions, Hand, ListedRecord, Record, Standing};
pub use steps::{create, get, held_for_change, list, note, restore, trash, update};
pub use texts::{InLanguages, Texts, best, read_languages, read_texts};
