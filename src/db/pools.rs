//! The two doors to the database. A handler that holds [`PublicDb`] cannot select a draft, an account or an
//! inquiry: the role behind it may not. Refuses to let a client that hangs up leave a transaction half done:
//! every unit of work runs in a task of its own, under a deadline, on a connection that is closed when it is missed.
//! (sqlx 0.9 can return a connection inside a transaction when `begin` is cancelled, transact-rs/sqlx #4385.)

use std::{future::Future, sync::Arc, time::Duration};

use sqlx::{
    Connection, PgConnection, PgPool,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::{Changes, DbError};

/// Every unit of work ends by then.
pub const DEADLINE: Duration = Duration::from_secs(5);
/// How long a request waits for a connection before it is told to come back.
const ACQUIRE: Duration = Duration::from_secs(2);

/// Reads of the published views and the few functions of the schema `site`, as the role `cms_public`.
#[derive(Clone, Debug)]
pub struct PublicDb(PgPool);

/// Staff requests and sign-in, as the role `cms_staff`.
#[derive(Clone, Debug)]
pub struct StaffDb {
    pool: PgPool,
    changes: Arc<Changes>,
}

impl PublicDb {
    /// Opens the pool lazily: a database that is down at start is waited for, not died of.
    pub fn open(options: PgConnectOptions, connections: u32) -> Self {
        Self(pool(options, connections))
    }

    /// Runs one statement, or one call, outside a transaction of ours.
    ///
    /// # Errors
    /// [`DbError::Busy`] without a connection, [`DbError::Deadline`] after [`DEADLINE`], and what `work` answers.
    pub async fn read<T, E>(&self, work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, E> + 'static) -> Result<T, E>
    where
        T: 'static,
        E: From<DbError> + 'static,
    {
        let pool = self.0.clone();
        unit(async move {
            let mut connection = acquire(&pool).await?;
            let outcome = tokio::time::timeout(DEADLINE, work(&mut connection)).await;
            outcome.unwrap_or_else(|_| Err(abandon(connection)))
        })
        .await
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.0.close().await;
    }
}

impl StaffDb {
    /// Opens the pool lazily, as [`PublicDb::open`] does.
    pub fn open(options: PgConnectOptions, connections: u32) -> Self {
        Self { pool: pool(options, connections), changes: Arc::default() }
    }

    /// What has changed of the content: the commits of this pool count before [`StaffDb::transact`] answers.
    pub fn changes(&self) -> &Arc<Changes> {
        &self.changes
    }

    /// Runs `work` in one transaction that is committed when it answers `Ok` and rolled back otherwise.
    ///
    /// # Errors
    /// As [`PublicDb::read`]. After [`DbError::Deadline`] the outcome is unknown if COMMIT was under way.
    pub async fn transact<T, E>(
        &self,
        work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, E> + 'static,
    ) -> Result<T, E>
    where
        T: 'static,
        E: From<DbError> + 'static,
    {
        let (pool, changes) = (self.pool.clone(), Arc::clone(&self.changes));
        unit(async move {
            let mut connection = acquire(&pool).await?;
            let outcome = tokio::time::timeout(DEADLINE, committed(&mut connection, &changes, work)).await;
            outcome.unwrap_or_else(|_| Err(abandon(connection)))
        })
        .await
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

async fn committed<T, E: From<DbError>>(
    connection: &mut PgConnection,
    changes: &Changes,
    work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, E>,
) -> Result<T, E> {
    let mut transaction = connection.begin().await.map_err(DbError::from)?;
    let answer = work(&mut transaction).await?;
    transaction.commit().await.map_err(DbError::from)?;
    changes.own_commit(connection).await;
    Ok(answer)
}

/// A disconnecting client cancels the future that waits here, and not the work.
async fn unit<T: 'static, E: From<DbError> + 'static>(
    work: impl Future<Output = Result<T, E>> + 'static,
) -> Result<T, E> {
    tokio::task::spawn_local(work).await.unwrap_or_else(|_| Err(DbError::Failed { code: "panic".to_owned() }.into()))
}

async fn acquire(pool: &PgPool) -> Result<PoolConnection<sqlx::Postgres>, DbError> {
    Ok(pool.acquire().await?)
}

/// A connection whose statement is still running is of no use to the next request.
fn abandon<E: From<DbError>>(connection: PoolConnection<sqlx::Postgres>) -> E {
    drop(connection.detach());
    DbError::Deadline.into()
}

fn pool(options: PgConnectOptions, connections: u32) -> PgPool {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE)
        .idle_timeout(Duration::from_mins(10))
        // A ping before each use costs 20 µs; a dead connection fails its one request as busy instead.
        .test_before_acquire(false)
        .connect_lazy_with(options)
}
