//! A text page: what a reader copied from a screen or a scraper wrote down, one paragraph a line or wrapped.

use super::chrome;
use super::contact::{self, Chunk};
use super::facts::FactBook;
use super::line::Line;
use super::markdown::Block;
use super::report::{ItemKind, Why};
use super::structure;
use super::title::{self, TITLE_CHARS};

/// A line longer than this is a whole paragraph, so lines are not wrapped, in characters.
const WRAPPED_CHARS: usize = 120;

/// Title and blocks of a page.
#[derive(Debug)]
pub(super) struct Reading {
    pub title: String,
    pub blocks: Vec<Block>,
}

/// Reads a text page; `None` when no text is left beside chrome.
pub(super) fn read(text: &str, book: &mut FactBook) -> Option<Reading> {
    let mut groups = groups_of(text);
    leave_chrome(&mut groups, book);
    let title = take_title(&mut groups, book)?;
    let mut chunks: Vec<Chunk> = groups.into_iter().map(Chunk::separable).collect();
    contact::take(&mut chunks, book);
    let groups = chunks.into_iter().map(|chunk| chunk.lines).filter(|lines| !lines.is_empty()).collect();
    Some(Reading { title, blocks: structure::blocks_of(groups) })
}

/// The lines of the page in groups parted by blank lines.
fn groups_of(text: &str) -> Vec<Vec<Line>> {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    let mut groups: Vec<Vec<Line>> = vec![Vec::new()];
    for (number, line) in (1..).zip(text.split('\n')) {
        let line = Line::from_text(line, Some(number));
        if line.is_blank() {
            groups.push(Vec::new());
        } else if let Some(group) = groups.last_mut() {
            group.push(line);
        }
    }
    groups.retain(|group| !group.is_empty());
    if is_paragraph_a_line(&groups) {
        return groups.into_iter().flatten().map(|line| vec![line]).collect();
    }
    groups
}

/// Whether the page has no blank lines because each line is a paragraph of its own.
fn is_paragraph_a_line(groups: &[Vec<Line>]) -> bool {
    matches!(groups, [only] if only.len() > 2 && only.iter().any(|line| line.chars() > WRAPPED_CHARS))
}

fn leave_chrome(groups: &mut Vec<Vec<Line>>, book: &mut FactBook) {
    let first = groups.iter().position(|group| !chrome::is_edge_chrome(group)).unwrap_or(groups.len());
    let end = groups.iter().rposition(|group| !chrome::is_edge_chrome(group)).map_or(groups.len(), |last| last + 1);
    let mut kept = Vec::with_capacity(groups.len());
    for (index, group) in std::mem::take(groups).into_iter().enumerate() {
        let edge = index < first || index >= end;
        let (gone, stays): (Vec<Line>, Vec<Line>) = group.into_iter().partition(|line| edge || chrome::is_chrome(line));
        for line in gone {
            book.report.leave(line.plain, Why::PageChrome, line.number);
        }
        kept.push(stays);
    }
    kept.retain(|group| !group.is_empty());
    *groups = kept;
}

/// Takes the title off the first group; words that are too long for a title stay in the text too.
fn take_title(groups: &mut Vec<Vec<Line>>, book: &mut FactBook) -> Option<String> {
    let group = groups.first_mut()?;
    let line = group.first()?.clone();
    if !is_title(&line, group.get(1)) {
        let words: Vec<&str> = group.iter().map(|line| line.plain.as_str()).collect();
        let title = title::shortened(&words.join(" "), TITLE_CHARS / 2);
        book.report.leave(title.clone(), Why::TitleGuessed, line.number);
        return Some(title);
    }
    if line.chars() > TITLE_CHARS {
        book.report.leave(line.plain.clone(), Why::TitleShortened, line.number);
        return Some(title::shortened(&line.plain, TITLE_CHARS));
    }
    group.remove(0);
    groups.retain(|group| !group.is_empty());
    leave_repeated_title(&line.plain, groups, book);
    book.report.take(ItemKind::Title, line.plain.clone(), line.number);
    Some(line.plain)
}

/// A title stands alone, or above a line that does not go on with its words, and is no sentence of a paragraph.
fn is_title(line: &Line, next: Option<&Line>) -> bool {
    let goes_on = next.is_some_and(|next| line.chars() > 40 && next.plain.starts_with(char::is_lowercase));
    let is_prose = line.chars() > TITLE_CHARS && line.ends_a_sentence();
    !goes_on && !is_prose
}

fn leave_repeated_title(title: &str, groups: &mut Vec<Vec<Line>>, book: &mut FactBook) {
    let repeated = matches!(groups.first().map(Vec::as_slice), Some([only]) if title::same(&only.plain, title));
    if repeated {
        for line in groups.remove(0) {
            book.report.leave(line.plain, Why::RepeatedTitle, line.number);
        }
    }
}
