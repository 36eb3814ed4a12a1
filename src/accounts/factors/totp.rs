//! Codes of an authenticator app (RFC 6238): SHA-1, six digits, thirty seconds, one step of drift either way. SHA-1 is
//! what every app can do; HMAC does not rest on the collisions that it is known for (RFC 6238 section 1.2).
//!
//! A code counts once: the step it belongs to is answered, and a step up to the last accepted one is refused.

use std::fmt;

use chrono::{DateTime, Utc};
use qrcode::{EcLevel, QrCode, render::svg};
use serde::Serialize;
use totp_rs::{Algorithm, Builder, Secret, Totp};
use utoipa::ToSchema;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::crypto::{Place, PurposeSeal, RandomError, SealError, random};

/// 160 bits, as long as the hash (RFC 4226 section 4, R6).
const SECRET_BYTES: usize = 20;
const DIGITS: u8 = 6;
const STEP_SECONDS: u64 = 30;
/// Steps before and after the present one that count too: a clock half a minute wrong, and a slow hand.
const DRIFT: u16 = 1;

/// What an app and the program share. Wiped on drop, redacted in `Debug`; stored sealed.
pub struct TotpSecret(Zeroizing<[u8; SECRET_BYTES]>);

/// What a person needs to set up an app, shown once.
#[derive(Clone, Serialize, ToSchema)]
pub struct Enrolment {
    /// The secret in unpadded base32, to be typed where no picture can be taken.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    pub secret: String,
    /// `otpauth://totp/…`, as apps read it.
    #[schema(
        example = "otpauth://totp/Clinic:ada%40clinic.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Clinic"
    )]
    pub otpauth_uri: String,
    /// The same as a QR code: one SVG element, without script or reference to anything outside.
    pub qr_svg: String,
}

impl fmt::Debug for Enrolment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Enrolment([redacted])")
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("TotpSecret([redacted])")
    }
}

impl TotpSecret {
    /// A fresh secret.
    ///
    /// # Errors
    /// [`RandomError`] when the system gives no random bytes.
    pub fn generate() -> Result<Self, RandomError> {
        random::bytes().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// The secret as it is stored for this account and no other.
    ///
    /// # Errors
    /// [`SealError::Random`] without random bytes.
    pub fn seal(&self, seal: &PurposeSeal, account: Uuid) -> Result<Vec<u8>, SealError> {
        seal.seal(place(account), self.0.as_slice())
    }

    /// The secret that was sealed for this account.
    ///
    /// # Errors
    /// [`SealError::Refused`] for anything else.
    pub fn open(seal: &PurposeSeal, account: Uuid, sealed: &[u8]) -> Result<Self, SealError> {
        let bytes = seal.open(place(account), sealed)?;
        bytes.as_slice().try_into().map(|bytes| Self(Zeroizing::new(bytes))).map_err(|_| SealError::Refused)
    }

    /// The step (thirty seconds since 1970) of `code`, if it is right at `now` and its step comes after `last_step`.
    /// Spaces in it are skipped: apps show them.
    pub fn check(&self, code: &str, now: DateTime<Utc>, last_step: i64) -> Option<i64> {
        let code: Zeroizing<String> = Zeroizing::new(code.chars().filter(|letter| *letter != ' ').collect());
        let seconds = u64::try_from(now.timestamp()).ok()?;
        let step = self.totp("", "").check(&code, seconds)?;
        i64::try_from(step).ok().filter(|step| *step > last_step)
    }

    /// What the person needs to set up an app. `issuer` is the clinic's name, `email` the account's address.
    ///
    /// # Errors
    /// The text is too long for a QR code, at about 2,300 bytes.
    pub fn enrolment(&self, issuer: &str, email: &str) -> Result<Enrolment, EnrolmentError> {
        let totp = self.totp(issuer, email);
        let otpauth_uri = totp.to_url().map_err(|_| EnrolmentError)?;
        let qr_svg = qr_svg(&otpauth_uri)?;
        Ok(Enrolment { secret: totp.secret().to_base32(), otpauth_uri, qr_svg })
    }

    /// A colon separates the two parts of a label, so that neither can hold one.
    fn totp(&self, issuer: &str, email: &str) -> Totp {
        let issuer = Some(issuer.replace(':', " ")).filter(|issuer| !issuer.is_empty());
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(DIGITS)
            .with_skew(DRIFT)
            .with_step_duration(STEP_SECONDS)
            .with_secret(Secret::new_stack(*self.0))
            .with_account_name(email.replace(':', " "))
            .with_issuer(issuer)
            .build_noncompliant()
    }
}

/// Name or address do not fit a QR code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text for the authenticator app does not fit a QR code")]
pub struct EnrolmentError;

/// Four modules of white around the code belong to it (ISO/IEC 18004).
fn qr_svg(text: &str) -> Result<String, EnrolmentError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|_| EnrolmentError)?;
    let image = code.render::<svg::Color<'_>>().module_dimensions(1, 1).quiet_zone(true).build();
    // The prolog has no place in HTML. The sizes are one unit a module: whoever shows the picture sets its width.
    let element = image.find("<svg").and_then(|start| image.get(start..)).ok_or(EnrolmentError)?;
    let (head, rest) = element.split_once('>').ok_or(EnrolmentError)?;
    Ok(format!("{head} role=\"img\"><title>QR code for the authenticator app</title>{rest}"))
}

fn place(account: Uuid) -> Place<'static> {
    Place { table: "totp", column: "secret", row: account, version: 1 }
}

#[cfg(test)]
mod tests;
