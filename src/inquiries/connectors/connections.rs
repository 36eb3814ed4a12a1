//! Connections as staff keep them. Refuses to show a secret again, or the token in an address.

use std::{fmt, sync::Arc};

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    connection::{Integration, IntegrationAnswer, IntegrationList},
    connection_input::{IntegrationInput, IntegrationSecretInput, NewIntegration, NewIntegrationInput, SecretRotation},
    keys::Connections,
    kind::{IntegrationKind, SecretOrigin, SecretUse},
    queries::{self, NewSecret},
    signature::Secret,
};
use crate::{
    accounts::{IntegrationManager, IntegrationReader},
    audit::Change,
    crypto::{OpaqueToken, random},
    db::StaffDb,
    http::{
        Answer, ApiError, Expected, JsonBody, MergePatch, Site, created_answer, no_content, no_parameters, path_id,
        staff_answer,
    },
    records::{self, Record},
};

/// A connection that was just made, with what is shown once.
#[derive(Serialize, ToSchema)]
pub struct NewIntegrationAnswer {
    data: ShownIntegration,
}

/// A connection with what nobody can show again.
#[derive(Serialize, ToSchema)]
pub struct ShownIntegration {
    /// Where the service delivers to; null where only a secret was made. It holds the token.
    #[schema(required, example = "https://api.clinic.example/v1/integrations/google-ads/7c1yLZ…")]
    url: Option<String>,
    /// The token in it.
    #[schema(required, pattern = "^[A-Za-z0-9_-]{43}$")]
    key: Option<String>,
    /// What was made here, to be entered at the service; null where the service made it up.
    #[schema(required)]
    secret: Option<String>,
    /// The same for Meta's `hub.verify_token`.
    #[schema(required)]
    verify_token: Option<String>,
    #[serde(flatten)]
    shown: Integration,
}

impl fmt::Debug for ShownIntegration {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ShownIntegration").field("shown", &self.shown).finish_non_exhaustive()
    }
}

impl fmt::Debug for NewIntegrationAnswer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.data.fmt(out)
    }
}

/// Lists the connections by name, at most 1,000.
#[utoipa::path(get, path = "/v1/admin/integrations", operation_id = "list_integrations", tag = "staff: integrations",
    security(("bearer" = [])), params(("trashed" = Option<bool>, Query, description = "The trash instead")),
    responses((status = 200, description = "By name", body = IntegrationList)))]
pub async fn list_integrations(request: HttpRequest, permit: IntegrationReader, database: Data<StaffDb>) -> Answer {
    records::list::<Integration>(&request, permit.staff, &database).await
}

/// Makes a connection. Its address, and the secrets that were made here, are in this answer alone.
#[utoipa::path(post, path = "/v1/admin/integrations", operation_id = "create_integration", tag = "staff: integrations",
    security(("bearer" = [])), request_body = NewIntegrationInput,
    responses((status = 201, description = "Made", body = NewIntegrationAnswer,
        headers(("Location" = String, description = "Where staff find it"), ("ETag" = String, description = "The version, for If-Match")))))]
pub async fn create_integration(
    request: HttpRequest,
    permit: IntegrationManager,
    site: Data<Site>,
    connections: Data<Connections>,
    database: Data<StaffDb>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    let new = NewIntegration::parse(&body.0)?;
    let fields: Vec<_> = body.0.as_object().into_iter().flat_map(|body| body.keys().cloned()).collect();
    let (kind, id) = (new.input.kind, site.clock.new_id());
    let key = random::token256().map_err(|_| ApiError::Internal)?;
    let made = make_secrets(&new)?;
    let (hash, now) = (key.hash(), site.clock.now());
    let sealed = made.iter().map(|(of, secret, _)| connections.seal_secret(&site.clock, *of, secret));
    let sealed = sealed.collect::<Result<Vec<NewSecret>, ApiError>>()?;
    let shown = database
        .transact(async move |connection| {
            let relations = Integration::relations(connection, &new.input, None).await?;
            queries::insert_integration(connection, id, &new.input, &relations, &hash, permit.staff.id).await?;
            for secret in &sealed {
                queries::insert_secret(connection, id, secret, now).await?;
            }
            let shown = Integration::find(connection, id).await?.ok_or(ApiError::NotFound)?;
            let written = shown.written()?;
            // The names of the secrets are told, and nothing is kept of what they say.
            let kept: Vec<_> = fields.iter().filter(|name| written.get(name.as_str()).is_some()).cloned().collect();
            let change = Change::of(None, &written, &kept);
            permit.staff.record_change(connection, "integration.create", ("integration", id), &fields, &change).await?;
            Ok::<_, ApiError>(shown)
        })
        .await?;
    let address = format!("{}{}/{id}", site.public_url, Integration::PATH);
    let ours =
        |of: SecretUse| made.iter().find(|(made, _, ours)| *made == of && *ours).map(|(_, text, _)| text.to_string());
    let data = ShownIntegration {
        url: Some(delivery_url(&site, kind, &key)),
        key: Some(key.reveal()),
        secret: ours(SecretUse::Signing),
        verify_token: ours(SecretUse::VerifyToken),
        shown,
    };
    Ok(created_answer(&address, data.shown.version, &NewIntegrationAnswer { data }))
}

/// Where a service delivers to.
fn delivery_url(site: &Site, kind: IntegrationKind, key: &OpaqueToken) -> String {
    format!("{}/v1/integrations/{}/{}", site.public_url, kind.segment(), key.reveal())
}

/// The secrets of a new connection: those that were brought, and for the rest those that we make up, which are shown.
fn make_secrets(new: &NewIntegration) -> Result<Vec<(SecretUse, Arc<Secret>, bool)>, ApiError> {
    let mut all = Vec::new();
    for of in new.input.kind.secrets() {
        let brought = new.secrets.iter().find(|(brought, _)| brought == of);
        match (brought, new.input.kind.origin(*of)) {
            (Some((_, secret)), _) => all.push((*of, Arc::new(secret.clone()), false)),
            (None, SecretOrigin::Ours) => all.push((*of, Arc::new(Connections::make_secret(new.input.kind)?), true)),
            (None, _) => {}
        }
    }
    Ok(all)
}

/// A connection as it stands, in the trash or not.
#[utoipa::path(get, path = "/v1/admin/integrations/{id}", operation_id = "get_integration", tag = "staff: integrations",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The connection")),
    responses((status = 200, description = "As it stands", body = IntegrationAnswer,
        headers(("ETag" = String, description = "The version, for If-Match")))))]
pub async fn get_integration(request: HttpRequest, permit: IntegrationReader, database: Data<StaffDb>) -> Answer {
    records::get::<Integration>(&request, permit.staff, &database).await
}

/// Changes a connection by a merge patch (RFC 7396). The next delivery is read by the new rules.
#[utoipa::path(patch, path = "/v1/admin/integrations/{id}", operation_id = "update_integration", tag = "staff: integrations",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The connection"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    request_body(content((IntegrationInput = "application/merge-patch+json"), (IntegrationInput = "application/json"))),
    responses((status = 200, description = "Changed", body = IntegrationAnswer,
        headers(("ETag" = String, description = "The new version")))))]
pub async fn update_integration(
    request: HttpRequest,
    permit: IntegrationManager,
    expected: Expected,
    database: Data<StaffDb>,
    patch: MergePatch,
) -> Answer {
    records::update::<Integration>(&request, permit.staff, &database, expected, patch.0).await
}

/// Puts a connection into the trash: its deliveries are refused from now on, and its inquiries stay.
#[utoipa::path(delete, path = "/v1/admin/integrations/{id}", operation_id = "delete_integration", tag = "staff: integrations",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The connection"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    responses((status = 204, description = "In the trash")))]
pub async fn delete_integration(
    request: HttpRequest,
    permit: IntegrationManager,
    expected: Expected,
    database: Data<StaffDb>,
) -> Answer {
    records::trash::<Integration>(&request, permit.staff, &database, expected).await
}

/// Brings a connection back from the trash, with its address and its secrets.
#[utoipa::path(post, path = "/v1/admin/integrations/{id}/restore", operation_id = "restore_integration", tag = "staff: integrations",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The connection")),
    responses((status = 200, description = "Back", body = IntegrationAnswer)))]
pub async fn restore_integration(request: HttpRequest, permit: IntegrationManager, database: Data<StaffDb>) -> Answer {
    records::restore::<Integration>(&request, permit.staff, &database).await
}

/// Gives a connection another secret, or another address (`use` is `key`). The former one counts beside it for a day, or as
/// long as the body says; one before that ends at once. What is made here is in this answer alone.
#[utoipa::path(post, path = "/v1/admin/integrations/{id}/secret", operation_id = "rotate_integration_secret", tag = "staff: integrations",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The connection")),
    request_body = IntegrationSecretInput,
    responses((status = 200, description = "The new secret counts", body = NewIntegrationAnswer)))]
pub async fn rotate_integration_secret(
    request: HttpRequest,
    permit: IntegrationManager,
    site: Data<Site>,
    connections: Data<Connections>,
    database: Data<StaffDb>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    let (id, now) = (path_id(&request)?, site.clock.now());
    let data = database
        .transact(async move |connection| {
            let before = records::held_for_change::<Integration>(connection, id, &Expected::Any).await?;
            let rotation = SecretRotation::parse(&body.0, before.kind)?;
            let of = rotation.of;
            let until = now + chrono::Duration::hours(rotation.overlap_hours);
            let (mut key, mut secret) = (None, None);
            if of == SecretUse::Key {
                let made = random::token256().map_err(|_| ApiError::Internal)?;
                queries::replace_key(connection, id, &made.hash(), (now, until)).await?;
                key = Some(made);
            } else {
                let is_ours = rotation.secret.is_none();
                let given = rotation.secret.map_or_else(|| Connections::make_secret(before.kind), Ok)?;
                let sealed = connections.seal_secret(&site.clock, of, &given)?;
                queries::end_secrets(connection, id, Some(of.name()), now, until).await?;
                queries::insert_secret(connection, id, &sealed, now).await?;
                secret = is_ours.then_some(given);
            }
            queries::touch_integration(connection, id, permit.staff.id).await?;
            let fields = [of.name().to_owned()];
            permit.staff.record(connection, "integration.rotate", "integration", Some(id), &fields).await?;
            let shown = Integration::find(connection, id).await?.ok_or(ApiError::NotFound)?;
            let told = |told: SecretUse| secret.as_ref().filter(|_| of == told).map(|secret| secret.to_string());
            Ok::<_, ApiError>(ShownIntegration {
                url: key.as_ref().map(|key| delivery_url(&site, before.kind, key)),
                key: key.as_ref().map(OpaqueToken::reveal),
                secret: told(SecretUse::Signing),
                verify_token: told(SecretUse::VerifyToken),
                shown,
            })
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, data.shown.version, &NewIntegrationAnswer { data }))
}

/// Ends the former secrets of a connection, and its former address, before their time.
#[utoipa::path(delete, path = "/v1/admin/integrations/{id}/secret", operation_id = "end_integration_rotation", tag = "staff: integrations",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The connection"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    responses((status = 204, description = "The newest secrets alone count")))]
pub async fn end_integration_rotation(
    request: HttpRequest,
    permit: IntegrationManager,
    expected: Expected,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let (id, now) = (path_id(&request)?, site.clock.now());
    database
        .transact(async move |connection| {
            let before = records::held_for_change::<Integration>(connection, id, &expected).await?;
            if before.secrets.iter().all(|secret| secret.valid_until.is_none()) {
                return Err(ApiError::NotFound);
            }
            queries::end_secrets(connection, id, None, now, now).await?;
            queries::end_former_key(connection, id).await?;
            queries::touch_integration(connection, id, permit.staff.id).await?;
            permit.staff.record(connection, "integration.end_rotation", "integration", Some(id), &[]).await
        })
        .await?;
    Ok(no_content())
}
