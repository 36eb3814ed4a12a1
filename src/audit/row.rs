//! A row of the trail as bytes. Both its HMAC and its seal are made over these; they are the same for equal rows and
//! for no others, since every field stands behind its length.

use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::crypto::TagKey;

/// Names the form of [`Facts::canonical`]: another form gets another name.
const LABEL: &[u8] = b"audit-row/1";

/// What a row says.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// UUIDv7.
    pub id: Uuid,
    /// In whole microseconds, which is what the database keeps.
    pub at: DateTime<Utc>,
    /// `account`, `api_key`, `integration`, `public` or `system`.
    pub actor_kind: &'a str,
    /// The account, the key or the connection.
    pub actor_id: Option<Uuid>,
    /// `noun.verb`.
    pub action: &'a str,
    /// The kind of record.
    pub subject_type: &'a str,
    /// The record; none for a list.
    pub subject_id: Option<Uuid>,
    /// Names, never values.
    pub fields: &'a [String],
    /// The request that did it.
    pub request_id: Option<&'a str>,
}

impl Facts<'_> {
    /// The row as bytes.
    pub fn canonical(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(256);
        put(&mut bytes, self.id.as_bytes());
        put(&mut bytes, &self.at.timestamp_micros().to_be_bytes());
        put(&mut bytes, self.actor_kind.as_bytes());
        put_optional(&mut bytes, self.actor_id.as_ref().map(|id| id.as_bytes().as_slice()));
        put(&mut bytes, self.action.as_bytes());
        put(&mut bytes, self.subject_type.as_bytes());
        put_optional(&mut bytes, self.subject_id.as_ref().map(|id| id.as_bytes().as_slice()));
        put(&mut bytes, &(self.fields.len() as u64).to_be_bytes());
        for field in self.fields {
            put(&mut bytes, field.as_bytes());
        }
        put_optional(&mut bytes, self.request_id.map(str::as_bytes));
        bytes
    }

    /// The row's HMAC-SHA-256.
    pub fn mac(&self, key: &TagKey) -> [u8; 32] {
        key.mac(&[LABEL, &self.canonical()])
    }
}

fn put(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
    bytes.extend_from_slice(part);
}

/// Nothing is told apart from an empty text.
fn put_optional(bytes: &mut Vec<u8>, part: Option<&[u8]>) {
    bytes.push(u8::from(part.is_some()));
    put(bytes, part.unwrap_or_default());
}

/// A row as it stands in the database.
#[derive(Clone, Debug)]
pub struct Row {
    /// See [`Facts`].
    pub id: Uuid,
    /// See [`Facts`]; none where the database holds an instant that the program never writes.
    pub at: Option<DateTime<Utc>>,
    /// See [`Facts`].
    pub actor_kind: String,
    /// See [`Facts`].
    pub actor_id: Option<Uuid>,
    /// See [`Facts`].
    pub action: String,
    /// See [`Facts`].
    pub subject_type: String,
    /// See [`Facts`].
    pub subject_id: Option<Uuid>,
    /// See [`Facts`]; none where the database holds a list with gaps, or one of lists.
    pub fields: Option<Vec<String>>,
    /// See [`Facts`].
    pub request_id: Option<String>,
    /// Absent from the rows that are older than the chain.
    pub mac: Option<Vec<u8>>,
}

impl Row {
    /// What the row says. An instant that is none stands as 1970, in which no row of ours was written, and a list that is
    /// none as an empty one.
    pub fn facts(&self) -> Facts<'_> {
        Facts {
            id: self.id,
            at: self.at.unwrap_or_default(),
            actor_kind: &self.actor_kind,
            actor_id: self.actor_id,
            action: &self.action,
            subject_type: &self.subject_type,
            subject_id: self.subject_id,
            fields: self.fields.as_deref().unwrap_or_default(),
            request_id: self.request_id.as_deref(),
        }
    }

    /// Whether the row holds nothing that the program never writes.
    fn is_readable(&self) -> bool {
        self.at.is_some() && self.fields.is_some()
    }

    /// Whether the row may be one from before the chain, which has no HMAC.
    pub fn may_be_legacy(&self) -> bool {
        self.is_readable() && self.mac.is_none()
    }

    /// Whether the program wrote the row as it stands.
    pub fn is_genuine(&self, key: &TagKey) -> bool {
        let fits = |mac: &Vec<u8>| self.facts().mac(key).as_slice().ct_eq(mac).into();
        self.is_readable() && self.mac.as_ref().is_some_and(fits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        Row {
            id: Uuid::from_u128(1),
            at: DateTime::from_timestamp_micros(1_700_000_000_000_001),
            actor_kind: "account".to_owned(),
            actor_id: Some(Uuid::from_u128(2)),
            action: "article.update".to_owned(),
            subject_type: "article".to_owned(),
            subject_id: Some(Uuid::from_u128(3)),
            fields: Some(vec!["title".to_owned(), "slug".to_owned()]),
            request_id: Some("r".to_owned()),
            mac: None,
        }
    }

    #[test]
    fn every_change_of_a_row_is_seen() {
        let before = row().facts().canonical();
        let changes: [fn(&mut Row); 11] = [
            |row| row.id = Uuid::from_u128(9),
            |row| row.at = DateTime::from_timestamp_micros(1_700_000_000_000_002),
            |row| row.actor_kind = "api_key".to_owned(),
            |row| row.actor_id = None,
            |row| row.action = "article.delete".to_owned(),
            |row| row.subject_type = "form".to_owned(),
            |row| row.subject_id = None,
            |row| row.fields = Some(vec!["slug".to_owned(), "title".to_owned()]),
            |row| row.fields = Some(vec!["titleslug".to_owned()]),
            |row| row.request_id = None,
            |row| row.request_id = Some(String::new()),
        ];
        let mut seen = vec![before];
        for change in changes {
            let mut changed = row();
            change(&mut changed);
            let bytes = changed.facts().canonical();
            assert!(!seen.contains(&bytes), "{changed:?}");
            seen.push(bytes);
        }
    }
}
