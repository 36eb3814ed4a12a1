//! Who stands for an article: an author for every one; for a clinical one a reviewer other than the author, whose licence
//! is current on the day on which it begins to be visible, a date for the next review, and sources.

use super::{Code, Finding, Review, Submission};
use crate::articles::article::Kind;

pub(super) fn find(submission: &Submission, findings: &mut Vec<Finding>) {
    if !submission.has_author {
        let message = "an article is published under somebody's name";
        findings.push(Finding::at("/author", Code::AuthorRequired, message));
    }
    if submission.kind != Kind::Clinical {
        return;
    }
    match &submission.review {
        None => {
            let message = "a clinical article is signed off by a reviewer, and nobody has signed off this content";
            findings.push(Finding::at("/signoff", Code::ReviewMissing, message));
            findings.push(Finding::at(NEXT, Code::NextReviewMissing, "no date is set for the next review"));
        }
        Some(review) => judge(submission, review, findings),
    }
    if submission.references == 0 {
        let message = "a clinical article names what it relies on";
        findings.push(Finding::at("/references", Code::ReferenceMissing, message));
    }
}

const REVIEWER: &str = "/signoff/reviewed_by";
const NEXT: &str = "/signoff/next_review_due";

fn judge(submission: &Submission, review: &Review, findings: &mut Vec<Finding>) {
    if review.by_author {
        let message = "the author has signed off their own article";
        findings.push(Finding::at(REVIEWER, Code::ReviewByAuthor, message));
    }
    // A licence whose last day nobody knows cannot be told to be current.
    let last_days: Vec<_> = review.licences.iter().filter_map(|licence| licence.expires_on).collect();
    if last_days.is_empty() {
        let message = "no licence with a last day is on record for the reviewer";
        findings.push(Finding::at(REVIEWER, Code::LicenceMissing, message));
    } else if last_days.iter().all(|last| *last < submission.day) {
        let message = format!("no licence of the reviewer is current on {}", submission.day);
        findings.push(Finding::at(REVIEWER, Code::LicenceExpired, message));
    }
    match review.next_review_due {
        None => findings.push(Finding::at(NEXT, Code::NextReviewMissing, "no date is set for the next review")),
        Some(due) if due < submission.day => {
            let message = format!("the next review was due on {due}, before {}", submission.day);
            findings.push(Finding::at(NEXT, Code::ReviewOverdue, message));
        }
        Some(_) => {}
    }
}
