//! Reads the export of a `WordPress`: WXR 1.0 to 1.2, RSS with elements of its own.
//!
//! The file is read twice, so that it never has to be in memory: once for the authors, the terms and the media library,
//! which may stand behind the posts that need them, and once for the posts. Refuses to expand entities, to follow an
//! address, and to run anything: what a plugin would have made of its placeholders is reported.

mod content;
mod elements;
mod item;
pub(super) mod media;
mod paragraphs;
mod shortcodes;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;

use url::Url;

use super::record::{Author, Named, Record, Sink, Stopped, Term, TermKind};
use super::why::{Finding, Why};
use content::Site;
use elements::{Channel, Child, Element};
use item::Item;
use media::Attachment;

/// How many entries of the media library are known by their id.
const MAX_ATTACHMENTS: usize = 200_000;
/// How many authors and terms are taken.
const MAX_TERMS: usize = 50_000;

/// Reads an export and hands over its authors, terms and posts.
///
/// # Errors
/// [`Stopped`] where the file is no export, or breaks off; what was handed over until then is good.
pub fn read<R: Read + Seek>(mut source: R, sink: &mut Sink<'_>) -> Result<(), Stopped> {
    let mut head = Head::default();
    // Where the file breaks off, the second pass says so, behind the posts that can be read.
    let _ = head.gather(&mut source);
    if head.hand_over(sink).is_break() {
        return Ok(());
    }
    source.seek(SeekFrom::Start(0)).map_err(|error| Stopped::because(format!("the file cannot be read: {error}")))?;
    let mut channel = Channel::of(&mut source);
    let outcome = head.items(&mut channel, sink);
    if channel.is_export() {
        return outcome;
    }
    let detail = outcome.err().map_or_else(String::new, |stopped| format!(" ({stopped})"));
    Err(Stopped::because(format!("this is no export of a WordPress: it has no <rss> with a <channel>{detail}")))
}

/// What the first pass finds.
#[derive(Debug, Default)]
struct Head {
    base: Option<Url>,
    records: Vec<Record>,
    /// Slugs of categories by their ids.
    categories: BTreeMap<String, String>,
    attachments: BTreeMap<String, Attachment>,
}

impl Head {
    fn gather(&mut self, source: impl Read) -> Result<(), Stopped> {
        let mut channel = Channel::of(source);
        while let Some(Child { element, .. }) = channel.next()? {
            match element.name.as_str() {
                "wp:base_blog_url" => self.base = Url::parse(&slashed(&element.text)).ok(),
                "link" if self.base.is_none() => self.base = Url::parse(&slashed(&element.text)).ok(),
                "wp:author" => self.author(&element),
                "wp:category" => self.category(&element),
                "wp:tag" => self.tag(&element),
                "wp:term" => self.other_term(&element),
                "item" if element.child("wp:post_type") == "attachment" => self.attachment(&element),
                _ => {}
            }
        }
        Ok(())
    }

    fn keep(&mut self, record: Record) {
        if self.records.len() < MAX_TERMS {
            self.records.push(record);
        }
    }

    fn author(&mut self, element: &Element) {
        let key = element.child("wp:author_login");
        let parts = [element.child("wp:author_first_name"), element.child("wp:author_last_name")].join(" ");
        let name =
            [element.child("wp:author_display_name"), parts.trim(), key].into_iter().find(|name| !name.is_empty());
        let Some(name) = name.filter(|_| !key.is_empty()) else { return };
        let (key, name) = (key.to_owned(), name.to_owned());
        self.keep(Record::Author(Author { key, slug: None, name, credentials: Vec::new(), biography: None }));
    }

    fn category(&mut self, element: &Element) {
        let named = named(element.child("wp:category_nicename"), element.child("wp:cat_name"));
        let Some(named) = named else { return };
        if self.categories.len() < MAX_TERMS {
            self.categories.insert(element.child("wp:term_id").to_owned(), named.slug.clone());
        }
        let (parent, description) = (element.child("wp:category_parent"), element.child("wp:category_description"));
        let mut term = Term::plain(TermKind::Category, named);
        term.parent = (!parent.is_empty()).then(|| parent.to_owned());
        term.description = (!description.is_empty()).then(|| description.to_owned());
        self.keep(Record::Term(term));
    }

    fn tag(&mut self, element: &Element) {
        let Some(named) = named(element.child("wp:tag_slug"), element.child("wp:tag_name")) else { return };
        let description = element.child("wp:tag_description");
        let mut term = Term::plain(TermKind::Tag, named);
        term.description = (!description.is_empty()).then(|| description.to_owned());
        self.keep(Record::Term(term));
    }

    /// Exports name categories and tags in this form as well where a plugin asks for it.
    fn other_term(&mut self, element: &Element) {
        let taxonomy = element.child("wp:term_taxonomy");
        if !matches!(taxonomy, "category" | "post_tag" | "nav_menu" | "post_format") {
            let what = format!("{taxonomy}: {}", element.child("wp:term_name"));
            self.keep(Record::Left(Finding::new(Why::TaxonomyNotImported, what)));
        }
    }

    fn attachment(&mut self, element: &Element) {
        let (id, url) = (element.child("wp:post_id"), element.child("wp:attachment_url"));
        let url = media::absolute(url, self.base.as_ref()).unwrap_or_else(|| url.to_owned());
        if self.attachments.len() < MAX_ATTACHMENTS && url.len() <= 2000 {
            let alt =
                element.children("wp:postmeta").find(|meta| meta.child("wp:meta_key") == "_wp_attachment_image_alt");
            let short = |text: &str, most| text.chars().take(most).filter(|c| !c.is_control()).collect();
            let alt = short(alt.map_or("", |meta| meta.child("wp:meta_value")), 300);
            let caption = short(element.child("excerpt:encoded"), 500);
            self.attachments.insert(id.to_owned(), Attachment { url, alt, caption });
        }
    }

    fn hand_over(&mut self, sink: &mut Sink<'_>) -> ControlFlow<()> {
        std::mem::take(&mut self.records).into_iter().try_for_each(sink)
    }

    fn items<R: Read>(&self, channel: &mut Channel<R>, sink: &mut Sink<'_>) -> Result<(), Stopped> {
        while let Some(child) = channel.next()? {
            if child.element.name == "item" && self.item(child, sink).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn item(&self, Child { element, is_damaged, is_cut }: Child, sink: &mut Sink<'_>) -> ControlFlow<()> {
        let site = Site { base: self.base.as_ref(), attachments: &self.attachments };
        let damages = [(is_cut, Why::TooLarge), (is_damaged, Why::Undecodable)];
        let refused = damages.into_iter().find_map(|(is, why)| is.then_some(why));
        match item::read(&element, site, |id| self.categories.get(id).cloned()) {
            Item::Article(mut article) => {
                article.refused = refused;
                sink(Record::Article(article))
            }
            Item::Left(finding) => sink(Record::Left(finding)),
            Item::Attachment => {
                let id = element.child("wp:post_id");
                let url = self.attachments.get(id).map_or("", |attachment| attachment.url.as_str());
                sink(Record::Left(Finding::new(Why::MediaNotImported, if url.is_empty() { id } else { url })))
            }
        }
    }
}

fn named(slug: &str, name: &str) -> Option<Named> {
    let slug = if slug.is_empty() { name } else { slug };
    let name = if name.is_empty() { slug } else { name };
    (!slug.is_empty()).then(|| Named { slug: slug.to_owned(), name: name.to_owned() })
}

/// A folder's address, so that relative ones are joined below it.
fn slashed(address: &str) -> String {
    let address = address.trim();
    if address.ends_with('/') { address.to_owned() } else { format!("{address}/") }
}
