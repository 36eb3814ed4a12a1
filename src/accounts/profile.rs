//! The signed-in person: who they are, what they may do, and what they say of themselves. Credentials are a claim
//! about a person, so others than the person set them.

use actix_web::{HttpRequest, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Credential, Desk, Permission, Role, Scope, Staff, input::ProfileInput, queries};
use crate::{
    http::{Answer, ApiError, MergePatch, Reference, Then, changed, no_parameters, patched, private_answer},
    outbox::{self, EventKind},
};

/// The signed-in person.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeAnswer {
    data: Me,
}

/// Who is signed in, and what they may do.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    id: Uuid,
    email: String,
    name: String,
    role: Role,
    permissions: Vec<Permission>,
    /// Shown beside the name: "MD", "RN".
    credentials: Vec<String>,
    /// The clinic's own record of the same person.
    provider: Option<Reference>,
    /// Of mail to them: `en` or `es`.
    language: String,
    /// Whose inquiries they see; null for all.
    locations: Option<Vec<Reference>>,
    /// The second factors that they have: `totp`, `passkey`, `recovery_code`.
    methods: Vec<String>,
    /// Null behind an API key.
    session_id: Option<Uuid>,
    /// What was shown in this session (RFC 8176).
    amr: Vec<String>,
    /// Until when changing factors, keys and roles asks for nothing more; null where it asks already.
    fresh_until: Option<DateTime<Utc>>,
    /// What the API key is limited to; null for a person.
    scopes: Option<Vec<Scope>>,
}

/// Answers who is signed in.
#[utoipa::path(get, path = "/v1/auth/me", operation_id = "get_me", tag = "sign-in",
    security(("bearer" = [])), responses((status = 200, description = "The signed-in person", body = MeAnswer)))]
pub async fn get_me(request: HttpRequest, desk: Desk, staff: Staff) -> Answer {
    no_parameters(&request)?;
    Ok(private_answer(StatusCode::OK, &MeAnswer { data: me(&desk, staff).await? }))
}

async fn me(desk: &Desk, staff: Staff) -> Result<Me, ApiError> {
    let id = staff.id;
    let found = desk.transact(async move |connection| Ok(queries::find_person(connection, id).await?)).await?;
    let person = found.ok_or(ApiError::Unauthenticated)?;
    let locations = serde_json::from_value(person.locations).map_err(|_| ApiError::Internal)?;
    let (session, scopes) = match &staff.credential {
        Credential::Session(session) => (Some(session), None),
        Credential::ApiKey { scopes, .. } => (None, Some(scopes.clone())),
    };
    Ok(Me {
        id,
        permissions: Permission::all().filter(|permission| staff.may(*permission)).collect(),
        credentials: person.credentials,
        provider: person.provider.map(serde_json::from_value).transpose().map_err(|_| ApiError::Internal)?,
        language: person.language,
        locations: staff.reach.locations().and(Some(locations)),
        methods: person.methods,
        session_id: session.map(|session| session.id),
        amr: session.map(|session| session.methods.clone()).unwrap_or_default(),
        fresh_until: session.and_then(|session| session.fresh_until(desk.now())),
        scopes,
        role: staff.role,
        email: staff.email,
        name: staff.name,
    })
}

/// Changes what the signed-in person says of themselves, by a merge patch (RFC 7396).
#[utoipa::path(patch, path = "/v1/auth/me", operation_id = "update_me", tag = "sign-in",
    security(("bearer" = [])),
    request_body(content((ProfileInput = "application/merge-patch+json"), (ProfileInput = "application/json"))),
    responses((status = 200, description = "The signed-in person, changed", body = MeAnswer)))]
pub async fn update_me(request: HttpRequest, desk: Desk, asked: Then<Staff, MergePatch>) -> Answer {
    let Then(staff, body) = asked;
    no_parameters(&request)?;
    staff.session()?;
    let (at_desk, person) = (desk.clone(), staff.clone());
    let name = desk
        .transact(async move |connection| {
            let stored = queries::find_person(connection, person.id).await?.ok_or(ApiError::Unauthenticated)?;
            let before = ProfileInput::standing(&stored.name, &stored.language);
            let input = ProfileInput::parse(&patched(before.clone(), &body.0))?;
            let fields = changed(&before, &ProfileInput::standing(&input.name, input.language));
            queries::update_own_profile(connection, person.id, &input.name, input.language, at_desk.now()).await?;
            person.record(connection, "account.update", "account", Some(person.id), &fields).await?;
            outbox::record(connection, &person.clock, EventKind::UserUpdated, person.id).await?;
            Ok(input.name)
        })
        .await?;
    Ok(private_answer(StatusCode::OK, &MeAnswer { data: me(&desk, Staff { name, ..staff }).await? }))
}
