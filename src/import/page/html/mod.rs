//! An HTML page: its main content becomes the article, what surrounds it is read for contact facts and reported.
//!
//! The tree is walked here rather than by a readability heuristic or a converter: those drop what they score low
//! without an account, and leave character references and heading levels as they find them.

mod article;
mod blocks;
mod compound;
mod depth;
mod found;
mod inline;
mod json_ld;
mod region;

use dom_query::Document;

use super::PageError;
use super::contact::{self, Chunk};
use super::facts::FactBook;
use super::line::{Line, single_spaced};
use super::markdown::Block;
use super::report::{ItemKind, Why};
use super::text::Reading;
use super::title::{self, TITLE_CHARS};
use blocks::Walker;
use region::Region;

/// Reads an HTML page.
pub(super) fn read(html: &str, book: &mut FactBook) -> Result<Reading, PageError> {
    if depth::is_source_too_deep(html) {
        return Err(PageError::TooDeep);
    }
    let document = Document::from(html);
    if depth::is_tree_too_deep(&document.root()) {
        return Err(PageError::TooDeep);
    }
    json_ld::read(&document, book);
    let root = region::main_content(&document).ok_or(PageError::NoArticle)?;
    let mut walker = Walker::new(root.has_name("body"));
    let mut blocks = walker.blocks_in(&root);
    walker.regions.extend(region::around(&document, &root, &mut walker.found));
    let heads = HeadTitles::read(&document);
    let title = choose_title(&mut blocks, &walker.regions, &heads, book);
    take_site_name(&heads, &title, book);
    take_contacts(&mut blocks, book);
    leave_regions(std::mem::take(&mut walker.regions), &title, book);
    walker.found.report(book);
    article::settle_levels(&mut blocks);
    Ok(Reading { title, blocks })
}

/// What the head of the document says of title and site.
#[derive(Debug, Default)]
struct HeadTitles {
    open_graph: String,
    element: String,
    site_name: String,
}

impl HeadTitles {
    fn read(document: &Document) -> Self {
        let meta = |selector: &str| single_spaced(&document.select_single(selector).attr_or("content", ""));
        Self {
            open_graph: meta("meta[property='og:title']"),
            element: single_spaced(&document.select_single("head > title").text()),
            site_name: meta("meta[property='og:site_name']"),
        }
    }

    /// The site's name that stands behind the title in the `<title>` element.
    fn suffix(&self) -> Option<&str> {
        title::split_site_name(&self.element).1
    }

    fn is_site_name(&self, text: &str) -> bool {
        title::same(text, &self.site_name) || self.suffix().is_some_and(|suffix| title::same(text, suffix))
    }

    /// The page's title without the site's name.
    fn without_site(&self, text: &str) -> String {
        match title::split_site_name(text) {
            (title, Some(site)) if self.is_site_name(site) => title.to_owned(),
            _ => text.to_owned(),
        }
    }
}

/// Chooses the title (first heading of level 1, else the head's, else the first words) and takes it off the body.
fn choose_title(blocks: &mut Vec<Block>, regions: &[Region], heads: &HeadTitles, book: &mut FactBook) -> String {
    let headings =
        blocks.iter().filter_map(article::first_level).chain(regions.iter().flat_map(|region| region.titles.iter()));
    let heading = headings.map(|line| line.plain.clone()).find(|text| !heads.is_site_name(text));
    let from_head = [heads.without_site(&heads.open_graph), heads.without_site(&heads.element)];
    let full = heading.into_iter().chain(from_head).find(|text| text.contains(char::is_alphanumeric));
    let Some(full) = full else {
        let title = title::shortened(&article::first_words(blocks), TITLE_CHARS / 2);
        book.report.leave(title.clone(), Why::TitleGuessed, None);
        return title;
    };
    let title = title::shortened(&full, TITLE_CHARS);
    if title == full {
        article::remove_title(blocks, &title);
        book.report.take(ItemKind::Title, title.clone(), None);
    } else {
        book.report.leave(full, Why::TitleShortened, None);
    }
    title
}

/// Takes the site's name from `og:site_name`, or from the end of `<title>` when the rest of that is the title.
fn take_site_name(heads: &HeadTitles, title: &str, book: &mut FactBook) {
    let (rest, suffix) = title::split_site_name(&heads.element);
    if !heads.site_name.is_empty() {
        book.offer_name(&heads.site_name);
    } else if let Some(suffix) = suffix.filter(|_| book.clinic.name.is_none()) {
        if title::same(rest, title) && heads.element != title {
            book.offer_name(suffix);
        } else {
            book.hinted_name = Some(suffix.to_owned());
        }
    }
}

/// Takes contact lines out of paragraphs, and whole lists of them.
fn take_contacts(blocks: &mut Vec<Block>, book: &mut FactBook) {
    let mut chunks: Vec<Chunk> = blocks.iter().map(article::chunk_of).collect();
    let before: Vec<usize> = chunks.iter().map(|chunk| chunk.lines.len()).collect();
    contact::take(&mut chunks, book);
    let mut kept = Vec::with_capacity(blocks.len());
    for ((block, chunk), before) in std::mem::take(blocks).into_iter().zip(chunks).zip(before) {
        match block {
            _ if before > 0 && chunk.lines.is_empty() => {}
            Block::Paragraph { hard, .. } => kept.push(Block::Paragraph { lines: chunk.lines, hard }),
            other => kept.push(other),
        }
    }
    *blocks = kept;
}

/// Reads the contact lines around the article and reports the rest.
fn leave_regions(regions: Vec<Region>, title: &str, book: &mut FactBook) {
    let (whys, mut chunks): (Vec<Why>, Vec<Chunk>) =
        regions.into_iter().map(|region| (region.why, Chunk::separable(region.lines))).unzip();
    contact::take(&mut chunks, book);
    for (why, chunk) in whys.into_iter().zip(chunks) {
        let rest = chunk.lines.into_iter().filter(|line| !title::same(&line.plain, title));
        let words: Vec<String> = rest.map(|line: Line| line.plain).collect();
        if !words.is_empty() {
            book.report.leave(words.join(" \u{b7} "), why, None);
        }
    }
}
