//! The body of an authentic delivery as JSON. What a strict reader refuses is read forgivingly: whoever sent it cannot be
//! asked to send it again, and a person's words hang on it.

use std::fmt::Write;

use serde_json::{Number, Value};

use crate::http::parse_json;

/// What some writers put in the place of a number, which JSON has no word for.
const NO_NUMBERS: [&str; 2] = ["NaN", "Infinity"];

/// Reads a body; none where it is no JSON by any reading. Forgiven are a byte order mark, bytes that are not UTF-8, half of
/// a surrogate pair (either becomes U+FFFD), characters in a text that should be escaped, a backslash before what needs
/// none, and a name that stands twice: the last one counts. A number that none can hold is a text.
pub fn read(bytes: &[u8]) -> Option<Value> {
    parse_json(bytes).ok().or_else(|| {
        let text = String::from_utf8_lossy(bytes);
        serde_json::from_str(&mended(text.strip_prefix('\u{feff}').unwrap_or(&text))).ok()
    })
}

/// The text with what a reader of JSON stumbles over made harmless.
fn mended(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len() + 16), text);
    while let Some(next) = rest.chars().next() {
        if next == '"' {
            rest = mend_text(rest.strip_prefix('"').unwrap_or_default(), &mut out);
            continue;
        }
        let word = rest.find(|c: char| !is_of_word(c)).unwrap_or(rest.len()).max(next.len_utf8());
        let (one, others) = rest.split_at(word);
        if is_no_number(one) {
            out.extend(["\"", one, "\""]);
        } else {
            out.push_str(one);
        }
        rest = others;
    }
    out
}

fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')
}

/// Whether a word looks like a number and is none that JSON or this program can hold: `1e400`, `007`, `+1`, `NaN`.
fn is_no_number(word: &str) -> bool {
    let looks = word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'));
    (looks || NO_NUMBERS.contains(&word)) && serde_json::from_str::<Number>(word).is_err()
}

/// Mends a text from behind its first quotation mark; answers what stands behind its last.
fn mend_text<'a>(text: &'a str, out: &mut String) -> &'a str {
    out.push('"');
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let (one, others) = rest.split_at(next.len_utf8());
        rest = others;
        match next {
            '"' => {
                out.push('"');
                return rest;
            }
            '\\' => rest = mend_escape(rest, out),
            // Writing to a text does not fail.
            control if control < ' ' => _ = write!(out, "\\u{:04x}", u32::from(control)),
            _ => out.push_str(one),
        }
    }
    rest
}

/// Mends what stands behind a backslash; answers what follows it.
fn mend_escape<'a>(text: &'a str, out: &mut String) -> &'a str {
    if let Some(code) = unit(text) {
        let (first, others) = text.split_at(5);
        let low = others.strip_prefix('\\').filter(|second| unit(second).is_some_and(is_low));
        return match low {
            Some(second) if (0xd800..0xdc00).contains(&code) => {
                let (second, others) = second.split_at(5);
                out.extend(["\\", first, "\\", second]);
                others
            }
            _ if (0xd800..0xe000).contains(&code) => {
                out.push(char::REPLACEMENT_CHARACTER);
                others
            }
            _ => {
                out.extend(["\\", first]);
                others
            }
        };
    }
    if let Some(escaped) = text.chars().next().filter(|next| "\"\\/bfnrt".contains(*next)) {
        out.extend(['\\', escaped]);
        text.split_at(escaped.len_utf8()).1
    } else {
        out.push_str("\\\\");
        text
    }
}

/// The code unit of `uXXXX`.
fn unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix('u')?.get(..4)?;
    digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}

fn is_low(code: u32) -> bool {
    (0xdc00..0xe000).contains(&code)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_writers_get_wrong_is_read_with_its_words() {
        for (bytes, told) in [
            (&b"{\"a\": \"cut \\ud83d\"}"[..], json!({"a": "cut \u{fffd}"})),
            (b"{\"a\": \"\\ude00\\ud83d\\ude00\\\\ud83d\"}", json!({"a": "\u{fffd}\u{1f600}\\ud83d"})),
            (b"{\"a\": \"\\ud83d\\u0041\"}", json!({"a": "\u{fffd}A"})),
            (b"\xef\xbb\xbf{\"a\": 1}", json!({"a": 1})),
            (b"{\"a\": 1, \"b\": {\"c\": 1, \"c\": 2}, \"a\": 3}", json!({"a": 3, "b": {"c": 2}})),
            (b"{\"a\": 1e400, \"b\": [-1e999, 5, -2.5e1]}", json!({"a": "1e400", "b": ["-1e999", 5, -25.0]})),
            (
                b"{\"a\": 0561, \"b\": +1561, \"c\": NaN, \"d\": -Infinity, \"e\": true}",
                json!({"a": "0561", "b": "+1561", "c": "NaN", "d": "-Infinity", "e": true}),
            ),
            (b"{\"a\": \"Jos\xe9\"}", json!({"a": "Jos\u{fffd}"})),
            (b"{\"a\": \"one\ntwo\tthree\"}", json!({"a": "one\ntwo\tthree"})),
            (b"{\"a\": \"it\\'s \\x \\u12\"}", json!({"a": "it\\'s \\x \\u12"})),
        ] {
            assert_eq!(read(bytes), Some(told), "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn what_is_no_json_by_any_reading_is_none() {
        for bytes in
            [&b""[..], b"not json", b"\xff\xfe", b"{\"a\": \"", b"{\"a\": \"\\", b"{\"a\": \"\\u", b"a=b", b"{]"]
        {
            assert_eq!(read(bytes), None, "{}", String::from_utf8_lossy(bytes));
        }
        let deep = "[".repeat(200) + &"]".repeat(200);
        assert_eq!(read(deep.as_bytes()), None);
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(bytes in proptest::collection::vec(prop_oneof![Just(b'\\'), Just(b'"'), Just(b'u'), any::<u8>()], 0..60)) {
            read(&bytes);
        }

        #[test]
        fn what_is_json_stays_as_it_is(text in "\\PC{0,30}", number in any::<f64>()) {
            let body = json!({"a": [text, number], "b": {"c": null}}).to_string();
            prop_assert_eq!(serde_json::from_str::<Value>(&mended(&body)).unwrap(), serde_json::from_str::<Value>(&body).unwrap());
        }
    }
}
