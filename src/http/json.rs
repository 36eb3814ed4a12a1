//! JSON as it is sent. Refuses an object in which a name stands twice: one reader would take the first value and
//! another the last (RFC 8259 section 4).

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};

use super::ApiError;

/// Parses JSON. Depth is bounded by the parser (128), numbers by IEEE 754.
///
/// # Errors
/// [`ApiError::Malformed`].
pub fn parse_json(body: &[u8]) -> Result<Value, ApiError> {
    serde_json::from_slice(body).map(|Plain(value)| value).map_err(|_| ApiError::Malformed)
}

/// A value without a name that is repeated.
struct Plain(Value);

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PlainVisitor).map(Self)
    }
}

struct PlainVisitor;

impl<'de> Visitor<'de> for PlainVisitor {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Plain(entry)) = entries.next_element()? {
            list.push(entry);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Plain(value))) = entries.next_entry::<String, Plain>()? {
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a name stands twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_that_stands_twice_is_refused_at_any_depth() {
        for body in [r#"{"a":1,"a":2}"#, r#"[{"b":{"a":1,"c":0,"a":1}}]"#, r#"{"a":1,"\u0061":2}"#] {
            assert!(parse_json(body.as_bytes()).is_err(), "{body}");
        }
        assert!(parse_json(br#"[{"a":1},{"a":1}]"#).is_ok());
    }

    proptest! {
        #[test]
        fn everything_else_is_read_as_the_parser_reads_it(body in "[\\[\\]{}\",:0-9a-c.eE+\\-ntrufals \\\\]{0,40}") {
            if let (Ok(ours), Ok(theirs)) = (parse_json(body.as_bytes()), serde_json::from_str::<Value>(&body)) {
                prop_assert_eq!(ours, theirs);
            }
        }
    }

    #[test]
    fn values_of_every_kind_are_what_they_were() {
        let body = r#"{"t":true,"n":null,"i":-3,"u":18446744073709551615,"f":1.5e3,"s":"\ud83d\ude00","l":[[],{}]}"#;
        assert_eq!(parse_json(body.as_bytes()).unwrap(), serde_json::from_str::<Value>(body).unwrap());
        for body in ["", "{", "1e400", "[1,]", "nul", "\"\u{0}\""] {
            assert!(parse_json(body.as_bytes()).is_err(), "{body}");
        }
    }
}
