//! What an answer can be built from, and what a commit can change. Refuses to be finer than what is proven: an article shows
//! what else there is to read, which any other may become, so articles are forgotten together.

/// Something whose change shows in answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// All there is: moves with every commit.
    Anything,
    /// The clinic's record, its locations, people, services and texts.
    Clinic,
}

impl Source {
    /// What moves with a change that the database writes down by this name. One that this version does not know may stand
    /// for anything.
    pub(super) fn moved_by(name: &str) -> &'static [Self] {
        match name {
            "articles" => &[Self::Anything],
            _ => &[Self::Anything, Self::Clinic],
        }
    }
}
