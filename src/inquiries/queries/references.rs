//! The forms as the public sees them, and what a body refers to.

use sqlx::{PgConnection, types::Json};

use crate::{
    http::ApiError,
    inquiries::{
        form::{Form, Route},
        input::{Named, NamedLocation, References},
    },
};

/// A form by its slug, as the public sees it.
///
/// # Errors
/// Those of the database.
pub async fn find_public_form(connection: &mut PgConnection, slug: &str) -> Result<Option<Form>, ApiError> {
    let form = sqlx::query_scalar!(
        r#"select to_json(s) as "form!: Json<Form>"
             from (select f.*, (select coalesce(max(k.default_locale), 'en') from site.clinic k) as default_locale
                     from site.form f where f.slug = $1) s"#,
        slug,
    )
    .fetch_optional(connection)
    .await?;
    Ok(form.map(|form| form.0))
}

/// Whether pages of the origin may post some form.
///
/// # Errors
/// Those of the database.
pub async fn may_post_from(connection: &mut PgConnection, origin: &str) -> Result<bool, ApiError> {
    let named = sqlx::query_scalar!(
        r#"select exists (select from site.form f where $1 = any (f.allowed_origins)) as "named!""#,
        origin,
    )
    .fetch_one(connection)
    .await?;
    Ok(named)
}

/// What a body names: the form of that slug, or the default form, the public location of that slug or id, and the
/// service of that slug, id or name; and where the form sends it: one round trip.
///
/// # Errors
/// Those of the database.
pub async fn find_public_references(connection: &mut PgConnection, names: &References) -> Result<Named, ApiError> {
    let row = sqlx::query!(
        r#"select to_json(f) as "form?: Json<Form>", l.id as "location_id?", l.address->>'country' as "country?",
                  s.id as "service_id?", r.value as "route?: Json<Route>", h.hours as "hours?",
                  (select coalesce(sum(e.version), 0) from site.emergency_rule e) as "rules_stamp!",
                  (select s.value from site.reference_stamp s) as "stamp!"
             from (select $1::text as form, $2::text as location, $3::text as service) asked
             left join lateral (
               select f.*, (select coalesce(max(k.default_locale), 'en') from site.clinic k) as default_locale
                 from site.form f
                where case when asked.form is null then f.is_default else f.slug = asked.form end) f on true
             left join site.location l on l.slug = asked.location or l.id::text = asked.location
             left join lateral (
               select s.id from site.service s
                where s.slug = asked.service or s.id::text = asked.service or lower(s.name) = lower(asked.service)
                order by s.slug = asked.service desc, s.id limit 1) s on true
             left join lateral (
               select r.value from jsonb_array_elements(f.routes) with ordinality as r (value, position)
                where r.value->>'service_id' = s.id::text
                order by r.position limit 1) r on true
             left join lateral (
               select jsonb_build_object('timezone', h.timezone, 'hours', h.hours, 'special_hours', h.special_hours,
                                         'holidays', h.holidays, 'closures', h.closures, 'status_code', h.status_code,
                                         'status_until', h.status_until) as hours
                 from site.location h
                order by h.id = coalesce(l.id, (r.value->>'location_id')::uuid, f.location_id) desc nulls last,
                         h.position, h.name, h.id limit 1) h on true
            limit 1"#,
        names.form,
        names.location,
        names.service,
    )
    .fetch_one(connection)
    .await?;
    let location = row.location_id.map(|id| NamedLocation { id, country: row.country });
    let route = row.route.map(|route| route.0);
    let form = row.form.map(|form| form.0);
    Ok(Named {
        form,
        location,
        service: row.service_id,
        route,
        hours: row.hours,
        rules_stamp: row.rules_stamp,
        stamp: row.stamp,
        emergencies: [].into(),
    })
}
