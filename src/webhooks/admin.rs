//! Endpoints as staff keep them.

use actix_web::{HttpRequest, web::Data};

use super::{
    input::WebhookInput,
    queries,
    webhook::{NewWebhookAnswer, Webhook, WebhookAnswer, WebhookList, secrets},
};
use crate::{
    accounts::{IntegrationManager, IntegrationReader},
    db::StaffDb,
    http::{Answer, ApiError, Expected, JsonBody, MergePatch, Site, created_answer, no_parameters},
    records::{self, Hand, Record},
};

/// Lists the endpoints, the newest first.
#[utoipa::path(get, path = "/v1/admin/webhooks", operation_id = "list_webhooks", tag = "staff: integrations",
    security(("bearer" = [])), params(("trashed" = Option<bool>, Query, description = "The trash instead")),
    responses((status = 200, description = "The newest first", body = WebhookList)))]
pub async fn list_webhooks(request: HttpRequest, permit: IntegrationReader, database: Data<StaffDb>) -> Answer {
    records::list::<Webhook>(&request, permit.staff, &database).await
}

/// Makes an endpoint and shows its secret, once.
#[utoipa::path(post, path = "/v1/admin/webhooks", operation_id = "create_webhook", tag = "staff: integrations",
    security(("bearer" = [])), request_body = WebhookInput,
    responses((status = 201, description = "Made; the secret is in this answer alone", body = NewWebhookAnswer,
        headers(("Location" = String, description = "Where staff find it"), ("ETag" = String, description = "The version, for If-Match")))))]
pub async fn create_webhook(
    request: HttpRequest,
    permit: IntegrationManager,
    site: Data<Site>,
    database: Data<StaffDb>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    let input = WebhookInput::parse(&body.0)?;
    let fields: Vec<_> = body.0.as_object().into_iter().flat_map(|body| body.keys().cloned()).collect();
    let id = site.clock.new_id();
    let hand = Hand { staff: permit.staff, request: request.clone() };
    let seal = secrets(&hand)?;
    let (made, sealed) = database
        .transact(async move |connection| {
            Webhook::add(connection, &hand, id, input).await?;
            records::note::<Webhook>(connection, &hand, Webhook::ACTIONS.created, id, &fields).await?;
            let made = Webhook::find(connection, id).await?.ok_or(ApiError::NotFound)?;
            let sealed = queries::find_sealed_secret(connection, id).await?;
            Ok::<_, ApiError>((made, sealed))
        })
        .await?;
    let secret = seal.open(id, &sealed).map_err(|_| ApiError::Internal)?;
    let address = format!("{}{}/{id}", site.public_url, Webhook::PATH);
    Ok(created_answer(&address, made.version, &NewWebhookAnswer::of(made, &secret)))
}

/// An endpoint, in the trash or not, without its secret.
#[utoipa::path(get, path = "/v1/admin/webhooks/{id}", operation_id = "get_webhook", tag = "staff: integrations",
    security(("bearer" = [])), params(("id" = uuid::Uuid, Path, description = "The endpoint")),
    responses((status = 200, description = "As it stands", body = WebhookAnswer,
        headers(("ETag" = String, description = "The version, for If-Match")))))]
pub async fn get_webhook(request: HttpRequest, permit: IntegrationReader, database: Data<StaffDb>) -> Answer {
    records::get::<Webhook>(&request, permit.staff, &database).await
}

/// Changes an endpoint by a merge patch (RFC 7396). What waits for it goes to its new address.
#[utoipa::path(patch, path = "/v1/admin/webhooks/{id}", operation_id = "update_webhook", tag = "staff: integrations",
    security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The endpoint"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    request_body(content((WebhookInput = "application/merge-patch+json"), (WebhookInput = "application/json"))),
    responses((status = 200, description = "Changed", body = WebhookAnswer,
        headers(("ETag" = String, description = "The new version")))))]
pub async fn update_webhook(
    request: HttpRequest,
    permit: IntegrationManager,
    expected: Expected,
    database: Data<StaffDb>,
    patch: MergePatch,
) -> Answer {
    records::update::<Webhook>(&request, permit.staff, &database, expected, patch.0).await
}

/// Puts an endpoint into the trash: nothing is sent there any more.
#[utoipa::path(delete, path = "/v1/admin/webhooks/{id}", operation_id = "delete_webhook", tag = "staff: integrations",
    security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The endpoint"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    responses((status = 204, description = "In the trash")))]
pub async fn delete_webhook(
    request: HttpRequest,
    permit: IntegrationManager,
    expected: Expected,
    database: Data<StaffDb>,
) -> Answer {
    records::trash::<Webhook>(&request, permit.staff, &database, expected).await
}

/// Brings an endpoint back from the trash, turned off.
#[utoipa::path(post, path = "/v1/admin/webhooks/{id}/restore", operation_id = "restore_webhook", tag = "staff: integrations",
    security(("bearer" = [])), params(("id" = uuid::Uuid, Path, description = "The endpoint")),
    responses((status = 200, description = "Back again", body = WebhookAnswer,
        headers(("ETag" = String, description = "The new version")))))]
pub async fn restore_webhook(request: HttpRequest, permit: IntegrationManager, database: Data<StaffDb>) -> Answer {
    records::restore::<Webhook>(&request, permit.staff, &database).await
}
