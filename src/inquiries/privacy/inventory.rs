//! The inventory: which personal data is kept where, how it is sealed, for how long, and who may read it. Written down
//! once, here; a test holds it against the database, so that a new sealed column is not forgotten.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    accounts::{Permission, PrivacyReader},
    db::StaffDb,
    http::{Answer, ApiError, no_parameters, private_answer},
};

/// A column that holds something of a person.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct InventoryEntry {
    /// The table.
    #[schema(example = "cms.inquiry")]
    pub table: &'static str,
    /// The column.
    #[schema(example = "sealed_message")]
    pub column: &'static str,
    /// What it holds, in words.
    pub holds: &'static str,
    /// Of whom: `patient` or `staff`.
    #[schema(example = "patient")]
    pub of: &'static str,
    /// `data_key` (a key for each inquiry, gone with an erasure), `purpose_key` (the program's own), `keyed_hash` (can be
    /// compared and not read), `wrapped` (a key under a key), `plain` (readable to the database's owner).
    #[schema(example = "data_key")]
    pub sealed: &'static str,
    /// How long it is kept.
    pub kept: &'static str,
    /// The permission that shows it; null where nobody is shown it.
    pub read_by: Option<Permission>,
}

/// Everything that is kept of people.
#[derive(Debug, Serialize, ToSchema)]
pub struct InventoryAnswer {
    data: &'static [InventoryEntry],
}

const fn entry(
    (table, column): (&'static str, &'static str),
    holds: &'static str,
    of: &'static str,
    sealed: &'static str,
    kept: &'static str,
    read_by: Option<Permission>,
) -> InventoryEntry {
    InventoryEntry { table, column, holds, of, sealed, kept, read_by }
}

const BY_RETENTION: &str = "until its retention ends, or it is erased before; not while it is held";
const WITH_INQUIRY: &str = "as long as its inquiry";
const TWO_YEARS: &str = "until two years after the answer; at once where erasure was asked for and done";
const ACCOUNT: &str = "as long as the account";
const READ: Option<Permission> = Some(Permission::ReadInquiries);
const PRIVACY: Option<Permission> = Some(Permission::HandleDataRequests);
const PEOPLE: Option<Permission> = Some(Permission::ReadPeople);

/// Every column, by table.
pub const INVENTORY: &[InventoryEntry] = &[
    entry(("cms.inquiry", "wrapped_key"), "the inquiry's data key", "patient", "wrapped", BY_RETENTION, None),
    entry(("cms.inquiry", "sealed_name"), "the sender's name", "patient", "data_key", BY_RETENTION, READ),
    entry(("cms.inquiry", "sealed_email"), "the sender's e-mail address", "patient", "data_key", BY_RETENTION, READ),
    entry(("cms.inquiry", "sealed_phone"), "the sender's phone number", "patient", "data_key", BY_RETENTION, READ),
    entry(("cms.inquiry", "sealed_message"), "what the sender wrote", "patient", "data_key", BY_RETENTION, READ),
    entry(
        ("cms.inquiry", "sealed_details"),
        "preferred times, the service in words, attribution, answers to a form's own fields",
        "patient",
        "data_key",
        BY_RETENTION,
        READ,
    ),
    entry(("cms.inquiry", "email_index"), "finds the address", "patient", "keyed_hash", BY_RETENTION, None),
    entry(("cms.inquiry", "phone_index"), "finds the number", "patient", "keyed_hash", BY_RETENTION, None),
    entry(("cms.inquiry", "content_index"), "finds the same words again", "patient", "keyed_hash", BY_RETENTION, None),
    entry(
        ("cms.inquiry", "external_index"),
        "finds a delivery that comes again; of nothing that anybody wrote",
        "patient",
        "keyed_hash",
        "for good, so that an erased delivery does not come back",
        None,
    ),
    entry(("cms.inquiry", "preferred_contact"), "how to answer", "patient", "plain", BY_RETENTION, READ),
    entry(("cms.inquiry", "language"), "the sender's language", "patient", "plain", BY_RETENTION, READ),
    entry(("cms.inquiry", "on_behalf_of"), "for whom the sender writes", "patient", "plain", BY_RETENTION, READ),
    entry(
        ("cms.inquiry", "emergency_rule"),
        "that words of the message match an emergency rule",
        "patient",
        "plain",
        BY_RETENTION,
        READ,
    ),
    entry(
        ("cms.consent", "purpose"),
        "what was agreed to",
        "patient",
        "plain",
        "for good, as proof; it names nobody",
        READ,
    ),
    entry(
        ("cms.consent_change", "sealed_reason"),
        "why a consent was changed, in words of staff",
        "patient",
        "data_key",
        WITH_INQUIRY,
        READ,
    ),
    entry(
        ("cms.inquiry_attachment", "sealed_name"),
        "what a file is called that the sender sent",
        "patient",
        "data_key",
        WITH_INQUIRY,
        READ,
    ),
    entry(
        ("cms.inquiry_attachment", "sealed_content"),
        "a file that the sender sent",
        "patient",
        "data_key",
        WITH_INQUIRY,
        READ,
    ),
    entry(("cms.inquiry_note", "sealed_text"), "what staff noted", "patient", "data_key", WITH_INQUIRY, READ),
    entry(
        ("cms.inquiry_contact", "sealed_note"),
        "what staff noted of an attempt to reach the sender",
        "patient",
        "data_key",
        WITH_INQUIRY,
        READ,
    ),
    entry(
        ("cms.inquiry_status_change", "sealed_note"),
        "why an inquiry was closed, in words",
        "patient",
        "data_key",
        WITH_INQUIRY,
        READ,
    ),
    entry(
        ("cms.inquiry_content", "content"),
        "finds what a source told before",
        "patient",
        "keyed_hash",
        WITH_INQUIRY,
        None,
    ),
    entry(
        ("cms.integration_delivery", "sealed"),
        "a delivery that is no inquiry yet",
        "patient",
        "purpose_key",
        "until it is an inquiry, or for `CMS_INQUIRY_RETENTION_DAYS`",
        READ,
    ),
    entry(
        ("cms.integration_delivery", "delivery_index"),
        "finds a delivery that comes again",
        "patient",
        "keyed_hash",
        "as long as the delivery",
        None,
    ),
    entry(("cms.legal_hold", "sealed_reason"), "why an inquiry is held", "patient", "data_key", WITH_INQUIRY, PRIVACY),
    entry(
        ("cms.suppression", "contact_index"),
        "who does not want to be written to or called",
        "patient",
        "keyed_hash",
        "until the person says otherwise",
        None,
    ),
    entry(("cms.idempotency_key", "scope"), "whose repeated post it is", "patient", "keyed_hash", "7 days", None),
    entry(("cms.idempotency_key", "content"), "what was posted", "patient", "keyed_hash", "7 days", None),
    entry(("cms.data_request", "sealed_email"), "who asks", "patient", "purpose_key", TWO_YEARS, PRIVACY),
    entry(("cms.data_request", "sealed_phone"), "who asks", "patient", "purpose_key", TWO_YEARS, PRIVACY),
    entry(("cms.data_request", "email_index"), "finds who asks", "patient", "keyed_hash", TWO_YEARS, None),
    entry(("cms.data_request", "phone_index"), "finds who asks", "patient", "keyed_hash", TWO_YEARS, None),
    entry(
        ("cms.mail_message", "sealed"),
        "recipient and text of a letter that waits",
        "staff",
        "purpose_key",
        "until it is sent or given up",
        None,
    ),
    entry(
        ("cms.break_glass", "reason"),
        "why somebody took access in an emergency",
        "staff",
        "purpose_key",
        "as long as the audit trail",
        Some(Permission::ReadAudit),
    ),
    entry(("cms.totp", "secret"), "an authenticator's secret", "staff", "purpose_key", ACCOUNT, None),
    entry(("cms.known_place", "key"), "where somebody signed in from", "staff", "keyed_hash", "90 days", None),
    entry(("cms.account", "email"), "where somebody signs in", "staff", "plain", ACCOUNT, PEOPLE),
    entry(("cms.account", "name"), "the name that colleagues see", "staff", "plain", ACCOUNT, PEOPLE),
];

/// Lists which personal data is kept where, how it is sealed, for how long, and who may read it.
#[utoipa::path(get, path = "/v1/admin/data-inventory", operation_id = "list_data_inventory", tag = "staff: privacy",
    responses((status = 200, description = "By table and column", body = InventoryAnswer)),
    security(("bearer" = [])))]
pub async fn list_data_inventory(request: HttpRequest, permit: PrivacyReader, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    database
        .transact(async move |transaction| {
            permit.staff.record(transaction, "data_inventory.list", "data_inventory", None, &[]).await?;
            Ok::<_, ApiError>(())
        })
        .await?;
    Ok(private_answer(StatusCode::OK, &InventoryAnswer { data: INVENTORY }))
}
