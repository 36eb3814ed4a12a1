//! `audit`: the record of who did or saw what, checked and, after its retention, shortened. Refuses to shorten a
//! record in which anything is wrong.

use std::path::{Path, PathBuf};

use sqlx::Connection;

use super::{Exit, Failure, Invocation, Opened, print_json};
use crate::audit::{Pruned, Report};

/// Checks everything; exits 1 where the record is not as it was written.
pub fn verify(invocation: &Invocation, anchors: Option<&Path>, as_json: bool) -> Result<(), Failure> {
    let opened = Opened::for_command(invocation)?;
    let report = opened.block_on(async |opened| {
        opened.seal_trail().await;
        check(opened, anchors).await
    })?;
    opened.leave()?;
    if as_json {
        print_json(&report)?;
    } else {
        report.lines().iter().for_each(|line| println!("{line}"));
    }
    if report.intact { Ok(()) } else { Err(Failure::new(Exit::Failed, "")) }
}

/// Removes what is older than its retention.
pub fn prune(invocation: &Invocation, dry_run: bool, as_json: bool) -> Result<(), Failure> {
    let opened = Opened::for_command(invocation)?;
    let pruned = opened.block_on(async |opened| {
        opened.seal_trail().await;
        let report = check(opened, None).await?;
        if !report.intact {
            let lines = report.lines().join("\n");
            return Err(Failure::failed(format!("{lines}\nNothing was removed.")));
        }
        let mut owner = opened.database.connect_as_owner().await.map_err(Failure::failed)?;
        let days = opened.config.audit_retention_days;
        let pruned = opened.chain().prune(&mut owner, days, dry_run).await.map_err(Failure::failed)?;
        owner.close().await.map_err(Failure::failed)?;
        Ok(pruned)
    })?;
    opened.leave()?;
    if as_json {
        return print_json(&pruned);
    }
    println!("{}", sentence(&pruned));
    Ok(())
}

async fn check(opened: &Opened, anchors: Option<&Path>) -> Result<Report, Failure> {
    // The file that the program writes itself is there once a head was signed; one that somebody names has to be.
    let own = opened.config.audit_anchors();
    let file: Option<PathBuf> = anchors.map(Path::to_owned).or_else(|| own.exists().then(|| own.clone()));
    let mut staff = opened.database.connect_as(false).await.map_err(Failure::failed)?;
    let report = opened.chain().verify(&mut staff, file.as_deref()).await.map_err(Failure::failed)?;
    staff.close().await.map_err(Failure::failed)?;
    if file.is_none() && report.heads > 0 {
        let own = own.display();
        eprintln!("warning: there is no file of anchors at {own}: rows that were removed at the end are not missed");
    }
    Ok(report)
}

fn sentence(pruned: &Pruned) -> String {
    let before = pruned.before.format("%Y-%m-%d");
    match (pruned.position, pruned.dry_run) {
        (None, _) => format!("no sealed row is older than {before}"),
        (Some(position), true) => {
            format!("{} rows up to position {position}, from before {before}, would be removed", pruned.rows)
        }
        (Some(position), false) => {
            format!("{} rows up to position {position}, from before {before}, were removed", pruned.rows)
        }
    }
}
