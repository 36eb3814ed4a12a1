//! Absolute claims in what a reader sees, unless the claim register has evidence for them. A claim of the register
//! settles a sentence in which one of its phrases stands.

use super::treatments::Status;
use super::{Code, Finding, Submission, phrases, treatments, wording};

/// The most that are told of one article: a text that is nothing but promises is known for one.
const MOST: usize = 100;

pub(super) fn find(submission: &Submission, findings: &mut Vec<Finding>) {
    let spanish = submission.locale.split('-').next() == Some("es");
    let approvals = Approvals::of(submission);
    let most = findings.len() + MOST;
    for (pointer, text) in submission.texts() {
        for sentence in wording::sentences(text) {
            let plain = wording::plain(sentence);
            let claimed = phrases::absolute(&plain, spanish).into_iter().map(|words| (words, ABSOLUTE));
            let approved = phrases::approval(&plain).filter(|_| approvals.contradict(sentence));
            let claimed: Vec<_> = claimed.chain(approved.map(|words| (words, UNAPPROVED))).collect();
            if claimed.is_empty() || is_settled(submission, sentence) {
                continue;
            }
            for (words, message) in claimed {
                if findings.len() < most {
                    findings.push(
                        Finding::at(pointer.clone(), Code::AbsoluteClaim, message).about(words.trim()).within(sentence),
                    );
                }
            }
        }
    }
}

const ABSOLUTE: &str = "this promises more than a treatment can hold, and no claim of the register settles it";
const UNAPPROVED: &str = "this says that the FDA has approved what is offered outside its approval or compounded";

fn is_settled(submission: &Submission, sentence: &str) -> bool {
    let words = wording::words(sentence);
    submission.claims.iter().flatten().any(|phrase| wording::names(&words, phrase))
}

/// The treatments that the article names, by how the FDA stands to them.
struct Approvals {
    unapproved: Vec<String>,
    approved: Vec<String>,
}

impl Approvals {
    fn of(submission: &Submission) -> Self {
        let named = treatments::named(submission);
        let of = |wanted: &[Status]| {
            let these = named.iter().filter(|treatment| wanted.contains(&treatment.status));
            these.map(|treatment| treatment.name.to_owned()).collect()
        };
        Self { unapproved: of(&[Status::OffLabel, Status::Compounded]), approved: of(&[Status::Approved]) }
    }

    /// Whether a sentence that claims an approval is about what has none: it names such a treatment, or it names none
    /// that is approved in an article that names such a treatment elsewhere.
    fn contradict(&self, sentence: &str) -> bool {
        let words = wording::words(sentence);
        let names = |these: &[String]| these.iter().any(|name| wording::names(&words, name));
        names(&self.unapproved) || (!self.unapproved.is_empty() && !names(&self.approved))
    }
}
