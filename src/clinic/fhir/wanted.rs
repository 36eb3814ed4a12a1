//! The value of a filter, read as its parameter compares. A backslash takes the meaning from a comma or a bar
//! (<https://hl7.org/fhir/R4/search.html#escaping>).

use super::{
    matching::{Wanted, changed, folded},
    parameters::{Comparison, Parameter},
    resource::ResourceType,
};
use crate::contact::Refusal;

/// The most alternatives of one filter.
const MOST_ALTERNATIVES: usize = 50;

/// The alternatives of a filter. `base` is the configured public URL.
///
/// # Errors
/// The code and the sentence where it cannot be understood.
pub(super) fn wanted(
    parameter: &Parameter,
    modifier: Option<&str>,
    value: &str,
    base: &str,
) -> Result<Vec<Wanted>, Refusal> {
    let alternatives = split(value, ',');
    if alternatives.len() > MOST_ALTERNATIVES {
        return Err(("too_many", format!("at most {MOST_ALTERNATIVES} values")));
    }
    let read = |text: &str| match parameter.comparison {
        Comparison::Text => a_text(modifier, text),
        Comparison::Token(set) => none(modifier).and_then(|()| a_token(set, text)),
        Comparison::Reference(targets) => a_reference(targets, modifier, text, base),
        Comparison::Instant => none(modifier).and_then(|()| {
            changed(text).ok_or_else(|| ("bad_value", "must be a date or an instant, such as ge2026-01-31".to_owned()))
        }),
    };
    alternatives.iter().map(|text| if text.is_empty() { Err(blank()) } else { read(text) }).collect()
}

fn blank() -> Refusal {
    ("bad_value", "must not be empty between commas".to_owned())
}

fn unknown_modifier(known: &str) -> Refusal {
    ("unknown_modifier", format!("takes {known}"))
}

fn none(modifier: Option<&str>) -> Result<(), Refusal> {
    if modifier.is_none() { Ok(()) } else { Err(unknown_modifier("no modifier here")) }
}

fn a_text(modifier: Option<&str>, text: &str) -> Result<Wanted, Refusal> {
    let text = unescaped(text);
    match modifier {
        None => Ok(Wanted::Begins(folded(&text))),
        Some("contains") => Ok(Wanted::Contains(folded(&text))),
        Some("exact") => Ok(Wanted::Exact(text)),
        Some(_) => Err(unknown_modifier(":exact or :contains")),
    }
}

fn a_token(set: &[&str], text: &str) -> Result<Wanted, Refusal> {
    let mut parts = split(text, '|').into_iter().map(|part| unescaped(&part));
    let (first, second, third) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    if third.is_some() {
        return Err(("bad_value", "must be a code, or a system and a code with one bar between them".to_owned()));
    }
    let (system, code) = second.map_or((None, first.clone()), |code| (Some(first), code));
    if !set.is_empty() {
        // The elements with a set of their own are plain codes, whose system nobody writes down.
        return if set.contains(&code.as_str()) {
            Ok(Wanted::Token { system: None, code: Some(code) })
        } else {
            Err(("bad_value", format!("must be one of {}", set.join(", "))))
        };
    }
    if code.is_empty() && system.as_deref().unwrap_or_default().is_empty() {
        return Err(("bad_value", "must name a code or a system".to_owned()));
    }
    Ok(Wanted::Token { system, code: Some(code).filter(|code| !code.is_empty()) })
}

fn a_reference(targets: &[ResourceType], modifier: Option<&str>, text: &str, base: &str) -> Result<Wanted, Refusal> {
    let kinds: Vec<ResourceType> =
        targets.iter().filter(|kind| modifier.is_none_or(|name| kind.name() == name)).copied().collect();
    if kinds.is_empty() {
        let known: Vec<&str> = targets.iter().map(|kind| kind.name()).collect();
        return Err(unknown_modifier(&format!(":{}", known.join(", :"))));
    }
    let text = unescaped(text);
    let own = text.strip_prefix(base).and_then(|rest| rest.strip_prefix("/fhir/R4/")).unwrap_or(&text);
    Ok(match own.split_once('/') {
        None => Wanted::Refers { kinds, id: own.to_owned() },
        Some((kind, id)) => match ResourceType::named(kind) {
            Some(kind) if kinds.contains(&kind) => Wanted::Refers { kinds: vec![kind], id: id.to_owned() },
            _ => Wanted::RefersTo(text),
        },
    })
}

/// The parts between separators that no backslash stands before.
fn split(text: &str, separator: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut is_escaped = false;
    for c in text.chars() {
        if c == separator && !is_escaped {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(c);
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    parts
}

fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        match (c, letters.peek()) {
            ('\\', Some(',' | '|' | '$' | '\\')) => plain.extend(letters.next()),
            _ => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://api.example";

    fn read(kind: ResourceType, name: &str, modifier: Option<&str>, value: &str) -> Result<Vec<Wanted>, &'static str> {
        wanted(kind.parameter(name).unwrap(), modifier, value, BASE).map_err(|(code, _)| code)
    }

    #[test]
    fn a_comma_means_any_of_unless_a_backslash_stands_before_it() {
        let told = read(ResourceType::Location, "name", None, r"Pier\, East,Quay").unwrap();
        assert_eq!(told, [Wanted::Begins("pier, east".to_owned()), Wanted::Begins("quay".to_owned())]);
        assert_eq!(read(ResourceType::Location, "name", Some("exact"), "Ñ").unwrap(), [Wanted::Exact("Ñ".to_owned())]);
        assert_eq!(read(ResourceType::Location, "name", None, "a,,b"), Err("bad_value"));
        assert_eq!(read(ResourceType::Location, "name", Some("above"), "a"), Err("unknown_modifier"));
    }

    #[test]
    fn a_token_has_a_system_a_code_or_both() {
        let token = |system: Option<&str>, code: Option<&str>| Wanted::Token {
            system: system.map(str::to_owned),
            code: code.map(str::to_owned),
        };
        let read = |value| read(ResourceType::Organization, "identifier", None, value);
        assert_eq!(read("1").unwrap(), [token(None, Some("1"))]);
        assert_eq!(
            read("s|1,|2,t|").unwrap(),
            [token(Some("s"), Some("1")), token(Some(""), Some("2")), token(Some("t"), None)]
        );
        for bad in ["|", "a|b|c"] {
            assert_eq!(read(bad), Err("bad_value"), "{bad}");
        }
    }

    #[test]
    fn a_code_of_a_closed_set_is_one_of_it() {
        assert!(read(ResourceType::Location, "status", None, "active,suspended").is_ok());
        assert_eq!(read(ResourceType::Location, "status", None, "open"), Err("bad_value"));
        assert_eq!(read(ResourceType::Practitioner, "active", None, "yes"), Err("bad_value"));
    }

    #[test]
    fn a_reference_is_an_id_a_relative_or_our_own_address() {
        let here = [Wanted::Refers { kinds: vec![ResourceType::Location], id: "a".to_owned() }];
        for value in ["a", "Location/a", "https://api.example/fhir/R4/Location/a"] {
            assert_eq!(read(ResourceType::PractitionerRole, "location", None, value).unwrap(), here, "{value}");
        }
        assert_eq!(read(ResourceType::PractitionerRole, "location", Some("Location"), "a").unwrap(), here);
        let elsewhere = "https://other.example/Location/a";
        assert_eq!(
            read(ResourceType::PractitionerRole, "location", None, elsewhere).unwrap(),
            [Wanted::RefersTo(elsewhere.to_owned())]
        );
        assert_eq!(read(ResourceType::PractitionerRole, "location", Some("Patient"), "a"), Err("unknown_modifier"));
    }
}
