//! Whether somebody who was let in still stands, for what outlives its request: a stream. Refuses to count a stream as a
//! sign of life: whoever has left the desk is signed out, however many pages stay open.

use actix_web::web::Data;

use super::{Accounts, Credential, Reach, Role, Staff, queries};
use crate::{db::StaffDb, http::ApiError};

impl Staff {
    /// The same person as they stand now: with the present reach, and none where the session or the key has ended, the role
    /// is another, or the desk was left for too long. Notes no use of the session.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn look_again(&self, accounts: &Data<Accounts>, database: &StaffDb) -> Result<Option<Self>, ApiError> {
        let (before, accounts, now) = (self.clone(), Data::clone(accounts), self.clock.now());
        database
            .transact(async move |connection| match before.credential.clone() {
                Credential::Session(session) => {
                    let row = queries::find_live_session(connection, session.id, before.id, now).await?;
                    let row =
                        row.filter(|row| row.role == before.role.name() && accounts.is_live(&row.standing(), now));
                    Ok(row.map(|row| {
                        let in_emergency = accounts.is_in_emergency(&row.standing());
                        let reach = reach_of(before.role, in_emergency, row.location_ids);
                        Self { reach, in_emergency, ..before }
                    }))
                }
                Credential::ApiKey { id, .. } => {
                    let locations = queries::find_reach_of_key(connection, id, before.role.name(), now).await?;
                    Ok(locations.map(|locations| Self { reach: reach_of(before.role, false, locations), ..before }))
                }
            })
            .await
    }
}

/// Whose inquiries somebody of a role sees.
pub fn reach_of(role: Role, in_emergency: bool, locations: Vec<uuid::Uuid>) -> Reach {
    if role.is_bound_to_locations() && !in_emergency { Reach::Locations(locations) } else { Reach::Everywhere }
}
