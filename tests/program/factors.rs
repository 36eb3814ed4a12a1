//! `admin reset-factors`: for the day on which the device and the recovery codes are gone.

use nix::sys::signal::Signal;
use serde_json::json;

use crate::{
    program::Ground,
    staff_secrecy::{code, text},
    web::Client,
};

#[test]
fn factors_that_are_taken_off_by_hand_end_the_sessions_and_are_enrolled_anew() {
    let ground = Ground::new();
    let address = "owner@clinic.example";
    let made =
        ground.json(&["admin", "create", "--email", address, "--name", "Robin Vale", "--role", "owner", "--json"]);
    let owner = (address.to_owned(), made["password"].as_str().unwrap().to_owned());
    let service = ground.serve(&["--require-mfa", "on", "--rate-limits", "off"]);
    let sign_in = || service.client().sign_in((&owner.0, &owner.1)).good();
    let enrol = |waiting: &str| {
        let waiting = Client::with_token(&service.base, waiting);
        let secret = text(&waiting.post("/v1/auth/totp", &[], &json!({})).unwrap().good(), "secret");
        waiting.put("/v1/auth/totp", &json!({"code": code(&secret)})).good()
    };
    let owed = sign_in();
    assert_eq!(owed["data"]["mfa_enrolment_required"], true, "{owed}");
    let done = enrol(&text(&owed, "mfa_token"));
    let staff = Client::with_token(&service.base, done["data"]["tokens"]["access_token"].as_str().unwrap());
    assert_eq!(staff.get("/v1/admin/inquiries").status, 200);
    assert_eq!(sign_in()["data"]["mfa_required"], true);
    ground.run(&["admin", "reset-factors", "nobody@clinic.example"]).with(1, &["no account has this address"]);
    assert_eq!(staff.get("/v1/auth/me").status, 200);
    ground.run(&["admin", "reset-factors", &owner.0]).with(0, &[&owner.0]);
    assert_eq!(staff.get("/v1/auth/me").status, 401, "the session is over");
    let refresh = json!({"refresh_token": done["data"]["tokens"]["refresh_token"]});
    assert_eq!(service.client().post("/v1/auth/refresh", &[], &refresh).unwrap().status, 401);
    let owed = sign_in();
    assert_eq!(owed["data"]["mfa_enrolment_required"], true, "{owed}");
    let again = enrol(&text(&owed, "mfa_token"));
    assert_eq!(again["data"]["recovery_codes"].as_array().unwrap().len(), 10, "the old codes are gone as well");
    service.stop(Signal::SIGINT).with(0, &[]);
}
