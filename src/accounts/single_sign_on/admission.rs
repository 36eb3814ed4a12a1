//! Who somebody at the provider is here. The first sign-in links an active account by its verified e-mail address, or
//! makes one where the settings say so; from then on the provider's own id of the person counts, and no address.
//! Refuses somebody who was given the address of a linked account later, and never takes its role from the last owner.

use actix_web::web::Data;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    accounts::{
        Accounts, Role,
        queries::{self, Credentials, ExternalKey, NewAccount},
    },
    audit::{Actor, Entry, Trail},
    db::StaffDb,
    http::{ApiError, Site},
    oidc::Identity,
    outbox::{self, EventKind},
};

/// What the settings say.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    /// Roles come from the provider: nobody without a listed one gets in.
    pub(super) maps_roles: bool,
    /// Somebody without an account gets one.
    pub(super) create_accounts: bool,
}

/// How it ended; an id stands for the account, where there is one.
pub(super) enum Admission {
    Admitted(Credentials),
    Refused(Option<Uuid>),
    NoRole(Option<Uuid>),
}

/// Where what happens is written down.
struct Record {
    trail: Trail,
    request_id: Option<String>,
    now: DateTime<Utc>,
}

impl Record {
    async fn write(
        &self,
        transaction: &mut PgConnection,
        action: &'static str,
        account: Uuid,
        fields: &[String],
    ) -> Result<(), sqlx::Error> {
        let request_id = self.request_id.as_deref();
        // The program acts, on the provider's word: nobody of ours decided it.
        let entry =
            Entry { actor: Actor::System, action, subject: "account", subject_id: Some(account), fields, request_id };
        self.trail.record(transaction, entry).await
    }
}

/// Finds, links or makes the account.
///
/// # Errors
/// [`ApiError::Busy`], and those of the database.
pub(super) async fn admit(
    identity: Identity,
    rules: Rules,
    site: &Site,
    accounts: &Data<Accounts>,
    database: &StaffDb,
    request_id: Option<String>,
) -> Result<Admission, ApiError> {
    let record = Record { trail: accounts.trail.clone(), request_id, now: site.clock.now() };
    let role = identity.role.and_then(Role::named);
    let key = key_of(&identity);
    let (email, known_by) = (identity.email.clone(), key.clone());
    let (found, record) = database
        .transact(async move |transaction| {
            let found = find(transaction, &known_by, email.as_deref(), record.now).await?;
            let Some((account, linked)) = found else { return Ok((None, record)) };
            let settled = settle(transaction, account, role, rules, &record).await?;
            if let (Admission::Admitted(account), false) = (&settled, linked) {
                link(transaction, &known_by, account.id, &record).await?;
            }
            Ok::<_, ApiError>((Some(settled), record))
        })
        .await?;
    match (found, identity.email) {
        (Some(admission), _) => Ok(admission),
        (None, Some(email)) if rules.create_accounts => {
            let Some(role) = role else { return Ok(Admission::NoRole(None)) };
            let account = new_account(email, identity.name, role, site);
            database.transact(async move |transaction| create(transaction, &key, account, &record).await).await
        }
        (None, _) => Ok(Admission::Refused(None)),
    }
}

fn key_of(identity: &Identity) -> ExternalKey {
    ExternalKey {
        provider: identity.provider.clone(),
        issuer: identity.issuer.clone(),
        subject: identity.subject.clone(),
    }
}

/// The linked account, else the active one of the verified address, and whether it was linked before.
async fn find(
    transaction: &mut PgConnection,
    key: &ExternalKey,
    email: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Option<(Credentials, bool)>, sqlx::Error> {
    if let Some(account) = queries::find_linked_account(transaction, key, now).await? {
        return Ok(Some((account, true)));
    }
    let Some(email) = email else { return Ok(None) };
    let account = queries::find_linkable_account(transaction, key, email).await?;
    Ok(account.map(|account| (account, false)))
}

/// Whether the account may sign in, and as what. Where the provider maps roles, its word counts at each sign-in.
async fn settle(
    transaction: &mut PgConnection,
    account: Credentials,
    role: Option<Role>,
    rules: Rules,
    record: &Record,
) -> Result<Admission, ApiError> {
    if !account.active {
        return Ok(Admission::Refused(Some(account.id)));
    }
    if !rules.maps_roles {
        return Ok(Admission::Admitted(account));
    }
    let Some(role) = role else { return Ok(Admission::NoRole(Some(account.id))) };
    if role.name() == account.role {
        return Ok(Admission::Admitted(account));
    }
    let changed = queries::change_role(transaction, account.id, role.name()).await?;
    let action = if changed.is_some() { "account.change_role" } else { "account.keep_role" };
    record.write(transaction, action, account.id, &["role".to_owned()]).await?;
    if changed.is_some() {
        outbox::record(transaction, record.trail.clock(), EventKind::UserUpdated, account.id).await?;
    }
    Ok(Admission::Admitted(changed.unwrap_or(account)))
}

/// Links the account for good.
async fn link(
    transaction: &mut PgConnection,
    key: &ExternalKey,
    account: Uuid,
    record: &Record,
) -> Result<(), ApiError> {
    if !queries::link_account(transaction, key, account, record.now).await? {
        // The same person at the same time, in another tab: that one has it.
        return Err(ApiError::Busy);
    }
    record.write(transaction, "account.link", account, &[]).await?;
    Ok(())
}

/// An account without a password.
fn new_account(email: String, name: Option<String>, role: Role, site: &Site) -> NewAccount {
    let name = name.unwrap_or_else(|| email.clone()).chars().take(200).collect();
    NewAccount {
        id: site.clock.new_id(),
        email,
        name,
        role: role.name(),
        password_hash: None,
        short_password: false,
        language: "en",
    }
}

async fn create(
    transaction: &mut PgConnection,
    key: &ExternalKey,
    account: NewAccount,
    record: &Record,
) -> Result<Admission, ApiError> {
    // The address of a disabled account, or of one that is linked to somebody else.
    if !queries::insert_account(transaction, &account).await? {
        return Ok(Admission::Refused(None));
    }
    record
        .write(transaction, "account.create", account.id, &["email".to_owned(), "name".to_owned(), "role".to_owned()])
        .await?;
    outbox::record(transaction, record.trail.clock(), EventKind::UserCreated, account.id).await?;
    link(transaction, key, account.id, record).await?;
    let made = queries::find_credentials_of(transaction, account.id).await?;
    Ok(Admission::Admitted(made.ok_or(ApiError::Internal)?))
}
