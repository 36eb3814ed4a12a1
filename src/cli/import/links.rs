//! How the articles of an export name each other: by keys, which become ids before the first of them is stored, since an
//! article may recommend one that stands behind it.

use std::{collections::BTreeMap, ops::ControlFlow};

use indicatif::ProgressBar;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Desk, source::Source};
use crate::{
    articles::queries::imports::list_known,
    http::ApiError,
    import::record::{Article, Record, Stopped},
};

/// How many articles are looked for at once.
const AT_ONCE: usize = 500;

/// Ids by key.
#[derive(Debug, Default)]
pub struct Links {
    ids: BTreeMap<String, Uuid>,
    /// Articles whose recommendations may have to wait for others.
    waiting: Vec<(Uuid, Vec<Uuid>)>,
}

impl Links {
    /// The id that an article of that key has or gets.
    pub fn id(&self, key: &str) -> Option<Uuid> {
        self.ids.get(key).copied()
    }

    /// The id that an article gets where it is new.
    pub fn id_of(&self, article: &Article) -> Option<Uuid> {
        self.id(article.key.as_deref()?)
    }

    /// An article recommends others.
    pub fn wait(&mut self, article: Uuid, related: Vec<Uuid>) {
        if !related.is_empty() {
            self.waiting.push((article, related));
        }
    }

    /// Takes the recommendations that are to be completed.
    pub fn take_waiting(&mut self) -> Vec<(Uuid, Vec<Uuid>)> {
        std::mem::take(&mut self.waiting)
    }
}

/// Reads the keys of an export, where any article names another, and gives each an id: the one it has here, or a new one.
///
/// # Errors
/// Those of the database. A source that breaks off is told by the reading that follows.
pub async fn gather(desk: &mut Desk, source: &Source) -> Result<(), ApiError> {
    if !source.has_links() {
        return Ok(());
    }
    let mut keys: Vec<(String, String, String)> = Vec::new();
    let mut names_others = false;
    let own = source.name();
    let _: Result<(), Stopped> = source.read(&ProgressBar::hidden(), &mut |record| {
        if let Record::Article(article) = record
            && let Some(key) = article.key
        {
            names_others |= !article.related.is_empty() || article.translation_of.is_some();
            keys.push((article.source.unwrap_or_else(|| own.to_owned()), article.source_id, key));
        }
        ControlFlow::Continue(())
    });
    if !names_others {
        return Ok(());
    }
    keys.sort();
    for same_source in keys.chunk_by(|(a, _, _), (b, _, _)| a == b) {
        for some in same_source.chunks(AT_ONCE) {
            identify(desk, some.to_vec()).await?;
        }
    }
    Ok(())
}

async fn identify(desk: &mut Desk, keys: Vec<(String, String, String)>) -> Result<(), ApiError> {
    let Some((source, _, _)) = keys.first().cloned() else { return Ok(()) };
    let source_ids: Vec<String> = keys.iter().map(|(_, id, _)| id.clone()).collect();
    let work = async move |connection: &mut PgConnection| {
        Ok::<_, ApiError>(list_known(connection, &source, &source_ids).await?)
    };
    let known: BTreeMap<String, Uuid> =
        desk.staff.transact(work).await?.into_iter().map(|known| (known.source_id, known.id)).collect();
    for (_, source_id, key) in keys {
        let id = known.get(&source_id).copied().unwrap_or_else(|| desk.clock.new_id());
        desk.links.ids.insert(key, id);
    }
    Ok(())
}
