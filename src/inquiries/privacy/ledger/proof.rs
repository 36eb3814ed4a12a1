//! Proof of consent: what was agreed to, in which words, when and how, signed so that it can be handed to somebody who
//! does not trust the database. Holds no name, no address and no word of a patient: an inquiry is named by its id and by
//! the receipt that the person was given.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ConsentEntry, ConsentStanding, entry::standings, opt_outs::read_contact, queries};
use crate::{
    accounts::{PrivacyOfficer, Staff},
    crypto::{IndexedField, blind_index},
    db::StaffDb,
    http::{Answer, ApiError, Fields, JsonBody, QueryReader, Reference, Site, Then, no_parameters, private_answer},
    inquiries::door::Door,
};

/// The `typ` of the signed form.
const TYPE: &str = "consent-proof+jwt";

/// Whose consents are proven. One of the two.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "it is read field by field")]
pub struct ConsentProofInput {
    /// As the person wrote it.
    email: Option<String>,
    /// As the person wrote it.
    phone: Option<String>,
}

/// The consents of one inquiry.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProvenConsents {
    /// The inquiry.
    inquiry: Uuid,
    /// The code that the person was given.
    receipt: String,
    received_at: DateTime<Utc>,
    form: Reference,
    /// When what the person wrote was erased. What they agreed to is kept.
    erased_at: Option<DateTime<Utc>>,
    /// By purpose.
    standing: Vec<ConsentStanding>,
    /// In the order in which it was said; reasons are left out.
    entries: Vec<ConsentEntry>,
}

/// What was agreed to, and the same signed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsentProof {
    /// The latest inquiry first, at most 500.
    inquiries: Vec<ProvenConsents>,
    issued_at: DateTime<Utc>,
    /// The same as a JSON Web Signature (RFC 7515, compact; `typ` `consent-proof+jwt`), checked with
    /// `/.well-known/jwks.json`: `{iss, iat, inquiries}`.
    jws: String,
}

/// A proof of consent.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsentProofAnswer {
    data: ConsentProof,
}

/// What is signed.
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    iat: i64,
    inquiries: &'a [ProvenConsents],
}

/// Proves what was agreed to in one inquiry, erased or not.
#[utoipa::path(get, path = "/v1/admin/consents/proof", operation_id = "get_consent_proof", tag = "staff: privacy",
    params(("inquiry" = Uuid, Query, description = "The inquiry")),
    responses((status = 200, description = "The proof", body = ConsentProofAnswer)),
    security(("bearer" = [])))]
pub async fn get_consent_proof(
    request: HttpRequest,
    permit: PrivacyOfficer,
    site: Data<Site>,
    door: Data<Door>,
    database: Data<StaffDb>,
) -> Answer {
    let mut query = QueryReader::of(&request);
    let inquiry = query.required("inquiry", "the id of an inquiry", |text| text.parse::<Uuid>().ok());
    query.finish()?;
    let proof = prove(&site, &door, &database, permit.staff, (inquiry, None)).await?;
    if proof.inquiries.is_empty() {
        return Err(ApiError::NotFound);
    }
    Ok(private_answer(StatusCode::OK, &ConsentProofAnswer { data: proof }))
}

/// Proves what a person agreed to in all their inquiries. The address or number stands in the body, so that no log has it.
#[utoipa::path(post, path = "/v1/admin/consents/proof", operation_id = "create_consent_proof", tag = "staff: privacy",
    request_body = ConsentProofInput,
    responses((status = 200, description = "The proof; without inquiries where there are none", body = ConsentProofAnswer)),
    security(("bearer" = [])))]
pub async fn create_consent_proof(
    request: HttpRequest,
    Then(permit, body): Then<PrivacyOfficer, JsonBody>,
    site: Data<Site>,
    door: Data<Door>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let mut fields = Fields::of(&body.0, "");
    let contact = read_contact(&mut fields);
    fields.finish()?;
    let contact = contact.ok_or(ApiError::Internal)?;
    let index = blind_index::of(&door.ring, contact.field, contact.value.reveal());
    let proof = prove(&site, &door, &database, permit.staff, (None, Some((contact.field, index)))).await?;
    Ok(private_answer(StatusCode::OK, &ConsentProofAnswer { data: proof }))
}

async fn prove(
    site: &Site,
    door: &Door,
    database: &StaffDb,
    staff: Staff,
    (inquiry, contact): (Option<Uuid>, Option<(IndexedField, [u8; 32])>),
) -> Result<ConsentProof, ApiError> {
    let index = move |field| contact.filter(|(of, _)| *of == field).map(|(_, index)| index);
    let (inquiries, mut entries) = database
        .transact(async move |transaction| {
            let (email, phone) = (index(IndexedField::Email), index(IndexedField::Phone));
            let (email, phone) = (email.as_ref().map(<[u8; 32]>::as_slice), phone.as_ref().map(<[u8; 32]>::as_slice));
            let reach = staff.reach.locations();
            let found = queries::list_proven(transaction, inquiry, email, phone, reach).await?;
            let ids: Vec<Uuid> = found.iter().map(|row| row.id).collect();
            let entries = queries::list_entries(transaction, &ids).await?;
            staff.record(transaction, "consent.export", "inquiry", inquiry, &[]).await?;
            for id in ids.iter().filter(|_| inquiry.is_none()) {
                staff.record(transaction, "consent.export", "inquiry", Some(*id), &[]).await?;
            }
            Ok::<_, ApiError>((found, entries))
        })
        .await?;
    let mut proven = Vec::with_capacity(inquiries.len());
    for row in inquiries {
        let own = entries.extract_if(.., |entry| entry.inquiry_id == row.id);
        let entries: Vec<_> = own.map(|entry| ConsentEntry::of(entry, None)).collect::<Result<_, _>>()?;
        proven.push(ProvenConsents {
            inquiry: row.id,
            receipt: door.receipt(row.id, row.received_at),
            received_at: row.received_at,
            form: Reference { id: row.form_id, slug: row.form_slug, name: row.form_name },
            erased_at: row.erased_at,
            standing: standings(&entries),
            entries,
        });
    }
    let issued_at = site.clock.now();
    let claims = Claims { iss: &site.public_url, iat: issued_at.timestamp(), inquiries: &proven };
    let jws = door.ring.signing().sign_facts(TYPE, &claims).map_err(|error| {
        tracing::error!(%error, "a proof of consent cannot be signed");
        ApiError::Internal
    })?;
    Ok(ConsentProof { inquiries: proven, issued_at, jws })
}
