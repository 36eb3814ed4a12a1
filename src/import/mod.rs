//! Readers of what clinics have elsewhere: bytes in, drafts and facts out, with a report of everything that was left
//! and why. Pure: stores nothing, and refuses to guess.

pub mod page;
