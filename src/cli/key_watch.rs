//! Follows the keys while the service runs: one that was rotated in signs or wraps here as well, one that was retired is
//! refused, without a restart. Tells the database which keys this node holds, so that a rotation waits for it. Refuses to
//! give up: keys that cannot be read are told once, and looked at again.

use std::{sync::Arc, time::Duration};

use uuid::Uuid;

use crate::{
    crypto::KeyRing,
    db::{DbError, StaffDb},
    inquiries::rotation,
};

/// How often the folder of the keys is looked at.
const EVERY: Duration = Duration::from_secs(2);
/// Every so many looks the database hears of this node; at once where its keys are others.
const LOOKS: u32 = 5;

/// Looks again and again; never ends.
pub async fn follow(ring: Arc<KeyRing>, database: StaffDb, node: Uuid) {
    // A rotation that waits for this node names it so.
    tracing::info!(%node, "the keys of this node are followed");
    let (mut told, mut looks) = (String::new(), 0);
    loop {
        let (changed, trouble) = look(Arc::clone(&ring), told).await;
        told = trouble;
        if changed || looks % LOOKS == 0 {
            tell(&ring, &database, node).await;
        }
        looks = looks.wrapping_add(1);
        tokio::time::sleep(EVERY).await;
    }
}

/// The service stops: no rotation waits for it.
pub async fn leave(database: &StaffDb, node: Uuid) {
    let forgotten = database
        .transact(async move |transaction| rotation::forget_node(transaction, node).await.map_err(DbError::from));
    if let Err(error) = forgotten.await {
        tracing::debug!(%error, "this node could not say that it stops");
    }
}

async fn tell(ring: &KeyRing, database: &StaffDb, node: Uuid) {
    let keys = ring.encryption();
    let told = database.transact(async move |transaction| {
        let ids: Vec<String> = keys.ids().map(str::to_owned).collect();
        rotation::meet_node(transaction, node, &ids, keys.current_id()).await.map_err(DbError::from)
    });
    if let Err(error) = told.await {
        tracing::debug!(%error, "this node could not say which keys it holds");
    }
}

/// One look. Takes the trouble that was told before, and gives whether the keys are others now, and the trouble of now;
/// nothing where all is well.
async fn look(ring: Arc<KeyRing>, told: String) -> (bool, String) {
    let looked = Arc::clone(&ring);
    let outcome = tokio::task::spawn_blocking(move || looked.reload()).await;
    let trouble = match outcome {
        Ok(Ok(false)) => return (false, String::new()),
        Ok(Ok(true)) => {
            let (signing, encryption) = (ring.signing(), ring.encryption());
            tracing::info!(?signing, ?encryption, "the keys were read again");
            return (true, String::new());
        }
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    };
    if trouble != told {
        tracing::error!(error = trouble, "the keys cannot be read again; the ones in force stay");
    }
    (false, trouble)
}
