//! Why a run ended early.

use std::fmt::Display;

/// The one error of the benchmark: it is read by whoever started it.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// By Ctrl-C or a termination signal.
    #[error("interrupted; everything that was started is stopped")]
    Interrupted,
    /// What could not be done, and why.
    #[error("{0}")]
    Failed(String),
}

impl Trouble {
    /// A failure in words.
    pub fn failed(what: impl Display) -> Self {
        Self::Failed(what.to_string())
    }

    /// Puts what was tried before a cause; for `map_err`.
    pub fn at<E: Display>(what: impl Display) -> impl FnOnce(E) -> Self {
        move |cause| Self::Failed(format!("{what}: {cause}"))
    }
}
