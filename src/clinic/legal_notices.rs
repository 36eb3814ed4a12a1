//! Notices that a law asks for, in the languages that they are kept in. Refuses two under one slug; what is missing or
//! stale is told by `compliance`.

use actix_web::{HttpRequest, web::Data};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    clinic::ChangedBy,
    queries,
    wording::{ShownWording, Wording, warnings},
};
use crate::{
    accounts::{ClinicEditor, ClinicReader},
    body::{Format, Warning},
    db::{DbError, StaffDb},
    http::{Answer, ApiError, FieldError, Fields},
    outbox::EventKind,
    records::{self, Actions, Hand, InLanguages, ListedRecord, Record, Standing, actions, best, read_languages},
};

/// What a legal notice is for. `other` and `terms` are asked for by no law that the program knows.
pub(super) const KINDS: [&str; 8] = [
    "privacy_practices",
    "nondiscrimination",
    "language_assistance",
    "no_surprises",
    "consumer_health_data",
    "terms",
    "accessibility",
    "other",
];

/// A notice in one language, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegalText {
    title: String,
    body: Wording,
}

/// A notice in one language, as staff write it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LegalWording {
    /// One line.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// `CommonMark`, at most 200,000 characters. Raw HTML is removed.
    #[schema(min_length = 1, max_length = 200_000)]
    pub body_markdown: String,
}

/// A legal notice, complete and valid. A PATCH is laid over what is stored and read as one of these.
#[derive(Clone, Debug, ToSchema)]
pub struct LegalNoticeInput {
    /// What it is for.
    #[schema(
        pattern = "^(privacy_practices|nondiscrimination|language_assistance|no_surprises|consumer_health_data|terms|accessibility|other)$"
    )]
    pub kind: String,
    /// Unique among the legal notices; made from the kind where it is absent.
    #[schema(max_length = 100, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")]
    pub slug: Option<String>,
    /// The first day on which it holds: the public reads it from then on.
    pub effective_on: NaiveDate,
    /// When somebody last read it through and found it right.
    pub reviewed_on: Option<NaiveDate>,
    /// By language (BCP 47).
    #[schema(value_type = std::collections::BTreeMap<String, LegalWording>)]
    pub translations: InLanguages<LegalText>,
}

impl LegalNoticeInput {
    /// Reads a legal notice.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let kind = fields.one_of("kind", &KINDS);
        let kind = fields.require("kind", kind);
        let slug = fields.parsed("slug", super::input::slug);
        let effective_on = fields.date("effective_on");
        let effective_on = fields.require("effective_on", effective_on);
        let reviewed_on = fields.date("reviewed_on");
        let translations = fields.object("translations", |languages| read_languages(languages, wording));
        let translations = fields.require("translations", translations);
        fields.finish()?;
        let (Some(kind), Some(effective_on), Some(translations)) = (kind, effective_on, translations) else {
            return Err(ApiError::Internal);
        };
        Ok(Self { kind: kind.to_owned(), slug, effective_on, reviewed_on, translations })
    }

    /// The given slug, or that of the kind.
    pub fn slug(&self) -> String {
        self.slug.clone().unwrap_or_else(|| self.kind.replace('_', "-"))
    }
}

fn wording(value: &Value, place: String) -> Result<LegalText, Vec<FieldError>> {
    let mut fields = Fields::of(value, place);
    let title = super::input::required_line(&mut fields, "title", 200);
    let body = Wording::read(&mut fields, "body_markdown", 200_000);
    fields.finish()?;
    let (title, body) = title.zip(body).ok_or_else(Vec::new)?;
    Ok(LegalText { title, body })
}

/// What the database has of a legal notice, for staff.
#[derive(Clone, Debug, Deserialize)]
pub struct LegalNoticeRow {
    id: Uuid,
    slug: String,
    pub(super) kind: String,
    pub(super) effective_on: NaiveDate,
    pub(super) reviewed_on: Option<NaiveDate>,
    pub(super) translations: InLanguages<LegalText>,
    version: i32,
    created_at: DateTime<Utc>,
    created_by: Option<ChangedBy>,
    updated_at: DateTime<Utc>,
    updated_by: Option<ChangedBy>,
    trashed_at: Option<DateTime<Utc>>,
}

/// A legal notice as staff read it, in the trash or not.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StaffLegalNotice {
    pub id: Uuid,
    pub slug: String,
    pub kind: String,
    pub effective_on: NaiveDate,
    #[schema(required)]
    pub reviewed_on: Option<NaiveDate>,
    pub translations: InLanguages<LegalWording>,
    /// By language: what the last write took out of a body, or what deserves a look.
    pub warnings: InLanguages<Vec<Warning>>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    #[schema(required)]
    pub created_by: Option<ChangedBy>,
    pub updated_at: DateTime<Utc>,
    #[schema(required)]
    pub updated_by: Option<ChangedBy>,
    #[schema(required)]
    pub trashed_at: Option<DateTime<Utc>>,
}

impl From<LegalNoticeRow> for StaffLegalNotice {
    fn from(row: LegalNoticeRow) -> Self {
        let warnings = warnings(row.translations.iter().map(|(tag, text)| (tag, &text.body)));
        let wording = |text: LegalText| LegalWording { title: text.title, body_markdown: text.body.markdown };
        Self {
            id: row.id,
            slug: row.slug,
            kind: row.kind,
            effective_on: row.effective_on,
            reviewed_on: row.reviewed_on,
            translations: row.translations.into_iter().map(|(tag, text)| (tag, wording(text))).collect(),
            warnings,
            version: row.version,
            created_at: row.created_at,
            created_by: row.created_by,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
            trashed_at: row.trashed_at,
        }
    }
}

records::answers! {
    /// A legal notice as staff read it.
    StaffLegalNoticeAnswer: StaffLegalNotice from LegalNoticeRow,
    /// The legal notices as staff read them.
    StaffLegalNoticeList
}

/// Lists the legal notices by kind, at most 1,000.
#[utoipa::path(get, path = "/v1/admin/legal-notices", operation_id = "list_staff_legal_notices", tag = "staff: clinic",
    security(("bearer" = [])), params(("trashed" = Option<bool>, Query, description = "The trash instead")),
    responses((status = 200, description = "By kind", body = StaffLegalNoticeList)))]
pub async fn list_staff_legal_notices(request: HttpRequest, permit: ClinicReader, database: Data<StaffDb>) -> Answer {
    records::list::<LegalNoticeRow>(&request, permit.staff, &database).await
}

records::operations! {
    LegalNoticeRow: "The legal notice", "staff: clinic";
    read by ClinicReader, written by ClinicEditor;
    bodies LegalNoticeInput, LegalNoticeInput, StaffLegalNoticeAnswer;

    /// Makes a legal notice. The public reads it from the day on which it holds.
    create_legal_notice at "/v1/admin/legal-notices";
    /// A legal notice as it was written, in the trash or not.
    get_staff_legal_notice at "/v1/admin/legal-notices/{id}";
    /// Changes a legal notice by a merge patch (RFC 7396). The change is public at once.
    update_legal_notice;
    /// Puts a legal notice into the trash, out of the public's sight.
    delete_legal_notice;
    /// Brings a legal notice back from the trash.
    restore_legal_notice at "/v1/admin/legal-notices/{id}/restore";
}

records::many! {
    LegalNoticeRow, "staff: clinic"; written by ClinicEditor;
    /// Trashes or restores up to 500 legal notices: all of them or none.
    update_legal_notices at "/v1/admin/legal-notices/bulk";
}

impl Record for LegalNoticeRow {
    const ACTIONS: Actions = actions!("legal_notice");
    const PATH: &'static str = "/v1/admin/legal-notices";
    const EVENT: Option<EventKind> = Some(EventKind::ClinicChanged);
    type Input = LegalNoticeInput;
    type Answer = StaffLegalNoticeAnswer;

    fn parse(body: &Value) -> Result<LegalNoticeInput, ApiError> {
        LegalNoticeInput::parse(body)
    }

    fn written(&self) -> Result<Value, ApiError> {
        let staff = StaffLegalNotice::from(self.clone());
        Ok(json!({
            "kind": staff.kind, "slug": staff.slug, "effective_on": staff.effective_on, "reviewed_on": staff.reviewed_on,
            "translations": staff.translations,
        }))
    }

    fn standing(&self) -> Standing {
        Standing::of(self.version, self.updated_at, &self.updated_by, self.trashed_at)
    }

    async fn lock(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
        queries::lock_legal_notice(connection, id).await
    }

    async fn find(connection: &mut PgConnection, id: Uuid) -> Result<Option<Self>, sqlx::Error> {
        Ok(queries::list_legal_notices(connection, Some(id), None).await?.into_iter().next())
    }

    async fn add(
        connection: &mut PgConnection,
        hand: &Hand,
        id: Uuid,
        input: LegalNoticeInput,
    ) -> Result<(), ApiError> {
        queries::insert_legal_notice(connection, id, &input, hand.staff.id).await.map_err(slug_taken)
    }

    async fn change(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        input: LegalNoticeInput,
    ) -> Result<(), ApiError> {
        queries::update_legal_notice(connection, before.id, &input, hand.staff.id).await.map_err(slug_taken)
    }

    async fn set_trashed(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        trashed: bool,
    ) -> Result<(), ApiError> {
        let done = queries::update_legal_notice_trashed(connection, before.id, trashed, hand.staff.id).await;
        done.map_err(|error| match DbError::from(error) {
            DbError::Constraint(name) if name == "legal_notice_slug_key" => ApiError::Conflict {
                code: "slug_taken",
                detail: "another legal notice has its slug now; rename that one first",
            },
            other => other.into(),
        })
    }
}

impl ListedRecord for LegalNoticeRow {
    type List = StaffLegalNoticeList;

    async fn list(connection: &mut PgConnection, trashed: bool) -> Result<Vec<Self>, sqlx::Error> {
        queries::list_legal_notices(connection, None, Some(trashed)).await
    }
}

fn slug_taken(error: sqlx::Error) -> ApiError {
    match DbError::from(error) {
        DbError::Constraint(name) if name == "legal_notice_slug_key" => {
            ApiError::field("/slug", "taken", "another legal notice has it")
        }
        other => other.into(),
    }
}

/// A legal notice in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LegalNotice {
    pub id: Uuid,
    pub slug: String,
    /// What it is for.
    pub kind: String,
    /// The language of the title.
    pub locale: String,
    pub title: String,
    /// The first day on which it holds.
    pub effective_on: NaiveDate,
    /// BCP 47: the languages that it is kept in.
    pub languages: Vec<String>,
}

/// A legal notice with its text.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LegalNoticeDetail {
    #[serde(flatten)]
    pub summary: LegalNotice,
    pub body: ShownWording,
    pub version: i32,
    pub updated_at: DateTime<Utc>,
}

/// What the database has of a legal notice that holds.
#[derive(Clone, Debug, Deserialize)]
pub struct StoredLegalNotice {
    id: Uuid,
    slug: String,
    kind: String,
    effective_on: NaiveDate,
    translations: InLanguages<LegalText>,
    version: i32,
    updated_at: DateTime<Utc>,
}

impl StoredLegalNotice {
    /// What is read in `locale`, or in the clinic's own language; none where nothing is written.
    pub fn shown(self, locale: &str, of_clinic: &str, format: Format) -> Option<LegalNoticeDetail> {
        let (tag, text) = best(&self.translations, locale, of_clinic)?;
        Some(LegalNoticeDetail {
            summary: LegalNotice {
                id: self.id,
                slug: self.slug.clone(),
                kind: self.kind.clone(),
                locale: tag.to_owned(),
                title: text.title.clone(),
                effective_on: self.effective_on,
                languages: self.translations.keys().cloned().collect(),
            },
            body: text.body.shown(format),
            version: self.version,
            updated_at: self.updated_at,
        })
    }
}
