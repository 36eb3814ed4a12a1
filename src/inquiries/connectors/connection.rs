//! A connection as staff read it, and what the records' steps need to know of it. Its secrets and the token in its address
//! are in no answer but the one that made them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    connection_input::IntegrationInput,
    kind::{IntegrationKind, SecretUse},
    mapping::IntegrationMapping,
    queries::{self, Relations},
};
use crate::{
    http::{ApiError, Reference},
    inquiries::forms::FormChangedBy,
    records::{self, Actions, Hand, ListedRecord, Record, Standing, actions},
};

/// A secret, without what it is.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct IntegrationSecret {
    /// What for.
    pub r#use: SecretUse,
    /// When it came to be.
    pub created_at: DateTime<Utc>,
    /// Until when it counts; null for the newest of its use.
    #[schema(required)]
    pub valid_until: Option<DateTime<Utc>>,
}

/// A connection as staff read it, in the trash or not.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Integration {
    /// UUIDv7.
    pub id: Uuid,
    /// Which service.
    pub kind: IntegrationKind,
    /// For people.
    pub name: String,
    /// The form that its inquiries come through.
    pub form: Reference,
    /// For an inquiry that names none.
    #[schema(required)]
    pub location: Option<Reference>,
    /// For an inquiry that names none.
    #[schema(required)]
    pub service: Option<Reference>,
    /// As it was written; null for the kind's own.
    #[schema(required)]
    pub mapping: Option<IntegrationMapping>,
    /// Whether deliveries are taken.
    pub enabled: bool,
    /// With whom there is an agreement, in the clinic's words.
    #[schema(required)]
    pub processor: Option<String>,
    /// Never what they are.
    pub secrets: Vec<IntegrationSecret>,
    /// Deliveries that are no inquiry yet.
    pub waiting: i64,
    /// Named by the `ETag`, and by `If-Match` of a write.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who made it.
    #[schema(required)]
    pub created_by: Option<FormChangedBy>,
    /// The last change.
    pub updated_at: DateTime<Utc>,
    /// Who made it.
    #[schema(required)]
    pub updated_by: Option<FormChangedBy>,
    /// When it was put into the trash; null outside of it.
    #[schema(required)]
    pub trashed_at: Option<DateTime<Utc>>,
}

records::answers! {
    /// A connection as staff read it.
    IntegrationAnswer: Integration from Integration,
    /// The connections as staff read them.
    IntegrationList
}

impl Integration {
    /// The rules that hold.
    pub fn mapping_in_force(&self) -> IntegrationMapping {
        self.mapping.clone().unwrap_or_default().over(self.kind)
    }

    /// The ids that an input names.
    ///
    /// # Errors
    /// 422 for what names nothing.
    pub async fn relations(
        connection: &mut PgConnection,
        input: &IntegrationInput,
        before: Option<&Self>,
    ) -> Result<Relations, ApiError> {
        let found = queries::find_relations(connection, input, before.map(|before| before.id)).await?;
        let missing = |given: bool, found: bool, pointer: &str| {
            (given && !found)
                .then(|| crate::http::FieldError::at(pointer, "unknown_reference", "names nothing that exists"))
        };
        let mistakes: Vec<_> = [
            missing(true, found.form.is_some(), "/form"),
            missing(input.location.is_some(), found.location.is_some(), "/location"),
            missing(input.service.is_some(), found.service.is_some(), "/service"),
            missing(input.constant_location().is_some(), found.has_constant, "/mapping/fields/location/constant"),
        ]
        .into_iter()
        .flatten()
        .collect();
        match found.form {
            Some(form) if mistakes.is_empty() => {
                Ok(Relations { form, location: found.location, service: found.service })
            }
            _ => Err(ApiError::Invalid(mistakes)),
        }
    }
}

impl Record for Integration {
    const ACTIONS: Actions = actions!("integration");
    const PATH: &'static str = "/v1/admin/integrations";
    type Input = IntegrationInput;
    type Answer = IntegrationAnswer;

    fn parse(body: &Value) -> Result<IntegrationInput, ApiError> {
        IntegrationInput::parse(body)
    }

    fn written(&self) -> Result<Value, ApiError> {
        Ok(json!({
            "kind": self.kind, "name": self.name, "form": self.form.id,
            "location": self.location.as_ref().map(|location| location.id),
            "service": self.service.as_ref().map(|service| service.id),
            "mapping": self.mapping, "enabled": self.enabled, "processor": self.processor,
        }))
    }

    fn standing(&self) -> Standing {
        Standing::of(self.version, self.updated_at, &self.updated_by, self.trashed_at)
    }

    async fn lock(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
        queries::lock_integration(connection, id).await
    }

    async fn find(connection: &mut PgConnection, id: Uuid) -> Result<Option<Self>, sqlx::Error> {
        Ok(queries::list_integrations(connection, Some(id), None).await?.into_iter().next())
    }

    /// A connection comes with a token and secrets, which the handler of its own makes.
    async fn add(_: &mut PgConnection, _: &Hand, _: Uuid, _: IntegrationInput) -> Result<(), ApiError> {
        Err(ApiError::Internal)
    }

    async fn change(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        input: IntegrationInput,
    ) -> Result<(), ApiError> {
        if input.kind != before.kind {
            return Err(ApiError::field("/kind", "not_applicable", "stays as it is; make another connection"));
        }
        let relations = Self::relations(connection, &input, Some(&before)).await?;
        Ok(queries::update_integration(connection, before.id, &input, &relations, hand.staff.id).await?)
    }

    async fn set_trashed(
        connection: &mut PgConnection,
        hand: &Hand,
        before: Self,
        trashed: bool,
    ) -> Result<(), ApiError> {
        Ok(queries::update_integration_trashed(connection, before.id, trashed, hand.staff.id).await?)
    }
}

impl ListedRecord for Integration {
    type List = IntegrationList;

    async fn list(connection: &mut PgConnection, trashed: bool) -> Result<Vec<Self>, sqlx::Error> {
        queries::list_integrations(connection, None, Some(trashed)).await
    }
}
