//! The fields of a form as staff send them. Refuses to make a field that every inquiry has into something else.

use std::collections::BTreeSet;

use serde_json::Value;
use utoipa::ToSchema;

use super::field::{FieldDefinition, FieldOption, FieldType, KNOWN};
use crate::{
    http::{FieldError, Fields},
    inquiries::{inquiry::ANSWERS, plain::is_reserved},
    records::{Texts, read_texts},
};

/// The most fields of a form.
const MOST_FIELDS: usize = 40;
/// The most choices of a field.
const MOST_OPTIONS: usize = 100;
/// The most characters of a label.
const LABEL: usize = 200;

/// A field as it is sent. Of a field that every inquiry has, the name is enough, and what else it is cannot be changed.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body to the OpenAPI document; the parser below reads it")]
pub struct FieldInput {
    /// One of the fields that every inquiry has, or a name of the form's own.
    #[schema(pattern = "^[a-z][a-z0-9_]{1,49}$", example = "referred_by")]
    name: String,
    /// Needed for a field of the form's own: `text`, `textarea`, `date`, `select` or `checkbox`.
    r#type: Option<FieldType>,
    /// By language (BCP 47); needed for a field of the form's own.
    #[schema(value_type = Option<std::collections::BTreeMap<String, String>>)]
    labels: Option<Texts>,
    /// By language.
    #[schema(value_type = Option<std::collections::BTreeMap<String, String>>)]
    help: Option<Texts>,
    /// False where it is absent.
    required: Option<bool>,
    /// The most characters of a text.
    #[schema(minimum = 1, maximum = 10_000)]
    max_length: Option<usize>,
    /// For `select`.
    #[schema(max_items = 100)]
    options: Option<Vec<FieldOption>>,
}

/// Reads `fields` of a form as staff write it.
pub(super) fn read_all(fields: &mut Fields<'_>) -> Vec<FieldDefinition> {
    let mut seen = BTreeSet::new();
    let read = fields.list("fields", MOST_FIELDS, |entry, pointer| {
        let field = read_one(Fields::of(entry, pointer.clone()))?;
        if seen.insert(field.name.clone()) {
            return Ok(field);
        }
        Err(vec![FieldError::at(format!("{pointer}/name"), "repeated", "must not repeat an entry")])
    });
    let asks = |name: &str| read.iter().any(|field| field.name == name);
    if !read.is_empty() && !(asks("full_name") && (asks("email") || asks("phone"))) {
        fields.refuse("fields", "contact_required", "must ask for full_name, and for email or phone");
    }
    read
}

fn read_one(mut fields: Fields<'_>) -> Result<FieldDefinition, Vec<FieldError>> {
    let name = fields.parsed("name", super::check_name);
    let name = fields.require("name", name);
    let of_all = name.as_deref().and_then(|name| KNOWN.iter().find(|(known, ..)| *known == name));
    if name.as_deref().is_some_and(|name| of_all.is_none() && is_reserved(name)) {
        fields.refuse("name", "reserved", "means something else in a plain form");
    }
    let r#type = fields.one_of("type", &FieldType::ALL.map(|(name, _)| name));
    let r#type = FieldType::ALL.iter().find(|(name, _)| Some(*name) == r#type).map(|(_, found)| *found);
    let labels = optional_texts(&mut fields, "labels", LABEL);
    let help = optional_texts(&mut fields, "help", 2 * LABEL);
    let required = fields.boolean("required").unwrap_or(false);
    let max_length = fields.integer("max_length", 1..=10_000).and_then(|most| usize::try_from(most).ok());
    let mut seen = BTreeSet::new();
    let options = fields.list("options", MOST_OPTIONS, |entry, pointer| {
        let option = option(Fields::of(entry, pointer.clone()))?;
        let repeated = || FieldError::at(format!("{pointer}/value"), "repeated", "must not repeat an entry");
        if seen.insert(option.value.clone()) { Ok(option) } else { Err(vec![repeated()]) }
    });
    let (r#type, max_length) = match of_all {
        Some((_, known, most)) => {
            refuse_other(&mut fields, r#type.is_none_or(|given| given == *known), "type");
            refuse_other(&mut fields, max_length.is_none_or(|given| Some(given) == *most), "max_length");
            refuse_other(&mut fields, options.is_empty(), "options");
            (*known, *most)
        }
        None => own_kind(&mut fields, r#type, max_length, &labels, &options),
    };
    fields.finish()?;
    let name = name.ok_or_else(Vec::new)?;
    let required = required || name == "full_name";
    Ok(FieldDefinition { name, r#type, labels, help, required, max_length, options })
}

/// Texts by language; none as an empty object, as staff read them.
fn optional_texts(fields: &mut Fields<'_>, name: &'static str, most: usize) -> Texts {
    let is_empty = fields.value(name).and_then(Value::as_object).is_some_and(serde_json::Map::is_empty);
    if is_empty { Texts::new() } else { fields.object(name, |texts| read_texts(texts, most)).unwrap_or_default() }
}

fn refuse_other(fields: &mut Fields<'_>, is_its_own: bool, name: &'static str) {
    if !is_its_own {
        fields.refuse(name, "not_applicable", "is the same for every form; leave it out");
    }
}

/// A field of the form's own says what it is, and a choice has something to choose. Answers its type and its length.
fn own_kind(
    fields: &mut Fields<'_>,
    of_type: Option<FieldType>,
    max_length: Option<usize>,
    labels: &Texts,
    options: &[FieldOption],
) -> (FieldType, Option<usize>) {
    let of_type = match of_type {
        Some(FieldType::Email | FieldType::Tel | FieldType::List) => {
            fields.refuse("type", "not_applicable", "belongs to fields that every inquiry has");
            FieldType::Text
        }
        given => fields.require("type", given).unwrap_or(FieldType::Text),
    };
    if labels.is_empty() {
        fields.require::<()>("labels", None);
    }
    if (of_type == FieldType::Select) == options.is_empty() {
        fields.refuse("options", "not_applicable", "go with the type select, which needs them");
    }
    let usual = match of_type {
        FieldType::Text => Some(LABEL),
        FieldType::Textarea => Some(ANSWERS.1),
        _ => None,
    };
    if max_length.is_some_and(|most| usual.is_none() || most > ANSWERS.1) {
        fields.refuse("max_length", "out_of_range", "goes with a text, from 1 to 2000");
    }
    (of_type, usual.map(|usual| max_length.unwrap_or(usual)))
}

fn option(mut fields: Fields<'_>) -> Result<FieldOption, Vec<FieldError>> {
    let value = fields.line("value", 100);
    let value = fields.require("value", value);
    let labels = fields.object("labels", |labels| read_texts(labels, LABEL));
    let labels = fields.require("labels", labels);
    fields.finish()?;
    let (value, labels) = value.zip(labels).ok_or_else(Vec::new)?;
    Ok(FieldOption { value, labels })
}
