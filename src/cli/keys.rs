//! `keys`: the keys of the installation, listed, rotated and retired; a running service follows within seconds. Refuses
//! to retire a key that is used for new work, or that a row still needs, and to show any part of a secret.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;

use super::{
    Failure, Invocation, Opened, load,
    opened::{keys_folder, open_keys},
    print_json,
};
use crate::{
    audit::{Actor, Entry, Trail},
    crypto::{KeyError, KeyRing, KeyUse, ListedKey},
    db::DbError,
    http::ApiError,
    inquiries::rotation::{self, WrappedRows},
};

/// A key, and how much stands under it.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    key: ListedKey,
    /// Data keys that it wraps; none for a signing key, and where the database could not be asked.
    rows: Option<i64>,
}

/// Lists the keys. A database that is away is told, and keeps nobody from seeing the keys.
pub fn list(invocation: &Invocation, as_json: bool) -> Result<(), Failure> {
    let keys = open_keys(&load(invocation)?)?.list();
    let counted = count_rows(invocation);
    if let Err(failure) = &counted {
        eprintln!("warning: how many rows each key wraps is not known: {}", failure.message);
    }
    let rows = |key: &ListedKey| {
        let counts = counted.as_ref().ok().filter(|_| key.key_use == "encryption")?;
        Some(counts.iter().find(|rows| rows.key_id == key.kid).map_or(0, |rows| rows.rows))
    };
    let keys: Vec<Shown> = keys.into_iter().map(|key| Shown { rows: rows(&key), key }).collect();
    if as_json {
        return print_json(&keys);
    }
    println!("{:<16} {:<10} {:<7} {:<16} {:<32} ROWS", "KID", "USE", "CURRENT", "CREATED (UTC)", "FINGERPRINT");
    for shown in &keys {
        println!("{}", line(shown).trim_end());
    }
    Ok(())
}

fn line(Shown { key, rows }: &Shown) -> String {
    let created = key.created_at.map_or_else(String::new, |instant| instant.format("%Y-%m-%d %H:%M").to_string());
    let current = if key.current { "yes" } else { "" };
    let rows = rows.map_or_else(String::new, |rows| rows.to_string());
    format!("{:<16} {:<10} {current:<7} {created:<16} {:<32} {rows}", key.kid, key.key_use, key.fingerprint)
}

fn count_rows(invocation: &Invocation) -> Result<Vec<WrappedRows>, Failure> {
    let opened = Opened::for_command(invocation)?;
    let counted = opened.block_on(async |opened| {
        let staff = opened.database.staff(1);
        let counted = staff.transact(async |connection| Ok::<_, DbError>(rotation::count_by_key(connection).await?));
        let counted = counted.await.map_err(Failure::failed);
        staff.close().await;
        counted
    });
    let left = opened.leave();
    let counted = counted?;
    left.map(|()| counted)
}

/// Which key signs from now on.
#[derive(Debug)]
pub enum Rotation {
    /// A fresh one.
    Fresh,
    /// The current one still: a fresh key is added, and waits until every node has it.
    Prepared,
    /// One that was added before.
    To(String),
}

impl Rotation {
    /// As the command line has it.
    pub fn of(prepare: bool, to: Option<String>) -> Self {
        match to {
            Some(kid) => Self::To(kid),
            None if prepare => Self::Prepared,
            None => Self::Fresh,
        }
    }
}

/// Makes another key sign.
pub fn rotate(invocation: &Invocation, rotation: Rotation, as_json: bool) -> Result<(), Failure> {
    let action = if matches!(rotation, Rotation::Prepared) { "key.create" } else { "key.rotate" };
    let (kid, current) = written_down(invocation, action, move |folder| match rotation {
        Rotation::Fresh => KeyRing::rotate_signing(&folder).map(|rotated| (rotated.kid, true)),
        Rotation::Prepared => KeyRing::add_key(&folder, KeyUse::Signing).map(|kid| (kid, false)),
        Rotation::To(kid) => use_known(&folder, kid).map(|kid| (kid, true)),
    })?;
    if as_json {
        return print_json(&json!({"kid": kid, "current": current}));
    }
    if current {
        println!("{kid}   signs from now on; the keys before it go on to verify until they are retired");
    } else {
        println!("{kid}   was added; when every node has its file: clinic-cms keys rotate --to {kid}");
    }
    Ok(())
}

fn use_known(folder: &Path, kid: String) -> Result<String, KeyError> {
    match KeyRing::make_current(folder, KeyUse::Signing, &kid) {
        Err(KeyError::MissingKey { .. }) => Err(KeyError::UnknownSigningKey),
        made => made.map(|()| kid),
    }
}

/// Deletes a key that signs no more, or that wraps no row any more.
pub fn retire(invocation: &Invocation, kid: String, as_json: bool) -> Result<(), Failure> {
    if open_keys(&load(invocation)?)?.encryption_key_ids().contains(&kid) {
        return retire_encryption(invocation, &kid, as_json);
    }
    let kid =
        written_down(invocation, "key.retire", move |folder| KeyRing::retire_signing(&folder, &kid).map(|()| kid))?;
    if as_json {
        return print_json(&json!({"kid": kid}));
    }
    println!("{kid}   is retired; within seconds the running service refuses what it signed");
    Ok(())
}

fn retire_encryption(invocation: &Invocation, kid: &str, as_json: bool) -> Result<(), Failure> {
    let opened = Opened::for_command(invocation)?;
    let (trail, folder, id) = (opened.trail(), keys_folder(&opened.config), kid.to_owned());
    let all = async move |connection: &mut PgConnection| {
        let fields = ["encryption".to_owned(), id.clone()];
        note_key(connection, &trail, "key.retire", &fields).await?;
        check_unused(connection, &id).await?;
        KeyRing::retire_encryption(&folder, &id).map_err(Undone::Keys)
    };
    let outcome = opened.block_on(async |opened| Ok(opened.database.staff(1).transact(all).await?));
    let left = opened.leave();
    outcome.and(left)?;
    if as_json {
        return print_json(&json!({"kid": kid}));
    }
    println!("{kid}   is retired; backups from before the rotation need its file: keep it with them");
    Ok(())
}

/// A node that still wraps with the key may be about to store a row under it.
async fn check_unused(connection: &mut PgConnection, id: &str) -> Result<(), Undone> {
    let rows = rotation::count_by_key(connection).await.map_err(DbError::from)?;
    if let Some(rows) = rows.iter().find(|rows| rows.key_id == id) {
        return Err(Undone::InUse(rows.rows));
    }
    let nodes = rotation::list_nodes(connection).await.map_err(DbError::from)?;
    if nodes.iter().any(|node| node.current == id) { Err(Undone::StillWraps) } else { Ok(()) }
}

/// Changes the keys and writes it down. The row is written first, in a transaction that a failed change takes back: no
/// key comes or goes where it cannot be told.
fn written_down<T: 'static>(
    invocation: &Invocation,
    action: &'static str,
    change: impl FnOnce(PathBuf) -> Result<T, KeyError> + 'static,
) -> Result<T, Failure> {
    let opened = Opened::for_command(invocation)?;
    let (trail, folder) = (opened.trail(), keys_folder(&opened.config));
    let all = async move |connection: &mut PgConnection| {
        note_key(connection, &trail, action, &[]).await?;
        change(folder).map_err(Undone::Keys)
    };
    let outcome = opened.block_on(async |opened| Ok(opened.database.staff(1).transact(all).await?));
    let left = opened.leave();
    let changed = outcome?;
    left.map(|()| changed)
}

/// Writes down what is done with a key. `fields` are the key's use and its id.
pub(super) async fn note_key(
    connection: &mut PgConnection,
    trail: &Trail,
    action: &'static str,
    fields: &[String],
) -> Result<(), Undone> {
    let entry = Entry { actor: Actor::System, action, subject: "key", subject_id: None, fields, request_id: None };
    trail.record(connection, entry).await.map_err(|error| Undone::Refused(error.into()))
}

/// Why nothing was changed.
pub(super) enum Undone {
    /// The folder of the keys.
    Keys(KeyError),
    /// The database.
    Refused(ApiError),
    /// So many rows need the key.
    InUse(i64),
    /// A running node wraps with the key.
    StillWraps,
}

impl From<DbError> for Undone {
    fn from(error: DbError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<Undone> for Failure {
    fn from(undone: Undone) -> Self {
        match undone {
            Undone::Keys(error) => Self::failed(error),
            Undone::Refused(error) => error.into(),
            Undone::InUse(rows) => {
                Self::failed(format!("the key wraps {rows} data keys: run `clinic-cms keys rotate-encryption` first"))
            }
            Undone::StillWraps => {
                Self::failed("a node that runs still wraps with the key: wait until it has read its folder again")
            }
        }
    }
}
