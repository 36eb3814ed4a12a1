//! Follows the signing keys while the service runs: a key that was rotated in signs here as well, one that was retired
//! is refused, without a restart. Refuses to give up: keys that cannot be read are told once, and looked at again.

use std::{sync::Arc, time::Duration};

use crate::crypto::KeyRing;

/// How often the folder of the keys is looked at.
const EVERY: Duration = Duration::from_secs(2);

/// Looks again and again; never ends.
pub async fn follow(ring: Arc<KeyRing>) {
    let mut told = String::new();
    loop {
        tokio::time::sleep(EVERY).await;
        told = look(Arc::clone(&ring), told).await;
    }
}

/// One look. Takes the trouble that was told before, and gives the one of now; nothing where all is well.
async fn look(ring: Arc<KeyRing>, told: String) -> String {
    let looked = Arc::clone(&ring);
    let outcome = tokio::task::spawn_blocking(move || looked.reload_signing()).await;
    let trouble = match outcome {
        Ok(Ok(false)) => String::new(),
        Ok(Ok(true)) => {
            let keys = ring.signing();
            tracing::info!(current = keys.current_id(), ?keys, "the signing keys were read again");
            String::new()
        }
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    };
    if !trouble.is_empty() && trouble != told {
        tracing::error!(error = trouble, "the signing keys cannot be read again; the ones in force stay");
    }
    trouble
}
