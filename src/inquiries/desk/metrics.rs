//! How the work goes: how many came and from where, how fast they were answered, what is overdue. Nothing sealed is opened
//! for it, and nothing in the answer belongs to one person.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    filters::Asked,
    opened::reference,
    queries::{self, CountRow, Measured, Period},
};
use crate::{
    accounts::InquiryReader,
    db::StaffDb,
    http::{Answer, ApiError, QueryReader, Reference, Site, private_answer},
    inquiries::schema::InquiryStatus,
};

/// The days that are meant where nothing is said.
const USUAL: TimeDelta = TimeDelta::days(30);
/// The longest period.
const LONGEST: TimeDelta = TimeDelta::days(366);

/// How many stand somewhere.
#[derive(Debug, Serialize, ToSchema)]
pub struct InquiriesByStatus {
    #[schema(value_type = InquiryStatus)]
    status: String,
    count: i64,
}

/// How many came by a way.
#[derive(Debug, Serialize, ToSchema)]
pub struct InquiriesBySource {
    source: String,
    count: i64,
}

/// How many share a form, a service or a location.
#[derive(Debug, Serialize, ToSchema)]
pub struct InquiriesByRecord {
    /// Null for those without one.
    record: Option<Reference>,
    count: i64,
}

/// How many came on a day of the clinic's zone.
#[derive(Debug, Serialize, ToSchema)]
pub struct InquiriesByDay {
    date: NaiveDate,
    count: i64,
}

/// How fast the clinic answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct FirstResponses {
    /// How many were answered.
    answered: i64,
    /// Minutes from arrival to the first response, at the median.
    median_minutes: Option<f64>,
    /// Minutes that nine of ten responses did not take longer than.
    p90_minutes: Option<f64>,
    /// Of those that were answered or whose time is up, the share that was answered in time: 0 to 1.
    within_due_share: Option<f64>,
}

/// Figures about the inquiries of a period.
#[derive(Debug, Serialize, ToSchema)]
pub struct InquiryMetrics {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    /// Without spam.
    total: i64,
    spam: i64,
    first_response: FirstResponses,
    /// At this moment, whenever they came in.
    overdue_now: i64,
    /// Spam included; what nobody has is left out, here and below.
    by_status: Vec<InquiriesByStatus>,
    by_source: Vec<InquiriesBySource>,
    by_form: Vec<InquiriesByRecord>,
    /// The services that they were recognised to be about.
    by_service: Vec<InquiriesByRecord>,
    by_location: Vec<InquiriesByRecord>,
    by_day: Vec<InquiriesByDay>,
}

/// Figures about the inquiries of a period.
#[derive(Debug, Serialize, ToSchema)]
pub struct InquiryMetricsAnswer {
    data: InquiryMetrics,
}

/// Counts the inquiries of a period and measures how fast they were answered; within reach. Spam is counted as a status and
/// nowhere else.
#[utoipa::path(get, path = "/v1/admin/inquiries/metrics", operation_id = "get_inquiry_metrics", tag = "staff: inquiries",
    security(("bearer" = [])),
    params(
        ("from" = Option<String>, Query, description = "Received at this instant (RFC 3339) or date, or later; 30 days before `until` where it is absent"),
        ("until" = Option<String>, Query, description = "Received before this instant or date; now where it is absent. At most 366 days after `from`"),
        ("location" = Option<String>, Query, description = "Slugs or ids of locations, separated by commas")),
    responses((status = 200, description = "The figures", body = InquiryMetricsAnswer)))]
pub async fn get_inquiry_metrics(
    request: HttpRequest,
    permit: InquiryReader,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    let now = site.clock.now();
    let mut query = QueryReader::of(&request);
    let (from, until) = (query.instant("from"), query.instant("until"));
    let locations = query.any_of("location");
    let given = [("from", from.is_some()), ("until", until.is_some()), ("location", locations.is_some())];
    let names: Vec<_> = given.into_iter().filter(|(_, given)| *given).map(|(name, _)| name.to_owned()).collect();
    let until = until.unwrap_or(now);
    let from = from.unwrap_or(until - USUAL);
    if from >= until {
        query.refuse("until", "range_reversed", "must lie after from");
    } else if until - from > LONGEST {
        query.refuse("until", "range_too_long", "at most 366 days after from");
    }
    query.finish()?;
    let asked = Asked { locations, ..Asked::default() };
    let (measured, counts) = database
        .transact(async move |transaction| {
            permit.staff.record(transaction, "inquiry.measure", "inquiry", None, &names).await?;
            let locations = queries::resolve(transaction, &asked, &permit.staff.reach).await?.locations;
            let period = Period { from, until, locations, now };
            let measured = queries::measure(transaction, &period).await?;
            Ok::<_, ApiError>((measured, queries::count_by(transaction, &period).await?))
        })
        .await?;
    let data = InquiryMetrics::of((from, until), &measured, counts);
    Ok(private_answer(StatusCode::OK, &InquiryMetricsAnswer { data }))
}

impl InquiryMetrics {
    fn of((from, until): (DateTime<Utc>, DateTime<Utc>), measured: &Measured, counts: Vec<CountRow>) -> Self {
        let mut metrics = Self {
            from,
            until,
            total: measured.total,
            spam: measured.spam,
            first_response: FirstResponses {
                answered: measured.answered,
                median_minutes: measured.median_minutes,
                p90_minutes: measured.p90_minutes,
                within_due_share: measured.within_due_share,
            },
            overdue_now: measured.overdue_now,
            by_status: Vec::new(),
            by_source: Vec::new(),
            by_form: Vec::new(),
            by_service: Vec::new(),
            by_location: Vec::new(),
            by_day: Vec::new(),
        };
        for row in counts {
            metrics.take(row);
        }
        metrics
    }

    fn take(&mut self, row: CountRow) {
        let (count, name) = (row.count, row.name.clone().unwrap_or_default());
        let by_record = || InquiriesByRecord { record: reference(row.id, row.slug, row.name), count };
        match row.dimension.as_str() {
            "status" => self.by_status.push(InquiriesByStatus { status: name, count }),
            "source" => self.by_source.push(InquiriesBySource { source: name, count }),
            "form" => self.by_form.push(by_record()),
            "service" => self.by_service.push(by_record()),
            "location" => self.by_location.push(by_record()),
            _ => self.by_day.extend(name.parse().ok().map(|date| InquiriesByDay { date, count })),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn row(dimension: &str, id: Option<u128>, name: &str, count: i64) -> CountRow {
        let (id, slug) = (id.map(Uuid::from_u128), id.map(|id| format!("s{id}")));
        CountRow { dimension: dimension.to_owned(), id, slug, name: Some(name.to_owned()), count }
    }

    #[test]
    fn each_count_stands_in_its_own_list_and_days_are_dates() {
        let measured = Measured {
            total: 3,
            spam: 1,
            answered: 2,
            median_minutes: Some(7.5),
            p90_minutes: Some(30.0),
            within_due_share: None,
            overdue_now: 0,
        };
        let instant = |day: u32| format!("2026-03-{day:02}T00:00:00Z").parse().unwrap();
        let counts =
            vec![row("status", None, "new", 2), row("form", Some(1), "Contact", 3), row("day", None, "2026-03-02", 3)];
        let told = InquiryMetrics::of((instant(1), instant(3)), &measured, counts);
        assert_eq!((told.by_status.len(), told.by_form.len(), told.by_day.len()), (1, 1, 1));
        assert_eq!(told.by_day.first().map(|day| day.date.to_string()).as_deref(), Some("2026-03-02"));
        assert!(told.by_service.is_empty() && told.by_source.is_empty() && told.by_location.is_empty());
    }
}
