//! What a resource says, in the form in which staff would send it. What a record cannot take is named, element by
//! element; nothing is guessed.

mod healthcare_service;
mod location;
mod organization;
mod provider;
mod telecom;

use serde::Serialize;
use serde_json::{Map, Value};

pub(super) use self::{
    healthcare_service::healthcare_service, location::location, organization::organization, provider::provider,
};
use super::{
    matching::{reference, values},
    resource::{ResourceType, is_fhir_id},
};
use crate::{
    clinic::input::{ClinicInput, LocationInput, ProviderInput, ServiceInput},
    http::{ApiError, FieldError},
};

/// How often a record is tried with less: each time at least one mistake goes.
const TRIES: usize = 20;

/// An element that the record could not take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Left {
    /// Such as `telecom[0]`.
    pub element: String,
    /// Stable.
    pub code: String,
    /// Why, in a sentence.
    pub sentence: String,
}

/// What was taken of a resource.
#[derive(Clone, Debug, Default)]
pub(super) struct Taken {
    /// As staff would send it; every field that a resource can say, so that what it no longer says is cleared.
    pub fields: Map<String, Value>,
    /// Where in the resource a value was found, by its pointer.
    origins: Vec<(String, String)>,
    /// The records that it names, by the ids of their resources.
    pub names: Vec<Name>,
    /// What could not be taken.
    pub left: Vec<Left>,
    /// Whether there is too little for a record.
    pub is_too_little: bool,
}

/// A resource that another names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// The field of the record.
    pub field: &'static str,
    /// Where it was found.
    pub element: String,
    /// What it names; none for what is none of ours.
    pub target: Option<(ResourceType, String)>,
}

impl Taken {
    /// Begins with fields that say nothing.
    fn of(texts: &[&str], lists: &[&str]) -> Self {
        let empty = texts.iter().map(|name| ((*name).to_owned(), Value::Null));
        let empty = empty.chain(lists.iter().map(|name| ((*name).to_owned(), Value::Array(Vec::new()))));
        Self { fields: empty.collect(), ..Self::default() }
    }

    /// Writes a field.
    fn put(&mut self, field: &str, value: impl Into<Value>, element: impl Into<String>) {
        self.origins.push((format!("/{field}"), element.into()));
        self.fields.insert(field.to_owned(), value.into());
    }

    /// Writes an entry of a list.
    fn push(&mut self, field: &str, value: impl Into<Value>, element: impl Into<String>) {
        if let Value::Array(list) = self.fields.entry(field).or_insert_with(|| Value::Array(Vec::new())) {
            self.origins.push((format!("/{field}/{}", list.len()), element.into()));
            list.push(value.into());
        }
    }

    fn leave(&mut self, element: impl Into<String>, code: &str, sentence: &str) {
        self.left.push(Left { element: element.into(), code: code.to_owned(), sentence: sentence.to_owned() });
    }

    /// There can be no record.
    fn give_up(&mut self, element: &str, code: &str, sentence: &str) {
        self.leave(element, code, sentence);
        self.is_too_little = true;
    }

    /// A record that it names.
    fn name(&mut self, field: &'static str, element: String, value: &Value) {
        let target = reference(value).filter(|(_, id)| is_fhir_id(id)).map(|(kind, id)| (kind, id.to_owned()));
        self.names.push(Name { field, element, target });
    }

    /// Takes out what is at fault, and says where it stood in the resource. Where nothing is left to take out, there can
    /// be no record.
    pub fn leave_out(&mut self, mistakes: &[FieldError]) {
        let mut pointers: Vec<(&str, &FieldError)> =
            mistakes.iter().filter_map(|mistake| Some((mistake.pointer.as_deref()?, mistake))).collect();
        // From the end of a list, so that the places before stay what they are.
        pointers.sort_by_key(|(pointer, _)| std::cmp::Reverse(place(pointer)));
        let mut taken_out = Vec::new();
        for (pointer, mistake) in pointers {
            let (field, index) = place(pointer);
            let at = index.map_or_else(|| format!("/{field}"), |index| format!("/{field}/{index}"));
            let element = self.origin(&at).unwrap_or_else(|| field.clone());
            self.leave(element, &mistake.code, &mistake.message);
            if !taken_out.contains(&at) && !self.take_out(&field, index) {
                self.is_too_little = true;
            }
            taken_out.push(at);
        }
        self.is_too_little |= taken_out.is_empty();
    }

    fn origin(&self, pointer: &str) -> Option<String> {
        self.origins.iter().find(|(known, _)| known == pointer).map(|(_, element)| element.clone())
    }

    fn take_out(&mut self, field: &str, index: Option<usize>) -> bool {
        match (self.fields.get_mut(field), index) {
            (Some(Value::Array(list)), Some(index)) if index < list.len() => {
                list.remove(index);
                let list = format!("/{field}/");
                self.origins.retain(|(pointer, _)| *pointer != format!("{list}{index}"));
                for (pointer, _) in &mut self.origins {
                    let behind = pointer.strip_prefix(&list).and_then(|at| at.parse::<usize>().ok());
                    if let Some(at) = behind.filter(|at| *at > index) {
                        *pointer = format!("{list}{}", at - 1);
                    }
                }
                true
            }
            (Some(value), _) if !value.is_null() && !["name", "address"].contains(&field) => {
                *value = Value::Null;
                true
            }
            _ => false,
        }
    }

    /// Tries the record as far as that needs no database, and leaves out what it cannot take.
    pub fn check(&mut self, kind: ResourceType) {
        for _ in 0..TRIES {
            if self.is_too_little {
                return;
            }
            match parse(kind, &Value::Object(self.fields.clone())) {
                Ok(()) => return,
                Err(ApiError::Invalid(mistakes)) => self.leave_out(&mistakes),
                Err(_) => self.is_too_little = true,
            }
        }
        self.is_too_little = true;
    }
}

fn parse(kind: ResourceType, fields: &Value) -> Result<(), ApiError> {
    match kind {
        ResourceType::Organization => {
            let mut fields = fields.clone();
            if let Some(fields) = fields.as_object_mut() {
                // What the record has already and no resource says.
                fields.insert("default_locale".to_owned(), "en".into());
                fields.insert("timezone".to_owned(), "UTC".into());
            }
            ClinicInput::parse(&fields).map(drop)
        }
        ResourceType::Location => LocationInput::parse(fields).map(drop),
        ResourceType::Practitioner | ResourceType::PractitionerRole => ProviderInput::parse(fields).map(drop),
        ResourceType::HealthcareService => ServiceInput::parse(fields).map(drop),
    }
}

/// The field of a pointer, and the entry where it is a list.
fn place(pointer: &str) -> (String, Option<usize>) {
    let mut parts = pointer.trim_start_matches('/').split('/');
    let field = parts.next().unwrap_or_default().to_owned();
    (field, parts.next().and_then(|index| index.parse().ok()))
}

/// The text at a path.
fn text<'a>(resource: &'a Value, path: &str) -> Option<&'a str> {
    values(resource, path).into_iter().find_map(Value::as_str).filter(|text| !text.trim().is_empty())
}

/// The entries of a list, each with its place: `telecom[0]`.
fn entries<'a>(resource: &'a Value, name: &str) -> Vec<(String, &'a Value)> {
    let list = resource.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().enumerate().map(|(index, entry)| (format!("{name}[{index}]"), entry)).collect()
}

/// The extensions of that name.
fn extensions<'a>(resource: &'a Value, url: &str) -> Vec<(String, &'a Value)> {
    let of_url = |(_, entry): &(String, &Value)| entry.get("url").is_some_and(|known| known == url);
    entries(resource, "extension").into_iter().filter(of_url).collect()
}

/// What a concept says to people: its text, the display of a coding, or else a code.
fn words(concept: &Value) -> Option<&str> {
    ["text", "coding.display", "coding.code"].into_iter().find_map(|path| text(concept, path))
}

/// Whether patients are taken, as the extension of Plan-Net says; those of one's own alone are no new ones.
fn take_new_patients(taken: &mut Taken, resource: &Value) {
    let found = extensions(resource, super::vocabulary::NEW_PATIENTS);
    let code = |entry: &Value| text(entry, "extension.valueCodeableConcept.coding.code").map(str::to_owned);
    let codes: Vec<_> = found.iter().map(|(_, entry)| code(entry)).collect();
    let Some(((element, _), first)) = found.first().zip(codes.first()) else { return };
    let accepting = match first.as_deref() {
        Some("newpt") => Some(true),
        Some("nopt" | "existptonly" | "existptfam") => Some(false),
        _ => None,
    };
    match accepting {
        Some(accepting) if codes.iter().all(|code| code == first) => {
            taken.put("accepting_new_patients", accepting, element.as_str());
        }
        Some(_) => {
            taken.leave(element.as_str(), "ambiguous", "It differs from network to network; the record says it once.");
        }
        None => taken.leave(element.as_str(), "unknown_code", "The code is none of the guide's."),
    }
}

/// Whether a resource says that it is no longer in use.
fn is_inactive(resource: &Value) -> bool {
    resource.get("active") == Some(&Value::Bool(false))
}

const INACTIVE: &str = "It is not in use: a record would show it as if it were.";

#[cfg(test)]
mod tests;
