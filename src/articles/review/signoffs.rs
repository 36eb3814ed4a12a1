//! Sign-offs: a colleague stands with their name for what a revision says. Any edit voids one by itself, since the content
//! is another then, and the same content brings it back. Revoking one takes the name from the public page at once.

use actix_web::{
    FromRequest, HttpRequest,
    http::{StatusCode, header},
    web::{Data, Payload},
};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    answers::{Signoff, SignoffAnswer, SignoffList},
    path_uuid,
    signing::{RevocationInput, SignoffInput, due_date, licence_to_sign},
};
use crate::{
    accounts::{ArticleReader, Reviewer, Staff},
    articles::{
        admin::{lock, refuse_trashed},
        editing::own_author,
        events,
        queries::{
            comments::find_revision,
            publications,
            reviews::close_request,
            signoffs::{self, NewSignoff},
            staff::{StaffRow, touch_article},
        },
    },
    clock::Clock,
    db::StaffDb,
    http::{
        Answer, ApiError, Expected, JsonBody, LARGEST_JSON, Site, content_type, created_answer, no_parameters,
        parse_json, path_id, private_answer, read_body, staff_answer,
    },
    outbox::EventKind,
};

/// Signs the content of a revision off. What was read has to be named: by `revision`, by `content_hash`, or by `If-Match`
/// with the article's ETag.
#[utoipa::path(post, path = "/v1/admin/articles/{id}/signoffs", operation_id = "create_signoff", tag = "staff: articles",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The article"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the article that was read")),
    request_body = SignoffInput,
    responses((status = 201, description = "The sign-off", body = SignoffAnswer, headers(("Location" = String), ("ETag" = String)))))]
pub async fn create_signoff(
    request: HttpRequest,
    reviewer: Reviewer,
    site: Data<Site>,
    database: Data<StaffDb>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    let article = path_id(&request)?;
    let input = SignoffInput::parse(&body.0)?;
    let expected = expected(&request, &input).await?;
    let data = database
        .transact(async move |connection| {
            let stored = lock(connection, article, &expected).await?;
            refuse_trashed(&stored)?;
            let id = sign(connection, &reviewer, &stored, &input).await?;
            find(connection, article, id).await
        })
        .await?;
    let address = format!("{}/v1/admin/articles/{article}/signoffs/{}", site.public_url, data.id);
    Ok(created_answer(&address, data.version, &SignoffAnswer { data }))
}

/// The version that was read. It may be left out where the body names what is signed.
async fn expected(request: &HttpRequest, input: &SignoffInput) -> Result<Expected, ApiError> {
    if input.names_content() && !request.headers().contains_key(header::IF_MATCH) {
        return Ok(Expected::Any);
    }
    Expected::extract(request).await
}

/// Signs off a revision of a locked article, and tells everybody whom it concerns.
///
/// # Errors
/// As [`write_signoff`].
async fn sign(
    connection: &mut PgConnection,
    reviewer: &Reviewer,
    stored: &StaffRow,
    input: &SignoffInput,
) -> Result<Uuid, ApiError> {
    let (article, staff) = (stored.id, &reviewer.staff);
    let number = input.revision.unwrap_or(stored.revision);
    let signer = Signer { account: staff.id, author: own_author(connection, staff).await? };
    let written = write_signoff(connection, &staff.clock, signer, (article, number), input).await?;
    close_request(connection, article, &written.content_hash).await?;
    tell_public(connection, staff, article, &written.content_hash, written.signed_at).await?;
    touch_article(connection, article, None, staff.id).await?;
    staff.record(connection, "signoff.create", "article", Some(article), &[]).await?;
    Ok(written.id)
}

/// Who signs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signer {
    pub(crate) account: Uuid,
    /// The name under which they stand.
    pub(crate) author: Uuid,
}

/// What was signed, and when.
pub(crate) struct WrittenSignoff {
    id: Uuid,
    content_hash: Vec<u8>,
    signed_at: DateTime<Utc>,
}

/// Writes the sign-off of a revision of an article that the caller has locked.
///
/// # Errors
/// 409 and 422 as the rules of `signing` say.
pub(crate) async fn write_signoff(
    connection: &mut PgConnection,
    clock: &Clock,
    signer: Signer,
    (article, number): (Uuid, i32),
    input: &SignoffInput,
) -> Result<WrittenSignoff, ApiError> {
    let wanted = signoffs::find_signable(connection, article, number, signer.account).await?;
    let wanted =
        wanted.ok_or_else(|| ApiError::field("/revision", "unknown_reference", "the article has no such revision"))?;
    let new = NewSignoff {
        id: clock.new_id(),
        revision_id: wanted.revision_id,
        reviewer: signer.account,
        author: signer.author,
        licence: licence_to_sign(&wanted, input)?,
        signed_at: publications::stamp(connection).await?,
        next_review_due: due_date(&wanted, input)?,
        note: input.note.as_deref(),
    };
    signoffs::insert_signoff(connection, &new).await?;
    let (id, signed_at) = (new.id, new.signed_at);
    Ok(WrittenSignoff { id, content_hash: wanted.content_hash, signed_at })
}

/// Where the content is visible, its public form is another from the stamp on: whoever follows the changes is told.
async fn tell_public(
    connection: &mut PgConnection,
    staff: &Staff,
    article: Uuid,
    content_hash: &[u8],
    stamp: DateTime<Utc>,
) -> Result<(), ApiError> {
    if signoffs::touch_visible(connection, article, content_hash, stamp).await? {
        events::tell(connection, &staff.clock, EventKind::ArticleUpdated, article, stamp).await?;
    }
    Ok(())
}

async fn find(connection: &mut PgConnection, article: Uuid, id: Uuid) -> Result<Signoff, ApiError> {
    let found = signoffs::list_signoffs(connection, article, Some(id)).await?;
    found.into_iter().next().ok_or(ApiError::NotFound)
}

/// Lists the sign-offs of an article, the newest first, at most 1,000, with those that were revoked.
#[utoipa::path(get, path = "/v1/admin/articles/{id}/signoffs", operation_id = "list_signoffs", tag = "staff: articles",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The article")),
    responses((status = 200, description = "The sign-offs", body = SignoffList)))]
pub async fn list_signoffs(request: HttpRequest, reader: ArticleReader, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let data = database
        .transact(async move |connection| {
            reader.staff.record(connection, "signoff.list", "article", Some(id), &[]).await?;
            find_revision(connection, id, 1).await?.ok_or(ApiError::NotFound)?;
            Ok::<_, ApiError>(signoffs::list_signoffs(connection, id, None).await?)
        })
        .await?;
    Ok(private_answer(StatusCode::OK, &SignoffList { data }))
}

/// Reads a sign-off.
#[utoipa::path(get, path = "/v1/admin/articles/{id}/signoffs/{signoff}", operation_id = "get_signoff", tag = "staff: articles",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The article"), ("signoff" = Uuid, Path, description = "The sign-off")),
    responses((status = 200, description = "The sign-off", body = SignoffAnswer, headers(("ETag" = String)))))]
pub async fn get_signoff(request: HttpRequest, reader: ArticleReader, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let (article, id) = (path_id(&request)?, path_uuid(&request, "signoff")?);
    let data = database
        .transact(async move |connection| {
            reader.staff.record(connection, "signoff.read", "article", Some(article), &[]).await?;
            find(connection, article, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, data.version, &SignoffAnswer { data }))
}

/// Revokes a sign-off, with what else the same reviewer signed of the same content. The public sees it at once.
#[utoipa::path(delete, path = "/v1/admin/articles/{id}/signoffs/{signoff}", operation_id = "delete_signoff",
    tag = "staff: articles", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The article"), ("signoff" = Uuid, Path, description = "The sign-off"),
        ("If-Match" = String, Header, description = "The ETag of the sign-off that was read")),
    request_body = Option<RevocationInput>,
    responses((status = 200, description = "The revoked sign-off", body = SignoffAnswer, headers(("ETag" = String)))))]
pub async fn delete_signoff(
    request: HttpRequest,
    reviewer: Reviewer,
    expected: Expected,
    database: Data<StaffDb>,
    payload: Payload,
) -> Answer {
    no_parameters(&request)?;
    let (article, id) = (path_id(&request)?, path_uuid(&request, "signoff")?);
    let input = RevocationInput::parse(&optional_json(&request, payload).await?)?;
    let data = database
        .transact(async move |connection| {
            lock(connection, article, &Expected::Any).await?;
            let signoff = find(connection, article, id).await?;
            refuse_unfit(&signoff, &expected)?;
            revoke(connection, &reviewer, (article, id), input.reason.as_deref()).await?;
            find(connection, article, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, data.version, &SignoffAnswer { data }))
}

fn refuse_unfit(signoff: &Signoff, expected: &Expected) -> Result<(), ApiError> {
    if !expected.accepts(signoff.version) {
        let changed = json!({"at": signoff.revoked_at.unwrap_or(signoff.signed_at), "by": signoff.revoked_by});
        return Err(ApiError::Stale { current: signoff.version, changed });
    }
    if signoff.revoked_at.is_none() {
        return Ok(());
    }
    Err(ApiError::Conflict { code: "signoff_revoked", detail: "the sign-off is revoked already" })
}

async fn revoke(
    connection: &mut PgConnection,
    reviewer: &Reviewer,
    (article, id): (Uuid, Uuid),
    reason: Option<&str>,
) -> Result<(), ApiError> {
    let staff = &reviewer.staff;
    let stamp = publications::stamp(connection).await?;
    let hash = signoffs::revoke_signoff(connection, article, id, (stamp, staff.id), reason).await?;
    let hash = hash.ok_or(ApiError::NotFound)?;
    tell_public(connection, staff, article, &hash, stamp).await?;
    touch_article(connection, article, None, staff.id).await?;
    staff.record(connection, "signoff.revoke", "article", Some(article), &[]).await
}

/// A body that may be left out, and may be nothing but JSON.
async fn optional_json(request: &HttpRequest, payload: Payload) -> Result<Value, ApiError> {
    let body = read_body(request, payload.into_inner(), LARGEST_JSON).await?;
    match content_type(request).as_deref() {
        _ if body.is_empty() => Ok(json!({})),
        Some("application/json") => parse_json(&body),
        _ => Err(ApiError::MediaType("application/json")),
    }
}
