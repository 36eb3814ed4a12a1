//! `opening_hours` as mappers write it.

use proptest::prelude::*;
use serde_json::json;

use super::{super::osm, codes, pointers, read_of, rows};

fn reads(text: &str, expected: &str) {
    assert_eq!(read_of(text, &osm::read(text)), expected, "{text}");
}

#[test]
fn days_and_times_are_read() {
    reads("Mo-Fr 08:00-17:00", "mo,tu,we,th,fr 08:00-17:00");
    reads("Mo,We 08:00-12:00,13:00-17:00; Sa 09:00-12:00", "mo,we 08:00-12:00; mo,we 13:00-17:00; sa 09:00-12:00");
    reads("Fr,Sa 19:00-02:00", "fr,sa 19:00-02:00");
    reads("24/7", "mo,tu,we,th,fr,sa,su 00:00-24:00");
    reads("08:00-26:00", "mo,tu,we,th,fr,sa,su 08:00-02:00");
    reads("Sa-Mo 10:00-24:00", "mo,sa,su 10:00-24:00");
    reads("off", "");
}

#[test]
fn weeks_of_the_month_are_read() {
    reads("Sa[2] 09:00-12:00", "sa 09:00-12:00 weeks 2");
    reads("Sa[2,4],Su[-1] 09:00-12:00", "sa 09:00-12:00 weeks 2,4; su 09:00-12:00 weeks -1");
    reads("Sa[-2] 09:00-12:00", "week_of_month “Sa[-2] 09:00-12:00”");
}

#[test]
fn a_later_rule_replaces_the_days_of_an_earlier_one() {
    reads("Mo-Fr 08:00-17:00; We 08:00-12:00", "mo,tu,th,fr 08:00-17:00; we 08:00-12:00");
    reads("Mo-Fr 08:00-12:00, We 13:00-17:00", "mo,tu,we,th,fr 08:00-12:00; we 13:00-17:00");
    reads("Mo-Sa 08:00-17:00; We off", "mo,tu,th,fr,sa 08:00-17:00");
    reads("Mo-Fr 08:00-17:00; 12:00-13:00 off", "mo,tu,we,th,fr 08:00-12:00; mo,tu,we,th,fr 13:00-17:00");
    reads("Sa 08:00-17:00; Sa[1] off", "sa 08:00-17:00 weeks 2,3,4,5");
    reads("Tu 19:00-02:00; We 09:00-12:00", "tu 19:00-24:00; we 09:00-12:00");
    reads("Tu 19:00-02:00; Tu off", "we 00:00-02:00");
}

#[test]
fn the_last_week_cannot_be_taken_out_of_all_weeks() {
    reads("Sa 08:00-17:00; Sa[-1] off", "sa 08:00-17:00 | last_week_excepted “Sa[-1] off”");
}

#[test]
fn ranges_of_dates_bound_the_weekly_hours() {
    reads("2026 Jun 01-2026 Aug 31 Mo-Fr 08:00-17:00", "mo,tu,we,th,fr 08:00-17:00 from 2026-06-01 through 2026-08-31");
    reads("2026 Jun-Aug Mo 08:00-17:00", "mo 08:00-17:00 from 2026-06-01 through 2026-08-31");
    reads("2026-2027 Mo 08:00-17:00", "mo 08:00-17:00 from 2026-01-01 through 2027-12-31");
    reads("2026 Jun 01+ Mo 08:00-17:00", "mo 08:00-17:00 from 2026-06-01");
    reads(
        "Mo 08:00-17:00; 2026 Jun 01-2026 Aug 31 Mo 08:00-12:00",
        "mo 08:00-12:00 from 2026-06-01 through 2026-08-31; mo 08:00-17:00 through 2026-05-31; mo 08:00-17:00 from 2026-09-01",
    );
}

#[test]
fn particular_dates_become_special_hours_with_their_comment() {
    reads("2026 Dec 25 off \"Christmas\"", "2026-12-25 closed (Christmas)");
    reads("2026 Dec 24-26 off", "2026-12-24/2026-12-26 closed");
    reads("2026 Dec 24 09:00-12:00 \"Short day\"", "2026-12-24 closed 09:00-12:00 (Short day)");
    reads("Mo-Fr 08:00-17:00, 2026 Nov 28 10:00-12:00", "mo,tu,we,th,fr 08:00-17:00; 2026-11-28 also 10:00-12:00");
    reads("2026 Dec 25 off; Fr 08:00-17:00", "fr 08:00-17:00");
    reads("2026 Dec 25 off, Fr 08:00-17:00", "fr 08:00-17:00; 2026-12-25 closed 08:00-17:00");
    reads("2026 Dec 31-Jan 02 off", "2026-12-31/2027-01-02 closed");
}

#[test]
fn what_is_by_appointment_is_said_so() {
    reads("Mo 09:00-12:00 \"by appointment\"", "mo 09:00-12:00 appointment");
    reads(
        "Mo 08:00-17:00, Mo 12:00-13:00 unknown \"by appointment\"",
        "mo 08:00-12:00; mo 13:00-17:00; mo 12:00-13:00 appointment",
    );
    reads("\"by appointment\"", "mo,tu,we,th,fr,sa,su 00:00-24:00 appointment");
}

#[test]
fn what_no_row_says_is_left_out_by_its_place() {
    let left = [
        ("sunrise-sunset", "sun “sunrise-sunset”"),
        ("Mo-Fr 08:00-17:00; PH off", "mo,tu,we,th,fr 08:00-17:00 | holidays “PH off”"),
        ("Mo-Fr 08:00-17:00; SH off", "mo,tu,we,th,fr 08:00-17:00 | school_holidays “SH off”"),
        ("Su,PH 10:00-12:00", "su 10:00-12:00 | holidays “Su,PH 10:00-12:00”"),
        ("week 1-20 Mo 08:00-17:00", "week_numbers “week 1-20 Mo 08:00-17:00”"),
        ("Jun-Aug Mo 08:00-17:00", "no_year “Jun-Aug Mo 08:00-17:00”"),
        ("Dec 25 off", "no_year “Dec 25 off”"),
        ("easter off", "movable_date “easter off”"),
        ("Mo 08:00+", "open_end “Mo 08:00+”"),
        ("Mo 08:00-17:00 unknown", "unknown “Mo 08:00-17:00 unknown”"),
        ("Mo 08:00-17:00 || \"on call\"", "mo 08:00-17:00 | fallback “\"on call\"”"),
        ("Mo 08:00-17:00 \"ring twice\"", "comment “Mo 08:00-17:00 \"ring twice\"”"),
        ("Mo 08:00-17:00 open \"ring twice\"", "mo 08:00-17:00 | comment “Mo 08:00-17:00 open \"ring twice\"”"),
        ("Mo-Fr 8am-5pm", "not_understood “Mo-Fr 8am-5pm”"),
        (
            "Mo 08:00-17:00; whenever we like; Tu 08:00-12:00",
            "mo 08:00-17:00; tu 08:00-12:00 | not_understood “whenever we like”",
        ),
        ("2026 Feb 30 off", "bad_date “2026 Feb 30 off”"),
        (
            "2026 Dec 25 09:00-12:00 \"by appointment\"",
            "appointment_on_dates “2026 Dec 25 09:00-12:00 \"by appointment\"”",
        ),
    ];
    for (text, expected) in left {
        reads(text, expected);
    }
    assert_eq!(codes(&osm::read("").left_out), ["not_understood"]);
    assert_eq!(codes(&osm::read(&"Mo off; ".repeat(400)).left_out), ["too_long"]);
}

#[test]
fn the_string_is_as_short_as_it_can_be() {
    let weekly = |hours| osm::write(&rows(hours, json!([]))).value;
    assert_eq!(weekly(json!([])), None);
    let week = json!([
        {"days": ["monday", "tuesday", "wednesday", "thursday", "friday"], "opens": "08:00", "closes": "12:00"},
        {"days": ["friday", "monday", "tuesday", "wednesday", "thursday"], "opens": "13:00", "closes": "17:00"},
        {"days": ["saturday", "sunday"], "opens": "09:00", "closes": "12:00"},
    ]);
    assert_eq!(weekly(week).unwrap(), "Mo-Fr 08:00-12:00,13:00-17:00; Sa,Su 09:00-12:00");
    let every = json!(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]);
    assert_eq!(weekly(json!([{"days": every, "opens": "00:00", "closes": "24:00"}])).unwrap(), "24/7");
    let weeks = json!([{"days": ["saturday"], "opens": "09:00", "closes": "12:00", "weeks": [2, 4], "valid_from": "2026-06-01"}]);
    assert_eq!(weekly(weeks).unwrap(), "2026 Jun 01+ Sa[2,4] 09:00-12:00");
    let called = json!([{"days": ["monday"], "opens": "09:00", "closes": "12:00", "by_appointment": true}]);
    assert_eq!(weekly(called).unwrap(), "Mo 09:00-12:00 unknown \"by appointment\"");
}

#[test]
fn a_replaced_date_does_not_cut_the_night_before_it() {
    let week = json!([{"days": ["friday"], "opens": "19:00", "closes": "02:00"}]);
    let special = json!([
        {"from": "2026-12-26", "through": "2026-12-26", "closed": true, "reason": "Christmas"},
        {"from": "2026-12-31", "through": "2026-12-31", "closed": true, "intervals": [{"opens": "09:00", "closes": "12:00"}], "reason": "Short day"},
        {"from": "2026-11-28", "through": "2026-11-28", "closed": false, "intervals": [{"opens": "18:00", "closes": "20:00"}]},
    ]);
    let written = osm::write(&rows(week, special)).value.unwrap();
    let expected = "Fr 19:00-26:00; 2026 Dec 26 off \"Christmas\"; 2026 Dec 31 09:00-12:00 open \"Short day\", 2026 Nov 28 18:00-20:00, 2026 Dec 26 00:00-02:00";
    assert_eq!(written, expected);
}

#[test]
fn departments_and_reasons_with_quotation_marks_are_left_out() {
    let week = json!([{"days": ["monday"], "opens": "08:00", "closes": "12:00", "department": "Laboratory"}]);
    let special = json!([{"from": "2026-12-26", "through": "2026-12-26", "closed": true, "reason": "\"Boxing\" day"}]);
    let written = osm::write(&rows(week, special));
    assert_eq!(written.value.unwrap(), "2026 Dec 26 off");
    assert_eq!(pointers(&written.left_out), json!([["/hours/0", "department"], ["/special_hours/0/reason", "reason"]]));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_breaks_the_reader(text in "(\\PC{0,20}|[MoTuWeThFrSaSu0-9:,;+ \\-\\[\\]\"offPHSH|]{0,60})") {
        let reading = osm::read(&text);
        for left in &reading.left_out {
            prop_assert!(left.from <= left.to && left.to.unwrap() <= text.chars().count());
        }
    }
}
