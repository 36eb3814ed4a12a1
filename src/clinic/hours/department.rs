//! Hours beside those of the location: a department's, and those by appointment. Each is a schedule of its own.

use super::{Schedule, SpecialHours, WeeklyHours};

impl Schedule {
    /// The hours of one of the location's departments, those by appointment included. What closes the location closes
    /// it too, and what is added to the location's hours is not added to its own.
    #[must_use]
    pub fn of_department(&self, name: &str) -> Self {
        let of_it = |department: &Option<String>| department.as_deref() == Some(name);
        let hours = self.hours().iter().filter(|row| of_it(&row.department));
        let hours = hours.map(|row| WeeklyHours { department: None, ..row.clone() });
        let own = self.special().iter().filter(|row| of_it(&row.department));
        let own = own.map(|row| SpecialHours { department: None, ..row.clone() });
        self.with_rows(hours.collect(), self.closing_days().chain(own).collect())
    }

    /// When patients are seen by appointment; none where no hours are so.
    pub(super) fn by_appointment(&self) -> Option<Self> {
        let hours = self.hours().iter().filter(|row| row.department.is_none() && row.by_appointment);
        let hours: Vec<_> = hours.map(|row| WeeklyHours { by_appointment: false, ..row.clone() }).collect();
        (!hours.is_empty()).then(|| self.with_rows(hours, self.closing_days().collect()))
    }

    /// The names of the departments that have hours, each once, in the order of the rows.
    #[must_use]
    pub fn departments(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for name in self.hours().iter().filter_map(|row| row.department.as_deref()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The location's special rows that take hours away, without what they add.
    fn closing_days(&self) -> impl Iterator<Item = SpecialHours> {
        let closing = self.special().iter().filter(|row| row.closed && row.department.is_none());
        closing.map(|row| SpecialHours { intervals: Vec::new(), ..row.clone() })
    }
}
