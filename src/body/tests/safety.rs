//! A strict look at what leaves the room, independent of how it was made.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer};
use pulldown_cmark::{Event, Options, Parser, Tag as MarkdownTag};

use crate::body::{Body, allowlist};

/// Asserts that neither the HTML nor the Markdown of a body holds anything outside the lists.
pub(super) fn assert_safe(body: &Body, source: &str) {
    assert_eq!(complaints(&body.html), [""; 0], "{:?} from {source:?}", body.html);
    for options in [Options::empty(), Options::ENABLE_TABLES, gfm(), everything()] {
        assert_markdown_safe(&body.markdown, options, source);
    }
}

fn gfm() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS
}

fn everything() -> Options {
    gfm() | Options::ENABLE_FOOTNOTES | Options::ENABLE_GFM
}

/// Reads the Markdown as another engine would, with fewer or other extensions.
fn assert_markdown_safe(markdown: &str, options: Options, source: &str) {
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => {
                panic!("{html:?} is live with {options:?} in {markdown:?} from {source:?}")
            }
            Event::Start(MarkdownTag::Link { dest_url, .. } | MarkdownTag::Image { dest_url, .. }) => {
                assert!(is_tame(&dest_url), "{dest_url:?} with {options:?} in {markdown:?} from {source:?}");
            }
            _ => {}
        }
    }
}

/// Not the room's own rule, on purpose: what no browser may take for script.
pub(super) fn is_tame(address: &str) -> bool {
    let bare: String = address.chars().filter(|c| u32::from(*c) > 0x20).collect::<String>().to_lowercase();
    !["javascript:", "vbscript:", "data:", "blob:", "filesystem:"].iter().any(|scheme| bare.starts_with(scheme))
}

fn complaints(html: &str) -> Vec<String> {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let tokenizer = Tokenizer::new(Inspector::default(), html5ever::tokenizer::TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

#[derive(Default)]
struct Inspector(RefCell<Vec<String>>);

impl TokenSink for Inspector {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => self.inspect(&tag),
            Token::CommentToken(_) | Token::DoctypeToken(_) => {
                self.0.borrow_mut().push("a declaration".to_owned());
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Inspector {
    fn inspect(&self, tag: &Tag) {
        let name = &*tag.name;
        let mut complaints = self.0.borrow_mut();
        if !allowlist::RENDERED.contains(&name) {
            complaints.push(format!("element {name}"));
        }
        if tag.kind == TagKind::EndTag {
            return;
        }
        if name == "iframe" {
            let has = |wanted: &str| tag.attrs.iter().any(|attribute| &*attribute.name.local == wanted);
            let missing = ["src", "sandbox", "title"].iter().filter(|wanted| !has(wanted));
            complaints.extend(missing.map(|wanted| format!("iframe without {wanted}")));
        }
        for attribute in &tag.attrs {
            let (key, value) = (&*attribute.name.local, &*attribute.value);
            let of_element = allowlist::RENDERED_ATTRIBUTES.iter().find(|(of, _)| *of == name);
            let listed = of_element.is_some_and(|(_, names)| names.contains(&key))
                || matches!(
                    (name, key),
                    ("blockquote" | "sup" | "section" | "a" | "figure", "class") | ("input", "type")
                );
            if !listed || !allowlist::permitted(name, key, value) || matches!(key, "href" | "src") && !is_tame(value) {
                complaints.push(format!("{name} {key}={value:?}"));
            }
        }
    }
}
