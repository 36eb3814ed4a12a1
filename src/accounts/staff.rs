//! Who is behind a request, and permissions as types. A value of `Permit<G>` exists only where the gate let somebody
//! in who holds `G`; every write takes one, so a permission cannot be forgotten.

use std::{
    future::{Ready, ready},
    marker::PhantomData,
};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use chrono::{DateTime, Duration, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    gate, queries,
    role::{Permission, Role},
    scope::Scope,
};
use crate::{
    audit::{Actor, Change, Entry, Trail},
    clock::Clock,
    http::{ApiError, RequestId, Unopened},
};

/// How long an authentication counts as fresh.
const FRESH_MINUTES: i64 = 10;

/// Who is asking, checked against the database at this request.
#[derive(Clone, Debug)]
pub struct Staff {
    /// The account; behind an API key, the one that made it.
    pub id: Uuid,
    /// The name that colleagues see.
    pub name: String,
    /// The e-mail address they sign in with.
    pub email: String,
    /// What they are.
    pub role: Role,
    /// What the request was let in for.
    pub credential: Credential,
    /// Whose inquiries they see, where they may see any.
    pub reach: Reach,
    /// Whether a break-glass grant is running.
    pub in_emergency: bool,
    /// The request, for the audit trail.
    pub request_id: String,
    /// Whether the request changes nothing.
    pub only_reads: bool,
    /// The time.
    pub clock: Clock,
    /// Where what they do is written down.
    pub trail: Trail,
}

/// What a request was let in for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// The access token of a session.
    Session(Session),
    /// An API key, with what it may be used for.
    ApiKey {
        /// The key.
        id: Uuid,
        /// A ceiling below the rights of the account that made it.
        scopes: Vec<Scope>,
    },
}

/// A live session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The session.
    pub id: Uuid,
    /// Authentication method references (RFC 8176).
    pub methods: Vec<String>,
    /// When the person last showed the strongest factor that they had.
    pub authenticated_at: DateTime<Utc>,
    /// When it ends whatever happens.
    pub expires_at: DateTime<Utc>,
    /// Whether the account has a second factor.
    pub has_factor: bool,
}

impl Session {
    /// Until when the authentication counts as fresh; none where it does not now.
    pub fn fresh_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let strongest = !self.has_factor || self.methods.iter().any(|method| method == "mfa");
        let until = self.authenticated_at + Duration::minutes(FRESH_MINUTES);
        (strongest && now <= until).then_some(until)
    }
}

/// Whose inquiries somebody sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All of them.
    Everywhere,
    /// Those of these locations; one that names no location is not among them.
    Locations(Vec<Uuid>),
}

impl Reach {
    /// The locations as SQL takes them; none for everywhere.
    pub fn locations(&self) -> Option<&[Uuid]> {
        match self {
            Self::Everywhere => None,
            Self::Locations(locations) => Some(locations),
        }
    }
}

impl Staff {
    /// Whether they may, by their role or an emergency, and by the scopes of a key.
    pub fn may(&self, permission: Permission) -> bool {
        let held = self.role.may(permission) || (self.in_emergency && permission == Permission::ReadInquiries);
        held && match &self.credential {
            Credential::Session(_) => true,
            Credential::ApiKey { scopes, .. } => scopes.iter().any(|scope| scope.permission() == Some(permission)),
        }
    }

    /// Their session.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`] for an API key: what it asks for is a person's own affair.
    pub fn session(&self) -> Result<&Session, ApiError> {
        match &self.credential {
            Credential::Session(session) => Ok(session),
            Credential::ApiKey { .. } => Err(ApiError::Forbidden),
        }
    }

    /// Asks for an authentication within ten minutes.
    ///
    /// # Errors
    /// [`ApiError::ReauthenticationRequired`]; [`ApiError::Forbidden`] for an API key.
    pub fn require_fresh(&self) -> Result<(), ApiError> {
        if self.session()?.fresh_until(self.clock.now()).is_some() {
            Ok(())
        } else {
            Err(ApiError::ReauthenticationRequired)
        }
    }

    /// Who the audit trail names.
    pub fn actor(&self) -> Actor {
        match self.credential {
            Credential::Session(_) => Actor::Account(self.id),
            Credential::ApiKey { id, .. } => Actor::ApiKey(id),
        }
    }

    /// Writes one audit row in the caller's transaction. `fields` are names, never values. Every change passes here, and
    /// here it is asked once more whether they may still act: since the gate let them in, a body had to arrive.
    ///
    /// # Errors
    /// [`ApiError::Unauthenticated`] where a change comes too late; those of the database.
    pub async fn record(
        &self,
        transaction: &mut PgConnection,
        action: &'static str,
        subject: &'static str,
        subject_id: Option<Uuid>,
        fields: &[String],
    ) -> Result<(), ApiError> {
        if !self.only_reads && !self.may_still_act(transaction).await? {
            return Err(ApiError::Unauthenticated);
        }
        let request_id = Some(self.request_id.as_str());
        let entry = Entry { actor: self.actor(), action, subject, subject_id, fields, request_id };
        Ok(self.trail.record(transaction, entry).await?)
    }

    /// As [`Staff::record`], a row for each of many records, of which the same is told.
    ///
    /// # Errors
    /// As [`Staff::record`].
    pub async fn record_each(
        &self,
        transaction: &mut PgConnection,
        action: &'static str,
        subject: &'static str,
        subjects: &[Uuid],
        fields: &[String],
    ) -> Result<(), ApiError> {
        if !self.only_reads && !self.may_still_act(transaction).await? {
            return Err(ApiError::Unauthenticated);
        }
        let request_id = Some(self.request_id.as_str());
        let entry = Entry { actor: self.actor(), action, subject, subject_id: None, fields, request_id };
        Ok(self.trail.record_each(transaction, entry, subjects).await?)
    }

    /// Writes down what they changed, with what it said before and after.
    ///
    /// # Errors
    /// As [`Staff::record`].
    pub async fn record_change(
        &self,
        transaction: &mut PgConnection,
        action: &'static str,
        (subject, subject_id): (&'static str, Uuid),
        fields: &[String],
        change: &Change,
    ) -> Result<(), ApiError> {
        if !self.may_still_act(transaction).await? {
            return Err(ApiError::Unauthenticated);
        }
        let (request_id, subject_id) = (Some(self.request_id.as_str()), Some(subject_id));
        let entry = Entry { actor: self.actor(), action, subject, subject_id, fields, request_id };
        Ok(self.trail.record_change(transaction, entry, change).await?)
    }

    /// Writes down that they were refused. `fields` name the operation.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn record_denial(&self, transaction: &mut PgConnection, fields: &[String]) -> Result<(), sqlx::Error> {
        let (actor, request_id) = (self.actor(), Some(self.request_id.as_str()));
        let (action, subject, subject_id) = ("access.denied", "account", Some(self.id));
        self.trail.record(transaction, Entry { actor, action, subject, subject_id, fields, request_id }).await
    }

    /// Writes down that a stored field did not open for them: its name, and the id of a key that is missing.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn record_unopened(
        &self,
        transaction: &mut PgConnection,
        unopened: &Unopened,
    ) -> Result<(), sqlx::Error> {
        let fields: Vec<String> =
            std::iter::once(unopened.field.to_owned()).chain(unopened.missing_key.clone()).collect();
        let entry = Entry {
            actor: self.actor(),
            action: unopened.action,
            subject: unopened.subject,
            subject_id: Some(unopened.subject_id),
            fields: &fields,
            request_id: Some(self.request_id.as_str()),
        };
        self.trail.record(transaction, entry).await
    }

    async fn may_still_act(&self, transaction: &mut PgConnection) -> Result<bool, sqlx::Error> {
        let (role, now) = (self.role.name(), self.clock.now());
        match &self.credential {
            Credential::Session(session) => queries::is_session_live(transaction, session.id, role, now).await,
            Credential::ApiKey { id, .. } => queries::is_key_live(transaction, *id, role, now).await,
        }
    }
}

impl FromRequest for Staff {
    type Error = ApiError;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    /// Behind the gate, whom it let in; elsewhere whoever shows a good token.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let admitted = request.extensions().get::<Staff>().cloned();
        let request = request.clone();
        Box::pin(async move {
            match admitted {
                Some(staff) => Ok(staff),
                None => gate::admit(&request).await,
            }
        })
    }
}

/// What a handler asks for.
pub trait Grant: 'static {
    /// What must be held.
    const PERMISSION: Permission;
    /// Whether an authentication within ten minutes is asked for as well.
    const FRESH: bool;
}

macro_rules! grants {
    ($($(#[doc = $doc:literal])+ $holder:ident: $grant:ident = $permission:ident $(+ $fresh:ident)?;)+) => {
        $(
            $(#[doc = $doc])+
            pub type $holder = Permit<$grant>;

            #[doc = concat!("What a [`", stringify!($holder), "`] holds.")]
            #[derive(Clone, Debug)]
            pub struct $grant;

            impl Grant for $grant {
                const PERMISSION: Permission = Permission::$permission;
                const FRESH: bool = grants!(@fresh $($fresh)?);
            }
        )+
    };
    (@fresh fresh) => { true };
    (@fresh) => { false };
}

grants! {
    /// Reads articles as staff see them.
    ArticleReader: ReadArticles = ReadArticles;
    /// Writes drafts.
    Writer: WriteArticles = WriteArticles;
    /// Publishes articles and keeps their terms.
    Editor: PublishArticles = PublishArticles;
    /// Comments on articles.
    Commenter: CommentArticles = CommentArticles;
    /// Signs articles off, and takes a sign-off back.
    Reviewer: SignArticles = SignArticles;
    /// Answers for what the publish gate finds.
    GateKeeper: OverrideGate = OverrideGate;
    /// Reads the clinic's details as staff see them.
    ClinicReader: ReadClinic = ReadClinic;
    /// Changes the organisation and its locations.
    ClinicEditor: EditClinic = EditClinic;
    /// Reads inquiries.
    InquiryReader: ReadInquiries = ReadInquiries;
    /// Answers inquiries.
    InquiryDesk: AnswerInquiries = AnswerInquiries;
    /// Takes inquiries out of the house.
    InquiryExporter: ExportInquiries = ExportInquiries + fresh;
    /// Sees what was asked about what is kept of people.
    PrivacyReader: ReadDataRequests = HandleDataRequests;
    /// Shows, corrects and erases what is kept of a person.
    PrivacyOfficer: HandleDataRequests = HandleDataRequests + fresh;
    /// Sees where events go, and which services bring inquiries.
    IntegrationReader: ReadIntegrations = ManageIntegrations;
    /// Says where events go, and which services bring inquiries.
    IntegrationManager: ManageIntegrations = ManageIntegrations + fresh;
    /// May break the glass.
    EmergencyReader: BreakGlass = BreakGlass + fresh;
    /// Sees who has an account, an invitation or a session.
    PeopleReader: ReadPeople = ReadPeople;
    /// Changes what people are.
    PeopleManager: ManagePeople = ManagePeople + fresh;
    /// Sees API keys, never their secret.
    KeyReader: ReadApiKeys = ManageApiKeys;
    /// Makes, rotates and revokes API keys.
    KeyManager: ManageApiKeys = ManageApiKeys + fresh;
    /// Reads the audit trail.
    AuditReader: ReadAudit = ReadAudit;
}

/// Proof that whoever is behind the request holds `G`.
#[derive(Clone, Debug)]
pub struct Permit<G> {
    /// The person.
    pub staff: Staff,
    granted: PhantomData<G>,
}

impl<G: Grant> FromRequest for Permit<G> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    /// Ready at once, so that a refusal comes before any other extractor has read the body.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(staff) = request.extensions().get::<Staff>().cloned() else {
            return ready(Err(ApiError::Unauthenticated));
        };
        let allowed = if staff.may(G::PERMISSION) { Ok(()) } else { Err(ApiError::Forbidden) };
        let allowed = allowed.and_then(|()| if G::FRESH { staff.require_fresh() } else { Ok(()) });
        ready(allowed.map(|()| Self { staff, granted: PhantomData }))
    }
}

/// The request's id, for those who act without being signed in.
pub fn request_id(request: &HttpRequest) -> Option<String> {
    request.extensions().get::<RequestId>().map(|id| id.0.clone())
}
