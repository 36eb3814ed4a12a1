//! What a list of inquiries is narrowed to and how it is ordered. Refuses a filter by anything that is sealed: whoever
//! looks for an address or a number asks at `/searches`, where neither stands in an address or a log.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::status::Status;
use crate::{
    http::{FieldError, QueryReader},
    inquiries::inquiry::KINDS,
};

/// How urgent an inquiry is.
pub const PRIORITIES: [&str; 3] = ["normal", "urgent", "stat"];
/// How an inquiry came in.
pub const SOURCES: [&str; 7] = ["api", "form", "google_ads", "meta", "typeform", "callrail", "generic"];

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Newest first.
    #[default]
    Received,
    /// The most overdue first; what nobody has to act on comes last.
    Due,
}

/// Whose inquiries are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assignees {
    /// Those of these accounts.
    pub accounts: Vec<Uuid>,
    /// Those of nobody.
    pub nobody: bool,
}

/// The filters as they were asked for; all that are given have to hold.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Any of these statuses.
    pub statuses: Option<Vec<String>>,
    /// Slugs or ids of locations.
    pub locations: Option<Vec<String>>,
    /// Slugs or ids of forms.
    pub forms: Option<Vec<String>>,
    /// Slugs or ids of services.
    pub services: Option<Vec<String>>,
    /// Any of these kinds.
    pub kinds: Option<Vec<String>>,
    /// Any of these ways in.
    pub sources: Option<Vec<String>>,
    /// Any of these priorities.
    pub priorities: Option<Vec<String>>,
    /// Any of these people.
    pub assignees: Option<Assignees>,
    /// Whether spam is meant, or everything else.
    pub spam: Option<bool>,
    /// Whether what is held is meant, or everything else.
    pub held: Option<bool>,
    /// Whether what is overdue is meant, or everything else.
    pub overdue: Option<bool>,
    /// Due before this instant.
    pub due_before: Option<DateTime<Utc>>,
    /// From this instant on.
    pub received_from: Option<DateTime<Utc>>,
    /// Before this instant.
    pub received_until: Option<DateTime<Utc>>,
    /// The order.
    pub order: Order,
}

impl Asked {
    /// Reads the filters, and answers the names of those that were given beside them. `me` is who asks.
    pub fn read(query: &mut QueryReader, me: Uuid) -> (Self, Vec<String>) {
        let asked = Self {
            statuses: query.any_known("status", &Status::names()),
            locations: query.any_of("location"),
            forms: query.any_of("form"),
            services: query.any_of("service"),
            kinds: query.any_known("kind", &KINDS),
            sources: query.any_known("source", &SOURCES),
            priorities: query.any_known("priority", &PRIORITIES),
            assignees: query.parsed("assignee", "up to 20 ids of people, me or none, separated by commas", |text| {
                assignees(text, me)
            }),
            spam: query.boolean("spam"),
            held: query.boolean("held"),
            overdue: query.boolean("overdue"),
            due_before: query.instant("due_before"),
            received_from: query.instant("received_from"),
            received_until: query.instant("received_until"),
            order: match query.one_of("sort", &["-received_at", "due"]) {
                Some("due") => Order::Due,
                _ => Order::Received,
            },
        };
        if asked.received_from.zip(asked.received_until).is_some_and(|(from, until)| from >= until) {
            query.refuse("received_until", "range_reversed", "must lie after received_from");
        }
        let names = asked.given();
        // A status says by itself whether spam is meant.
        let spam = asked.spam.or_else(|| asked.statuses.is_none().then_some(false));
        (Self { spam, ..asked }, names)
    }

    fn given(&self) -> Vec<String> {
        let given = [
            ("status", self.statuses.is_some()),
            ("location", self.locations.is_some()),
            ("form", self.forms.is_some()),
            ("service", self.services.is_some()),
            ("kind", self.kinds.is_some()),
            ("source", self.sources.is_some()),
            ("priority", self.priorities.is_some()),
            ("assignee", self.assignees.is_some()),
            ("spam", self.spam.is_some()),
            ("held", self.held.is_some()),
            ("overdue", self.overdue.is_some()),
            ("due_before", self.due_before.is_some()),
            ("received_from", self.received_from.is_some()),
            ("received_until", self.received_until.is_some()),
            ("sort", self.order != Order::Received),
        ];
        given.into_iter().filter(|(_, given)| *given).map(|(name, _)| name.to_owned()).collect()
    }

    /// The filters and the order as text: a cursor belongs to them.
    pub fn question(&self) -> String {
        let mut text = format!("inquiries;{:?}", self.order);
        let lists = [
            &self.statuses,
            &self.locations,
            &self.forms,
            &self.services,
            &self.kinds,
            &self.sources,
            &self.priorities,
        ];
        for list in lists {
            let _ = write!(text, ";{}", list.as_deref().unwrap_or_default().join(","));
        }
        let _ = write!(text, ";{:?};{:?};{:?};{:?}", self.assignees, self.spam, self.held, self.overdue);
        let _ = write!(text, ";{:?};{:?};{:?}", self.due_before, self.received_from, self.received_until);
        text
    }
}

fn assignees(text: &str, me: Uuid) -> Option<Assignees> {
    let mut asked = Assignees::default();
    for entry in text.split(',') {
        match entry {
            "me" => asked.accounts.push(me),
            "none" => asked.nobody = true,
            id => asked.accounts.push(id.parse().ok()?),
        }
    }
    (asked.accounts.len() <= 20).then_some(asked)
}

/// The mistake of a filter by a name that nothing has.
pub fn unknown_filter(parameter: &str) -> FieldError {
    FieldError::parameter(parameter, "unknown_reference", "names something that the clinic does not have")
}

/// The mistake of a name that nothing has.
pub fn unknown(pointer: &str) -> FieldError {
    FieldError::at(pointer, "unknown_reference", "names nothing that exists")
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;
    use crate::http::ApiError;

    const ME: Uuid = Uuid::from_u128(7);

    fn read(query: &str) -> Result<(Asked, Vec<String>), ApiError> {
        let request = TestRequest::with_uri(&format!("/inquiries?{query}")).to_http_request();
        let mut reader = QueryReader::of(&request);
        let asked = Asked::read(&mut reader, ME);
        reader.finish().map(|()| asked)
    }

    #[test]
    fn spam_is_left_out_unless_it_is_asked_for_and_what_is_held_is_shown() {
        let (asked, names) = read("").unwrap();
        assert_eq!((asked.spam, asked.held, names.len()), (Some(false), None, 0));
        assert_eq!(read("status=spam").unwrap().0.spam, None);
        assert_eq!(read("spam=true").unwrap().0.spam, Some(true));
    }

    #[test]
    fn me_and_none_stand_for_whoever_asks_and_for_nobody() {
        let asked = read("assignee=me,none").unwrap().0.assignees.unwrap();
        assert_eq!((asked.accounts, asked.nobody), (vec![ME], true));
        assert!(read("assignee=wren").is_err());
    }

    #[test]
    fn a_cursor_of_one_question_is_none_of_another() {
        let questions: Vec<_> =
            ["", "sort=due", "assignee=me", "assignee=none", "held=true", "overdue=true", "kind=billing"]
                .map(|query| read(query).unwrap().0.question())
                .into();
        for (at, one) in questions.iter().enumerate() {
            assert!(!questions.iter().skip(at + 1).any(|other| other == one), "{one}");
        }
    }

    #[test]
    fn nothing_that_is_sealed_is_a_filter() {
        for query in ["email=a@b.example", "phone=1", "name=wren", "q=wren", "message=x", "sort=name", "sort=-due"] {
            assert!(matches!(read(query), Err(ApiError::Parameters(_))), "{query}");
        }
        assert!(read("received_from=2026-03-02&received_until=2026-03-01").is_err());
    }
}
