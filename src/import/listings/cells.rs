//! What a cell says, in the form that staff would send. A cell that does not read as what its field wants stays as it was
//! written, so that the field's own rule refuses it.

use serde_json::{Map, Value, json};

use super::{Kind, Listing, WrittenHours, mapping::Entry, targets::Shape, targets::plain};

/// What may stand between the entries of a list where nobody says: the first of them that is there.
const SEPARATORS: [char; 4] = ['\n', ';', '|', ','];

/// Languages by the names that tables have for them, as [`plain`] makes them.
const LANGUAGES: [(&str, &str); 30] = [
    ("english", "en"),
    ("ingles", "en"),
    ("spanish", "es"),
    ("espanol", "es"),
    ("french", "fr"),
    ("german", "de"),
    ("italian", "it"),
    ("portuguese", "pt"),
    ("russian", "ru"),
    ("ukrainian", "uk"),
    ("polish", "pl"),
    ("haitiancreole", "ht"),
    ("creole", "ht"),
    ("arabic", "ar"),
    ("hebrew", "he"),
    ("hindi", "hi"),
    ("urdu", "ur"),
    ("bengali", "bn"),
    ("punjabi", "pa"),
    ("gujarati", "gu"),
    ("mandarin", "cmn"),
    ("cantonese", "yue"),
    ("japanese", "ja"),
    ("korean", "ko"),
    ("vietnamese", "vi"),
    ("tagalog", "tl"),
    ("persian", "fa"),
    ("farsi", "fa"),
    ("greek", "el"),
    ("americansignlanguage", "ase"),
];
const COUNTRIES: [(&str, &str); 7] = [
    ("usa", "US"),
    ("unitedstates", "US"),
    ("unitedstatesofamerica", "US"),
    ("estadosunidos", "US"),
    ("canada", "CA"),
    ("mexico", "MX"),
    ("puertorico", "PR"),
];

/// A listing out of the cells that have something in them, each with its field and its column.
pub(super) fn listing<'a>(kind: Kind, cells: impl Iterator<Item = (&'a Entry, &'a str, &'a str)>) -> Listing {
    let mut listing = Listing { fields: json!({}), ..Listing::default() };
    for (entry, text, column) in cells {
        let name = entry.target.name;
        match entry.target.shape {
            Shape::Key => listing.key = Some(text.to_owned()),
            Shape::Hours => hours(&mut listing, entry, text, column, None),
            Shape::Day(day) => hours(&mut listing, entry, text, column, Some(day)),
            shape => put(&mut listing, &path(name), value(shape, text, entry.split.as_deref()), column),
        }
    }
    if kind == Kind::Providers {
        settle_provider(&mut listing);
    }
    listing
}

fn hours(listing: &mut Listing, entry: &Entry, text: &str, column: &str, day: Option<&'static str>) {
    let (format, value) = (entry.format.to_owned(), json!(text));
    listing.hours.push(WrittenHours { format, value, day, column: column.to_owned() });
}

fn value(shape: Shape, text: &str, split: Option<&str>) -> Value {
    match shape {
        Shape::Number => text.parse::<f64>().ok().map_or_else(|| json!(text), |number| json!(number)),
        Shape::Boolean => boolean(text).map_or_else(|| json!(text), |said| json!(said)),
        Shape::List => json!(entries(text, split)),
        Shape::Languages => json!(entries(text, split).iter().map(|name| named(&LANGUAGES, name)).collect::<Vec<_>>()),
        Shape::Specialties => {
            json!(entries(text, split).iter().map(|name| json!({"name": name})).collect::<Vec<_>>())
        }
        Shape::Country => json!(named(&COUNTRIES, text)),
        Shape::Status => json!({"code": text.to_lowercase().replace([' ', '-'], "_")}),
        Shape::Key | Shape::Text | Shape::Hours | Shape::Day(_) => json!(text),
    }
}

fn boolean(text: &str) -> Option<bool> {
    match plain(text).as_str() {
        "yes" | "y" | "true" | "1" | "si" => Some(true),
        "no" | "n" | "false" | "0" => Some(false),
        _ => None,
    }
}

fn entries(text: &str, split: Option<&str>) -> Vec<String> {
    let usual = SEPARATORS.into_iter().find(|separator| text.contains(*separator)).map(String::from);
    let separator = split.map(str::to_owned).or(usual).unwrap_or_else(|| "\n".to_owned());
    text.split(separator.as_str()).map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
}

fn named(known: &[(&str, &str)], name: &str) -> String {
    let plain = plain(name);
    known.iter().find(|(known, _)| *known == plain).map_or_else(|| name.to_owned(), |(_, code)| (*code).to_owned())
}

/// The parts of a field's name: `address.line1`, `phones[0]`.
fn path(name: &str) -> Vec<&str> {
    name.split(['.', '[']).map(|part| part.trim_end_matches(']')).collect()
}

/// Puts a value where its field stands. A number is a place in a list; what stands there before it may be absent.
fn put(listing: &mut Listing, path: &[&str], value: Value, column: &str) {
    let Some(fields) = listing.fields.as_object_mut() else { return };
    let pointer = match *path {
        [name] => {
            merge(fields, name, value);
            format!("/{name}")
        }
        [name, part] if part.bytes().all(|byte| byte.is_ascii_digit()) => {
            let entries = fields.entry(name).or_insert_with(|| json!([])).as_array_mut();
            let Some(entries) = entries else { return };
            entries.push(value);
            format!("/{name}/{}", entries.len() - 1)
        }
        [name, part, ..] => {
            let inner = fields.entry(name).or_insert_with(|| json!({})).as_object_mut();
            let Some(inner) = inner else { return };
            inner.insert(part.to_owned(), value);
            format!("/{name}/{part}")
        }
        [] => return,
    };
    listing.columns.insert(pointer, column.to_owned());
}

/// An object is laid over what other columns said of it.
fn merge(fields: &mut Map<String, Value>, name: &str, value: Value) {
    match (fields.get_mut(name).and_then(Value::as_object_mut), value) {
        (Some(before), Value::Object(more)) => before.extend(more),
        (_, value) => {
            fields.insert(name.to_owned(), value);
        }
    }
}

/// A table has one licence and one code in columns of their own.
fn settle_provider(listing: &mut Listing) {
    let Some(fields) = listing.fields.as_object_mut() else { return };
    if let Some(licence) = fields.remove("licence") {
        fields.insert("licences".to_owned(), json!([licence]));
    }
    if let Some(code) = fields.remove("specialty_code") {
        let first = fields.get_mut("specialties").and_then(|specialties| specialties.get_mut(0));
        match first.and_then(Value::as_object_mut) {
            Some(first) => {
                first.insert("code".to_owned(), code);
            }
            // A code without a name is refused where it stands.
            None => {
                fields.insert("specialties".to_owned(), json!([{"code": code}]));
            }
        }
    }
    for (from, to) in [("/licence/", "/licences/0/"), ("/specialty_code", "/specialties/0/code")] {
        let moved: Vec<(String, String)> = listing
            .columns
            .iter()
            .filter_map(|(at, column)| Some((at.strip_prefix(from)?.to_owned(), column.clone())))
            .collect();
        for (rest, column) in moved {
            listing.columns.insert(format!("{to}{rest}"), column);
        }
    }
}
