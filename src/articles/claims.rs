//! The claim register: statements that sound absolute, with the evidence that they rest on. A claim with evidence settles
//! the sentences of articles in which one of its phrases stands, until its last day.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answers::Person,
    article::Citation,
    gate,
    input::{CitationInput, citation},
    queries::claims::{self, ClaimRow, StoredClaim},
};
use crate::{
    accounts::{ArticleReader, Editor},
    db::{DbError, StaffDb},
    http::{
        Answer, ApiError, Expected, FieldError, Fields, JsonBody, MergePatch, QueryReader, Site, changed, check_line,
        check_slug, created_answer, no_content, no_parameters, patched, path_id, private_answer, slug_of, staff_answer,
    },
};

/// Body of a new claim. A PATCH takes the same fields, all optional.
#[derive(Clone, Debug, ToSchema)]
pub struct ClaimInput {
    /// What is claimed, in a sentence.
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    pub statement: String,
    /// Made from the statement when absent.
    #[schema(max_length = 100, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")]
    pub slug: Option<String>,
    /// The words as they stand in articles: whole words, case and accents aside.
    #[schema(value_type = Option<Vec<String>>, max_items = 50)]
    pub phrases: Vec<String>,
    /// In the form of an article's references. Without any, the claim settles nothing.
    #[schema(value_type = Option<Vec<CitationInput>>, max_items = 50)]
    pub evidence: Vec<Citation>,
    /// The last day on which it may be relied on; null is no end.
    pub expires_on: Option<NaiveDate>,
}

impl ClaimInput {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let statement = fields.line("statement", 500);
        let statement = fields.require("statement", statement);
        let slug = fields.parsed("slug", check_slug);
        let phrases = fields.list("phrases", 50, |value, pointer| phrase(value, &pointer));
        let evidence = fields.list("evidence", 50, citation);
        let expires_on = fields.parsed("expires_on", |text| {
            text.parse().map_err(|_| ("bad_date", "must be a date, YYYY-MM-DD".to_owned()))
        });
        fields.finish()?;
        Ok(Self { statement: statement.ok_or(ApiError::Internal)?, slug, phrases, evidence, expires_on })
    }

    fn stored(row: &ClaimRow) -> Value {
        json!({
            "statement": row.statement, "slug": row.slug, "phrases": row.phrases, "evidence": row.evidence.0,
            "expires_on": row.expires_on,
        })
    }
}

/// In lower case. One letter would settle whatever sentence has it as a word.
fn phrase(value: &Value, pointer: &str) -> Result<String, Vec<FieldError>> {
    let refuse = |code, message: String| vec![FieldError::at(pointer, code, message)];
    let text = value.as_str().ok_or_else(|| refuse("wrong_type", "must be a text".to_owned()))?;
    let text = check_line(text, 200).map_err(|(code, message)| refuse(code, message))?;
    if gate::words(&text).trim().len() < 4 {
        return Err(refuse("too_short", "at least 4 letters or digits".to_owned()));
    }
    Ok(text.to_lowercase())
}

/// A claim as staff see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Claim {
    pub id: Uuid,
    pub slug: String,
    pub statement: String,
    pub phrases: Vec<String>,
    pub evidence: Vec<Citation>,
    pub expires_on: Option<NaiveDate>,
    /// Whether its last day has passed, for the clinic.
    pub expired: bool,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Person>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<Person>,
    pub trashed_at: Option<DateTime<Utc>>,
}

impl From<ClaimRow> for Claim {
    fn from(row: ClaimRow) -> Self {
        Self {
            id: row.id,
            slug: row.slug,
            statement: row.statement,
            phrases: row.phrases,
            evidence: row.evidence.0,
            expires_on: row.expires_on,
            expired: row.expired,
            version: row.version,
            created_at: row.created_at,
            created_by: row.created_by.map(|person| person.0),
            updated_at: row.updated_at,
            updated_by: row.updated_by.map(|person| person.0),
            trashed_at: row.trashed_at,
        }
    }
}

/// One claim.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClaimAnswer {
    pub data: Claim,
}

/// The claims by their statement.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClaimList {
    pub data: Vec<Claim>,
}

/// Lists the claims by their statement, at most 1,000.
#[utoipa::path(get, path = "/v1/admin/claims", operation_id = "list_claims", tag = "staff: articles",
    security(("bearer" = [])), params(("trashed" = Option<bool>, Query, description = "The trash instead")),
    responses((status = 200, description = "By statement", body = ClaimList)))]
pub async fn list_claims(request: HttpRequest, reader: ArticleReader, database: Data<StaffDb>) -> Answer {
    let mut query = QueryReader::of(&request);
    let trashed = query.boolean("trashed").unwrap_or(false);
    query.finish()?;
    let rows = database
        .transact(async move |connection| {
            reader.staff.record(connection, "claim.list", "claim", None, &[]).await?;
            Ok::<_, ApiError>(claims::list_claims(connection, trashed).await?)
        })
        .await?;
    Ok(private_answer(StatusCode::OK, &ClaimList { data: rows.into_iter().map(Claim::from).collect() }))
}

/// Records a claim.
#[utoipa::path(post, path = "/v1/admin/claims", operation_id = "create_claim", tag = "staff: articles",
    security(("bearer" = [])), request_body = ClaimInput,
    responses((status = 201, description = "Recorded", body = ClaimAnswer, headers(("Location" = String), ("ETag" = String)))))]
pub async fn create_claim(
    request: HttpRequest,
    editor: Editor,
    site: Data<Site>,
    database: Data<StaffDb>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    let input = ClaimInput::parse(&body.0)?;
    let id = site.clock.new_id();
    let made = database
        .transact(async move |connection| {
            let slug = slug_given(&input);
            claims::insert_claim(connection, &stored(id, &input, &slug, editor.staff.id)).await.map_err(slug_taken)?;
            editor.staff.record(connection, "claim.create", "claim", Some(id), &[]).await?;
            read(connection, id).await
        })
        .await?;
    let address = format!("{}/v1/admin/claims/{}", site.public_url, made.id);
    Ok(created_answer(&address, made.version, &ClaimAnswer { data: made }))
}

/// Reads a claim.
#[utoipa::path(get, path = "/v1/admin/claims/{id}", operation_id = "get_claim", tag = "staff: articles",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The claim")),
    responses((status = 200, description = "The claim", body = ClaimAnswer, headers(("ETag" = String)))))]
pub async fn get_claim(request: HttpRequest, reader: ArticleReader, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let found = database
        .transact(async move |connection| {
            reader.staff.record(connection, "claim.read", "claim", Some(id), &[]).await?;
            read(connection, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, found.version, &ClaimAnswer { data: found }))
}

/// Changes a claim. What is published stays; the next publication is judged by it.
#[utoipa::path(patch, path = "/v1/admin/claims/{id}", operation_id = "update_claim", tag = "staff: articles",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The claim"), ("If-Match" = String, Header, description = "The ETag that was read")),
    request_body(content = ClaimInput, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The changed claim", body = ClaimAnswer, headers(("ETag" = String)))))]
pub async fn update_claim(
    request: HttpRequest,
    editor: Editor,
    expected: Expected,
    database: Data<StaffDb>,
    patch: MergePatch,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let done = database
        .transact(async move |connection| {
            let row = lock(connection, id, &expected).await?;
            let before = ClaimInput::stored(&row);
            let after = patched(before.clone(), &patch.0);
            let input = ClaimInput::parse(&after)?;
            let slug = slug_given(&input);
            claims::update_claim(connection, &stored(id, &input, &slug, editor.staff.id)).await.map_err(slug_taken)?;
            editor.staff.record(connection, "claim.update", "claim", Some(id), &changed(&before, &after)).await?;
            read(connection, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, done.version, &ClaimAnswer { data: done }))
}

/// Moves a claim to the trash: it settles nothing any more.
#[utoipa::path(delete, path = "/v1/admin/claims/{id}", operation_id = "delete_claim", tag = "staff: articles",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The claim"), ("If-Match" = String, Header, description = "The ETag that was read")),
    responses((status = 204, description = "In the trash")))]
pub async fn delete_claim(request: HttpRequest, editor: Editor, expected: Expected, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    database
        .transact(async move |connection| {
            lock(connection, id, &expected).await?;
            claims::set_claim_trashed(connection, id, true, editor.staff.id).await?;
            editor.staff.record(connection, "claim.delete", "claim", Some(id), &[]).await
        })
        .await?;
    Ok(no_content())
}

/// Brings a claim back from the trash.
#[utoipa::path(post, path = "/v1/admin/claims/{id}/restore", operation_id = "restore_claim", tag = "staff: articles",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The claim")),
    responses((status = 200, description = "The claim", body = ClaimAnswer, headers(("ETag" = String)))))]
pub async fn restore_claim(request: HttpRequest, editor: Editor, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let back = database
        .transact(async move |connection| {
            let row = lock(connection, id, &Expected::Any).await?;
            if row.trashed_at.is_none() {
                return Err(ApiError::Conflict { code: "not_in_trash", detail: "the claim is not in the trash" });
            }
            let by = editor.staff.id;
            claims::set_claim_trashed(connection, id, false, by).await.map_err(slug_taken)?;
            editor.staff.record(connection, "claim.restore", "claim", Some(id), &[]).await?;
            read(connection, id).await
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, back.version, &ClaimAnswer { data: back }))
}

fn slug_given(input: &ClaimInput) -> String {
    input.slug.clone().unwrap_or_else(|| slug_of(&input.statement, "claim"))
}

fn stored<'a>(id: Uuid, input: &'a ClaimInput, slug: &'a str, by: Uuid) -> StoredClaim<'a> {
    StoredClaim {
        id,
        slug,
        statement: &input.statement,
        phrases: &input.phrases,
        evidence: &input.evidence,
        expires_on: input.expires_on,
        by,
    }
}

async fn read(connection: &mut PgConnection, id: Uuid) -> Result<Claim, ApiError> {
    Ok(claims::lock_claim(connection, id).await?.ok_or(ApiError::NotFound)?.into())
}

async fn lock(connection: &mut PgConnection, id: Uuid, expected: &Expected) -> Result<ClaimRow, ApiError> {
    let row = claims::lock_claim(connection, id).await?.ok_or(ApiError::NotFound)?;
    if expected.accepts(row.version) {
        return Ok(row);
    }
    let by = row.updated_by.map(|person| person.0);
    Err(ApiError::Stale { current: row.version, changed: json!({"at": row.updated_at, "by": by}) })
}

fn slug_taken(error: sqlx::Error) -> ApiError {
    match DbError::from(error) {
        DbError::Constraint(name) if name == "claim_slug_key" => {
            ApiError::field("/slug", "taken", "another one has this slug")
        }
        other => other.into(),
    }
}
