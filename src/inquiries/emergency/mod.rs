//! Words that tell of an emergency: rules that staff keep, compared with what is sent. A match puts the number to call
//! first into the answer, gives the inquiry the priority `stat` and, sealed, the name of the rule, and tells staff of it
//! even where it is held back.
//!
//! The API never claims to triage: nothing is weighed, denied or understood. `I have no chest pain` shows the number too.
//! Refuses to let a rule match within a word, to let spam's words hide an emergency (see `spam`), and to
//! show the name of a rule to whoever may not open the inquiry.

mod queries;
mod rule;

use std::sync::{Arc, Mutex, PoisonError};

use actix_web::web::ServiceConfig;
use utoipa::OpenApi;

pub use queries::find_public_rules;

use super::{
    form::{Form, FormNotice, default_notices},
    inquiry::Submission,
    spam::{Folded, Lexicon},
};
use crate::http::Endpoint;

/// What stands in the clear beside an inquiry in which a rule matched. Its name is sealed: it says what somebody suffers
/// from.
pub const MATCHED: &str = "matched";
/// The kind of the notice that says whom to call.
const NOTICE: &str = "emergency";

/// Mounts what staff may call, inside `/v1/admin`.
pub fn admin_routes(config: &mut ServiceConfig) {
    Endpoint::at("/emergency-rules").get(rule::list_emergency_rules).post(rule::create_emergency_rule).mount(config);
    Endpoint::at("/emergency-rules/{id}")
        .get(rule::get_emergency_rule)
        .patch(rule::update_emergency_rule)
        .delete(rule::delete_emergency_rule)
        .mount(config);
    Endpoint::at("/emergency-rules/{id}/restore").post(rule::restore_emergency_rule).mount(config);
}

/// The part of the OpenAPI document that this room answers for.
#[derive(OpenApi)]
#[openapi(paths(
    rule::list_emergency_rules,
    rule::create_emergency_rule,
    rule::get_emergency_rule,
    rule::update_emergency_rule,
    rule::delete_emergency_rule,
    rule::restore_emergency_rule
))]
#[derive(Debug)]
pub struct Docs;

/// A rule as it is compared.
#[derive(Clone, Debug)]
pub struct Phrases {
    /// Sealed with the inquiry.
    pub name: String,
    /// BCP 47.
    pub language: String,
    words: Lexicon,
}

/// The rules as this node read them last. What changed is read again for the next inquiry.
#[derive(Debug, Default)]
pub struct Rules(Mutex<(i64, Arc<[Phrases]>)>);

impl Rules {
    /// The rules of this stamp, where they are known.
    pub fn of(&self, stamp: i64) -> Option<Arc<[Phrases]>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (known.0 == stamp).then(|| Arc::clone(&known.1))
    }

    /// Keeps the rules that were read for this stamp.
    pub fn keep(&self, stamp: i64, rules: Vec<Phrases>) -> Arc<[Phrases]> {
        let rules: Arc<[Phrases]> = rules.into();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (stamp, Arc::clone(&rules));
        rules
    }
}

impl Phrases {
    /// A rule out of phrases as staff wrote them.
    pub fn new(name: String, language: String, written: &[String]) -> Self {
        let folded: Vec<String> = written.iter().filter_map(|phrase| fold(phrase)).collect();
        Self { name, language, words: Lexicon::new(folded.iter().map(String::as_str)) }
    }

    fn stand_in(&self, text: &Folded) -> bool {
        self.words.found(text).next().is_some()
    }
}

/// A phrase as it is looked for: folded as texts are, with the star that it may end in. None where nothing is left of it.
fn fold(phrase: &str) -> Option<String> {
    let (words, star) = match phrase.trim().strip_suffix('*') {
        Some(words) => (words, "*"),
        None => (phrase, ""),
    };
    let folded = Folded::of(words).words().collect::<Vec<_>>().join(" ");
    (!folded.is_empty()).then(|| folded + star)
}

/// The first rule whose words stand in what somebody wrote, in any language: people mix them.
pub fn find<'a>(rules: &'a [Phrases], submission: &Submission) -> Option<&'a Phrases> {
    let details = submission.details.reveal();
    let message = submission.message.as_ref().map(|message| message.reveal().as_str());
    let written = message
        .into_iter()
        .chain(details.service.as_deref())
        .chain(details.preferred_times.iter().map(String::as_str))
        .chain(details.answers.values().map(String::as_str));
    let texts: Vec<Folded> = written.map(Folded::of).collect();
    rules.iter().find(|rule| texts.iter().any(|text| rule.stand_in(text)))
}

/// What the sender is told: the form's notices in `locale`; after an emergency first the one that says whom to call, the
/// form's own or else the usual one, in the language of the words.
pub fn notices(form: &Form, locale: &str, rule: Option<&Phrases>) -> Vec<FormNotice> {
    let usual = form.notices(locale);
    let Some(rule) = rule else { return usual };
    let own = form.notices(&rule.language).into_iter().find(|notice| notice.kind == NOTICE);
    let first = own.or_else(|| {
        let defaults = default_notices().into_iter().map(|notice| notice.shown(&rule.language, &form.default_locale));
        defaults.into_iter().find(|notice| notice.kind == NOTICE)
    });
    first.into_iter().chain(usual.into_iter().filter(|notice| notice.kind != NOTICE)).collect()
}

#[cfg(test)]
mod tests;
