//! `admin`: accounts from the command line, for the first owner and for the day when nobody can sign in. A password
//! that is made here is printed once and kept nowhere.

use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Exit, Failure, Invocation, Opened, print_json};
use crate::{
    accounts::{self, PasswordContext, check_email, check_password, queries},
    app,
    audit::{Actor, Entry, Trail},
    clock::Clock,
    config::ExposeSecret,
    crypto::{Password, password_hash, password_hash::Workspace, random},
    db::StaffDb,
    http::ApiError,
    outbox::{self, EventKind},
};

/// How the first owner gets in.
#[derive(Debug)]
pub enum FirstOwner {
    /// There is one already.
    Known,
    /// The settings name the owner.
    FromSettings(String),
    /// The demo's owner, whose password is printed once.
    Printed {
        /// Where they sign in.
        email: String,
        /// Made just now.
        password: String,
    },
    /// Nobody yet: the token of the set-up link.
    Link(String),
}

/// Sees to the first owner at a start.
pub async fn first_owner(opened: &Opened, staff: &StaffDb, demo: bool) -> Result<FirstOwner, Failure> {
    let clock = opened.clock.clone();
    let known = staff.transact(async |connection| Ok::<_, ApiError>(queries::has_owner(connection).await?)).await?;
    if known {
        return Ok(FirstOwner::Known);
    }
    if let Some(owner) = &opened.config.first_owner {
        let email = owner.email.as_str().to_lowercase();
        let password = check(owner.password.expose_secret(), &email)?;
        store(staff, opened, &email, "Owner", "owner", &password).await?;
        return Ok(FirstOwner::FromSettings(email));
    }
    if demo {
        let (email, password) = ("owner@demo.example".to_owned(), new_password()?);
        store(staff, opened, &email, "Demo Owner", "owner", &check(&password, &email)?).await?;
        return Ok(FirstOwner::Printed { email, password });
    }
    let token =
        staff.transact(async move |connection| accounts::issue_first_owner_token(connection, &clock).await).await?;
    Ok(token.map_or(FirstOwner::Known, |token| FirstOwner::Link(token.reveal())))
}

/// Creates an account.
pub fn create(invocation: &Invocation, email: &str, name: &str, role: &str, as_json: bool) -> Result<(), Failure> {
    let email = address(email)?;
    let role = accounts::Role::named(role)
        .map(accounts::Role::name)
        .ok_or_else(|| Failure::new(Exit::Usage, "unknown role"))?;
    let opened = Opened::for_command(invocation)?;
    let given = opened.config.first_owner.as_ref().map(|owner| owner.password.expose_secret().to_owned());
    let password = given.clone().map_or_else(new_password, Ok)?;
    let checked = check(&password, &email)?;
    let name = name.trim().to_owned();
    opened.block_on(async |opened| store(&opened.database.staff(1), opened, &email, &name, role, &checked).await)?;
    opened.leave()?;
    report(&email, given.is_none().then_some(password), as_json)
}

/// Sets a new password.
pub fn reset_password(invocation: &Invocation, email: &str, as_json: bool) -> Result<(), Failure> {
    let password = new_password()?;
    let hash = password_hash::hash(&check(&password, email)?, &mut Workspace::default()).map_err(Failure::failed)?;
    on_account(invocation, email, "account.reset_password", async move |connection, held, clock| {
        Ok(queries::set_password(connection, held.id, &hash, false, clock.now()).await?)
    })?;
    report(email, Some(password), as_json)
}

/// Disables an account.
pub fn disable(invocation: &Invocation, email: &str, as_json: bool) -> Result<(), Failure> {
    on_account(invocation, email, "account.disable", async |connection, held, clock| {
        queries::lock_owners(connection).await?;
        if held.is_reserved || queries::is_last_owner(connection, held.id).await? {
            return Err(ApiError::Conflict { code: "last_owner", detail: "nobody would be left to let anybody in" });
        }
        queries::disable_account(connection, held.id, clock.now()).await?;
        Ok(outbox::record(connection, clock, EventKind::UserDisabled, held.id).await?)
    })?;
    report(email, None, as_json)
}

/// Takes every second factor off an account, for the day on which the device and the recovery codes are gone.
pub fn reset_factors(invocation: &Invocation, email: &str, as_json: bool) -> Result<(), Failure> {
    on_account(invocation, email, "factor.delete", async |connection, held, clock| {
        Ok(accounts::remove_factors(connection, held.id, clock.now()).await?)
    })?;
    report(email, None, as_json)
}

/// The account that a command works on.
struct Held {
    id: Uuid,
    /// Whether it is kept for the day on which the identity provider fails.
    is_reserved: bool,
}

/// Does `work` on the account of an address, and writes it down, in one transaction.
fn on_account(
    invocation: &Invocation,
    email: &str,
    action: &'static str,
    work: impl AsyncFnOnce(&mut PgConnection, &Held, &Clock) -> Result<(), ApiError> + 'static,
) -> Result<(), Failure> {
    let email = address(email)?;
    let opened = Opened::for_command(invocation)?;
    let (trail, local) = (opened.trail(), app::local_sign_in(&opened.config.local_sign_in));
    let all = async move |connection: &mut PgConnection| {
        let account = queries::find_credentials(connection, &email).await?.ok_or(ApiError::NotFound)?;
        let role = accounts::Role::named(&account.role);
        let is_reserved = account.active && role.is_some_and(|role| local.is_reserved_for(&email, role));
        work(connection, &Held { id: account.id, is_reserved }, trail.clock()).await?;
        note(connection, &trail, action, Some(account.id)).await
    };
    opened.block_on(async |opened| Ok(opened.database.staff(1).transact(all).await.map_err(unknown)?))?;
    opened.leave()
}

/// Lists the accounts. It shows addresses, so it is written down as the list of the API is.
pub fn list(invocation: &Invocation, as_json: bool) -> Result<(), Failure> {
    let opened = Opened::for_command(invocation)?;
    let trail = opened.trail();
    let work = async move |connection: &mut PgConnection| {
        note(connection, &trail, "account.list", None).await?;
        Ok::<_, ApiError>(queries::list_accounts(connection).await?)
    };
    let accounts = opened.block_on(async |opened| Ok(opened.database.staff(1).transact(work).await?))?;
    opened.leave()?;
    if as_json {
        return print_json(&accounts);
    }
    for account in accounts {
        println!("{:<40} {:<8} {:<9} {}", account.email, account.role, account.status, account.name);
    }
    Ok(())
}

async fn store(
    staff: &StaffDb,
    opened: &Opened,
    email: &str,
    name: &str,
    role: &'static str,
    password: &Password,
) -> Result<(), Failure> {
    let password_hash = password_hash::hash(password, &mut Workspace::default()).map_err(Failure::failed)?;
    let trail = opened.trail();
    let account = queries::NewAccount {
        id: opened.clock.new_id(),
        email: email.to_owned(),
        name: name.to_owned(),
        role,
        password_hash: Some(password_hash),
        short_password: false,
        language: "en",
    };
    let stored = staff.transact(async move |connection| {
        accounts::create_account(connection, &trail, &account, Actor::System, None).await
    });
    Ok(stored.await?)
}

async fn note(
    connection: &mut PgConnection,
    trail: &Trail,
    action: &'static str,
    account: Option<Uuid>,
) -> Result<(), ApiError> {
    let entry =
        Entry { actor: Actor::System, action, subject: "account", subject_id: account, fields: &[], request_id: None };
    Ok(trail.record(connection, entry).await?)
}

fn report(email: &str, password: Option<String>, as_json: bool) -> Result<(), Failure> {
    if as_json {
        return print_json(&json!({"email": email, "password": password}));
    }
    match password {
        Some(password) => println!("{email}  {password}   (shown once)"),
        None => println!("{email}"),
    }
    Ok(())
}

fn unknown(error: ApiError) -> Failure {
    match error {
        ApiError::NotFound => Failure::failed("no account has this address"),
        ApiError::Conflict { detail, .. } => Failure::failed(detail),
        other => other.into(),
    }
}

fn address(email: &str) -> Result<String, Failure> {
    check_email(email).map_err(|(_, wrong)| Failure::new(Exit::Usage, format!("the address {wrong}")))
}

fn check(password: &str, email: &str) -> Result<Password, Failure> {
    let context = PasswordContext { email: email.to_owned(), ..PasswordContext::default() };
    check_password(password, &context).map_err(|(_, wrong)| Failure::new(Exit::Usage, format!("the password: {wrong}")))
}

/// 120 bits in groups that can be read out on the telephone.
fn new_password() -> Result<String, Failure> {
    let bytes: [u8; 15] = random::bytes().map_err(Failure::failed)?;
    let letters = data_encoding::BASE32_NOPAD.encode(&bytes).to_ascii_lowercase();
    let groups: Vec<&str> = letters.as_bytes().chunks(6).filter_map(|group| std::str::from_utf8(group).ok()).collect();
    Ok(groups.join("-"))
}
