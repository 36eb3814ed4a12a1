//! What an answer can be built from, and what a commit can change. Refuses to be finer than what is proven: an answer names
//! [`Source::Anything`] unless it is known to show nothing else.

use uuid::Uuid;

use super::PLACES;

/// Something whose change shows in answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// All there is: moves with every other one.
    Anything,
    /// The clinic's record, its locations, people, services and texts.
    Clinic,
    /// What articles share: terms, authors, disclosures, the rules of reviews and addresses.
    Catalogue,
    /// What only lists show: redirects, the words that are searched for.
    Listing,
    /// The publications, touches and sign-offs of one article.
    Article(Uuid),
}

impl Source {
    /// As the database writes it.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "clinic" => Some(Self::Clinic),
            "catalogue" => Some(Self::Catalogue),
            "listing" => Some(Self::Listing),
            text => text.strip_prefix("article:")?.parse().ok().map(Self::Article),
        }
    }

    /// Articles spread over what the others leave, by the random end of their ids.
    pub(super) fn place(self) -> usize {
        const NAMED: usize = 4;
        match self {
            Self::Anything => 0,
            Self::Clinic => 1,
            Self::Catalogue => 2,
            Self::Listing => 3,
            Self::Article(id) => {
                let [.., high, low] = id.into_bytes();
                NAMED + usize::from(u16::from_be_bytes([high, low])) % (PLACES - NAMED)
            }
        }
    }
}
