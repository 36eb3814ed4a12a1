//! What becomes of an article whose review is overdue. To say so, and to ask search engines to stay away, is the views'
//! part; here a publication is given its end, so that an article goes by itself and no job has to run.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::{articles::queries::reviews, http::ApiError};

/// Keeps what the settings say, so that views and every node know it. `on_overdue` is `flag`, `noindex` or `withdraw`.
///
/// # Errors
/// Those of the database.
pub async fn keep_review_policy(
    connection: &mut PgConnection,
    on_overdue: &str,
    months: u32,
) -> Result<(), sqlx::Error> {
    reviews::keep_policy(connection, on_overdue, i32::try_from(months).unwrap_or(i32::MAX)).await
}

/// When a publication that begins at `from` ends: as asked, and no later than the review holds where the clinic
/// withdraws what is overdue.
///
/// # Errors
/// 409 where the review does not hold at the beginning.
pub fn end_of(
    asked: Option<DateTime<Utc>>,
    review_until: Option<DateTime<Utc>>,
    from: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, ApiError> {
    if review_until.is_some_and(|until| until <= from) {
        let detail = "the review of this content is overdue by then; have it signed off again";
        return Err(ApiError::Conflict { code: "review_overdue", detail });
    }
    Ok([asked, review_until].into_iter().flatten().min())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_publication_ends_with_its_review_or_before() {
        let at = |second| DateTime::from_timestamp(second, 0);
        let end = |asked, review| end_of(asked, review, DateTime::UNIX_EPOCH).ok();
        assert_eq!(end(None, None), Some(None));
        assert_eq!(end(at(5), None), Some(at(5)));
        assert_eq!(end(None, at(7)), Some(at(7)));
        assert_eq!(end(at(5), at(7)), Some(at(5)));
        assert_eq!(end(at(9), at(7)), Some(at(7)));
        assert_eq!(end(None, at(0)), None, "nothing is left of the review");
    }
}
