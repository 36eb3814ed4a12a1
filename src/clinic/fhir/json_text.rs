//! JSON as text. What was imported goes out again byte for byte: a decimal keeps its zeros (FHIR's decimals have a
//! precision, <https://hl7.org/fhir/R4/datatypes.html#decimal>) and an object the order of its members, both of which a
//! parsed value forgets.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
    ser::SerializeMap,
};
use serde_json::value::RawValue;

/// The text of a value without the white space between its tokens.
pub(super) fn compact(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    let mut strings = Strings::default();
    text.extend(json.chars().filter(|c| strings.is_inside(*c) || !c.is_ascii_whitespace()));
    text
}

/// A compact text with a line for each member and entry.
pub(super) fn indented(json: &str) -> String {
    let mut text = String::with_capacity(json.len() * 2);
    let mut strings = Strings::default();
    let mut depth = 0_usize;
    let mut before = ' ';
    let break_line = |text: &mut String, depth: usize| {
        text.push('\n');
        text.extend(std::iter::repeat_n("  ", depth));
    };
    for c in json.chars() {
        if strings.is_inside(c) {
            text.push(c);
        } else {
            match c {
                '{' | '[' => {
                    text.push(c);
                    depth += 1;
                    break_line(&mut text, depth);
                }
                '}' | ']' => {
                    depth = depth.saturating_sub(1);
                    // An empty pair stays together.
                    if matches!(before, '{' | '[') {
                        text.truncate(text.trim_end().len());
                    } else {
                        break_line(&mut text, depth);
                    }
                    text.push(c);
                }
                ',' => {
                    text.push(c);
                    break_line(&mut text, depth);
                }
                ':' => text.push_str(": "),
                c => text.push(c),
            }
        }
        before = c;
    }
    text
}

/// Whether a reader of JSON stands inside a string.
#[derive(Default)]
struct Strings {
    is_open: bool,
    is_escaped: bool,
}

impl Strings {
    /// Whether `c`, the next character, belongs to a string, its quotation marks included.
    fn is_inside(&mut self, c: char) -> bool {
        if !self.is_open {
            self.is_open = c == '"';
            return self.is_open;
        }
        if self.is_escaped {
            self.is_escaped = false;
        } else if c == '\\' {
            self.is_escaped = true;
        } else if c == '"' {
            self.is_open = false;
        }
        true
    }
}

/// The members of an object in their order, each with its text.
#[derive(Clone, Debug, Default)]
pub struct Members(pub Vec<(String, Box<RawValue>)>);

impl Members {
    /// Reads the text of an object.
    ///
    /// # Errors
    /// Where it is none.
    pub fn parse(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = entries.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    #[test]
    fn members_keep_their_order_and_decimals_their_zeros() {
        let text = r#"{"z":1.50,"a":{"y": [ ],"b":"\u00e9"},"m":3.0}"#;
        let members = Members::parse(text).unwrap();
        assert_eq!(serde_json::to_string(&members).unwrap(), text);
        assert_eq!((members.0[0].0.as_str(), members.0[0].1.get()), ("z", "1.50"));
        assert!(Members::parse("[]").is_err() && Members::parse("{").is_err());
    }

    #[test]
    fn white_space_goes_between_tokens_and_stays_in_texts() {
        assert_eq!(compact("{ \"a b\" :\t[ 1 ,\n\" \\\" } \" ] }"), r#"{"a b":[1," \" } "]}"#);
        assert_eq!(indented(r#"{"a":[1,{}],"b":[]}"#), "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}");
    }

    proptest! {
        #[test]
        fn a_text_says_the_same_in_any_layout(value in values()) {
            let text = serde_json::to_string_pretty(&value).unwrap();
            let short = compact(&text);
            prop_assert_eq!(&short, &value.to_string());
            prop_assert_eq!(compact(&indented(&short)), short);
        }
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "\\PC{0,8}|[\"\\\\{}\\[\\],: \n]{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-z \"]{0,3}", inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }
}
