//! What operators and tools ask: is it alive, is it ready, what does it offer. Liveness touches no database, and
//! readiness asks it at most once a second whoever asks how often.

use std::time::{Duration, Instant};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::{Data, Redirect, ServiceConfig},
};
use serde::Serialize;
use tokio::sync::Mutex;
use utoipa::{OpenApi, ToSchema};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::{
    db::{StaffDb, migrations},
    delivery::PublicAnswer,
    http::{Answer, ApiError, Endpoint, no_parameters, private_answer},
    openapi,
};

/// How long an answer about readiness counts.
const FRESH: Duration = Duration::from_secs(1);

/// The last thing known about the database.
#[derive(Debug, Default)]
pub struct Readiness(Mutex<Option<(Instant, bool)>>);

impl Readiness {
    /// Whether the database is reachable and its schema is this program's. One question at a time.
    pub async fn check(&self, database: &StaffDb) -> bool {
        let mut last = self.0.lock().await;
        if let Some((at, ready)) = *last
            && at.elapsed() < FRESH
        {
            return ready;
        }
        let version = database
            .transact(async |connection| {
                let version =
                    sqlx::query_scalar!("select version from site.schema_version").fetch_one(connection).await?;
                Ok::<_, ApiError>(version)
            })
            .await;
        let ready = matches!(version, Ok(Some(version)) if version >= migrations::newest());
        *last = Some((Instant::now(), ready));
        ready
    }
}

/// Health, in one word.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`, or `unavailable`.
    #[schema(example = "ok")]
    status: &'static str,
}

/// Tells that the process answers. Touches no database.
#[utoipa::path(get, path = "/livez", operation_id = "get_livez", tag = "operations",
    responses((status = 200, description = "Alive", body = Health)))]
pub async fn get_livez(request: HttpRequest) -> Answer {
    no_parameters(&request)?;
    Ok(private_answer(StatusCode::OK, &Health { status: "ok" }))
}

/// Tells whether requests can be served: the database answers and its migrations are current.
#[utoipa::path(get, path = "/readyz", operation_id = "get_readyz", tag = "operations",
    responses((status = 200, description = "Ready", body = Health)))]
pub async fn get_readyz(request: HttpRequest, readiness: Data<Readiness>, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    if readiness.check(&database).await {
        Ok(private_answer(StatusCode::OK, &Health { status: "ok" }))
    } else {
        Err(ApiError::Busy)
    }
}

/// The OpenAPI document, made once at start.
#[derive(Clone, Debug)]
pub struct Document(pub serde_json::Value);

/// Answers this document.
#[utoipa::path(get, path = "/openapi.json", operation_id = "get_openapi", tag = "operations",
    responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
pub async fn get_openapi(request: HttpRequest, document: Data<Document>) -> Answer {
    no_parameters(&request)?;
    PublicAnswer::json(&document.0, &["openapi"])?.send(&request)
}

/// The meaning of every problem code, where their `type` leads.
async fn get_problems(request: HttpRequest) -> Answer {
    no_parameters(&request)?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"))
        .body(include_str!("problems.html")))
}

async fn get_docs() -> Redirect {
    Redirect::to("/docs/")
}

/// Mounts the operations and the documentation page, whose assets are in the binary.
pub fn routes(config: &mut ServiceConfig) {
    Endpoint::at("/livez").get(get_livez).mount(config);
    Endpoint::at("/readyz").get(get_readyz).mount(config);
    Endpoint::at("/openapi.json").get(get_openapi).mount(config);
    Endpoint::at("/docs/problems").get(get_problems).mount(config);
    Endpoint::at("/docs").get(get_docs).mount(config);
    config.service(SwaggerUi::new("/docs/{_:.*}").config(Config::new(["/openapi.json"])));
}

/// The document for an API at `public_url`.
pub fn document(public_url: &str) -> Document {
    Document(openapi::document(public_url))
}

/// The part of the OpenAPI document that this room answers for.
#[derive(OpenApi)]
#[openapi(paths(get_livez, get_readyz, get_openapi))]
#[derive(Debug)]
pub struct Docs;
