//! The PostgreSQL of a run: the program's own launcher with its durable settings, in a folder of the run. It ends with
//! the harness, however that ends.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use clinic_cms::db::embedded::{Options, Server};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use sqlx::{
    AssertSqlSafe, Connection, Executor, PgConnection,
    postgres::{PgConnectOptions, PgQueryResult},
};

use super::{PROGRAM, trouble::Trouble};

const STOP: Duration = Duration::from_secs(20);

/// The server and the way to it as its superuser.
#[derive(Debug)]
pub struct Postgres {
    options: Options,
    server: Mutex<Server>,
    owner: PgConnectOptions,
    password: String,
    socket: PathBuf,
}

impl Postgres {
    /// Makes a cluster below `folder` and starts it.
    ///
    /// # Errors
    /// [`Trouble::Failed`] with the launcher's words.
    pub async fn start(folder: &Path) -> Result<Self, Trouble> {
        let options = Options::new(&folder.join("database"), Path::new(PROGRAM));
        let server = launch(options.clone()).await?;
        let (socket, password) = (server.socket_dir().to_path_buf(), server.password().to_owned());
        let owner = PgConnectOptions::new_without_pgpass().socket(&socket).port(server.port());
        let owner = owner.username(server.superuser()).password(&password);
        Ok(Self { options, server: Mutex::new(server), owner, password, socket })
    }

    /// The address of a database, for `DATABASE_URL`.
    pub fn url(&self, database: &str) -> String {
        let socket = self.socket.display().to_string().replace('/', "%2F");
        format!("postgres://clinic_owner:{}@{socket}/{database}", self.password)
    }

    /// A connection as the owner of a database.
    ///
    /// # Errors
    /// [`Trouble::Failed`] where the server does not let us in.
    pub async fn owner(&self, database: &str) -> Result<PgConnection, Trouble> {
        let options = self.owner.clone().database(database);
        PgConnection::connect_with(&options).await.map_err(Trouble::at("the database's owner"))
    }

    /// Runs statements as the owner.
    ///
    /// # Errors
    /// [`Trouble::Failed`] with the server's words.
    pub async fn execute(&self, database: &str, statements: &str) -> Result<PgQueryResult, Trouble> {
        let mut owner = self.owner(database).await?;
        let done = owner.execute(AssertSqlSafe(statements.to_owned())).await.map_err(Trouble::at("the database"))?;
        owner.close().await.map_err(Trouble::at("the database"))?;
        Ok(done)
    }

    /// The one number that a query answers.
    ///
    /// # Errors
    /// [`Trouble::Failed`] with the server's words.
    pub async fn number(&self, database: &str, query: &str) -> Result<i64, Trouble> {
        let mut owner = self.owner(database).await?;
        let number = sqlx::query_scalar(AssertSqlSafe(query.to_owned())).fetch_one(&mut owner).await;
        owner.close().await.map_err(Trouble::at("the database"))?;
        number.map_err(Trouble::at("the database"))
    }

    /// Stops the server at once, as `pg_ctl stop -m immediate` does: no checkpoint, and what was not flushed is gone.
    ///
    /// # Errors
    /// [`Trouble::Failed`] where it stays.
    pub async fn stop_at_once(&self) -> Result<(), Trouble> {
        let pid = self.server.lock().unwrap_or_else(PoisonError::into_inner).pid();
        kill(Pid::from_raw(pid), Signal::SIGQUIT).map_err(Trouble::at("stopping PostgreSQL"))?;
        let begun = Instant::now();
        while kill(Pid::from_raw(pid), None).is_ok() {
            if begun.elapsed() > STOP {
                return Err(Trouble::failed("PostgreSQL does not stop"));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// Starts the stopped server on the same socket; answers when it accepts connections.
    ///
    /// # Errors
    /// [`Trouble::Failed`] with the launcher's words.
    pub async fn start_again(&self) -> Result<(), Trouble> {
        let server = launch(self.options.clone()).await?;
        let former = std::mem::replace(&mut *self.server.lock().unwrap_or_else(PoisonError::into_inner), server);
        tokio::task::spawn_blocking(move || drop(former)).await.map_err(Trouble::at("PostgreSQL"))
    }
}

async fn launch(options: Options) -> Result<Server, Trouble> {
    let started = tokio::task::spawn_blocking(move || Server::start_or_join(&options)).await;
    started.map_err(Trouble::at("PostgreSQL"))?.map_err(Trouble::at("PostgreSQL"))
}
