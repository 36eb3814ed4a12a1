//! Second factors: authenticator apps (TOTP), recovery codes and passkeys. The parts here are pure: time and chance
//! are parameters, and what has to count once is counted once by the one conditional UPDATE that goes with it in
//! `queries`.
//!
//! The room refuses a code that was used before, a code or passkey of another account, and a passkey that did not
//! check its person: a PIN, a finger or a face is asked for each time, so that a passkey alone is two factors.

mod passkey;
mod recovery;
mod relying_party;
mod totp;

pub use passkey::{Answered, Assertion, AssertionRefused, Attestation, CannotBegin, Ceremony, RegistrationRefused};
pub use recovery::{CODES, RecoveryCode, RecoveryCodes};
pub use relying_party::{RelyingParty, RelyingPartyError};
pub use totp::{Enrolment, EnrolmentError, TotpSecret};
