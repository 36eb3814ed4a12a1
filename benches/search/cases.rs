//! What is looked for. The words are those of `library`.

use serde_json::{Value, json};

use super::library::{COMMON, FAMILIAR, RARE};

/// A search, as it is asked of the service and of PostgreSQL.
#[derive(Clone, Debug)]
pub struct Case {
    /// For people.
    pub title: &'static str,
    /// The request.
    pub path: &'static str,
    /// Whether it asks for suggestions.
    pub suggestions: bool,
    /// What the service makes of `q` (`articles::search`): the parameter of the statement.
    pub clauses: Value,
}

/// Every case.
pub fn all() -> Vec<Case> {
    let case = |title, path, clauses: &[Value]| Case { title, path, suggestions: false, clauses: clauses.into() };
    vec![
        case("a rare word", concat!("/v1/articles?q=", "quillaxis"), &[word(0, RARE)]),
        case("a common word", concat!("/v1/articles?q=", "appointment"), &[word(0, COMMON)]),
        case("two words", "/v1/articles?q=appointment+medication", &[closed(0, COMMON), word(1, FAMILIAR)]),
        case("the beginning of a word", "/v1/articles?q=quillax", &[word(0, "quillax")]),
        case("a mistyped word", "/v1/articles?q=quilaxis", &[word(0, "quilaxis")]),
        Case { suggestions: true, ..case("suggestions", "/v1/articles/suggestions?q=medicat", &[word(0, "medicat")]) },
        Case {
            suggestions: true,
            ..case("suggestions, mistyped", "/v1/articles/suggestions?q=medicatoin", &[word(0, "medicatoin")])
        },
    ]
}

impl Case {
    /// What was found, as it stands in the answer.
    pub fn found(&self, body: &[u8]) -> String {
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        if self.suggestions {
            return answer.pointer("/data").and_then(Value::as_array).map_or(0, Vec::len).to_string();
        }
        let more = answer.pointer("/meta/total_exact") == Some(&Value::Bool(false));
        let total = answer.pointer("/meta/total").and_then(Value::as_i64).unwrap_or_default();
        if more { format!("over {}", total - 1) } else { total.to_string() }
    }
}

fn closed(n: usize, text: &str) -> Value {
    json!({"n": n, "alternative": 0, "text": text, "phrase": false, "negated": false, "open": false, "correctable": true})
}

/// The last word, which may go on.
fn word(n: usize, text: &str) -> Value {
    let mut word = closed(n, text);
    if let Some(open) = word.get_mut("open") {
        *open = Value::Bool(true);
    }
    word
}
