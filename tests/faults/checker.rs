//! Gathers what the installation holds: every inquiry opened by the API, the outbox and the audit trail by the
//! database's owner, and the chain by `clinic-cms audit verify`.

use std::sync::Arc;

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{
    installation::Installation,
    post::{Content, content_of},
    reconcile::{Stored, Verdict, reconcile},
    staff::Staff,
    trouble::Trouble,
};

/// Readers at once.
const READERS: usize = 8;

/// Compares the ledger with everything that the installation holds.
///
/// # Errors
/// [`Trouble::Failed`] where something cannot be read: what cannot be read back is no kept promise.
pub async fn check(installation: &Installation) -> Result<Verdict, Trouble> {
    Ok(reconcile(&installation.ledger.entries(), &gather(installation).await?))
}

async fn gather(installation: &Installation) -> Result<Stored, Trouble> {
    let subjects = |column: &str, from: &str| format!("select {column} from {from}");
    let ids = ids(installation, subjects("id", "cms.inquiry order by received_at, id")).await?;
    let events = subjects("subject_id", "cms.outbox_event where kind = 'inquiry.received'");
    let audited = subjects("subject_id", "cms.audit_event where action = 'inquiry.submit'");
    let verified = installation.command(&["audit", "verify", "--json"]).await?;
    let problems = verified.pointer("/problem_count").and_then(Value::as_u64);
    Ok(Stored {
        events: self::ids(installation, events).await?,
        audited: self::ids(installation, audited).await?,
        audit_problems: problems.ok_or_else(|| Trouble::failed(format!("audit verify: {verified}")))?,
        rows: read_all(installation, ids).await?,
    })
}

async fn ids(installation: &Installation, query: String) -> Result<Vec<Uuid>, Trouble> {
    let mut owner = installation.postgres.owner(&installation.database).await?;
    let ids = sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(&mut owner).await;
    owner.close().await.map_err(Trouble::at("the database"))?;
    ids.map_err(Trouble::at("the database"))
}

/// Reads every inquiry as staff do, several at once.
async fn read_all(installation: &Installation, ids: Vec<Uuid>) -> Result<Vec<(Uuid, Content)>, Trouble> {
    let ids = Arc::new(std::sync::Mutex::new(ids.into_iter()));
    let mut readers = JoinSet::new();
    for _ in 0..READERS {
        let (routes, ids) = (installation.routes.clone(), Arc::clone(&ids));
        readers.spawn(async move {
            let mut staff = Staff::sign_in(&routes).await?;
            let mut rows = Vec::new();
            loop {
                let next = ids.lock().map_err(|_| Trouble::failed("a reader ended"))?.next();
                let Some(id) = next else { return Ok::<_, Trouble>(rows) };
                let read = staff.get(&routes, &format!("/v1/admin/inquiries/{id}")).await?;
                let inquiry = read.get("data").ok_or_else(|| Trouble::failed(format!("inquiry {id}: {read}")))?;
                rows.push((id, content_of(inquiry)));
            }
        });
    }
    let mut rows = Vec::new();
    while let Some(read) = readers.join_next().await {
        rows.extend(read.map_err(Trouble::at("a reader"))??);
    }
    Ok(rows)
}
