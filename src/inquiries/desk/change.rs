//! One change of one inquiry, whoever asks for it: a patch, a contact, a change of many. Refuses to write a status without
//! its line in the history, its event and its audit row: they stand or fall together.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    queries::{self, Changed, Reader, Standing, StatusChange},
    status::{OTHER, Status},
};
use crate::{
    accounts::{Permission, Reach, Role, Staff},
    crypto::{KeyRing, Personal, WrappedKey},
    http::{ApiError, Expected, FieldError, nearest},
    inquiries::sealing::Opener,
    outbox::{self, About, EventKind},
};

/// An inquiry as it is to stand after the change.
#[derive(Clone, Debug)]
pub struct After {
    /// Where it stands.
    pub status: Status,
    /// Why.
    pub close_reason: Option<String>,
    /// In words, for the history.
    pub close_note: Option<Personal<String>>,
    /// How urgent it is.
    pub priority: String,
    /// Who looks after it.
    pub assignee_id: Option<Uuid>,
    /// Where it belongs.
    pub location_id: Option<Uuid>,
    /// When somebody is to be called back.
    pub next_action_at: Option<DateTime<Utc>>,
    /// The inquiry that it repeats.
    pub duplicate_of: Option<Uuid>,
    /// When the first answer was given.
    pub first_responded_at: Option<DateTime<Utc>>,
    /// Attempts to reach the sender.
    pub attempts: i32,
    /// Whether something that hangs on it is written with it.
    pub touched: bool,
}

/// A status with its reason, as a caller asks for it.
#[derive(Clone, Debug)]
pub struct Move {
    /// Where to.
    pub status: Status,
    /// Why, by a code.
    pub reason: Option<String>,
    /// Why, in words.
    pub note: Option<Personal<String>>,
}

impl Standing {
    /// Where it stands.
    ///
    /// # Errors
    /// [`ApiError::Internal`] for a status that this version does not know.
    pub fn status(&self) -> Result<Status, ApiError> {
        Status::named(&self.status).ok_or(ApiError::Internal)
    }

    /// The key that everything about it is sealed under.
    ///
    /// # Errors
    /// As [`Opener::of`].
    pub fn opener(&self, ring: &KeyRing) -> Result<Opener, ApiError> {
        let wrapped = WrappedKey { key_id: self.key_id.clone(), bytes: self.wrapped_key.clone() };
        Opener::of(ring, self.id, &wrapped)
    }

    /// Refuses a change that was made against another version.
    ///
    /// # Errors
    /// [`ApiError::Stale`].
    pub fn check_version(&self, expected: &Expected) -> Result<(), ApiError> {
        if expected.accepts(self.version) {
            return Ok(());
        }
        let by = self.updated_by_id.zip(self.updated_by_name.as_ref());
        let by = by.map(|(id, name)| json!({"id": id, "name": name}));
        let changed: Value = json!({"at": self.updated_at, "by": by});
        Err(ApiError::Stale { current: self.version, changed })
    }

    /// As it stands: nothing is changed yet.
    ///
    /// # Errors
    /// As [`Standing::status`].
    pub fn unchanged(&self) -> Result<After, ApiError> {
        Ok(After {
            status: self.status()?,
            close_reason: self.close_reason.clone(),
            close_note: None,
            priority: self.priority.clone(),
            assignee_id: self.assignee_id,
            location_id: self.location_id,
            next_action_at: self.next_action_at,
            duplicate_of: self.duplicate_of,
            first_responded_at: self.first_responded_at,
            attempts: self.attempts,
            touched: false,
        })
    }
}

impl After {
    /// Moves it to another status, or corrects the reason of the present one. The first response is stamped once.
    ///
    /// # Errors
    /// Every rule that forbids it, at `/status`, `/close_reason` and `/close_note`.
    pub fn go(&mut self, to: Move, now: DateTime<Utc>) -> Result<(), Vec<FieldError>> {
        if to.status == self.status && to.reason == self.close_reason && to.note.is_none() {
            return Ok(());
        }
        let mut mistakes = Vec::new();
        if to.status != self.status && !self.status.leads_to().contains(&to.status) {
            mistakes.push(forbidden(self.status));
        }
        mistakes.extend(check_reason(&to));
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        self.status = to.status;
        self.close_reason = to.reason;
        self.close_note = to.note;
        if to.status.is_over() {
            self.next_action_at = None;
        }
        if to.status.is_response() {
            self.first_responded_at = self.first_responded_at.or(Some(now));
        }
        Ok(())
    }
}

fn forbidden(from: Status) -> FieldError {
    let message = match from {
        Status::Spam | Status::Held => "what was taken for spam or held is released first".to_owned(),
        _ => {
            let names: Vec<_> = from.leads_to().iter().map(|status| status.name()).collect();
            format!("from {} it may go to {}", from.name(), names.join(", "))
        }
    };
    FieldError::at("/status", "illegal_transition", message)
}

/// What is wrong with the reason of a move, whatever is moved.
pub fn check_reason(to: &Move) -> Vec<FieldError> {
    let (known, at) = (to.status.reasons(), "/close_reason");
    let reason = match to.reason.as_deref() {
        None if to.status.needs_reason() => {
            Some(FieldError::at(at, "required", format!("must be one of {}", known.join(", "))))
        }
        Some(_) if known.is_empty() => {
            Some(FieldError::at(at, "not_applicable", "does not go with this status; clear it with null"))
        }
        Some(reason) if !known.contains(&reason) => {
            let error = FieldError::at(at, "unknown_value", format!("must be one of {}", known.join(", ")));
            Some(error.suggesting(nearest(reason, known.iter().copied())))
        }
        _ => None,
    };
    let note = match (to.reason.as_deref(), &to.note) {
        (Some(OTHER), None) => Some(FieldError::at("/close_note", "required", "must say what the reason does not")),
        (None, Some(_)) => Some(FieldError::at("/close_note", "not_applicable", "goes with a reason")),
        _ => None,
    };
    reason.into_iter().chain(note).collect()
}

impl Reader {
    /// Whether they may read the inquiries of a location; those of none are read by whoever reads all.
    pub fn reads(&self, location: Option<Uuid>) -> bool {
        Role::named(&self.role).is_some_and(|role| {
            let within = || location.is_some_and(|location| self.location_ids.contains(&location));
            role.may(Permission::ReadInquiries) && (!role.is_bound_to_locations() || within())
        })
    }
}

/// The inquiry for a change, held until the transaction ends; none where it is out of reach, which is written down.
///
/// # Errors
/// Those of the database.
pub async fn hold(transaction: &mut PgConnection, staff: &Staff, id: Uuid) -> Result<Option<Standing>, ApiError> {
    let held = queries::hold_inquiries(transaction, &[id], &staff.reach).await?.pop();
    if held.is_none() {
        staff.record(transaction, "inquiry.refuse", "inquiry", Some(id), &[]).await?;
    }
    Ok(held)
}

/// Writes a change with everything that belongs to it, and answers the inquiry's version afterwards: the one from before
/// where nothing differs.
///
/// # Errors
/// As [`write_all`].
pub async fn write(
    transaction: &mut PgConnection,
    staff: &Staff,
    ring: &KeyRing,
    before: &Standing,
    after: &After,
    action: &'static str,
) -> Result<i32, ApiError> {
    let versions = write_all(transaction, staff, ring, &[(before, after)], action).await?;
    Ok(versions.get(&before.id).copied().unwrap_or(before.version))
}

/// Writes many changes, each with its line in the history, its event and its audit row, in as many statements as one
/// takes. Answers the versions of those that differ now.
///
/// # Errors
/// 401 where the change comes too late; [`ApiError::Internal`] where a note cannot be sealed; those of the database.
pub async fn write_all(
    transaction: &mut PgConnection,
    staff: &Staff,
    ring: &KeyRing,
    changes: &[(&Standing, &After)],
    action: &'static str,
) -> Result<BTreeMap<Uuid, i32>, ApiError> {
    let (mut written, mut lines, mut moved, mut traces) = (Vec::new(), Vec::new(), Moved::new(), Traces::new());
    for (before, after) in changes {
        let fields = differing(before, after);
        if !fields.is_empty() || after.touched {
            written.push(changed(before.id, after));
        }
        lines.extend(line_of(staff, ring, before, after)?);
        if before.status != after.status.name() {
            moved.entry(after.status.name()).or_default().push(before.id);
        }
        traces.entry(fields).or_default().push(before.id);
    }
    let versions = queries::update_inquiries(transaction, &written, staff.id).await?;
    queries::insert_status_changes(transaction, &lines).await?;
    for (status, ids) in moved {
        let (kind, about) = (EventKind::InquiryStatusChanged, About::status(status));
        outbox::record_each(transaction, &staff.clock, kind, &ids, &about).await?;
    }
    for (before, after) in changes.iter().filter(|(before, after)| before.location_id != after.location_id) {
        let (id, now) = (staff.clock.new_id(), staff.clock.now());
        let way = (before.location_id, after.location_id);
        queries::insert_routing(transaction, id, before.id, now, staff.id, way).await?;
    }
    for (fields, ids) in traces {
        staff.record_each(transaction, action, "inquiry", &ids, &fields).await?;
    }
    Ok(versions)
}

/// Ids by the status that they have now.
type Moved = BTreeMap<&'static str, Vec<Uuid>>;
/// Ids by the fields that differ.
type Traces = BTreeMap<Vec<String>, Vec<Uuid>>;

/// The line in the history of a status or a reason that is another.
fn line_of<'a>(
    staff: &Staff,
    ring: &KeyRing,
    before: &'a Standing,
    after: &'a After,
) -> Result<Option<StatusChange<'a>>, ApiError> {
    let is_other = before.status != after.status.name() || before.close_reason != after.close_reason;
    if !is_other && after.close_note.is_none() {
        return Ok(None);
    }
    let id = staff.clock.new_id();
    let seal = |note: &Personal<String>| {
        before.opener(ring)?.seal_beside("cms.inquiry_status_change", "sealed_note", id, note)
    };
    Ok(Some(StatusChange {
        id,
        inquiry: before.id,
        at: staff.clock.now(),
        by: Some(staff.id),
        from: &before.status,
        to: after.status.name(),
        reason: after.close_reason.as_deref(),
        sealed_note: after.close_note.as_ref().map(seal).transpose()?,
    }))
}

fn changed(id: Uuid, after: &After) -> Changed<'_> {
    Changed {
        id,
        status: after.status.name(),
        close_reason: after.close_reason.as_deref(),
        priority: &after.priority,
        assignee_id: after.assignee_id,
        location_id: after.location_id,
        next_action_at: after.next_action_at,
        duplicate_of: after.duplicate_of,
        first_responded_at: after.first_responded_at,
        attempts: after.attempts,
    }
}

/// The names of the fields that differ.
fn differing(before: &Standing, after: &After) -> Vec<String> {
    let fields = [
        ("status", before.status != after.status.name()),
        ("close_reason", before.close_reason != after.close_reason),
        ("close_note", after.close_note.is_some()),
        ("priority", before.priority != after.priority),
        ("assignee", before.assignee_id != after.assignee_id),
        ("location", before.location_id != after.location_id),
        ("next_action_at", before.next_action_at != after.next_action_at),
        ("duplicate_of", before.duplicate_of != after.duplicate_of),
        ("first_responded_at", before.first_responded_at != after.first_responded_at),
    ];
    fields.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name.to_owned()).collect()
}

/// Whether `location` is within somebody's reach.
pub fn reaches(reach: &Reach, location: Option<Uuid>) -> bool {
    reach.locations().is_none_or(|locations| location.is_some_and(|location| locations.contains(&location)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(status: Status) -> After {
        After {
            status,
            close_reason: None,
            close_note: None,
            priority: "normal".to_owned(),
            assignee_id: None,
            location_id: None,
            next_action_at: Some(instant(9)),
            duplicate_of: None,
            first_responded_at: None,
            attempts: 0,
            touched: false,
        }
    }

    fn instant(hour: u32) -> DateTime<Utc> {
        format!("2026-03-02T{hour:02}:00:00Z").parse().unwrap()
    }

    fn to(status: Status, reason: Option<&str>, note: Option<&str>) -> Move {
        Move { status, reason: reason.map(str::to_owned), note: note.map(|note| Personal::new(note.to_owned())) }
    }

    fn codes(status: Status, asked: Move) -> Vec<(String, String)> {
        let refused = next(status).go(asked, instant(8)).unwrap_err();
        refused.into_iter().map(|error| (error.pointer.unwrap_or_default(), error.code)).collect()
    }

    fn told(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(pointer, code)| ((*pointer).to_owned(), (*code).to_owned())).collect()
    }

    #[test]
    fn an_end_without_a_reason_is_refused_and_one_with_a_reason_is_taken() {
        assert_eq!(codes(Status::New, to(Status::Closed, None, None)), told(&[("/close_reason", "required")]));
        assert_eq!(
            codes(Status::New, to(Status::Closed, Some("bounced"), None)),
            told(&[("/close_reason", "unknown_value")])
        );
        assert_eq!(codes(Status::New, to(Status::Closed, Some("other"), None)), told(&[("/close_note", "required")]));
        assert_eq!(
            codes(Status::New, to(Status::Contacted, Some("booked"), None)),
            told(&[("/close_reason", "not_applicable")])
        );
        assert_eq!(
            codes(Status::New, to(Status::Contacted, None, Some("x"))),
            told(&[("/close_note", "not_applicable")])
        );
        let mut closed = next(Status::New);
        closed.go(to(Status::Closed, Some("other"), Some("moved away")), instant(8)).unwrap();
        assert_eq!((closed.next_action_at, closed.first_responded_at), (None, None), "an end is no response");
    }

    #[test]
    fn every_reason_against_a_move_is_told_at_once() {
        let told_of = codes(Status::Held, to(Status::Closed, None, Some("x")));
        let expected =
            [("/status", "illegal_transition"), ("/close_reason", "required"), ("/close_note", "not_applicable")];
        assert_eq!(told_of, told(&expected));
    }

    #[test]
    fn the_first_response_is_stamped_once() {
        let mut inquiry = next(Status::New);
        inquiry.go(to(Status::Contacted, None, None), instant(8)).unwrap();
        inquiry.go(to(Status::WaitingOnPatient, None, None), instant(10)).unwrap();
        assert_eq!(inquiry.first_responded_at, Some(instant(8)));
        assert_eq!(inquiry.next_action_at, Some(instant(9)), "a promise outlives it");
    }

    #[test]
    fn the_same_status_again_is_no_move() {
        for status in [Status::Spam, Status::Held, Status::New] {
            next(status).go(to(status, None, None), instant(8)).unwrap();
        }
    }

    #[test]
    fn a_front_desk_reads_its_locations_and_the_owner_all() {
        let (here, there) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let reader = |role: &str| Reader { role: role.to_owned(), location_ids: vec![here] };
        let desk = reader("front_desk");
        assert!(desk.reads(Some(here)) && !desk.reads(Some(there)) && !desk.reads(None));
        assert!(reader("owner").reads(Some(there)) && reader("owner").reads(None));
        assert!(!reader("editor").reads(Some(here)) && !reader("admin").reads(None) && !reader("nobody").reads(None));
    }
}
