//! The connection on which a node hears of the commits of all. It makes sure each second that it still hears, so that
//! neither a connection that died without a word nor a lost notification goes unnoticed for longer than a lease.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sqlx::{PgPool, postgres::PgListener};

use super::{Changes, queries};

/// How often it is made sure that nothing was missed.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// For how long that holds. A node that was cut off shows nothing older than this to anybody.
pub const LEASE: Duration = Duration::from_secs(3);
/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// Between two attempts to connect.
const PAUSE: Duration = Duration::from_millis(200);
/// How often what was changed long ago is cleared away.
const CLEARING: Duration = Duration::from_hours(1);
const CHANNEL: &str = "cms_content";

impl Changes {
    /// Follows the changes of all nodes for as long as the program runs. `pool` has one connection of its own, which goes
    /// past any pooler: `LISTEN` belongs to a session.
    pub async fn follow(self: Arc<Self>, pool: PgPool) {
        loop {
            let lost = self.listen(&pool).await;
            if matches!(lost, Err(sqlx::Error::PoolClosed)) {
                return;
            }
            self.lose(self.is_away());
            tracing::debug!("the connection that hears of changes was lost");
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn listen(&self, pool: &PgPool) -> Result<(), sqlx::Error> {
        let connected = tokio::time::timeout(PATIENCE, PgListener::connect_with(pool)).await;
        let mut listener = match connected {
            Ok(Ok(listener)) => listener,
            refused => {
                self.lose(true);
                return refused.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map(drop);
            }
        };
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await?;
        let mut cleared = None::<Instant>;
        loop {
            self.look(&mut listener).await?;
            if cleared.is_none_or(|cleared| cleared.elapsed() > CLEARING) {
                queries::prune_changes(sqlx::Acquire::acquire(&mut listener).await?).await?;
                cleared = Some(Instant::now());
            }
            match tokio::time::timeout(HEARTBEAT, listener.try_recv()).await {
                // Whatever was said meanwhile is read in the same look.
                Ok(Ok(Some(_))) => while listener.next_buffered().is_some() {},
                Ok(Ok(None)) => return Ok(()),
                Ok(Err(error)) => return Err(error),
                Err(_) => {}
            }
        }
    }

    /// Reads what changed, and holds it for good from the moment at which it was asked.
    async fn look(&self, listener: &mut PgListener) -> Result<(), sqlx::Error> {
        let asked = Instant::now();
        let connection = sqlx::Acquire::acquire(listener).await?;
        tokio::time::timeout(PATIENCE, self.catch_up(connection)).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
        self.assure(asked, LEASE);
        Ok(())
    }
}
