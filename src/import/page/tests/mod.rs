//! Pages of an invented clinic with the traits of real ones.

mod fact_tests;
mod html_tests;
mod pages;
mod property_tests;
mod text_tests;

use std::fmt::Write as _;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{Page, PageFormat, Why, read_page};

fn text_page(text: &str) -> Page {
    read_page(text.as_bytes(), PageFormat::Text).unwrap()
}

fn html_page(html: &str) -> Page {
    read_page(html.as_bytes(), PageFormat::Html).unwrap()
}

fn html_body(body: &str) -> Page {
    html_page(&format!("<html><body><main><h1>Caring for a sprain</h1>{body}</main></body></html>"))
}

/// The pieces left for one reason.
fn left(page: &Page, why: Why) -> Vec<&str> {
    page.report.left.iter().filter(|left| left.why == why).map(|left| left.what.as_str()).collect()
}

/// The headings of a Markdown document as level and text.
fn headings(markdown: &str) -> Vec<(u8, String)> {
    let mut found = Vec::new();
    let mut level = 0;
    for event in Parser::new_ext(markdown, every_extension()) {
        match event {
            Event::Start(Tag::Heading { level: started, .. }) => {
                level = started as u8;
                found.push((level, String::new()));
            }
            Event::End(TagEnd::Heading(_)) => level = 0,
            Event::Text(text) | Event::Code(text) if level > 0 => {
                found.last_mut().unwrap().1.push_str(&text);
            }
            _ => {}
        }
    }
    found
}

/// Every extension but smart punctuation, which changes characters by design.
fn every_extension() -> Options {
    Options::all() - Options::ENABLE_SMART_PUNCTUATION - Options::ENABLE_OLD_FOOTNOTES
}

/// What a reader of the Markdown sees, numbers of lists included.
fn visible(markdown: &str) -> String {
    let mut out = String::new();
    let mut numbers: Vec<Option<u64>> = Vec::new();
    for event in Parser::new_ext(markdown, every_extension()) {
        match event {
            Event::Start(Tag::List(start)) => {
                out.push(' ');
                numbers.push(start);
            }
            Event::End(TagEnd::List(_)) => drop(numbers.pop()),
            Event::Start(Tag::Item) => {
                if let Some(Some(number)) = numbers.last_mut() {
                    let _ = write!(out, " {number}. ");
                    *number += 1;
                }
            }
            Event::Text(text) | Event::Code(text) => out.push_str(&text),
            Event::Start(Tag::BlockQuote(_) | Tag::CodeBlock(_) | Tag::Table(_))
            | Event::SoftBreak
            | Event::HardBreak
            | Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::TableCell | TagEnd::Item) => out.push(' '),
            Event::Html(_) | Event::InlineHtml(_) => panic!("raw HTML in {markdown:?}"),
            Event::InlineMath(_) | Event::DisplayMath(_) | Event::FootnoteReference(_) => {
                panic!("an extension took {markdown:?}")
            }
            _ => {}
        }
    }
    super::line::single_spaced(&out)
}
