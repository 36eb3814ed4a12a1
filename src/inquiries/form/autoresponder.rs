//! The letter that answers an inquiry by itself, as staff write it. Refuses a placeholder that nobody fills, and a subject
//! of two lines.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    http::{FieldError, Fields, check_line},
    records::{Texts, best, read_languages, read_texts},
};

/// What a text may hold in braces: the clinic's name, the receipt, and when the clinic opens again.
const PLACEHOLDERS: [&str; 3] = ["{clinic}", "{receipt}", "{reopens}"];

/// The letter that answers an inquiry by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AutoresponderDefinition {
    /// By language (BCP 47), one line of at most 150 characters.
    #[schema(value_type = std::collections::BTreeMap<String, String>, example = json!({"en": "We have your message ({receipt})"}))]
    pub subject: Texts,
    /// By language, plain text of at most 5,000 characters. `{clinic}`, `{receipt}` and `{reopens}` ("We reopen Monday at
    /// 8:00 AM.", or nothing) are filled in.
    #[schema(value_type = std::collections::BTreeMap<String, String>, example = json!({"en": "Thank you for writing to {clinic}. {reopens}"}))]
    pub text: Texts,
}

/// What the placeholders stand for in one letter.
#[derive(Clone, Copy, Debug)]
pub struct Filling<'a> {
    /// The clinic's name.
    pub clinic: &'a str,
    /// The code that the sender was given.
    pub receipt: &'a str,
    /// The sentence about the hours; empty where there is none.
    pub reopens: &'a str,
}

impl AutoresponderDefinition {
    /// Subject and text in the best language.
    pub fn worded(&self, locale: &str, of_clinic: &str, filling: Filling<'_>) -> Option<(String, String)> {
        let (_, subject) = best(&self.subject, locale, of_clinic)?;
        let (_, text) = best(&self.text, locale, of_clinic)?;
        let subject = filled(subject, filling).split_whitespace().collect::<Vec<_>>().join(" ");
        Some((subject, filled(text, filling)))
    }
}

/// The text with its placeholders filled. Blanks that an empty one leaves behind go with it.
fn filled(text: &str, filling: Filling<'_>) -> String {
    let line = |line: &str| {
        let [clinic, receipt, reopens] = PLACEHOLDERS;
        // One pass: what is filled in is never read again.
        let mut rest = line;
        let mut whole = String::with_capacity(line.len());
        while let Some((before, after)) = rest.split_once('{') {
            whole.push_str(before);
            let marked = rest.get(before.len()..).unwrap_or_default();
            let values = [(clinic, filling.clinic), (receipt, filling.receipt), (reopens, filling.reopens)];
            if let Some((name, value)) = values.iter().find(|(name, _)| marked.starts_with(name)) {
                whole.push_str(value);
                rest = marked.get(name.len()..).unwrap_or_default();
            } else {
                whole.push('{');
                rest = after;
            }
        }
        whole.push_str(rest);
        whole.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let lines: Vec<String> = text.lines().map(line).collect();
    lines.join("\n").split("\n\n").map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// Reads `autoresponder` of a form.
pub(super) fn read(fields: &mut Fields<'_>) -> Option<AutoresponderDefinition> {
    fields.object("autoresponder", |mut fields| {
        let subject = fields.object("subject", |texts| {
            read_languages(texts, |value, place| {
                let refuse = |(code, message): (&str, String)| vec![FieldError::at(&place, code, message)];
                let text = value.as_str().ok_or_else(|| refuse(("wrong_type", "must be a text".to_owned())))?;
                check_line(text, 150).map_err(refuse)
            })
        });
        let subject = fields.require("subject", subject);
        let text = fields.object("text", |texts| read_texts(texts, 5000));
        let text = fields.require("text", text);
        for (name, texts) in [("subject", &subject), ("text", &text)] {
            let unknown = texts.iter().flatten().filter(|(_, text)| has_unknown_placeholder(text));
            let errors: Vec<_> = unknown
                .map(|(tag, _)| {
                    let place = format!("{}/{tag}", fields.pointer(name));
                    let message = format!("may hold {} in braces and nothing else", PLACEHOLDERS.join(", "));
                    FieldError::at(place, "unknown_placeholder", message)
                })
                .collect();
            fields.extend(errors);
        }
        fields.finish()?;
        let (subject, text) = subject.zip(text).ok_or_else(Vec::new)?;
        Ok(AutoresponderDefinition { subject, text })
    })
}

fn has_unknown_placeholder(text: &str) -> bool {
    let without = PLACEHOLDERS.iter().fold(text.to_owned(), |text, name| text.replace(name, ""));
    without.contains(['{', '}'])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn errors(body: &serde_json::Value) -> Vec<String> {
        let mut fields = Fields::of(body, "");
        read(&mut fields);
        let errors = fields.finish().err().unwrap_or_default();
        errors.into_iter().map(|error| format!("{} {}", error.pointer.unwrap_or_default(), error.code)).collect()
    }

    #[test]
    fn every_placeholder_is_one_that_is_filled() {
        let fine = json!({"autoresponder": {"subject": {"en": "{receipt}"}, "text": {"en": "{clinic} {reopens}"}}});
        assert!(errors(&fine).is_empty());
        let wrong =
            json!({"autoresponder": {"subject": {"en": "a\nb"}, "text": {"en": "Dear {name}", "es": "{clinic"}}});
        assert_eq!(
            errors(&wrong),
            [
                "/autoresponder/subject/en line_break",
                "/autoresponder/text/en unknown_placeholder",
                "/autoresponder/text/es unknown_placeholder"
            ]
        );
    }

    #[test]
    fn what_is_filled_in_is_not_read_again_and_what_is_empty_leaves_no_gap() {
        let filling = Filling { clinic: "A {receipt} B", receipt: "R", reopens: "" };
        assert_eq!(
            filled("{clinic} has {receipt}. {reopens}\n\n{reopens}\n\nEnd", filling),
            "A {receipt} B has R.\n\nEnd"
        );
    }

    #[test]
    fn the_language_is_the_nearest_that_there_is() {
        let texts =
            |en: &str, es: &str| [("en", en), ("es", es)].map(|(tag, text)| (tag.to_owned(), text.to_owned())).into();
        let letter = AutoresponderDefinition { subject: texts("Hello", "Hola"), text: texts("{clinic}", "{clinic}.") };
        let filling = Filling { clinic: "C\r\nBcc: x", receipt: "", reopens: "" };
        assert_eq!(letter.worded("es-MX", "en", filling).unwrap(), ("Hola".to_owned(), "C Bcc: x.".to_owned()));
    }
}
