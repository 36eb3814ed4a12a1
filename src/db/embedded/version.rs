//! A PostgreSQL version as its programs print it.

use std::fmt;

/// The oldest major version whose SQL the migrations use.
pub const OLDEST_MAJOR: u32 = 15;

/// Major and minor, such as 15.18; a beta or development build counts as minor 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The major version, which a cluster on disk is bound to.
    pub major: u32,
    /// The minor version.
    pub minor: u32,
}

impl Version {
    /// Reads `15.18 (Debian 15.18-0+deb12u1)`, `18beta1`, `19devel` or `postgres (PostgreSQL) 16.3`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_start_matches("postgres (PostgreSQL)").trim_start();
        let (major, rest) = leading_number(text)?;
        let minor = rest.strip_prefix('.').and_then(leading_number).map_or(0, |(minor, _)| minor);
        Some(Self { major, minor })
    }
}

fn leading_number(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    Some((digits.parse().ok()?, rest))
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_forms_that_postgresql_prints_are_read() {
        for (text, major, minor) in [
            ("15.18 (Debian 15.18-0+deb12u1)", 15, 18),
            ("postgres (PostgreSQL) 18.6\n", 18, 6),
            ("18beta1", 18, 0),
            ("19devel", 19, 0),
        ] {
            assert_eq!(Version::parse(text), Some(Version { major, minor }), "{text}");
        }
        assert_eq!(Version::parse("unknown"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text in ".*") {
            let _ = Version::parse(&text);
        }

        #[test]
        fn a_version_reads_back(major in 0_u32..1000, minor in 0_u32..1000) {
            let version = Version { major, minor };
            prop_assert_eq!(Version::parse(&version.to_string()), Some(version));
        }
    }
}
