//! Which revisions carry which disclosures: derived when a revision is written, and again when a disclosure is. The
//! articles that the public sees otherwise from then on are noted as changed.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::rule::{carried, pattern};
use crate::{
    articles::{
        events,
        queries::{
            attachments::{self, ReadRevision, RuleRow},
            publications,
        },
    },
    clock::Clock,
    http::ApiError,
    outbox::EventKind,
};

/// Gives a revision the disclosures that its text demands.
///
/// # Errors
/// Those of the database.
pub(in crate::articles) async fn attach(connection: &mut PgConnection, revision: Uuid) -> Result<(), sqlx::Error> {
    let rules = attachments::list_rules(connection, None).await?;
    if rules.is_empty() {
        return Ok(());
    }
    let read = attachments::find_read_revision(connection, revision).await?;
    let ids: Vec<_> = carried(&rules, &read).map(|rule| rule.id).collect();
    attachments::set_attached(connection, revision, &ids).await
}

/// The kinds of the disclosures that a revision's text demands and that exist.
///
/// # Errors
/// Those of the database.
pub(in crate::articles) async fn kinds_of(
    connection: &mut PgConnection,
    revision: Uuid,
) -> Result<Vec<String>, sqlx::Error> {
    let rules = attachments::list_rules(connection, None).await?;
    let read = attachments::find_read_revision(connection, revision).await?;
    Ok(carried(&rules, &read).map(|rule| rule.kind.clone()).collect())
}

/// Stores a changed disclosure by `write`, gives it to the revisions that demand it now, and notes the visible articles
/// that show something else than before. `rewritten` says that the disclosure itself reads otherwise.
pub(super) async fn spread(
    connection: &mut PgConnection,
    clock: &Clock,
    disclosure: Uuid,
    rewritten: bool,
    write: impl AsyncFnOnce(&mut PgConnection, DateTime<Utc>) -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    let stamp = publications::stamp(connection).await?;
    let before: BTreeSet<_> = attachments::list_showing(connection, disclosure, stamp).await?.into_iter().collect();
    write(connection, stamp).await?;
    for rule in attachments::list_rules(connection, Some(disclosure)).await? {
        reattach(connection, &rule).await?;
    }
    let after: BTreeSet<_> = attachments::list_showing(connection, disclosure, stamp).await?.into_iter().collect();
    let changed: Vec<Uuid> = if rewritten {
        before.union(&after).copied().collect()
    } else {
        before.symmetric_difference(&after).copied().collect()
    };
    for article in publications::touch_visible(connection, &changed, stamp).await? {
        events::tell(connection, clock, EventKind::ArticleUpdated, article, stamp).await?;
    }
    Ok(())
}

/// Gives the disclosures of a service to the revisions that name it, as it is called now.
///
/// # Errors
/// Those of the database.
pub(super) async fn follow_service(
    connection: &mut PgConnection,
    clock: &Clock,
    service: Uuid,
) -> Result<(), ApiError> {
    for disclosure in attachments::list_disclosures_of(connection, service).await? {
        spread(connection, clock, disclosure, false, async |_, _| Ok(())).await?;
    }
    Ok(())
}

async fn reattach(connection: &mut PgConnection, rule: &RuleRow) -> Result<(), sqlx::Error> {
    let pattern = pattern(rule);
    let mut after = Uuid::nil();
    loop {
        let (candidates, last) = attachments::list_candidates(connection, rule.id, pattern.as_deref(), after).await?;
        let demands = |revision: &&ReadRevision| carried(std::slice::from_ref(rule), revision).next().is_some();
        let (to, from): (Vec<_>, Vec<_>) = candidates.iter().partition(demands);
        let ids = |revisions: Vec<&ReadRevision>| revisions.iter().map(|revision| revision.id).collect::<Vec<_>>();
        attachments::move_attachments(connection, rule.id, &ids(to), &ids(from)).await?;
        match last {
            Some(last) => after = last,
            None => return Ok(()),
        }
    }
}
