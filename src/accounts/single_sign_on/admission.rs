//! Who somebody at the provider is here. The first sign-in links an active account by its verified e-mail address, or
//! makes one where the settings say so; from then on the provider's own id of the person counts, and no address.
//! Refuses somebody who was given the address of a linked account later, and never takes its role from the last owner.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    accounts::{
        Desk, Role, letters,
        queries::{self, Credentials, ExternalKey, NewAccount},
    },
    audit::{Actor, Entry},
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

/// Writes down what the program did on the provider's word: nobody of ours decided it.
async fn record(
    connection: &mut PgConnection,
    desk: &Desk,
    action: &'static str,
    account: Uuid,
    fields: &[&str],
) -> Result<(), sqlx::Error> {
    let fields: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
    let (actor, subject, request_id) = (Actor::System, "account", desk.visitor.request_id.as_deref());
    let entry = Entry { actor, action, subject, subject_id: Some(account), fields: &fields, request_id };
    desk.accounts.trail.record(connection, entry).await
}

/// Finds, links or makes the account.
///
/// # Errors
/// [`ApiError::Busy`], and those of the database.
pub(super) async fn admit(identity: Identity, rules: Rules, desk: &Desk) -> Result<Admission, ApiError> {
    let role = identity.role.and_then(Role::named);
    let key = key_of(&identity);
    let (email, known_by) = (identity.email.clone(), key.clone());
    let at_desk = desk.clone();
    let found = desk
        .transact(async move |connection| {
            let found = find(connection, &known_by, email.as_deref(), at_desk.now()).await?;
            let Some((account, linked)) = found else { return Ok(None) };
            let settled = settle(connection, &at_desk, account, role, rules).await?;
            if let (Admission::Admitted(account), false) = (&settled, linked) {
                link(connection, &at_desk, &known_by, account.id).await?;
            }
            Ok(Some(settled))
        })
        .await?;
    match (found, identity.email) {
        (Some(admission), _) => Ok(admission),
        (None, Some(email)) if rules.create_accounts => {
            let Some(role) = role else { return Ok(Admission::NoRole(None)) };
            let (account, at_desk) = (new_account(email, identity.name, role, &desk.site), desk.clone());
            desk.transact(async move |connection| create(connection, &at_desk, &key, account).await).await
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
    connection: &mut PgConnection,
    desk: &Desk,
    account: Credentials,
    role: Option<Role>,
    rules: Rules,
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
    let kept = is_reserved(connection, desk, &account).await?;
    let changed =
        if kept { None } else { queries::change_role(connection, account.id, role.name(), desk.now()).await? };
    let Some(changed) = changed else {
        record(connection, desk, "account.keep_role", account.id, &["role"]).await?;
        return Ok(Admission::Admitted(account));
    };
    record(connection, desk, "account.change_role", changed.id, &["role"]).await?;
    letters::role_changed(connection, desk, changed.id, role.name()).await?;
    outbox::record(connection, &desk.site.clock, EventKind::UserUpdated, changed.id).await?;
    Ok(Admission::Admitted(changed))
}

/// Whether the account is kept for the day on which the provider fails: what the provider says of its role is not
/// heard.
async fn is_reserved(connection: &mut PgConnection, desk: &Desk, account: &Credentials) -> Result<bool, ApiError> {
    let person = queries::find_addressee(connection, account.id).await?;
    let role = Role::named(&account.role);
    Ok(person.zip(role).is_some_and(|(person, role)| desk.accounts.local_sign_in.is_reserved_for(&person.email, role)))
}

/// Links the account for good.
async fn link(connection: &mut PgConnection, desk: &Desk, key: &ExternalKey, account: Uuid) -> Result<(), ApiError> {
    if !queries::link_account(connection, key, account, desk.now()).await? {
        // The same person at the same time, in another tab: that one has it.
        return Err(ApiError::Busy);
    }
    Ok(record(connection, desk, "account.link", account, &[]).await?)
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
    connection: &mut PgConnection,
    desk: &Desk,
    key: &ExternalKey,
    account: NewAccount,
) -> Result<Admission, ApiError> {
    // The address of a disabled account, or of one that is linked to somebody else.
    if !queries::insert_account(connection, &account).await? {
        return Ok(Admission::Refused(None));
    }
    record(connection, desk, "account.create", account.id, &["email", "name", "role"]).await?;
    outbox::record(connection, &desk.site.clock, EventKind::UserCreated, account.id).await?;
    link(connection, desk, key, account.id).await?;
    let made = queries::find_credentials_of(connection, account.id).await?;
    Ok(Admission::Admitted(made.ok_or(ApiError::Internal)?))
}
