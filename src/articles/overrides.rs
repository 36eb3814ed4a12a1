//! Overrides: somebody answers with their name and a reason for a finding of the gate. An override is bound to the
//! article, the finding and what it is about, and holds until it is revoked. Refuses what would show the public a review
//! that did not happen or an article without an author, and what answers for no finding.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answers::Person,
    check::Gate,
    gate::{Code, Finding},
    queries::{
        gate::{self as known, NewOverride, OverrideRow},
        staff,
    },
};
use crate::{
    accounts::{ArticleReader, GateKeeper},
    db::{DbError, StaffDb},
    http::{
        Answer, ApiError, Expected, FieldError, Fields, JsonBody, Site, created_answer, no_content, no_parameters,
        path_id, private_answer,
    },
};

/// Body of a new override.
#[derive(Clone, Debug, ToSchema)]
pub struct OverrideInput {
    /// The finding's code.
    #[schema(value_type = Code)]
    pub code: Code,
    /// What the finding is about, as `check` tells it. May be absent where there is one such finding.
    #[schema(max_length = 500)]
    pub subject: Option<String>,
    /// Why it is right to publish all the same: 10 to 1,000 characters.
    #[schema(min_length = 10, max_length = 1000)]
    pub reason: String,
}

impl OverrideInput {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let names: Vec<&'static str> = Code::ALL.iter().map(|code| code.name()).collect();
        let mut fields = Fields::of(body, "");
        let code = fields.one_of("code", &names).and_then(Code::named);
        let code = fields.require("code", code);
        if code.is_some_and(|code| !code.may_be_overridden()) {
            fields.refuse("code", "never_overridden", "nobody can answer for this: settle it");
        }
        let subject = fields.line("subject", 500);
        let reason = fields.text("reason", 1000);
        let reason = fields.require("reason", reason);
        if reason.as_ref().is_some_and(|reason| reason.chars().count() < 10) {
            fields.refuse("reason", "too_short", "must say why, in 10 characters at least");
        }
        fields.finish()?;
        let (Some(code), Some(reason)) = (code, reason) else { return Err(ApiError::Internal) };
        Ok(Self { code, subject, reason })
    }
}

/// An override.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Override {
    pub id: Uuid,
    /// 1, and 2 once it is revoked.
    pub version: i32,
    /// The finding's code.
    pub code: String,
    /// What the finding is about; empty where the code says it all.
    pub subject: String,
    pub reason: String,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Person>,
    /// When it ceased to hold.
    pub revoked_at: Option<DateTime<Utc>>,
    pub revoked_by: Option<Person>,
}

impl From<OverrideRow> for Override {
    fn from(row: OverrideRow) -> Self {
        Self {
            id: row.id,
            version: if row.revoked_at.is_none() { 1 } else { 2 },
            code: row.code,
            subject: row.subject,
            reason: row.reason,
            created_at: row.created_at,
            created_by: row.created_by.map(|person| person.0),
            revoked_at: row.revoked_at,
            revoked_by: row.revoked_by.map(|person| person.0),
        }
    }
}

/// One override.
#[derive(Debug, Serialize, ToSchema)]
pub struct OverrideAnswer {
    pub data: Override,
}

/// The overrides of an article, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct OverrideList {
    pub data: Vec<Override>,
}

/// Lists the overrides of an article, newest first, at most 1,000; those that were revoked stand among them.
#[utoipa::path(get, path = "/v1/admin/articles/{id}/overrides", operation_id = "list_overrides", tag = "staff: articles",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The article")),
    responses((status = 200, description = "The overrides", body = OverrideList)))]
pub async fn list_overrides(request: HttpRequest, reader: ArticleReader, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let rows = database
        .transact(async move |connection| {
            reader.staff.record(connection, "override.list", "article", Some(id), &[]).await?;
            if staff::find_article(connection, id, None).await?.is_none() {
                return Err(ApiError::NotFound);
            }
            Ok::<_, ApiError>(known::list_overrides(connection, id).await?)
        })
        .await?;
    Ok(private_answer(StatusCode::OK, &OverrideList { data: rows.into_iter().map(Override::from).collect() }))
}

/// Answers for a finding of the article's latest revision.
#[utoipa::path(post, path = "/v1/admin/articles/{id}/overrides", operation_id = "create_override", tag = "staff: articles",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The article")), request_body = OverrideInput,
    responses((status = 201, description = "It holds until it is revoked", body = OverrideAnswer, headers(("Location" = String)))))]
pub async fn create_override(
    request: HttpRequest,
    keeper: GateKeeper,
    gate: Data<Gate>,
    site: Data<Site>,
    database: Data<StaffDb>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    let article = path_id(&request)?;
    let input = OverrideInput::parse(&body.0)?;
    let made = database
        .transact(async move |connection| {
            if !staff::lock_article(connection, article).await? {
                return Err(ApiError::NotFound);
            }
            let check = gate.examine(connection, article, None, None).await?;
            let subject = subject_of(&check.findings, &input)?;
            let id = site.clock.new_id();
            let (code, reason, by) = (input.code.name(), input.reason.as_str(), keeper.staff.id);
            let new = NewOverride { id, article, code, subject: &subject, reason, by };
            known::insert_override(connection, &new).await.map_err(already_held)?;
            keeper.staff.record(connection, "override.create", "article", Some(article), &[code.to_owned()]).await?;
            let address = format!("{}/v1/admin/articles/{article}/overrides/{id}", site.public_url);
            Ok((address, find(connection, article, id).await?))
        })
        .await?;
    Ok(created_answer(&made.0, made.1.version, &OverrideAnswer { data: made.1 }))
}

/// Revokes an override: the next publication is judged without it.
#[utoipa::path(delete, path = "/v1/admin/articles/{id}/overrides/{override}", operation_id = "delete_override",
    tag = "staff: articles", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The article"), ("override" = Uuid, Path, description = "The override"),
        ("If-Match" = String, Header, description = "The ETag that was read, or `*`")),
    responses((status = 204, description = "It holds no more")))]
pub async fn delete_override(
    request: HttpRequest,
    keeper: GateKeeper,
    expected: Expected,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let article = path_id(&request)?;
    let id = request.match_info().get("override").and_then(|id| id.parse::<Uuid>().ok()).ok_or(ApiError::NotFound)?;
    database
        .transact(async move |connection| {
            let (staff, held) = (&keeper.staff, find(connection, article, id).await?);
            if !expected.accepts(held.version) {
                let changed = serde_json::json!({"at": held.revoked_at, "by": held.revoked_by});
                return Err(ApiError::Stale { current: held.version, changed });
            }
            if !known::revoke_override(connection, article, id, staff.id).await? {
                return Err(ApiError::NotFound);
            }
            staff.record(connection, "override.delete", "article", Some(article), &[held.code]).await
        })
        .await?;
    Ok(no_content())
}

/// What the override is about: the finding that it names, or the one that there is.
fn subject_of(findings: &[Finding], input: &OverrideInput) -> Result<String, ApiError> {
    let mut subjects: Vec<&str> =
        findings.iter().filter(|finding| finding.code == input.code).map(|finding| finding.subject.as_str()).collect();
    subjects.sort_unstable();
    subjects.dedup();
    let refuse = |code, message| Err(ApiError::Invalid(vec![FieldError::at("/subject", code, message)]));
    match (&input.subject, subjects.as_slice()) {
        (_, []) => Err(ApiError::field("/code", "no_such_finding", "the latest revision has no such finding")),
        (None, [one]) => Ok((*one).to_owned()),
        (None, _) => refuse("required", "there are several such findings: say which, as check tells it"),
        (Some(named), some) if some.contains(&named.as_str()) => Ok(named.clone()),
        (Some(_), _) => refuse("no_such_finding", "the latest revision has no such finding about this"),
    }
}

async fn find(connection: &mut PgConnection, article: Uuid, id: Uuid) -> Result<Override, ApiError> {
    let rows = known::list_overrides(connection, article).await?;
    rows.into_iter().find(|row| row.id == id).map(Override::from).ok_or(ApiError::NotFound)
}

fn already_held(error: sqlx::Error) -> ApiError {
    match DbError::from(error) {
        DbError::Constraint(name) if name == "gate_override_key" => {
            ApiError::Conflict { code: "already_overridden", detail: "somebody answers for this finding already" }
        }
        other => other.into(),
    }
}
