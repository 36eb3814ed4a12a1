//! One listing after the other into the database, each in a transaction of its own, so that a bad one does not cost the
//! others. A dry run reads and checks them alike.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use super::{
    super::{super::Failure, note, report::Done},
    Next, hours,
    report::{Reason, Report},
};
use crate::{
    audit::Trail,
    cli::Opened,
    clinic::{Listed, ListingSource, LocationInput, ProviderInput, import_listed_location, import_listed_provider},
    db::StaffDb,
    http::{ApiError, FieldError},
    import::listings::{Kind, Listing},
};

/// What is told of a row that the database did not take: its own words may hold the cells.
const REFUSED: &str = "the database refused it; the log says by which rule";
/// The longest key, in characters.
const LONGEST_KEY: usize = 500;

/// What an import of listings works with.
pub(super) struct Desk {
    kind: Kind,
    source: ListingSource,
    database: Option<(StaffDb, Trail)>,
    /// SHA-256 of each key that was met.
    met: BTreeSet<[u8; 32]>,
    pub(super) report: Report,
}

impl Desk {
    /// A desk that changes nothing.
    pub(super) fn dry(kind: Kind, report: Report) -> Self {
        Self { kind, source: report.source(), database: None, met: BTreeSet::new(), report }
    }

    /// A desk with the database.
    pub(super) fn open(opened: &Opened, kind: Kind, report: Report) -> Self {
        Self { database: Some((opened.database.staff(1), opened.trail())), ..Self::dry(kind, report) }
    }

    /// Closes its connections.
    pub(super) async fn close(&self) {
        if let Some((staff, _)) = &self.database {
            staff.close().await;
        }
    }

    /// Takes all listings. Where the source breaks off, what stood before it is in.
    pub(super) async fn take_all(&mut self, next: &mut Next<'_>) -> Result<(), Failure> {
        loop {
            match next() {
                Ok(None) => return Ok(()),
                Ok(Some((place, Some(listing)))) => self.take(&place, listing).await?,
                Ok(Some((place, None))) => {
                    let message = "it has another number of cells than the header";
                    self.report.refuse(&place, vec![Reason::of_row("ragged_row", message)]);
                }
                Err(stopped) => {
                    self.report.stop(stopped);
                    return Ok(());
                }
            }
        }
    }

    async fn take(&mut self, place: &str, mut listing: Listing) -> Result<(), Failure> {
        for left in &listing.left {
            self.report.leave(place, &left.column, left.code, left.message);
        }
        let mut reasons = self.complete(place, &mut listing);
        let parsed = match self.kind {
            Kind::Locations => LocationInput::parse(&listing.fields).map(drop),
            Kind::Providers => ProviderInput::parse(&listing.fields).map(drop),
        };
        reasons.extend(parsed.err().map(|error| told(&error, &listing)).unwrap_or_default());
        let key = listing.key.clone().unwrap_or_else(|| default_key(self.kind, &listing.fields));
        if key.chars().count() > LONGEST_KEY {
            reasons.push(Reason::of_row("key_too_long", "what it is known by has at most 500 characters"));
        } else if reasons.is_empty() && !self.met.insert(Sha256::digest(key.as_bytes()).into()) {
            reasons.push(Reason::of_row(
                "repeated",
                "an earlier one has the same id, or the same address or name without one",
            ));
        }
        if !reasons.is_empty() {
            self.report.refuse(place, reasons);
            return Ok(());
        }
        match self.store(&key, &listing.fields).await {
            Ok(done) => self.report.done(done, place),
            Err(ApiError::Busy) => return Err(ApiError::Busy.into()),
            Err(error) => self.report.refuse(place, told(&error, &listing)),
        }
        Ok(())
    }

    /// Puts the hours into the fields; answers why they cannot be.
    fn complete(&mut self, place: &str, listing: &mut Listing) -> Vec<Reason> {
        let read = hours::read(&listing.hours);
        let Some(fields) = listing.fields.as_object_mut() else { return Vec::new() };
        if let Some(status) = hours::status(&listing.hours) {
            fields.insert("status".to_owned(), status);
        }
        let (rows, beside) = match read {
            Ok(read) => read,
            Err(reasons) => return reasons,
        };
        for reason in beside {
            self.report.leave(place, &reason.column, &reason.code, &reason.message);
        }
        if self.kind == Kind::Locations {
            fields.insert("hours".to_owned(), json!(rows.hours));
            fields.insert("special_hours".to_owned(), json!(rows.special_hours));
        }
        Vec::new()
    }

    async fn store(&self, key: &str, fields: &Value) -> Result<Done, ApiError> {
        let Some((staff, trail)) = &self.database else { return Ok(Done::WouldImport) };
        let (kind, source, trail) = (self.kind, self.source, trail.clone());
        let (key, fields) = (key.to_owned(), fields.clone());
        let work = async move |connection: &mut PgConnection| {
            let (listed, action, subject) = match kind {
                Kind::Locations => {
                    let listed = import_listed_location(connection, trail.clock(), source, &key, &fields).await?;
                    (listed, "location.import", "location")
                }
                Kind::Providers => {
                    let listed = import_listed_provider(connection, trail.clock(), source, &key, &fields).await?;
                    (listed, "provider.import", "provider")
                }
            };
            if let Listed::Created(id) | Listed::Updated(id) = listed {
                note(connection, &trail, action, subject, id).await?;
            }
            Ok::<_, ApiError>(match listed {
                Listed::Created(_) => Done::Created,
                Listed::Updated(_) => Done::Updated,
                Listed::Same => Done::Unchanged,
                Listed::Kept => Done::Kept,
            })
        };
        staff.transact(work).await
    }
}

/// What a listing without an id of its own is known by: where it stands, or who it is.
fn default_key(kind: Kind, fields: &Value) -> String {
    let part =
        |pointer: &str| fields.pointer(pointer).and_then(Value::as_str).unwrap_or_default().trim().to_lowercase();
    let npi = part("/npi");
    let parts: &[&str] = match kind {
        Kind::Locations => &["/address/line1", "/address/line2", "/address/postal_code"],
        Kind::Providers if !npi.is_empty() => return format!("npi:{npi}"),
        Kind::Providers => &["/name/prefix", "/name/given", "/name/middle", "/name/family", "/name/suffix"],
    };
    parts.iter().map(|pointer| part(pointer)).collect::<Vec<_>>().join("|")
}

/// The mistakes of a record, each with the column that it came from.
fn told(error: &ApiError, listing: &Listing) -> Vec<Reason> {
    let ApiError::Invalid(errors) = error else { return vec![Reason::of_row("refused", REFUSED)] };
    let reason = |error: &FieldError| {
        let field = error.pointer.clone().unwrap_or_default();
        let column = listing.column_of(&field).unwrap_or_default().to_owned();
        let message = if column.is_empty() && error.code == "required" {
            "no column is taken for it: name one in the mapping, or give it a value that holds for every row".to_owned()
        } else {
            error.message.clone()
        };
        Reason { column, field, code: error.code.clone(), message }
    };
    errors.iter().map(reason).collect()
}
