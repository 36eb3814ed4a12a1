//! The gate in front of password hashing: as many at once as there are cores, a short queue behind
//! them, and a plain "busy" beyond. A flood of sign-ins then costs its senders time and us nothing.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Deserializer};
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

use super::password::Password;
use super::password_hash::{self, HashError, Verified, Workspace};
use super::personal::text_from_wire;

/// How many wait behind those that are hashed, unless told otherwise.
pub const QUEUE: usize = 32;

/// What somebody typed as a password: no rules apply, since it is only compared. Wiped on drop,
/// redacted in `Debug`.
pub struct Attempt(Zeroizing<String>);

impl Attempt {
    /// Wraps what was typed.
    #[must_use]
    pub fn new(typed: String) -> Self {
        Self(Zeroizing::new(typed))
    }

    /// Shows what was typed, to check it as a new [`Password`].
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attempt([redacted])")
    }
}

impl<'de> Deserialize<'de> for Attempt {
    fn deserialize<D: Deserializer<'de>>(wire: D) -> Result<Self, D::Error> {
        text_from_wire(wire).map(Self::new)
    }
}

/// Why a password was not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum GateError {
    /// The queue is full: answer 503 with `Retry-After`.
    #[error("too many sign-ins at once")]
    Busy,
    /// The program is stopping.
    #[error("password hashing has stopped")]
    Stopped,
    /// The hash could not be made.
    #[error(transparent)]
    Hash(#[from] HashError),
}

/// Lets a bounded number of passwords be hashed at once. Clones share the bound.
#[derive(Debug, Clone)]
pub struct PasswordGate {
    /// One for each that is hashed or waits.
    places: Arc<Semaphore>,
    /// One for each that is hashed.
    cores: Arc<Semaphore>,
    /// Where nobody works now. There are never more than cores.
    workspaces: Arc<Mutex<Vec<Workspace>>>,
}

/// Held until the hashing ends, even when the request that asked for it is gone.
type Turn = (OwnedSemaphorePermit, OwnedSemaphorePermit);

impl PasswordGate {
    /// A gate as wide as `cores`, at least 1, with `queue` waiting places.
    #[must_use]
    pub fn new(cores: usize, queue: usize) -> Self {
        let cores = cores.clamp(1, 1024);
        Self {
            places: Arc::new(Semaphore::new(cores + queue.min(1 << 16))),
            cores: Arc::new(Semaphore::new(cores)),
            workspaces: Arc::default(),
        }
    }

    /// A gate as wide as this machine's cores, with [`QUEUE`] waiting places.
    #[must_use]
    pub fn for_this_machine() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self::new(cores, QUEUE)
    }

    /// [`password_hash::verify`] on a blocking thread, in turn.
    ///
    /// # Errors
    /// [`GateError::Busy`] at once when the queue is full; [`GateError::Hash`] where there is no memory for it.
    pub async fn verify(&self, phc: Option<String>, attempt: Attempt) -> Result<Verified, GateError> {
        let verified =
            self.in_turn(move |space| password_hash::verify(phc.as_deref(), attempt.reveal(), space)).await?;
        Ok(verified?)
    }

    /// [`password_hash::hash`] on a blocking thread, in turn.
    ///
    /// # Errors
    /// [`GateError::Busy`] at once when the queue is full; [`GateError::Hash`] when it fails.
    pub async fn hash(&self, password: Password) -> Result<String, GateError> {
        let hashed = self.in_turn(move |space| password_hash::hash(&password, space)).await?;
        Ok(hashed?)
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Workspace) -> T + Send + 'static,
    ) -> Result<T, GateError> {
        let turn = self.turn().await?;
        let workspaces = Arc::clone(&self.workspaces);
        let worked = tokio::task::spawn_blocking(move || {
            let mut workspace = workspaces.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
            let result = work(&mut workspace);
            workspaces.lock().unwrap_or_else(PoisonError::into_inner).push(workspace);
            drop(turn);
            result
        });
        worked.await.map_err(|_| GateError::Stopped)
    }

    async fn turn(&self) -> Result<Turn, GateError> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| GateError::Busy)?;
        let core = Arc::clone(&self.cores).acquire_owned().await.map_err(|_| GateError::Stopped)?;
        Ok((place, core))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::password::PasswordRules;
    use std::sync::mpsc;

    #[tokio::test]
    async fn a_password_is_hashed_and_found_again() {
        let gate = PasswordGate::for_this_machine();
        let rules = PasswordRules { second_factor: false, email: "ada@clinic.example", words: &[] };
        let password = Password::parse("four green teapots", rules).unwrap();
        let phc = gate.hash(password).await.unwrap();
        let attempt = Attempt::new("four green teapots".to_owned());
        assert!(gate.verify(Some(phc), attempt).await.unwrap().ok);
    }

    #[tokio::test]
    async fn beyond_the_queue_the_answer_is_busy() {
        let gate = PasswordGate::new(1, 1);
        let hashed = gate.turn().await.unwrap();
        let mut waiting = Box::pin(gate.turn());
        assert!(still_waits(waiting.as_mut()).await, "one waits");
        assert_eq!(gate.turn().await.err(), Some(GateError::Busy));
        drop(hashed);
        drop(waiting.await.unwrap());
        assert!(gate.turn().await.is_ok(), "all places are free again");
    }

    #[tokio::test]
    async fn a_request_that_went_away_gives_its_waiting_place_back() {
        let gate = PasswordGate::new(1, 1);
        let _hashed = gate.turn().await.unwrap();
        let mut waiting = Box::pin(gate.turn());
        assert!(still_waits(waiting.as_mut()).await);
        drop(waiting);
        assert_eq!(gate.places.available_permits(), 1);
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_keeps_its_core_until_it_ends() {
        let gate = PasswordGate::new(1, 0);
        let (started, has_started) = mpsc::channel();
        let (finish, may_finish) = mpsc::channel::<()>();
        let work = move |_: &mut Workspace| {
            started.send(()).unwrap();
            may_finish.recv().unwrap();
        };
        let mut asked = Box::pin(gate.in_turn(work));
        assert!(still_waits(asked.as_mut()).await);
        drop(asked);
        has_started.recv().unwrap();
        assert_eq!(gate.turn().await.err(), Some(GateError::Busy));
        finish.send(()).unwrap();
    }

    /// Polls once; says whether it is still waiting.
    async fn still_waits<F: Future>(mut future: std::pin::Pin<&mut F>) -> bool {
        std::future::poll_fn(|context| std::task::Poll::Ready(future.as_mut().poll(context).is_pending())).await
    }

    #[test]
    fn what_was_typed_is_never_printed() {
        let attempt: Attempt = serde_json::from_str("\"canary\"").unwrap();
        assert_eq!(format!("{attempt:?}"), "Attempt([redacted])");
        let refused = serde_json::from_str::<Attempt>("4711").unwrap_err();
        assert!(!refused.to_string().contains("4711"));
    }
}
