//! Negative controls: a harness that stays green whatever the product does has shown nothing. Each control breaks one
//! promise in the database of its run, by a trigger, so that the product holds no code for it; the run then has to end
//! with the finding that belongs to it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use clap::ValueEnum;
use sqlx::{Connection, PgConnection, postgres::PgListener};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::{installation::Installation, reconcile::Finding, trouble::Trouble};

/// A promise that is broken on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Control {
    /// 201 is answered while the commit waits in memory for seconds: an immediate stop loses it. What the nodes write
    /// besides would take it to the disk, so that waits as well.
    AnswerBeforeCommit,
    /// No key is ever found again.
    NoIdempotency,
    /// The event is written a moment after the commit, by somebody who is killed with the node.
    OutboxAfterCommit,
}

impl Control {
    /// Every control.
    pub const ALL: [Self; 3] = [Self::AnswerBeforeCommit, Self::NoIdempotency, Self::OutboxAfterCommit];

    /// As it is named on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::AnswerBeforeCommit => "answer-before-commit",
            Self::NoIdempotency => "no-idempotency",
            Self::OutboxAfterCommit => "outbox-after-commit",
        }
    }

    /// What it has to be found by.
    pub fn finding(self) -> Finding {
        match self {
            Self::AnswerBeforeCommit => Finding::Lost,
            Self::NoIdempotency => Finding::Doubled,
            Self::OutboxAfterCommit => Finding::WithoutEvent,
        }
    }

    /// The statements that break the promise, for a database that has its schema.
    pub fn statements(self) -> &'static str {
        match self {
            Self::AnswerBeforeCommit => {
                "create function cms.broken_promise() returns trigger language plpgsql as $$
                 begin
                   perform set_config('synchronous_commit', 'off', true);
                   return new;
                 end $$;
                 create trigger broken_promise before insert on cms.inquiry
                   for each row execute function cms.broken_promise();
                 create trigger broken_promise before insert on cms.audit_seal
                   for each row execute function cms.broken_promise();
                 create trigger broken_promise before update on cms.outbox_event
                   for each row execute function cms.broken_promise()"
            }
            Self::NoIdempotency => {
                "create function cms.broken_promise() returns trigger language plpgsql as $$
                 begin
                   new.key := sha256(gen_random_uuid()::text::bytea);
                   return new;
                 end $$;
                 create trigger broken_promise before insert on cms.idempotency_key
                   for each row execute function cms.broken_promise()"
            }
            Self::OutboxAfterCommit => {
                "create function cms.broken_promise() returns trigger language plpgsql as $$
                 begin
                   if new.kind = 'inquiry.received' and current_setting('faults.is_late', true) is distinct from 'yes' then
                     perform pg_notify('after_commit', new.id || ' ' || new.subject_id);
                     return null;
                   end if;
                   return new;
                 end $$;
                 create trigger broken_promise before insert on cms.outbox_event
                   for each row execute function cms.broken_promise()"
            }
        }
    }

    /// The setting of the server that the control needs, if any, with its value.
    pub fn server_setting(self) -> Option<(&'static str, &'static str)> {
        (self == Self::AnswerBeforeCommit).then_some(("wal_writer_delay", "'10s'"))
    }
}

/// How long after the commit the late writer writes.
const LATE: Duration = Duration::from_millis(150);

/// Who writes events after their commit, with nothing but its memory.
#[derive(Debug)]
pub struct LateWriter {
    lives: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl LateWriter {
    /// Begins to listen.
    ///
    /// # Errors
    /// [`Trouble::Failed`] where the database does not let us in.
    pub async fn start(installation: &Installation) -> Result<Self, Trouble> {
        let lives = Arc::new(AtomicU64::new(0));
        let (postgres, database) = (Arc::clone(&installation.postgres), installation.database.clone());
        let known = Arc::clone(&lives);
        let url = postgres.url(&database);
        let first = listen(&url).await.map_err(Trouble::at("the late writer"))?;
        let task = tokio::spawn(async move {
            let mut listener = Some(first);
            loop {
                if let Some(listening) = &mut listener {
                    let _ = follow(listening, &url, &known).await;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
                listener = listen(&url).await.ok();
            }
        });
        Ok(Self { lives, task })
    }

    /// Forgets what it has not written yet, as a process does that is killed.
    pub fn forget(&self) {
        self.lives.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for LateWriter {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(url: &str) -> Result<PgListener, sqlx::Error> {
    let mut listener = PgListener::connect(url).await?;
    listener.listen("after_commit").await?;
    Ok(listener)
}

async fn follow(listener: &mut PgListener, url: &str, lives: &Arc<AtomicU64>) -> Result<(), sqlx::Error> {
    let mut writer = PgConnection::connect(url).await?;
    sqlx::query("set faults.is_late = 'yes'").execute(&mut writer).await?;
    let (told, mut waiting) = tokio::sync::mpsc::unbounded_channel();
    let lives_now = Arc::clone(lives);
    let write = async move {
        while let Some((due, life, event, subject)) = waiting.recv().await {
            tokio::time::sleep_until(due).await;
            if lives_now.load(Ordering::Relaxed) == life {
                let insert = "insert into cms.outbox_event (id, kind, subject_id) values ($1, 'inquiry.received', $2)";
                let (event, subject): (Uuid, Uuid) = (event, subject);
                sqlx::query(insert).bind(event).bind(subject).execute(&mut writer).await?;
            }
        }
        Ok::<_, sqlx::Error>(())
    };
    let hear = async {
        while let Some(notification) = listener.try_recv().await? {
            let ids = notification.payload().split_once(' ');
            if let Some((Ok(event), Ok(subject))) = ids.map(|(event, subject)| (event.parse(), subject.parse())) {
                let _ = told.send((tokio::time::Instant::now() + LATE, lives.load(Ordering::Relaxed), event, subject));
            }
        }
        Ok::<_, sqlx::Error>(())
    };
    tokio::select! { heard = hear => heard, wrote = write => wrote }
}
