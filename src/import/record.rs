//! What the readers of collections hand over, one at a time: an author, a term, an article, or something that was
//! left. The reader decides nothing about the database: relations are names and slugs as the source has them.

use std::ops::ControlFlow;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::why::{Finding, Why};

/// How many findings of one article are kept one by one; the rest is counted with the last of them.
const MAX_FINDINGS: usize = 200;

/// One thing of a collection, in the order of the source.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// Somebody who writes.
    Author(Author),
    /// A category, a tag or a condition.
    Term(Term),
    /// A treatment that articles name.
    Service(Service),
    /// A post, a page, a document.
    Article(Box<Article>),
    /// Something that no article and no term is made of.
    Left(Finding),
}

/// Takes records; breaks where it wants no more.
pub type Sink<'a> = dyn FnMut(Record) -> ControlFlow<()> + 'a;

/// Why a reader ended before the end of its source. What it handed over until then is good.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Stopped(pub String);

impl Stopped {
    /// Says so.
    pub(super) fn because(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

/// A name with the slug that the source gives it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Named {
    /// As the source has it; it need not be one of ours.
    pub slug: String,
    /// For people; the slug where the source has none.
    pub name: String,
}

/// Somebody who writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// What articles of this source call them.
    pub key: String,
    /// Where the source has one that is meant to be seen.
    pub slug: Option<String>,
    /// For people.
    pub name: String,
    /// Degrees and titles, in order.
    pub credentials: Vec<String>,
    /// A few sentences.
    pub biography: Option<String>,
}

/// The kinds of term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TermKind {
    /// A tree; an article stands in one.
    Category,
    /// A word.
    Tag,
    /// A diagnosis or a complaint, with codes.
    Condition,
}

impl TermKind {
    /// As it is written.
    pub const NAMES: [(&'static str, Self); 3] =
        [("category", Self::Category), ("tag", Self::Tag), ("condition", Self::Condition)];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Category => "category",
            Self::Tag => "tag",
            Self::Condition => "condition",
        }
    }
}

/// A category, a tag or a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Which.
    pub kind: TermKind,
    /// Slug and name.
    pub named: Named,
    /// The slug of the category above it.
    pub parent: Option<String>,
    /// A few sentences.
    pub description: Option<String>,
    /// Other names.
    pub aliases: Vec<String>,
    /// `[{system, code}]`, of conditions.
    pub codes: Value,
}

impl Term {
    /// A term of which no more is known.
    #[must_use]
    pub fn plain(kind: TermKind, named: Named) -> Self {
        Self { kind, named, parent: None, description: None, aliases: Vec::new(), codes: Value::Array(Vec::new()) }
    }
}

/// A treatment that articles name.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// Unique among services.
    pub slug: String,
    /// In the form of a service's input.
    pub fields: Map<String, Value>,
}

/// A post, a page, a document.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Article {
    /// What makes it the same the next time, unique in its source.
    pub source_id: String,
    /// The source that it first came from, where the export says so.
    pub source: Option<String>,
    /// What other articles of the same export call it; none where none can.
    pub key: Option<String>,
    /// What it is there: `post`, `page`, `document`, `article`.
    pub form: &'static str,
    /// How it stood there.
    pub status: Option<String>,
    /// In the form of an article's input, relations left out. Title and summary may be HTML: see below.
    pub fields: Map<String, Value>,
    /// Title and summary are HTML, whose text is meant.
    pub marked_up: bool,
    /// The category it stands in.
    pub category: Option<Named>,
    /// In order.
    pub tags: Vec<Named>,
    /// In order.
    pub conditions: Vec<Named>,
    /// Slugs, in order.
    pub services: Vec<String>,
    /// By the key of an [`Author`], or by a name alone.
    pub author: Option<Named>,
    /// When the public first saw it.
    pub first_published_at: Option<DateTime<Utc>>,
    /// Paths under which it stood.
    pub former_paths: Vec<String>,
    /// Keys of the articles that it recommends, in order.
    pub related: Vec<String>,
    /// The key of the article that it says in another language.
    pub translation_of: Option<String>,
    /// Addresses of pictures and files that it shows or links to.
    pub media: Vec<String>,
    /// What was left of it or changed in it.
    pub findings: Vec<Finding>,
    /// Why it cannot be taken at all.
    pub refused: Option<Why>,
}

impl Article {
    /// What the report calls it.
    #[must_use]
    pub fn label(&self) -> String {
        let title = self.fields.get("title").and_then(Value::as_str).map(str::trim).filter(|title| !title.is_empty());
        title.map_or_else(|| format!("{} {}", self.form, self.source_id), str::to_owned)
    }

    /// Sets a field of the input unless it is empty.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        let value = value.into();
        let empty = value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
        if !empty {
            self.fields.insert(name.to_owned(), value);
        }
    }

    /// Notes something.
    pub fn note(&mut self, why: Why, what: impl Into<String>) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(Finding::new(why, what));
        } else if let Some(last) = self.findings.last_mut() {
            last.more += 1;
        }
    }
}
