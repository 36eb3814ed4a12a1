//! The two login roles, made once a cluster. Refuses to give them anything: what each may do is written in the
//! migrations, table by table. Neither owns a table or may run DDL.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, postgres::PgConnectOptions};

use super::OpenError;
use crate::crypto::random;

/// The role of public reads and public posts.
pub const PUBLIC: &str = "cms_public";
/// The role of staff requests and sign-in.
pub const STAFF: &str = "cms_staff";

/// The passwords that this program gives the roles it makes; none for roles that somebody else looks after.
#[derive(Clone, Default)]
pub struct RolePasswords {
    /// Of [`PUBLIC`].
    pub public: Option<String>,
    /// Of [`STAFF`].
    pub staff: Option<String>,
}

impl std::fmt::Debug for RolePasswords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RolePasswords([redacted])")
    }
}

/// Makes the roles that are missing. Roles belong to the whole cluster, so another database's installation may have
/// made them, or be making them at this moment.
///
/// # Errors
/// [`OpenError::Roles`] with the statements to run, where the owner may not make roles.
pub async fn ensure(connection: &mut PgConnection, passwords: &RolePasswords) -> Result<(), OpenError> {
    const MADE_BY_ANOTHER: [&str; 2] = ["42710", "23505"];
    for (role, password) in [(PUBLIC, &passwords.public), (STAFF, &passwords.staff)] {
        let there =
            sqlx::query_scalar!(r#"select exists (select 1 from pg_roles where rolname = $1) as "there!""#, role);
        if there.fetch_one(&mut *connection).await.map_err(OpenError::unreachable)? {
            continue;
        }
        match create(connection, role, password.as_deref()).await {
            Err(sqlx::Error::Database(error))
                if MADE_BY_ANOTHER.contains(&error.code().unwrap_or_default().as_ref()) => {}
            outcome => outcome.map_err(|_| OpenError::Roles)?,
        }
    }
    Ok(())
}

/// A temporary table is a place to write, and the public role has none. Said at each start, since a database that was
/// restored or copied has not kept it.
///
/// # Errors
/// [`OpenError::Unreachable`].
pub async fn close_database(connection: &mut PgConnection) -> Result<(), OpenError> {
    let statement = "do $$ begin
                       execute format('revoke temporary on database %I from public', current_database());
                     end $$";
    connection.execute(statement).await.map(drop).map_err(OpenError::unreachable)
}

/// Several statements in one call are one transaction: a role without its time-outs never exists. Optional filters
/// make a generic plan look dear, and PostgreSQL would plan the article list anew for each request, which takes longer
/// than running it. Compiling the expressions of a search takes hundreds of milliseconds, and running it a few.
async fn create(connection: &mut PgConnection, role: &str, password: Option<&str>) -> Result<(), sqlx::Error> {
    let login = match password {
        Some(password) => format!("login password '{}'", verifier(password)?),
        None => "login".to_owned(),
    };
    let statements = format!(
        "create role {role} {login} nosuperuser nocreatedb nocreaterole noinherit;
         alter role {role} set statement_timeout = '5s';
         alter role {role} set lock_timeout = '4s';
         alter role {role} set idle_in_transaction_session_timeout = '10s';
         alter role {role} set plan_cache_mode = 'force_generic_plan';
         alter role {role} set jit = off"
    );
    connection.execute(AssertSqlSafe(statements)).await?;
    Ok(())
}

/// Gives `role` a password. The server is sent a SCRAM verifier and never sees the password, nor does its log.
async fn set_password(connection: &mut PgConnection, role: &str, password: &str) -> Result<(), sqlx::Error> {
    let verifier = verifier(password)?;
    connection.execute(AssertSqlSafe(format!("alter role {role} password '{verifier}'"))).await?;
    Ok(())
}

fn verifier(password: &str) -> Result<String, sqlx::Error> {
    scram_verifier(password).ok_or_else(|| sqlx::Error::Protocol("no random bytes".into()))
}

/// The password that an owner's password gives to `role`: every node and every database of a cluster agree on it
/// without a file between them.
pub fn password_from(owner: &str, role: &str) -> Option<String> {
    Some(BASE64URL_NOPAD.encode(&mac(owner.as_bytes(), &[b"clinic-cms/role-password/", role.as_bytes()].concat())?))
}

/// Makes sure that `options` let us in. A password that is refused is set anew: it was given by an installation
/// whose owner has another password today.
///
/// # Errors
/// [`OpenError::Role`] where the role cannot sign in and its password cannot be set.
pub async fn admit(
    owner: &PgConnectOptions,
    role: &'static str,
    options: &PgConnectOptions,
    password: Option<&str>,
) -> Result<(), OpenError> {
    const REFUSED_PASSWORD: [&str; 2] = ["28P01", "28000"];
    let refused = match PgConnection::connect_with(options).await {
        Ok(connection) => return connection.close().await.map_err(OpenError::unreachable),
        Err(sqlx::Error::Database(error)) => error,
        Err(error) => return Err(OpenError::unreachable(error)),
    };
    let code = refused.code().unwrap_or_default().into_owned();
    let Some(password) = password.filter(|_| REFUSED_PASSWORD.contains(&code.as_str())) else {
        return Err(OpenError::Role(role));
    };
    let mut connection = PgConnection::connect_with(owner).await.map_err(OpenError::unreachable)?;
    set_password(&mut connection, role, password).await.map_err(|_| OpenError::Role(role))?;
    tracing::warn!(role, "the role had another password; it was set anew");
    let connection = PgConnection::connect_with(options).await.map_err(|_| OpenError::Role(role))?;
    connection.close().await.map_err(OpenError::unreachable)
}

/// The verifier that PostgreSQL stores for SCRAM-SHA-256 (RFC 5802 §3, RFC 7677).
fn scram_verifier(password: &str) -> Option<String> {
    const ITERATIONS: u32 = 4096;
    let salt: [u8; 16] = random::bytes().ok()?;
    let salted = hi(password.as_bytes(), &salt, ITERATIONS)?;
    let stored = Sha256::digest(mac(&salted, b"Client Key")?);
    let server = mac(&salted, b"Server Key")?;
    let (salt, stored, server) = (BASE64.encode(&salt), BASE64.encode(&stored), BASE64.encode(&server));
    Some(format!("SCRAM-SHA-256${ITERATIONS}:{salt}${stored}:{server}"))
}

/// PBKDF2 with one block of HMAC-SHA-256.
fn hi(password: &[u8], salt: &[u8], iterations: u32) -> Option<[u8; 32]> {
    let mut block = mac(password, &[salt, &[0, 0, 0, 1]].concat())?;
    let mut sum = block;
    for _ in 1..iterations {
        block = mac(password, &block)?;
        for (sum, byte) in sum.iter_mut().zip(block) {
            *sum ^= byte;
        }
    }
    Some(sum)
}

fn mac(key: &[u8], message: &[u8]) -> Option<[u8; 32]> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(message);
    Some(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_derivation_agrees_with_a_published_vector() {
        // PBKDF2-HMAC-SHA-256, "password", "salt", 4096 rounds: the vector that is quoted beside RFC 6070.
        let derived = hi(b"password", b"salt", 4096).unwrap();
        assert_eq!(
            data_encoding::HEXLOWER.encode(&derived),
            "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a"
        );
    }
}
