//! What people ask about what is kept of them: to see it, to have it corrected or erased, to take a consent back. Each
//! request has a day by which it is answered, and nothing is shown or changed before somebody has made sure who asks.
//!
//! | file | holds |
//! |---|---|
//! | `deadline` | by when, by whose law |
//! | `request` | a request as it is shown |
//! | `input` | what staff send |
//! | `admin` | a request taken, verified, extended, refused |
//! | `matches` | which inquiries are the person's |
//! | `fulfilment`, `fulfilment_input` | what is shown, erased, corrected, withdrawn; and what of it staff ask for |
//! | `queries` | all SQL |

pub(super) mod admin;
mod deadline;
pub(super) mod fulfilment;
mod fulfilment_input;
mod input;
pub(super) mod matches;
mod queries;
mod request;

use chrono::{DateTime, TimeDelta, Utc};

pub use fulfilment::{CorrectedInquiry, DataPackage, Fulfilment, FulfilmentAnswer, KeptInquiry};
pub use fulfilment_input::{FulfilmentInput, NameInput};
pub use input::{DataRequestInput, ExtensionInput, RefusalInput, VerificationInput};
pub use matches::{DataRequestMatch, DataRequestMatches};
pub use request::{DataRequest, DataRequestAnswer, DataRequestPage};

use crate::{db::StaffDb, http::ApiError};

/// How long the contact of an answered request is kept (11 CCR 7101(a): records of requests for 24 months).
const CONTACT_KEPT: TimeDelta = TimeDelta::days(731);

/// Takes the contacts out of requests that were answered two years ago. What was asked and done stays.
///
/// # Errors
/// Those of the database.
pub async fn clear_contacts(database: &StaffDb, now: DateTime<Utc>) -> Result<u64, ApiError> {
    let before = now - CONTACT_KEPT;
    database
        .transact(async move |transaction| Ok::<_, ApiError>(queries::clear_contacts(transaction, before, now).await?))
        .await
}
