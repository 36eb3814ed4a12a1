//! What an article names, as ids. What cannot be found is left out and reported.

use uuid::Uuid;

use super::Desk;
use crate::{
    articles::{addresses::SitePath, article::Manuscript, queries::revisions::Relations},
    import::{
        record::{Article, Named, TermKind},
        why::Why,
    },
};

/// How many tags and conditions an article holds.
const MOST_TERMS: usize = 30;
/// How many paths lead to one article.
const MOST_PATHS: usize = 100;

/// The articles that an article recommends, as far as they are known.
pub fn related(desk: &Desk, article: &Article) -> Vec<Uuid> {
    article.related.iter().filter_map(|key| desk.links.id(key)).collect()
}

/// Everything that an article names.
pub fn resolve(desk: &Desk, article: &mut Article, manuscript: &Manuscript) -> Relations {
    let draft = &manuscript.draft;
    let tags = terms(desk, TermKind::Tag, &article.tags);
    let conditions = terms(desk, TermKind::Condition, &article.conditions);
    let related = related(desk, article);
    if related.len() < article.related.len() {
        article.note(Why::RelationUnknown, format!("related to {}", article.label()));
    }
    Relations {
        locale: draft.locale.clone().unwrap_or_else(|| desk.default_locale.clone()),
        slug: draft.slug.clone().unwrap_or_default(),
        category: article.category.as_ref().and_then(|named| desk.names.term(TermKind::Category, named)),
        author: article.author.as_ref().and_then(|named| desk.names.author(named)),
        tags: as_many_as_fit(tags, "tags", article),
        conditions: as_many_as_fit(conditions, "conditions", article),
        services: services(desk, article),
        related,
        translation_of: original(desk, article),
    }
}

/// Each term once: two names of the source may be one term here.
fn terms(desk: &Desk, kind: TermKind, named: &[Named]) -> Vec<Uuid> {
    let mut ids = Vec::new();
    for id in named.iter().filter_map(|named| desk.names.term(kind, named)) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

fn as_many_as_fit(mut terms: Vec<Uuid>, what: &str, article: &mut Article) -> Vec<Uuid> {
    if terms.len() > MOST_TERMS {
        article.note(Why::TooMany, format!("{} {what} of {}", terms.len(), article.label()));
        terms.truncate(MOST_TERMS);
    }
    terms
}

fn services(desk: &Desk, article: &mut Article) -> Vec<Uuid> {
    let mut ids = Vec::new();
    for slug in std::mem::take(&mut article.services) {
        match desk.names.service(&slug) {
            Some(id) if !ids.contains(&id) => ids.push(id),
            Some(_) => {}
            None => article.note(Why::RelationUnknown, format!("service {slug}")),
        }
    }
    ids
}

/// The original that an article translates. Which revision of it was translated, no export says: it counts as current.
fn original(desk: &Desk, article: &mut Article) -> Option<(Uuid, i32)> {
    let key = article.translation_of.clone()?;
    let id = desk.links.id(&key);
    if id.is_none() {
        article.note(Why::RelationUnknown, format!("original of {}", article.label()));
    }
    id.map(|id| (id, 1))
}

/// The paths that a redirect can have, in the spelling of the site's addresses.
pub fn usable_paths(article: &mut Article) -> Vec<String> {
    let mut usable = Vec::new();
    for path in std::mem::take(&mut article.former_paths) {
        match SitePath::parse(&path).filter(|path| path.as_str() != "/") {
            Some(path) if usable.iter().any(|known| known == path.as_str()) => {}
            Some(path) if usable.len() < MOST_PATHS => usable.push(path.as_str().to_owned()),
            _ => article.note(Why::AddressUnusable, path),
        }
    }
    usable
}
