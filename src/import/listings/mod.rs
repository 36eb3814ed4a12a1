//! Tables of locations and providers, and the locations of a Google Business Profile: rows become records in the form that
//! staff would send, each field with the column that it came from, so that a refusal can name it. Hours stay as they were
//! written, beside the name of their form: whoever knows hours reads them.
//!
//! | file | holds |
//! |---|---|
//! | `table` | a CSV file, row by row |
//! | `targets` | the fields that a column can be taken for, and the names by which columns are known |
//! | `mapping` | which column is taken for which field |
//! | `cells` | what a cell says |
//! | `google` | `Location` of the Business Information API |

mod cells;
pub mod google;
mod mapping;
mod table;
mod targets;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::Value;

pub use mapping::{Mapping, Mistake};
pub use table::{Row, Table, check};

/// What the rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A location each.
    Locations,
    /// A provider each.
    Providers,
}

impl Kind {
    /// The name in a mapping.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Locations => "locations",
            Self::Providers => "providers",
        }
    }
}

/// Hours as they were written.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenHours {
    /// `text`, `osm` or `google`.
    pub format: String,
    /// A text, or the location for `google`.
    pub value: Value,
    /// The day that they are for, by its English name; none where they name their days.
    pub day: Option<&'static str>,
    /// Where they stand.
    pub column: String,
}

/// Something of a listing that no field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Where it stands.
    pub column: String,
    /// Stable, in snake case.
    pub code: &'static str,
    /// One sentence for people.
    pub message: &'static str,
}

/// A location or provider as a listing has it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Listing {
    /// What the source calls it; none where it has no name for it.
    pub key: Option<String>,
    /// The fields, in the form that staff would send, without hours.
    pub fields: Value,
    /// The hours, in the order of the columns.
    pub hours: Vec<WrittenHours>,
    /// JSON pointer of each field, and where it came from.
    pub columns: BTreeMap<String, String>,
    /// What no field holds.
    pub left: Vec<Left>,
}

impl Listing {
    /// Where a field came from, or the nearest one around it.
    #[must_use]
    pub fn column_of(&self, pointer: &str) -> Option<&str> {
        let mut at = pointer;
        loop {
            if let Some(column) = self.columns.get(at) {
                return Some(column);
            }
            at = at.rsplit_once('/')?.0;
        }
    }
}
