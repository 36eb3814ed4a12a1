//! A `Location` as a location.

use serde_json::{Map, Value, json};

use super::{Taken, entries, extensions, take_new_patients, telecom, text, words};
use crate::clinic::{
    codes,
    fhir::vocabulary::{ACCESSIBLE, accessibility_words},
    hours::forms::{Reading, fhir},
};

/// What the location would be.
pub(in crate::clinic::fhir) fn location(resource: &Value) -> Taken {
    let mut taken = Taken::of(
        &["geo", "fax", "email", "status", "accepting_new_patients"],
        &["phones", "hours", "special_hours", "accessibility"],
    );
    match text(resource, "name") {
        Some(name) => taken.put("name", name, "name"),
        None => taken.give_up("name", "required", "Without a name there is no record."),
    }
    take_address(&mut taken, resource);
    take_position(&mut taken, resource);
    telecom::take(&mut taken, resource, &[("fax", "fax"), ("email", "email")]);
    take_status(&mut taken, resource);
    take_new_patients(&mut taken, resource);
    for (element, extension) in extensions(resource, ACCESSIBLE) {
        let concept = extension.get("valueCodeableConcept").unwrap_or(&Value::Null);
        let said = text(concept, "text").or_else(|| text(concept, "coding.display"));
        let by_code = || text(concept, "coding.code").and_then(accessibility_words);
        match said.or_else(by_code).or_else(|| words(concept)) {
            Some(said) => taken.push("accessibility", said, element),
            None => taken.leave(element, "unknown_code", "The code is none of the guide's."),
        }
    }
    take_hours(&mut taken, resource);
    taken
}

fn take_address(taken: &mut Taken, resource: &Value) {
    let Some(address) = resource.get("address").filter(|address| address.is_object()) else {
        taken.give_up("address", "required", "Without an address there is no record.");
        return;
    };
    let lines: Vec<&str> = entries(address, "line").into_iter().filter_map(|(_, line)| line.as_str()).collect();
    let mut fields = Map::new();
    let (first, more) = lines.split_first().map_or((None, &[][..]), |(first, more)| (Some(*first), more));
    let parts = [
        ("line1", first),
        ("city", text(address, "city")),
        ("region", text(address, "state")),
        ("postal_code", text(address, "postalCode")),
    ];
    fields.extend(parts.into_iter().map(|(name, part)| (name.to_owned(), json!(part))));
    if !more.is_empty() {
        fields.insert("line2".to_owned(), json!(more.join(", ")));
    }
    let Some(country) = country(address) else {
        let sentence = "The address names no country, and its state is none of the United States.";
        return taken.give_up("address.country", "required", sentence);
    };
    fields.insert("country".to_owned(), json!(country));
    taken.put("address", fields, "address");
}

/// The country that is named; that of a state of the United States otherwise.
fn country(address: &Value) -> Option<String> {
    match text(address, "country") {
        Some(named)
            if ["usa", "united states", "united states of america"].contains(&named.to_lowercase().as_str()) =>
        {
            Some("US".to_owned())
        }
        Some(named) => Some(named.to_owned()),
        None => text(address, "state").and_then(|state| codes::state(state).ok()).map(|_| "US".to_owned()),
    }
}

fn take_position(taken: &mut Taken, resource: &Value) {
    if let Some(position) = resource.get("position") {
        let geo = json!({"latitude": position.get("latitude"), "longitude": position.get("longitude")});
        taken.put("geo", geo, "position");
    }
}

fn take_status(taken: &mut Taken, resource: &Value) {
    let code = match text(resource, "status") {
        None | Some("active") => "open",
        Some("suspended") => "temporarily_closed",
        Some("inactive") => "permanently_closed",
        Some(_) => return taken.leave("status", "unknown_code", "The code is none of FHIR's."),
    };
    taken.put("status", json!({"code": code}), "status");
}

fn take_hours(taken: &mut Taken, resource: &Value) {
    let told = |element: &str| (element.to_owned(), resource.get(element).cloned().unwrap_or_default());
    let Reading { rows, left_out } =
        fhir::read(&Map::from_iter([told("hoursOfOperation"), told("availabilityExceptions")]).into());
    for row in rows.hours {
        taken.push("hours", json!(row), "hoursOfOperation");
    }
    for row in rows.special_hours {
        taken.push("special_hours", json!(row), "availabilityExceptions");
    }
    for left in left_out {
        let element = left.pointer.as_deref().unwrap_or("/hoursOfOperation").trim_start_matches('/');
        let (name, index) = element.split_once('/').map_or((element, None), |(name, index)| (name, Some(index)));
        let element = index.map_or_else(|| name.to_owned(), |index| format!("{name}[{index}]"));
        taken.leave(element, left.code, left.message);
    }
}
