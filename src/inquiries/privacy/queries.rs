//! An inquiry as those need it who hold, correct or erase it.

use sqlx::PgConnection;
use uuid::Uuid;

use super::standing::Standing;
use crate::{accounts::Reach, crypto::WrappedKey};

/// An inquiry that is not erased and within reach, kept from other writers until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn find_and_lock(
    connection: &mut PgConnection,
    id: Uuid,
    reach: &Reach,
) -> Result<Option<Standing>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select i.id, i.legal_hold, i.version, i.received_at, i.updated_at, i.key_id as "key_id!", i.wrapped_key as "wrapped_key!"
             from cms.inquiry i
            where i.id = $1 and i.erased_at is null and ($2::uuid[] is null or i.location_id = any ($2))
              for no key update"#,
        id,
        reach.locations(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Standing {
        id: row.id,
        legal_hold: row.legal_hold,
        version: row.version,
        received_at: row.received_at,
        updated_at: row.updated_at,
        key: WrappedKey { key_id: row.key_id, bytes: row.wrapped_key },
    }))
}
