//! The same for many articles at once. Refuses to do half of it: where one article does not allow it, none is changed, and
//! every one that does not is named.

mod input;

use std::collections::BTreeMap;

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    admin::refuse_trashed,
    article::Status,
    check::Gate,
    editing, input as drafts, publication,
    queries::{
        bulk::{self, Standing},
        publications,
        staff::{self, StaffRow},
        terms::resolve_terms,
    },
    terms::TermKind,
    trash,
};
use crate::{
    accounts::{Editor, Writer},
    db::StaffDb,
    http::{Answer, ApiError, FieldError, JsonBody, no_parameters, private_answer},
    records::told_of,
};
use input::{Action, BulkChange, BulkInput};

/// An article after a change of many.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkArticle {
    pub id: Uuid,
    pub version: i32,
    pub status: Status,
}

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkOutcome {
    pub action: Action,
    /// In the order in which they were named.
    pub articles: Vec<BulkArticle>,
}

/// What was done with many articles.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkAnswer {
    pub data: BulkOutcome,
}

/// Publishes, withdraws, trashes, restores, tags or untags up to 100 articles, or puts them into a category: all of them
/// or none.
#[utoipa::path(post, path = "/v1/admin/articles/bulk", operation_id = "update_articles", tag = "staff: articles",
    security(("bearer" = [])), request_body = BulkInput,
    responses((status = 200, description = "Where the articles stand now", body = BulkAnswer)))]
pub async fn update_articles(
    request: HttpRequest,
    editor: Editor,
    writer: Writer,
    gate: Data<Gate>,
    database: Data<StaffDb>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    let input = BulkChange::parse(&body.0)?;
    let action = input.action;
    let standings = database
        .transact(async move |connection| {
            let terms = resolve(connection, &input).await?;
            // In the order of their ids, and before the content lock, as every change of one article takes them: so two
            // changes of many never wait for each other in a circle.
            bulk::lock_all(connection, &input.ids).await?;
            if input.action.moves_publications() {
                publications::stamp(connection).await?;
            }
            change_all(connection, &Hands { editor, writer, gate, terms }, &input).await?;
            Ok::<_, ApiError>(bulk::list_standings(connection, &input.ids).await?)
        })
        .await?;
    let articles = standings.into_iter().map(BulkArticle::try_from).collect::<Result<_, _>>()?;
    Ok(private_answer(StatusCode::OK, &BulkAnswer { data: BulkOutcome { action, articles } }))
}

impl TryFrom<Standing> for BulkArticle {
    type Error = ApiError;

    fn try_from(row: Standing) -> Result<Self, ApiError> {
        let status = serde_json::from_value(row.status.into()).map_err(|_| ApiError::Internal)?;
        Ok(Self { id: row.id, version: row.version, status })
    }
}

/// Who acts, and the terms that were named.
struct Hands {
    editor: Editor,
    writer: Writer,
    gate: Data<Gate>,
    terms: Vec<Uuid>,
}

/// The terms are looked for once: a name that nothing has is a mistake of the request and not of an article.
async fn resolve(connection: &mut PgConnection, input: &BulkChange) -> Result<Vec<Uuid>, ApiError> {
    let category: Vec<String> = input.category.iter().cloned().collect();
    let (kind, names) = match input.action {
        Action::SetCategory => (TermKind::Category, &category),
        _ => (TermKind::Tag, &input.tags),
    };
    let found = resolve_terms(connection, kind, names, None).await?;
    let place = |at| if kind == TermKind::Tag { format!("/tags/{at}") } else { "/category".to_owned() };
    let unknown = |at| FieldError::at(place(at), "unknown_reference", "names nothing that exists");
    let missing: Vec<_> = found.iter().enumerate().filter(|(_, id)| id.is_none()).map(|(at, _)| unknown(at)).collect();
    if missing.is_empty() { Ok(found.into_iter().flatten().collect()) } else { Err(ApiError::Invalid(missing)) }
}

async fn change_all(connection: &mut PgConnection, hands: &Hands, input: &BulkChange) -> Result<(), ApiError> {
    let mut refused = Vec::new();
    let stored = staff::find_articles(connection, &input.ids, None).await?;
    let stored: BTreeMap<_, _> = stored.iter().map(|row| (row.id, row)).collect();
    for (index, id) in input.ids.iter().enumerate() {
        // A statement that the database refuses ends its transaction: each article has one of its own inside.
        let mut attempt = connection.begin().await?;
        match change(&mut attempt, hands, input, stored.get(id).copied()).await {
            Ok(()) => attempt.commit().await?,
            Err(error) => {
                attempt.rollback().await?;
                refused.extend(told_of(index, error)?);
            }
        }
    }
    if refused.is_empty() { Ok(()) } else { Err(ApiError::Invalid(refused)) }
}

async fn change(
    connection: &mut PgConnection,
    hands: &Hands,
    input: &BulkChange,
    stored: Option<&StaffRow>,
) -> Result<(), ApiError> {
    let stored = stored.ok_or(ApiError::NotFound)?;
    if input.versions.get(&stored.id).is_some_and(|version| *version != stored.version) {
        return Err(ApiError::Stale { current: stored.version, changed: Value::Null });
    }
    if input.action == Action::Restore {
        return trash::bring_back(connection, &hands.editor, &hands.writer, stored).await;
    }
    refuse_trashed(stored)?;
    match input.action {
        Action::Publish => {
            publication::publish(connection, &hands.editor, &hands.gate, stored, input.publication).await
        }
        Action::Withdraw => publication::take_back(connection, &hands.editor, stored.id).await,
        Action::Trash => trash::discard(connection, &hands.editor, stored.id).await,
        _ => revise(connection, hands, input.action, stored).await,
    }
}

/// A revision that differs in its terms; none where the article has them so already.
async fn revise(
    connection: &mut PgConnection,
    hands: &Hands,
    action: Action,
    stored: &StaffRow,
) -> Result<(), ApiError> {
    let before = editing::draft_of(stored)?;
    let named: Vec<String> = hands.terms.iter().map(Uuid::to_string).collect();
    let (field, message, value) = match action {
        Action::SetCategory => ("category", "Put into a category, with others", json!(named.first())),
        Action::Untag => {
            let kept: Vec<_> = before.tags.iter().filter(|tag| !named.contains(tag)).collect();
            ("tags", "Untagged, with others", json!(kept))
        }
        _ => {
            let new = named.iter().filter(|tag| !before.tags.contains(tag));
            ("tags", "Tagged, with others", json!(before.tags.iter().chain(new).collect::<Vec<_>>()))
        }
    };
    let mut manuscript = drafts::parse_patch(&before, &json!({field: value}))?;
    let changed = drafts::changed_fields(&before, &manuscript.draft);
    if changed.is_empty() {
        return Ok(());
    }
    manuscript.message = Some(message.to_owned());
    editing::revise(connection, &hands.writer, stored, &manuscript).await?;
    hands.writer.staff.record(connection, "article.update", "article", Some(stored.id), &changed).await
}
