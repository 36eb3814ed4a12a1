use super::{judgement::Proof, links, prose::fingerprint, *};
use crate::inquiries::form::Pace;

const PATIENTS: &str = include_str!("../../../tests/fixtures/clinic_messages.tsv");
const ADVERTISEMENTS: &str = include_str!("../../../tests/fixtures/advertisements.tsv");

fn signals<'a>(name: &'a str, message: &'a str) -> Signals<'a> {
    Signals {
        honeypot: false,
        pace: Some(Pace::Human),
        proof: Proof::NotAsked,
        name,
        parts: None,
        email: Some("dana@mail.example"),
        message: Some(message),
        others: &[],
        languages: &["en", "es"],
        own_hosts: &["clinic.example"],
        emergency: false,
        incomplete: false,
        spam_at_source: false,
    }
}

fn reasons(name: &str, message: &str) -> Vec<&'static str> {
    judge(&signals(name, message)).reasons.iter().map(|reason| reason.name()).collect()
}

#[test]
fn no_message_of_a_patient_is_spam_and_hardly_one_waits() {
    let rows: Vec<_> = PATIENTS.lines().skip(1).collect();
    assert!(rows.len() > 200, "{}", rows.len());
    let mut held = Vec::new();
    for row in &rows {
        let mut cells = row.split('\t').skip(1);
        let (name, message) = (cells.next().unwrap(), cells.next().unwrap().replace("\\n", "\n"));
        match judge(&signals(name, &message)).verdict {
            Verdict::Accepted => {}
            Verdict::Held => held.push(message),
            Verdict::Spam => panic!("spam: {message}"),
        }
    }
    assert!(held.len() * 100 < rows.len() * 2, "{held:#?}");
}

#[test]
fn an_advertisement_does_not_reach_the_desk_by_itself() {
    for row in ADVERTISEMENTS.lines().skip(1) {
        let (name, message) = row.split_once('\t').unwrap();
        let judgement = judge(&signals(name, message));
        assert!(judgement.verdict >= Verdict::Held, "{judgement:?}: {message}");
        assert!(judgement.score >= HELD_FROM);
    }
}

#[test]
fn the_hidden_field_alone_makes_spam_and_an_emergency_does_not_change_that() {
    let honeypot = judge(&Signals { honeypot: true, emergency: true, ..signals("Dana", "Hello") });
    assert_eq!((honeypot.verdict, honeypot.reasons.as_slice()), (Verdict::Spam, &[Reason::Honeypot][..]));
}

#[test]
fn an_emergency_is_held_where_it_would_be_spam() {
    let message = "[url=https://a.example]casino bonus[/url] free spins, buy viagra online";
    assert_eq!(judge(&signals("Dana", message)).verdict, Verdict::Spam);
    assert_eq!(judge(&Signals { emergency: true, ..signals("Dana", message) }).verdict, Verdict::Held);
}

#[test]
fn a_page_left_open_a_proof_that_ended_and_no_token_hold_nobody_back() {
    for (pace, proof, verdict) in [
        (None, Proof::NotAsked, Verdict::Accepted),
        (Some(Pace::Expired), Proof::NotAsked, Verdict::Accepted),
        (Some(Pace::Human), Proof::Expired, Verdict::Accepted),
        (Some(Pace::Expired), Proof::Expired, Verdict::Held),
        (Some(Pace::TooFast), Proof::NotAsked, Verdict::Held),
        (None, Proof::Missing, Verdict::Held),
        (None, Proof::Wrong, Verdict::Held),
        (None, Proof::Given, Verdict::Accepted),
    ] {
        let judgement = judge(&Signals { pace, proof, ..signals("Dana", "Hello there") });
        assert_eq!(judgement.verdict, verdict, "{pace:?} {proof:?}");
    }
}

#[test]
fn links_are_counted_as_people_and_machines_write_them() {
    let found = |text: &str| links::found(text, "", &["clinic.example"]).map(Reason::name).collect::<Vec<_>>();
    for text in ["I come at 5.I will wait", "vit.D and Dr.Who", "write to ann@mail.example.com", "e.g. aspirin", "3.50"]
    {
        assert_eq!(found(text), [""; 0], "{text}");
    }
    assert_eq!(
        found("your page https://www.clinic.example/flu and http://clinic.example"),
        [""; 0],
        "the clinic's own"
    );
    for text in ["see http://a.example/x", "see www.a.example", "see a-b.com/x", "HTTPS://A.EXAMPLE", "(a.com)"] {
        assert_eq!(found(text), ["link"], "{text}");
    }
    assert_eq!(found("http://evil.example?clinic.example"), ["link"]);
    assert_eq!(found("http://clinic.example@evil.example/"), ["link"], "what stands before the @ is no host");
    assert_eq!(found("https://a.com https://a.com"), ["links"]);
    assert_eq!(found("https://bit.ly/x"), ["link", "shortened_link"]);
    assert_eq!(found("[URL=https://a.com]x[/URL]"), ["link", "forum_markup"]);
    assert_eq!(found("<A HREF='https://a.com'>x</a>"), ["link", "html_markup"]);
    assert_eq!(found("a@x.com, b@x.com, c@x.com, d@x.com"), ["many_recipients"]);
}

#[test]
fn names_as_people_have_them_are_no_reason() {
    for name in [
        "Wren Halloway",
        "LaToya McDonald",
        "DeAndre",
        "O'Brien",
        "Nguyễn Thị Hoa",
        "Schmidtchen",
        "李伟",
        "Ng",
        "MacKenzie",
        "Krzysztof Szczepański",
        "VAN DER BERG",
        "Ray Ban",
        "Mary Ann",
    ] {
        assert_eq!(reasons(name, "Hello there"), [""; 0], "{name}");
    }
    assert_eq!(reasons("RobertKaf", "Hello there"), ["name_tail"]);
    assert_eq!(reasons("hQzRtKpLwv", "Hello there"), ["gibberish_name"]);
    assert_eq!(reasons("Charles Charles", "Hello there"), ["name_twice"]);
    assert_eq!(reasons("buy.example.com", "Hello there"), ["link_in_name"]);
    assert_eq!(reasons("Hello there", "hello, THERE!"), ["message_is_name"]);
}

#[test]
fn an_address_tells_little() {
    let of = |email| judge(&Signals { email: Some(email), ..signals("Dana", "Hello there") }).reasons;
    assert_eq!(of("d.a.n.a.f@mail.example"), [Reason::DottedAddress]);
    assert_eq!(of("dana@Yopmail.com"), [Reason::DisposableAddress]);
    assert_eq!(of("dana.q.fuller@mail.example"), []);
}

#[test]
fn a_script_is_foreign_where_neither_the_clinic_nor_the_sender_speaks_it() {
    let message = "Здравствуйте, можно записаться?";
    assert_eq!(reasons("Dana", message), ["foreign_script"]);
    let judgement = judge(&Signals { languages: &["en", "ru"], ..signals("Dana", message) });
    assert_eq!((judgement.verdict, judgement.score), (Verdict::Accepted, 0));
}

#[test]
fn a_fingerprint_sees_through_case_spacing_numbers_links_and_compatibility_letters() {
    let print = |text: &str| fingerprint(text).map(|print| print.to_string());
    let first = print("Our offer of 12 May:  call 561-555-0100 or see https://a.example/x?u=1 today").unwrap();
    let again = print("OUR OFFER of 7 May: call 1-2-3 or\nsee www.other.example/path today").unwrap();
    assert_eq!(first, again);
    assert_eq!(print("ｏｕｒ offer of 3 may: call 9-9-9 or see http://b.example today").unwrap(), again);
    assert_ne!(print("Our offer of 12 May: call 561-555-0100 or see nothing at all today"), Some(first));
    assert_eq!(print("Please call me back"), None, "that is everybody's");
}

#[test]
fn every_reason_has_a_name_of_its_own_and_a_weight() {
    let names: std::collections::BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.name()).collect();
    assert_eq!(names.len(), Reason::ALL.len());
    assert!(Reason::ALL.iter().all(|reason| reason.weight() > 0));
    let alone = Reason::ALL.iter().filter(|reason| reason.weight() >= SPAM_FROM).collect::<Vec<_>>();
    assert_eq!(alone, [&Reason::Honeypot, &Reason::SpamAtSource], "nothing else is certain by itself");
}

#[test]
fn the_table_of_the_documentation_is_the_table_of_the_code() {
    let table = include_str!("../../../docs/SPAM.md");
    for reason in Reason::ALL {
        let row = format!("| `{}` | {} |", reason.name(), reason.weight());
        assert!(table.contains(&row), "docs/SPAM.md lacks: {row}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_judged(name in "\\PC{0,40}", message in "\\PC{0,400}") {
        let judgement = judge(&signals(&name, &message));
        proptest::prop_assert!(judgement.score >= 0);
        proptest::prop_assert_eq!(judge(&signals(&name, &message)), judgement);
    }
}
