//! What leaves by mail because of an inquiry: a word to the front desk, and an answer to its sender.

use chrono::TimeDelta;
use clinic_cms::{
    clock::Clock,
    mail::{Carrier, Round, deliver_due},
};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use crate::{
    harness::{Api, FRONT_DESK, OWNER, noon},
    mail::server::MailServer,
    providers::{add_location, patch},
};

const CANARIES: [&str; 5] = ["Qzcanary", "qzcanary", "561 555 0142", "5615550142", "crutches"];

struct House {
    api: Api,
    location: String,
}

impl House {
    /// A location that is open on weekdays from eight to five, and a front desk that looks after it.
    fn open() -> Self {
        let settings = [("rate-limits", "off"), ("staff-url", "https://staff.clinic.example")];
        let api = Api::start_with(Clock::fixed(noon()), &settings);
        let token = api.sign_in(OWNER);
        let location = add_location(&api, &token, "Harbor Lane");
        let week = json!([{"days": ["monday", "tuesday", "wednesday", "thursday", "friday"], "opens": "08:00", "closes": "17:00"}]);
        let hours = json!({"hours": week, "timezone": "America/New_York"});
        assert_eq!(patch(&api, &token, &format!("/v1/admin/locations/{location}"), &hours).status, 200);
        let house = Self { api, location };
        house.sql(&format!(
            "insert into cms.account_location (account_id, location_id)
             select id, '{}' from cms.account where email = '{}'",
            house.location, FRONT_DESK.0
        ));
        house
    }

    fn sql(&self, statement: &str) {
        let statement = statement.to_owned();
        self.api.as_owner(async |owner| sqlx::raw_sql(AssertSqlSafe(statement)).execute(owner).await.unwrap());
    }

    fn change_the_form(&self, change: &Value) -> Value {
        let token = self.api.sign_in(OWNER);
        let form = self.api.call("GET", "/v1/admin/forms").bearer(&token).send().json()["data"][0]["id"].clone();
        let changed = patch(&self.api, &token, &format!("/v1/admin/forms/{}", form.as_str().unwrap()), change);
        assert_eq!(changed.status, 200, "{}", changed.body);
        changed.json()["data"].clone()
    }

    fn answer_by_itself(&self) {
        self.change_the_form(&json!({"autoresponder": {
            "subject": {"en": "We have your message ({receipt})", "es": "Tenemos su mensaje ({receipt})"},
            "text": {"en": "Thank you for writing to {clinic}.\n\n{reopens}", "es": "Gracias por escribir a {clinic}.\n\n{reopens}"},
        }}));
    }

    /// Posts an inquiry, and answers its id.
    fn inquire(&self, change: &Value) -> String {
        let mut body = json!({
            "full_name": "Qzcanary Halloway", "email": "qzcanary@mail.example", "phone": "+1 561 555 0142",
            "message": "May I bring my crutches, asks Qzcanary?", "location": "harbor-lane",
        });
        json_patch::merge(&mut body, change);
        let sent = self.api.call("POST", "/v1/inquiries").json(&body).send();
        assert_eq!(sent.status, 201, "{}", sent.body);
        sent.json()["data"]["id"].as_str().unwrap().to_owned()
    }

    /// The letters to staff that follow from what waits.
    fn letters(&self) -> Vec<String> {
        self.api.deliver();
        self.api.letters()
    }

    /// One round of the mail, through a server.
    fn through(&self, server: &MailServer) -> Round {
        self.api.deliver();
        let carrier = Carrier::server(&server.url.clone().into(), "no-reply@clinic.example").unwrap();
        let (postbox, now) = (self.api.parts().postbox().clone(), self.api.clock.now());
        self.api.as_node(async |staff| deliver_due(&staff, &postbox, &carrier, now).await.unwrap())
    }

    fn log_of(&self, inquiry: &str) -> Vec<Value> {
        let path = format!("/v1/admin/inquiries/{inquiry}/letters");
        let read = self.api.call("GET", &path).bearer(&self.api.sign_in(OWNER)).send();
        assert_eq!(read.status, 200, "{}", read.body);
        read.json()["data"].as_array().unwrap().clone()
    }

    fn later(&self, by: TimeDelta) {
        self.api.clock.set(self.api.clock.now() + by);
    }
}

/// Letters to the sender of the canary.
fn answers(server: &MailServer) -> Vec<String> {
    server.taken().into_iter().filter(|letter| letter.contains("RCPT TO:<qzcanary@mail.example>")).collect()
}

#[test]
fn the_front_desk_of_the_location_is_told_and_not_a_word_of_it() {
    let house = House::open();
    let id = house.inquire(&json!({}));
    let letters = house.letters();
    assert_eq!(letters.len(), 1, "{letters:?}");
    let letter = &letters[0];
    assert!(letter.contains(&format!("<{}>", FRONT_DESK.0)), "{letter}");
    assert!(letter.lines().any(|line| line == format!("https://staff.clinic.example/inquiries/{id}")), "{letter}");
    for part in ["Contact", "Harbor Lane", "23 November 2026, 07:00 EST", "due by 23 November 2026, 12:00 EST"] {
        assert!(letter.contains(part), "{part}: {letter}");
    }
    for canary in CANARIES {
        assert!(!letter.contains(canary), "{canary}: {letter}");
    }
    assert!(!letter.contains("URGENT"));
    assert!(house.letters().is_empty(), "once");
}

#[test]
fn what_cannot_wait_says_so_in_the_subject() {
    let house = House::open();
    let id = house.inquire(&json!({}));
    house.sql(&format!("update cms.inquiry set priority = 'stat' where id = '{id}'"));
    let letters = house.letters();
    assert!(letters[0].lines().any(|line| line.starts_with("Subject: URGENT: ")), "{}", letters[0]);
}

#[test]
fn an_emergency_that_is_held_is_told_to_staff_and_answered_by_nobody() {
    let house = House::open();
    house.answer_by_itself();
    let spam = "[url=https://a.example]casino bonus[/url] free spins, buy viagra online. I took too many pills";
    let id = house.inquire(&json!({"message": spam}));
    assert_eq!(house.api.text("select status from cms.inquiry"), "held");
    let letters = house.letters();
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert!(letters[0].contains("Subject: URGENT: ") && !letters[0].contains("Overdose"), "{}", letters[0]);
    assert!(house.log_of(&id).is_empty());
}

#[test]
fn whom_the_form_names_is_told_and_else_the_owners() {
    let house = House::open();
    let form = house.change_the_form(&json!({"notified": [OWNER.0]}));
    let owner = "01900000-0000-7000-8000-000000000001";
    assert_eq!(form["notified"], json!([{"id": owner, "name": "Test owner"}]));
    house.change_the_form(&json!({"notified": [owner]}));
    house.inquire(&json!({}));
    let letters = house.letters();
    assert_eq!((letters.len(), letters[0].contains(&format!("<{}>", OWNER.0))), (1, true), "{letters:?}");
    house.change_the_form(&json!({"notified": []}));
    house.inquire(&json!({"location": null}));
    let letters = house.letters();
    assert_eq!(
        (letters.len(), letters[0].contains(&format!("<{}>", OWNER.0))),
        (1, true),
        "no desk has it: {letters:?}"
    );
    let token = house.api.sign_in(OWNER);
    let path = format!("/v1/admin/forms/{}", form["id"].as_str().unwrap());
    let wrong = json!({"notified": ["nobody@clinic.example", "editor@clinic.example"]});
    let problem = patch(&house.api, &token, &path, &wrong).problem(422, "validation_failed");
    assert_eq!(
        problem["errors"].as_array().unwrap().len(),
        2,
        "who may not read inquiries is not told of them: {problem}"
    );
}

#[test]
fn what_is_held_or_spam_is_told_to_nobody() {
    let house = House::open();
    house.answer_by_itself();
    house.inquire(&json!({"_website": "https://spam.example"}));
    let held = house.inquire(&json!({}));
    house.sql(&format!("update cms.inquiry set status = 'held' where id = '{held}'"));
    assert!(house.letters().is_empty());
    assert_eq!(house.api.number("select count(*) from cms.mail_message"), 0);
    // Whoever lets it through writes the event again.
    house.sql(&format!(
        "update cms.inquiry set status = 'new' where id = '{held}';
         insert into cms.outbox_event (id, kind, subject_id)
         values ('01900000-0000-7000-8000-0000000000e1', 'inquiry.received', '{held}')"
    ));
    let server = MailServer::start();
    assert_eq!(house.through(&server), Round { sent: 2, postponed: 0, failed: 0 });
    assert_eq!(answers(&server).len(), 1);
}

#[test]
fn a_sender_is_answered_with_the_hours_and_the_receipt() {
    let house = House::open();
    house.answer_by_itself();
    let id = house.inquire(&json!({}));
    house.api.deliver();
    let row = house.api.text("select to_jsonb(m)::text from cms.mail_message m where inquiry_id is not null");
    assert!(row.contains(&id) && row.contains("\"sealed\": null"), "{row}");
    assert!(!row.contains("qzcanary") && !row.contains(&hex::encode("qzcanary")), "{row}");
    assert_eq!(house.log_of(&id)[0]["status"], "waiting");
    let server = MailServer::start();
    assert_eq!(house.through(&server), Round { sent: 2, postponed: 0, failed: 0 });
    let letters = answers(&server);
    assert_eq!(letters.len(), 1, "{:?}", server.taken());
    let receipt = house.api.call("GET", &format!("/v1/admin/inquiries/{id}")).bearer(&house.api.sign_in(OWNER)).send();
    let receipt = receipt.json()["data"]["receipt"].as_str().unwrap().to_owned();
    let letter = &letters[0];
    for part in [&*receipt, "We reopen today at 8:00 AM.", "Auto-Submitted: auto-replied", "Thank you for writing to"] {
        assert!(letter.contains(part), "{part}: {letter}");
    }
    assert!(
        !letter.contains("crutches") && !letter.contains("Halloway"),
        "nothing of what was written goes back: {letter}"
    );
    assert_eq!(house.log_of(&id)[0]["status"], "sent");
    let trail =
        format!("select count(*) from cms.audit_event where action = 'autoresponse.send' and subject_id = '{id}'");
    assert_eq!(house.api.number(&trail), 1);
    assert!(house.through(&server).is_idle());
}

#[test]
fn a_sender_is_answered_in_their_language() {
    let house = House::open();
    house.answer_by_itself();
    house.api.clock.set("2026-11-27T23:00:00Z".parse().unwrap());
    house.inquire(&json!({"language": "es-MX"}));
    let server = MailServer::start();
    house.through(&server);
    let letter = answers(&server).pop().unwrap();
    assert!(
        letter.contains("Gracias por escribir a") && letter.contains("Volvemos a abrir el lunes a las 8:00 a. m."),
        "{letter}"
    );
}

#[test]
fn an_address_is_answered_once_a_day() {
    let house = House::open();
    house.answer_by_itself();
    let server = MailServer::start();
    house.inquire(&json!({}));
    house.through(&server);
    let second = house.inquire(&json!({"email": "QZCANARY@mail.example", "message": "Again, and other words."}));
    house.through(&server);
    assert_eq!((answers(&server).len(), house.log_of(&second).len()), (1, 0));
    house.later(TimeDelta::hours(25));
    house.inquire(&json!({"message": "A day later."}));
    house.through(&server);
    assert_eq!(answers(&server).len(), 2);
    house.inquire(&json!({"email": null, "message": "By phone alone."}));
    house.through(&server);
    assert_eq!(answers(&server).len(), 2);
}

#[test]
fn an_address_that_wants_no_e_mail_gets_no_answer_by_itself() {
    let house = House::open();
    house.answer_by_itself();
    let opt_out = |body: &Value| {
        let token = house.api.sign_in(OWNER);
        let made = house.api.call("POST", "/v1/admin/opt-outs").bearer(&token).json(body).send();
        assert_eq!(made.status, 201, "{}", made.body);
        format!("/v1/admin/opt-outs/{}", made.json()["data"]["id"].as_str().unwrap())
    };
    // Another purpose and another address are none of it.
    opt_out(&json!({"email": "qzcanary@mail.example", "channel": "email", "purpose": "newsletter"}));
    opt_out(&json!({"email": "somebody@mail.example", "channel": "email"}));
    let server = MailServer::start();
    house.inquire(&json!({}));
    house.through(&server);
    assert_eq!(answers(&server).len(), 1);
    house.later(TimeDelta::hours(25));
    // The letter waits already when the address opts out.
    let id = house.inquire(&json!({"message": "A day later."}));
    house.api.deliver();
    let opted_out = opt_out(&json!({"email": "QZcanary@Mail.example", "channel": "email"}));
    house.through(&server);
    assert_eq!(answers(&server).len(), 1, "{:?}", server.taken());
    let log = house.log_of(&id);
    assert_eq!((log.len(), &log[0]["status"], &log[0]["reason"]), (1, &json!("not_sent"), &json!("opted_out")));
    let trail =
        format!("select count(*) from cms.audit_event where action = 'autoresponse.give_up' and subject_id = '{id}'");
    assert_eq!(house.api.number(&trail), 1);
    house.later(TimeDelta::hours(25));
    assert!(house.through(&server).is_idle(), "it is not tried again");
    assert_eq!(house.api.call("DELETE", &opted_out).bearer(&house.api.sign_in(OWNER)).send().status, 204);
    house.inquire(&json!({"message": "Please do write."}));
    house.through(&server);
    assert_eq!(answers(&server).len(), 2);
}

#[test]
fn without_a_mail_server_an_inquirer_is_not_written_to_and_no_file_says_who_they_are() {
    let house = House::open();
    house.answer_by_itself();
    let id = house.inquire(&json!({}));
    let letters = house.letters();
    assert_eq!(letters.len(), 1, "the one to the front desk: {letters:?}");
    assert!(CANARIES.iter().all(|canary| !letters[0].contains(canary)));
    let log = house.log_of(&id);
    assert_eq!((&log[0]["status"], &log[0]["reason"]), (&json!("not_sent"), &json!("no_mail_server")));
    let trail =
        format!("select count(*) from cms.audit_event where action = 'autoresponse.give_up' and subject_id = '{id}'");
    assert_eq!(house.api.number(&trail), 1);
    house.later(TimeDelta::hours(2));
    let server = MailServer::start();
    assert!(house.through(&server).is_idle(), "it is not tried for ever");
}

#[test]
fn an_answer_that_a_busy_server_sends_back_is_tried_again() {
    let house = House::open();
    house.answer_by_itself();
    house.change_the_form(&json!({"notified": [OWNER.0]}));
    house.inquire(&json!({}));
    let server = MailServer::answering(&["450 busy", "450 busy"]);
    assert_eq!(house.through(&server), Round { sent: 0, postponed: 2, failed: 0 });
    house.later(TimeDelta::minutes(1));
    assert_eq!(house.through(&server), Round { sent: 2, postponed: 0, failed: 0 });
    assert_eq!(answers(&server).len(), 1);
}

#[test]
fn a_clinic_that_is_called_strangely_adds_no_header() {
    let house = House::open();
    house.change_the_form(&json!({"autoresponder": {"subject": {"en": "{clinic}"}, "text": {"en": "{clinic}"}}}));
    house.sql("update cms.clinic set name = E'Harbor\\r\\nBcc: thief@evil.example\\r\\n\\r\\n<b>x</b>'");
    house.inquire(&json!({}));
    let server = MailServer::start();
    house.through(&server);
    let letter = answers(&server).pop().unwrap();
    assert_eq!(letter.matches("RCPT TO").count(), 1, "{letter}");
    let head = letter.split("\n\n").next().unwrap();
    assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{head}");
    assert!(!letter.contains("<b>x</b></p>"), "{letter}");
}

#[test]
fn who_is_out_of_reach_of_an_inquiry_does_not_see_its_letters() {
    let house = House::open();
    house.answer_by_itself();
    let id = house.inquire(&json!({"location": null}));
    house.api.deliver();
    let desk = house.api.sign_in(FRONT_DESK);
    let path = format!("/v1/admin/inquiries/{id}/letters");
    house.api.call("GET", &path).bearer(&desk).send().problem(404, "not_found");
    assert_eq!(house.log_of(&id).len(), 1);
}
