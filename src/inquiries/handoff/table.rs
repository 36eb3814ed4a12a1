//! An inquiry as a row of CSV (RFC 4180). Refuses a cell that a spreadsheet would take for a formula (CWE-1236): one that
//! begins with `=`, `+`, `-`, `@`, a tab or a line break is led by an apostrophe. So is one that begins with an
//! apostrophe, so that taking the first one away gives back every cell as it was.

use crate::{http::ApiError, inquiries::desk::InquiryDetail};

/// The names of the columns, in their order.
const COLUMNS: [&str; 35] = [
    "id",
    "received_at",
    "receipt",
    "status",
    "close_reason",
    "priority",
    "form",
    "kind",
    "source",
    "location",
    "recognised_service",
    "assignee",
    "due_at",
    "first_responded_at",
    "attempts",
    "name",
    "given_name",
    "family_name",
    "email",
    "phone",
    "preferred_contact",
    "preferred_times",
    "service",
    "message",
    "language",
    "on_behalf_of",
    "consents",
    "answers",
    "attachments",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "landing_page",
    "spam_reasons",
    "retention_expires_at",
];

/// The first line.
///
/// # Errors
/// [`ApiError::Internal`] where it cannot be written.
pub fn head() -> Result<Vec<u8>, ApiError> {
    line(COLUMNS.map(str::to_owned))
}

/// The line of an inquiry, ended by a carriage return and a line feed.
///
/// # Errors
/// [`ApiError::Internal`] where it cannot be written.
pub fn row(inquiry: &InquiryDetail) -> Result<Vec<u8>, ApiError> {
    let told = serde_json::to_value(inquiry).map_err(|_| ApiError::Internal)?;
    let text = |pointer: &str| match told.pointer(pointer) {
        Some(serde_json::Value::String(text)) => text.clone(),
        None | Some(serde_json::Value::Null) => String::new(),
        Some(other) => other.to_string(),
    };
    let cell = |column: &str| match column {
        "form" | "location" | "recognised_service" => text(&format!("/{column}/slug")),
        "assignee" => text("/assignee/name"),
        "preferred_times" => inquiry.preferred_times.join("; "),
        "spam_reasons" => inquiry.spam_reasons.join("; "),
        "consents" => consents(inquiry),
        "answers" => answers(inquiry),
        "attachments" => inquiry.attachments.iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join("; "),
        "utm_source" | "utm_medium" | "utm_campaign" | "landing_page" => text(&format!("/attribution/{column}")),
        _ => text(&format!("/{column}")),
    };
    line(COLUMNS.map(|column| guarded(cell(column))))
}

/// As `purpose version: granted`, one after the other.
fn consents(inquiry: &InquiryDetail) -> String {
    let said = inquiry.consents.iter().map(|consent| {
        let version = consent.text_version.as_deref().unwrap_or("without text");
        format!("{} {version}: {}", consent.purpose, if consent.granted { "granted" } else { "refused" })
    });
    said.collect::<Vec<_>>().join("; ")
}

/// As `name: value`, a line each.
fn answers(inquiry: &InquiryDetail) -> String {
    let said = inquiry.answers.iter().map(|answer| format!("{}: {}", answer.name, answer.value));
    said.collect::<Vec<_>>().join("\n")
}

/// A cell that is text to every spreadsheet.
fn guarded(cell: String) -> String {
    const LEADS: [char; 12] = ['=', '+', '-', '@', '\t', '\r', '\n', '\'', '＝', '＋', '－', '＠'];
    if cell.starts_with(LEADS) { format!("'{cell}") } else { cell }
}

fn line<const N: usize>(cells: [String; N]) -> Result<Vec<u8>, ApiError> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(cells).map_err(|_| ApiError::Internal)?;
    writer.into_inner().map_err(|_| ApiError::Internal)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_back(line: &[u8]) -> Vec<String> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line);
        let record = reader.records().next().unwrap().unwrap();
        record.iter().map(|cell| cell.strip_prefix('\'').unwrap_or(cell).to_owned()).collect()
    }

    #[test]
    fn no_cell_is_a_formula_to_a_spreadsheet() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "'=1"] {
            assert_eq!(guarded(formula.to_owned()), format!("'{formula}"));
        }
        assert_eq!(guarded("a=1".to_owned()), "a=1");
        assert_eq!(guarded(String::new()), "");
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_back(first in "(?s).{0,20}", second in "['=+\\-@\t\r\n\",;a]{0,6}") {
            // Not at the beginning of the file, where readers take a byte order mark away.
            let written = line(["id".to_owned(), guarded(first.clone()), guarded(second.clone())]).unwrap();
            prop_assert_eq!(read_back(&written), vec!["id".to_owned(), first, second]);
        }
    }
}
