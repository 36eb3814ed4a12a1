//! A few articles at a time: what is known is passed over, the rest is read as manuscripts and stored in one
//! transaction. Where that fails, each is stored in one of its own, so that one bad article does not cost the others.

use std::{collections::BTreeMap, rc::Rc};

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    Desk,
    manuscript::{read, source_hash},
    names, note,
    relations::{related, resolve, usable_paths},
    report::Done,
};
use crate::{
    articles::{
        article::Manuscript,
        imports::{self, Arrival},
        queries::{
            imports::{KnownArticle, Origin, complete_related, list_known},
            revisions::Relations,
        },
    },
    audit::Trail,
    http::ApiError,
    import::{
        record::Article,
        why::{Finding, Why},
    },
};

/// How many articles are stored at once: far below the deadline of a transaction.
pub const SIZE: usize = 25;
/// What is told of an article that the database did not take: its own words may hold the text.
const REFUSED: &str = "the database refused it; the log says by which rule";

/// An article that is ready to be stored.
#[derive(Debug)]
struct Ready {
    label: String,
    source: String,
    source_id: String,
    hash: [u8; 32],
    first_published_at: Option<DateTime<Utc>>,
    manuscript: Manuscript,
    relations: Relations,
    paths: Vec<String>,
    keeps_slug: bool,
    renews: Option<(Uuid, i32)>,
    id: Uuid,
}

/// Stores a batch and reports on each of its articles.
///
/// # Errors
/// Those of the database that no other article could be stored with either.
pub async fn store(desk: &mut Desk, batch: Vec<Article>) -> Result<(), ApiError> {
    let known = known(desk, &batch).await?;
    let mut fresh = Vec::new();
    for mut article in batch {
        let source = article.source.clone().unwrap_or_else(|| desk.source.to_owned());
        let hash = source_hash(&article);
        let before = known.get(&(source.clone(), article.source_id.clone()));
        if let Some(done) = before.and_then(|before| passed_over(before, &hash)) {
            desk.report.done(done, &article.label());
            if let Some(before) = before {
                desk.links.wait(before.id, related(desk, &article));
            }
            continue;
        }
        match read(&mut article, desk.source, desk.locale.as_deref()) {
            Ok(manuscript) => fresh.push((article, source, hash, manuscript, before.cloned())),
            Err(reasons) => desk.report.refuse(&article.label(), &reasons),
        }
    }
    names::settle(desk, &fresh.iter().map(|(article, ..)| article).collect::<Vec<_>>()).await?;
    let ready = fresh.into_iter().map(|(article, source, hash, manuscript, before)| {
        ready(desk, article, (source, hash), manuscript, before.as_ref())
    });
    let ready: Vec<Ready> = ready.collect();
    write(desk, ready).await
}

async fn known(desk: &Desk, batch: &[Article]) -> Result<BTreeMap<(String, String), KnownArticle>, ApiError> {
    let mut by_source: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for article in batch {
        let source = article.source.clone().unwrap_or_else(|| desk.source.to_owned());
        by_source.entry(source).or_default().push(article.source_id.clone());
    }
    let work = async move |connection: &mut PgConnection| {
        let mut known = BTreeMap::new();
        for (source, ids) in by_source {
            for article in list_known(connection, &source, &ids).await? {
                known.insert((source.clone(), article.source_id.clone()), article);
            }
        }
        Ok::<_, ApiError>(known)
    };
    desk.staff.transact(work).await
}

/// Whether there is nothing to do: the source says what it said, or an editor has taken over.
fn passed_over(before: &KnownArticle, hash: &[u8; 32]) -> Option<Done> {
    if before.source_hash.as_deref() == Some(&hash[..]) {
        return Some(Done::Unchanged);
    }
    before.is_touched.then_some(Done::Kept)
}

/// Everything resolved; what cannot be is reported.
fn ready(
    desk: &mut Desk,
    mut article: Article,
    (source, hash): (String, [u8; 32]),
    manuscript: Manuscript,
    before: Option<&KnownArticle>,
) -> Ready {
    let label = article.label();
    let relations = resolve(desk, &mut article, &manuscript);
    let paths = usable_paths(&mut article);
    desk.report.note(&article, &manuscript.body.warnings);
    let id = desk.links.id_of(&article).unwrap_or_else(|| desk.clock.new_id());
    Ready {
        label,
        hash,
        first_published_at: article.first_published_at,
        manuscript,
        relations,
        paths,
        keeps_slug: article.key.is_some(),
        renews: before.map(|before| (before.id, before.latest_revision)),
        id,
        source,
        source_id: article.source_id,
    }
}

async fn write(desk: &mut Desk, ready: Vec<Ready>) -> Result<(), ApiError> {
    let mut by_locale: BTreeMap<String, Vec<Rc<Ready>>> = BTreeMap::new();
    for one in ready {
        by_locale.entry(one.relations.locale.clone()).or_default().push(Rc::new(one));
    }
    for (locale, articles) in by_locale {
        let stored = transact(desk, locale.clone(), articles.clone()).await;
        match stored {
            Ok(outcomes) => report(desk, &articles, outcomes),
            Err(_) => {
                for article in articles {
                    let alone = vec![Rc::clone(&article)];
                    match transact(desk, locale.clone(), alone.clone()).await {
                        Ok(outcomes) => report(desk, &alone, outcomes),
                        Err(ApiError::Busy) => return Err(ApiError::Busy),
                        Err(_) => desk.report.refuse(&article.label, &[REFUSED.to_owned()]),
                    }
                }
            }
        }
    }
    Ok(())
}

/// What became of a stored article.
#[derive(Debug)]
struct Outcome {
    id: Uuid,
    slug_changed: bool,
    taken: Vec<String>,
}

async fn transact(desk: &Desk, locale: String, articles: Vec<Rc<Ready>>) -> Result<Vec<Outcome>, ApiError> {
    let (trail, clock) = (desk.trail.clone(), desk.clock.clone());
    let work = async move |connection: &mut PgConnection| {
        let arrivals = articles.iter().map(|ready| arrival(ready)).collect();
        let arrived = imports::store(connection, &clock, &locale, arrivals).await?;
        let mut outcomes = Vec::with_capacity(arrived.len());
        for (ready, arrived) in articles.iter().zip(arrived) {
            let taken = imports::add_redirects(connection, &clock, arrived.id, &ready.paths).await?;
            note_article(connection, &trail, arrived.id).await?;
            outcomes.push(Outcome { id: arrived.id, slug_changed: arrived.slug_changed, taken });
        }
        Ok::<_, ApiError>(outcomes)
    };
    desk.staff.transact(work).await
}

async fn note_article(connection: &mut PgConnection, trail: &Trail, id: Uuid) -> Result<(), ApiError> {
    note(connection, trail, "article.import", "article", id).await
}

/// What others may not have been stored yet is recommended at the end.
fn arrival(ready: &Ready) -> Arrival<'_> {
    Arrival {
        origin: Origin {
            source: &ready.source,
            source_id: &ready.source_id,
            hash: ready.hash,
            first_published_at: ready.first_published_at,
        },
        manuscript: &ready.manuscript,
        relations: ready.relations.clone(),
        keeps_slug: ready.keeps_slug,
        renews: ready.renews,
        id: ready.id,
    }
}

fn report(desk: &mut Desk, articles: &[Rc<Ready>], outcomes: Vec<Outcome>) {
    for (ready, outcome) in articles.iter().zip(outcomes) {
        desk.report.done(if ready.renews.is_some() { Done::Updated } else { Done::Created }, &ready.label);
        if outcome.slug_changed {
            desk.report.find(&Finding::new(Why::SlugChanged, ready.relations.slug.clone()));
        }
        for path in &ready.paths {
            if outcome.taken.contains(path) {
                desk.report.find(&Finding::new(Why::RedirectTaken, path.clone()));
            } else {
                desk.report.make("redirects", ready.renews.is_none());
            }
        }
        desk.links.wait(outcome.id, ready.relations.related.clone());
    }
}

/// Completes what articles recommend, now that all of them are stored.
///
/// # Errors
/// Those of the database.
pub async fn complete(desk: &mut Desk) -> Result<(), ApiError> {
    let waiting = desk.links.take_waiting();
    for some in waiting.chunks(SIZE * 4) {
        let some = some.to_vec();
        let work = async move |connection: &mut PgConnection| {
            for (article, related) in some {
                complete_related(connection, article, &related).await?;
            }
            Ok::<_, ApiError>(())
        };
        desk.staff.transact(work).await?;
    }
    Ok(())
}
