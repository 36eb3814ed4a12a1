//! Any JSON: each leaf is a fact, named by its pointer. The delivery's `webhook-id` names the lead.

use serde_json::Value;

use super::{Lead, Unreadable, flat};

pub(super) fn read(body: &Value, webhook_id: Option<&str>) -> Result<Lead, Unreadable> {
    let external_id = webhook_id.ok_or(Unreadable)?.to_owned();
    Ok(Lead { external_id, facts: flat::by_pointer(body), ..Lead::default() })
}
