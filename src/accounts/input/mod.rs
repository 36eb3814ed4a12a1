//! What people send. Refuses to trim, fold or cut a secret: what was typed is what counts.

mod passwords;
mod people;
mod sign_in;

pub use passwords::{
    PasswordChangeInput, PasswordContext, ResetInput, ResetRequestInput, check_password, rehash_rules,
};
pub use people::{
    BreakGlassInput, InvitationInput, NewPerson, ProfileInput, UserInput, check_email, email_taken, language_named,
};
pub use sign_in::{CodeInput, LoginInput, MfaInput, ReauthenticationInput, RefreshInput};

use crate::{crypto::Attempt, http::Fields};

/// A secret as it was typed: 1 to 1,024 characters.
fn secret(fields: &mut Fields<'_>, name: &'static str) -> Option<Attempt> {
    fields.parsed(name, |text| match text.chars().count() {
        1..=1024 => Ok(Attempt::new(text.to_owned())),
        _ => Err(("bad_length", "must have 1 to 1,024 characters".to_owned())),
    })
}
