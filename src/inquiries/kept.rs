//! What inquiries are understood by, kept on this node: the form, what it leads to, the emergency rules. It is read with
//! the stamp of the database (`site.reference_stamp`), and an inquiry is stored only while the stamp is the same, so a form
//! that changed a moment ago, on whatever node, is never gone by.
//!
//! Refuses to keep what somebody wrote: a service in a sender's own words is read anew each time.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

use super::input::{Named, References};

/// So many are kept; a clinic has few forms, locations and services.
const MOST: usize = 256;
/// Nothing is kept for longer. The stamp already tells of every change; this is for changes that no trigger saw.
const LIFETIME: TimeDelta = TimeDelta::minutes(1);

/// What is known of the names in bodies.
#[derive(Debug, Default)]
pub struct Kept(Mutex<Known>);

/// What names stood for, and when that was read.
type Known = HashMap<References, (DateTime<Utc>, Arc<Named>)>;

impl Kept {
    /// What those names stood for when they were last read.
    pub fn of(&self, names: &References, now: DateTime<Utc>) -> Option<Arc<Named>> {
        let known = self.lock();
        let (read_at, named) = known.get(names)?;
        // A clock that was put back makes nothing last longer.
        ((now - *read_at).abs() < LIFETIME).then(|| Arc::clone(named))
    }

    /// Keeps what was read, where every name is one that staff gave.
    pub fn keep(&self, names: References, named: &Arc<Named>, now: DateTime<Utc>) {
        let is_staffs = named.form.is_some()
            && (names.location.is_none() || named.location.is_some())
            && (names.service.is_none() || named.service.is_some());
        if !is_staffs {
            return;
        }
        let mut known = self.lock();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(names, (now, Arc::clone(named)));
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::inquiries::form::Form;

    const NOON: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn names(service: Option<&str>) -> References {
        References { service: service.map(str::to_owned), ..References::default() }
    }

    fn named(service: Option<Uuid>) -> Arc<Named> {
        let form = serde_json::json!({
            "id": Uuid::nil(), "slug": "contact", "name": "Contact", "honeypot": "website", "notices": [], "is_default": true,
            "version": 1, "fields": [], "kinds": [], "location_id": null, "retention_days": null, "consents": [],
            "known_texts": [], "allowed_origins": [], "proof_of_work": false, "routes": [], "response_minutes": 240,
            "attachments": null, "default_locale": "en",
        });
        let form: Form = serde_json::from_value(form).unwrap();
        Arc::new(Named { form: Some(form), service, ..Named::default() })
    }

    #[test]
    fn what_staff_named_is_kept_for_a_minute() {
        let kept = Kept::default();
        assert!(kept.of(&names(None), NOON).is_none());
        kept.keep(names(None), &named(None), NOON);
        assert!(kept.of(&names(None), NOON).is_some());
        assert!(kept.of(&names(None), NOON + TimeDelta::seconds(59)).is_some());
        assert!(kept.of(&names(None), NOON + TimeDelta::minutes(1)).is_none());
        assert!(kept.of(&names(None), NOON - TimeDelta::minutes(1)).is_none(), "the clock was put back");
    }

    #[test]
    fn a_senders_own_words_are_not_kept() {
        let kept = Kept::default();
        kept.keep(names(Some("my left knee")), &named(None), NOON);
        assert!(kept.of(&names(Some("my left knee")), NOON).is_none());
        kept.keep(names(Some("imaging")), &named(Some(Uuid::nil())), NOON);
        assert!(kept.of(&names(Some("imaging")), NOON).is_some());
    }

    #[test]
    fn a_flood_of_names_is_bounded() {
        let kept = Kept::default();
        for number in 0..2 * MOST {
            kept.keep(names(Some(&number.to_string())), &named(Some(Uuid::nil())), NOON);
        }
        assert!(kept.lock().len() <= MOST);
    }
}
