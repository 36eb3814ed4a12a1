//! `doctor`: looks at everything a start needs, one line each, and says what to do; and at what the clinic tells
//! everybody, which is worth a look and no reason to be unwell. Changes nothing but what a start would change as well.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;
use sqlx::Connection;

use super::{
    Exit, Failure, Invocation, Opened, load,
    opened::{embedded_options, is_embedded, open_keys},
    print_json, progress, settle,
    start::apply_tombstones,
};
use crate::{
    clinic::{self, Keeping, consistency::ConsistencyReport},
    clock::Clock,
    db::{
        DbError, PUBLIC_ROLE, StaffDb,
        embedded::{Lifetime, installed},
        migrations,
    },
    outbox,
};

/// Dead letters of so long are told of.
const DEAD_TOLD: chrono::TimeDelta = chrono::TimeDelta::days(30);
/// Contradictions that are told one by one; the API has all of them.
const TOLD: usize = 3;

/// One look.
#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    /// Whether a start would succeed.
    ok: bool,
    /// Whether somebody should have a look all the same.
    warning: bool,
    detail: String,
}

impl Finding {
    fn mark(&self) -> &'static str {
        match (self.ok, self.warning) {
            (false, _) => "FAIL",
            (true, true) => "warn",
            (true, false) => "ok  ",
        }
    }
}

/// Looks at everything; exits 3 where something is not well.
pub fn run(invocation: &Invocation, as_json: bool) -> Result<(), Failure> {
    let bar = progress::spinner("looking around");
    let findings = look(invocation);
    bar.finish_and_clear();
    let well = findings.iter().all(|finding| finding.ok);
    if as_json {
        print_json(&json!({"well": well, "findings": findings}))?;
    } else {
        for finding in &findings {
            println!("{} {:<11} {}", finding.mark(), finding.what, finding.detail);
        }
    }
    if well { Ok(()) } else { Err(Failure::new(Exit::Unhealthy, "")) }
}

fn look(invocation: &Invocation) -> Vec<Finding> {
    let finding = |what, outcome: Result<String, String>| Finding {
        what,
        ok: outcome.is_ok(),
        warning: false,
        detail: outcome.unwrap_or_else(|wrong| wrong),
    };
    let config = match load(invocation) {
        Ok(config) => config,
        Err(failure) => return vec![finding("settings", Err(failure.message))],
    };
    let unused = config.unused();
    let mut findings = vec![finding(
        "settings",
        Ok(if unused.is_empty() {
            "no mistakes".to_owned()
        } else {
            format!("set without effect yet: {}", unused.join(", "))
        }),
    )];
    let keys = open_keys(&config)
        .map(|ring| format!("{} in {}", ring.fingerprints().len(), config.data_dir.join("keys").display()));
    findings.push(finding("keys", keys.map_err(|failure| failure.message)));
    let options = match embedded_options(invocation, &config, Lifetime::Detached) {
        Ok(options) => options,
        Err(failure) => return vec![finding("program", Err(failure.message))],
    };
    if is_embedded(&config) {
        let found =
            installed(&options).map(|binaries| format!("{} in {}", binaries.version, binaries.folder.display()));
        findings.push(finding(
            "postgres",
            Ok(found.unwrap_or_else(|| "none on this machine; a start fetches one".to_owned())),
        ));
    }
    match Opened::open(config, &options, Clock::system()) {
        Err(failure) => findings.push(finding("database", Err(failure.message))),
        Ok(opened) => {
            let settled = opened.block_on(async |opened| Ok(settle(opened).await?));
            let schema = settled.map(|_| format!("reachable, schema at {}", migrations::newest()));
            findings.push(finding("database", schema.map_err(|failure| failure.message)));
            findings.push(look_at_tombstones(&opened));
            let door = opened.block_on(async |opened| public_door(opened).await);
            findings.push(finding("roles", door.map_err(|failure| failure.message)));
            findings.extend(look_at_content(&opened));
            if let Err(failure) = opened.leave() {
                findings.push(finding("database", Err(failure.message)));
            }
        }
    }
    findings
}

/// Whether what was erased is gone.
fn look_at_tombstones(opened: &Opened) -> Finding {
    let what = "erasures";
    match opened.block_on(async |opened| Ok(apply_tombstones(opened).await?)) {
        Err(failure) => Finding { what, ok: false, warning: false, detail: failure.message },
        Ok(found) => {
            let mut detail = format!("{} in {}", found.known, opened.tombstones().path().display());
            if !found.held.is_empty() {
                let held: Vec<_> = found.held.iter().map(ToString::to_string).collect();
                detail = format!("{detail}; there again and held, release them: {}", held.join(", "));
            }
            if !found.refused.is_empty() {
                detail = format!("{detail}; {} lines are not ours", found.refused.len());
            }
            Finding { what, ok: true, warning: !found.held.is_empty() || !found.refused.is_empty(), detail }
        }
    }
}

/// What the clinic tells everybody.
fn look_at_content(opened: &Opened) -> Vec<Finding> {
    let looked = opened.block_on(async |opened| {
        let staff = opened.database.staff(1);
        let looked = content(&staff, &opened.clock).await;
        staff.close().await;
        looked
    });
    looked.unwrap_or_else(|failure| {
        vec![Finding { what: "consistency", ok: false, warning: false, detail: failure.message }]
    })
}

async fn content(staff: &StaffDb, clock: &Clock) -> Result<Vec<Finding>, Failure> {
    let required = clinic::check_required_notices(staff).await?;
    let wanting = required.iter().filter(|notice| notice.state != Keeping::Kept);
    let wanting: Vec<_> = wanting.map(|notice| format!("{} {}", notice.kind, notice.state.as_str())).collect();
    let kept = format!("{} required notices are kept", required.len());
    let notices = if wanting.is_empty() { kept } else { wanting.join(", ") };
    let report = clinic::consistency::check_consistency(staff, clock).await?;
    let since = clock.now() - DEAD_TOLD;
    let trouble = staff.transact(async move |tx| Ok::<_, DbError>(outbox::find_trouble(tx, since).await?)).await;
    let (dead, off) = trouble.map_err(Failure::failed)?;
    let webhooks = match (dead, off) {
        (0, 0) => "no dead letters in 30 days, no endpoint turned off by itself".to_owned(),
        _ => format!(
            "{dead} dead letters in 30 days, {off} endpoints turned off because their receiver is gone; \
             see /v1/admin/webhooks and …/deliveries?status=dead"
        ),
    };
    let worth_a_look = |what, warning, detail| Finding { what, ok: true, warning, detail };
    Ok(vec![
        worth_a_look("compliance", !wanting.is_empty(), notices),
        worth_a_look("consistency", !report.findings.is_empty(), in_short(&report)),
        worth_a_look("webhooks", dead > 0 || off > 0, webhooks),
    ])
}

/// How often each contradiction was found, then the first few. The words that were found are left to the API, which
/// leaves a row in the audit trail.
fn in_short(report: &ConsistencyReport) -> String {
    let mut counts = BTreeMap::new();
    for finding in &report.findings {
        *counts.entry(finding.code).or_insert(0_u32) += 1;
    }
    if counts.is_empty() {
        return "texts and record agree".to_owned();
    }
    let counts: Vec<_> = counts.into_iter().map(|(code, count)| format!("{} {count}", code.as_str())).collect();
    let more = if report.truncated { " and more" } else { "" };
    let first = report.findings.iter().take(TOLD).map(|finding| {
        let place = &finding.r#where;
        let name = place.slug.clone().unwrap_or_else(|| place.id.to_string());
        format!("{} {name}, {}: {}", place.r#type, finding.field, finding.message)
    });
    format!("{}{more}; {}", counts.join(", "), first.collect::<Vec<_>>().join("; "))
}

/// The public role must not be able to read a draft; asked for once here, as it would be by an attacker.
async fn public_door(opened: &Opened) -> Result<String, Failure> {
    let mut owner = opened.database.connect_as_owner().await.map_err(Failure::failed)?;
    let open = sqlx::query_scalar!(
        r#"select count(*) as "count!" from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'cms' and c.relkind in ('r', 'v') and has_table_privilege($1, c.oid, 'select')"#,
        PUBLIC_ROLE,
    )
    .fetch_one(&mut owner)
    .await
    .map_err(|error| Failure::failed(DbError::from(error)))?;
    let _ = owner.close().await;
    match open {
        0 => Ok(format!("{PUBLIC_ROLE} reads no table of ours")),
        count => {
            Err(Failure::failed(format!("{PUBLIC_ROLE} may read {count} tables; revoke what was granted by hand")))
        }
    }
}
