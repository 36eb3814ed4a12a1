//! The public attestation of a review: who signed what is shown, when, and the hash of it, signed with a key of
//! `/.well-known/jwks.json`, so that anybody can verify it offline. Refuses to speak where no live sign-off stands behind
//! what is shown at this instant.

use std::sync::Arc;

use actix_web::{HttpRequest, web::Data};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    articles::{
        answers::Author,
        article::{Citation, Faq},
        locale::language,
        public::moved,
        queries::published_review::{PublishedReview, find_published_review},
    },
    crypto::KeyRing,
    db::PublicDb,
    delivery::PublicAnswer,
    http::{Answer, ApiError, QueryReader, Reference, Site},
};

/// Signs attestations with the key that is current at the moment.
#[derive(Clone, Debug)]
pub struct Attester {
    /// Its public halves stand in the key set.
    pub ring: Arc<KeyRing>,
}

/// A licence as the public is told of it: a board's register knows its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AttestedLicence {
    /// Where it was given.
    pub state: String,
    /// The last day on which it counts.
    pub expires_on: NaiveDate,
}

/// Somebody stands with their name for what is shown.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Attestation {
    pub article: Reference,
    /// Where it stands on the clinic's site.
    pub path: String,
    pub locale: String,
    /// As they stood on the day of signing.
    pub reviewed_by: Author,
    /// That was current on that day; null where the content needs none.
    pub licence: Option<AttestedLicence>,
    pub signed_at: DateTime<Utc>,
    pub next_review_due: Option<NaiveDate>,
    pub overdue: bool,
    /// The revision that is shown.
    pub revision: i32,
    /// SHA-256 of the content that was signed, in hexadecimal: the editors' form, as their history names it.
    pub content_hash: String,
    /// SHA-256, in hexadecimal, over the canonical JSON (RFC 8785) of `locale`, `title`, `summary`, `body` (Markdown),
    /// `references` and `faqs` as `?format=markdown` shows them.
    pub shown_hash: String,
    /// All of it but `overdue` and `path` as a JSON Web Signature (RFC 7515) in its compact form: EdDSA, `typ`
    /// `article-review+jwt`, and `kid` names a key of `/.well-known/jwks.json`.
    pub jws: String,
}

/// The attestation of a visible article.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttestationAnswer {
    pub data: Attestation,
}

/// What a reader sees of an article, in the form that is hashed.
#[derive(Serialize)]
struct Shown<'a> {
    locale: &'a str,
    title: &'a str,
    summary: Option<&'a str>,
    body: &'a str,
    references: &'a [Citation],
    faqs: &'a [Faq],
}

/// What is signed. It says nothing that changes by itself, so that the same facts have the same signature.
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    /// When it was signed off, in seconds since 1970, and not when somebody asked.
    iat: i64,
    /// The article.
    sub: Uuid,
    slug: &'a str,
    locale: &'a str,
    title: &'a str,
    reviewed_by: &'a Author,
    licence: Option<&'a AttestedLicence>,
    signed_at: DateTime<Utc>,
    next_review_due: Option<NaiveDate>,
    revision: i32,
    content_hash: &'a str,
    shown_hash: &'a str,
}

/// Reads who reviewed a visible article, with a signature that anybody can verify offline.
#[utoipa::path(get, path = "/v1/articles/{slug}/review", operation_id = "get_article_review", tag = "articles",
    params(
        ("slug" = String, Path, description = "Slug or id"),
        ("locale" = Option<String>, Query, description = "BCP 47; the clinic's default when absent", max_length = 35),
    ),
    responses(
        (status = 200, description = "Who vouches for what is shown; 404 where nobody does", body = AttestationAnswer),
        (status = 301, description = "It has another slug now", headers(("Location" = String)))
    ))]
pub async fn get_article_review(
    request: HttpRequest,
    site: Data<Site>,
    attester: Data<Attester>,
    database: Data<PublicDb>,
) -> Answer {
    let mut query = QueryReader::of(&request);
    let locale = language(&mut query);
    query.finish()?;
    let slug = request.match_info().get("slug").unwrap_or_default().to_owned();
    if slug.contains('\0') {
        return Err(ApiError::NotFound);
    }
    let name = slug.clone();
    let row = database
        .read(async move |connection| {
            Ok::<_, ApiError>(find_published_review(connection, &name, locale.as_deref()).await?)
        })
        .await?
        .ok_or(ApiError::NotFound)?;
    if row.slug != slug && row.id.to_string() != slug.to_ascii_lowercase() {
        return Ok(moved(&request, &site, &row.slug, "/review", row.valid_for));
    }
    let (id, valid_for) = (row.id, row.valid_for);
    let data = attest(row, &attester.ring, &site.public_url)?;
    PublicAnswer::json(&AttestationAnswer { data }, &["articles"])?
        .valid_for(valid_for)
        .tagged([format!("article:{id}")])
        .never_kept()
        .send(&request)
}

fn attest(row: PublishedReview, ring: &KeyRing, issuer: &str) -> Result<Attestation, ApiError> {
    let (reviewed_by, licence) = (row.reviewed_by.0, row.licence.map(|licence| licence.0));
    let shown = Shown {
        locale: &row.locale,
        title: &row.title,
        summary: row.summary.as_deref(),
        body: &row.body,
        references: &row.sources,
        faqs: &row.faqs,
    };
    let shown_hash = hash(&shown)?;
    let claims = Claims {
        iss: issuer,
        iat: row.signed_at.timestamp(),
        sub: row.id,
        slug: &row.slug,
        locale: &row.locale,
        title: &row.title,
        reviewed_by: &reviewed_by,
        licence: licence.as_ref(),
        signed_at: row.signed_at,
        next_review_due: row.next_review_due,
        revision: row.revision,
        content_hash: &row.content_hash,
        shown_hash: &shown_hash,
    };
    let jws = ring.signing().sign_attestation(&claims).map_err(|error| {
        tracing::error!(%error, "an attestation cannot be signed");
        ApiError::Internal
    })?;
    Ok(Attestation {
        article: Reference { id: row.id, slug: row.slug, name: row.title },
        path: row.path,
        locale: row.locale,
        reviewed_by,
        licence,
        signed_at: row.signed_at,
        next_review_due: row.next_review_due,
        overdue: row.overdue,
        revision: row.revision,
        content_hash: row.content_hash,
        shown_hash,
        jws,
    })
}

fn hash(shown: &Shown<'_>) -> Result<String, ApiError> {
    let canonical = serde_json_canonicalizer::to_vec(shown).map_err(|_| ApiError::Internal)?;
    Ok(data_encoding::HEXLOWER.encode(&Sha256::digest(canonical)))
}
