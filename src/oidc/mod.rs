//! OpenID Connect: signing in at the clinic's own identity provider (authorization code with PKCE, OpenID Connect
//! Core 1.0, RFC 7636, RFC 9700).
//!
//! What the room is for: to send a browser to the provider and to make an [`Identity`] of what comes back. It knows
//! no HTTP of ours and no SQL; whoever holds a [`Departure`] keeps it and brings it back as a [`Return`].
//!
//! What it refuses: a discovery document of another issuer; a token with any algorithm but four, another audience,
//! another nonce, or a time that is over; an e-mail address that nobody verified; an answer of another provider
//! (RFC 9207); and to ask any address that is not https, leads on elsewhere, stands in a network nobody allowed,
//! or answers late or at length.
//!
//! | file | holds |
//! |---|---|
//! | `outbound` | how the provider is asked, and which addresses are not |
//! | `discovery` | the provider's own description |
//! | `key_set` | its public keys |
//! | `flow` | what is drawn for one sign-in, and what the provider sends back |
//! | `exchange` | the code, for tokens |
//! | `id_token` | who it is, checked |
//! | `identity` | what the claims mean here |
//! | `provider` | all of it together, with what is remembered between sign-ins |

mod discovery;
mod exchange;
mod flow;
mod id_token;
mod identity;
mod key_set;
mod outbound;
mod provider;

use thiserror::Error;

pub use flow::{CallbackQuery, Departure, Return, challenge_of};
pub use identity::{Identity, proves_second_factor};
pub use provider::Provider;

/// Why a sign-in at the provider came to nothing. For the log: whoever signs in learns 401, 403 or 503 alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OidcError {
    /// The provider does not answer, answers late, at length, or not at an address that may be asked.
    #[error("the identity provider cannot be reached")]
    Unreachable,
    /// Too many sign-ins wait for the provider.
    #[error("too many sign-ins wait for the identity provider")]
    Busy,
    /// The discovery document is not the configured issuer's, or lacks what a sign-in needs.
    #[error("the identity provider describes itself in a way that cannot be used: check CMS_OIDC_ISSUER")]
    Discovery,
    /// The provider refused, or the person did.
    #[error("the identity provider refused the sign-in")]
    Refused,
    /// The answer came from another provider than the question went to (RFC 9207).
    #[error("the answer is another issuer's")]
    Issuer,
    /// The code was not exchanged for tokens.
    #[error("the identity provider did not exchange the code: check the client's id, secret and redirect address")]
    Exchange,
    /// The ID token is not signed by the provider with an algorithm that is accepted.
    #[error("the ID token's signature is not accepted")]
    Signature,
    /// The ID token says something else than was asked for.
    #[error("the ID token is refused: {0}")]
    Claim(&'static str),
    /// The system gave no random bytes.
    #[error("no random bytes")]
    Random,
}

impl OidcError {
    /// Whether trying again may help: nothing was refused, the provider was not heard.
    #[must_use]
    pub fn is_passing(self) -> bool {
        matches!(self, Self::Unreachable | Self::Busy | Self::Discovery)
    }
}
