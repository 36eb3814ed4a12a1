//! RSS 2.0 (<https://www.rssboard.org/rss-specification>), with the text in `content:encoded` and the author in
//! `dc:creator`: the format's own `author` wants an e-mail address.

use rss::{Category, Channel, Guid, Item, extension::dublincore::DublinCoreExtension};

use super::{Entry, Feed};
use crate::http::ApiError;

/// The feed as XML.
pub fn write(feed: &Feed) -> Result<Vec<u8>, ApiError> {
    let channel = Channel {
        title: feed.title(),
        link: feed.home.clone(),
        description: feed.description(),
        language: Some(feed.locale.clone()),
        last_build_date: Some(feed.updated_at.to_rfc2822()),
        items: feed.entries.iter().map(item).collect(),
        ..Channel::default()
    };
    channel.write_to(Vec::new()).map_err(|_| ApiError::Internal)
}

fn item(entry: &Entry) -> Item {
    Item {
        title: Some(entry.title.clone()),
        link: Some(entry.url.clone()),
        description: entry.summary.as_deref().map(|summary| quick_xml::escape::escape(summary).into_owned()),
        content: Some(entry.content.clone()),
        categories: entry.subjects.iter().map(|name| Category { name: name.clone(), domain: None }).collect(),
        guid: Some(Guid { value: entry.id.clone(), permalink: false }),
        pub_date: Some(entry.published_at.to_rfc2822()),
        dublin_core_ext: entry
            .author
            .as_ref()
            .map(|author| DublinCoreExtension { creators: vec![author.clone()], ..DublinCoreExtension::default() }),
        ..Item::default()
    }
}
