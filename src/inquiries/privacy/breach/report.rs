//! The report, put together row by row.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    exposure::{Exposure, exposure},
    queries::{self, People, Seen},
};
use crate::{
    audit::{Chain, VerifyError},
    db::DbError,
    http::ApiError,
};

/// Rows that are read at once.
const PART: i64 = 1_000;
/// The most inquiries of a list that is not told by name; their number is exact all the same.
const LISTED: i64 = 10_000;
/// From so many people on, the Secretary and the media are told at once (45 CFR 164.406, 164.408).
const MANY: i64 = 500;

/// Who is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suspect {
    /// Everybody.
    Anybody,
    /// An account, or an API key.
    Actor(Uuid),
    /// A session: whatever its account did while it could be used.
    Session(Uuid),
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct BreachQuestion {
    /// From this instant on.
    pub from: DateTime<Utc>,
    /// Before this instant.
    pub until: DateTime<Utc>,
    /// Who.
    pub suspect: Suspect,
}

/// Whether the trail that the report is made from is as it was written.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BreachTrail {
    /// Nothing is wrong with the rows of these times.
    pub intact: bool,
    /// Sealed rows that were checked.
    pub rows: u64,
    /// Rows that are not sealed yet.
    pub waiting: u64,
    /// What is wrong, the first hundred.
    pub problems: Vec<String>,
}

/// Somebody who saw something.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BreachActor {
    /// `account` or `api_key`.
    pub kind: String,
    /// The account or the key.
    pub id: Option<Uuid>,
    /// How often something was shown to them.
    pub times: u64,
    /// First.
    pub first_at: DateTime<Utc>,
    /// Last.
    pub last_at: DateTime<Utc>,
}

/// An inquiry that was seen, or may have been.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BreachInquiry {
    /// The inquiry.
    pub id: Uuid,
    /// `certain` where the trail names it, `possible` where a list or an export may have held it.
    #[schema(example = "certain")]
    pub certainty: &'static str,
    /// What was shown.
    pub fields: Vec<&'static str>,
    /// How often; 0 where nobody can say.
    pub times: u64,
    /// First.
    pub first_at: DateTime<Utc>,
    /// Last.
    pub last_at: DateTime<Utc>,
}

/// Who was affected.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BreachReport {
    /// From this instant on.
    pub from: DateTime<Utc>,
    /// Before this instant.
    pub until: DateTime<Utc>,
    /// The account or the key that was asked about; null for everybody.
    pub actor: Option<Uuid>,
    /// The session that was asked about: whatever its account did while it could be used.
    pub session: Option<Uuid>,
    /// When the report was made.
    pub made_at: DateTime<Utc>,
    /// Whether the trail can be believed.
    pub trail: BreachTrail,
    /// Who saw something.
    pub actors: Vec<BreachActor>,
    /// Inquiries that the trail names.
    pub certain: i64,
    /// Inquiries that a list or an export may have held.
    pub possible: i64,
    /// People behind both, by the keyed hash of their address or number.
    pub contacts: i64,
    /// Affected inquiries that are erased by now: whose they were is not known any more.
    pub erased: i64,
    /// Those that the trail names, then those that may have been seen.
    pub inquiries: Vec<BreachInquiry>,
    /// Deliveries of services that were opened before they were an inquiry, if they ever were: the words of one person each,
    /// counted apart from `contacts` and `erased`.
    pub deliveries: Vec<Uuid>,
    /// Whether more may have been seen than are listed; the numbers are exact all the same.
    pub truncated: bool,
    /// What the rules ask for, as far as numbers decide it. Whether it is a breach is for people to say (45 CFR 164.402).
    pub duties: Vec<String>,
}

/// What was seen so far.
#[derive(Default)]
struct Sightings {
    actors: BTreeMap<(String, Option<Uuid>), BreachActor>,
    inquiries: BTreeMap<Uuid, Sighting>,
    deliveries: BTreeSet<Uuid>,
    unnamed: Option<Sighting>,
}

/// What was seen, and between which instants.
struct Sighting {
    fields: BTreeSet<&'static str>,
    times: u64,
    first_at: DateTime<Utc>,
    last_at: DateTime<Utc>,
}

impl Sighting {
    fn at(at: DateTime<Utc>) -> Self {
        Self { fields: BTreeSet::new(), times: 0, first_at: at, last_at: at }
    }

    fn add(&mut self, fields: &[&'static str], at: DateTime<Utc>) {
        self.fields.extend(fields);
        self.times += 1;
        self.last_at = self.last_at.max(at);
    }
}

impl Sightings {
    fn take(&mut self, seen: &Seen) {
        let shown = exposure(&seen.action, &seen.subject_type, seen.subject_id.is_some());
        match (shown, seen.subject_id) {
            (Exposure::Nothing, _) | (Exposure::Named(_) | Exposure::Delivery, None) => return,
            (Exposure::Delivery, Some(id)) => _ = self.deliveries.insert(id),
            (Exposure::Named(fields), Some(id)) => {
                self.inquiries.entry(id).or_insert_with(|| Sighting::at(seen.at)).add(fields, seen.at);
            }
            (Exposure::Unnamed(fields), _) => {
                self.unnamed.get_or_insert_with(|| Sighting::at(seen.at)).add(fields, seen.at);
            }
        }
        let who = (seen.actor_kind.clone(), seen.actor_id);
        let actor = self.actors.entry(who).or_insert_with(|| BreachActor {
            kind: seen.actor_kind.clone(),
            id: seen.actor_id,
            times: 0,
            first_at: seen.at,
            last_at: seen.at,
        });
        actor.times += 1;
        actor.last_at = seen.at;
    }
}

/// Makes the report, in the caller's transaction.
///
/// # Errors
/// [`ApiError::NotFound`] for a session that is not known; those of the database.
pub async fn make(
    connection: &mut PgConnection,
    chain: &Chain,
    asked: BreachQuestion,
    made_at: DateTime<Utc>,
) -> Result<BreachReport, ApiError> {
    let (mut from, mut until, mut actor, mut session) = (asked.from, asked.until, None, None);
    match asked.suspect {
        Suspect::Anybody => {}
        Suspect::Actor(id) => actor = Some(id),
        Suspect::Session(id) => {
            let (account, began, ended) = queries::find_session(connection, id).await?.ok_or(ApiError::NotFound)?;
            (actor, session) = (Some(account), Some(id));
            (from, until) = (from.max(began), until.min(ended));
        }
    }
    let trail = verified(connection, chain, (from, until)).await?;
    let sightings = look(connection, (from, until), actor).await?;
    let (possible, count) = possible(connection, &sightings).await?;
    let people = people(connection, &sightings).await?;
    let certain = i64::try_from(sightings.inquiries.len()).unwrap_or(i64::MAX);
    // What the trail names was there as well.
    let only_possible = (count - certain).max(0);
    let truncated = count > LISTED;
    let deliveries = i64::try_from(sightings.deliveries.len()).unwrap_or(i64::MAX);
    let duties = duties((people.contacts + people.erased).saturating_add(deliveries));
    Ok(BreachReport {
        from,
        until,
        actor,
        session,
        made_at,
        trail,
        actors: sightings.actors.into_values().collect(),
        certain,
        possible: only_possible,
        contacts: people.contacts,
        erased: people.erased,
        inquiries: sightings.inquiries.into_iter().map(|(id, it)| shown(id, "certain", &it)).chain(possible).collect(),
        deliveries: sightings.deliveries.into_iter().collect(),
        truncated,
        duties,
    })
}

async fn verified(
    connection: &mut PgConnection,
    chain: &Chain,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<BreachTrail, ApiError> {
    let report = chain.verify_range(connection, from, until).await.map_err(|error| match error {
        VerifyError::Database(error) => error.into(),
        VerifyError::Anchors(_) => ApiError::Internal,
    })?;
    Ok(BreachTrail {
        intact: report.intact,
        rows: report.rows,
        waiting: report.waiting,
        problems: report.problems.iter().map(crate::audit::Problem::line).collect(),
    })
}

async fn look(
    connection: &mut PgConnection,
    times: (DateTime<Utc>, DateTime<Utc>),
    actor: Option<Uuid>,
) -> Result<Sightings, DbError> {
    let (mut sightings, mut place) = (Sightings::default(), (times.0, Uuid::nil()));
    loop {
        let part = queries::list_seen(connection, times, actor, place, PART).await?;
        for seen in &part {
            sightings.take(seen);
        }
        match part.last() {
            Some(last) if i64::try_from(part.len()).is_ok_and(|read| read == PART) => place = (last.at, last.id),
            _ => return Ok(sightings),
        }
    }
}

/// The inquiries that a list may have held and that the trail does not name, and how many were there at all.
async fn possible(connection: &mut PgConnection, sightings: &Sightings) -> Result<(Vec<BreachInquiry>, i64), DbError> {
    let Some(unnamed) = &sightings.unnamed else {
        return Ok((Vec::new(), i64::try_from(sightings.inquiries.len()).unwrap_or(i64::MAX)));
    };
    let (ids, count) = queries::list_there(connection, (unnamed.first_at, unnamed.last_at), LISTED).await?;
    let others = ids.into_iter().filter(|id| !sightings.inquiries.contains_key(id));
    let told = others.map(|id| BreachInquiry { times: 0, ..shown(id, "possible", unnamed) });
    Ok((told.collect(), count))
}

async fn people(connection: &mut PgConnection, sightings: &Sightings) -> Result<People, DbError> {
    // Whoever was named was there: the people of a list are all people.
    if let Some(unnamed) = &sightings.unnamed {
        return Ok(queries::count_people_there(connection, (unnamed.first_at, unnamed.last_at)).await?);
    }
    let ids: Vec<Uuid> = sightings.inquiries.keys().copied().collect();
    Ok(queries::count_people(connection, &ids).await?)
}

fn shown(id: Uuid, certainty: &'static str, sighting: &Sighting) -> BreachInquiry {
    BreachInquiry {
        id,
        certainty,
        fields: sighting.fields.iter().copied().collect(),
        times: sighting.times,
        first_at: sighting.first_at,
        last_at: sighting.last_at,
    }
}

fn duties(people: i64) -> Vec<String> {
    let individuals = "Each person affected by a breach of unsecured protected health information is told without \
                       unreasonable delay, and within 60 days of its discovery (45 CFR 164.404).";
    let many = "500 people or more: the Secretary is told at the same time (45 CFR 164.408(b)); with more than 500 of one \
                state, its media as well (45 CFR 164.406).";
    let few = "Fewer than 500 people: the Secretary is told within 60 days after the end of the calendar year \
               (45 CFR 164.408(c)).";
    match people {
        0 => Vec::new(),
        people if people >= MANY => vec![individuals.to_owned(), many.to_owned()],
        _ => vec![individuals.to_owned(), few.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_hundred_people_are_a_matter_for_the_secretary_at_once() {
        assert!(duties(0).is_empty());
        assert!(duties(499).concat().contains("end of the calendar year"));
        assert!(duties(500).concat().contains("at the same time"));
    }
}
