//! Where imported locations and providers come from.

use sqlx::PgConnection;
use uuid::Uuid;

/// What is known of a listing that was imported before.
#[derive(Clone, Debug)]
pub struct KnownListing {
    /// The location or provider.
    pub id: Uuid,
    /// SHA-256 of what the source said then.
    pub said: Vec<u8>,
    /// Whether nobody has touched the record since, nor put it into the trash.
    pub is_untouched: bool,
}

/// The location or provider that a source calls `key`. Waits for whoever is importing it at the same time.
pub async fn find_listing(
    connection: &mut PgConnection,
    kind: &str,
    source: &str,
    key: &str,
) -> Result<Option<KnownListing>, sqlx::Error> {
    sqlx::query!("select pg_advisory_xact_lock(hashtext('cms.listing_origin'))").execute(&mut *connection).await?;
    sqlx::query_as!(
        KnownListing,
        r#"select coalesce(o.location_id, o.provider_id) as "id!", o.said,
                  coalesce(l.version = o.version and l.trashed_at is null,
                           p.version = o.version and p.trashed_at is null, false) as "is_untouched!"
             from cms.listing_origin o
             left join cms.location l on l.id = o.location_id
             left join cms.provider p on p.id = o.provider_id
            where o.kind = $1 and o.source = $2 and o.source_key = $3"#,
        kind,
        source,
        key,
    )
    .fetch_optional(connection)
    .await
}

/// Writes down where a location comes from, with the version that it has now.
pub async fn put_location_origin(
    connection: &mut PgConnection,
    source: &str,
    key: &str,
    id: Uuid,
    said: &[u8],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.listing_origin (kind, source, source_key, location_id, said, version)
         select 'location', $1, $2, l.id, $4, l.version from cms.location l where l.id = $3
             on conflict (kind, source, source_key)
             do update set location_id = excluded.location_id, said = excluded.said, version = excluded.version",
        source,
        key,
        id,
        said,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes down where a provider comes from, with the version that it has now.
pub async fn put_provider_origin(
    connection: &mut PgConnection,
    source: &str,
    key: &str,
    id: Uuid,
    said: &[u8],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.listing_origin (kind, source, source_key, provider_id, said, version)
         select 'provider', $1, $2, p.id, $4, p.version from cms.provider p where p.id = $3
             on conflict (kind, source, source_key)
             do update set provider_id = excluded.provider_id, said = excluded.said, version = excluded.version",
        source,
        key,
        id,
        said,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether a provider outside the trash has this NPI, or this name where there is none.
pub async fn has_provider_called(
    connection: &mut PgConnection,
    npi: Option<&str>,
    display_name: &str,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select 1 from cms.provider
                           where trashed_at is null
                             and (npi = $1 or (($1 is null or npi is null) and lower(display_name) = lower($2)))) as "there!""#,
        npi,
        display_name,
    )
    .fetch_one(connection)
    .await
}

/// The ids of locations outside the trash that a table names: by what its own source calls them, by slug, or by a name that
/// only one has; none for a name that says none.
pub async fn find_named_locations(
    connection: &mut PgConnection,
    source: &str,
    names: &[String],
) -> Result<Vec<Option<Uuid>>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select coalesce(
                    (select o.location_id from cms.listing_origin o join cms.location l on l.id = o.location_id
                      where o.kind = 'location' and o.source = $1 and o.source_key = n.name and l.trashed_at is null),
                    (select l.id from cms.location l where l.slug = n.name and l.trashed_at is null),
                    (select (array_agg(l.id))[1] from cms.location l
                      where lower(l.name) = lower(n.name) and l.trashed_at is null having count(*) = 1)) as id
             from unnest($2::text[]) with ordinality as n (name, place)
            order by n.place"#,
        source,
        names,
    )
    .fetch_all(connection)
    .await
}

/// What a source calls the locations that it brought.
pub async fn list_location_keys(
    connection: &mut PgConnection,
    source: &str,
) -> Result<Vec<(Uuid, String)>, sqlx::Error> {
    let keys = sqlx::query!(
        r#"select location_id as "id!", source_key from cms.listing_origin
            where kind = 'location' and source = $1 order by source_key"#,
        source,
    )
    .fetch_all(connection)
    .await?;
    Ok(keys.into_iter().map(|key| (key.id, key.source_key)).collect())
}
