//! Text about a person, in a type that no log line, answer or error can print by accident.

use std::fmt;

use serde::{Deserialize, Deserializer, de::Error as _};

/// A personal value: a name, an e-mail address, a phone number, a message.
///
/// `Debug` is redacted; there is no `Display` and no `Serialize`. The only way to the value is
/// [`Personal::reveal`], so that every place that shows it can be found by that word.
#[derive(Clone, PartialEq, Eq)]
pub struct Personal<T>(T);

impl<T> Personal<T> {
    /// Wraps a personal value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// Shows the value to code that has the right to it.
    pub const fn reveal(&self) -> &T {
        &self.0
    }

    /// Takes the value out of its wrapper.
    pub fn into_revealed(self) -> T {
        self.0
    }

    /// The same wrapper around a value made from this one, for parsing in steps.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Personal<U> {
        Personal(change(self.0))
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

impl<'de> Deserialize<'de> for Personal<String> {
    fn deserialize<D: Deserializer<'de>>(wire: D) -> Result<Self, D::Error> {
        text_from_wire(wire).map(Self)
    }
}

/// Reads a text without quoting what stood there instead: serde's own message for a wrong type
/// repeats the value, and a phone number sent as a JSON number would end up in the log.
pub(super) fn text_from_wire<'de, D: Deserializer<'de>>(wire: D) -> Result<String, D::Error> {
    String::deserialize(wire).map_err(|_| D::Error::custom("a text is expected here"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_line_never_shows_the_value() {
        let name = Personal::new("Ada Canary".to_owned());
        assert_eq!(format!("{name:?} {:?}", Some(&name)), "[personal] Some([personal])");
        assert_eq!(name.reveal(), "Ada Canary");
    }

    #[test]
    fn a_wrong_type_is_refused_without_quoting_it() {
        let refused = serde_json::from_str::<Personal<String>>("4930901820").unwrap_err();
        assert!(!refused.to_string().contains("4930"), "{refused}");
        let name: Personal<String> = serde_json::from_str("\"Ada\"").unwrap();
        assert_eq!(name.map(|text| text.len()).into_revealed(), 3);
    }
}
