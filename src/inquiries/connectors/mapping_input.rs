//! A mapping as staff write it: a rule may be one name, several, or whole. Refuses words that would be wrong in every
//! inquiry.

use std::collections::BTreeMap;

use serde_json::Value;

use super::mapping::{ConsentRule, IntegrationMapping, MappingRule, targets};
use crate::{
    contact::{Email, LanguageTag, Phone},
    http::{FieldError, Fields, check_line, nearest},
    inquiries::{
        form::{check_name, check_text_version},
        inquiry::{CONSENTS, KINDS, ON_BEHALF_OF, PREFERRED_CONTACT},
    },
};

/// The most names of a rule.
const NAMES: usize = 10;
/// The most characters of one, and of a pointer.
const NAME: usize = 300;
/// The most rules for fields of a form's own, and the most names to ignore.
const MANY: usize = 100;

/// Reads a mapping.
///
/// # Errors
/// Every mistake in it.
pub fn read(mut fields: Fields<'_>) -> Result<IntegrationMapping, Vec<FieldError>> {
    let known = targets();
    let of_fields = rules(&mut fields, "fields", |name| {
        if known.contains(&name) { Ok(()) } else { Err(nearest(name, known.iter().copied())) }
    });
    let inside = fields.pointer("fields");
    fields.extend(of_fields.iter().filter_map(|(target, rule)| {
        let (code, message) = check_constant(target, rule.constant.as_deref()?).err()?;
        Some(FieldError::at(format!("{inside}/{target}/constant"), code, message))
    }));
    let answers = rules(&mut fields, "answers", |name| if check_name(name).is_ok() { Ok(()) } else { Err(None) });
    let consents = fields.list("consents", CONSENTS, |entry, pointer| consent(Fields::of(entry, pointer)));
    let ignored = fields.lines("ignored", MANY, NAME);
    fields.finish()?;
    Ok(IntegrationMapping { fields: of_fields, answers, consents, ignored })
}

/// Refuses words that are no value of their field. A location is looked for where the connection is written.
fn check_constant(target: &str, text: &str) -> Result<(), (&'static str, String)> {
    let one_of = |set: &[&str]| {
        let fits = set.iter().any(|known| known.eq_ignore_ascii_case(text.trim()));
        if fits { Ok(()) } else { Err(("unknown_value", format!("must be one of {}", set.join(", ")))) }
    };
    match target {
        "email" => Email::parse(text).map(drop),
        "phone" => Phone::parse(text, None).map(drop),
        "language" => LanguageTag::parse(text).map(drop),
        "kind" => one_of(&KINDS),
        "preferred_contact" => one_of(&PREFERRED_CONTACT),
        "on_behalf_of" => one_of(&ON_BEHALF_OF),
        _ => Ok(()),
    }
}

/// Whether leads can bring a way to answer them by these rules.
pub fn finds_contact(mapping: &IntegrationMapping) -> bool {
    let fills = |rule: &MappingRule| !rule.from.is_empty() || rule.constant.is_some();
    ["email", "phone"].iter().any(|target| mapping.fields.get(*target).is_some_and(fills))
}

/// An object of rules; `check` answers what a name that cannot be one was perhaps meant to be.
fn rules(
    fields: &mut Fields<'_>,
    name: &'static str,
    check: impl Fn(&str) -> Result<(), Option<String>>,
) -> BTreeMap<String, MappingRule> {
    let Some(value) = fields.value(name) else { return BTreeMap::new() };
    let Some(given) = value.as_object().filter(|given| given.len() <= MANY) else {
        fields.refuse(name, "wrong_type", "must be an object of at most 100 rules");
        return BTreeMap::new();
    };
    let (mut read, inside) = (BTreeMap::new(), fields.pointer(name));
    for (target, value) in given {
        let pointer = format!("{inside}/{}", target.replace('~', "~0").replace('/', "~1"));
        if let Err(meant) = check(target) {
            let error = FieldError::at(pointer, "unknown_field", "is no field of an inquiry");
            fields.extend([error.suggesting(meant)]);
            continue;
        }
        match rule(value, pointer) {
            Ok(rule) => _ = read.insert(target.clone(), rule),
            Err(mistakes) => fields.extend(mistakes),
        }
    }
    read
}

fn rule(value: &Value, pointer: String) -> Result<MappingRule, Vec<FieldError>> {
    match value {
        Value::String(_) | Value::Array(_) => Ok(MappingRule { from: names(value, &pointer)?, constant: None }),
        _ => {
            let mut fields = Fields::of(value, pointer);
            let from = fields.value("from").map(|from| names(from, &fields.pointer("from"))).transpose();
            let from = from.unwrap_or_else(|mistakes| {
                fields.extend(mistakes);
                None
            });
            let constant = fields.line("constant", 200);
            if constant.is_some() && from.as_ref().is_some_and(|from| !from.is_empty()) {
                fields.refuse("constant", "exclusive", "goes without from");
            }
            if value.is_object() && constant.is_none() && from.is_none() && fields.value("constant").is_none() {
                fields.require::<()>("from", None);
            }
            fields.finish()?;
            Ok(MappingRule { from: from.unwrap_or_default(), constant })
        }
    }
}

/// One name, or several.
fn names(value: &Value, pointer: &str) -> Result<Vec<String>, Vec<FieldError>> {
    let one = |value: &Value, pointer: String| {
        let Some(text) = value.as_str() else {
            return Err(vec![FieldError::at(pointer, "wrong_type", "must be a text")]);
        };
        check_line(text, NAME).map_err(|(code, message)| vec![FieldError::at(pointer, code, message)])
    };
    match value {
        Value::Array(entries) if entries.len() > NAMES => {
            Err(vec![FieldError::at(pointer, "too_many", format!("at most {NAMES} entries"))])
        }
        Value::Array(entries) => {
            entries.iter().enumerate().map(|(index, entry)| one(entry, format!("{pointer}/{index}"))).collect()
        }
        other => Ok(vec![one(other, pointer.to_owned())?]),
    }
}

fn consent(mut fields: Fields<'_>) -> Result<ConsentRule, Vec<FieldError>> {
    let purpose = fields.parsed("purpose", |text| check_name(text).map_err(|(_, message)| ("bad_purpose", message)));
    let purpose = fields.require("purpose", purpose);
    let text_version = fields.parsed("text_version", check_text_version);
    let text_version = fields.require("text_version", text_version);
    let mut listed = |name: &'static str| {
        let read = fields.value(name).map(|value| names(value, &fields.pointer(name)));
        match read {
            Some(Ok(read)) if !read.is_empty() => read,
            Some(Err(mistakes)) => {
                fields.extend(mistakes);
                Vec::new()
            }
            _ => {
                fields.require::<()>(name, None);
                Vec::new()
            }
        }
    };
    let (from, equals) = (listed("from"), listed("equals"));
    fields.finish()?;
    let (purpose, text_version) = purpose.zip(text_version).ok_or_else(Vec::new)?;
    Ok(ConsentRule { purpose, text_version, from, equals })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::inquiries::connectors::{kind::IntegrationKind, payload::Fact};

    fn mistakes(body: &Value) -> Vec<(String, String)> {
        let found = read(Fields::of(body, "/mapping")).unwrap_err();
        found.into_iter().map(|error| (error.pointer.unwrap(), error.code)).collect()
    }

    #[test]
    fn a_rule_is_one_name_several_or_whole_and_reads_the_same_again() {
        let body = json!({
            "fields": {"email": "EMAIL", "phone": ["A", "/b/c"], "kind": {"constant": "callback"}, "message": []},
            "answers": {"referred_by": {"from": ["Who sent you?"]}},
            "consents": [{"purpose": "texts", "text_version": "1", "from": "#legal", "equals": ["true"]}],
            "ignored": ["campaign_id"],
        });
        let read_once = read(Fields::of(&body, "")).unwrap();
        assert_eq!(read_once.fields["phone"].from, ["A", "/b/c"]);
        let stored = serde_json::to_value(&read_once).unwrap();
        assert_eq!(read(Fields::of(&stored, "")).unwrap(), read_once);
    }

    #[test]
    fn every_mistake_of_a_mapping_is_told_at_its_place() {
        let body = json!({
            "fields": {"emial": "EMAIL", "phone": {"from": ["a"], "constant": "b"}, "email": 7, "kind": {},
                       "language": {"constant": "!"}, "on_behalf_of": {"constant": "zz"}, "full_name": {"constant": "A"}},
            "answers": {"Not A Name": "x"},
            "consents": [{"purpose": "Texts!", "from": [], "equals": ["yes"]}],
            "ignored": ["", "b"],
        });
        let mut found = mistakes(&body);
        found.sort();
        let at = |place: &str, code: &str| (format!("/mapping{place}"), code.to_owned());
        assert_eq!(
            found,
            [
                at("/answers/Not A Name", "unknown_field"),
                at("/consents/0/from", "required"),
                at("/consents/0/purpose", "bad_purpose"),
                at("/consents/0/text_version", "required"),
                at("/fields/email", "wrong_type"),
                at("/fields/emial", "unknown_field"),
                at("/fields/kind/from", "required"),
                at("/fields/language/constant", "bad_language"),
                at("/fields/on_behalf_of/constant", "unknown_value"),
                at("/fields/phone/constant", "exclusive"),
                at("/ignored/0", "blank"),
            ]
        );
    }

    #[test]
    fn the_same_words_for_every_inquiry_are_a_value_of_their_field() {
        for (target, words, code) in [
            ("email", "not-mail", "bad_email"),
            ("phone", "12", "bad_phone"),
            ("kind", "zz", "unknown_value"),
            ("preferred_contact", "pigeon", "unknown_value"),
        ] {
            let body = json!({"fields": {target: {"constant": words}}});
            assert_eq!(mistakes(&body), [(format!("/mapping/fields/{target}/constant"), code.to_owned())]);
        }
        let fine = json!({"fields": {"email": {"constant": "front@clinic.example"}, "kind": {"constant": "Callback"}, "service": {"constant": "Knees"}}});
        assert!(finds_contact(&read(Fields::of(&fine, "")).unwrap()));
        for none in [json!({}), json!({"fields": {"email": {"from": []}, "phone": [], "message": "/a"}})] {
            assert!(!finds_contact(&read(Fields::of(&none, "")).unwrap()), "{none}");
        }
        for kind in IntegrationKind::ALL.into_iter().filter(|kind| *kind != IntegrationKind::Generic) {
            assert!(finds_contact(&IntegrationMapping::of(kind)));
        }
    }

    #[test]
    fn what_staff_write_is_laid_over_the_kinds_own_field_by_field() {
        let own = read(Fields::of(&json!({"fields": {"email": "OTHER", "phone": []}}), "")).unwrap();
        let whole = own.over(IntegrationKind::GoogleAds);
        assert_eq!(whole.fields["email"].from, ["OTHER"]);
        assert!(whole.fields["phone"].from.is_empty(), "switched off");
        assert_eq!(whole.fields["full_name"].from, ["FULL_NAME"]);
        for kind in IntegrationKind::ALL {
            let known = targets();
            assert!(IntegrationMapping::of(kind).fields.keys().all(|target| known.contains(&target.as_str())));
        }
    }

    #[test]
    fn a_fact_is_found_by_its_name_before_a_label_of_the_same_words() {
        let fact = |name: &str, label: &str, of_type: &str| Fact {
            name: name.to_owned(),
            label: Some(label.to_owned()),
            pointer: format!("/{name}"),
            types: vec![of_type.to_owned()],
            value: "x".to_owned(),
        };
        let facts = [fact("a", "email", "text"), fact("email", "Your address", "email")];
        for (name, place) in [("email", 1), ("#email", 1), ("/a", 0), ("Your address", 1)] {
            assert_eq!(IntegrationMapping::find(&facts, name), Some(place), "{name}");
        }
        assert_eq!(IntegrationMapping::find(&facts, "b"), None);
    }
}
