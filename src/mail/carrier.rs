//! Who carries a letter out of the house: a mail server, or a folder. Says what went wrong in a code of its own, since
//! a server's words may repeat the address.

use std::{fmt, path::PathBuf, time::Duration};

use chrono::{DateTime, Utc};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor, message::Mailbox};
use secrecy::SecretString;

use super::{
    folder,
    letter::Recipient,
    message::{Cause, Encoding, Head, compose},
    queries::Leased,
    relay,
    wording::{Wording, clinic_on_one_line, name_on_one_line},
};

/// A whole conversation with a mail server ends by then. Shorter than a lease.
const DEADLINE: Duration = Duration::from_secs(45);
/// What a server answers to this program and not to one letter: it wants another sign-in, or another kind of
/// connection (RFC 4954 §6). Somebody mends the settings, and the letter still leaves.
const ABOUT_SETTINGS: [u16; 4] = [530, 534, 535, 538];

/// Why a carrier cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CarrierError {
    /// The sender is no address.
    #[error("the sender's address is no address that mail can come from")]
    Sender,
    /// The server's address does not name a mail server.
    #[error("the mail server's address is no smtp:// or smtps:// address")]
    Server,
}

/// The way out. Cheap to clone; `Debug` shows neither server nor password.
#[derive(Clone)]
pub struct Carrier {
    from: Address,
    way: Way,
}

#[derive(Clone)]
enum Way {
    Server(AsyncSmtpTransport<Tokio1Executor>),
    Folder(PathBuf),
}

/// An attempt that failed, as a code (`smtp_450`, `timeout`, `folder`).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: String,
    /// Another attempt would end the same.
    pub(super) is_final: bool,
}

impl Refusal {
    pub(super) fn passing(code: &str) -> Self {
        Self { code: code.to_owned(), is_final: false }
    }

    pub(super) fn lasting(code: &str) -> Self {
        Self { code: code.to_owned(), is_final: true }
    }
}

impl Carrier {
    /// Through the mail server of a `CMS_SMTP_URL`: `smtps://` is TLS from the first byte, `smtp://` demands STARTTLS
    /// unless the host is loopback. `from` is one bare address.
    ///
    /// # Errors
    /// [`CarrierError`].
    pub fn server(address: &SecretString, from: &str) -> Result<Self, CarrierError> {
        let from: Address = from.parse().map_err(|_| CarrierError::Sender)?;
        let transport = relay::transport(address, from.domain()).ok_or(CarrierError::Server)?;
        Ok(Self { from, way: Way::Server(transport) })
    }

    /// Into a folder, which is made at the first letter: one `.eml` file each, named by time and id.
    ///
    /// # Errors
    /// [`CarrierError::Sender`].
    pub fn folder(folder: PathBuf, from: &str) -> Result<Self, CarrierError> {
        let from = from.parse().map_err(|_| CarrierError::Sender)?;
        Ok(Self { from, way: Way::Folder(folder) })
    }

    /// Whether letters leave the house. Where they do not, nothing is written to an inquirer.
    pub(super) fn has_server(&self) -> bool {
        matches!(self.way, Way::Server(_))
    }

    /// Carries one letter out.
    pub(super) async fn carry(
        &self,
        leased: &Leased,
        recipient: &Recipient,
        clinic: &str,
        wording: Wording,
    ) -> Result<(), Refusal> {
        let to: Address = recipient.email.parse().map_err(|_| Refusal::lasting("address"))?;
        let head = Head {
            id: leased.id,
            posted: leased.created_at,
            from: Mailbox::new(Some(clinic_on_one_line(clinic)), self.from.clone()),
            to: Mailbox::new(name_on_one_line(recipient), to),
            cause: if leased.inquiry_id.is_some() { Cause::Message } else { Cause::Event },
        };
        let encoding = match self.way {
            Way::Server(_) => Encoding::Transport,
            Way::Folder(_) => Encoding::Readable,
        };
        let message = compose(head, wording, encoding).ok_or_else(|| Refusal::lasting("message"))?;
        match &self.way {
            Way::Server(transport) => send(transport, message).await,
            Way::Folder(folder) => {
                let path = put_down(folder.clone(), leased, message).await?;
                let (mail, kind) = (leased.id, leased.kind.as_str());
                tracing::info!(%mail, kind, file = %path.display(), "a letter was written to a file");
                Ok(())
            }
        }
    }
}

async fn send(transport: &AsyncSmtpTransport<Tokio1Executor>, message: Message) -> Result<(), Refusal> {
    let sent = tokio::time::timeout(DEADLINE, transport.send(message)).await;
    let sent = sent.map_err(|_| Refusal::passing("timeout"))?;
    sent.map(drop).map_err(|error| {
        let Some(code) = error.status().map(u16::from) else {
            return Refusal::passing(if error.is_tls() { "tls" } else { "connection" });
        };
        Refusal { code: format!("smtp_{code}"), is_final: error.is_permanent() && !ABOUT_SETTINGS.contains(&code) }
    })
}

async fn put_down(folder: PathBuf, leased: &Leased, message: Message) -> Result<PathBuf, Refusal> {
    let name = file_name(leased.created_at, leased);
    let written = tokio::task::spawn_blocking(move || folder::write(&folder, &name, &message.formatted())).await;
    written.ok().and_then(Result::ok).ok_or_else(|| Refusal::passing("folder"))
}

/// Sorts by time, then by id.
fn file_name(posted: DateTime<Utc>, leased: &Leased) -> String {
    format!("{}-{}.eml", posted.format("%Y%m%dT%H%M%S%.6fZ"), leased.id)
}

impl fmt::Debug for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = match &self.way {
            Way::Server(_) => "server",
            Way::Folder(_) => "folder",
        };
        write!(f, "Carrier({way})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_carrier_is_made_of_addresses_alone_and_prints_none() {
        let server = "smtps://canary:canary@mail.example".into();
        let carrier = Carrier::server(&server, "no-reply@clinic.example").unwrap();
        assert_eq!(format!("{carrier:?}"), "Carrier(server)");
        assert!(Carrier::folder("mail".into(), "clinic-cms@localhost").is_ok());
        assert_eq!(Carrier::server(&server, "nobody").unwrap_err(), CarrierError::Sender);
        assert_eq!(Carrier::server(&"http://x".into(), "a@x.example").unwrap_err(), CarrierError::Server);
    }
}
