//! What only a hand-off reads.

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::records::Texts;

/// A text that somebody agreed to.
#[derive(Debug)]
pub struct AgreedText {
    /// What for.
    pub purpose: String,
    /// The version.
    pub text_version: String,
    /// By language.
    pub texts: Json<Texts>,
}

/// Every version of every text of a form.
///
/// # Errors
/// Those of the database.
pub async fn list_agreed_texts(transaction: &mut PgConnection, form: Uuid) -> Result<Vec<AgreedText>, sqlx::Error> {
    sqlx::query_as!(
        AgreedText,
        r#"select purpose, text_version, texts as "texts: Json<Texts>" from cms.consent_text where form_id = $1"#,
        form,
    )
    .fetch_all(transaction)
    .await
}
