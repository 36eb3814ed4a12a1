//! The revisions of an article: read, compared, and made the newest again. Refuses to change one: what was written stays
//! as it was written.

use actix_web::{
    HttpRequest,
    http::StatusCode,
    web::{self, Data},
};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    admin,
    diff::{ComparisonAnswer, compare},
    editing, input,
    queries::{
        revisions::{self, RevisionKey, RevisionSummary},
        staff,
    },
    staff_answers::{RevisionPage, StaffArticle, StaffArticleAnswer},
};
use crate::{
    accounts::{ArticleReader, Writer},
    db::StaffDb,
    http::{
        Answer, ApiError, Expected, PageRequest, Paging, QueryReader, Site, no_parameters, path_id, private_answer,
        staff_answer,
    },
};

/// Lists the revisions of an article, newest first.
#[utoipa::path(get, path = "/v1/admin/articles/{id}/revisions", operation_id = "list_revisions", tag = "staff: articles",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The article"), Paging),
    responses((status = 200, description = "A page of revisions", body = RevisionPage)))]
pub async fn list_revisions(
    request: HttpRequest,
    reader: ArticleReader,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    let id = path_id(&request)?;
    let mut query = QueryReader::of(&request);
    let question = format!("revisions {id}");
    let page = PageRequest::<RevisionKey>::read(&mut query, &site.cursors, &question);
    query.finish()?;
    let wanted = page.clone();
    let (mut data, total) = database
        .transact(async move |connection| {
            reader.staff.record(connection, "revision.list", "article", Some(id), &[]).await?;
            let total = revisions::count_revisions(connection, id).await?;
            if total == 0 {
                return Err(ApiError::NotFound);
            }
            Ok((revisions::list_revisions(connection, id, &wanted).await?, total))
        })
        .await?;
    let about = site.question(&request, &question);
    let key = |revision: &RevisionSummary| RevisionKey { number: revision.number };
    let (meta, links) = page.complete(&mut data, Some(total), key, &about);
    Ok(private_answer(StatusCode::OK, &RevisionPage { data, meta, links }))
}

/// Reads an article as one of its revisions had it.
#[utoipa::path(get, path = "/v1/admin/articles/{id}/revisions/{number}", operation_id = "get_revision", tag = "staff: articles",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The article"), ("number" = i32, Path, description = "From 1", minimum = 1)),
    responses((status = 200, description = "The revision", body = StaffArticleAnswer)))]
pub async fn get_revision(request: HttpRequest, reader: ArticleReader, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let (id, number) = (path_id(&request)?, path_number(&request)?);
    let data = database
        .transact(async move |connection| {
            reader.staff.record(connection, "revision.read", "article", Some(id), &[]).await?;
            find(connection, id, number).await
        })
        .await?;
    Ok(private_answer(StatusCode::OK, &StaffArticleAnswer { data }))
}

pub(super) fn path_number(request: &HttpRequest) -> Result<i32, ApiError> {
    request.match_info().get("number").and_then(|number| number.parse().ok()).ok_or(ApiError::NotFound)
}

async fn find(connection: &mut PgConnection, id: Uuid, number: i32) -> Result<StaffArticle, ApiError> {
    staff::find_article(connection, id, Some(number)).await?.ok_or(ApiError::NotFound)?.try_into()
}

/// Makes the content of a revision the article's newest: a revision of its own, so that nothing between is lost. What
/// the public sees stays as it is until it is published.
#[utoipa::path(post, path = "/v1/admin/articles/{id}/revisions/{number}/restore", operation_id = "restore_revision",
    tag = "staff: articles", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The article"), ("number" = i32, Path, description = "From 1", minimum = 1)),
    responses((status = 200, description = "The article", body = StaffArticleAnswer, headers(("ETag" = String)))))]
pub async fn restore_revision(request: HttpRequest, writer: Writer, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let (id, number) = (path_id(&request)?, path_number(&request)?);
    let article = database
        .transact(async move |connection| {
            let stored = admin::lock(connection, id, &Expected::Any).await?;
            admin::refuse_trashed(&stored)?;
            let wanted = staff::find_article(connection, id, Some(number)).await?.ok_or(ApiError::NotFound)?;
            let mut manuscript = input::parse_patch(&editing::draft_of(&wanted)?, &json!({}))?;
            manuscript.message = Some(format!("Restored from revision {number}"));
            let fields = input::changed_fields(&editing::draft_of(&stored)?, &manuscript.draft);
            editing::revise(connection, &writer, &stored, &manuscript).await?;
            writer.staff.record(connection, "revision.restore", "article", Some(id), &fields).await?;
            admin::read(connection, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, article.version, &StaffArticleAnswer { data: article }))
}

/// Compares two revisions of an article: word by word in the title and the body, field by field in the rest.
#[utoipa::path(get, path = "/v1/admin/articles/{id}/diff", operation_id = "compare_revisions", tag = "staff: articles",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The article"),
        ("from" = Option<i32>, Query, description = "A revision; where it is absent, the one before `to`", minimum = 1),
        ("to" = Option<i32>, Query, description = "A revision; where it is absent, the newest", minimum = 1)),
    responses((status = 200, description = "What changed", body = ComparisonAnswer)))]
pub async fn compare_revisions(request: HttpRequest, reader: ArticleReader, database: Data<StaffDb>) -> Answer {
    let id = path_id(&request)?;
    let mut query = QueryReader::of(&request);
    let number = |text: &str| text.parse::<i32>().ok().filter(|number| *number > 0);
    let from = query.parsed("from", "the number of a revision", number);
    let to = query.parsed("to", "the number of a revision", number);
    query.finish()?;
    let (before, after) = database
        .transact(async move |connection| {
            reader.staff.record(connection, "revision.read", "article", Some(id), &[]).await?;
            let newest = staff::find_article(connection, id, None).await?.ok_or(ApiError::NotFound)?.revision;
            let to = to.unwrap_or(newest);
            let from = from.unwrap_or(to.saturating_sub(1).max(1));
            let named = |name: &'static str, number| {
                let known = (1..=newest).contains(&number);
                if known { Ok(()) } else { Err(ApiError::bad_parameter(name, "unknown_reference", "no such revision")) }
            };
            named("from", from)?;
            named("to", to)?;
            Ok::<_, ApiError>((find(connection, id, from).await?, find(connection, id, to).await?))
        })
        .await?;
    let compared = web::block(move || compare(&before, &after)).await.map_err(|_| ApiError::Busy)??;
    Ok(private_answer(StatusCode::OK, &ComparisonAnswer { data: compared }))
}
