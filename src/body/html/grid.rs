//! How large the tables of a source become as Markdown.

/// A Markdown table is padded to its widest cell, so a small source can ask for gigabytes.
const MAX_CHARACTERS: usize = 8 * 1024 * 1024;

/// The measure of all tables together, had they been one.
#[derive(Default)]
pub(super) struct Grid {
    rows: usize,
    columns: usize,
    widest_row: usize,
    /// Cells that are open, one in another.
    depth: usize,
    cell: usize,
    widest_cell: usize,
}

impl Grid {
    /// A start tag.
    pub(super) fn open(&mut self, name: &str) {
        match name {
            "table" => self.columns = 0,
            "tr" => {
                self.rows += 1;
                self.columns = 0;
            }
            "td" | "th" => {
                self.columns += 1;
                if self.depth == 0 {
                    self.cell = 0;
                }
                self.depth += 1;
                self.widest_row = self.widest_row.max(self.columns);
            }
            _ => {}
        }
    }

    /// An end tag.
    pub(super) fn close(&mut self, name: &str) {
        if matches!(name, "td" | "th") {
            self.depth = self.depth.saturating_sub(1);
        }
    }

    /// Text, in a cell or not.
    pub(super) fn fill(&mut self, characters: usize) {
        if self.depth > 0 {
            self.cell += characters;
            self.widest_cell = self.widest_cell.max(self.cell);
        }
    }

    /// Whether the Markdown written for them could pass the bound.
    pub(super) fn is_too_large(&self) -> bool {
        let cells = self.rows.saturating_mul(self.widest_row);
        cells.saturating_mul(self.widest_cell + 3) > MAX_CHARACTERS
    }
}
