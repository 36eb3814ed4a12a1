//! What a handler of `/v1/auth` works with, and who stands before it. Refuses to read a client's address from
//! anything but the connection and proxies that the settings name.

use std::{
    future::{Ready, ready},
    net::IpAddr,
    rc::Rc,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header, web::Data};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Accounts, staff::request_id};
use crate::{
    audit::{Actor, Entry},
    crypto::{Attempt, GateError, HashError, Password, Verified},
    db::StaffDb,
    http::{ApiError, Site, client::bucket},
};

/// Everything that signing in touches. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    /// Addresses and the time.
    pub site: Data<Site>,
    /// Keys, limits and the way to write to people.
    pub accounts: Data<Accounts>,
    /// The database as staff see it.
    pub database: Data<StaffDb>,
    /// Who stands before the desk.
    pub visitor: Rc<Visitor>,
}

/// Who is asking, before anybody knows who they are.
#[derive(Debug)]
pub struct Visitor {
    /// Where they come from.
    pub address: Option<IpAddr>,
    /// The pattern of the address that they came to.
    pub route: String,
    /// What they say their browser is: at most 200 printable characters.
    pub device: String,
    /// The request, for the audit trail.
    pub request_id: Option<String>,
}

impl Visitor {
    /// What attempts are counted by.
    pub fn place(&self) -> String {
        self.address.map(|address| bucket(address).to_string()).unwrap_or_default()
    }
}

impl FromRequest for Desk {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

impl Desk {
    /// The desk that a request comes to.
    ///
    /// # Errors
    /// [`ApiError::Internal`] where the application was put together without one.
    pub fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        let parts = || {
            let site = request.app_data::<Data<Site>>()?.clone();
            let visitor = Rc::new(Visitor {
                address: site.trusted_proxies.client(request),
                route: request.match_pattern().unwrap_or_default(),
                device: device(request),
                request_id: request_id(request),
            });
            let accounts = request.app_data::<Data<Accounts>>()?.clone();
            Some(Self { site, accounts, database: request.app_data::<Data<StaffDb>>()?.clone(), visitor })
        };
        parts().ok_or(ApiError::Internal)
    }
}

/// The `User-Agent` without what could move a terminal's cursor.
fn device(request: &HttpRequest) -> String {
    let agent = request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    agent.chars().filter(|letter| !letter.is_control()).take(200).collect()
}

impl Desk {
    /// The time.
    pub fn now(&self) -> DateTime<Utc> {
        self.site.clock.now()
    }

    /// What the visitor's place is counted and known by.
    pub fn place_key(&self) -> [u8; 32] {
        self.accounts.guesses.mac(&[b"place", b"", self.visitor.place().as_bytes()])
    }

    /// Counts one attempt of this address at this route.
    ///
    /// # Errors
    /// [`ApiError::RateLimited`].
    pub fn spend_attempt(&self) -> Result<(), ApiError> {
        self.accounts.attempts.spend_at(&self.visitor.route, self.visitor.address)
    }

    /// Runs `work` in one transaction.
    ///
    /// # Errors
    /// As [`StaffDb::transact`].
    pub async fn transact<T: 'static>(
        &self,
        work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, ApiError> + 'static,
    ) -> Result<T, ApiError> {
        self.database.transact(work).await
    }

    /// Writes one audit row about the visitor's own doing.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn record(
        &self,
        transaction: &mut PgConnection,
        actor: Actor,
        action: &'static str,
        subject: &'static str,
        subject_id: Option<Uuid>,
    ) -> Result<(), sqlx::Error> {
        let request_id = self.visitor.request_id.as_deref();
        let entry = Entry { actor, action, subject, subject_id, fields: &[], request_id };
        self.accounts.trail.record(transaction, entry).await
    }

    /// Compares a password, in turn with others; without a hash, with one that nobody has, at the same cost.
    ///
    /// # Errors
    /// [`ApiError::Busy`] where too many wait.
    pub async fn verify(&self, hash: Option<String>, typed: &Attempt) -> Result<Verified, ApiError> {
        let typed = Attempt::new(typed.reveal().to_owned());
        self.accounts.passwords.verify(hash, typed).await.map_err(busy)
    }

    /// Hashes a new password, in turn with others.
    ///
    /// # Errors
    /// [`ApiError::Busy`] where too many wait.
    pub async fn hash(&self, password: Password) -> Result<String, ApiError> {
        self.accounts.passwords.hash(password).await.map_err(busy)
    }
}

fn busy(error: GateError) -> ApiError {
    match error {
        GateError::Busy | GateError::Stopped | GateError::Hash(HashError::Memory) => ApiError::Busy,
        GateError::Hash(_) => ApiError::Internal,
    }
}
