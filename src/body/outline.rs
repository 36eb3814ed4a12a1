//! The headings of a body and their ids, and a look at its images.

use std::collections::{HashMap, HashSet};

use pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};

use super::footnotes::Document;
use super::manuscript::Manuscript;
use super::report::{Finding, Report};
use super::structure::is_decorative;
use super::{Heading, parser};

/// The longest slug, before a number that makes it unique.
const MAX_SLUG: usize = 80;

/// The headings in reading order.
pub(super) fn headings(document: &Document<'_>) -> Vec<Heading> {
    let mut ids = Ids::default();
    let mut headings = Vec::new();
    let mut open: Option<String> = None;
    for event in document.events() {
        match event {
            Event::Start(Tag::Heading { .. }) => open = Some(String::new()),
            Event::End(TagEnd::Heading(level)) => {
                let text = open.take().unwrap_or_default();
                let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                headings.push(Heading { level: number(*level), id: ids.unique(&slug(&text)), text });
            }
            Event::Text(words) | Event::Code(words) => {
                if let Some(text) = &mut open {
                    text.push_str(words);
                }
            }
            Event::SoftBreak | Event::HardBreak => {
                if let Some(text) = &mut open {
                    text.push(' ');
                }
            }
            _ => {}
        }
    }
    headings
}

/// Reports images without alternative text (WCAG 2.2, 1.1.1).
pub(super) fn report_images(manuscript: &Manuscript, report: &mut Report) {
    let mut images: Vec<bool> = Vec::new();
    for (event, range) in parser(manuscript.text()).into_offset_iter() {
        match event {
            Event::Start(Tag::Image { title, .. }) => images.push(is_decorative(&title)),
            Event::End(TagEnd::Image) if images.pop() == Some(false) => {
                report.add(Finding::ImageWithoutAlt, Some("img"), manuscript.line_at(range.start));
            }
            Event::Text(text) | Event::Code(text) if !text.trim().is_empty() => {
                images.fill(true);
            }
            _ => {}
        }
    }
}

/// ASCII letters, digits and single hyphens; `section` where nothing is left.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for character in deunicode::deunicode(text).chars() {
        if character.is_ascii_alphanumeric() {
            slug.push(character.to_ascii_lowercase());
        } else if character != '\'' && !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= MAX_SLUG {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    match slug.split('-').next() {
        None | Some("") => "section".to_owned(),
        // The ids of footnotes (`fn-1`, `fnref-1-2`) stay theirs.
        Some("fn" | "fnref") => format!("section-{slug}"),
        Some(_) => slug.to_owned(),
    }
}

pub(super) fn number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

/// Ids given so far.
#[derive(Default)]
struct Ids {
    taken: HashSet<String>,
    next: HashMap<String, u32>,
}

impl Ids {
    /// The slug itself, else with `-2`, `-3` and so on.
    fn unique(&mut self, slug: &str) -> String {
        let next = self.next.entry(slug.to_owned()).or_insert(1);
        loop {
            let id = if *next == 1 { slug.to_owned() } else { format!("{slug}-{next}") };
            *next += 1;
            if self.taken.insert(id.clone()) {
                return id;
            }
        }
    }
}
