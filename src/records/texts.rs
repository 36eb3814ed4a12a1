//! The same in several languages: what people read is in the language that they ask for, else in that language without
//! its region, else in the clinic's, else in one that there is.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    contact::LanguageTag,
    http::{FieldError, Fields, check_text},
};

/// By language tag (BCP 47): what is said in each.
pub type InLanguages<T> = BTreeMap<String, T>;

/// Plain texts by language.
pub type Texts = InLanguages<String>;

/// The most languages of one thing.
const MOST: usize = 30;

/// Reads an object whose names are language tags. A null takes a language away; one has to stay.
///
/// # Errors
/// Every mistake in it.
pub fn read_languages<T>(
    mut fields: Fields<'_>,
    mut read: impl FnMut(&Value, String) -> Result<T, Vec<FieldError>>,
) -> Result<InLanguages<T>, Vec<FieldError>> {
    let mut languages = InLanguages::new();
    let written: Vec<_> = fields.others().into_iter().filter(|(_, value)| !value.is_null()).collect();
    if written.is_empty() || written.len() > MOST {
        let place = fields.pointer("");
        let place = place.trim_end_matches('/');
        fields.extend([FieldError::at(place, "required", "must hold a text in at least one language, at most 30")]);
    }
    for (tag, value) in written {
        let place = fields.pointer(tag);
        match LanguageTag::parse(tag) {
            Ok(tag) => match read(value, place) {
                Ok(said) => _ = languages.insert(tag.to_string(), said),
                Err(errors) => fields.extend(errors),
            },
            Err((code, message)) => fields.refuse(tag, code, message),
        }
    }
    fields.finish_open().map(|()| languages)
}

/// Reads [`Texts`], each of at most `most` characters.
///
/// # Errors
/// Every mistake in them.
pub fn read_texts(fields: Fields<'_>, most: usize) -> Result<Texts, Vec<FieldError>> {
    read_languages(fields, |value, place| {
        let refuse = |(code, message): (&str, String)| vec![FieldError::at(&place, code, message)];
        let text = value.as_str().ok_or_else(|| refuse(("wrong_type", "must be a text".to_owned())))?;
        check_text(text, most).map_err(refuse)
    })
}

/// What is said in the best language, with its tag.
pub fn best<'a, T>(languages: &'a InLanguages<T>, wanted: &str, of_clinic: &str) -> Option<(&'a str, &'a T)> {
    let of_language = |tag: &str| tag.split('-').next().unwrap_or_default().to_owned();
    let chain = [wanted.to_owned(), of_language(wanted), of_clinic.to_owned(), of_language(of_clinic)];
    let found = chain.iter().find_map(|tag| languages.get_key_value(tag));
    found.or_else(|| languages.iter().next()).map(|(tag, said)| (tag.as_str(), said))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn texts(body: &Value) -> Result<Texts, Vec<String>> {
        let told = |error: FieldError| format!("{} {}", error.pointer.unwrap_or_default(), error.code);
        read_texts(Fields::of(body, "/texts"), 5).map_err(|errors| errors.into_iter().map(told).collect())
    }

    #[test]
    fn a_text_is_wanted_in_one_language_at_least() {
        assert_eq!(texts(&json!({"en": " Shut ", "es": null})).unwrap(), Texts::from([("en".into(), "Shut".into())]));
        assert_eq!(texts(&json!({"es": null})).unwrap_err(), ["/texts required"]);
        assert_eq!(
            texts(&json!({"no tag": "x", "en": 7, "es": "too long"})).unwrap_err(),
            ["/texts/en wrong_type", "/texts/es too_long", "/texts/no tag bad_language"]
        );
    }

    #[test]
    fn the_best_language_is_the_nearest_that_there_is() {
        let texts: Texts =
            [("en", "a"), ("es", "b"), ("fr-CA", "c")].map(|(tag, text)| (tag.into(), text.into())).into();
        for (wanted, of_clinic, tag) in
            [("es-MX", "en", "es"), ("fr-CA", "en", "fr-CA"), ("de", "es-US", "es"), ("de", "it", "en")]
        {
            assert_eq!(best(&texts, wanted, of_clinic).unwrap().0, tag, "{wanted} {of_clinic}");
        }
    }
}
