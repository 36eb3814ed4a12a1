//! Enrolling an authenticator app and recovery codes, and taking them off again. Open to a signed-in person who has
//! just shown their strongest factor, and to somebody whose sign-in waits for an enrolment.

use actix_web::{HttpRequest, http::StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Desk, Staff,
    enrolment::{EnrolledAnswer, Enrolling, check_last_factor, enrolled, make_codes},
    factors::TotpSecret,
    input::CodeInput,
    letters::{self, FactorChange},
    queries, second_factor,
};
use crate::http::{Answer, ApiError, JsonBody, Then, no_content, no_parameters, private_answer};

/// A new authenticator, not confirmed yet.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuthenticatorAnswer {
    data: Authenticator,
}

/// What an authenticator app is told. Shown once.
#[derive(Serialize, ToSchema)]
pub struct Authenticator {
    /// Unpadded base32.
    secret: String,
    /// For the app: SHA-1, 6 digits, 30 s.
    otpauth_uri: String,
    /// The same as a QR code.
    qr_svg: String,
}

impl std::fmt::Debug for Authenticator {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Authenticator([redacted])")
    }
}

/// Recovery codes.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecoveryCodesAnswer {
    data: ShownCodes,
}

/// Ten codes, shown once.
#[derive(Serialize, ToSchema)]
pub struct ShownCodes {
    recovery_codes: Vec<String>,
}

impl std::fmt::Debug for ShownCodes {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("ShownCodes([redacted])")
    }
}

/// Begins to enrol an authenticator. It counts once `PUT /v1/auth/totp` has seen its first code; an earlier one that
/// was never confirmed is forgotten.
#[utoipa::path(post, path = "/v1/auth/totp", operation_id = "create_totp", tag = "sign-in",
    security(("bearer" = [])), responses((status = 201, description = "The secret", body = AuthenticatorAnswer)))]
pub async fn create_totp(request: HttpRequest, desk: Desk, enrolling: Enrolling) -> Answer {
    no_parameters(&request)?;
    let account = enrolling.account();
    let secret = TotpSecret::generate().map_err(|_| ApiError::Internal)?;
    let sealed = secret.seal(&desk.accounts.authenticators, account).map_err(second_factor::broken)?;
    let at_desk = desk.clone();
    let (email, clinic) = desk
        .transact(async move |connection| {
            if !queries::replace_totp(connection, account, &sealed, at_desk.now()).await? {
                let detail = "DELETE /v1/auth/totp first: an authenticator is enrolled already";
                return Err(ApiError::Conflict { code: "already_enrolled", detail });
            }
            enrolling.record(connection, &at_desk, "factor.begin").await?;
            let person = queries::find_addressee(connection, account).await?.ok_or(ApiError::Unauthenticated)?;
            Ok((person.email, queries::find_clinic_name(connection).await?))
        })
        .await?;
    let issuer = clinic.unwrap_or_else(|| "clinic-cms".to_owned());
    let enrolment = secret.enrolment(&issuer, &email).map_err(|_| ApiError::Internal)?;
    let data = Authenticator { secret: enrolment.secret, otpauth_uri: enrolment.otpauth_uri, qr_svg: enrolment.qr_svg };
    Ok(private_answer(StatusCode::CREATED, &AuthenticatorAnswer { data }))
}

/// Confirms an authenticator with its first code. A sign-in that waited for it is then complete.
#[utoipa::path(put, path = "/v1/auth/totp", operation_id = "confirm_totp", tag = "sign-in",
    security(("bearer" = [])), request_body = CodeInput,
    responses((status = 200, description = "Enrolled, with recovery codes", body = EnrolledAnswer)))]
pub async fn confirm_totp(request: HttpRequest, desk: Desk, asked: Then<Enrolling, JsonBody>) -> Answer {
    let Then(enrolling, body) = asked;
    no_parameters(&request)?;
    desk.spend_attempt()?;
    let code = CodeInput::parse(&body.0)?.code;
    let (at_desk, account) = (desk.clone(), enrolling.account());
    let enrolled = desk
        .transact(async move |connection| {
            let stored = queries::find_totp(connection, account).await?.filter(|stored| !stored.confirmed);
            let stored = stored.ok_or(ApiError::Conflict {
                code: "nothing_to_confirm",
                detail: "POST /v1/auth/totp first: no authenticator waits for its first code",
            })?;
            let secret = TotpSecret::open(&at_desk.accounts.authenticators, account, &stored.secret)
                .map_err(second_factor::broken)?;
            let wrong = || ApiError::field("/code", "wrong_code", "is not the code that the authenticator shows now");
            let step = secret.check(code.reveal(), at_desk.now(), stored.last_step).ok_or_else(wrong)?;
            if !queries::confirm_totp(connection, account, &stored.secret, step, at_desk.now()).await? {
                return Err(wrong());
            }
            enrolled(connection, &at_desk, &enrolling, FactorChange::TotpAdded, "otp").await
        })
        .await?;
    Ok(private_answer(StatusCode::OK, &EnrolledAnswer { data: enrolled }))
}

/// Takes the authenticator off. The last factor stays where one is asked for, or where the password is short.
#[utoipa::path(delete, path = "/v1/auth/totp", operation_id = "delete_totp", tag = "sign-in",
    security(("bearer" = [])), responses((status = 204, description = "Taken off")))]
pub async fn delete_totp(request: HttpRequest, desk: Desk, staff: Staff) -> Answer {
    no_parameters(&request)?;
    staff.require_fresh()?;
    let at_desk = desk.clone();
    desk.transact(async move |connection| {
        // Two deletions at once would each find the other factor still there.
        queries::lock_account(connection, staff.id).await?;
        let methods = queries::find_methods(connection, staff.id).await?;
        if !methods.totp {
            return Err(ApiError::NotFound);
        }
        if methods.passkeys == 0 {
            check_last_factor(connection, &at_desk, &staff).await?;
        }
        queries::delete_totp(connection, staff.id).await?;
        queries::delete_orphaned_recovery_codes(connection, staff.id).await?;
        staff.record(connection, "factor.delete", "account", Some(staff.id), &[]).await?;
        letters::factor_changed(connection, &at_desk, staff.id, FactorChange::TotpRemoved).await
    })
    .await?;
    Ok(no_content())
}

/// Makes ten recovery codes and voids those from before.
#[utoipa::path(post, path = "/v1/auth/recovery-codes", operation_id = "create_recovery_codes", tag = "sign-in",
    security(("bearer" = [])), responses((status = 201, description = "The codes", body = RecoveryCodesAnswer)))]
pub async fn create_recovery_codes(request: HttpRequest, desk: Desk, staff: Staff) -> Answer {
    no_parameters(&request)?;
    staff.require_fresh()?;
    let at_desk = desk.clone();
    let recovery_codes = desk
        .transact(async move |connection| {
            let methods = queries::find_methods(connection, staff.id).await?;
            if !methods.totp && methods.passkeys == 0 {
                let detail = "enrol an authenticator or a passkey first: codes stand in for one";
                return Err(ApiError::Conflict { code: "no_factor", detail });
            }
            let codes = make_codes(connection, &at_desk, staff.id).await?;
            staff.record(connection, "factor.recovery_codes", "account", Some(staff.id), &[]).await?;
            letters::factor_changed(connection, &at_desk, staff.id, FactorChange::RecoveryCodesMade).await?;
            Ok(codes)
        })
        .await?;
    Ok(private_answer(StatusCode::CREATED, &RecoveryCodesAnswer { data: ShownCodes { recovery_codes } }))
}
