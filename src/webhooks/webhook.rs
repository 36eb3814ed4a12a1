//! An endpoint as staff keep it.

use actix_web::web::Data;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    input::{Destinations, WebhookInput},
    queries::{self, WebhookWrite},
};
use crate::{
    http::{ApiError, FieldError},
    outbox::{Secrets, WebhookSecret},
    records::{self, Actions, Hand, ListedRecord, Record, Standing, actions},
};

/// The most endpoints outside the trash: each has places of its own on every node.
const MOST: i64 = 40;

/// Somebody or something, by id and name.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct IntegrationReference {
    /// UUIDv7.
    pub id: Uuid,
    /// For people.
    pub name: String,
}

/// An endpoint as staff read it, in the trash or not. Its secret is never among it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Webhook {
    /// UUIDv7.
    pub id: Uuid,
    /// Where events are posted to.
    pub url: String,
    /// For people.
    #[schema(required)]
    pub description: Option<String>,
    /// Which events go there.
    pub events: Vec<String>,
    /// Whether anything is sent.
    pub enabled: bool,
    /// Why the program turned it off: `gone` where the receiver answered 410. Null where staff did, and while it is on.
    #[schema(required)]
    pub disabled_reason: Option<String>,
    /// Who receives it, in the register of processors.
    #[schema(required)]
    pub processor: Option<IntegrationReference>,
    /// Whether events about inquiries wait, because the processor's agreement does not hold today.
    pub inquiries_held_back: bool,
    /// When the secret was made that signs.
    pub secret_made_at: DateTime<Utc>,
    /// Until when the former secret signs as well; null where it does not.
    #[schema(required)]
    pub former_secret_until: Option<DateTime<Utc>>,
    /// Named by the `ETag`, and by `If-Match` of a write.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who made it.
    #[schema(required)]
    pub created_by: Option<IntegrationReference>,
    /// The last change.
    pub updated_at: DateTime<Utc>,
    /// Who made it; null for the program itself.
    #[schema(required)]
    pub updated_by: Option<IntegrationReference>,
    /// When it was put into the trash; null outside of it.
    #[schema(required)]
    pub trashed_at: Option<DateTime<Utc>>,
}

records::answers! {
    /// An endpoint as staff read it.
    WebhookAnswer: Webhook from Webhook,
    /// The endpoints as staff read them.
    WebhookList
}

/// An endpoint with its secret, which no other answer shows.
#[derive(Serialize, ToSchema)]
pub struct NewWebhook {
    #[serde(flatten)]
    pub(super) webhook: Webhook,
    /// What the receiver checks signatures with.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    pub(super) secret: String,
}

/// An endpoint with its secret, which no other answer shows.
#[derive(Serialize, ToSchema)]
pub struct NewWebhookAnswer {
    data: NewWebhook,
}

impl NewWebhookAnswer {
    pub(super) fn of(webhook: Webhook, secret: &WebhookSecret) -> Self {
        Self { data: NewWebhook { webhook, secret: secret.reveal().to_string() } }
    }
}

impl Record for Webhook {
    const ACTIONS: Actions = actions!("webhook");
    const PATH: &'static str = "/v1/admin/webhooks";
    // A path may hold a token of the receiver's.
    const UNKEPT: &'static [&'static str] = &["url"];
    type Input = WebhookInput;
    type Answer = WebhookAnswer;

    fn parse(body: &Value) -> Result<WebhookInput, ApiError> {
        WebhookInput::parse(body)
    }

    fn written(&self) -> Result<Value, ApiError> {
        Ok(json!({
            "url": self.url, "description": self.description, "events": self.events, "enabled": self.enabled,
            "processor": self.processor.as_ref().map(|processor| processor.id),
        }))
    }

    fn standing(&self) -> Standing {
        Standing::of(self.version, self.updated_at, &self.updated_by, self.trashed_at)
    }

    async fn lock(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
        queries::lock_webhook(connection, id).await
    }

    async fn find(connection: &mut PgConnection, id: Uuid) -> Result<Option<Self>, sqlx::Error> {
        Ok(queries::list_webhooks(connection, Some(id), None).await?.into_iter().next())
    }

    async fn add(connection: &mut PgConnection, hand: &Hand, id: Uuid, input: WebhookInput) -> Result<(), ApiError> {
        let write = checked(connection, hand, &input, None).await?;
        if queries::count_webhooks(connection).await? >= MOST {
            return Err(ApiError::Conflict { code: "too_many_webhooks", detail: "at most 40 endpoints are kept" });
        }
        let secret = WebhookSecret::make().map_err(|_| ApiError::Internal)?;
        let sealed = secrets(hand)?.seal(id, &secret).map_err(|_| ApiError::Internal)?;
        let now = hand.staff.clock.now();
        Ok(queries::insert_webhook(connection, id, &write, (&sealed, now), hand.staff.id).await?)
    }

    async fn change(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        input: WebhookInput,
    ) -> Result<(), ApiError> {
        let processor = before.processor.as_ref().map(|processor| processor.id);
        let write = checked(connection, hand, &input, processor).await?;
        Ok(queries::update_webhook(connection, before.id, &write, hand.staff.id).await?)
    }

    async fn set_trashed(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        trashed: bool,
    ) -> Result<(), ApiError> {
        // What comes back is off: whoever wants it to send says so.
        Ok(queries::update_webhook_trashed(connection, before.id, trashed, hand.staff.id).await?)
    }
}

impl ListedRecord for Webhook {
    type List = WebhookList;

    async fn list(connection: &mut PgConnection, trashed: bool) -> Result<Vec<Self>, sqlx::Error> {
        queries::list_webhooks(connection, None, Some(trashed)).await
    }
}

/// What seals the secrets of endpoints.
pub(super) fn secrets(hand: &Hand) -> Result<Data<Secrets>, ApiError> {
    hand.request.app_data::<Data<Secrets>>().cloned().ok_or(ApiError::Internal)
}

/// Checks what cannot be read off the body alone: the address, the processor, and whether its agreement allows what is
/// asked for.
async fn checked(
    connection: &mut PgConnection,
    hand: &Hand,
    input: &WebhookInput,
    before: Option<Uuid>,
) -> Result<WebhookWrite, ApiError> {
    let destinations = hand.request.app_data::<Data<Destinations>>().ok_or(ApiError::Internal)?;
    let mut mistakes = Vec::new();
    let url = destinations.check(&input.url);
    let url = url.map_err(|(code, message)| mistakes.push(FieldError::at("/url", code, message))).ok();
    let mut processor = None;
    if let Some(name) = &input.processor {
        processor = queries::find_processor_named(connection, name, before).await?;
        if processor.is_none() {
            mistakes.push(FieldError::at("/processor", "unknown_reference", "names nothing that exists"));
        }
    }
    if input.enabled && input.concerns_patients() && !holds(connection, processor, hand).await? {
        let message = "events about inquiries ask for a processor with an agreement that holds, or \"no health data\"; \
                       until one is recorded the endpoint stays off";
        mistakes.push(FieldError::at("/enabled", "agreement_required", message));
    }
    let Some(url) = url.filter(|_| mistakes.is_empty()) else { return Err(ApiError::Invalid(mistakes)) };
    Ok(WebhookWrite {
        url: url.into(),
        description: input.description.clone(),
        events: input.events.clone(),
        enabled: input.enabled,
        processor,
    })
}

async fn holds(connection: &mut PgConnection, processor: Option<Uuid>, hand: &Hand) -> Result<bool, sqlx::Error> {
    match processor {
        Some(processor) => queries::agreement_holds(connection, processor, hand.staff.clock.now()).await,
        None => Ok(false),
    }
}
