//! Lists, tables and preformatted text of an HTML page.

use dom_query::NodeRef;

use super::super::line::Line;
use super::super::markdown::Block;
use super::blocks::Walker;

/// The highest number that a list may begin with.
const HIGHEST_START: u32 = 100_000;

impl Walker {
    pub(super) fn list(&mut self, node: &NodeRef, name: &str) {
        let mut items = Vec::new();
        for child in node.children_it(false) {
            let item = self.nested_blocks(|walker| walker.item(&child));
            if !item.is_empty() {
                items.push(item);
            }
        }
        let first = node.attr("start").and_then(|start| start.parse::<u32>().ok());
        let start = (name == "ol").then(|| first.unwrap_or(1).min(HIGHEST_START));
        if !items.is_empty() {
            self.push_block(Block::List { start, items });
        }
    }

    fn item(&mut self, node: &NodeRef) {
        if node.has_name("li") {
            self.children(node);
        } else {
            self.node(node);
        }
    }

    pub(super) fn quotation(&mut self, node: &NodeRef) {
        let inner = self.nested_blocks(|walker| walker.children(node));
        if !inner.is_empty() {
            self.push_block(Block::Quote(inner));
        }
    }

    pub(super) fn table(&mut self, node: &NodeRef) {
        let mut rows = Vec::new();
        for part in node.descendants_it() {
            if part.has_name("caption") {
                self.children(&part);
                self.flush();
            } else if part.has_name("tr") {
                let row: Vec<Line> = cells(&part).map(|cell| self.line_of(&cell).unwrap_or_default()).collect();
                rows.extend(row.iter().any(|cell| !cell.is_blank()).then_some(row));
            }
        }
        if !rows.is_empty() {
            self.push_block(Block::Table { rows });
        }
    }

    pub(super) fn preformatted(&mut self, node: &NodeRef) {
        let text = node.text().replace("\r\n", "\n").replace('\r', "\n");
        let text: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
        if !text.trim().is_empty() {
            self.push_block(Block::Code(text.trim_matches('\n').to_owned()));
        }
    }
}

fn cells<'a>(row: &NodeRef<'a>) -> impl Iterator<Item = NodeRef<'a>> {
    row.children_it(false).filter(|cell| cell.has_name("td") || cell.has_name("th"))
}

/// Whether the table shows data: two columns at least, no table inside; others only lay the page out.
pub(super) fn is_grid(table: &NodeRef) -> bool {
    let nested = table.descendants_it().any(|inner| inner.has_name("table"));
    let mut rows = table.descendants_it().filter(|inner| inner.has_name("tr"));
    !nested && rows.any(|row| cells(&row).count() > 1)
}
