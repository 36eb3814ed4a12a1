//! `migrate`: brings the schema up to date and ends. Several at once wait for each other.

use serde_json::json;

use super::{Failure, Invocation, Opened, load, opened::embedded_options, print_json, settle};
use crate::{
    clock::Clock,
    db::{embedded::Lifetime, migrations},
};

/// Applies what is missing.
pub fn run(invocation: &Invocation, as_json: bool) -> Result<(), Failure> {
    let config = load(invocation)?;
    let options = embedded_options(invocation, &config, Lifetime::Detached)?;
    let opened = Opened::open(config, &options, Clock::system())?;
    let applied = opened.block_on(async |opened| Ok(settle(opened).await?))?;
    opened.leave()?;
    if as_json {
        return print_json(&json!({"applied": applied, "newest": migrations::newest()}));
    }
    println!("{applied} migrations applied; the schema is at {}", migrations::newest());
    Ok(())
}
