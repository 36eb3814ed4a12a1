//! A department of a location: how it is reached, and whether it is open. Its hours stand among the location's, by its
//! name.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    clinic::ListedPhone,
    hours::{Open, OperatingStatus, Schedule},
    location::Viewpoint,
};

/// A department as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Department {
    /// Unique in its location, and what rows of hours name it by.
    #[schema(min_length = 1, max_length = 200, example = "Laboratory")]
    pub name: String,
    /// In the order in which to show them.
    pub phones: Vec<ListedPhone>,
    /// For this department.
    #[schema(required, format = Email)]
    pub email: Option<String>,
}

/// A department as the public reads it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ShownDepartment {
    /// As written, with how it is reached.
    #[serde(flatten)]
    pub department: Department,
    /// Whether it is open, by its own hours and what closes the location.
    pub open: Open,
}

/// The departments of a location: those that were written, then those that only rows of hours name.
pub fn all(written: &[Department], schedule: &Schedule) -> Vec<Department> {
    let mut all = written.to_vec();
    for name in schedule.departments() {
        if !all.iter().any(|department| department.name == name) {
            all.push(Department { name: name.to_owned(), phones: Vec::new(), email: None });
        }
    }
    all
}

impl Department {
    /// The department at an instant.
    pub fn shown(self, schedule: &Schedule, seen: &Viewpoint<'_>, status: OperatingStatus) -> ShownDepartment {
        let open = schedule.of_department(&self.name).open_at(seen.at, seen.locale, status);
        ShownDepartment { department: self, open }
    }
}
