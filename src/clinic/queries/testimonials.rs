//! Testimonials and their authorizations, as staff read and write them.

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::clinic::testimonials::{AuthorizationInput, StaffTestimonial, TestimonialInput};

/// One testimonial, or those of the trash or outside it in their order: at most 1,000.
pub async fn list_testimonials(
    connection: &mut PgConnection,
    id: Option<Uuid>,
    trashed: Option<bool>,
) -> Result<Vec<StaffTestimonial>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"select to_json(s) as "testimonial!: Json<StaffTestimonial>"
             from (select t.id, t.shown_name, t.locale, t.text, t.given_on, t.rating, t.position,
                          (select coalesce(json_agg(json_build_object('id', v.id, 'slug', v.slug, 'name', v.name) order by x.position), '[]')
                             from cms.testimonial_service x join cms.service v on v.id = x.service_id where x.testimonial_id = t.id) as services,
                          (select coalesce(json_agg(json_build_object('id', l.id, 'slug', l.slug, 'name', l.name) order by x.position), '[]')
                             from cms.testimonial_location x join cms.location l on l.id = x.location_id where x.testimonial_id = t.id) as locations,
                          t.trashed_at is null and exists (select 1 from cms.live_authorization a where a.testimonial_id = t.id) as public,
                          (select coalesce(json_agg(json_build_object(
                                    'id', a.id, 'signed_on', a.signed_on, 'expires_on', a.expires_on, 'document', a.document,
                                    'matches', a.content_hash = sha256(convert_to(t.shown_name || E'\n' || t.text, 'UTF8')),
                                    'recorded_at', a.recorded_at, 'revoked_at', a.revoked_at,
                                    'recorded_by', (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = a.recorded_by),
                                    'revoked_by', (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = a.revoked_by))
                                  order by a.id desc), '[]')
                             from cms.testimonial_authorization a where a.testimonial_id = t.id) as authorizations,
                          t.version, t.created_at, t.updated_at, t.trashed_at,
                          (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = t.created_by) as created_by,
                          (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = t.updated_by) as updated_by
                     from cms.testimonial t
                    where ($1::uuid is null or t.id = $1) and ($2::boolean is null or (t.trashed_at is not null) = $2)
                    order by t.position, t.id limit 1000) s"#,
        id,
        trashed,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Stores a new testimonial.
pub async fn insert_testimonial(
    connection: &mut PgConnection,
    id: Uuid,
    input: &TestimonialInput,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.testimonial (id, shown_name, locale, text, given_on, rating, position, created_by, updated_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        id,
        input.shown_name,
        input.locale.as_str(),
        input.text,
        input.given_on,
        input.rating,
        input.position,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes every field of a testimonial and raises its version.
pub async fn update_testimonial(
    connection: &mut PgConnection,
    id: Uuid,
    input: &TestimonialInput,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.testimonial
            set shown_name = $2, locale = $3, text = $4, given_on = $5, rating = $6, position = $7, version = version + 1,
                updated_at = clock_timestamp(), updated_by = $8
          where id = $1",
        id,
        input.shown_name,
        input.locale.as_str(),
        input.text,
        input.given_on,
        input.rating,
        input.position,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Raises the version of a testimonial, since what is recorded beside it is another.
pub async fn touch_testimonial(connection: &mut PgConnection, id: Uuid, by: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.testimonial set version = version + 1, updated_at = clock_timestamp(), updated_by = $2 where id = $1",
        id,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Records an authorization for the words as they stand. False where it would be signed later than today.
pub async fn insert_authorization(
    connection: &mut PgConnection,
    (id, testimonial): (Uuid, Uuid),
    input: &AuthorizationInput,
    by: Uuid,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "insert into cms.testimonial_authorization (id, testimonial_id, content_hash, signed_on, expires_on, document, recorded_by)
         select $1, t.id, sha256(convert_to(t.shown_name || E'\n' || t.text, 'UTF8')), $3, $4, $5, $6
           from cms.testimonial t
          where t.id = $2 and $3 <= (select k.today from cms.clinic_clock k)",
        id,
        testimonial,
        input.signed_on,
        input.expires_on,
        input.document,
        by,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Revokes an authorization.
pub async fn revoke_authorization(connection: &mut PgConnection, id: Uuid, by: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.testimonial_authorization set revoked_at = clock_timestamp(), revoked_by = $2 where id = $1",
        id,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}
