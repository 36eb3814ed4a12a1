//! What the public may read of the organisation and its locations: the views of the schema `site`. Each read is one
//! round trip, so that an answer is of one instant.

use serde::Deserialize;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::clinic::{clinic::StoredClinic, location::StoredLocation};

/// The place of a record in the lists: its position, its name, its id.
pub type Place = (i32, String, Uuid);

/// Which part of a list to read.
#[derive(Clone, Debug)]
pub struct Part {
    /// Begin after this place; from the start where it is none.
    pub after: Option<Place>,
    /// Pass over so many.
    pub offset: i64,
    /// Read at most so many.
    pub fetch: i64,
}

impl Part {
    /// The place to begin after, in its parts.
    pub fn after(&self) -> (Option<i32>, Option<&str>, Option<Uuid>) {
        let place = self.after.as_ref();
        (place.map(|place| place.0), place.map(|place| place.1.as_str()), place.map(|place| place.2))
    }
}

/// A part of a list.
#[derive(Debug, Deserialize)]
pub struct Listed<T> {
    /// The language of those who ask for none; empty where the rows have no words of the program's own.
    #[serde(default)]
    pub default_locale: String,
    /// How many there are, counted up to [`crate::http::COUNTED`]; none where a cursor walks.
    pub total: Option<i64>,
    /// In the clinic's order, then by name.
    pub rows: Vec<T>,
}

/// The organisation with its first 200 locations.
pub async fn find_published_clinic(connection: &mut PgConnection) -> Result<Option<StoredClinic>, sqlx::Error> {
    let clinic = sqlx::query_scalar!(
        r#"select to_json(c) as "clinic!: Json<StoredClinic>"
             from (select k.id, k.name, k.legal_name, k.tagline, k.aliases, k.npi, k.tax_id, k.site_url,
                          k.default_locale, k.timezone, k.phones, k.email, k.social_links, k.version, k.updated_at,
                          (select coalesce(json_agg(s order by s.position, s.name, s.id), '[]')
                             from (select l.id, l.slug, l.name, l.address, l.phones, l.fax, l.email, l.timezone, l.hours, l.special_hours, l.holidays, l.departments, l.position,
                                          l.accessibility, l.parking, l.languages, l.payment_methods, l.insurance,
                                          l.accepting_new_patients, l.booking_url, l.closures, l.version, l.updated_at,
                                          case when l.latitude is not null
                                               then json_build_object('latitude', l.latitude, 'longitude', l.longitude) end as geo,
                                          json_build_object('code', l.status_code, 'note', l.status_note, 'until', l.status_until) as status
                                     from site.location l order by l.position, l.name, l.id limit 200) s) as locations,
                          (select coalesce(json_agg(n order by array_position('{urgent,warning,info}', n.severity), n.starts_at desc, n.id desc), '[]')
                             from site.notice n) as notices,
                          (select coalesce(json_agg(g order by g.kind, g.slug), '[]') from site.legal_notice g) as legal_notices,
                          (select floor(extract(epoch from h.changes_at - now()))::bigint from site.clinic_horizon h) as valid_for
                     from site.clinic k) c"#
    )
    .fetch_optional(connection)
    .await?;
    Ok(clinic.map(|clinic| clinic.0))
}

/// The organisation, as far as what belongs to it names it.
#[derive(Debug, Deserialize)]
pub struct Publisher {
    /// The name that patients know.
    pub name: String,
    /// The registered name.
    pub legal_name: Option<String>,
    /// As it was written.
    pub site_url: Option<String>,
}

/// A part of the locations.
pub async fn find_published_locations(
    connection: &mut PgConnection,
    part: &Part,
) -> Result<Listed<StoredLocation>, sqlx::Error> {
    let (position, name, id) = part.after();
    let listed = sqlx::query_scalar!(
        r#"select json_build_object(
                    'default_locale', (select coalesce(max(default_locale), 'en') from site.clinic),
                    'total', case when $1::text is null
                             then (select count(*) from (select 1 from site.location limit 10001) counted) end,
                    'rows', (select coalesce(json_agg(s order by s.position, s.name, s.id), '[]')
                               from (select l.id, l.slug, l.name, l.address, l.phones, l.fax, l.email, l.timezone, l.hours, l.special_hours, l.holidays, l.departments, l.position,
                                            l.accessibility, l.parking, l.languages, l.payment_methods, l.insurance,
                                            l.accepting_new_patients, l.booking_url, l.closures, l.services, l.providers, l.version, l.updated_at,
                                            case when l.latitude is not null
                                                 then json_build_object('latitude', l.latitude, 'longitude', l.longitude) end as geo,
                                            json_build_object('code', l.status_code, 'note', l.status_note, 'until', l.status_until) as status
                                       from site.location l
                                      where $1::text is null or (l.position, l.name, l.id) > ($5, $1, $2)
                                      order by l.position, l.name, l.id limit $3 offset $4) s)
                  ) as "listed!: Json<Listed<StoredLocation>>""#,
        name,
        id,
        part.fetch,
        part.offset,
        position,
    )
    .fetch_one(connection)
    .await?;
    Ok(listed.0)
}

/// A location with what an answer about it needs beside it.
#[derive(Debug)]
pub struct PublishedLocation {
    /// The location.
    pub location: StoredLocation,
    /// The language of those who ask for none.
    pub default_locale: String,
    /// Whose it is.
    pub publisher: Publisher,
}

/// The location of that slug, or of that id where `name` is one.
pub async fn find_published_location(
    connection: &mut PgConnection,
    name: &str,
) -> Result<Option<PublishedLocation>, sqlx::Error> {
    let id = name.parse::<Uuid>().ok();
    let row = sqlx::query!(
        r#"select to_json(s) as "location!: Json<StoredLocation>", k.default_locale as "default_locale!",
                  json_build_object('name', k.name, 'legal_name', k.legal_name, 'site_url', k.site_url) as "publisher!: Json<Publisher>"
             from (select l.id, l.slug, l.name, l.address, l.phones, l.fax, l.email, l.timezone, l.hours, l.special_hours, l.holidays, l.departments, l.position,
                          l.accessibility, l.parking, l.languages, l.payment_methods, l.insurance,
                          l.accepting_new_patients, l.booking_url, l.closures, l.services, l.providers, l.version, l.updated_at,
                          case when l.latitude is not null
                               then json_build_object('latitude', l.latitude, 'longitude', l.longitude) end as geo,
                          json_build_object('code', l.status_code, 'note', l.status_note, 'until', l.status_until) as status
                     from site.location l
                    where l.slug = $1 or l.id = $2
                    limit 1) s
             cross join site.clinic k"#,
        name,
        id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| PublishedLocation {
        location: row.location.0,
        default_locale: row.default_locale,
        publisher: row.publisher.0,
    }))
}
