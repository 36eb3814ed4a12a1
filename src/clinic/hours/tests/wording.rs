//! The sentences, in both languages.

use super::*;

const CHRISTMAS: &str = "2026-12-25";

fn says(clinic: &Schedule, instant: &str, english: &str, spanish: &str) {
    says_with(clinic, instant, OperatingStatus::Open, english, spanish);
}

fn says_with(clinic: &Schedule, instant: &str, status: OperatingStatus, english: &str, spanish: &str) {
    assert_eq!(clinic.open_at(at(instant), "en-US", status).text, english, "{instant}");
    assert_eq!(clinic.open_at(at(instant), "es-MX", status).text, spanish, "{instant}");
}

#[test]
fn an_open_clinic_says_until_when() {
    let clinic =
        new_york(&[weekly(&MON_TO_FRI, "08:00", "17:00"), weekly(&[Weekday::Saturday], "09:00", "13:00")], &[]);
    says(&clinic, "2026-06-15T09:00-04:00", "Open until 5:00 PM", "Abierto hasta las 5:00 p. m.");
    says(&clinic, "2026-06-20T09:00-04:00", "Open until 1:00 PM", "Abierto hasta la 1:00 p. m.");
}

#[test]
fn noon_and_midnight_are_named_as_people_do() {
    let clinic =
        new_york(&[weekly(&[Weekday::Monday], "00:30", "12:00"), weekly(&[Weekday::Tuesday], "08:00", "24:00")], &[]);
    says(&clinic, "2026-06-15T09:00-04:00", "Open until 12:00 PM", "Abierto hasta las 12:00 p. m.");
    says(&clinic, "2026-06-16T09:00-04:00", "Open until midnight", "Abierto hasta la medianoche");
    says(
        &clinic,
        "2026-06-14T09:00-04:00",
        "Closed, opens tomorrow at 12:30 AM",
        "Cerrado, abre mañana a las 12:30 a. m.",
    );
}

#[test]
fn a_night_says_its_hour_and_a_long_opening_its_day() {
    let rows = [
        weekly(&[Weekday::Friday], "12:00", "02:00"),
        weekly(&[Weekday::Monday], "08:00", "24:00"),
        weekly(&[Weekday::Tuesday], "00:00", "00:00"),
        weekly(&[Weekday::Wednesday], "00:00", "15:00"),
    ];
    let clinic = new_york(&rows, &[]);
    says(&clinic, "2026-06-19T13:00-04:00", "Open until tomorrow at 2:00 AM", "Abierto hasta mañana a las 2:00 a. m.");
    says(&clinic, "2026-06-19T14:00-04:00", "Open until 2:00 AM", "Abierto hasta las 2:00 a. m.");
    says(
        &clinic,
        "2026-06-15T09:00-04:00",
        "Open until Wednesday at 3:00 PM",
        "Abierto hasta el miércoles a las 3:00 p. m.",
    );
}

#[test]
fn open_24_hours_has_no_closing_within_six_days() {
    let clinic = new_york(&[weekly(&EVERY_DAY, "00:00", "24:00")], &[closed(CHRISTMAS, CHRISTMAS, Some("Christmas"))]);
    says(&clinic, "2026-06-15T09:00-04:00", "Open 24 hours", "Abierto las 24 horas");
    says(
        &clinic,
        "2026-12-21T09:00-05:00",
        "Open until Thursday at midnight",
        "Abierto hasta el jueves a la medianoche",
    );
    says(&clinic, "2026-12-24T09:00-05:00", "Open until midnight", "Abierto hasta la medianoche");
    says(
        &clinic,
        "2026-12-25T09:00-05:00",
        "Closed for Christmas, opens tomorrow at 12:00 AM",
        "Cerrado por Christmas, abre mañana a las 12:00 a. m.",
    );
}

#[test]
fn a_closed_clinic_says_when_it_opens() {
    let clinic = new_york(&[weekly(&[Weekday::Monday, Weekday::Friday], "08:00", "17:00")], &[]);
    says(&clinic, "2026-06-15T07:00-04:00", "Closed, opens today at 8:00 AM", "Cerrado, abre hoy a las 8:00 a. m.");
    says(
        &clinic,
        "2026-06-18T18:00-04:00",
        "Closed, opens tomorrow at 8:00 AM",
        "Cerrado, abre mañana a las 8:00 a. m.",
    );
    says(
        &clinic,
        "2026-06-15T18:00-04:00",
        "Closed, opens Friday at 8:00 AM",
        "Cerrado, abre el viernes a las 8:00 a. m.",
    );
    says(&new_york(&[], &[]), "2026-06-15T18:00-04:00", "Closed", "Cerrado");
}

#[test]
fn an_opening_over_six_days_away_has_its_date() {
    let clinic = new_york(
        &[],
        &[extra("2026-06-22", &[interval("13:00", "15:00")]), extra("2027-01-04", &[interval("08:30", "12:00")])],
    );
    says(
        &clinic,
        "2026-06-16T09:00-04:00",
        "Closed, opens Monday at 1:00 PM",
        "Cerrado, abre el lunes a la 1:00 p. m.",
    );
    says(
        &clinic,
        "2026-06-15T09:00-04:00",
        "Closed, opens Monday, June 22 at 1:00 PM",
        "Cerrado, abre el lunes 22 de junio a la 1:00 p. m.",
    );
    says(
        &clinic,
        "2026-06-23T09:00-04:00",
        "Closed, opens Monday, January 4, 2027 at 8:30 AM",
        "Cerrado, abre el lunes 4 de enero de 2027 a las 8:30 a. m.",
    );
}

#[test]
fn a_special_day_gives_its_reason_while_it_closes_the_clinic() {
    let days = [
        closed("2026-11-26", "2026-11-26", Some("  Thanksgiving\n")),
        short_day("2026-12-24", &[interval("09:00", "12:00")], "Christmas Eve"),
        closed("2026-12-29", "2026-12-29", Some(" ")),
    ];
    let clinic = new_york(&[weekly(&MON_TO_FRI, "08:00", "17:00")], &days);
    says(
        &clinic,
        "2026-11-26T10:00-05:00",
        "Closed for Thanksgiving, opens tomorrow at 8:00 AM",
        "Cerrado por Thanksgiving, abre mañana a las 8:00 a. m.",
    );
    says(&clinic, "2026-11-27T07:00-05:00", "Closed, opens today at 8:00 AM", "Cerrado, abre hoy a las 8:00 a. m.");
    says(&clinic, "2026-12-24T08:30-05:00", "Closed, opens today at 9:00 AM", "Cerrado, abre hoy a las 9:00 a. m.");
    says(
        &clinic,
        "2026-12-24T14:00-05:00",
        "Closed for Christmas Eve, opens tomorrow at 8:00 AM",
        "Cerrado por Christmas Eve, abre mañana a las 8:00 a. m.",
    );
    says(
        &clinic,
        "2026-12-29T10:00-05:00",
        "Closed, opens tomorrow at 8:00 AM",
        "Cerrado, abre mañana a las 8:00 a. m.",
    );
}

#[test]
fn a_night_taken_away_gives_its_reason_after_midnight_too() {
    let clinic = new_york(
        &[weekly(&[Weekday::Saturday], "22:00", "02:00")],
        &[closed("2026-06-20", "2026-06-20", Some("Inventory"))],
    );
    says(
        &clinic,
        "2026-06-21T01:00-04:00",
        "Closed for Inventory, opens Saturday at 10:00 PM",
        "Cerrado por Inventory, abre el sábado a las 10:00 p. m.",
    );
    says(
        &clinic,
        "2026-06-21T02:00-04:00",
        "Closed, opens Saturday at 10:00 PM",
        "Cerrado, abre el sábado a las 10:00 p. m.",
    );
}

#[test]
fn a_status_beats_the_hours() {
    let clinic = new_york(&[weekly(&MON_TO_FRI, "08:00", "17:00")], &[]);
    let closed_until = |until: &str| OperatingStatus::TemporarilyClosed { until: Some(date(until)) };
    let noon = "2026-06-15T12:00-04:00";
    says_with(
        &clinic,
        noon,
        closed_until("2026-06-17"),
        "Temporarily closed until Thursday at 8:00 AM",
        "Cerrado temporalmente hasta el jueves a las 8:00 a. m.",
    );
    says_with(
        &clinic,
        noon,
        closed_until("2028-06-17"),
        "Temporarily closed through June 17, 2028",
        "Cerrado temporalmente hasta el 17 de junio de 2028 inclusive",
    );
    says_with(&clinic, noon, closed_until("2026-06-14"), "Open until 5:00 PM", "Abierto hasta las 5:00 p. m.");
    says_with(
        &clinic,
        noon,
        OperatingStatus::TemporarilyClosed { until: None },
        "Temporarily closed",
        "Cerrado temporalmente",
    );
    says_with(&clinic, noon, OperatingStatus::PermanentlyClosed, "Permanently closed", "Cerrado permanentemente");
}

#[test]
fn the_language_is_the_first_subtag_and_english_where_it_is_not_ours() {
    let clinic = new_york(&[weekly(&EVERY_DAY, "00:00", "24:00")], &[]);
    for (locale, text) in [
        ("es", "Abierto las 24 horas"),
        ("ES_us", "Abierto las 24 horas"),
        ("est", "Open 24 hours"),
        ("fr", "Open 24 hours"),
        ("", "Open 24 hours"),
    ] {
        assert_eq!(clinic.open_at(at("2026-06-15T09:00-04:00"), locale, OperatingStatus::Open).text, text, "{locale}");
    }
}

#[test]
fn the_reason_of_a_night_taken_away_is_not_kept_past_that_night() {
    let clinic = new_york(
        &[weekly(&[Weekday::Saturday], "22:00", "02:00")],
        &[closed("2026-06-20", "2026-06-20", Some("Inventory"))],
    );
    let until = clinic.fresh_until(at("2026-06-21T01:00-04:00"), OperatingStatus::Open);
    assert_eq!(until, Some(at("2026-06-21T02:00-04:00")));
}
