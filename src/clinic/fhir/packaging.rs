//! What a file holds: one resource, a Bundle of them (<https://hl7.org/fhir/R4/bundle.html>), or one a line
//! (<https://hl7.org/fhir/R4/nd-json.html>).

use serde::Deserialize;
use serde_json::value::RawValue;

use super::arriving::{Incoming, NotTaken};

/// The largest resource.
const LARGEST: usize = 1 << 20;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Package {
    resource_type: Option<String>,
    #[serde(default)]
    entry: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    full_url: Option<String>,
    resource: Option<Box<RawValue>>,
}

/// A resource, or why it is none; with its place in the file where it has one.
pub type Unpacked = (Option<String>, Result<Incoming, Unusable>);

/// Why a piece of a file is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It is no resource of the directory.
    #[error(transparent)]
    NotTaken(#[from] NotTaken),
    /// It is larger than a resource can be.
    #[error("it is larger than 1 MiB")]
    TooLarge,
    /// A Bundle says nothing there.
    #[error("the entry has no resource")]
    Empty,
}

/// What a file holds, in its order.
pub fn unpack(text: &str) -> Vec<Unpacked> {
    match serde_json::from_str::<Package>(text) {
        Ok(package) if package.resource_type.as_deref() == Some("Bundle") => {
            let entries = package.entry.into_iter().enumerate();
            entries.map(|(index, entry)| (Some(format!("entry[{index}]")), entry.read())).collect()
        }
        Ok(_) => vec![(None, read(text, None))],
        // A line of its own is a whole resource where there are several.
        Err(_) => {
            let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
            let lines: Vec<_> = lines.collect();
            match lines.first() {
                Some((_, first)) if serde_json::from_str::<Package>(first).is_ok() => lines
                    .into_iter()
                    .map(|(index, line)| (Some(format!("line {}", index + 1)), read(line, None)))
                    .collect(),
                _ => vec![(None, Err(NotTaken::Malformed.into()))],
            }
        }
    }
}

impl Entry {
    fn read(self) -> Result<Incoming, Unusable> {
        let resource = self.resource.ok_or(Unusable::Empty)?;
        read(resource.get(), self.full_url)
    }
}

fn read(text: &str, full_url: Option<String>) -> Result<Incoming, Unusable> {
    if text.len() > LARGEST {
        return Err(Unusable::TooLarge);
    }
    Ok(Incoming::read(text, full_url)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(Option<String>, String)> {
        let say = |read: Result<Incoming, Unusable>| read.map_or_else(|why| why.to_string(), |found| found.label());
        unpack(text).into_iter().map(|(place, read)| (place, say(read))).collect()
    }

    #[test]
    fn a_file_is_a_resource_a_bundle_or_one_a_line() {
        let one = r#"{"resourceType":"Location","id":"a"}"#;
        let at = |place: &str, what: &str| (Some(place.to_owned()), what.to_owned());
        assert_eq!(told(one), [(None, "Location/a".to_owned())]);
        let bundle = format!(r#"{{"resourceType":"Bundle","entry":[{{"fullUrl":"urn:x","resource":{one}}},{{}}]}}"#);
        assert_eq!(told(&bundle), [at("entry[0]", "Location/a"), at("entry[1]", "the entry has no resource")]);
        let lines = format!("{one}\n\n{{\"resourceType\":\"Patient\",\"id\":\"p\"}}\n{{\n");
        let kinds: Vec<_> = told(&lines).into_iter().map(|(place, _)| place.unwrap()).collect();
        assert_eq!(kinds, ["line 1", "line 3", "line 4"]);
        assert_eq!(told(r#"{"resourceType":"Bundle"}"#), []);
        for nothing in ["", "{", "[1]", "nonsense"] {
            assert_eq!(told(nothing).len(), 1, "{nothing}");
        }
    }
}
