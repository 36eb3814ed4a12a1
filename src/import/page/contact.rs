//! Contact lines: labels ("Phone:"), labelled values, bare numbers and addresses. They are facts of the clinic,
//! not sentences of the article, and leave the text.
//!
//! Refuses to read facts out of prose: a number within a sentence may be a crisis line or another practice.

use super::address::{Address, is_united_states, starts_like_street};
use super::email;
use super::facts::FactBook;
use super::label::{Field, label_of, labelled_value, lone_label};
use super::line::Line;
use super::phone::{Phone, looks_like_phone};
use super::report::{ItemKind, Why};

/// The longest line that is looked at as a contact line, in characters.
const LONGEST: usize = 160;
/// How many lines an address may stretch over.
const ADDRESS_LINES: usize = 4;

/// A stretch of lines of the page that belong together.
#[derive(Debug, Clone)]
pub(super) struct Chunk {
    /// What remains of it for the article.
    pub lines: Vec<Line>,
    /// Whether some lines may leave and others stay; otherwise all leave or none.
    pub separable: bool,
}

impl Chunk {
    /// Lines that may leave one by one.
    pub fn separable(lines: Vec<Line>) -> Self {
        Self { lines, separable: true }
    }
}

/// Takes the contact lines out of the chunks and into the facts.
pub(super) fn take(chunks: &mut [Chunk], book: &mut FactBook) {
    let contact: Vec<Vec<bool>> = mark(chunks);
    let mut gone = Vec::new();
    for (chunk, marks) in chunks.iter_mut().zip(&contact) {
        let mut kept = Vec::new();
        for (line, leaves) in std::mem::take(&mut chunk.lines).into_iter().zip(marks) {
            if *leaves {
                gone.push(line);
            } else {
                kept.push(line);
                read(&gone, book);
                gone.clear();
            }
        }
        chunk.lines = kept;
    }
    read(&gone, book);
}

/// For each line of each chunk whether it is a contact line.
fn mark(all: &[Chunk]) -> Vec<Vec<bool>> {
    let mut marks: Vec<Vec<bool>> = Vec::with_capacity(all.len());
    let mut chunks = all.iter().peekable();
    let mut open: Option<Field> = None;
    while let Some(chunk) = chunks.next() {
        let next = chunks.peek().map_or(&[][..], |next| next.lines.as_slice());
        let mut marked = mark_chunk(&chunk.lines, next, open);
        if !chunk.separable && marked.contains(&false) {
            marked.fill(false);
        }
        let label = chunk.lines.last().and_then(lone_label);
        open = label.filter(|_| marked.last() == Some(&true));
        marks.push(marked);
    }
    mark_headings(all, &mut marks);
    marks
}

/// Marks a heading such as "Contact us" when nothing but contact lines stands in its chunk's follower.
fn mark_headings(chunks: &[Chunk], marks: &mut [Vec<bool>]) {
    let mut below_is_contact = false;
    for (chunk, marked) in chunks.iter().zip(marks).rev() {
        if let ([line], [false]) = (chunk.lines.as_slice(), marked.as_slice()) {
            let heading = below_is_contact && label_of(line).is_some();
            marked.fill(heading);
        }
        below_is_contact = !marked.is_empty() && !marked.contains(&false);
    }
}

fn mark_chunk(lines: &[Line], next: &[Line], open: Option<Field>) -> Vec<bool> {
    let alone = opens_with_contact_only(lines);
    let mut marked: Vec<bool> = Vec::with_capacity(lines.len());
    let mut rest = lines;
    let mut open = open;
    while let Some((line, after)) = rest.split_first() {
        let following = if after.is_empty() { next } else { after };
        let label = lone_label(line);
        let span = match label {
            Some(field) => usize::from(announces(field, following)),
            None => contact_span(rest).max(usize::from(
                is_open_value(line, open) || (is_weak(line) && (alone || marked.last() == Some(&true))),
            )),
        };
        open = match label {
            Some(field) => Some(field).filter(|_| span > 0),
            None => open.filter(|field| span > 0 && *field == Field::Unheld),
        };
        marked.extend(std::iter::repeat_n(span > 0, span.max(1)));
        rest = rest.get(span.max(1)..).unwrap_or_default();
    }
    marked
}

/// Whether every line of the chunk is of a contact block.
fn opens_with_contact_only(lines: &[Line]) -> bool {
    let mut rest = lines;
    while let Some((line, _)) = rest.split_first() {
        let span = contact_span(rest).max(usize::from(is_weak(line) || lone_label(line).is_some()));
        match rest.get(span..) {
            Some(after) if span > 0 => rest = after,
            _ => return false,
        }
    }
    true
}

/// Whether what follows a label is what the label announces.
fn announces(field: Field, following: &[Line]) -> bool {
    let Some(line) = following.first() else {
        return false;
    };
    let any_contact = contact_span(following) > 0 || is_weak(line);
    any_contact || lone_label(line).is_some() || is_open_value(line, Some(field))
}

/// Whether the line stands under a label and may be its value, readable or not: short, not a sentence, with a digit.
fn is_open_value(line: &Line, open: Option<Field>) -> bool {
    open.is_some_and(|field| field != Field::Group)
        && line.chars() <= LONGEST
        && !line.plain.ends_with(['.', '!', '?', ':'])
        && line.plain.contains(|c: char| c.is_ascii_digit() || c == '@')
}

/// How many lines from the first on are contact lines wherever they stand: a label with its value, or an address.
fn contact_span(lines: &[Line]) -> usize {
    let Some(line) = lines.first().filter(|line| line.chars() <= LONGEST) else {
        return 0;
    };
    if let Some((field, value)) = labelled_value(line) {
        let more = if field == Field::Address { address_span(value, lines).saturating_sub(1) } else { 0 };
        return if fits(field, value) { 1 + more } else { 0 };
    }
    address_span(&line.plain, lines)
}

/// How many lines, the first of them beginning with `value`, make one address; 0 if they make none.
fn address_span(value: &str, lines: &[Line]) -> usize {
    let mut joined = value.to_owned();
    let mut span = 0;
    for count in 1..=ADDRESS_LINES.min(lines.len()) {
        if Address::read(&joined).is_some() {
            span = count;
        }
        let Some(next) = lines.get(count).filter(|next| next.chars() <= LONGEST) else {
            break;
        };
        if span > 0 && !is_united_states(&next.plain) {
            break;
        }
        joined = format!("{joined}, {}", next.plain);
    }
    span
}

/// A line that is a contact line among its like.
fn is_weak(line: &Line) -> bool {
    let plain = line.plain.as_str();
    line.chars() <= LONGEST && (Phone::read(plain).is_some() || is_email_like(plain))
}

fn is_email_like(text: &str) -> bool {
    email::is_placeholder(text) && text.chars().count() <= 40
        || (text.contains('@') && !text.contains(' ') && text.contains('.'))
}

/// Whether a labelled value is close enough to what the label says for the line to be a contact line.
fn fits(field: Field, value: &str) -> bool {
    let digits = value.chars().filter(char::is_ascii_digit).count();
    match field {
        Field::Phone => looks_like_phone(value) || (digits > 3 && !value.contains(' ')),
        Field::Email => is_email_like(value) || !value.contains(' '),
        Field::Address => starts_like_street(value),
        Field::Unheld => digits > 0 || value.contains('@') || value.contains("://"),
        Field::Group => is_email_like(value) || looks_like_phone(value) || starts_like_street(value),
    }
}

/// Reads a run of contact lines into the facts; each line ends up as taken or as left.
fn read(lines: &[Line], book: &mut FactBook) {
    let mut rest = lines;
    let mut open: Option<Field> = None;
    while let Some((line, after)) = rest.split_first() {
        rest = after;
        if let Some(field) = label_of(line) {
            open = Some(field);
            let why_not = after.is_empty().then_some(Why::LabelWithoutValue);
            match why_not {
                Some(why) => book.report.leave(&line.plain, why, line.number),
                None => book.report.take(ItemKind::Label, &line.plain, line.number),
            }
        } else if let Some((field, value)) = labelled_value(line) {
            rest = read_value(field, value, line, after, book);
        } else {
            rest = read_value(open.unwrap_or(Field::Group), &line.plain, line, after, book);
        }
    }
}

/// Reads one value, for an address also the lines after it that belong to it; returns the lines not yet read.
fn read_value<'a>(field: Field, value: &str, line: &Line, after: &'a [Line], book: &mut FactBook) -> &'a [Line] {
    let source = line.plain.as_str();
    if matches!(field, Field::Unheld) {
        book.report.leave(source, Why::NoField, line.number);
    } else if is_email_like(value) || field == Field::Email {
        book.offer_email(value, source, line.number);
    } else if Phone::read(value).is_some() || field == Field::Phone {
        book.offer_phone(value, source, line.number);
    } else {
        return read_address(value, line, after, book);
    }
    after
}

fn read_address<'a>(value: &str, line: &Line, after: &'a [Line], book: &mut FactBook) -> &'a [Line] {
    let mut all = vec![line.clone()];
    all.extend(after.iter().take(ADDRESS_LINES).cloned());
    let span = address_span(value, &all).max(1);
    let further: Vec<&str> = after.iter().take(span - 1).map(|line| line.plain.as_str()).collect();
    let joined = std::iter::once(value).chain(further.iter().copied()).collect::<Vec<_>>().join(", ");
    let source = std::iter::once(line.plain.as_str()).chain(further).collect::<Vec<_>>().join(", ");
    book.offer_address(Address::read(&joined), &source, line.number);
    after.get(span - 1..).unwrap_or_default()
}
