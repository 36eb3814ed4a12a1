//! Things met on the way through a page that are reported rather than kept in the article.

use dom_query::NodeRef;

use super::super::facts::FactBook;
use super::super::line::single_spaced;
use super::super::report::Why;

/// Elements that show nothing.
const UNSEEN: [&str; 9] = ["script", "style", "template", "noscript", "link", "meta", "base", "title", "head"];
/// Elements that show something other than text.
const MEDIA: [&str; 7] = ["iframe", "video", "audio", "object", "embed", "canvas", "frame"];
/// The longest description of a picture that is reported, in characters.
const DESCRIPTION_CHARS: usize = 200;

/// Things to report once the article is built.
#[derive(Debug, Default)]
pub(super) struct Found {
    left: Vec<(String, Why)>,
    unseen: u32,
    /// `tel:` and `mailto:` addresses around the article or in an `address` element.
    contact_links: Vec<String>,
}

impl Found {
    /// Offers the contact links as facts and reports the rest.
    pub fn report(self, book: &mut FactBook) {
        for link in &self.contact_links {
            book.offer_link(link);
        }
        for (what, why) in self.left {
            book.report.leave(what, why, None);
        }
        book.report.counts.unseen += self.unseen;
    }

    /// Notes an element that holds no text for the article; `false` for one that may.
    pub fn note(&mut self, node: &NodeRef, name: &str) -> bool {
        if UNSEEN.contains(&name) {
            self.unseen += 1;
        } else if MEDIA.contains(&name) {
            let source = node.attr_or("src", "");
            self.leave(&format!("{name} {source}"), Why::MediaNotImported);
        } else if name == "svg" {
            self.drawing(node);
        } else if matches!(name, "img" | "image") {
            self.picture(node);
        } else {
            return false;
        }
        true
    }

    /// Notes where a link leads and answers its target as an article may hold it; `contact` says that a phone or
    /// e-mail link in this place is the clinic's.
    pub fn link(&mut self, node: &NodeRef, contact: bool) -> Option<String> {
        let target = node.attr_or("href", "").trim().to_owned();
        let scheme = scheme_of(&target);
        let reaches_people = matches!(scheme.as_deref(), Some("tel" | "mailto"));
        if contact && reaches_people {
            self.contact_links.push(target.clone());
        }
        let known = matches!(scheme.as_deref(), None | Some("http" | "https"));
        if !known && !reaches_people {
            self.leave(&target, Why::UnsafeLink);
            return None;
        }
        let leads_nowhere = target.is_empty() || target == "#" || target.contains("/cdn-cgi/l/email-protection");
        (!leads_nowhere).then_some(target)
    }

    fn leave(&mut self, what: &str, why: Why) {
        self.left.push((single_spaced(what), why));
    }

    /// A drawing without words is decoration.
    fn drawing(&mut self, node: &NodeRef) {
        let words = single_spaced(&node.text());
        if words.is_empty() {
            self.unseen += 1;
        } else {
            self.leave(&words, Why::ImageNotImported);
        }
    }

    fn picture(&mut self, node: &NodeRef) {
        let alternative = single_spaced(&node.attr_or("alt", ""));
        let source = node.attr_or("src", "");
        let path = source.split(['?', '#']).next().unwrap_or_default();
        let file = path.rsplit('/').next().unwrap_or_default();
        let names = [alternative.as_str(), file, "image"];
        let name = names.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
        let name: String = name.chars().take(DESCRIPTION_CHARS).collect();
        self.leave(&name, Why::ImageNotImported);
    }
}

/// The scheme of a link in lower case, spaces and controls removed as browsers do (URL Standard, section 4.4).
fn scheme_of(target: &str) -> Option<String> {
    let (scheme, _) = target.split_once(':')?;
    if scheme.contains(['/', '?', '#']) {
        return None;
    }
    Some(scheme.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect::<String>().to_lowercase())
}
