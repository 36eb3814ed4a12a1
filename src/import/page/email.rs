//! E-mail addresses, and the placeholders that stand on scraped pages where an address was.

use email_address::{EmailAddress, Options};

/// What a word in the place of an e-mail address is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum EmailReading {
    /// An address (RFC 5322 `addr-spec` with a dotted domain), its domain in lower case.
    Address(String),
    /// What Cloudflare's "Email Address Obfuscation" and similar scripts leave behind; the address is not on the
    /// page for readers without scripts, and its encoded form is deliberately not decoded.
    Placeholder,
    /// Neither.
    Invalid,
}

/// Reads a word that stands where an e-mail address should.
pub(super) fn read(text: &str) -> EmailReading {
    if is_placeholder(text) {
        return EmailReading::Placeholder;
    }
    let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
    match EmailAddress::parse_with_options(text.trim(), options) {
        Ok(address) => EmailReading::Address(format!("{}@{}", address.local_part(), address.domain().to_lowercase())),
        Err(_) => EmailReading::Invalid,
    }
}

/// Whether the text is, or speaks of, a hidden address.
pub(super) fn is_placeholder(text: &str) -> bool {
    let lower = text.to_lowercase();
    let bracketed = lower.contains("[email") && lower.contains("protected]");
    bracketed || lower.trim() == "email protected" || lower.contains("/cdn-cgi/l/email-protection")
}
