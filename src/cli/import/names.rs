//! The authors and terms that articles name: found by slug, then by name, made where there are none, and remembered so
//! that each is looked for once.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    Desk,
    manuscript::{plain, shortened, slug_like, term_kind},
    note, services,
};
use crate::{
    articles::{imports, queries::imports::ImportedTerm},
    audit::Trail,
    http::{ApiError, check_slug},
    import::{
        record::{Article, Author, Named, Service, Term, TermKind},
        why::{Finding, Why},
    },
};

/// How many terms or authors are stored at once.
const AT_ONCE: usize = 100;

/// What is known so far.
#[derive(Debug, Default)]
pub struct Names {
    terms: BTreeMap<(TermKind, String), Uuid>,
    authors: BTreeMap<String, Uuid>,
    pub(super) services: BTreeMap<String, Option<Uuid>>,
    /// Told by the source and not stored yet.
    told_terms: Vec<Term>,
    told_authors: Vec<Author>,
    pub(super) told_services: BTreeMap<String, Service>,
}

impl Names {
    /// The source tells of an author.
    pub fn tell_author(&mut self, author: Author) {
        self.told_authors.push(author);
    }

    /// The source tells of a term.
    pub fn tell_term(&mut self, term: Term) {
        self.told_terms.push(term);
    }

    /// The source tells of a service.
    pub fn tell_service(&mut self, service: Service) {
        self.told_services.insert(service.slug.clone(), service);
    }

    /// The id of a term.
    pub fn term(&self, kind: TermKind, named: &Named) -> Option<Uuid> {
        self.terms.get(&(kind, key(kind, named))).copied()
    }

    /// The id of an author.
    pub fn author(&self, named: &Named) -> Option<Uuid> {
        self.authors.get(&named.slug).copied()
    }

    /// The id of a service; none where the clinic has none of that name.
    pub fn service(&self, slug: &str) -> Option<Uuid> {
        self.services.get(slug).copied().flatten()
    }
}

/// What makes a term the same within a source.
pub fn key(kind: TermKind, named: &Named) -> String {
    slug_like(&named.slug, kind.name())
}

/// A term to be stored, with the key of the one above it.
type Planned = ((TermKind, String), ImportedTerm, Option<String>);

/// Stores what the source told, and whatever these articles name beside it.
///
/// # Errors
/// Those of the database.
pub async fn settle(desk: &mut Desk, articles: &[&Article]) -> Result<(), ApiError> {
    let authors = unknown_authors(&mut desk.names, articles);
    for some in authors.chunks(AT_ONCE) {
        store_authors(desk, some.to_vec()).await?;
    }
    let terms = unknown_terms(desk, articles);
    for some in terms.chunks(AT_ONCE) {
        store_terms(desk, some.to_vec()).await?;
    }
    services::settle(desk, articles).await
}

/// The terms that an article names.
pub fn terms_of(article: &Article) -> impl Iterator<Item = (TermKind, &Named)> {
    let of = |kind| move |named| (kind, named);
    let category = article.category.iter().map(of(TermKind::Category));
    let tags = article.tags.iter().map(of(TermKind::Tag));
    category.chain(tags).chain(article.conditions.iter().map(of(TermKind::Condition)))
}

fn unknown_authors(names: &mut Names, articles: &[&Article]) -> Vec<Author> {
    let told = std::mem::take(&mut names.told_authors);
    let named = articles.iter().filter_map(|article| article.author.as_ref()).map(|named| Author {
        key: named.slug.clone(),
        slug: None,
        name: named.name.clone(),
        credentials: Vec::new(),
        biography: None,
    });
    let mut seen = BTreeSet::new();
    let all = told.into_iter().chain(named);
    all.filter(|author| !names.authors.contains_key(&author.key) && seen.insert(author.key.clone())).collect()
}

async fn store_authors(desk: &mut Desk, authors: Vec<Author>) -> Result<(), ApiError> {
    let trail = desk.trail.clone();
    let work = async move |connection: &mut PgConnection| {
        let mut stored = Vec::with_capacity(authors.len());
        for author in authors {
            let (id, is_new) = store_author(connection, &trail, &author).await?;
            stored.push((author.key, id, is_new));
        }
        Ok::<_, ApiError>(stored)
    };
    for (key, id, is_new) in desk.staff.transact(work).await? {
        desk.names.authors.insert(key, id);
        desk.report.make("authors", is_new);
    }
    Ok(())
}

async fn store_author(connection: &mut PgConnection, trail: &Trail, author: &Author) -> Result<(Uuid, bool), ApiError> {
    let name = shortened(&single_line(&plain(&author.name)), 200);
    let name = if name.is_empty() { author.key.chars().take(200).collect() } else { name };
    let slug = author.slug.as_deref().and_then(|slug| check_slug(slug).ok());
    let credentials: Vec<String> =
        author.credentials.iter().take(20).map(|credential| credential.chars().take(50).collect()).collect();
    let biography =
        author.biography.as_deref().map(|text| shortened(&plain(text), 2000)).filter(|text| !text.is_empty());
    let clock = trail.clock();
    let (id, is_new) =
        imports::find_or_store_author(connection, clock, slug.as_deref(), &name, &credentials, biography.as_deref())
            .await?;
    if is_new {
        note(connection, trail, "author.import", "author", id).await?;
    }
    Ok((id, is_new))
}

/// Told and named terms that are not known yet, those above before those below.
fn unknown_terms(desk: &mut Desk, articles: &[&Article]) -> Vec<Planned> {
    let told = std::mem::take(&mut desk.names.told_terms);
    let named = articles.iter().flat_map(|article| terms_of(article));
    let named = named.map(|(kind, named)| Term::plain(kind, named.clone()));
    let mut unknown: BTreeMap<(TermKind, String), Term> = BTreeMap::new();
    let mut order = Vec::new();
    for term in told.into_iter().chain(named) {
        let key = (term.kind, key(term.kind, &term.named));
        if !desk.names.terms.contains_key(&key) && !unknown.contains_key(&key) {
            order.push(key.clone());
            unknown.insert(key, term);
        }
    }
    let mut planned = Vec::with_capacity(order.len());
    let mut placed = BTreeSet::new();
    for key in order {
        place(desk, &unknown, key, &mut placed, &mut planned);
    }
    planned
}

/// Places a term behind those above it. A term that stands below itself loses the one above.
fn place(
    desk: &mut Desk,
    unknown: &BTreeMap<(TermKind, String), Term>,
    key: (TermKind, String),
    placed: &mut BTreeSet<(TermKind, String)>,
    planned: &mut Vec<Planned>,
) {
    let mut chain = Vec::new();
    let mut next = Some(key);
    while let Some(key) = next.take().filter(|key| !placed.contains(key)) {
        let Some(term) = unknown.get(&key) else { break };
        placed.insert(key.clone());
        let parent = term.parent.as_deref().map(|slug| slug_like(slug, "category"));
        let above = parent.clone().map(|slug| (TermKind::Category, slug));
        next.clone_from(&above);
        chain.push((key, term, parent));
    }
    for (key, term, parent) in chain.into_iter().rev() {
        let stands = |slug: &String| {
            let above = (TermKind::Category, slug.clone());
            desk.names.terms.contains_key(&above) || planned.iter().any(|(key, _, _)| *key == above)
        };
        let usable = parent.filter(|slug| term.kind == TermKind::Category && stands(slug));
        if usable.is_none() && term.parent.is_some() {
            desk.report.find(&Finding::new(Why::ParentUnusable, term.named.name.clone()));
        }
        planned.push((key.clone(), imported(&key.1, term), usable));
    }
}

fn imported(slug: &str, term: &Term) -> ImportedTerm {
    let name = shortened(&single_line(&plain(&term.named.name)), 100);
    let text = term.description.as_deref().map(|text| shortened(&plain(text), 1000)).filter(|text| !text.is_empty());
    ImportedTerm {
        kind: term_kind(term.kind),
        slug: slug.to_owned(),
        name: if name.is_empty() { slug.to_owned() } else { name },
        parent: None,
        description: text,
        aliases: aliases(&term.aliases),
        codes: if term.kind == TermKind::Condition { term.codes.clone() } else { serde_json::json!([]) },
    }
}

async fn store_terms(desk: &mut Desk, terms: Vec<Planned>) -> Result<(), ApiError> {
    let trail = desk.trail.clone();
    let above = |slug: &String| (TermKind::Category, slug.clone());
    let needed = terms.iter().filter_map(|(_, _, parent)| parent.as_ref().map(above));
    let mut ids: BTreeMap<(TermKind, String), Uuid> =
        needed.filter_map(|key| desk.names.terms.get(&key).map(|id| (key, *id))).collect();
    let work = async move |connection: &mut PgConnection| {
        let mut stored = Vec::with_capacity(terms.len());
        for (key, mut term, parent) in terms {
            term.parent = parent.and_then(|slug| ids.get(&(TermKind::Category, slug)).copied());
            let (kind, name) = (term.kind.name(), term.name.clone());
            let found = imports::find_or_store_term(connection, trail.clock(), term).await?;
            if found.is_new {
                note(connection, &trail, "term.import", kind, found.id).await?;
            }
            ids.insert(key.clone(), found.id);
            stored.push((key, name, found));
        }
        Ok::<_, ApiError>(stored)
    };
    for (key, name, found) in desk.staff.transact(work).await? {
        desk.names.terms.insert(key, found.id);
        desk.report.make("terms", found.is_new);
        if found.lost_parent {
            desk.report.find(&Finding::new(Why::ParentUnusable, name));
        }
    }
    Ok(())
}

fn aliases(told: &[String]) -> Vec<String> {
    let mut aliases: Vec<String> = Vec::new();
    for alias in told.iter().map(|alias| single_line(alias).chars().take(100).collect::<String>()) {
        if !alias.is_empty() && !aliases.contains(&alias) && aliases.len() < 20 {
            aliases.push(alias);
        }
    }
    aliases
}

fn single_line(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}
