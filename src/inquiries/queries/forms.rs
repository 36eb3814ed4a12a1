//! The forms, and what a body refers to.

use serde_json::json;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::{
    db::DbError,
    http::ApiError,
    inquiries::{
        form::{DEFAULT_HONEYPOT, DEFAULT_SLUG, Form, FormNotice, default_notices},
        input::{Named, NamedLocation},
    },
};

/// Makes sure that there is a default form; `id` is taken if there is none. For the owner's connection.
///
/// # Errors
/// Those of the database.
pub async fn ensure_default_form(connection: &mut PgConnection, id: Uuid) -> Result<(), DbError> {
    sqlx::query!(
        "insert into cms.form (id, slug, name, honeypot, notices, is_default)
         select $1, $2, 'Contact', $3, $4, true where not exists (select from cms.form where is_default)
             on conflict do nothing",
        id,
        DEFAULT_SLUG,
        DEFAULT_HONEYPOT,
        json!(default_notices()),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A form by its slug, as the public sees it.
///
/// # Errors
/// Those of the database.
pub async fn find_public_form(connection: &mut PgConnection, slug: &str) -> Result<Option<Form>, ApiError> {
    let row = sqlx::query!(
        r#"select id as "id!", slug as "slug!", name as "name!", honeypot as "honeypot!",
                  notices as "notices!: Json<Vec<FormNotice>>", is_default as "is_default!"
             from site.form where slug = $1"#,
        slug,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Form {
        id: row.id,
        slug: row.slug,
        name: row.name,
        honeypot: row.honeypot,
        notices: row.notices.0,
        is_default: row.is_default,
    }))
}

/// The form of that slug, or the default form, and the public location of that slug or id: one round trip.
///
/// # Errors
/// Those of the database.
pub async fn find_public_references(
    connection: &mut PgConnection,
    form: Option<&str>,
    location: Option<&str>,
) -> Result<Named, ApiError> {
    let row = sqlx::query!(
        r#"select f.id as "id?", f.slug as "slug?", f.name as "name?", f.honeypot as "honeypot?",
                  f.notices as "notices?: Json<Vec<FormNotice>>", f.is_default as "is_default?",
                  l.id as "location_id?", l.address->>'country' as "country?"
             from (select $1::text as form, $2::text as location) asked
             left join site.form f on case when asked.form is null then f.is_default else f.slug = asked.form end
             left join site.location l on l.slug = asked.location or l.id::text = asked.location
            limit 1"#,
        form,
        location,
    )
    .fetch_one(connection)
    .await?;
    let form = match (row.id, row.slug, row.name, row.honeypot, row.notices, row.is_default) {
        (Some(id), Some(slug), Some(name), Some(honeypot), Some(Json(notices)), Some(is_default)) => {
            Some(Form { id, slug, name, honeypot, notices, is_default })
        }
        _ => None,
    };
    let location = row.location_id.map(|id| NamedLocation { id, country: row.country });
    Ok(Named { form, location })
}
