//! A post of a plain HTML form. Its flat names are brought into the shape of the JSON body, so that one parser reads
//! both. Real forms carry buttons and fields of their own: what is not known is kept as an extra answer, never lost.
//! Names that begin with `_` are controls and are not kept; an empty field is one that nobody filled.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{
    input::References,
    inquiry::{ANSWERS, ATTRIBUTION},
};
use crate::http::{FieldError, check_line, check_text};

/// The most fields of a form.
pub const FIELDS: usize = 100;
/// The most characters of the name of an extra answer.
const ANSWER_NAME: usize = 100;
/// Fields of the JSON body that a form sends under the same name, once.
const SINGLE: [&str; 11] = [
    "form",
    "kind",
    "email",
    "phone",
    "preferred_contact",
    "location",
    "service",
    "language",
    "on_behalf_of",
    "form_token",
    "altcha",
];

/// Whether a plain form says something of its own by this name, so that a form cannot ask for anything else by it.
pub fn is_reserved(name: &str) -> bool {
    const MORE: [&str; 7] =
        ["message", "name", "full_name", "given_name", "family_name", "preferred_times", "attachments"];
    SINGLE.contains(&name)
        || MORE.contains(&name)
        || ATTRIBUTION.iter().any(|(known, _)| *known == name)
        || name.starts_with("consent_")
}

/// The fields of a form by their names, without the empty ones.
#[derive(Clone, Default)]
pub struct PlainForm {
    fields: BTreeMap<String, Vec<String>>,
}

/// A form in the shape of the JSON body.
#[derive(Default)]
pub struct Translated {
    /// What the parser of JSON bodies reads.
    pub body: Value,
    /// What it does not know.
    pub answers: BTreeMap<String, String>,
    /// Mistakes found on the way.
    pub errors: Vec<FieldError>,
    /// Pointers into `body`, and the fields of the form behind them.
    origins: Vec<(String, String)>,
}

impl PlainForm {
    /// Groups the fields of a form.
    ///
    /// # Errors
    /// More than [`FIELDS`] fields.
    pub fn of(pairs: Vec<(String, String)>) -> Result<Self, Vec<FieldError>> {
        if pairs.len() > FIELDS {
            return Err(vec![too_many()]);
        }
        let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in pairs {
            if !name.is_empty() && !value.trim().is_empty() {
                fields.entry(name).or_default().push(value);
            }
        }
        Ok(Self { fields })
    }

    /// What the fields name that the database knows.
    pub fn references(&self) -> References {
        References::of(|name| self.only(name).map(String::as_str))
    }

    /// Where the browser wants to go afterwards. Nothing is believed of it here.
    pub fn next(&self) -> Option<String> {
        self.only("_next").cloned()
    }

    /// The value of a field that says one thing, however often.
    fn only(&self, name: &str) -> Option<&String> {
        let (first, others) = self.fields.get(name)?.split_first()?;
        others.iter().all(|other| other.trim() == first.trim()).then_some(first)
    }

    /// Takes the field that people never see out of the form, and says whether something had filled it.
    pub fn take_honeypot(&mut self, honeypot: &str) -> bool {
        self.fields.remove(honeypot).is_some()
    }

    /// Brings the fields into the shape of the JSON body.
    pub fn translate(mut self) -> Translated {
        self.fields.retain(|name, _| !name.starts_with('_'));
        let mut translated = Translated { body: json!({}), ..Translated::default() };
        let mut body = Map::new();
        for name in SINGLE {
            self.move_text(name, name, "", &mut body, &mut translated);
        }
        self.move_text("message", "message", "", &mut body, &mut translated);
        self.move_names(&mut body, &mut translated);
        self.move_lists(&mut body, &mut translated);
        translated.body = Value::Object(body);
        self.keep_answers(&mut translated);
        translated
    }

    /// Moves the one value of `from` to `to`, which stands under the pointer `parent`.
    fn move_text(
        &mut self,
        from: &str,
        to: &str,
        parent: &str,
        body: &mut Map<String, Value>,
        translated: &mut Translated,
    ) {
        let Some(values) = self.fields.remove(from) else { return };
        let distinct: BTreeSet<&str> = values.iter().map(|value| value.trim()).collect();
        if distinct.len() > 1 {
            translated.errors.push(FieldError::at(pointer(from), "repeated", "must be given once"));
        }
        // Given all the same, so that the parser does not miss it as well.
        body.extend(values.into_iter().next().map(|value| (to.to_owned(), Value::String(value))));
        translated.origins.push((format!("{parent}/{to}"), pointer(from)));
    }

    fn move_names(&mut self, body: &mut Map<String, Value>, translated: &mut Translated) {
        if let Some(name) = self.fields.remove("name") {
            if self.fields.contains_key("full_name") {
                self.fields.entry("full_name".to_owned()).or_default().extend(name);
            } else {
                self.fields.insert("full_name".to_owned(), name);
                translated.origins.push(("/full_name".to_owned(), "/name".to_owned()));
            }
        }
        self.move_text("full_name", "full_name", "", body, translated);
        let mut parts = Map::new();
        self.move_text("given_name", "given", "/name", &mut parts, translated);
        self.move_text("family_name", "family", "/name", &mut parts, translated);
        if !parts.is_empty() {
            body.insert("name".to_owned(), Value::Object(parts));
        }
    }

    fn move_lists(&mut self, body: &mut Map<String, Value>, translated: &mut Translated) {
        if let Some(times) = self.fields.remove("preferred_times") {
            body.insert("preferred_times".to_owned(), json!(times));
        }
        let mut attribution = Map::new();
        for (name, _) in ATTRIBUTION {
            self.move_text(name, name, "/attribution", &mut attribution, translated);
        }
        if !attribution.is_empty() {
            body.insert("attribution".to_owned(), Value::Object(attribution));
        }
        let consents = self.take_consents(translated);
        if !consents.is_empty() {
            body.insert("consents".to_owned(), Value::Array(consents));
        }
    }

    /// `consent_<purpose>=<text version>` is a ticked box. One that says no more than `on` names no text.
    fn take_consents(&mut self, translated: &mut Translated) -> Vec<Value> {
        let names: Vec<String> = self.fields.keys().filter(|name| name.starts_with("consent_")).cloned().collect();
        let mut consents = Vec::with_capacity(names.len());
        for name in names {
            let mut consent = Map::from_iter([("granted".to_owned(), json!(true))]);
            let under = format!("/consents/{}", consents.len());
            self.move_text(&name, "text_version", &under, &mut consent, translated);
            if consent.get("text_version").is_some_and(|version| version == "on" || version == "true") {
                consent.remove("text_version");
            }
            consent.insert("purpose".to_owned(), json!(name.strip_prefix("consent_")));
            translated.origins.push((under, pointer(&name)));
            consents.push(Value::Object(consent));
        }
        consents
    }

    fn keep_answers(self, translated: &mut Translated) {
        if self.fields.len() > ANSWERS.0 {
            let message = format!("at most {} fields beyond the known ones", ANSWERS.0);
            translated.errors.push(FieldError::at("", "too_many", message));
            return;
        }
        for (name, values) in self.fields {
            let answer = check_line(&name, ANSWER_NAME).and_then(|_| check_text(&values.join(", "), ANSWERS.1));
            match answer {
                Ok(answer) => {
                    translated.answers.insert(name, answer);
                }
                Err((code, message)) => translated.errors.push(FieldError::at(pointer(&name), code, message)),
            }
        }
    }
}

impl Translated {
    /// Puts the answers to the form's own fields where a JSON body has them.
    pub fn place_answers(&mut self, answers: Map<String, Value>) {
        self.origins.push(("/answers".to_owned(), String::new()));
        if let Some(body) = self.body.as_object_mut().filter(|_| !answers.is_empty()) {
            body.insert("answers".to_owned(), Value::Object(answers));
        }
    }

    /// The mistakes of the parser, at the fields of the form that they stand for.
    pub fn at_their_fields(&self, mut errors: Vec<FieldError>) -> Vec<FieldError> {
        for error in &mut errors {
            let Some(at) = &error.pointer else { continue };
            let origin = self.origins.iter().find(|(inside, _)| is_within(at, inside));
            match origin {
                // An own field stands flat in the form.
                Some((inside, field)) if field.is_empty() => error.pointer = at.strip_prefix(inside).map(str::to_owned),
                Some((_, field)) => error.pointer = Some(field.clone()),
                None => {}
            }
        }
        errors
    }
}

/// More than [`FIELDS`] fields.
pub fn too_many() -> FieldError {
    FieldError::at("", "too_many", format!("at most {FIELDS} fields"))
}

fn is_within(at: &str, inside: &str) -> bool {
    at.strip_prefix(inside).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// JSON Pointer (RFC 6901) of a field of the form.
pub fn pointer(name: &str) -> String {
    let name: String = name.chars().take(ANSWER_NAME).collect();
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests;
