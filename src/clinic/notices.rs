//! Notices: what everybody should know for a time. Refuses a time that is over before it begins, and to close a location
//! without saying until when.

use actix_web::{HttpRequest, web::Data};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    clinic::ChangedBy,
    editing::relations::{named_by_id, refuse, resolve},
    editing::source,
    queries::{self, Related},
};
use crate::{
    accounts::{ClinicEditor, ClinicReader},
    db::StaffDb,
    http::{Answer, ApiError, Fields, Reference},
    outbox::EventKind,
    records::{self, Actions, Hand, ListedRecord, Record, Standing, Texts, actions, best, read_texts},
};

/// How much a notice matters, the least first.
const SEVERITIES: [&str; 3] = ["info", "warning", "urgent"];

/// A notice, complete and valid. A PATCH is laid over what is stored and read as one of these.
#[derive(Clone, Debug, ToSchema)]
pub struct NoticeInput {
    /// `info`, `warning` or `urgent`.
    #[schema(pattern = "^(info|warning|urgent)$")]
    pub severity: String,
    /// By language (BCP 47), each at most 1,000 characters.
    #[schema(value_type = std::collections::BTreeMap<String, String>, example = json!({"en": "Closed by the storm."}))]
    pub texts: Texts,
    /// Whether the locations are closed while it lasts, whatever their hours say. Then it needs an end.
    #[schema(required = false)]
    pub closes: bool,
    /// Slugs or ids of the locations that it speaks of; none for all of them.
    #[schema(max_items = 100, required = false)]
    pub locations: Vec<String>,
    /// From when it is shown; now where it is absent.
    pub starts_at: Option<DateTime<Utc>>,
    /// Until when it is shown; null for no end.
    pub ends_at: Option<DateTime<Utc>>,
}

impl NoticeInput {
    /// The names of the fields that staff may write.
    const FIELDS: [&str; 6] = ["severity", "texts", "closes", "locations", "starts_at", "ends_at"];

    /// Reads a notice.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let severity = fields.one_of("severity", &SEVERITIES);
        let severity = fields.require("severity", severity);
        let texts = fields.object("texts", |texts| read_texts(texts, 1000));
        let texts = fields.require("texts", texts);
        let closes = fields.boolean("closes").unwrap_or(false);
        let locations = super::input::names(&mut fields, "locations");
        let (starts_at, ends_at) = (fields.instant("starts_at"), fields.instant("ends_at"));
        if starts_at.zip(ends_at).is_some_and(|(from, until)| until <= from) {
            fields.refuse("ends_at", "range_reversed", "must be later than starts_at");
        }
        if closes && ends_at.is_none() {
            fields.require::<()>("ends_at", None);
        }
        fields.finish()?;
        let (Some(severity), Some(texts)) = (severity, texts) else { return Err(ApiError::Internal) };
        Ok(Self { severity: severity.to_owned(), texts, closes, locations, starts_at, ends_at })
    }
}

/// A notice as staff read it, in the trash or not.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StaffNotice {
    pub id: Uuid,
    pub severity: String,
    pub texts: Texts,
    pub closes: bool,
    /// None for all of them.
    pub locations: Vec<Reference>,
    pub starts_at: DateTime<Utc>,
    #[schema(required)]
    pub ends_at: Option<DateTime<Utc>>,
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

records::answers! {
    /// A notice as staff read it.
    StaffNoticeAnswer: StaffNotice from StaffNotice,
    /// The notices as staff read them.
    StaffNoticeList
}

/// Lists the notices, past and planned ones included, the latest beginning first, at most 1,000.
#[utoipa::path(get, path = "/v1/admin/notices", operation_id = "list_staff_notices", tag = "staff: clinic",
    security(("bearer" = [])), params(("trashed" = Option<bool>, Query, description = "The trash instead")),
    responses((status = 200, description = "The latest first", body = StaffNoticeList)))]
pub async fn list_staff_notices(request: HttpRequest, permit: ClinicReader, database: Data<StaffDb>) -> Answer {
    records::list::<StaffNotice>(&request, permit.staff, &database).await
}

records::operations! {
    StaffNotice: "The notice", "staff: clinic";
    read by ClinicReader, written by ClinicEditor;
    bodies NoticeInput, NoticeInput, StaffNoticeAnswer;

    /// Makes a notice. It shows itself, and goes, at its instants.
    create_notice at "/v1/admin/notices";
    /// A notice as it was written, in the trash or not.
    get_staff_notice at "/v1/admin/notices/{id}";
    /// Changes a notice by a merge patch (RFC 7396). The change is public at once.
    update_notice;
    /// Puts a notice into the trash, out of the public's sight.
    delete_notice;
    /// Brings a notice back from the trash.
    restore_notice at "/v1/admin/notices/{id}/restore";
}

records::many! {
    StaffNotice, "staff: clinic"; written by ClinicEditor;
    /// Trashes or restores up to 500 notices: all of them or none.
    update_notices at "/v1/admin/notices/bulk";
}

impl Record for StaffNotice {
    const ACTIONS: Actions = actions!("notice");
    const PATH: &'static str = "/v1/admin/notices";
    const EVENT: Option<EventKind> = Some(EventKind::ClinicChanged);
    type Input = NoticeInput;
    type Answer = StaffNoticeAnswer;

    fn parse(body: &Value) -> Result<NoticeInput, ApiError> {
        NoticeInput::parse(body)
    }

    fn written(&self) -> Result<Value, ApiError> {
        let mut written = source(self, &NoticeInput::FIELDS)?;
        named_by_id(&mut written, &["locations"]);
        Ok(written)
    }

    fn standing(&self) -> Standing {
        Standing::of(self.version, self.updated_at, &self.updated_by, self.trashed_at)
    }

    async fn lock(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
        queries::lock_notice(connection, id).await
    }

    async fn find(connection: &mut PgConnection, id: Uuid) -> Result<Option<Self>, sqlx::Error> {
        Ok(queries::list_notices(connection, Some(id), None).await?.into_iter().next())
    }

    async fn add(connection: &mut PgConnection, hand: &Hand, id: Uuid, input: NoticeInput) -> Result<(), ApiError> {
        let (locations, starts_at) = settle(connection, hand, &input, &[]).await?;
        queries::insert_notice(connection, id, &input, starts_at, hand.staff.id).await?;
        Ok(queries::replace_notice_locations(connection, id, &locations).await?)
    }

    async fn change(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        input: NoticeInput,
    ) -> Result<(), ApiError> {
        let (locations, starts_at) = settle(connection, hand, &input, &before.locations).await?;
        queries::update_notice(connection, before.id, &input, starts_at, hand.staff.id).await?;
        Ok(queries::replace_notice_locations(connection, before.id, &locations).await?)
    }

    async fn set_trashed(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        trashed: bool,
    ) -> Result<(), ApiError> {
        Ok(queries::update_notice_trashed(connection, before.id, trashed, hand.staff.id).await?)
    }
}

impl ListedRecord for StaffNotice {
    type List = StaffNoticeList;

    async fn list(connection: &mut PgConnection, trashed: bool) -> Result<Vec<Self>, sqlx::Error> {
        queries::list_notices(connection, None, Some(trashed)).await
    }
}

/// The ids of the locations, and the beginning.
async fn settle(
    connection: &mut PgConnection,
    hand: &Hand,
    input: &NoticeInput,
    before: &[Reference],
) -> Result<(Vec<Uuid>, DateTime<Utc>), ApiError> {
    let mut mistakes = Vec::new();
    let locations = resolve(connection, Related::Location, &input.locations, before, &mut mistakes).await?;
    refuse(mistakes)?;
    let starts_at = input.starts_at.unwrap_or_else(|| hand.staff.clock.now());
    if input.ends_at.is_some_and(|until| until <= starts_at) {
        return Err(ApiError::field("/ends_at", "range_reversed", "must be later than the beginning"));
    }
    Ok((locations, starts_at))
}

/// A live notice as the public reads it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Notice {
    pub id: Uuid,
    /// `info`, `warning` or `urgent`.
    #[schema(pattern = "^(info|warning|urgent)$")]
    pub severity: String,
    /// The language of the text.
    pub locale: String,
    pub text: String,
    /// Whether the locations are closed while it lasts.
    pub closes: bool,
    /// The locations that it speaks of; none for all of them.
    pub locations: Vec<Reference>,
    pub starts_at: DateTime<Utc>,
    /// Null where no end is known.
    #[schema(required)]
    pub ends_at: Option<DateTime<Utc>>,
    pub updated_at: DateTime<Utc>,
}

/// What the database has of a live notice.
#[derive(Clone, Debug, Deserialize)]
pub struct StoredNotice {
    id: Uuid,
    severity: String,
    texts: Texts,
    closes: bool,
    locations: Vec<Reference>,
    starts_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
    updated_at: DateTime<Utc>,
}

impl StoredNotice {
    /// What is read in `locale`, or in the clinic's own language.
    pub fn shown(self, locale: &str, of_clinic: &str) -> Notice {
        let (tag, text) = best(&self.texts, locale, of_clinic)
            .map_or_else(Default::default, |(tag, text)| (tag.to_owned(), text.clone()));
        Notice {
            id: self.id,
            severity: self.severity,
            locale: tag,
            text,
            closes: self.closes,
            locations: self.locations,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            updated_at: self.updated_at,
        }
    }
}
