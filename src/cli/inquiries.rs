//! `inquiries purge` and `breach-report`: what is due is erased, and whose inquiries somebody saw is told. Refuses to
//! show a word of what a patient wrote.

use std::{io::Write, path::Path};

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::json;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::{Exit, Failure, Invocation, Opened, print_json, progress};
use crate::{
    audit::{Actor, Entry},
    db::DbError,
    http::ApiError,
    inquiries::privacy::{
        breach::{self, BreachQuestion, BreachReport, Suspect},
        retention::{self, DueInquiries},
    },
};

/// What is due, as it is printed.
#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "as the output has it")]
struct Due {
    form: String,
    status: String,
    due: i64,
    held: i64,
}

impl From<DueInquiries> for Due {
    fn from(due: DueInquiries) -> Self {
        Self { form: due.form, status: due.status, due: due.due, held: due.held }
    }
}

/// Erases what was kept long enough, or tells how much that is.
pub fn purge(invocation: &Invocation, dry_run: bool, as_json: bool) -> Result<(), Failure> {
    let opened = Opened::for_command(invocation)?;
    let done = opened.block_on(async |opened| {
        let due = count(opened).await?;
        let erased = if dry_run { 0 } else { erase(opened, &due).await? };
        Ok((due, erased))
    });
    let left = opened.leave();
    let (due, erased) = done?;
    left?;
    if as_json {
        return print_json(&json!({"dry_run": dry_run, "erased": erased, "due": due}));
    }
    for part in &due {
        let held = if part.held > 0 { format!("   ({} held)", part.held) } else { String::new() };
        println!("{:<24} {:<20} {}{held}", part.form, part.status, part.due);
    }
    let total: i64 = due.iter().map(|part| part.due).sum();
    if dry_run {
        println!("{total} inquiries would be erased; nothing was changed");
    } else {
        println!("{erased} inquiries were erased");
    }
    Ok(())
}

async fn count(opened: &Opened) -> Result<Vec<Due>, Failure> {
    let mut staff = opened.database.connect_as(false).await.map_err(Failure::failed)?;
    let counted = retention::count_due(&mut staff, opened.clock.now()).await;
    staff.close().await.map_err(Failure::failed)?;
    let counted = counted.map_err(|error| Failure::failed(DbError::from(error)))?;
    Ok(counted.into_iter().map(Due::from).collect())
}

async fn erase(opened: &Opened, due: &[Due]) -> Result<usize, Failure> {
    let bar = progress::bar("erasing");
    bar.set_length(due.iter().map(|part| u64::try_from(part.due).unwrap_or(0)).sum());
    let log = opened.tombstones();
    let (staff, trail) = (opened.database.staff(2), opened.trail());
    let told = |count: usize| bar.inc(u64::try_from(count).unwrap_or(0));
    let mut erased = 0;
    loop {
        // A round ends after many batches; here it goes on until nothing is due.
        let round = retention::purge(&staff, &log, &trail, opened.clock.now(), told).await?;
        erased += round;
        if round == 0 {
            break;
        }
    }
    bar.finish_and_clear();
    staff.close().await;
    Ok(erased)
}

/// How a report is written.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// An instant or a date.
    pub from: &'a str,
    /// An instant or a date.
    pub until: &'a str,
    /// Who.
    pub suspect: Suspect,
    /// A table of inquiries instead of JSON.
    pub csv: bool,
    /// The file; none for stdout.
    pub out: Option<&'a Path>,
}

/// Tells whose inquiries were seen, out of the audit trail. Exits 1 where the trail is not as it was written.
pub fn breach_report(invocation: &Invocation, wanted: &Wanted<'_>) -> Result<(), Failure> {
    let (from, until) = (instant("--from", wanted.from)?, instant("--until", wanted.until)?);
    if from >= until {
        return Err(Failure::new(Exit::Usage, "--until must be after --from"));
    }
    let question = BreachQuestion { from, until, suspect: wanted.suspect };
    let opened = Opened::for_command(invocation)?;
    let made = opened.block_on(async |opened| {
        opened.seal_trail().await;
        let mut staff = opened.database.connect_as(false).await.map_err(Failure::failed)?;
        let made = make(opened, &mut staff, question).await;
        staff.close().await.map_err(Failure::failed)?;
        made
    });
    let left = opened.leave();
    let report = made?;
    left?;
    write(&report, wanted)?;
    if report.trail.intact {
        return Ok(());
    }
    let problems = report.trail.problems.join("\n");
    Err(Failure::failed(format!("the audit trail of these times is not as it was written:\n{problems}")))
}

async fn make(opened: &Opened, staff: &mut PgConnection, question: BreachQuestion) -> Result<BreachReport, Failure> {
    let database = |error: sqlx::Error| Failure::failed(DbError::from(error));
    // The statements read years of rows; nobody waits for a page.
    sqlx::query!("set statement_timeout = 0").execute(&mut *staff).await.map_err(database)?;
    sqlx::query!("set idle_in_transaction_session_timeout = 0").execute(&mut *staff).await.map_err(database)?;
    let mut transaction = staff.begin().await.map_err(database)?;
    let entry = Entry {
        actor: Actor::System,
        action: "breach_report.read",
        subject: "breach_report",
        subject_id: None,
        fields: &[],
        request_id: None,
    };
    opened.trail().record(&mut transaction, entry).await.map_err(database)?;
    let made = breach::make(&mut transaction, &opened.chain(), question, opened.clock.now()).await;
    let report = made.map_err(|error| match error {
        ApiError::NotFound => Failure::failed("there is no session of this id any more: give its account with --actor"),
        other => other.into(),
    })?;
    transaction.commit().await.map_err(database)?;
    Ok(report)
}

fn write(report: &BreachReport, wanted: &Wanted<'_>) -> Result<(), Failure> {
    let mut bytes = if wanted.csv {
        breach::as_csv(report).map_err(Failure::failed)?
    } else {
        serde_json::to_vec_pretty(report).map_err(Failure::failed)?
    };
    if !bytes.ends_with(b"\n") {
        bytes.push(b'\n');
    }
    match wanted.out {
        Some(file) => {
            std::fs::write(file, &bytes).map_err(|error| Failure::failed(format!("{}: {error}", file.display())))
        }
        None => std::io::stdout().write_all(&bytes).map_err(Failure::failed),
    }
}

/// Who is asked about: at most one of the three.
pub fn suspect(actor: Option<Uuid>, key: Option<Uuid>, session: Option<Uuid>) -> Suspect {
    match (actor.or(key), session) {
        (_, Some(session)) => Suspect::Session(session),
        (Some(actor), None) => Suspect::Actor(actor),
        (None, None) => Suspect::Anybody,
    }
}

fn instant(flag: &str, text: &str) -> Result<DateTime<Utc>, Failure> {
    let date = || Some(text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0)?.and_utc());
    let instant = DateTime::parse_from_rfc3339(text).map(|instant| instant.to_utc()).ok().or_else(date);
    instant.ok_or_else(|| Failure::new(Exit::Usage, format!("{flag} must be an RFC 3339 instant or a date")))
}
