//! A location as search engines read it: what the public reads, and its hours with the holidays as dates.

use serde_json::{Value, json};

use crate::clinic::{
    department::ShownDepartment,
    hours::{
        WeeklyHours,
        forms::{
            Hours,
            schema_org::{special, weekly},
        },
    },
    location::{Location, StatusCode, StoredLocation, Unreadable, Viewpoint},
};

/// A location with its hours.
pub(super) struct Place {
    pub(super) location: Location,
    hours: Hours,
}

impl Place {
    /// What is read at `seen`. One that is closed for good keeps no hours.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub(super) fn seen(stored: StoredLocation, seen: &Viewpoint<'_>) -> Result<Self, Unreadable> {
        let hours = stored.rows(seen.at)?;
        let location = stored.shown(seen)?;
        let keeps_hours = location.status.code != StatusCode::PermanentlyClosed;
        Ok(Self { location, hours: if keeps_hours { hours } else { Hours::default() } })
    }

    /// What repeats every week.
    pub(super) fn weekly(&self) -> Vec<Value> {
        weekly(&self.hours.hours)
    }

    /// What differs on particular dates.
    pub(super) fn special(&self) -> Vec<Value> {
        special(&self.hours.hours, &self.hours.special_hours)
    }

    /// The departments, each with its own hours.
    pub(super) fn departments(&self) -> Vec<Value> {
        self.location.departments.iter().map(|one| self.department(one)).collect()
    }

    fn department(&self, ShownDepartment { department, .. }: &ShownDepartment) -> Value {
        let of_it = self.hours.hours.iter().filter(|row| row.department.as_ref() == Some(&department.name));
        let own: Vec<_> = of_it.map(|row| WeeklyHours { department: None, ..row.clone() }).collect();
        json!({
            "@type": "MedicalClinic",
            "name": department.name,
            "telephone": department.phones.first().map(|phone| &phone.number),
            "email": department.email,
            "openingHoursSpecification": weekly(&own),
        })
    }
}
