//! One installation under test: a database and a folder of keys of its own, two nodes that share both, the proxy in
//! front of them, and the ledger of whoever writes to it.

use std::{
    fs::{self, Permissions},
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{
    ledger::Ledger,
    node::{Node, Surroundings},
    postgres::Postgres,
    proxy::{Proxy, Routes, Weather},
    staff::{EMAIL, PASSWORD},
    trouble::Trouble,
};

/// How many nodes share the database.
pub const NODES: usize = 2;

/// Everything that a scenario works with.
#[derive(Debug)]
pub struct Installation {
    /// The server, which other installations of the run have used before.
    pub postgres: Arc<Postgres>,
    /// Its name in the server.
    pub database: String,
    /// Where the nodes are.
    pub routes: Routes,
    /// In front of the nodes.
    pub proxy: Proxy,
    /// What the clients know.
    pub ledger: Arc<Ledger>,
    surroundings: Surroundings,
    nodes: Vec<Node>,
}

/// How an installation begins.
#[derive(Clone, Copy, Debug)]
pub struct Beginning<'a> {
    /// No other installation of the run has it.
    pub name: &'a str,
    /// What becomes of exchanges.
    pub weather: Weather,
    /// Of chance.
    pub seed: u64,
    /// Statements that are run once the database has its schema, before the first node starts.
    pub prepare: Option<&'a str>,
    /// Settings of the nodes beside the usual.
    pub settings: &'a [(&'a str, &'a str)],
}

impl Installation {
    /// A fresh installation with its schema and its two nodes, which are started when this answers.
    ///
    /// # Errors
    /// [`Trouble::Failed`] with what the program or the database said.
    pub async fn start(postgres: &Arc<Postgres>, folder: &Path, beginning: Beginning<'_>) -> Result<Self, Trouble> {
        let Beginning { name, weather, seed, prepare, settings } = beginning;
        let database = format!("faults_{name}").replace('-', "_");
        let folder = folder.join(name);
        fs::create_dir(&folder).map_err(Trouble::at(folder.display()))?;
        fs::set_permissions(&folder, Permissions::from_mode(0o755)).map_err(Trouble::at(folder.display()))?;
        postgres.execute("postgres", &format!("create database {database}")).await?;
        let url = postgres.url(&database);
        let usual = [
            ("DATABASE_URL", url.as_str()),
            ("CMS_ADMIN_EMAIL", EMAIL),
            ("CMS_ADMIN_PASSWORD", PASSWORD),
            ("CMS_REQUIRE_MFA", "off"),
            ("CMS_RATE_LIMITS", "off"),
            ("CMS_LOG", "warn"),
        ];
        let settings = usual.iter().chain(settings).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let settings = settings.collect();
        let surroundings = Surroundings { folder, settings };
        let routes = Routes::of(NODES);
        let nodes = (0..NODES).map(|number| Node::new(number, surroundings.clone(), routes.clone())).collect();
        let proxy = Proxy::start(routes.clone(), weather, seed).await?;
        let (postgres, ledger) = (Arc::clone(postgres), Arc::new(Ledger::default()));
        let mut made = Self { postgres, database, routes, proxy, ledger, surroundings, nodes };
        made.command(&["migrate", "--json"]).await?;
        if let Some(statements) = prepare {
            made.postgres.execute(&made.database, statements).await?;
        }
        for node in 0..NODES {
            made.start_node(node).await?;
        }
        Ok(made)
    }

    /// Starts a node and answers its address.
    ///
    /// # Errors
    /// [`Trouble::Failed`] with what it said.
    pub async fn start_node(&mut self, node: usize) -> Result<SocketAddr, Trouble> {
        self.nodes.get_mut(node).ok_or_else(|| Trouble::failed("there is no such node"))?.start().await
    }

    /// Kills a node.
    pub fn kill_node(&mut self, node: usize) {
        if let Some(node) = self.nodes.get_mut(node) {
            node.kill();
        }
    }

    /// Runs a command of the program to its end and answers what it printed as JSON, whatever its exit code.
    ///
    /// # Errors
    /// [`Trouble::Failed`] where it printed none.
    pub async fn command(&self, arguments: &[&str]) -> Result<Value, Trouble> {
        let mut command = self.surroundings.command(arguments);
        let ended = tokio::task::spawn_blocking(move || command.output()).await.map_err(Trouble::at("a command"))?;
        let ended = ended.map_err(Trouble::at("a command"))?;
        serde_json::from_slice(&ended.stdout).map_err(|_| {
            let errors = String::from_utf8_lossy(&ended.stderr).into_owned();
            Trouble::failed(format!("{}: {}", arguments.join(" "), errors.trim_end()))
        })
    }

    /// The one number that a query of the database's owner answers.
    ///
    /// # Errors
    /// [`Trouble::Failed`] with the server's words.
    pub async fn number(&self, query: &str) -> Result<i64, Trouble> {
        self.postgres.number(&self.database, query).await
    }
}

/// Asks until there is an answer.
///
/// # Errors
/// [`Trouble::Failed`] where there is none in time.
pub async fn await_that<T>(what: &str, patience: Duration, mut ask: impl FnMut() -> Option<T>) -> Result<T, Trouble> {
    let begun = Instant::now();
    loop {
        if let Some(met) = ask() {
            return Ok(met);
        }
        if begun.elapsed() > patience {
            return Err(Trouble::failed(format!("{what}: not within {} s", patience.as_secs())));
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
