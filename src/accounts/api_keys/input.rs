//! Bodies about keys. Refuses a scope above what its maker holds now, a network whose spelling could be taken for
//! another, and a key without an end.

use chrono::{DateTime, Duration, SubsecRound, Utc};
use ipnet::IpNet;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    accounts::{Accounts, Scope, Staff},
    http::{ApiError, FieldError, Fields},
};

/// Days until a key ends where nobody says when.
const USUAL_DAYS: i64 = 365;
/// A secret works no longer than two years.
const LONGEST_DAYS: i64 = 731;
/// The most networks that a key is bound to.
const MOST_ADDRESSES: usize = 50;

/// Body that makes a key.
#[derive(Debug, ToSchema)]
pub struct ApiKeyInput {
    /// What the key is for.
    #[schema(min_length = 1, max_length = 100, example = "Website forms")]
    pub name: String,
    /// What it may be used for: nothing that its maker may not do.
    #[schema(min_items = 1, max_items = 7)]
    pub scopes: Vec<Scope>,
    /// Addresses and networks that it works from; everywhere where there are none.
    #[schema(value_type = Option<Vec<String>>, max_items = 50, example = json!(["203.0.113.0/24", "2001:db8::7"]))]
    pub allowed_addresses: Vec<IpNet>,
    /// When it ends: in a year where this is left out, in two years at the latest.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: DateTime<Utc>,
}

impl ApiKeyInput {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value, now: DateTime<Utc>) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let name = name(&mut fields);
        let scopes = scopes(&mut fields);
        let allowed_addresses = addresses(&mut fields);
        let expires_at = fields.parsed("expires_at", |text| end(text, now, now));
        fields.finish()?;
        let expires_at = expires_at.unwrap_or_else(|| now + Duration::days(USUAL_DAYS));
        name.map(|name| Self { name, scopes, allowed_addresses, expires_at }).ok_or(ApiError::Internal)
    }
}

/// What a key becomes: the patched whole.
#[derive(Debug, ToSchema)]
pub struct ApiKeyPatch {
    /// What the key is for.
    #[schema(min_length = 1, max_length = 100, example = "Website forms")]
    pub name: String,
    /// Those that it has, or fewer of them.
    #[schema(min_items = 1, max_items = 7)]
    pub scopes: Vec<Scope>,
    /// Addresses and networks that it works from; everywhere where there are none.
    #[schema(value_type = Vec<String>, max_items = 50)]
    pub allowed_addresses: Vec<IpNet>,
    /// When it ends: two years after its secret was made at the latest.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: DateTime<Utc>,
}

/// What a patch is measured against.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// The scopes that the key has.
    pub scopes: &'a [Scope],
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When its secret was made.
    pub secret_made_at: DateTime<Utc>,
    /// The time.
    pub now: DateTime<Utc>,
}

impl ApiKeyPatch {
    /// Reads the patched whole.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(whole: &Value, standing: &Standing<'_>) -> Result<Self, ApiError> {
        let mut fields = Fields::of(whole, "");
        let name = name(&mut fields);
        let scopes = scopes(&mut fields);
        let wider = |scope: &Scope| !standing.scopes.contains(scope);
        fields.extend(at_each(&scopes, wider, "wider", "a key's scopes only narrow: make another key"));
        let allowed_addresses = addresses(&mut fields);
        let expires_at = fields.parsed("expires_at", |text| match instant(text)? {
            // An end that was reached may stay as it is while something else changes.
            same if same == standing.expires_at => Ok(same),
            _ => end(text, standing.now, standing.secret_made_at),
        });
        let expires_at = fields.require("expires_at", expires_at);
        fields.finish()?;
        let read = name.zip(expires_at);
        read.map(|(name, expires_at)| Self { name, scopes, allowed_addresses, expires_at }).ok_or(ApiError::Internal)
    }
}

fn name(fields: &mut Fields<'_>) -> Option<String> {
    let name = fields.line("name", 100);
    fields.require("name", name)
}

fn scopes(fields: &mut Fields<'_>) -> Vec<Scope> {
    let named = fields.set_of("scopes", &Scope::ALL.map(Scope::name));
    fields.require("scopes", (!named.is_empty()).then_some(()));
    named.iter().filter_map(|name| Scope::named(name)).collect()
}

fn addresses(fields: &mut Fields<'_>) -> Vec<IpNet> {
    fields.list("allowed_addresses", MOST_ADDRESSES, |entry, pointer| {
        let network = entry.as_str().ok_or(("wrong_type", "must be a text")).and_then(network);
        network.map_err(|(code, message)| vec![FieldError::at(pointer, code, message)])
    })
}

/// An address or a network in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3).
fn network(text: &str) -> Result<IpNet, (&'static str, &'static str)> {
    let alone = || text.parse().ok().map(|address: std::net::IpAddr| IpNet::from(address.to_canonical()));
    let network: IpNet = text
        .parse()
        .ok()
        .or_else(alone)
        .ok_or(("bad_network", "must be an address or a network, such as 203.0.113.0/24"))?;
    let mapped = matches!(network, IpNet::V6(v6) if v6.addr().to_ipv4_mapped().is_some());
    if mapped {
        return Err(("mapped", "must be written as IPv4"));
    }
    if network.trunc() != network {
        return Err(("host_bits", "bits behind the prefix must be zero"));
    }
    Ok(network)
}

fn instant(text: &str) -> Result<DateTime<Utc>, (&'static str, String)> {
    let instant = DateTime::parse_from_rfc3339(text).map(|instant| instant.to_utc().trunc_subsecs(6));
    instant.map_err(|_| ("bad_instant", "must be an RFC 3339 instant".to_owned()))
}

fn end(text: &str, now: DateTime<Utc>, secret_made_at: DateTime<Utc>) -> Result<DateTime<Utc>, (&'static str, String)> {
    let end = instant(text)?;
    if end <= now {
        return Err(("past", "must lie in the future; to end a key at once, delete it".to_owned()));
    }
    if end > secret_made_at + Duration::days(LONGEST_DAYS) {
        return Err(("too_late", "a secret works no longer than two years: rotate the key first".to_owned()));
    }
    Ok(end)
}

fn at_each(
    scopes: &[Scope],
    is_wrong: impl Fn(&Scope) -> bool,
    code: &'static str,
    message: &'static str,
) -> Vec<FieldError> {
    let wrong = scopes.iter().enumerate().filter(|(_, scope)| is_wrong(scope));
    wrong.map(|(index, _)| FieldError::at(format!("/scopes/{index}"), code, message)).collect()
}

/// Whether `staff` may give these scopes away: their role has what each opens, and they have the second factor that
/// reading inquiries asks for. An emergency gives nothing that could be given on.
///
/// # Errors
/// 422 at each scope that they may not.
pub fn check_ceiling(accounts: &Accounts, staff: &Staff, scopes: &[Scope]) -> Result<(), ApiError> {
    let above = |scope: &Scope| scope.permission().is_some_and(|permission| !staff.role.may(permission));
    let mut errors = at_each(scopes, above, "above_maker", "is more than you may do yourself");
    let lacks_factor = accounts.asks_second_factor_of(staff.role) && !staff.session()?.has_factor;
    let unproven = |scope: &Scope| lacks_factor && *scope == Scope::ReadInquiries;
    errors.extend(at_each(scopes, unproven, "second_factor_required", "asks you for a second factor: enrol one"));
    if errors.is_empty() { Ok(()) } else { Err(ApiError::Invalid(errors)) }
}

/// Body that gives a key a new secret. It may be left out.
#[derive(Debug, ToSchema)]
pub struct ApiKeyRotationInput {
    /// For how many hours the former secret works beside the new one; none for zero, 24 by default.
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 168)]
    pub overlap_hours: i64,
}

impl ApiKeyRotationInput {
    /// Reads the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let overlap_hours = fields.integer("overlap_hours", 0..=168).unwrap_or(24);
        fields.finish()?;
        Ok(Self { overlap_hours })
    }
}

#[cfg(test)]
mod tests;
