//! Which column is taken for which field: written by hand as JSON, or guessed by the names of the columns.
//!
//! ```json
//! {"locations": {
//!   "id": "Store code",
//!   "address.country": {"value": "US"},
//!   "hours": {"column": "Hours", "format": "text"},
//!   "languages": {"column": "Langs", "split": ";"}
//! }, "ignore": ["Notes"]}
//! ```

use serde_json::{Map, Value, json};

use super::{
    Kind, Listing, cells,
    targets::{self, Shape, Target},
};

/// The forms in which a column may have hours.
const FORMATS: [&str; 2] = ["text", "osm"];

/// The member that names columns to be ignored.
const IGNORE: &str = "ignore";

/// A mistake in a mapping: where it stands, and what is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// JSON pointer into the mapping.
    pub pointer: String,
    /// One sentence.
    pub message: String,
}

/// Where a field comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// A column, by its place.
    Column(usize),
    /// The same for every row.
    Always(String),
}

/// A field and where it comes from.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) target: &'static Target,
    pub(super) origin: Origin,
    /// The form of hours.
    pub(super) format: &'static str,
    /// What stands between the entries of a list; the usual signs where nobody says.
    pub(super) split: Option<String>,
}

/// Which column is taken for which field.
#[derive(Debug, Clone)]
pub struct Mapping {
    kind: Kind,
    columns: Vec<String>,
    entries: Vec<Entry>,
    ignored: Vec<String>,
}

impl Mapping {
    /// Takes columns for what they are known for by their names. The first column of a field is taken.
    #[must_use]
    pub fn guess(kind: Kind, columns: &[String]) -> Self {
        let mut entries: Vec<Entry> = Vec::new();
        for (index, column) in columns.iter().enumerate() {
            if let Some(target) = targets::known(kind, column)
                && !entries.iter().any(|entry| entry.target.name == target.name)
            {
                entries.push(Entry { target, origin: Origin::Column(index), format: "text", split: None });
            }
        }
        Self { kind, columns: columns.to_vec(), entries, ignored: Vec::new() }
    }

    /// The kinds that a mapping is for.
    #[must_use]
    pub fn kinds(mapping: &Value) -> Vec<Kind> {
        let named = |kind: &Kind| mapping.get(kind.name()).is_some();
        [Kind::Locations, Kind::Providers].into_iter().filter(named).collect()
    }

    /// Reads what was written by hand.
    ///
    /// # Errors
    /// Every mistake in it: a field that there is not, a column that the table has not.
    pub fn parse(kind: Kind, mapping: &Value, columns: &[String]) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let mut entries = Vec::new();
        let known = [Kind::Locations.name(), Kind::Providers.name(), IGNORE];
        for name in mapping.as_object().into_iter().flat_map(Map::keys).filter(|name| !known.contains(&name.as_str())) {
            mistakes.push(mistake(&pointer(&[name]), "is none of locations, providers and ignore"));
        }
        let ignored = ignored(mapping, columns, &mut mistakes);
        let fields = mapping.get(kind.name()).and_then(Value::as_object);
        if fields.is_none() {
            mistakes.push(mistake(&pointer(&[kind.name()]), "must be an object of fields and their columns"));
        }
        for (name, source) in fields.into_iter().flatten() {
            let at = pointer(&[kind.name(), name]);
            match targets::of(kind).find(|target| target.name == name) {
                None => mistakes.push(mistake(&at, &format!("is no field; there are {}", names(kind)))),
                Some(target) => match entry(target, source, columns, &at) {
                    Ok(entry) => entries.push(entry),
                    Err(mut found) => mistakes.append(&mut found),
                },
            }
        }
        if mistakes.is_empty() { Ok(Self { kind, columns: columns.to_vec(), entries, ignored }) } else { Err(mistakes) }
    }

    /// The mapping as one writes it by hand.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let fields: Map<String, Value> =
            self.taken().into_iter().map(|(field, column)| (field.to_owned(), json!(column))).collect();
        json!({self.kind.name(): fields})
    }

    /// Each field with the column that is taken for it, in the order of the fields.
    #[must_use]
    pub fn taken(&self) -> Vec<(&'static str, &str)> {
        let column = |entry: &Entry| match &entry.origin {
            Origin::Column(index) => self.columns.get(*index).map(String::as_str),
            Origin::Always(_) => None,
        };
        let taken = targets::of(self.kind).filter_map(|target| {
            let mut entries = self.entries.iter().filter(|entry| entry.target.name == target.name);
            entries.find_map(|entry| Some((target.name, column(entry)?)))
        });
        taken.collect()
    }

    /// The columns that are taken for nothing, but for those that one chose to ignore.
    #[must_use]
    pub fn left(&self) -> Vec<&str> {
        let taken = |index: usize| self.entries.iter().any(|entry| entry.origin == Origin::Column(index));
        let columns = self.columns.iter().enumerate();
        columns
            .filter(|(index, name)| !taken(*index) && !name.is_empty() && !self.ignored.contains(name))
            .map(|(_, name)| name.as_str())
            .collect()
    }

    /// What a row says.
    #[must_use]
    pub fn read(&self, cells: &[String]) -> Listing {
        let given = self.entries.iter().filter_map(|entry| {
            let (text, column) = match &entry.origin {
                Origin::Column(index) => (cells.get(*index)?.trim(), self.columns.get(*index)?.as_str()),
                Origin::Always(value) => (value.as_str(), entry.target.name),
            };
            (!text.is_empty()).then_some((entry, text, column))
        });
        cells::listing(self.kind, given)
    }
}

fn ignored(mapping: &Value, columns: &[String], mistakes: &mut Vec<Mistake>) -> Vec<String> {
    let Some(given) = mapping.get(IGNORE) else { return Vec::new() };
    let Some(names) = given.as_array() else {
        mistakes.push(mistake(&pointer(&[IGNORE]), "must be a list of columns"));
        return Vec::new();
    };
    let mut ignored = Vec::new();
    for (index, name) in names.iter().enumerate() {
        match name.as_str().filter(|name| columns.iter().any(|column| column == name)) {
            Some(name) => ignored.push(name.to_owned()),
            None => mistakes.push(mistake(&format!("/{IGNORE}/{index}"), "names a column that the table has not")),
        }
    }
    ignored
}

fn entry(target: &'static Target, source: &Value, columns: &[String], at: &str) -> Result<Entry, Vec<Mistake>> {
    let column = |name: &str, at: &str| {
        let index = columns.iter().position(|column| column == name);
        index.map(Origin::Column).ok_or_else(|| vec![mistake(at, "names a column that the table has not")])
    };
    let Some(object) = source.as_object() else {
        let name = source.as_str().ok_or_else(|| vec![mistake(at, "must be the name of a column, or an object")])?;
        return Ok(Entry { target, origin: column(name, at)?, format: "text", split: None });
    };
    let mut mistakes = Vec::new();
    for name in object.keys().filter(|name| !["column", "format", "split", "value"].contains(&name.as_str())) {
        mistakes.push(mistake(&format!("{at}/{name}"), "is none of column, format, split and value"));
    }
    let text = |name: &str| object.get(name).map(|value| value.as_str().filter(|text| !text.is_empty()));
    let origin = match (text("column"), text("value")) {
        (Some(Some(name)), None) => column(name, &format!("{at}/column")),
        (None, Some(Some(value))) => Ok(Origin::Always(value.to_owned())),
        _ => Err(vec![mistake(at, "must have a column, or a value that holds for every row")]),
    };
    let format = match text("format") {
        None => Some("text"),
        Some(format) => FORMATS.into_iter().find(|known| Some(*known) == format),
    };
    let is_hours = matches!(target.shape, Shape::Hours | Shape::Day(_));
    if format.is_none() || (object.contains_key("format") && !is_hours) {
        mistakes.push(mistake(&format!("{at}/format"), "must be text or osm, and goes with hours alone"));
    }
    let split = text("split");
    let is_list = matches!(target.shape, Shape::List | Shape::Languages | Shape::Specialties);
    if split == Some(None) || (split.is_some() && !is_list) {
        mistakes
            .push(mistake(&format!("{at}/split"), "must be what stands between entries, and goes with lists alone"));
    }
    match origin {
        Ok(origin) if mistakes.is_empty() => {
            Ok(Entry { target, origin, format: format.unwrap_or("text"), split: split.flatten().map(str::to_owned) })
        }
        Ok(_) => Err(mistakes),
        Err(found) => Err(mistakes.into_iter().chain(found).collect()),
    }
}

fn names(kind: Kind) -> String {
    targets::of(kind).map(|target| target.name).collect::<Vec<_>>().join(", ")
}

fn pointer(names: &[&str]) -> String {
    names.iter().flat_map(|name| ["/".to_owned(), name.replace('~', "~0").replace('/', "~1")]).collect()
}

fn mistake(pointer: &str, message: &str) -> Mistake {
    Mistake { pointer: pointer.to_owned(), message: message.to_owned() }
}
