//! Whether a delivery comes from where it says, by the rules of each service, over the bytes as they arrived. Pure:
//! the time is a parameter. Refuses a head that stands twice, and compares in constant time.
//!
//! | service | rule |
//! |---|---|
//! | Google Ads | the body's `google_key` is the secret |
//! | Meta | `X-Hub-Signature-256: sha256=<hex>`, HMAC-SHA-256 with the app secret |
//! | Typeform | `Typeform-Signature: sha256=<base64>`, HMAC-SHA-256 |
//! | `CallRail` | `Signature: <base64>`, HMAC-SHA-1: theirs to choose, and no collision of SHA-1 helps to forge an HMAC |
//! | generic | Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,<base64> …` |

use actix_web::http::header::HeaderMap;
use aws_lc_rs::hmac;
use chrono::{DateTime, Utc};
use data_encoding::BASE64;
use serde_json::Value;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{body, kind::IntegrationKind};

/// The member of a body of Google Ads that is the connection's secret.
pub const GOOGLE_KEY: &str = "google_key";
/// What the secret of a generic connection begins with.
pub const WEBHOOK_SECRET: &str = "whsec_";
/// How far the clock of a sender may be from ours, in seconds (Standard Webhooks, "timestamp").
const TOLERANCE: i64 = 300;
/// The most characters of a `webhook-id`.
const LONGEST_ID: usize = 255;

/// A secret, opened.
pub type Secret = Zeroizing<String>;

/// Whether one of the secrets signed this.
pub fn is_genuine(
    kind: IntegrationKind,
    secrets: &[Secret],
    headers: &HeaderMap,
    body: &[u8],
    now: DateTime<Utc>,
) -> bool {
    match kind {
        IntegrationKind::GoogleAds => {
            // Read on its own: what else is in the body is looked at once it is known whose it is.
            let body = body::read(body).unwrap_or_default();
            let given = body.get(GOOGLE_KEY).and_then(Value::as_str);
            given.is_some_and(|given| secrets.iter().any(|secret| is_same(given, secret)))
        }
        IntegrationKind::Meta => {
            let Some(given) = single(headers, "x-hub-signature-256").and_then(|given| given.strip_prefix("sha256="))
            else {
                return false;
            };
            let Ok(tag) = hex::decode(given) else { return false };
            secrets.iter().any(|secret| verifies(hmac::HMAC_SHA256, secret.as_bytes(), body, &tag))
        }
        IntegrationKind::Typeform => {
            let given = single(headers, "typeform-signature").and_then(|given| given.strip_prefix("sha256="));
            let Some(tag) = given.and_then(from_base64) else { return false };
            secrets.iter().any(|secret| verifies(hmac::HMAC_SHA256, secret.as_bytes(), body, &tag))
        }
        IntegrationKind::CallRail => {
            let Some(tag) = single(headers, "signature").and_then(from_base64) else { return false };
            secrets.iter().any(|secret| verifies(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes(), body, &tag))
        }
        IntegrationKind::Generic => is_signed_webhook(secrets, headers, body, now),
    }
}

/// The `webhook-id`, where there is one: the same at every attempt.
pub fn webhook_id(headers: &HeaderMap) -> Option<&str> {
    single(headers, "webhook-id").filter(|id| (1..=LONGEST_ID).contains(&id.len()))
}

/// The key that a secret of a generic connection stands for: 24 to 64 bytes.
pub fn webhook_key(secret: &str) -> Option<Zeroizing<Vec<u8>>> {
    let key = Zeroizing::new(from_base64(secret.strip_prefix(WEBHOOK_SECRET)?)?);
    (24..=64).contains(&key.len()).then_some(key)
}

/// Whether two texts are the same, in a time that depends on their lengths alone.
pub fn is_same(given: &str, secret: &str) -> bool {
    given.as_bytes().ct_eq(secret.as_bytes()).into()
}

fn is_signed_webhook(secrets: &[Secret], headers: &HeaderMap, body: &[u8], now: DateTime<Utc>) -> bool {
    let (Some(id), Some(time), Some(given)) =
        (webhook_id(headers), single(headers, "webhook-timestamp"), single(headers, "webhook-signature"))
    else {
        return false;
    };
    let is_fresh = time
        .parse::<i64>()
        .is_ok_and(|sent| (now.timestamp() - TOLERANCE..=now.timestamp() + TOLERANCE).contains(&sent));
    if !is_fresh {
        return false;
    }
    let signed = [id.as_bytes(), b".", time.as_bytes(), b".", body].concat();
    let tags: Vec<_> = given.split(' ').filter_map(|one| from_base64(one.strip_prefix("v1,")?)).collect();
    secrets
        .iter()
        .filter_map(|secret| webhook_key(secret))
        .any(|key| tags.iter().any(|tag| verifies(hmac::HMAC_SHA256, &key, &signed, tag)))
}

fn verifies(with: hmac::Algorithm, key: &[u8], bytes: &[u8], tag: &[u8]) -> bool {
    hmac::verify(&hmac::Key::new(with, key), bytes, tag).is_ok()
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text.as_bytes()).ok()
}

/// The text of a head that is there once.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut all = headers.get_all(name);
    let first = all.next()?;
    if all.next().is_some() { None } else { first.to_str().ok() }
}

#[cfg(test)]
mod tests;
