use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::mail::letter::FactorChange;

const URL: &str = "https://api.clinic.example/v1/auth/invitations/abc?x=1&y=2";
const LANGUAGES: [Language; 2] = [Language::En, Language::Es];

fn at() -> DateTime<Utc> {
    "2026-11-23T09:05:00Z".parse().unwrap()
}

fn letters() -> Vec<Letter> {
    let at = at();
    let until = at + TimeDelta::hours(2);
    let mut letters = vec![
        Letter::Invitation {
            inviter: "Ines Inviter".to_owned(),
            role: "front_desk".to_owned(),
            url: URL.to_owned(),
            expires_at: until,
        },
        Letter::PasswordReset { url: URL.to_owned(), expires_at: until },
        Letter::PasswordChanged { at },
        Letter::NewDevice { device: "Firefox on Linux".to_owned(), address: "192.0.2.7".to_owned(), at },
        Letter::SessionReuse { at },
        Letter::RoleChanged { role: "auditor".to_owned(), at },
        Letter::AccountDisabled { at },
        Letter::ReviewRequested { person: "Ed Editor".to_owned(), title: "High blood pressure".to_owned(), at },
        Letter::BreakGlass { person: "Bea Breaker".to_owned(), until, at },
        Letter::InquiryReceived {
            url: URL.to_owned(),
            form: "Contact".to_owned(),
            location: Some("Harbor".to_owned()),
            at,
            due_at: Some(until),
            zone: chrono_tz::Tz::UTC,
            stat: true,
        },
    ];
    let changes = [
        FactorChange::TotpAdded,
        FactorChange::TotpRemoved,
        FactorChange::AllRemoved,
        FactorChange::PasskeyAdded,
        FactorChange::PasskeyRemoved,
        FactorChange::RecoveryCodesMade,
    ];
    letters.extend(changes.map(|what| Letter::FactorChanged { what, at }));
    letters
}

fn worded(letter: &Letter, language: Language, clinic: &str, name: &str) -> Wording {
    let to = Recipient { email: "ann@mail.example".to_owned(), name: name.to_owned(), language };
    let links = MailLinks { public_url: "https://api.clinic.example".to_owned(), clinic_name: "unused".to_owned() };
    word(letter, &to, clinic, &links).unwrap()
}

#[test]
fn every_letter_says_in_both_languages_who_writes_and_to_whom() {
    for letter in letters() {
        for language in LANGUAGES {
            let Wording { subject, text, html } = worded(&letter, language, "Harbor Clinic", "Ann Reader");
            let which = format!("{letter:?} {language:?}\n{subject}\n{text}\n{html}");
            assert!(subject.contains("Harbor Clinic") && !subject.contains('\n') && subject.len() < 100, "{which}");
            let greeting = if language == Language::En { "Hello Ann Reader," } else { "Hola, Ann Reader:" };
            assert!(text.starts_with(greeting) && text.contains("Harbor Clinic"), "{which}");
            assert!(
                html.contains(greeting) && html.contains(&format!("<html lang=\"{}\">", language.tag())),
                "{which}"
            );
            for left in ["{{", "{%", "undefined", "none", "  "] {
                assert!(!text.contains(left) && !subject.contains(left), "{left} {which}");
            }
            for fetched in ["<img", "<script", "<link", "src=", "url(", "@import"] {
                assert!(!html.contains(fetched), "{which}");
            }
        }
    }
}

#[test]
fn a_link_stands_in_the_text_exactly_once_and_in_one_piece() {
    for letter in letters() {
        for language in LANGUAGES {
            let Wording { text, html, .. } = worded(&letter, language, "Harbor Clinic", "Ann");
            let expected = usize::from(letter.url().is_some());
            assert_eq!(text.lines().filter(|line| *line == URL).count(), expected, "{text}");
            assert_eq!(text.matches("abc?x=1").count(), expected, "{text}");
            assert_eq!(html.matches("<a href=").count(), expected, "{html}");
            assert_eq!(html.matches("x=1&amp;y=2").count(), 2 * expected, "{html}");
        }
    }
}

#[test]
fn every_instant_is_told_in_utc() {
    for letter in letters() {
        let english = worded(&letter, Language::En, "C", "A").text;
        let spanish = worded(&letter, Language::Es, "C", "A").text;
        assert!(english.contains("23 November 2026, ") && english.contains(":05 UTC"), "{english}");
        assert!(spanish.contains("23 de noviembre de 2026, ") && spanish.contains(":05 UTC"), "{spanish}");
    }
}

#[test]
fn the_words_of_a_letter_are_its_own() {
    let text = |letter: &Letter, language| worded(letter, language, "C", "A").text;
    let letters = letters();
    assert!(text(&letters[0], Language::En).contains("Ines Inviter invites you"));
    assert!(text(&letters[0], Language::En).contains("Your role there: front desk."));
    assert!(text(&letters[0], Language::Es).contains("Su función allí: recepción."));
    assert!(text(&letters[3], Language::En).contains("Firefox on Linux, network address 192.0.2.7."));
    assert!(text(&letters[5], Language::En).contains("It is now: auditor."));
    let emergency = "Bea Breaker abrió un acceso de emergencia";
    assert!(letters.iter().any(|letter| text(letter, Language::Es).contains(emergency)));
    let mut told: Vec<_> = letters.iter().flat_map(|letter| LANGUAGES.map(|language| text(letter, language))).collect();
    let all = told.len();
    told.sort();
    told.dedup();
    assert_eq!(told.len(), all, "no two letters say the same");
}

#[test]
fn what_people_call_themselves_is_neither_markup_nor_a_line_of_its_own() {
    let payload = "<b>x</b>\"'&\r\nBcc: a@evil.example\r\n\r\nhttps\u{202e} {{ 7 * 7 }}";
    let letter = Letter::NewDevice { device: payload.to_owned(), address: payload.to_owned(), at: at() };
    let invitation = Letter::Invitation {
        inviter: payload.to_owned(),
        role: payload.to_owned(),
        url: "https://x.example/\"><script>".to_owned(),
        expires_at: at(),
    };
    for language in LANGUAGES {
        for letter in [&letter, &invitation] {
            let Wording { subject, text, html } = worded(letter, language, payload, payload);
            assert!(!subject.contains(['\r', '\n', '\u{202e}']), "{subject}");
            assert!(!text.contains(['\r', '\u{202e}']) && !text.lines().any(|line| line.starts_with("Bcc")), "{text}");
            assert!(text.contains("<b>x</b>") && text.contains("{{ 7 * 7 }}"), "the text is as it was written: {text}");
            assert!(!html.contains("<b>") && !html.contains("<script") && !html.contains("\"><"), "{html}");
            assert!(html.contains("&lt;b&gt;"), "{html}");
        }
    }
}

#[test]
fn somebody_without_a_name_is_greeted_all_the_same() {
    let letter = Letter::PasswordChanged { at: at() };
    assert!(worded(&letter, Language::En, "C", "").text.starts_with("Hello,\n"));
    assert!(worded(&letter, Language::Es, "C", " \r\n").text.starts_with("Hola:\n"));
}
