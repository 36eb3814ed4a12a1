//! Where links lead. This program knows the articles and no other page of the clinic's site: what stands where articles
//! stand and is none is broken, what stands elsewhere is told as unknown. Refuses to ask other sites.

use std::collections::BTreeMap;

use url::Url;

use super::{Code, Finding, Submission};
use crate::body::{Part, structure};

/// What is known of paths on the clinic's site.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// The addresses under which the site is known, without a path.
    pub sites: Vec<String>,
    /// Where the article stands or will stand.
    pub own_path: String,
    /// Whether a visible or planned article stands there or is led to from there; absent where the path is unknown and
    /// no article ever stood beside it.
    pub known: BTreeMap<String, bool>,
}

/// The paths of the clinic's site that a body links to.
pub fn paths_of(markdown: &str, sites: &[String], own_path: &str) -> Vec<String> {
    let reach = Reach { sites: sites.to_vec(), own_path: own_path.to_owned(), known: BTreeMap::new() };
    let parts = structure(markdown);
    let paths = destinations(&parts).filter_map(|(destination, _)| match reach.target(destination) {
        Target::Page(path) => Some(path),
        Target::Here(_) | Target::Elsewhere => None,
    });
    let mut paths: Vec<_> = paths.collect();
    paths.sort();
    paths.dedup();
    paths
}

fn destinations(parts: &[Part]) -> impl Iterator<Item = (&str, u32)> {
    parts.iter().filter_map(|part| match part {
        Part::Link { destination, line, .. } => Some((destination.as_str(), *line)),
        _ => None,
    })
}

/// Where a link leads.
enum Target {
    /// To a place in the same text.
    Here(String),
    /// To a page of the clinic's site.
    Page(String),
    /// To another site, a telephone, a mailbox, or nowhere that is an address.
    Elsewhere,
}

impl Reach {
    fn target(&self, destination: &str) -> Target {
        let destination = destination.trim();
        if let Some(fragment) = destination.strip_prefix('#') {
            return Target::Here(fragment.to_owned());
        }
        // A site that nobody named still has paths.
        let sites: Vec<Url> = self.sites.iter().filter_map(|site| Url::parse(site).ok()).collect();
        let here = sites.first().cloned().or_else(|| Url::parse("https://site.invalid").ok());
        let Some(url) = here.and_then(|here| here.join(&self.own_path).ok()?.join(destination).ok()) else {
            return Target::Elsewhere;
        };
        let host = |url: &Url| (url.host_str().map(|host| host.trim_start_matches("www.").to_owned()), url.port());
        let web = matches!(url.scheme(), "http" | "https");
        let ours = sites.iter().any(|site| host(site) == host(&url)) || url.host_str() == Some("site.invalid");
        if !web || !ours {
            return Target::Elsewhere;
        }
        let path = match url.path().trim_end_matches('/') {
            "" => "/",
            path => path,
        };
        match url.fragment().filter(|_| path == self.own_path) {
            Some(fragment) => Target::Here(fragment.to_owned()),
            None => Target::Page(path.to_owned()),
        }
    }

    fn judge(&self, path: &str) -> Option<(Code, String)> {
        let beside = |path: &str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
        match self.known.get(path) {
            _ if path == self.own_path || path == "/" => None,
            Some(true) => None,
            Some(false) => Some((Code::LinkBroken, format!("no visible or planned article stands at {path}"))),
            None if beside(path) == beside(&self.own_path) => {
                Some((Code::LinkBroken, format!("no visible or planned article stands at {path}")))
            }
            None => Some((Code::LinkUnknown, format!("nothing is known here of {path}"))),
        }
    }
}

pub(super) fn find(submission: &Submission, parts: &[Part], findings: &mut Vec<Finding>) {
    let mut told: Vec<String> = Vec::new();
    for (destination, line) in destinations(parts) {
        let found = match submission.reach.target(destination) {
            Target::Elsewhere => None,
            Target::Here(fragment) if has_place(submission, &fragment) => None,
            Target::Here(fragment) => Some((
                Code::LinkBroken,
                format!("the text has no place of the name #{fragment}"),
                format!("#{fragment}"),
            )),
            Target::Page(path) => submission.reach.judge(&path).map(|(code, message)| (code, message, path)),
        };
        if let Some((code, message, subject)) = found
            && !told.contains(&subject)
        {
            findings.push(Finding::at("/body_markdown", code, message).about(&subject).on_line(line));
            told.push(subject);
        }
    }
}

/// Whether the body has a heading of that id; the top of a page is always there (HTML Living Standard §7.4.6.3). The
/// ids of footnotes are made by the program and lead where they should.
fn has_place(submission: &Submission, fragment: &str) -> bool {
    let decoded = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy();
    decoded.is_empty()
        || decoded.eq_ignore_ascii_case("top")
        || submission.headings.iter().any(|heading| heading.id == decoded)
}
