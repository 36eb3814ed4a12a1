//! The walk through everything that is written, page by page: no more than a page of texts is in memory.

use std::sync::Arc;

use actix_web::web;
use uuid::Uuid;

use super::{
    finding::{ConsistencyFinding, ConsistencyReport, LookedThrough},
    record::{OwnRecord, contradictions},
    texts::{WrittenText, Yardstick},
};
use crate::{clinic::queries, clock::Clock, db::StaffDb, http::ApiError};

/// Findings after which nobody looks further.
const MOST: usize = 1000;
/// Records that are read at once. A text has at most half a megabyte.
const AT_ONCE: i64 = 20;

/// A part of what is written: its name in the database, and the type of its records.
type Part = (&'static str, &'static str);

const PARTS: [Part; 7] = [
    ("article", "article"),
    ("legal_notice", "legal_notice"),
    ("faq", "faq"),
    ("notice", "notice"),
    ("service", "service"),
    ("provider", "provider"),
    (DRAFTS, "article"),
];
const DRAFTS: &str = "draft";

/// Looks through the record, and through all texts beside it; through drafts where they are asked for.
pub(super) async fn look_through(
    database: &StaffDb,
    clock: &Clock,
    record: OwnRecord,
    drafts: bool,
) -> Result<ConsistencyReport, ApiError> {
    let now = clock.now();
    let mut findings = contradictions(&record, now);
    let mut looked_through = LookedThrough { locations: count(record.locations.len()), ..LookedThrough::default() };
    let yardstick = Arc::new(Yardstick::of(&record, now));
    for part in PARTS.into_iter().filter(|(name, _)| drafts || *name != DRAFTS) {
        if findings.len() <= MOST {
            let looked = look_through_part(database, &yardstick, part, &mut findings).await?;
            *counter(&mut looked_through, part.0) = looked;
        }
    }
    let truncated = findings.len() > MOST;
    findings.truncate(MOST);
    Ok(ConsistencyReport { checked_at: now, findings, looked_through, truncated })
}

/// Adds what is found in a part, and answers how many records were looked through.
async fn look_through_part(
    database: &StaffDb,
    yardstick: &Arc<Yardstick>,
    (name, kind): Part,
    findings: &mut Vec<ConsistencyFinding>,
) -> Result<u32, ApiError> {
    let (mut after, mut looked) = (Uuid::nil(), 0);
    while findings.len() <= MOST {
        let page = database
            .transact(async move |connection| {
                Ok::<_, ApiError>(queries::list_written_texts(connection, name, after, AT_ONCE).await?)
            })
            .await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        looked += count(page.len());
        let yardstick = Arc::clone(yardstick);
        // Reading half a megabyte takes milliseconds that other requests of the worker would wait for.
        let compare = move |text: &WrittenText| yardstick.compare(kind, text);
        let found = web::block(move || page.iter().flat_map(compare).collect::<Vec<_>>()).await;
        findings.extend(found.map_err(|_| ApiError::Busy)?);
    }
    Ok(looked)
}

fn counter<'a>(counts: &'a mut LookedThrough, part: &str) -> &'a mut u32 {
    match part {
        "article" => &mut counts.articles,
        "legal_notice" => &mut counts.legal_notices,
        "faq" => &mut counts.faqs,
        "notice" => &mut counts.notices,
        "service" => &mut counts.services,
        "provider" => &mut counts.providers,
        _ => &mut counts.drafts,
    }
}

fn count(records: usize) -> u32 {
    u32::try_from(records).unwrap_or(u32::MAX)
}
