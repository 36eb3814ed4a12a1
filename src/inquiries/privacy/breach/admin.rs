//! The report for those who answer for what is kept of people.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::Data,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    csv::as_csv,
    report::{self, BreachQuestion, BreachReport, Suspect},
};
use crate::{
    accounts::PrivacyOfficer,
    audit::Chain,
    db::StaffDb,
    http::{Answer, ApiError, QueryReader, Site, private_answer},
    inquiries::door::Door,
};

/// Who was affected.
#[derive(Debug, Serialize, ToSchema)]
pub struct BreachReportAnswer {
    data: BreachReport,
}

/// Tells whose inquiries were seen, which fields, when and by whom, out of the audit trail, which is verified first. For
/// long times or a large trail, `clinic-cms breach-report` has no deadline.
#[utoipa::path(get, path = "/v1/admin/breach-report", operation_id = "get_breach_report", tag = "staff: privacy",
    params(
        ("from" = String, Query, description = "From this instant (RFC 3339) or date on"),
        ("until" = String, Query, description = "Before this instant or date"),
        ("actor" = Option<Uuid>, Query, description = "An account; absent for everybody"),
        ("key" = Option<Uuid>, Query, description = "An API key"),
        ("session" = Option<Uuid>, Query, description = "A session: whatever its account did while it could be used"),
        ("format" = Option<String>, Query, description = "`json` (the default), or `csv` for the inquiries as a table", pattern = "^(json|csv)$")),
    responses((status = 200, description = "The report", content((BreachReportAnswer = "application/json"), (String = "text/csv")))),
    security(("bearer" = [])))]
pub async fn get_breach_report(
    request: HttpRequest,
    permit: PrivacyOfficer,
    site: Data<Site>,
    door: Data<Door>,
    database: Data<StaffDb>,
) -> Answer {
    let (question, is_csv) = read(&request)?;
    let (chain, now) = (Chain::new(&door.ring, site.clock.clone()), site.clock.now());
    let report = database
        .transact(async move |transaction| {
            let fields = match question.suspect {
                Suspect::Anybody => Vec::new(),
                Suspect::Actor(_) => vec!["actor".to_owned()],
                Suspect::Session(_) => vec!["session".to_owned()],
            };
            permit.staff.record(transaction, "breach_report.read", "breach_report", None, &fields).await?;
            report::make(transaction, &chain, question, now).await
        })
        .await?;
    if !is_csv {
        return Ok(private_answer(StatusCode::OK, &BreachReportAnswer { data: report }));
    }
    let table = as_csv(&report).map_err(|_| ApiError::Internal)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"breach-report.csv\""))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(table))
}

fn read(request: &HttpRequest) -> Result<(BreachQuestion, bool), ApiError> {
    let mut query = QueryReader::of(request);
    let id = |text: &str| text.parse::<Uuid>().ok();
    let from = query.instant("from");
    let until = query.instant("until");
    let actor = query.parsed("actor", "the id of an account", id);
    let key = query.parsed("key", "the id of an API key", id);
    let session = query.parsed("session", "the id of a session", id);
    let format = query.one_of("format", &["json", "csv"]);
    for (name, given) in [("from", from.is_some()), ("until", until.is_some())] {
        if !given {
            query.refuse(name, "required", "has to be given: an RFC 3339 instant or a date");
        }
    }
    if [actor, key, session].iter().flatten().count() > 1 {
        query.refuse("session", "exclusive", "give one of actor, key and session");
    }
    if from.zip(until).is_some_and(|(from, until)| from >= until) {
        query.refuse("until", "bad_value", "must be after from");
    }
    query.finish()?;
    let (from, until) = from.zip(until).ok_or(ApiError::Internal)?;
    let suspect = match (actor.or(key), session) {
        (_, Some(session)) => Suspect::Session(session),
        (Some(actor), None) => Suspect::Actor(actor),
        (None, None) => Suspect::Anybody,
    };
    Ok((BreachQuestion { from, until, suspect }, format == Some("csv")))
}
