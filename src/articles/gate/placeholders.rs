//! What a scraper left behind: stand-ins for addresses that a page hides from programs.

use super::{Code, Finding, Submission, wording};

/// As they are found on pages copied from sites that hide addresses, in the form of [`wording::words`].
const PLACEHOLDERS: [&str; 3] =
    [" email protected ", " correo electronico protegido ", " javascript to view the email "];

pub(super) fn find(submission: &Submission, findings: &mut Vec<Finding>) {
    for (pointer, text) in submission.texts() {
        for line in text.lines() {
            let words = wording::words(line);
            let bracketed = line.contains(['[', '<', '\u{a0}']) || words.trim() == "email protected";
            if PLACEHOLDERS.iter().any(|placeholder| words.contains(placeholder)) && bracketed {
                let message = "a scraper's placeholder stands where an address was";
                findings.push(Finding::at(pointer.clone(), Code::Placeholder, message).within(line));
            }
        }
    }
}
