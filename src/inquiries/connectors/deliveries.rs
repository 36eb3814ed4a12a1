//! Deliveries that are no inquiry yet, as those who keep connections see them: why, and never what they say. Once the
//! mapping is right they are tried again.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    keys::Connections,
    payload::Arrival,
    queries::{self, ListedDelivery, OpenDelivery},
    taking::{Line, NoInquiry, Taking, Waybill},
    understood::LeadMistake,
};
use crate::{
    accounts::{IntegrationManager, IntegrationReader, Staff},
    db::{PublicDb, StaffDb},
    http::{
        Answer, ApiError, COUNTED, PageLinks, PageMeta, PageRequest, Paging, QueryReader, Site, no_parameters, path_id,
        private_answer,
    },
    inquiries::{door::Door, intake::Intake},
};

const STATES: [&str; 3] = ["fetching", "kept", "done"];
/// How long a delivery is one request's own.
const LEASE: TimeDelta = TimeDelta::seconds(30);

/// A delivery that is no inquiry yet, or was none at first.
#[derive(Debug, Serialize, ToSchema)]
pub struct IntegrationDelivery {
    /// UUIDv7.
    id: Uuid,
    /// `fetching` (its fields are asked for), `kept` (somebody has to look) or `done` (it is an inquiry).
    #[schema(pattern = "^(fetching|kept|done)$")]
    state: String,
    /// `nobody_to_answer`, `unreadable`, `form_in_trash`, or what went wrong when its fields were asked for, such as
    /// `no_access_token` or `http_400`; null where nothing did.
    #[schema(required, example = "nobody_to_answer")]
    reason: Option<String>,
    /// What is wrong with it: fields and codes.
    mistakes: Vec<LeadMistake>,
    /// When it came.
    received_at: DateTime<Utc>,
    /// How often it was tried.
    attempts: i32,
    /// When its fields are asked for next; null where they are not.
    #[schema(required)]
    next_attempt_at: Option<DateTime<Utc>>,
    /// The inquiry that it became; null also once that is gone.
    #[schema(required)]
    inquiry_id: Option<Uuid>,
    /// When it became one.
    #[schema(required)]
    done_at: Option<DateTime<Utc>>,
    /// When it is removed.
    retention_expires_at: DateTime<Utc>,
}

impl From<ListedDelivery> for IntegrationDelivery {
    fn from(row: ListedDelivery) -> Self {
        Self {
            next_attempt_at: (row.state == "fetching").then_some(row.available_at),
            id: row.id,
            state: row.state,
            reason: row.reason,
            mistakes: row.mistakes.0,
            received_at: row.received_at,
            attempts: row.attempts,
            inquiry_id: row.inquiry_id,
            done_at: row.done_at,
            retention_expires_at: row.retention_expires_at,
        }
    }
}

/// Deliveries, the latest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct IntegrationDeliveryPage {
    data: Vec<IntegrationDelivery>,
    meta: PageMeta,
    links: PageLinks,
}

/// What became of a delivery that was tried again.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryRetryAnswer {
    data: DeliveryRetry,
}

/// What became of a delivery that was tried again.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryRetry {
    /// The delivery.
    id: Uuid,
    /// As in the list.
    #[schema(pattern = "^(fetching|kept|done)$")]
    state: String,
    /// Why it is kept still.
    #[schema(required)]
    reason: Option<String>,
    /// What is wrong with it.
    mistakes: Vec<LeadMistake>,
    /// The inquiry that it is now.
    #[schema(required)]
    inquiry_id: Option<Uuid>,
}

/// Lists the deliveries of a connection that are no inquiry yet, the latest first, with `state=done` those that became one.
#[utoipa::path(get, path = "/v1/admin/integrations/{id}/deliveries", operation_id = "list_integration_deliveries",
    tag = "staff: integrations", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The connection"),
        ("state" = Option<String>, Query, description = "Any of `fetching`, `kept` and `done`, separated by commas; the first two where it is absent"),
        Paging),
    responses((status = 200, description = "A page of deliveries", body = IntegrationDeliveryPage)))]
pub async fn list_integration_deliveries(
    request: HttpRequest,
    permit: IntegrationReader,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    let id = path_id(&request)?;
    let mut query = QueryReader::of(&request);
    let states = query.any_known("state", &STATES);
    let states = states.unwrap_or_else(|| vec!["fetching".to_owned(), "kept".to_owned()]);
    let question = format!("integration-deliveries;{id};{states:?}");
    let page = PageRequest::<(DateTime<Utc>, Uuid)>::read(&mut query, &site.cursors, &question);
    query.finish()?;
    let asked = page.clone();
    let (mut rows, total) = database
        .transact(async move |connection| {
            queries::find_behind(connection, id).await?.ok_or(ApiError::NotFound)?;
            let subject = "integration";
            permit.staff.record(connection, "integration_delivery.list", subject, Some(id), &[]).await?;
            let (after, size) = (asked.after().copied(), (asked.fetch(), asked.offset()));
            let rows = queries::list_deliveries(connection, id, Some(&states), after, size).await?;
            let total = asked.total(queries::count_deliveries(connection, id, Some(&states), COUNTED)).await?;
            Ok::<_, ApiError>((rows, total))
        })
        .await?;
    let of = site.question(&request, &question);
    let (meta, links) = page.complete(&mut rows, total, |row| (row.received_at, row.id), &of);
    let data = rows.into_iter().map(IntegrationDelivery::from).collect();
    Ok(private_answer(StatusCode::OK, &IntegrationDeliveryPage { data, meta, links }))
}

/// Tries a delivery that is kept again, by the mapping as it is now.
#[utoipa::path(post, path = "/v1/admin/integrations/{id}/deliveries/{delivery}/retry", operation_id = "retry_integration_delivery",
    tag = "staff: integrations", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The connection"), ("delivery" = Uuid, Path, description = "The delivery")),
    responses((status = 200, description = "What became of it", body = DeliveryRetryAnswer)))]
pub async fn retry_integration_delivery(
    request: HttpRequest,
    permit: IntegrationManager,
    site: Data<Site>,
    door: Data<Door>,
    connections: Data<Connections>,
    public: Data<PublicDb>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let delivery = request.match_info().get("delivery").and_then(|id| id.parse().ok()).ok_or(ApiError::NotFound)?;
    let at = (path_id(&request)?, delivery);
    let now = site.clock.now();
    let (open, line) = lease(&database, permit.staff, at, now).await?;
    let intake = Intake { door: &door, clock: &site.clock, database: &public };
    let taking = Taking { intake, connections: &connections };
    let tried = try_again(&taking, &line, &open, now).await?;
    let data = note(&database, open.id, tried, now).await?;
    Ok(private_answer(StatusCode::OK, &DeliveryRetryAnswer { data }))
}

async fn lease(
    database: &StaffDb,
    staff: Staff,
    at: (Uuid, Uuid),
    now: DateTime<Utc>,
) -> Result<(OpenDelivery, Line), ApiError> {
    database
        .transact(async move |connection| {
            let behind = queries::find_behind(connection, at.0).await?.ok_or(ApiError::NotFound)?;
            queries::find_delivery_state(connection, at.0, at.1).await?.ok_or(ApiError::NotFound)?;
            let open = queries::lease_kept(connection, at, now, now + LEASE).await?.ok_or(ApiError::Conflict {
                code: "not_kept",
                detail: "it is an inquiry already, or on its way to become one",
            })?;
            let (action, subject) = ("integration_delivery.retry", "integration_delivery");
            staff.record(connection, action, subject, Some(at.1), &[]).await?;
            Ok::<_, ApiError>((open, Line::behind(at.0, behind)))
        })
        .await
}

/// What became of it.
enum Tried {
    Inquiry(Uuid),
    ToFetch,
    Kept(NoInquiry),
}

async fn try_again(
    taking: &Taking<'_>,
    line: &Line,
    open: &OpenDelivery,
    now: DateTime<Utc>,
) -> Result<Tried, ApiError> {
    let bytes = taking.connections.open_delivery(open.id, &open.sealed)?;
    let waybill = serde_json::from_slice::<Waybill>(&bytes).map_err(|_| ApiError::Internal)?;
    let mut arrivals = waybill.read(line.kind).unwrap_or_default().into_iter();
    match arrivals.next() {
        None | Some(Arrival::Unreadable { .. }) => Ok(Tried::Kept(NoInquiry::of("unreadable"))),
        Some(Arrival::Notice { .. }) => Ok(Tried::ToFetch),
        Some(Arrival::Lead { lead, .. }) => Ok(match taking.lead(line, lead, open.request_id.clone(), now).await? {
            Ok(inquiry) => Tried::Inquiry(inquiry),
            Err(why) => Tried::Kept(why),
        }),
    }
}

async fn note(database: &StaffDb, id: Uuid, tried: Tried, now: DateTime<Utc>) -> Result<DeliveryRetry, ApiError> {
    let lease = now + LEASE;
    database
        .transact(async move |connection| {
            let answer = |state: &str| DeliveryRetry {
                id,
                state: state.to_owned(),
                reason: None,
                mistakes: Vec::new(),
                inquiry_id: None,
            };
            Ok::<_, ApiError>(match tried {
                Tried::Inquiry(inquiry) => {
                    queries::mark_done(connection, id, inquiry, now).await?;
                    DeliveryRetry { inquiry_id: Some(inquiry), ..answer("done") }
                }
                Tried::ToFetch => {
                    queries::fetch_again(connection, id, lease, now).await?;
                    answer("fetching")
                }
                Tried::Kept(why) => {
                    queries::keep(connection, id, lease, why.reason, &why.mistakes, None).await?;
                    DeliveryRetry { reason: Some(why.reason.to_owned()), mistakes: why.mistakes, ..answer("kept") }
                }
            })
        })
        .await
}
