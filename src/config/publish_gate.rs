//! How severe each finding of the publish gate is: a blocker or a warning, by the finding's name.

use super::parse::{Parsed, list};

/// The findings of the gate. A test beside the gate's rules holds the two lists together.
pub const GATE_CODES: [&str; 18] = [
    "author_required",
    "review_missing",
    "review_by_author",
    "licence_missing",
    "licence_expired",
    "next_review_missing",
    "review_overdue",
    "reference_missing",
    "disclosure_missing",
    "absolute_claim",
    "placeholder",
    "image_alt_missing",
    "heading_level_one",
    "heading_skipped",
    "section_empty",
    "link_text_empty",
    "link_broken",
    "link_unknown",
];

/// Whether a finding stops a publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GateSeverity {
    /// It does.
    Blocker,
    /// It does not.
    Warning,
}

/// The severities that differ from the usual ones, each finding once.
pub(super) fn publish_gate(text: &str) -> Parsed<Vec<(&'static str, GateSeverity)>> {
    let set = list(text, severity)?;
    for code in GATE_CODES {
        if set.iter().filter(|(given, _)| *given == code).count() > 1 {
            return Err(format!("gives {code} more than one severity").into());
        }
    }
    Ok(set)
}

fn severity(text: &str) -> Parsed<(&'static str, GateSeverity)> {
    let (name, severity) = text.split_once('=').ok_or("is not of the form finding=severity")?;
    let severity = match severity.trim() {
        "blocker" => GateSeverity::Blocker,
        "warning" => GateSeverity::Warning,
        _ => return Err("has a severity that is neither blocker nor warning".into()),
    };
    let name = name.trim();
    match GATE_CODES.into_iter().find(|code| *code == name) {
        Some(code) => Ok((code, severity)),
        None => Err(match near(name) {
            Some(code) => format!("names no finding; did you mean {code}?").into(),
            None => "names no finding".into(),
        }),
    }
}

/// The finding that was meant, where the name is a slip of the hand.
fn near(name: &str) -> Option<&'static str> {
    let name: String = name.chars().take(64).collect();
    let distances = GATE_CODES.into_iter().map(|code| (strsim::damerau_levenshtein(code, &name), code));
    distances.min().filter(|(distance, code)| *distance <= code.len() / 3).map(|(_, code)| code)
}
