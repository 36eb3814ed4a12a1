//! The sentences in English.

use chrono::{Datelike, Month, NaiveDate};

use super::super::{LocalTime, Weekday};
use super::{Day, Reason, Sentence, When, on_one_line, twelve_hour};

pub(super) fn write(sentence: &Sentence<'_>) -> String {
    match sentence {
        Sentence::OpenUntil(closes) => format!("Open until {}", when(closes)),
        Sentence::OpenAllHours => "Open 24 hours".to_owned(),
        Sentence::ByAppointment(Some(closes)) => format!("By appointment until {}", when(closes)),
        Sentence::ByAppointment(None) => "By appointment".to_owned(),
        Sentence::ByAppointmentFrom(opens) => format!("Closed, by appointment {}", when(opens)),
        Sentence::Closed { reason, opens } => {
            let closed = match reason {
                None => "Closed".to_owned(),
                Some(Reason::Written(why) | Reason::Holiday(why)) => format!("Closed for {}", on_one_line(why)),
            };
            opens.as_ref().map_or(closed.clone(), |opens| format!("{closed}, opens {}", when(opens)))
        }
        Sentence::TemporarilyClosedUntil(opens) => {
            format!("Temporarily closed until {}", when(opens))
        }
        Sentence::TemporarilyClosedThrough(last) => {
            format!("Temporarily closed through {}", month_and_day(*last, true))
        }
        Sentence::TemporarilyClosed => "Temporarily closed".to_owned(),
        Sentence::PermanentlyClosed => "Permanently closed".to_owned(),
        Sentence::WeAreOpenUntil(closes) => format!("We are open until {}.", when(closes)),
        Sentence::WeReopen(opens) => format!("We reopen {}.", when(opens)),
    }
}

fn when(when: &When) -> String {
    let time = clock(when.time);
    let day = match &when.day {
        None => return time,
        Some(Day::Today) => "today".to_owned(),
        Some(Day::Tomorrow) => "tomorrow".to_owned(),
        Some(Day::Weekday(day)) => weekday(*day).to_owned(),
        Some(Day::Date { date, with_year }) => {
            format!("{}, {}", weekday(Weekday::of(*date)), month_and_day(*date, *with_year))
        }
    };
    format!("{day} at {time}")
}

fn clock(time: LocalTime) -> String {
    if time == LocalTime::END_OF_DAY {
        return "midnight".to_owned();
    }
    let (hour, morning) = twelve_hour(time);
    format!("{hour}:{:02} {}", time.minute(), if morning { "AM" } else { "PM" })
}

fn month_and_day(date: NaiveDate, with_year: bool) -> String {
    let month = u8::try_from(date.month()).ok().and_then(|number| Month::try_from(number).ok());
    let name = month.map_or("", |month| month.name());
    if with_year { format!("{name} {}, {}", date.day(), date.year()) } else { format!("{name} {}", date.day()) }
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}
