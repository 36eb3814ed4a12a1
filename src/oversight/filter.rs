//! What a list or an export of the trail is narrowed to. Refuses what is no name of the trail's own.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{audit::Actor, http::QueryReader};

/// The filters; all that are given have to hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// `account`, `api_key`, `integration`, `public` or `system`.
    pub actor_kind: Option<&'static str>,
    /// An account or an API key.
    pub actor_id: Option<Uuid>,
    /// Any of these actions.
    pub actions: Option<Vec<String>>,
    /// The kind of record.
    pub subject_type: Option<String>,
    /// The record.
    pub subject_id: Option<Uuid>,
    /// From this instant on.
    pub from: Option<DateTime<Utc>>,
    /// Before this instant.
    pub to: Option<DateTime<Utc>>,
    /// One request.
    pub request_id: Option<String>,
}

impl Filter {
    /// Reads the filters, and answers the names of those that were given beside them.
    pub fn read(query: &mut QueryReader) -> (Self, Vec<String>) {
        let actor = query.parsed("actor", "the id of an account or an API key, or one of the kinds of actor", actor);
        let actions = query.parsed("action", "up to 20 actions such as inquiry.read, separated by commas", actions);
        let subject_type = query
            .parsed("subject_type", "a kind of record, such as inquiry", |text| is_word(text).then(|| text.to_owned()));
        let subject_id = query.parsed("subject_id", "the id of a record", |text| text.parse::<Uuid>().ok());
        let (from, to) = (query.instant("from"), query.instant("to"));
        let request_id = query.text("request_id");
        let given = [
            ("actor", actor.is_some()),
            ("action", actions.is_some()),
            ("subject_type", subject_type.is_some()),
            ("subject_id", subject_id.is_some()),
            ("from", from.is_some()),
            ("to", to.is_some()),
            ("request_id", request_id.is_some()),
        ];
        let names = given.into_iter().filter(|(_, given)| *given).map(|(name, _)| name.to_owned()).collect();
        let (actor_kind, actor_id) = actor.unwrap_or_default();
        (Self { actor_kind, actor_id, actions, subject_type, subject_id, from, to, request_id }, names)
    }
}

fn actor(text: &str) -> Option<(Option<&'static str>, Option<Uuid>)> {
    if let Some(kind) = Actor::KINDS.into_iter().find(|kind| *kind == text) {
        return Some((Some(kind), None));
    }
    text.parse().ok().map(|id| (None, Some(id)))
}

fn actions(text: &str) -> Option<Vec<String>> {
    let is_action = |text: &str| text.split_once('.').is_some_and(|(noun, verb)| is_word(noun) && is_word(verb));
    let actions: Vec<String> = text.split(',').map(str::to_owned).collect();
    (actions.len() <= 20 && actions.iter().all(|action| is_action(action))).then_some(actions)
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.len() <= 60 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}
