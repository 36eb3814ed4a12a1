//! What is the same for every table of records that staff keep: the lock, the trash, and the place in an order.

use sqlx::PgConnection;
use uuid::Uuid;

macro_rules! kept {
    ($table:literal, $one:literal, $lock:ident, $trash:ident) => {
        #[doc = concat!("Keeps everybody else from writing the ", $one, " until the transaction ends.")]
        pub async fn $lock(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
            sqlx::query!("select id from " + $table + " where id = $1 for no key update", id)
                .fetch_optional(connection)
                .await?;
            Ok(())
        }

        #[doc = concat!("Puts a ", $one, " into the trash, or takes one out.")]
        pub async fn $trash(
            connection: &mut PgConnection,
            id: Uuid,
            trashed: bool,
            by: Uuid,
        ) -> Result<(), sqlx::Error> {
            sqlx::query!(
                "update "
                    + $table
                    + " set trashed_at = case when $2 then clock_timestamp() end, version = version + 1,
                        updated_at = clock_timestamp(), updated_by = $3
                  where id = $1",
                id,
                trashed,
                by,
            )
            .execute(connection)
            .await?;
            Ok(())
        }
    };
}

macro_rules! ordered {
    ($table:literal, $one:literal, $place:ident) => {
        #[doc = concat!("Gives a ", $one, " another position; answers whether it had another before.")]
        pub async fn $place(
            connection: &mut PgConnection,
            id: Uuid,
            position: i32,
            by: Uuid,
        ) -> Result<bool, sqlx::Error> {
            let moved = sqlx::query!(
                "update "
                    + $table
                    + " set position = $2, version = version + 1, updated_at = clock_timestamp(), updated_by = $3
                  where id = $1 and position <> $2",
                id,
                position,
                by,
            )
            .execute(connection)
            .await?;
            Ok(moved.rows_affected() > 0)
        }
    };
}

kept!("cms.location", "location", lock_location, update_location_trashed);
kept!("cms.provider", "provider", lock_provider, update_provider_trashed);
kept!("cms.service", "service", lock_service, update_service_trashed);
kept!("cms.notice", "notice", lock_notice, update_notice_trashed);
kept!("cms.faq", "question", lock_faq, update_faq_trashed);
kept!("cms.testimonial", "testimonial", lock_testimonial, update_testimonial_trashed);
kept!("cms.legal_notice", "legal notice", lock_legal_notice, update_legal_notice_trashed);

ordered!("cms.location", "location", update_location_position);
ordered!("cms.provider", "provider", update_provider_position);
ordered!("cms.service", "service", update_service_position);
ordered!("cms.faq", "question", update_faq_position);
ordered!("cms.testimonial", "testimonial", update_testimonial_position);
