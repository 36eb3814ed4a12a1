//! Questions that patients often ask, with the clinic's answers. Refuses a question without an answer in its language.

use actix_web::{HttpRequest, web::Data};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    clinic::ChangedBy,
    editing::relations::{named_by_id, refuse, resolve},
    queries::{self, Related},
    wording::{ShownWording, Wording, warnings},
};
use crate::{
    accounts::{ClinicEditor, ClinicReader},
    body::{Format, Warning},
    db::StaffDb,
    http::{Answer, ApiError, FieldError, Fields, Reference},
    outbox::EventKind,
    records::{self, Actions, Hand, InLanguages, ListedRecord, Record, Standing, actions, best, read_languages},
};

/// A question with its answer, in one language, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaqText {
    question: String,
    answer: Wording,
}

/// A question with its answer, in one language, as staff write it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FaqWording {
    /// One line.
    #[schema(min_length = 1, max_length = 300)]
    pub question: String,
    /// `CommonMark`, at most 10,000 characters. Raw HTML is removed.
    #[schema(min_length = 1, max_length = 10000)]
    pub answer_markdown: String,
}

/// A question, complete and valid. A PATCH is laid over what is stored and read as one of these.
#[derive(Clone, Debug, ToSchema)]
pub struct FaqInput {
    /// By language (BCP 47).
    #[schema(value_type = std::collections::BTreeMap<String, FaqWording>)]
    pub translations: InLanguages<FaqText>,
    /// Slugs or ids of the services that it is about.
    #[schema(max_items = 100, required = false)]
    pub services: Vec<String>,
    /// Slugs or ids of the locations that it is about; none for the clinic as a whole.
    #[schema(max_items = 100, required = false)]
    pub locations: Vec<String>,
    /// The lowest first; 0 where it is absent.
    #[schema(minimum = 0, maximum = 100_000, required = false)]
    pub position: i32,
}

impl FaqInput {
    /// Reads a question.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let translations = fields.object("translations", |languages| read_languages(languages, wording));
        let translations = fields.require("translations", translations);
        let services = super::input::names(&mut fields, "services");
        let locations = super::input::names(&mut fields, "locations");
        let position = super::input::position(&mut fields);
        fields.finish()?;
        let translations = translations.ok_or(ApiError::Internal)?;
        Ok(Self { translations, services, locations, position })
    }
}

fn wording(value: &Value, place: String) -> Result<FaqText, Vec<FieldError>> {
    let mut fields = Fields::of(value, place);
    let question = super::input::required_line(&mut fields, "question", 300);
    let answer = Wording::read(&mut fields, "answer_markdown", 10_000);
    fields.finish()?;
    let (question, answer) = question.zip(answer).ok_or_else(Vec::new)?;
    Ok(FaqText { question, answer })
}

/// What the database has of a question, for staff.
#[derive(Clone, Debug, Deserialize)]
pub struct FaqRow {
    id: Uuid,
    translations: InLanguages<FaqText>,
    services: Vec<Reference>,
    locations: Vec<Reference>,
    position: i32,
    version: i32,
    created_at: DateTime<Utc>,
    created_by: Option<ChangedBy>,
    updated_at: DateTime<Utc>,
    updated_by: Option<ChangedBy>,
    trashed_at: Option<DateTime<Utc>>,
}

/// A question as staff read it, in the trash or not.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StaffFaq {
    pub id: Uuid,
    pub translations: InLanguages<FaqWording>,
    /// By language: what the last write took out of an answer, or what deserves a look.
    pub warnings: InLanguages<Vec<Warning>>,
    pub services: Vec<Reference>,
    pub locations: Vec<Reference>,
    pub position: i32,
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

impl From<FaqRow> for StaffFaq {
    fn from(row: FaqRow) -> Self {
        let warnings = warnings(row.translations.iter().map(|(tag, text)| (tag, &text.answer)));
        let wording = |text: FaqText| FaqWording { question: text.question, answer_markdown: text.answer.markdown };
        Self {
            id: row.id,
            translations: row.translations.into_iter().map(|(tag, text)| (tag, wording(text))).collect(),
            warnings,
            services: row.services,
            locations: row.locations,
            position: row.position,
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
    /// A question as staff read it.
    StaffFaqAnswer: StaffFaq from FaqRow,
    /// The questions as staff read them.
    StaffFaqList
}

/// Lists the questions in their order, at most 1,000.
#[utoipa::path(get, path = "/v1/admin/faqs", operation_id = "list_staff_faqs", tag = "staff: clinic",
    security(("bearer" = [])), params(("trashed" = Option<bool>, Query, description = "The trash instead")),
    responses((status = 200, description = "In their order", body = StaffFaqList)))]
pub async fn list_staff_faqs(request: HttpRequest, permit: ClinicReader, database: Data<StaffDb>) -> Answer {
    records::list::<FaqRow>(&request, permit.staff, &database).await
}

records::operations! {
    FaqRow: "The question", "staff: clinic";
    read by ClinicReader, written by ClinicEditor;
    bodies FaqInput, FaqInput, StaffFaqAnswer;

    /// Makes a question with its answer, public at once.
    create_faq at "/v1/admin/faqs";
    /// A question as it was written, in the trash or not.
    get_staff_faq at "/v1/admin/faqs/{id}";
    /// Changes a question by a merge patch (RFC 7396). The change is public at once.
    update_faq;
    /// Puts a question into the trash, out of the public's sight.
    delete_faq;
    /// Brings a question back from the trash.
    restore_faq at "/v1/admin/faqs/{id}/restore";
}

records::many! {
    FaqRow, "staff: clinic"; written by ClinicEditor;
    /// Trashes, restores or puts in order up to 500 questions: all of them or none.
    update_faqs at "/v1/admin/faqs/bulk";
}

impl Record for FaqRow {
    const ACTIONS: Actions = actions!("faq");
    const PATH: &'static str = "/v1/admin/faqs";
    const EVENT: Option<EventKind> = Some(EventKind::ClinicChanged);
    const ORDERED: bool = true;
    type Input = FaqInput;
    type Answer = StaffFaqAnswer;

    fn parse(body: &Value) -> Result<FaqInput, ApiError> {
        FaqInput::parse(body)
    }

    fn written(&self) -> Result<Value, ApiError> {
        let staff = StaffFaq::from(self.clone());
        let mut written = json!({
            "translations": staff.translations, "services": staff.services, "locations": staff.locations,
            "position": staff.position,
        });
        named_by_id(&mut written, &["services", "locations"]);
        Ok(written)
    }

    fn standing(&self) -> Standing {
        Standing::of(self.version, self.updated_at, &self.updated_by, self.trashed_at)
    }

    async fn lock(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
        queries::lock_faq(connection, id).await
    }

    async fn find(connection: &mut PgConnection, id: Uuid) -> Result<Option<Self>, sqlx::Error> {
        Ok(queries::list_faqs(connection, Some(id), None).await?.into_iter().next())
    }

    async fn add(connection: &mut PgConnection, hand: &Hand, id: Uuid, input: FaqInput) -> Result<(), ApiError> {
        queries::insert_faq(connection, id, &input, hand.staff.id).await?;
        relate(connection, id, &input, [&[], &[]]).await
    }

    async fn change(connection: &mut PgConnection, hand: &Hand, before: Self, input: FaqInput) -> Result<(), ApiError> {
        queries::update_faq(connection, before.id, &input, hand.staff.id).await?;
        relate(connection, before.id, &input, [&before.services, &before.locations]).await
    }

    async fn set_trashed(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        trashed: bool,
    ) -> Result<(), ApiError> {
        Ok(queries::update_faq_trashed(connection, before.id, trashed, hand.staff.id).await?)
    }

    async fn set_position(
        connection: &mut PgConnection,
        hand: &Hand,
        id: Uuid,
        position: i32,
    ) -> Result<bool, ApiError> {
        Ok(queries::update_faq_position(connection, id, position, hand.staff.id).await?)
    }
}

impl ListedRecord for FaqRow {
    type List = StaffFaqList;

    async fn list(connection: &mut PgConnection, trashed: bool) -> Result<Vec<Self>, sqlx::Error> {
        queries::list_faqs(connection, None, Some(trashed)).await
    }
}

pub(super) async fn relate(
    connection: &mut PgConnection,
    id: Uuid,
    input: &FaqInput,
    [services, locations]: [&[Reference]; 2],
) -> Result<(), ApiError> {
    let mut mistakes = Vec::new();
    let services = resolve(connection, Related::Service, &input.services, services, &mut mistakes).await?;
    let locations = resolve(connection, Related::Location, &input.locations, locations, &mut mistakes).await?;
    refuse(mistakes)?;
    queries::replace_faq_services(connection, id, &services).await?;
    Ok(queries::replace_faq_locations(connection, id, &locations).await?)
}

/// A question as the public reads it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Faq {
    pub id: Uuid,
    /// The language of the question and the answer.
    pub locale: String,
    pub question: String,
    pub answer: ShownWording,
    pub services: Vec<Reference>,
    /// None for the clinic as a whole.
    pub locations: Vec<Reference>,
    pub updated_at: DateTime<Utc>,
}

/// What the database has of a question, for everybody.
#[derive(Clone, Debug, Deserialize)]
pub struct StoredFaq {
    id: Uuid,
    translations: InLanguages<FaqText>,
    services: Vec<Reference>,
    locations: Vec<Reference>,
    updated_at: DateTime<Utc>,
}

impl StoredFaq {
    /// What is read in `locale`, or in the clinic's own language; none where nothing is written.
    pub fn shown(self, locale: &str, of_clinic: &str, format: Format) -> Option<Faq> {
        let (tag, text) = best(&self.translations, locale, of_clinic)?;
        Some(Faq {
            id: self.id,
            locale: tag.to_owned(),
            question: text.question.clone(),
            answer: text.answer.shown(format),
            services: self.services.clone(),
            locations: self.locations.clone(),
            updated_at: self.updated_at,
        })
    }
}
