//! Receivers beside each other: one that is slow or fails fills its own places and nobody else's.

use std::{collections::BTreeSet, time::Duration};

use clinic_cms::{
    db::DbError,
    outbox::{self, EventKind},
};

use super::{House, Receiver};

const EVENTS: usize = 40;

impl House {
    /// Writes events and carries them with `nodes` couriers until `is_done`; none of them waits for the receivers.
    fn run(&self, nodes: usize, is_done: impl Fn() -> bool) {
        let clock = self.api.clock.clone();
        let courier = self.api.parts().courier().clone();
        self.api.as_node(async |staff| {
            staff
                .transact(async move |tx| {
                    for _ in 0..EVENTS {
                        outbox::record(tx, &clock, EventKind::ClinicChanged, clock.new_id()).await?;
                    }
                    Ok::<_, DbError>(())
                })
                .await
                .unwrap();
            let couriers: Vec<_> =
                (0..nodes).map(|_| tokio::task::spawn_local(outbox::deliver(staff.clone(), courier.clone()))).collect();
            let mut look = tokio::time::interval(Duration::from_millis(20));
            let done = async {
                while !is_done() {
                    look.tick().await;
                }
            };
            tokio::time::timeout(Duration::from_mins(1), done).await.expect("it ends");
            couriers.iter().for_each(tokio::task::JoinHandle::abort);
        });
    }
}

fn ids(receiver: &Receiver) -> BTreeSet<String> {
    receiver.arrivals().iter().map(|arrival| arrival.header("webhook-id").to_owned()).collect()
}

#[test]
fn a_slow_and_a_failing_receiver_hold_up_nobody() {
    let house = House::open();
    let (slow, failing) = (Receiver::slow(Duration::from_secs(8)), Receiver::answering(&[], 500));
    let healthy = Receiver::start();
    for receiver in [&slow, &failing, &healthy] {
        house.subscribe(receiver, &["clinic.changed"]);
    }
    let begun = std::time::Instant::now();
    house.run(1, || ids(&healthy).len() == EVENTS);
    let last = healthy.arrivals().iter().map(|arrival| arrival.at - begun).max().unwrap();
    assert!(last < Duration::from_secs(5), "the healthy one waited {last:?}");
    assert!(slow.arrivals().len() <= 8, "the slow one has its own places alone: {}", slow.arrivals().len());
}

#[test]
fn two_nodes_at_once_deliver_each_event_once() {
    let house = House::open();
    let receiver = Receiver::start();
    house.subscribe(&receiver, &["clinic.changed"]);
    house.run(2, || ids(&receiver).len() == EVENTS);
    assert_eq!((receiver.arrivals().len(), ids(&receiver).len()), (EVENTS, EVENTS));
}
