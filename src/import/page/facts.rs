//! The clinic's facts as a page yields them: the first well-formed of each kind is taken, every other is reported.

use serde::Serialize;

use super::address::Address;
use super::email::{self, EmailReading};
use super::phone::Phone;
use super::report::{ItemKind, Report, Why};

/// What a page says of the clinic it belongs to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ClinicFacts {
    /// The name it goes by; only when the page repeats or structures it.
    pub name: Option<String>,
    /// Its phone number.
    pub phone: Option<Phone>,
    /// Its e-mail address.
    pub email: Option<String>,
    /// Where it is.
    pub address: Option<Address>,
}

impl ClinicFacts {
    /// How many facts there are.
    #[must_use]
    pub fn count(&self) -> u32 {
        u32::from(self.name.is_some())
            + u32::from(self.phone.is_some())
            + u32::from(self.email.is_some())
            + u32::from(self.address.is_some())
    }
}

/// Facts and report of a page that is being read.
#[derive(Debug, Default)]
pub(super) struct FactBook {
    pub clinic: ClinicFacts,
    pub report: Report,
    /// A name with some evidence, taken only if the prose agrees.
    pub hinted_name: Option<String>,
}

impl FactBook {
    /// Offers what should be a phone number; `source` is the page's own wording.
    pub fn offer_phone(&mut self, value: &str, source: &str, line: Option<u32>) {
        let Some(phone) = Phone::read(value) else {
            return self.report.leave(source, Why::PhoneInvalid, line);
        };
        match &self.clinic.phone {
            Some(known) if known.number == phone.number => {
                self.report.take(ItemKind::Phone, source, line);
            }
            Some(_) => self.report.leave(source, Why::AnotherPhone, line),
            None => {
                self.report.take(ItemKind::Phone, source, line);
                self.clinic.phone = Some(phone);
            }
        }
    }

    /// Offers what should be an e-mail address.
    pub fn offer_email(&mut self, value: &str, source: &str, line: Option<u32>) {
        match email::read(value) {
            EmailReading::Placeholder => self.report.leave(source, Why::ScraperPlaceholder, line),
            EmailReading::Invalid => self.report.leave(source, Why::EmailInvalid, line),
            EmailReading::Address(address) => match &self.clinic.email {
                Some(known) if known.eq_ignore_ascii_case(&address) => {
                    self.report.take(ItemKind::Email, source, line);
                }
                Some(_) => self.report.leave(source, Why::AnotherEmail, line),
                None => {
                    self.report.take(ItemKind::Email, source, line);
                    self.clinic.email = Some(address);
                }
            },
        }
    }

    /// Offers a postal address that was read, or `None` for one that could not be.
    pub fn offer_address(&mut self, address: Option<Address>, source: &str, line: Option<u32>) {
        let Some(address) = address else {
            return self.report.leave(source, Why::AddressUnreadable, line);
        };
        match &self.clinic.address {
            Some(known) if *known == address => self.report.take(ItemKind::Address, source, line),
            Some(_) => self.report.leave(source, Why::AnotherAddress, line),
            None => {
                self.report.take(ItemKind::Address, source, line);
                self.clinic.address = Some(address);
            }
        }
    }

    /// Offers a name that the page structures or repeats.
    pub fn offer_name(&mut self, name: &str) {
        match &self.clinic.name {
            Some(known) if known.eq_ignore_ascii_case(name) => {}
            Some(_) => self.report.leave(name, Why::AnotherName, None),
            None => {
                self.report.take(ItemKind::ClinicName, name, None);
                self.clinic.name = Some(name.to_owned());
            }
        }
    }

    /// Offers a `tel:` or `mailto:` link; one that says what is known already adds nothing.
    pub fn offer_link(&mut self, link: &str) {
        let (scheme, rest) = link.split_once(':').unwrap_or(("", link));
        let value = rest.split('?').next().unwrap_or(rest).replace("%20", " ");
        if scheme.eq_ignore_ascii_case("tel") {
            let known = self.clinic.phone.as_ref().map(|phone| phone.number.as_str());
            if known.is_none() || Phone::read(&value).is_none_or(|phone| known != Some(phone.number.as_str())) {
                self.offer_phone(&value, link, None);
            }
        } else if !self.clinic.email.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(&value)) {
            self.offer_email(&value, link, None);
        }
    }
}
