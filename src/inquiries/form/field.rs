//! The fields of a form: those that every inquiry has, and what a form asks beyond them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::{
    http::check_text,
    inquiries::inquiry::{self, ANSWERS, KINDS, ON_BEHALF_OF, PREFERRED_CONTACT},
    records::{Texts, best},
};

/// How a page shows a field, and what it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// One line.
    Text,
    /// Several lines.
    Textarea,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Tel,
    /// A day, as `YYYY-MM-DD`.
    Date,
    /// One of `options`.
    Select,
    /// Several lines, sent as a list.
    List,
    /// `true` or nothing.
    Checkbox,
}

impl FieldType {
    /// Every type, by its name.
    pub(super) const ALL: [(&'static str, Self); 8] = [
        ("text", Self::Text),
        ("textarea", Self::Textarea),
        ("email", Self::Email),
        ("tel", Self::Tel),
        ("date", Self::Date),
        ("select", Self::Select),
        ("list", Self::List),
        ("checkbox", Self::Checkbox),
    ];
}

/// The fields that an inquiry has whatever the form, with the most characters of each.
pub(super) const KNOWN: [(&str, FieldType, Option<usize>); 11] = [
    ("full_name", FieldType::Text, Some(inquiry::FULL_NAME)),
    ("email", FieldType::Email, Some(254)),
    ("phone", FieldType::Tel, Some(40)),
    ("message", FieldType::Textarea, Some(inquiry::MESSAGE)),
    ("kind", FieldType::Select, None),
    ("preferred_contact", FieldType::Select, None),
    ("preferred_times", FieldType::List, Some(inquiry::PREFERRED_TIMES.1)),
    ("location", FieldType::Text, Some(100)),
    ("service", FieldType::Text, Some(inquiry::SERVICE)),
    ("language", FieldType::Text, Some(35)),
    ("on_behalf_of", FieldType::Select, None),
];

/// A choice of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldOption {
    /// As it is sent.
    #[schema(min_length = 1, max_length = 100, example = "morning")]
    pub value: String,
    /// By language (BCP 47).
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub labels: Texts,
}

/// A field as staff read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldDefinition {
    /// One of the fields that every inquiry has, or a name of the form's own: lower-case letters, digits and underscores.
    #[schema(pattern = "^[a-z][a-z0-9_]{1,49}$", example = "referred_by")]
    pub name: String,
    /// That of a known field is its own.
    pub r#type: FieldType,
    /// By language; needed for a field of the form's own.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub labels: Texts,
    /// By language.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub help: Texts,
    /// Whether it must be sent.
    pub required: bool,
    /// The most characters; null for a choice, a day and a box to tick.
    #[schema(required, minimum = 1, maximum = 2000)]
    pub max_length: Option<usize>,
    /// For `select`.
    #[schema(max_items = 100)]
    pub options: Vec<FieldOption>,
}

/// A field to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FormField {
    /// As it is sent; a field of the form's own is sent in `answers` of a JSON body.
    #[schema(example = "full_name")]
    pub name: String,
    /// How a page shows it.
    pub r#type: FieldType,
    /// In the language asked for; null for a field that every inquiry has and the form does not name.
    #[schema(required)]
    pub label: Option<String>,
    /// A sentence beside it.
    #[schema(required)]
    pub help: Option<String>,
    /// Whether it must be sent. Of `email` and `phone` one is needed in any case.
    pub required: bool,
    /// The most characters; null where the value is one of a set.
    #[schema(required)]
    pub max_length: Option<usize>,
    /// What can be chosen; empty where anything can be written.
    pub options: Vec<ShownOption>,
    /// Whether it is the form's own.
    pub custom: bool,
}

/// A choice to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ShownOption {
    /// As it is sent.
    pub value: String,
    /// In the language asked for; null where the value says it.
    #[schema(required)]
    pub label: Option<String>,
}

/// The fields of a form that names none.
pub fn usual_fields(needs_message: bool) -> Vec<FieldDefinition> {
    let is_required = |name: &str| name == "full_name" || (name == "message" && needs_message);
    let usual = KNOWN.iter().map(|(name, r#type, max_length)| FieldDefinition {
        name: (*name).to_owned(),
        r#type: *r#type,
        labels: Texts::new(),
        help: Texts::new(),
        required: is_required(name),
        max_length: *max_length,
        options: Vec::new(),
    });
    usual.collect()
}

/// The name of a field that every inquiry has.
pub fn known(name: &str) -> Option<&'static str> {
    KNOWN.iter().find(|(known, ..)| *known == name).map(|(known, ..)| *known)
}

impl FieldDefinition {
    /// Whether it is the form's own.
    pub fn is_custom(&self) -> bool {
        known(&self.name).is_none()
    }

    /// As a page shows it. `kinds` are those that the form takes.
    pub fn shown(&self, kinds: &[&'static str], locale: &str, of_clinic: &str) -> FormField {
        let said = |texts: &Texts| best(texts, locale, of_clinic).map(|(_, text)| text.clone());
        let set: &[&str] = match self.name.as_str() {
            "kind" => kinds,
            "preferred_contact" => &PREFERRED_CONTACT,
            "on_behalf_of" => &ON_BEHALF_OF,
            _ => &[],
        };
        let of_set = set.iter().map(|value| ShownOption { value: (*value).to_owned(), label: None });
        let own = self.options.iter().map(|one| ShownOption { value: one.value.clone(), label: said(&one.labels) });
        FormField {
            name: self.name.clone(),
            r#type: self.r#type,
            label: said(&self.labels),
            help: said(&self.help),
            required: self.required,
            max_length: self.max_length,
            options: of_set.chain(own).collect(),
            custom: self.is_custom(),
        }
    }

    /// An answer to the field as it is kept; none for one that is empty.
    ///
    /// # Errors
    /// Why it is no answer: a code and a message.
    pub fn answer(&self, given: &str) -> Result<Option<String>, (&'static str, String)> {
        let given = given.trim();
        if given.is_empty() {
            return if self.required { Err(("required", "must be given".to_owned())) } else { Ok(None) };
        }
        let taken = match self.r#type {
            FieldType::Checkbox => matches!(given, "true" | "on" | "yes" | "1").then(|| "true".to_owned()),
            FieldType::Date => crate::http::check_date(given).ok().map(|date| date.to_string()),
            FieldType::Select => self.options.iter().any(|one| one.value == given).then(|| given.to_owned()),
            _ => return check_text(given, self.max_length.unwrap_or(ANSWERS.1)).map(Some),
        };
        taken.map(Some).ok_or_else(|| ("unknown_value", self.expected()))
    }

    fn expected(&self) -> String {
        match self.r#type {
            FieldType::Checkbox => "must be true, or left out".to_owned(),
            FieldType::Date => "must be a day, as YYYY-MM-DD".to_owned(),
            _ => "must be one of the form's options".to_owned(),
        }
    }

    /// What JSON Schema says of it (2020-12).
    pub fn schema(&self, kinds: &[&'static str]) -> Value {
        let set: Vec<&str> = match self.name.as_str() {
            "kind" => kinds.to_vec(),
            "preferred_contact" => PREFERRED_CONTACT.to_vec(),
            "on_behalf_of" => ON_BEHALF_OF.to_vec(),
            _ => self.options.iter().map(|one| one.value.as_str()).collect(),
        };
        let text = |format: Option<&str>| match (format, self.max_length) {
            (Some(format), Some(most)) => json!({"type": "string", "format": format, "maxLength": most}),
            (Some(format), None) => json!({"type": "string", "format": format}),
            (None, Some(most)) => json!({"type": "string", "minLength": 1, "maxLength": most}),
            (None, None) => json!({"type": "string", "minLength": 1}),
        };
        match self.r#type {
            FieldType::Select => json!({"type": "string", "enum": set}),
            FieldType::Checkbox => json!({"type": "boolean"}),
            FieldType::List => json!({"type": "array", "maxItems": inquiry::PREFERRED_TIMES.0, "items": text(None)}),
            FieldType::Email => text(Some("email")),
            FieldType::Date => text(Some("date")),
            FieldType::Text | FieldType::Textarea | FieldType::Tel => text(None),
        }
    }
}

/// What an inquiry can be about, where a form says; every kind where it says nothing.
pub(super) fn kinds_of(named: &[String]) -> Vec<&'static str> {
    KINDS.into_iter().filter(|kind| named.is_empty() || named.iter().any(|name| name == kind)).collect()
}
