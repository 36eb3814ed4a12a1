//! Where Markdown engines disagree about what is code.
//!
//! Code may hold `<script>` as text. An engine without our extensions, or with GitHub's bare addresses, can read the same
//! bytes as running text, and then the tag is live. Behind `[^1]:` a code span that goes on in the next line is the
//! text of a footnote here; without footnotes it is a link definition, and the next line stands alone. Code in such places
//! has its `<` replaced.

use super::raw_html;

/// How far a fence looks for a definition above it; without a blank line in so many there may be one.
const MAX_LINES_ABOVE: usize = 100;

/// Whether engines could pair the backticks of this block differently: it holds a line that reads as a table's
/// delimiter row, or a bare address that swallows a backtick (GFM §6.9).
pub(super) fn block_is_disputed(block: &str) -> bool {
    block.lines().any(reads_as_delimiter_row)
        || block.split(|c: char| c.is_whitespace() || c == '<').any(address_swallows_backtick)
}

fn reads_as_delimiter_row(line: &str) -> bool {
    line.contains('-') && line.chars().all(|c| matches!(c, '|' | ':' | '-' | '>' | ' ' | '\t'))
}

fn address_swallows_backtick(word: &str) -> bool {
    if !word.contains('`') {
        return false;
    }
    let word = word.to_ascii_lowercase();
    ["://", "www."].iter().filter_map(|mark| word.split_once(mark)).any(|(_, address)| address.contains('`'))
}

/// Whether code holds anything that would matter if it were read as running text.
pub(super) fn is_sensitive(code: &str) -> bool {
    raw_html::tag_openings(code).next().is_some() || code.contains("](") || code.contains("]:")
}

/// Whether a block that starts here ends whatever any engine still has open: it stands at the margin, behind a blank
/// line.
pub(super) fn starts_afresh(text: &str, at: usize) -> bool {
    let at_margin = text.get(..at).is_some_and(|before| before.is_empty() || before.ends_with('\n'));
    at_margin && !text.get(at..).is_some_and(|block| block.starts_with([' ', '\t'])) && follows_blank_line(text, at)
}

/// Whether a line above, up to a blank one, could open a link definition: some engines take a fence for its address or
/// for a part of its title.
pub(super) fn follows_definition(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let is_blank = |line: &&str| line.trim_matches(|c: char| c.is_whitespace() || c == '>').is_empty();
    // The first piece is the start of the fence's own line.
    let above = before.rsplit('\n').skip(1).take_while(|line| !is_blank(line));
    above.take(MAX_LINES_ABOVE + 1).enumerate().any(|(index, line)| line.contains("]:") || index == MAX_LINES_ABOVE)
}

/// Whether the line before this byte is blank, or there is none.
pub(super) fn follows_blank_line(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let Some(line_start) = before.rfind('\n') else {
        return true;
    };
    let above = before.get(..line_start).unwrap_or_default();
    above.rsplit('\n').next().is_none_or(|line| line.trim().is_empty())
}
