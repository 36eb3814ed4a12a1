//! How a body is built, for those who hear it read or walk it by its headings (WCAG 2.2: 1.1.1, 1.3.1, 2.4.4, 2.4.6).

use super::{Code, Finding, Submission};
use crate::body::Part;

const BODY: &str = "/body_markdown";

pub(super) fn find(submission: &Submission, parts: &[Part], findings: &mut Vec<Finding>) {
    if let Some(cover) = &submission.cover
        && cover.alt.is_none()
        && !cover.decorative
    {
        findings.push(without_alt("/cover/alt", &cover.url));
    }
    find_levels(parts, findings);
    find_empty_sections(parts, findings);
    for part in parts {
        match part {
            Part::Image { url, alt, decorative: false, line } if alt.trim().is_empty() => {
                findings.push(without_alt(BODY, url).on_line(*line));
            }
            Part::Link { destination, text, line } if text.trim().is_empty() => {
                let message = "a link shows nothing that a reader could follow";
                findings.push(Finding::at(BODY, Code::LinkTextEmpty, message).about(destination).on_line(*line));
            }
            _ => {}
        }
    }
}

fn without_alt(pointer: &str, url: &str) -> Finding {
    let message = "the picture has no alternative text and is not marked as decorative";
    Finding::at(pointer, Code::ImageAltMissing, message).about(url)
}

/// The title is the one heading of level 1: the body begins below it.
fn find_levels(parts: &[Part], findings: &mut Vec<Finding>) {
    let mut above = 1;
    for part in parts {
        let Part::Heading { level, text, line } = part else { continue };
        let (code, message) = match *level {
            1 => (Code::HeadingLevelOne, "level 1 is the title's".to_owned()),
            level if level > above + 1 => {
                (Code::HeadingSkipped, format!("level {level} follows level {above} directly"))
            }
            _ => {
                above = *level;
                continue;
            }
        };
        above = *level;
        findings.push(Finding::at(BODY, code, message).about(text).within(text).on_line(*line));
    }
}

/// A heading followed by one of its own level or above, or by the end, has nothing below it.
fn find_empty_sections(parts: &[Part], findings: &mut Vec<Finding>) {
    for (index, part) in parts.iter().enumerate() {
        let Part::Heading { level, text, line } = part else { continue };
        // Links and pictures within the heading come after it and are no content of the section.
        let next = parts.iter().skip(index + 1).find(|part| matches!(part, Part::Heading { .. } | Part::Content));
        let empty = match next {
            None => true,
            Some(Part::Heading { level: next, .. }) => next <= level,
            Some(_) => false,
        };
        if empty {
            let message = "nothing stands below this heading";
            findings.push(Finding::at(BODY, Code::SectionEmpty, message).about(text).within(text).on_line(*line));
        }
    }
}
