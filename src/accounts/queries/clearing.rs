//! The removal of what is over. Rows that somebody is at work on are passed over.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::accounts::clearing::Cleared;

/// Any number, the same in every program of ours: who holds it is clearing this database.
const LEASE: i64 = 0x636c_6561_7200;

/// Takes the work for this transaction; false where another node is at it.
///
/// # Errors
/// Those of the database.
pub async fn lease_clearing(transaction: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock($1) as "held!""#, LEASE).fetch_one(transaction).await
}

/// Removes up to `most` rows that ended before `horizon`. Answers how many went.
///
/// # Errors
/// Those of the database.
pub async fn clear(
    transaction: &mut PgConnection,
    kind: Cleared,
    horizon: DateTime<Utc>,
    most: i64,
) -> Result<u64, sqlx::Error> {
    let done = match kind {
        Cleared::HalfSignIns => sqlx::query!(
            "delete from cms.half_sign_in where hash in
                (select hash from cms.half_sign_in where expires_at < $1 limit $2 for update skip locked)",
            horizon,
            most,
        ),
        // The youngest go first: each row names the one before, and takes with it what names it.
        Cleared::RefreshTokens => sqlx::query!(
            "delete from cms.refresh_token where hash in
                (select t.hash from cms.refresh_token t join cms.session s on s.id = t.session_id
                  where least(s.revoked_at, s.expires_at) < $1
                  order by t.session_id, t.issued_at desc limit $2 for update of t skip locked)",
            horizon,
            most,
        ),
        Cleared::Sessions => sqlx::query!(
            "delete from cms.session where id in
                (select s.id from cms.session s
                  where least(s.revoked_at, s.expires_at) < $1
                    and not exists (select from cms.refresh_token t where t.session_id = s.id)
                    and exists (select from cms.session later where later.account_id = s.account_id and later.id > s.id)
                  limit $2 for update of s skip locked)",
            horizon,
            most,
        ),
        Cleared::OneTimeTokens => sqlx::query!(
            "delete from cms.one_time_token where hash in
                (select hash from cms.one_time_token where least(used_at, expires_at) < $1 limit $2
                    for update skip locked)",
            horizon,
            most,
        ),
        Cleared::KnownPlaces => sqlx::query!(
            "delete from cms.known_place where (account_id, key) in
                (select account_id, key from cms.known_place where last_seen_at < $1 limit $2 for update skip locked)",
            horizon,
            most,
        ),
        Cleared::FailedAttempts => sqlx::query!(
            "delete from cms.failed_attempt where key in
                (select key from cms.failed_attempt where window_ends_at < $1 limit $2 for update skip locked)",
            horizon,
            most,
        ),
        Cleared::PasskeyCeremonies => sqlx::query!(
            "delete from cms.passkey_ceremony where hash in
                (select hash from cms.passkey_ceremony where expires_at < $1 limit $2 for update skip locked)",
            horizon,
            most,
        ),
        Cleared::OidcFlows => sqlx::query!(
            "delete from cms.oidc_flow where id in
                (select id from cms.oidc_flow where expires_at < $1 limit $2 for update skip locked)",
            horizon,
            most,
        ),
        Cleared::OidcHandovers => sqlx::query!(
            "delete from cms.oidc_handover where code_hash in
                (select code_hash from cms.oidc_handover where expires_at < $1 limit $2 for update skip locked)",
            horizon,
            most,
        ),
    };
    Ok(done.execute(transaction).await?.rows_affected())
}
