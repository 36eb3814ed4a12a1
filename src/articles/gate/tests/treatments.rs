//! Which disclosures a text demands.

use super::*;

fn service(name: &str, status: &str, attached: bool) -> Service {
    Service { names: vec![name.to_owned(), format!("{name} therapy")], status: Status::named(status), attached }
}

fn demanded(markdown: &str, services: Vec<Service>) -> Vec<String> {
    Submission { services, ..sound() }.saying(markdown).subjects(Code::DisclosureMissing)
}

#[test]
fn a_treatment_outside_its_approval_demands_its_disclosure() {
    let lamp = || vec![service("Blue Lamp", "off_label", false)];
    assert_eq!(demanded("We offer blue-lamp therapy.", lamp()), ["blue lamp"]);
    assert_eq!(demanded("We offer BLUE LÁMPS.", lamp()), ["blue lamp"]);
    assert_eq!(demanded("We offer blue lampshades.", lamp()), [""; 0]);
    assert_eq!(demanded("Nothing of it.", vec![service("Blue Lamp", "compounded", true)]), ["blue lamp"]);
    assert_eq!(demanded("We offer blue lamps.", vec![service("Blue Lamp", "approved", true)]), [""; 0]);
    let met = Submission { services: lamp(), disclosures: vec!["off_label".to_owned()], ..sound() };
    assert_eq!(met.saying("We offer blue lamps.").codes(), [""; 0]);
    let other = Submission { services: lamp(), disclosures: vec!["risk".to_owned()], ..sound() };
    assert_eq!(other.saying("We offer blue lamps.").codes(), ["disclosure_missing"], "a disclosure of another kind");
}

#[test]
fn what_clinics_commonly_offer_outside_its_approval_is_known_without_a_record() {
    assert_eq!(demanded("Ketamine infusions may lift the mood.", Vec::new()), ["ketamine"]);
    assert_eq!(demanded("La Ketamina puede ayudar.", Vec::new()), ["ketamina"]);
    assert_eq!(demanded("Esketamine is a nasal spray.", Vec::new()), [""; 0]);
    assert_eq!(demanded("Ketamine has long been used for anesthesia.", Vec::new()), [""; 0]);
    assert_eq!(demanded("Ketamine is an anesthetic. We offer ketamine for pain.", Vec::new()), ["ketamine"]);
    assert_eq!(demanded("Semaglutide is approved.", Vec::new()), [""; 0]);
    assert_eq!(demanded("We offer compounded semaglutide.", Vec::new()), ["compounded semaglutide"]);
}

#[test]
fn a_treatment_is_found_in_the_title_the_summary_and_the_questions_too() {
    let titled = Submission { title: "Ketamine at our clinic".to_owned(), ..sound() };
    assert_eq!(titled.codes(), ["disclosure_missing"]);
    let faq = Faq { question: "Do you offer ketamine?".to_owned(), answer: "Yes.".to_owned() };
    let asked = Submission { faqs: vec![faq], ..sound() };
    assert_eq!(asked.findings(&Policy::default())[0].pointer, "/faqs/0/question");
}
