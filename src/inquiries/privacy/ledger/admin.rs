//! The ledger of an inquiry, read and added to by those who answer inquiries.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    CHANNELS, ConsentEntry, ConsentStanding,
    entry::{TABLE, standings},
    queries::{self, NewChange},
};
use crate::{
    accounts::{InquiryDesk, InquiryReader},
    crypto::Personal,
    db::StaffDb,
    http::{Answer, ApiError, Fields, JsonBody, Site, Then, no_parameters, path_id, private_answer},
    inquiries::{
        door::Door,
        form::{check_name, check_text_version},
        privacy::standing,
    },
};

/// What a person said after the form.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "it is read field by field")]
pub struct ConsentChangeInput {
    /// What for.
    #[schema(pattern = "^[a-z][a-z0-9_]{1,49}$", example = "sms_reminders")]
    purpose: String,
    /// Agreed to, or withdrawn.
    granted: bool,
    /// The text that they agreed to, of the form that the inquiry came by; there where `granted` is true.
    #[schema(max_length = 50)]
    text_version: Option<String>,
    /// How they said it: `web`, `phone`, `sms`, `email`, `in_person`, `post` or `connector`.
    #[schema(example = "phone")]
    channel: String,
    /// When they said it, not before the inquiry came in; now where it is absent.
    at: Option<DateTime<Utc>>,
    /// In your words; sealed.
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// What a person said, and where each purpose stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsentLedger {
    /// By purpose.
    standing: Vec<ConsentStanding>,
    /// In the order in which it was said.
    entries: Vec<ConsentEntry>,
}

/// The ledger of an inquiry.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsentLedgerAnswer {
    data: ConsentLedger,
}

/// A change that was understood.
struct Said {
    purpose: String,
    granted: bool,
    text_version: Option<String>,
    channel: &'static str,
    at: Option<DateTime<Utc>>,
    reason: Option<Personal<String>>,
}

/// What a person agreed to, refused and withdrew, with the exact texts.
#[utoipa::path(get, path = "/v1/admin/inquiries/{id}/consents", operation_id = "list_consents", tag = "staff: privacy",
    params(("id" = Uuid, Path, description = "The inquiry")),
    responses((status = 200, description = "The ledger of the inquiry", body = ConsentLedgerAnswer)),
    security(("bearer" = [])))]
pub async fn list_consents(
    request: HttpRequest,
    permit: InquiryReader,
    door: Data<Door>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let (standing, rows) = database
        .transact(async move |transaction| {
            let standing = standing::lock(transaction, id, &permit.staff).await?;
            let rows = queries::list_entries(transaction, &[id]).await?;
            permit.staff.record(transaction, "consent.list", "inquiry", Some(id), &[]).await?;
            Ok::<_, ApiError>((standing, rows))
        })
        .await?;
    let key = standing.open(&door)?;
    let entries: Vec<_> = rows.into_iter().map(|row| ConsentEntry::of(row, Some(&key))).collect::<Result<_, _>>()?;
    let data = ConsentLedger { standing: standings(&entries), entries };
    Ok(private_answer(StatusCode::OK, &ConsentLedgerAnswer { data }))
}

/// Adds what a person said later: a withdrawal, or a consent given in another way. Nothing that stands is changed.
#[utoipa::path(post, path = "/v1/admin/inquiries/{id}/consents", operation_id = "create_consent", tag = "staff: privacy",
    params(("id" = Uuid, Path, description = "The inquiry")),
    request_body = ConsentChangeInput,
    responses((status = 201, description = "The ledger with the new row", body = ConsentLedgerAnswer)),
    security(("bearer" = [])))]
pub async fn create_consent(
    request: HttpRequest,
    Then(permit, body): Then<InquiryDesk, JsonBody>,
    site: Data<Site>,
    door: Data<Door>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let (id, now) = (path_id(&request)?, site.clock.now());
    let said = Said::read(&body.0, now)?;
    let (change, with) = (site.clock.new_id(), Data::clone(&door));
    let (standing, rows) = database
        .transact(async move |transaction| {
            let standing = standing::lock(transaction, id, &permit.staff).await?;
            if let Some(version) = &said.text_version
                && !queries::has_text(transaction, id, &said.purpose, version).await?
            {
                let message = "names no text of this purpose of the inquiry's form";
                return Err(ApiError::field("/text_version", "unknown_reference", message));
            }
            if said.at.is_some_and(|at| at < standing.received_at) {
                let message = "must not be before the inquiry came in";
                return Err(ApiError::field("/at", "too_early", message));
            }
            let key = standing.open(&with)?;
            let seal = |reason: &Personal<String>| key.seal_beside(TABLE, "sealed_reason", change, reason);
            let row = NewChange {
                id: change,
                inquiry: id,
                purpose: &said.purpose,
                text_version: said.text_version.as_deref(),
                granted: said.granted,
                channel: said.channel,
                at: said.at.unwrap_or(now),
                recorded_at: now,
                by: Some(permit.staff.id),
                sealed_reason: said.reason.as_ref().map(seal).transpose()?,
            };
            queries::insert_change(transaction, &row).await?;
            let action = if said.granted { "consent.grant" } else { "consent.withdraw" };
            permit
                .staff
                .record(transaction, action, "consent", Some(change), std::slice::from_ref(&said.purpose))
                .await?;
            Ok::<_, ApiError>((standing, queries::list_entries(transaction, &[id]).await?))
        })
        .await?;
    let key = standing.open(&door)?;
    let entries: Vec<_> = rows.into_iter().map(|row| ConsentEntry::of(row, Some(&key))).collect::<Result<_, _>>()?;
    let data = ConsentLedger { standing: standings(&entries), entries };
    Ok(private_answer(StatusCode::CREATED, &ConsentLedgerAnswer { data }))
}

impl Said {
    fn read(body: &Value, now: DateTime<Utc>) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let purpose = fields.parsed("purpose", check_name);
        let purpose = fields.require("purpose", purpose);
        let granted = fields.boolean("granted");
        let granted = fields.require("granted", granted);
        let mut text_version = fields.parsed("text_version", check_text_version);
        if granted == Some(true) {
            text_version = fields.require("text_version", text_version);
        }
        let channel = fields.one_of("channel", &CHANNELS);
        let channel = fields.require("channel", channel);
        let at = fields.instant("at");
        if at.is_some_and(|at| at > now) {
            fields.refuse("at", "in_the_future", "must not be in the future");
        }
        let reason = fields.text("reason", 500).map(Personal::new);
        fields.finish()?;
        let ((purpose, granted), channel) = purpose.zip(granted).zip(channel).ok_or(ApiError::Internal)?;
        // A withdrawal is of whatever was agreed to.
        let text_version = text_version.filter(|_| granted);
        Ok(Self { purpose, granted, text_version, channel, at, reason })
    }
}
