//! Postal addresses of the United States, taken apart into the parts of schema.org `PostalAddress`.
//!
//! Refuses what lacks a street, a city, a state or a ZIP code: a half-read address sends patients astray.

use serde::Serialize;

/// Words that open the second line of a street address (USPS Publication 28, appendix C2, and their short forms).
const UNITS: [&str; 18] = [
    "suite",
    "ste",
    "unit",
    "apartment",
    "apt",
    "floor",
    "fl",
    "room",
    "rm",
    "building",
    "bldg",
    "department",
    "dept",
    "lobby",
    "office",
    "ofc",
    "space",
    "spc",
];

/// State, district and territory codes of the United States Postal Service with their names.
const STATES: [(&str, &str); 56] = [
    ("AL", "alabama"),
    ("AK", "alaska"),
    ("AZ", "arizona"),
    ("AR", "arkansas"),
    ("CA", "california"),
    ("CO", "colorado"),
    ("CT", "connecticut"),
    ("DE", "delaware"),
    ("DC", "district of columbia"),
    ("FL", "florida"),
    ("GA", "georgia"),
    ("HI", "hawaii"),
    ("ID", "idaho"),
    ("IL", "illinois"),
    ("IN", "indiana"),
    ("IA", "iowa"),
    ("KS", "kansas"),
    ("KY", "kentucky"),
    ("LA", "louisiana"),
    ("ME", "maine"),
    ("MD", "maryland"),
    ("MA", "massachusetts"),
    ("MI", "michigan"),
    ("MN", "minnesota"),
    ("MS", "mississippi"),
    ("MO", "missouri"),
    ("MT", "montana"),
    ("NE", "nebraska"),
    ("NV", "nevada"),
    ("NH", "new hampshire"),
    ("NJ", "new jersey"),
    ("NM", "new mexico"),
    ("NY", "new york"),
    ("NC", "north carolina"),
    ("ND", "north dakota"),
    ("OH", "ohio"),
    ("OK", "oklahoma"),
    ("OR", "oregon"),
    ("PA", "pennsylvania"),
    ("RI", "rhode island"),
    ("SC", "south carolina"),
    ("SD", "south dakota"),
    ("TN", "tennessee"),
    ("TX", "texas"),
    ("UT", "utah"),
    ("VT", "vermont"),
    ("VA", "virginia"),
    ("WA", "washington"),
    ("WV", "west virginia"),
    ("WI", "wisconsin"),
    ("WY", "wyoming"),
    ("AS", "american samoa"),
    ("GU", "guam"),
    ("MP", "northern mariana islands"),
    ("PR", "puerto rico"),
    ("VI", "virgin islands"),
];

/// A postal address of the clinic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Address {
    /// Number and street, or a post office box.
    pub line1: String,
    /// Suite, floor or building.
    pub line2: Option<String>,
    /// City.
    pub city: String,
    /// Two-letter code of the state (USPS).
    pub region: String,
    /// ZIP code, five digits or ZIP+4.
    pub postal_code: String,
    /// ISO 3166-1 alpha-2; `US`.
    pub country: String,
}

impl Address {
    /// Reads "street, unit, city, ST 12345" from one line, or from several joined by commas.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
        if parts.last().is_some_and(|part| is_united_states(part)) {
            parts.pop();
        }
        let (city_in_tail, region, postal_code) = read_tail(parts.pop()?, &mut parts)?;
        let city = match city_in_tail {
            Some(city) => city,
            None => parts.pop()?.to_owned(),
        };
        let (line1, line2) = read_street(&parts)?;
        let has_name = city.chars().any(char::is_alphabetic) && !city.chars().any(|c| c.is_ascii_digit());
        has_name.then(|| Self { line1, line2, city, region, postal_code, country: "US".to_owned() })
    }

    /// The address from parts that structured data already tells apart; the street may hold the unit.
    pub(super) fn from_parts(
        street: &str,
        unit: Option<&str>,
        city: &str,
        region: &str,
        postal_code: &str,
    ) -> Option<Self> {
        let unit = unit.map(|unit| format!(", {unit}")).unwrap_or_default();
        Self::read(&format!("{street}{unit}, {}, {region} {postal_code}", city.replace(',', " ")))
    }
}

/// Whether the text begins as a street line does: with a house number or a post office box.
pub(super) fn starts_like_street(text: &str) -> bool {
    let lower = text.to_lowercase();
    let numbered = lower.split(' ').next().is_some_and(|word| {
        word.starts_with(|c: char| c.is_ascii_digit()) && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    });
    (numbered && lower.contains(' ')) || lower.starts_with("po box ") || lower.starts_with("p.o. box ")
}

pub(super) fn is_united_states(text: &str) -> bool {
    let letters: String = text.chars().filter(|c| c.is_alphabetic()).collect();
    matches!(letters.to_lowercase().as_str(), "us" | "usa" | "unitedstates" | "unitedstatesofamerica")
}

/// City (when no comma parts it from the state), state and ZIP code from the last part.
fn read_tail(tail: &str, before: &mut Vec<&str>) -> Option<(Option<String>, String, String)> {
    let (rest, postal_code) = match tail.rsplit_once(' ') {
        Some((rest, code)) => (rest.trim(), code),
        None => (before.pop()?, tail),
    };
    if !is_zip(postal_code) {
        return None;
    }
    let words: Vec<&str> = rest.split(' ').collect();
    (0..words.len()).find_map(|split| {
        let (city, state) = words.split_at(split);
        let region = state_code(&state.join(" "))?;
        let city = (!city.is_empty()).then(|| city.join(" "));
        Some((city, region.to_owned(), postal_code.to_owned()))
    })
}

fn is_zip(text: &str) -> bool {
    let (five, four) = text.split_once('-').unwrap_or((text, "0000"));
    five.len() == 5 && four.len() == 4 && text.chars().all(|c| c.is_ascii_digit() || c == '-')
}

fn state_code(text: &str) -> Option<&'static str> {
    let lower = text.trim_end_matches('.').to_lowercase();
    STATES.iter().find(|(code, name)| *code == text || *name == lower).map(|(code, _)| *code)
}

/// The first and second line; a unit that no comma parts from the street is cut off it.
fn read_street(parts: &[&str]) -> Option<(String, Option<String>)> {
    let (street, units) = parts.split_first()?;
    if !starts_like_street(street) {
        return None;
    }
    if !units.is_empty() {
        return Some(((*street).to_owned(), Some(units.join(", "))));
    }
    let words: Vec<&str> = street.split(' ').collect();
    // A unit stands after a number and at least one word of street name, and is followed by its own number.
    let unit_at = (2..words.len()).find(|at| is_unit(&words, *at));
    let (line1, line2) = words.split_at(unit_at.unwrap_or(words.len()));
    Some((line1.join(" "), (!line2.is_empty()).then(|| line2.join(" "))))
}

fn is_unit(words: &[&str], at: usize) -> bool {
    let Some(word) = words.get(at) else {
        return false;
    };
    let followed =
        words.get(at + 1).is_some_and(|next| next.chars().any(|c| c.is_ascii_digit()) || next.chars().count() == 1);
    let name = word.trim_end_matches('.').to_lowercase();
    let signed = word.strip_prefix('#').is_some_and(|rest| !rest.is_empty() || followed);
    signed || (followed && UNITS.contains(&name.as_str()))
}
