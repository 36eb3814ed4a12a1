//! What lies between two revisions: word by word in the title and the body, field by field in the rest. Refuses to take
//! long: where two texts have little in common, what is left of the time ends the search for more.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};
use similar::{Algorithm, ChangeTag, TextDiff};
use utoipa::ToSchema;

use super::staff_answers::StaffArticle;
use crate::http::ApiError;

/// How long one text is looked at. What is found is whole and right in any case, and longer than need be where it ends.
const PATIENCE: Duration = Duration::from_millis(300);
/// What an editor writes beside the title and the body.
const FIELDS: [&str; 13] = [
    "author",
    "category",
    "conditions",
    "cover",
    "faqs",
    "kind",
    "locale",
    "references",
    "seo",
    "services",
    "slug",
    "summary",
    "tags",
];

/// What became of a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It stands in both.
    Equal,
    /// It stands in the later text alone.
    Insert,
    /// It stood in the earlier text alone.
    Delete,
}

/// A piece of text. Those that are not inserted are the earlier text, in order; those that are not deleted the later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Piece {
    op: Fate,
    text: String,
}

/// A field with other content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldChange {
    /// Its name in the article.
    #[schema(example = "category")]
    field: String,
    from: Value,
    to: Value,
}

/// What lies between two revisions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Comparison {
    /// Number of the one revision.
    from: i32,
    /// Number of the other.
    to: i32,
    title: Vec<Piece>,
    body_markdown: Vec<Piece>,
    /// Those that differ.
    fields: Vec<FieldChange>,
}

/// A comparison.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComparisonAnswer {
    /// What changed.
    pub data: Comparison,
}

/// Compares two revisions of an article. Takes up to half a second of a processor.
///
/// # Errors
/// [`ApiError::Internal`] where an article is no JSON object.
pub fn compare(before: &StaffArticle, after: &StaffArticle) -> Result<Comparison, ApiError> {
    Ok(Comparison {
        from: before.revision,
        to: after.revision,
        title: pieces(&before.title, &after.title),
        body_markdown: pieces(&before.body_markdown, &after.body_markdown),
        fields: changed(&object(before)?, &object(after)?),
    })
}

fn object(article: &StaffArticle) -> Result<Map<String, Value>, ApiError> {
    match serde_json::to_value(article) {
        Ok(Value::Object(fields)) => Ok(fields),
        _ => Err(ApiError::Internal),
    }
}

fn changed(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<FieldChange> {
    let of = |fields: &Map<String, Value>, name: &str| fields.get(name).cloned().unwrap_or_default();
    let all = FIELDS.map(|name| FieldChange { field: name.to_owned(), from: of(before, name), to: of(after, name) });
    all.into_iter().filter(|change| change.from != change.to).collect()
}

/// The words of two texts, neighbours of one fate together.
fn pieces(before: &str, after: &str) -> Vec<Piece> {
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).timeout(PATIENCE).diff_words(before, after);
    let mut pieces: Vec<Piece> = Vec::new();
    for change in diff.iter_all_changes() {
        let op = match change.tag() {
            ChangeTag::Equal => Fate::Equal,
            ChangeTag::Insert => Fate::Insert,
            ChangeTag::Delete => Fate::Delete,
        };
        match pieces.last_mut().filter(|last| last.op == op) {
            Some(last) => last.text.push_str(change.value()),
            None => pieces.push(Piece { op, text: change.value().to_owned() }),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn joined(pieces: &[Piece], without: Fate) -> String {
        pieces.iter().filter(|piece| piece.op != without).map(|piece| piece.text.as_str()).collect()
    }

    #[test]
    fn a_word_that_was_replaced_is_the_only_thing_that_is_marked() {
        let found = pieces("Open on Monday at nine", "Open on Friday at nine");
        let told: Vec<(Fate, &str)> = found.iter().map(|piece| (piece.op, piece.text.as_str())).collect();
        let expected =
            [(Fate::Equal, "Open on "), (Fate::Delete, "Monday"), (Fate::Insert, "Friday"), (Fate::Equal, " at nine")];
        assert_eq!(told, expected);
    }

    #[test]
    fn two_long_texts_without_a_common_word_end_in_time() {
        let text = |word: &str| (0..40_000).map(|number| format!("{word}{number}")).collect::<Vec<_>>().join(" ");
        let (before, after) = (text("a"), text("b"));
        let found = pieces(&before, &after);
        assert_eq!((joined(&found, Fate::Insert), joined(&found, Fate::Delete)), (before, after));
    }

    proptest! {
        #[test]
        fn both_texts_can_be_put_together_again(before in "[a-c \n]{0,60}", after in "[a-c \n]{0,60}") {
            let found = pieces(&before, &after);
            prop_assert_eq!(joined(&found, Fate::Insert), before);
            prop_assert_eq!(joined(&found, Fate::Delete), after);
        }
    }
}
