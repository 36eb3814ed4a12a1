//! The lines between `---` or `+++` at the beginning of a document.

use serde_json::{Map, Value};

/// Front matter that is not well-formed.
#[derive(Debug)]
pub(super) struct Unreadable;

/// The longest front matter that is read.
const MAX_FRONT: usize = 128 * 1024;

/// Takes front matter and body apart. A document without front matter is all body.
pub(super) fn split(text: &str) -> Result<(Map<String, Value>, &str), Unreadable> {
    let first = text.lines().next().unwrap_or_default().trim_end();
    let fence = match first {
        "---" | "+++" => first,
        _ => return Ok((Map::new(), text)),
    };
    let mut at = text.find('\n').map_or(text.len(), |end| end + 1);
    let begin = at;
    for line in text.get(at..).unwrap_or_default().split_inclusive('\n') {
        let end = at;
        at += line.len();
        let bare = line.trim_end();
        if bare == fence || fence == "---" && bare == "..." {
            let (front, body) = (text.get(begin..end).unwrap_or_default(), text.get(at..).unwrap_or_default());
            let front = if fence == "---" { yaml(front)? } else { toml(front)? };
            return Ok((front, body));
        }
    }
    // A line of hyphens that no other closes is a rule between two parts of a text.
    Ok((Map::new(), text))
}

fn yaml(front: &str) -> Result<Map<String, Value>, Unreadable> {
    if front.len() > MAX_FRONT {
        return Err(Unreadable);
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 24,
            flow_nesting_limit: 24,
            max_events: 50_000,
            max_nodes: 20_000,
            max_aliases: 0,
            max_documents: 1,
        },
        strict_booleans: true,
    };
    match serde_saphyr::from_str_with_options::<Value>(front, options) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) | Err(_) => Err(Unreadable),
    }
}

fn toml(front: &str) -> Result<Map<String, Value>, Unreadable> {
    if front.len() > MAX_FRONT {
        return Err(Unreadable);
    }
    let table: toml::Table = front.parse().map_err(|_| Unreadable)?;
    Ok(table.into_iter().map(|(name, value)| (name, json(value))).collect())
}

fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(is) => is.into(),
        toml::Value::Datetime(at) => at.to_string().into(),
        toml::Value::Array(entries) => entries.into_iter().map(json).collect(),
        toml::Value::Table(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (name, json(value))).collect())
        }
    }
}
