//! A `Practitioner` and what they do, a `PractitionerRole`, as one provider.

use serde_json::{Map, Value, json};

use super::{INACTIVE, Taken, entries, extensions, is_inactive, take_new_patients, text, words};
use crate::clinic::fhir::{
    practitioner::LICENCE,
    vocabulary::{LANGUAGES, NPI, QUALIFICATION, TAXONOMY},
};

/// Behind a name, and no degree.
const SUFFIXES: [&str; 6] = ["jr", "sr", "ii", "iii", "iv", "v"];
/// Degrees, as HL7 version 2 has them.
const DEGREES: &str = "http://terminology.hl7.org/CodeSystem/v2-0360";

/// What the provider would be. Without a role, what a role says is not touched.
pub(in crate::clinic::fhir) fn provider(person: &Value, role: Option<&Value>) -> Taken {
    let mut taken = Taken::of(&["npi"], &["credentials", "languages", "licences"]);
    if is_inactive(person) {
        taken.give_up("active", "inactive", INACTIVE);
    }
    take_name(&mut taken, person);
    for (element, identifier) in entries(person, "identifier") {
        if identifier.get("system").is_some_and(|system| system == NPI) {
            taken.put("npi", identifier.get("value").cloned().unwrap_or_default(), element);
        }
    }
    for (element, spoken) in entries(person, "communication") {
        let codings = entries(spoken, "coding").into_iter().map(|(_, coding)| coding);
        let mut tags = codings.filter(|coding| coding.get("system").is_none_or(|system| system == LANGUAGES));
        match tags.find_map(|coding| coding.get("code")) {
            Some(tag) => taken.push("languages", tag.clone(), element),
            None => taken.leave(element, "no_code", "It names no language by a tag of BCP 47."),
        }
    }
    take_qualifications(&mut taken, person);
    if let Some(role) = role {
        take_role(&mut taken, role);
    }
    taken
}

fn take_name(taken: &mut Taken, person: &Value) {
    let names = entries(person, "name");
    let official = names.iter().find(|(_, name)| name.get("use").is_some_and(|used| used == "official"));
    let Some((element, name)) = official.or(names.first()) else {
        return taken.give_up("name", "required", "Without a family name there is no record.");
    };
    let Some(family) = text(name, "family") else {
        return taken.give_up(&format!("{element}.family"), "required", "Without a family name there is no record.");
    };
    let list = |key| -> Vec<&str> { entries(name, key).into_iter().filter_map(|(_, part)| part.as_str()).collect() };
    let (given, prefix, behind) = (list("given"), list("prefix"), list("suffix"));
    let is_suffix = |part: &&str| SUFFIXES.contains(&part.trim_end_matches('.').to_lowercase().as_str());
    let (suffix, degrees): (Vec<&str>, Vec<&str>) = behind.iter().partition(|part| is_suffix(part));
    let joined = |parts: &[&str]| (!parts.is_empty()).then(|| parts.join(" "));
    let parts = [
        ("prefix", joined(&prefix)),
        ("given", given.first().map(|first| (*first).to_owned())),
        ("middle", given.get(1..).and_then(joined)),
        ("family", Some(family.to_owned())),
        ("suffix", joined(&suffix)),
    ];
    let fields: Map<String, Value> = parts.into_iter().map(|(key, part)| (key.to_owned(), json!(part))).collect();
    taken.put("name", fields, element.as_str());
    for degree in degrees {
        taken.push("credentials", degree, format!("{element}.suffix"));
    }
}

fn take_qualifications(taken: &mut Taken, person: &Value) {
    for (element, held) in entries(person, "qualification") {
        let codings = entries(held.get("code").unwrap_or(&Value::Null), "coding");
        let degree = codings.iter().find(|(_, coding)| coding.get("system").is_some_and(|system| system == DEGREES));
        if let Some(code) = degree.and_then(|(_, coding)| coding.get("code")) {
            let known =
                taken.fields.get("credentials").and_then(Value::as_array).is_some_and(|list| list.contains(code));
            if !known {
                taken.push("credentials", code.clone(), format!("{element}.code"));
            }
        }
        let details = extensions(held, QUALIFICATION);
        let state = details.first().and_then(|(_, entry)| text(entry, "extension.valueCodeableConcept.coding.code"));
        let (number, ends) = (text(held, "identifier.value"), text(held, "period.end"));
        match (state, number, ends) {
            (Some(state), Some(number), Some(ends)) => {
                taken.push("licences", json!({"state": state, "number": number, "expires_on": ends}), element);
            }
            _ if text(held, "code.text") == Some(LICENCE) => {
                let sentence = "A licence needs its state, its number and its last day: enter it by hand.";
                taken.leave(element, "licence_incomplete", sentence);
            }
            _ => {}
        }
    }
}

fn take_role(taken: &mut Taken, role: &Value) {
    taken.fields.insert("accepting_new_patients".to_owned(), Value::Null);
    for list in ["specialties", "locations"] {
        taken.fields.insert(list.to_owned(), json!([]));
    }
    take_new_patients(taken, role);
    for (element, specialty) in entries(role, "specialty") {
        let codings = entries(specialty, "coding");
        let listed = codings.iter().find(|(_, coding)| coding.get("system").is_some_and(|system| system == TAXONOMY));
        let code = listed.and_then(|(_, coding)| coding.get("code"));
        match words(specialty) {
            Some(name) => taken.push("specialties", json!({"code": code, "name": name}), element),
            None => taken.leave(element, "no_words", "It has no words and no code."),
        }
    }
    for (element, place) in entries(role, "location") {
        taken.name("locations", element, place);
    }
}
