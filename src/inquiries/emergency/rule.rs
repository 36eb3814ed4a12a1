//! Emergency rules as staff keep them. Refuses a phrase of which nothing is left to compare, and one so short that it
//! stands in every message.

use actix_web::{HttpRequest, web::Data};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{fold, queries};
use crate::{
    accounts::{ClinicEditor, ClinicReader},
    contact::LanguageTag,
    db::{DbError, StaffDb},
    http::{Answer, ApiError, FieldError, Fields, check_line},
    inquiries::forms::FormChangedBy,
    records::{self, Actions, Hand, ListedRecord, Record, Standing, actions},
};

/// The most phrases of a rule.
const MOST_PHRASES: usize = 100;
/// The most characters of a phrase.
const LONGEST_PHRASE: usize = 100;
/// The fewest letters and digits of one.
const SHORTEST_PHRASE: usize = 4;

/// A rule, complete and valid. A PATCH is laid over what is stored and read as one of these.
#[derive(Clone, Debug, ToSchema)]
pub struct EmergencyRuleInput {
    /// Unique among rules; sealed with each inquiry that matches.
    #[schema(min_length = 1, max_length = 100, example = "Heart")]
    pub name: String,
    /// The language of the phrases, and of the notice that answers them (BCP 47).
    #[schema(max_length = 35, example = "en")]
    pub language: String,
    /// Compared as whole words, whatever their case, accents and apostrophes; a star at the end stands for the rest of a
    /// word. At least four letters.
    #[schema(min_items = 1, max_items = 100, example = json!(["chest pain*"]))]
    pub phrases: Vec<String>,
    /// True where it is absent.
    #[schema(required = false)]
    pub enabled: bool,
}

impl EmergencyRuleInput {
    /// Reads a rule.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let name = fields.parsed("name", |text| check_line(text, 100));
        let name = fields.require("name", name);
        let language = fields.parsed("language", LanguageTag::parse);
        let language = fields.require("language", language);
        let phrases = fields.list("phrases", MOST_PHRASES, |entry, pointer| phrase(entry, &pointer));
        if phrases.is_empty() {
            fields.require::<()>("phrases", None);
        }
        let enabled = fields.boolean("enabled").unwrap_or(true);
        fields.finish()?;
        let (Some(name), Some(language)) = (name, language) else { return Err(ApiError::Internal) };
        Ok(Self { name, language: language.as_str().to_owned(), phrases, enabled })
    }
}

fn phrase(value: &Value, pointer: &str) -> Result<String, Vec<FieldError>> {
    let refused = |code: &str, message: String| vec![FieldError::at(pointer, code, message)];
    let text = value.as_str().ok_or_else(|| refused("wrong_type", "must be a text".to_owned()))?;
    let text = check_line(text, LONGEST_PHRASE).map_err(|(code, message)| refused(code, message))?;
    let letters = fold(&text).map_or(0, |folded| folded.chars().filter(|c| c.is_alphanumeric()).count());
    if letters < SHORTEST_PHRASE {
        return Err(refused("too_short", format!("must have at least {SHORTEST_PHRASE} letters or digits")));
    }
    Ok(text)
}

/// A rule as staff read it, in the trash or not.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StaffEmergencyRule {
    /// UUIDv7.
    pub id: Uuid,
    /// Unique among the rules outside the trash.
    pub name: String,
    /// BCP 47.
    pub language: String,
    /// As they were written.
    pub phrases: Vec<String>,
    /// Whether it is compared.
    pub enabled: bool,
    /// Named by the `ETag`, and by `If-Match` of a write.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who made it; null for the program itself.
    #[schema(required)]
    pub created_by: Option<FormChangedBy>,
    /// The last change.
    pub updated_at: DateTime<Utc>,
    /// Who made it; null for the program itself.
    #[schema(required)]
    pub updated_by: Option<FormChangedBy>,
    /// When it was put into the trash; null outside of it.
    #[schema(required)]
    pub trashed_at: Option<DateTime<Utc>>,
}

records::answers! {
    /// An emergency rule as staff read it.
    StaffEmergencyRuleAnswer: StaffEmergencyRule from StaffEmergencyRule,
    /// The emergency rules as staff read them.
    StaffEmergencyRuleList
}

/// Lists the emergency rules by language and name, at most 1,000.
#[utoipa::path(get, path = "/v1/admin/emergency-rules", operation_id = "list_emergency_rules", tag = "staff: inquiries",
    security(("bearer" = [])), params(("trashed" = Option<bool>, Query, description = "The trash instead")),
    responses((status = 200, description = "By language and name", body = StaffEmergencyRuleList)))]
pub async fn list_emergency_rules(request: HttpRequest, permit: ClinicReader, database: Data<StaffDb>) -> Answer {
    records::list::<StaffEmergencyRule>(&request, permit.staff, &database).await
}

records::operations! {
    StaffEmergencyRule: "The rule", "staff: inquiries";
    read by ClinicReader, written by ClinicEditor;
    bodies EmergencyRuleInput, EmergencyRuleInput, StaffEmergencyRuleAnswer;

    /// Makes an emergency rule. It counts for the next inquiry.
    create_emergency_rule at "/v1/admin/emergency-rules";
    /// An emergency rule as it was written, in the trash or not.
    get_emergency_rule at "/v1/admin/emergency-rules/{id}";
    /// Changes an emergency rule by a merge patch (RFC 7396). The change counts for the next inquiry.
    update_emergency_rule;
    /// Puts an emergency rule into the trash: it is compared no more.
    delete_emergency_rule;
    /// Brings an emergency rule back from the trash.
    restore_emergency_rule at "/v1/admin/emergency-rules/{id}/restore";
}

impl Record for StaffEmergencyRule {
    const ACTIONS: Actions = actions!("emergency_rule");
    const PATH: &'static str = "/v1/admin/emergency-rules";
    type Input = EmergencyRuleInput;
    type Answer = StaffEmergencyRuleAnswer;

    fn parse(body: &Value) -> Result<EmergencyRuleInput, ApiError> {
        EmergencyRuleInput::parse(body)
    }

    fn written(&self) -> Result<Value, ApiError> {
        Ok(json!({
            "name": self.name, "language": self.language, "phrases": self.phrases, "enabled": self.enabled,
        }))
    }

    fn standing(&self) -> Standing {
        Standing::of(self.version, self.updated_at, &self.updated_by, self.trashed_at)
    }

    async fn lock(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
        queries::lock_emergency_rule(connection, id).await
    }

    async fn find(connection: &mut PgConnection, id: Uuid) -> Result<Option<Self>, sqlx::Error> {
        Ok(queries::list_emergency_rules(connection, Some(id), None).await?.into_iter().next())
    }

    async fn add(connection: &mut PgConnection, hand: &Hand, id: Uuid, input: Self::Input) -> Result<(), ApiError> {
        queries::insert_emergency_rule(connection, id, &input, hand.staff.id).await.map_err(refused)
    }

    async fn change(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        input: Self::Input,
    ) -> Result<(), ApiError> {
        queries::update_emergency_rule(connection, before.id, &input, hand.staff.id).await.map_err(refused)
    }

    async fn set_trashed(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        trashed: bool,
    ) -> Result<(), ApiError> {
        let done = queries::update_emergency_rule_trashed(connection, before.id, trashed, hand.staff.id).await;
        done.map_err(|error| match DbError::from(error) {
            DbError::Constraint(name) if name == NAME_KEY => ApiError::Conflict {
                code: "name_taken",
                detail: "another rule has its name now; rename that one first",
            },
            other => other.into(),
        })
    }
}

impl ListedRecord for StaffEmergencyRule {
    type List = StaffEmergencyRuleList;

    async fn list(connection: &mut PgConnection, trashed: bool) -> Result<Vec<Self>, sqlx::Error> {
        queries::list_emergency_rules(connection, None, Some(trashed)).await
    }
}

/// The index that keeps names apart.
const NAME_KEY: &str = "emergency_rule_name_key";

fn refused(error: sqlx::Error) -> ApiError {
    match DbError::from(error) {
        DbError::Constraint(name) if name == NAME_KEY => ApiError::field("/name", "taken", "another rule has it"),
        other => other.into(),
    }
}
