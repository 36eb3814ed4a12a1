//! `export google`: the locations in the form that the Business Information API v1 lists them, in the order of their names.
//! `import google` takes it back, and an empty instance that took it exports the same bytes. What Google has no place for
//! stays here; hours that it cannot say are named.

use std::{collections::BTreeMap, io::Write, path::Path};

use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    super::{Exit, Failure, Invocation, Opened, progress},
    open,
};
use crate::{
    audit::{Actor, Entry},
    clinic::{
        ListingSource, StaffLocation,
        hours::forms::{Hours, LeftOut, google},
        queries::{Part, Place, StaffFilter, find_locations_for_staff, list_location_keys},
    },
    http::ApiError,
    import::listings::google::{APPOINTMENTS, ATTRIBUTES},
};

/// How many locations are read at once.
const AT_ONCE: i64 = 100;
/// The most telephone numbers beside the first.
const MORE_PHONES: usize = 2;

/// Exports the locations.
pub fn google(invocation: &Invocation, out: Option<&Path>) -> Result<(), Failure> {
    let mut target = open(out)?;
    let opened = Opened::for_command(invocation)?;
    let bar = progress::spinner("exporting");
    let outcome = opened.block_on(async |opened| {
        let staff = opened.database.staff(1);
        let trail = opened.trail();
        let begin = async move |connection: &mut PgConnection| {
            let (action, subject) = ("location.export", "location");
            let entry =
                Entry { actor: Actor::System, action, subject, subject_id: None, fields: &[], request_id: None };
            trail.record(connection, entry).await?;
            Ok::<_, ApiError>(list_location_keys(connection, ListingSource::Google.name()).await?)
        };
        let codes = StoreCodes::of(staff.transact(begin).await?);
        let mut all = Vec::new();
        let mut after: Option<Place> = None;
        loop {
            let part = Part { after: after.take(), offset: 0, fetch: AT_ONCE };
            let read = async move |connection: &mut PgConnection| {
                let outside = StaffFilter { trashed: false, q: None };
                Ok::<_, ApiError>(find_locations_for_staff(connection, &outside, &part).await?)
            };
            let listed = staff.transact(read).await?;
            let Some(last) = listed.rows.last() else { break };
            after = Some((last.position, last.name.clone(), last.id));
            all.extend(listed.rows);
        }
        // The clinic's own order is none of Google's.
        let mut all: Vec<_> = all.into_iter().map(|location| (codes.code_of(&location), location)).collect();
        all.sort_by(|(code, one), (other_code, other)| (&one.name, code).cmp(&(&other.name, other_code)));
        let mut left = Vec::new();
        let mut separator = "{\"locations\": [\n";
        for (code, location) in &all {
            let (written, left_out) = written(location, code);
            left.extend(left_out.into_iter().map(|piece| (location.name.clone(), piece)));
            write!(target, "{separator}{written}").map_err(Failure::failed)?;
            separator = ",\n";
        }
        let end = if separator.starts_with('{') { "{\"locations\": [" } else { "" };
        writeln!(target, "{end}\n]}}").map_err(Failure::failed)?;
        target.flush().map_err(Failure::failed)?;
        staff.close().await;
        Ok(left)
    });
    bar.finish_and_clear();
    let left = outcome?;
    opened.leave()?;
    for (name, LeftOut { code, message, pointer, .. }) in &left {
        eprintln!("“{name}” {}: {message} ({code})", pointer.as_deref().unwrap_or_default());
    }
    if left.is_empty() { Ok(()) } else { Err(Failure::new(Exit::Partial, "")) }
}

/// What Google calls the locations: as it did when they were imported, else by their slugs.
struct StoreCodes(BTreeMap<Uuid, String>);

impl StoreCodes {
    fn of(keys: Vec<(Uuid, String)>) -> Self {
        Self(keys.into_iter().collect())
    }

    /// A slug that Google uses for another location gives way to the id.
    fn code_of(&self, location: &StaffLocation) -> String {
        let taken = |code: &String| self.0.values().any(|known| known == code);
        let own = Some(location.slug.clone()).filter(|slug| !taken(slug));
        self.0.get(&location.id).cloned().or(own).unwrap_or_else(|| location.id.to_string())
    }
}

/// A location in Google's form, with what it cannot say.
fn written(location: &StaffLocation, code: &str) -> (Value, Vec<LeftOut>) {
    let rows = Hours { hours: location.hours.clone(), special_hours: location.special_hours.clone() };
    let hours = google::write(&rows);
    let mut left_out = hours.left_out;
    let mut members = match hours.value {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    let address = &location.address;
    let lines: Vec<&String> = [Some(&address.line1), address.line2.as_ref()].into_iter().flatten().collect();
    let more = [
        ("title", json!(location.name)),
        ("storeCode", json!(code)),
        (
            "storefrontAddress",
            json!({
                "regionCode": address.country, "postalCode": address.postal_code, "administrativeArea": address.region,
                "locality": address.city, "addressLines": lines,
            }),
        ),
        ("openInfo", google::open_info(location.status.code.as_str())),
    ];
    members.extend(more.map(|(name, value)| (name.to_owned(), value)));
    if let Some(geo) = location.geo {
        members.insert("latlng".to_owned(), json!({"latitude": geo.latitude, "longitude": geo.longitude}));
    }
    let mut numbers = location.phones.iter().map(|phone| &phone.number);
    if let Some(primary) = numbers.next() {
        let more: Vec<_> = numbers.take(MORE_PHONES).collect();
        members.insert("phoneNumbers".to_owned(), json!({"primaryPhone": primary, "additionalPhones": more}));
    }
    if location.phones.len() > MORE_PHONES + 1 {
        left_out.push(LeftOut {
            code: "phones",
            message: "Google takes three numbers.",
            from: None,
            to: None,
            pointer: Some("/phones".to_owned()),
        });
    }
    let attributes = attributes(location);
    if !attributes.is_empty() {
        members.insert("attributes".to_owned(), Value::Array(attributes));
    }
    (Value::Object(members), left_out)
}

fn attributes(location: &StaffLocation) -> Vec<Value> {
    let said = |field: &str, entry: &str| {
        let entries = if field == "accessibility" { &location.accessibility } else { &location.payment_methods };
        entries.iter().any(|known| known == entry)
    };
    let yes = ATTRIBUTES.iter().filter(|(_, field, entry)| said(field, entry));
    let yes = yes.map(|(name, _, _)| json!({"name": name, "valueType": "BOOL", "values": [true]}));
    let booking = location
        .booking_url
        .iter()
        .map(|url| json!({"name": APPOINTMENTS, "valueType": "URL", "uriValues": [{"uri": url}]}));
    yes.chain(booking).collect()
}
