//! TEMP
pub mod hours;
use actix_web::web::ServiceConfig;
use utoipa::OpenApi;
use crate::http::ApiError;
use sqlx::PgConnection;
pub fn public_routes(_: &mut ServiceConfig) {}
pub fn admin_routes(_: &mut ServiceConfig) {}
#[derive(OpenApi)]
pub struct Docs;
pub enum Imported { Changed(uuid::Uuid), Same, Kept }
pub async fn ensure(c: &mut PgConnection, id: uuid::Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("insert into cms.clinic (id, name, default_locale, timezone) values ($1, 'New clinic', 'en', 'UTC') on conflict do nothing", id).execute(c).await?; Ok(())
}
pub async fn import_name(_: &mut PgConnection, _: &str) -> Result<Imported, ApiError> { Ok(Imported::Same) }
pub async fn import_location(_: &mut PgConnection, _: &crate::clock::Clock, _: &serde_json::Value) -> Result<Imported, ApiError> { Ok(Imported::Same) }
pub async fn seed_clinic(_: &mut PgConnection, _: &serde_json::Value) -> Result<(), ApiError> { Ok(()) }
pub async fn seed_location(_: &mut PgConnection, _: &crate::clock::Clock, _: &serde_json::Value) -> Result<(), ApiError> { Ok(()) }
