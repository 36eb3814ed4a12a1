//! The seal around what a patient wrote: each personal field under the row's own data key, before anything is bound
//! to a statement. Refuses to show an empty field for one that does not open: the failure is named and loud.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    attachments::{SealedAttachment, seal_all},
    door::Door,
    inquiry::{Details, PersonName, SealedPhone, Submission},
};
use crate::{
    clock::Clock,
    crypto::{DataKey, KeyError, KeyRing, Personal, Place, SealError, WrappedKey},
    http::{ApiError, Unopened},
};

/// The version of the JSON forms inside the sealed columns.
const VERSION: u8 = 1;

/// The sealed columns of one inquiry.
#[derive(Debug)]
pub struct Sealed {
    /// The row's data key.
    pub key: WrappedKey,
    /// [`PersonName`] as JSON.
    pub name: Vec<u8>,
    /// The address.
    pub email: Option<Vec<u8>>,
    /// [`SealedPhone`] as JSON.
    pub phone: Option<Vec<u8>>,
    /// The message.
    pub message: Option<Vec<u8>>,
    /// [`Noted`] as JSON.
    pub details: Vec<u8>,
    /// Files.
    pub attachments: Vec<SealedAttachment>,
    /// Finds the address without opening it.
    pub email_index: Option<[u8; 32]>,
    /// Finds the number without opening it.
    pub phone_index: Option<[u8; 32]>,
}

/// Details as they are sealed, with what we noted of the words: it says as much of a person as the words do.
#[derive(Debug, Serialize, Deserialize)]
pub struct Noted<D> {
    /// What was sent.
    #[serde(flatten)]
    pub details: D,
    /// The name of the emergency rule that matched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency_rule: Option<String>,
}

/// Seals a submission for the row `id`, with its files for rows of their own, and the name of the `emergency` rule that
/// matched.
///
/// # Errors
/// [`SealError`] where the system gives no random bytes.
pub fn seal(
    door: &Door,
    clock: &Clock,
    id: Uuid,
    (submission, emergency): (&Submission, Option<&str>),
) -> Result<Sealed, SealError> {
    let key = DataKey::generate()?;
    let attachments = seal_all(clock, &key, &submission.attachments)?;
    Ok(Sealed { attachments, ..seal_under(door, id, (submission, emergency), &key)? })
}

/// Seals what is told of an inquiry anew under the data key that it has: what stands beside it, files as well, opens as before.
///
/// # Errors
/// As [`Opener::of`]; [`ApiError::Internal`] where the system gives no random bytes.
pub fn seal_again(
    door: &Door,
    id: Uuid,
    told: (&Submission, Option<&str>),
    own: &WrappedKey,
) -> Result<Sealed, ApiError> {
    let key = Opener::of(&door.ring, id, own)?;
    seal_under(door, id, told, &key.key).map_err(|error| loud(&error, id, &own.key_id, "wrapped_key"))
}

fn seal_under(
    door: &Door,
    id: Uuid,
    (submission, emergency): (&Submission, Option<&str>),
    key: &DataKey,
) -> Result<Sealed, SealError> {
    let details = Noted { details: submission.details.reveal(), emergency_rule: emergency.map(str::to_owned) };
    let phone = submission.phone.as_ref().map(|phone| SealedPhone::from(phone.reveal()));
    let email = submission.email.as_ref().map(|email| email.reveal().as_str().as_bytes());
    let message = submission.message.as_ref().map(|message| message.reveal().as_bytes());
    Ok(Sealed {
        name: key.seal(place("sealed_name", id), &json(submission.name.reveal()))?,
        email: email.map(|email| key.seal(place("sealed_email", id), email)).transpose()?,
        phone: phone.map(|phone| key.seal(place("sealed_phone", id), &json(&phone))).transpose()?,
        message: message.map(|message| key.seal(place("sealed_message", id), message)).transpose()?,
        details: key.seal(place("sealed_details", id), &json(&details))?,
        attachments: Vec::new(),
        email_index: door.email_index(submission),
        phone_index: door.phone_index(submission),
        key: door.ring.wrap_key(key, id)?,
    })
}

fn place(column: &'static str, row: Uuid) -> Place<'static> {
    place_beside("cms.inquiry", column, row)
}

/// The place of something that stands in another table under an inquiry's key.
pub fn place_beside(table: &'static str, column: &'static str, row: Uuid) -> Place<'static> {
    Place { table, column, row, version: VERSION }
}

fn json<T: serde::Serialize>(value: &T) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(serde_json::to_vec(value).unwrap_or_default())
}

/// One inquiry's data key, opened to read its columns.
#[derive(Debug)]
pub struct Opener {
    id: Uuid,
    key_id: String,
    key: DataKey,
}

impl Opener {
    /// Opens the row's data key.
    ///
    /// # Errors
    /// [`ApiError::Unopened`] where the ring lacks the key or the bytes were altered or moved; the log names the key.
    pub fn of(ring: &KeyRing, id: Uuid, wrapped: &WrappedKey) -> Result<Self, ApiError> {
        let key = ring.unwrap_key(wrapped, id).map_err(|error| loud(&error, id, &wrapped.key_id, "wrapped_key"))?;
        Ok(Self { id, key_id: wrapped.key_id.clone(), key })
    }

    /// The name.
    ///
    /// # Errors
    /// As [`Opener::of`].
    pub fn name(&self, sealed: &[u8]) -> Result<Personal<PersonName>, ApiError> {
        self.parsed("sealed_name", sealed)
    }

    /// The number.
    ///
    /// # Errors
    /// As [`Opener::of`].
    pub fn phone(&self, sealed: &[u8]) -> Result<Personal<SealedPhone>, ApiError> {
        self.parsed("sealed_phone", sealed)
    }

    /// Times, service, attribution and extra answers, and what we noted of the words.
    ///
    /// # Errors
    /// As [`Opener::of`].
    pub fn details(&self, sealed: &[u8]) -> Result<Personal<Noted<Details>>, ApiError> {
        self.parsed("sealed_details", sealed)
    }

    /// The text of `sealed_email` or `sealed_message`.
    ///
    /// # Errors
    /// As [`Opener::of`].
    pub fn text(&self, column: &'static str, sealed: &[u8]) -> Result<Personal<String>, ApiError> {
        self.key.open_text(place(column, self.id), sealed).map_err(|error| self.loud(&error, column))
    }

    /// A text that staff wrote about the inquiry: it stands in another table, under the inquiry's own key.
    ///
    /// # Errors
    /// As [`Opener::of`].
    pub fn beside(
        &self,
        table: &'static str,
        column: &'static str,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<Personal<String>, ApiError> {
        self.key.open_text(place_beside(table, column, row), sealed).map_err(|error| self.loud(&error, column))
    }

    /// As [`Opener::beside`], for what is no text.
    ///
    /// # Errors
    /// As [`Opener::of`].
    pub fn bytes_beside(
        &self,
        table: &'static str,
        column: &'static str,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, ApiError> {
        self.key.open(place_beside(table, column, row), sealed).map_err(|error| self.loud(&error, column))
    }

    /// Seals what [`Opener::beside`] opens.
    ///
    /// # Errors
    /// [`ApiError::Internal`] where the system gives no random bytes.
    pub fn seal_beside(
        &self,
        table: &'static str,
        column: &'static str,
        row: Uuid,
        text: &Personal<String>,
    ) -> Result<Vec<u8>, ApiError> {
        self.key
            .seal(place_beside(table, column, row), text.reveal().as_bytes())
            .map_err(|error| self.loud(&error, column))
    }

    /// Seals a name for this inquiry.
    ///
    /// # Errors
    /// [`ApiError::Internal`] where the system gives no random bytes.
    pub fn seal_name(&self, name: &PersonName) -> Result<Vec<u8>, ApiError> {
        self.sealed("sealed_name", &json(name))
    }

    /// Seals a number for this inquiry.
    ///
    /// # Errors
    /// [`ApiError::Internal`] where the system gives no random bytes.
    pub fn seal_phone(&self, phone: &SealedPhone) -> Result<Vec<u8>, ApiError> {
        self.sealed("sealed_phone", &json(phone))
    }

    /// Seals an address for this inquiry.
    ///
    /// # Errors
    /// [`ApiError::Internal`] where the system gives no random bytes.
    pub fn seal_email(&self, email: &str) -> Result<Vec<u8>, ApiError> {
        self.sealed("sealed_email", email.as_bytes())
    }

    fn sealed(&self, column: &'static str, text: &[u8]) -> Result<Vec<u8>, ApiError> {
        self.key.seal(place(column, self.id), text).map_err(|error| self.loud(&error, column))
    }

    fn parsed<T: DeserializeOwned>(&self, column: &'static str, sealed: &[u8]) -> Result<Personal<T>, ApiError> {
        let opened = self.key.open(place(column, self.id), sealed).map_err(|error| self.loud(&error, column))?;
        // The parser's own message could quote what it read.
        let parsed = serde_json::from_slice(&opened).map_err(|_| self.loud(&SealError::Refused, column))?;
        Ok(Personal::new(parsed))
    }

    fn loud(&self, error: &SealError, column: &'static str) -> ApiError {
        loud(error, self.id, &self.key_id, column)
    }
}

/// A stored field that does not open is told by its name, never by a gap; the audit trail has it too.
fn loud(error: &SealError, inquiry: Uuid, key_id: &str, column: &'static str) -> ApiError {
    tracing::error!(%inquiry, key = key_id, column, %error, "an inquiry cannot be opened");
    let missing_key = match error {
        SealError::Key(KeyError::MissingKey { id }) => Some(shown_key_id(id)),
        SealError::Random(_) | SealError::TooLong => return ApiError::Internal,
        _ => None,
    };
    ApiError::Unopened(Unopened {
        action: "inquiry.seal_refused",
        subject: "inquiry",
        subject_id: inquiry,
        field: column,
        missing_key,
    })
}

/// An id of ours as it is; what somebody else wrote into the column is not repeated.
fn shown_key_id(id: &str) -> String {
    let ours = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (1..=40).contains(&id.len()) && id.chars().all(ours) { id.to_owned() } else { "of another name".to_owned() }
}
