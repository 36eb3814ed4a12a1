//! The claim register: statements that sound absolute, with the evidence that they rest on. A claim with evidence settles
//! the sentences of articles in which one of its phrases stands, until its last day.

use actix_web::{HttpRequest, web::Data};
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
    http::{Answer, ApiError, FieldError, Fields, check_line, check_slug, slug_of},
    records::{self, Actions, Hand, ListedRecord, Record, Standing, actions},
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
        let expires_on = fields.date("expires_on");
        fields.finish()?;
        Ok(Self { statement: statement.ok_or(ApiError::Internal)?, slug, phrases, evidence, expires_on })
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

records::answers! {
    /// One claim.
    ClaimAnswer: Claim from ClaimRow,
    /// The claims by their statement.
    ClaimList
}

/// Lists the claims by their statement, at most 1,000.
#[utoipa::path(get, path = "/v1/admin/claims", operation_id = "list_claims", tag = "staff: articles",
    security(("bearer" = [])), params(("trashed" = Option<bool>, Query, description = "The trash instead")),
    responses((status = 200, description = "By statement", body = ClaimList)))]
pub async fn list_claims(request: HttpRequest, reader: ArticleReader, database: Data<StaffDb>) -> Answer {
    records::list::<ClaimRow>(&request, reader.staff, &database).await
}

records::operations! {
    ClaimRow: "The claim", "staff: articles";
    read by ArticleReader, written by Editor;
    bodies ClaimInput, ClaimInput, ClaimAnswer;

    /// Records a claim.
    create_claim at "/v1/admin/claims";
    /// Reads a claim.
    get_claim at "/v1/admin/claims/{id}";
    /// Changes a claim. What is published stays; the next publication is judged by it.
    update_claim;
    /// Moves a claim to the trash: it settles nothing any more.
    delete_claim;
    /// Brings a claim back from the trash.
    restore_claim at "/v1/admin/claims/{id}/restore";
}

impl Record for ClaimRow {
    const ACTIONS: Actions = actions!("claim");
    const PATH: &'static str = "/v1/admin/claims";
    type Input = ClaimInput;
    type Answer = ClaimAnswer;

    fn parse(body: &Value) -> Result<ClaimInput, ApiError> {
        ClaimInput::parse(body)
    }

    fn written(&self) -> Result<Value, ApiError> {
        Ok(json!({
            "statement": self.statement, "slug": self.slug, "phrases": self.phrases, "evidence": self.evidence.0,
            "expires_on": self.expires_on,
        }))
    }

    fn standing(&self) -> Standing {
        Standing::of(self.version, self.updated_at, &self.updated_by, self.trashed_at)
    }

    async fn lock(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
        claims::lock_claim(connection, id).await
    }

    async fn find(connection: &mut PgConnection, id: Uuid) -> Result<Option<Self>, sqlx::Error> {
        claims::find_claim(connection, id).await
    }

    async fn add(connection: &mut PgConnection, hand: &Hand, id: Uuid, input: ClaimInput) -> Result<(), ApiError> {
        claims::insert_claim(connection, &stored(id, &input, hand.staff.id)).await.map_err(slug_taken)
    }

    async fn change(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        input: ClaimInput,
    ) -> Result<(), ApiError> {
        claims::update_claim(connection, &stored(before.id, &input, hand.staff.id)).await.map_err(slug_taken)
    }

    async fn set_trashed(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        trashed: bool,
    ) -> Result<(), ApiError> {
        claims::set_claim_trashed(connection, before.id, trashed, hand.staff.id).await.map_err(slug_taken)
    }
}

impl ListedRecord for ClaimRow {
    type List = ClaimList;

    async fn list(connection: &mut PgConnection, trashed: bool) -> Result<Vec<Self>, sqlx::Error> {
        claims::list_claims(connection, trashed).await
    }
}

fn stored(id: Uuid, input: &ClaimInput, by: Uuid) -> StoredClaim<'_> {
    StoredClaim {
        id,
        slug: input.slug.clone().unwrap_or_else(|| slug_of(&input.statement, "claim")),
        statement: &input.statement,
        phrases: &input.phrases,
        evidence: &input.evidence,
        expires_on: input.expires_on,
        by,
    }
}

fn slug_taken(error: sqlx::Error) -> ApiError {
    match DbError::from(error) {
        DbError::Constraint(name) if name == "claim_slug_key" => {
            ApiError::field("/slug", "taken", "another one has this slug")
        }
        other => other.into(),
    }
}
