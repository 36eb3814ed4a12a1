//! The blocks of an article as a whole: its title taken off, its heading levels settled, its contact lines found.

use super::super::contact::Chunk;
use super::super::line::Line;
use super::super::markdown::Block;
use super::super::title;

/// The line of a heading of level 1.
pub(super) fn first_level(block: &Block) -> Option<&Line> {
    match block {
        Block::Heading { level: 1, line } => Some(line),
        _ => None,
    }
}

/// Removes the first heading that says what the title says.
pub(super) fn remove_title(blocks: &mut Vec<Block>, title: &str) {
    let at =
        blocks.iter().position(|block| matches!(block, Block::Heading { line, .. } if title::same(&line.plain, title)));
    if let Some(at) = at {
        blocks.remove(at);
    }
}

/// The words of the first block that has any.
pub(super) fn first_words(blocks: &[Block]) -> String {
    let lines = blocks.iter().map(lines_of).find(|lines| !lines.is_empty()).unwrap_or_default();
    lines.iter().map(|line| line.plain.as_str()).collect::<Vec<_>>().join(" ")
}

/// Makes the first heading level 2 and lets each go at most one level deeper than the one it stands under.
pub(super) fn settle_levels(blocks: &mut [Block]) {
    let mut above: Vec<u8> = Vec::new();
    for block in blocks {
        if let Block::Heading { level, .. } = block {
            above.retain(|open| *open < *level);
            above.push(*level);
            *level = u8::try_from(above.len() + 1).unwrap_or(6).min(6);
        }
    }
}

/// The lines of a block as the search for contact lines sees them.
pub(super) fn chunk_of(block: &Block) -> Chunk {
    let lines = match block {
        Block::Table { .. } | Block::Code(_) | Block::Quote(_) => Vec::new(),
        other => lines_of(other),
    };
    Chunk { lines, separable: matches!(block, Block::Paragraph { .. }) }
}

/// All lines in a block, in the order of the page.
pub(super) fn lines_of(block: &Block) -> Vec<Line> {
    match block {
        Block::Heading { line, .. } => vec![line.clone()],
        Block::Paragraph { lines, .. } => lines.clone(),
        Block::List { items, .. } => items.iter().flatten().flat_map(lines_of).collect(),
        Block::Quote(inner) => inner.iter().flat_map(lines_of).collect(),
        Block::Table { rows } => rows.iter().flatten().filter(|cell| !cell.is_blank()).cloned().collect(),
        Block::Code(text) => {
            text.lines().map(|line| Line::from_text(line, None)).filter(|line| !line.is_blank()).collect()
        }
    }
}
