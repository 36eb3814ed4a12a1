//! Whether a resource is what was asked for (<https://hl7.org/fhir/R4/search.html>).

use chrono::{DateTime, Days, Months, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde_json::Value;

use super::resource::ResourceType;

/// One question: any of the alternatives has to hold.
#[derive(Clone, Debug)]
pub(super) struct Criterion {
    /// The elements that it looks at.
    pub paths: &'static [&'static str],
    /// A comma means any of.
    pub any_of: Vec<Wanted>,
}

/// What an element has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A text that begins so, folded.
    Begins(String),
    /// A text that has this in it, folded.
    Contains(String),
    /// Exactly this text.
    Exact(String),
    /// A code; the system is `Some("")` for none at all, and none for any.
    Token { system: Option<String>, code: Option<String> },
    /// A reference to this id of any of these types.
    Refers { kinds: Vec<ResourceType>, id: String },
    /// A reference in just these words.
    RefersTo(String),
    /// An instant that stands so to the time from the first instant up to the second.
    Changed { how: Prefix, from: DateTime<Utc>, to: DateTime<Utc> },
}

/// How an instant is compared (<https://hl7.org/fhir/R4/search.html#prefix>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prefix {
    Eq,
    Ne,
    Gt,
    Lt,
    Ge,
    Le,
}

impl Criterion {
    /// Whether the resource is one of these.
    pub fn holds(&self, resource: &Value) -> bool {
        let mut found = self.paths.iter().flat_map(|path| values(resource, path));
        found.any(|value| self.any_of.iter().any(|wanted| wanted.is(value)))
    }
}

/// The values at a path; every entry of a list on the way.
pub(super) fn values<'a>(resource: &'a Value, path: &str) -> Vec<&'a Value> {
    let mut found = vec![resource];
    for name in path.split('.') {
        let members = found.into_iter().filter_map(|value| value.get(name));
        found = members
            .flat_map(|value| value.as_array().map_or_else(|| vec![value], |list| list.iter().collect()))
            .collect();
    }
    found
}

/// A text without its case and its accents.
pub(super) fn folded(text: &str) -> String {
    deunicode::deunicode(text).to_lowercase()
}

impl Wanted {
    fn is(&self, value: &Value) -> bool {
        let text = value.as_str();
        match self {
            Self::Begins(wanted) => text.is_some_and(|text| folded(text).starts_with(wanted)),
            Self::Contains(wanted) => text.is_some_and(|text| folded(text).contains(wanted)),
            Self::Exact(wanted) => text == Some(wanted),
            Self::Token { system, code } => is_token(value, system.as_deref(), code.as_deref()),
            Self::Refers { kinds, id } => {
                reference(value).is_some_and(|(kind, found)| kinds.contains(&kind) && found == id)
            }
            Self::RefersTo(wanted) => value.get("reference").and_then(Value::as_str) == Some(wanted),
            Self::Changed { how, from, to } => text
                .and_then(|text| DateTime::parse_from_rfc3339(text).ok())
                .is_some_and(|at| how.holds(at.to_utc(), *from, *to)),
        }
    }
}

impl Prefix {
    fn holds(self, at: DateTime<Utc>, from: DateTime<Utc>, to: DateTime<Utc>) -> bool {
        let within = from <= at && at < to;
        match self {
            Self::Eq => within,
            Self::Ne => !within,
            Self::Gt => at >= to,
            Self::Lt => at < from,
            Self::Ge => at >= from,
            Self::Le => at < to,
        }
    }
}

/// Whether a code, an identifier or one coding of a concept is this one.
fn is_token(value: &Value, system: Option<&str>, code: Option<&str>) -> bool {
    if let Some(codings) = value.get("coding").and_then(Value::as_array) {
        return codings.iter().any(|coding| is_token(coding, system, code));
    }
    let member = |name| value.get(name).and_then(Value::as_str);
    let (has_system, has_code) = match value {
        Value::String(text) => (None, Some(text.as_str())),
        Value::Bool(held) => (None, Some(if *held { "true" } else { "false" })),
        _ => (member("system"), member("code").or_else(|| member("value"))),
    };
    let system_holds = match system {
        None => true,
        Some("") => has_system.is_none(),
        Some(wanted) => has_system == Some(wanted),
    };
    system_holds && code.is_none_or(|wanted| has_code == Some(wanted)) && (has_code.is_some() || has_system.is_some())
}

/// The type and the id that a reference names, where it names one of ours.
pub(super) fn reference(value: &Value) -> Option<(ResourceType, &str)> {
    let text = value.get("reference").and_then(Value::as_str)?;
    let (kind, id) = text.split_once('/')?;
    Some((ResourceType::named(kind)?, id))
}

/// An instant or a part of one, after its prefix: how to compare, and the time that it covers.
pub(super) fn changed(text: &str) -> Option<Wanted> {
    const PREFIXES: [(&str, Prefix); 8] = [
        ("eq", Prefix::Eq),
        ("ne", Prefix::Ne),
        ("gt", Prefix::Gt),
        ("sa", Prefix::Gt),
        ("lt", Prefix::Lt),
        ("eb", Prefix::Lt),
        ("ge", Prefix::Ge),
        ("le", Prefix::Le),
    ];
    let prefixed = PREFIXES.iter().find_map(|(written, how)| Some((*how, text.strip_prefix(written)?)));
    let (how, date) = prefixed.unwrap_or((Prefix::Eq, text));
    let (from, to) = covered(date)?;
    Some(Wanted::Changed { how, from, to })
}

/// A year, a month, a day, or an instant to the second or finer.
fn covered(text: &str) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let begin = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    if !text.is_ascii() {
        return None;
    }
    match text.len() {
        4 => {
            let first = format!("{text}-01-01").parse::<NaiveDate>().ok()?;
            Some((begin(first), begin(first.checked_add_months(Months::new(12))?)))
        }
        7 => {
            let first = format!("{text}-01").parse::<NaiveDate>().ok()?;
            Some((begin(first), begin(first.checked_add_months(Months::new(1))?)))
        }
        10 => {
            let day = text.parse::<NaiveDate>().ok()?;
            Some((begin(day), begin(day.checked_add_days(Days::new(1))?)))
        }
        _ => {
            let at = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
            let fine = if text.contains('.') { TimeDelta::microseconds(1) } else { TimeDelta::seconds(1) };
            Some((at, at.checked_add_signed(fine)?))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn holds(paths: &'static [&'static str], wanted: Wanted, resource: &Value) -> bool {
        Criterion { paths, any_of: vec![wanted] }.holds(resource)
    }

    fn token(system: Option<&str>, code: Option<&str>) -> Wanted {
        Wanted::Token { system: system.map(str::to_owned), code: code.map(str::to_owned) }
    }

    #[test]
    fn a_text_is_found_by_its_beginning_in_any_case_and_with_any_accents() {
        let place = json!({"name": "Clínica Niño", "address": [{"line": ["1 Pier"]}, {"line": ["2 Quay", "Suite 3"]}]});
        assert!(holds(&["name"], Wanted::Begins(folded("CLINICA n")), &place));
        assert!(!holds(&["name"], Wanted::Begins(folded("nino")), &place));
        assert!(holds(&["name"], Wanted::Contains(folded("NINO")), &place));
        assert!(!holds(&["name"], Wanted::Exact("clínica niño".to_owned()), &place));
        assert!(holds(&["address.line"], Wanted::Begins("suite".to_owned()), &place));
    }

    #[test]
    fn a_code_is_found_with_its_system_without_one_or_in_any() {
        let person = json!({
            "active": true,
            "identifier": [{"system": "s", "value": "1"}, {"value": "2"}],
            "specialty": [{"text": "x"}, {"coding": [{"system": "t", "code": "A"}]}],
        });
        let found = |wanted| holds(&["identifier"], wanted, &person);
        assert!(found(token(None, Some("1"))) && found(token(Some("s"), Some("1"))) && found(token(Some("s"), None)));
        assert!(
            found(token(Some(""), Some("2"))) && !found(token(Some(""), Some("1"))) && !found(token(Some("t"), None))
        );
        assert!(holds(&["specialty"], token(Some("t"), Some("A")), &person));
        assert!(!holds(&["specialty"], token(None, Some("a")), &person));
        assert!(holds(&["active"], token(None, Some("true")), &person));
        assert!(!holds(&["active"], token(None, Some("false")), &person));
    }

    #[test]
    fn a_reference_is_found_by_type_and_id() {
        let role =
            json!({"location": [{"reference": "Location/a"}, {"reference": "https://other.example/Location/b"}]});
        let refers = |id: &str| Wanted::Refers { kinds: vec![ResourceType::Location], id: id.to_owned() };
        assert!(holds(&["location"], refers("a"), &role) && !holds(&["location"], refers("b"), &role));
        assert!(holds(&["location"], Wanted::RefersTo("https://other.example/Location/b".to_owned()), &role));
    }

    #[test]
    fn a_change_is_found_by_the_time_that_a_date_covers() {
        let at = |text: &str| json!({"meta": {"lastUpdated": text}});
        let found = |asked: &str, when: &str| holds(&["meta.lastUpdated"], changed(asked).unwrap(), &at(when));
        assert!(found("2026-03", "2026-03-31T23:59:59Z") && !found("2026-03", "2026-04-01T00:00:00Z"));
        assert!(found("ge2026", "2026-01-01T00:00:00Z") && !found("gt2026", "2026-12-31T00:00:00Z"));
        assert!(found("lt2026-03-02", "2026-03-02T01:00:00+02:00") && found("ne2026-03-02", "2026-03-03T00:00:00Z"));
        assert!(found("2026-03-02T10:00:00Z", "2026-03-02T10:00:00.5Z"));
        for bad in ["", "20", "2026-13", "yesterday", "2026-02-30", "ap2026", "２０26"] {
            assert_eq!(changed(bad), None, "{bad}");
        }
    }
}
