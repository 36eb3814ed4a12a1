//! A week of a clinic, walked through second by second where something happens: no public answer about the clinic is ever
//! wrong in the hands of a cache that keeps it for as long as it was told.
//!
//! The service and the database have a clock each. The test sets both: the views are made anew with a clock of ours in
//! the place of PostgreSQL's, and nothing else about them changes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use clinic_cms::clock::Clock;
use serde_json::{Value, json};
use sqlx::{Executor, PgConnection};

use crate::{
    harness::{Api, EDITOR, block_on},
    providers::{add, patch, path_of},
};

/// A Sunday, 07:17 in New York.
const BEGIN: &str = "2026-11-29T12:17:00Z";
/// Between two looks. What an answer says of opening hours is never the same twice within them.
const STEP: TimeDelta = TimeDelta::hours(4);
const STEPS: i32 = 6 * 7;
/// Those about one thing first: what changes them changes those about everything.
const PATHS: [&str; 17] = [
    "/v1/locations/harbor-lane",
    "/v1/locations/the-pier",
    "/v1/notices",
    "/v1/testimonials",
    "/v1/legal-notices",
    "/v1/legal-notices/terms",
    "/v1/locations/harbor-lane/hours",
    "/v1/locations/the-pier/hours",
    "/v1/clinic",
    "/v1/locations?locale=es",
    "/v1/clinic/jsonld",
    "/v1/locations/the-pier/jsonld",
    "/v1/notices?location=the-pier",
    "/v1/providers",
    "/v1/providers/marsh/jsonld",
    "/v1/services",
    "/v1/faqs",
];

/// Puts a clock that a test sets in the place of PostgreSQL's, in every view and in the statements of the public role.
const SHIFT: &str = r"
    create schema shifted;
    create table shifted.instant (at timestamptz not null);
    insert into shifted.instant values (now());
    create function shifted.now() returns timestamptz language sql stable as 'select at from shifted.instant';
    create function shifted.statement_timestamp() returns timestamptz language sql stable as 'select at from shifted.instant';
    grant usage on schema shifted to public;
    grant select on shifted.instant to public;
    grant execute on all functions in schema shifted to public;
    do $$
    declare v record;
    begin
      for v in select n.nspname, c.relname, pg_get_viewdef(c.oid) as definition
                 from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where n.nspname in ('cms', 'site') and c.relkind = 'v' and pg_get_viewdef(c.oid) ~ '\m(now|statement_timestamp)\(\)' loop
        execute format('create or replace view %I.%I as %s', v.nspname, v.relname,
                       regexp_replace(v.definition, '\m(now|statement_timestamp)\(\)', 'shifted.\1()', 'g'));
      end loop;
      execute format('alter role cms_public in database %I set search_path = shifted, pg_catalog, public', current_database());
    end $$";

fn at(instant: &str) -> DateTime<Utc> {
    instant.parse().unwrap()
}

/// What a cache is handed.
#[derive(Clone, PartialEq)]
struct Kept {
    status: u16,
    body: String,
}

struct Week<'a> {
    api: &'a Api,
    agent: ureq::Agent,
    owner: PgConnection,
    /// Every second at which some answer was seen to become another.
    turns: BTreeSet<DateTime<Utc>>,
}

impl Week<'_> {
    async fn ask(&mut self, path: &str, instant: DateTime<Utc>) -> (Kept, i64) {
        self.api.clock.set(instant);
        sqlx::query("update shifted.instant set at = $1").bind(instant).execute(&mut self.owner).await.unwrap();
        let mut answer = self.agent.get(format!("{}{path}", self.api.base)).call().unwrap();
        let (status, control) =
            (answer.status().as_u16(), answer.headers()["cache-control"].to_str().unwrap().to_owned());
        let age = control.strip_prefix("public, max-age=").map(|age| age.parse().unwrap());
        assert!(age.is_some() || control == "no-store", "{path}: {control}");
        let body = answer.body_mut().read_to_string().unwrap();
        // A problem names its own request.
        let body = if status == 200 { body } else { String::new() };
        (Kept { status, body }, age.unwrap_or(0))
    }

    /// The seconds at which the answer becomes another by itself, between two instants at which it is known.
    async fn changes(
        &mut self,
        path: &str,
        (mut from, mut before): (DateTime<Utc>, Kept),
        (end, last): (DateTime<Utc>, &Kept),
    ) -> Vec<DateTime<Utc>> {
        let mut found = Vec::new();
        while before != *last {
            let (mut same, mut other, mut after) = (from, end, last.clone());
            // Where something else turned, this one has often turned as well.
            let turns: Vec<_> = self.turns.range(from + TimeDelta::seconds(1)..end).copied().collect();
            let mut tried = turns.into_iter().flat_map(|turn| [turn - TimeDelta::seconds(1), turn]);
            while other - same > TimeDelta::seconds(1) {
                let middle = same + TimeDelta::seconds((other - same).num_seconds() / 2);
                let next = tried.find(|turn| *turn > same && *turn < other).unwrap_or(middle);
                let (kept, _) = self.ask(path, next).await;
                if kept == before {
                    same = next;
                } else {
                    (other, after) = (next, kept);
                }
            }
            found.push(other);
            (from, before) = (other, after);
        }
        self.turns.extend(&found);
        found
    }

    /// Whoever asks now and keeps the answer for as long as they may is right to the last millisecond.
    async fn keep(&mut self, path: &str, asked: DateTime<Utc>) {
        let (kept, age) = self.ask(path, asked).await;
        if age > 0 {
            let last = asked + TimeDelta::seconds(age) - TimeDelta::milliseconds(1);
            let (fresh, _) = self.ask(path, last).await;
            assert!(kept == fresh, "{path}, asked at {asked} and kept for {age} s:\n{}\n{}", kept.body, fresh.body);
        }
    }
}

/// A clinic in which something happens on every day of the week.
fn busy_clinic() -> Api {
    let api = Api::start_with(Clock::fixed(at(BEGIN)), &[("rate-limits", "off"), ("cache-mib", "0")]);
    api.as_owner(async |owner| {
        owner.execute(SHIFT).await.unwrap();
        sqlx::query("update shifted.instant set at = $1").bind(at(BEGIN)).execute(&mut *owner).await.unwrap();
    });
    let token = api.sign_in(EDITOR);
    let named = json!({"name": "Harbor Lane Clinic", "timezone": "America/New_York"});
    assert_eq!(patch(&api, &token, "/v1/admin/clinic", &named).status, 200);
    let weekdays = json!(["monday", "tuesday", "wednesday", "thursday", "friday"]);
    let address = json!({"line1": "210 Harbor Lane", "city": "Riviera Beach", "region": "FL", "postal_code": "33404", "country": "US"});
    let add = |kind: &str, record: &Value| add(&api, &token, kind, record);
    add(
        "locations",
        &json!({
        "name": "Harbor Lane", "address": address, "timezone": "America/New_York",
        "hours": [
            {"days": weekdays, "opens": "08:00", "closes": "12:00"}, {"days": weekdays, "opens": "13:00", "closes": "17:00"},
            {"days": ["saturday"], "opens": "22:00", "closes": "02:00"}],
        "special_hours": [
            {"from": "2026-12-02", "through": "2026-12-02", "closed": true, "intervals": [], "reason": "Inventory"},
            {"from": "2026-12-03", "through": "2026-12-03", "closed": false, "intervals": [{"opens": "18:30", "closes": "20:15"}]}]}),
    );
    add(
        "locations",
        &json!({
        "name": "The Pier", "address": address, "timezone": "America/Los_Angeles",
        "hours": [{"days": ["thursday", "friday", "saturday", "sunday"], "opens": "19:00", "closes": "02:00"}],
        "status": {"code": "temporarily_closed", "note": "New floor", "until": "2026-12-03"}}),
    );
    add("providers", &json!({"name": {"family": "Marsh"}, "locations": ["harbor-lane"]}));
    add("services", &json!({"name": "Flu shot", "locations": ["harbor-lane"], "providers": ["marsh"]}));
    let notice = |starts: &str, ends: Value, closes: bool, locations: Value| {
        json!({"severity": "warning", "texts": {"en": "Mind the step.", "es": "Cuidado."}, "closes": closes,
               "starts_at": starts, "ends_at": ends, "locations": locations})
    };
    add("notices", &notice("2026-11-30T15:30:20Z", json!("2026-12-02T09:00:07Z"), false, json!([])));
    add("notices", &notice("2026-12-01T15:00:30Z", json!("2026-12-02T02:10:00Z"), true, json!(["harbor-lane"])));
    // Begins while the location is closed anyway, and ends while it would be open.
    add("notices", &notice("2026-12-05T11:00:00Z", json!("2026-12-06T04:44:44Z"), true, json!([])));
    add("notices", &notice("2026-12-04T00:00:00Z", Value::Null, false, json!(["the-pier"])));
    add("faqs", &json!({"translations": {"en": {"question": "Parking?", "answer_markdown": "Yes."}}}));
    let legal = |kind: &str, from: &str| json!({"kind": kind, "effective_on": from, "translations": {"en": {"title": kind, "body_markdown": "Text."}}});
    add("legal-notices", &legal("privacy_practices", "2026-01-01"));
    add("legal-notices", &legal("terms", "2026-12-04"));
    for (last, position) in [("2026-12-01", 1), ("2026-12-31", 2)] {
        let said = json!({"shown_name": "Jordan", "locale": "en", "text": "Kind.", "given_on": "2026-10-02", "position": position});
        let made = add("testimonials", &said);
        let signed = json!({"signed_on": "2026-11-28", "expires_on": last, "document": "Binder 4"});
        let path = format!("{}/authorizations", path_of("testimonials", &made));
        let signed = api.call("POST", &path).bearer(&token).header("If-Match", made.etag()).json(&signed).send();
        assert_eq!(signed.status, 201, "{}", signed.body);
    }
    api
}

#[test]
fn no_cached_answer_about_the_clinic_is_wrong_at_any_moment_of_a_week() {
    let api = busy_clinic();
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    let changes = block_on(async {
        let owner = api.opened().database.connect_as_owner().await.unwrap();
        let mut week = Week { api: &api, agent, owner, turns: BTreeSet::new() };
        let mut changes: BTreeMap<&str, BTreeSet<DateTime<Utc>>> = BTreeMap::new();
        for path in PATHS {
            let mut known = (at(BEGIN), week.ask(path, at(BEGIN)).await.0);
            for step in 1..=STEPS {
                let next = at(BEGIN) + STEP * step;
                let (kept, _) = week.ask(path, next).await;
                let found = week.changes(path, known, (next, &kept)).await;
                changes.entry(path).or_default().extend(found);
                known = (next, kept);
            }
        }
        for (path, instants) in &changes {
            for change in instants {
                for before in [59_400, 600] {
                    week.keep(path, *change - TimeDelta::milliseconds(before)).await;
                }
            }
        }
        changes
    });
    // The walk met what the clinic was made for.
    let met = |path: &str, instant: &str| assert!(changes[path].contains(&at(instant)), "{path} at {instant}");
    for path in ["/v1/clinic", "/v1/locations?locale=es", "/v1/locations/harbor-lane"] {
        met(path, "2026-11-30T13:00:00Z"); // opens
        met(path, "2026-12-01T15:00:30Z"); // a notice closes it
        met(path, "2026-12-03T23:30:00Z"); // extra hours begin
    }
    met("/v1/locations/the-pier", "2026-12-04T08:00:00Z"); // the closure is over, at midnight in Los Angeles
    met("/v1/locations/the-pier", "2026-12-05T10:00:00Z"); // closes at two in the morning
    met("/v1/notices", "2026-11-30T15:30:20Z");
    met("/v1/clinic", "2026-12-02T09:00:07Z");
    met("/v1/testimonials", "2026-12-02T05:00:00Z"); // the day after the last, in New York
    met("/v1/legal-notices", "2026-12-04T05:00:00Z");
    met("/v1/legal-notices/terms", "2026-12-04T05:00:00Z"); // from 404 to 200
    met("/v1/locations/harbor-lane/hours", "2026-12-01T05:00:00Z"); // another day
    for still in ["/v1/providers", "/v1/services", "/v1/faqs"] {
        assert_eq!(changes[still].len(), 0, "{still} changes by the hand of staff alone");
    }
}
