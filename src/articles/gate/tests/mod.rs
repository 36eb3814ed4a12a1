//! The rules of the gate, one sentence each.

mod claims;
mod properties;
mod review;
mod structure;
mod treatments;

use chrono::NaiveDate;

use super::*;
use crate::body::Body;

/// A clinical article that nothing stands in the way of.
fn sound() -> Submission {
    Submission {
        kind: Kind::Clinical,
        locale: "en".to_owned(),
        title: "Sleep and light".to_owned(),
        summary: None,
        body_markdown: String::new(),
        body_text: String::new(),
        headings: Vec::new(),
        faqs: Vec::new(),
        cover: None,
        references: 1,
        has_author: true,
        review: Some(Review {
            by_author: false,
            licences: vec![Licence { expires_on: day("2027-01-01") }],
            next_review_due: day("2026-12-31"),
        }),
        day: NaiveDate::default(),
        services: Vec::new(),
        disclosures: Vec::new(),
        claims: Vec::new(),
        reach: Reach { own_path: "/articles/sleep".to_owned(), ..Reach::default() },
    }
    .on("2026-06-01")
    .saying("## Light\n\nBright light in the morning helps many people.")
}

fn day(text: &str) -> Option<NaiveDate> {
    text.parse().ok()
}

impl Submission {
    fn on(self, text: &str) -> Self {
        Self { day: day(text).unwrap(), ..self }
    }

    fn saying(self, markdown: &str) -> Self {
        let body = Body::from_markdown(markdown).unwrap();
        Self { body_markdown: body.markdown, body_text: body.text, headings: body.headings, ..self }
    }

    fn codes(&self) -> Vec<&'static str> {
        self.findings(&Policy::default()).iter().map(|finding| finding.code.name()).collect()
    }

    fn subjects(&self, code: Code) -> Vec<String> {
        let all = self.findings(&Policy::default()).into_iter();
        all.filter(|finding| finding.code == code).map(|finding| finding.subject).collect()
    }
}

#[test]
fn an_article_that_has_everything_passes() {
    assert_eq!(sound().findings(&Policy::default()), []);
}

#[test]
fn a_setting_turns_a_blocker_into_a_warning_and_nothing_else() {
    let nobody = Submission { has_author: false, references: 0, ..sound() };
    let policy = Policy::with([(Code::ReferenceMissing, Severity::Warning)]);
    let found: Vec<_> = nobody.findings(&policy).into_iter().map(|finding| (finding.code, finding.severity)).collect();
    assert_eq!(found, [(Code::AuthorRequired, Severity::Blocker), (Code::ReferenceMissing, Severity::Warning)]);
}

#[test]
fn the_name_of_each_finding_leads_back_to_it_and_the_settings_know_them_all() {
    for code in Code::ALL {
        assert_eq!(Code::named(code.name()), Some(*code));
        assert_eq!(serde_json::to_value(code).unwrap(), code.name());
    }
    let known: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(known, crate::config::GATE_CODES);
}
