//! A lead as an inquiry: the same rules as for a post, and the opposite of its manners. A post with a mistake goes back to
//! whoever makes it; a lead has nobody to go back to, so what is wrong with it is kept as it was told, and the inquiry is
//! held for a person to look. Refuses only what nobody could answer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    mapping::{ConsentRule, IntegrationMapping, MappingRule},
    payload::{Fact, Lead},
};
use crate::{
    contact::{Email, LanguageTag, Phone},
    crypto::Personal,
    http::{check_line, check_text},
    inquiries::{
        form::Form,
        input::{Named, References},
        inquiry::{
            ATTRIBUTION, Consent, Details, FULL_NAME, MESSAGE, ON_BEHALF_OF, PREFERRED_CONTACT, PREFERRED_TIMES,
            PersonName, SERVICE, Submission, Tells,
        },
    },
};

/// The most facts that are kept one by one; what is beyond them is kept together.
const KEPT: usize = 200;
/// The most characters of the name of a fact that is kept.
const KEPT_NAME: usize = 200;
/// The purpose that a text message ends which says to stop.
pub const TEXTING: &str = "sms";

/// What is wrong with a lead: where, and why. Never what it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeadMistake {
    /// The field of the inquiry.
    #[schema(example = "email")]
    pub target: String,
    /// As in a problem.
    #[schema(example = "bad_email")]
    pub code: String,
}

impl LeadMistake {
    fn new(target: &str, code: &str) -> Self {
        Self { target: target.to_owned(), code: code.to_owned() }
    }
}

/// A lead whose facts have found their fields.
pub struct Mapped {
    values: BTreeMap<String, String>,
    answers: BTreeMap<String, String>,
    consents: Vec<Consent>,
    rest: Vec<Fact>,
    location_is_unknown: bool,
    lead: Lead,
}

/// A lead that was understood as far as it can be.
pub struct Understood {
    /// None where nobody could be answered.
    pub submission: Option<Submission>,
    /// What is wrong with it.
    pub mistakes: Vec<LeadMistake>,
    /// The names of the facts that no rule takes: they are kept as answers.
    pub unmapped: Vec<String>,
}

impl Mapped {
    /// Lays the rules over the facts.
    pub fn of(mapping: &IntegrationMapping, lead: Lead) -> Self {
        let mut taken = vec![false; lead.facts.len()];
        let mut fill = |rules: &BTreeMap<String, MappingRule>| -> BTreeMap<String, String> {
            let filled =
                rules.iter().filter_map(|(target, rule)| Some((target.clone(), value(rule, &lead.facts, &mut taken)?)));
            filled.collect()
        };
        let (values, answers) = (fill(&mapping.fields), fill(&mapping.answers));
        let consents = mapping.consents.iter().filter_map(|rule| consent(rule, &lead.facts)).collect();
        let is_ignored = |fact: &Fact| mapping.ignored.iter().any(|name| *name == fact.name || *name == fact.pointer);
        let rest = lead.facts.iter().zip(taken).filter(|(fact, taken)| !taken && !is_ignored(fact));
        let rest = rest.map(|(fact, _)| fact.clone()).collect();
        Self { values, answers, consents, rest, location_is_unknown: false, lead }
    }

    /// What the database is asked for; the connection's own location and service where the lead names none.
    pub fn references(&self, form: String, location: Option<&str>, service: Option<&str>) -> References {
        let named = References::of(|name| match name {
            "location" => self.values.get("location").map(String::as_str).or(location),
            "service" => self.values.get("service").map(String::as_str).or(service),
            _ => None,
        });
        References { form: Some(form), ..named }
    }

    /// Whether the lead names a location of its own.
    pub fn names_location(&self) -> bool {
        self.values.contains_key("location")
    }

    /// Says that the location which the lead names is none of the clinic's: its words are kept.
    pub fn forget_location(&mut self) {
        self.location_is_unknown = true;
    }

    /// Makes the inquiry.
    pub fn understand(self, form: &Form, named: &Named) -> Understood {
        let unmapped = self.rest.iter().map(|fact| fact.name.clone()).collect();
        let mut reading = Reading { values: self.values, kept: BTreeMap::new(), mistakes: Vec::new() };
        if !self.lead.external_id.is_empty() {
            reading.keep("external_id", &self.lead.external_id);
        }
        let region = named.location.as_ref().and_then(|location| location.country.as_deref());
        let email = reading.parsed("email", |text| Email::parse(text).map_err(|(code, _)| code));
        let phone = reading.parsed("phone", |text| Phone::parse(text, region).map_err(|(code, _)| code));
        let name = PersonName {
            given: reading.line("given_name", FULL_NAME / 2),
            family: reading.line("family_name", FULL_NAME / 2),
            full: reading.line("full_name", FULL_NAME),
        };
        if named.location.is_none() || self.location_is_unknown {
            reading.put_back("location");
        }
        let kinds = form.kinds();
        let kind = reading.one_of("kind", &kinds).or_else(|| kinds.first().copied()).unwrap_or("general");
        let details = Details {
            preferred_times: reading.line("preferred_times", PREFERRED_TIMES.1).into_iter().collect(),
            service: reading.line("service", SERVICE),
            attribution: reading.attribution(),
            answers: BTreeMap::new(),
        };
        let message = reading.message();
        let preferred_contact = reading.one_of("preferred_contact", &PREFERRED_CONTACT);
        let on_behalf_of = reading.one_of("on_behalf_of", &ON_BEHALF_OF);
        let language = reading.quietly("language", |text| LanguageTag::parse(text).ok());
        reading.own_answers(form, self.answers);
        let consents = reading.consents(form, self.consents, self.lead.opts_out);
        reading.keep_rest(self.rest);
        let incomplete = !reading.mistakes.is_empty();
        let tells = Tells { incomplete, spam_at_source: self.lead.is_spam, ..Tells::default() };
        if email.is_none() && phone.is_none() {
            reading.mistakes.push(LeadMistake::new("", "contact_required"));
            return Understood { submission: None, mistakes: reading.mistakes, unmapped };
        }
        let submission = Submission {
            kind,
            name: Personal::new(name),
            email: email.map(Personal::new),
            phone: phone.map(Personal::new),
            preferred_contact,
            location: named.location.as_ref().map(|location| location.id),
            message: message.map(Personal::new),
            language: language.map(|tag| tag.as_str().to_owned()),
            on_behalf_of,
            consents,
            details: Personal::new(Details { answers: reading.kept, ..details }),
            attachments: Vec::new(),
            tells,
        };
        Understood { submission: Some(submission), mistakes: reading.mistakes, unmapped }
    }
}

/// The first fact of the rule that is there, or its constant.
fn value(rule: &MappingRule, facts: &[Fact], taken: &mut [bool]) -> Option<String> {
    let Some(at) = rule.from.iter().find_map(|name| IntegrationMapping::find(facts, name)) else {
        return rule.constant.clone();
    };
    if let Some(taken) = taken.get_mut(at) {
        *taken = true;
    }
    facts.get(at).map(|fact| fact.value.clone())
}

/// What an answer says of a consent. The answer is kept as well: it is what was agreed to, in the sender's words.
fn consent(rule: &ConsentRule, facts: &[Fact]) -> Option<Consent> {
    let at = rule.from.iter().find_map(|name| IntegrationMapping::find(facts, name))?;
    let said = facts.get(at)?.value.trim().to_lowercase();
    let granted = rule.equals.iter().any(|one| one.trim().to_lowercase() == said);
    Some(Consent { purpose: rule.purpose.clone(), text_version: Some(rule.text_version.clone()), granted })
}

/// A lead being read: whatever does not fit its field is kept as an answer under the field's name.
struct Reading {
    values: BTreeMap<String, String>,
    kept: BTreeMap<String, String>,
    mistakes: Vec<LeadMistake>,
}

impl Reading {
    /// A value that somebody has to look at where it is none.
    fn parsed<T>(&mut self, target: &str, parse: impl FnOnce(&str) -> Result<T, &'static str>) -> Option<T> {
        let text = self.values.get(target)?.clone();
        match parse(&text) {
            Ok(value) => Some(value),
            Err(code) => {
                self.mistakes.push(LeadMistake::new(target, code));
                self.keep(target, &text);
                None
            }
        }
    }

    /// A value that the clinic can do without.
    fn quietly<T>(&mut self, target: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = self.values.get(target)?.clone();
        let value = parse(&text);
        if value.is_none() {
            self.keep(target, &text);
        }
        value
    }

    fn one_of(&mut self, target: &str, set: &[&'static str]) -> Option<&'static str> {
        self.quietly(target, |text| set.iter().find(|known| known.eq_ignore_ascii_case(text.trim())).copied())
    }

    /// One line, cut where it is longer; then the whole is kept beside it.
    fn line(&mut self, target: &str, most: usize) -> Option<String> {
        let text = self.values.get(target)?.clone();
        let line = clean(&text).split_whitespace().collect::<Vec<_>>().join(" ");
        if check_line(&line, most).is_ok() {
            return Some(line);
        }
        self.keep(target, &text);
        let cut: String = line.chars().take(most).collect();
        check_line(&cut, most).ok()
    }

    fn message(&mut self) -> Option<String> {
        let text = self.values.get("message")?.clone();
        let whole = clean(&text);
        if whole.chars().count() > MESSAGE {
            self.keep("message", &text);
        }
        let cut: String = whole.chars().take(MESSAGE).collect();
        check_text(&cut, MESSAGE).ok()
    }

    fn attribution(&mut self) -> BTreeMap<String, String> {
        let told = ATTRIBUTION.into_iter().filter_map(|(name, most)| Some((name.to_owned(), self.line(name, most)?)));
        told.collect()
    }

    /// The answers to the form's own fields. What is no answer to its field, and what no field asks, is kept as it is.
    fn own_answers(&mut self, form: &Form, given: BTreeMap<String, String>) {
        for (name, text) in given {
            let field = form.fields.iter().find(|field| field.is_custom() && field.name == name);
            let taken = field.and_then(|field| field.answer(&clean(&text)).ok().flatten());
            self.keep(&name, taken.as_deref().unwrap_or(&text));
        }
    }

    /// The consents that the form has texts for. One that it needs and that was not given is a reason to look.
    fn consents(&mut self, form: &Form, given: Vec<Consent>, opts_out: bool) -> Vec<Consent> {
        let mistakes = form.consent_mistakes(&given);
        let at = |index: usize| format!("/consents/{index}/");
        for mistake in &mistakes {
            self.mistakes.push(LeadMistake::new("consents", &mistake.code));
        }
        let is_wrong = |index: usize| {
            mistakes.iter().filter_map(|mistake| mistake.pointer.as_deref()).any(|place| place.starts_with(&at(index)))
        };
        let mut fitting: Vec<_> =
            given.into_iter().enumerate().filter(|(index, _)| !is_wrong(*index)).map(|(_, consent)| consent).collect();
        if opts_out {
            // Who says to stop is heard whatever the form has texts for.
            fitting.retain(|consent| consent.purpose != TEXTING);
            fitting.push(Consent { purpose: TEXTING.to_owned(), text_version: None, granted: false });
        }
        fitting
    }

    fn put_back(&mut self, target: &str) {
        if let Some(text) = self.values.remove(target) {
            self.keep(target, &text);
        }
    }

    /// Keeps a text under a name, or under one like it where something else stands there.
    fn keep(&mut self, name: &str, text: &str) {
        let name: String =
            clean(name).split_whitespace().collect::<Vec<_>>().join(" ").chars().take(KEPT_NAME).collect();
        let free = (1..).map(|n| if n == 1 { name.clone() } else { format!("{name} ({n})") });
        let mut free = free.filter(|name| !self.kept.contains_key(name));
        if let Some(name) = free.next() {
            self.kept.insert(name, clean(text));
        }
    }

    /// Keeps what no rule takes, under the words that people read.
    fn keep_rest(&mut self, mut rest: Vec<Fact>) {
        let beyond = rest.split_off(rest.len().min(KEPT));
        for fact in &rest {
            self.keep(fact.label.as_deref().unwrap_or(&fact.name), &fact.value);
        }
        if !beyond.is_empty() {
            let together: Vec<_> = beyond.iter().map(|fact| format!("{}: {}", fact.name, fact.value)).collect();
            self.keep("more", &together.join("\n"));
        }
    }
}

/// A text without control characters, which have no place in anything that is shown.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests;
