//! What is compared with each other: the record, and the texts that speak of it. Staff alone see these rows.

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::clinic::consistency::{OwnRecord, WrittenText};

/// The record outside the trash: numbers, addresses, hours, licences, risks.
pub async fn find_own_record(connection: &mut PgConnection) -> Result<OwnRecord, sqlx::Error> {
    let record = sqlx::query_scalar!(
        r#"select json_build_object(
                    'clinic', (select json_build_object('id', c.id, 'name', c.name, 'npi', c.npi, 'phones', c.phones, 'timezone', c.timezone)
                                 from cms.clinic c limit 1),
                    'locations', (select coalesce(json_agg(s order by s.name, s.id), '[]')
                                    from (select l.id, l.slug, l.name, l.address, l.phones, l.fax, l.timezone, l.hours, l.special_hours, l.departments,
                                                 l.status_code, l.status_until
                                            from cms.location l where l.trashed_at is null) s),
                    'providers', (select coalesce(json_agg(s order by s.name, s.id), '[]')
                                    from (select p.id, p.slug, p.display_name as name, p.npi, p.licences
                                            from cms.provider p where p.trashed_at is null) s),
                    'services', (select coalesce(json_agg(s order by s.name, s.id), '[]')
                                   from (select v.id, v.slug, v.name
                                           from cms.service v
                                          where v.trashed_at is null and v.fda_status in ('off_label', 'compounded')
                                            and v.risks = '{}') s)
                  ) as "record!: Json<OwnRecord>""#
    )
    .fetch_one(connection)
    .await?;
    Ok(record.0)
}

/// The next texts of a part after an id, in the order of the ids.
pub async fn list_written_texts(
    connection: &mut PgConnection,
    part: &str,
    after: Uuid,
    fetch: i64,
) -> Result<Vec<WrittenText>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"select to_json(s) as "text!: Json<WrittenText>"
             from (select t.id, t.slug, t.name, t.draft, t.passages
                     from cms.written_text t
                    where t.part = $1 and t.id > $2 order by t.id limit $3) s
            order by s.id"#,
        part,
        after,
        fetch,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}
