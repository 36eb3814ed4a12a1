//! `keys`: the signing keys of the installation, listed, rotated and retired; a running service follows within seconds.
//! Refuses to retire the key that signs, and to show any part of a secret.

use std::path::{Path, PathBuf};

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
};

/// Lists the keys; asks no database.
pub fn list(invocation: &Invocation, as_json: bool) -> Result<(), Failure> {
    let keys = open_keys(&load(invocation)?)?.list();
    if as_json {
        return print_json(&keys);
    }
    println!("{:<16} {:<10} {:<7} {:<16} FINGERPRINT", "KID", "USE", "CURRENT", "CREATED (UTC)");
    for key in &keys {
        println!("{}", line(key));
    }
    Ok(())
}

fn line(key: &ListedKey) -> String {
    let created = key.created_at.map_or_else(String::new, |instant| instant.format("%Y-%m-%d %H:%M").to_string());
    let current = if key.current { "yes" } else { "" };
    format!("{:<16} {:<10} {current:<7} {created:<16} {}", key.kid, key.key_use, key.fingerprint)
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

/// Deletes a key that signs no more.
pub fn retire(invocation: &Invocation, kid: String, as_json: bool) -> Result<(), Failure> {
    let kid =
        written_down(invocation, "key.retire", move |folder| KeyRing::retire_signing(&folder, &kid).map(|()| kid))?;
    if as_json {
        return print_json(&json!({"kid": kid}));
    }
    println!("{kid}   is retired; within seconds the running service refuses what it signed");
    Ok(())
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
        note(connection, &trail, action).await?;
        change(folder).map_err(Undone::Keys)
    };
    let outcome = opened.block_on(async |opened| Ok(opened.database.staff(1).transact(all).await?));
    let left = opened.leave();
    let changed = outcome?;
    left.map(|()| changed)
}

async fn note(connection: &mut PgConnection, trail: &Trail, action: &'static str) -> Result<(), Undone> {
    let entry = Entry { actor: Actor::System, action, subject: "key", subject_id: None, fields: &[], request_id: None };
    trail.record(connection, entry).await.map_err(|error| Undone::Refused(error.into()))
}

/// Why nothing was changed.
enum Undone {
    Keys(KeyError),
    Refused(ApiError),
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
        }
    }
}
