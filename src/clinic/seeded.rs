//! What the clinic tells everybody, as a seed brings it: in the form that staff would send, under the rules that staff
//! write under.

use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    editing::relations::{refuse, resolve},
    faqs::{self, FaqInput},
    legal_notices::LegalNoticeInput,
    notices::NoticeInput,
    queries::{self, Related},
    testimonials::{self, AuthorizationInput, TestimonialInput},
};
use crate::{
    clock::Clock,
    http::ApiError,
    outbox::{self, EventKind},
};

/// Adds a notice in the name of `by`.
///
/// # Errors
/// 422 for what staff could not send either; those of the database.
pub async fn seed_notice(
    connection: &mut PgConnection,
    clock: &Clock,
    notice: &Value,
    by: Uuid,
) -> Result<(), ApiError> {
    let (id, input) = (clock.new_id(), NoticeInput::parse(notice)?);
    let mut mistakes = Vec::new();
    let locations = resolve(connection, Related::Location, &input.locations, &[], &mut mistakes).await?;
    refuse(mistakes)?;
    let starts_at = input.starts_at.unwrap_or_else(|| clock.now());
    queries::insert_notice(connection, id, &input, starts_at, by).await?;
    queries::replace_notice_locations(connection, id, &locations).await?;
    Ok(outbox::record(connection, clock, EventKind::ClinicChanged, id).await?)
}

/// Adds a question with its answer in the name of `by`.
///
/// # Errors
/// As [`seed_notice`].
pub async fn seed_faq(connection: &mut PgConnection, clock: &Clock, faq: &Value, by: Uuid) -> Result<(), ApiError> {
    let (id, input) = (clock.new_id(), FaqInput::parse(faq)?);
    queries::insert_faq(connection, id, &input, by).await?;
    faqs::relate(connection, id, &input, [&[], &[]]).await?;
    Ok(outbox::record(connection, clock, EventKind::ClinicChanged, id).await?)
}

/// Adds a testimonial with the authorization that was signed for it, in the name of `by`.
///
/// # Errors
/// As [`seed_notice`].
pub async fn seed_testimonial(
    connection: &mut PgConnection,
    clock: &Clock,
    (testimonial, authorization): (&Value, &Value),
    by: Uuid,
) -> Result<(), ApiError> {
    let (id, input) = (clock.new_id(), TestimonialInput::parse(testimonial)?);
    let authorization = AuthorizationInput::parse(authorization)?;
    queries::insert_testimonial(connection, id, &input, by).await?;
    testimonials::relate(connection, id, &input, [&[], &[]]).await?;
    if !queries::insert_authorization(connection, (clock.new_id(), id), &authorization, by).await? {
        return Err(ApiError::field("/signed_on", "in_future", "must not be later than today"));
    }
    Ok(outbox::record(connection, clock, EventKind::ClinicChanged, id).await?)
}

/// Adds a legal notice in the name of `by`.
///
/// # Errors
/// As [`seed_notice`].
pub async fn seed_legal_notice(
    connection: &mut PgConnection,
    clock: &Clock,
    notice: &Value,
    by: Uuid,
) -> Result<(), ApiError> {
    let (id, input) = (clock.new_id(), LegalNoticeInput::parse(notice)?);
    queries::insert_legal_notice(connection, id, &input, by).await?;
    Ok(outbox::record(connection, clock, EventKind::ClinicChanged, id).await?)
}
