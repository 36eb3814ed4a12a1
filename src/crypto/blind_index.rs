//! Blind indexes: a keyed hash beside a sealed e-mail address or phone number, so that rows of one
//! person can be found without opening any.
//!
//! HMAC-SHA-256 with a key of its own for each field: equal values in two fields do not show as
//! equal. It tells who asked twice, nothing more, and nothing without `index.key`.

use url::Host;

use super::key_ring::KeyRing;

/// The fields that can be searched by equality.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexedField {
    /// An address in the form of [`normalise_email`].
    Email,
    /// A number in E.164 form (`+4930901820`).
    Phone,
}

impl IndexedField {
    const fn label(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
        }
    }
}

/// The blind index of a normalised value: 32 bytes for the column beside the sealed one.
#[must_use]
pub fn of(ring: &KeyRing, field: IndexedField, normalised: &str) -> [u8; 32] {
    ring.index.derive("clinic-cms/index/1", field.label()).hmac(&[normalised.as_bytes()])
}

/// An address as it is indexed: no white space around it, lower case throughout, the domain in ASCII (IDNA), so that
/// `bücher.example` and `xn--bcher-kva.example` are one. Mail servers tell upper from lower case in the local part so
/// rarely that two spellings are one person (RFC 5321 section 2.4).
#[must_use]
pub fn normalise_email(address: &str) -> String {
    let address = address.trim().to_lowercase();
    let ascii = address.rsplit_once('@').and_then(|(local, domain)| match Host::parse(domain) {
        Ok(Host::Domain(domain)) => Some(format!("{local}@{domain}")),
        _ => None,
    });
    ascii.unwrap_or(address)
}

#[cfg(test)]
mod tests;
