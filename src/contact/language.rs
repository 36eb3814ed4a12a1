//! Languages (BCP 47, RFC 5646).

use std::fmt;

use oxilangtag::LanguageTag as Tag;
use serde::Serialize;

use super::Refusal;

/// The most characters of a tag (RFC 5646 §4.4.1 asks for at least 35).
const LONGEST: usize = 35;

/// A well-formed language tag in its canonical case, such as `en`, `es-US` or `zh-Hant-TW`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct LanguageTag(String);

impl LanguageTag {
    /// Reads a tag in any case. Languages are named by two or three letters: an English word such as `english` is
    /// well-formed by the grammar and names nothing.
    ///
    /// # Errors
    /// `bad_language`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let refused = || ("bad_language", "must be a BCP 47 language tag, such as en or es-US".to_owned());
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(refused());
        }
        let tag = Tag::parse_and_normalize(text).map_err(|_| refused())?;
        let named = (2..=3).contains(&tag.primary_language().len());
        if named { Ok(Self(tag.into_inner())) } else { Err(refused()) }
    }

    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LanguageTag {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_tag_takes_its_canonical_case() {
        for (given, canonical) in [("EN", "en"), ("es-us", "es-US"), ("ZH-hant-tw", "zh-Hant-TW"), (" ht ", "ht")] {
            assert_eq!(LanguageTag::parse(given).unwrap().as_str(), canonical);
        }
    }

    #[test]
    fn what_names_no_language_is_refused() {
        for text in ["", "e", "english", "en_US", "en-", "x-clinic", "i-klingon", "en-US, es", &"en-".repeat(20)] {
            assert_eq!(LanguageTag::parse(text).unwrap_err().0, "bad_language", "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_canonical_tag_stays_as_it_is(text in "[a-zA-Z]{2,3}(-[a-zA-Z]{4})?(-[a-zA-Z]{2})?") {
            if let Ok(tag) = LanguageTag::parse(&text) {
                prop_assert_eq!(LanguageTag::parse(tag.as_str()).unwrap(), tag);
            }
        }
    }
}
