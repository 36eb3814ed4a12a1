//! `config`: what is set, by whom, and what could be. Secrets are never printed.

use serde_json::json;

use super::{Failure, Invocation, load, print_json};
use crate::config::reference;

/// Prints every setting.
pub fn show(invocation: &Invocation, as_json: bool) -> Result<(), Failure> {
    let config = load(invocation)?;
    if as_json {
        let rows: Vec<_> = config
            .show()
            .iter()
            .map(|shown| json!({"name": shown.name, "value": shown.value, "set_by": shown.set_by.to_string()}))
            .collect();
        return print_json(&rows);
    }
    for shown in config.show() {
        println!("{:<28} {:<40} {}", shown.name, shown.value.as_deref().unwrap_or("-"), shown.set_by);
    }
    Ok(())
}

/// Prints the text of `.env.example`.
pub fn example() {
    print!("{}", reference::env_example());
}

/// Prints the table of settings.
pub fn reference() {
    print!("{}", reference::settings_table());
}
