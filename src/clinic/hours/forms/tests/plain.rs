//! What holds of any text of people.

use proptest::prelude::*;
use proptest::sample::select;

use super::{
    super::{osm, plain},
    plain_cases::{CASES, NOT_WHOLE},
    read_of,
};
use crate::clinic::hours::Schedule;

#[test]
fn texts_as_in_the_wild_are_read_whole() {
    for (text, expected) in CASES {
        let reading = plain::read(text);
        assert_eq!(read_of(text, &reading), *expected, "{text}");
        assert!(reading.is_complete(), "{text}");
    }
    assert!(CASES.len() + NOT_WHOLE.len() >= 60);
}

#[test]
fn what_was_not_understood_is_named_and_never_guessed() {
    for (text, expected) in NOT_WHOLE {
        let reading = plain::read(text);
        assert_eq!(read_of(text, &reading), *expected, "{text}");
        assert!(!reading.is_complete(), "{text}");
    }
}

/// Pieces that doors are made of, in any order.
fn doors() -> impl Strategy<Value = String> {
    let pieces = vec![
        "Mon",
        "Mon-Fri",
        "Sat",
        "weekdays",
        "daily",
        "2nd",
        "last",
        "every",
        "other",
        "8am",
        "5pm",
        "8",
        "5",
        "noon",
        "17:00",
        "-",
        "to",
        ",",
        ";",
        "\n",
        "closed",
        "lunch",
        "for",
        "12-1",
        "by appointment",
        "(",
        ")",
        "and",
        ":",
        "lunes",
        "a",
        "viernes",
        "24/7",
        "24 hours",
        "holidays",
        "summer",
        "a.m.",
        ".",
        "/",
        "L-V",
        "9h",
        "0800",
        "except",
        "of the month",
        "midnight",
    ];
    prop::collection::vec((select(pieces), any::<bool>()), 0..14).prop_map(|pieces| {
        pieces.into_iter().map(|(piece, space)| if space { format!("{piece} ") } else { piece.to_owned() }).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_breaks_the_reader_and_every_row_is_a_good_one(text in prop_oneof!["\\PC{0,60}", doors()]) {
        let reading = plain::read(&text);
        let rows = &reading.rows;
        prop_assert!(Schedule::new(chrono_tz::Tz::UTC, rows.hours.clone(), rows.special_hours.clone()).is_ok(), "{}", text);
        for left in &reading.left_out {
            prop_assert!(left.from <= left.to && left.to.unwrap() <= text.chars().count());
        }
    }

    #[test]
    fn a_word_that_nobody_knows_is_always_told(before in doors(), word in "(qu|zz|bro)[a-z]{3,6}", after in doors()) {
        let text = format!("{before} {word} {after}");
        prop_assert!(!plain::read(&text).is_complete(), "{}", text);
    }

    #[test]
    fn the_syntax_of_maps_is_no_other_door(days in select(vec!["Mo-Fr", "Mo,We", "Sa"]), from in 8..12u8, to in 13..20u8) {
        let text = format!("{days} {from:02}:00-{to:02}:30");
        prop_assert_eq!(plain::read(&text), osm::read(&text));
    }
}
