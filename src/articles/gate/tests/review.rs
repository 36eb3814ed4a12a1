//! Author, reviewer, licence, dates, references.

use super::*;

fn reviewed(change: impl FnOnce(&mut Review)) -> Submission {
    let mut submission = sound();
    change(submission.review.as_mut().unwrap());
    submission
}

#[test]
fn a_clinical_article_needs_everything_and_a_general_one_an_author() {
    let bare = Submission { has_author: false, references: 0, review: None, ..sound() };
    assert_eq!(bare.codes(), ["author_required", "review_missing", "next_review_missing", "reference_missing"]);
    assert_eq!(Submission { kind: Kind::General, ..bare }.codes(), ["author_required"]);
}

#[test]
fn nobody_reviews_their_own_article() {
    assert_eq!(reviewed(|review| review.by_author = true).codes(), ["review_by_author"]);
}

#[test]
fn a_licence_counts_to_the_end_of_its_last_day() {
    let until = |text: &str| reviewed(|review| review.licences = vec![Licence { expires_on: day(text) }]).codes();
    assert_eq!(until("2026-06-01"), [""; 0]);
    assert_eq!(until("2026-05-31"), ["licence_expired"]);
    assert_eq!(reviewed(|review| review.licences.clear()).codes(), ["licence_missing"]);
    assert_eq!(reviewed(|review| review.licences = vec![Licence::default()]).codes(), ["licence_missing"]);
    let two = vec![Licence { expires_on: day("2020-01-01") }, Licence { expires_on: day("2026-06-02") }];
    assert_eq!(reviewed(|review| review.licences = two).codes(), [""; 0], "one that is current is enough");
}

#[test]
fn a_review_that_is_due_today_is_not_overdue() {
    assert_eq!(reviewed(|review| review.next_review_due = day("2026-06-01")).codes(), [""; 0]);
    assert_eq!(reviewed(|review| review.next_review_due = day("2026-05-31")).codes(), ["review_overdue"]);
    assert_eq!(reviewed(|review| review.next_review_due = None).codes(), ["next_review_missing"]);
    assert_eq!(sound().on("2027-01-02").codes(), ["licence_expired", "review_overdue"], "judged on the day it begins");
}

#[test]
fn nobody_overrides_what_makes_a_review() {
    let never: Vec<_> = Code::ALL.iter().filter(|code| !code.may_be_overridden()).map(|code| code.name()).collect();
    let expected = [
        "author_required",
        "review_missing",
        "review_by_author",
        "licence_missing",
        "licence_expired",
        "next_review_missing",
        "review_overdue",
    ];
    assert_eq!(never, expected);
}
