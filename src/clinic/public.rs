//! What everybody may read: the organisation, its locations and their hours, who treats and what is done.

mod formatted_hours;
mod providers;
mod services;
mod texts;

use actix_web::{HttpRequest, web::Data};
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    clinic::Clinic,
    hours::{MAX_DAYS, OpenDay, OperatingStatus},
    location::{Location, StoredLocation, Unreadable, Viewpoint},
    queries::{self, Part, Place, PublishedLocation},
    values::TimeZone,
};
use crate::{
    contact::LanguageTag,
    db::PublicDb,
    delivery::{PublicAnswer, seconds_until},
    http::{Answer, ApiError, PageLinks, PageMeta, PageRequest, Paging, QueryReader, Site, check_date},
};

use self::formatted_hours::{FORMATS, FormattedHours};
pub use self::{
    formatted_hours::{FormattedHoursAnswer, LocationHoursAnswers},
    providers::*,
    services::*,
    texts::*,
};

/// The order of the list, which its cursors belong to.
const LIST: &str = "locations in order";
/// Days that the hours are told for where nobody says how many.
const WEEK: u64 = 7;

/// The organisation.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClinicAnswer {
    data: Clinic,
}

/// A location.
#[derive(Debug, Serialize, ToSchema)]
pub struct LocationAnswer {
    data: Location,
}

/// A part of the locations.
#[derive(Debug, Serialize, ToSchema)]
pub struct LocationPage {
    data: Vec<Location>,
    meta: PageMeta,
    links: PageLinks,
}

/// The days of a location.
#[derive(Debug, Serialize, ToSchema)]
pub struct LocationHoursAnswer {
    data: LocationHours,
}

/// When a location is open, day by day.
#[derive(Debug, Serialize, ToSchema)]
pub struct LocationHours {
    /// IANA; dates and local times are in it.
    #[schema(value_type = String, example = "America/New_York")]
    timezone: TimeZone,
    /// Each day of the range, the closed ones included.
    days: Vec<OpenDay>,
}

impl From<Unreadable> for ApiError {
    fn from(unreadable: Unreadable) -> Self {
        tracing::error!(%unreadable);
        Self::Internal
    }
}

/// The organisation, its locations in short, live notices and legal notices.
#[utoipa::path(get, path = "/v1/clinic", operation_id = "get_clinic", tag = "clinic",
    params(("locale" = Option<String>, Query, max_length = 35,
        description = "BCP 47; the language of `open.text`. The clinic's own where it is absent")),
    responses((status = 200, description = "The organisation", body = ClinicAnswer)))]
pub async fn get_clinic(request: HttpRequest, site: Data<Site>, database: Data<PublicDb>) -> Answer {
    let mut query = QueryReader::of(&request);
    let locale = locale(&mut query);
    query.finish()?;
    let found =
        database.read(async |connection| Ok::<_, ApiError>(queries::find_published_clinic(connection).await?)).await?;
    let clinic = found.ok_or(ApiError::NotFound)?;
    let at = site.clock.now();
    let seconds = [seconds_left(&clinic.locations, at)?, clinic.valid_for].into_iter().flatten().min();
    let tags = tags(&clinic.locations);
    let locale = locale.unwrap_or_else(|| clinic.default_locale.clone());
    let clinic = clinic.shown(&Viewpoint { at, locale: &locale }, site.site_url.as_deref())?;
    PublicAnswer::json(&ClinicAnswer { data: clinic }, &["clinic"])?.valid_for(seconds).tagged(tags).send(&request)
}

/// The locations, in the clinic's order, then by name.
#[utoipa::path(get, path = "/v1/locations", operation_id = "list_locations", tag = "clinic",
    params(
        ("at" = Option<String>, Query, format = DateTime,
            description = "The instant that `open` and `status` are told for: RFC 3339, or a date. Now where it is absent"),
        ("locale" = Option<String>, Query, max_length = 35,
            description = "BCP 47; the language of `open.text`. The clinic's own where it is absent"),
        Paging),
    responses((status = 200, description = "A page of locations", body = LocationPage)))]
pub async fn list_locations(request: HttpRequest, site: Data<Site>, database: Data<PublicDb>) -> Answer {
    let mut query = QueryReader::of(&request);
    let (at, locale) = (query.instant("at"), locale(&mut query));
    let page = PageRequest::<Place>::read(&mut query, &site.cursors, LIST);
    query.finish()?;
    let part = Part { after: page.after().cloned(), offset: page.offset(), fetch: page.fetch() };
    let mut listed = database
        .read(async move |connection| Ok::<_, ApiError>(queries::find_published_locations(connection, &part).await?))
        .await?;
    let question = site.question(&request, LIST);
    let place = |location: &StoredLocation| (location.position, location.name.clone(), location.id);
    let (meta, links) = page.complete(&mut listed.rows, listed.total, place, &question);
    let now = site.clock.now();
    let seconds = if at.is_none() { seconds_left(&listed.rows, now)? } else { None };
    let tags = tags(&listed.rows);
    let locale = locale.unwrap_or(listed.default_locale);
    let seen = Viewpoint { at: at.unwrap_or(now), locale: &locale };
    let data = listed.rows.into_iter().map(|location| location.shown(&seen)).collect::<Result<_, _>>()?;
    PublicAnswer::json(&LocationPage { data, meta, links }, &["clinic"])?.valid_for(seconds).tagged(tags).send(&request)
}

/// One location.
#[utoipa::path(get, path = "/v1/locations/{slug}", operation_id = "get_location", tag = "clinic",
    params(("slug" = String, Path, description = "Slug or id"),
        ("at" = Option<String>, Query, format = DateTime,
            description = "The instant that `open` and `status` are told for: RFC 3339, or a date. Now where it is absent"),
        ("locale" = Option<String>, Query, max_length = 35,
            description = "BCP 47; the language of `open.text`. The clinic's own where it is absent")),
    responses((status = 200, description = "The location", body = LocationAnswer)))]
pub async fn get_location(request: HttpRequest, site: Data<Site>, database: Data<PublicDb>) -> Answer {
    let mut query = QueryReader::of(&request);
    let (at, locale) = (query.instant("at"), locale(&mut query));
    query.finish()?;
    let PublishedLocation { location, default_locale, .. } = find(&request, &database).await?;
    let now = site.clock.now();
    let seconds = if at.is_none() { seconds_left([&location], now)? } else { None };
    let tags = tags([&location]);
    let locale = locale.unwrap_or(default_locale);
    let location = location.shown(&Viewpoint { at: at.unwrap_or(now), locale: &locale })?;
    PublicAnswer::json(&LocationAnswer { data: location }, &["clinic"])?.valid_for(seconds).tagged(tags).send(&request)
}

/// The days of one location with their intervals, special hours applied. A temporary closure does not show here:
/// the location's `status` tells of it. With `format` it is the hours themselves, in a form of others.
#[utoipa::path(get, path = "/v1/locations/{slug}/hours", operation_id = "get_location_hours", tag = "clinic",
    params(("slug" = String, Path, description = "Slug or id"),
        ("from" = Option<String>, Query, format = Date, description = "The first day; today in the location's zone where it is absent"),
        ("to" = Option<String>, Query, format = Date,
            description = "The last day, at most 400 days with the first; the seventh day where it is absent"),
        ("format" = Option<String>, Query, pattern = "^(osm|schema_org|fhir|google)$",
            description = "The form that the hours are written in, in the place of days: goes with neither `from` nor `to`")),
    responses((status = 200, description = "The days, or the hours in the form that was asked for", body = LocationHoursAnswers)))]
pub async fn get_location_hours(request: HttpRequest, site: Data<Site>, database: Data<PublicDb>) -> Answer {
    let mut query = QueryReader::of(&request);
    let (from, to) = (date(&mut query, "from"), date(&mut query, "to"));
    let format = query.one_of("format", &FORMATS);
    if format.is_some() && (from.is_some() || to.is_some()) {
        query.refuse("format", "not_applicable", "goes with neither from nor to");
    }
    if let (Some(from), Some(to)) = (from, to)
        && !is_range(from, to)
    {
        query.refuse("to", "bad_range", RANGE);
    }
    query.finish()?;
    let PublishedLocation { location, .. } = find(&request, &database).await?;
    let now = site.clock.now();
    if let Some(format) = format {
        let data = FormattedHours::of(&location, format, now)?;
        return PublicAnswer::json(&FormattedHoursAnswer { data }, &["clinic"])?
            .valid_for(seconds_left([&location], now)?)
            .tagged(tags([&location]))
            .send(&request);
    }
    let schedule = location.schedule()?;
    let first = from.unwrap_or_else(|| now.with_timezone(&schedule.timezone()).date_naive());
    let last = to.or_else(|| first.checked_add_days(Days::new(WEEK - 1))).unwrap_or(first);
    if !is_range(first, last) {
        return Err(ApiError::bad_parameter("to", "bad_range", RANGE));
    }
    // A range that begins today moves at midnight; a named one stays.
    let until = schedule.fresh_until(now, OperatingStatus::Open).filter(|_| from.is_none());
    let hours = LocationHours { timezone: TimeZone(schedule.timezone()), days: schedule.days(first, last) };
    PublicAnswer::json(&LocationHoursAnswer { data: hours }, &["clinic"])?
        .valid_for(until.map(|until| seconds_until(until, now)))
        .tagged(tags([&location]))
        .send(&request)
}

const RANGE: &str = "must not be before from, and at most 400 days with it";

fn is_range(from: NaiveDate, to: NaiveDate) -> bool {
    (0..MAX_DAYS).contains(&(to - from).num_days())
}

async fn find(request: &HttpRequest, database: &PublicDb) -> Result<PublishedLocation, ApiError> {
    let name = name_in_path(request)?;
    let found = database
        .read(async move |connection| Ok::<_, ApiError>(queries::find_published_location(connection, &name).await?))
        .await?;
    found.ok_or(ApiError::NotFound)
}

/// The slug or id in the address.
pub(super) fn name_in_path(request: &HttpRequest) -> Result<String, ApiError> {
    let name = request.match_info().get("slug").unwrap_or_default();
    // No slug is longer, and PostgreSQL takes no NUL.
    if name.len() > 100 || name.contains('\0') { Err(ApiError::NotFound) } else { Ok(name.to_owned()) }
}

fn locale(query: &mut QueryReader) -> Option<String> {
    let tag = query.parsed("locale", "a BCP 47 language tag", |text| LanguageTag::parse(text).ok())?;
    Some(tag.as_str().to_owned())
}

fn date(query: &mut QueryReader, name: &'static str) -> Option<NaiveDate> {
    query.parsed(name, "a date as YYYY-MM-DD", |text| check_date(text).ok())
}

/// Seconds until the first of the locations reads differently by itself.
pub(super) fn seconds_left<'a>(
    locations: impl IntoIterator<Item = &'a StoredLocation>,
    now: DateTime<Utc>,
) -> Result<Option<i64>, Unreadable> {
    let mut earliest = None;
    for location in locations {
        if let Some(until) = location.fresh_until(now)? {
            earliest = Some(earliest.map_or(until, |known: DateTime<Utc>| known.min(until)));
        }
    }
    Ok(earliest.map(|until| seconds_until(until, now)))
}

pub(super) fn tags<'a>(locations: impl IntoIterator<Item = &'a StoredLocation>) -> Vec<String> {
    locations.into_iter().map(|location| format!("location:{}", location.id)).collect()
}
