//! The mail server that letters are handed to. Refuses to speak without TLS to a server on another host: `smtps://`
//! is TLS from the first byte, `smtp://` demands STARTTLS, and only a loopback host may go without.

use std::{net::IpAddr, time::Duration};

use lettre::{
    AsyncSmtpTransport, Tokio1Executor,
    transport::smtp::{
        Error,
        authentication::Credentials,
        client::{Tls, TlsParameters},
        extension::ClientId,
    },
};
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// Mail submission with STARTTLS (RFC 6409 §3.1).
const SUBMISSION: u16 = 587;
/// Mail submission under TLS (RFC 8314 §3.3).
const SUBMISSIONS: u16 = 465;
/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(10);

/// How a conversation is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protection {
    Implicit,
    StartTls,
    Loopback,
}

/// A mail server's address in parts.
struct Relay {
    host: String,
    port: u16,
    protection: Protection,
    credentials: Option<Credentials>,
}

/// The transport to the server that `address` names; `greeting` is the domain that it is greeted with.
///
/// # Errors
/// None where the address is no `smtp://` or `smtps://` address with a host.
pub(super) fn transport(address: &SecretString, greeting: &str) -> Option<AsyncSmtpTransport<Tokio1Executor>> {
    Relay::parse(address)?.open(greeting).ok()
}

impl Relay {
    fn parse(address: &SecretString) -> Option<Self> {
        let url = Url::parse(address.expose_secret()).ok()?;
        let host = url.host_str().filter(|host| !host.is_empty())?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let (protection, port) = match url.scheme() {
            "smtps" => (Protection::Implicit, SUBMISSIONS),
            "smtp" if is_loopback(&host) => (Protection::Loopback, SUBMISSION),
            "smtp" => (Protection::StartTls, SUBMISSION),
            _ => return None,
        };
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().ok().map(std::borrow::Cow::into_owned);
        let credentials = match (url.username(), url.password()) {
            ("", _) => None,
            (user, password) => Some(Credentials::new(decoded(user)?, decoded(password.unwrap_or_default())?)),
        };
        Some(Self { host, port: url.port().unwrap_or(port), protection, credentials })
    }

    fn open(self, greeting: &str) -> Result<AsyncSmtpTransport<Tokio1Executor>, Error> {
        let tls = match self.protection {
            Protection::Implicit => Tls::Wrapper(TlsParameters::new_rustls(self.host.clone())?),
            Protection::StartTls => Tls::Required(TlsParameters::new_rustls(self.host.clone())?),
            Protection::Loopback => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(self.host)
            .port(self.port)
            .tls(tls)
            .hello_name(ClientId::Domain(greeting.to_owned()))
            .timeout(Some(CONNECT));
        if let Some(credentials) = self.credentials {
            builder = builder.credentials(credentials);
        }
        Ok(builder.build())
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.parse::<IpAddr>().map(|address| address.to_canonical().is_loopback());
    address.unwrap_or_else(|_| host.eq_ignore_ascii_case("localhost"))
}

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead, BufReader, Write},
        net::TcpListener,
    };

    use lettre::AsyncTransport;

    use super::*;

    fn parsed(address: &str) -> Option<(String, u16, Protection, bool)> {
        let relay = Relay::parse(&address.into())?;
        Some((relay.host, relay.port, relay.protection, relay.credentials.is_some()))
    }

    #[test]
    fn tls_is_left_out_for_this_very_host_alone() {
        let of = |address: &str| parsed(address).map(|(host, port, protection, _)| (host, port, protection)).unwrap();
        assert_eq!(of("smtps://mail.example"), ("mail.example".to_owned(), 465, Protection::Implicit));
        assert_eq!(of("smtps://127.0.0.1:25"), ("127.0.0.1".to_owned(), 25, Protection::Implicit));
        assert_eq!(of("smtp://mail.example"), ("mail.example".to_owned(), 587, Protection::StartTls));
        assert_eq!(of("smtp://10.0.0.1:25"), ("10.0.0.1".to_owned(), 25, Protection::StartTls));
        assert_eq!(of("smtp://localhost.example"), ("localhost.example".to_owned(), 587, Protection::StartTls));
        for (host, bare) in [("127.0.0.1", "127.0.0.1"), ("[::1]", "::1"), ("LocalHost", "LocalHost")] {
            assert_eq!(of(&format!("smtp://{host}:2525")), (bare.to_owned(), 2525, Protection::Loopback), "{host}");
        }
        assert_eq!(parsed("http://mail.example"), None);
        assert_eq!(parsed("smtp://"), None);
    }

    #[test]
    fn user_and_password_are_read_with_their_escapes() {
        let relay = Relay::parse(&"smtps://front%40desk:p%23%2F@mail.example".into()).unwrap();
        assert_eq!(relay.credentials, Some(Credentials::new("front@desk".to_owned(), "p#/".to_owned())));
        assert_eq!(parsed("smtps://mail.example").map(|found| found.3), Some(false));
    }

    #[tokio::test]
    async fn a_server_that_offers_no_tls_gets_no_letter() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(b"220 tests\r\n").unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            lines.map_while(Result::ok).inspect(|_| drop(stream.write_all(b"250 tests\r\n"))).collect::<Vec<_>>()
        });
        let relay = Relay {
            host: "127.0.0.1".to_owned(),
            port,
            protection: Protection::StartTls,
            credentials: Some(Credentials::new("canary".to_owned(), "canary".to_owned())),
        };
        let envelope = lettre::address::Envelope::new(None, vec!["ann@mail.example".parse().unwrap()]).unwrap();
        assert!(relay.open("clinic.example").unwrap().send_raw(&envelope, b"canary").await.is_err());
        let heard = server.join().unwrap();
        assert_eq!(heard.first().map(String::as_str), Some("EHLO clinic.example"));
        assert!(!heard.iter().any(|line| line.starts_with("MAIL") || line.starts_with("AUTH")), "{heard:?}");
    }
}
