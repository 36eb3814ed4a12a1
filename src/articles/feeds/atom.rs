//! Atom (RFC 4287).

use atom_syndication::{Category, Content, Entry as AtomEntry, Feed as AtomFeed, Link, Person, Text};
use chrono::{DateTime, FixedOffset, Utc};

use super::{Entry, Feed};
use crate::http::ApiError;

/// The feed as XML.
pub fn write(feed: &Feed) -> Result<Vec<u8>, ApiError> {
    let whole = AtomFeed {
        title: Text::plain(feed.title()),
        subtitle: Some(Text::plain(feed.description())),
        id: feed.id.clone(),
        updated: stamp(feed.updated_at),
        // Whoever signs no article of their own writes for the clinic (§4.2.1 wants an author for each entry).
        authors: vec![person(feed.title())],
        links: vec![link(&feed.home)],
        lang: Some(feed.locale.clone()),
        entries: feed.entries.iter().map(entry).collect(),
        ..AtomFeed::default()
    };
    whole.write_to(Vec::new()).map_err(|_| ApiError::Internal)
}

fn entry(entry: &Entry) -> AtomEntry {
    let subjects = entry.subjects.iter();
    AtomEntry {
        title: Text::plain(entry.title.clone()),
        id: entry.id.clone(),
        updated: stamp(entry.updated_at),
        published: Some(stamp(entry.published_at)),
        authors: entry.author.iter().map(|name| person(name.clone())).collect(),
        categories: subjects.map(|name| Category { term: name.clone(), ..Category::default() }).collect(),
        links: vec![link(&entry.url)],
        summary: entry.summary.clone().map(Text::plain),
        content: Some(Content {
            value: Some(entry.content.clone()),
            content_type: Some("html".to_owned()),
            ..Content::default()
        }),
        ..AtomEntry::default()
    }
}

fn person(name: String) -> Person {
    Person { name, ..Person::default() }
}

fn link(to: &str) -> Link {
    Link {
        href: to.to_owned(),
        rel: "alternate".to_owned(),
        mime_type: Some("text/html".to_owned()),
        ..Link::default()
    }
}

fn stamp(at: DateTime<Utc>) -> DateTime<FixedOffset> {
    at.fixed_offset()
}
