use serde_json::json;

use super::*;
use crate::inquiries::tests::{parse, small_body};

fn rule(name: &str, language: &str, phrases: &[&str]) -> Phrases {
    let phrases: Vec<String> = phrases.iter().map(|phrase| (*phrase).to_owned()).collect();
    Phrases::new(name.to_owned(), language.to_owned(), &phrases)
}

fn matched(phrases: &[&str], message: &str) -> bool {
    let mut body = small_body();
    body["message"] = json!(message);
    find(&[rule("Rule", "en", phrases)], &parse(&body).unwrap()).is_some()
}

#[test]
fn phrases_are_whole_words_whatever_their_case_accents_and_apostrophes() {
    for (phrase, message) in [
        ("can't breathe", "Help, I CANT   BREATHE"),
        ("can't breathe", "I can’t\nbreathe."),
        ("presión en el pecho", "tengo PRESION EN EL PECHO!!"),
        ("suicid*", "I feel suicidal"),
        ("overdos*", "overdose"),
        ("chest pain*", "ｃｈｅｓｔ pains"),
        ("chest pain", "che\u{200b}st-pain since noon"),
    ] {
        assert!(matched(&[phrase], message), "{phrase}: {message}");
    }
    for (phrase, message) in [
        ("stroke", "I was strokeside"),
        ("chest pain", "my chest. No. Pain in the knee"),
        ("overdose", "overdosed"),
        ("kill him", "the skill himself"),
        ("???", "???"),
    ] {
        assert!(!matched(&[phrase], message), "{phrase}: {message}");
    }
}

#[test]
fn a_denied_emergency_is_one_all_the_same() {
    assert!(matched(&["chest pain"], "I have no chest pain"));
}

#[test]
fn words_in_an_answer_and_in_the_service_are_looked_at_too() {
    let mut body = small_body();
    body["service"] = json!("chest pain");
    let rules = [rule("Heart", "en", &["chest pain"])];
    assert_eq!(find(&rules, &parse(&body).unwrap()).map(|rule| &rule.name), rules.first().map(|rule| &rule.name));
    assert!(find(&rules, &parse(&small_body()).unwrap()).is_none());
}
