//! All SQL about endpoints, their deliveries as staff see them, and processors.

mod deliveries;
mod processors;
mod webhooks;

pub use deliveries::{DeliveryFilter, count_deliveries, insert_ping, list_deliveries, restart_delivery};
pub use processors::{
    agreement_holds, find_processor_named, has_enabled_webhook, insert_processor, list_processors, lock_processor,
    update_processor, update_processor_trashed,
};
pub use webhooks::{
    WebhookWrite, count_webhooks, find_sealed_secret, insert_webhook, list_webhooks, lock_webhook, rotate_secret,
    update_webhook, update_webhook_trashed,
};
