//! How people are reached: telephone numbers, e-mail addresses and the languages they read. Pure values that parse:
//! no room, no database and no request is known here. Refuses what cannot be dialled, mailed or named, and never
//! repeats what was typed.

mod email;
mod language;
mod phone;

pub use email::Email;
pub use language::LanguageTag;
pub use phone::Phone;

/// Why a text is refused: a stable code, and a sentence that says what is right.
pub type Refusal = (&'static str, String);
