//! The content of a post as plain HTML: block comments taken out, placeholders of plugins taken out and reported, frames
//! turned into links, and paragraphs made where the old editor left that to the moment of display.

use std::collections::BTreeMap;

use super::super::markup::{Piece, Tag, escaped, pieces};
use super::super::record::Article;
use super::super::why::Why;
use super::media::{self, Attachment};
use super::paragraphs;
use super::shortcodes::{self, Shortcode};

/// What the content may refer to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site<'a> {
    /// Where relative addresses lead.
    pub(super) base: Option<&'a url::Url>,
    /// The media library, by id.
    pub(super) attachments: &'a BTreeMap<String, Attachment>,
}

/// Rewrites the content of a post; what goes is noted in `article`.
pub(super) fn html(source: &str, site: Site<'_>, article: &mut Article) -> String {
    let closed = shortcodes::closed_names(source);
    let mut writing = Writing {
        out: String::with_capacity(source.len()),
        site,
        article,
        closed,
        verbatim: 0,
        anchors: 0,
        caption: None,
    };
    let has_blocks = source.contains("<!-- wp:");
    for piece in pieces(source) {
        match piece {
            Piece::Comment(comment) => writing.comment(comment.trim()),
            Piece::Tag(tag) => writing.tag(&tag),
            Piece::Text(text) => writing.text(text),
        }
    }
    let out = writing.out;
    if has_blocks { out } else { paragraphs::made(&out) }
}

struct Writing<'a> {
    out: String,
    site: Site<'a>,
    article: &'a mut Article,
    /// Names that stand in a closing placeholder.
    closed: Vec<String>,
    /// Open elements whose text is code.
    verbatim: usize,
    /// Open links.
    anchors: usize,
    caption: Option<Caption>,
}

/// How far the caption of a picture has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Caption {
    Picture,
    Words,
}

impl Writing<'_> {
    /// A block's comment says how it was edited; only one that closes itself stood for content of its own.
    fn comment(&mut self, comment: &str) {
        let Some(block) = comment.strip_prefix("wp:") else { return };
        let name = block.split_whitespace().next().unwrap_or_default();
        let harmless = ["spacer", "separator", "more", "nextpage"].contains(&name);
        if block.ends_with('/') && !harmless {
            let why = if name == "block" { Why::ReusableBlock } else { Why::DynamicBlock };
            self.article.note(why, name);
        }
    }

    fn tag(&mut self, tag: &Tag<'_>) {
        media::collect(tag, self.site.base, &mut self.article.media);
        if tag.is_among(&["pre", "code", "script", "style", "textarea"]) {
            self.verbatim = step(self.verbatim, tag.is_end);
        } else if tag.is("a") {
            self.anchors = step(self.anchors, tag.is_end);
        } else if tag.is("iframe") {
            return self.frame(tag);
        } else if tag.is("img")
            && let Some(rewritten) = media::absolute_image(tag, self.site.base)
        {
            self.out.push_str(&rewritten);
            return;
        }
        self.out.push_str(tag.source);
    }

    /// What a frame shows is another site's: a link leads to it.
    fn frame(&mut self, tag: &Tag<'_>) {
        let Some(address) = tag.attribute("src").filter(|_| !tag.is_end) else { return };
        let address = if address.starts_with("//") { format!("https:{address}") } else { address };
        self.out.push_str(&media::link(&address));
        self.article.note(Why::EmbedBecameLink, address);
    }

    fn text(&mut self, text: &str) {
        if self.verbatim > 0 {
            self.out.push_str(text);
            return;
        }
        let mut rest = text;
        while let Some((before, shortcode, after)) = shortcodes::next(rest, &self.closed) {
            self.plain(before);
            self.shortcode(&shortcode);
            rest = after;
        }
        self.plain(rest);
    }

    /// Text without placeholders. A line that is nothing but an address was shown as what stands there.
    fn plain(&mut self, text: &str) {
        if self.caption == Some(Caption::Picture) && !text.trim().is_empty() {
            self.caption = Some(Caption::Words);
            self.out.push_str("<figcaption>");
        }
        if self.anchors > 0 || !text.contains("://") {
            self.out.push_str(text);
            return;
        }
        for line in text.split_inclusive('\n') {
            let address = line.trim();
            let lone = (address.starts_with("https://") || address.starts_with("http://"))
                && !address.contains(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"'));
            if lone {
                self.out.push_str(&media::link(&address.replace("&amp;", "&").replace("&#038;", "&")));
                self.out.push('\n');
            } else {
                self.out.push_str(line);
            }
        }
    }

    fn shortcode(&mut self, shortcode: &Shortcode<'_>) {
        match (shortcode.name, shortcode.is_end) {
            ("caption" | "wp_caption", false) => {
                self.caption = Some(Caption::Picture);
                self.out.push_str("<figure>");
            }
            ("caption" | "wp_caption", true) => {
                let words = self.caption.take() == Some(Caption::Words);
                self.out.push_str(if words { "</figcaption></figure>" } else { "</figure>" });
            }
            ("gallery", false) => self.gallery(shortcode),
            ("audio" | "video", false) => self.player(shortcode),
            (name, false) if name != "embed" => self.article.note(Why::ShortcodeRemoved, format!("[{name}]")),
            _ => {}
        }
    }

    fn gallery(&mut self, shortcode: &Shortcode<'_>) {
        let ids = shortcode.attribute("ids").or_else(|| shortcode.attribute("include")).unwrap_or_default();
        let known = ids.split(',').filter_map(|id| self.site.attachments.get(id.trim()));
        let pictures: Vec<&Attachment> = known.take(100).collect();
        if pictures.is_empty() {
            self.article.note(Why::ShortcodeRemoved, "[gallery]");
        }
        for picture in pictures {
            media::keep(&picture.url, &mut self.article.media);
            let (source, alt) = (escaped(&picture.url), escaped(&picture.alt));
            self.out.extend(["\n\n<img src=\"", &source, "\" alt=\"", &alt, "\">\n\n"]);
        }
    }

    fn player(&mut self, shortcode: &Shortcode<'_>) {
        let sources = ["src", "mp3", "m4a", "ogg", "wav", "mp4", "m4v", "webm", "ogv"];
        match sources.into_iter().find_map(|name| shortcode.attribute(name)) {
            Some(address) => {
                media::keep(&address, &mut self.article.media);
                self.out.push_str(&media::link(&address));
                self.article.note(Why::EmbedBecameLink, address);
            }
            None => self.article.note(Why::ShortcodeRemoved, format!("[{}]", shortcode.name)),
        }
    }
}

fn step(open: usize, is_end: bool) -> usize {
    if is_end { open.saturating_sub(1) } else { open + 1 }
}
