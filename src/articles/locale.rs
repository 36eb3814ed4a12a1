//! In which languages the public asks for an article. Refuses to guess one: without `fallback=default` a text is given in
//! the language that was asked for, or not at all.

use crate::{contact::LanguageTag, http::QueryReader};

/// The languages that will do, the best one first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// `?locale=`, in its canonical form.
    pub locale: Option<String>,
    /// Whether a text in the clinic's own language will do where there is none in the one asked for.
    pub fallback: bool,
}

/// `?locale=`, in its canonical form.
pub fn language(query: &mut QueryReader) -> Option<String> {
    query.parsed("locale", "a BCP 47 language tag", |text| Some(LanguageTag::parse(text).ok()?.to_string()))
}

impl Asked {
    /// Reads `locale` and `fallback`.
    pub fn read(query: &mut QueryReader) -> Self {
        Self { locale: language(query), fallback: query.one_of("fallback", &["none", "default"]) == Some("default") }
    }

    /// The language asked for, then, where others will do, the same without its last parts, as RFC 4647 §3.4 looks
    /// languages up: `zh-Hant-TW`, `zh-Hant`, `zh`.
    pub fn chain(&self) -> Vec<String> {
        let Some(locale) = &self.locale else { return Vec::new() };
        let mut chain = vec![locale.clone()];
        let mut rest = locale.as_str();
        while let Some((shorter, _)) = rest.rsplit_once('-').filter(|_| self.fallback) {
            // A letter alone announces the part after it and means nothing without that.
            let announces = shorter.rsplit('-').next().is_some_and(|part| part.len() == 1);
            rest = shorter;
            if !announces {
                chain.push(rest.to_owned());
            }
        }
        chain
    }

    /// Whether the clinic's own language ends the chain.
    pub fn ends_with_default(&self) -> bool {
        self.fallback || self.locale.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_looked_up_from_the_particular_to_the_general() {
        let chain = |locale: &str, fallback| Asked { locale: Some(locale.to_owned()), fallback }.chain();
        assert_eq!(chain("es-MX", true), ["es-MX", "es"]);
        assert_eq!(chain("zh-Hant-TW", true), ["zh-Hant-TW", "zh-Hant", "zh"]);
        assert_eq!(chain("de-DE-u-co-phonebk", true), ["de-DE-u-co-phonebk", "de-DE-u-co", "de-DE", "de"]);
        assert_eq!(chain("es-MX", false), ["es-MX"]);
        assert_eq!(Asked { locale: None, fallback: true }.chain(), [""; 0]);
    }
}
