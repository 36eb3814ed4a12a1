//! Who reads inquiries and leaves the desk is signed out (45 CFR 164.312(a)(2)(iii)).

use super::*;
use crate::harness::{FRONT_DESK, OWNER};

/// A clinic where five minutes away are enough.
fn hasty() -> Api {
    Api::start_with(Clock::fixed(noon()), &[("rate-limits", "off"), ("session-idle-minutes", "5")])
}

#[test]
fn after_six_idle_minutes_who_reads_inquiries_is_signed_out_and_an_editor_is_not() {
    let api = hasty();
    let (desk, owner, editor) = (api.tokens(FRONT_DESK), api.sign_in(OWNER), api.sign_in(EDITOR));
    later(&api, Duration::minutes(6));
    me(&api, &told(&desk, "access_token")).problem(401, "unauthenticated");
    api.call("GET", "/v1/admin/inquiries").bearer(&owner).send().problem(401, "unauthenticated");
    refresh(&api, &told(&desk, "refresh_token")).problem(401, "unauthenticated");
    assert_eq!(me(&api, &editor).status, 200);
}

#[test]
fn whoever_is_at_work_stays_signed_in() {
    let api = hasty();
    let desk = api.sign_in(FRONT_DESK);
    for minutes in [4, 8] {
        later(&api, Duration::minutes(minutes));
        assert_eq!(me(&api, &desk).status, 200, "after {minutes} minutes");
    }
}

#[test]
fn a_page_that_only_renews_its_token_is_nobody_at_work() {
    let api = hasty();
    let desk = api.tokens(FRONT_DESK);
    later(&api, Duration::minutes(4));
    let renewed = refresh(&api, &told(&desk, "refresh_token"));
    assert_eq!(renewed.status, 200, "{}", renewed.body);
    later(&api, Duration::minutes(6));
    me(&api, &told(&renewed.json(), "access_token")).problem(401, "unauthenticated");
    refresh(&api, &told(&renewed.json(), "refresh_token")).problem(401, "unauthenticated");
}

#[test]
fn an_emergency_makes_an_editor_somebody_who_reads_inquiries() {
    let api = hasty();
    let editor = api.sign_in(EDITOR);
    let reason = json!({"reason": "A patient collapsed in the hall", "minutes": 60});
    assert_eq!(api.call("POST", "/v1/admin/break-glass").bearer(&editor).json(&reason).send().status, 201);
    later(&api, Duration::minutes(6));
    me(&api, &editor).problem(401, "unauthenticated");
}
