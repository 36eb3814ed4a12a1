//! What the public may read as FHIR: the views of the schema `site`, each record with the resource that it was imported
//! as, and the resources that are no record.

use serde_json::Value;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::UNNAMED;
use crate::clinic::{fhir::PublishedClinic, location::StoredLocation, provider::Provider, service::Service};

/// Which resources of a type to read.
#[derive(Clone, Debug, Default)]
pub struct FhirPart {
    /// Begin after this id.
    pub after: Option<String>,
    /// No others than these ids.
    pub ids: Option<Vec<String>>,
    /// Read at most so many.
    pub fetch: i64,
}

/// A resource as the database has it.
#[derive(Debug)]
pub struct FhirRow<T> {
    /// Unique among its type.
    pub fhir_id: String,
    /// The record that it is, or that it hangs on.
    pub record_id: Option<Uuid>,
    /// The record; none for a resource that is none.
    pub record: Option<Json<T>>,
    /// The text of the imported resource; none for a record that was not imported.
    pub resource: Option<String>,
    /// What the record said when it was imported.
    pub mapped: Option<Json<Value>>,
}

macro_rules! rows {
    ($find:ident, $what:literal, $kind:literal, $row:ty, $column:literal, $view:literal, $record:literal) => {
        #[doc = concat!("The resources of ", $what, ", in the order of their ids.")]
        pub async fn $find(connection: &mut PgConnection, part: &FhirPart) -> Result<Vec<FhirRow<$row>>, sqlx::Error> {
            sqlx::query_as!(
                FhirRow::<$row>,
                r#"select k.fhir_id as "fhir_id!", k.record_id, k.resource, k.mapped as "mapped: Json<Value>",
                          (select "#
                    + $record
                    + " from "
                    + $view
                    + r#" r where r.id = k.record_id and k.is_record) as "#
                    + $column
                    + r#"
                     from (select coalesce(f.fhir_id, r.id::text collate "C") as fhir_id, r.id as record_id, true as is_record,
                                  f.resource::text as resource, f.mapped
                             from "#
                    + $view
                    + r#" r
                             left join site.fhir_resource f
                               on f.resource_type = '"#
                    + $kind
                    + r#"' and f.record_id = r.id and f.mapped is not null
                            where r.name::text <> $4 or '"#
                    + $kind
                    + r#"' <> 'Organization'
                            union all
                           select f.fhir_id, f.record_id, false, f.resource::text, null::jsonb
                             from site.fhir_resource f
                            where f.resource_type = '"#
                    + $kind
                    + r#"' and f.mapped is null) k
                    where ($1::text is null or k.fhir_id > $1) and ($2::text[] is null or k.fhir_id = any ($2))
                    order by k.fhir_id limit $3"#,
                part.after,
                part.ids.as_deref(),
                part.fetch,
                UNNAMED,
            )
            .fetch_all(connection)
            .await
        }
    };
}

// Whole rows of the views: a column that a record gains is a column of the program's record as well.
rows!(
    find_fhir_organizations,
    "the clinic and of the organisations that an import knows",
    "Organization",
    PublishedClinic,
    r#""record: Json<PublishedClinic>""#,
    "site.clinic",
    r"to_jsonb(r) || jsonb_build_object('addresses',
        (select coalesce(jsonb_agg(a.address order by a.name, a.id), '[]')
           from (select l.address, l.name, l.id from site.location l
                  where l.status_code <> 'permanently_closed' order by l.name, l.id limit 20) a))"
);
rows!(
    find_fhir_locations,
    "locations",
    "Location",
    StoredLocation,
    r#""record: Json<StoredLocation>""#,
    "site.location",
    r"to_jsonb(r) || jsonb_build_object(
        'geo', case when r.latitude is not null then jsonb_build_object('latitude', r.latitude, 'longitude', r.longitude) end,
        'status', jsonb_build_object('code', r.status_code, 'note', r.status_note, 'until', r.status_until))"
);
rows!(
    find_fhir_practitioners,
    "providers as persons",
    "Practitioner",
    Provider,
    r#""record: Json<Provider>""#,
    "site.provider",
    "to_jsonb(r)"
);
rows!(
    find_fhir_practitioner_roles,
    "what providers do where",
    "PractitionerRole",
    Provider,
    r#""record: Json<Provider>""#,
    "site.provider",
    "to_jsonb(r)"
);
rows!(
    find_fhir_healthcare_services,
    "services",
    "HealthcareService",
    Service,
    r#""record: Json<Service>""#,
    "site.service",
    r"(to_jsonb(r) - '{body_html,body_text}'::text[]) || jsonb_build_object(
        'body', jsonb_build_object('format', 'markdown', 'headings', r.headings, 'value', r.body_markdown))"
);

/// What every mapping has to know of the clinic.
#[derive(Debug)]
pub struct FhirClinic {
    /// UUIDv7.
    pub id: Uuid,
    /// The name; none while nobody has given it one.
    pub name: Option<String>,
    /// IANA.
    pub timezone: String,
}

/// The clinic, as far as every mapping has to know it.
pub async fn find_fhir_clinic(connection: &mut PgConnection) -> Result<Option<FhirClinic>, sqlx::Error> {
    sqlx::query_as!(
        FhirClinic,
        r#"select c.id as "id!", nullif(c.name, $1) as name, c.timezone as "timezone!" from site.clinic c limit 1"#,
        UNNAMED
    )
    .fetch_optional(connection)
    .await
}

/// The ids under which records were imported, by type and record.
pub async fn find_fhir_ids(
    connection: &mut PgConnection,
    records: &[Uuid],
) -> Result<Vec<(String, Uuid, String)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select f.resource_type as "resource_type!", f.record_id as "record_id!", f.fhir_id as "fhir_id!"
             from site.fhir_resource f where f.mapped is not null and f.record_id = any ($1)"#,
        records
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.resource_type, row.record_id, row.fhir_id)).collect())
}
