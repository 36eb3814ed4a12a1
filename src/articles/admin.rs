//! What editors do with articles. Every write names the version that it was made against.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    article::Status,
    editing, input,
    locale::language,
    queries::staff::{self, StaffFilter, StaffKey, StaffRow},
    staff_answers::{StaffArticle, StaffArticleAnswer, StaffArticlePage, StaffListedArticle},
    trash,
};
use crate::{
    accounts::{ArticleReader, Editor, Writer},
    db::StaffDb,
    http::{
        Answer, ApiError, Expected, JsonBody, MergePatch, PageRequest, Paging, QueryReader, Site, created_answer,
        no_content, no_parameters, path_id, private_answer, staff_answer,
    },
};

/// Lists articles for staff, last edited first.
#[utoipa::path(get, path = "/v1/admin/articles", operation_id = "list_staff_articles", tag = "staff: articles",
    security(("bearer" = [])),
    params(
        ("status" = Option<String>, Query, description = "A comma means any of", pattern = "^(draft|in_review|signed|scheduled|published|published_with_changes|withdrawn|archived)(,(draft|in_review|signed|scheduled|published|published_with_changes|withdrawn|archived))*$"),
        ("author" = Option<String>, Query, description = "Slugs or ids; a comma means any of", pattern = "^[a-z0-9-]{1,100}(,[a-z0-9-]{1,100}){0,3}$"),
        ("q" = Option<String>, Query, description = "Part of the title", min_length = 1, max_length = 200),
        ("overdue" = Option<bool>, Query, description = "Those whose review is overdue, or is not: of what the public sees, else of the newest content"),
        ("locale" = Option<String>, Query, description = "BCP 47", max_length = 35),
        ("translation_of" = Option<String>, Query, description = "Translations of these articles, by slug or id; a comma means any of", pattern = "^[a-z0-9-]{1,100}(,[a-z0-9-]{1,100}){0,3}$"),
        ("stale" = Option<bool>, Query, description = "Translations whose original has moved on (true), or all others (false)"),
        ("trashed" = Option<bool>, Query, description = "The trash instead"),
        Paging,
    ),
    responses((status = 200, description = "A page of articles", body = StaffArticlePage)))]
pub async fn list_staff_articles(
    request: HttpRequest,
    editor: ArticleReader,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    let mut query = QueryReader::of(&request);
    let filter = StaffFilter {
        status: query.any_known("status", &Status::NAMES),
        author: query.any_of("author"),
        q: query.text("q"),
        locale: language(&mut query),
        translation_of: query.any_of("translation_of"),
        stale: query.boolean("stale"),
        trashed: query.boolean("trashed").unwrap_or(false),
        overdue: query.boolean("overdue"),
    };
    let question = format!("staff articles {filter:?}");
    let page = PageRequest::<StaffKey>::read(&mut query, &site.cursors, &question);
    query.finish()?;
    let wanted = page.clone();
    let rows = database
        .transact(async move |connection| {
            let rows = staff::list_articles(connection, &filter, &wanted).await?;
            editor.staff.record(connection, "article.list", "article", None, &[]).await?;
            Ok::<_, ApiError>(rows)
        })
        .await?;
    let mut data = rows.items.0;
    let about = site.question(&request, &question);
    let key = |row: &StaffListedArticle| StaffKey { updated_at: row.updated_at, id: row.id };
    let (meta, links) = page.complete(&mut data, rows.total, key, &about);
    Ok(private_answer(StatusCode::OK, &StaffArticlePage { data, meta, links }))
}

/// Creates an article: a draft, seen by nobody outside.
#[utoipa::path(post, path = "/v1/admin/articles", operation_id = "create_article", tag = "staff: articles",
    security(("bearer" = [])), request_body = input::ArticleInput,
    responses((status = 201, description = "The draft", body = StaffArticleAnswer, headers(("Location" = String), ("ETag" = String)))))]
pub async fn create_article(
    request: HttpRequest,
    writer: Writer,
    site: Data<Site>,
    database: Data<StaffDb>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    let manuscript = input::parse(&body.0)?;
    let article = database
        .transact(async move |connection| {
            let id = editing::create(connection, &writer, &manuscript).await?;
            // What sanitising removed is told to who sent it.
            read(connection, id).await
        })
        .await?;
    let address = format!("{}/v1/admin/articles/{}", site.public_url, article.id);
    Ok(created_answer(&address, article.version, &StaffArticleAnswer { data: article }))
}

/// Reads an article as staff see it.
#[utoipa::path(get, path = "/v1/admin/articles/{id}", operation_id = "get_staff_article", tag = "staff: articles",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The article")),
    responses((status = 200, description = "The article", body = StaffArticleAnswer, headers(("ETag" = String)))))]
pub async fn get_staff_article(request: HttpRequest, reader: ArticleReader, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let article = database
        .transact(async move |connection| {
            reader.staff.record(connection, "article.read", "article", Some(id), &[]).await?;
            read(connection, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, article.version, &StaffArticleAnswer { data: article }))
}

/// Changes an article: a new revision. What the public sees stays as it is until it is published. Of autosaves within a
/// quarter hour of each other the last alone is kept, unless something refers to the one before.
#[utoipa::path(patch, path = "/v1/admin/articles/{id}", operation_id = "update_article", tag = "staff: articles",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The article"),
        ("autosave" = Option<bool>, Query, description = "Written by a program between two saves: takes the place of the autosave before"),
        ("If-Match" = String, Header, description = "The ETag that was read")),
    request_body(content = input::ArticleInput, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The changed article", body = StaffArticleAnswer, headers(("ETag" = String)))))]
pub async fn update_article(
    request: HttpRequest,
    writer: Writer,
    expected: Expected,
    database: Data<StaffDb>,
    patch: MergePatch,
) -> Answer {
    let mut query = QueryReader::of(&request);
    let autosave = query.boolean("autosave").unwrap_or(false);
    query.finish()?;
    let id = path_id(&request)?;
    let article = database
        .transact(async move |connection| {
            let stored = lock(connection, id, &expected).await?;
            refuse_trashed(&stored)?;
            let before = editing::draft_of(&stored)?;
            let manuscript = input::parse_patch(&before, &patch.0)?;
            let changed = input::changed_fields(&before, &manuscript.draft);
            if autosave {
                editing::autosave(connection, &writer, &stored, &manuscript).await?;
            } else {
                editing::revise(connection, &writer, &stored, &manuscript).await?;
            }
            writer.staff.record(connection, "article.update", "article", Some(id), &changed).await?;
            read(connection, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, article.version, &StaffArticleAnswer { data: article }))
}

/// Moves an article to the trash. A visible one is withdrawn.
#[utoipa::path(delete, path = "/v1/admin/articles/{id}", operation_id = "delete_article", tag = "staff: articles",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The article"), ("If-Match" = String, Header, description = "The ETag that was read")),
    responses((status = 204, description = "In the trash")))]
pub async fn delete_article(
    request: HttpRequest,
    editor: Editor,
    expected: Expected,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    database
        .transact(async move |connection| {
            refuse_trashed(&lock(connection, id, &expected).await?)?;
            trash::discard(connection, &editor, id).await
        })
        .await?;
    Ok(no_content())
}

/// Brings an article back from the trash, as a draft or as withdrawn.
#[utoipa::path(post, path = "/v1/admin/articles/{id}/restore", operation_id = "restore_article", tag = "staff: articles",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The article")),
    responses((status = 200, description = "The article", body = StaffArticleAnswer, headers(("ETag" = String)))))]
pub async fn restore_article(request: HttpRequest, editor: Editor, writer: Writer, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let article = database
        .transact(async move |connection| {
            let stored = lock(connection, id, &Expected::Any).await?;
            trash::bring_back(connection, &editor, &writer, &stored).await?;
            read(connection, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, article.version, &StaffArticleAnswer { data: article }))
}

/// The article as it is now.
pub(super) async fn read(connection: &mut PgConnection, id: Uuid) -> Result<StaffArticle, ApiError> {
    let row = staff::find_article(connection, id, None).await?.ok_or(ApiError::NotFound)?;
    StaffArticle::try_from(row)
}

/// Locks the article and checks the version that the caller has seen.
pub(super) async fn lock(connection: &mut PgConnection, id: Uuid, expected: &Expected) -> Result<StaffRow, ApiError> {
    if !staff::lock_article(connection, id).await? {
        return Err(ApiError::NotFound);
    }
    let row = staff::find_article(connection, id, None).await?.ok_or(ApiError::NotFound)?;
    if expected.accepts(row.version) {
        return Ok(row);
    }
    let by = row.updated_by.map(|person| person.0);
    Err(ApiError::Stale { current: row.version, changed: json!({"at": row.updated_at, "by": by}) })
}

pub(super) fn refuse_trashed(row: &StaffRow) -> Result<(), ApiError> {
    if row.trashed_at.is_none() {
        return Ok(());
    }
    Err(ApiError::Conflict { code: "in_trash", detail: "the article is in the trash; restore it first" })
}
