//! The findings that there are. Refuses an override where one would show the public a review that did not happen, or an
//! article that nobody stands for.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::articles::article::Kind;

/// Whether a finding stops a publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It does, until it is settled or overridden.
    Blocker,
    /// It does not.
    Warning,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $general:ident, $clinical:ident, $advice:literal;)+) => {
        /// What the gate can find.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Code {
            /// Every finding, in the order of an article's fields.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// As it is written.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// What to do about it.
            pub const fn advice(self) -> &'static str {
                match self {
                    $(Self::$variant => $advice,)+
                }
            }

            /// How severe it is where no setting says otherwise.
            const fn usual(self, kind: Kind) -> Severity {
                match (self, kind) {
                    $(
                        (Self::$variant, Kind::General) => Severity::$general,
                        (Self::$variant, Kind::Clinical) => Severity::$clinical,
                    )+
                }
            }
        }
    };
}

// General articles are news and directions: how they are built is told and left to the editor; what they promise and
// what they name is judged as in any other.
codes! {
    /// Nobody's name stands on it.
    AuthorRequired = "author_required", Blocker, Blocker, "give it an author";
    /// Clinical, and nobody has signed off this content.
    ReviewMissing = "review_missing", Blocker, Blocker, "ask a reviewer other than the author to sign off this revision";
    /// Clinical, and the one who signed it off wrote it.
    ReviewByAuthor = "review_by_author", Blocker, Blocker, "ask somebody other than the author to sign it off";
    /// Clinical, and no licence of the reviewer is on record.
    LicenceMissing = "licence_missing", Blocker, Blocker, "record a licence with its last day with the reviewer's provider record, or ask a licensed reviewer";
    /// Clinical, and the reviewer's licences have run out by then.
    LicenceExpired = "licence_expired", Blocker, Blocker, "record the renewed licence, or ask a reviewer whose licence is current";
    /// Clinical, and no date is set for the next review.
    NextReviewMissing = "next_review_missing", Blocker, Blocker, "sign it off with a date for the next review";
    /// Clinical, and the next review is due before it begins to be visible.
    ReviewOverdue = "review_overdue", Blocker, Blocker, "have it reviewed and signed off again";
    /// Clinical, and it relies on nothing.
    ReferenceMissing = "reference_missing", Blocker, Blocker, "add at least one reference";
    /// It names a treatment outside its approval without the disclosure that it demands.
    DisclosureMissing = "disclosure_missing", Blocker, Blocker, "write a disclosure of this kind for the treatment; it is attached by rule";
    /// It promises what nothing can hold.
    AbsoluteClaim = "absolute_claim", Blocker, Blocker, "say it less absolutely, or record the claim with its evidence in the claim register";
    /// A scraper's stand-in for an address that it could not read.
    Placeholder = "placeholder", Blocker, Blocker, "write the real address, or leave it out";
    /// A picture without words for those who cannot see it.
    ImageAltMissing = "image_alt_missing", Warning, Blocker, "say what the picture shows, or mark it as decorative (in Markdown with the title \"decorative\")";
    /// A level 1 in the body: the title is the only one.
    HeadingLevelOne = "heading_level_one", Warning, Blocker, "begin the body's headings at level 2";
    /// A level is left out.
    HeadingSkipped = "heading_skipped", Warning, Blocker, "go down one level at a time";
    /// A heading with nothing below it.
    SectionEmpty = "section_empty", Warning, Blocker, "write the section, or remove its heading";
    /// A link that shows nothing to follow.
    LinkTextEmpty = "link_text_empty", Warning, Blocker, "say in the link's text where it leads";
    /// A link to an article or a place in this one that does not exist.
    LinkBroken = "link_broken", Warning, Blocker, "correct the address, or publish what it leads to first";
    /// A link to a page of the clinic's site of which nothing is known here.
    LinkUnknown = "link_unknown", Warning, Warning, "make sure that the page exists: it is not one of the articles";
}

impl Code {
    /// The finding of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }

    /// Whether somebody may answer for it with their name and a reason. Nobody may for what makes a review: an override
    /// would show patients a review that did not happen. Nor for the author: somebody stands for every article.
    pub const fn may_be_overridden(self) -> bool {
        !matches!(
            self,
            Self::AuthorRequired
                | Self::ReviewMissing
                | Self::ReviewByAuthor
                | Self::LicenceMissing
                | Self::LicenceExpired
                | Self::NextReviewMissing
                | Self::ReviewOverdue
        )
    }
}

/// How severe each finding is here.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    set: BTreeMap<Code, Severity>,
}

impl Policy {
    /// The usual severities, with those that a setting names for articles of every kind.
    pub fn with(set: impl IntoIterator<Item = (Code, Severity)>) -> Self {
        Self { set: set.into_iter().collect() }
    }

    /// How severe a finding is in an article of that kind.
    pub fn severity(&self, code: Code, kind: Kind) -> Severity {
        self.set.get(&code).copied().unwrap_or_else(|| code.usual(kind))
    }
}
