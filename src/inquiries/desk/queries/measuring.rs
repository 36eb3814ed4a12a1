//! Figures about the work with inquiries. Nothing that is sealed is read for them.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// What is measured.
#[derive(Clone, Debug)]
pub struct Period {
    /// Received from here on.
    pub from: DateTime<Utc>,
    /// Received before this.
    pub until: DateTime<Utc>,
    /// At these locations; none for all of them.
    pub locations: Option<Vec<Uuid>>,
    /// The present instant.
    pub now: DateTime<Utc>,
}

/// How fast the clinic answered.
#[derive(Debug)]
pub struct Measured {
    /// Inquiries, spam left out.
    pub total: i64,
    /// Those taken for spam.
    pub spam: i64,
    /// Those that were answered.
    pub answered: i64,
    /// Minutes until the first response, at the median.
    pub median_minutes: Option<f64>,
    /// Minutes that nine of ten responses did not take longer than.
    pub p90_minutes: Option<f64>,
    /// Of those whose time is up or that were answered, how many had an answer in time; none without any such.
    pub within_due_share: Option<f64>,
    /// Overdue at this moment, whenever they came in.
    pub overdue_now: i64,
}

/// Measures responses.
///
/// # Errors
/// Those of the database.
pub async fn measure(transaction: &mut PgConnection, period: &Period) -> Result<Measured, sqlx::Error> {
    sqlx::query_as!(
        Measured,
        r#"select count(*) filter (where not is_spam) as "total!", count(*) filter (where is_spam) as "spam!",
                  count(minutes) as "answered!",
                  percentile_cont(0.5) within group (order by minutes) as median_minutes,
                  percentile_cont(0.9) within group (order by minutes) as p90_minutes,
                  avg((coalesce(responded_at, 'infinity') <= due_at)::integer) filter
                    (where not is_spam and due_at is not null and (responded_at is not null or due_at <= $4))::double precision
                    as within_due_share,
                  (select count(*) from cms.inquiry o
                    where coalesce(cms.due_at(o.status, o.first_responded_at, o.first_response_due_at, o.next_action_at),
                                   'infinity') < $4
                      and ($3::uuid[] is null or o.location_id = any ($3))) as "overdue_now!"
             from (select i.status = 'spam' as is_spam, i.first_response_due_at as due_at, i.first_responded_at as responded_at,
                          case when i.status <> 'spam'
                               then extract(epoch from i.first_responded_at - i.received_at)::double precision / 60 end as minutes
                     from cms.inquiry i
                    where i.received_at >= $1 and i.received_at < $2
                      and ($3::uuid[] is null or i.location_id = any ($3))) of"#,
        period.from,
        period.until,
        period.locations.as_deref(),
        period.now,
    )
    .fetch_one(transaction)
    .await
}

/// How many inquiries share one thing.
#[derive(Debug)]
pub struct CountRow {
    /// `status`, `source`, `form`, `service`, `location` or `day`.
    pub dimension: String,
    /// The record, of a dimension that has some; none for those without one.
    pub id: Option<Uuid>,
    /// Its slug.
    pub slug: Option<String>,
    /// Its name; of the other dimensions, the value itself.
    pub name: Option<String>,
    /// How many.
    pub count: i64,
}

/// Counts inquiries by each dimension at once, in one walk over the period. Spam is counted as a status and nowhere else.
/// A day is one of the clinic's own zone.
///
/// # Errors
/// Those of the database.
pub async fn count_by(transaction: &mut PgConnection, period: &Period) -> Result<Vec<CountRow>, sqlx::Error> {
    sqlx::query_as!(
        CountRow,
        r#"with counted as materialized (
             select grouping(i.status, i.source, i.form_id, i.service_id, i.location_id, i.day) as grouped,
                    i.status, i.source, i.form_id, i.service_id, i.location_id, i.day,
                    count(*) as everything, count(*) filter (where i.status <> 'spam') as wanted
               from (select status, source, form_id, service_id, location_id,
                            (received_at at time zone coalesce((select timezone from cms.clinic), 'UTC'))::date as day
                       from cms.inquiry
                      where received_at >= $1 and received_at < $2 and ($3::uuid[] is null or location_id = any ($3))) i
              group by grouping sets ((i.status), (i.source), (i.form_id), (i.service_id), (i.location_id), (i.day)))
           select dimension as "dimension!", id, slug, name, count as "count!"
             from (select 'status' as dimension, null::uuid as id, null as slug, c.status as name, c.everything as count
                     from counted c where c.grouped = 31
                    union all
                   select 'source', null, null, c.source, c.wanted from counted c where c.grouped = 47
                    union all
                   select 'form', f.id, f.slug, f.name, c.wanted
                     from counted c join cms.form f on f.id = c.form_id where c.grouped = 55
                    union all
                   select 'service', s.id, s.slug, s.name, c.wanted
                     from counted c left join cms.service s on s.id = c.service_id where c.grouped = 59
                    union all
                   select 'location', l.id, l.slug, l.name, c.wanted
                     from counted c left join cms.location l on l.id = c.location_id where c.grouped = 61
                    union all
                   select 'day', null, null, c.day::text, c.wanted from counted c where c.grouped = 62) shown
            where count > 0
            order by dimension, case when dimension = 'day' then name end, count desc, name"#,
        period.from,
        period.until,
        period.locations.as_deref(),
    )
    .fetch_all(transaction)
    .await
}
