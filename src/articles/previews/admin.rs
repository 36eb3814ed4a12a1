//! The links that editors hand out.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Previews, Shown, input::PreviewLinkInput};
use crate::{
    accounts::{ArticleReader, Writer},
    articles::{
        admin::{lock, refuse_trashed},
        answers::Person,
        queries::preview_links::{self, LinkKey, LinkRow, NewLink},
        queries::staff,
    },
    db::{DbError, StaffDb},
    http::{
        Answer, ApiError, Expected, JsonBody, PageLinks, PageMeta, PageRequest, Paging, QueryReader, Site,
        created_answer, no_content, no_parameters, path_id, private_answer,
    },
};

/// A preview link as it is handed out: the token is told this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewPreviewLink {
    pub id: Uuid,
    pub version: i32,
    /// The page to open.
    pub url: String,
    /// Opens `GET /v1/preview/articles/{id}`.
    pub token: String,
    /// The revision that it shows, whatever is written later.
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// One new preview link.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewPreviewLinkAnswer {
    pub data: NewPreviewLink,
}

/// A preview link in the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewLink {
    pub id: Uuid,
    pub version: i32,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Person>,
    pub expires_at: DateTime<Utc>,
    /// When it was taken back; null while it was not.
    pub revoked_at: Option<DateTime<Utc>>,
    pub revoked_by: Option<Person>,
}

impl From<LinkRow> for PreviewLink {
    fn from(row: LinkRow) -> Self {
        Self {
            id: row.id,
            version: version(&row),
            revision: row.revision,
            created_at: row.created_at,
            created_by: row.created_by.map(|person| person.0),
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            revoked_by: row.revoked_by.map(|person| person.0),
        }
    }
}

/// A page of preview links, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewLinkPage {
    pub data: Vec<PreviewLink>,
    pub meta: PageMeta,
    pub links: PageLinks,
}

/// All that ever changes about a link is that it is taken back.
fn version(row: &LinkRow) -> i32 {
    if row.revoked_at.is_none() { 1 } else { 2 }
}

/// Makes a link that shows one revision to whoever holds it, until it is over or revoked.
#[utoipa::path(post, path = "/v1/admin/articles/{id}/preview-links", operation_id = "create_preview_link", tag = "staff: articles",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The article")), request_body = PreviewLinkInput,
    responses((status = 201, description = "The link, with its token this once", body = NewPreviewLinkAnswer, headers(("Location" = String), ("ETag" = String)))))]
pub async fn create_preview_link(
    request: HttpRequest,
    writer: Writer,
    site: Data<Site>,
    previews: Data<Previews>,
    database: Data<StaffDb>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let names: Vec<&str> = previews.front_ends.iter().map(|front_end| front_end.name.as_str()).collect();
    let input = PreviewLinkInput::parse(&body.0, &names, site.clock.now())?;
    let (token, link) = (previews.issue()?, site.clock.new_id());
    let (hash, wanted) = (token.hash, input.clone());
    let (shown, created_at, expires_at) = database
        .transact(async move |connection| {
            // Locked, so that no autosave takes the revision away at this moment.
            let newest = lock(connection, id, &Expected::Any).await?;
            refuse_trashed(&newest)?;
            let number = wanted.revision.unwrap_or(newest.revision);
            let unknown = || ApiError::field("/revision", "unknown_reference", "the article has no such revision");
            let row = staff::find_article(connection, id, Some(number)).await?.ok_or_else(unknown)?;
            let by = writer.staff.id;
            let new = NewLink { id: link, article: id, revision: number, token_hash: &hash, by };
            let (created_at, expires_at) =
                preview_links::insert(connection, &new, wanted.expires_at, wanted.seconds()).await.map_err(over)?;
            writer.staff.record(connection, "preview_link.create", "article", Some(id), &[]).await?;
            let shown = Shown { id, slug: row.slug, locale: row.locale, revision: number };
            Ok::<_, ApiError>((shown, created_at, expires_at))
        })
        .await?;
    let template = previews.template(input.front_end.as_deref());
    let url = shown.address(template, &site.public_url, &token.text);
    let (revision, token) = (shown.revision, token.text);
    let data = NewPreviewLink { id: link, version: 1, url, token, revision, created_at, expires_at };
    let address = format!("{}/v1/admin/articles/{id}/preview-links/{link}", site.public_url);
    Ok(created_answer(&address, 1, &NewPreviewLinkAnswer { data }))
}

/// The database's clock has the last word on what lies ahead.
fn over(error: sqlx::Error) -> ApiError {
    match DbError::from(error) {
        DbError::Constraint(name) if name == "preview_link_expires_later" => {
            ApiError::field("/expires_at", "past", "must lie in the future")
        }
        other => other.into(),
    }
}

/// Lists the preview links of an article, those that are over or revoked among them, newest first.
#[utoipa::path(get, path = "/v1/admin/articles/{id}/preview-links", operation_id = "list_preview_links", tag = "staff: articles",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The article"), Paging),
    responses((status = 200, description = "A page of links, without their tokens", body = PreviewLinkPage)))]
pub async fn list_preview_links(
    request: HttpRequest,
    reader: ArticleReader,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    let id = path_id(&request)?;
    let mut query = QueryReader::of(&request);
    let question = format!("preview links {id}");
    let page = PageRequest::<LinkKey>::read(&mut query, &site.cursors, &question);
    query.finish()?;
    let wanted = page.clone();
    let (mut rows, total) = database
        .transact(async move |connection| {
            reader.staff.record(connection, "preview_link.list", "article", Some(id), &[]).await?;
            let total = preview_links::count(connection, id).await?.ok_or(ApiError::NotFound)?;
            Ok::<_, ApiError>((preview_links::list(connection, id, &wanted).await?, total))
        })
        .await?;
    let about = site.question(&request, &question);
    let key = |row: &LinkRow| LinkKey { created_at: row.created_at, id: row.id };
    let (meta, links) = page.complete(&mut rows, Some(total), key, &about);
    let data = rows.into_iter().map(PreviewLink::from).collect();
    Ok(private_answer(StatusCode::OK, &PreviewLinkPage { data, meta, links }))
}

/// Revokes a preview link, at once.
#[utoipa::path(delete, path = "/v1/admin/articles/{id}/preview-links/{link}", operation_id = "delete_preview_link", tag = "staff: articles",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The article"), ("link" = Uuid, Path, description = "The link"),
        ("If-Match" = String, Header, description = "The ETag that was read, or *")),
    responses((status = 204, description = "It shows nothing any more")))]
pub async fn delete_preview_link(
    request: HttpRequest,
    writer: Writer,
    expected: Expected,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let link = request.match_info().get("link").and_then(|link| link.parse::<Uuid>().ok());
    let link = link.ok_or(ApiError::NotFound)?;
    database
        .transact(async move |connection| {
            let row = preview_links::lock(connection, id, link).await?.ok_or(ApiError::NotFound)?;
            if !expected.accepts(version(&row)) {
                let by = row.revoked_by.as_ref().map(|person| &person.0);
                return Err(ApiError::Stale {
                    current: version(&row),
                    changed: json!({"at": row.revoked_at, "by": by}),
                });
            }
            preview_links::revoke(connection, link, writer.staff.id).await?;
            writer.staff.record(connection, "preview_link.delete", "article", Some(id), &[]).await?;
            Ok::<_, ApiError>(())
        })
        .await?;
    Ok(no_content())
}
