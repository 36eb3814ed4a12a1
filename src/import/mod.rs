//! Readers of what clinics have elsewhere: bytes in, drafts and facts out, with a report of everything that was left
//! and why. Pure: stores nothing, and refuses to guess.
//!
//! | file | holds |
//! |---|---|
//! | `page` | one page of a site, saved as text or HTML |
//! | `wordpress` | the export of a WordPress (WXR) |
//! | `ghost` | the export of a Ghost |
//! | `markdown` | a text with front matter |
//! | `listings` | tables of locations and providers, a Google Business Profile |
//! | `exported` | the lines that `export articles` writes |
//! | `record` | what the readers of collections hand over |
//! | `why` | what was left or changed, and why |
//! | `bounded`, `markup` | how they read: in bounded memory, tag by tag |

mod bounded;
pub mod exported;
pub mod ghost;
pub mod listings;
pub mod markdown;
mod markup;
pub mod page;
pub mod record;
pub mod why;
pub mod wordpress;
