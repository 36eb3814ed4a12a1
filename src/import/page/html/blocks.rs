//! Walks the elements of a page and builds the blocks of an article from them.

use dom_query::NodeRef;

use super::super::line::Line;
use super::super::markdown::Block;
use super::super::report::Why;
use super::article;
use super::compound::is_grid;
use super::found::Found;
use super::inline::{Inline, Shift, Style};
use super::region::{self, Region};

/// A walk through part of a page.
#[derive(Debug, Default)]
pub(super) struct Walker {
    pub found: Found,
    pub regions: Vec<Region>,
    blocks: Vec<Block>,
    inline: Inline,
    style: Style,
    /// The whole body is read as the article, so that an `aside` is a side bar of the site.
    whole_body: bool,
    /// A part around the article is read: nothing in it is set apart further.
    around: bool,
    /// Depth in `address` elements.
    in_address: u32,
    /// Depth in lists and quotations, where no heading may stand.
    nested: u32,
    /// Depth in headings and cells, where everything stands in one line.
    in_line: u32,
}

impl Walker {
    pub fn new(whole_body: bool) -> Self {
        Self { whole_body, ..Self::default() }
    }

    /// Reads an element around the article as plain lines.
    pub fn region(node: &NodeRef, why: Why, found: &mut Found) -> Region {
        let mut walker = Self { around: true, found: std::mem::take(found), ..Self::default() };
        walker.node(node);
        walker.flush();
        *found = walker.found;
        let titles = walker.blocks.iter().filter_map(article::first_level).cloned().collect();
        Region { why, lines: walker.blocks.iter().flat_map(article::lines_of).collect(), titles }
    }

    /// The blocks inside an element.
    pub fn blocks_in(&mut self, node: &NodeRef) -> Vec<Block> {
        self.gathered(|walker| walker.children(node))
    }

    /// The blocks that a part of the walk makes, those before it set aside.
    fn gathered(&mut self, walk: impl FnOnce(&mut Self)) -> Vec<Block> {
        let before = std::mem::take(&mut self.blocks);
        let around = std::mem::take(&mut self.inline);
        walk(self);
        self.flush();
        self.inline = around;
        std::mem::replace(&mut self.blocks, before)
    }

    /// The same inside a list or a quotation.
    pub fn nested_blocks(&mut self, walk: impl FnOnce(&mut Self)) -> Vec<Block> {
        self.nested += 1;
        let blocks = self.gathered(walk);
        self.nested -= 1;
        blocks
    }

    pub fn push_block(&mut self, block: Block) {
        self.blocks.push(block);
    }

    pub fn children(&mut self, node: &NodeRef) {
        for child in node.children_it(false) {
            self.node(&child);
        }
    }

    pub fn node(&mut self, node: &NodeRef) {
        if node.is_text() {
            self.inline.push(&node.text(), &self.style);
        } else if let Some(name) = node.node_name() {
            self.element(node, &name);
        }
    }

    fn element(&mut self, node: &NodeRef, name: &str) {
        if self.found.note(node, name) {
            return;
        }
        if let Some(why) = self.why_left(node, name) {
            let region = Self::region(node, why, &mut self.found);
            self.regions.extend((!region.lines.is_empty()).then_some(region));
        } else if !is_block(name) {
            self.inline_element(node, name);
        } else if self.in_line > 0 {
            self.inline.push(" ", &self.style);
            self.children(node);
            self.inline.push(" ", &self.style);
        } else {
            self.flush();
            self.block_element(node, name);
            self.flush();
        }
    }

    fn why_left(&self, node: &NodeRef, name: &str) -> Option<Why> {
        if self.around {
            return None;
        }
        let side_bar = self.whole_body && name == "aside";
        region::why_left(node).or_else(|| side_bar.then_some(Why::OutsideArticle))
    }

    fn block_element(&mut self, node: &NodeRef, name: &str) {
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.heading(node, name),
            "ul" | "ol" | "menu" => self.list(node, name),
            "blockquote" => self.quotation(node),
            "table" if is_grid(node) => self.table(node),
            "pre" => self.preformatted(node),
            "dt" | "summary" | "legend" => self.styled(node, |style| style.strong = true),
            "address" => {
                self.in_address += 1;
                self.children(node);
                self.in_address -= 1;
            }
            _ => self.children(node),
        }
    }

    fn inline_element(&mut self, node: &NodeRef, name: &str) {
        match name {
            "br" if self.in_line > 0 => self.inline.push(" ", &self.style),
            "br" => self.inline.line_break(),
            "b" | "strong" => self.styled(node, |style| style.strong = true),
            "i" | "em" | "cite" | "dfn" | "var" => self.styled(node, |style| style.emphasis = true),
            "code" | "kbd" | "samp" | "tt" => self.styled(node, |style| style.code = true),
            "sup" => self.styled(node, |style| style.shift = Some(Shift::Up)),
            "sub" => self.styled(node, |style| style.shift = Some(Shift::Down)),
            "a" => {
                let link = self.found.link(node, self.around || self.in_address > 0);
                self.styled(node, |style| style.link = link);
            }
            "q" => {
                self.inline.push("\u{201c}", &self.style);
                self.children(node);
                self.inline.push("\u{201d}", &self.style);
            }
            _ => self.children(node),
        }
    }

    fn styled(&mut self, node: &NodeRef, change: impl FnOnce(&mut Style)) {
        let before = self.style.clone();
        change(&mut self.style);
        self.children(node);
        self.style = before;
    }

    /// Ends the paragraph that is being gathered.
    pub fn flush(&mut self) {
        let lines = std::mem::take(&mut self.inline).finish(false);
        if !lines.is_empty() {
            let hard = lines.len() > 1;
            self.blocks.push(Block::Paragraph { lines, hard });
        }
    }

    fn heading(&mut self, node: &NodeRef, name: &str) {
        if self.nested > 0 {
            self.styled(node, |style| style.strong = true);
        } else if let Some(line) = self.line_of(node) {
            let level = name.bytes().last().map_or(2, |digit| digit.saturating_sub(b'0'));
            self.push_block(Block::Heading { level, line });
        }
    }

    /// Everything in an element as one line, as headings and cells need it.
    pub fn line_of(&mut self, node: &NodeRef) -> Option<Line> {
        let around = std::mem::take(&mut self.inline);
        self.in_line += 1;
        self.children(node);
        self.in_line -= 1;
        std::mem::replace(&mut self.inline, around).finish(true).into_iter().next()
    }
}

/// Elements that make blocks (HTML Standard, section 15.3); every other stands within a line.
fn is_block(name: &str) -> bool {
    const HEADINGS_AND_TEXT: [&str; 16] = [
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "p",
        "div",
        "blockquote",
        "pre",
        "address",
        "hr",
        "center",
        "hgroup",
        "figure",
        "figcaption",
    ];
    const SECTIONS: [&str; 16] = [
        "section", "article", "main", "header", "footer", "aside", "nav", "search", "details", "summary", "dialog",
        "form", "fieldset", "legend", "body", "html",
    ];
    const LISTS_AND_TABLES: [&str; 18] = [
        "ul", "ol", "menu", "li", "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th",
        "option", "button", "label",
    ];
    HEADINGS_AND_TEXT.contains(&name) || SECTIONS.contains(&name) || LISTS_AND_TABLES.contains(&name)
}
