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

/// Whether a character shows nothing and changes how others are shown: marks of direction (Unicode Standard Annex 9) and of
/// no width. Address books leave them in what they copy, and they make `exe.jpg` of `gpj.exe`.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}
