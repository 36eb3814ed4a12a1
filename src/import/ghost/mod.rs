//! Reads the export of a Ghost: one JSON document with its tables.
//!
//! The file is read twice and row by row, so that it never has to be in memory: once for the people, the tags and what
//! ties them to posts, which may stand behind the posts, and once for the posts.

mod post;
mod tables;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;

use serde_json::{Map, Value};
use url::Url;

use super::record::{Author, Named, Record, Sink, Stopped, Term, TermKind};
use super::why::{Finding, Why};

/// How many rows of the small tables are kept.
const MAX_ROWS: usize = 500_000;

/// A row of a table.
type Row = Map<String, Value>;

/// For each post: places and ids of what is tied to it.
type Ties = BTreeMap<String, Vec<(i64, String)>>;

/// Reads an export and hands over its people, tags and posts. `site` is where its relative addresses lead.
///
/// # Errors
/// [`Stopped`] where the file is no export, or breaks off; what was handed over until then is good.
pub fn read<R: Read + Seek>(mut source: R, site: Option<&Url>, sink: &mut Sink<'_>) -> Result<(), Stopped> {
    let mut around = Around::default();
    // Where the file breaks off, the second pass says so, behind the posts that can be read.
    let _ = tables::read(&mut source, |table| table != "posts", &mut |table, row| {
        around.take(table, &row);
        ControlFlow::Continue(())
    });
    if around.hand_over(sink).is_break() {
        return Ok(());
    }
    source.seek(SeekFrom::Start(0)).map_err(|error| Stopped::because(format!("the file cannot be read: {error}")))?;
    let mut posts = 0_u64;
    let outcome = tables::read(&mut source, |table| table == "posts", &mut |_, row| {
        posts += 1;
        match row {
            Value::Object(row) => sink(post::read(&row, &around, site)),
            _ => sink(Record::Left(Finding::new(Why::RowUnreadable, format!("post {posts}")))),
        }
    });
    match outcome {
        Ok(()) if posts == 0 => Err(Stopped::because("this is no export of a Ghost: it has no table of posts")),
        other => other,
    }
}

/// What stands beside the posts.
#[derive(Debug, Default)]
struct Around {
    /// By id.
    users: BTreeMap<String, Named>,
    biographies: BTreeMap<String, String>,
    /// By id.
    tags: BTreeMap<String, Tag>,
    authors_of: Ties,
    tags_of: Ties,
    meta_of: BTreeMap<String, Row>,
    rows: usize,
}

#[derive(Debug)]
struct Tag {
    named: Named,
    description: Option<String>,
    /// It only steers the theme.
    is_internal: bool,
}

impl Around {
    fn take(&mut self, table: &str, row: &Value) {
        self.rows += 1;
        let Some(row) = row.as_object().filter(|_| self.rows <= MAX_ROWS) else { return };
        match table {
            "users" => {
                if let Some(named) = named(row) {
                    self.users.insert(text(row, "id"), named);
                    self.biographies.insert(text(row, "id"), text(row, "bio"));
                }
            }
            "tags" => {
                if let Some(named) = named(row) {
                    let is_internal = named.name.starts_with('#') || text(row, "visibility") == "internal";
                    let description = Some(text(row, "description")).filter(|text| !text.is_empty());
                    self.tags.insert(text(row, "id"), Tag { named, description, is_internal });
                }
            }
            "posts_authors" => tie(&mut self.authors_of, row, "author_id"),
            "posts_tags" => tie(&mut self.tags_of, row, "tag_id"),
            "posts_meta" => {
                self.meta_of.insert(text(row, "post_id"), row.clone());
            }
            _ => {}
        }
    }

    fn hand_over(&self, sink: &mut Sink<'_>) -> ControlFlow<()> {
        for (id, user) in &self.users {
            let biography = self.biographies.get(id).filter(|text| !text.is_empty()).cloned();
            let (key, name) = (user.slug.clone(), user.name.clone());
            let slug = Some(key.clone());
            sink(Record::Author(Author { key, slug, name, credentials: Vec::new(), biography }))?;
        }
        for tag in self.tags.values() {
            if tag.is_internal {
                sink(Record::Left(Finding::new(Why::InternalTag, tag.named.name.clone())))?;
            } else {
                let mut term = Term::plain(TermKind::Tag, tag.named.clone());
                term.description.clone_from(&tag.description);
                sink(Record::Term(term))?;
            }
        }
        ControlFlow::Continue(())
    }
}

fn tie(ties: &mut Ties, row: &Row, other: &str) {
    let place = row.get("sort_order").and_then(Value::as_i64).unwrap_or(0);
    let tied = ties.entry(text(row, "post_id")).or_default();
    if tied.len() < 200 {
        tied.push((place, text(row, other)));
    }
}

fn named(row: &Row) -> Option<Named> {
    let (slug, name) = (text(row, "slug"), text(row, "name"));
    let name = if name.is_empty() { slug.clone() } else { name };
    let slug = if slug.is_empty() { name.clone() } else { slug };
    (!slug.is_empty()).then_some(Named { slug, name })
}

/// A column as text: ids are numbers in old exports.
fn text(row: &Row, column: &str) -> String {
    match row.get(column) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}
