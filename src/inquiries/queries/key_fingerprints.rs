//! Which keys this database was written with.

use sqlx::PgConnection;

/// A key that the database knows.
#[derive(Debug)]
pub struct KnownKey {
    /// `index`, `purpose` or `encryption-<id>`.
    pub name: String,
    /// Keyed: it tells nothing of the key.
    pub fingerprint: String,
    /// Whether stored inquiries need it and it is none of those that were asked about.
    pub is_missed: bool,
}

/// Leaves the fingerprints of keys that the database does not know yet.
///
/// # Errors
/// Those of the database.
pub async fn insert_fingerprints(
    transaction: &mut PgConnection,
    names: &[String],
    fingerprints: &[String],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.key_fingerprint (name, fingerprint)
         select name, fingerprint from unnest($1::text[], $2::text[]) as ours(name, fingerprint)
             on conflict (name) do nothing",
        names,
        fingerprints,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Every key that the database knows; `names` are those at hand.
///
/// # Errors
/// Those of the database.
pub async fn find_known_keys(transaction: &mut PgConnection, names: &[String]) -> Result<Vec<KnownKey>, sqlx::Error> {
    sqlx::query_as!(
        KnownKey,
        r#"select k.name, k.fingerprint,
                  k.name <> all ($1) and exists (select from cms.inquiry i where 'encryption-' || i.key_id = k.name)
                    as "is_missed!"
             from cms.key_fingerprint k order by k.name"#,
        names,
    )
    .fetch_all(transaction)
    .await
}
