//! The log: JSON for machines, lines for people. One line a request is written by `http::envelope`; nothing here or
//! there writes a query string, a body, an e-mail address, a token or an address's full form.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, fmt};

use crate::config::LogFormat;

/// Begins to log to stderr.
///
/// # Errors
/// A sentence naming the setting, where `filter` is none.
pub fn begin(format: LogFormat, filter: &str) -> Result<(), String> {
    // The driver's own lines may quote parameters of an address; what we need of them is logged by the db room.
    // The HTTP client's would quote bytes that it sends: a client's secret, a code, a token.
    let filter = EnvFilter::try_new(format!("{filter},sqlx=error,ureq=warn,ureq_proto=warn"))
        .map_err(|_| "CMS_LOG: not a filter such as info or clinic_cms=debug,warn".to_owned())?;
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let begun = match format {
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).try_init(),
    };
    // A second start in one process (the tests) keeps the first subscriber.
    drop(begun);
    Ok(())
}
