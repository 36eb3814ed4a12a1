//! Brings the schema up to date, as the owner of the tables. Refuses to wait for ever: several nodes may start at
//! once, so the lock is asked for again and again instead of being queued for (a queued advisory lock and
//! `create index concurrently` wait for each other).

use std::time::Duration;

use sqlx::{Connection, PgConnection, migrate::Migrator, postgres::PgConnectOptions};

use super::{OpenError, roles};

static MIGRATIONS: Migrator = sqlx::migrate!();

/// Any number, the same in every program of ours: who holds it is migrating this database.
const LOCK: i64 = 0x636c_696e_6963;
const TRIES: u32 = 600;
const PAUSE: Duration = Duration::from_millis(100);

/// The version of the newest migration in this program.
pub fn newest() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// Every migration of this program: version and description, oldest first.
pub fn known() -> Vec<(i64, String)> {
    MIGRATIONS.iter().map(|migration| (migration.version, migration.description.to_string())).collect()
}

/// Makes the two login roles and applies what is missing. Answers how many migrations were applied.
///
/// # Errors
/// [`OpenError::Roles`] where the owner may not make roles, with what to run; [`OpenError::Migration`].
pub async fn migrate(owner: &PgConnectOptions, roles: &roles::RolePasswords) -> Result<usize, OpenError> {
    let mut connection = PgConnection::connect_with(owner).await.map_err(OpenError::unreachable)?;
    lock(&mut connection).await?;
    let outcome = locked(&mut connection, roles).await;
    // The lock belongs to the session and goes with it.
    let _ = connection.close().await;
    outcome
}

/// Compares the schema with this program's, for a node that may not change it.
///
/// # Errors
/// [`OpenError::Outdated`].
pub async fn check(mut connection: PgConnection) -> Result<usize, OpenError> {
    let version = sqlx::query_scalar!("select version from site.schema_version").fetch_one(&mut connection).await;
    let _ = connection.close().await;
    match version {
        Ok(Some(version)) if version == newest() => Ok(0),
        Ok(_) | Err(sqlx::Error::Database(_)) => Err(OpenError::Outdated),
        Err(error) => Err(OpenError::unreachable(error)),
    }
}

async fn lock(connection: &mut PgConnection) -> Result<(), OpenError> {
    for _ in 0..TRIES {
        let row = sqlx::query_scalar!(r#"select pg_try_advisory_lock($1) as "held!""#, LOCK);
        if row.fetch_one(&mut *connection).await.map_err(OpenError::unreachable)? {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(OpenError::Locked)
}

async fn locked(connection: &mut PgConnection, passwords: &roles::RolePasswords) -> Result<usize, OpenError> {
    roles::ensure(connection, passwords).await?;
    roles::close_database(connection).await?;
    let before = applied(connection).await?;
    let mut migrator = sqlx::migrate!();
    migrator.set_locking(false);
    migrator.run(&mut *connection).await.map_err(|error| OpenError::Migration(error.to_string()))?;
    Ok(applied(connection).await?.saturating_sub(before))
}

/// How many migrations the database has; none before the first.
async fn applied(connection: &mut PgConnection) -> Result<usize, OpenError> {
    let table = sqlx::query_scalar!(r#"select to_regclass('public._sqlx_migrations') is not null as "there!""#);
    if !table.fetch_one(&mut *connection).await.map_err(OpenError::unreachable)? {
        return Ok(0);
    }
    let count = sqlx::query_scalar!(r#"select count(*) as "count!" from public._sqlx_migrations where success"#);
    let count = count.fetch_one(connection).await.map_err(OpenError::unreachable)?;
    Ok(usize::try_from(count).unwrap_or(0))
}
