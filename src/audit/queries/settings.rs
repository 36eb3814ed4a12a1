//! What the settings were.

use sqlx::PgConnection;

/// Whether the service has started before.
pub async fn has_seen_settings(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(r#"select exists (select from cms.setting_seen) as "seen!""#).fetch_one(connection).await
}

/// Keeps the fingerprints, and answers the names of those that are other than before, in their order.
pub async fn remember_settings(
    connection: &mut PgConnection,
    names: &[String],
    fingerprints: &[Vec<u8>],
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"with told as (
             insert into cms.setting_seen as kept (name, fingerprint)
             select name, fingerprint from unnest($1::text[], $2::bytea[]) as now (name, fingerprint)
             on conflict (name) do update set fingerprint = excluded.fingerprint
              where kept.fingerprint <> excluded.fingerprint
             returning name)
           select name as "name!" from told order by name"#,
        names,
        fingerprints,
    )
    .fetch_all(connection)
    .await
}
