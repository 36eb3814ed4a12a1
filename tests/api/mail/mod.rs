//! Letters to staff: from the transaction that they tell of to a mail server or a folder.

pub mod server;

use std::{collections::BTreeSet, os::unix::fs::MetadataExt, path::Path};

use chrono::{DateTime, TimeDelta, Utc};
use clinic_cms::{
    clock::Clock,
    db::DbError,
    mail::{Carrier, FactorChange, Language, Letter, MailError, Recipient, Round, deliver_due},
};
use sqlx::{AssertSqlSafe, Row};

use crate::harness::{Api, noon};
use server::MailServer;

const SENT: Round = Round { sent: 1, postponed: 0, failed: 0 };
const POSTPONED: Round = Round { sent: 0, postponed: 1, failed: 0 };
const FAILED: Round = Round { sent: 0, postponed: 0, failed: 1 };
const LINK: &str = "https://api.clinic.example/v1/auth/invitations/Qzcanary-token";

fn start() -> Api {
    Api::start_with(Clock::fixed(noon()), &[("rate-limits", "off")])
}

fn to(name: &str) -> Recipient {
    Recipient { email: "qzcanary@mail.example".to_owned(), name: name.to_owned(), language: Language::En }
}

fn invitation() -> Letter {
    Letter::Invitation {
        inviter: "Qzcanary Inviter".to_owned(),
        role: "front_desk".to_owned(),
        url: LINK.to_owned(),
        expires_at: noon() + TimeDelta::days(7),
    }
}

/// Posts letters in one transaction that is committed where `keep` says so.
fn post(api: &Api, letters: Vec<(Recipient, Letter)>, keep: bool) {
    let postbox = api.postbox();
    let posted = api.as_node(async |staff| {
        staff
            .transact(async move |tx| {
                for (to, letter) in letters {
                    postbox.post(tx, &to, letter).await?;
                }
                if keep { Ok(()) } else { Err(MailError::from(DbError::Busy)) }
            })
            .await
    });
    assert_eq!(posted.is_ok(), keep, "{posted:?}");
}

fn post_one(api: &Api) {
    post(api, vec![(to("Qzcanary Reader"), invitation())], true);
}

/// One round at `now`, as a node of its own makes it.
fn round(api: &Api, carrier: &Carrier, now: DateTime<Utc>) -> Round {
    let postbox = api.postbox();
    api.as_node(async |staff| deliver_due(&staff, &postbox, carrier, now).await.unwrap())
}

fn through(server: &MailServer) -> Carrier {
    Carrier::server(&server.url.clone().into(), "no-reply@clinic.example").unwrap()
}

fn into(folder: &Path) -> Carrier {
    Carrier::folder(folder.to_path_buf(), "no-reply@clinic.example").unwrap()
}

/// A value about the one letter there is.
fn column(api: &Api, expression: &str) -> String {
    let query = format!("select coalesce(({expression})::text, 'null') from cms.mail_message");
    api.as_owner(async |owner| sqlx::query(AssertSqlSafe(query)).fetch_one(owner).await.unwrap().get(0))
}

#[test]
fn a_letter_about_a_change_that_was_not_made_never_was() {
    let api = start();
    post(&api, vec![(to("A"), invitation()), (to("B"), invitation())], false);
    assert_eq!(column(&api, "count(*)"), "0");
    let server = MailServer::start();
    assert!(round(&api, &through(&server), noon()).is_idle());
    assert!(server.offered().is_empty());
}

#[test]
fn nobody_reads_in_the_database_who_was_written_to_or_what() {
    let api = start();
    post_one(&api);
    let row = column(&api, "to_jsonb(mail_message)");
    assert!(row.contains("\"invitation\""), "the row is whole: {row}");
    for canary in ["qzcanary", "Qzcanary", "mail.example", "front_desk", "token", "clinic.example"] {
        assert!(!row.contains(canary) && !row.contains(&hex::encode(canary)), "{canary}: {row}");
    }
    let length: usize = column(&api, "octet_length(sealed)").parse().unwrap();
    assert!(length > 200, "{length}");
    let server = MailServer::start();
    assert_eq!(round(&api, &through(&server), noon()), SENT);
    assert_eq!(column(&api, "sealed"), "null", "what was sent is forgotten");
    assert_eq!(column(&api, "sent_at is not null and failed_at is null and leased_until is null"), "true");
}

#[test]
fn a_letter_reaches_the_mail_server_once() {
    let api = start();
    post_one(&api);
    let server = MailServer::start();
    assert_eq!(round(&api, &through(&server), noon()), SENT);
    assert!(round(&api, &through(&server), noon() + TimeDelta::days(1)).is_idle());
    let taken = server.taken();
    assert_eq!(taken.len(), 1);
    for part in [
        "MAIL FROM:<no-reply@clinic.example>",
        "RCPT TO:<qzcanary@mail.example>",
        "<qzcanary@mail.example>",
        "text/plain",
        "text/html",
        "Auto-Submitted: auto-generated",
    ] {
        assert!(taken[0].contains(part), "{part}: {}", taken[0]);
    }
    assert!(!taken[0].contains("Nobody's Clinic"), "the clinic's own record names it: {}", taken[0]);
}

#[test]
fn a_name_cannot_add_a_receiver_or_a_header() {
    let api = start();
    let letter = Letter::PasswordChanged { at: noon() };
    post(&api, vec![(to("Ann\r\nBcc: thief@evil.example\r\n\r\nHello"), letter)], true);
    let server = MailServer::start();
    assert_eq!(round(&api, &through(&server), noon()), SENT);
    let taken = server.taken();
    assert_eq!(taken[0].matches("RCPT TO").count(), 1, "{}", taken[0]);
    let head = taken[0].split("\n\n").next().unwrap();
    assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{head}");
    assert!(head.contains("Content-Type: multipart/alternative"), "{head}");
}

#[test]
fn a_letter_that_a_busy_server_sends_back_is_tried_again_and_delivered_once() {
    let api = start();
    post_one(&api);
    let server = MailServer::answering(&["450 4.2.1 <qzcanary@mail.example> is busy"]);
    let carrier = through(&server);
    assert_eq!(round(&api, &carrier, noon()), POSTPONED);
    assert_eq!(column(&api, "last_error"), "smtp_450", "a code and none of the server's words");
    assert_eq!(column(&api, "attempts"), "1");
    assert!(round(&api, &carrier, noon() + TimeDelta::seconds(29)).is_idle());
    assert_eq!(round(&api, &carrier, noon() + TimeDelta::seconds(38)), SENT);
    assert!(round(&api, &carrier, noon() + TimeDelta::hours(1)).is_idle());
    assert_eq!((server.offered().len(), server.taken().len()), (2, 1));
    let offered = server.offered();
    assert_eq!(offered[0], offered[1], "the same letter under the same Message-ID");
    assert_eq!(column(&api, "attempts"), "2");
}

#[test]
fn a_letter_that_no_server_will_ever_take_is_given_up_at_once() {
    let api = start();
    post_one(&api);
    let server = MailServer::answering(&["550 5.1.1 no such mailbox"]);
    assert_eq!(round(&api, &through(&server), noon()), FAILED);
    assert_eq!(column(&api, "last_error"), "smtp_550");
    assert_eq!(column(&api, "failed_at is not null and sent_at is null and sealed is null"), "true");
    assert!(round(&api, &through(&server), noon() + TimeDelta::days(1)).is_idle());
    assert!(server.taken().is_empty());
}

#[test]
fn a_wrong_password_for_the_mail_server_loses_no_letter() {
    let api = start();
    post_one(&api);
    let server = MailServer::answering(&["535 5.7.8 wrong password"]);
    assert_eq!(round(&api, &through(&server), noon()), POSTPONED);
    assert_eq!(round(&api, &through(&server), noon() + TimeDelta::minutes(1)), SENT);
}

#[test]
fn a_letter_waits_three_days_for_a_server_that_is_away_and_no_longer() {
    let api = start();
    post_one(&api);
    let away = Carrier::server(&"smtp://127.0.0.1:1".into(), "no-reply@clinic.example").unwrap();
    let mut now = noon();
    let mut rounds = 0;
    let last = loop {
        match round(&api, &away, now) {
            POSTPONED => rounds += 1,
            idle if idle.is_idle() => {}
            last => break last,
        }
        now += TimeDelta::hours(6);
        assert!(now < noon() + TimeDelta::days(4), "it ends");
    };
    assert_eq!((last, column(&api, "last_error").as_str()), (FAILED, "connection"));
    assert!(now > noon() + TimeDelta::days(2) && rounds > 5, "{now} {rounds}");
    assert_eq!(column(&api, "sealed"), "null");
}

#[test]
fn a_link_that_has_expired_is_not_sent() {
    let api = start();
    post_one(&api);
    let server = MailServer::start();
    assert_eq!(round(&api, &through(&server), noon() + TimeDelta::days(7)), FAILED);
    assert_eq!(column(&api, "last_error"), "expired");
    assert!(server.offered().is_empty());
}

#[test]
fn a_letter_that_another_node_died_with_is_carried_when_its_lease_ends() {
    let api = start();
    post_one(&api);
    let lease = "update cms.mail_message set attempts = 1, leased_until = '2026-11-23T12:02:00Z'";
    api.as_owner(async |owner| sqlx::raw_sql(lease).execute(owner).await.unwrap());
    let server = MailServer::start();
    assert!(round(&api, &through(&server), noon() + TimeDelta::seconds(119)).is_idle());
    assert_eq!(round(&api, &through(&server), noon() + TimeDelta::seconds(120)), SENT);
    assert_eq!(server.taken().len(), 1);
}

#[test]
fn two_nodes_at_once_send_each_letter_once() {
    const LETTERS: usize = 40;
    let api = start();
    let letters =
        (0..LETTERS).map(|number| (to(&format!("Reader{number:02}")), Letter::PasswordChanged { at: noon() }));
    post(&api, letters.collect(), true);
    let server = MailServer::start();
    let carrier = through(&server);
    let sent: Vec<usize> = std::thread::scope(|scope| {
        let node = || {
            let mut sent = 0;
            loop {
                let round = round(&api, &carrier, noon());
                assert_eq!((round.postponed, round.failed), (0, 0));
                if round.is_idle() {
                    return sent;
                }
                sent += round.sent;
            }
        };
        let nodes = [scope.spawn(node), scope.spawn(node)];
        nodes.into_iter().map(|node| node.join().unwrap()).collect()
    });
    assert_eq!(sent.iter().sum::<usize>(), LETTERS, "{sent:?}");
    let taken = server.taken();
    let ids: BTreeSet<_> =
        taken.iter().filter_map(|letter| letter.lines().find(|line| line.starts_with("Message-ID:"))).collect();
    assert_eq!((taken.len(), ids.len()), (LETTERS, LETTERS));
}

#[test]
fn without_a_mail_server_letters_are_files_that_nobody_else_may_read() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("mail");
    let api = start();
    post_one(&api);
    assert_eq!(round(&api, &into(&folder), noon()), SENT);
    api.clock.set(noon() + TimeDelta::seconds(1));
    post(&api, vec![(Recipient { language: Language::Es, ..to("Ana") }, invitation())], true);
    assert_eq!(round(&api, &into(&folder), noon() + TimeDelta::seconds(1)), SENT);
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |file: &Path| std::fs::read_to_string(file).unwrap();
    assert_eq!(files.len(), 2, "{files:?}");
    assert!(read(&files[0]).contains("Hello Qzcanary Reader,") && read(&files[1]).contains("Hola, Ana:"), "in order");
    for file in &files {
        let name = file.file_name().unwrap().to_str().unwrap();
        assert!(
            name.starts_with("20261123T1200") && file.extension().unwrap() == "eml" && !name.contains("canary"),
            "{name}"
        );
        assert_eq!(std::fs::metadata(file).unwrap().mode() & 0o777, 0o600);
        assert_eq!(read(file).lines().filter(|line| *line == LINK).count(), 1, "a link to copy: {}", read(file));
    }
    assert_eq!(std::fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
}

#[test]
fn every_kind_of_letter_leaves_in_both_languages() {
    let api = start();
    let (at, until) = (noon(), noon() + TimeDelta::hours(1));
    let words = || "Qzcanary words".to_owned();
    let letters = [
        invitation(),
        Letter::PasswordReset { url: LINK.to_owned(), expires_at: until },
        Letter::PasswordChanged { at },
        Letter::NewDevice { device: words(), address: "192.0.2.7".to_owned(), at },
        Letter::SessionReuse { at },
        Letter::FactorChanged { what: FactorChange::PasskeyAdded, at },
        Letter::RoleChanged { role: "auditor".to_owned(), at },
        Letter::AccountDisabled { at },
        Letter::ReviewRequested { person: words(), title: words(), at },
        Letter::BreakGlass { person: words(), until, at },
        Letter::InquiryReceived {
            url: LINK.to_owned(),
            form: words(),
            location: None,
            at,
            zone: chrono_tz::Tz::UTC,
            due_at: Some(until),
            stat: false,
        },
    ];
    let both = [Language::En, Language::Es];
    let posted = both
        .into_iter()
        .flat_map(|language| letters.clone().map(|letter| (Recipient { language, ..to("Ann") }, letter)));
    post(&api, posted.collect(), true);
    let sent = api.letters();
    assert_eq!(sent.len(), 2 * letters.len());
    let greeted = |greeting: &str| sent.iter().filter(|letter| letter.lines().any(|line| line == greeting)).count();
    assert_eq!((greeted("Hello Ann,"), greeted("Hola, Ann:")), (letters.len(), letters.len()));
    assert_eq!(sent.iter().filter(|letter| letter.lines().any(|line| line == LINK)).count(), 6, "{sent:?}");
    assert!(api.letters().is_empty(), "each is read once");
}

#[test]
fn a_folder_that_cannot_be_written_loses_no_letter() {
    let place = tempfile::tempdir().unwrap();
    let api = start();
    post_one(&api);
    assert_eq!(round(&api, &into(&place.path().join("not/there")), noon()), POSTPONED);
    assert_eq!(column(&api, "last_error"), "folder");
    assert_eq!(round(&api, &into(&place.path().join("mail")), noon() + TimeDelta::minutes(1)), SENT);
}
