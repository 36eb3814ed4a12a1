//! Who does not want to be written to or called. Kept by the keyed hash of the number or address alone, so that it holds
//! for inquiries that are yet to come and tells nobody's number. A connection that hears STOP calls [`suppress`].

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::queries::{self, OptOutRow};
use crate::{
    accounts::{InquiryDesk, InquiryReader},
    contact::{Email, Phone},
    crypto::{IndexedField, KeyRing, Personal, blind_index},
    db::StaffDb,
    http::{
        Answer, ApiError, COUNTED, Fields, JsonBody, PageLinks, PageMeta, PageRequest, Paging, QueryReader, Site, Then,
        no_content, no_parameters, path_id, private_answer,
    },
    inquiries::{door::Door, form::check_name, privacy::standing::By},
};

/// The ways that a person can close.
const CHANNELS: [&str; 3] = ["sms", "phone", "email"];

/// A number or an address as it is indexed.
#[derive(Clone, Debug)]
pub struct Contact {
    /// Which of the two.
    pub field: IndexedField,
    /// E.164, or the address in lower case.
    pub value: Personal<String>,
}

impl Contact {
    /// A number that was read.
    pub fn phone(phone: &Phone) -> Self {
        Self { field: IndexedField::Phone, value: Personal::new(phone.e164().to_owned()) }
    }

    /// An address that was read.
    pub fn email(email: &Email) -> Self {
        Self { field: IndexedField::Email, value: Personal::new(blind_index::normalise_email(email.as_str())) }
    }
}

/// What somebody asked for.
#[derive(Clone, Debug)]
pub struct NewOptOut {
    /// UUIDv7.
    pub id: Uuid,
    /// Whose number or address.
    pub contact: Contact,
    /// `sms`, `phone` or `email`.
    pub channel: &'static str,
    /// None for whatever the clinic might write about.
    pub purpose: Option<String>,
    /// Who told: `staff`, or the kind of a connection.
    pub source: &'static str,
    /// When.
    pub at: DateTime<Utc>,
}

/// Who does not want to be written to.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "it is read field by field")]
pub struct OptOutInput {
    /// The number, for `sms` and `phone`.
    phone: Option<String>,
    /// The address, for `email`.
    email: Option<String>,
    /// `sms`, `phone` or `email`.
    #[schema(example = "sms")]
    channel: String,
    /// What for; absent for whatever the clinic might write about.
    #[schema(pattern = "^[a-z][a-z0-9_]{1,49}$")]
    purpose: Option<String>,
}

/// That somebody does not want to be written to or called. Whose number it is, is not shown: nobody can read it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OptOut {
    /// UUIDv7.
    pub id: Uuid,
    /// `sms`, `phone` or `email`.
    #[schema(example = "sms")]
    pub channel: String,
    /// Null for whatever the clinic might write about.
    pub purpose: Option<String>,
    /// `staff`, or the kind of a connection.
    #[schema(example = "staff")]
    pub source: String,
    /// Since when.
    pub at: DateTime<Utc>,
    /// Until when; null while it holds.
    pub lifted_at: Option<DateTime<Utc>>,
}

/// One opt-out.
#[derive(Debug, Serialize, ToSchema)]
pub struct OptOutAnswer {
    data: OptOut,
}

/// Opt-outs that hold, the latest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct OptOutPage {
    data: Vec<OptOut>,
    meta: PageMeta,
    links: PageLinks,
}

/// Writes down that somebody does not want to be written to or called, in the caller's transaction. Said again it changes
/// nothing. Answers its id.
///
/// # Errors
/// Those of the database.
pub async fn suppress(
    transaction: &mut PgConnection,
    ring: &KeyRing,
    by: By<'_>,
    wanted: &NewOptOut,
) -> Result<Uuid, ApiError> {
    let index = blind_index::of(ring, wanted.contact.field, wanted.contact.value.reveal());
    let row = OptOutRow {
        id: wanted.id,
        channel: wanted.channel,
        purpose: wanted.purpose.as_deref(),
        contact_index: &index,
        source: wanted.source,
        at: wanted.at,
        by: by.account(),
    };
    let (id, is_new) = queries::insert_opt_out(transaction, &row).await?;
    if is_new {
        by.record(transaction, "opt_out.create", ("opt_out", id), &[wanted.channel.to_owned()]).await?;
    }
    Ok(id)
}

/// Lists who does not want to be written to or called, the latest first.
#[utoipa::path(get, path = "/v1/admin/opt-outs", operation_id = "list_opt_outs", tag = "staff: privacy",
    params(("channel" = Option<String>, Query, description = "`sms`, `phone` or `email`"), Paging),
    responses((status = 200, description = "A page of opt-outs that hold", body = OptOutPage)),
    security(("bearer" = [])))]
pub async fn list_opt_outs(
    request: HttpRequest,
    permit: InquiryReader,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    let mut query = QueryReader::of(&request);
    let channel = query.one_of("channel", &CHANNELS);
    let question = format!("opt-outs;{}", channel.unwrap_or_default());
    let page = PageRequest::<Uuid>::read(&mut query, &site.cursors, &question);
    query.finish()?;
    let asked = page.clone();
    let (mut data, total) = database
        .transact(async move |transaction| {
            let fields: Vec<String> = channel.map(|_| "channel".to_owned()).into_iter().collect();
            permit.staff.record(transaction, "opt_out.list", "opt_out", None, &fields).await?;
            let place = (asked.fetch(), asked.offset());
            let rows = queries::list_opt_outs(transaction, None, channel, asked.after().copied(), place).await?;
            let total = asked.total(queries::count_opt_outs(transaction, channel, COUNTED)).await?;
            Ok::<_, ApiError>((rows, total))
        })
        .await?;
    let of = site.question(&request, &question);
    let (meta, links) = page.complete(&mut data, total, |row| row.id, &of);
    Ok(private_answer(StatusCode::OK, &OptOutPage { data, meta, links }))
}

/// Writes down that somebody does not want to be written to or called. Said again it answers what stands.
#[utoipa::path(post, path = "/v1/admin/opt-outs", operation_id = "create_opt_out", tag = "staff: privacy",
    request_body = OptOutInput,
    responses((status = 201, description = "It holds from now on, for inquiries that are yet to come as well", body = OptOutAnswer)),
    security(("bearer" = [])))]
pub async fn create_opt_out(
    request: HttpRequest,
    Then(permit, body): Then<InquiryDesk, JsonBody>,
    site: Data<Site>,
    door: Data<Door>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let mut fields = Fields::of(&body.0, "");
    let channel = fields.one_of("channel", &CHANNELS);
    let channel = fields.require("channel", channel);
    let purpose = fields.parsed("purpose", check_name);
    let contact = read_contact(&mut fields);
    let wants_email = channel == Some("email");
    if channel.is_some() && contact.as_ref().is_some_and(|it| (it.field == IndexedField::Email) != wants_email) {
        fields.refuse("channel", "unfit", "needs an e-mail address for email, and a phone number for sms and phone");
    }
    fields.finish()?;
    let (channel, contact) = channel.zip(contact).ok_or(ApiError::Internal)?;
    let (id, at) = (site.clock.new_id(), site.clock.now());
    let wanted = NewOptOut { id, contact, channel, purpose, source: "staff", at };
    let data = database
        .transact(async move |transaction| {
            let id = suppress(transaction, &door.ring, By::Staff(&permit.staff), &wanted).await?;
            // Said again, it is no change, and who may not act any more is refused all the same.
            permit.staff.record(transaction, "opt_out.read", "opt_out", Some(id), &[]).await?;
            let found = queries::list_opt_outs(transaction, Some(id), None, None, (1, 0)).await?;
            found.into_iter().next().ok_or(ApiError::Internal)
        })
        .await?;
    Ok(private_answer(StatusCode::CREATED, &OptOutAnswer { data }))
}

/// The person wants to be written to again: the opt-out ends, and stays on record.
#[utoipa::path(delete, path = "/v1/admin/opt-outs/{id}", operation_id = "delete_opt_out", tag = "staff: privacy",
    params(("id" = Uuid, Path, description = "The opt-out")),
    responses((status = 204, description = "It holds no more")),
    security(("bearer" = [])))]
pub async fn delete_opt_out(
    request: HttpRequest,
    permit: InquiryDesk,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let (id, now) = (path_id(&request)?, site.clock.now());
    database
        .transact(async move |transaction| {
            if !queries::lift_opt_out(transaction, id, (permit.staff.id, now)).await? {
                return Err(ApiError::NotFound);
            }
            permit.staff.record(transaction, "opt_out.delete", "opt_out", Some(id), &[]).await
        })
        .await?;
    Ok(no_content())
}

/// Exactly one of `phone` and `email`.
pub(in crate::inquiries::privacy) fn read_contact(fields: &mut Fields<'_>) -> Option<Contact> {
    let phone = fields.parsed("phone", |text| Phone::parse(text, None));
    let email = fields.parsed("email", Email::parse);
    let given = [fields.value("phone").is_some(), fields.value("email").is_some()];
    match given {
        [true, true] => fields.refuse("email", "exclusive", "cannot be given together with phone"),
        [false, false] => fields.refuse("phone", "required", "a phone number or an e-mail address must be given"),
        _ => {}
    }
    phone.as_ref().map(Contact::phone).or_else(|| email.as_ref().map(Contact::email))
}
