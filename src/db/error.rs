//! What can go wrong with the database, as far as a caller can act on it. Never carries SQL or values.

use sqlx::postgres::PgDatabaseError;

/// A failure of the database.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// No connection within two seconds, the server is restarting or it stopped the query: worth another try.
    #[error("the database is busy or away")]
    Busy,
    /// The work did not end by its deadline; its connection was closed.
    #[error("the database did not answer in time")]
    Deadline,
    /// A named constraint refused the row.
    #[error("constraint {0} refused the row")]
    Constraint(String),
    /// Anything else. The code is PostgreSQL's SQLSTATE where it sent one.
    #[error("database failure ({code})")]
    Failed {
        /// SQLSTATE, or the kind of the driver's own failure.
        code: String,
    },
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => Self::Busy,
            sqlx::Error::Database(database) => database
                .try_downcast_ref::<PgDatabaseError>()
                .map_or_else(|| Self::Failed { code: "unknown".to_owned() }, from_postgres),
            sqlx::Error::RowNotFound => Self::Failed { code: "row_not_found".to_owned() },
            other => {
                tracing::error!(kind = driver_failure(other), "the database driver failed");
                Self::Failed { code: driver_failure(other).to_owned() }
            }
        }
    }
}

/// Classes of SQLSTATE: 08 connection, 53 resources, 57 operator intervention (restart, time-out), 55 not in the
/// needed state (a lock not to be had), 40 serialisation and deadlock; 23 integrity. A database that is not settled
/// yet has no role to sign in with (28), is not there (3D) or has no schema (3F000, 42P01): all worth another try.
fn from_postgres(error: &PgDatabaseError) -> DbError {
    let code = error.code();
    match (code.get(..2).unwrap_or_default(), error.constraint()) {
        ("23", Some(constraint)) => DbError::Constraint(constraint.to_owned()),
        ("08" | "28" | "3D" | "3F" | "40" | "53" | "55" | "57", _) => DbError::Busy,
        _ if code == "42P01" => DbError::Busy,
        _ => {
            // The server's message names columns, never values; its detail may hold a row and is left out.
            tracing::error!(code, message = error.message(), "the database refused a statement");
            DbError::Failed { code: code.to_owned() }
        }
    }
}

fn driver_failure(error: &sqlx::Error) -> &'static str {
    match error {
        sqlx::Error::Configuration(_) => "configuration",
        sqlx::Error::Tls(_) => "tls",
        sqlx::Error::Protocol(_) => "protocol",
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => "decode",
        sqlx::Error::WorkerCrashed => "worker",
        _ => "driver",
    }
}
