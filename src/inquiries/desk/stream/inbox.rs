//! Who listens on this node. One poll a second serves all of them, and none is made while nobody listens. Refuses a sixth
//! stream of one person, and more streams than a node can carry.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use actix_web::{rt, web::Data};
use tokio::{
    sync::{broadcast, watch},
    task::JoinHandle,
};
use uuid::Uuid;

use super::watch::{Change, Watch};
use crate::{
    db::StaffDb,
    http::{ApiError, Site},
};

/// Streams of one person on a node.
const OF_ONE: u32 = 5;
/// Streams on a node.
const OF_ALL: u32 = 500;
/// From one look at the database to the next.
const PAUSE: Duration = Duration::from_secs(1);
/// Events that a stream may be behind before it ends, and its reader takes up again.
const BEHIND: usize = 1_024;

/// Everybody who listens on this node.
#[derive(Debug)]
pub struct Inbox {
    room: Mutex<Room>,
    changes: broadcast::Sender<Arc<Change>>,
    closing: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct Room {
    /// Streams by person.
    seats: HashMap<Uuid, u32>,
    taken: u32,
    poll: Option<JoinHandle<()>>,
}

impl Default for Inbox {
    fn default() -> Self {
        Self { room: Mutex::default(), changes: broadcast::Sender::new(BEHIND), closing: watch::Sender::new(false) }
    }
}

/// A place in the room, given up when it is dropped.
#[derive(Debug)]
pub struct Seat {
    inbox: Data<Inbox>,
    account: Uuid,
    /// What came or changed since the seat was taken.
    pub changes: broadcast::Receiver<Arc<Change>>,
    /// True once the program stops.
    pub closing: watch::Receiver<bool>,
}

impl Inbox {
    /// Ends every stream, so that a stop need not wait for readers who never leave.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    fn room(&self) -> MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the poll goes on; where nobody listens it is over, and the next listener begins another.
    fn goes_on(&self) -> bool {
        let mut room = self.room();
        if room.taken == 0 {
            room.poll = None;
        }
        room.taken > 0
    }

    /// Takes a seat, and begins to look at the database where nobody does.
    ///
    /// # Errors
    /// [`ApiError::RateLimited`] for a person with five streams, [`ApiError::Busy`] where the room is full or closing.
    pub fn listen(
        inbox: &Data<Self>,
        account: Uuid,
        database: &Data<StaffDb>,
        site: &Data<Site>,
    ) -> Result<Seat, ApiError> {
        let mut room = inbox.room();
        if *inbox.closing.borrow() || room.taken >= OF_ALL {
            return Err(ApiError::Busy);
        }
        let seats = room.seats.entry(account).or_default();
        if *seats >= OF_ONE {
            return Err(ApiError::RateLimited { wait: 15, policy: format!("\"inquiry-streams\";q={OF_ONE}") });
        }
        *seats += 1;
        room.taken += 1;
        let seat = Seat {
            inbox: Data::clone(inbox),
            account,
            changes: inbox.changes.subscribe(),
            closing: inbox.closing.subscribe(),
        };
        // A poll whose thread has ended is no poll.
        if room.poll.as_ref().is_none_or(JoinHandle::is_finished) {
            room.poll = Some(rt::spawn(poll(Data::clone(inbox), StaffDb::clone(database), Data::clone(site))));
        }
        Ok(seat)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut room = self.inbox.room();
        room.taken = room.taken.saturating_sub(1);
        if let Some(seats) = room.seats.get_mut(&self.account) {
            *seats = seats.saturating_sub(1);
        }
        room.seats.retain(|_, seats| *seats > 0);
    }
}

async fn poll(inbox: Data<Inbox>, database: StaffDb, site: Data<Site>) {
    let mut watch = Watch::default();
    let mut is_away = false;
    while inbox.goes_on() {
        match watch.look(&database, &site.cursors).await {
            Ok(changes) => {
                is_away = false;
                for change in changes {
                    // Nobody hears it where the last listener has just left.
                    let _ = inbox.changes.send(Arc::new(change));
                }
            }
            Err(error) => {
                if !is_away {
                    tracing::warn!(%error, "the live inbox cannot be read; trying again");
                }
                is_away = true;
            }
        }
        rt::time::sleep(PAUSE).await;
    }
}
