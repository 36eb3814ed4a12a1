//! What people see of a key. The secret is in two answers alone: when it is made, and when it is rotated.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::key::{NewKey, PREFIX};
use crate::{
    accounts::{Scope, queries::ListedApiKey, sessions::Colleague},
    http::{PageLinks, PageMeta},
};

/// A key of an integration or a front end.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ApiKey {
    /// The key's own id, for this address.
    pub id: Uuid,
    /// What it is for.
    pub name: String,
    /// How the key begins, up to its secret, to know it again.
    #[schema(example = "ccms_3fJq09ZkLmPw_")]
    pub prefix: String,
    /// Who made it; what they may do now is its ceiling.
    pub user: Colleague,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// Networks that it works from; everywhere where there are none.
    #[schema(example = json!(["203.0.113.0/24"]))]
    pub allowed_addresses: Vec<String>,
    /// `active`, `expired` or `revoked`.
    #[schema(example = "active")]
    pub status: String,
    /// When its secret was made.
    pub secret_made_at: DateTime<Utc>,
    /// Until when the secret before the last rotation works as well; null where it does not.
    pub former_secret_until: Option<DateTime<Utc>>,
    /// When it was last used, to within a minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Where that came from.
    #[schema(example = "203.0.113.7")]
    pub last_used_address: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Counts changes.
    pub version: i32,
}

impl From<ListedApiKey> for ApiKey {
    fn from(row: ListedApiKey) -> Self {
        Self {
            id: row.id,
            name: row.name,
            prefix: format!("{PREFIX}{}_", row.public_id),
            user: Colleague { id: row.account_id, name: row.account_name },
            scopes: row.scopes.iter().filter_map(|name| Scope::named(name)).collect(),
            allowed_addresses: row.allowed_addresses,
            status: row.status,
            secret_made_at: row.secret_made_at,
            former_secret_until: row.former_until,
            last_used_at: row.last_used_at,
            last_used_address: row.last_used_address,
            created_at: row.created_at,
            updated_at: row.updated_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            version: row.version,
        }
    }
}

impl ApiKey {
    /// The fields that may be written, as they are written.
    pub fn source(&self) -> Value {
        json!({
            "name": self.name, "scopes": self.scopes, "allowed_addresses": self.allowed_addresses,
            "expires_at": self.expires_at,
        })
    }
}

/// Keys, latest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiKeyPage {
    pub(super) data: Vec<ApiKey>,
    pub(super) meta: PageMeta,
    pub(super) links: PageLinks,
}

/// One key.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiKeyAnswer {
    pub(super) data: ApiKey,
}

/// A key whose secret was just made.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewApiKeyAnswer {
    data: NewApiKey,
}

/// A key with its secret, which nobody can show again.
#[derive(Serialize, ToSchema)]
pub struct NewApiKey {
    /// The whole key, to be sent as a bearer token.
    #[schema(pattern = "^ccms_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$")]
    key: String,
    #[serde(flatten)]
    shown: ApiKey,
}

impl fmt::Debug for NewApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewApiKey").field("key", &"[redacted]").field("shown", &self.shown).finish()
    }
}

impl NewApiKeyAnswer {
    /// The one answer that holds the key.
    pub fn of(shown: ApiKey, key: &NewKey) -> Self {
        Self { data: NewApiKey { key: key.reveal().to_owned(), shown } }
    }
}
