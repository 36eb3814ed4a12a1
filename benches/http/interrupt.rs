//! Ctrl-C as a flag that every wait of the benchmark looks at, so that whatever was started is stopped in order.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use tokio::signal::unix::{SignalKind, signal};

use super::trouble::Trouble;

/// Whether the run was told to end. Clones share the flag.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// A flag that SIGINT or SIGTERM sets.
    pub fn on_signal() -> Result<Self, Trouble> {
        let flag = Self::default();
        let set = flag.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(Trouble::at("signals"))?;
        let (mut interrupted, mut terminated) = {
            let _inside = runtime.enter();
            let on = |kind| signal(kind).map_err(Trouble::at("signals"));
            (on(SignalKind::interrupt())?, on(SignalKind::terminate())?)
        };
        thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! { _ = interrupted.recv() => (), _ = terminated.recv() => () }
            });
            set.set();
        });
        Ok(flag)
    }

    /// Tells the run to end.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the run was told to end.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Asks every 10 ms until there is an answer; `None` when `limit` is over.
    ///
    /// # Errors
    /// [`Trouble::Interrupted`].
    pub fn poll<T>(&self, limit: Duration, mut ask: impl FnMut() -> Option<T>) -> Result<Option<T>, Trouble> {
        let start = Instant::now();
        while start.elapsed() < limit {
            if self.is_set() {
                return Err(Trouble::Interrupted);
            }
            if let Some(answer) = ask() {
                return Ok(Some(answer));
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(None)
    }
}
