//! Where an inquiry stands, where it may go from there, and why it went. Pure. Refuses what nobody could explain later:
//! an end without a reason, a reason that belongs to another end, and the way back to `new`, since an inquiry that
//! somebody touched is not new any more. What was taken for spam or held comes back by its release alone, which tells
//! people of it.

/// Where an inquiry stands in the clinic's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nobody has looked at it.
    New,
    /// Somebody answered.
    Contacted,
    /// Nobody answered the clinic.
    NoAnswer,
    /// It is the patient's turn.
    WaitingOnPatient,
    /// A visit is agreed.
    Scheduled,
    /// The visit has taken place.
    ConsultCompleted,
    /// Done.
    Closed,
    /// Not from a patient.
    Spam,
    /// Put aside until somebody looks at it.
    Held,
    /// Passed on to another clinic.
    Transferred,
}

use Status::{
    Closed, ConsultCompleted, Contacted, Held, New, NoAnswer, Scheduled, Spam, Transferred, WaitingOnPatient,
};

/// The reason that says nothing by itself: a note has to.
pub const OTHER: &str = "other";

/// Why an inquiry is closed.
const CLOSED: [&str; 11] = [
    "resolved",
    "booked",
    "no_response",
    "wrong_contact",
    "declined",
    "withdrawn",
    "not_offered",
    "out_of_area",
    "duplicate",
    "not_a_patient",
    OTHER,
];
/// Where an inquiry was passed on to.
const TRANSFERRED: [&str; 5] = ["emergency_services", "other_clinic", "specialist", "insurer", OTHER];
/// What became of an attempt.
const NO_ANSWER: [&str; 5] = ["no_reply", "left_message", "bounced", "wrong_contact", OTHER];
/// What it was instead of an inquiry.
const SPAM: [&str; 5] = ["advertising", "abuse", "fraud", "test", OTHER];

/// Each status by its name, with where it may go.
const TABLE: [(&str, Status, &[Status]); 10] = [
    ("new", New, &[Contacted, NoAnswer, WaitingOnPatient, Scheduled, ConsultCompleted, Closed, Transferred, Spam]),
    ("contacted", Contacted, &[NoAnswer, WaitingOnPatient, Scheduled, ConsultCompleted, Closed, Transferred, Spam]),
    ("no_answer", NoAnswer, &[Contacted, WaitingOnPatient, Scheduled, Closed, Transferred, Spam]),
    (
        "waiting_on_patient",
        WaitingOnPatient,
        &[Contacted, NoAnswer, Scheduled, ConsultCompleted, Closed, Transferred, Spam],
    ),
    ("scheduled", Scheduled, &[Contacted, NoAnswer, WaitingOnPatient, ConsultCompleted, Closed, Transferred]),
    ("consult_completed", ConsultCompleted, &[Contacted, WaitingOnPatient, Scheduled, Closed, Transferred]),
    // Somebody writes again, or it was closed too soon.
    ("closed", Closed, &[Contacted, NoAnswer, WaitingOnPatient, Scheduled]),
    ("spam", Spam, &[]),
    ("held", Held, &[Spam]),
    // The other clinic sent it back.
    ("transferred", Transferred, &[Contacted, NoAnswer, WaitingOnPatient, Scheduled, Closed]),
];

impl Status {
    /// The names that the API has, in the order in which work goes on.
    pub fn names() -> [&'static str; 10] {
        TABLE.map(|(name, ..)| name)
    }

    /// The status of that name.
    pub fn named(name: &str) -> Option<Self> {
        TABLE.iter().find(|(known, ..)| *known == name).map(|(_, status, _)| *status)
    }

    /// The name as it is stored.
    pub fn name(self) -> &'static str {
        TABLE.iter().find(|(_, status, _)| *status == self).map_or("", |(name, ..)| name)
    }

    /// Where it may go from here.
    pub fn leads_to(self) -> &'static [Self] {
        TABLE.iter().find(|(_, status, _)| *status == self).map_or(&[], |(.., next)| next)
    }

    /// Whether it shows that the clinic has turned to the sender: the first such status is the first response.
    pub fn is_response(self) -> bool {
        matches!(self, Contacted | NoAnswer | WaitingOnPatient | Scheduled | ConsultCompleted)
    }

    /// Whether nobody has to act on it any more (`cms.due_at` says the same).
    pub fn is_over(self) -> bool {
        matches!(self, Closed | Spam | Transferred)
    }

    /// The codes that say why it stands there; none where the status says it itself.
    pub fn reasons(self) -> &'static [&'static str] {
        match self {
            Closed => &CLOSED,
            Transferred => &TRANSFERRED,
            NoAnswer => &NO_ANSWER,
            Spam => &SPAM,
            New | Contacted | WaitingOnPatient | Scheduled | ConsultCompleted | Held => &[],
        }
    }

    /// Whether one of its reasons has to be given.
    pub fn needs_reason(self) -> bool {
        matches!(self, Closed | Transferred | NoAnswer)
    }
}

/// Every reason there is, each once.
pub fn all_reasons() -> Vec<&'static str> {
    let mut all: Vec<_> = TABLE.iter().flat_map(|(_, status, _)| status.reasons().iter().copied()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = Status> {
        TABLE.iter().map(|(_, status, _)| *status)
    }

    #[test]
    fn each_status_is_named_once_and_its_name_leads_back() {
        let mut names = Status::names().to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TABLE.len());
        for status in all() {
            assert_eq!(Status::named(status.name()), Some(status));
        }
        assert_eq!(Status::named("open"), None);
    }

    #[test]
    fn nothing_becomes_new_or_held_again_by_hand() {
        for status in all() {
            assert!(!status.leads_to().contains(&New) && !status.leads_to().contains(&Held), "{status:?}");
            assert!(!status.leads_to().contains(&status), "{status:?} leads to itself");
        }
    }

    #[test]
    fn spam_and_what_is_held_leave_by_their_release_alone() {
        assert_eq!(Spam.leads_to(), []);
        assert_eq!(Held.leads_to(), [Spam], "it may be called spam, and nothing else");
    }

    #[test]
    fn what_a_visit_was_agreed_for_is_not_called_spam() {
        for status in [Scheduled, ConsultCompleted, Closed, Transferred] {
            assert!(!status.leads_to().contains(&Spam), "{status:?}");
        }
    }

    #[test]
    fn every_open_status_can_be_closed() {
        for status in all().filter(|status| !status.is_over() && *status != Held) {
            assert!(status.leads_to().contains(&Closed), "{status:?}");
        }
    }

    #[test]
    fn an_end_says_why() {
        for status in [Closed, Transferred, NoAnswer] {
            assert!(status.needs_reason(), "{status:?}");
        }
        for status in all() {
            assert!(!status.needs_reason() || status.reasons().contains(&OTHER), "{status:?}");
            let codes = status.reasons().iter().all(|code| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
            assert!(codes, "{status:?}");
        }
        assert!(all_reasons().iter().filter(|reason| **reason == OTHER).count() == 1);
    }

    #[test]
    fn an_end_is_no_response() {
        for status in all() {
            assert!(!(status.is_over() && status.is_response()), "{status:?}");
        }
        assert!(!New.is_response() && !Held.is_response());
    }
}
