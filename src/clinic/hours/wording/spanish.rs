//! The sentences in Spanish, with the 12-hour clock of the United States (`es-US` in CLDR).

use chrono::{Datelike, NaiveDate};

use super::super::{LocalTime, Weekday};
use super::{Day, Reason, Sentence, When, on_one_line, twelve_hour};

pub(super) fn write(sentence: &Sentence<'_>) -> String {
    match sentence {
        Sentence::OpenUntil(closes) => format!("Abierto hasta {}", when(closes)),
        Sentence::OpenAllHours => "Abierto las 24 horas".to_owned(),
        Sentence::ByAppointment(Some(closes)) => format!("Con cita hasta {}", when(closes)),
        Sentence::ByAppointment(None) => "Con cita".to_owned(),
        Sentence::ByAppointmentFrom(opens) => format!("Cerrado, con cita {}", when(opens)),
        Sentence::Closed { reason, opens } => {
            let closed = match reason {
                None => "Cerrado".to_owned(),
                Some(Reason::Written(why)) => format!("Cerrado por {}", on_one_line(why)),
                // The calendars name holidays in English.
                Some(Reason::Holiday(_)) => "Cerrado por día festivo".to_owned(),
            };
            opens.as_ref().map_or(closed.clone(), |opens| format!("{closed}, abre {}", when(opens)))
        }
        Sentence::TemporarilyClosedUntil(opens) => {
            format!("Cerrado temporalmente hasta {}", when(opens))
        }
        Sentence::TemporarilyClosedThrough(last) => {
            format!("Cerrado temporalmente hasta el {} inclusive", day_and_month(*last, true))
        }
        Sentence::TemporarilyClosed => "Cerrado temporalmente".to_owned(),
        Sentence::PermanentlyClosed => "Cerrado permanentemente".to_owned(),
        // Times in the afternoon end with a full stop of their own.
        Sentence::WeAreOpenUntil(closes) => ended(format!("Estamos abiertos hasta {}", when(closes))),
        Sentence::WeReopen(opens) => ended(format!("Volvemos a abrir {}", when(opens))),
    }
}

fn ended(sentence: String) -> String {
    if sentence.ends_with('.') { sentence } else { format!("{sentence}.") }
}

fn when(when: &When) -> String {
    let day = match &when.day {
        None => return clock(when.time),
        Some(Day::Today) => "hoy".to_owned(),
        Some(Day::Tomorrow) => "mañana".to_owned(),
        Some(Day::Weekday(day)) => format!("el {}", weekday(*day)),
        Some(Day::Date { date, with_year }) => {
            format!("el {} {}", weekday(Weekday::of(*date)), day_and_month(*date, *with_year))
        }
    };
    format!("{day} a {}", clock(when.time))
}

/// The time with its article, which is singular at one o'clock.
fn clock(time: LocalTime) -> String {
    if time == LocalTime::END_OF_DAY {
        return "la medianoche".to_owned();
    }
    let (hour, morning) = twelve_hour(time);
    let article = if hour == 1 { "la" } else { "las" };
    format!("{article} {hour}:{:02} {}", time.minute(), if morning { "a. m." } else { "p. m." })
}

fn day_and_month(date: NaiveDate, with_year: bool) -> String {
    let (day, month) = (date.day(), month(date));
    if with_year { format!("{day} de {month} de {}", date.year()) } else { format!("{day} de {month}") }
}

fn month(date: NaiveDate) -> &'static str {
    match date.month() {
        1 => "enero",
        2 => "febrero",
        3 => "marzo",
        4 => "abril",
        5 => "mayo",
        6 => "junio",
        7 => "julio",
        8 => "agosto",
        9 => "septiembre",
        10 => "octubre",
        11 => "noviembre",
        _ => "diciembre",
    }
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "lunes",
        Weekday::Tuesday => "martes",
        Weekday::Wednesday => "miércoles",
        Weekday::Thursday => "jueves",
        Weekday::Friday => "viernes",
        Weekday::Saturday => "sábado",
        Weekday::Sunday => "domingo",
    }
}
