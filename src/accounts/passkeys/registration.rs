//! Making a passkey: the question, and the answer with the new public key.

use actix_web::{HttpRequest, http::StatusCode};
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    ShownPasskey,
    ceremony::{CeremonyAnswer, Purpose, ask, party},
    door::{self, Enrolled, Enrolling},
    input::{PasskeyInput, RegistrationOptionsInput},
};
use crate::{
    accounts::{
        Desk,
        factors::Attestation,
        queries::{self, NewPasskey, SpentCeremony},
    },
    audit::Actor,
    http::{Answer, ApiError, JsonBody, Then, no_parameters, private_answer},
};

/// A passkey that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewPasskeyAnswer {
    data: MadePasskey,
}

/// The passkey, and what comes with a person's first factor.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadePasskey {
    #[serde(flatten)]
    passkey: ShownPasskey,
    #[serde(flatten)]
    enrolled: Enrolled,
}

/// Asks the browser for a new passkey. The strongest factor must have been shown within ten minutes.
#[utoipa::path(post, path = "/v1/auth/passkeys/registration/options", operation_id = "begin_passkey_registration",
    tag = "sign-in", security(("bearer" = [])), request_body = RegistrationOptionsInput,
    responses((status = 200, description = "For `navigator.credentials.create`", body = CeremonyAnswer)))]
pub async fn begin_passkey_registration(request: HttpRequest, desk: Desk, asked: Then<Enrolling, JsonBody>) -> Answer {
    let Then(enrolling, body) = asked;
    no_parameters(&request)?;
    let name = RegistrationOptionsInput::parse(&body.0)?.name;
    let (at_desk, account) = (desk.clone(), enrolling.account());
    let answer = desk
        .transact(async move |connection| {
            let party = party(&at_desk)?;
            let person = queries::find_passkey_user(connection, account).await?.ok_or(ApiError::Unauthenticated)?;
            let existing = queries::list_credential_ids(connection, account).await?;
            let asked = party.begin_registration(account, &person.email, &person.name, existing);
            ask(connection, &at_desk, Purpose::Registration, Some(account), Some(&name), asked).await
        })
        .await?;
    Ok(private_answer(StatusCode::OK, &answer))
}

/// Keeps the passkey that the browser made. Refused is an answer for another page, host or question, and a device that
/// did not check its person.
#[utoipa::path(post, path = "/v1/auth/passkeys/registration", operation_id = "create_passkey", tag = "sign-in",
    security(("bearer" = [])), request_body = PasskeyInput,
    responses((status = 201, description = "Made", body = NewPasskeyAnswer)))]
pub async fn create_passkey(request: HttpRequest, desk: Desk, asked: Then<Enrolling, JsonBody>) -> Answer {
    let Then(enrolling, body) = asked;
    no_parameters(&request)?;
    let input = PasskeyInput::parse(&body.0)?;
    let (hash, now, account) = (input.ceremony.hash(), desk.now(), enrolling.account());
    // Committed by itself: the answer spends the question, whatever it is worth.
    let spent = desk
        .transact(async move |connection| Ok(queries::spend_ceremony(connection, &hash, now).await?))
        .await?
        .ok_or(ApiError::Unauthenticated)?;
    let name = name_of(&spent, account)?;
    let made = party(&desk)?.finish_registration(spent.state, input.credential).map_err(|refused| {
        tracing::info!(%refused, "a passkey was not kept");
        ApiError::field(
            "/credential",
            "refused_passkey",
            "is not an answer to this question by a device that checked its person",
        )
    })?;
    let at_desk = desk.clone();
    let data = desk
        .transact(async move |connection| {
            let passkey = keep(connection, &at_desk, account, name, &made).await?;
            let enrolled = door::enrolled(connection, &at_desk, &enrolling, possession(made.backup_eligible)).await?;
            Ok(MadePasskey { passkey, enrolled })
        })
        .await?;
    Ok(private_answer(StatusCode::CREATED, &NewPasskeyAnswer { data }))
}

fn name_of(spent: &SpentCeremony, account: Uuid) -> Result<String, ApiError> {
    let ours = Purpose::named(&spent.kind) == Some(Purpose::Registration) && spent.account_id == Some(account);
    spent.name.clone().filter(|_| ours).ok_or(ApiError::Unauthenticated)
}

async fn keep(
    connection: &mut PgConnection,
    desk: &Desk,
    account: Uuid,
    name: String,
    made: &Attestation,
) -> Result<ShownPasskey, ApiError> {
    let passkey = NewPasskey {
        id: desk.site.clock.new_id(),
        account,
        credential_id: &made.credential_id,
        name: &name,
        credential: &made.credential,
        sign_count: made.sign_count,
        backup_eligible: made.backup_eligible,
        backed_up: made.backed_up,
        created_at: desk.now(),
    };
    if !queries::insert_passkey(connection, passkey).await? {
        let detail = "this passkey is known already, or there are 25: remove one first";
        return Err(ApiError::Conflict { code: "passkey_not_kept", detail });
    }
    desk.record(connection, Actor::Account(account), "passkey.create", "passkey", Some(passkey.id)).await?;
    Ok(ShownPasskey {
        id: passkey.id,
        backed_up: passkey.backed_up,
        created_at: passkey.created_at,
        last_used_at: None,
        name,
    })
}

/// What a passkey proves (RFC 8176 section 2): a key that cannot leave its hardware, or one that is copied between
/// devices.
pub(super) fn possession(backup_eligible: bool) -> &'static str {
    if backup_eligible { "swk" } else { "hwk" }
}
