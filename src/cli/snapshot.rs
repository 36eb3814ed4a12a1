//! `snapshot`: the whole public site as it stood at an instant, as files with their hashes. The same records give the
//! same bytes. Refuses an instant that has not come, and a folder with something in it.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::{Connection, PgConnection};

use super::{Exit, Failure, Invocation, Opened, print_json};
use crate::{
    articles::snapshot::{self, IndexEntry, NOT_RECORDED, Standing},
    audit::{Actor, Entry, Trail},
};

/// What was written.
struct Written {
    folder: PathBuf,
    at: DateTime<Utc>,
    entries: Vec<IndexEntry>,
}

/// Writes the site of an instant into a folder.
pub fn run(invocation: &Invocation, at: &str, out: Option<PathBuf>, as_json: bool) -> Result<(), Failure> {
    let at = instant(at)?;
    let folder = out.unwrap_or_else(|| PathBuf::from(format!("snapshot-{}", at.format("%Y-%m-%dT%H%M%SZ"))));
    let opened = Opened::for_command(invocation)?;
    if at > opened.clock.now() {
        opened.leave()?;
        return Err(Failure::new(Exit::Usage, "--at lies in the future: nothing stood there yet"));
    }
    let outcome = prepare(&folder).and_then(|()| opened.block_on(async |opened| write(opened, at, folder).await));
    opened.leave()?;
    let (written, whole) = outcome?;
    if as_json {
        let (folder, articles) = (written.folder.display().to_string(), written.entries.len());
        return print_json(&json!({"at": written.at, "folder": folder, "articles": articles, "sha256": whole}));
    }
    println!("{} articles as they stood at {}", written.entries.len(), written.at.format("%Y-%m-%dT%H:%M:%SZ"));
    println!("folder  {}", written.folder.display());
    println!("sha256  {whole}");
    println!("check   sha256sum -c SHA256SUMS, in the folder");
    Ok(())
}

/// An RFC 3339 instant, or a date, which means its first instant in UTC.
fn instant(text: &str) -> Result<DateTime<Utc>, Failure> {
    let date = || Some(text.parse::<chrono::NaiveDate>().ok()?.and_hms_opt(0, 0, 0)?.and_utc());
    let instant = DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.to_utc()).or_else(date);
    let wrong = "--at takes an instant such as 2026-11-29T12:00:00Z, or a date, which means its beginning in UTC";
    instant.ok_or_else(|| Failure::new(Exit::Usage, wrong))
}

fn prepare(folder: &Path) -> Result<(), Failure> {
    let failed = |error| Failure::failed(format!("{}: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(failed)?;
    if std::fs::read_dir(folder).map_err(failed)?.next().is_some() {
        return Err(Failure::failed(format!("{} is not empty: name another folder with --out", folder.display())));
    }
    Ok(())
}

async fn write(opened: &Opened, at: DateTime<Utc>, folder: PathBuf) -> Result<(Written, String), Failure> {
    let site_url = opened.config.site_url.as_ref().map(|url| url.as_str().to_owned());
    let mut staff = opened.database.connect_as(false).await.map_err(Failure::failed)?;
    let mut written = Written { folder, at, entries: Vec::new() };
    // One view of the records for the whole, however long it takes.
    let mut reading = staff.begin_with("begin isolation level repeatable read").await.map_err(Failure::failed)?;
    note(&mut reading, &opened.trail()).await?;
    let took: Result<(), Failure> = snapshot::walk(&mut reading, at, site_url.as_deref(), |standing| {
        let entry = store(&written.folder, &standing)?;
        written.entries.push(entry);
        Ok(())
    })
    .await;
    took?;
    let purged = snapshot::list_purged(&mut reading, at).await.map_err(Failure::failed)?;
    reading.commit().await.map_err(Failure::failed)?;
    staff.close().await.map_err(Failure::failed)?;
    written.entries.sort_by(|one, other| one.file.cmp(&other.file));
    let whole = finish(&written, &purged)?;
    Ok((written, whole))
}

async fn note(connection: &mut PgConnection, trail: &Trail) -> Result<(), Failure> {
    let (action, subject) = ("article.snapshot", "article");
    let entry = Entry { actor: Actor::System, action, subject, subject_id: None, fields: &[], request_id: None };
    trail.record(connection, entry).await.map_err(Failure::failed)
}

/// Slugs and languages are made of letters, digits and hyphens: none leads out of the folder.
fn store(folder: &Path, standing: &Standing) -> Result<IndexEntry, Failure> {
    let article = &standing.article.data.summary;
    let file = format!("articles/{}/{}.json", article.locale, article.slug);
    let sha256 = put(folder, &file, &standing.article)?;
    Ok(standing.entry(file, sha256))
}

/// Writes the index and the list of hashes. Answers the hash of the whole: of the list, without the index.
fn finish<P: Serialize>(written: &Written, purged: &P) -> Result<String, Failure> {
    let lines: String = written.entries.iter().flat_map(|entry| [&entry.sha256, "  ", &entry.file, "\n"]).collect();
    let whole = hex(lines.as_bytes());
    let index = json!({
        "at": written.at,
        "count": written.entries.len(),
        "sha256": whole,
        "articles": written.entries,
        "purged": purged,
        "not_recorded": NOT_RECORDED,
    });
    let of_index = put(&written.folder, "index.json", &index)?;
    let sums = written.folder.join("SHA256SUMS");
    std::fs::write(sums, format!("{lines}{of_index}  index.json\n")).map_err(Failure::failed)?;
    Ok(whole)
}

/// Writes a file as JSON and answers its hash.
fn put<T: Serialize>(folder: &Path, file: &str, item: &T) -> Result<String, Failure> {
    let mut bytes = serde_json::to_vec_pretty(item).map_err(Failure::failed)?;
    bytes.push(b'\n');
    let path = folder.join(file);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(Failure::failed)?;
    }
    std::fs::write(&path, &bytes).map_err(|error| Failure::failed(format!("{}: {error}", path.display())))?;
    Ok(hex(&bytes))
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}
