//! What signing in takes: an hour that stands still, a password, and the code that an authenticator shows.

use aws_lc_rs::hmac;
use chrono::{DateTime, Utc};
use serde_json::json;

use super::{Api, Reply};

/// The hour of clocks that stand still.
pub fn noon() -> DateTime<Utc> {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

/// RFC 6238 by another hand: SHA-1, 6 digits, 30 s.
pub fn code(secret: &str, at: DateTime<Utc>) -> String {
    let key = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key);
    let step = u64::try_from(at.timestamp()).unwrap() / 30;
    let digest = hmac::sign(&key, &step.to_be_bytes());
    let digest = digest.as_ref();
    let offset = usize::from(digest[19] & 15);
    let number = u32::from_be_bytes(digest[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

pub fn login(api: &Api, (email, password): (&str, &str)) -> Reply {
    api.call("POST", "/v1/auth/login").json(&json!({"email": email, "password": password})).send()
}
