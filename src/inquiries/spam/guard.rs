//! What the door needs to judge: keys, and which hosts are the clinic's own.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use url::Url;

use super::{
    judgement::{Judgement, Proof, Signals, judge},
    proof::{ProofOfWork, Spent},
    prose::fingerprint,
};
use crate::{
    crypto::{KeyRing, Personal, TagKey},
    inquiries::{
        form::Form,
        inquiry::{Source, Submission},
    },
};

/// So many inquiries of one e-mail address or telephone number within a day come through; those after wait.
const OF_ONE_CONTACT: u32 = 10;
/// So many others may have sent the same words within a day. Pages offer ready-made sentences, and people use them.
const COPIES: u32 = 3;
/// So many where there is a link among the words, which no page offers.
const COPIES_WITH_LINKS: u32 = 1;

/// Judges what comes through the door.
#[derive(Debug)]
pub struct Guard {
    fingerprints: TagKey,
    /// Makes and checks proofs of work.
    pub proofs: ProofOfWork,
    own_hosts: Vec<String>,
}

/// What the guard says of an inquiry.
#[derive(Debug)]
pub struct Assessment {
    /// The verdict, as far as it can be told without the database.
    pub judgement: Judgement,
    /// The proof of work that was used.
    pub spent: Option<Spent>,
    /// Keyed hash of the message, to find the same words again.
    pub content_index: Option<[u8; 32]>,
    copies: Option<u32>,
    counts_contact: bool,
}

impl Guard {
    /// `own` are addresses of the clinic: links to their hosts tell nothing.
    pub fn new(ring: &KeyRing, own: &[&str], cost: u32) -> Self {
        let host = |url: &&str| Url::parse(url).ok()?.host_str().map(|host| host.trim_start_matches("www.").to_owned());
        Self {
            fingerprints: ring.tag_key("content"),
            proofs: ProofOfWork::new(ring, cost),
            own_hosts: own.iter().filter_map(host).collect(),
        }
    }

    /// Judges an inquiry that came through `form` from `source` at `now`. A proof of work is expected of pages alone:
    /// `from_page` is false for programs with a key and for connections.
    pub fn assess(
        &self,
        form: &Form,
        submission: &Submission,
        (source, from_page): (Source, bool),
        emergency: bool,
        now: DateTime<Utc>,
    ) -> Assessment {
        let (proof, spent) = self.proof(form, submission, from_page, now);
        let (name, details) = (submission.name.reveal(), submission.details.reveal());
        let shown = name.shown();
        let message = submission.message.as_ref().map(|message| message.reveal().as_str());
        let service = details.service.as_deref();
        let others: Vec<&str> = service
            .into_iter()
            .chain(details.preferred_times.iter().map(String::as_str))
            .chain(details.answers.values().map(String::as_str))
            .collect();
        let mut languages = form.languages();
        languages.extend(submission.language.as_deref());
        let own_hosts: Vec<&str> = self.own_hosts.iter().map(String::as_str).collect();
        let judgement = judge(&Signals {
            honeypot: submission.tells.honeypot,
            pace: submission.tells.pace,
            proof,
            name: &shown,
            parts: name.given.as_deref().zip(name.family.as_deref()),
            email: submission.email.as_ref().map(|email| email.reveal().as_str()),
            message,
            others: &others,
            languages: &languages,
            own_hosts: &own_hosts,
            emergency,
            incomplete: submission.tells.incomplete,
            spam_at_source: submission.tells.spam_at_source,
        });
        let print = message.and_then(fingerprint);
        let has_links = judgement.has_links();
        Assessment {
            content_index: print.as_ref().map(|print| self.fingerprints.mac(&[print.as_bytes()])),
            copies: print.map(|_| if has_links { COPIES_WITH_LINKS } else { COPIES }),
            // One number calls often, and one person fills several advertisements' forms: each is a delivery.
            counts_contact: matches!(source, Source::Api | Source::Form),
            judgement,
            spent,
        }
    }

    fn proof(
        &self,
        form: &Form,
        submission: &Submission,
        from_page: bool,
        now: DateTime<Utc>,
    ) -> (Proof, Option<Spent>) {
        if !form.proof_of_work || !from_page {
            return (Proof::NotAsked, None);
        }
        match submission.tells.proof.as_ref().map(Personal::reveal) {
            None => (Proof::Missing, None),
            Some(payload) => self.proofs.check(payload, form.id, now),
        }
    }
}

impl Assessment {
    /// The members of what `site.submit_inquiry` takes.
    pub fn columns(&self) -> Value {
        let reasons: Vec<&str> = self.judgement.reasons.iter().map(|reason| reason.name()).collect();
        json!({
            "status": self.judgement.verdict.status(),
            "spam_score": self.judgement.score.min(1000),
            "spam_reasons": reasons,
            "content_index": self.content_index.map(hex::encode),
            "proof": self.spent.map(|spent| json!({"digest": hex::encode(spent.digest), "expires_at": spent.expires_at})),
            "limits": {
                "copies": self.copies,
                "contact": self.counts_contact.then_some(OF_ONE_CONTACT),
            },
        })
    }
}
