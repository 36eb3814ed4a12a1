//! What staff are told of a review: who is asked, what was said, who signed.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::articles::answers::{Author, Person};

/// Colleagues are asked to look at an article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewRequest {
    pub requested_at: DateTime<Utc>,
    pub requested_by: Option<Person>,
    /// Who is asked; null is whoever may sign.
    pub reviewer: Option<Person>,
    pub note: Option<String>,
    /// The newest when it was asked.
    pub revision: i32,
}

/// When an article is to be looked at again: what the public sees of it, else its newest content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewDue {
    pub next_review_due: Option<NaiveDate>,
    pub overdue: bool,
}

/// What a colleague says of a revision.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Comment {
    pub id: Uuid,
    /// What it speaks of.
    pub revision: i32,
    /// JSON Pointer (RFC 6901) of the field.
    pub pointer: Option<String>,
    /// The words.
    pub quote: Option<String>,
    pub body: String,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    #[schema(value_type = Option<Person>)]
    pub created_by: Option<Json<Person>>,
    /// When it was settled; null while it is open.
    pub resolved_at: Option<DateTime<Utc>>,
    #[schema(value_type = Option<Person>)]
    pub resolved_by: Option<Json<Person>>,
}

/// One comment.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommentAnswer {
    pub data: Comment,
}

/// Comments, the oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommentList {
    pub data: Vec<Comment>,
}

/// The licence that was current when somebody signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignoffLicence {
    /// Where it was given.
    pub state: String,
    pub number: String,
    /// The last day on which it counts.
    pub expires_on: NaiveDate,
}

/// Somebody stands with their name for what one revision says.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Signoff {
    pub id: Uuid,
    /// 1, and 2 once it is revoked.
    pub version: i32,
    /// The revision that was read. The sign-off holds for its content, in whatever revision that stands.
    pub revision: i32,
    /// SHA-256 of the content, in hexadecimal.
    pub content_hash: String,
    /// As they stood on that day.
    #[schema(value_type = Author)]
    pub reviewed_by: Json<Author>,
    /// Null where the content needs none and there was none.
    #[schema(value_type = Option<SignoffLicence>)]
    pub licence: Option<Json<SignoffLicence>>,
    pub signed_at: DateTime<Utc>,
    pub next_review_due: Option<NaiveDate>,
    pub note: Option<String>,
    /// When it was taken back; null while it holds.
    pub revoked_at: Option<DateTime<Utc>>,
    #[schema(value_type = Option<Person>)]
    pub revoked_by: Option<Json<Person>>,
    pub revoke_reason: Option<String>,
}

/// One sign-off.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignoffAnswer {
    pub data: Signoff,
}

/// The sign-offs of an article, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignoffList {
    pub data: Vec<Signoff>,
}
