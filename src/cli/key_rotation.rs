//! `keys rotate-encryption`: another key-encryption key, and every data key wrapped with it, while the service runs.
//!
//! The order keeps every row readable at every moment: the key is added, every node has it, it is used for what is new,
//! and only then is what is old wrapped anew. A run that was killed is finished by the next one. Refuses to go on while
//! a node that is running lacks the key, and to say that all is done while a row is left.

use std::time::Duration;

use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    Exit, Failure, Invocation, Opened,
    keys::{Undone, note_key},
    opened::keys_folder,
    print_json, progress,
};
use crate::{
    crypto::{KeyRing, KeyUse},
    db::{DbError, StaffDb},
    inquiries::{
        register_keys,
        rotation::{self, Rewrapped, WrappedRows},
    },
};

/// How long a node may take to read a key of its folder, or to stop being heard of.
const PATIENCE: Duration = Duration::from_secs(90);
const LOOK: Duration = Duration::from_millis(250);
/// What was sealed with the key before ends its way to the database within this: a wait for a connection and the
/// deadline of a unit of work.
const UNDER_WAY: Duration = Duration::from_secs(8);
/// Between two rounds over rows that others were at work on.
const BREATH: Duration = Duration::from_millis(100);
/// Rows that do not open and are told one by one.
const TOLD: usize = 20;

/// What is asked for.
#[derive(Debug)]
pub struct Wanted {
    /// Add the key and use it nowhere yet.
    pub prepare: bool,
    /// Use this key, which is there already.
    pub to: Option<String>,
    /// Tell, and change nothing.
    pub dry_run: bool,
    /// Print JSON.
    pub json: bool,
}

/// Where the rotation leads.
#[derive(Debug, PartialEq, Eq)]
enum Goal {
    /// To a key that is made now.
    Fresh,
    /// To a key of the ring: the one that was named, or that of a rotation which was begun before.
    Known(String),
}

/// What was done.
#[derive(Debug, Serialize)]
struct Done {
    /// The key that wraps.
    key: String,
    /// The one before; the same where a rotation was finished.
    previous: String,
    /// Whether a rotation that was begun before was finished, and no new key was made.
    resumed: bool,
    /// Rows that were wrapped anew.
    rewrapped: usize,
    /// Rows whose data key does not open. They stay as they are.
    refused: Vec<Uuid>,
}

/// Rotates.
pub fn run(invocation: &Invocation, wanted: &Wanted) -> Result<(), Failure> {
    let opened = Opened::for_command(invocation)?;
    let outcome = opened.block_on(async |opened| {
        let staff = opened.database.staff(2);
        let outcome = rotate(opened, &staff, wanted).await;
        staff.close().await;
        outcome
    });
    let left = opened.leave();
    let refused = outcome?;
    left?;
    if refused == 0 { Ok(()) } else { Err(Failure::new(Exit::Partial, "")) }
}

/// Answers how many rows did not open.
async fn rotate(opened: &Opened, staff: &StaffDb, wanted: &Wanted) -> Result<usize, Failure> {
    let rows = count_by_key(staff).await?;
    let goal = goal(&opened.ring, &rows, wanted.to.as_deref())?;
    if wanted.dry_run {
        return tell_plan(&opened.ring, &rows, &goal, wanted).map(|()| 0);
    }
    let previous = opened.ring.current_encryption_id();
    let resumed = wanted.to.is_none() && goal != Goal::Fresh;
    let key = match goal {
        Goal::Known(key) if !wanted.prepare => key,
        _ => add(opened, staff).await?,
    };
    if wanted.prepare {
        tell_prepared(&key, wanted.json)?;
        return Ok(0);
    }
    await_nodes(staff, &format!("the key {key}"), |node| node.keys.contains(&key)).await?;
    if key != previous {
        use_key(opened, staff, key.clone()).await?;
    }
    let mut done = Done { key, previous, resumed, rewrapped: 0, refused: Vec::new() };
    rewrap_all(opened, staff, &mut done).await?;
    written_down(opened, staff, &done).await?;
    tell_done(&done, wanted.json)?;
    Ok(done.refused.len())
}

/// A rotation was begun before where rows stand under another key than the current one, or where a key was added after
/// it and is used nowhere.
fn goal(ring: &KeyRing, rows: &[WrappedRows], to: Option<&str>) -> Result<Goal, Failure> {
    let (keys, current) = (ring.encryption_key_ids(), ring.current_encryption_id());
    if let Some(to) = to {
        let known = keys.iter().any(|key| key == to).then(|| Goal::Known(to.to_owned()));
        return known.ok_or_else(|| Failure::failed("there is no encryption key of this name: see keys list"));
    }
    if rows.iter().any(|rows| rows.key_id != current) {
        return Ok(Goal::Known(current));
    }
    let unused = |key: &String| *key > current && rows.iter().all(|rows| rows.key_id != *key);
    let added = keys.into_iter().rfind(unused);
    Ok(added.map_or(Goal::Fresh, Goal::Known))
}

async fn count_by_key(staff: &StaffDb) -> Result<Vec<WrappedRows>, Failure> {
    let counted = staff.transact(async |connection| rotation::count_by_key(connection).await.map_err(DbError::from));
    counted.await.map_err(Failure::failed)
}

/// Makes a key. Its row in the audit trail and its fingerprint come first, in a transaction that a failure takes back.
async fn add(opened: &Opened, staff: &StaffDb) -> Result<String, Failure> {
    let (trail, folder) = (opened.trail(), keys_folder(&opened.config));
    let added = staff.transact(async move |connection: &mut PgConnection| {
        note_key(connection, &trail, "key.create", &["encryption".to_owned()]).await?;
        let id = KeyRing::add_key(&folder, KeyUse::Encryption).map_err(Undone::Keys)?;
        let ring = KeyRing::open_or_create(&folder).map_err(Undone::Keys)?;
        register_keys(connection, &ring).await.map_err(|_| Undone::Refused(crate::http::ApiError::Busy))?;
        Ok::<_, Undone>(id)
    });
    let id = added.await?;
    opened.ring.reload().map_err(Failure::failed)?;
    Ok(id)
}

async fn use_key(opened: &Opened, staff: &StaffDb, key: String) -> Result<(), Failure> {
    let (trail, folder) = (opened.trail(), keys_folder(&opened.config));
    let used = staff.transact(async move |connection: &mut PgConnection| {
        note_key(connection, &trail, "key.rotate", &["encryption".to_owned(), key.clone()]).await?;
        KeyRing::make_current(&folder, KeyUse::Encryption, &key).map_err(Undone::Keys)
    });
    used.await?;
    opened.ring.reload().map_err(Failure::failed)?;
    Ok(())
}

/// Wraps everything anew, waits until nobody wraps with the key before, and wraps what came meanwhile.
async fn rewrap_all(opened: &Opened, staff: &StaffDb, done: &mut Done) -> Result<(), Failure> {
    let total = left(staff, done).await?;
    let bar = progress::bar("wrapping data keys anew");
    bar.set_length(u64::try_from(total).unwrap_or(0));
    rewrap_what_is_left(opened, staff, done, &bar).await?;
    let key = done.key.clone();
    if await_nodes(staff, &format!("{key} as the current key"), |node| node.current == key).await? > 0 {
        tokio::time::sleep(UNDER_WAY).await;
        rewrap_what_is_left(opened, staff, done, &bar).await?;
    }
    bar.finish_and_clear();
    Ok(())
}

async fn rewrap_what_is_left(
    opened: &Opened,
    staff: &StaffDb,
    done: &mut Done,
    bar: &indicatif::ProgressBar,
) -> Result<(), Failure> {
    while left(staff, done).await? > 0 {
        let (ring, besides) = (opened.ring.clone(), done.refused.clone());
        let batch = staff.transact(async move |connection| {
            rotation::rewrap_batch(connection, &ring, &besides).await.map_err(DbError::from)
        });
        let Rewrapped { rows, refused } = match batch.await {
            Ok(batch) => batch,
            // Somebody at work on a row, or a restart: the batch was taken back whole.
            Err(DbError::Busy | DbError::Deadline) => Rewrapped::default(),
            Err(error) => return Err(Failure::failed(error)),
        };
        done.rewrapped += rows;
        bar.inc(u64::try_from(rows).unwrap_or(0));
        if rows == 0 && refused.is_empty() {
            tokio::time::sleep(BREATH).await;
        }
        done.refused.extend(refused);
    }
    Ok(())
}

async fn left(staff: &StaffDb, done: &Done) -> Result<i64, Failure> {
    let (key, besides) = (done.key.clone(), done.refused.clone());
    let counted = staff.transact(async move |connection| {
        rotation::count_left(connection, &key, &besides).await.map_err(DbError::from)
    });
    counted.await.map_err(Failure::failed)
}

/// Waits until every node that runs has come as far. Answers how many there are.
async fn await_nodes(staff: &StaffDb, what: &str, has_it: impl Fn(&rotation::Node) -> bool) -> Result<usize, Failure> {
    let begun = std::time::Instant::now();
    let mut waits_for = String::new();
    loop {
        let nodes = staff.transact(async |connection| rotation::list_nodes(connection).await.map_err(DbError::from));
        let nodes = nodes.await.map_err(Failure::failed)?;
        let lacking: Vec<_> = nodes.iter().filter(|node| !has_it(node)).map(|node| node.id.to_string()).collect();
        if lacking.is_empty() {
            return Ok(nodes.len());
        }
        if begun.elapsed() > PATIENCE {
            return Err(Failure::failed(format!(
                "these nodes run without {what}: {}. Copy the new encryption-<id>.key, and `current`, into their keys \
                 folders, and run this again: it goes on where it stopped",
                lacking.join(", ")
            )));
        }
        if lacking.join(", ") != waits_for {
            waits_for = lacking.join(", ");
            eprintln!(
                "waiting up to {} s for {what} on these nodes (each says its id in the log as it starts): {waits_for}",
                PATIENCE.as_secs()
            );
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn written_down(opened: &Opened, staff: &StaffDb, done: &Done) -> Result<(), Failure> {
    let (trail, fields) = (opened.trail(), vec!["encryption".to_owned(), done.key.clone()]);
    let noted = staff
        .transact(async move |connection: &mut PgConnection| note_key(connection, &trail, "key.rewrap", &fields).await);
    noted.await.map_err(Failure::from)
}

fn tell_plan(ring: &KeyRing, rows: &[WrappedRows], goal: &Goal, wanted: &Wanted) -> Result<(), Failure> {
    let counts: Vec<_> = rows.iter().map(|rows| json!({"key": rows.key_id, "rows": rows.rows})).collect();
    let (key, current) = match goal {
        Goal::Fresh => (None, ring.current_encryption_id()),
        Goal::Known(key) => (Some(key.clone()), ring.current_encryption_id()),
    };
    let to_wrap: i64 = rows.iter().filter(|rows| Some(&rows.key_id) != key.as_ref()).map(|rows| rows.rows).sum();
    if wanted.json {
        let plan = json!({"dry_run": true, "current": current, "key": key, "rows": to_wrap, "by_key": counts});
        return print_json(&plan);
    }
    for rows in rows {
        println!("{:<16} {}", rows.key_id, rows.rows);
    }
    let to = key.unwrap_or_else(|| "a new key".to_owned());
    println!("{to}: {to_wrap} data keys would be wrapped with it; nothing was changed");
    Ok(())
}

fn tell_prepared(key: &str, as_json: bool) -> Result<(), Failure> {
    if as_json {
        return print_json(&json!({"key": key, "current": false}));
    }
    println!("{key}   was added; when every node has its file: clinic-cms keys rotate-encryption --to {key}");
    Ok(())
}

fn tell_done(done: &Done, as_json: bool) -> Result<(), Failure> {
    if as_json {
        return print_json(done);
    }
    if done.resumed {
        println!("the rotation to {} that was begun before is finished", done.key);
    }
    println!("{}   wraps every data key; {} were wrapped anew", done.key, done.rewrapped);
    if !done.refused.is_empty() {
        let shown: Vec<_> = done.refused.iter().take(TOLD).map(Uuid::to_string).collect();
        eprintln!("{} data keys do not open and stay as they are: {}", done.refused.len(), shown.join(", "));
    }
    Ok(())
}
