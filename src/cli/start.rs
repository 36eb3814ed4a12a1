//! What every start settles before the first request: the schema, the roles, the singletons, the keys.

use chrono::DateTime;
use sqlx::Connection;

use super::{Failure, Opened};
use crate::{
    articles::{self, addresses::PathRule},
    clinic,
    config::ArticlePath,
    db::OpenError,
    inquiries::{
        self,
        privacy::erasure::{self, ReconcileError, Reconciled},
    },
};

/// Why an installation could not be settled.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// The database is not there, or not as it must be.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// A statement failed.
    #[error("the database refused what every start needs ({0})")]
    Refused(#[from] crate::db::DbError),
    /// The keys are not the ones that the database was written with.
    #[error(transparent)]
    Keys(#[from] inquiries::RingMismatch),
    /// It cannot be made sure that what was erased stays erased.
    #[error(transparent)]
    Tombstones(#[from] ReconcileError),
}

impl From<SettleError> for Failure {
    fn from(error: SettleError) -> Self {
        Self::failed(error)
    }
}

/// Brings the schema up to date, makes the clinic's record and the default form where they are missing, compares the
/// keys with those that the database knows, and erases again what a restored backup brought back. Answers how many migrations were applied.
///
/// # Errors
/// [`SettleError`].
pub async fn settle(opened: &Opened) -> Result<usize, SettleError> {
    let refused = |error: sqlx::Error| SettleError::Refused(error.into());
    let applied = opened.database.prepare().await?;
    if opened.database.has_owner() {
        let mut owner = opened.database.connect_as_owner().await?;
        clinic::ensure(&mut owner, opened.clock.new_id()).await.map_err(refused)?;
        inquiries::ensure_default_form(&mut owner, opened.clock.new_id()).await?;
        owner.close().await.map_err(refused)?;
    }
    let mut staff = opened.database.connect_as(false).await?;
    let mut transaction = staff.begin().await.map_err(refused)?;
    inquiries::register_keys(&mut transaction, &opened.ring).await?;
    transaction.commit().await.map_err(refused)?;
    staff.close().await.map_err(refused)?;
    apply_tombstones(opened).await?;
    Ok(applied)
}

/// Erases again what a restored database has again, and brings the file of tombstones up to date.
///
/// # Errors
/// [`SettleError::Tombstones`].
pub async fn apply_tombstones(opened: &Opened) -> Result<Reconciled, SettleError> {
    let staff = opened.database.staff(1);
    let (log, trail) = (opened.tombstones(), opened.trail());
    let found = erasure::reconcile(&staff, &log, &trail, DateTime::UNIX_EPOCH).await;
    staff.close().await;
    Ok(found?)
}

/// Tells the database what the settings say of articles: what becomes of those whose review is overdue, and where they
/// stand on the clinic's site. For `serve` alone: a command that is run once, with other settings around it, decides
/// nothing.
///
/// # Errors
/// [`SettleError`].
pub async fn keep_article_settings(opened: &Opened) -> Result<(), SettleError> {
    let refused = |error: sqlx::Error| SettleError::Refused(error.into());
    let (on_overdue, months) = (opened.config.review_overdue.name(), opened.config.review_months);
    let rules: Vec<_> = opened.config.article_paths.iter().map(rule).collect();
    let mut staff = opened.database.connect_as(false).await?;
    articles::keep_review_policy(&mut staff, on_overdue, months).await.map_err(refused)?;
    articles::addresses::keep_rules(&mut staff, &rules).await.map_err(refused)?;
    staff.close().await.map_err(refused)
}

/// A template of the settings as the articles' room takes it.
fn rule(path: &ArticlePath) -> PathRule {
    PathRule {
        locale: path.locale.clone(),
        category: path.category.clone(),
        default_locale: path.default_locale,
        template: path.template.clone(),
    }
}
