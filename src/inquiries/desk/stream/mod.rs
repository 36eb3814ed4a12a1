//! The live inbox: which inquiries came or changed, as server-sent events
//! (<https://html.spec.whatwg.org/multipage/server-sent-events.html>). An event says which, where it stands and its version,
//! and never a word; whoever wants more reads it, with a row in the trail. Refuses to outlive its reader: a stream ends with
//! the session, the role or the emergency that it was begun with, and shows nothing out of reach meanwhile.
//!
//! | file | holds |
//! |---|---|
//! | `inbox` | who listens on this node, and the one poll for all of them |
//! | `watch` | what the poll makes of the rows that it reads |
//! | `live` | one stream |
//!
//! Nothing is notified by the database: NOTIFY inside a commit would let one inquiry wait for another.

mod inbox;
mod live;
mod watch;

use actix_web::{
    HttpRequest, HttpResponse,
    body::None as NoBody,
    http::{Method, StatusCode, header},
    web::Data,
};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::stream;
use uuid::Uuid;

pub use inbox::Inbox;

use self::{live::Live, watch::OVERLAP};
use super::queries;
use crate::{
    accounts::{Accounts, InquiryReader},
    db::StaffDb,
    http::{Answer, ApiError, Site, no_parameters, open_cursor},
};

/// What the ids of events belong to.
const QUESTION: &str = "inquiries;stream";
/// How far back a stream takes up again.
const OLDEST: TimeDelta = TimeDelta::hours(24);
/// The most events that a stream begins with.
const MOST: i64 = 1_000;

/// Where an event stands among all: the database's instant and the inquiry.
type Position = (DateTime<Utc>, Uuid);

/// Streams what came or changed: `id`, `status`, `version` and `received_at` of each inquiry, as server-sent events of the
/// type `inquiry`. A comment every 15 seconds keeps the connection. With `Last-Event-ID` it takes up where another ended;
/// an event may come twice then, and `version` tells. An event of the type `reset` asks for the list again: too much has
/// happened to be told. At most five streams of a person on a node.
#[utoipa::path(get, path = "/v1/admin/inquiries/stream", operation_id = "stream_inquiries", tag = "staff: inquiries",
    security(("bearer" = [])),
    params(("Last-Event-ID" = Option<String>, Header, description = "The `id` of the last event that was seen", max_length = 500)),
    responses((status = 200, description = "Events until the session ends", body = String, content_type = "text/event-stream")))]
pub async fn stream_inquiries(
    request: HttpRequest,
    permit: InquiryReader,
    site: Data<Site>,
    accounts: Data<Accounts>,
    inbox: Data<Inbox>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let last = last_event(&request, &site)?;
    let staff = permit.staff;
    // Before the first look at the database: what comes between is heard by one of the two.
    let seat =
        if request.method() == Method::HEAD { None } else { Some(Inbox::listen(&inbox, staff.id, &database, &site)?) };
    let reader = staff.clone();
    let missed = database
        .transact(async move |transaction| {
            reader.record(transaction, "inquiry.stream", "inquiry", None, &[]).await?;
            let now = queries::database_now(transaction).await?;
            let begin = last.map_or(now, |(at, _)| at).min(now);
            if begin < now - OLDEST {
                return Ok(None);
            }
            let rows = queries::list_changes_within(transaction, begin - OVERLAP, MOST + 1, &reader.reach).await?;
            Ok::<_, ApiError>(Some(rows).filter(|rows| i64::try_from(rows.len()).is_ok_and(|count| count <= MOST)))
        })
        .await?;
    let mut answer = HttpResponse::build(StatusCode::OK);
    answer
        .insert_header((header::CONTENT_TYPE, "text/event-stream"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // Proxies such as nginx would keep events until there are enough of them.
        .insert_header(("X-Accel-Buffering", "no"));
    let Some(seat) = seat else { return Ok(answer.body(NoBody::new())) };
    let live = Live::begin(staff, seat, accounts, database, &site, missed);
    Ok(answer.streaming(stream::unfold(live, Live::next)))
}

fn last_event(request: &HttpRequest, site: &Site) -> Result<Option<Position>, ApiError> {
    const NAME: &str = "Last-Event-ID";
    let Some(given) = request.headers().get(NAME) else { return Ok(None) };
    let position = given.to_str().ok().and_then(|text| open_cursor::<Position>(&site.cursors, text, QUESTION));
    position
        .map(Some)
        .ok_or_else(|| ApiError::bad_parameter(NAME, "bad_cursor", "is not the id of an event of this stream"))
}
