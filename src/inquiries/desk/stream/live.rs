//! One stream. Before an event is sent, and at each heartbeat, its reader is looked at again: a session that has ended, a
//! role that is another, a desk that was left for too long end it, and its reach is the present one.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use actix_web::{rt::time, web::Bytes, web::Data};
use serde::Serialize;
use tokio::time::Instant;
use uuid::Uuid;

use super::{inbox::Seat, queries::FeedRow, watch::Change};
use crate::{
    accounts::{Accounts, Permission, Staff},
    db::StaffDb,
    http::{ApiError, Site},
    inquiries::desk::change::reaches,
};

/// From one comment to the next, where nothing happens. The reader is looked at then, too.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// For so long a look at the reader counts: for the events of one look at the database, and not for those of the next.
const LOOKED: Duration = Duration::from_millis(500);
/// Milliseconds after which a browser asks again.
const RETRY: &str = "retry: 3000\n\n";
const COMMENT: &[u8] = b":\n\n";
const RESET: &str = "event: reset\ndata: {}\n\n";

/// What an event tells.
#[derive(Serialize)]
struct Told<'a> {
    id: Uuid,
    status: &'a str,
    version: i32,
    received_at: chrono::DateTime<chrono::Utc>,
}

/// A stream under way.
pub struct Live {
    staff: Staff,
    seat: Seat,
    accounts: Data<Accounts>,
    database: Data<StaffDb>,
    /// What is to be sent next.
    waiting: VecDeque<Bytes>,
    /// The versions that it began with: the poll may tell of them again.
    told: HashMap<Uuid, i32>,
    looked: Instant,
}

impl Live {
    /// Begins with what was missed; without that the reader is asked to load the list again.
    pub fn begin(
        staff: Staff,
        seat: Seat,
        accounts: Data<Accounts>,
        database: Data<StaffDb>,
        site: &Site,
        missed: Option<Vec<FeedRow>>,
    ) -> Self {
        let mut waiting = VecDeque::from([Bytes::from_static(RETRY.as_bytes())]);
        if missed.is_none() {
            waiting.push_back(Bytes::from_static(RESET.as_bytes()));
        }
        let mut told = HashMap::new();
        for row in missed.into_iter().flatten() {
            told.insert(row.id, row.version);
            waiting.push_back(event(&Change::of(row, &site.cursors)));
        }
        Self { staff, seat, accounts, database, waiting, told, looked: Instant::now() }
    }

    /// The next bytes; none ends the stream.
    pub async fn next(mut self) -> Option<(Result<Bytes, ApiError>, Self)> {
        let bytes = match self.waiting.pop_front() {
            Some(bytes) => bytes,
            None => self.listen().await?,
        };
        Some((Ok(bytes), self))
    }

    async fn listen(&mut self) -> Option<Bytes> {
        let until = Instant::now() + HEARTBEAT;
        loop {
            match self.heard(until).await? {
                None => {
                    self.look_at_the_reader().await?;
                    return Some(Bytes::from_static(COMMENT));
                }
                Some(change) if self.is_to_be_told(&change).await? => return Some(event(&change)),
                Some(_) => {}
            }
        }
    }

    /// What is heard next; the inner none is a heartbeat, the outer one the end.
    async fn heard(&mut self, until: Instant) -> Option<Option<Arc<Change>>> {
        let Seat { changes, closing, .. } = &mut self.seat;
        tokio::select! {
            biased;
            _ = closing.wait_for(|closing| *closing) => None,
            // Who fell behind takes up again where they ended.
            heard = changes.recv() => heard.ok().map(Some),
            () = time::sleep_until(until) => Some(None),
        }
    }

    /// Whether the reader may hear of it, and has not. None ends the stream.
    async fn is_to_be_told(&mut self, change: &Arc<Change>) -> Option<bool> {
        if self.told.get(&change.id).is_some_and(|version| *version >= change.version) {
            return Some(false);
        }
        if self.looked.elapsed() > LOOKED {
            self.look_at_the_reader().await?;
        }
        Some(reaches(&self.staff.reach, change.location))
    }

    async fn look_at_the_reader(&mut self) -> Option<()> {
        let present = self.staff.look_again(&self.accounts, &self.database).await;
        self.staff = present.ok().flatten().filter(|staff| staff.may(Permission::ReadInquiries))?;
        self.looked = Instant::now();
        Some(())
    }
}

fn event(change: &Change) -> Bytes {
    let told = Told { id: change.id, status: &change.status, version: change.version, received_at: change.received_at };
    let data = serde_json::to_string(&told).unwrap_or_default();
    Bytes::from(format!("event: inquiry\nid: {}\ndata: {data}\n\n", change.event))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_three_lines_and_holds_four_things() {
        let change = Change {
            id: Uuid::from_u128(1),
            status: "new".to_owned(),
            version: 3,
            received_at: "2026-03-02T12:00:00Z".parse().unwrap(),
            location: Some(Uuid::from_u128(2)),
            event: "abc".to_owned(),
        };
        let text = String::from_utf8(event(&change).to_vec()).unwrap();
        let data = r#"{"id":"00000000-0000-0000-0000-000000000001","status":"new","version":3,"received_at":"2026-03-02T12:00:00Z"}"#;
        assert_eq!(text, format!("event: inquiry\nid: abc\ndata: {data}\n\n"));
    }
}
