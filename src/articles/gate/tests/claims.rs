//! Absolute claims.

use super::*;

fn claims(text: &str) -> Vec<String> {
    sound().saying(text).subjects(Code::AbsoluteClaim)
}

fn spanish(text: &str) -> Vec<String> {
    Submission { locale: "es-US".to_owned(), ..sound() }.saying(text).subjects(Code::AbsoluteClaim)
}

#[test]
fn absolute_words_are_found() {
    for (text, found) in [
        ("It cures migraine.", "cures"),
        ("A guaranteed way to sleep.", "guaranteed"),
        ("Our method is 100 % effective.", "100 %"),
        ("It has no side effects.", "no side effects"),
        ("You sleep without any side effects.", "without any side effects"),
        ("Relief without the risk of opioid addiction or dependence.", "without the risk of opioid addiction"),
        ("It is non-addictive.", "non-addictive"),
        ("It is not addictive at all.", "not addictive"),
        ("There is no risk.", "no risk"),
        ("It permanently removes the pain.", "permanently removes"),
        ("Relieves back pain permanently.", "relieves back pain permanently"),
        ("A miracle for your skin.", "miracle"),
        ("A completely safe treatment.", "completely safe"),
        ("These effects do not have long-term consequences.", "do not have long-term consequences"),
    ] {
        assert_eq!(claims(text), [found], "{text}");
    }
}

#[test]
fn parts_of_words_denials_and_questions_are_no_claims() {
    for text in [
        "The data is secure, and we procure it.",
        "Light does not cure depression.",
        "There is no known cure.",
        "Scientists look for a cure.",
        "Results cannot be guaranteed.",
        "We don't guarantee anything.",
        "It is not a miracle.",
        "Can light cure depression?",
        "Smoking is no risk factor here.",
        "The clinic is closed permanently.",
        "All of our staff, 100 %, were there.",
        "The injury can permanently damage the nerve.",
        "It is used under the riskiest conditions.",
    ] {
        assert_eq!(claims(text), [""; 0], "{text}");
    }
    assert_eq!(claims("Others do not work, ours cures."), ["cures"], "a denial ends with its clause");
    assert_eq!(claims("Want a guaranteed cure?"), ["guaranteed", "cure"], "an offer in the form of a question");
}

#[test]
fn spanish_is_read_in_spanish_texts() {
    for (text, found) in [
        ("La luz cura la depresión.", "cura"),
        ("Resultados garantizados.", "garantizados"),
        ("Es eficaz al 100 %.", "100 %"),
        ("Sin efectos secundarios.", "sin efectos secundarios"),
        ("Un tratamiento sin riesgos.", "sin riesgos"),
        ("No es adictivo.", "no es adictivo"),
        ("Un remedio milagroso.", "milagroso"),
        ("Elimina el dolor para siempre.", "elimina el dolor para siempre"),
    ] {
        assert_eq!(spanish(text), [found], "{text}");
    }
    assert_eq!(spanish("La luz no cura la depresión. ¿Cura la luz la depresión?"), [""; 0]);
    assert_eq!(claims("Doctor Cura works here."), [""; 0], "and in no others");
}

#[test]
fn an_approval_is_claimed_for_what_has_none() {
    let lamp =
        |status: &str| Service { names: vec!["Blue Lamp".to_owned()], status: Status::named(status), attached: true };
    let of = |status: &str, text: &str| {
        let submission = Submission { services: vec![lamp(status)], ..sound() };
        submission.saying(text).subjects(Code::AbsoluteClaim)
    };
    assert_eq!(of("off_label", "The blue lamp is FDA-approved."), ["fda-approved"]);
    assert_eq!(of("off_label", "Our method is FDA approved."), ["fda approved"]);
    assert_eq!(of("off_label", "The blue lamp is not FDA-approved for this."), [""; 0]);
    assert_eq!(of("approved", "The blue lamp is FDA-approved."), [""; 0]);
    assert_eq!(of("not_applicable", "The vaccine is approved by the FDA."), [""; 0], "nothing is known against it");
}

#[test]
fn the_register_settles_a_sentence_in_which_its_phrase_stands() {
    let with = |phrase: &str| Submission { claims: vec![vec![phrase.to_owned()]], ..sound() };
    let text = "The tablets cure athlete's foot. The cream cures everything.";
    let left = with("cure athlete's foot").saying(text);
    assert_eq!(left.subjects(Code::AbsoluteClaim), ["cures"]);
    assert_eq!(with("Cure Athletes Foot").saying(text).subjects(Code::AbsoluteClaim), ["cures"]);
    assert_eq!(with("").saying(text).subjects(Code::AbsoluteClaim).len(), 2, "an empty phrase settles nothing");
}

#[test]
fn a_claim_is_found_wherever_a_reader_sees_it_and_told_with_its_sentence() {
    let faq = Faq { question: "Does it help?".to_owned(), answer: "Yes. It is guaranteed.".to_owned() };
    let everywhere =
        Submission { title: "A miracle".to_owned(), summary: Some("It cures.".to_owned()), faqs: vec![faq], ..sound() };
    let found = everywhere.findings(&Policy::default());
    let places: Vec<_> = found.iter().map(|finding| finding.pointer.as_str()).collect();
    assert_eq!(places, ["/title", "/summary", "/faqs/0/answer"]);
    assert_eq!(found[2].excerpt.as_deref(), Some("It is guaranteed."));
}
