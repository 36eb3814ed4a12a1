//! The sum of the reasons, and what it comes to.

use super::{
    families, links,
    prose::Folded,
    reason::Reason,
    sender::{self, Sender},
    writing,
};
use crate::inquiries::form::Pace;

/// From this score on a person looks first.
pub const HELD_FROM: i16 = 5;
/// From this score on it is spam. One kind of reason never reaches it: words and links have to agree, as an advertisement's
/// do. A patient who tells of a fraud, with its words and its link, is held.
pub const SPAM_FROM: i16 = 18;

/// Where an inquiry begins its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// To the desk at once.
    Accepted,
    /// To the desk without waking anybody: a person decides.
    Held,
    /// Apart.
    Spam,
}

impl Verdict {
    /// The status that it begins with.
    pub fn status(self) -> &'static str {
        match self {
            Self::Accepted => "new",
            Self::Held => "held",
            Self::Spam => "spam",
        }
    }
}

/// What became of a proof of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The form asks for none, or the way in cannot give one.
    NotAsked,
    /// It is right. Whether it was used before is for the database to say.
    Given,
    /// None came.
    Missing,
    /// It is none.
    Wrong,
    /// It was right once.
    Expired,
}

/// What is looked at. It holds a patient's words, so it cannot be printed.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Signals<'a> {
    /// Whether the field that people never see was filled.
    pub honeypot: bool,
    /// How long the form was open; none without a token, which is held against nobody.
    pub pace: Option<Pace>,
    /// The proof of work.
    pub proof: Proof,
    /// The name as it is shown.
    pub name: &'a str,
    /// Its parts, where they were given apart: given and family name.
    pub parts: Option<(&'a str, &'a str)>,
    /// The e-mail address.
    pub email: Option<&'a str>,
    /// What they write.
    pub message: Option<&'a str>,
    /// Whatever else they wrote: the service, answers.
    pub others: &'a [&'a str],
    /// BCP 47: the clinic's languages, and the one that the inquiry names.
    pub languages: &'a [&'a str],
    /// Hosts of the clinic's own: links to these are none.
    pub own_hosts: &'a [&'a str],
    /// Whether an emergency phrase was found.
    pub emergency: bool,
    /// Whether a service brought less than the form asks for.
    pub incomplete: bool,
    /// Whether the service that brought it takes it for spam.
    pub spam_at_source: bool,
}

/// The verdict and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// What it comes to.
    pub verdict: Verdict,
    /// The sum, never below zero.
    pub score: i16,
    /// The heaviest first.
    pub reasons: Vec<Reason>,
}

impl Judgement {
    /// Whether there are links that are not the clinic's.
    pub fn has_links(&self) -> bool {
        let links = [Reason::Link, Reason::Links, Reason::ManyLinks, Reason::LinkFarm];
        self.reasons.iter().any(|reason| links.contains(reason))
    }
}

/// Judges an inquiry. An emergency is never called spam for its words: at most it is held, and only who filled the
/// field that people never see is no person.
pub fn judge(signals: &Signals<'_>) -> Judgement {
    let mut found = of_the_form(signals);
    found.extend(of_the_words(signals));
    found.sort_by_key(|(reason, weight)| (-weight, *reason));
    let score = found.iter().map(|(_, weight)| *weight).fold(0_i16, i16::saturating_add);
    let verdict = match score {
        _ if signals.honeypot => Verdict::Spam,
        score if score >= SPAM_FROM && !signals.emergency => Verdict::Spam,
        score if score >= HELD_FROM => Verdict::Held,
        _ => Verdict::Accepted,
    };
    Judgement { verdict, score, reasons: found.into_iter().map(|(reason, _)| reason).collect() }
}

fn of_the_form(signals: &Signals<'_>) -> Vec<(Reason, i16)> {
    let pace = match signals.pace {
        Some(Pace::TooFast) => Some(Reason::TooFast),
        Some(Pace::Expired) => Some(Reason::ExpiredFormToken),
        Some(Pace::Human) | None => None,
    };
    let proof = match signals.proof {
        Proof::NotAsked | Proof::Given => None,
        Proof::Missing => Some(Reason::ProofMissing),
        Proof::Wrong => Some(Reason::ProofWrong),
        Proof::Expired => Some(Reason::ProofExpired),
    };
    let honeypot = signals.honeypot.then_some(Reason::Honeypot);
    let incomplete = signals.incomplete.then_some(Reason::Incomplete);
    let at_source = signals.spam_at_source.then_some(Reason::SpamAtSource);
    [honeypot, pace, proof, incomplete, at_source].into_iter().flatten().map(weighed).collect()
}

fn of_the_words(signals: &Signals<'_>) -> Vec<(Reason, i16)> {
    let message = signals.message.unwrap_or_default();
    let whole = [message].into_iter().chain(signals.others.iter().copied()).collect::<Vec<_>>().join("\n");
    let (folded, name) = (Folded::of(&whole), Folded::of(signals.name));
    let sender = Sender { name: signals.name, folded: &name, parts: signals.parts, email: signals.email };
    let mut found: Vec<(Reason, i16)> = links::found(&whole, signals.name, signals.own_hosts).map(weighed).collect();
    found.extend(families::found(&folded));
    found.extend(writing::found(&whole, &folded, signals.languages).map(weighed));
    found.extend(sender::found(&sender).map(weighed));
    if !name.is_empty() && Folded::of(message) == name {
        found.push(weighed(Reason::MessageIsName));
    }
    found
}

fn weighed(reason: Reason) -> (Reason, i16) {
    (reason, reason.weight())
}
