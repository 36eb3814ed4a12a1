//! Imported resources as an import keeps them and an export gives them back.

use serde_json::Value;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

/// An imported resource.
#[derive(Clone, Debug)]
pub struct KeptResource {
    /// Its text.
    pub resource: String,
    /// What the record said when it was imported; none for a resource that is no record.
    pub mapped: Option<Json<Value>>,
    /// The record that it is, or that it hangs on.
    pub record_id: Option<Uuid>,
}

/// The resource of that type and id, locked until the transaction ends.
pub async fn find_kept_resource(
    connection: &mut PgConnection,
    kind: &str,
    fhir_id: &str,
) -> Result<Option<KeptResource>, sqlx::Error> {
    sqlx::query_as!(
        KeptResource,
        r#"select resource::text as "resource!", mapped as "mapped: Json<Value>", record_id
             from cms.fhir_resource where resource_type = $1 and fhir_id = $2 for update"#,
        kind,
        fhir_id
    )
    .fetch_optional(connection)
    .await
}

/// The record that a resource became: the one that it was imported as, or the one whose id it has, also in the trash.
pub async fn find_record_of_resource(
    connection: &mut PgConnection,
    kind: &str,
    fhir_id: &str,
) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select coalesce(
                    (select f.record_id from cms.fhir_resource f
                      where f.resource_type = $1 and f.fhir_id = $2 and f.mapped is not null),
                    case $1 when 'Organization' then (select c.id from cms.clinic c where c.id::text = $2)
                            when 'Location' then (select l.id from cms.location l where l.id::text = $2)
                            when 'HealthcareService' then (select s.id from cms.service s where s.id::text = $2)
                            else (select p.id from cms.provider p where p.id::text = $2) end) as id"#,
        kind,
        fhir_id
    )
    .fetch_one(connection)
    .await
}

/// The record outside the trash that a reference to a resource names.
pub async fn find_named_record(
    connection: &mut PgConnection,
    kind: &str,
    fhir_id: &str,
) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"with record as (
             select l.id from site.location l where $1 = 'Location'
              union all
             select p.id from site.provider p where $1 = 'Practitioner')
           select r.id as "id!" from record r
             left join cms.fhir_resource f on f.resource_type = $1 and f.record_id = r.id and f.mapped is not null
            where coalesce(f.fhir_id, r.id::text collate "C") = $2"#,
        kind,
        fhir_id
    )
    .fetch_optional(connection)
    .await
}

/// The id of the resource that a record was imported as.
pub async fn find_resource_of_record(
    connection: &mut PgConnection,
    kind: &str,
    record: Uuid,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "select fhir_id from cms.fhir_resource where resource_type = $1 and record_id = $2 and mapped is not null",
        kind,
        record
    )
    .fetch_optional(connection)
    .await
}

/// A resource to be kept.
#[derive(Clone, Debug)]
pub struct NewResource<'a> {
    /// Its type.
    pub kind: &'a str,
    /// Its id.
    pub fhir_id: &'a str,
    /// What its Bundle called it.
    pub full_url: Option<&'a str>,
    /// Its text.
    pub resource: &'a str,
    /// The text for everybody, where that is another.
    pub shown: Option<&'a str>,
}

/// Keeps a resource: a new one, or what one says now.
pub async fn keep_resource(
    connection: &mut PgConnection,
    new: &NewResource<'_>,
    record: Option<Uuid>,
    mapped: Option<&Value>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.fhir_resource (resource_type, fhir_id, full_url, resource, shown, record_id, mapped)
         values ($1, $2, $3, $4::text::json, $5::text::json, $6, $7)
         on conflict (resource_type, fhir_id) do update
            set full_url = coalesce(excluded.full_url, fhir_resource.full_url), resource = excluded.resource,
                shown = excluded.shown, record_id = excluded.record_id, mapped = excluded.mapped,
                imported_at = clock_timestamp()",
        new.kind,
        new.fhir_id,
        new.full_url,
        new.resource,
        new.shown,
        record,
        mapped.map(Json) as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes down anew what a record said when it was imported.
pub async fn update_mapped(
    connection: &mut PgConnection,
    kind: &str,
    fhir_id: &str,
    mapped: &Value,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.fhir_resource set mapped = $3 where resource_type = $1 and fhir_id = $2 and mapped is not null",
        kind,
        fhir_id,
        Json(mapped) as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The whole texts of resources, with what their Bundle called them.
pub async fn find_whole_resources(
    connection: &mut PgConnection,
    kind: &str,
    fhir_ids: &[String],
) -> Result<Vec<(String, String, Option<String>)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select fhir_id, resource::text as "resource!", full_url
             from cms.fhir_resource where resource_type = $1 and fhir_id = any ($2)"#,
        kind,
        fhir_ids
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.fhir_id, row.resource, row.full_url)).collect())
}
