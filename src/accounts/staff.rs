//! A signed-in person, and permissions as types. A value of `Permit<P>` exists only where the gate let somebody
//! in whose role carries `P`; every write takes one, so a permission cannot be forgotten.

use std::{
    future::{Ready, ready},
    marker::PhantomData,
};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web::Data};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    gate,
    role::{Permission, Role},
};
use crate::{
    audit::{Actor, Entry, Trail},
    clock::Clock,
    db::StaffDb,
    http::{ApiError, RequestId},
};

/// Who is asking, checked against the database at this request.
#[derive(Clone, Debug)]
pub struct Staff {
    /// The account.
    pub id: Uuid,
    /// The session that the access token belongs to.
    pub session: Uuid,
    /// The name that colleagues see.
    pub name: String,
    /// The e-mail address they sign in with.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// The request, for the audit trail.
    pub request_id: String,
    /// The time.
    pub clock: Clock,
    /// Where what they do is written down.
    pub trail: Trail,
}

impl Staff {
    /// Writes one audit row in the caller's transaction. `fields` are names, never values.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn record(
        &self,
        transaction: &mut PgConnection,
        action: &'static str,
        subject: &'static str,
        subject_id: Option<Uuid>,
        fields: &[String],
    ) -> Result<(), sqlx::Error> {
        let entry = Entry {
            actor: Actor::Account(self.id),
            action,
            subject,
            subject_id,
            fields,
            request_id: Some(&self.request_id),
        };
        self.trail.record(transaction, entry).await
    }
}

impl FromRequest for Staff {
    type Error = ApiError;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    /// For the few addresses outside `/v1/admin` that need a signed-in person.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { gate::admit(&request).await })
    }
}

/// A permission as a type.
pub trait Grant: 'static {
    /// What the role must carry.
    const PERMISSION: Permission;
}

/// May write and publish articles.
#[derive(Debug)]
pub struct EditArticles;
/// May change the organisation and its locations.
#[derive(Debug)]
pub struct EditClinic;
/// May read what patients wrote.
#[derive(Debug)]
pub struct ReadInquiries;
/// May read who did or saw what.
#[derive(Debug)]
pub struct ReadAudit;

impl Grant for EditArticles {
    const PERMISSION: Permission = Permission::EditArticles;
}
impl Grant for EditClinic {
    const PERMISSION: Permission = Permission::EditClinic;
}
impl Grant for ReadInquiries {
    const PERMISSION: Permission = Permission::ReadInquiries;
}
impl Grant for ReadAudit {
    const PERMISSION: Permission = Permission::ReadAudit;
}

/// Proof that the person behind the request holds `G`.
#[derive(Clone, Debug)]
pub struct Permit<G> {
    /// The person.
    pub staff: Staff,
    granted: PhantomData<G>,
}

/// Writes and publishes articles.
pub type Editor = Permit<EditArticles>;
/// Changes the organisation and its locations.
pub type ClinicEditor = Permit<EditClinic>;
/// Reads inquiries.
pub type InquiryReader = Permit<ReadInquiries>;
/// Reads the audit trail.
pub type Auditor = Permit<ReadAudit>;

impl<G: Grant> FromRequest for Permit<G> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    /// Ready at once, so that a refusal comes before any other extractor has read the body.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(staff) = request.extensions().get::<Staff>().cloned() else {
            return ready(Err(ApiError::Unauthenticated));
        };
        if staff.role.may(G::PERMISSION) {
            return ready(Ok(Self { staff, granted: PhantomData }));
        }
        if let Some(database) = request.app_data::<Data<StaffDb>>() {
            record_denial(StaffDb::clone(database), staff);
        }
        ready(Err(ApiError::Forbidden))
    }
}

fn record_denial(database: StaffDb, staff: Staff) {
    tokio::task::spawn_local(async move {
        let id = staff.id;
        let work = async move |transaction: &mut PgConnection| {
            staff.record(transaction, "access.denied", "account", Some(id), &[]).await?;
            Ok::<_, ApiError>(())
        };
        if database.transact(work).await.is_err() {
            tracing::error!(account = %id, "a denial could not be written to the audit trail");
        }
    });
}

/// The request's id, for those who act without being signed in.
pub fn request_id(request: &HttpRequest) -> Option<String> {
    request.extensions().get::<RequestId>().map(|id| id.0.clone())
}
