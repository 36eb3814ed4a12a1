//! Opening hours of one location: whether it is open at an instant, when that changes, the sentence that says so, and
//! the list of opened days.
//!
//! Pure rules: the instant, the zone, the rows and the language are parameters. The room refuses the wall clock, SQL
//! and HTTP, and knows nothing of a location but its hours.
//!
//! How local times become instants (the zone's rules are IANA's, as `chrono-tz` carries them):
//! - an interval belongs to the day it starts on and may run past midnight into the next;
//! - a time that the clocks skip moves forward to the first instant that exists, and an interval that is left with no
//!   length is dropped;
//! - of a time that comes twice, an opening takes the earlier instant and a closing the later;
//! - a closure takes its time out of whatever is open, by instants and not by days;
//! - a public holiday takes the hours of its day away, unless special hours speak of that day;
//! - hours of a department or by appointment are not when the location is open.

mod business;
mod closure;
mod department;
pub mod forms;
mod holidays;
mod local_time;
mod mistakes;
mod now;
mod schedule;
mod special;
mod stretch;
mod week;
mod wording;
mod zone;

#[cfg(test)]
mod tests;

pub use closure::Closure;
pub use holidays::{CALENDAR_FORM, Holiday, HolidayMistake, HolidayRule, Holidays, holiday_names, holidays_of};
pub use local_time::{LocalTime, LocalTimeError};
pub use mistakes::HoursMistake;
use mistakes::{MAX_INTERVALS, MAX_SPECIAL_ROWS, MAX_WEEKLY_ROWS};
pub use now::{Open, OperatingStatus};
pub use schedule::{MAX_DAYS, OpenDay, OpenInterval, Schedule};
pub use special::{Interval, SpecialHours};
pub use week::{Weekday, WeeklyHours};
