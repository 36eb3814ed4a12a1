//! A path on the clinic's site, in one spelling. Refuses what does not begin with a slash.

use std::fmt::Write;

/// The most characters that an address has here.
const LONGEST: usize = 500;

/// A path in the spelling that addresses are compared in: without a query and a fragment, without a slash at its end, and
/// percent-encoded in one way (RFC 3986 §6.2.2): unreserved characters as they are, everything that may not stand in a
/// path encoded, hexadecimal digits in upper case. Upper and lower case differ, and dots mean nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SitePath(String);

impl SitePath {
    /// Reads a path as a browser, a front end or an editor writes it. None where it does not begin with a slash, or is
    /// longer than 500 characters.
    pub fn parse(text: &str) -> Option<Self> {
        let path = text.split(['?', '#']).next().filter(|path| path.starts_with('/'))?;
        let mut spelt = String::with_capacity(path.len());
        let mut rest = path.as_bytes();
        while let Some((&byte, after)) = rest.split_first() {
            let escaped = decoded(rest);
            let byte = escaped.unwrap_or(byte);
            rest = if escaped.is_some() { rest.get(3..).unwrap_or_default() } else { after };
            if is_unreserved(byte) || (escaped.is_none() && may_stand(byte)) {
                spelt.push(char::from(byte));
            } else {
                write!(spelt, "%{byte:02X}").ok()?;
            }
        }
        let bare = spelt.trim_end_matches('/');
        let spelt = if bare.is_empty() { "/" } else { bare };
        (spelt.len() <= LONGEST).then(|| Self(spelt.to_owned()))
    }

    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The byte that `%XX` at the beginning stands for.
fn decoded(text: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = text else { return None };
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some((digit(high)? << 4) | digit(low)?)
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// The other characters of a path: delimiters that mean something where they stand bare.
fn may_stand(byte: u8) -> bool {
    b"/!$&'()*+,;=:@".contains(&byte)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_has_one_spelling() {
        for (given, spelt) in [
            ("/", "/"),
            ("///", "/"),
            ("/articles/flu/", "/articles/flu"),
            ("/articles/flu?utm_source=mail#top", "/articles/flu"),
            ("/art%69cles/fl%75", "/articles/flu"),
            ("/artículos/gripe", "/art%C3%ADculos/gripe"),
            ("/art%c3%adculos/gripe", "/art%C3%ADculos/gripe"),
            ("/a b", "/a%20b"),
            ("/100%", "/100%25"),
            ("/a%2Fb", "/a%2Fb"),
            ("/a%2fb", "/a%2Fb"),
            ("/A/../b", "/A/../b"),
            ("//evil.example/x", "//evil.example/x"),
            ("/a+b,c;d=e", "/a+b,c;d=e"),
            ("/a\r\nb\\", "/a%0D%0Ab%5C"),
        ] {
            assert_eq!(SitePath::parse(given).unwrap().as_str(), spelt, "{given}");
        }
    }

    #[test]
    fn what_is_no_path_of_the_site_is_refused() {
        for text in
            ["", "articles/flu", "https://clinic.example/", "?path=/", "#", " /x", &format!("/{}", "é".repeat(200))]
        {
            assert_eq!(SitePath::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_spelling_stays_as_it_is_and_fits_the_database(text in "/\\PC{0,40}") {
            let once = SitePath::parse(&text).unwrap();
            prop_assert!(once.as_str().starts_with('/') && once.as_str().bytes().all(|byte| byte.is_ascii_graphic()));
            prop_assert_eq!(SitePath::parse(once.as_str()).unwrap(), once);
        }

        #[test]
        fn encoding_a_letter_changes_nothing(path in "(/[a-z0-9-]{1,8}){1,4}", at in 1_usize..8) {
            let encoded: String = path.char_indices().map(|(index, letter)| match letter {
                '/' => "/".to_owned(),
                letter if index == at => format!("%{:02x}", u32::from(letter)),
                letter => letter.to_string(),
            }).collect();
            prop_assert_eq!(SitePath::parse(&encoded), SitePath::parse(&path));
        }
    }
}
