//! The publish gate: what an article must have before the public sees it. The rules are pure: text and what is known of
//! it go in, findings come out; nothing here asks a database or answers a request. Refuses to make anything better: it
//! names what is wrong, where, and what to do about it.
//!
//! | file | what it does |
//! |---|---|
//! | `code` | the findings that there are, how severe each is, and which nobody may override |
//! | `finding` | one finding |
//! | `wording` | words and sentences, compared without case, accents and punctuation |
//! | `review` | author, sign-off, licence, dates and references |
//! | `treatments` | which disclosures the treatments demand that a text names |
//! | `structure` | headings, sections, images and the texts of links |
//! | `links` | where links lead |
//! | `claims`, `phrases` | absolute claims, unless the register has evidence for them |
//! | `placeholders` | what a scraper left behind |

mod claims;
mod code;
mod finding;
mod links;
mod phrases;
mod placeholders;
mod review;
mod structure;
#[cfg(test)]
mod tests;
mod treatments;
mod wording;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer};

pub use code::{Code, Policy, Severity};
pub use finding::Finding;
pub use links::{Reach, paths_of};
pub use treatments::Status;
pub use wording::{names, words};

use super::article::{Faq, Image, Kind};
use crate::body::{self, Heading};

/// A revision, and all that is known of it on the day of its publication.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Decides what is asked.
    pub kind: Kind,
    /// BCP 47.
    pub locale: String,
    /// As it stands.
    pub title: String,
    /// As it stands.
    pub summary: Option<String>,
    /// Clean.
    pub body_markdown: String,
    /// The same as plain text.
    pub body_text: String,
    /// With their ids.
    pub headings: Vec<Heading>,
    /// As they stand.
    pub faqs: Vec<Faq>,
    /// The picture on top.
    pub cover: Option<Image>,
    /// How many sources it names.
    pub references: usize,
    /// Whether it stands under somebody's name.
    pub has_author: bool,
    /// The sign-off that holds for this content.
    pub review: Option<Review>,
    /// The day on which it would begin to be visible, for the clinic.
    pub day: NaiveDate,
    /// The clinic's treatments, those in the trash aside.
    pub services: Vec<Service>,
    /// Kinds of the disclosures that it carries.
    pub disclosures: Vec<String>,
    /// Phrases of the register's claims that have evidence and have not expired, each claim's together.
    pub claims: Vec<Vec<String>>,
    /// What is known of the paths that it links to.
    pub reach: Reach,
}

/// A sign-off.
#[derive(Clone, Debug, Default)]
pub struct Review {
    /// Whether the reviewer is the author.
    pub by_author: bool,
    /// The reviewer's licences, as their record has them now.
    pub licences: Vec<Licence>,
    /// When the content is to be looked at again.
    pub next_review_due: Option<NaiveDate>,
}

/// A licence, as far as it matters here.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Licence {
    /// Its last day; what is no date is none.
    #[serde(default, deserialize_with = "date_or_none")]
    pub expires_on: Option<NaiveDate>,
}

fn date_or_none<'de, D: Deserializer<'de>>(source: D) -> Result<Option<NaiveDate>, D::Error> {
    let value = serde_json::Value::deserialize(source)?;
    Ok(value.as_str().and_then(|text| text.parse().ok()))
}

/// A treatment of the clinic.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its name, and others under which a text may speak of it.
    pub names: Vec<String>,
    /// How the Food and Drug Administration stands to it.
    pub status: Status,
    /// Whether the article says that it is about it.
    pub attached: bool,
}

impl Submission {
    /// Everything that stands in the way of publication or deserves a look, in the order of an article's fields.
    pub fn findings(&self, policy: &Policy) -> Vec<Finding> {
        let parts = body::structure(&self.body_markdown);
        let mut findings = Vec::new();
        review::find(self, &mut findings);
        treatments::find(self, &mut findings);
        claims::find(self, &mut findings);
        placeholders::find(self, &mut findings);
        structure::find(self, &parts, &mut findings);
        links::find(self, &parts, &mut findings);
        for finding in &mut findings {
            finding.severity = policy.severity(finding.code, self.kind);
        }
        findings
    }

    /// Every text of it that a reader sees, with its pointer.
    fn texts(&self) -> impl Iterator<Item = (String, &str)> {
        let one = |pointer: &str, text| (pointer.to_owned(), text);
        let faqs = self.faqs.iter().enumerate().flat_map(|(index, faq)| {
            [(format!("/faqs/{index}/question"), &*faq.question), (format!("/faqs/{index}/answer"), &*faq.answer)]
        });
        let summary = self.summary.as_deref().map(|summary| one("/summary", summary));
        std::iter::once(one("/title", &self.title))
            .chain(summary)
            .chain([one("/body_markdown", &self.body_text)])
            .chain(faqs)
    }
}
