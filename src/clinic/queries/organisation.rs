//! The one row of the organisation as staff read and write it.

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::{
    clinic::{
        clinic::StaffClinic,
        input::ClinicInput,
        values::{Npi, TaxId, WebAddress},
    },
    contact::Email,
};

/// The name that the record begins with.
pub const UNNAMED: &str = "New clinic";

/// Makes the organisation's row where there is none. Only the owner of the tables may.
pub async fn insert_clinic_if_missing(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.clinic (id, name, default_locale, timezone) values ($1, $2, 'en', 'UTC')
         on conflict do nothing",
        id,
        UNNAMED,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The organisation.
pub async fn find_clinic_for_staff(connection: &mut PgConnection) -> Result<Option<StaffClinic>, sqlx::Error> {
    let clinic = sqlx::query_scalar!(
        r#"select to_json(s) as "clinic!: Json<StaffClinic>"
             from (select c.id, c.name, c.legal_name, c.tagline, c.aliases, c.npi, c.tax_id, c.site_url,
                          c.default_locale, c.timezone, c.phones, c.email, c.social_links, c.version, c.created_at,
                          c.updated_at,
                          (select json_build_object('id', a.id, 'name', a.name)
                             from cms.account a where a.id = c.updated_by) as updated_by
                     from cms.clinic c) s"#
    )
    .fetch_optional(connection)
    .await?;
    Ok(clinic.map(|clinic| clinic.0))
}

/// Keeps everybody else from writing the organisation until the transaction ends.
pub async fn lock_clinic(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query_scalar!("select id from cms.clinic for no key update").fetch_optional(connection).await?;
    Ok(())
}

/// Writes every field of the organisation and raises its version. `by` is none for the program itself.
pub async fn update_clinic(
    connection: &mut PgConnection,
    input: &ClinicInput,
    by: Option<Uuid>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.clinic
            set name = $1, legal_name = $2, tagline = $3, aliases = $4, npi = $5, tax_id = $6, site_url = $7,
                default_locale = $8, timezone = $9, phones = $10, email = $11, social_links = $12,
                version = version + 1, updated_at = clock_timestamp(), updated_by = $13",
        input.name,
        input.legal_name,
        input.tagline,
        &input.aliases,
        input.npi.as_ref().map(Npi::as_str),
        input.tax_id.as_ref().map(TaxId::as_str),
        input.site_url.as_ref().map(WebAddress::as_str),
        input.default_locale.as_str(),
        input.timezone.as_str(),
        Json(&input.phones) as _,
        input.email.as_ref().map(Email::as_str),
        Json(&input.social_links) as _,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}
