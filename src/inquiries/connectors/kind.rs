//! The services that bring inquiries, and the secrets that each has.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A service that brings inquiries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IntegrationKind {
    /// Lead forms of Google Ads.
    GoogleAds,
    /// Lead ads of Facebook and Instagram.
    Meta,
    /// Typeform.
    Typeform,
    /// Calls and text messages of `CallRail`.
    #[serde(rename = "callrail")]
    CallRail,
    /// Whatever signs by Standard Webhooks (<https://www.standardwebhooks.com>).
    Generic,
}

impl IntegrationKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::GoogleAds, Self::Meta, Self::Typeform, Self::CallRail, Self::Generic];
    /// The names of all.
    pub const NAMES: [&'static str; 5] = ["google_ads", "meta", "typeform", "callrail", "generic"];

    /// The name as it is stored; also the source of its inquiries.
    pub fn name(self) -> &'static str {
        match self {
            Self::GoogleAds => "google_ads",
            Self::Meta => "meta",
            Self::Typeform => "typeform",
            Self::CallRail => "callrail",
            Self::Generic => "generic",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The segment of its address.
    pub fn segment(self) -> &'static str {
        match self {
            Self::GoogleAds => "google-ads",
            other => other.name(),
        }
    }

    /// The kind whose address has this segment.
    pub fn at(segment: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.segment() == segment)
    }

    /// Whether its source tells of the same thing again when more is known.
    pub fn is_amended(self) -> bool {
        matches!(self, Self::CallRail | Self::Typeform)
    }

    /// The secrets that it has.
    pub fn secrets(self) -> &'static [SecretUse] {
        match self {
            Self::Meta => &[SecretUse::Signing, SecretUse::VerifyToken, SecretUse::AccessToken],
            _ => &[SecretUse::Signing],
        }
    }

    /// Who makes up a secret.
    pub fn origin(self, of: SecretUse) -> SecretOrigin {
        match (self, of) {
            (Self::Meta | Self::CallRail, SecretUse::Signing) => SecretOrigin::Theirs,
            (_, SecretUse::AccessToken) => SecretOrigin::TheirsLater,
            _ => SecretOrigin::Ours,
        }
    }
}

/// Who makes up a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretOrigin {
    /// We do, unless staff bring one.
    Ours,
    /// The service does: there is no connection without it.
    Theirs,
    /// The service does, and it may be given later.
    TheirsLater,
}

/// What a secret is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SecretUse {
    /// Deliveries are signed with it, or carry it (Google's `google_key`, Meta's app secret).
    Signing,
    /// What Meta shows when it asks whether the address is ours (`hub.verify_token`).
    VerifyToken,
    /// Opens the leads of a page in Meta's Graph API.
    AccessToken,
    /// The token in the connection's own address. Its hash alone is stored.
    Key,
}

const KEY: &str = "key";

impl SecretUse {
    /// What can be replaced, by name.
    pub const NAMES: [&'static str; 4] = ["signing", "verify_token", "access_token", KEY];
    /// Every use of a sealed secret, with the field that brings one when a connection is made.
    pub const SEALED: [(Self, &'static str, &'static str); 3] = [
        (Self::Signing, "signing", "secret"),
        (Self::VerifyToken, "verify_token", "verify_token"),
        (Self::AccessToken, "access_token", "access_token"),
    ];

    /// The name as it is stored.
    pub fn name(self) -> &'static str {
        Self::SEALED.iter().find(|(known, ..)| *known == self).map_or(KEY, |(_, name, _)| name)
    }

    /// The use of that name.
    pub fn named(name: &str) -> Option<Self> {
        let sealed = Self::SEALED.iter().find(|(_, known, _)| *known == name).map(|(found, ..)| *found);
        sealed.or_else(|| (name == KEY).then_some(Self::Key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_name_and_by_its_address() {
        for (kind, name) in IntegrationKind::ALL.into_iter().zip(IntegrationKind::NAMES) {
            assert_eq!(kind.name(), name);
            assert_eq!(serde_json::to_value(kind).unwrap(), name);
            assert_eq!((IntegrationKind::named(name), IntegrationKind::at(kind.segment())), (Some(kind), Some(kind)));
        }
        assert_eq!(IntegrationKind::at("google_ads"), None, "an address has hyphens");
    }
}
