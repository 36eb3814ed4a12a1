//! The inquiries of a report as a table, for those who write the letters.

use chrono::SecondsFormat;

use super::report::BreachReport;

/// One line an inquiry, with a line of names first, and one a delivery that was none yet. Ids, names of fields and instants
/// alone: no cell is a formula.
///
/// # Errors
/// Those of the writer, which writes to memory.
pub fn as_csv(report: &BreachReport) -> Result<Vec<u8>, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["inquiry", "certainty", "fields", "times", "first_at", "last_at"])?;
    for inquiry in &report.inquiries {
        let instant = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        table.write_record([
            inquiry.id.to_string(),
            inquiry.certainty.to_owned(),
            inquiry.fields.join(" "),
            inquiry.times.to_string(),
            instant(inquiry.first_at),
            instant(inquiry.last_at),
        ])?;
    }
    for delivery in &report.deliveries {
        let id = delivery.to_string();
        table.write_record([id.as_str(), "certain", "delivery", "", "", ""])?;
    }
    table.into_inner().map_err(|error| error.into_error().into())
}
