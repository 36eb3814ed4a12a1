//! Which inquiries are of the person who asks: those with the same address or number, by the blind index.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    admin::find,
    queries::{self, MatchRow, RequestRow},
};
use crate::{
    accounts::{PrivacyOfficer, Reach},
    db::StaffDb,
    http::{Answer, ApiError, Reference, Site, no_parameters, path_id, private_answer},
};

/// An inquiry of the person.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DataRequestMatch {
    /// The inquiry.
    pub id: Uuid,
    /// When it came in.
    pub received_at: DateTime<Utc>,
    /// Its form.
    pub form: Reference,
    /// Where it stands.
    pub status: String,
    /// What is the same: `email`, `phone`. Families share a phone: where only that is the same, look before you act.
    pub matched_by: Vec<&'static str>,
    /// Whether it must not be erased.
    pub legal_hold: bool,
}

/// The inquiries of the person, the latest first, at most 500.
#[derive(Debug, Serialize, ToSchema)]
pub struct DataRequestMatches {
    data: Vec<DataRequestMatch>,
}

impl From<MatchRow> for DataRequestMatch {
    fn from(row: MatchRow) -> Self {
        let by = [("email", row.by_email), ("phone", row.by_phone)];
        Self {
            id: row.id,
            received_at: row.received_at,
            form: Reference { id: row.form_id, slug: row.form_slug, name: row.form_name },
            status: row.status,
            matched_by: by.into_iter().filter(|(_, same)| *same).map(|(name, _)| name).collect(),
            legal_hold: row.legal_hold,
        }
    }
}

/// The inquiries of who asks.
///
/// # Errors
/// Those of the database.
pub(super) async fn list(
    connection: &mut PgConnection,
    row: &RequestRow,
    reach: &Reach,
) -> Result<Vec<DataRequestMatch>, sqlx::Error> {
    let (email, phone) = (row.email_index.as_deref(), row.phone_index.as_deref());
    let found = queries::list_matches(connection, email, phone, reach.locations()).await?;
    Ok(found.into_iter().map(DataRequestMatch::from).collect())
}

/// Lists the inquiries that have the address or the number of who asks.
#[utoipa::path(get, path = "/v1/admin/data-requests/{id}/matches", operation_id = "list_data_request_matches",
    tag = "staff: privacy",
    params(("id" = Uuid, Path, description = "The request")),
    responses((status = 200, description = "The latest first, at most 500", body = DataRequestMatches)),
    security(("bearer" = [])))]
pub async fn list_data_request_matches(
    request: HttpRequest,
    permit: PrivacyOfficer,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let (id, now) = (path_id(&request)?, site.clock.now());
    let data = database
        .transact(async move |transaction| {
            let row = find(transaction, id, now).await?;
            permit.staff.record(transaction, "data_request.match", "data_request", Some(id), &[]).await?;
            Ok::<_, ApiError>(list(transaction, &row, &permit.staff.reach).await?)
        })
        .await?;
    Ok(private_answer(StatusCode::OK, &DataRequestMatches { data }))
}
