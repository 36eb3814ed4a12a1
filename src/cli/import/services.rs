//! The services that articles name.

use std::collections::BTreeSet;

use serde_json::Value;
use sqlx::PgConnection;

use super::{Desk, note};
use crate::{
    articles::queries::relations::resolve_services,
    clinic::seed_service,
    http::ApiError,
    import::record::{Article, Service},
};

/// Looks for the services that articles name. One that is missing is made where the source, an export, tells of it.
///
/// # Errors
/// Those of the database.
pub async fn settle(desk: &mut Desk, articles: &[&Article]) -> Result<(), ApiError> {
    let named: BTreeSet<&String> = articles.iter().flat_map(|article| &article.services).collect();
    let unasked = named.into_iter().filter(|slug| !desk.names.services.contains_key(*slug));
    let unasked: Vec<(String, Option<Service>)> =
        unasked.map(|slug| (slug.clone(), desk.names.told_services.remove(slug))).collect();
    if unasked.is_empty() {
        return Ok(());
    }
    let trail = desk.trail.clone();
    let work = async move |connection: &mut PgConnection| {
        let slugs: Vec<String> = unasked.iter().map(|(slug, _)| slug.clone()).collect();
        let before = resolve_services(connection, &slugs, None).await?;
        let missing = unasked.into_iter().zip(&before).filter(|(_, id)| id.is_none());
        for service in missing.filter_map(|((_, told), _)| told) {
            seed_service(connection, trail.clock(), &Value::Object(service.fields)).await?;
        }
        let after = resolve_services(connection, &slugs, None).await?;
        for id in after.iter().zip(&before).filter(|(_, before)| before.is_none()).filter_map(|(after, _)| *after) {
            note(connection, &trail, "service.import", "service", id).await?;
        }
        Ok::<_, ApiError>(slugs.into_iter().zip(after).zip(before).collect::<Vec<_>>())
    };
    for ((slug, id), before) in desk.staff.transact(work).await? {
        if id.is_some() {
            desk.report.make("services", before.is_none());
        }
        desk.names.services.insert(slug, id);
    }
    Ok(())
}
