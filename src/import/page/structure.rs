//! The structure of a text page: which lines are headings, which are lists, which are paragraphs.

use super::line::Line;
use super::markdown::Block;

/// The longest heading, in characters.
const HEADING_CHARS: usize = 90;
/// Lines up to this length were ended on purpose, not wrapped, in characters.
const BROKEN_CHARS: usize = 60;
/// Signs that begin an item of a list.
const BULLETS: [char; 11] =
    ['\u{2022}', '\u{25e6}', '\u{b7}', '\u{25aa}', '\u{2023}', '\u{25cf}', '\u{25cb}', '\u{2013}', '-', '*', '+'];

/// A piece of the text between blank lines, before headings are told from paragraphs.
#[derive(Debug)]
enum Piece {
    /// One line alone.
    Single(Line),
    /// One numbered line alone.
    Numbered(u32, Line),
    /// Lines of a paragraph.
    Prose(Vec<Line>),
    /// Items of a bulleted list.
    Bullets(Vec<Line>),
    /// A heading that is settled.
    Heading(u8, Line),
    /// A numbered list that is settled.
    Ordered(u32, Vec<Line>),
}

/// The blocks that the groups of lines show.
pub(super) fn blocks_of(groups: Vec<Vec<Line>>) -> Vec<Block> {
    let mut pieces: Vec<Piece> = Vec::new();
    for group in groups {
        let introduced = pieces.last().is_some_and(introduces);
        pieces.extend(pieces_of(group, introduced));
    }
    let pieces = settle_headings(settle_numbers(settle_introduced(pieces)));
    pieces.into_iter().fold(Vec::new(), push_block)
}

/// Parts one group into prose and lists.
fn pieces_of(group: Vec<Line>, introduced: bool) -> Vec<Piece> {
    let alone = group.len() == 1;
    if !alone && introduced && group.iter().all(|line| is_heading_like(line) && item_text(line).is_none()) {
        return vec![Piece::Bullets(group)];
    }
    let numbered = group.iter().filter(|line| number_of(line).is_some()).count();
    let mut pieces: Vec<Piece> = Vec::new();
    for line in group {
        let number = number_of(&line).filter(|_| alone || numbered > 1);
        match (item_text(&line), number, pieces.last_mut()) {
            (Some(item), _, Some(Piece::Bullets(items))) => items.push(item),
            (Some(item), _, _) => pieces.push(Piece::Bullets(vec![item])),
            (None, Some(number), _) => pieces.push(Piece::Numbered(number, line)),
            (None, None, Some(Piece::Prose(lines))) => lines.push(line),
            (None, None, _) if alone => pieces.push(Piece::Single(line)),
            (None, None, _) => pieces.push(Piece::Prose(vec![line])),
        }
    }
    pieces
}

/// Whether the piece ends with a colon, so that a list may follow it.
fn introduces(piece: &Piece) -> bool {
    let last = match piece {
        Piece::Single(line) => Some(line),
        Piece::Prose(lines) => lines.last(),
        _ => None,
    };
    last.is_some_and(|line| line.plain.ends_with(':'))
}

/// Three short lines or more, each alone, right after a colon are a list; the last is none when text follows it.
fn settle_introduced(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::with_capacity(pieces.len());
    let mut pieces = pieces.into_iter().peekable();
    while let Some(piece) = pieces.next() {
        let opens = introduces(&piece);
        out.push(piece);
        if !opens {
            continue;
        }
        let mut run = Vec::new();
        while let Some(Piece::Single(line)) =
            pieces.next_if(|next| matches!(next, Piece::Single(line) if is_heading_like(line)))
        {
            run.push(line);
        }
        let heading = if pieces.peek().is_some() { run.pop() } else { None };
        if run.len() > 1 {
            out.push(Piece::Bullets(run));
        } else {
            out.extend(run.into_iter().map(Piece::Single));
        }
        out.extend(heading.map(Piece::Single));
    }
    out
}

/// Tells numbered headings, each above its own text, from numbered lists.
fn settle_numbers(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::with_capacity(pieces.len());
    let mut pieces = pieces.into_iter().peekable();
    let mut has_section = false;
    let mut last_heading = 0;
    while let Some(piece) = pieces.next() {
        let Piece::Numbered(first, line) = piece else {
            let heading = matches!(&piece, Piece::Single(line) if is_heading_like(line)) && pieces.peek().is_some();
            has_section |= heading;
            last_heading = if heading { 0 } else { last_heading };
            out.push(piece);
            continue;
        };
        let mut run = vec![(first, line)];
        while let Some(Piece::Numbered(number, line)) = pieces.next_if(|next| matches!(next, Piece::Numbered(..))) {
            run.push((number, line));
        }
        let above_text = matches!(pieces.peek(), Some(Piece::Single(_) | Piece::Prose(_) | Piece::Bullets(_)));
        let short = run.iter().all(|(_, line)| is_heading_like(line));
        if above_text && short && (run.len() == 1 || first == last_heading + 1 && last_heading > 0) {
            last_heading = run.last().map_or(0, |(number, _)| *number);
            let level = if has_section { 3 } else { 2 };
            out.extend(run.into_iter().map(|(_, line)| Piece::Heading(level, line)));
        } else {
            out.extend(ordered(run));
        }
    }
    out
}

/// A numbered list, or paragraphs where the numbers do not count up, for Markdown would renumber them.
fn ordered(run: Vec<(u32, Line)>) -> Vec<Piece> {
    let start = run.first().map_or(0, |(number, _)| *number);
    if (start..).zip(&run).all(|(expected, (number, _))| expected == *number) {
        let items = run.into_iter().map(|(_, line)| without_number(&line)).collect();
        return vec![Piece::Ordered(start, items)];
    }
    run.into_iter().map(|(_, line)| Piece::Prose(vec![line])).collect()
}

/// A short line alone is a heading when something follows it.
fn settle_headings(pieces: Vec<Piece>) -> Vec<Piece> {
    let last = pieces.len().saturating_sub(1);
    let settle = |(index, piece)| match piece {
        Piece::Single(line) if index < last && is_heading_like(&line) => Piece::Heading(2, line),
        Piece::Single(line) => Piece::Prose(vec![line]),
        other => other,
    };
    pieces.into_iter().enumerate().map(settle).collect()
}

fn push_block(mut blocks: Vec<Block>, piece: Piece) -> Vec<Block> {
    match piece {
        Piece::Heading(level, line) => blocks.push(Block::Heading { level, line }),
        Piece::Single(line) | Piece::Numbered(_, line) => blocks.push(Block::paragraph(line)),
        Piece::Prose(lines) => {
            let hard = lines.len() > 1 && lines.iter().all(|line| line.chars() <= BROKEN_CHARS);
            blocks.push(Block::Paragraph { lines, hard });
        }
        Piece::Ordered(start, lines) => blocks.push(Block::List { start: Some(start), items: items_of(lines) }),
        Piece::Bullets(lines) => match blocks.last_mut() {
            Some(Block::List { start: None, items }) => items.extend(items_of(lines)),
            _ => blocks.push(Block::List { start: None, items: items_of(lines) }),
        },
    }
    blocks
}

fn items_of(lines: Vec<Line>) -> Vec<Vec<Block>> {
    lines.into_iter().map(|line| vec![Block::paragraph(line)]).collect()
}

/// Whether the line looks like a heading: short and no sentence.
fn is_heading_like(line: &Line) -> bool {
    line.chars() <= HEADING_CHARS
        && !line.ends_a_sentence()
        && line.plain.contains(char::is_alphabetic)
        && item_text(line).is_none()
}

/// The text of a bulleted line without its sign.
fn item_text(line: &Line) -> Option<Line> {
    let (sign, text) = line.plain.split_once(' ')?;
    let mut signs = sign.chars();
    let bullet = signs.next().is_some_and(|sign| BULLETS.contains(&sign)) && signs.next().is_none();
    bullet.then(|| Line::from_text(text, line.number))
}

/// The number that a line begins with, as in "2. " or "2) ".
fn number_of(line: &Line) -> Option<u32> {
    let (number, _) = line.plain.split_once(' ')?;
    let digits = number.strip_suffix(['.', ')'])?;
    let plausible = digits.len() <= 3
        && !(digits.len() > 1 && digits.starts_with('0'))
        && digits.chars().all(|c| c.is_ascii_digit());
    plausible.then(|| digits.parse().ok()).flatten()
}

fn without_number(line: &Line) -> Line {
    let text = line.plain.split_once(' ').map_or(line.plain.as_str(), |(_, text)| text);
    Line::from_text(text, line.number)
}
