//! Publication as a resource: PUT makes a revision visible, now or at an instant, DELETE withdraws. Refuses two
//! revisions at once and an empty range, in the database as well.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    admin::{lock, read, refuse_trashed},
    check::Gate,
    disclosures, events,
    queries::{
        publications::{self, Current, NewPublication, Range},
        staff::{StaffRow, touch_article},
    },
    review::policy::end_of,
    staff_answers::StaffArticleAnswer,
};
use crate::{
    accounts::Editor,
    clock::Clock,
    db::{DbError, StaffDb},
    http::{
        Answer, ApiError, Expected, FieldError, Fields, JsonBody, QueryReader, no_parameters, path_id, staff_answer,
    },
    outbox::EventKind,
};

/// When a revision is to be visible. All may be absent: the latest revision, now, without an end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ToSchema)]
pub struct PublicationInput {
    /// RFC 3339; absent or past means now.
    pub publish_at: Option<DateTime<Utc>>,
    /// RFC 3339, later than the beginning.
    pub unpublish_at: Option<DateTime<Utc>>,
    /// The latest when absent.
    #[schema(minimum = 1)]
    pub revision: Option<i32>,
}

impl PublicationInput {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let input = Self {
            publish_at: fields.instant("publish_at"),
            unpublish_at: fields.instant("unpublish_at"),
            revision: fields.integer("revision", 1..=i64::from(i32::MAX)).and_then(|number| i32::try_from(number).ok()),
        };
        if input.publish_at.zip(input.unpublish_at).is_some_and(|(from, until)| until <= from) {
            fields.refuse("unpublish_at", "range_reversed", "must be later than publish_at");
        }
        fields.finish()?;
        Ok(input)
    }
}

/// Publishes a revision, now or at an instant. What is visible until then stays visible.
#[utoipa::path(put, path = "/v1/admin/articles/{id}/publication", operation_id = "put_publication", tag = "staff: articles",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The article"), ("If-Match" = String, Header, description = "The ETag that was read")),
    request_body = PublicationInput,
    responses((status = 200, description = "The article", body = StaffArticleAnswer, headers(("ETag" = String)))))]
pub async fn put_publication(
    request: HttpRequest,
    editor: Editor,
    expected: Expected,
    gate: Data<Gate>,
    database: Data<StaffDb>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let input = PublicationInput::parse(&body.0)?;
    let article = database
        .transact(async move |connection| {
            let stored = lock(connection, id, &expected).await?;
            refuse_trashed(&stored)?;
            publish(connection, &editor, &gate, &stored, input).await?;
            read(connection, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, article.version, &StaffArticleAnswer { data: article }))
}

/// Withdraws an article from the public's sight, at once, and takes back what was planned; with `planned=true` only the
/// latter.
#[utoipa::path(delete, path = "/v1/admin/articles/{id}/publication", operation_id = "delete_publication", tag = "staff: articles",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The article"), ("If-Match" = String, Header, description = "The ETag that was read"),
        ("planned" = Option<bool>, Query, description = "True takes back what is planned alone; what is visible stays")),
    responses((status = 200, description = "The article", body = StaffArticleAnswer, headers(("ETag" = String)))))]
pub async fn delete_publication(
    request: HttpRequest,
    editor: Editor,
    expected: Expected,
    database: Data<StaffDb>,
) -> Answer {
    let id = path_id(&request)?;
    let mut query = QueryReader::of(&request);
    let planned_alone = query.boolean("planned").unwrap_or(false);
    query.finish()?;
    let article = database
        .transact(async move |connection| {
            lock(connection, id, &expected).await?;
            if planned_alone {
                if !unschedule(connection, &editor, id).await? {
                    return Err(ApiError::Conflict {
                        code: "not_planned",
                        detail: "nothing is planned for the article",
                    });
                }
                touch_article(connection, id, None, editor.staff.id).await?;
            } else {
                take_back(connection, &editor, id).await?;
            }
            read(connection, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, article.version, &StaffArticleAnswer { data: article }))
}

/// Makes a revision of a locked article visible.
///
/// # Errors
/// 422 where the gate, the range or the slug does not allow it.
pub async fn publish(
    connection: &mut PgConnection,
    editor: &Editor,
    gate: &Gate,
    stored: &StaffRow,
    input: PublicationInput,
) -> Result<(), ApiError> {
    let (article, staff) = (stored.id, &editor.staff);
    let number = input.revision.unwrap_or(stored.revision);
    let wanted = publications::find_publishable(connection, article, number).await?;
    let wanted =
        wanted.ok_or_else(|| ApiError::field("/revision", "unknown_reference", "the article has no such revision"))?;
    let stamp = publications::stamp(connection).await?;
    let from = input.publish_at.map_or(stamp, |at| at.max(stamp));
    if input.unpublish_at.is_some_and(|until| until <= from) {
        return Err(ApiError::field("/unpublish_at", "range_reversed", "must be later than the beginning"));
    }
    gate.admit(connection, article, number, from).await?;
    let until = end_of(input.unpublish_at, wanted.review_until, from)?;
    // What the public sees carries what its text demands now: a treatment may have another name since it was written.
    disclosures::attach(connection, wanted.revision_id).await?;
    publications::delete_planned(connection, article, stamp).await.map_err(taken)?;
    let current = publications::find_current(connection, article, stamp).await?;
    let stays =
        |current: &&Current| from == stamp && current.revision_id == wanted.revision_id && current.path == wanted.path;
    let mut shown = None;
    if let Some(current) = current.as_ref().filter(stays) {
        // What is visible is what is asked for: only its end may be another.
        publications::set_end(connection, current.id, until).await.map_err(taken)?;
    } else {
        if let Some(current) = current.as_ref().filter(|current| current.until.is_none_or(|until| until > from)) {
            publications::cut(connection, current.id, from.max(least_end(current))).await?;
        }
        let first = publications::find_first_published(connection, article, stamp).await?;
        let new = NewPublication {
            id: staff.clock.new_id(),
            article,
            revision_id: wanted.revision_id,
            path: &wanted.path,
            from,
            until,
            published_at: first.or(wanted.first_published_at).unwrap_or(from).min(from),
            by: Some(staff.id),
        };
        publications::insert(connection, &new).await.map_err(taken)?;
        shown = (from == stamp).then_some(match current {
            Some(_) => EventKind::ArticleUpdated,
            None => EventKind::ArticlePublished,
        });
    }
    plan_events(connection, &staff.clock, article, stamp).await?;
    if let Some(event) = shown {
        events::tell(connection, &staff.clock, event, article, stamp).await?;
    }
    touch_article(connection, article, None, staff.id).await?;
    staff.record(connection, "article.publish", "article", Some(article), &[]).await?;
    Ok(())
}

/// An ending at the very beginning would be an empty range: a microsecond is the least there is.
fn least_end(current: &Current) -> DateTime<Utc> {
    current.since + chrono::Duration::microseconds(1)
}

/// Lets the outbox wait for whatever begins and ends by itself after `stamp`, and for nothing else. The ranges are the
/// truth: the events that wait are made from them anew with each change.
async fn plan_events(
    connection: &mut PgConnection,
    clock: &Clock,
    article: Uuid,
    stamp: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let ranges = publications::list_ranges(connection, article, stamp).await?;
    events::plan(connection, clock, article, stamp, events_of(&ranges, stamp)).await
}

/// What will happen after `stamp` to an article that is visible during `ranges`.
fn events_of(ranges: &[Range], stamp: DateTime<Utc>) -> Vec<(EventKind, DateTime<Utc>)> {
    let ends_at = |at| ranges.iter().any(|range| range.until == Some(at));
    let begins_at = |at| ranges.iter().any(|range| range.from == at);
    let begin = |at| (if ends_at(at) { EventKind::ArticleUpdated } else { EventKind::ArticlePublished }, at);
    let begins = ranges.iter().map(|range| range.from).filter(|from| *from > stamp).map(begin);
    let ends = ranges.iter().filter_map(|range| range.until).filter(|until| !begins_at(*until));
    begins.chain(ends.map(|until| (EventKind::ArticleUnpublished, until))).collect()
}

/// Takes back what is planned and leaves what is visible as it was before the plan. Answers whether anything was planned.
///
/// # Errors
/// Those of the database.
pub async fn unschedule(connection: &mut PgConnection, editor: &Editor, article: Uuid) -> Result<bool, ApiError> {
    let staff = &editor.staff;
    let stamp = publications::stamp(connection).await?;
    let planned = publications::delete_planned(connection, article, stamp).await.map_err(taken)?;
    if planned {
        plan_events(connection, &staff.clock, article, stamp).await?;
        staff.record(connection, "article.unschedule", "article", Some(article), &[]).await?;
    }
    Ok(planned)
}

/// Withdraws a locked article that is visible or planned to be.
///
/// # Errors
/// 409 where it is neither.
pub async fn take_back(connection: &mut PgConnection, editor: &Editor, article: Uuid) -> Result<(), ApiError> {
    if !withdraw(connection, editor, article).await? {
        let detail = "the article is neither visible nor planned to be";
        return Err(ApiError::Conflict { code: "not_published", detail });
    }
    Ok(touch_article(connection, article, None, editor.staff.id).await?)
}

/// Ends what is visible and takes back what is planned. Answers whether there was any of it.
///
/// # Errors
/// Those of the database.
pub async fn withdraw(connection: &mut PgConnection, editor: &Editor, article: Uuid) -> Result<bool, ApiError> {
    let staff = &editor.staff;
    let stamp = publications::stamp(connection).await?;
    let current = publications::find_current(connection, article, stamp).await?;
    if let Some(current) = &current {
        publications::cut(connection, current.id, stamp.max(least_end(current))).await?;
    }
    // After the cut, so that nothing is left that could go on in the place of a plan.
    let planned = publications::delete_planned(connection, article, stamp).await?;
    if !planned && current.is_none() {
        return Ok(false);
    }
    events::plan(connection, &staff.clock, article, stamp, Vec::new()).await?;
    if current.is_some() {
        events::tell(connection, &staff.clock, EventKind::ArticleUnpublished, article, stamp).await?;
    }
    staff.record(connection, "article.withdraw", "article", Some(article), &[]).await?;
    Ok(true)
}

/// What another article has at that time.
fn taken(error: sqlx::Error) -> ApiError {
    let refused = |pointer, message| ApiError::Invalid(vec![FieldError::at(pointer, "taken", message)]);
    match DbError::from(error) {
        DbError::Constraint(name) => match name.as_str() {
            "publication_slug_free" => refused("/slug", "another article has this slug at that time in this locale"),
            "publication_path_free" => refused("/slug", "another article stands at this address at that time"),
            "publication_one_per_locale" => {
                refused("/translation_of", "the original has another translation into this language at that time")
            }
            _ => DbError::Constraint(name).into(),
        },
        other => other.into(),
    }
}
