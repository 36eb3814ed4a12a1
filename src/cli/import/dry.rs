//! What a dry run knows of authors, terms and services: that the source names them.

use std::collections::BTreeSet;

use super::{
    names::{key, terms_of},
    report::Report,
};
use crate::import::record::{Article, Author, Named, Service, TermKind};

/// The names met so far, each counted once.
#[derive(Debug, Default)]
pub struct Dry {
    seen: BTreeSet<(&'static str, String)>,
}

impl Dry {
    /// The source tells of an author.
    pub fn author(&mut self, author: &Author, report: &mut Report) {
        self.count("authors", "author", author.key.clone(), report);
    }

    /// The source tells of a term.
    pub fn term(&mut self, kind: TermKind, named: &Named, report: &mut Report) {
        self.count("terms", kind.name(), key(kind, named), report);
    }

    /// The source tells of a service.
    pub fn service(&mut self, service: &Service, report: &mut Report) {
        self.count("services", "service", service.slug.clone(), report);
    }

    /// What an article names.
    pub fn named_by(&mut self, article: &Article, report: &mut Report) {
        if let Some(author) = &article.author {
            self.count("authors", "author", author.slug.clone(), report);
        }
        for (kind, named) in terms_of(article) {
            self.term(kind, named, report);
        }
    }

    fn count(&mut self, what: &'static str, kind: &'static str, key: String, report: &mut Report) {
        if self.seen.insert((kind, key)) {
            report.make(what, true);
        }
    }
}
