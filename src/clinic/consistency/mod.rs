//! Whether everything that the clinic writes agrees with its record: telephone numbers, addresses and hours in articles,
//! legal notices, answers, notices, services and biographies; and whether the record agrees with itself. Refuses to guess:
//! what can be read in two ways, or may be somebody else's, is not called wrong.
//!
//! | file | holds |
//! |---|---|
//! | `record` | what of the record contradicts itself or is over |
//! | `texts` | a text beside the record |
//! | `phones`, `addresses`, `hours` | what is found in a text beyond doubt |
//! | `words` | a text cut into pieces |
//! | `looking` | the walk through all texts |
//! | `finding` | what is found, as staff read it |

mod addresses;
mod finding;
mod hours;
mod looking;
mod phones;
mod record;
mod texts;
mod words;

#[cfg(test)]
mod tests;

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

pub use self::{
    finding::{
        ConsistencyCode, ConsistencyFinding, ConsistencyPlace, ConsistencyReport, ConsistencySeverity, LookedThrough,
    },
    record::OwnRecord,
    texts::WrittenText,
};
use super::queries;
use crate::{
    accounts::{ClinicReader, Permission},
    clock::Clock,
    db::StaffDb,
    http::{Answer, ApiError, Site, no_parameters, private_answer},
};

/// What does not agree.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsistencyAnswer {
    data: ConsistencyReport,
}

/// Compares telephone numbers, addresses and hours as they stand in the record with those in articles, legal notices,
/// answers, notices, services and biographies, and the record with itself. At most 1,000 findings. Drafts are looked
/// through for who may read them.
#[utoipa::path(get, path = "/v1/admin/clinic/consistency", operation_id = "get_clinic_consistency",
    tag = "staff: clinic", security(("bearer" = [])),
    responses((status = 200, description = "What does not agree", body = ConsistencyAnswer)))]
pub async fn get_clinic_consistency(
    request: HttpRequest,
    permit: ClinicReader,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let drafts = permit.staff.may(Permission::ReadArticles);
    let record = database
        .transact(async move |connection| {
            permit.staff.record(connection, "clinic.check", "clinic", None, &[]).await?;
            Ok::<_, ApiError>(queries::find_own_record(connection).await?)
        })
        .await?;
    let data = looking::look_through(&database, &site.clock, record, drafts).await?;
    Ok(private_answer(StatusCode::OK, &ConsistencyAnswer { data }))
}

/// The same for whoever keeps the installation, drafts included.
///
/// # Errors
/// Those of the database.
pub async fn check_consistency(database: &StaffDb, clock: &Clock) -> Result<ConsistencyReport, ApiError> {
    let record =
        database.transact(async |connection| Ok::<_, ApiError>(queries::find_own_record(connection).await?)).await?;
    looking::look_through(database, clock, record, true).await
}
