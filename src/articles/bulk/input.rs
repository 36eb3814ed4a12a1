//! What is asked for when many articles are changed at once.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    articles::publication::PublicationInput,
    http::{ApiError, Fields},
    records::{read_ids, read_versions},
};

/// The most articles of one call.
const MOST: usize = 100;

/// What is done with each article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Makes the newest revision visible, now or at an instant.
    Publish,
    /// Ends what is visible and takes back what is planned.
    Withdraw,
    /// Moves to the trash.
    Trash,
    /// Brings back from the trash.
    Restore,
    /// Adds tags, in a revision of its own.
    Tag,
    /// Takes tags off, in a revision of its own.
    Untag,
    /// Puts into a category, in a revision of its own.
    SetCategory,
}

impl Action {
    const ALL: [(&'static str, Self); 7] = [
        ("publish", Self::Publish),
        ("withdraw", Self::Withdraw),
        ("trash", Self::Trash),
        ("restore", Self::Restore),
        ("tag", Self::Tag),
        ("untag", Self::Untag),
        ("set_category", Self::SetCategory),
    ];

    /// Whether it stamps publications.
    pub fn moves_publications(self) -> bool {
        matches!(self, Self::Publish | Self::Withdraw | Self::Trash)
    }
}

/// Body of a change of many articles.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body to the OpenAPI document; the parser below reads it")]
pub struct BulkInput {
    action: Action,
    /// Each once.
    #[schema(min_items = 1, max_items = 100)]
    ids: Vec<Uuid>,
    /// Slugs or ids, for `tag` and `untag`.
    #[schema(max_items = 30)]
    tags: Option<Vec<String>>,
    /// Slug or id, for `set_category`.
    #[schema(min_length = 1, max_length = 100)]
    category: Option<String>,
    /// For `publish`: RFC 3339; absent or past means now.
    publish_at: Option<DateTime<Utc>>,
    /// For `publish`: RFC 3339, later than the beginning.
    unpublish_at: Option<DateTime<Utc>>,
    /// The version of an article by its id, where the change is only for what was read.
    versions: Option<BTreeMap<Uuid, i32>>,
}

/// A valid change of many articles.
#[derive(Clone, Debug)]
pub struct BulkChange {
    /// What is done with each.
    pub action: Action,
    /// Each once.
    pub ids: Vec<Uuid>,
    /// Slugs or ids.
    pub tags: Vec<String>,
    /// Slug or id.
    pub category: Option<String>,
    /// When they are to be visible.
    pub publication: PublicationInput,
    /// The versions that were read.
    pub versions: BTreeMap<Uuid, i32>,
}

impl BulkChange {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let action = fields.one_of("action", &Action::ALL.map(|(name, _)| name));
        let action = fields.require("action", action);
        let action = Action::ALL.into_iter().find(|(name, _)| Some(*name) == action).map(|(_, action)| action);
        let ids = read_ids(&mut fields, MOST);
        let tags = fields.lines("tags", 30, 100);
        let category = fields.line("category", 100);
        let publication = publication(&mut fields);
        let versions = read_versions(&mut fields, &ids);
        refuse_strangers(&mut fields, action);
        if matches!(action, Some(Action::Tag | Action::Untag)) && tags.is_empty() {
            fields.require::<()>("tags", None);
        }
        if action == Some(Action::SetCategory) {
            fields.require("category", category.as_ref());
        }
        fields.finish()?;
        let action = action.ok_or(ApiError::Internal)?;
        Ok(Self { action, ids, tags, category, publication, versions })
    }
}

/// The same two fields as of one publication, with the same rules.
fn publication(fields: &mut Fields<'_>) -> PublicationInput {
    let mut given = Map::new();
    for name in ["publish_at", "unpublish_at"] {
        given.extend(fields.value(name).map(|value| (name.to_owned(), value.clone())));
    }
    match PublicationInput::parse(&Value::Object(given)) {
        Ok(publication) => publication,
        Err(ApiError::Invalid(errors)) => {
            fields.extend(errors);
            PublicationInput::default()
        }
        Err(_) => PublicationInput::default(),
    }
}

/// What is given for another action would otherwise be ignored.
fn refuse_strangers(fields: &mut Fields<'_>, action: Option<Action>) {
    let Some(action) = action else { return };
    let of: [(&'static str, &[Action]); 4] = [
        ("tags", &[Action::Tag, Action::Untag]),
        ("category", &[Action::SetCategory]),
        ("publish_at", &[Action::Publish]),
        ("unpublish_at", &[Action::Publish]),
    ];
    for (name, actions) in of {
        if !actions.contains(&action) && fields.value(name).is_some() {
            fields.refuse(name, "not_applicable", "does not go with this action");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "01900000-0000-7000-8000-000000000001";

    fn mistakes(body: &Value) -> Vec<(String, String)> {
        let Err(ApiError::Invalid(errors)) = BulkChange::parse(body) else { panic!("{body} was taken") };
        errors.into_iter().map(|error| (error.pointer.unwrap_or_default(), error.code)).collect()
    }

    fn told(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(pointer, code)| ((*pointer).to_owned(), (*code).to_owned())).collect()
    }

    #[test]
    fn every_mistake_is_told_at_once() {
        assert_eq!(mistakes(&json!({})), told(&[("/action", "required"), ("/ids", "required")]));
        let body = json!({"action": "tag", "ids": [ID, ID, "x"], "publish_at": "now", "versions": {"y": 1, ID: 0}, "tgas": []});
        assert_eq!(
            mistakes(&body),
            told(&[
                ("/ids/2", "wrong_type"),
                ("/ids/1", "repeated"),
                ("/publish_at", "bad_instant"),
                ("/versions/01900000-0000-7000-8000-000000000001", "out_of_range"),
                ("/versions/y", "unknown_reference"),
                ("/publish_at", "not_applicable"),
                ("/tags", "required"),
                ("/tgas", "unknown_field"),
            ])
        );
        assert_eq!(mistakes(&json!({"action": "set_category", "ids": [ID]})), told(&[("/category", "required")]));
    }

    #[test]
    fn a_hundred_are_taken_and_one_more_is_not() {
        let ids = |count: u32| (0..count).map(|n| format!("01900000-0000-7000-8000-{n:012}")).collect::<Vec<_>>();
        assert_eq!(BulkChange::parse(&json!({"action": "trash", "ids": ids(100)})).unwrap().ids.len(), 100);
        assert_eq!(
            mistakes(&json!({"action": "trash", "ids": ids(101)}))[0],
            ("/ids".to_owned(), "too_many".to_owned())
        );
    }
}
