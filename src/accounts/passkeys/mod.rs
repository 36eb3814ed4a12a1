//! Passkeys of the signed-in person, and signing in with one. Each ceremony is a question (`…/options`) and an answer;
//! the question can be answered once, within five minutes, on any node.
//!
//! Refuses to tell why a passkey was not taken, and to tell anybody whether an address has one: signing in with a
//! passkey names no address.

mod assertion;
mod ceremony;
mod door;
mod input;
mod registration;

use actix_web::{HttpRequest, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub use assertion::*;
pub use registration::*;

use super::{
    Desk, Staff,
    queries::{self, ListedPasskey, MOST_PASSKEYS},
};
use crate::http::{Answer, ApiError, PageLinks, PageMeta, no_content, no_parameters, path_id, private_answer};

/// A passkey as its person sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Passkey)]
pub struct ShownPasskey {
    id: Uuid,
    /// What the person calls it.
    #[schema(example = "Phone")]
    name: String,
    /// Whether it has been copied to the person's other devices.
    backed_up: bool,
    created_at: DateTime<Utc>,
    /// When it was last shown.
    last_used_at: Option<DateTime<Utc>>,
}

impl From<ListedPasskey> for ShownPasskey {
    fn from(row: ListedPasskey) -> Self {
        let ListedPasskey { id, name, backed_up, created_at, last_used_at } = row;
        Self { id, name, backed_up, created_at, last_used_at }
    }
}

/// The passkeys of a person; all of them stand on one page.
#[derive(Debug, Serialize, ToSchema)]
pub struct PasskeyPage {
    data: Vec<ShownPasskey>,
    meta: PageMeta,
    links: PageLinks,
}

/// Lists the passkeys of the signed-in person, oldest first; at most 25.
#[utoipa::path(get, path = "/v1/auth/passkeys", operation_id = "list_passkeys", tag = "sign-in",
    security(("bearer" = [])), responses((status = 200, description = "The passkeys", body = PasskeyPage)))]
pub async fn list_passkeys(request: HttpRequest, desk: Desk, staff: Staff) -> Answer {
    no_parameters(&request)?;
    staff.session()?;
    let rows = desk
        .transact(async move |connection| {
            staff.record(connection, "passkey.list", "account", Some(staff.id), &[]).await?;
            Ok(queries::list_passkeys(connection, staff.id).await?)
        })
        .await?;
    let meta = PageMeta {
        limit: MOST_PASSKEYS,
        total: i64::try_from(rows.len()).ok(),
        total_exact: true,
        page: Some(1),
        pages: Some(1),
        next_cursor: None,
    };
    let links = PageLinks { self_: format!("{}/v1/auth/passkeys", desk.site.public_url), next: None, prev: None };
    let data = rows.into_iter().map(ShownPasskey::from).collect();
    Ok(private_answer(StatusCode::OK, &PasskeyPage { data, meta, links }))
}

/// Removes a passkey of the signed-in person. The strongest factor must have been shown within ten minutes.
#[utoipa::path(delete, path = "/v1/auth/passkeys/{id}", operation_id = "delete_passkey", tag = "sign-in",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The passkey")),
    responses((status = 204, description = "Removed")))]
pub async fn delete_passkey(request: HttpRequest, desk: Desk, staff: Staff) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    staff.require_fresh()?;
    let at_desk = desk.clone();
    desk.transact(async move |connection| {
        // Two removals at once would otherwise each find the other's passkey still there.
        queries::lock_account(connection, staff.id).await?;
        let last = door::check_removal(connection, &at_desk, &staff).await;
        if !queries::delete_passkey(connection, staff.id, id).await? {
            return Err(ApiError::NotFound);
        }
        last?;
        staff.record(connection, "passkey.delete", "passkey", Some(id), &[]).await?;
        door::removed(connection, &at_desk, &staff).await
    })
    .await?;
    Ok(no_content())
}
