//! Who signs in here: people whose accounts are made for the run, and strangers. All addresses are of one length, and
//! so are all passwords, so that no request is told apart by its size.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::{service::Service, trouble::Trouble};

/// A password that is nobody's, as long as those that the program makes.
pub const WRONG: &str = "nobody-nobody-nobody-nobody";
/// An address without an account.
pub const NOBODY: &str = "measured.nobody@clinic.example";

/// An account and its password.
#[derive(Clone)]
pub struct Person {
    /// The address.
    pub email: String,
    /// The password.
    pub password: String,
}

impl Person {
    /// Makes the account `measured.NAME@clinic.example`; the name has six letters.
    ///
    /// # Errors
    /// [`Trouble::Failed`] where the program does not.
    pub fn create(service: &Service, name: &str) -> Result<Self, Trouble> {
        let email = format!("measured.{name}@clinic.example");
        let arguments = ["admin", "create", "--email", &email, "--name", name, "--role", "editor", "--json"];
        let said = service.ask_command(&arguments)?;
        let said: Value = serde_json::from_str(&said).map_err(Trouble::at("admin create"))?;
        let password = said.get("password").and_then(Value::as_str);
        let password = password.ok_or_else(|| Trouble::failed("admin create told no password"))?.to_owned();
        if (email.len(), password.len()) == (NOBODY.len(), WRONG.len()) {
            return Ok(Self { email, password });
        }
        Err(Trouble::failed("an address or a password is of another length than a stranger's"))
    }
}

/// An address that nobody has, another for each number below a million.
pub fn stranger(number: u32) -> String {
    format!("measured.{:06}@clinic.example", number % 1_000_000)
}

/// A place that nobody was at before, for each number.
pub fn place(number: u32) -> Ipv4Addr {
    Ipv4Addr::from(u32::from(Ipv4Addr::new(10, 0, 0, 0)) | (number & 0x00ff_ffff))
}

/// The request, forwarded for `place` where there is one.
pub fn login(email: &str, password: &str, place: Option<Ipv4Addr>) -> Vec<u8> {
    post("/v1/auth/login", &json!({"email": email, "password": password}), place)
}

/// A request for a link to set a new password.
pub fn reset(email: &str) -> Vec<u8> {
    post("/v1/auth/password-resets", &json!({"email": email}), None)
}

fn post(path: &str, body: &Value, place: Option<Ipv4Addr>) -> Vec<u8> {
    let body = body.to_string();
    let from = place.map(|place| format!("x-forwarded-for: {place}\r\n")).unwrap_or_default();
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\n\
         content-type: application/json\r\n{from}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
