//! Carries a search out. A clinic's directory is small: the resources of a type are read in parts, mapped and compared,
//! so that a filter sees exactly what an answer shows, and no more of them is kept than a page.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{
    matching::{reference, values},
    parameters::Link,
    question::Question,
    reading::Reader,
    resource::{Resource, ResourceType},
};
use crate::{clinic::queries::FhirPart, http::ApiError};

/// Rows that are read at once.
const AT_ONCE: i64 = 200;
/// The most resources that come along with a page.
pub(super) const MOST_INCLUDED: usize = 1000;

/// What a search found.
#[derive(Debug)]
pub(super) struct Found {
    /// How many match.
    pub total: usize,
    /// Those of the page.
    pub page: Vec<Resource>,
    /// What comes along with them.
    pub included: Vec<Resource>,
    /// Whether more would have come along than an answer takes.
    pub left_off: bool,
    /// Whether there is more behind the page.
    pub has_next: bool,
    /// Where the page before begins.
    pub previous: Before,
    /// When the answer is another by itself; none for never.
    pub until: Option<DateTime<Utc>>,
}

/// What lies before a page.
#[derive(Debug)]
pub(super) enum Before {
    /// It is the first.
    Nothing,
    /// A page that begins with the first match.
    Start,
    /// A page that begins after this id.
    After(String),
}

/// Searches.
///
/// # Errors
/// Those of the database.
pub(super) async fn search(
    connection: &mut PgConnection,
    question: &Question,
    at: DateTime<Utc>,
) -> Result<Found, ApiError> {
    let mut reader = Reader::begin(connection, at).await?;
    let mut found = page(connection, &mut reader, question).await?;
    let mut included = Included::besides(&found.page);
    for link in &question.includes {
        include(connection, &mut reader, link, &found.page, &mut included).await?;
    }
    for link in &question.reverse_includes {
        include_referring(connection, &mut reader, link, &found.page, &mut included).await?;
    }
    found.until = included.taken.iter().filter_map(|resource| resource.until).chain(found.until).min();
    found.left_off = included.left_off;
    found.included = included.taken;
    found.included.sort_by(Resource::order);
    Ok(found)
}

async fn page(connection: &mut PgConnection, reader: &mut Reader, question: &Question) -> Result<Found, ApiError> {
    let count = question.count.unwrap_or(0);
    let mut found = Found {
        total: 0,
        page: Vec::new(),
        included: Vec::new(),
        left_off: false,
        has_next: false,
        previous: Before::Nothing,
        until: None,
    };
    // The last matches before the page, one more than a page has: it begins behind the first of them.
    let mut before: VecDeque<String> = VecDeque::new();
    let mut part = FhirPart { after: None, ids: question.ids.clone(), fetch: AT_ONCE };
    loop {
        let resources = reader.resources(connection, question.kind, &part).await?;
        let Some(last) = resources.last() else { break };
        part.after = Some(last.id.clone());
        for resource in resources {
            found.until = resource.until.into_iter().chain(found.until).min();
            if !question.criteria.iter().all(|criterion| criterion.holds(&resource.value)) {
                continue;
            }
            found.total += 1;
            if question.after.as_ref().is_some_and(|after| resource.id <= *after) {
                before.push_back(resource.id);
                if before.len() > count + 1 {
                    before.pop_front();
                }
            } else if found.page.len() < count {
                found.page.push(resource);
            } else {
                found.has_next = count > 0;
            }
        }
    }
    let is_full = before.len() > count;
    found.previous = match before.pop_front() {
        Some(place) if is_full && count > 0 => Before::After(place),
        Some(_) if count > 0 => Before::Start,
        _ => Before::Nothing,
    };
    Ok(found)
}

/// What comes along, each once.
struct Included {
    seen: BTreeSet<(ResourceType, String)>,
    taken: Vec<Resource>,
    left_off: bool,
}

impl Included {
    fn besides(page: &[Resource]) -> Self {
        let seen = page.iter().map(|resource| (resource.kind, resource.id.clone())).collect();
        Self { seen, taken: Vec::new(), left_off: false }
    }

    fn take(&mut self, resource: Resource) {
        let name = (resource.kind, resource.id.clone());
        if self.taken.len() >= MOST_INCLUDED {
            self.left_off |= !self.seen.contains(&name);
        } else if self.seen.insert(name) {
            self.taken.push(resource);
        }
    }
}

/// Takes along what the page refers to.
async fn include(
    connection: &mut PgConnection,
    reader: &mut Reader,
    link: &Link,
    page: &[Resource],
    included: &mut Included,
) -> Result<(), ApiError> {
    let mut wanted: BTreeMap<ResourceType, BTreeSet<String>> = BTreeMap::new();
    for (kind, id) in page.iter().flat_map(|resource| references(link, resource)) {
        wanted.entry(kind).or_default().insert(id.to_owned());
    }
    for (kind, ids) in wanted {
        let fetch = i64::try_from(ids.len()).unwrap_or(i64::MAX);
        let part = FhirPart { after: None, ids: Some(ids.into_iter().collect()), fetch };
        reader.resources(connection, kind, &part).await?.into_iter().for_each(|resource| included.take(resource));
    }
    Ok(())
}

/// Takes along what refers to the page.
async fn include_referring(
    connection: &mut PgConnection,
    reader: &mut Reader,
    link: &Link,
    page: &[Resource],
    included: &mut Included,
) -> Result<(), ApiError> {
    let named: BTreeSet<(ResourceType, &str)> =
        page.iter().map(|resource| (resource.kind, resource.id.as_str())).collect();
    let mut part = FhirPart { after: None, ids: None, fetch: AT_ONCE };
    while !named.is_empty() {
        let resources = reader.resources(connection, link.from, &part).await?;
        let Some(last) = resources.last() else { break };
        part.after = Some(last.id.clone());
        let referring =
            resources.into_iter().filter(|resource| references(link, resource).any(|name| named.contains(&name)));
        referring.for_each(|resource| included.take(resource));
    }
    Ok(())
}

fn references<'a>(link: &Link, resource: &'a Resource) -> impl Iterator<Item = (ResourceType, &'a str)> {
    let paths = link.from.parameter(link.parameter).map_or(&[][..], |parameter| parameter.paths);
    paths.iter().flat_map(|path| values(&resource.value, path)).filter_map(reference)
}
