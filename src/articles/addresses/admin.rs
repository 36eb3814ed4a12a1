//! The redirects that staff keep. Refuses one that leads back to itself, and one from where an article stands: what is
//! visible would win over it. Writes take the lock of publications first, so that neither changes under the other.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    answers::{Redirect, RedirectAnswer, RedirectPage},
    input::{self, RedirectDraft, RedirectInput},
};
use crate::{
    accounts::{ArticleReader, Editor},
    articles::queries::{
        publications::stamp,
        published_addresses::is_endless,
        redirects::{self, NewRedirect, RedirectRow},
        relations::resolve_articles,
        staff::default_locale,
    },
    db::{DbError, StaffDb},
    http::{
        Answer, ApiError, Expected, FieldError, JsonBody, MergePatch, PageRequest, Paging, QueryReader, Site,
        created_answer, no_content, no_parameters, path_id, private_answer, staff_answer,
    },
};

impl From<RedirectRow> for Redirect {
    fn from(row: RedirectRow) -> Self {
        Self {
            id: row.id,
            from: row.from,
            to: row.to,
            article: row.article.map(|article| article.0),
            status: row.status,
            note: row.note,
            version: row.version,
            created_at: row.created_at,
            created_by: row.created_by.map(|person| person.0),
            updated_at: row.updated_at,
            updated_by: row.updated_by.map(|person| person.0),
        }
    }
}

/// Lists redirects as they were written, by path.
#[utoipa::path(get, path = "/v1/admin/redirects", operation_id = "list_staff_redirects", tag = "staff: articles",
    security(("bearer" = [])),
    params(("q" = Option<String>, Query, description = "Part of either address", min_length = 1, max_length = 200), Paging),
    responses((status = 200, description = "A page of redirects", body = RedirectPage)))]
pub async fn list_staff_redirects(
    request: HttpRequest,
    reader: ArticleReader,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    let mut query = QueryReader::of(&request);
    let q = query.text_up_to("q", 200);
    let question = format!("staff redirects {q:?}");
    let page = PageRequest::<String>::read(&mut query, &site.cursors, &question);
    query.finish()?;
    let wanted = page.clone();
    let rows = database
        .transact(async move |connection| {
            reader.staff.record(connection, "redirect.list", "redirect", None, &[]).await?;
            Ok::<_, ApiError>(redirects::list_kept(connection, q.as_deref(), &wanted).await?)
        })
        .await?;
    let mut data = rows.items.0;
    let about = site.question(&request, &question);
    let (meta, links) = page.complete(&mut data, rows.total, |row| row.from.clone(), &about);
    Ok(private_answer(StatusCode::OK, &RedirectPage { data, meta, links }))
}

/// Creates a redirect. It holds at once.
#[utoipa::path(post, path = "/v1/admin/redirects", operation_id = "create_redirect", tag = "staff: articles",
    security(("bearer" = [])), request_body = RedirectInput,
    responses((status = 201, description = "The redirect", body = RedirectAnswer, headers(("Location" = String), ("ETag" = String)))))]
pub async fn create_redirect(
    request: HttpRequest,
    editor: Editor,
    site: Data<Site>,
    database: Data<StaffDb>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    let (id, site_url) = (site.clock.new_id(), site.site_url.clone());
    let redirect = database
        .transact(async move |connection| {
            let draft = input::parse(&body.0, &sites(connection, site_url).await?)?;
            stamp(connection).await?;
            let article = resolve(connection, &draft).await?;
            let stored = redirects::insert_redirect(connection, id, &new(&draft, article), Some(editor.staff.id)).await;
            stored.map_err(taken)?;
            refuse_endless(connection, &draft).await?;
            editor.staff.record(connection, "redirect.create", "redirect", Some(id), &[]).await?;
            read(connection, id).await
        })
        .await?;
    let address = format!("{}/v1/admin/redirects/{}", site.public_url, redirect.id);
    Ok(created_answer(&address, redirect.version, &RedirectAnswer { data: redirect }))
}

/// Reads a redirect.
#[utoipa::path(get, path = "/v1/admin/redirects/{id}", operation_id = "get_redirect", tag = "staff: articles",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The redirect")),
    responses((status = 200, description = "The redirect", body = RedirectAnswer, headers(("ETag" = String)))))]
pub async fn get_redirect(request: HttpRequest, reader: ArticleReader, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let redirect = database
        .transact(async move |connection| {
            reader.staff.record(connection, "redirect.read", "redirect", Some(id), &[]).await?;
            read(connection, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, redirect.version, &RedirectAnswer { data: redirect }))
}

/// Changes a redirect.
#[utoipa::path(patch, path = "/v1/admin/redirects/{id}", operation_id = "update_redirect", tag = "staff: articles",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The redirect"), ("If-Match" = String, Header, description = "The ETag that was read")),
    request_body(content = RedirectInput, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The changed redirect", body = RedirectAnswer, headers(("ETag" = String)))))]
pub async fn update_redirect(
    request: HttpRequest,
    editor: Editor,
    expected: Expected,
    site: Data<Site>,
    database: Data<StaffDb>,
    patch: MergePatch,
) -> Answer {
    no_parameters(&request)?;
    let (id, site_url) = (path_id(&request)?, site.site_url.clone());
    let redirect = database
        .transact(async move |connection| {
            stamp(connection).await?;
            let stored = lock(connection, id, &expected).await?;
            let draft = input::parse_patch(&stored, &patch.0, &sites(connection, site_url).await?)?;
            let article = resolve(connection, &draft).await?;
            let changed = redirects::update_redirect(connection, id, &new(&draft, article), editor.staff.id).await;
            changed.map_err(taken)?;
            refuse_endless(connection, &draft).await?;
            editor.staff.record(connection, "redirect.update", "redirect", Some(id), &[]).await?;
            read(connection, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, redirect.version, &RedirectAnswer { data: redirect }))
}

/// Removes a redirect for good.
#[utoipa::path(delete, path = "/v1/admin/redirects/{id}", operation_id = "delete_redirect", tag = "staff: articles",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The redirect"), ("If-Match" = String, Header, description = "The ETag that was read")),
    responses((status = 204, description = "Removed")))]
pub async fn delete_redirect(
    request: HttpRequest,
    editor: Editor,
    expected: Expected,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    database
        .transact(async move |connection| {
            lock(connection, id, &expected).await?;
            redirects::delete_redirect(connection, id).await?;
            editor.staff.record(connection, "redirect.delete", "redirect", Some(id), &[]).await?;
            Ok::<_, ApiError>(())
        })
        .await?;
    Ok(no_content())
}

async fn read(connection: &mut PgConnection, id: Uuid) -> Result<Redirect, ApiError> {
    Ok(redirects::lock_redirect(connection, id).await?.ok_or(ApiError::NotFound)?.into())
}

async fn lock(connection: &mut PgConnection, id: Uuid, expected: &Expected) -> Result<Redirect, ApiError> {
    let redirect = read(connection, id).await?;
    if expected.accepts(redirect.version) {
        return Ok(redirect);
    }
    let changed = json!({"at": redirect.updated_at, "by": redirect.updated_by});
    Err(ApiError::Stale { current: redirect.version, changed })
}

/// Where the clinic's site is, as the settings and the clinic's record say.
async fn sites(connection: &mut PgConnection, setting: Option<String>) -> Result<Vec<String>, ApiError> {
    Ok(redirects::find_site_url(connection).await?.into_iter().chain(setting).collect())
}

fn new(draft: &RedirectDraft, article: Option<Uuid>) -> NewRedirect<'_> {
    NewRedirect {
        from: &draft.from,
        to: draft.to.as_deref(),
        article,
        status: draft.status,
        note: draft.note.as_deref(),
    }
}

/// The article that a redirect names; and nothing may stand where it leads from.
async fn resolve(connection: &mut PgConnection, draft: &RedirectDraft) -> Result<Option<Uuid>, ApiError> {
    let mut errors = Vec::new();
    if redirects::is_live(connection, &draft.from).await? {
        errors.push(FieldError::at(
            "/from",
            "live_address",
            "an article stands at this address; withdraw or move it first",
        ));
    }
    let names: Vec<String> = draft.article.iter().cloned().collect();
    let locale = default_locale(connection).await?;
    let found = resolve_articles(connection, &names, &locale, Uuid::nil()).await?;
    let article = found.into_iter().next().flatten();
    if article.is_none() && draft.article.is_some() {
        errors.push(FieldError::at("/article", "unknown_reference", "names nothing that exists"));
    }
    if errors.is_empty() { Ok(article) } else { Err(ApiError::Invalid(errors)) }
}

/// Refuses what was just written where it leads back to itself: through other redirects, and through the addresses that
/// articles once had.
async fn refuse_endless(connection: &mut PgConnection, draft: &RedirectDraft) -> Result<(), ApiError> {
    if !is_endless(connection, &draft.from).await? {
        return Ok(());
    }
    let place = if draft.article.is_some() { "/article" } else { "/to" };
    Err(ApiError::field(
        place,
        "redirect_loop",
        "leads back to where it comes from, or through more than a hundred others",
    ))
}

fn taken(error: sqlx::Error) -> ApiError {
    match DbError::from(error) {
        DbError::Constraint(name) if name == "redirect_from_key" => {
            ApiError::field("/from", "taken", "another redirect leads from this address")
        }
        other => other.into(),
    }
}
