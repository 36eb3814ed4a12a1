//! What is written to whom. Refuses to be printed: a letter's `Debug` is its kind alone, a recipient's is nothing.

use std::fmt;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::contact::LanguageTag;

/// The languages that letters are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Spanish.
    Es,
}

impl Language {
    /// The language of letters for somebody who reads `tag`: Spanish for `es` and all of its regions, else English.
    pub fn of(tag: &LanguageTag) -> Self {
        let primary = tag.as_str().split('-').next();
        if primary == Some("es") { Self::Es } else { Self::En }
    }

    /// Its BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Es => "es",
        }
    }
}

/// Who a letter goes to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// One bare address.
    pub email: String,
    /// For the greeting; empty where it is not known yet.
    pub name: String,
    /// What the letter is written in.
    pub language: Language,
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recipient([personal])")
    }
}

/// What changed about a person's second factors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactorChange {
    /// An authenticator app is asked for from now on.
    TotpAdded,
    /// It is no longer asked for.
    TotpRemoved,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was removed.
    PasskeyRemoved,
    /// Somebody who manages people took every factor off.
    AllRemoved,
    /// New recovery codes were made, and the old ones are void.
    RecoveryCodesMade,
}

impl FactorChange {
    /// The word that the templates ask for.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::TotpAdded => "totp_added",
            Self::TotpRemoved => "totp_removed",
            Self::PasskeyAdded => "passkey_added",
            Self::PasskeyRemoved => "passkey_removed",
            Self::AllRemoved => "all_removed",
            Self::RecoveryCodesMade => "recovery_codes_made",
        }
    }
}

/// A letter to somebody of the staff. Links are complete addresses that the caller built from the settings; roles are
/// keys (`front_desk`), put into words of the letter's language.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Letter {
    /// A link with which an account is made.
    Invitation {
        /// Name of who invites.
        inviter: String,
        /// The role that waits.
        role: String,
        /// The link, which works once.
        url: String,
        /// When it stops to work.
        expires_at: DateTime<Utc>,
    },
    /// A link with which a new password is set.
    PasswordReset {
        /// The link, which works once.
        url: String,
        /// When it stops to work.
        expires_at: DateTime<Utc>,
    },
    /// The password was changed, or set anew after a reset.
    PasswordChanged {
        /// When.
        at: DateTime<Utc>,
    },
    /// A sign-in from a device that was not seen before.
    NewDevice {
        /// The device in words, such as a browser and its system.
        device: String,
        /// The network address.
        address: String,
        /// When.
        at: DateTime<Utc>,
    },
    /// A spent refresh token came back, and its session was ended.
    SessionReuse {
        /// When.
        at: DateTime<Utc>,
    },
    /// A second factor came, went or was made anew.
    FactorChanged {
        /// Which.
        what: FactorChange,
        /// When.
        at: DateTime<Utc>,
    },
    /// The person has another role.
    RoleChanged {
        /// The new one.
        role: String,
        /// When.
        at: DateTime<Utc>,
    },
    /// The account was disabled.
    AccountDisabled {
        /// When.
        at: DateTime<Utc>,
    },
    /// A colleague asks for a review. What else they wrote stands with the article alone.
    ReviewRequested {
        /// Name of who asks.
        person: String,
        /// Title of the article.
        title: String,
        /// When.
        at: DateTime<Utc>,
    },
    /// To who looks after inquiries: one came in. Nothing of it is here but its id, which the link names.
    InquiryReceived {
        /// Where staff read it.
        url: String,
        /// Name of the form.
        form: String,
        /// Name of the location.
        location: Option<String>,
        /// When it came in.
        at: DateTime<Utc>,
        /// By when somebody answers.
        due_at: Option<DateTime<Utc>>,
        /// Where both are told: the location's zone.
        #[serde(default = "utc")]
        zone: Tz,
        /// Whether it says something that cannot wait.
        stat: bool,
    },
    /// To owners: somebody opened the inquiries for a while. The written reason stands in the audit trail alone.
    BreakGlass {
        /// Name of who did.
        person: String,
        /// When the access ends.
        until: DateTime<Utc>,
        /// When it began.
        at: DateTime<Utc>,
    },
}

/// What a letter of an earlier version tells its instants in.
fn utc() -> Tz {
    Tz::UTC
}

impl Letter {
    /// The word that stands in the database, in the log and in the names of the templates.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Invitation { .. } => "invitation",
            Self::PasswordReset { .. } => "password_reset",
            Self::PasswordChanged { .. } => "password_changed",
            Self::NewDevice { .. } => "new_device",
            Self::SessionReuse { .. } => "session_reuse",
            Self::FactorChanged { .. } => "factor_changed",
            Self::RoleChanged { .. } => "role_changed",
            Self::AccountDisabled { .. } => "account_disabled",
            Self::ReviewRequested { .. } => "review_requested",
            Self::InquiryReceived { .. } => "inquiry_received",
            Self::BreakGlass { .. } => "break_glass",
        }
    }

    /// When the letter is of no more use to anybody: a link that has expired is not sent.
    pub fn expires_at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Invitation { expires_at, .. } | Self::PasswordReset { expires_at, .. } => Some(*expires_at),
            _ => None,
        }
    }

    /// The link that the letter is about.
    pub fn url(&self) -> Option<&str> {
        match self {
            Self::Invitation { url, .. } | Self::PasswordReset { url, .. } | Self::InquiryReceived { url, .. } => {
                Some(url)
            }
            _ => None,
        }
    }
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Letter({})", self.kind())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spanish_reader_gets_spanish_and_everybody_else_english() {
        for (tag, language) in
            [("es", Language::Es), ("es-US", Language::Es), ("en-GB", Language::En), ("ht", Language::En)]
        {
            assert_eq!(Language::of(&LanguageTag::parse(tag).unwrap()), language, "{tag}");
        }
    }

    #[test]
    fn neither_letter_nor_recipient_can_be_printed() {
        let letter = Letter::PasswordReset { url: "https://canary".to_owned(), expires_at: DateTime::UNIX_EPOCH };
        let to = Recipient { email: "canary@x.example".to_owned(), name: "Canary".to_owned(), language: Language::En };
        assert_eq!(format!("{letter:?} {to:?}"), "Letter(password_reset) Recipient([personal])");
    }
}
